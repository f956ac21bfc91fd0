"""When feedback acts by itself: a parcel is delivered, a return is approved, a refund is paid; and every hour it learns."""

from uuid import UUID

from doorstep.platform.db import Tx
from doorstep.platform.statements import Statements
from doorstep.platform.tasks import Every
from doorstep.platform.webhooks.model import Tells
from doorstep.stages import shipping, tracking
from doorstep.stages.feedback.acts import cases, learning, returns, voices
from doorstep.stages.feedback.acts.announcing import about_returns

Q = Statements("doorstep.stages.feedback")


async def ask_rating(tx: Tx, subjects: list[UUID]) -> None:
    """Ask once how the delivery was, when an order is delivered whole and nobody complains."""
    order_ids = await voices.orders_to_ask(tx, subjects)
    messages = [tracking.Message(one, "rate", "delivered", facts={"path": "/rate"}) for one in order_ids]
    await tracking.owe(tx, messages)


async def tell_answer(tx: Tx, subjects: list[UUID]) -> None:
    """Send the customer what was answered."""
    answered = [await cases.case_of(tx, one, merchant_id=None) for one in subjects]
    messages = [
        tracking.Message(one.order_id, "case_answered", str(one.id), facts={"answer": one.answer or ""})
        for one in answered
    ]
    await tracking.owe(tx, messages)


async def label_return(tx: Tx, subjects: list[UUID]) -> None:
    """Make the label that an approved return travels with, and tell the customer."""
    for return_id in subjects:
        where = await returns.place_of(tx, return_id)
        label = await shipping.return_label(tx, where.order_id, where.site_id, f"Return {where.number}")
        await returns.keep_label(tx, return_id, label.tracking_number, label.pdf)
        facts = {"path": "/return", "number_of_return": where.number}
        await tracking.owe(
            tx, [tracking.Message(where.order_id, "return_approved", str(return_id), facts=facts)]
        )


async def close_refunded(tx: Tx, subjects: list[UUID]) -> None:
    """Close the returns whose money was paid back."""
    await returns.close_returns(
        tx, [UUID(str(one)) for one in await tx.values(Q.returns_of_refunds, ids=subjects)]
    )


async def learn(tx: Tx, subjects: list[UUID]) -> None:
    """Tell shipping what our own deliveries say of each carrier's service; `subjects` is the tenant."""
    assert subjects == [tx.tenant_id]  # noqa: S101 - a timer's subject is its tenant
    await learning.learn(tx)


ON = {
    "tracker.delivered": [ask_rating],
    "case.answered": [tell_answer],
    "return.approved": [label_return],
    "refund.refunded": [close_refunded],
}
EVERY = {"learn": Every(60.0, learn)}
TELLS = {
    "return": Tells(
        about_returns,
        {
            "asked": "A customer wants to send something back; somebody decides.",
            "approved": "The customer may send it back.",
            "rejected": "The customer may not send it back.",
            "in_transit": "The goods are on their way back.",
            "received": "The goods came back.",
            "graded": "The goods were looked at; what can be sold is in stock again.",
            "closed": "The return is done, and paid where something was to be paid.",
        },
    )
}
