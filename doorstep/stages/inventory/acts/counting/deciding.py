"""A lead decides what a place holds where counters do not agree, and says why; how right the books are is scored."""

from uuid import UUID

from doorstep.platform.db import Tx
from doorstep.platform.errors import Reason, Refused, invalid, unknown
from doorstep.platform.statements import Statements
from doorstep.stages.inventory import rules
from doorstep.stages.inventory.acts.counting.judging import Begun, close_count, post_difference
from doorstep.stages.inventory.model import Accuracy, CountStage, CountWhy, Tally, Variance

Q = Statements("doorstep.stages.inventory")
SHOWN = 200
DAYS = 90
"""How far back accuracy is reckoned."""


async def variances(tx: Tx) -> list[tuple[Variance, list[Tally]]]:
    """Return the counts that wait for a lead or another person, the oldest first, with what was found since the place changed."""
    found = await tx.rows(Q.variances, Variance, most=SHOWN)
    tallies = await tx.rows(Q.tallies, Tally, ids=[one.id for one in found]) if found else []
    return [
        (one, [tally for tally in tallies if (tally.count_id, tally.version) == (one.id, one.as_of)])
        for one in found
    ]


async def decide(tx: Tx, count_id: UUID, quantity: int, as_of: int, why: CountWhy, note: str = "") -> int:
    """Post what a lead says that a place holds, and why; return the difference.

    Args:
        tx: the open transaction.
        count_id: the count.
        quantity: units that lie there.
        as_of: how often the place had changed when the lead looked.
        why: the cause.
        note: more about it.

    Raises:
        Refused: there is no such count, it is over or waits for counters still, or the place has changed since.
    """
    faults = list(rules.quantity_faults([quantity + 1], "quantity"))
    if faults:
        raise invalid(faults)
    begun = await tx.row(Q.lock_counts, Begun, ids=[count_id])
    if begun is None:
        raise unknown("count", count_id)
    if begun.closed or begun.stage == CountStage.OPEN:
        said = "It is over already." if begun.closed else "Counters have not finished it."
        raise Refused(Reason.CONFLICT, f"This count needs no decision. {said}")
    difference = quantity - begun.on_hand
    if as_of != begun.version or (difference and not await post_difference(tx, begun, difference)):
        raise Refused(Reason.CONFLICT, "The place has changed since you looked. Look again, then decide.")
    await close_count(tx, begun, quantity, difference, why=why, note=note)
    return difference


async def accuracy(tx: Tx) -> list[Accuracy]:
    """Return how right the books of each warehouse were in the last ninety days."""
    return await tx.rows(Q.accuracy, Accuracy, days=DAYS)
