"""Northside with goods on its shelves, and the check that its books are right."""

from collections.abc import Mapping, Sequence
from importlib.resources import files
from uuid import UUID

from doorstep.platform.db import Tx
from doorstep.platform.ids import new_id
from doorstep.platform.statements import parse
from doorstep.stages import catalog, inventory
from doorstep.stages.inventory import Adjustment, Demand, Movement, Receipt, Shipped
from tests.worlds.catalog import WORLD, World, asks_serials, bin_code, build_catalog, fixed, warehouse

ON_SHELVES = {
    WORLD.a: {bin_code(1, 1): 60, bin_code(3, 4): 40},
    WORLD.b: {bin_code(1, 5): 100},
    WORLD.c: {bin_code(2, 2): 20, bin_code(4, 9): 10},
    WORLD.d: {bin_code(4, 1): 50},
}
"""Units per bin in the small world."""

BOOKS = parse((files("doorstep.stages.inventory") / "invariants.sql").read_text(encoding="utf-8"))


async def small_world(tx: Tx) -> World:
    """Build Northside with 100 mugs, 100 books, 30 lamps and 50 tubes on its shelves: enough for 50 evening sets."""
    world = await build_catalog(tx)
    await inventory.receive(
        tx,
        [
            Receipt(site_id=world.north, product_id=product_id, place=f"bin:{code}", quantity=quantity)
            for product_id, bins in ON_SHELVES.items()
            for code, quantity in bins.items()
        ],
    )
    return world


SOUTH = fixed(3, 9)


async def two_sites(tx: Tx) -> tuple[World, UUID]:
    """Build the small world and a second warehouse, `south`, with 50 mugs and 40 lamps."""
    world = await small_world(tx)
    await catalog.add_sites(tx, [warehouse(SOUTH, "south")])
    await receive(tx, world.a, 50, site_id=SOUTH)
    await receive(tx, world.c, 40, site_id=SOUTH)
    return world, SOUTH


async def receive(
    tx: Tx, product_id: UUID, quantity: int, *, place: str = "", site_id: UUID = WORLD.north
) -> None:
    """Take units of one product in, to the first bin unless another place is named."""
    receipt = Receipt(
        site_id=site_id, product_id=product_id, place=place or f"bin:{bin_code(1, 1)}", quantity=quantity
    )
    await inventory.receive(tx, [receipt])


def wish(product_id: UUID, quantity: int = 1, *, order_id: UUID | None = None, **changed: object) -> Demand:
    """What one line of an order asks of one product, at the warehouse in the north unless `site_ids` says otherwise."""
    values: dict[str, object] = {
        "order_id": order_id or new_id(),
        "line_id": new_id(),
        "product_id": product_id,
        "quantity": quantity,
        "site_ids": [WORLD.north],
    }
    return Demand(**{**values, **changed})  # type: ignore[arg-type]


def moved(
    product_id: UUID, from_place: str, to_place: str, quantity: int = 1, serials: Sequence[str] = ()
) -> Movement:
    """Units that move within the warehouse in the north."""
    return Movement(
        site_id=WORLD.north,
        product_id=product_id,
        from_place=from_place,
        to_place=to_place,
        quantity=quantity,
        reason="test",
        serials=serials,
    )


def shipped(demand: Demand, quantity: int) -> Shipped:
    """Units of a line that leave in a parcel from its first site."""
    return Shipped(
        order_id=demand.order_id,
        line_id=demand.line_id,
        site_id=demand.site_ids[0],
        product_id=demand.product_id,
        quantity=quantity,
    )


async def by_number(tx: Tx, product_id: UUID, units: Mapping[str, Sequence[str]]) -> None:
    """Let each unit of a product be known by its number: what lies there is gone, `units` come in, their numbers by place."""
    gone = [
        Adjustment(
            site_id=one.site_id,
            product_id=product_id,
            place=one.place,
            quantity=-one.on_hand,
            reason="stolen",
        )
        for one in await inventory.lying(tx, [product_id])
    ]
    await inventory.adjust(tx, gone)
    await asks_serials(tx, product_id, catalog.Serials.ALL)
    await inventory.receive(tx, [named(product_id, place, *numbers) for place, numbers in units.items()])


def named(product_id: UUID, place: str, *numbers: str) -> Receipt:
    """Units that come in by number."""
    return Receipt(
        site_id=WORLD.north, product_id=product_id, place=place, quantity=len(numbers), serials=numbers
    )


async def numbers_in(tx: Tx, product_id: UUID, *places: str) -> list[str]:
    """Return the numbers of the units that lie in places."""
    return [one.serial for one in await inventory.serials_lying(tx, [product_id], WORLD.north, places)]


async def wrong_in_the_books(tx: Tx) -> dict[str, list[tuple[object, ...]]]:
    """Return what inventory's invariants find; empty when the books are right."""
    found = {one.name: await tx.tuples(one) for one in BOOKS}
    return {name: rows for name, rows in found.items() if rows}
