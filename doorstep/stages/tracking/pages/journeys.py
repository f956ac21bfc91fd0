"""What the customer's page shows of an order: the window and why, the steps, each parcel's story and map. Facts in, words out."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from doorstep.platform.db import Tx
from doorstep.platform.messages import catalog, text
from doorstep.platform.statements import Statements
from doorstep.platform.zones import zone_of
from doorstep.stages.tracking.acts.recording import heard_so_far
from doorstep.stages.tracking.model import Heard, Status
from doorstep.stages.tracking.rules import saying
from doorstep.stages.tracking.rules.fold import in_order

Q = Statements("doorstep.stages.tracking")
WRONG = frozenset({Status.LOST, Status.DAMAGED})
WARNING = frozenset(
    {Status.DELAYED, Status.HELD, Status.ATTEMPT_FAILED, Status.RETURNING, Status.RETURNED, Status.CUSTOMS}
)
OVER = ("canceled", "merged")
"""States of orders that have no journey of their own."""
SHOWN_SCANS_MAX = 100


@dataclass(frozen=True, slots=True)
class Head:
    """An order as its customer sees it; one that was merged travels with the order `merged_into`."""

    id: UUID
    number: int
    state: str
    placed_at: datetime
    currency: str
    total_minor: int
    language: str
    promised_from: datetime | None
    promised_until: datetime | None
    city: str
    country: str
    lat: float | None
    lon: float | None
    merchant: str
    brand_color: str
    merchant_message: str
    support_email: str
    merchant_id: UUID
    has_logo: bool
    merged_into: UUID | None
    merged_number: int | None
    packed: bool

    @property
    def zone(self) -> str:
        """The clock at the door."""
        return zone_of(self.country, self.lat, self.lon)


@dataclass(frozen=True, slots=True)
class Parcel:
    """A parcel as its customer sees it."""

    id: UUID
    number: str
    state: str
    reason: str | None
    status_at: datetime | None
    place: str
    lat: float | None
    lon: float | None
    zone: str
    window_from: datetime | None
    window_until: datetime | None
    window_why: str
    window_changes: int
    carrier: str
    our_van: bool


@dataclass(frozen=True, slots=True)
class Line:
    """What was ordered."""

    order_id: UUID
    name: str
    quantity: int
    total_minor: int


@dataclass(frozen=True, slots=True)
class Shown:
    """One parcel in words: its status, window, reason for a change, story (newest first) and places."""

    parcel: Parcel
    status: str
    window: str
    why: str
    story: list[dict[str, Any]]
    places: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class Journey:
    """The whole page; `news` is the number that changes when anything of it does."""

    head: Head
    headline: str
    changed: str
    first: str
    steps: list[tuple[str, str]]
    parcels: list[Shown]
    lines: list[Line]
    arrived: bool
    news: int = 0


async def read_journey(tx: Tx, order_id: UUID, lang: str) -> Journey | None:
    """Return what there is to show of an order, in the reader's language; None when it is not there."""
    head = await tx.row(Q.customers_order, Head, order_id=order_id)
    if head is None:
        return None
    parcels = await tx.rows(Q.customers_parcels, Parcel, order_id=order_id)
    living = [one for one in parcels if one.state != Status.CANCELED]
    heard = await heard_so_far(tx, [one.id for one in living]) if living else {}
    lines = await tx.rows(Q.lines_of_orders, Line, order_ids=[order_id])
    news = await tx.value(Q.news_of_order, order_id=order_id)
    return replace(tell(head, [(one, heard[one.id]) for one in living], lines, lang), news=int(news))


def tell(head: Head, parcels: Sequence[tuple[Parcel, list[Heard]]], lines: list[Line], lang: str) -> Journey:
    """Put an order's journey into words."""
    shown = [_shown(head, parcel, heard, lang) for parcel, heard in parcels]
    done = sum(one.parcel.state == Status.DELIVERED for one in shown)
    moved = next(
        (one for one in shown if one.parcel.window_changes and one.parcel.state != Status.DELIVERED), None
    )
    promised = head.promised_from and head.promised_until and saying.window(
        head.promised_from, head.promised_until, head.zone, lang
    )  # fmt: skip
    return Journey(
        head,
        _headline(head, shown, done, lang),
        text("tracking.changed", lang, why=moved.why) if moved and moved.why else "",
        text("tracking.promised_first", lang, window=promised) if promised and moved else "",
        _steps(head, shown, done, lang),
        shown,
        lines,
        bool(shown) and done == len(shown),
    )


def _shown(head: Head, parcel: Parcel, heard: list[Heard], lang: str) -> Shown:
    scans = _once(in_order(heard))
    window = ""
    if parcel.window_from and parcel.window_until and parcel.state != Status.DELIVERED:
        window = saying.window(parcel.window_from, parcel.window_until, parcel.zone, lang)
    why = f"tracking.why.{parcel.window_why}"
    return Shown(
        parcel,
        text(f"tracking.status.{parcel.state}", lang),
        window,
        text(why, lang) if why in catalog("en") else "",
        [
            _entry(scan, parcel.zone, newest=at == 0, lang=lang)
            for at, scan in enumerate(reversed(scans[-SHOWN_SCANS_MAX:]))
        ],
        _places(head, parcel, scans),
    )


