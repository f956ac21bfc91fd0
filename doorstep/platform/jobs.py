"""What the ground does by the clock."""

from uuid import UUID

from doorstep.platform.db import Tx
from doorstep.platform.statements import Statements
from doorstep.platform.tasks import Every

Q = Statements("doorstep.platform")


async def forget_answers(tx: Tx, subjects: list[UUID]) -> None:
    """Forget the answers to idempotency keys after two days; `subjects` is the tenant."""
    assert subjects == [tx.tenant_id]  # noqa: S101 - a timer's subject is its tenant
    await tx.run(Q.forget_answers)


EVERY = {"forget_answers": Every(3600.0, forget_answers)}
