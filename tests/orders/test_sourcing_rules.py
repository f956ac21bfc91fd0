"""Where orders leave from: the rules, against sums done by hand and against a referee that tries everything."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import product as combinations_of
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doorstep.stages.orders.model.sourcing import (
    Basket,
    Decision,
    House,
    Key,
    Lane,
    LeftOut,
    MerchantTerms,
    Routing,
    SiteTerms,
)
from doorstep.stages.orders.rules.sourcing import choose, leaves_on, source_all, split_lines
from doorstep.stages.orders.rules.sourcing.costs import offers, priced
from tests.orders.routes import (
    BERLIN,
    BOOK,
    DEPOTS,
    LAMP,
    LISBON,
    MUG,
    PLAIN,
    RECIFE,
    basket,
    monday,
    routing,
    shelves,
)

MANY = {MUG: 10, BOOK: 10, LAMP: 10}


def sent(decision: Decision) -> dict[UUID, dict[UUID, int]]:
    """Who sends what."""
    assert decision.winner, decision
    return {one.site_id: dict(one.units) for one in decision.winner.shares}


def test_the_nearest_site_that_has_all_is_the_cheapest() -> None:
    found = choose(basket({MUG: 2}), routing(), shelves(lisbon=MANY, berlin=MANY, recife=MANY), monday())
    assert sent(found) == {BERLIN: {MUG: 2}}
    assert [one.shares[0].site_id for one in found.candidates] == [BERLIN, LISBON, RECIFE]
    assert found.candidates[0].costs["freight"] == 500 + 101 + 70  # a parcel, 506 km, 700 g
    assert found.exact


def test_two_sites_that_each_hold_half_split_the_order_o3() -> None:
    found = choose(basket({MUG: 4}), routing(), shelves(lisbon={MUG: 2}, berlin={MUG: 2}), monday())
    assert sent(found) == {LISBON: {MUG: 2}, BERLIN: {MUG: 2}}
    assert found.winner
    assert found.winner.costs["split"] == 300
    assert found.left_out == {RECIFE: LeftOut.NOTHING}


def test_one_site_with_enough_beats_two_where_the_nearer_has_only_some() -> None:
    found = choose(
        basket({MUG: 5}, country="PT", postal_code="1000-001", lat=38.7, lon=-9.1),
        routing(),
        shelves(lisbon={MUG: 3}, berlin={MUG: 10}),
        monday(),
    )
    assert sent(found) == {BERLIN: {MUG: 5}}


def test_a_split_is_taken_where_it_costs_less_than_the_longer_way() -> None:
    cheap = replace(PLAIN, split_minor=0, parcel_minor=0, kg_minor=10_000)
    lanes = {
        LISBON: (Lane(LISBON, "DE", "", 0, 5000, 3),),
        BERLIN: (Lane(BERLIN, "DE", "", 0, 100, 1),),
    }
    found = choose(
        basket({MUG: 5}),
        routing(house=cheap, lanes=lanes, depots=DEPOTS[:2]),
        shelves(lisbon={MUG: 5}, berlin={MUG: 3}),
        monday(),
    )
    assert sent(found) == {BERLIN: {MUG: 3}, LISBON: {MUG: 2}}


def test_kits_that_share_a_component_are_summed_before_anything_is_compared() -> None:
    want = basket({MUG: 6})  # four in a kit, two loose
    found = choose(want, routing(), shelves(lisbon={MUG: 5}, berlin={MUG: 5}), monday())
    assert sum(units[MUG] for units in sent(found).values()) == 6
    short = source_all([want], routing(), shelves(berlin={MUG: 5}), monday())
    assert [(one.product_id, one.asked, one.available) for one in short.lacks[want.order_id]] == [(MUG, 6, 5)]
    kit, loose = UUID(int=1), UUID(int=2)
    assert found.winner
    lines = split_lines([(kit, MUG, 4), (loose, MUG, 2)], found.winner)
    assert sum(n for line, _, _, n in lines if line == kit) == 4
    assert sum(n for line, _, _, n in lines if line == loose) == 2


def test_orders_that_come_together_never_get_the_same_unit() -> None:
    both = [basket({MUG: 1}, 1), basket({MUG: 1}, 2), basket({MUG: 1}, 3)]
    chosen = source_all(both, routing(), shelves(berlin={MUG: 1}, lisbon={MUG: 1}), monday())
    assert [bool(one.winner) for one in chosen.decisions.values()] == [True, True, False]
    assert [one.available for one in chosen.lacks[both[2].order_id]] == [0]


@pytest.mark.parametrize(
    ("terms", "why"),
    [
        ({"excluded": (BERLIN,)}, {BERLIN: LeftOut.EXCLUDED}),
        ({"home_market": True}, {LISBON: LeftOut.MARKET, RECIFE: LeftOut.MARKET}),
    ],
)
def test_a_merchants_rules_leave_sites_out_and_say_so(
    terms: dict[str, object], why: dict[UUID, LeftOut]
) -> None:
    rules = {fixed_merchant(): MerchantTerms(fixed_merchant(), **terms)}  # type: ignore[arg-type]
    found = choose(
        basket({MUG: 1}), routing(merchants=rules), shelves(lisbon=MANY, berlin=MANY, recife=MANY), monday()
    )
    assert found.left_out == why
    assert not {one.site_id for way in found.candidates for one in way.shares} & why.keys()


def fixed_merchant() -> UUID:
    return basket({MUG: 1}).merchant_id


def test_a_ranked_site_is_preferred_by_what_its_rank_is_worth() -> None:
    rules = {fixed_merchant(): MerchantTerms(fixed_merchant(), ranked=(LISBON,))}
    goods = shelves(lisbon=MANY, berlin=MANY)
    for worth, winner in ((10, BERLIN), (2000, LISBON)):
        house = replace(PLAIN, rank_minor=worth)
        found = choose(basket({MUG: 1}), routing(house=house, merchants=rules), goods, monday())
        assert list(sent(found)) == [winner]


def test_orders_of_little_value_are_not_split() -> None:
    rules = {fixed_merchant(): MerchantTerms(fixed_merchant(), split_from_minor=5001)}
    goods = shelves(lisbon={MUG: 2}, berlin={MUG: 3})
    found = source_all([basket({MUG: 4})], routing(merchants=rules), goods, monday())
    assert [(one.asked, one.available) for one in found.lacks[basket({MUG: 4}).order_id]] == [(4, 3)]
    richer = basket({MUG: 4}, value_minor=5001)
    assert len(sent(choose(richer, routing(merchants=rules), goods, monday()))) == 2


def test_a_full_day_leaves_a_hard_site_out_and_makes_a_soft_one_late() -> None:
    goods = shelves(lisbon=MANY, berlin=MANY)
    hard = {BERLIN: SiteTerms(BERLIN, daily_orders=2, hard=True)}
    found = choose(basket({MUG: 1}), routing(sites=hard), goods, monday(berlin=2))
    assert found.left_out == {BERLIN: LeftOut.FULL, RECIFE: LeftOut.NOTHING}
    soft = {BERLIN: SiteTerms(BERLIN, daily_orders=2)}
    late = replace(PLAIN, late_minor=10_000, target_days=5)
    far = choose(basket({MUG: 1}), routing(house=late, sites=soft), goods, monday(berlin=40))
    assert list(sent(far)) == [LISBON]
    assert far.candidates[1].costs["lateness"] > 0
    near = choose(basket({MUG: 1}), routing(house=late, sites=soft), goods, monday(berlin=3))
    assert list(sent(near)) == [BERLIN]


def test_a_hard_limit_holds_within_one_set_of_orders() -> None:
    hard = {BERLIN: SiteTerms(BERLIN, daily_orders=2, hard=True)}
    orders = [basket({MUG: 1}, number) for number in range(5)]
    chosen = source_all(orders, routing(sites=hard), shelves(lisbon=MANY, berlin=MANY), monday(berlin=1))
    sites = [next(iter(sent(one))) for one in chosen.decisions.values()]
    assert sites == [BERLIN, LISBON, LISBON, LISBON, LISBON]


def test_lateness_is_counted_in_working_days_after_what_is_due() -> None:
    house = replace(PLAIN, late_minor=1000)
    lanes = {BERLIN: (Lane(BERLIN, "DE", "", 100, 0, 4),), LISBON: (Lane(LISBON, "DE", "", 900, 0, 1),)}
    asked = basket({MUG: 1}, due=date(2026, 3, 3))
    found = choose(asked, routing(house=house, lanes=lanes), shelves(lisbon=MANY, berlin=MANY), monday())
    assert list(sent(found)) == [LISBON]
    berlin = next(one for one in found.candidates if one.shares[0].site_id == BERLIN)
    assert berlin.costs["lateness"] == 3000  # leaves on Monday, four days: Friday instead of Tuesday
    assert berlin.shares[0].arrives == date(2026, 3, 6)


def test_the_last_units_of_a_site_cost_more() -> None:
    house = replace(PLAIN, scarcity_minor=2000)
    found = choose(
        basket({MUG: 1}), routing(house=house), shelves(lisbon={MUG: 50}, berlin={MUG: 1}), monday()
    )
    assert list(sent(found)) == [LISBON]
    assert found.candidates[1].costs["scarcity"] == 2000


def test_a_site_whose_lanes_lead_elsewhere_is_left_out_and_the_longest_beginning_counts() -> None:
    lanes = {
        BERLIN: (Lane(BERLIN, "FR", "", 1, 1, 1),),
        LISBON: (Lane(LISBON, "DE", "", 700, 0, 3), Lane(LISBON, "DE", "80", 300, 0, 2)),
    }
    found = choose(basket({MUG: 1}), routing(lanes=lanes), shelves(lisbon=MANY, berlin=MANY), monday())
    assert found.left_out[BERLIN] is LeftOut.LANE
    assert found.winner
    assert found.winner.costs["freight"] == 300


def test_goods_that_a_floor_did_not_find_are_not_asked_for_there() -> None:
    goods = shelves(lisbon=MANY, berlin=MANY)
    missed = frozenset({(MUG, BERLIN)})
    assert list(sent(choose(basket({MUG: 1}), routing(rejected=missed), goods, monday()))) == [LISBON]
    assert list(sent(choose(basket({BOOK: 1}), routing(rejected=missed), goods, monday()))) == [BERLIN]


def test_goods_that_stand_apart_cannot_be_had_by_an_order_that_stays_whole() -> None:
    rules = {fixed_merchant(): MerchantTerms(fixed_merchant(), whole=True)}
    goods = shelves(lisbon={MUG: 5}, berlin={BOOK: 5})
    found = source_all([basket({MUG: 1, BOOK: 1})], routing(merchants=rules), goods, monday())
    assert found.lacks == {basket({MUG: 1}).order_id: []}
    assert not found.decisions[basket({MUG: 1}).order_id].may_split


def test_the_day_ends_at_the_cut_off_of_the_site_by_its_own_clock() -> None:
    lisbon, berlin, recife = DEPOTS
    noon = datetime(
        2026, 3, 7, 15, 30, tzinfo=UTC
    )  # a Saturday: 15:30 in Lisbon, 16:30 in Berlin, 12:30 in Recife
    assert leaves_on(lisbon, noon, SiteTerms(lisbon.id)) == date(2026, 3, 7)
    assert leaves_on(berlin, noon, SiteTerms(berlin.id)) == date(2026, 3, 9)
    assert leaves_on(recife, noon, SiteTerms(recife.id), days_behind=1) == date(2026, 3, 9)


def test_nine_sites_are_searched_within_bounds_and_still_served() -> None:
    depots = tuple(
        replace(DEPOTS[1], id=UUID(int=k), code=f"s{k}", lat=50.0 + k, lon=10.0) for k in range(12)
    )
    goods: dict[Key, int] = {(MUG, depot.id): 1 for depot in depots}
    found = choose(basket({MUG: 9}), routing(depots=depots), goods, monday())
    assert not found.exact
    assert found.weighed <= 300
    assert sum(units[MUG] for units in sent(found).values()) == 9


class Referee:
    """Tries every way to draw every product from every site, and prices it by the terms of the sites."""

    def __init__(self, asked: Basket, terms: Routing, free: dict[Key, int]) -> None:
        self.asked, self.split = asked, terms.house.split_minor * 1000
        self.offers, _ = offers(asked, terms, free, monday())

    def least(self) -> int | None:
        """Return what the cheapest way costs, in minor units; None when there is no way."""
        ways = [self._ways(want.quantity, k) for k, want in enumerate(self.asked.wants)]
        costs = [self._cost(list(zip(*picked, strict=True))) for picked in combinations_of(*ways)]
        return min(costs, default=None)

    def _ways(self, quantity: int, k: int) -> list[Sequence[int]]:
        return [
            units
            for units in combinations_of(*(range(offer.free[k] + 1) for offer in self.offers))
            if sum(units) == quantity
        ]

    def _cost(self, by_site: Sequence[Sequence[int]]) -> int:
        used = [(offer, units) for offer, units in zip(self.offers, by_site, strict=True) if any(units)]
        return priced(
            self.asked, [one for one, _ in used], [units for _, units in used], self.split
        ).total_minor


def worlds() -> Iterator[st.SearchStrategy[object]]:
    """Terms, goods and an order, all small."""
    amount = st.integers(0, 900)
    yield st.builds(
        House,
        parcel_minor=amount, kg_minor=amount, km100_minor=st.integers(0, 60), split_minor=amount, late_minor=amount,
        scarcity_minor=amount, target_days=st.integers(0, 6),
    )  # fmt: skip
    site = st.tuples(amount, st.integers(0, 200), st.one_of(st.none(), st.integers(1, 3)))
    yield st.lists(site, min_size=3, max_size=3)
    yield st.lists(st.integers(0, 3), min_size=6, max_size=6)
    yield st.tuples(st.integers(1, 4), st.integers(1, 3))


@settings(max_examples=300, deadline=None)
@given(*worlds())
def test_no_way_is_cheaper_than_the_one_that_is_chosen(
    house: House, sites: list[tuple[int, int, int | None]], free: list[int], wants: tuple[int, int]
) -> None:
    terms = routing(
        house=house,
        sites={
            depot.id: SiteTerms(depot.id, per_order, per_line, daily)
            for depot, (per_order, per_line, daily) in zip(DEPOTS, sites, strict=True)
        },
    )
    goods = {
        (p, depot.id): free[i * 2 + k] for i, depot in enumerate(DEPOTS) for k, p in enumerate((MUG, BOOK))
    }
    asked = basket({MUG: wants[0], BOOK: wants[1]})
    found = choose(asked, terms, goods, monday())
    least = Referee(asked, terms, goods).least()
    if least is None:
        assert found.winner is None
    else:
        assert found.winner is not None
        assert abs(found.winner.total_minor - least) <= 3  # each part is rounded by itself
        got = {p: sum(units.get(p, 0) for units in sent(found).values()) for p in (MUG, BOOK)}
        assert got == {MUG: wants[0], BOOK: wants[1]}
        assert all(goods[key] >= n for key, n in found.winner.units.items())
    assert found == choose(asked, terms, dict(reversed(goods.items())), monday())
