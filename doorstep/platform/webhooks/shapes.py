"""How webhooks look as JSON."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from doorstep.platform.webhooks.acts import OVERLAP_MAX_H
from doorstep.platform.webhooks.model import Delivery, Endpoint, event_id
from doorstep.platform.webhooks.rules import URL_MAX

LINE = r"^[^\x00-\x1f]*\Z"
KINDS_MAX = 100
EVENTS_MAX = 200


class KindOut(msgspec.Struct):
    """A kind of event that can be wanted."""

    kind: Annotated[str, Meta(examples=["order.accepted"])]
    means: str


class WebhookIn(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Where to tell what."""

    url: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=URL_MAX,
            pattern=LINE,
            description="Called by POST; https.",
            examples=["https://shop.example.com/hooks/doorstep"],
        ),
    ]
    kinds: Annotated[
        list[Annotated[str, Meta(max_length=80, pattern=LINE)]],
        Meta(
            max_length=KINDS_MAX,
            description="See GET /api/webhooks/kinds.",
            examples=[["order.accepted", "label.bought", "tracker.delivered"]],
        ),
    ]
    note: Annotated[
        str, Meta(max_length=200, pattern=LINE, description="For people.", examples=["The shop's own server"])
    ] = ""


class NewWebhookIn(WebhookIn):
    """Where to tell what, and of whom."""

    merchant_id: (
        Annotated[
            UUID,
            Meta(description="Only this merchant's things; without it, everybody's that the caller may see."),
        ]
        | None
    ) = None


class WebhookOut(msgspec.Struct, kw_only=True):
    """An endpoint, without its secrets."""

    id: UUID
    state: Annotated[str, Meta(description="`on` or `off`.", examples=["on"])]
    url: str
    kinds: list[str]
    note: str
    merchant_id: UUID | None
    made_at: datetime
    since: Annotated[datetime, Meta(description="Earlier events are told by a replay only.")]
    old_secret_until: Annotated[
        datetime | None, Meta(description="So long the secret before the present one signs along.")
    ]
    failing_since: Annotated[datetime | None, Meta(description="Nothing arrives since then.")]
    off_why: Annotated[
        str | None, Meta(description="`gone` (answered 410), `failing` (five days) or `by_hand`.")
    ]
    waiting: Annotated[int, Meta(description="Deliveries that are owed, counted up to 10,000.")]


class SecretsOut(msgspec.Struct):
    """The secrets that sign now, the newest first; each call carries a signature by each."""

    secrets: Annotated[list[str], Meta(examples=[["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo="]])]


class RotateIn(msgspec.Struct, forbid_unknown_fields=True):
    """How long both secrets sign."""

    overlap_hours: Annotated[
        int,
        Meta(ge=0, le=OVERLAP_MAX_H, description="0 when the old secret leaked.", examples=[24]),
    ] = 24


class EventOut(msgspec.Struct):
    """An event that is on its way."""

    event: Annotated[str, Meta(examples=["evt_0198c3f27a1b7c3d8e4f5a6b7c8d9e0f_2"])]


class EventsIn(msgspec.Struct, forbid_unknown_fields=True):
    """Which events to send once more, by their `webhook-id`."""

    events: Annotated[
        list[Annotated[str, Meta(max_length=60, pattern=LINE)]],
        Meta(min_length=1, max_length=EVENTS_MAX, examples=[["evt_0198c3f27a1b7c3d8e4f5a6b7c8d9e0f_2"]]),
    ]


class CountOut(msgspec.Struct):
    """How many deliveries are owed again."""

    events: int


class ReplayIn(msgspec.Struct, forbid_unknown_fields=True):
    """Which span of the past to tell once more, by when it was written."""

    since: Annotated[datetime, Meta(tz=True, examples=["2026-03-02T08:00:00Z"])]
    until: (
        Annotated[
            datetime,
            Meta(
                tz=True,
                description="The first moment after the span; now, without it.",
                examples=["2026-03-02T12:00:00Z"],
            ),
        ]
        | None
    ) = None


class ReplayOut(msgspec.Struct):
    """How many events are owed again."""

    events: int
    more_since: Annotated[
        datetime | None, Meta(description="There are more: ask for the next replay from here.")
    ]


class AttemptOut(msgspec.Struct, kw_only=True):
    """What one call came to."""

    at: datetime
    status: Annotated[int | None, Meta(description="None: there was no answer.")]
    duration_ms: int
    answer: Annotated[str, Meta(description="The first bytes of it.")]
    error: str


class DeliveryOut(msgspec.Struct, kw_only=True):
    """One event owed to one endpoint."""

    event: Annotated[str, Meta(description="What its `webhook-id` says, at every attempt.")]
    type: Annotated[str, Meta(examples=["order.accepted"])]
    occurred_at: datetime
    owed_at: datetime
    outcome: Annotated[str, Meta(description="`waiting`, `delivered` or `given_up`.", examples=["delivered"])]
    settled_at: datetime | None
    due_at: Annotated[datetime | None, Meta(description="When it is tried next, while it waits.")]
    behind: Annotated[bool, Meta(description="An earlier event of the same thing has to arrive first.")]
    attempts: int
    tries: list[AttemptOut]


class LogOut(msgspec.Struct):
    """A page of the delivery log, the newest first; `before` asks for the next one."""

    deliveries: list[DeliveryOut]
    before: str | None


def webhook_out(one: Endpoint) -> WebhookOut:
    """Return an endpoint as JSON shows it."""
    return WebhookOut(**{name: getattr(one, name) for name in WebhookOut.__struct_fields__})


def delivery_out(one: Delivery) -> DeliveryOut:
    """Return a delivery as JSON shows it."""
    return DeliveryOut(
        event=event_id(one.subject, one.seq),
        type=one.event,
        occurred_at=one.occurred_at,
        owed_at=one.owed_at,
        outcome=one.outcome or "waiting",
        settled_at=one.settled_at,
        due_at=None if one.outcome else one.due_at,
        behind=one.waits_for,
        attempts=one.attempts,
        tries=[
            AttemptOut(at=t.at, status=t.status, duration_ms=t.duration_ms, answer=t.answer, error=t.error)
            for t in one.tries
        ],
    )


def log_out(deliveries: Sequence[Delivery], before: str | None) -> LogOut:
    """Return a page of the log as JSON shows it."""
    return LogOut([delivery_out(one) for one in deliveries], before)
