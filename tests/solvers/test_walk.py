"""Walks through a small warehouse that fits on a napkin."""

import random
from itertools import pairwise, permutations

import pytest

from doorstep.solvers.budget import Budget
from doorstep.solvers.walk import (
    Aisle,
    Bin,
    Floor,
    Passage,
    Spot,
    Walk,
    WalkRefused,
    Warehouse,
    rectangle,
    solve,
    tour,
)

NAPKIN = Warehouse(
    aisles=(Aisle(name="A", x_mm=0), Aisle(name="B", x_mm=3000), Aisle(name="C", x_mm=6000)),
    bins=(
        Bin(name="A-near", aisle="A", y_mm=1000),
        Bin(name="A-far", aisle="A", y_mm=9000),
        Bin(name="B-mid", aisle="B", y_mm=5000),
        Bin(name="C-near", aisle="C", y_mm=1000),
        Bin(name="C-far", aisle="C", y_mm=9000),
    ),
    cross_aisles_mm=(0, 10_000),
    start=Spot(0, 0),
)


def test_a_near_bin_is_fetched_there_and_back() -> None:
    assert tour(NAPKIN, ["C-near"]).distance_mm == 2 * (6000 + 1000)


def test_far_bins_of_two_aisles_are_joined_over_the_back() -> None:
    found = tour(NAPKIN, ["C-far", "A-far"])
    assert (found.distance_mm, found.stops) in {(32_000, ("A-far", "C-far")), (32_000, ("C-far", "A-far"))}


def test_the_path_starts_and_ends_where_the_picker_does() -> None:
    found = tour(NAPKIN, ["B-mid"], ends=[Spot(6000, 0)])
    assert (found.path[0], found.path[-1], found.distance_mm) == (Spot(0, 0), Spot(6000, 0), 16_000)


def test_of_several_drop_points_the_nearest_to_the_last_pick_wins() -> None:
    found = tour(NAPKIN, ["C-far"], ends=[Spot(0, 0), Spot(6000, 10_000)])
    assert (found.path[-1], found.distance_mm) == (Spot(6000, 10_000), 16_000)


def test_without_return_the_walk_ends_at_the_last_pick() -> None:
    assert tour(NAPKIN, ["A-near", "A-far"], stay=True).distance_mm == 9000


def test_after_a_short_pick_the_walk_goes_on_from_where_the_picker_stands() -> None:
    assert tour(NAPKIN, ["A-far"], start=Spot(0, 4000), ends=[Spot(0, 4000)]).distance_mm == 10_000


def test_nothing_to_pick_is_no_walk() -> None:
    assert tour(NAPKIN, []).distance_mm == 0


def test_heavy_goods_come_before_light_ones() -> None:
    free = tour(NAPKIN, ["A-near", "C-near"], ends=[Spot(6000, 0)])
    bound = tour(NAPKIN, ["A-near", "C-near"], ends=[Spot(6000, 0)], before=[("C-near", "A-near")])
    assert (free.distance_mm, bound.distance_mm, bound.stops) == (10_000, 22_000, ("C-near", "A-near"))


def test_a_circle_of_wishes_is_refused_by_name() -> None:
    with pytest.raises(WalkRefused, match="circle") as refused:
        tour(NAPKIN, ["A-near", "C-near"], before=[("C-near", "A-near"), ("A-near", "C-near")])
    assert refused.value.kind == "order_contradicts"


def test_a_one_way_aisle_is_left_at_its_far_end() -> None:
    one_way = Warehouse(
        aisles=(Aisle(name="A", x_mm=0, one_way="up"), Aisle(name="B", x_mm=3000)),
        bins=(Bin(name="A-near", aisle="A", y_mm=1000),),
        cross_aisles_mm=(0, 10_000),
        start=Spot(0, 0),
    )
    assert tour(one_way, ["A-near"]).distance_mm == 26_000


def test_a_bin_that_does_not_exist_is_refused_by_name() -> None:
    with pytest.raises(WalkRefused, match="'X-1' is not in this warehouse") as refused:
        tour(NAPKIN, ["X-1"])
    assert (refused.value.kind, refused.value.item) == ("bin_unknown", "X-1")


def test_a_start_inside_a_rack_is_refused() -> None:
    with pytest.raises(WalkRefused, match="neither on a cross-aisle") as refused:
        tour(NAPKIN, ["A-near"], start=Spot(1500, 5000))
    assert refused.value.kind == "spot_unreachable"


def test_a_coordinate_the_size_of_a_planet_is_refused() -> None:
    with pytest.raises(WalkRefused) as refused:
        Warehouse(aisles=(Aisle(name="A", x_mm=10**18),), bins=(), cross_aisles_mm=(0, 1), start=Spot(0, 0))
    assert (refused.value.kind, refused.value.item) == ("number_out_of_range", "A")


def test_a_floor_in_two_pieces_is_refused_with_the_node_nobody_reaches() -> None:
    floor = Floor(
        passages=(Passage(a="door", b="shelf", length_mm=5), Passage(a="attic", b="roof", length_mm=5)),
        bins={"hat": "attic"},
        start="door",
    )
    with pytest.raises(WalkRefused) as refused:
        solve(Walk(floor=floor, picks=["hat"]), Budget(work=1))
    assert (refused.value.kind, refused.value.item) == ("disconnected", "attic")


def test_a_lift_and_an_obstacle_are_passages_like_any_other() -> None:
    floor = Floor(
        passages=(
            Passage(a="door", b="lift", length_mm=4),
            Passage(a="lift", b="upstairs", length_mm=20),
            Passage(a="door", b="shelf", length_mm=3),
        ),
        bins={"hat": "upstairs", "shoe": "shelf"},
        start="door",
    )
    found = solve(Walk(floor=floor, picks=["hat", "shoe"]), Budget(work=1))
    assert (found.distance_mm, found.exact, found.nodes[0], found.nodes[-1]) == (54, True, "door", "door")


@pytest.mark.parametrize("blocks", [1, 2, 3])
def test_no_order_of_the_same_bins_is_shorter(blocks: int) -> None:
    draws = random.Random(blocks)
    floor = rectangle(aisles=4, cells=5, pitch_mm=30, cell_mm=10, lead_mm=10, blocks=blocks)
    for _ in range(20):
        picks = draws.sample([each.name for each in floor.bins], 5)
        end = Spot(draws.choice(floor.aisle_xs), draws.choice(floor.cross_aisles_mm))
        shortest = min(_walked(floor, order, end) for order in permutations(picks))
        assert tour(floor, picks, ends=[end]).distance_mm == shortest


def _walked(floor: Warehouse, order: tuple[str, ...], end: Spot) -> int:
    spots = [floor.start, *(floor.places[name] for name in order), end]
    return sum(_apart(floor, a, b) for a, b in pairwise(spots))


def _apart(floor: Warehouse, a: Spot, b: Spot) -> int:
    if a.x_mm == b.x_mm:
        return abs(a.y_mm - b.y_mm)
    detour = min(abs(a.y_mm - y) + abs(b.y_mm - y) for y in floor.cross_aisles_mm)
    return abs(a.x_mm - b.x_mm) + detour
