"""What came back of orders, for whoever shows an order."""

from uuid import UUID

from doorstep.platform.db import Tx
from doorstep.platform.statements import Statements

Q = Statements("doorstep.stages.feedback")


async def returned_units(tx: Tx, order_id: UUID) -> dict[UUID, dict[str, int]]:
    """Return the pieces of each line that came back, by line."""
    return {
        line_id: {"returned": units}
        for line_id, units in await tx.tuples(Q.returned_units, order_id=order_id)
    }
