"""A late parcel finds its van while the others are out, and what is promised stays."""

import random
from dataclasses import replace

import pytest

from doorstep.solvers.routes import (
    Depot,
    Locks,
    Misfit,
    Plan,
    Point,
    RouteRefused,
    Routing,
    Stop,
    Van,
    Window,
    insert,
    judge,
    roads,
    timed,
)
from tests.solvers.test_routes import STREET, stop

VANS = (
    Van(name="east", start="center", parcels=4, shift_end_s=5000),
    Van(name="west", start="center", parcels=4, shift_end_s=5000),
)
LATE = stop(6)


def running(late: Stop = LATE, vans: tuple[Van, ...] = VANS) -> tuple[Routing, Plan]:
    """Return two vans on the street: east calls at 2, 5 and 8 km, west at 1 and 3 km."""
    orders = {"east": [stop(2), stop(5), stop(8, windows=(Window(0, 900),))], "west": [stop(1), stop(3)]}
    stops = [each for many in orders.values() for each in many]
    problem = Routing(roads=STREET, depots=[Depot(name="center", place=0)], vans=vans, stops=[*stops, late])
    routes = []
    for van in vans:
        route = timed(problem, van, orders[van.name])
        assert not isinstance(route, Misfit)
        routes.append(route)
    return problem, Plan(routes=tuple(routes), unserved=(), value=sum(route.cost for route in routes))


def test_a_late_stop_goes_where_it_adds_least_and_the_difference_is_told() -> None:
    problem, plan = running()
    found = insert(problem, plan, "km 6")
    assert (found.van, found.position, found.added_m) == ("east", 2, 0)
    assert "the least of all places" in found.reasons[0]
    assert judge(problem, found.plan) == []


def test_a_stop_on_the_way_that_takes_time_shifts_the_later_ones_and_says_by_how_much() -> None:
    problem, plan = running(stop(6, service_s=120))
    found = insert(problem, plan, "km 6")
    assert [(each.stop, each.now_s - each.was_s) for each in found.shifts] == [("km 8", 120)]


def test_no_promise_is_broken_for_a_late_stop() -> None:
    problem, plan = running(stop(6, service_s=600))
    found = insert(problem, plan, "km 6")
    assert (found.van, found.position) == ("east", 3)
    assert judge(problem, found.plan) == []


def test_a_van_that_has_left_takes_nothing_more() -> None:
    problem, plan = running()
    locks = Locks(closed=frozenset({"east"}))
    found = insert(problem, plan, "km 6", locks)
    assert found.van == "west"
    assert judge(problem, found.plan, locks, plan) == []


def test_the_next_stop_stays_the_next_stop() -> None:
    problem, plan = running(Stop(name="km 1, late", place=1))
    locks = Locks(fixed={"east": 2}, closed=frozenset({"west"}))
    found = insert(problem, plan, "km 1, late", locks)
    assert [call.stop for call in found.plan.routes[0].calls] == ["km 2", "km 5", "km 8", "km 1, late"]
    assert judge(problem, found.plan, locks, plan) == []


def test_a_loaded_parcel_goes_only_by_the_van_that_carries_it() -> None:
    problem, plan = running()
    found = insert(problem, plan, "km 6", Locks(loaded={"km 6": "west"}))
    assert found.van == "west"


def test_a_stop_that_nobody_can_take_leaves_the_plan_alone_and_says_why() -> None:
    problem, plan = running(stop(6, parcels=3))
    found = insert(problem, plan, "km 6")
    assert (found.van, found.plan.routes) == (None, plan.routes)
    assert [(each.stop, each.constraint) for each in found.plan.unserved] == [("km 6", "parcels")]
    assert "all the parcels it may take (2)" in found.reasons[0]


@pytest.mark.parametrize(("name", "kind"), [("km 9", "stop_unknown"), ("km 2", "stop_planned")])
def test_a_stop_that_cannot_be_late_is_refused_by_name(name: str, kind: str) -> None:
    problem, plan = running()
    with pytest.raises(RouteRefused) as refused:
        insert(problem, plan, name)
    assert (refused.value.kind, refused.value.item) == (kind, name)


def test_a_plan_of_another_fleet_is_refused() -> None:
    problem, plan = running()
    with pytest.raises(RouteRefused, match="unknown van"):
        insert(replace(problem, vans=VANS[:1]), plan, "km 6")


def test_twenty_late_stops_in_a_town_break_no_lock_and_no_window() -> None:
    draws = random.Random(3)
    points = [Point(52.5 + draws.uniform(-0.05, 0.05), 13.4 + draws.uniform(-0.08, 0.08)) for _ in range(101)]
    windows = [(Window(k * 3600, k * 3600 + 7200),) for k in range(3)]
    stops = [
        Stop(name=str(k), place=k, service_s=120, windows=draws.choice([*windows, ()])) for k in range(1, 101)
    ]
    vans = [Van(name=f"van {k}", start="center", parcels=20, shift_end_s=4 * 3600) for k in range(6)]
    problem = Routing(roads=roads(points), depots=[Depot(name="center", place=0)], vans=vans, stops=stops)
    plan = Plan(routes=(), unserved=(), value=0)
    for number in range(1, 81):
        plan = insert(problem, plan, str(number)).plan
    for number in range(81, 101):
        fixed = {route.van: min(3, len(route.calls)) for route in plan.routes}
        loaded = {call.stop: route.van for route in plan.routes for call in route.calls}
        locks = Locks(loaded=loaded, fixed=fixed)
        after = insert(problem, plan, str(number), locks).plan
        asked = replace(problem, stops=problem.stops[:number])
        assert judge(asked, after, locks, plan) == []
        plan = after


def test_goods_that_come_after_the_vans_were_loaded_are_left_with_the_reason() -> None:
    problem, plan = running(late=stop(6, release_s=1))
    found = insert(problem, plan, LATE.name, Locks(fixed={"east": 1, "west": 1}))
    assert found.van is None
    assert [(each.stop, each.constraint) for each in found.plan.unserved] == [(LATE.name, "locked")]
