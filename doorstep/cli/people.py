"""Who may use the house: tenants, their people, and the keys of their programs."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar
from uuid import UUID

import typer

from doorstep import app as house
from doorstep.platform import auth, config, roster
from doorstep.platform.auth import NewUser, Role, Tenant
from doorstep.platform.errors import unknown
from doorstep.platform.house import House
from doorstep.stages import catalog

T = TypeVar("T")
Code = Annotated[str, typer.Option("--tenant", help="Code of the tenant.")]
MerchantCode = Annotated[
    str | None, typer.Option("--merchant", help="Code of the only merchant this one may see.")
]

tenant = typer.Typer(help="The operating companies.", no_args_is_help=True)
user = typer.Typer(help="The people of a tenant.", no_args_is_help=True)
key = typer.Typer(help="The API keys of a tenant's programs.", no_args_is_help=True)


def _with_house(act: Callable[[House], Awaitable[T]]) -> T:
    async def run() -> T:
        settings, _ = await house.prepare(config.read())
        async with house.open_house(settings) as opened:
            return await act(opened)

    return asyncio.run(run())


async def _tenant(opened: House, code: str) -> Tenant:
    for one in await auth.tenants(opened.db):
        if one.code == code:
            return one
    raise unknown("tenant", code)


async def _merchant_id(opened: House, tenant_id: UUID, code: str | None) -> UUID | None:
    if code is None:
        return None
    async with opened.db.transaction(tenant_id, actor="cli") as tx:
        found = await catalog.merchants_by_code(tx, [code])
    if code not in found:
        raise unknown("merchant", code)
    return found[code]


@tenant.command("add")
def add_tenant(code: str, name: str) -> None:
    """Add an operating company, or rename the one of this code."""
    tenant_id = _with_house(lambda opened: auth.add_tenant(opened.db, code, name))
    typer.echo(f"{code}: {tenant_id}")


@tenant.command("list")
def list_tenants() -> None:
    """List the operating companies."""
    for one in _with_house(lambda opened: auth.tenants(opened.db)):
        typer.echo(f"{one.code}\t{one.name}\t{one.id}")


@user.command("add")
def add_user(
    login: str,
    name: str,
    role: Annotated[list[Role], typer.Option(help="What the person does; may be given several times.")],
    tenant_code: Code,
    merchant: MerchantCode = None,
    password: Annotated[str, typer.Option(prompt=True, hide_input=True, help="At least 8 characters.")] = "",
) -> None:
    """Add a person who signs in with a password."""

    async def act(opened: House) -> None:
        of = await _tenant(opened, tenant_code)
        merchant_id = await _merchant_id(opened, of.id, merchant)
        await auth.add_user(opened.db, of.id, NewUser(login, name, password, tuple(role), merchant_id))

    _with_house(act)
    typer.echo(f"{login} may sign in.")


@user.command("list")
def list_users(tenant_code: Code) -> None:
    """List the people of a tenant."""

    async def act(opened: House) -> list[roster.UserShown]:
        return await roster.users(opened.db, (await _tenant(opened, tenant_code)).id)

    for one in _with_house(act):
        seen = f"seen {one.seen_at:%Y-%m-%d %H:%M %Z}" if one.seen_at else "not signed in"
        typer.echo(f"{one.login}\t{one.name}\t{', '.join(one.roles)}\t{seen}")


@key.command("add")
def add_key(
    name: str,
    tenant_code: Code,
    scope: Annotated[list[str], typer.Option(help="Such as orders:write; * is everything. Several times.")],
    merchant: MerchantCode = None,
) -> None:
    """Make an API key and show it this once."""

    async def act(opened: House) -> str:
        of = await _tenant(opened, tenant_code)
        return await auth.make_key(opened.db, of.id, name, scope, await _merchant_id(opened, of.id, merchant))

    typer.echo(_with_house(act))


@key.command("list")
def list_keys(tenant_code: Code) -> None:
    """List the keys of a tenant, never their secrets."""

    async def act(opened: House) -> list[roster.KeyShown]:
        return await roster.keys(opened.db, (await _tenant(opened, tenant_code)).id)

    for one in _with_house(act):
        state = "revoked" if one.revoked_at else "good"
        typer.echo(f"{one.id}\t{one.name}\t{', '.join(one.scopes)}\t{state}")


@key.command("revoke")
def revoke_key(key_id: UUID, tenant_code: Code) -> None:
    """Revoke a key; it dies within five seconds everywhere."""

    async def act(opened: House) -> None:
        await auth.revoke_key(opened.db, (await _tenant(opened, tenant_code)).id, key_id)

    _with_house(act)
    typer.echo(f"{key_id} is revoked.")
