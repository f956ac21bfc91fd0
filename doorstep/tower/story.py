"""One order's whole story in sentences: every event of every stage, with who, why and what it was about."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from markupsafe import Markup

from doorstep.platform.journal import Event
from doorstep.platform.stories import Entry, by, plain, said
from doorstep.stages import orders
from doorstep.tower.figures import Thing

SENTENCES = {
    "order.hold_placed": "A reason to hold was added",
    "order.hold_released": "A reason to hold was released",
    "order.promised": "Arrival promised",
    "payment.owed": "Payment expected",
    "payment.asked": "Payment asked for",
    "payment.unknown": "The processor's answer is missing",
    "payment.lapsed": "The promise of the money holds no more",
    "payment.told": "The processor called",
    "payment.disputed": "The customer disputes the payment",
    "payment.capturing": "Payment is being taken",
    "payment.captured": "Payment taken",
    "payment.voiding": "Payment is being given back",
    "payment.voided": "Payment given back",
    "refund.owed": "Refund on its way",
    "refund.refunded": "Refunded",
    "fulfillment.waiting": "Released to the floor",
    "fulfillment.batched": "Planned onto a cart",
    "fulfillment.picking": "Picking began",
    "fulfillment.picked_short": "Fewer units found than planned",
    "fulfillment.wrong_scan": "A wrong scan was refused",
    "parcel.open": "Packing began",
    "label.owed": "Label wanted",
    "label.due": "Service chosen",
    "label.sent": "Label asked for",
    "label.price_changed": "The carrier asked another price",
    "tracker.created": "Tracking began",
    "tracker.window_changed": "Expected at another time",
    "stop.expected": "Expected at the local center",
    "stop.at_center": "Arrived at the local center",
    "stop.planned": "Stop planned into a route",
    "stop.loaded": "Loaded into the van",
    "stop.out": "The van is on its way",
    "stop.arrived": "The driver is at the door",
    "stop.failed": "Could not be handed over",
    "stop.eta_changed": "The stop's time changed",
    "stop.place_corrected": "The door's place was corrected",
    "confirmation.given": "The customer answered whether it arrived",
    "case.open": "Case opened",
}
TONES = {
    "wrong": ("payment.declined", "payment.disputed", "refund.refused", "label.refused", "stop.failed", "tracker.lost", "tracker.damaged", "message.failed"),
    "warning": (
        "order.held", "order.hold_placed", "order.oddity", "order.rounded", "payment.unknown", "payment.lapsed", "label.unknown", "case.open",
        "fulfillment.picked_short", "fulfillment.short", "fulfillment.wrong_scan", "tracker.attempt_failed",
        "tracker.delayed", "tracker.held", "tracker.returning",
    ),
    "good": ("order.accepted", "order.closed", "payment.authorized", "payment.captured", "stop.delivered", "tracker.delivered"),
}  # fmt: skip
TONE_OF = {event: tone for tone, events in TONES.items() for event in events}
ON_THE_WAY = frozenset({"message.owed", "message.sending"})
"""Steps of a message that say nothing once it is sent."""


def told(things: Sequence[Thing], events: Sequence[Event]) -> list[Entry]:
    """Return the story in sentences, the oldest first; what was only on the way to a sent message is left out."""
    of = {thing.id: thing for thing in things}
    return [
        _entry(one, of)
        for one in events
        if f"{one.kind}.{one.name}" not in ON_THE_WAY or of[one.subject].state != "sent"
    ]


def _entry(one: Event, of: Mapping[UUID, Thing]) -> Entry:
    name = f"{one.kind}.{one.name}"
    text = SENTENCES.get(name) or f"{one.kind} {plain(one.name)}".capitalize()
    about = of[one.subject].about
    more = [by(one.actor), *([plain(about)] if about else []), *said(orders.in_words(name, one.facts))]
    return Entry(text, one.occurred_at, Markup(" · ").join(more), TONE_OF.get(name, "done"))
