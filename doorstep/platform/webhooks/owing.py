"""Owing endpoints what was made for them alone."""

from collections.abc import Sequence
from uuid import UUID

from doorstep.platform.db import Tx
from doorstep.platform.statements import Statements
from doorstep.platform.webhooks.announcing import wake

Q = Statements("doorstep.platform.webhooks")


async def owe(tx: Tx, owed: Sequence[tuple[UUID, UUID]]) -> None:
    """Owe endpoints the first event of things: (endpoint, thing); the event is written in the same transaction."""
    if owed:
        await tx.run(
            Q.owe_own, endpoint_ids=[one for one, _ in owed], subjects=[subject for _, subject in owed]
        )
        await wake(tx, [one for one, _ in owed])
