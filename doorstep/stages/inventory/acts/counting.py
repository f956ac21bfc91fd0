"""Counting: blind, twice before it is believed, and never against a place that changed under the counter's hands."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from doorstep.platform import journal
from doorstep.platform.db import Tx
from doorstep.platform.errors import Refused, invalid, unknown
from doorstep.platform.ids import new_ids
from doorstep.platform.statements import Statements
from doorstep.stages.inventory import rules
from doorstep.stages.inventory.acts.breaking import make_room
from doorstep.stages.inventory.acts.posting import check_places, post
from doorstep.stages.inventory.model import (
    CountAnswer,
    Counted,
    CountVerdict,
    Movement,
    OpenCount,
)

Q = Statements("doorstep.stages.inventory")


@dataclass(frozen=True, slots=True)
class Begun:
    """A count under way, and what the books say of the place right now."""

    id: UUID
    site_id: UUID
    place: str
    product_id: UUID
    tries: int
    closed: bool
    on_hand: int
    version: int


async def open_counts(tx: Tx, site_id: UUID | None = None, *, most: int = 200) -> list[OpenCount]:
    """Return what waits to be counted, oldest first."""
    return await tx.rows(Q.open_counts, OpenCount, site_id=site_id, most=most)


async def counts_in(tx: Tx, site_id: UUID, place: str) -> list[OpenCount]:
    """Return the open counts of one place."""
    return await tx.rows(Q.counts_in, OpenCount, site_id=site_id, place=place)


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


async def count(tx: Tx, counted: Sequence[Counted]) -> list[CountAnswer]:
    """Judge counts: a match closes; a first difference asks to count again; a second one is posted, once.

    A place that changed since the count began is counted again, so that no pick is ever lost in a count.

    Raises:
        Refused: a count is not there, or a quantity is absurd.
    """
    faults = list(rules.quantity_faults((one.quantity + 1 for one in counted), "quantity"))
    if faults:
        raise invalid(faults)
    begun = {
        one.id: one for one in await tx.rows(Q.lock_counts, Begun, ids=[one.count_id for one in counted])
    }
    answers = []
    for one in counted:
        if one.count_id not in begun:
            raise unknown("count", one.count_id)
        answers.append(await _judge(tx, begun[one.count_id], one))
    return answers


async def _judge(tx: Tx, begun: Begun, found: Counted) -> CountAnswer:
    difference = found.quantity - begun.on_hand
    if begun.closed:
        return CountAnswer(begun.id, CountVerdict.CLOSED, begun.version)
    if found.as_of != begun.version:
        return CountAnswer(begun.id, CountVerdict.COUNT_AGAIN, begun.version)
    if difference and begun.tries == 0:
        await tx.run(Q.count_again, id=begun.id)
        return CountAnswer(begun.id, CountVerdict.COUNT_AGAIN, begun.version)
    if difference and not await _posted(tx, begun, difference):
        return CountAnswer(begun.id, CountVerdict.COUNT_AGAIN, begun.version + 1)
    await tx.run(Q.close_count, id=begun.id, counted=found.quantity, difference=difference, actor=tx.actor)
    facts = {
        "product_id": begun.product_id,
        "place": begun.place,
        "counted": found.quantity,
        "difference": difference,
    }
    await journal.tell(tx, "count", "posted", [begun.id], facts)
    verdict = CountVerdict.POSTED if difference else CountVerdict.MATCHES
    return CountAnswer(begun.id, verdict, begun.version, difference)


async def _posted(tx: Tx, begun: Begun, difference: int) -> bool:
    """Post a difference unless the place changes at this very moment; a shortage breaks the youngest promises."""
    movement = Movement(
        site_id=begun.site_id,
        product_id=begun.product_id,
        from_place="found" if difference > 0 else begun.place,
        to_place=begun.place if difference > 0 else "lost",
        quantity=abs(difference),
        reason="count",
        reference=begun.id,
    )
    spot = (begun.site_id, begun.product_id, begun.place)
    try:
        async with tx.connection.transaction():
            if difference < 0 and rules.is_sellable(begun.place):
                await make_room(tx, {(begun.product_id, begun.site_id): -difference}, "count")
            await post(tx, [movement], versions={spot: begun.version})
    except Refused:
        return False
    return True
