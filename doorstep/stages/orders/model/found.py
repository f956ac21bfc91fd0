"""Orders as they are kept, and the facts that rules judge by."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from doorstep.stages.orders.model.fraud import NOTHING, Screen
from doorstep.stages.orders.model.sourcing import Routing


@dataclass(frozen=True, slots=True)
class Seller:
    """What checking needs to know of a merchant."""

    id: UUID
    code: str
    name: str
    currency: str
    rounding_minor: int
    checks_mail: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """What checking and sourcing need to know of a product; a single is its own only component.

    Attributes:
        components: (product id, units in one of this), weights_g: the mass of one unit of each, in the same order.
        ships_on: the first day on which it may leave, where its terms name one.
    """

    id: UUID
    name: str
    components: tuple[tuple[UUID, int], ...]
    weights_g: tuple[int, ...] = ()
    ships_on: date | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """The facts that a batch of orders is judged by: the catalog, the warehouses that may ship, what is held for fraud."""

    sellers: Mapping[str, Seller]
    items: Mapping[tuple[UUID, str], Item]
    routing: Routing
    screen: Screen = NOTHING


@dataclass(frozen=True, slots=True)
class Order:
    """An order as it is kept."""

    id: UUID
    state: str
    number: int
    merchant_id: UUID
    merchant: str
    merchant_name: str
    channel: str
    external_ref: str | None
    placed_at: datetime
    currency: str
    subtotal_minor: int
    discount_minor: int
    shipping_minor: int
    tax_minor: int
    total_minor: int
    rounding_minor: int
    delivery: str | None
    gift: bool
    note: str
    language: str
    promised_from: datetime | None
    promised_until: datetime | None
    leave_by: datetime | None
    ships_on: date | None
    shipped_at: datetime | None
    changes: int
    merged_into: UUID | None
    regrouped: bool
    name: str
    company: str
    email: str
    phone: str
    street: str
    street2: str
    city: str
    region: str
    postal_code: str
    country: str


@dataclass(frozen=True, slots=True)
class Line:
    """A line as it was ordered; `sold_as` another order where it was moved from there."""

    id: UUID
    order_id: UUID
    position: int
    product_id: UUID
    sku: str
    name: str
    quantity: int
    unit_minor: int
    discount_minor: int
    tax_minor: int
    total_minor: int
    sold_as: UUID | None

    @property
    def sold_under(self) -> UUID:
        """The order under which its channel knows it."""
        return self.sold_as or self.order_id


@dataclass(frozen=True, slots=True)
class Hold:
    """Why an order may not go on, or might not for a while; one of another `scope` keeps only a line, or what a site sends."""

    id: UUID
    order_id: UUID
    reason: str
    note: str
    owner: str
    placed_by: str
    placed_at: datetime
    release_at: datetime | None
    cancel_at: datetime | None
    released_at: datetime | None
    released_by: str | None
    scope: str = "order"
    line_id: UUID | None = None
    site_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Payment:
    """A payment of an order; `released_minor` of it is needed no more since the order was changed.

    Attributes:
        due_minor: so much of it is for parcels that have left, where money is taken by parts.
        parts: its promise can be taken in several parts.
    """

    id: UUID
    order_id: UUID
    state: str
    processor: str
    method: str
    token: str
    amount_minor: int
    captured_minor: int
    refunded_minor: int
    released_minor: int
    currency: str
    reference: str | None
    declined: str | None
    attempt: int
    asked_at: datetime | None
    called_at: datetime | None = None
    due_minor: int = 0
    parts: bool = False

    @property
    def needed_minor(self) -> int:
        """What the order needs of it."""
        return self.amount_minor - self.released_minor


@dataclass(frozen=True, slots=True)
class Refund:
    """Money on its way back."""

    id: UUID
    payment_id: UUID
    order_id: UUID
    state: str
    amount_minor: int
    currency: str
    reason: str
    reference: str | None
    processor: str
    payment_reference: str | None


@dataclass(frozen=True, slots=True)
class RefundAsk:
    """Money that shall go back to the customer.

    Attributes:
        reference: names this refund; the same one again changes nothing.
    """

    order_id: UUID
    amount_minor: int
    reason: str
    reference: str


@dataclass(frozen=True, slots=True)
class Promise:
    """When the parcel will be there, why it is believed, and until when it must leave for that."""

    from_: datetime
    until: datetime
    why: Mapping[str, Any]
    leave_by: datetime | None = None


class Risk(StrEnum):
    """How an open order stands against its promise."""

    LATE = "late"
    """The promise is broken."""
    AT_RISK = "at_risk"
    """It should have left already."""
    SOON = "soon"
    """It must leave within a day."""
    SAFE = "safe"


SOON = timedelta(days=1)


def risk_of(order: Order, now: datetime) -> Risk | None:
    """Return how an order stands against its promise; None when it has none, or is finished."""
    if order.promised_until is None or order.state not in ("placed", "held", "accepted"):
        return None
    if now > order.promised_until:
        return Risk.LATE
    if order.shipped_at is not None or order.leave_by is None:
        return Risk.SAFE
    if now > order.leave_by:
        return Risk.AT_RISK
    return Risk.SOON if order.leave_by - now < SOON else Risk.SAFE
