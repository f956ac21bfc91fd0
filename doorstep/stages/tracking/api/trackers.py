"""Trackers over JSON: where parcels are, and scans from whoever has no webhook of ours."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.params import QueryParameter

from doorstep.platform.auth import ALL_STAFF, DESK, Role, allow
from doorstep.platform.db import Tx
from doorstep.platform.edge import Asked, Caller, FromPath, FromQuery, InHouse, JSONBody
from doorstep.platform.errors import Fault, invalid, unknown
from doorstep.platform.idempotency import once
from doorstep.stages.tracking.acts import looking
from doorstep.stages.tracking.acts.recording import heard_so_far, record
from doorstep.stages.tracking.model import Scan, Status
from doorstep.stages.tracking.rules.fold import in_order
from doorstep.stages.tracking.rules.mapping import acts_next

READERS = allow(*ALL_STAFF, Role.MERCHANT, scope="trackers:read")
PAGE_MAX = 200
NO_NUL = r"^[^\u0000]*$"
Word = Annotated[str, msgspec.Meta(max_length=120, pattern=NO_NUL)]
Asking = Annotated[str, QueryParameter(max_length=120, pattern=NO_NUL)]
Limit = Annotated[int, QueryParameter(ge=1, le=PAGE_MAX)]
"""Limits of a query stand in `QueryParameter`: inside `FromQuery` the framework would not look at them."""
InState = Annotated[Status | None, QueryParameter(name="state")]
"""The framework keeps the plain name for itself."""


class WindowOut(msgspec.Struct):
    """When a parcel is expected, why, and how often its last day changed."""

    from_: datetime | None = msgspec.field(name="from")
    until: datetime | None
    why: str
    changes: int


class TrackerOut(msgspec.Struct):
    """One parcel's story in short."""

    id: UUID
    number: str
    status: Status
    reason: str | None
    acts_next: str
    order_id: UUID
    order_number: int
    parcel_id: UUID
    carrier: str
    started_at: datetime
    status_at: datetime | None
    last_scan_at: datetime | None
    place: str
    lat: float | None
    lon: float | None
    window: WindowOut


class ScanOut(msgspec.Struct):
    """One thing that was seen. `zone` is the clock of the place; `status` is null for a code nobody explained."""

    status: Status | None
    reason: str | None
    raw_code: str
    raw_text: str
    place: str
    lat: float | None
    lon: float | None
    zone: str
    occurred_at: datetime
    via: str


class WholeOut(msgspec.Struct):
    """A tracker with everything that was seen, oldest first."""

    tracker: TrackerOut
    scans: list[ScanOut]


class TrackersOut(msgspec.Struct):
    """A page of trackers, newest first; `next` goes on."""

    trackers: list[TrackerOut]
    next: str | None = None


class ScanIn(msgspec.Struct, forbid_unknown_fields=True):
    """Something that was seen of a parcel."""

    number: Annotated[
        str, msgspec.Meta(min_length=1, max_length=60, pattern=NO_NUL, description="The tracking number.")
    ]
    status: Status | None
    occurred_at: Annotated[datetime, msgspec.Meta(tz=True, description="When it was, with its offset.")]
    reason: Annotated[
        str, msgspec.Meta(max_length=60, pattern=r"^([a-z_]+\.[a-z_]+)?$", description="`party.cause`.")
    ] = ""
    code: Annotated[str, msgspec.Meta(max_length=60, pattern=NO_NUL)] = ""
    text: Annotated[str, msgspec.Meta(max_length=300, pattern=NO_NUL)] = ""
    place: Word = ""
    lat: Annotated[float, msgspec.Meta(ge=-90, le=90)] | None = None
    lon: Annotated[float, msgspec.Meta(ge=-180, le=180)] | None = None
    via: Literal["import", "person"] = "import"


class ScansIn(msgspec.Struct, forbid_unknown_fields=True):
    """Up to 1,000 scans in any order."""

    scans: Annotated[list[ScanIn], msgspec.Meta(min_length=1, max_length=1000)]


class ScansOut(msgspec.Struct):
    """How many of them were new; repeats are not."""

    recorded: int


