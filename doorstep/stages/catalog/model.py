"""The words of the catalog: what exists, as records that go in and come out alike. Ids are made by the caller."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time
from enum import StrEnum
from typing import Any
from uuid import UUID


class ProductKind(StrEnum):
    """How a product is stored: as itself, or as the components of a kit."""

    SINGLE = "single"
    KIT = "kit"


class Serials(StrEnum):
    """What a product asks of serial numbers."""

    NONE = "none"
    OUTBOUND = "outbound"
    """What leaves names the number of each unit."""
    ALL = "all"
    """So does what comes in: each unit in stock is known by its number and its place."""


class SiteKind(StrEnum):
    """What a place of ours is for."""

    WAREHOUSE = "warehouse"
    CENTER = "center"


class BinKind(StrEnum):
    """What a bin is for: to pick from, to feed those, or for goods that only pass through."""

    FACE = "face"
    BULK = "bulk"
    DOCK = "dock"


class CarrierKind(StrEnum):
    """How a carrier is reached: over its API, not at all (its rates are in our table, its labels are ours), or as our own vans."""

    RATE_TABLE = "rate_table"
    OWN_LABELS = "own_labels"
    FLEET = "fleet"


@dataclass(frozen=True, slots=True, kw_only=True)
class Merchant:
    """A seller whose goods lie here.

    Attributes:
        brand_color: `#rrggbb`, for slips, messages and customer pages.
        logo: PNG or JPEG bytes.
        message: a sentence to the customer, printed on the packing slip.
        rounding_minor: how far an order's total may be off its lines, in minor units, before it is refused.
        return_days: days after delivery in which a return may be asked.
        capture_parts: money is taken parcel by parcel, not in whole when the first one leaves.
        checks_mail: orders whose mail domain takes no mail are held.
    """

    id: UUID
    code: str
    name: str
    currency: str
    brand_color: str = "#1f4b99"
    logo: bytes | None = None
    message: str = ""
    sender_email: str = ""
    support_email: str = ""
    rounding_minor: int = 0
    return_days: int = 30
    language: str = "en"
    capture_parts: bool = False
    checks_mail: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """Something that can be ordered; a kit is sold as one and stored as its components.

    Attributes:
        upright: must not be turned over in a box.
        picture: address of a picture (`https://...` or a path of ours).
        hs_code: customs tariff number; origin_country: ISO 3166 alpha-2.
        asks_lot, asks_expiry: what comes in has to name its lot, and until when it may be sold.
        serials: whether units have to be named by their serial numbers, see `Serials`.
    """

    id: UUID
    merchant_id: UUID
    sku: str
    name: str
    kind: str = ProductKind.SINGLE
    length_mm: int
    width_mm: int
    height_mm: int
    weight_g: int
    price_minor: int
    currency: str
    upright: bool = False
    fragile: bool = False
    picture: str | None = None
    hs_code: str | None = None
    origin_country: str | None = None
    asks_lot: bool = False
    asks_expiry: bool = False
    serials: str = Serials.NONE


@dataclass(frozen=True, slots=True)
class NewProduct:
    """A product with its scannable codes and, for a kit, what it is made of.

    Attributes:
        barcodes: code -> how many units one scan of it counts.
        components: product id -> how many of it one kit holds.
    """

    product: Product
    barcodes: Mapping[str, int] = field(default_factory=dict)
    components: Mapping[UUID, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Scanned:
    """What a scanned code stands for."""

    code: str
    product_id: UUID
    units: int
    sku: str
    name: str
    merchant_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A warehouse, or a local center that serves the last mile.

    Attributes:
        cutoff: local time until which an order still leaves today.
        start_x_mm: where walks begin and end (the depot) on the floor's plan.
        gs1_prefix: the company prefix of its SSCCs.
    """

    id: UUID
    code: str
    name: str
    kind: str
    street: str
    city: str
    region: str = ""
    postal_code: str
    country: str
    lat: float
    lon: float
    timezone: str
    cutoff: time = time(16)
    start_x_mm: int = 0
    start_y_mm: int = 0
    gs1_prefix: str = "0000000"


@dataclass(frozen=True, slots=True, kw_only=True)
class Aisle:
    """A straight aisle between a front and a back cross-aisle."""

    number: int
    x_mm: int
    front_y_mm: int
    back_y_mm: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Bin:
    """Where goods lie: a scannable place on an aisle; `level` 1 is the floor, `pick_seq` the order of a plain walk.

    Attributes:
        kind: what it is for.
        capacity_ml: how much it holds; None: nobody measured it.
        mixes_lots: several lots of a product may lie in it together.
    """

    id: UUID
    code: str
    aisle: int
    x_mm: int
    y_mm: int
    level: int = 1
    pick_seq: int = 0
    kind: str = BinKind.FACE
    capacity_ml: int | None = None
    mixes_lots: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class BinUse:
    """What a bin is for and how much it holds, by its code."""

    code: str
    kind: str = BinKind.FACE
    capacity_ml: int | None = None
    mixes_lots: bool = True


@dataclass(frozen=True, slots=True)
class NewSite:
    """A site with its aisles and bins."""

    site: Site
    aisles: tuple[Aisle, ...] = ()
    bins: tuple[Bin, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A carton to pack into."""

    id: UUID
    code: str
    inner_length_mm: int
    inner_width_mm: int
    inner_height_mm: int
    outer_length_mm: int
    outer_width_mm: int
    outer_height_mm: int
    tare_g: int
    max_gross_g: int
    price_minor: int = 0
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Carrier:
    """Who carries parcels. `api_key` and `hook_secret` are the partner's secrets: never shown or logged."""

    id: UUID
    code: str
    name: str
    kind: str
    base_url: str | None = None
    api_key: str | None = field(default=None, repr=False)
    hook_secret: str | None = field(default=None, repr=False)
    active: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A product of a carrier: how fast, how heavy, for how much to which zone.

    Attributes:
        dim_divisor: cubic centimeters that are rated as one kilogram (length x width x height in cm, divided by it, is kg).
        tracking_prefix: what its tracking numbers begin with.
        rates: `{"up_to_g": 1000, "zone": "1", "price_minor": 590}`, lightest first; with none, a carrier
            that has an API is asked for the price of each parcel.
        zones: `{"country": "DE", "postal_prefix": "1", "zone": "1"}`; the longest prefix wins, country `*` is anywhere else.
    """

    id: UUID
    carrier_id: UUID
    code: str
    name: str
    days_min: int
    days_max: int
    tracking_prefix: str
    dim_divisor: int = 5000
    max_weight_g: int
    rates: list[dict[str, Any]]
    zones: list[dict[str, Any]]
    currency: str
    active: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Van:
    """A van of a local center; the driver is a person of the tenant."""

    id: UUID
    site_id: UUID
    code: str
    capacity_g: int
    capacity_ml: int
    shift_start: time
    shift_end: time
    driver_user_id: UUID | None = None


class Outcome(StrEnum):
    """What an import made of one row."""

    CREATED = "created"
    UPDATED = "updated"
    SAME = "same"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class RowFault:
    """What is wrong with one field of a row, what stood there, and what to do."""

    field: str
    value: str
    message: str


@dataclass(frozen=True, slots=True)
class RowVerdict:
    """What an import made of one row; `row` counts from 1 below the heading."""

    row: int
    name: str
    outcome: Outcome
    faults: tuple[RowFault, ...] = ()
