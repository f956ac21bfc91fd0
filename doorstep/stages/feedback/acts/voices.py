"""What the customer says about a delivery: "I have it", "something is wrong", and a score."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from doorstep.platform.db import Tx
from doorstep.platform.errors import Fault, Reason, Refused, invalid, unknown
from doorstep.platform.ids import new_id
from doorstep.platform.journal import born, move, tell
from doorstep.platform.statements import Statements
from doorstep.stages.feedback import rules
from doorstep.stages.feedback.acts.cases import open_case
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


async def confirm(
    tx: Tx, order_id: UUID, *, received: bool, note: str = "", cause: Cause = Cause.NOT_RECEIVED
) -> None:
    """Record the customer's word on the delivered parcels of an order; "something is wrong" opens a case.

    Saying it again is harmless: the newest word counts.

    Raises:
        Refused: unknown order; or "I have it" while nothing is delivered yet.
    """
    order = await facts_of(tx, order_id)
    parcels = await tx.values(Q.delivered_parcels, order_id=order_id)
    if received and not parcels:
        raise Refused(
            Reason.CONFLICT, "Nothing of this order is delivered yet. Come back when it has arrived."
        )
    before = await tx.value(Q.confirmation, order_id=order_id)
    await tx.run(Q.confirm, parcel_ids=parcels, order_id=order_id, received=received, note=note[:COMMENT_MAX])
    if before is not received:
        facts = {"order_id": order_id, "received": received}
        await tell(tx, "confirmation", "given", [new_id()], facts)
    if not received:
        await open_case(tx, order, cause, note)


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
    if not 1 <= score <= 5:
        raise invalid([Fault("/score", "range", "A score is a whole number from 1 to 5.")])
    order = await facts_of(tx, order_id)
    if not order.delivered:
        raise Refused(Reason.CONFLICT, "Nothing of this order is delivered yet. Rate it when it has arrived.")
    values = {"score": score, "comment": comment[:COMMENT_MAX], "order_id": order_id, "question": "delivery"}
    facts = {"order_id": order_id, "score": score}
    rating_id = new_id()
    if await tx.value(Q.add_rating, id=rating_id, merchant_id=order.merchant_id, **values):
        await born(tx, RATING, [rating_id], facts)
    else:
        await _change(tx, values, facts)
    if score <= rules.UNHAPPY_MAX:
        await open_case(tx, order, Cause.UNHAPPY, comment)


async def _change(tx: Tx, values: dict[str, object], facts: dict[str, object]) -> None:
    found = await tx.tuples(Q.lock_rating, **values)
    rating_id, score, comment = found[0]
    if (score, comment) == (values["score"], values["comment"]):
        return
    await tx.run(Q.change_rating, id=rating_id, **values)
    await move(tx, RATING, RatingAct.CHANGE, [rating_id], {**facts, "before": score})


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
