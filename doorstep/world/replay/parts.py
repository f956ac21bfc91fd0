"""One order of the export becomes one order of ours per seller: an order here belongs to one merchant. Pure.

Its payments are divided over the parts so that both the parts and the payments stay whole: first the sum that was paid is divided
by what each part comes to, then each payment by what each part still wants. Both times by largest remainder (the method of
Hamilton), so that no centavo is lost or made.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from doorstep.world.replay.olist import Olist, RawCustomer, RawItem, RawOrder, RawReview

Oddity = Mapping[str, Any]
"""What is odd: `what` is its stable name; the rest are the facts."""


@dataclass(frozen=True, slots=True)
class PartLine:
    """Units of one product at one price."""

    sku: str
    quantity: int
    unit_minor: int


@dataclass(frozen=True, slots=True)
class PartPayment:
    """A share of a payment."""

    method: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Part:
    """What one seller has of an order. `ref` and `seller` together are its name here."""

    ref: str
    seller: str
    raw: RawOrder
    customer: RawCustomer
    lines: tuple[PartLine, ...]
    freight_minor: int
    payments: tuple[PartPayment, ...]
    reviews: tuple[RawReview, ...]
    ship_by: datetime | None
    oddities: tuple[Oddity, ...]

    @property
    def key(self) -> tuple[str, str]:
        """Its name: the reference and the seller."""
        return self.ref, self.seller

    @property
    def paid_minor(self) -> int:
        """What its payments add up to."""
        return sum(one.amount_minor for one in self.payments)


def shares(amount: int, weights: Sequence[int]) -> list[int]:
    """Divide a whole amount by weights, by largest remainder; the earlier one goes first where remainders are equal.

    Raises:
        ValueError: no weight is above 0, or one is below.
    """
    total = sum(weights)
    if total <= 0 or min(weights) < 0:
        raise ValueError("an amount is divided by weights of 0 or more, at least one of them above")
    parts = [amount * weight // total for weight in weights]
    by_rest = sorted(range(len(weights)), key=lambda i: (-(amount * weights[i] % total), i))
    for i in by_rest[: amount - sum(parts)]:
        parts[i] += 1
    return parts


def divided(payments: Sequence[int], dues: Sequence[int]) -> list[list[int]]:
    """Divide payments over parts: one list per payment, which adds up to it; the parts get their shares of the whole."""
    paid = sum(payments)
    left = shares(paid, dues)
    found = []
    for payment in payments:
        given = shares(payment, left) if any(left) else [0] * len(dues)
        left = [want - got for want, got in zip(left, given, strict=True)]
        found.append(given)
    return found


def parts_of(olist: Olist, order: RawOrder) -> list[Part]:
    """Return the parts of an order, one per seller, in the order in which its items name them."""
    items: dict[str, list[RawItem]] = defaultdict(list)
    for item in olist.items[order.order_id]:
        items[item.seller_id].append(item)
    payments = sorted(olist.payments[order.order_id], key=lambda one: one.sequence)
    real = [one for one in payments if one.amount_minor > 0]
    dues = [sum(i.price_minor + i.freight_minor for i in own) for own in items.values()]
    given = divided([one.amount_minor for one in real], dues) if sum(dues) else []
    reviews = sorted(olist.reviews.get(order.order_id, []), key=lambda one: (one.answered_at, one.review_id))
    return [
        Part(
            ref=order.order_id,
            seller=seller,
            raw=order,
            customer=olist.customers[order.customer_id],
            lines=_lines(own),
            freight_minor=sum(item.freight_minor for item in own),
            payments=tuple(
                PartPayment(payment.method or "unknown", row[place])
                for payment, row in zip(real, given, strict=False)
                if row[place]
            ),
            reviews=tuple(reviews),
            ship_by=min((item.ship_by for item in own if item.ship_by), default=None),
            oddities=tuple(_oddities(len(payments) - len(real), list(items), real)),
        )
        for place, (seller, own) in enumerate(items.items())
    ]


def _lines(items: Sequence[RawItem]) -> tuple[PartLine, ...]:
    units: dict[tuple[str, int], int] = defaultdict(int)
    for item in items:
        units[item.product_id, item.price_minor] += 1
    return tuple(PartLine(sku, count, price) for (sku, price), count in units.items())


def _oddities(nothing: int, sellers: Sequence[str], payments: Sequence[Any]) -> list[Oddity]:
    found: list[Oddity] = []
    if nothing:
        found.append({"what": "payments_of_nothing", "left_out": nothing})
    if len(sellers) > 1:
        found.append({"what": "several_sellers", "parts": len(sellers), "payments": len(payments)})
    return found
