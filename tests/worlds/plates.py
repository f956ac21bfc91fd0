"""Plates in the small world: what stands on one, and Northside with goods to put on them."""

from collections.abc import Sequence
from uuid import UUID

from doorstep.platform.db import Tx
from doorstep.platform.journal import history
from doorstep.stages.inventory.acts.plates import filling, looking
from doorstep.stages.inventory.model.plates import PlateLine, Tree
from tests.worlds.catalog import WORLD, bin_code

HERE, THERE = f"bin:{bin_code(1, 1)}", f"bin:{bin_code(4, 4)}"
"""A bin where 60 mugs lie in the small world, and one that is empty."""


def line(units: int, product_id: UUID = WORLD.a, lot: str = "") -> PlateLine:
    """Units of a product, mugs unless another is named."""
    return PlateLine(product_id, units, lot)


async def build(tx: Tx, code: str, *lines: PlateLine, nested: Sequence[str] = (), place: str = HERE) -> Tree:
    """Build a plate of goods that lie in a bin, and of plates."""
    return await filling.build_plate(tx, code, WORLD.north, place, lines, nested)


async def on(tx: Tx, code: str) -> dict[tuple[str, str], int]:
    """Return what stands on a plate and the plates on it: units by (code of the plate, lot)."""
    tree = await looking.plate_called(tx, code)
    codes = {one.id: one.code for one in tree.plates}
    return {(codes[one.plate_id], one.lot): one.quantity for one in tree.contents}


async def story(tx: Tx, code: str) -> list[str]:
    """Return what happened to a plate, the oldest first."""
    tree = await looking.plate_called(tx, code)
    return [one.name for one in await history(tx, [tree.root.id])]
