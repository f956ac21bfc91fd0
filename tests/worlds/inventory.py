"""Northside with goods on its shelves, and the check that its books are right."""

from importlib.resources import files
from uuid import UUID

from doorstep.platform.db import Tx
from doorstep.platform.ids import new_id
from doorstep.platform.statements import parse
from doorstep.stages import inventory
from doorstep.stages.inventory import Demand, Receipt
from tests.worlds.catalog import WORLD, World, bin_code, build_catalog

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


async def wrong_in_the_books(tx: Tx) -> dict[str, list[tuple[object, ...]]]:
    """Return what inventory's invariants find; empty when the books are right."""
    found = {one.name: await tx.tuples(one) for one in BOOKS}
    return {name: rows for name, rows in found.items() if rows}
