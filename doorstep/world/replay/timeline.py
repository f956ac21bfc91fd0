"""What happened to an order, one thing after the other, as far as it really got. Pure.

Times that contradict each other are set right in one way only: nothing happens before what it needs. A step that the data says came
too early is done as soon as it can be, and the contradiction becomes a fact of the order.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import Any

from doorstep.world.replay.olist import RawReview
from doorstep.world.replay.parts import Oddity, Part
from doorstep.world.replay.places import moment, never_was


class Kind(IntEnum):
    """What is done, in the order in which it is done within one step of the clock."""

    PLACE = 1
    PAY = 2
    CANCEL = 3
    MISS = 4
    PICK = 5
    PACK = 6
    LEAVE = 7
    DELIVER = 8
    TURN_BACK = 9
    SEND_BACK = 10
    COMPLAIN = 11
    RATE = 12


@dataclass(frozen=True, slots=True)
class Event:
    """Something that is done to a part of an order.

    Attributes:
        at: when, after contradictions were set right.
        said: the time in the data, where it says one.
        review: of RATE and COMPLAIN.
    """

    kind: Kind
    at: datetime
    part: Part
    said: datetime | None = None
    review: RawReview | None = None
    oddities: tuple[Oddity, ...] = ()


WALKS: Mapping[str, tuple[Kind, ...]] = {
    "created": (),
    "approved": (Kind.PAY,),
    "processing": (Kind.PAY, Kind.PICK),
    "invoiced": (Kind.PAY, Kind.PACK),
    "unavailable": (Kind.PAY, Kind.MISS),
    "shipped": (Kind.PAY, Kind.LEAVE),
    "delivered": (Kind.PAY, Kind.LEAVE, Kind.DELIVER),
    "canceled": (Kind.CANCEL,),
}
"""How far each state of the data got."""

UNHAPPY_MAX = 2
"""A score up to this, on an order that never came, is a complaint."""


class UnknownStateError(ValueError):
    """The export has a state that its documentation does not name."""


def walk_of(part: Part) -> tuple[Kind, ...]:
    """Return what is done to a part after it was placed.

    Raises:
        UnknownStateError: the order's state is none of the documented ones.
    """
    raw = part.raw
    if raw.status not in WALKS:
        raise UnknownStateError(f"order {raw.order_id}: {raw.status!r} is none of {', '.join(WALKS)}.")
    if raw.status != "canceled":
        return WALKS[raw.status]
    paid = (Kind.PAY,) if raw.approved_at else ()
    if raw.delivered_at:
        return (*paid, Kind.LEAVE, Kind.DELIVER, Kind.SEND_BACK)
    return (*paid, Kind.LEAVE, Kind.TURN_BACK) if raw.handed_over_at else (*paid, Kind.CANCEL)


def events_of(part: Part) -> list[Event]:
    """Return everything that is done to a part, in order."""
    raw = part.raw
    placed_at = moment(raw.purchased_at)
    gap = (
        ({"what": "time_that_never_was", "purchased": raw.purchased_at},)
        if never_was(raw.purchased_at)
        else ()
    )
    events = [Event(Kind.PLACE, placed_at, part, raw.purchased_at, oddities=(*part.oddities, *gap))]
    now = placed_at
    for kind in walk_of(part):
        event = _event(kind, part, now)
        now = event.at
        events.append(event)
    happy = list(_reviews(part, events))
    if happy:
        last = events[-1]
        events[-1] = Event(last.kind, last.at, part, last.said, None, (*last.oddities, *happy))
    return [*events, *_voices(part, events)]


def _event(kind: Kind, part: Part, now: datetime) -> Event:
    """Return the next event after `now`, with what is odd about its time."""
    said = _said(kind, part)
    guessed = _guessed(kind, part) if said is None else None
    taken = said or guessed
    at = max(now, moment(taken)) if taken else now
    oddities: list[Oddity] = []
    if said is None and kind in MUST_SAY:
        oddities.append({"what": MUST_SAY[kind], "taken": at})
    oddities += _contradictions(kind, part)
    if part.raw.status == "canceled" and kind is Kind.LEAVE:
        oddities.append({"what": "canceled_after_hand_over", "handed_over": said})
    return Event(kind, at, part, said, oddities=tuple(oddities))


MUST_SAY = {Kind.LEAVE: "no_hand_over_date", Kind.DELIVER: "no_delivery_date", Kind.PAY: "no_approval_date"}
"""Steps whose time the data should have."""


def _said(kind: Kind, part: Part) -> datetime | None:
    raw = part.raw
    times = {Kind.PAY: raw.approved_at, Kind.LEAVE: raw.handed_over_at, Kind.DELIVER: raw.delivered_at}
    return times.get(kind)


def _guessed(kind: Kind, part: Part) -> datetime | None:
    """Return a time for what the data has none for: the seller's last day to ship, or the day the shop had estimated."""
    raw = part.raw
    by_seller = min((one for one in (part.ship_by, raw.estimated_at) if one), default=None)
    if kind in (Kind.DELIVER, Kind.TURN_BACK):
        return raw.estimated_at
    return None if kind in (Kind.PAY, Kind.SEND_BACK) else by_seller


def _contradictions(kind: Kind, part: Part) -> Iterator[dict[str, Any]]:
    raw = part.raw
    said = _said(kind, part)
    if said is None:
        return
    before = {
        Kind.PAY: (("approved_before_purchase", raw.purchased_at),),
        Kind.LEAVE: (
            ("handed_over_before_purchase", raw.purchased_at),
            ("handed_over_before_approval", raw.approved_at),
        ),
        Kind.DELIVER: (
            ("delivered_before_approval", raw.approved_at),
            ("delivered_before_hand_over", raw.handed_over_at),
        ),
    }
    for what, earlier in before.get(kind, ()):
        if earlier and said < earlier:
            yield {"what": what, "said": said, "needs": earlier}


def _reviews(part: Part, events: list[Event]) -> Iterator[Oddity]:
    """Name the reviews that cannot be given here: of what never came, by customers who do not complain."""
    if any(event.kind is Kind.DELIVER for event in events):
        return
    for review in part.reviews:
        if review.score > UNHAPPY_MAX:
            said = {"score": review.score, "answered": review.answered_at}
            yield {"what": "reviewed_but_never_delivered", **said}


def _voices(part: Part, events: list[Event]) -> Iterator[Event]:
    """Return what the customer says: a rating once the parcel came, a complaint about one that did not."""
    came = next((event for event in events if event.kind is Kind.DELIVER), None)
    for review in part.reviews:
        at = moment(review.answered_at)
        if came is None:
            if review.score <= UNHAPPY_MAX:
                yield Event(Kind.COMPLAIN, max(at, events[0].at), part, review.answered_at, review)
            continue
        early: tuple[Oddity, ...] = ()
        if at < came.at:
            early = (
                {"what": "reviewed_before_delivery", "answered": review.answered_at, "score": review.score},
            )
        yield Event(Kind.RATE, max(at, came.at), part, review.answered_at, review, early)
