"""Two clocks. Leases and retries go by the database's time; what the business calls *now* is the tenant's own clock.

A tenant without a clock of its own lives in real time. A simulated tenant's clock starts at a given time and runs at
a given rate (0 stands still until advanced); it only moves forward, and moving it makes every timer due.
"""

from datetime import datetime
from uuid import UUID

from doorstep.platform.db import Database, Tx
from doorstep.platform.errors import Reason, Refused
from doorstep.platform.statements import Statements

Q = Statements("doorstep.platform")


async def simulate(db: Database, tenant_id: UUID, start: datetime, *, rate: float = 0.0) -> None:
    """Give a tenant a clock of its own that shows `start` now and runs `rate` seconds a second."""
    async with db.transaction(tenant_id, actor="system") as tx:
        await tx.run(Q.set_clock, start=start, rate=rate)


async def advance(tx: Tx, to: datetime) -> datetime:
    """Move the tenant's simulated clock forward to `to` and wake its timers; return the new now.

    Raises:
        Refused: the tenant lives in real time, or `to` lies in its past.
    """
    now: datetime | None = await tx.value(Q.advance_clock, to=to)
    if now is None:
        raise Refused(
            Reason.CONFLICT,
            "The clock was not moved: it belongs to a tenant in real time, or the new time lies in its past.",
        )
    await tx.run(Q.wake_timers)
    tx.owing = True
    return now
