"""What goes in and out of the API of the last mile. A stop never shows its PIN."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta, Struct

from doorstep.platform.auth import DESK, Role, allow
from doorstep.stages.delivery.acts.looking import Attempt
from doorstep.stages.delivery.model import (
    ROUTE,
    STOP,
    FailReason,
    LeftOut,
    PlannedRoute,
    ProofKind,
    Route,
    Stop,
)

READ_STOPS = allow(*DESK, Role.DISPATCHER, Role.DRIVER, Role.VIEWER, Role.MERCHANT, scope="stops:read")
PLAN = allow(*DESK, Role.DISPATCHER, scope="routes:write")
READ_ROUTES = allow(*DESK, Role.DISPATCHER, Role.DRIVER, Role.VIEWER, scope="routes:read")
DRIVE = allow(*DESK, Role.DISPATCHER, Role.DRIVER, scope="stops:write")
DRIVE_ROUTES = allow(*DESK, Role.DISPATCHER, Role.DRIVER, scope="routes:write")

NO_NUL = r"^[^\u0000]*$"
Code = Annotated[
    str, Meta(min_length=1, max_length=100, pattern=NO_NUL, description="As the scanner read it.")
]
Lat = Annotated[float, Meta(ge=-90, le=90, description="Degrees north.")]
Lon = Annotated[float, Meta(ge=-180, le=180, description="Degrees east.")]
Meters = Annotated[int, Meta(ge=0, le=1_000_000, description="Meters.")]
Moment = Annotated[datetime, Meta(tz=True, description="With a zone.")]
Text = Annotated[str, Meta(max_length=500, pattern=NO_NUL)]
Name = Annotated[str, Meta(max_length=120, pattern=NO_NUL)]


class PlaceIn(Struct, forbid_unknown_fields=True):
    """Where the device was."""

    lat: Lat
    lon: Lon
    accuracy_m: Meters | None = None


class ScanIn(Struct, forbid_unknown_fields=True):
    """Parcels scanned at a center."""

    site_id: Annotated[UUID, Meta(description="The local center.")]
    codes: Annotated[list[Code], Meta(min_length=1, max_length=500)]


class CodesIn(Struct, forbid_unknown_fields=True):
    """Parcels scanned into a van."""

    codes: Annotated[list[Code], Meta(min_length=1, max_length=500)]


class DeliverIn(Struct, forbid_unknown_fields=True):
    """A delivery with its proof: a signature (or the name of who took it), a photo, or the customer's PIN."""

    proof: Annotated[ProofKind, Meta(description="What proves it.")]
    received_by: Annotated[Name, Meta(description="Who took the parcel.")] = ""
    signature: Annotated[
        str, Meta(max_length=20_000, pattern=NO_NUL, description="SVG path in 600 by 200.")
    ] = ""
    photo: Annotated[
        str, Meta(max_length=4_000_000, pattern=NO_NUL, description="JPEG or PNG in base64, up to 3 MB.")
    ] = ""
    pin: Annotated[str, Meta(max_length=12, pattern=NO_NUL, description="What the customer said.")] = ""
    place: PlaceIn | None = None
    occurred_at: Moment | None = None


class FailIn(Struct, forbid_unknown_fields=True):
    """A delivery that did not succeed."""

    reason: Annotated[FailReason, Meta(description="Why.")]
    note: Annotated[Text, Meta(description="In the driver's words.")] = ""
    place: PlaceIn | None = None
    occurred_at: Moment | None = None


class WindowIn(Struct, forbid_unknown_fields=True):
    """When the customer wants it; both nulls take the wish back."""

    from_: Annotated[Moment | None, Meta(description="Not before.")] = msgspec.field(
        name="from", default=None
    )
    until: Annotated[Moment | None, Meta(description="Not after.")] = None


class DoorIn(Struct, forbid_unknown_fields=True):
    """Where the door really is."""

    lat: Lat
    lon: Lon


class PlanIn(Struct, forbid_unknown_fields=True):
    """Which parcels to plan: those that lie at a center, over its free vans."""

    site_id: Annotated[UUID, Meta(description="The local center.")]
    day: Annotated[date | None, Meta(description="Today at the center unless given.")] = None
    seconds: Annotated[float, Meta(ge=0.1, le=60, description="How long to search.")] = 3.0
    seed: Annotated[int, Meta(ge=0, le=2**31 - 1, description="Of the search.")] = 1


