"""What a day may ask of vans and drivers: skills, pairs, pickups, reloads, zones, fair days, several depots."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doorstep.solvers.budget import Budget
from doorstep.solvers.routes import (
    UNREACHABLE,
    Depot,
    Plan,
    Roads,
    RouteRefused,
    Routing,
    Stop,
    Van,
    Window,
    insert,
    judge,
    solve,
)
from tests.solvers.routes_world import KILOMETERS, STREET, VAN, planned, stop, street, visited, worlds


@settings(max_examples=100, deadline=None)
@given(worlds(), st.integers(0, 3))
def test_any_plan_of_any_world_stands_before_the_referee(problem: Routing, seed: int) -> None:
    plan = solve(problem, Budget(work=20), seed=seed)
    assert judge(problem, plan) == []
    for each in plan.unserved:
        if each.constraint != "prize":
            assert insert(problem, plan, each.stop).van is None


@settings(max_examples=100, deadline=None)
@given(worlds())
def test_stops_inserted_one_by_one_stand_before_the_referee(problem: Routing) -> None:
    plan = Plan(routes=(), unserved=(), value=0)
    for each in problem.wanted():
        plan = insert(problem, plan, each.name).plan
    assert judge(problem, plan) == []


def test_a_stop_goes_to_the_van_that_has_the_skill() -> None:
    fleet = (replace(VAN, name="plain"), replace(VAN, name="lift", skills=frozenset({"lift"}), meter_cost=5))
    plan = planned(street(stop(3), stop(5, needs=frozenset({"lift"})), vans=fleet))
    assert "km 5" in visited(plan)["lift"]


def test_a_skill_that_nobody_has_is_named() -> None:
    plan = planned(street(stop(3), stop(5, needs=frozenset({"crane"}))))
    assert [(each.stop, each.constraint) for each in plan.unserved] == [("km 5", "skills")]


def test_no_van_has_more_stops_than_it_may() -> None:
    fleet = tuple(replace(VAN, name=f"van {k}", stops=2) for k in range(3))
    plan = planned(street(*(stop(place) for place in range(1, 6)), vans=fleet))
    assert sorted(map(len, visited(plan).values())) == [1, 2, 2]


def test_a_full_van_comes_back_for_more() -> None:
    plan = planned(street(stop(1), stop(2), stop(3), vans=(replace(VAN, parcels=2, reloads=1),)))
    (route,) = plan.routes
    assert (len(route.calls), len(route.reloads), route.load["parcels"]) == (3, 1, 2)
    assert route.distance_m == 8000


def test_without_reloads_a_full_van_leaves_the_rest_behind() -> None:
    plan = planned(street(stop(1), stop(2), stop(3), vans=(replace(VAN, parcels=2),)))
    assert [each.constraint for each in plan.unserved] == ["parcels"]


def test_a_trip_waits_for_its_goods_and_loading_takes_its_time() -> None:
    problem = street(stop(5, release_s=1000), depots=(Depot(name="center", place=0, loading_s=120),))
    (route,) = planned(problem).routes
    assert (route.depart_s, route.calls[0].start_s, route.duration_s) == (1120, 1420, 720)


def test_goods_that_come_late_go_with_the_second_trip() -> None:
    early, late = stop(2, windows=(Window(0, 600),)), stop(3, release_s=2000)
    (route,) = planned(street(early, late, vans=(replace(VAN, reloads=1),))).routes
    assert [call.stop for call in route.calls] == ["km 2", "km 3"]
    assert (route.reloads[0].before, route.reloads[0].leave_s) == (1, 2000)


def test_what_is_picked_up_takes_the_room_of_what_was_delivered() -> None:
    plan = planned(
        street(stop(4, parcels=2), stop(6, parcels=2, pickup=True), vans=(replace(VAN, parcels=2),))
    )
    assert visited(plan) == {"van": ["km 4", "km 6"]}


def test_a_pair_is_driven_from_its_source_to_its_door_by_one_van() -> None:
    problem = street(stop(9, parcels=0), stop(2, source="km 9", parcels=3), vans=(replace(VAN, parcels=3),))
    (route,) = planned(problem).routes
    assert [call.stop for call in route.calls] == ["km 9", "km 2"]
    assert route.load["parcels"] == 3


def test_a_pair_too_large_for_any_van_is_left_out_whole() -> None:
    problem = street(stop(9, parcels=0), stop(2, source="km 9", parcels=4), vans=(replace(VAN, parcels=3),))
    plan = planned(problem)
    assert {(each.stop, each.constraint) for each in plan.unserved} == {
        ("km 2", "parcels"),
        ("km 9", "parcels"),
    }


def test_a_driver_stays_where_he_knows_the_doors() -> None:
    fleet = (
        replace(VAN, name="a", zone_costs=(("north", 9000),)),
        replace(VAN, name="b", zone_costs=(("south", 9000),)),
    )
    stops = [stop(place, zone="north" if place > 3 else "south") for place in (2, 3, 4, 5)]
    plan = planned(street(*stops, vans=fleet))
    assert {van: set(names) for van, names in visited(plan).items()} == {
        "a": {"km 2", "km 3"},
        "b": {"km 4", "km 5"},
    }


def test_a_day_longer_than_fair_is_shared_when_that_is_worth_it() -> None:
    def fleet(unfair_cost: int) -> tuple[Van, ...]:
        return tuple(replace(VAN, name=f"van {k}", fair_s=2000, unfair_cost=unfair_cost) for k in range(2))

    stops = [stop(place, service_s=500) for place in (1, 2, 3, 4, 5)]
    assert len(planned(street(*stops, vans=fleet(0))).routes) == 1
    plan = planned(street(*stops, vans=fleet(50)))
    assert max(route.duration_s for route in plan.routes) <= 2000


def test_each_depot_serves_its_side() -> None:
    problem = Routing(
        roads=STREET,
        depots=[Depot(name="west", place=0), Depot(name="east", place=11)],
        vans=[replace(VAN, name="w", start="west"), replace(VAN, name="e", start="east")],
        stops=[stop(2), stop(3), stop(8), stop(9)],
    )
    plan = planned(problem)
    assert {van: set(names) for van, names in visited(plan).items()} == {
        "w": {"km 2", "km 3"},
        "e": {"km 8", "km 9"},
    }


def test_a_one_way_street_is_driven_the_right_way_round() -> None:
    around = (np.arange(6)[None, :] - np.arange(6)[:, None]) % 6
    problem = Routing(
        roads=Roads(around * 1000, around * 60),
        depots=[Depot(name="center", place=0)],
        vans=[VAN],
        stops=[stop(place) for place in (4, 1, 5, 2)],
    )
    plan = planned(problem)
    assert visited(plan)["van"] == ["km 1", "km 2", "km 4", "km 5"]
    assert plan.distance_m == 6000


def test_where_no_road_leads_nobody_drives_and_the_stop_says_so() -> None:
    seconds = KILOMETERS * 60
    seconds[0, 7] = UNREACHABLE
    seconds[3, 7] = UNREACHABLE
    problem = Routing(
        roads=Roads(KILOMETERS * 1000, seconds),
        depots=[Depot(name="center", place=0)],
        vans=[replace(VAN, shift_end_s=10**9)],
        stops=[stop(3), stop(7)],
    )
    plan = planned(problem)
    assert [(each.stop, each.constraint) for each in plan.unserved] == [("km 7", "unreachable")]


PAIR = (stop(9, parcels=0), stop(2, source="km 9"))


@pytest.mark.parametrize(
    ("stops", "kind", "item"),
    [
        ((stop(2, source="moon"),), "source_unknown", "km 2"),
        ((stop(2, source="km 2"),), "source_unknown", "km 2"),
        ((stop(9), stop(2, source="km 9")), "source_loaded", "km 9"),
        ((stop(9, parcels=0, prize=3), stop(2, source="km 9")), "source_loaded", "km 9"),
        ((*PAIR, stop(3, source="km 9")), "source_given_twice", "km 9"),
        ((PAIR[0], replace(PAIR[1], pickup=True)), "pair_at_depot", "km 2"),
        ((PAIR[0], replace(PAIR[1], release_s=5)), "pair_at_depot", "km 2"),
    ],
)
def test_a_pair_that_makes_no_sense_is_refused_by_name(stops: tuple[Stop, ...], kind: str, item: str) -> None:
    with pytest.raises(RouteRefused) as refused:
        street(*stops)
    assert (refused.value.kind, refused.value.item) == (kind, item)
