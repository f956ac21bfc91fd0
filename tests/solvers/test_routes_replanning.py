"""A running day changes only where that is worth it; promises and locks stand, and the difference is told stop by stop."""

import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doorstep.solvers.budget import Budget
from doorstep.solvers.routes import (
    Depot,
    Instability,
    Locks,
    Plan,
    Point,
    RouteRefused,
    Routing,
    Stop,
    Van,
    Window,
    judge,
    offered,
    replan,
    roads,
    solve,
    timed,
)
from doorstep.solvers.routes.plans import Route
from tests.solvers.routes_world import VAN, stop, street, visited, worlds

FREE = Instability(van=0, order=0, second=0)
FLEET = (replace(VAN, name="east"), replace(VAN, name="west"))


def running(
    orders: dict[str, list[Stop]], *late: Stop, vans: tuple[Van, ...] = FLEET
) -> tuple[Routing, Plan]:
    problem = street(*(each for stops in orders.values() for each in stops), *late, vans=vans)
    routes = []
    for van in vans:
        if van.name in orders:
            route = timed(problem, van, orders[van.name])
            assert isinstance(route, Route)
            routes.append(route)
    return problem, Plan(routes=tuple(routes), unserved=(), value=sum(route.cost for route in routes))


CROSSED = {"east": [stop(2), stop(9)], "west": [stop(3), stop(8)]}


def test_a_change_that_saves_more_than_it_disturbs_is_made_and_told_stop_by_stop() -> None:
    problem, plan = running(CROSSED)
    found = replan(problem, plan, Budget(work=200), instability=FREE)
    assert (found.accepted, found.plan.distance_m, found.saving) == (True, 18_000, 16_000)
    assert judge(problem, found.plan) == []
    assert {change.stop for change in found.changes} >= {
        change.stop for change in found.changes if change.was_van != change.now_van
    }
    assert all(change.message for change in found.changes)
    assert found.reasons[-1] == "the change saves 16000 and its instability costs 0: it is worth it"


def test_a_change_that_saves_less_than_it_disturbs_is_not_made() -> None:
    problem, plan = running(CROSSED)
    found = replan(problem, plan, Budget(work=200), instability=Instability(van=20_000))
    assert (found.accepted, visited(found.plan), found.kept) == (False, visited(plan), 100.0)


def test_a_loaded_parcel_stays_in_its_van_and_the_next_stop_the_next() -> None:
    problem, plan = running(CROSSED)
    locks = Locks(
        loaded={call.stop: route.van for route in plan.routes for call in route.calls}, fixed={"east": 1}
    )
    found = replan(problem, plan, Budget(work=200), locks=locks, instability=FREE)
    assert judge(problem, found.plan, locks, plan) == []


def test_a_promise_binds_even_where_the_stop_has_no_window() -> None:
    problem, plan = running({"east": [stop(2), stop(9)]}, stop(4, service_s=900))
    start = plan.routes[0].calls[1].start_s
    promised = {"km 9": Window(start - 60, start + 60)}
    found = replan(problem, plan, Budget(work=50), promises=promised, instability=FREE)
    times = {call.stop: call.start_s for route in found.plan.routes for call in route.calls}
    assert promised["km 9"].start_s <= times["km 9"] <= promised["km 9"].end_s
    assert "km 4" in times


def test_a_plan_that_breaks_a_promise_already_is_refused_by_name() -> None:
    problem, plan = running({"east": [stop(2), stop(9)]})
    with pytest.raises(RouteRefused) as refused:
        replan(problem, plan, Budget(work=5), promises={"km 9": Window(0, 10)})
    assert (refused.value.kind, refused.value.item) == ("promise_broken", "km 9")


@pytest.mark.parametrize(
    ("promises", "kind"),
    [({"moon": Window(0, 9)}, "stop_unknown"), ({"km 9": Window(9, 0)}, "window_backward")],
)
def test_promises_that_make_no_sense_are_refused_by_name(promises: dict[str, Window], kind: str) -> None:
    problem, plan = running({"east": [stop(2), stop(9)]})
    with pytest.raises(RouteRefused) as refused:
        replan(problem, plan, Budget(work=5), promises=promises)
    assert refused.value.kind == kind


