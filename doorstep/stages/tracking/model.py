"""The words of tracking: the statuses of a parcel's story and the life of a message."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from doorstep.platform.machine import Machine

LINK_GOOD_FOR = timedelta(days=180)
"""How long after the order its customer's link opens."""


class Status(StrEnum):
    """Where a parcel's story stands: our small vocabulary for every carrier's codes."""

    CREATED = "created"
    INFO_RECEIVED = "info_received"
    PICKED_UP = "picked_up"
    IN_TRANSIT = "in_transit"
    CUSTOMS = "customs"
    DELAYED = "delayed"
    HELD = "held"
    OUT_FOR_DELIVERY = "out_for_delivery"
    ATTEMPT_FAILED = "attempt_failed"
    AVAILABLE_FOR_PICKUP = "available_for_pickup"
    RETURNING = "returning"
    LOST = "lost"
    DAMAGED = "damaged"
    DELIVERED = "delivered"
    RETURNED = "returned"
    CANCELED = "canceled"


RANK = {
    Status.CREATED: 0,
    Status.INFO_RECEIVED: 10,
    Status.PICKED_UP: 20,
    Status.IN_TRANSIT: 30,
    Status.CUSTOMS: 35,
    Status.DELAYED: 40,
    Status.HELD: 41,
    Status.OUT_FOR_DELIVERY: 50,
    Status.ATTEMPT_FAILED: 55,
    Status.AVAILABLE_FOR_PICKUP: 60,
    Status.RETURNING: 70,
    Status.LOST: 75,
    Status.DAMAGED: 76,
    Status.DELIVERED: 80,
    Status.RETURNED: 85,
    Status.CANCELED: 90,
}
"""Breaks ties between scans of the same moment; never a ladder that a story must climb."""

FINAL = frozenset({Status.DELIVERED, Status.RETURNED, Status.LOST, Status.CANCELED})


class TrackerAct(StrEnum):
    """The fold of the scans says a new status: one act per status it may say."""

    INFORM = "fold_info_received"
    PICK_UP = "fold_picked_up"
    MOVE = "fold_in_transit"
    CLEAR_CUSTOMS = "fold_customs"
    DELAY = "fold_delayed"
    HOLD = "fold_held"
    GO_OUT = "fold_out_for_delivery"
    FAIL = "fold_attempt_failed"
    OFFER_PICKUP = "fold_available_for_pickup"
    TURN_BACK = "fold_returning"
    LOSE = "fold_lost"
    DAMAGE = "fold_damaged"
    DELIVER = "fold_delivered"
    RETURN = "fold_returned"
    CANCEL = "fold_canceled"


ACT = {Status(act.value.removeprefix("fold_")): act for act in TrackerAct}
"""The act that brings a tracker to a status."""

TRACKER = Machine(
    kind="tracker",
    table="tracking.trackers",
    start=Status.CREATED,
    moves={act: {was: now for was in Status if was is not now} for now, act in ACT.items()},
    notes=("window_changed", "moved_after_cancel"),
)


class MessageState(StrEnum):
    """Whether a customer was told."""

    OWED = "owed"
    SENDING = "sending"
    SENT = "sent"
    SUPERSEDED = "superseded"
    SUPPRESSED = "suppressed"
    FAILED = "failed"


class MessageAct(StrEnum):
    """What becomes of a message."""

    SEND = "send"
    DONE = "done"
    SUPERSEDE = "supersede"
    SUPPRESS = "suppress"
    FAIL = "fail"
    RETRY = "retry"


_M = MessageState
MESSAGE = Machine(
    kind="message",
    table="tracking.messages",
    start=_M.OWED,
    moves={
        MessageAct.SEND: {_M.OWED: _M.SENDING},
        MessageAct.DONE: {_M.SENDING: _M.SENT, _M.FAILED: _M.SENT},
        MessageAct.SUPERSEDE: {_M.OWED: _M.SUPERSEDED},
        MessageAct.SUPPRESS: {_M.OWED: _M.SUPPRESSED, _M.SENDING: _M.SUPPRESSED},
        MessageAct.FAIL: {_M.SENDING: _M.FAILED},
        MessageAct.RETRY: {_M.FAILED: _M.OWED, _M.SENDING: _M.OWED},
    },
)

MACHINES = (TRACKER, MESSAGE)


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a carrier's code says in our words; no status where nobody explained the code."""

    status: Status | None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """Something that was seen of a parcel, to be recorded.

    Attributes:
        parcel_id: of which parcel; its newest label's story gets it, unless `number` names an older one.
        status: in our words; None for a code that nobody explained.
        reason: why, as `party.cause`.
        raw_code: the carrier's code, or our own (`loaded`).
        raw_text: the carrier's words.
        place: the name of where it was.
        zone: the IANA zone or the offset (`+01:00`) of the place's clock.
        occurred_at: when it was.
        via: `push`, `poll`, `import`, `fleet` or `person`.
        number: the tracking number, where one is known.
        estimate: the day of delivery that the carrier states, as the end of that day.
    """

    parcel_id: UUID
    status: Status | None
    occurred_at: datetime
    via: str
    reason: str | None = None
    raw_code: str = ""
    raw_text: str = ""
    place: str = ""
    lat: float | None = None
    lon: float | None = None
    zone: str = "UTC"
    number: str = ""
    estimate: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CarrierEvent:
    """One event that a carrier tells of one of its parcels, in our words. `zone` is the offset it gave: `+01:00`."""

    number: str
    status: Status | None
    occurred_at: datetime
    reason: str | None = None
    raw_code: str = ""
    raw_text: str = ""
    place: str = ""
    lat: float | None = None
    lon: float | None = None
    zone: str = "UTC"
    estimate: datetime | None = None


@dataclass(frozen=True, slots=True)
class Heard:
    """A recorded scan, as the fold and the pages see it. `key` is its meaning."""

    key: str
    status: Status | None
    occurred_at: datetime
    reason: str | None = None
    raw_code: str = ""
    raw_text: str = ""
    place: str = ""
    lat: float | None = None
    lon: float | None = None
    zone: str = "UTC"
    via: str = "push"


@dataclass(frozen=True, slots=True)
class Window:
    """When a parcel is expected at the door, and why we think so (a key of the texts `tracking.why.*`)."""

    from_: datetime
    until: datetime
    why: str


@dataclass(frozen=True, slots=True)
class NewWindow:
    """A window that somebody who knows better sets: the van's planned arrival."""

    parcel_id: UUID
    from_: datetime
    until: datetime
    why: str


@dataclass(frozen=True, slots=True)
class Message:
    """Something a customer should be told.

    Attributes:
        order_id: whose customer.
        topic: which texts: `mail.<topic>.*` and `sms.<topic>`.
        meaning: what makes it the same message again; told at most once per recipient, channel, topic and subject.
        tracker_id: of one parcel, where it is about one.
        facts: what the texts name, and `path` (below the customer's link) for the button.
    """

    order_id: UUID
    topic: str
    meaning: str
    tracker_id: UUID | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
