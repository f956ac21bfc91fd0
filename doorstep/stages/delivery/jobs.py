"""What the last mile does by itself: it expects what our fleet will carry, and forgets what is void."""

from collections.abc import Sequence
from uuid import UUID

from doorstep.platform.db import Tx
from doorstep.platform.tasks import Every
from doorstep.stages.delivery.acts import expecting, learning


async def expect(tx: Tx, label_ids: Sequence[UUID]) -> None:
    """Expect the parcels whose labels are of our own fleet."""
    await expecting.expect(tx, label_ids)


async def withdraw(tx: Tx, label_ids: Sequence[UUID]) -> None:
    """Expect parcels no longer whose labels are void."""
    await expecting.withdraw(tx, label_ids)


async def learn(tx: Tx, subjects: list[UUID]) -> None:
    """Learn from the legs that our vans drove; `subjects` is the tenant."""
    assert subjects == [tx.tenant_id]  # noqa: S101 - a timer's subject is its tenant
    await learning.learn(tx)


ON = {"label.bought": [expect], "label.voided": [withdraw]}
EVERY = {"learn": Every(3600.0, learn)}
