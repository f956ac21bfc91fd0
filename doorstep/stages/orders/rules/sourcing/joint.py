"""The best for all open orders together, which order by order misses: the first takes what a later one needs more.

First each order looks again by itself, with its own goods given back. Then chains are tried, the move of ejection chains (F. Glover,
1996) at depth two: an order takes the way it would like best if others did not stand there, the orders that stood there look
again, and all of it is kept when it costs less together. Every step lowers the total, so it ends; `looks_max` ends it sooner.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from doorstep.stages.orders.model.sourcing import Basket, Candidate, Decision, Key, Routing
from doorstep.stages.orders.rules.sourcing.choosing import choose
from doorstep.stages.orders.rules.sourcing.costs import MILLI, Day, offers_anyway, priced
from doorstep.stages.orders.rules.sourcing.sharing import Books

LOOKS_MAX = 20_000
"""Decisions for single orders that one run may take, some ten seconds."""
EJECTED_MAX = 3
"""Orders that one move may push away."""
TRIED_MAX = 6
"""Orders of a full site that are asked one after the other to make room."""


@dataclass(frozen=True, slots=True)
class Standing:
    """An open order and the way it is served now."""

    basket: Basket
    way: Candidate


@dataclass(frozen=True, slots=True)
class Plan:
    """What a batch came to.

    Attributes:
        decisions: for the orders whose way changes.
        before_minor, after_minor: what all of them cost.
        looks: decisions that were tried.
        ended: nothing better was found within the moves; else the bound ended it.
        saved: what each of them saves; one that makes room for another may cost more.
    """

    decisions: Mapping[UUID, Decision]
    before_minor: int
    after_minor: int
    looks: int
    ended: bool
    saved: Mapping[UUID, int]


def source_together(
    standing: Sequence[Standing],
    routing: Routing,
    free: Mapping[Key, int],
    day: Day,
    looks_max: int = LOOKS_MAX,
) -> Plan:
    """Return better ways for a set of open orders.

    Args:
        standing: the orders with the ways they have now; these are priced anew, by the same terms.
        routing: costs and rules.
        free: units that can be promised beside what the orders hold.
        day: the time, and what sites have to do, these orders included.
        looks_max: most decisions to try.
    """
    together = _Together(standing, routing, Books(dict(free), dict(day.load)), day, looks_max)
    before = together.reckon()
    better = True
    while better and together.looks < looks_max:
        steps = sum(together.look_again(one.basket) for one in standing)
        steps += sum(together.push(one.basket) for one in standing)
        better = steps > 0
    after = together.reckon()
    looks = together.looks
    ended = not better and looks < looks_max
    if sum(after.values()) >= sum(before.values()):
        return Plan({}, sum(before.values()), sum(before.values()), looks, ended, {})
    changed = together.changed()
    saved = {order_id: before[order_id] - after[order_id] for order_id in changed}
    return Plan(changed, sum(before.values()), sum(after.values()), looks, ended, saved)


class _Together:
    """The orders, their ways as they change, and what is left for others."""

    def __init__(
        self, standing: Sequence[Standing], routing: Routing, books: Books, day: Day, looks_max: int
    ) -> None:
        self.routing, self.books, self.day, self.looks_max = routing, books, day, looks_max
        self.baskets = {one.basket.order_id: one.basket for one in standing}
        self.first = {one.basket.order_id: one.way for one in standing}
        self.ways: dict[UUID, Candidate | None] = {**self.first}
        self.decisions: dict[UUID, Decision] = {}
        self.holders: dict[Key, set[UUID]] = {}
        self.workers: dict[UUID, set[UUID]] = {}
        self.looks = 0
        for order_id, way in self.first.items():
            self._stand(order_id, way)

    def reckon(self) -> dict[UUID, int]:
        """Price all ways one after the other, as if they were taken in this order; return what each costs.

        Scarcity and lateness depend on what others took before: only so are two sets of ways compared by one measure.
        """
        standing = {order_id: self._lift(order_id) for order_id in self.baskets}
        for order_id, way in standing.items():
            self._put(order_id, way and self._priced(self.baskets[order_id], way))
        return {order_id: way.total_minor for order_id, way in self.ways.items() if way}

    def _priced(self, basket: Basket, way: Candidate) -> Candidate:
        terms = {
            one.depot.id: one for one in offers_anyway(basket, self.routing, self.books.free, self._day())
        }
        sent = [[one.units.get(want.product_id, 0) for want in basket.wants] for one in way.shares]
        split = self.routing.house.split_minor * MILLI
        return priced(basket, [terms[one.site_id] for one in way.shares], sent, split)

    def changed(self) -> dict[UUID, Decision]:
        """Return the decisions whose way is another than at first."""
        return {
            order_id: decision
            for order_id, decision in self.decisions.items()
            if decision.winner and not _same(decision.winner, self.first[order_id])
        }

    def look_again(self, basket: Basket) -> bool:
        """Let an order choose anew, its own goods given back; return whether it costs less."""
        if self.looks >= self.looks_max:
            return False
        old = self._lift(basket.order_id)
        new = self._choose(basket)
        if new.winner and (old is None or new.winner.total_minor < old.total_minor):
            self._set(basket.order_id, new)
            return True
        self._put(basket.order_id, old)
        return False

    def push(self, basket: Basket) -> bool:
        """Let an order take the way it likes best whoever stands there, and those look again; keep it if all cost less."""
        mine = self.ways[basket.order_id]
        if mine is None or self.looks >= self.looks_max:
            return False
        wish = self._wish(basket)
        if wish.winner is None or wish.winner.total_minor >= mine.total_minor:
            return False
        in_the_way = self._in_the_way(basket.order_id, wish.winner)
        full = self._full(basket.order_id, wish.winner, in_the_way)
        if len(in_the_way) + len(full) > EJECTED_MAX or not (in_the_way or full):
            return False
        if not full:
            return self._exchange(basket, in_the_way)
        return any(
            self._exchange(basket, [*in_the_way, one]) for one in self._workers(full[0], basket.order_id)
        )

    def _wish(self, basket: Basket) -> Decision:
        """Return the way that an order would take if the goods and the work of the others in the set were not there."""
        self.looks += 1
        free, load = dict(self.books.free), dict(self.books.load)
        for want in basket.wants:
            for depot in self.routing.depots:
                key = (want.product_id, depot.id)
                for holder in self.holders.get(key, ()):
                    way = self.ways[holder]
                    free[key] = free.get(key, 0) + (way.units.get(key, 0) if way else 0)
        for site_id, order_ids in self.workers.items():
            load[site_id] = load.get(site_id, 0) - len(order_ids)
        return choose(basket, self.routing, free, Day(self.day.now, load))

    def _in_the_way(self, order_id: UUID, wish: Candidate) -> list[UUID]:
        """Return who must go so that the wish fits: of each stock row that is too short, those that cost least where they are."""
        mine = self.ways[order_id]
        going: list[UUID] = []
        for key, units in wish.units.items():
            have = self.books.free.get(key, 0) + (mine.units.get(key, 0) if mine else 0)
            others = sorted(self.holders.get(key, set()) - {order_id, *going}, key=self._cost)
            for other in others:
                if have >= units:
                    break
                way = self.ways[other]
                have += way.units.get(key, 0) if way else 0
                going.append(other)
        return going

    def _full(self, order_id: UUID, wish: Candidate, going: Sequence[UUID]) -> list[UUID]:
        """Return the sites of a wish that have no work to give, even when those in the way are gone."""
        found = []
        for one in wish.shares:
            terms = self.routing.sites.get(one.site_id)
            here = self.workers.get(one.site_id, set())
            room = order_id in here or bool(here & set(going))
            load = self.books.load.get(one.site_id, 0)
            if terms and terms.daily_orders and not room and load >= terms.daily_orders:
                found.append(one.site_id)
        return found

    def _workers(self, site_id: UUID, order_id: UUID) -> list[UUID]:
        """Return the orders that a full site could let go, those that cost most there first."""
        others = self.workers.get(site_id, set()) - {order_id}
        return sorted(others, key=self._cost, reverse=True)[:TRIED_MAX]

    def _cost(self, order_id: UUID) -> tuple[int, UUID]:
        way = self.ways[order_id]
        return (way.total_minor if way else 0, order_id)

    def _exchange(self, basket: Basket, others: Sequence[UUID]) -> bool:
        """Lift an order and those in its way, put it down first, then them; undo it unless all of it costs less."""
        ids = [basket.order_id, *others]
        old = {order_id: self._lift(order_id) for order_id in ids}
        new: dict[UUID, Decision] = {}
        for order_id in ids:
            new[order_id] = self._choose(self.baskets[order_id])
            winner = new[order_id].winner
            if winner is None:
                break
            self._put(order_id, winner)
        cost_before = sum(way.total_minor for way in old.values() if way)
        winners = [one.winner for one in new.values() if one.winner]
        if len(winners) == len(ids) and sum(way.total_minor for way in winners) < cost_before:
            self.decisions |= new
            return True
        for order_id in ids:
            self._lift(order_id)
        for order_id, way in old.items():
            self._put(order_id, way)
        return False

    def _choose(self, basket: Basket) -> Decision:
        self.looks += 1
        return choose(basket, self.routing, self.books.free, self._day())

    def _day(self) -> Day:
        return Day(self.day.now, self.books.load)

    def _lift(self, order_id: UUID) -> Candidate | None:
        way = self.ways[order_id]
        if way:
            self.books.take(way, -1)
            for key in way.units:
                self.holders[key].discard(order_id)
            for one in way.shares:
                self.workers[one.site_id].discard(order_id)
        self.ways[order_id] = None
        return way

    def _put(self, order_id: UUID, way: Candidate | None) -> None:
        self.ways[order_id] = way
        if way:
            self.books.take(way)
            self._stand(order_id, way)

    def _stand(self, order_id: UUID, way: Candidate) -> None:
        """Remember who holds which goods, and who gives which site work."""
        for key in way.units:
            self.holders.setdefault(key, set()).add(order_id)
        for one in way.shares:
            self.workers.setdefault(one.site_id, set()).add(order_id)

    def _set(self, order_id: UUID, decision: Decision) -> None:
        self.decisions[order_id] = decision
        self._put(order_id, decision.winner)


def _same(one: Candidate, other: Candidate | None) -> bool:
    return other is not None and one.units == other.units
