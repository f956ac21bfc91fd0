"""What the parcels of an order that have left may cost, where money is taken by parts."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from doorstep.platform.measures import split
from doorstep.stages.orders.model.found import Payment
from doorstep.stages.orders.model.lifecycles import PaymentState

TAKEABLE = frozenset({PaymentState.AUTHORIZED, PaymentState.CAPTURING})


@dataclass(frozen=True, slots=True)
class LineLeft:
    """A line, what is added to and taken off its whole order, and how much of it has left.

    Attributes:
        pieces: stored products that the line is made of.
        gone: those of them that have left the house.
    """

    order_id: UUID
    discount_minor: int
    shipping_minor: int
    tax_minor: int
    rounding_minor: int
    total_minor: int
    pieces: int
    gone: int


def due(lines: Sequence[LineLeft]) -> int:
    """Return what everything of an order that has left comes to, with its share of discount, shipping, tax and rounding.

    Shares go by the worth of lines, by largest remainder. It is counted from the first parcel on, so that a parcel costs what
    is due after it less what was due before it, and the last one takes the rest: the parcels add up to the order.

    Args:
        lines: all of one order.
    """
    if not any(line.gone for line in lines):
        return 0
    order, whole = lines[0], sum(line.total_minor for line in lines)
    extras = order.shipping_minor + order.tax_minor + order.rounding_minor - order.discount_minor
    if all(line.gone >= line.pieces for line in lines):
        return whole + extras
    worth = sum(split(line.total_minor, (line.gone, line.pieces - line.gone))[0] for line in lines)
    gone = sum(line.gone for line in lines)
    weights = (worth, whole - worth) if whole else (gone, sum(line.pieces for line in lines) - gone)
    more = (order.shipping_minor, order.tax_minor, order.rounding_minor, -order.discount_minor)
    return worth + sum(split(amount, weights)[0] for amount in more)


def spread(due_minor: int, payments: Sequence[Payment]) -> list[tuple[Payment, int]]:
    """Return what is to be taken now of which payment, the first one of the order first.

    Args:
        due_minor: what everything that has left comes to.
        payments: of one order; what is due of each already is not taken again.
    """
    left, found = due_minor, []
    for one in sorted(payments, key=lambda payment: payment.id):
        part = min(left, one.needed_minor)
        left -= part
        if one.state in TAKEABLE and part > one.due_minor:
            found.append((one, part - one.due_minor))
    return found
