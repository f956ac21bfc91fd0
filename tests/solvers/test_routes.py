"""Routes through a straight street: depot at 0, a place every kilometer, a kilometer a minute."""

import pickle
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doorstep.solvers.budget import Budget
from doorstep.solvers.routes import (
    Depot,
    Misfit,
    Plan,
    Point,
    Roads,
    Route,
    RouteRefused,
    Routing,
    Stop,
    Van,
    Window,
    insert,
    judge,
    roads,
    solve,
    timed,
)
from doorstep.solvers.routes.engine import paced, start

PLACES = 12
KILOMETERS = np.abs(np.arange(PLACES)[:, None] - np.arange(PLACES)[None, :])
STREET = Roads(KILOMETERS * 1000, KILOMETERS * 60)
VAN = Van(name="van", start="center", shift_end_s=10_000)


def stop(place: int, **more: Any) -> Stop:
    return Stop(name=f"km {place}", place=place, **more)


def street(*stops: Stop, vans: tuple[Van, ...] = (VAN,)) -> Routing:
    return Routing(roads=STREET, depots=[Depot(name="center", place=0)], vans=vans, stops=stops)


def visited(plan: Plan) -> dict[str, list[str]]:
    return {route.van: [call.stop for call in route.calls] for route in plan.routes}


def planned(*stops: Stop, vans: tuple[Van, ...] = (VAN,), work: int = 50) -> Plan:
    problem = street(*stops, vans=vans)
    plan = solve(problem, Budget(work=work))
    assert judge(problem, plan) == []
    return plan


def test_a_street_is_driven_out_and_back_once() -> None:
    assert planned(stop(3), stop(7), stop(5)).distance_m == 14_000


def test_times_follow_the_road_and_the_service() -> None:
    (route,) = planned(stop(3, service_s=30), stop(5)).routes
    assert {(c.stop, c.arrival_s - route.depart_s, c.leave_s - c.start_s) for c in route.calls} in (
        {("km 3", 180, 30), ("km 5", 330, 0)},
        {("km 5", 300, 0), ("km 3", 420, 30)},
    )


def test_a_van_leaves_as_late_as_the_window_allows_instead_of_waiting_at_the_door() -> None:
    (route,) = planned(stop(5, windows=(Window(3000, 4000),))).routes
    assert (route.depart_s, route.calls[0].arrival_s, route.duration_s) == (2700, 3000, 600)


def test_the_day_is_driven_by_the_windows() -> None:
    plan = planned(stop(9, windows=(Window(0, 600),)), stop(2, windows=(Window(2000, 3000),)), stop(4))
    assert plan.routes[0].calls[0].stop == "km 9"


def test_of_two_windows_the_one_that_fits_is_used() -> None:
    plan = planned(stop(5, windows=(Window(0, 10), Window(1000, 2000))))
    assert plan.routes[0].calls[0].start_s == 1000


@pytest.mark.parametrize(
    ("limits", "vans"), [({"mass_g": 900}, 2), ({"volume_ml": 500}, 3), ({"parcels": 6}, 1), ({}, 1)]
)
def test_no_van_carries_more_than_it_may(limits: dict[str, Any], vans: int) -> None:
    stops = [stop(place, mass_g=300, volume_ml=250) for place in range(1, 7)]
    fleet = tuple(replace(VAN, name=f"van {k}", **limits) for k in range(4))
    assert len(planned(*stops, vans=fleet).routes) == vans


def test_a_dear_van_stays_at_home_when_a_cheap_one_can_do_it() -> None:
    fleet = (replace(VAN, name="dear", fixed_cost=10**6), replace(VAN, name="cheap"))
    assert set(visited(planned(stop(3), stop(4), vans=fleet))) == {"cheap"}


def test_a_van_may_end_at_another_depot() -> None:
    problem = Routing(
        roads=STREET,
        depots=[Depot(name="west", place=0), Depot(name="east", place=9)],
        vans=[replace(VAN, start="west", end="east")],
        stops=[stop(4)],
    )
    plan = solve(problem, Budget(work=20))
    assert (plan.distance_m, judge(problem, plan)) == (9000, [])


