"""What the API answers about orders."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

import msgspec

from doorstep.platform.errors import Fault
from doorstep.stages.orders.acts import Whole
from doorstep.stages.orders.model import Hold, Line, Order, Payment, Refund, Verdict, risk_of

Shape = TypeVar("Shape", bound=msgspec.Struct)


class PlacedOut(msgspec.Struct, kw_only=True):
    """An order that was placed, or the first one under its external reference."""

    outcome: str
    id: UUID
    number: int
    state: str
    holds: list[str] = []


class FaultOut(msgspec.Struct):
    """One fault: where, which, and what to do."""

    pointer: str
    code: str
    detail: str


class RowOut(msgspec.Struct, kw_only=True, omit_defaults=True):
    """The verdict on one order of many. Pointers of `errors` begin at that order."""

    row: int
    outcome: str
    id: UUID | None = None
    number: int | None = None
    state: str | None = None
    holds: list[str] = []
    errors: list[FaultOut] = []


class BulkOut(msgspec.Struct, kw_only=True):
    """The verdict on each of many orders, in their order, and how many of each kind."""

    created: int = 0
    held: int = 0
    duplicate: int = 0
    refused: int = 0
    rows: list[RowOut]


class HoldOut(msgspec.Struct):
    """Why an order, a line of it, or what one site sends of it (`scope`) may not go on, or might not for a while."""

    scope: str
    line_id: UUID | None
    site_id: UUID | None
    reason: str
    note: str
    owner: str
    placed_by: str
    placed_at: datetime
    release_at: datetime | None
    cancel_at: datetime | None
    released_at: datetime | None
    released_by: str | None


class OrderOut(msgspec.Struct, kw_only=True):
    """An order in a list."""

    id: UUID
    number: int
    state: str
    merchant: str
    channel: str
    external_ref: str | None
    placed_at: datetime
    currency: str
    total_minor: int
    customer: str
    email: str
    holds: list[str]
    promised_until: datetime | None
    leave_by: datetime | None
    risk: str | None
    shipped_at: datetime | None


class PageOut(msgspec.Struct):
    """A page of orders; send `next` as `cursor` for the following one."""

    orders: list[OrderOut]
    next: str | None


class LineOut(msgspec.Struct):
    """A line as it was ordered."""

    id: UUID
    sku: str
    name: str
    quantity: int
    unit_minor: int
    discount_minor: int
    tax_minor: int
    total_minor: int


class PaymentOut(msgspec.Struct):
    """A payment of an order."""

    id: UUID
    state: str
    processor: str
    method: str
    amount_minor: int
    captured_minor: int
    refunded_minor: int
    released_minor: int
    declined: str | None


class RefundOut(msgspec.Struct):
    """Money on its way back."""

    id: UUID
    payment_id: UUID
    state: str
    amount_minor: int
    reason: str


class PromiseOut(msgspec.Struct):
    """When the parcel will be there."""

    from_: datetime = msgspec.field(name="from")
    until: datetime


class EventOut(msgspec.Struct):
    """One thing that happened to an order, its payments or its refunds."""

    kind: str
    name: str
    act: str | None
    actor: str
    at: datetime
    facts: dict[str, Any]


class WholeOut(msgspec.Struct, kw_only=True):
    """Everything about one order; `merged_into` is the order of which it is a part since it was merged."""

    id: UUID
    number: int
    state: str
    merged_into: UUID | None
    merchant: str
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
    shipped_at: datetime | None
    promise: PromiseOut | None
    ship_to: dict[str, str]
    lines: list[LineOut]
    holds: list[HoldOut]
    payments: list[PaymentOut]
    refunds: list[RefundOut]
    timeline: list[EventOut]
    acts: list[str]


CONTACT = (
    "name",
    "company",
    "email",
    "phone",
    "street",
    "street2",
    "city",
    "region",
    "postal_code",
    "country",
)


def row(number: int, verdict: Verdict) -> RowOut:
    """Show the verdict on one order of many."""
    return RowOut(
        row=number,
        outcome=str(verdict.outcome),
        id=verdict.order_id,
        number=verdict.number,
        state=verdict.state and str(verdict.state),
        holds=[str(one) for one in verdict.holds],
        errors=shown_faults(verdict.faults),
    )


def shown_faults(faults: Sequence[Fault]) -> list[FaultOut]:
    """Show faults."""
    return [FaultOut(one.pointer, one.code, one.message) for one in faults]


def brief(order: Order, holds: Sequence[Hold], now: datetime) -> OrderOut:
    """Show an order in a list."""
    risk = risk_of(order, now)
    return _fill(
        OrderOut,
        order,
        customer=order.name,
        holds=list(dict.fromkeys(hold.reason for hold in holds)),
        risk=risk and str(risk),
    )


def whole(found: Whole, acts: Sequence[str]) -> WholeOut:
    """Show everything about an order, and what may be done with it now."""
    order = found.order
    promise = (
        PromiseOut(order.promised_from, order.promised_until)
        if order.promised_from and order.promised_until
        else None
    )
    return _fill(
        WholeOut,
        order,
        promise=promise,
        ship_to={name: getattr(order, name) for name in CONTACT},
        lines=[_fill(LineOut, one) for one in found.lines],
        holds=[_fill(HoldOut, one) for one in found.holds],
        payments=[_fill(PaymentOut, one) for one in found.payments],
        refunds=[_fill(RefundOut, one) for one in found.refunds],
        timeline=[
            EventOut(one.kind, one.name, one.act, one.actor, one.occurred_at, one.facts)
            for one in found.history
        ],
        acts=list(acts),
    )


def _fill(shape: type[Shape], record: Order | Line | Hold | Payment | Refund, **more: Any) -> Shape:
    """Fill a shape from the fields of the same name of a record."""
    names = [name for name in shape.__struct_fields__ if name not in more]
    return msgspec.convert(
        {name: getattr(record, name) for name in names} | more, shape, from_attributes=True
    )
