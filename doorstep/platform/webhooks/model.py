"""The words of webhooks: endpoints and their life cycle, what is told to whom, and what a call came to."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from doorstep.platform.db import Tx
from doorstep.platform.machine import Machine

ENDPOINTS_MAX = 200
"""Of one tenant, those removed not counted."""

REPLAY_MAX = 5_000
"""Events that one replay takes; it says where the next one goes on."""

ANSWER_MAX = 500
"""Bytes of an answer that are kept."""


class EndpointState(StrEnum):
    """Whether an endpoint is called."""

    ON = "on"
    OFF = "off"
    REMOVED = "removed"


class EndpointAct(StrEnum):
    """What is done to an endpoint."""

    SWITCH_ON = "switch_on"
    SWITCH_OFF = "switch_off"
    REMOVE = "remove"


_STATE, _ACT = EndpointState, EndpointAct

ENDPOINT = Machine(
    kind="endpoint",
    table="platform.endpoints",
    start=_STATE.ON,
    moves={
        _ACT.SWITCH_ON: {_STATE.OFF: _STATE.ON},
        _ACT.SWITCH_OFF: {_STATE.ON: _STATE.OFF},
        _ACT.REMOVE: {_STATE.ON: _STATE.REMOVED, _STATE.OFF: _STATE.REMOVED},
    },
    notes=("changed", "pinged", "replayed", "secret_rotated"),
)


class OffWhy(StrEnum):
    """Why an endpoint is off."""

    GONE = "gone"
    """It answered 410."""
    FAILING = "failing"
    """Nothing arrived for five days."""
    BY_HAND = "by_hand"


@dataclass(frozen=True, slots=True)
class About:
    """What the outside may learn of one thing: only what never changes, so that a body is the same whenever it is written.

    Attributes:
        id: the thing.
        merchant_id: whose it is; an endpoint of another merchant is not told.
        data: thin: ids, numbers, codes; no person's data.
        path: where the API tells more.
    """

    id: UUID
    merchant_id: UUID | None
    data: Mapping[str, Any]
    path: str


@dataclass(frozen=True, slots=True)
class Tells:
    """What a stage lets the outside know of one kind of thing.

    Attributes:
        about: describes things of this kind, in sets.
        events: the public events, by their name without the kind, each with what it means.
        facts: the facts of an event that are told along.
        own: each thing is made for one endpoint, and owed by whoever makes it: it is neither announced to all nor replayed.
    """

    about: Callable[[Tx, Sequence[UUID]], Awaitable[list[About]]]
    events: Mapping[str, str]
    facts: tuple[str, ...] = ()
    own: bool = False


Vocabulary = Mapping[str, Tells]
"""By the kind of thing."""


def public_kinds(vocabulary: Vocabulary) -> dict[str, str]:
    """Return every public event (`order.accepted`) with what it means, in the order of an order's walk."""
    return {
        f"{kind}.{name}": means for kind, tells in vocabulary.items() for name, means in tells.events.items()
    }


def shared_kinds(vocabulary: Vocabulary) -> list[str]:
    """Return the public events that are the same for every endpoint."""
    return list(public_kinds({kind: tells for kind, tells in vocabulary.items() if not tells.own}))


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where programs are told of events.

    Attributes:
        merchant_id: it is told of this merchant's things only; None: of everybody's.
        since: events written before are not told by themselves, only by a replay.
        secret_number: which secret is in force; the one before signs along until `old_secret_until`.
        failing_since: nothing arrived since then (database time); None while all is well.
        waiting: deliveries that are owed.
    """

    id: UUID
    state: str
    merchant_id: UUID | None
    url: str
    note: str
    kinds: list[str]
    made_at: datetime
    since: datetime
    secret_number: int
    old_secret_until: datetime | None
    failing_since: datetime | None
    off_why: str | None
    waiting: int


@dataclass(frozen=True, slots=True)
class Due:
    """A delivery whose turn it is, with the event it tells.

    Attributes:
        age_s: how long it has been owed.
    """

    subject: UUID
    seq: int
    attempts: int
    age_s: float
    kind: str
    name: str
    was: str | None
    occurred_at: datetime
    facts: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """What one call came to.

    Attributes:
        status: the HTTP status; None when there was none.
        body: the first bytes of the answer as text.
        error: why there was no answer, or why one does not count; '' when it counts.
        retry_after_s: when the receiver asked to be called again.
    """

    status: int | None
    duration_ms: int
    body: str = ""
    error: str = ""
    retry_after_s: int = 0

    @property
    def arrived(self) -> bool:
        """Whether the receiver took it."""
        return self.status is not None and 200 <= self.status < 300


@dataclass(frozen=True, slots=True)
class Attempt:
    """One line of the delivery log."""

    subject: UUID
    seq: int
    at: datetime
    status: int | None
    duration_ms: int
    answer: str
    error: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event owed to one endpoint.

    Attributes:
        outcome: `delivered`, `given_up`, or None while it is owed.
        waits_for: it waits until an earlier event of the same thing arrived.
    """

    subject: UUID
    seq: int
    event: str
    occurred_at: datetime
    owed_at: datetime
    due_at: datetime
    attempts: int
    outcome: str | None
    settled_at: datetime | None
    waits_for: bool
    tries: list[Attempt] = field(default_factory=list)


def event_id(subject: UUID, seq: int) -> str:
    """Return the id of an event: the same at every attempt and every replay, and for every endpoint."""
    return f"evt_{subject.hex}_{seq}"


def read_event_id(text: str) -> tuple[UUID, int] | None:
    """Return which event an id names, or None when it is none."""
    start, _, rest = text.partition("_")
    subject, _, seq = rest.partition("_")
    if start != "evt" or len(subject) != 32 or not (seq.isascii() and seq.isdigit() and len(seq) < 10):
        return None
    try:
        return UUID(hex=subject), int(seq)
    except ValueError:
        return None
