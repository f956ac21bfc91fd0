"""The words of inventory: what is asked of the goods, and what is answered. Quantities are whole units."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

HOLD_S = 30 * 60
"""How long a reservation waits to be claimed, in seconds of business time."""

QUANTITY_MAX = 1_000_000
"""Most units in one receipt, movement, demand or count."""

OUTSIDE = ("supplier", "customer", "lost", "found", "scrap")
"""Places beyond our walls: the other side of what comes, goes, vanishes or turns up."""

TOLD = ("stock.received", "count.posted", "reservation.expired", "reservation.short", "availability.changed")
"""Events of goods, which have a ledger instead of a life cycle."""


class Phase(StrEnum):
    """Where a reservation is: promised, shipped, given back, or run out."""

    PENDING = "pending"
    POSTED = "posted"
    VOIDED = "voided"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """Units of a product that change place at a site; each has two sides.

    Attributes:
        from_place: `bin:A-01-02`, `tote:T-7`, `parcel`, `quarantine`, or outside (`supplier`, `customer`, `lost`, ...).
        reference: the parcel, receipt, count or task that it belongs to.
        order_id: the order that it is done for, if it is for one.
        lot: which lot moves; '': what expires first of what lies there, then units of no known lot.
        nameless: units of no known lot move, and no others.
        serials: numbers of the units, of a product whose units are all known by number; (): all that lie there.
    """

    site_id: UUID
    product_id: UUID
    from_place: str
    to_place: str
    quantity: int
    reason: str
    reference: UUID | None = None
    order_id: UUID | None = None
    lot: str = ""
    nameless: bool = False
    serials: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """Goods that arrive and are put to a place; `expires_on` is the last day on which the lot may be sold."""

    site_id: UUID
    product_id: UUID
    place: str
    quantity: int
    reason: str = "received"
    reference: UUID | None = None
    lot: str = ""
    expires_on: date | None = None
    serials: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjustment:
    """Units that turned up (positive) or are gone (negative), and why."""

    site_id: UUID
    product_id: UUID
    place: str
    quantity: int
    reason: str
    reference: UUID | None = None
    serials: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Restock:
    """Returned units that go back to a place: a bin to sell them again, `quarantine` to look at them."""

    site_id: UUID
    product_id: UUID
    place: str
    quantity: int
    reference: UUID | None = None
    order_id: UUID | None = None
    serials: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """Units of one stored product (kits already taken apart) that an order's line wants.

    Attributes:
        site_ids: the sites that may serve the order, best first; the same for all demands of an order.
        hold_s: after how many seconds of business time the reservation runs out unless `commit` claims it; None: never.
    """

    order_id: UUID
    line_id: UUID
    product_id: UUID
    quantity: int
    site_ids: Sequence[UUID]
    hold_s: int | None = HOLD_S


@dataclass(frozen=True, slots=True)
class Shortage:
    """What an order asked of a product, and what was left for it at its sites together."""

    product_id: UUID
    asked: int
    available: int


@dataclass(frozen=True, slots=True)
class Taken:
    """Units of a line reserved at a site."""

    order_id: UUID
    line_id: UUID
    site_id: UUID
    product_id: UUID
    quantity: int
    hold_s: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shipped:
    """Units of a line that left the house in a parcel."""

    order_id: UUID
    line_id: UUID
    site_id: UUID
    product_id: UUID
    quantity: int
    reference: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Short:
    """Units of a line that a picker did not find in a place.

    Attributes:
        elsewhere: the other sites that may send them instead, best first; None: any, the one with most first.
    """

    order_id: UUID
    line_id: UUID
    site_id: UUID
    product_id: UUID
    place: str
    quantity: int
    elsewhere: Sequence[UUID] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Replaced:
    """Units promised anew after a short pick.

    Attributes:
        site_id: the same site, or another one.
        places: where they may lie there: (bin, units), as `places_of` orders them.
    """

    site_id: UUID
    quantity: int
    places: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shorted:
    """What became of a short pick: replaced units, and `missing` ones that no site has."""

    order_id: UUID
    line_id: UUID
    site_id: UUID
    product_id: UUID
    place: str
    replaced: tuple[Replaced, ...] = ()
    missing: int = 0


@dataclass(frozen=True, slots=True)
class Lying:
    """Units of a product in a place."""

    site_id: UUID
    product_id: UUID
    place: str
    on_hand: int


@dataclass(frozen=True, slots=True)
class Level:
    """What a site has of a product, and has promised."""

    product_id: UUID
    site_id: UUID
    on_hand: int
    reserved: int

    @property
    def available(self) -> int:
        """Units that are promised to nobody; some of them may be kept from sale."""
        return self.on_hand - self.reserved


@dataclass(frozen=True, slots=True)
class Standing(Level):
    """What a site holds of a product, has promised, and keeps from sale."""

    quarantined: int
    safety: int


@dataclass(frozen=True, slots=True)
class Held:
    """Units promised to an order's line at a site."""

    order_id: UUID
    line_id: UUID
    site_id: UUID
    product_id: UUID
    quantity: int
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """One movement as a page shows it."""

    id: UUID
    site_id: UUID
    product_id: UUID
    from_place: str
    to_place: str
    quantity: int
    reason: str
    reference: UUID | None
    order_id: UUID | None
    lot: str
    actor: str
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class Wanting:
    """Units of a product that an order wants and could not get."""

    order_id: UUID
    quantity: int
    wanted_at: datetime


@dataclass(frozen=True, slots=True)
class Coming:
    """Units of a product that a supplier is to bring, by the arrival they come with."""

    id: UUID
    reference: str
    supplier: str
    site_id: UUID
    expected_on: date | None
    quantity: int