class ProposalIn(Struct, forbid_unknown_fields=True):
    """Which plan."""

    proposal_id: UUID


class TakeIn(Struct, forbid_unknown_fields=True):
    """Who takes the route."""

    take_over: Annotated[bool, Meta(description="Also from another driver.")] = False


class DepartIn(Struct, forbid_unknown_fields=True):
    """How to leave."""

    leave_behind: Annotated[bool, Meta(description="Leave parcels behind that are not loaded.")] = False


class SequenceIn(Struct, forbid_unknown_fields=True):
    """The stops of a route in the order to drive."""

    stop_ids: Annotated[list[UUID], Meta(min_length=1, max_length=500)]


class PositionIn(Struct, forbid_unknown_fields=True):
    """Where a van says it is."""

    van_id: UUID
    device: Annotated[str, Meta(min_length=1, max_length=80, pattern=NO_NUL, description="Which device.")]
    seq: Annotated[
        int, Meta(ge=1, le=2**53, description="Counts on the device; an older one changes nothing.")
    ]
    lat: Lat
    lon: Lon
    occurred_at: Moment
    accuracy_m: Meters | None = None


class PositionsIn(Struct, forbid_unknown_fields=True):
    """Positions of vans, in any order."""

    positions: Annotated[list[PositionIn], Meta(min_length=1, max_length=500)]


class StopOut(Struct, kw_only=True):
    """A stop: one parcel's way to its door, over all attempts."""

    id: UUID
    state: str
    order_id: UUID
    order_number: int
    merchant: str
    site_id: UUID
    tracking_number: str
    name: str
    street: str
    street2: str
    city: str
    postal_code: str
    phone: str
    note: str
    lat: float
    lon: float
    place_from: str
    weight_g: int
    volume_ml: int
    attempt: int
    window_from: datetime | None
    window_until: datetime | None
    not_before: datetime | None
    route_id: UUID | None
    position: int | None
    eta: datetime | None
    told_from: datetime | None
    told_until: datetime | None
    left_out: str | None
    acts: list[str]


class ProofOut(Struct, kw_only=True):
    """What proves a delivery."""

    kind: str
    received_by: str
    signature: str | None
    has_photo: bool
    distance_m: int | None
    sha256: str
    occurred_at: datetime


class WholeStopOut(Struct, kw_only=True):
    """A stop with its tries and its proof."""

    stop: StopOut
    attempts: list[Attempt]
    proofs: list[ProofOut]


class StopsOut(Struct):
    """One page of stops; `next` goes on, null at the end."""

    stops: list[StopOut]
    next: UUID | None


class RouteOut(Struct, kw_only=True):
    """A van's tour."""

    id: UUID
    state: str
    number: int
    site_id: UUID
    van_id: UUID
    van: str
    driver: str | None
    day: date
    departs_at: datetime
    returns_at: datetime
    departed_at: datetime | None
    distance_m: int
    reasons: list[str]
    changes: list[str]
    stops: int
    loaded: int
    done: int
    failed: int
    acts: list[str]


class WholeRouteOut(Struct):
    """A route with its stops in driving order."""

    route: RouteOut
    stops: list[StopOut]


class PlanOut(Struct, kw_only=True):
    """A plan that waits for a yes: routes, what is left out and why, and the reasons."""

    proposal_id: UUID
    routes: list[PlannedRoute]
    left_out: list[LeftOut]
    reasons: list[str]
    engine: str


def stop_out(stop: Stop) -> StopOut:
    """Return a stop as the API shows it."""
    names = [name for name in StopOut.__struct_fields__ if name != "acts"]
    return StopOut(
        **{name: getattr(stop, name) for name in names}, acts=[str(a) for a in STOP.acts(stop.state)]
    )


def route_out(route: Route) -> RouteOut:
    """Return a route as the API shows it."""
    names = [name for name in RouteOut.__struct_fields__ if name not in {"acts", "driver"}]
    values = {name: getattr(route, name) for name in names}
    return RouteOut(**values, driver=route.driver_name, acts=[str(a) for a in ROUTE.acts(route.state)])
