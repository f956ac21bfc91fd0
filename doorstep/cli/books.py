"""The state of the books: bring the database to the present, and examine it."""

import asyncio
from typing import Annotated
from uuid import UUID

import msgspec
import typer
from rich.console import Console

from doorstep import app as house
from doorstep.cli.roads import described
from doorstep.platform import auth, config, distributing
from doorstep.platform.distributing import Spread
from doorstep.platform.doctor import Finding, examine
from doorstep.platform.house import House
from doorstep.solvers.compiled import absence

Json = Annotated[bool, typer.Option("--json", help="Answer in JSON, for scripts.")]


def migrate(
    *,
    distribute: Annotated[
        bool, typer.Option("--distribute", help="On a Citus cluster: spread the tables over its machines.")
    ] = False,
    json: Json = False,
) -> None:
    """Bring the database to the present: apply what is missing, lay the fences of the tenants anew."""
    settings, applied = asyncio.run(house.prepare(config.read(), anew=True))
    spread: list[Spread] = []
    if distribute:
        if settings.owner_url is None:
            raise typer.BadParameter(
                "--distribute needs the owner's address of the database: set DOORSTEP_OWNER_URL."
            )
        try:
            spread = asyncio.run(distributing.distribute(settings.owner_url))
        except distributing.NoCitusError as error:
            typer.echo(str(error), err=True)
            raise typer.Exit(2) from None
    if json:
        typer.echo(
            msgspec.json.encode({"applied": applied, **({"spread": spread} if distribute else {})}).decode()
        )
        return
    typer.echo(f"Applied: {', '.join(applied)}" if applied else "The database is at the present.")
    for one in spread:
        where = "by tenant" if one.by_tenant else "the same everywhere"
        typer.echo(f"{one.table}: {where}{', as before' if one.done else ''}")


def doctor(
    *,
    tenant: Annotated[str | None, typer.Option(help="Code of one tenant; else all are examined.")] = None,
    json: Json = False,
) -> None:
    """Examine the books of every tenant against every invariant, and say in plain words what is wrong."""
    rules = house.invariants()
    found = asyncio.run(_examine(tenant))
    if json:
        typer.echo(msgspec.json.encode(found).decode())
    else:
        if why := absence():
            typer.echo(why)
        typer.echo(described(config.read()))
        _print(found, len(rules))
    raise typer.Exit(1 if any(found.values()) else 0)


async def _examine(code: str | None) -> dict[str, list[Finding]]:
    settings, _ = await house.prepare(config.read())
    async with house.open_house(settings) as opened:
        tenants = await auth.tenants(opened.db)
        return {
            one.code: [*await examine(opened.db, one.id, house.invariants()), *await _locked(opened, one.id)]
            for one in tenants
            if code in (None, one.code)
        }


async def _locked(opened: House, tenant_id: UUID) -> list[Finding]:
    """Say which secrets cannot be opened: no row of the database is wrong, a key is missing."""
    found = await house.locked_secrets(opened.db, tenant_id)
    why = "The secret of a shop or carrier cannot be opened."
    return (
        [Finding("secrets_can_be_opened", why, len(found), [{"what": one} for one in found])] if found else []
    )


def _print(found: dict[str, list[Finding]], rules: int) -> None:
    console = Console(highlight=False)
    for code, findings in found.items():
        if not findings:
            console.print(f"[green]{code}: {rules} invariants hold.[/green]")
        for finding in findings:
            console.print(
                f"[red]{code}: {finding.rule}[/red] ({finding.count} rows): {finding.why}", markup=True
            )
            for row in finding.rows:
                console.print(f"    {row}", markup=False)
    if not found:
        console.print("There is no tenant to examine.")
