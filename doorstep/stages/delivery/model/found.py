"""Stops, routes and proofs as they are read."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from doorstep.stages.delivery.model.lifecycles import UNDER_WAY, StopState


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """A stop as staff sees it; never its PIN."""

    id: UUID
    state: str
    order_id: UUID
    merchant_id: UUID
    parcel_id: UUID
    site_id: UUID
    tracking_number: str
    lat: float
    lon: float
    place_from: str
    weight_g: int
    volume_ml: int
    window_from: datetime | None
    window_until: datetime | None
    attempt: int
    not_before: datetime | None
    route_id: UUID | None
    position: int | None
    planned_at: datetime | None
    eta: datetime | None
    told_from: datetime | None
    told_until: datetime | None
    left_out: str | None
    scanned_in_at: datetime | None
    name: str
    street: str
    street2: str
    city: str
    postal_code: str
    phone: str
    note: str
    order_number: int
    merchant: str

    @property
    def open(self) -> bool:
        """Whether the driver still has to go there."""
        return self.state in UNDER_WAY or self.state in {StopState.PLANNED, StopState.LOADED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """A route as lists show it."""

    id: UUID
    state: str
    number: int
    site_id: UUID
    van_id: UUID
    van: str
    driver: str | None
    driver_name: str | None
    driver_user_id: UUID | None
    day: date
    planned_at: datetime
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """A proof of delivery as staff and the customer see it; the picture is fetched on its own."""

    stop_id: UUID
    tracking_number: str
    attempt: int
    kind: str
    received_by: str
    signature: str | None
    has_photo: bool
    lat: float | None
    lon: float | None
    accuracy_m: int | None
    distance_m: int | None
    sha256: str
    occurred_at: datetime
