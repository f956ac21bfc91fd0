"""What pages and the API show of trackers and messages."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from doorstep.platform.db import Tx
from doorstep.platform.statements import Statements

Q = Statements("doorstep.stages.tracking")


@dataclass(frozen=True, slots=True)
class Followed:
    """A tracker as lists show it."""

    id: UUID
    number: str
    state: str
    reason: str | None
    order_id: UUID
    order_number: int
    merchant_id: UUID
    merchant: str
    carrier: str
    parcel_id: UUID
    started_at: datetime
    status_at: datetime | None
    last_scan_at: datetime | None
    place: str
    lat: float | None
    lon: float | None
    zone: str
    window_from: datetime | None
    window_until: datetime | None
    window_why: str
    window_changes: int


@dataclass(frozen=True, slots=True)
class Told:
    """A message as lists show it."""

    id: UUID
    state: str
    order_id: UUID
    order_number: int
    merchant_id: UUID
    tracker_id: UUID | None
    channel: str
    topic: str
    recipient: str
    language: str
    subject: str | None
    body: str | None
    owed_at: datetime
    sent_at: datetime | None
    attempts: int
    refusal: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which trackers or messages to show; what is None does not narrow."""

    merchant_id: UUID | None = None
    state: str | None = None
    order_id: UUID | None = None
    number: str | None = None
    tracker_id: UUID | None = None
    before_at: datetime | None = None
    before_id: UUID | None = None
    most: int = 50


@dataclass(frozen=True, slots=True)
class Whose:
    """A parcel behind a tracking number."""

    number: str
    parcel_id: UUID
    merchant_id: UUID
    zone: str


async def trackers(tx: Tx, wanted: Wanted) -> list[Followed]:
    """Return a page of trackers, newest first."""
    return await tx.rows(
        Q.trackers_seen,
        Followed,
        merchant_id=wanted.merchant_id,
        state=wanted.state,
        order_id=wanted.order_id,
        number=wanted.number,
        tracker_id=wanted.tracker_id,
        before_at=wanted.before_at,
        before_id=wanted.before_id,
        most=wanted.most,
    )


async def messages(tx: Tx, wanted: Wanted) -> list[Told]:
    """Return a page of messages, newest first."""
    return await tx.rows(
        Q.messages_seen,
        Told,
        merchant_id=wanted.merchant_id,
        order_id=wanted.order_id,
        state=wanted.state,
        before_id=wanted.before_id,
        most=wanted.most,
    )


async def parcels_of(tx: Tx, numbers: Sequence[str], merchant_id: UUID | None) -> dict[str, Whose]:
    """Return the parcels behind tracking numbers, of one merchant or of all."""
    found = await tx.rows(Q.parcels_of_numbers, Whose, numbers=list(numbers))
    return {one.number: one for one in found if merchant_id in {None, one.merchant_id}}
