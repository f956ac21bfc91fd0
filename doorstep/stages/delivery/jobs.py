"""What the last mile does by itself: it expects what our fleet will carry, and forgets what is void."""

from collections.abc import Sequence
from uuid import UUID

from doorstep.platform.db import Tx
from doorstep.stages.delivery.acts import expecting


async def expect(tx: Tx, label_ids: Sequence[UUID]) -> None:
    """Expect the parcels whose labels are of our own fleet."""
    await expecting.expect(tx, label_ids)


async def withdraw(tx: Tx, label_ids: Sequence[UUID]) -> None:
    """Expect parcels no longer whose labels are void."""
    await expecting.withdraw(tx, label_ids)


ON = {"label.bought": [expect], "label.voided": [withdraw]}
