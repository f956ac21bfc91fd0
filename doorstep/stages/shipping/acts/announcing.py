"""What the outside may learn of labels."""

from collections.abc import Sequence
from uuid import UUID

from doorstep.platform.db import Tx
from doorstep.platform.statements import Statements
from doorstep.platform.webhooks.model import About
from doorstep.stages import orders

Q = Statements("doorstep.stages.shipping")


async def about_labels(tx: Tx, ids: Sequence[UUID]) -> list[About]:
    """Return what may be told of labels."""
    return await orders.about_parts(tx, await tx.rows(Q.labels_told, orders.Part, ids=list(ids)))
