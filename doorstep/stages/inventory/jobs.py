"""What inventory does by itself: promises that nobody claimed run out."""

from collections.abc import Sequence
from uuid import UUID

from doorstep.platform.db import Tx
from doorstep.platform.tasks import Every
from doorstep.stages.inventory.acts.reserving import expire


async def expire_unclaimed(tx: Tx, _tenants: Sequence[UUID]) -> None:
    """Let reservations run out whose time has come."""
    await expire(tx)


EVERY = {"expire": Every(15, expire_unclaimed)}