@get("/api/trackers", opt=READERS)
async def list_trackers(
    house: InHouse,
    who: Caller,
    of_state: InState = None,
    number: Asking = "",
    order: FromQuery[UUID | None] = None,
    cursor: Asking = "",
    limit: Limit = 50,
) -> TrackersOut:
    """List trackers, newest first, by status, tracking number or order id."""
    before_at, before_id = read_cursor(cursor)
    wanted = looking.Wanted(
        merchant_id=who.merchant_id,
        state=of_state,
        order_id=order,
        number=number.strip() or None,
        before_at=before_at,
        before_id=before_id,
        most=limit + 1,
    )
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        found = await looking.trackers(tx, wanted)
    more = write_cursor(found[limit - 1]) if len(found) > limit else None
    return TrackersOut([shown(one) for one in found[:limit]], more)


@get("/api/trackers/{tracker_id:uuid}", opt=READERS)
async def read_tracker(tracker_id: FromPath[UUID], house: InHouse, who: Caller) -> WholeOut:
    """Read a parcel's whole story."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        found = await looking.trackers(tx, looking.Wanted(merchant_id=who.merchant_id, tracker_id=tracker_id))
        if not found:
            raise unknown("tracker", tracker_id)
        heard = (await heard_so_far(tx, [tracker_id]))[tracker_id]
    scans = [
        ScanOut(
            s.status, s.reason, s.raw_code, s.raw_text, s.place, s.lat, s.lon, s.zone, s.occurred_at, s.via
        )
        for s in in_order(heard)
    ]
    return WholeOut(shown(found[0]), scans)


@post("/api/scans", opt=allow(*DESK, Role.DISPATCHER, scope="scans:write"), status_code=200)
async def record_scans(
    data: JSONBody[ScansIn], request: Asked, house: InHouse, who: Caller
) -> Response[ScansOut]:
    """Record scans of carriers without a webhook, or what a person knows; repeats and any order are harmless."""

    async def act(tx: Tx) -> ScansOut:
        numbers = list({one.number for one in data.scans})
        parcels = await looking.parcels_of(tx, numbers, who.merchant_id)
        strange = [
            Fault(f"/scans/{i}/number", "unknown_number", f"No parcel has the number {one.number}. Check it.")
            for i, one in enumerate(data.scans)
            if one.number not in parcels
        ]
        if strange:
            raise invalid(strange)
        return ScansOut(await record(tx, [_scan(one, parcels[one.number]) for one in data.scans]))

    return await once(request, house, who, act, status=200)  # type: ignore[return-value]


def _scan(one: ScanIn, whose: looking.Whose) -> Scan:
    offset = one.occurred_at.strftime("%z")
    return Scan(
        parcel_id=whose.parcel_id,
        number=one.number,
        status=one.status,
        occurred_at=one.occurred_at.astimezone(UTC),
        via=one.via,
        reason=one.reason or None,
        raw_code=one.code,
        raw_text=one.text,
        place=one.place,
        lat=one.lat,
        lon=one.lon,
        zone=f"{offset[:3]}:{offset[3:5]}" if one.occurred_at.utcoffset() else whose.zone,
    )


def shown(one: looking.Followed) -> TrackerOut:
    """Return a tracker as the API shows it."""
    return TrackerOut(
        one.id,
        one.number,
        Status(one.state),
        one.reason,
        acts_next(Status(one.state), one.reason),
        one.order_id,
        one.order_number,
        one.parcel_id,
        one.carrier,
        one.started_at,
        one.status_at,
        one.last_scan_at,
        one.place,
        one.lat,
        one.lon,
        WindowOut(one.window_from, one.window_until, one.window_why, one.window_changes),
    )


def write_cursor(one: looking.Followed) -> str:
    """Return the text that goes on after this tracker."""
    return urlsafe_b64encode(f"{one.started_at.isoformat()} {one.id}".encode()).decode().rstrip("=")


def read_cursor(cursor: str) -> tuple[datetime | None, UUID | None]:
    """Return the place in the list after which to go on.

    Raises:
        Refused: it is none of ours.
    """
    if not cursor:
        return None, None
    try:
        when, tracker_id = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode().split()
        return datetime.fromisoformat(when).astimezone(UTC), UUID(tracker_id)
    except (ValueError, OverflowError):
        fault = Fault("/cursor", "cursor", "This is no cursor of ours. Send `next` of the page before.")
        raise invalid([fault]) from None


ROUTES: list[Any] = [list_trackers, read_tracker, record_scans]
