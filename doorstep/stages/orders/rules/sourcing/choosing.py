"""The cheapest way to serve one order: exactly over all sets of sites where those are few, else by a bounded search.

A set of sites costs what its parcels cost whatever is in them, the split, and for each product the cheapest way to draw it
from the set: a small transport problem with a charge per site used, solved by trying the subsets of the set (each filled from
the cheapest unit up, which is optimal for a fixed subset). Sets are taken by size, and one whose parcels alone cost as much as
the best way so far is not looked into (branch and bound: A. H. Land, A. G. Doig, 1960).
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from uuid import UUID

from doorstep.stages.orders.model.sourcing import (
    Basket,
    Candidate,
    Decision,
    Key,
    MerchantTerms,
    Routing,
)
from doorstep.stages.orders.rules.sourcing.costs import MILLI, Day, Offer, offers, priced

EXACT_SITES = 7
EXACT_WORK = 20_000
"""Sets of sites times products up to which every set is weighed."""
WEIGHED_MAX = 300
"""Sets that a bounded search weighs at most."""
SHOWN = 5
"""Candidates that a decision keeps."""

Picks = tuple[int, ...]
"""A set of sites, as places in the list of offers, ascending."""
Drawn = tuple[int, tuple[tuple[int, int], ...]]
"""What drawing a product costs, and (site, units) of it."""


def choose(basket: Basket, routing: Routing, free: Mapping[Key, int], day: Day) -> Decision:
    """Return where an order leaves from, with the other candidates and why they lost; the same facts give the same answer."""
    found, left_out = offers(basket, routing, free, day)
    split = may_split(basket, routing.merchants.get(basket.merchant_id))
    search = _Search(basket, found, routing.house.split_minor * MILLI)
    exact = len(found) <= EXACT_SITES and 2 ** len(found) * len(basket.wants) <= EXACT_WORK
    singles = [(place,) for place in range(len(found))]
    for picks in singles:
        search.weigh(picks)
    if split and len(found) > 1:
        if exact:
            search.weigh_all()
        else:
            search.climb()
    best = search.best_first()
    return Decision(
        order_id=basket.order_id,
        candidates=tuple(search.candidate(picks) for picks in best[:SHOWN]),
        left_out=left_out,
        exact=exact or not split or len(found) < 2,
        weighed=len(search.costs),
        may_split=split,
    )


def sites_by_cost(
    basket: Basket, routing: Routing, free: Mapping[Key, int], day: Day, besides: UUID
) -> list[UUID]:
    """Return the sites that may send something of an order, the cheapest for a parcel of all of it first, but not `besides`."""
    found, _ = offers(basket, routing, free, day)
    mass_g = sum(want.quantity * want.weight_g for want in basket.wants)
    found.sort(key=lambda offer: (offer.fixed + offer.gram * mass_g + offer.line, offer.depot.code))
    return [offer.depot.id for offer in found if offer.depot.id != besides]


def may_split(basket: Basket, rules: MerchantTerms | None) -> bool:
    """Whether an order may leave from several sites."""
    return rules is None or not (rules.whole or basket.value_minor < rules.split_from_minor)


class _Search:
    """The sets of sites that were weighed for one order, and what each costs."""

    def __init__(self, basket: Basket, found: Sequence[Offer], split: int) -> None:
        self.basket = basket
        self.offers = found
        self.split = split
        self.costs: dict[Picks, int | None] = {}
        self._drawn: dict[tuple[int, Picks], Drawn | None] = {}
        self._unit = [
            [offer.gram * want.weight_g + offer.scarce[k] for offer in found]
            for k, want in enumerate(basket.wants)
        ]
        self.best: int | None = None

    def weigh(self, picks: Picks) -> int | None:
        """Return what a set of sites costs; None when it cannot serve the order, or is shown to cost more than the best."""
        if picks in self.costs:
            return self.costs[picks]
        cost: int | None = self.parcels(picks)
        for k in range(len(self.basket.wants)):
            drawn = self.draw(k, picks)
            if drawn is None:
                cost = None
                break
            cost = (cost or 0) + drawn[0]
        self.costs[picks] = cost
        if cost is not None and (self.best is None or cost < self.best):
            self.best = cost
        return cost

    def parcels(self, picks: Picks) -> int:
        """Return what the parcels of a set of sites cost whatever is in them."""
        return sum(self.offers[place].fixed for place in picks) + self.split * (len(picks) - 1)

    def draw(self, k: int, picks: Picks) -> Drawn | None:
        """Return the cheapest way to draw the k-th product from a set of sites; None when they have not enough."""
        known = (k, picks)
        if known not in self._drawn:
            ways = [self._fill(k, picks)]
            if 1 < len(picks) <= EXACT_SITES:
                ways += [self.draw(k, picks[:i] + picks[i + 1 :]) for i in range(len(picks))]
            self._drawn[known] = min((way for way in ways if way is not None), default=None)
        return self._drawn[known]

    def _fill(self, k: int, picks: Picks) -> Drawn | None:
        """Draw from the cheapest unit up."""
        left, cost, taken = self.basket.wants[k].quantity, 0, []
        for place in sorted(picks, key=lambda place: (self._unit[k][place], place)):
            units = min(left, self.offers[place].free[k])
            if units > 0:
                taken.append((place, units))
                cost += self.offers[place].line + units * self._unit[k][place]
                left -= units
        return None if left else (cost, tuple(taken))

    def weigh_all(self) -> None:
        """Weigh every set of two sites and more that might be better than the best so far."""
        least = self._least_goods()
        for size in range(2, len(self.offers) + 1):
            for picks in combinations(range(len(self.offers)), size):
                if self.best is None or self.parcels(picks) + least < self.best:
                    self.weigh(picks)

    def _least_goods(self) -> int:
        """Return what the goods cost at least, wherever they are drawn."""
        return sum(
            min(
                (
                    units[i] * want.quantity + offer.line
                    for i, offer in enumerate(self.offers)
                    if offer.free[k]
                ),
                default=0,
            )
            for k, (want, units) in enumerate(zip(self.basket.wants, self._unit, strict=True))
        )

    def climb(self) -> None:
        """Go from the best set known to the best of its neighbors (one site more, less, or another), while that gets better."""
        start = min((p for p in self.costs if self.costs[p] is not None), key=self._order, default=None)
        at: Picks | None = start or self._cover()
        while at is not None and len(self.costs) < WEIGHED_MAX:
            self.weigh(at)
            near = [p for p in _neighbors(at, len(self.offers)) if self.costs.get(p, 0) is not None]
            for picks in near[: WEIGHED_MAX - len(self.costs)]:
                if self.best is None or self.parcels(picks) < self.best:
                    self.weigh(picks)
            next_at = min((p for p in near if self.costs.get(p) is not None), key=self._order, default=at)
            at = next_at if self._order(next_at) < self._order(at) else None

    def _cover(self) -> Picks | None:
        """Return a set that can serve the order: the site that adds most of what is missing, again and again."""
        picks: list[int] = []
        left = [want.quantity for want in self.basket.wants]
        while any(left):
            gains = [
                (-sum(map(min, left, offer.free)), offer.fixed, place)
                for place, offer in enumerate(self.offers)
                if place not in picks
            ]
            if not gains or min(gains)[0] == 0:
                return None
            picks.append(min(gains)[2])
            left = [max(n - there, 0) for n, there in zip(left, self.offers[picks[-1]].free, strict=True)]
        return tuple(sorted(picks))

    def _order(self, picks: Picks) -> tuple[int, int, Picks]:
        cost = self.costs.get(picks)
        assert cost is not None  # noqa: S101 - only sets that can serve are ordered
        return (cost, len(picks), picks)

    def best_first(self) -> list[Picks]:
        """Return the sets that can serve the order and use all of their sites, cheapest first."""
        able = [picks for picks, cost in self.costs.items() if cost is not None and self._uses_all(picks)]
        return sorted(able, key=self._order)

    def _uses_all(self, picks: Picks) -> bool:
        used = {place for k in range(len(self.basket.wants)) for place, _ in self._of(k, picks)}
        return len(used) == len(picks)

    def _of(self, k: int, picks: Picks) -> tuple[tuple[int, int], ...]:
        drawn = self.draw(k, picks)
        return drawn[1] if drawn else ()

    def candidate(self, picks: Picks) -> Candidate:
        """Return a set of sites as a candidate, its costs part by part."""
        sent = {place: [0] * len(self.basket.wants) for place in picks}
        for k in range(len(self.basket.wants)):
            for place, n in self._of(k, picks):
                sent[place][k] = n
        return priced(
            self.basket, [self.offers[place] for place in picks], [sent[place] for place in picks], self.split
        )


def _neighbors(picks: Picks, count: int) -> Iterator[Picks]:
    """Return the sets with one site less, one other, or one more."""
    outside = [place for place in range(count) if place not in picks]
    for i in range(len(picks)):
        rest = picks[:i] + picks[i + 1 :]
        if rest:
            yield rest
        for place in outside:
            yield tuple(sorted((*rest, place)))
    for place in outside:
        yield tuple(sorted((*picks, place)))