def test_a_stop_that_is_not_worth_the_way_is_left_out_and_says_so() -> None:
    plan = planned(stop(2), stop(11, prize=500), stop(3, prize=5000))
    assert visited(plan)["van"] in (["km 2", "km 3"], ["km 3", "km 2"])
    assert [(each.stop, each.constraint) for each in plan.unserved] == [("km 11", "prize")]
    assert plan.value == 6000 + 500


@pytest.mark.parametrize(
    ("late", "constraint"),
    [
        (stop(3, mass_g=5000), "mass_g"),
        (stop(3, volume_ml=9000), "volume_ml"),
        (stop(3, windows=(Window(0, 60),)), "windows"),
        (stop(11, service_s=9000), "shift"),
        (stop(11), "distance_m"),
    ],
)
def test_a_stop_that_no_van_can_reach_names_the_constraint(late: Stop, constraint: str) -> None:
    plan = planned(stop(1), late, vans=(replace(VAN, mass_g=4000, volume_ml=8000, distance_m=20_000),))
    assert [(each.stop, each.constraint) for each in plan.unserved] == [(late.name, constraint)]
    assert visited(plan) == {"van": ["km 1"]}


def test_when_not_all_fit_the_most_are_served_and_the_rest_name_the_capacity() -> None:
    plan = planned(*(stop(place, mass_g=400) for place in range(1, 8)), vans=(replace(VAN, mass_g=1200),))
    assert len(visited(plan)["van"]) == 3
    assert {each.constraint for each in plan.unserved} == {"mass_g"}


def test_when_the_windows_collide_the_rest_is_still_served() -> None:
    plan = planned(stop(11, windows=(Window(0, 700),)), stop(10, windows=(Window(0, 610),)), stop(1, windows=(Window(0, 70),)),
                   stop(2, windows=(Window(300, 330),)))  # fmt: skip
    assert [(each.stop, each.constraint) for each in plan.unserved] == [("km 2", "windows")]


def test_the_same_seed_and_work_give_the_same_plan() -> None:
    stops = [stop(place, mass_g=300 + place, service_s=40) for place in range(1, 12)]
    fleet = tuple(replace(VAN, name=f"van {k}", mass_g=1500) for k in range(3))
    assert planned(*stops, vans=fleet, work=200) == planned(*stops, vans=fleet, work=200)


def test_a_warm_start_keeps_the_names_of_equal_vans() -> None:
    fleet = tuple(replace(VAN, name=f"van {k}", parcels=2) for k in range(3))
    problem = street(stop(1), stop(2), stop(9), stop(10), vans=fleet)
    plan = solve(
        problem, Budget(work=20), warm={"van 2": ["km 9", "km 10"], "van 1": ["km 2", "km 1", "gone"]}
    )
    assert (set(visited(plan)["van 2"]), set(visited(plan)["van 1"])) == ({"km 9", "km 10"}, {"km 1", "km 2"})


def test_improvements_are_told_as_they_come_and_only_better_ones() -> None:
    told: list[int] = []
    plan = solve(street(*(stop(place) for place in range(1, 12))), Budget(work=200), improved=told.append)
    assert told == sorted(told, reverse=True)
    assert not told or told[-1] == plan.value


def test_a_budget_in_seconds_is_kept() -> None:
    assert planned(stop(1)).work == 50
    assert solve(street(stop(1)), Budget(seconds=0.05)).work > 0


@pytest.mark.parametrize(
    ("budget", "stops", "starts", "back"),
    [
        (Budget(work=0), 0, 0, 20),
        (Budget(work=3300), 100, 0, 44),
        (Budget(work=4000), 100, 2, 60),
        (Budget(seconds=2), 100, 3, 60),
        (Budget(seconds=10), 200, 5, 90),
        (Budget(seconds=20), 1000, 0, 80),
        (Budget(seconds=600), 1000, 5, 300),
    ],
)
def test_a_search_with_time_starts_several_times_and_looks_back_less_so_that_it_settles(
    budget: Budget, stops: int, starts: int, back: int
) -> None:
    assert paced(start(budget, 0.4).expected(stops), stops, anew=True) == (starts, back)


