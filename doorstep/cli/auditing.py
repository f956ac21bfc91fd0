"""`doorstep audit`: explain what the books say lies somewhere, line by line, and say where they disagree."""

import asyncio
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from doorstep import app as house
from doorstep.platform import auth, config
from doorstep.platform.db import Tx
from doorstep.platform.errors import Reason, Refused
from doorstep.stages import catalog, inventory
from doorstep.stages.inventory import Balance, Level
from doorstep.tower import figures


@dataclass(frozen=True, slots=True)
class Explained:
    """The balances that an article or a bin has, with what is needed to read them.

    Attributes:
        levels: what sites count as on hand and reserved of an article; empty for a bin.
        skus, sites: article numbers and site codes by id.
        numbers: order numbers by id.
    """

    balances: list[Balance]
    levels: list[Level]
    skus: dict[UUID, str]
    sites: dict[UUID, str]
    numbers: dict[UUID, int]


def audit(
    what: Annotated[str, typer.Argument(help="An article number (SKU), or a place like bin:A-01-02.")],
    *,
    tenant: Annotated[str | None, typer.Option(help="Code of the tenant, if there are several.")] = None,
    lines: Annotated[int, typer.Option(min=1, max=10_000, help="Newest lines of each balance.")] = 20,
    json: Annotated[bool, typer.Option("--json", help="Answer in JSON, for scripts.")] = False,
) -> None:
    """Explain balances as their history: what came and went, who did it, why, for which order, and what lay there after it."""
    found = asyncio.run(_explain(what, tenant, lines))
    if json:
        typer.echo(msgspec.json.encode(found).decode())
    else:
        _print(found)
    raise typer.Exit(1 if any(one.on_hand != one.sum for one in found.balances) else 0)


async def _explain(what: str, code: str | None, lines: int) -> Explained:
    settings, _ = await house.prepare(config.read())
    async with house.open_house(settings) as opened:
        known = [one for one in await auth.tenants(opened.db) if code in (None, one.code)]
        if len(known) != 1:
            raise Refused(
                Reason.INVALID, f"{len(known)} tenants come into question. Name one with --tenant CODE."
            )
        async with opened.db.transaction(known[0].id, actor="cli") as tx:
            return await read(tx, what, lines)


async def read(tx: Tx, what: str, lines: int) -> Explained:
    """Read what explains an article's balances, or those of a place.

    Raises:
        Refused: no article and no place is called that.
    """
    merchants = await catalog.merchants_of(tx)
    named = list((await catalog.products_by_sku(tx, [(one, what) for one in merchants])).values())
    place = None if named else what if ":" in what or what in ("parcel", "quarantine") else f"bin:{what}"
    balances = await inventory.explain(tx, product_ids=[one.id for one in named], place=place, most=lines)
    if not named and not balances:
        raise Refused(
            Reason.UNKNOWN,
            f"No article has the number {what[:60]!r}, and nothing ever lay in such a place. Check the spelling.",
        )
    ids = {one.product_id for one in balances} | {one.id for one in named}
    order_ids = {step.order_id for one in balances for step in one.steps if step.order_id}
    return Explained(
        balances,
        await inventory.levels(tx, [one.id for one in named]),
        {one.id: one.sku for one in await catalog.products(tx, list(ids))},
        {site_id: one.code for site_id, one in (await catalog.sites(tx)).items()},
        await figures.numbers(tx, list(order_ids)),
    )


def _print(found: Explained) -> None:
    console = Console(highlight=False)
    for level in found.levels:
        console.print(
            f"{found.skus[level.product_id]} at {found.sites[level.site_id]}: {level.on_hand} on hand, "
            f"{level.reserved} promised, {level.available} available",
            markup=False,
        )
    for one in found.balances:
        agree = "the ledger agrees" if one.on_hand == one.sum else f"THE LEDGER SAYS {one.sum}"
        table = Table(
            title=f"{found.skus[one.product_id]} in {one.place} at {found.sites[one.site_id]}: {one.on_hand} units, {agree}",
            title_justify="left",
        )
        for column in ("when", "change", "after", "from or to", "why", "order", "who"):
            table.add_column(column, justify="right" if column in ("change", "after") else "left")
        for step in one.steps:
            table.add_row(
                f"{step.occurred_at:%Y-%m-%d %H:%M}",
                f"{step.change:+}",
                str(step.after),
                step.other,
                step.reason.replace("_", " "),
                str(found.numbers.get(step.order_id, "") if step.order_id else ""),
                step.actor,
            )
        console.print(table, markup=False)
