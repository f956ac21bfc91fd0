"""When the last of an order is there: reckoned where a parcel's story turns, in the same transaction, and noted with the order."""

from collections.abc import Collection
from uuid import UUID

from doorstep.platform.db import Tx
from doorstep.platform.statements import Statements
from doorstep.stages import orders

Q = Statements("doorstep.stages.tracking")


async def note_arrivals(tx: Tx, order_ids: Collection[UUID]) -> None:
    """Note when the last of each order was there, or that not all of it is: a parcel is on its way, or goods still have to leave."""
    if order_ids:
        await orders.note_arrivals(tx, dict(await tx.tuples(Q.arrivals, order_ids=sorted(order_ids))))
