"""What the outside may learn of parcels on their way."""

from collections.abc import Sequence
from uuid import UUID

from doorstep.platform.db import Tx
from doorstep.platform.statements import Statements
from doorstep.platform.webhooks.model import About
from doorstep.stages import orders

Q = Statements("doorstep.stages.tracking")


async def about_trackers(tx: Tx, ids: Sequence[UUID]) -> list[About]:
    """Return what may be told of trackers."""
    return await orders.about_parts(tx, await tx.rows(Q.trackers_told, orders.Part, ids=list(ids)))
