"""How a group of orders is best picked: item by item, on a cart, zone by zone, or in bulk with a put wall; and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from doorstep.solvers.batches.orders import Order

Kind = Literal["single_item", "cart", "zone", "bulk"]

SAME_BIN_ORDERS = 3
"""From so many orders for each bin on, one grab for all of them and a sort at a put wall is less work than sorting while walking."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What the floor offers.

    Attributes:
        slots: totes on a cart.
        wall_cells: cells of the put wall; 0: there is none.
        zone_lines: an order with so many lines or more is picked by several people at once; 0: there are no zones.
    """

    slots: int
    wall_cells: int = 0
    zone_lines: int = 0


@dataclass(frozen=True, slots=True)
class Choice:
    """A kind of picking and the sentence that says why."""

    kind: Kind
    reason: str


def kind_of(orders: Sequence[Order], profile: Profile) -> Choice:
    """Choose how to pick orders that go together.

    Args:
        orders: at least one.
        profile: what the floor offers.
    """
    lines = sum(order.load("lines") for order in orders)
    bins = len({name for order in orders for name in order.bins})
    if len(orders) > 1 and all(order.load("lines") == 1 and order.articles <= 1 for order in orders):
        return Choice(
            "single_item",
            f"{len(orders)} orders of one piece each: picked into one tote, each piece finds its order at the bench",
        )
    largest = max(orders, key=lambda order: order.load("lines"))
    if profile.zone_lines and largest.load("lines") >= profile.zone_lines:
        return Choice(
            "zone",
            f"order {largest.name!r} has {largest.load('lines')} lines: its tote passes from zone to zone, one person in each",
        )
    crowded = len(orders) > profile.slots or lines >= SAME_BIN_ORDERS * bins
    if 1 < len(orders) <= profile.wall_cells and crowded:
        return Choice(
            "bulk",
            f"{lines} lines lie in {bins} bins: each bin is visited once for {len(orders)} orders, sorted at the put wall",
        )
    return Choice("cart", f"{len(orders)} orders, {lines} lines: sorted into totes on the cart while walking")
