"""How far carriers are with orders, for whoever lists orders."""

from collections.abc import Sequence
from uuid import UUID

from doorstep.platform.db import Tx
from doorstep.platform.statements import Statements

Q = Statements("doorstep.stages.tracking")


async def carried_of(tx: Tx, order_ids: Sequence[UUID]) -> dict[UUID, str]:
    """Return how far carriers are with each order, by its parcel in trouble, else the one farthest behind; others are left out."""
    return dict(await tx.tuples(Q.carried_of, order_ids=list(order_ids)))


async def orders_by_tracker(tx: Tx, state: str, most: int) -> list[UUID]:
    """Return the orders of which some parcel is in a state, of the newest parcels."""
    return await tx.values(Q.orders_by_tracker, state=state, most=most)
