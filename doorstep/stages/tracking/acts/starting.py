"""A tracker starts when its label is bought: from then on somebody may call about the parcel."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from doorstep.platform import journal
from doorstep.platform.db import Tx, columns
from doorstep.platform.ids import new_ids
from doorstep.platform.statements import Statements
from doorstep.platform.zones import zone_of
from doorstep.stages import orders
from doorstep.stages.catalog import Calendar, CarrierKind
from doorstep.stages.tracking.model import TRACKER, Status, Window
from doorstep.stages.tracking.rules.polling import next_poll
from doorstep.stages.tracking.rules.promise import travel

Q = Statements("doorstep.stages.tracking")


@dataclass(frozen=True, slots=True)
class Begin:
    """What is known of a label that is bought."""

    label_id: UUID
    parcel_id: UUID
    order_id: UUID
    merchant_id: UUID
    carrier_id: UUID
    service_id: UUID
    number: str
    country: str
    lat: float | None
    lon: float | None
    days_min: int
    days_max: int
    site_zone: str
    cutoff: time
    carrier_kind: str


@dataclass(frozen=True, slots=True)
class NewTracker:
    """A row to be."""

    id: UUID
    label_id: UUID
    parcel_id: UUID
    order_id: UUID
    merchant_id: UUID
    carrier_id: UUID
    service_id: UUID
    number: str
    zone: str
    window_from: datetime
    window_until: datetime
    window_why: str
    poll_at: datetime | None


@dataclass(frozen=True, slots=True)
class Promised:
    """What an order was promised at first."""

    order_id: UUID
    from_: datetime
    until: datetime


async def begin(tx: Tx, label_ids: Sequence[UUID]) -> list[NewTracker]:
    """Make a tracker for each label that has none; labels that are not bought any more are passed over."""
    known = await tx.rows(Q.labels_to_track, Begin, label_ids=list(label_ids))
    if not known:
        return []
    order_ids = list({one.order_id for one in known})
    promised = await tx.rows(Q.first_promises, Promised, order_ids=order_ids)
    said = {one.order_id: Window(one.from_, one.until, "promise") for one in promised}
    rows = [
        _new(one, tracker_id, said.get(one.order_id), tx.now)
        for one, tracker_id in zip(known, new_ids(len(known)), strict=True)
    ]
    names = (*NewTracker.__slots__,)
    made = set(await tx.values(Q.add_trackers, **columns(rows, *names)))
    rows = [row for row in rows if row.id in made]
    facts = {
        row.id: {"number": row.number, "parcel_id": row.parcel_id, "order_id": row.order_id} for row in rows
    }
    await journal.born(tx, TRACKER, [row.id for row in rows], facts)
    await orders.note_arrivals(tx, {row.order_id: None for row in rows})
    return rows


def _new(one: Begin, tracker_id: UUID, promised: Window | None, now: datetime) -> NewTracker:
    zone = zone_of(one.country, one.lat, one.lon)
    window = _expected(one, zone, now)
    if promised is not None and promised.until >= window.until:
        window = promised
    ask_at = next_poll(tracker_id, Status.CREATED, now, window, now, zone)
    return NewTracker(
        tracker_id,
        one.label_id,
        one.parcel_id,
        one.order_id,
        one.merchant_id,
        one.carrier_id,
        one.service_id,
        one.number,
        zone,
        window.from_,
        window.until,
        window.why,
        ask_at if one.carrier_kind == CarrierKind.RATE_TABLE else None,
    )


def _expected(one: Begin, zone: str, now: datetime) -> Window:
    """Return the window of a labeled parcel: it leaves with the next pickup, then the carrier's days."""
    there = now.astimezone(ZoneInfo(one.site_zone))
    ships_on: date = there.date() if there.time() <= one.cutoff else there.date() + timedelta(days=1)
    door = Calendar(one.country)
    return travel(door.working_day(ships_on), one.days_min, one.days_max, zone, "carrier_chosen", door)
