"""The referee finds what breaks a word beyond loads and windows: skills, reloads, pairs, goods, breaks, hours, costs of people."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doorstep.solvers.budget import Budget
from doorstep.solvers.routes import (
    UNREACHABLE,
    Break,
    Call,
    Depot,
    Hours,
    Plan,
    Roads,
    Route,
    Routing,
    Van,
    Window,
    judge,
    solve,
    timed,
)
from doorstep.solvers.routes.routing import Visit
from tests.solvers.routes_world import KILOMETERS, STREET, VAN, stop, street, worlds

LIFT = frozenset({"lift"})
RELOADING = replace(VAN, parcels=2, reloads=1)
LOADED = (Depot(name="center", place=0, loading_s=120), Depot(name="east", place=11))
PAIR = (stop(9, parcels=0), stop(2, source="km 9"))
LUNCH = replace(VAN, breaks=(Break(100, 200, 50),))
LONG = replace(VAN, hours=Hours(driving_s=700, rest_s=(300,), day_s=2000))

Case = tuple[Routing, Plan]


def driven(problem: Routing, *visits: Visit, **changes: object) -> Plan:
    """Return the plan of the first van in a given order, sound but for the changes."""
    route = timed(problem, problem.vans[0], visits)
    assert isinstance(route, Route)
    assert judge(problem, Plan(routes=(route,), unserved=(), value=route.cost)) == []
    return Plan(routes=(replace(route, **changes),), unserved=(), value=route.cost)  # type: ignore[arg-type]


def with_van(problem: Routing, van: Van) -> Routing:
    return replace(problem, vans=[van])


def skill() -> Case:
    problem = street(stop(5, needs=LIFT), vans=(replace(VAN, skills=LIFT),))
    return with_van(problem, VAN), driven(problem, *problem.stops)


def many_stops() -> Case:
    problem = street(stop(5), stop(6))
    return with_van(problem, replace(VAN, stops=1)), driven(problem, *problem.stops)


def reloaded() -> tuple[Routing, Plan]:
    problem = street(stop(1), stop(2), stop(3), vans=(RELOADING,), depots=LOADED)
    first, second, third = problem.stops
    return problem, driven(problem, first, LOADED[0], second, third)


def too_many_reloads() -> Case:
    problem, plan = reloaded()
    return with_van(problem, replace(RELOADING, reloads=0)), plan


def reload_at(**changes: object) -> Callable[[], Case]:
    def case() -> Case:
        problem, plan = reloaded()
        (route,) = plan.routes
        spoiled = replace(route.reloads[0], **changes)  # type: ignore[arg-type]
        return problem, replace(plan, routes=(replace(route, reloads=(spoiled,)),))

    return case


def loaded_too_fast() -> Case:
    problem, plan = reloaded()
    (route,) = plan.routes
    in_no_time = replace(route.reloads[0], leave_s=route.reloads[0].arrival_s)
    return problem, replace(plan, routes=(replace(route, reloads=(in_no_time,)),))


def overload_without_the_reload() -> Case:
    problem, plan = reloaded()
    return problem, replace(plan, routes=(replace(plan.routes[0], reloads=()),))


def pair_backward() -> Case:
    problem = street(*PAIR)
    plan = driven(problem, *PAIR)
    return problem, replace(plan, routes=(replace(plan.routes[0], calls=plan.routes[0].calls[::-1]),))


def pair_without_its_door() -> Case:
    problem = street(*PAIR)
    plan = driven(problem, *PAIR)
    return problem, replace(plan, routes=(replace(plan.routes[0], calls=plan.routes[0].calls[:1]),))


def pair_in_two_trips() -> Case:
    bare = street(PAIR[0], replace(PAIR[1], source=None), vans=(replace(VAN, reloads=1),))
    plan = driven(bare, bare.stops[0], bare.depots[0], bare.stops[1])
    return replace(bare, stops=PAIR), plan


def picked_up_on_a_full_van() -> Case:
    stops = stop(4, parcels=2, pickup=True), stop(6, parcels=2)
    wide = street(*stops, vans=(replace(VAN, parcels=4),))
    return with_van(wide, replace(VAN, parcels=2)), driven(wide, *stops)


def goods_not_there() -> Case:
    problem = street(stop(5))
    return street(stop(5, release_s=10**6)), driven(problem, *problem.stops)


def with_pause(van: Van, change: Callable[[Route], Route]) -> Callable[[], Case]:
    def case() -> Case:
        problem = street(stop(10, service_s=100), vans=(van,))
        plan = driven(problem, *problem.stops)
        return problem, replace(plan, routes=(change(plan.routes[0]),))

    return case


def no_pause(route: Route) -> Route:
    return replace(route, pauses=())


def cut_short(route: Route) -> Route:
    (pause, *others) = route.pauses
    return replace(route, pauses=(replace(pause, end_s=pause.end_s - 1), *others))


def while_serving(route: Route) -> Route:
    (pause, *others) = route.pauses
    start = route.calls[0].start_s
    return replace(route, pauses=(replace(pause, start_s=start, end_s=start + 50), *others))


def day_too_long() -> Case:
    problem = street(stop(10), vans=(LONG,))
    assert LONG.hours is not None
    short = replace(LONG, hours=replace(LONG.hours, day_s=1199))
    return with_van(problem, short), driven(problem, *problem.stops)


def no_road() -> Case:
    seconds = KILOMETERS * 60
    seconds[0, 7] = UNREACHABLE
    problem = street(stop(7))
    closed = replace(problem, roads=Roads(STREET.distance_m, seconds))
    return closed, driven(problem, *problem.stops)


def cheap_zone() -> Case:
    problem = street(stop(5, zone="north"))
    return with_van(problem, replace(VAN, zone_costs=(("north", 7),))), driven(problem, *problem.stops)


def cheap_overtime() -> Case:
    problem = street(stop(5))
    return with_van(problem, replace(VAN, fair_s=100, unfair_cost=1)), driven(problem, *problem.stops)


def second_window_missed() -> Case:
    free = street(stop(5))
    return street(stop(5, windows=(Window(0, 9), Window(5000, 6000)))), driven(free, *free.stops)


FAULTS: list[tuple[str, Callable[[], Case]]] = [
    ("skill_missing", skill),
    ("stops_over", many_stops),
    ("reload_wrong", too_many_reloads),
    ("reload_wrong", reload_at(depot="east")),
    ("reload_wrong", reload_at(before=3)),
    ("depot_unknown", reload_at(depot="moon")),
    ("loading_short", loaded_too_fast),
    ("overload", overload_without_the_reload),
    ("overload", picked_up_on_a_full_van),
    ("pair_torn", pair_backward),
    ("pair_torn", pair_without_its_door),
    ("pair_torn", pair_in_two_trips),
    ("goods_missing", goods_not_there),
    ("break_missed", with_pause(LUNCH, no_pause)),
    ("break_wrong", with_pause(LUNCH, cut_short)),
    ("pause_misplaced", with_pause(LUNCH, while_serving)),
    ("rest_missed", with_pause(LONG, no_pause)),
    ("rest_missed", with_pause(LONG, cut_short)),
    ("driving_long", day_too_long),
    ("no_road", no_road),
    ("cost_wrong", cheap_zone),
    ("cost_wrong", cheap_overtime),
    ("window_missed", second_window_missed),
]


@pytest.mark.parametrize(
    ("kind", "case"), FAULTS, ids=[f"{kind}-{number}" for number, (kind, _) in enumerate(FAULTS)]
)
def test_a_planted_fault_of_a_word_is_found_and_says_what_is_wrong(
    kind: str, case: Callable[[], Case]
) -> None:
    found = judge(*case())
    assert kind in {fault.kind for fault in found}
    assert all(fault.message and fault.item for fault in found)


def spoiled(plan: Plan, number: int, what: str, by: int) -> Plan:
    """Change one number that a plan says of itself."""
    route = plan.routes[number]
    if what == "load":
        changed = replace(route, load={measure: load + by for measure, load in route.load.items()})
    else:
        changed = replace(route, **{what: getattr(route, what) + by})
    routes = (*plan.routes[:number], changed, *plan.routes[number + 1 :])
    return replace(plan, routes=routes)


@settings(max_examples=60, deadline=None)
@given(worlds(), st.integers(-9, 9).filter(bool), st.data())
def test_any_sum_of_any_plan_that_is_wrong_by_a_little_is_found(
    problem: Routing, by: int, data: st.DataObject
) -> None:
    plan = solve(problem, Budget(work=5))
    assert judge(problem, replace(plan, value=plan.value + by)) != []
    if plan.routes:
        number = data.draw(st.integers(0, len(plan.routes) - 1))
        what = data.draw(st.sampled_from(["load", "distance_m", "duration_s", "cost", "end_s", "depart_s"]))
        assert judge(problem, spoiled(plan, number, what, by)) != []


@settings(max_examples=60, deadline=None)
@given(worlds(), st.data())
def test_any_call_of_any_plan_that_is_lost_or_made_twice_is_found(
    problem: Routing, data: st.DataObject
) -> None:
    plan = solve(problem, Budget(work=5))
    if not plan.routes:
        return
    route = data.draw(st.sampled_from(plan.routes))
    number = data.draw(st.integers(0, len(route.calls) - 1))
    calls: tuple[Call, ...] = (*route.calls[:number], *route.calls[number + 1 :])
    if data.draw(st.booleans()):
        calls = (*route.calls, route.calls[number])
    others = tuple(each for each in plan.routes if each is not route)
    assert judge(problem, replace(plan, routes=(*others, replace(route, calls=calls)))) != []
