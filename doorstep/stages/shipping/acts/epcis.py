"""What left, to be told as EPCIS."""

from collections import defaultdict
from datetime import datetime
from uuid import UUID

from doorstep.platform.db import Tx
from doorstep.platform.statements import Statements
from doorstep.stages.shipping.rules.epcis import Inside, Left

Q = Statements("doorstep.stages.shipping")


async def left_since(
    tx: Tx, since: datetime, after: UUID, most: int, merchant_id: UUID | None = None
) -> tuple[list[Left], dict[UUID, list[Inside]]]:
    """Return parcels that left after a moment (and label, among those of the same moment), and what lies in each."""
    left = await tx.rows(Q.left_since, Left, since=since, after=after, most=most, merchant_id=merchant_id)
    inside: dict[UUID, list[Inside]] = defaultdict(list)
    for part in await tx.rows(Q.inside, Inside, ids=[one.id for one in left]):
        inside[part.id].append(part)
    return left, inside