def test_a_plan_that_is_given_is_gone_on_from_at_once() -> None:
    assert paced(1_000_000, 100, anew=False) == (0, 300)


def test_several_starts_spend_no_more_work_than_one_and_the_same_seed_gives_the_same_plan() -> None:
    problem = street(*(stop(place) for place in range(1, 12)))
    plans = [solve(problem, Budget(work=4000), seed=5) for _ in range(2)]
    assert plans[0] == plans[1]
    assert plans[0].work == 4000
    assert not judge(problem, plans[0])


def test_no_stops_are_no_routes() -> None:
    assert planned() == Plan(routes=(), unserved=(), value=0, reasons=("nothing to plan",))


def test_without_any_search_there_is_still_a_plan() -> None:
    fleet = tuple(replace(VAN, name=f"van {k}", parcels=3) for k in range(4))
    plan = planned(*(stop(place) for place in range(1, 12)), vans=fleet, work=0)
    assert plan.unserved == ()


@pytest.mark.parametrize(
    ("spoil", "kind", "item"),
    [
        (lambda: street(stop(1), stop(1)), "stop_given_twice", "km 1"),
        (lambda: street(vans=(VAN, VAN)), "van_given_twice", "van"),
        (lambda: street(vans=()), "no_van", "vans"),
        (lambda: Routing(roads=STREET, depots=[], vans=[VAN], stops=[]), "no_depot", "depots"),
        (lambda: street(stop(PLACES)), "number_out_of_range", f"km {PLACES}"),
        (lambda: street(stop(1, mass_g=-1)), "number_out_of_range", "km 1"),
        (lambda: street(stop(1, mass_g=True)), "number_out_of_range", "km 1"),
        (lambda: street(stop(1, service_s=10**30)), "number_out_of_range", "km 1"),
        (lambda: street(stop(1, prize=-4)), "number_out_of_range", "km 1"),
        (lambda: street(stop(1, windows=(Window(9, 3),))), "window_backward", "km 1"),
        (lambda: street(vans=(replace(VAN, shift_start_s=9, shift_end_s=8),)), "shift_backward", "van"),
        (lambda: street(vans=(replace(VAN, end="moon"),)), "depot_unknown", "van"),
        (lambda: street(vans=(replace(VAN, meter_cost=10**9),)), "number_out_of_range", "van"),
        (lambda: Roads(KILOMETERS[:3], KILOMETERS), "matrix_not_square", "distance_m"),
        (lambda: Roads(KILOMETERS, KILOMETERS[:3, :3]), "matrix_not_square", "duration_s"),
        (lambda: Roads(KILOMETERS + 1, KILOMETERS), "diagonal_not_zero", "distance_m"),
        (lambda: Roads(KILOMETERS, KILOMETERS - 1), "number_out_of_range", "duration_s"),
        (lambda: Roads(KILOMETERS * 10**8, KILOMETERS), "number_out_of_range", "distance_m"),
        (lambda: Roads(KILOMETERS * 0.5, KILOMETERS), "number_out_of_range", "distance_m"),
        (lambda: roads([Point(91, 0)]), "number_out_of_range", "0"),
        (lambda: roads([Point(float("nan"), 0)]), "number_out_of_range", "0"),
        (lambda: roads([Point(0, 0)], speed_m_h=0), "number_out_of_range", "speed_m_h"),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(spoil: Any, kind: str, item: str) -> None:
    with pytest.raises(RouteRefused) as refused:
        spoil()
    assert (refused.value.kind, refused.value.item) == (kind, item)


def test_a_refusal_survives_the_way_between_processes() -> None:
    refused = RouteRefused("no_van", "vans", "there is no van")
    assert vars(pickle.loads(pickle.dumps(refused))) == vars(refused)


def test_straight_roads_know_how_far_paris_is_from_london() -> None:
    estimate = roads(
        [Point(48.8566, 2.3522), Point(51.5074, -0.1278)], circuity_percent=100, speed_m_h=100_000, leg_s=0
    )
    assert 343_000 < int(estimate.distance_m[0, 1]) < 345_000
    assert int(estimate.duration_s[0, 1]) == -(-int(estimate.distance_m[0, 1]) * 36 // 1000)
    assert estimate.duration_s[0, 0] == 0


def test_a_fixed_order_that_cannot_be_driven_says_where_it_breaks() -> None:
    early = stop(2, windows=(Window(0, 150),))
    assert timed(street(), VAN, [stop(9), early]) == Misfit(constraint="windows", stop="km 2")


COUNT = 9
APART = 1 - np.eye(COUNT, dtype=np.int64)


@st.composite
def problems(draw: st.DrawFn) -> Routing:
    number = st.integers(0, 2000)
    matrix = st.lists(st.lists(number, min_size=COUNT, max_size=COUNT), min_size=COUNT, max_size=COUNT)
    window = st.tuples(number, number).map(lambda w: Window(min(w), max(w)))
    stops = [
        Stop(
            name=f"s{k}",
            place=draw(st.integers(0, COUNT - 1)),
            mass_g=draw(st.integers(0, 40)),
            parcels=draw(st.integers(0, 3)),
            windows=tuple(draw(st.lists(window, max_size=3))),
            service_s=draw(st.integers(0, 200)),
            prize=draw(st.none() | number),
        )
        for k in range(draw(st.integers(0, 8)))
    ]
    vans = [
        Van(
            name=f"v{k}",
            start=draw(st.sampled_from(["a", "b"])),
            end=draw(st.sampled_from([None, "a", "b"])),
            mass_g=draw(st.none() | st.integers(0, 100)),
            parcels=draw(st.none() | st.integers(0, 6)),
            shift_start_s=draw(st.integers(0, 500)),
            shift_end_s=draw(st.integers(500, 6000)),
            distance_m=draw(st.none() | st.integers(0, 9000)),
            fixed_cost=draw(st.integers(0, 500)),
            meter_cost=draw(st.integers(0, 3)),
            second_cost=draw(st.integers(0, 2)),
        )
        for k in range(draw(st.integers(1, 3)))
    ]
    return Routing(
        roads=Roads(np.array(draw(matrix)) * APART, np.array(draw(matrix)) * APART),
        depots=[Depot(name="a", place=0), Depot(name="b", place=1)],
        vans=vans,
        stops=stops,
    )


@settings(max_examples=150, deadline=None)
@given(problems(), st.integers(0, 3))
def test_any_plan_stands_before_the_referee(problem: Routing, seed: int) -> None:
    plan = solve(problem, Budget(work=15), seed=seed)
    assert judge(problem, plan) == []
    for each in plan.unserved:
        if each.constraint != "prize":
            assert insert(problem, plan, each.stop).van is None


@settings(max_examples=150, deadline=None)
@given(problems())
def test_insertion_finds_the_cheapest_place_that_trying_all_finds(problem: Routing) -> None:
    plan = solve(problem, Budget(work=5))
    for route in plan.routes:
        lost = route.calls[len(route.calls) // 2].stop
        rest = [problem.stop_named[call.stop] for call in route.calls if call.stop != lost]
        van = problem.van_named[route.van]
        less = timed(problem, van, rest)
        if not isinstance(less, Route):
            continue
        others = tuple(each for each in plan.routes if each.van != route.van)
        before = Plan(routes=(*others, less) if rest else others, unserved=plan.unserved, value=0)
        found = insert(problem, before, lost)
        assert found.added_cost == _by_trying(problem, before, lost)


def _by_trying(problem: Routing, plan: Plan, late: str) -> int:
    costs = []
    for van in problem.vans:
        calls = next((route.calls for route in plan.routes if route.van == van.name), ())
        stops = [problem.stop_named[call.stop] for call in calls]
        was = next((route.cost for route in plan.routes if route.van == van.name), 0)
        for position in range(len(stops) + 1):
            trial = timed(problem, van, [*stops[:position], problem.stop_named[late], *stops[position:]])
            if isinstance(trial, Route):
                costs.append(trial.cost - was)
    return min(costs)
