"""Counts are judged: blind, found twice before a difference is believed, and never against a place that changed under the counter's hands."""

from collections.abc import Sequence
from uuid import UUID

from doorstep.platform.db import Tx
from doorstep.platform.errors import invalid, unknown
from doorstep.platform.ids import new_ids
from doorstep.platform.statements import Statements
from doorstep.stages.inventory import rules
from doorstep.stages.inventory.acts.counting.planning import terms_of
from doorstep.stages.inventory.acts.counting.settling import Begun, close_count, post_difference, units_of
from doorstep.stages.inventory.acts.posting import check_places
from doorstep.stages.inventory.model import (
    CountAnswer,
    Counted,
    CountStage,
    CountTerms,
    CountVerdict,
    OpenCount,
    Tally,
)
from doorstep.stages.inventory.rules.counting import is_heavy, judge
from doorstep.stages.inventory.rules.units_counted import Units

Q = Statements("doorstep.stages.inventory")
NEXT = {
    CountVerdict.COUNT_AGAIN: CountStage.OPEN,
    CountVerdict.ANOTHER: CountStage.OTHER,
    CountVerdict.LEAD: CountStage.LEAD,
}
"""Who is asked after a verdict that does not end a count."""


async def open_counts(tx: Tx, site_id: UUID | None = None, *, most: int = 200) -> list[OpenCount]:
    """Return what waits to be counted, oldest first."""
    return await tx.rows(Q.open_counts, OpenCount, site_id=site_id, place=None, most=most)


async def counts_in(tx: Tx, site_id: UUID, place: str) -> list[OpenCount]:
    """Return the open counts of one place."""
    return await tx.rows(Q.open_counts, OpenCount, site_id=site_id, place=place, most=1000)


async def start_count(tx: Tx, site_id: UUID, place: str, *, extra: Sequence[UUID] = ()) -> list[OpenCount]:
    """Begin to count a place: every product that the books or open counts know there, and `extra` ones found there.

    What is expected is not said. The answer's `as_of` comes back with what was found: a place that changed in between is
    counted again, also when several people count it at once.

    Raises:
        Refused: there is no such bin.
    """
    await check_places(tx, [(site_id, place)])
    products: list[UUID] = await tx.values(Q.countable, site_id=site_id, place=place, extra=list(extra))
    await tx.run(Q.open_place, ids=new_ids(len(products)), products=products, site_id=site_id, place=place)
    return await counts_in(tx, site_id, place)


async def leave_count(tx: Tx, site_id: UUID, place: str) -> bool:
    """Leave a place that was only begun; return whether it is picked from again. Doubts, and what somebody counted already, stay."""
    await tx.run(Q.forget_begun, site_id=site_id, place=place)
    await tx.run(Q.unblock_begun, site_id=site_id, place=place)
    return not await tx.value(Q.blocked, site_id=site_id, place=place)


async def count(tx: Tx, counted: Sequence[Counted]) -> list[CountAnswer]:
    """Judge counts: a match closes; a difference is posted, once, when it was found twice, a large one by two people.

    A place that changed since the count began is counted again, so that no pick is ever lost in a count. Where people do not
    agree, a lead decides; so does one where a unit was found that lies elsewhere by the books.

    Raises:
        Refused: a count is not there, a quantity is absurd, or something is wrong with the numbers that were found.
    """
    faults = list(rules.quantity_faults((one.quantity + 1 for one in counted), "quantity"))
    if faults:
        raise invalid(faults)
    ids = [one.count_id for one in counted]
    begun = {one.id: one for one in await tx.rows(Q.lock_counts, Begun, ids=ids)}
    missing = [one for one in ids if one not in begun]
    if missing:
        raise unknown("count", missing[0])
    units = await units_of(tx, [(f"/counts/{i}", begun[one.count_id], one) for i, one in enumerate(counted)])
    terms = await terms_of(tx, [one.site_id for one in begun.values()])
    tallies = await tx.rows(Q.tallies, Tally, ids=ids)
    answers: list[CountAnswer] = []
    for one, which in zip(counted, units, strict=True):
        count = begun[one.count_id]
        if count.closed or any(done.count_id == count.id and done.verdict not in NEXT for done in answers):
            answers.append(CountAnswer(count.id, CountVerdict.CLOSED, count.version))
            continue
        mine = [tally for tally in tallies if tally.count_id == count.id]
        answers.append(await _judge(tx, count, one, mine, terms[count.site_id], which))
        tallies.append(Tally(count.id, tx.actor, tx.now, one.quantity, one.as_of, one.serials))
    return answers


async def _judge(
    tx: Tx, begun: Begun, found: Counted, tallies: Sequence[Tally], terms: CountTerms, units: Units | None
) -> CountAnswer:
    if found.as_of != begun.version:
        return CountAnswer(begun.id, CountVerdict.COUNT_AGAIN, begun.version)
    difference = found.quantity - begun.on_hand
    verdict = judge(
        found.found,
        begun.books,
        tx.actor,
        [one for one in tallies if one.version == begun.version],
        heavy=is_heavy(units.off if units else difference, begun.price_minor, terms),
        stage=begun.stage,
    )
    if verdict == CountVerdict.POSTED and units and units.moved:
        verdict = CountVerdict.LEAD
    await tx.run(
        Q.add_tally,
        count_id=begun.id,
        counter=tx.actor,
        quantity=found.quantity,
        version=begun.version,
        serials=None if found.serials is None else sorted(found.serials),
    )
    if verdict in NEXT:
        await tx.run(Q.count_on, id=begun.id, stage=NEXT[verdict])
        return CountAnswer(begun.id, verdict, begun.version)
    if not await post_difference(tx, begun, difference, units):
        return CountAnswer(begun.id, CountVerdict.COUNT_AGAIN, begun.version + 1)
    await close_count(tx, begun, found.quantity, difference, units)
    missing, unexpected = (units.missing, units.unexpected) if units else ((), ())
    return CountAnswer(begun.id, verdict, begun.version, difference, missing, unexpected)
