"""A lead decides what a place holds where counters do not agree, and says why; how right the books are is scored."""

from doorstep.platform.db import Tx
from doorstep.platform.errors import Reason, Refused, invalid, unknown
from doorstep.platform.statements import Statements
from doorstep.stages.inventory import rules
from doorstep.stages.inventory.acts.counting.settling import Begun, close_count, post_difference, units_of
from doorstep.stages.inventory.model import Accuracy, Counted, CountStage, CountWhy, Tally, Variance

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


async def decide(tx: Tx, found: Counted, why: CountWhy, note: str = "") -> int:
    """Post what a lead says that a place holds, and why; return the difference.

    Args:
        tx: the open transaction.
        found: the count, what lies there, and how often the place had changed when the lead looked.
        why: the cause; where each unit is known by number, the ledger and the units' stories give it.
        note: more about it.

    Raises:
        Refused: there is no such count, it is over or waits for counters still, the place has changed since, or something is
            wrong with the numbers.
    """
    faults = list(rules.quantity_faults([found.quantity + 1], "quantity"))
    if faults:
        raise invalid(faults)
    begun = await tx.row(Q.lock_counts, Begun, ids=[found.count_id])
    if begun is None:
        raise unknown("count", found.count_id)
    if begun.closed or begun.stage == CountStage.OPEN:
        said = "It is over already." if begun.closed else "Counters have not finished it."
        raise Refused(Reason.CONFLICT, f"This count needs no decision. {said}")
    difference = found.quantity - begun.on_hand
    [units] = await units_of(tx, [("", begun, found)])
    reason = str(why) if units else "count"
    if found.as_of != begun.version or not await post_difference(tx, begun, difference, units, reason):
        raise Refused(Reason.CONFLICT, "The place has changed since you looked. Look again, then decide.")
    await close_count(tx, begun, found.quantity, difference, units, why=why, note=note)
    return difference


async def accuracy(tx: Tx) -> list[Accuracy]:
    """Return how right the books of each warehouse were in the last ninety days."""
    return await tx.rows(Q.accuracy, Accuracy, days=DAYS)
