"""How far the floors are with orders, for whoever lists orders, and which order a parcel's number means."""

import re
from collections.abc import Sequence
from uuid import UUID

from doorstep.platform.db import Tx
from doorstep.platform.statements import Statements

Q = Statements("doorstep.stages.warehouse")
NUMBER = re.compile(r"P-?([0-9]{1,17})", re.IGNORECASE)
"""How parcels are called on slips and pages: P-42."""


async def floor_of(tx: Tx, order_ids: Sequence[UUID]) -> dict[UUID, str]:
    """Return how far floors are with each order, by its part that is farthest behind; orders of which no part is here are left out."""
    return dict(await tx.tuples(Q.floor_of, order_ids=list(order_ids)))


async def orders_on_floor(tx: Tx, state: str, most: int) -> list[UUID]:
    """Return the orders of which some part is in an unfinished state on a floor, the newest ones."""
    return await tx.values(Q.orders_on_floor, state=state, most=most)


async def find_by_parcel(tx: Tx, word: str) -> list[UUID]:
    """Return the order whose parcel is called so: P-42."""
    called = NUMBER.fullmatch(word)
    return await tx.values(Q.order_of_parcel_number, number=int(called[1])) if called else []
