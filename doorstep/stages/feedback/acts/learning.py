"""What the house learns from its own deliveries, and the scores people look at."""

from datetime import timedelta
from uuid import UUID

from doorstep.platform.db import Tx
from doorstep.platform.statements import Statements
from doorstep.stages import shipping
from doorstep.stages.feedback import rules
from doorstep.stages.feedback.model import Tally
from doorstep.stages.feedback.rules import Score

Q = Statements("doorstep.stages.feedback")
LOOK_BACK = timedelta(days=90)


async def learn(tx: Tx) -> int:
    """Hand each carrier service's measured record to shipping, where it takes part in the next choice; return how many."""
    records = await tx.rows(Q.carrier_records, shipping.Record, since=tx.now - LOOK_BACK)
    await shipping.learn(tx, records)
    return len(records)


async def scores(tx: Tx, *, merchant_id: UUID | None) -> list[Score]:
    """Return the scores by carrier, site, merchant and product of the last 90 days, each with n and interval."""
    tallies = await tx.rows(Q.tallies, Tally, merchant_id=merchant_id, since=tx.now - LOOK_BACK)
    return [rules.score(tally) for tally in tallies]
