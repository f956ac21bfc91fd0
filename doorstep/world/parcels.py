"""What the carrier is asked for and what its books hold; `carrier.py` says it in words."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any

import msgspec

Text = Annotated[str, msgspec.Meta(max_length=300)]
Needed = Annotated[str, msgspec.Meta(min_length=1, max_length=300)]


class Address(msgspec.Struct):
    """Where a parcel comes from or goes to."""

    name: Text
    street: Needed
    city: Needed
    country: Annotated[str, msgspec.Meta(min_length=2, max_length=2)]
    company: Text | None = None
    street2: Text | None = None
    region: Text | None = None
    postal_code: Text | None = None
    phone: Text | None = None
    lat: float | None = None
    lon: float | None = None
    timezone: Text | None = None


Grams = Annotated[int, msgspec.Meta(gt=0, le=10_000_000)]
Sides = Annotated[
    list[Annotated[int, msgspec.Meta(gt=0, le=100_000)]], msgspec.Meta(min_length=3, max_length=3)
]


class RatesIn(msgspec.Struct, rename={"origin": "from", "destination": "to"}):
    """A parcel to be priced."""

    origin: Address
    destination: Address
    weight_g: Grams
    sides_mm: Sides


class ShipmentIn(msgspec.Struct, rename={"origin": "from", "destination": "to"}):
    """A label to be sold."""

    reference: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    service: Needed
    origin: Address
    destination: Address
    weight_g: Grams
    sides_mm: Sides


class ManifestIn(msgspec.Struct):
    """What is handed over."""

    shipments: Annotated[list[Needed], msgspec.Meta(min_length=1, max_length=1000)]


class ServiceIn(msgspec.Struct, frozen=True):
    """A service and its terms."""

    code: Needed
    prefix: Needed
    days_min: Annotated[int, msgspec.Meta(ge=0, le=60)]
    days_max: Annotated[int, msgspec.Meta(ge=0, le=90)]
    base_minor: Annotated[int, msgspec.Meta(ge=0, le=10_000_000)]
    per_kg_minor: Annotated[int, msgspec.Meta(ge=0, le=10_000_000)]
    currency: Annotated[str, msgspec.Meta(min_length=3, max_length=3)]


class ServicesIn(msgspec.Struct):
    """The services to offer from now on."""

    services: Annotated[list[ServiceIn], msgspec.Meta(min_length=1, max_length=100)]


class HookIn(msgspec.Struct):
    """Where to call, and the secret to sign with."""

    url: Annotated[str, msgspec.Meta(pattern="^https?://", max_length=2000)]
    secret: Annotated[str, msgspec.Meta(min_length=8, max_length=200)]


class AdvanceIn(msgspec.Struct):
    """Where to move the clock."""

    now: Annotated[datetime, msgspec.Meta(tz=True)]
    deliver: bool = False


@dataclass(frozen=True, slots=True)
class ServiceSold:
    """A service as the books hold it."""

    code: str
    prefix: str
    days_min: int
    days_max: int
    base_minor: int
    per_kg_minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class Label:
    """A label as the books hold it."""

    id: str
    reference: str
    service: str
    tracking_number: str
    price_minor: int
    currency: str
    sold_at: float
    voided_at: float | None
    manifest_id: str | None
    request_hash: str
    body: str

    def shown(self) -> dict[str, Any]:
        """Return the label as the API answers it."""
        return {
            "id": self.id, "reference": self.reference, "service": self.service,
            "status": "sold" if self.voided_at is None else "voided", "tracking_number": self.tracking_number,
            "price_minor": self.price_minor, "currency": self.currency,
            "sold_at": datetime.fromtimestamp(self.sold_at, UTC).isoformat(), "manifest_id": self.manifest_id,
            "estimated_delivery": msgspec.json.decode(self.body)["estimated_delivery"],
        }  # fmt: skip
