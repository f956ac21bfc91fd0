"""Many orders one after the other: each takes the cheapest way that those before it left, and its lines get their units."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from doorstep.stages.orders.model.sourcing import Basket, Candidate, Decision, Key, LeftOut, Routing
from doorstep.stages.orders.rules.sourcing.choosing import choose
from doorstep.stages.orders.rules.sourcing.costs import Day


@dataclass(frozen=True, slots=True)
class Lack:
    """A product of which an order wanted more than it can have from the sites that may serve it."""

    product_id: UUID
    asked: int
    available: int


@dataclass(slots=True)
class Books:
    """The goods that can still be promised, and the orders that sites have to do, as decisions take them."""

    free: dict[Key, int]
    load: dict[UUID, int]

    def take(self, way: Candidate, sign: int = 1) -> None:
        """Take what a way needs; `sign` -1 gives it back."""
        for key, units in way.units.items():
            self.free[key] = self.free.get(key, 0) - sign * units
        for one in way.shares:
            self.load[one.site_id] = self.load.get(one.site_id, 0) + sign


@dataclass(frozen=True, slots=True)
class Chosen:
    """What was decided for a set of orders, and what those lack that got nothing."""

    decisions: dict[UUID, Decision] = field(default_factory=dict)
    lacks: dict[UUID, list[Lack]] = field(default_factory=dict)


def source_all(baskets: Sequence[Basket], routing: Routing, free: Mapping[Key, int], day: Day) -> Chosen:
    """Decide order by order, first come first served; each whole or not at all.

    Args:
        baskets: the orders, as they came.
        routing: costs and rules.
        free: units that can be promised, per stock row.
        day: the time, and what sites have to do.
    """
    books = Books(dict(free), dict(day.load))
    chosen = Chosen()
    for basket in baskets:
        decision = choose(basket, routing, books.free, Day(day.now, books.load))
        chosen.decisions[basket.order_id] = decision
        if decision.winner:
            books.take(decision.winner)
        else:
            chosen.lacks[basket.order_id] = lacks_of(basket, routing, books.free, decision)
    return chosen


def lacks_of(basket: Basket, routing: Routing, free: Mapping[Key, int], decision: Decision) -> list[Lack]:
    """Return what an order cannot have; without the right to split, what no single site has.

    Empty when each product could be had, but not all of them from the sites that may serve the order together.
    """
    asked = [
        depot.id for depot in routing.depots if decision.left_out.get(depot.id) in (None, LeftOut.NOTHING)
    ]
    lacks = []
    for want in basket.wants:
        there = [
            free.get((want.product_id, site_id), 0)
            for site_id in asked
            if (want.product_id, site_id) not in routing.rejected
        ]
        available = sum(there) if decision.may_split else max(there, default=0)
        if available < want.quantity:
            lacks.append(Lack(want.product_id, want.quantity, available))
    return lacks


def split_lines(
    lines: Sequence[tuple[UUID, UUID, int]], way: Candidate
) -> list[tuple[UUID, UUID, UUID, int]]:
    """Give each line its units.

    Args:
        lines: (line id, product id, quantity); together what the way sends.
        way: who sends what.

    Returns:
        (line id, product id, site id, units), lines in their order, each from as few sites as come first.
    """
    left = way.units
    order = [one.site_id for one in way.shares]
    given = []
    for line_id, product_id, quantity in lines:
        wanted = quantity
        whole = [site for site in order if left.get((product_id, site), 0) >= wanted]
        for site_id in (*whole[:1], *order):
            units = min(wanted, left.get((product_id, site_id), 0))
            if units > 0:
                given.append((line_id, product_id, site_id, units))
                left[product_id, site_id] -= units
                wanted -= units
    return given
