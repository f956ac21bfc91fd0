"""What pages and the API show of trackers and messages."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from doorstep.platform.db import Tx
from doorstep.platform.statements import Statements
from doorstep.stages.tracking.model import MessageState

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
    in_doubt: bool


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


NEWEST = datetime(9999, 1, 1, tzinfo=UTC)
LAST = UUID(int=2**128 - 1)
"""Where a list begins."""


async def trackers(tx: Tx, wanted: Wanted) -> list[Followed]:
    """Return a page of trackers, newest first."""
    ids = await _tracker_ids(tx, wanted)
    found = await tx.rows(Q.followed, Followed, ids=ids, merchant_id=wanted.merchant_id) if ids else []
    return [one for one in found if wanted.state in {None, one.state}]


async def _tracker_ids(tx: Tx, wanted: Wanted) -> list[UUID]:
    """Return which trackers are wanted, each way by an index of its own."""
    if wanted.tracker_id is not None:
        return [wanted.tracker_id]
    if wanted.number is not None:
        found = await tx.values(Q.trackers_with_number, number=wanted.number, most=wanted.most)
    elif wanted.order_id is not None:
        found = await tx.values(Q.trackers_of_order, order_id=wanted.order_id, most=wanted.most)
    else:
        found = await _newest(tx, wanted)
    return found


async def _newest(tx: Tx, wanted: Wanted) -> list[UUID]:
    place = {
        "before_at": wanted.before_at or NEWEST,
        "before_id": wanted.before_id or LAST,
        "most": wanted.most,
    }
    if wanted.merchant_id is not None:
        return await tx.values(
            Q.newest_of_merchant, merchant_id=wanted.merchant_id, state=wanted.state, **place
        )
    if wanted.state is not None:
        return await tx.values(Q.newest_of_state, state=wanted.state, **place)
    return await tx.values(Q.newest_trackers, **place)


async def attention(tx: Tx, merchant_id: UUID | None, most: int) -> list[Followed]:
    """Return the parcels that need somebody, the longest waiting first."""
    ids = await tx.values(Q.needing_attention, most=most)
    found = await tx.rows(Q.followed, Followed, ids=ids, merchant_id=merchant_id) if ids else []
    return sorted(found, key=lambda one: (one.status_at or one.started_at, one.id))[:most]


async def messages(tx: Tx, wanted: Wanted) -> list[Told]:
    """Return a page of messages, newest first."""
    place = {"before_id": wanted.before_id or LAST, "most": wanted.most}
    if wanted.order_id is not None:
        ids = await tx.values(Q.messages_of_order, order_id=wanted.order_id, state=wanted.state, **place)
    elif wanted.state == MessageState.FAILED:
        ids = await tx.values(Q.failed_messages, merchant_id=wanted.merchant_id, **place)
    else:
        ids = await tx.values(Q.newest_messages, merchant_id=wanted.merchant_id, state=wanted.state, **place)
    return await tx.rows(Q.told, Told, ids=ids, merchant_id=wanted.merchant_id) if ids else []


async def parcels_of(tx: Tx, numbers: Sequence[str], merchant_id: UUID | None) -> dict[str, Whose]:
    """Return the parcels behind tracking numbers, of one merchant or of all."""
    found = await tx.rows(Q.parcels_of_numbers, Whose, numbers=list(numbers))
    return {one.number: one for one in found if merchant_id in {None, one.merchant_id}}


@dataclass(frozen=True, slots=True)
class StoryOf:
    """Where a parcel of an order stands, and since when."""

    order_id: UUID
    parcel_id: UUID
    number: str
    state: str
    status_at: datetime | None


async def stories_of(tx: Tx, order_ids: Sequence[UUID]) -> list[StoryOf]:
    """Return where the parcels of some orders stand; voided labels are left out."""
    return await tx.rows(Q.stories_of, StoryOf, order_ids=list(order_ids))
