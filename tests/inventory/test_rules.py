"""Who gets what when goods are scarce."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from doorstep.stages.inventory.model import Demand, Held
from doorstep.stages.inventory.rules import (
    break_promises,
    candidate_keys,
    is_sellable,
    merged,
    replace,
    share_out,
)

PRODUCTS = [UUID(int=n) for n in range(1, 4)]
SITES = [UUID(int=n) for n in range(11, 14)]
FREE = st.dictionaries(st.tuples(st.sampled_from(PRODUCTS), st.sampled_from(SITES)), st.integers(0, 12))


@st.composite
def demands(draw: st.DrawFn) -> list[Demand]:
    """Orders of a few lines, each with sites of its own."""
    found: list[Demand] = []
    for order in range(draw(st.integers(0, 6))):
        sites = draw(st.lists(st.sampled_from(SITES), unique=True, max_size=3))
        found += [
            Demand(
                order_id=UUID(int=1000 + order),
                line_id=UUID(int=2000 + order * 10 + line),
                product_id=draw(st.sampled_from(PRODUCTS)),
                quantity=draw(st.integers(1, 9)),
                site_ids=sites,
            )
            for line in range(draw(st.integers(1, 3)))
        ]
    return found


@given(demands(), FREE)
def test_no_row_promises_more_than_it_has_and_every_order_gets_all_or_nothing(
    asked: list[Demand], free: dict[tuple[UUID, UUID], int]
) -> None:
    taken, short = share_out(merged(asked), free)
    for key in {(one.product_id, one.site_id) for one in taken}:
        assert sum(t.quantity for t in taken if (t.product_id, t.site_id) == key) <= free[key]
    for order_id in {one.order_id for one in asked}:
        wanted = sum(one.quantity for one in asked if one.order_id == order_id)
        got = sum(one.quantity for one in taken if one.order_id == order_id)
        assert got == (0 if order_id in short else wanted)
    assert all(0 <= one.available < one.asked for many in short.values() for one in many)
    assert all(one.quantity > 0 for one in taken)


@given(demands(), FREE)
def test_an_order_is_refused_only_when_its_sites_together_lack_something(
    asked: list[Demand], free: dict[tuple[UUID, UUID], int]
) -> None:
    """First come first served: what later orders took cannot have mattered."""
    order = merged(asked)
    taken, short = share_out(order, free)
    for order_id, shortages in short.items():
        sites = next(one.site_ids for one in order if one.order_id == order_id)
        before = {one.order_id for one in order if one.order_id < order_id}
        for one in shortages:
            left = sum(free.get((one.product_id, site), 0) for site in sites)
            gone = sum(
                t.quantity
                for t in taken
                if t.order_id in before and t.product_id == one.product_id and t.site_id in sites
            )
            assert one.available == left - gone


@given(demands(), FREE)
def test_an_order_is_split_only_when_no_single_site_could_serve_it(
    asked: list[Demand], free: dict[tuple[UUID, UUID], int]
) -> None:
    order = merged(asked)
    taken, _ = share_out(order, free)
    left = dict(free)
    for order_id in dict.fromkeys(one.order_id for one in order):
        mine = [one for one in taken if one.order_id == order_id]
        if len({one.site_id for one in mine}) > 1:
            wants: dict[UUID, int] = {}
            for one in mine:
                wants[one.product_id] = wants.get(one.product_id, 0) + one.quantity
            sites = next(one.site_ids for one in order if one.order_id == order_id)
            assert not any(all(left.get((p, s), 0) >= n for p, n in wants.items()) for s in sites)
        for one in mine:
            left[one.product_id, one.site_id] -= one.quantity


@given(demands())
def test_rows_are_locked_in_one_order_each_once(asked: list[Demand]) -> None:
    keys = candidate_keys(merged(asked))
    assert keys == sorted(set(keys))


@given(st.lists(st.tuples(st.integers(1, 5), st.integers(1, 9)), max_size=8), st.integers(0, 60))
def test_the_youngest_promises_break_and_no_more_than_is_lacking(
    promised: list[tuple[int, int]], lacking: int
) -> None:
    key = (PRODUCTS[0], SITES[0])
    holders = [
        Held(UUID(int=o), UUID(int=100 + i), key[1], key[0], n, None) for i, (o, n) in enumerate(promised)
    ]
    broken = break_promises(holders, {key: lacking})
    assert sum(one.quantity for one in broken) == min(lacking, sum(n for _, n in promised))
    if broken:
        kept = {one.line_id for one in holders} - {one.line_id for one in broken}
        oldest_broken = min(one.order_id for one in broken)
        assert all(one.order_id <= oldest_broken for one in holders if one.line_id in kept)


@given(st.integers(1, 30), FREE, st.sampled_from([*SITES, None]))
def test_replacing_takes_all_it_can_and_never_more_than_is_free(
    quantity: int, free: dict[tuple[UUID, UUID], int], first: UUID | None
) -> None:
    found = replace(PRODUCTS[0], quantity, free, first=first)
    there = sum(units for (product, _), units in free.items() if product == PRODUCTS[0])
    assert sum(units for _, units in found) == min(quantity, there)
    assert all(0 < units <= free[PRODUCTS[0], site] for site, units in found)
    if first is not None and free.get((PRODUCTS[0], first), 0):
        assert found[0][0] == first


def test_only_what_lies_within_our_walls_and_not_in_quarantine_is_sold() -> None:
    sold = {
        place: is_sellable(place)
        for place in ("bin:A", "tote:T", "parcel", "quarantine", "supplier", "bin:", "")
    }
    assert [place for place, yes in sold.items() if yes] == ["bin:A", "tote:T", "parcel"]
