"""What the outside may learn of returns."""

from collections.abc import Sequence
from uuid import UUID

from doorstep.platform.db import Tx
from doorstep.platform.statements import Statements
from doorstep.platform.webhooks.model import About
from doorstep.stages import orders

Q = Statements("doorstep.stages.feedback")


async def about_returns(tx: Tx, ids: Sequence[UUID]) -> list[About]:
    """Return what may be told of returns."""
    return await orders.about_parts(tx, await tx.rows(Q.returns_told, orders.Part, ids=list(ids)))
