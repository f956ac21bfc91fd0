"""How far each part of an order got in the house, as the house says; so that a replay goes on where it was, and the books are true."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from doorstep.platform.db import Tx
from doorstep.stages import feedback, orders, shipping, tracking, warehouse
from doorstep.stages.feedback import Voice
from doorstep.stages.orders import HoldReason, OrderState, Standing
from doorstep.world.replay.olist import RawReview
from doorstep.world.replay.parts import Part
from doorstep.world.replay.timeline import Event, Kind

CHANNEL = "olist"
AT_ONCE = 2_000
PICKED = frozenset({"picked", "packed", "handed_over"})
PACKED = frozenset({"packed", "handed_over"})
Judge = Callable[["Reached"], bool]


@dataclass(slots=True)
class Reached:
    """One of our orders, with what every stage says of it."""

    order: Standing
    floor: list[str] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    left: list[bool] = field(default_factory=list)
    stories: list[str] = field(default_factory=list)
    voice: Voice | None = None

    @property
    def state(self) -> str:
        """The state of the export that this order is in; `mixed` where it is in none."""
        return next((name for name, holds in STATES.items() if holds(self)), "mixed")

    @property
    def given_back(self) -> bool:
        """Whether everything that was taken was given back."""
        return 0 < self.order.captured_minor == self.order.refunded_minor


def _canceled(one: Reached) -> bool:
    back = one.given_back and (set(one.stories) == {"returned"} or bool(one.voice and one.voice.sent_back))
    return one.order.state == OrderState.CANCELED or (one.order.state == OrderState.CLOSED and back)


def _accepted(one: Reached, floor: Iterable[str]) -> bool:
    return one.order.state == OrderState.ACCEPTED and bool(one.floor) and set(one.floor) <= set(floor)


STATES: Mapping[str, Judge] = {
    "canceled": _canceled,
    "delivered": lambda one: one.order.state == OrderState.CLOSED and set(one.stories) == {"delivered"},
    "shipped": lambda one: _accepted(one, {"handed_over"}) and one.order.shipped,
    "unavailable": lambda one: HoldReason.MANUAL in one.order.holds,
    "invoiced": lambda one: _accepted(one, {"packed"}) and set(one.labels) == {"bought"},
    "processing": lambda one: _accepted(one, {"picking", "picked"}),
    "approved": lambda one: _accepted(one, {"waiting", "batched"}),
    "created": lambda one: one.order.holds == [HoldReason.PAYMENT],
}
"""Each state of the export, and what it is here."""


async def look(tx: Tx) -> dict[tuple[str, str], Reached]:
    """Return how far everything got, by reference and seller."""
    found = {(one.external_ref, one.merchant): Reached(one) for one in await orders.standing(tx, CHANNEL)}
    by_id = {one.order.id: one for one in found.values()}
    ids = list(by_id)
    for start in range(0, len(ids), AT_ONCE):
        await _look_closer(tx, by_id, ids[start : start + AT_ONCE])
    return found


async def served(tx: Tx, reached: Mapping[tuple[str, str], Reached]) -> dict[UUID, orders.Sourced]:
    """Return how our orders are served, where sites were chosen."""
    ids = [one.order.id for one in reached.values()]
    found: dict[UUID, orders.Sourced] = {}
    for start in range(0, len(ids), AT_ONCE):
        found |= {one.order_id: one for one in await orders.sourced(tx, ids[start : start + AT_ONCE])}
    return found


async def _look_closer(tx: Tx, by_id: Mapping[UUID, Reached], ids: Sequence[UUID]) -> None:
    for work in await warehouse.work_of(tx, ids):
        by_id[work.order_id].floor.append(work.state)
    for label in await shipping.labels_of(tx, ids):
        by_id[label.order_id].labels.append(label.state)
        by_id[label.order_id].left.append(label.handed_over)
    for story in await tracking.stories_of(tx, ids):
        by_id[story.order_id].stories.append(story.state)
    for order_id, voice in (await feedback.heard(tx, ids)).items():
        by_id[order_id].voice = voice


def still_to_do(events: Sequence[Event], reached: Reached | None) -> list[Event]:
    """Return what is left to do of a part's events."""
    if reached is None:
        return list(events)
    ratings = [event.review for event in events if event.kind is Kind.RATE]
    heard = _heard(ratings, reached.voice)
    return [event for event in events if not _done(event, reached) and event.review not in heard]


def _done(event: Event, reached: Reached) -> bool:
    return DONE[event.kind](reached)


DONE: Mapping[Kind, Judge] = {
    Kind.PLACE: lambda _: True,
    Kind.PAY: lambda one: HoldReason.PAYMENT not in one.order.holds,
    Kind.CANCEL: lambda one: one.order.state == OrderState.CANCELED,
    Kind.MISS: lambda one: HoldReason.MANUAL in one.order.holds,
    Kind.PICK: lambda one: bool(one.floor) and set(one.floor) <= PICKED,
    Kind.PACK: lambda one: bool(one.floor) and set(one.floor) <= PACKED,
    Kind.LEAVE: lambda one: bool(one.left) and all(one.left) and set(one.floor) <= {"handed_over"},
    Kind.DELIVER: lambda one: bool(one.stories) and not set(one.stories) - {"delivered", "returned"},
    Kind.TURN_BACK: _canceled,
    Kind.SEND_BACK: _canceled,
    Kind.COMPLAIN: lambda one: bool(one.voice and one.voice.complained),
    Kind.RATE: lambda _: False,  # see `_heard`
}
"""Whether each kind of event has happened to an order that is there."""


def _heard(ratings: Sequence[RawReview | None], voice: Voice | None) -> list[RawReview]:
    """Return the ratings that were given: all up to the last one with the score that stands."""
    standing = voice.score if voice else None
    scores = [one.score if one else None for one in ratings]
    if standing is None or standing not in scores:
        return []
    last = len(scores) - 1 - scores[::-1].index(standing)
    return [one for one in ratings[: last + 1] if one]


def by_order(parts: Sequence[Part], reached: Mapping[tuple[str, str], Reached]) -> dict[str, set[str]]:
    """Return the states that the parts of each order of the export are in."""
    states: dict[str, set[str]] = defaultdict(set)
    for part in parts:
        one = reached.get(part.key)
        states[part.ref].add(one.state if one else "missing")
    return states
