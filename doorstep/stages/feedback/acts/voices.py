"""What the customer says about a delivery: "I have it", "something is wrong", and a score."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from doorstep.platform.db import Tx
from doorstep.platform.errors import Fault, Reason, Refused, invalid, unknown
from doorstep.platform.ids import new_id, new_ids
from doorstep.platform.journal import born, move, tell
from doorstep.platform.statements import Statements
from doorstep.stages.feedback import rules
from doorstep.stages.feedback.acts.cases import Complaint, open_cases
from doorstep.stages.feedback.model import RATING, Cause, OrderFacts, RatingAct, RatingShown

Q = Statements("doorstep.stages.feedback")
COMMENT_MAX = 2000


async def facts_of(tx: Tx, order_id: UUID) -> OrderFacts:
    """Return what feedback needs to know of an order.

    Raises:
        Refused: there is no such order.
    """
    found = await tx.row(Q.order_facts, OrderFacts, order_ids=[order_id])
    if found is None:
        raise unknown("order", order_id)
    return found


@dataclass(frozen=True, slots=True)
class Word:
    """A customer's word on the delivered parcels of an order."""

    order_id: UUID
    received: bool
    note: str = ""
    cause: Cause = Cause.NOT_RECEIVED


@dataclass(frozen=True, slots=True)
class Rated:
    """How a customer liked a delivery: 1 to 5, and why, in their own words."""

    order_id: UUID
    score: int
    comment: str = ""


async def confirm(
    tx: Tx, order_id: UUID, *, received: bool, note: str = "", cause: Cause = Cause.NOT_RECEIVED
) -> None:
    """Record the customer's word on the delivered parcels of an order; "something is wrong" opens a case.

    Saying it again is harmless: the newest word counts.

    Raises:
        Refused: unknown order; or "I have it" while nothing is delivered yet.
    """
    await confirm_each(tx, [Word(order_id, received, note, cause)])


async def confirm_each(tx: Tx, words: Sequence[Word]) -> None:
    """Record the words of many customers, one of each order.

    Raises:
        Refused: as `confirm`; then nothing of all is recorded.
    """
    found = await _facts_of(tx, [one.order_id for one in words])
    order_ids = list(found)
    parcels: dict[UUID, list[UUID]] = defaultdict(list)
    for order_id, parcel_id in await tx.tuples(Q.delivered_parcels, order_ids=order_ids):
        parcels[order_id].append(parcel_id)
    if any(one.received and not parcels[one.order_id] for one in words):
        raise Refused(
            Reason.CONFLICT, "Nothing of this order is delivered yet. Come back when it has arrived."
        )
    before = dict(await tx.tuples(Q.confirmations, order_ids=order_ids))
    said = [(parcel_id, one) for one in words for parcel_id in parcels[one.order_id]]
    await tx.run(
        Q.confirm,
        parcel_ids=[parcel_id for parcel_id, _ in said],
        order_ids=[one.order_id for _, one in said],
        receiveds=[one.received for _, one in said],
        notes=[one.note[:COMMENT_MAX] for _, one in said],
    )
    facts = {
        new_id(): {"order_id": one.order_id, "received": one.received}
        for one in words
        if before.get(one.order_id) is not one.received
    }
    await tell(tx, "confirmation", "given", list(facts), facts)
    wrong = [Complaint(found[one.order_id], one.cause, one.note) for one in words if not one.received]
    await open_cases(tx, wrong)


async def rate(tx: Tx, order_id: UUID, score: int, comment: str = "") -> None:
    """Record how a customer liked the delivery: once per order; another answer changes the first.

    Args:
        tx: the open transaction.
        order_id: the order that was delivered.
        score: 1 to 5; 1 and 2 open a case first.
        comment: in the customer's own words.

    Raises:
        Refused: unknown order, a score outside 1 to 5, or nothing delivered yet.
    """
    await rate_each(tx, [Rated(order_id, score, comment)])


async def rate_each(tx: Tx, rated: Sequence[Rated]) -> None:
    """Record what many customers say, one answer of each order.

    Raises:
        Refused: as `rate`; then nothing of all is recorded.
    """
    if any(not 1 <= one.score <= 5 for one in rated):
        raise invalid([Fault("/score", "range", "A score is a whole number from 1 to 5.")])
    found = await _facts_of(tx, [one.order_id for one in rated])
    if any(not order.delivered for order in found.values()):
        raise Refused(Reason.CONFLICT, "Nothing of this order is delivered yet. Rate it when it has arrived.")
    by_id = dict(zip(new_ids(len(rated)), rated, strict=True))
    first = await tx.values(
        Q.add_ratings,
        ids=list(by_id),
        order_ids=[one.order_id for one in rated],
        merchant_ids=[found[one.order_id].merchant_id for one in rated],
        scores=[one.score for one in rated],
        comments=[one.comment[:COMMENT_MAX] for one in rated],
        question="delivery",
    )
    facts = {i: {"order_id": by_id[i].order_id, "score": by_id[i].score} for i in first}
    await born(tx, RATING, first, facts)
    for rating_id, one in by_id.items():
        if rating_id not in facts:
            await _change(tx, one)
    unhappy = [one for one in rated if one.score <= rules.UNHAPPY_MAX]
    await open_cases(tx, [Complaint(found[one.order_id], Cause.UNHAPPY, one.comment) for one in unhappy])


async def _facts_of(tx: Tx, order_ids: Sequence[UUID]) -> dict[UUID, OrderFacts]:
    found = {one.id: one for one in await tx.rows(Q.order_facts, OrderFacts, order_ids=list(order_ids))}
    for order_id in order_ids:
        if order_id not in found:
            raise unknown("order", order_id)
    return found


async def _change(tx: Tx, one: Rated) -> None:
    values = {"order_id": one.order_id, "question": "delivery"}
    rating_id, score, comment = (await tx.tuples(Q.lock_rating, **values))[0]
    if (score, comment) == (one.score, one.comment[:COMMENT_MAX]):
        return
    await tx.run(Q.change_rating, id=rating_id, score=one.score, comment=one.comment[:COMMENT_MAX])
    facts = {"order_id": one.order_id, "score": one.score, "before": score}
    await move(tx, RATING, RatingAct.CHANGE, [rating_id], facts)


@dataclass(frozen=True, slots=True)
class Voice:
    """What the customer of an order has said so far."""

    order_id: UUID
    score: int | None
    complained: bool
    sent_back: bool


async def heard(tx: Tx, order_ids: Sequence[UUID]) -> dict[UUID, Voice]:
    """Return what the customers of some orders have said so far."""
    return {one.order_id: one for one in await tx.rows(Q.heard, Voice, order_ids=list(order_ids))}


async def ratings(
    tx: Tx, *, merchant_id: UUID | None, before: tuple[datetime, UUID] | None = None, most: int = 50
) -> list[RatingShown]:
    """Return the newest ratings of one merchant or of all, older than the last one seen."""
    at, rating_id = before or (None, None)
    return await tx.rows(
        Q.ratings, RatingShown, merchant_id=merchant_id, before=at, before_id=rating_id, most=most
    )


async def orders_to_ask(tx: Tx, tracker_ids: Sequence[UUID]) -> list[UUID]:
    """Return the orders of these parcels that are delivered whole and about which nobody complains."""
    orders = await tx.values(Q.orders_of_trackers, ids=list(tracker_ids))
    asked = await tx.values(Q.orders_to_ask, order_ids=orders)
    return [UUID(str(order_id)) for order_id in asked]
