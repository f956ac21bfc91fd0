"""What inventory does by itself: promises that nobody claimed run out, ids of old scans are forgotten."""

from collections.abc import Sequence
from uuid import UUID

from doorstep.platform.db import Tx
from doorstep.platform.tasks import Every
from doorstep.stages.inventory.acts.once import forget
from doorstep.stages.inventory.acts.reserving import expire


async def expire_unclaimed(tx: Tx, _tenants: Sequence[UUID]) -> None:
    """Let reservations run out whose time has come."""
    await expire(tx)


async def forget_scans(tx: Tx, _tenants: Sequence[UUID]) -> None:
    """Forget the ids of scans that nobody will repeat any more."""
    await forget(tx)


EVERY = {"expire": Every(15, expire_unclaimed), "forget_scans": Every(3600, forget_scans)}