def _once(scans: Sequence[Heard]) -> list[Heard]:
    """Leave out what the carrier repeats of our own dock: that it has taken the parcel is told once, as it was first said."""
    return [
        scan
        for before, scan in zip([None, *scans], scans, strict=False)
        if before is None or {before.status, scan.status} != {Status.PICKED_UP}
    ]


def _entry(scan: Heard, door: str, *, newest: bool, lang: str) -> dict[str, Any]:
    said = text(f"tracking.status.{scan.status or 'unknown'}", lang)
    if scan.status is None:
        said = scan.raw_text or f"{said} ({scan.raw_code})"
    reason = f"tracking.reason.{scan.reason}"
    zone = door if scan.zone == "UTC" else scan.zone  # nobody said which clock: the customer's own
    more = [saying.moment(scan.occurred_at, zone, lang), scan.place]
    more.append(text(reason, lang) if scan.reason and reason in catalog("en") else "")
    return {
        "text": said,
        "more": " · ".join(part for part in more if part),
        "tone": _tone(scan.status, newest=newest),
    }


def _tone(status: Status | None, *, newest: bool) -> str:
    if status in WRONG:
        return "wrong"
    if status in WARNING:
        return "warning"
    if status is Status.DELIVERED:
        return "good"
    return "current" if newest else "done"


def _places(head: Head, parcel: Parcel, scans: Sequence[Heard]) -> dict[str, Any] | None:
    """Return where the parcel was, is and goes as GeoJSON; None while nobody said a place."""
    been = [
        (scan.lon, scan.lat, scan.place) for scan in scans if scan.lat is not None and scan.lon is not None
    ]
    if not been:
        return None
    here = been[-1]
    points = [_point(place, "stop", "done") for place in dict.fromkeys(been[:-1]) if place != here]
    points.append(_point(here, "van", ""))
    road = [[lon, lat] for lon, lat, _ in been]
    if (
        head.lat is not None
        and head.lon is not None
        and parcel.state not in {"returning", "returned", "lost"}
    ):
        points.append(_point((head.lon, head.lat, head.city), "door", ""))
        road.append([head.lon, head.lat])
    line = {
        "type": "Feature",
        "properties": {"kind": "route"},
        "geometry": {"type": "LineString", "coordinates": road},
    }
    return {"type": "FeatureCollection", "features": [*([line] if len(road) > 1 else []), *points]}


def _point(place: tuple[float | None, float | None, str], kind: str, state: str) -> dict[str, Any]:
    lon, lat, name = place
    return {
        "type": "Feature",
        "properties": {"kind": kind, "name": name, "state": state},
        "geometry": {"type": "Point", "coordinates": [lon, lat]},
    }


def _headline(head: Head, shown: Sequence[Shown], done: int, lang: str) -> str:
    if head.state in OVER:
        along = head.merged_number
        return text("tracking.merged", lang, order=along) if along else text("tracking.canceled", lang)
    if shown and done == len(shown):
        last = max((one.parcel.status_at for one in shown if one.parcel.status_at), default=None)
        return text("tracking.arrived", lang, when=saying.moment(last, head.zone, lang) if last else "")
    troubled = next((one for one in shown if not one.window and one.parcel.state != Status.DELIVERED), None)
    if troubled:
        return troubled.status
    waiting = [one for one in shown if one.window]
    if waiting:
        latest = max(waiting, key=lambda one: one.parcel.window_until or head.placed_at)
        return text("tracking.expected", lang, window=latest.window)
    if head.promised_from and head.promised_until:
        window = saying.window(head.promised_from, head.promised_until, head.zone, lang)
        return text("tracking.expected", lang, window=window)
    return text("tracking.expected_soon", lang)


def _steps(head: Head, shown: Sequence[Shown], done: int, lang: str) -> list[tuple[str, str]]:
    """Return how far the order is: its least advanced parcel decides."""
    if head.state in OVER:
        return []
    states = {one.parcel.state for one in shown}
    moving = bool(states) and not states & {Status.CREATED, Status.INFO_RECEIVED}
    arrived = bool(shown) and done == len(shown)
    reached = 3 if arrived else 2 if moving else 1 if head.packed else 0
    wrong = bool(states & {*WRONG, Status.RETURNING, Status.RETURNED})
    names = [text(f"tracking.step.{name}", lang) for name in ("ordered", "packed", "moving", "door")]
    tones = [
        "done" if at < reached or arrived else "current" if at == reached else "ahead" for at in range(4)
    ]
    if wrong and reached < 3:
        tones[reached] = "wrong"
    return list(zip(names, tones, strict=True))
