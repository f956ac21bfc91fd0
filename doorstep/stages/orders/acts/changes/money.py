"""The money of a change: the difference is asked for, not taken, or given back, through the life cycle of payments."""

from doorstep.platform.db import Tx
from doorstep.platform.errors import Reason, Refused
from doorstep.platform.measures import money
from doorstep.platform.statements import Statements
from doorstep.stages.orders.acts.holding import hold
from doorstep.stages.orders.acts.money.paying import authorized, refund, want_void_of
from doorstep.stages.orders.acts.money.taking import MANUAL, end_promises, further_payment
from doorstep.stages.orders.model import (
    HoldReason,
    Payment,
    PaymentAct,
    PaymentState,
    RefundAsk,
)
from doorstep.stages.orders.model.changing import Change, FurtherPayment, Settlement, Standing

Q = Statements("doorstep.stages.orders")
LATER = FurtherPayment(processor=MANUAL, method="open")
"""A payment of which nobody said yet how it comes."""


async def settle(tx: Tx, standing: Standing, settlement: Settlement, change: Change) -> None:
    """Write down how the difference is settled; an order that waits for money is held for `payment`."""
    order = standing.order
    parts = [*settlement.releases, *settlement.refunded]
    if parts:
        await tx.run(
            Q.release_payments, ids=[one for one, _ in parts], amounts=[amount for _, amount in parts]
        )
        needless = {
            one.id for one in standing.payments if one.needed_minor == dict(settlement.releases).get(one.id)
        }
        await want_void_of(tx, [one for one in standing.payments if one.id in needless])
        released = dict(settlement.releases)
        await end_promises(
            tx,
            [
                one
                for one in standing.payments
                if one.due_minor and one.needed_minor - released.get(one.id, 0) == one.due_minor
            ],
        )
    if settlement.refund_minor:
        reference = f"change-{order.changes + 1}"
        await refund(tx, [RefundAsk(order.id, settlement.refund_minor, change.why, reference)])
    if settlement.further_minor:
        await _ask_more(tx, standing, settlement.further_minor, change.payment)


async def _ask_more(tx: Tx, standing: Standing, amount_minor: int, paid: FurtherPayment | None) -> None:
    order = standing.order
    then = [] if paid is None else [PaymentAct.AUTHORIZE if paid.processor == MANUAL else PaymentAct.ASK]
    await further_payment(tx, order.id, paid or LATER, amount_minor, order.currency, then)
    more = money(amount_minor, order.currency)
    if paid is None:
        said = f"{more} more is due since the change. Ask the customer, then say how it is paid."
        await hold(tx, [order.id], HoldReason.PAYMENT, said)
    elif paid.processor != MANUAL:
        await hold(tx, [order.id], HoldReason.PAYMENT, f"{more} more is asked for since the change.")


async def arrange(tx: Tx, payment: Payment) -> None:
    """Take an owed payment as arranged outside; the order goes on when nothing else keeps it.

    Raises:
        Refused: nothing is owed by it.
    """
    if payment.processor != MANUAL or payment.state != PaymentState.OWED:
        raise Refused(
            Reason.CONFLICT, f"The payment is {payment.state}; only an owed one can be called arranged."
        )
    await authorized(tx, payment.id, None)
