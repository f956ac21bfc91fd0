"""How a shop's order becomes ours: what is to be shipped, what it costs, and where it goes. Pure.

What the shop refunded, or what needs no parcel, is not shipped and does not count; then the total is added up anew. Else the
shop's own total stands, and must agree with its lines within the merchant's tolerance.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from doorstep.platform.measures import decimals


class NotMoneyError(ValueError):
    """A text is no amount of the currency; the message is the text."""


@dataclass(frozen=True, slots=True)
class Sold:
    """A line of a shop's order; discount and tax are of all its units.

    Attributes:
        kept: units that are to be shipped: not refunded, not shipped before we heard of it.
        ships: it needs a parcel.
    """

    sku: str
    title: str
    quantity: int
    kept: int
    unit_minor: int
    discount_minor: int = 0
    tax_minor: int = 0
    ships: bool = True


@dataclass(frozen=True, slots=True)
class Due:
    """The sums of a shop's order beside its lines."""

    discount_minor: int
    shipping_minor: int
    tax_minor: int
    total_minor: int


def minor(text: str | float | None, currency: str) -> int:
    """Return an amount in minor units; nothing is 0, and what is finer than the minor unit is rounded half up.

    Raises:
        NotMoneyError: it is no number.
    """
    try:
        value = Decimal(str(text or 0)).scaleb(decimals(currency))
        return int(value.quantize(Decimal(1), rounding="ROUND_HALF_UP"))
    except (InvalidOperation, ValueError, OverflowError):
        raise NotMoneyError(str(text)) from None


def by_units(total_minor: int, paid_minor: int, quantity: int) -> tuple[int, int]:
    """Return a unit's price and a discount such that units × price − discount is exactly what was paid for the line.

    Args:
        total_minor: what the units cost before discounts.
        paid_minor: what they cost after them.
        quantity: how many there are; the price is rounded up where they do not divide the sum.
    """  # noqa: RUF002
    unit = -(-max(total_minor, paid_minor) // quantity) if quantity > 0 else 0
    return unit, unit * quantity - paid_minor


def asked_of(goods: Sequence[Sold], due: Due, currency: str, method: str) -> dict[str, Any]:
    """Return lines, sums and payment as our API is sent them; empty when nothing is to be shipped."""
    shipped = [one for one in goods if one.ships and one.kept > 0]
    if not shipped:
        return {}
    lines = [_line(one) for one in shipped]
    subtotal = sum(
        one["quantity"] * one["unit_minor"] - one["discount_minor"] + one["tax_minor"] for one in lines
    )
    whole = all(one.ships and one.kept == one.quantity for one in goods)
    discount = due.discount_minor if whole else min(due.discount_minor, subtotal)
    added_up = subtotal - discount + due.shipping_minor + due.tax_minor
    total = due.total_minor if whole else added_up
    asked: dict[str, Any] = {
        "currency": currency,
        "lines": lines,
        "discount_minor": discount,
        "shipping_minor": due.shipping_minor,
        "tax_minor": due.tax_minor,
        "total_minor": total,
    }
    if total > 0:
        payment = {"processor": "manual", "method": method[:64] or "shop", "amount_minor": total}
        asked["payments"] = [payment]
    return asked


def _line(one: Sold) -> dict[str, Any]:
    return {
        "sku": one.sku,
        "quantity": one.kept,
        "unit_minor": one.unit_minor,
        "discount_minor": one.discount_minor * one.kept // one.quantity,
        "tax_minor": one.tax_minor * one.kept // one.quantity,
    }


def tidy(text: str | None, most: int) -> str:
    """Return a text of a shop on one line, no longer than fits; control characters are left out."""
    return " ".join("".join(c if c.isprintable() else " " for c in text or "").split())[:most]
