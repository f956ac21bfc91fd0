"""The words of changes: what somebody wants changed of an order, how it stands, and what the change would come to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from doorstep.platform.errors import Fault
from doorstep.stages.orders.model.asked import (
    LINES_MAX,
    ONE_LINE,
    SOME_LINES,
    Amount,
    Contact,
    NewLine,
    Text,
    Word,
)
from doorstep.stages.orders.model.found import Item, Line, Order, Payment

CHANGED_SINCE = {
    "order": "the order itself (its state, sums or service)",
    "lines": "its lines",
    "goods": "what is reserved or shipped of it",
    "payments": "its payments",
    "address": "its address",
    "change": "the change: another one was looked at",
}
"""What a preview rests on, as people are told when it moved."""


class LineChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is changed of one line; what is left out stays. Discount and tax go with the quantity unless they are said."""

    line_id: UUID
    quantity: Annotated[Amount, Meta(description="Units it has afterwards; 0 cancels the line.")] | None = (
        None
    )
    unit_minor: Amount | None = None
    discount_minor: Amount | None = None
    tax_minor: Amount | None = None


class FurtherPayment(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the customer pays what comes to more than before."""

    processor: Annotated[Word, Meta(description="As in an order's payments.", examples=["manual"])]
    method: Annotated[Word, Meta(examples=["invoice"])]
    token: Annotated[str, Meta(max_length=200, pattern=ONE_LINE)] = ""


class Change(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is changed of an order; what is left out stays as it is."""

    why: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=500,
            pattern=SOME_LINES,
            description="Told in its history.",
            examples=["customer asked"],
        ),
    ]
    lines: Annotated[list[LineChange], Meta(max_length=LINES_MAX)] = []
    add: Annotated[list[NewLine], Meta(max_length=LINES_MAX, description="Lines that come to it.")] = []
    ship_to: Annotated[Contact | None, Meta(description="The whole new address and contact.")] = None
    delivery: (
        Annotated[Text, Meta(description="Another service level; empty lets the house choose.")] | None
    ) = None
    discount_minor: Amount | None = None
    shipping_minor: Amount | None = None
    tax_minor: Amount | None = None
    payment: Annotated[
        FurtherPayment | None,
        Meta(
            description="How more than before is paid; without it the order is held until the customer has paid."
        ),
    ] = None


@dataclass(frozen=True, slots=True)
class Piece:
    """A stored product that a line is made of: units per unit of the line, and what is promised and shipped of it."""

    line_id: UUID
    product_id: UUID
    sku: str
    name: str
    per_unit: int
    pending: int
    shipped: int


@dataclass(frozen=True, slots=True)
class Standing:
    """An order as it stands, for a change."""

    order: Order
    lines: Sequence[Line]
    pieces: Sequence[Piece]
    payments: Sequence[Payment]
    items: Mapping[str, Item]
    """The products of added lines by SKU; unknown ones are left out."""


@dataclass(frozen=True, slots=True)
class LineAfter:
    """A line before and after. `id` of an added one is new; `was` is 0 for it."""

    id: UUID
    sku: str
    name: str
    product_id: UUID
    was: int
    now: int
    unit_minor: int
    discount_minor: int
    tax_minor: int
    total_was_minor: int
    total_minor: int
    added: bool
    changed: bool


@dataclass(frozen=True, slots=True)
class Units:
    """Units of a stored product for a line."""

    line_id: UUID
    product_id: UUID
    quantity: int


@dataclass(frozen=True, slots=True)
class Settlement:
    """How the difference in money is settled, in minor units.

    Attributes:
        releases: (payment id, amount) of promises of which less is taken.
        refund_minor: is given back of what was taken; `refunded` says of which payments.
        further_minor: is asked for besides.
    """

    releases: tuple[tuple[UUID, int], ...] = ()
    refunded: tuple[tuple[UUID, int], ...] = ()
    further_minor: int = 0

    @property
    def released_minor(self) -> int:
        """What is promised and will not be taken."""
        return sum(amount for _, amount in self.releases)

    @property
    def refund_minor(self) -> int:
        """What was taken and goes back."""
        return sum(amount for _, amount in self.refunded)


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a change comes to: lines, sums, goods that are given up or wanted besides, money; and what keeps it from being done."""

    lines: tuple[LineAfter, ...]
    subtotal_minor: int
    discount_minor: int
    shipping_minor: int
    tax_minor: int
    total_minor: int
    less: tuple[Units, ...]
    more: tuple[Units, ...]
    settlement: Settlement
    contact: Contact | None
    doubts: tuple[str, ...]
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True)
class StockDifference:
    """A stored product before and after: units reserved for the order, and what is free of it now."""

    sku: str
    name: str
    was: int
    now: int
    free: int
