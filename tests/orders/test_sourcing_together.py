"""All open orders together: never worse than order by order, never more than there is, always the same answer."""

from itertools import product as combinations_of
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from doorstep.stages.orders.model.sourcing import Basket, Candidate, Key, Lane, Routing, SiteTerms
from doorstep.stages.orders.rules.sourcing import Day, Standing, source_all, source_together
from doorstep.stages.orders.rules.sourcing.costs import offers_anyway, priced
from tests.orders.routes import BERLIN, BOOK, DEPOTS, LISBON, MONDAY, MUG, basket, monday, routing, shelves

PLACES = ("1", "2", "3")


def roads(costs: list[int]) -> dict[UUID, tuple[Lane, ...]]:
    """Lanes from each site to each of three places."""
    return {
        depot.id: tuple(Lane(depot.id, "DE", place, costs[3 * i + k], 0, 1) for k, place in enumerate(PLACES))
        for i, depot in enumerate(DEPOTS)
    }


def standing_of(
    baskets: list[Basket], terms: Routing, goods: dict[Key, int], day: Day
) -> tuple[list[Standing], dict[Key, int], Day]:
    """Source order by order; return what stands then, and what is left."""
    chosen = source_all(baskets, terms, goods, day)
    ways = [(one, chosen.decisions[one.order_id].winner) for one in baskets]
    standing = [Standing(one, way) for one, way in ways if way]
    free, load = dict(goods), dict(day.load)
    for one in standing:
        for key, units in one.way.units.items():
            free[key] -= units
        for share in one.way.shares:
            load[share.site_id] = load.get(share.site_id, 0) + 1
    return standing, free, Day(day.now, load)


def test_the_place_at_a_full_site_goes_to_the_order_that_gains_most() -> None:
    lanes = {
        LISBON: (Lane(LISBON, "DE", "1", 600, 0, 1), Lane(LISBON, "DE", "2", 3000, 0, 1)),
        BERLIN: (Lane(BERLIN, "DE", "", 500, 0, 1),),
    }
    terms = routing(
        lanes=lanes, depots=DEPOTS[:2], sites={BERLIN: SiteTerms(BERLIN, daily_orders=1, hard=True)}
    )
    both = [basket({MUG: 1}, 1, postal_code="1"), basket({MUG: 1}, 2, postal_code="2")]
    goods = shelves(lisbon={MUG: 9}, berlin={MUG: 9})
    standing, free, day = standing_of(both, terms, goods, monday())
    plan = source_together(standing, terms, free, day)
    assert (plan.before_minor, plan.after_minor) == (3500, 1100)
    assert {i: one.winner.shares[0].site_id for i, one in plan.decisions.items() if one.winner} == {
        both[0].order_id: LISBON,
        both[1].order_id: BERLIN,
    }


def test_the_bound_ends_the_search_and_says_so() -> None:
    many = [basket({MUG: 1}, n, postal_code="1") for n in range(30)]
    goods = shelves(lisbon={MUG: 20}, berlin={MUG: 20})
    standing, free, day = standing_of(many, routing(), goods, monday())
    plan = source_together(standing, routing(), free, day, looks_max=5)
    assert not plan.ended
    assert plan.looks <= 12
    assert plan.after_minor <= plan.before_minor


orders = st.lists(
    st.tuples(st.sampled_from(PLACES), st.integers(0, 2), st.integers(0, 2)).filter(
        lambda one: one[1] + one[2] > 0
    ),
    min_size=2,
    max_size=5,
)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.integers(0, 900), min_size=9, max_size=9),
    st.lists(st.integers(0, 3), min_size=6, max_size=6),
    orders,
    st.integers(0, 3),
)
def test_together_costs_at_most_what_order_by_order_costs_and_takes_only_what_is_there(
    costs: list[int], stock: list[int], wanted: list[tuple[str, int, int]], daily: int
) -> None:
    sites = {BERLIN: SiteTerms(BERLIN, daily_orders=daily, hard=True)} if daily else {}
    terms = routing(lanes=roads(costs), sites=sites)
    goods = {(p, one.id): stock[2 * i + k] for i, one in enumerate(DEPOTS) for k, p in enumerate((MUG, BOOK))}
    baskets = [
        basket({p: n for p, n in ((MUG, mugs), (BOOK, books)) if n}, number, postal_code=place)
        for number, (place, mugs, books) in enumerate(wanted)
    ]
    standing, free, day = standing_of(baskets, terms, goods, Day(MONDAY, {}))
    plan = source_together(standing, terms, free, day)
    assert plan.after_minor <= plan.before_minor
    assert plan == source_together(standing, terms, free, day)
    ways = {one.basket.order_id: one.way for one in standing} | {
        order_id: one.winner for order_id, one in plan.decisions.items() if one.winner
    }
    used: dict[Key, int] = {}
    for one in standing:
        way = ways[one.basket.order_id]
        got = {want.product_id: 0 for want in one.basket.wants}
        for key, units in way.units.items():
            used[key] = used.get(key, 0) + units
            got[key[0]] += units
        assert got == {want.product_id: want.quantity for want in one.basket.wants}
    assert all(units <= goods[key] for key, units in used.items())
    if daily:
        assert sum(BERLIN in {s.site_id for s in way.shares} for way in ways.values()) <= daily
    assert plan.before_minor - plan.after_minor == sum_of(standing, {}, terms) - sum_of(
        standing, {i: one.winner for i, one in plan.decisions.items() if one.winner}, terms
    )


def sum_of(standing: list[Standing], moved: dict[UUID, Candidate], terms: Routing) -> int:
    """Price ways by the terms alone (no scarcity, no lateness here), as the referee of the savings that are claimed."""
    total = 0
    for one in standing:
        way = moved.get(one.basket.order_id, one.way)
        known = {offer.depot.id: offer for offer in offers_anyway(one.basket, terms, {}, Day(MONDAY, {}))}
        sent = [[share.units.get(want.product_id, 0) for want in one.basket.wants] for share in way.shares]
        found = [known[share.site_id] for share in way.shares]
        total += priced(one.basket, found, sent, terms.house.split_minor * 1000).total_minor
    return total


def test_small_crossings_are_solved_to_the_best_there_is() -> None:
    """Two orders, one unit near each: of the four ways to give them out, the cheapest is found."""
    for costs in combinations_of((100, 700), repeat=4):
        lanes = {
            LISBON: (Lane(LISBON, "DE", "1", costs[0], 0, 1), Lane(LISBON, "DE", "2", costs[1], 0, 1)),
            BERLIN: (Lane(BERLIN, "DE", "1", costs[2], 0, 1), Lane(BERLIN, "DE", "2", costs[3], 0, 1)),
        }
        terms = routing(lanes=lanes, depots=DEPOTS[:2])
        both = [basket({MUG: 1}, 1, postal_code="1"), basket({MUG: 1}, 2, postal_code="2")]
        standing, free, day = standing_of(both, terms, shelves(lisbon={MUG: 1}, berlin={MUG: 1}), monday())
        plan = source_together(standing, terms, free, day)
        assert plan.after_minor == min(costs[0] + costs[3], costs[1] + costs[2])
