"""The words of a split: which units become an order of their own, and what both orders come to."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from doorstep.platform.errors import Fault
from doorstep.stages.orders.model.asked import LINES_MAX, SOME_LINES
from doorstep.stages.orders.model.changing import LineAfter, Piece
from doorstep.stages.orders.model.found import Line, Order, Payment


class SplitLine(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Units of a line that become part of the second order."""

    line_id: UUID
    quantity: Annotated[int, Meta(ge=1, le=1_000_000, description="Units that go to the second order.")]


class Split(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What of an order becomes an order of its own."""

    why: Annotated[
        str, Meta(min_length=1, max_length=500, pattern=SOME_LINES, description="Told in both histories.")
    ]
    lines: Annotated[list[SplitLine], Meta(min_length=1, max_length=LINES_MAX)]


@dataclass(frozen=True, slots=True)
class Whole:
    """An order as it stands, for a split; `told` by a partner for whom its parcels are those of one shipment, `held` in a part."""

    order: Order
    lines: list[Line]
    pieces: list[Piece]
    payments: list[Payment]
    told: bool
    held: bool


@dataclass(frozen=True, slots=True)
class Sums:
    """What an order comes to, in minor units."""

    subtotal_minor: int
    discount_minor: int
    shipping_minor: int
    tax_minor: int
    total_minor: int


@dataclass(frozen=True, slots=True)
class Shares:
    """How payments are divided: what is moved whole, given up of one for a twin of it, and asked of the customer anew.

    Attributes:
        moved: payments that pay the second order from now on.
        twins: (payment, amount): arranged outside, so a part of one is a payment of the second order.
        released: (payment, amount): a processor promised it for the first order; that much is not taken there, and asked anew.
    """

    moved: tuple[UUID, ...] = ()
    twins: tuple[tuple[Payment, int], ...] = ()
    released: tuple[tuple[Payment, int], ...] = ()

    @property
    def asked_minor(self) -> int:
        """What the second order waits for."""
        return sum(amount for _, amount in self.released)


@dataclass(frozen=True, slots=True)
class Plan:
    """Both orders after a split; what keeps it from being done is among `faults`.

    Attributes:
        stay: lines of the first order afterward, changed or not.
        go: (line of the first order, the line as it is in the second).
    """

    stay: tuple[LineAfter, ...]
    go: tuple[tuple[UUID, LineAfter], ...]
    first: Sums
    second: Sums
    shares: Shares
    faults: tuple[Fault, ...] = ()
