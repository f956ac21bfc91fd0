"""How an order's history reads: sentences with who and why, and the money in one word."""

from collections.abc import Sequence
from datetime import datetime

from markupsafe import Markup

from doorstep.platform.journal import Event
from doorstep.platform.stories import Entry, by, said
from doorstep.stages.orders.model import Payment, PaymentState
from doorstep.stages.orders.rules.telling import in_words

SENTENCES = {
    "order.placed": "Placed",
    "order.held": "Held",
    "order.accepted": "Accepted",
    "order.canceled": "Canceled",
    "order.closed": "Closed",
    "order.hold_placed": "A reason to hold was added",
    "order.hold_released": "A reason to hold was released",
    "order.part_held": "A part of it is held; the rest goes on",
    "order.joined": "Joined by other orders of the customer",
    "order.merged": "Merged: all of it is part of another order now",
    "order.split": "Split: a part of it is an order of its own now",
    "order.part_released": "A held part was released",
    "order.promised": "Arrival promised",
    "order.rounded": "Sums differ within the merchant's tolerance",
    "order.mail_asked": "The name servers are asked about its mail domain",
    "order.oddity": "Something odd was noted",
    "order.changed": "Changed",
    "order.address_changed": "Address changed",
    "order.delivery_changed": "Another service was chosen",
    "order.rerouted": "Its goods come from other sites now",
    "payment.owed": "Payment expected",
    "payment.asked": "Payment asked for",
    "payment.authorized": "Payment authorized",
    "payment.part_taken": "A part of the payment is taken",
    "payment.declined": "Payment declined",
    "payment.lapsed": "The promise of the money holds no more",
    "payment.told": "The processor called; how the payment stands was asked",
    "payment.disputed": "The customer disputes the payment",
    "payment.unknown": "The processor's answer is missing; it is being looked up",
    "payment.capturing": "Payment is being taken",
    "payment.captured": "Payment taken",
    "payment.voiding": "Payment is being given back",
    "payment.voided": "Payment given back",
    "refund.owed": "Refund on its way",
    "refund.refunded": "Refunded",
    "refund.refused": "Refund refused",
}
TONES = {
    "order.held": "warning",
    "order.hold_placed": "warning",
    "order.part_held": "warning",
    "order.oddity": "warning",
    "order.rounded": "warning",
    "order.accepted": "good",
    "payment.authorized": "good",
    "payment.captured": "good",
    "payment.declined": "wrong",
    "payment.lapsed": "warning",
    "payment.disputed": "wrong",
    "payment.unknown": "warning",
    "refund.refused": "wrong",
}


def story(history: Sequence[Event]) -> list[Entry]:
    """Return the history in sentences, newest first."""
    return [
        Entry(
            SENTENCES.get(_key(one), f"{one.kind} {one.name}".replace("_", " ")),
            one.occurred_at,
            Markup(" · ").join([by(one.actor), *said(in_words(f"{one.kind}.{one.name}", one.facts))]),
            TONES.get(f"{one.kind}.{one.name}", "done"),
        )
        for one in sorted(history, key=_told, reverse=True)
    ]


def _key(one: Event) -> str:
    """Return what an event is called in sentences; a payment that waits for its next parcel is not newly authorized."""
    parted = one.kind == "payment" and "taken" in one.facts
    return "payment.part_taken" if parted else f"{one.kind}.{one.name}"


def _told(one: Event) -> tuple[datetime, datetime, bool, bool, int]:
    """Order what one transaction wrote as people tell it: what was born, then the money, then what came of it."""
    return (one.occurred_at, one.recorded_at, one.seq > 1, (one.kind == "order") == (one.seq > 1), one.seq)


def roll_up(payments: Sequence[Payment]) -> str:
    """Return how the money of an order stands, in one word: the state that is farthest behind."""
    if not payments:
        return "nothing to pay"
    payments = [one for one in payments if one.needed_minor] or payments
    refunded = sum(one.refunded_minor for one in payments)
    if refunded and refunded == sum(one.captured_minor for one in payments):
        return "refunded"
    behind = (
        PaymentState.DECLINED,
        PaymentState.LAPSED,
        PaymentState.UNKNOWN,
        PaymentState.OWED,
        PaymentState.ASKED,
        PaymentState.VOIDING,
        PaymentState.VOIDED,
        PaymentState.AUTHORIZED,
        PaymentState.CAPTURING,
        PaymentState.CAPTURED,
    )
    return str(min((PaymentState(one.state) for one in payments), key=behind.index))