def test_a_stop_that_is_canceled_leaves_its_route() -> None:
    problem, plan = running({"east": [stop(2), stop(5), stop(9)]})
    less = replace(problem, stops=[each for each in problem.stops if each.name != "km 5"])
    found = replan(less, plan, Budget(work=5))
    assert visited(found.plan) == {"east": ["km 2", "km 9"]}
    assert [change.message for change in found.changes if change.stop == "km 5"] == [
        "stop 'km 5' is not visited any more"
    ]
    assert judge(less, found.plan) == []


def test_a_late_stop_that_is_not_worth_its_way_stays_out() -> None:
    problem, plan = running({"east": [stop(2)]}, stop(11, prize=100))
    found = replan(problem, plan, Budget(work=5))
    assert [(each.stop, each.constraint) for each in found.plan.unserved] == [("km 11", "prize")]
    assert judge(problem, found.plan) == []


def test_the_windows_that_can_be_kept_are_offered_with_what_they_cost() -> None:
    problem, plan = running({"east": [stop(2, windows=(Window(0, 200),)), stop(9)]}, stop(5))
    early, late, never = Window(200, 400), Window(3000, 4000), Window(0, 10)
    offers = offered(problem, plan, "km 5", [early, late, never])
    assert [(offer.van is not None, offer.added_cost) for offer in offers] == [
        (True, 0),
        (True, 0),
        (False, 0),
    ]
    assert early.start_s <= offers[0].start_s <= early.end_s
    assert "too late" in offers[2].message


def test_an_offer_for_a_pair_or_a_window_backward_is_refused_by_name() -> None:
    problem, plan = running({"east": [stop(2)]}, stop(9, parcels=0), stop(5, source="km 9"))
    with pytest.raises(RouteRefused, match="two doors"):
        offered(problem, plan, "km 5", [])
    lone, plan = running({"east": [stop(2)]}, stop(5))
    with pytest.raises(RouteRefused, match="ends before it starts"):
        offered(lone, plan, "km 5", [Window(5, 1)])


@settings(max_examples=60, deadline=None)
@given(worlds(), st.integers(0, 3), st.data())
def test_any_day_that_is_planned_again_keeps_locks_and_promises(
    problem: Routing, seed: int, data: st.DataObject
) -> None:
    plan = solve(problem, Budget(work=10), seed=seed)
    calls = [(route.van, call) for route in plan.routes for call in route.calls]
    locks = Locks(
        loaded={call.stop: van for van, call in calls if data.draw(st.booleans())},
        fixed={route.van: data.draw(st.integers(0, len(route.calls))) for route in plan.routes},
        closed=frozenset(route.van for route in plan.routes if data.draw(st.booleans())),
    )
    promises = {call.stop: Window(call.start_s, call.start_s + 100) for _, call in calls}
    found = replan(problem, plan, Budget(work=10), seed, locks, promises, FREE)
    assert judge(problem, found.plan, locks, plan) == []
    for route in found.plan.routes:
        for call in route.calls:
            if call.stop in promises:
                assert promises[call.stop].start_s <= call.start_s <= promises[call.stop].end_s


def test_a_busy_town_is_planned_again_with_everything_loaded() -> None:
    draws = random.Random(4)
    points = [Point(52.5 + draws.uniform(-0.05, 0.05), 13.4 + draws.uniform(-0.08, 0.08)) for _ in range(91)]
    stops = [Stop(name=str(k), place=k, service_s=120) for k in range(1, 91)]
    vans = [Van(name=f"van {k}", start="center", parcels=20, shift_end_s=4 * 3600) for k in range(6)]
    whole = Routing(roads=roads(points), depots=[Depot(name="center", place=0)], vans=vans, stops=stops)
    plan = solve(replace(whole, stops=stops[:80]), Budget(work=200))
    locks = Locks(
        loaded={call.stop: route.van for route in plan.routes for call in route.calls},
        fixed={route.van: 2 for route in plan.routes},
    )
    found = replan(whole, plan, Budget(work=30), locks=locks)
    assert judge(whole, found.plan, locks, plan) == []
    assert found.plan.unserved == ()
    assert found.kept >= 80
