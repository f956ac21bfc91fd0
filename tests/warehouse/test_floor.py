"""The floor as walks are measured on it, and the S-shape walk beside them."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as some

from doorstep.solvers.walk import Spot, tour
from doorstep.stages.warehouse.rules.detour import STEP, best_detour, way_mm
from doorstep.stages.warehouse.rules.floor import AisleLine, Shelf, floor_of, s_shape

AISLES = tuple(AisleLine(n, 3000 * n, 0, 20_000) for n in range(4))
PRODUCT = UUID(int=1)


def shelf(aisle: int, y_m: int) -> Shelf:
    return Shelf(f"{aisle}-{y_m:02d}", PRODUCT, aisle, y_m * 1000, 1)


def test_one_aisle_is_walked_to_its_farthest_pick_and_back() -> None:
    floor = floor_of(AISLES, [shelf(0, 5), shelf(0, 12)], Spot(0, 0))
    assert s_shape(floor, ["0-05", "0-12"]).distance_mm == 24_000


def test_two_aisles_are_walked_through_up_and_down() -> None:
    floor = floor_of(AISLES, [shelf(0, 5), shelf(1, 12)], Spot(0, 0))
    walk = s_shape(floor, ["1-12", "0-05"])
    assert (walk.stops, walk.distance_mm) == (("0-05", "1-12"), 20_000 + 3000 + 20_000 + 3000)


def test_the_second_aisle_is_visited_from_the_back() -> None:
    floor = floor_of(AISLES, [shelf(0, 5), shelf(1, 4), shelf(1, 12)], Spot(0, 0))
    assert s_shape(floor, ["0-05", "1-04", "1-12"]).stops == ("0-05", "1-12", "1-04")


def test_a_start_beside_the_ways_is_moved_to_the_nearest_cross_aisle() -> None:
    assert floor_of(AISLES, [shelf(0, 5)], Spot(4500, -900)).start == Spot(4500, 0)


def test_aisles_of_two_blocks_at_one_x_get_a_cross_aisle_between() -> None:
    aisles = [AisleLine(1, 0, 0, 10_000), AisleLine(2, 0, 12_000, 22_000), AisleLine(3, 3000, 0, 10_000)]
    floor = floor_of(
        aisles, [Shelf("far", PRODUCT, 2, 15_000, 1), Shelf("near", PRODUCT, 3, 4000, 1)], Spot(0, 0)
    )
    assert floor.cross_aisles_mm == (0, 10_000, 12_000, 22_000)
    assert tour(floor, ["far", "near"]).distance_mm == 30_000 + 6000


def test_ragged_aisles_keep_their_outer_cross_aisles_only() -> None:
    aisles = [AisleLine(n, 3000 * n, 100 * n, 20_000 + 100 * n) for n in range(4)]
    assert floor_of(aisles, [], Spot(0, 0)).cross_aisles_mm == (0, 20_300)


places = some.lists(
    some.tuples(some.integers(0, 3), some.integers(0, 20)), min_size=1, max_size=8, unique=True
)


@given(places, some.integers(0, 3))
def test_the_exact_walk_is_never_longer_than_the_s_shape(spots: list[tuple[int, int]], home: int) -> None:
    floor = floor_of(AISLES, [shelf(*spot) for spot in spots], Spot(3000 * home, 0))
    names = [shelf(*spot).place for spot in spots]
    plain = s_shape(floor, names)
    assert tour(floor, names).distance_mm <= plain.distance_mm
    assert sorted(plain.stops) == sorted(names)


def test_a_stop_on_the_way_costs_nothing_and_is_put_between() -> None:
    floor = floor_of(AISLES, [shelf(0, 2), shelf(0, 8), shelf(0, 5), shelf(3, 5)], Spot(0, 0))
    detour = best_detour(floor, (STEP, "0-02"), [(2 * STEP, "0-08"), (3 * STEP, "3-05")], "0-05")
    assert (detour.longer_mm, detour.position) == (0, 1500)


def test_a_stop_after_the_last_comes_at_the_end() -> None:
    floor = floor_of(AISLES, [shelf(0, 2), shelf(3, 5)], Spot(9000, 0))
    detour = best_detour(floor, (STEP, "0-02"), [], "3-05")
    assert (detour.longer_mm, detour.position) == (10_000, 2 * STEP)


def test_the_way_between_aisles_leads_over_the_nearer_cross_aisle() -> None:
    floor = floor_of(AISLES, [], Spot(0, 0))
    assert way_mm(floor, Spot(0, 15_000), Spot(3000, 17_000)) == 5000 + 3000 + 3000
    assert way_mm(floor, Spot(0, 15_000), Spot(0, 17_000)) == 2000
