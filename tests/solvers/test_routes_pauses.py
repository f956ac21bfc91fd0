"""Breaks and rests of a fixed order of visits end it as early as any way to pause could."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doorstep.solvers.routes import (
    Break,
    Depot,
    Hours,
    Kept,
    Misfit,
    Roads,
    Route,
    RouteRefused,
    Routing,
    Stop,
    Van,
    Window,
    judge,
    timed,
)
from doorstep.solvers.routes.plans import Plan
from tests.solvers.routes_world import VAN, planned, stop, street

LUNCH = Break(1000, 1300, 600)


def pauses(route: Route | Misfit) -> list[tuple[int, int, int]]:
    assert isinstance(route, Route)
    return [(pause.before, pause.start_s, pause.end_s) for pause in route.pauses]


def drive(van: Van, *stops: Stop) -> Route | Misfit:
    route = timed(street(*stops, vans=(van,)), van, stops)
    if isinstance(route, Route):
        plan = Plan(routes=(route,), unserved=(), value=route.cost)
        assert judge(street(*stops, vans=(van,)), plan) == []
    return route


def test_a_break_is_taken_on_the_road_when_no_door_fits() -> None:
    route = drive(replace(VAN, breaks=(Break(100, 200, 50),)), stop(5, service_s=100))
    assert pauses(route) == [(0, 200, 250)]
    assert isinstance(route, Route)
    assert (route.calls[0].arrival_s, route.end_s) == (350, 750)


def test_a_driver_who_is_back_before_the_break_may_end_owes_none() -> None:
    assert pauses(drive(replace(VAN, breaks=(LUNCH,)), stop(5))) == []


def test_a_driver_who_leaves_after_the_break_could_begin_owes_none() -> None:
    assert pauses(drive(replace(VAN, breaks=(LUNCH,)), stop(5, windows=(Window(2000, 2100),)))) == []


def test_a_wait_at_the_door_is_used_for_the_break() -> None:
    van = replace(VAN, breaks=(LUNCH,))
    route = drive(van, stop(5, windows=(Window(300, 300),)), stop(6, windows=(Window(2000, 2100),)))
    assert isinstance(route, Route)
    assert (len(route.pauses), route.calls[1].start_s, route.end_s) == (1, 2000, 2360)


def test_a_window_that_the_break_would_miss_is_named() -> None:
    van = replace(VAN, breaks=(LUNCH,))
    stops = (stop(5, windows=(Window(900, 900),), service_s=450), stop(6, windows=(Window(1400, 1420),)))
    assert drive(van, *stops) == Misfit(constraint="breaks", stop="km 6")


def test_a_long_drive_is_cut_by_a_rest_and_the_day_by_its_limit() -> None:
    hours = Hours(driving_s=400, rest_s=(300,), day_s=2000)
    assert (
        pauses(drive(replace(VAN, hours=hours), stop(10)))
        == [(0, 400, 700), (1, 1100, 1400), (1, 1800, 2100)][:2]
    )
    assert drive(replace(VAN, hours=replace(hours, day_s=1000)), stop(10)) == Misfit(
        constraint="hours", stop="km 10"
    )


def test_a_rest_may_come_in_parts_in_their_order() -> None:
    hours = Hours(driving_s=700, rest_s=(100, 200), day_s=9000)
    route = drive(replace(VAN, hours=hours), stop(10))
    assert [end - start for _, start, end in pauses(route)] == [100, 200]


def test_a_break_that_is_long_enough_counts_as_rest() -> None:
    hours = Hours(driving_s=700, rest_s=(200,), day_s=9000)
    route = drive(replace(VAN, hours=hours, breaks=(Break(300, 650, 250),)), stop(10))
    assert len(pauses(route)) == 1


def test_a_rest_comes_early_when_a_break_would_be_missed_behind_it() -> None:
    legs = np.array([[0, 0, 0], [0, 0, 200], [100, 0, 0]])
    breaks = (Break(0, 100, 100), Break(400, 500, 100))
    van = Van(name="van", start="center", breaks=breaks, hours=Hours(200, (300,), 500))
    stops = [Stop(name="a", place=1), Stop(name="b", place=2)]
    depots = [Depot(name="center", place=0)]
    route = timed(Routing(roads=Roads(legs, legs), depots=depots, vans=[van], stops=stops), van, stops)
    assert pauses(route) == [(1, 100, 200), (1, 200, 500), (1, 500, 600)]


def test_where_on_the_road_a_pause_is_taken_is_said_and_judged() -> None:
    route = drive(replace(VAN, breaks=(Break(100, 200, 50),)), stop(5, service_s=100))
    assert isinstance(route, Route)
    assert [pause.driven_s for pause in route.pauses] == [200]
    too_far = replace(route, pauses=(replace(route.pauses[0], driven_s=201),))
    problem = street(stop(5, service_s=100), vans=(replace(VAN, breaks=(Break(100, 200, 50),)),))
    faults = judge(problem, Plan(routes=(too_far,), unserved=(), value=too_far.cost))
    assert [fault.kind for fault in faults] == ["pause_misplaced"]


def test_what_is_done_already_stands_with_its_pauses() -> None:
    van = replace(VAN, breaks=(Break(100, 200, 50),))
    first, second = stop(5, service_s=100), stop(7)
    before = drive(van, first)
    assert isinstance(before, Route)
    problem = street(first, second, vans=(van,))
    after = timed(problem, van, [first, second], Kept(before, 1))
    assert isinstance(after, Route)
    assert (after.pauses, after.calls[0], after.depart_s) == (before.pauses, before.calls[0], before.depart_s)
    assert after.calls[1].arrival_s == before.calls[0].leave_s + 120


def test_a_plan_keeps_every_break_and_still_serves_everybody() -> None:
    van = replace(VAN, breaks=(LUNCH, Break(2500, 2800, 300)), hours=Hours(900, (300,), 5000))
    fleet = tuple(replace(van, name=f"van {k}") for k in range(3))
    stops = [stop(place, service_s=200, windows=(Window(0, 4000),)) for place in range(1, 12)]
    plan = planned(street(*stops, vans=fleet), work=200)
    assert plan.unserved == ()
    assert any(route.pauses for route in plan.routes)


@pytest.mark.parametrize(
    ("van", "kind"),
    [
        (replace(VAN, breaks=(Break(5, 4, 1),)), "break_backward"),
        (replace(VAN, breaks=(Break(5, 6, 0),)), "number_out_of_range"),
        (replace(VAN, breaks=(Break(5, 9, 1), Break(1, 10, 1))), "breaks_unordered"),
        (replace(VAN, breaks=(Break(5, 9, 1),) * 9), "number_out_of_range"),
        (replace(VAN, hours=Hours(0, (1,), 5)), "number_out_of_range"),
        (replace(VAN, hours=Hours(5, (), 5)), "number_out_of_range"),
    ],
)
def test_breaks_and_hours_that_make_no_sense_are_refused_by_name(van: Van, kind: str) -> None:
    with pytest.raises(RouteRefused) as refused:
        street(stop(1), vans=(van,))
    assert (refused.value.kind, refused.value.item) == (kind, "van")


SMALL = st.integers(0, 6)


@st.composite
def rounds(draw: st.DrawFn) -> tuple[Routing, Van, list[Stop]]:
    """Draw a short round in small numbers, so that every second can be tried."""
    count = draw(st.integers(1, 3))
    legs = np.array(draw(st.lists(st.lists(SMALL, min_size=4, max_size=4), min_size=4, max_size=4)))
    np.fill_diagonal(legs, 0)
    starts = sorted(draw(st.lists(st.integers(0, 25), max_size=2)))
    width = draw(st.integers(0, 6))
    van = Van(
        name="van",
        start="center",
        shift_end_s=draw(st.integers(20, 45)),
        breaks=tuple(Break(start, start + width, draw(st.integers(1, 5))) for start in starts),
        hours=draw(
            st.none()
            | st.builds(Hours, st.integers(2, 9), st.sampled_from([(3,), (1, 2), (2, 1)]), st.integers(5, 40))
        ),
    )
    stops = [
        Stop(
            name=str(k),
            place=k,
            windows=tuple(
                Window(start, start + draw(SMALL)) for start in draw(st.lists(st.integers(0, 30), max_size=2))
            ),
            service_s=draw(st.integers(0, 3)),
        )
        for k in range(1, count + 1)
    ]
    depot = Depot(name="center", place=0, loading_s=draw(st.integers(0, 2)))
    return Routing(roads=Roads(legs, legs), depots=[depot], vans=[van], stops=stops), van, stops


@settings(max_examples=300, deadline=None)
@given(rounds())
def test_the_end_is_as_early_as_trying_every_second_finds(
    given_round: tuple[Routing, Van, list[Stop]],
) -> None:
    problem, van, stops = given_round
    route = timed(problem, van, stops)
    tried = _tried(problem, van, stops)
    if van.hours is None or len(van.hours.rest_s) == 1:
        assert (route.end_s if isinstance(route, Route) else None) == tried
    if isinstance(route, Route):
        assert tried is not None
        assert tried <= route.end_s
        assert judge(problem, Plan(routes=(route,), unserved=(), value=route.cost)) == []


State = tuple[int, int, int, int, int]
"""Number of the next door, seconds of driving left to it, driven since the last rest, parts taken, breaks taken."""


def _tried(problem: Routing, van: Van, stops: list[Stop]) -> int | None:
    """Walk through time second by second with every state that a driver may be in."""
    places = [0, *(stop.place for stop in stops), 0]
    legs = [problem.roads.seconds(a, b) for a, b in pairwise(places)]
    if van.hours and sum(legs) > van.hours.day_s:
        return None
    at: dict[int, set[State]] = {}
    for now in range(problem.depots[0].loading_s, van.shift_end_s + 1):
        gone = sum(one.end_s < now for one in van.breaks)
        states = at.setdefault(now, set()) | {(0, legs[0], 0, 0, gone)}
        todo = list(states)
        while todo:
            state = todo.pop()
            door, left, _, _, breaks = state
            if door == len(stops) and not left and not any(one.end_s < now for one in van.breaks[breaks:]):
                return now
            for later, after in _steps(van, stops, legs, now, state):
                if later == now and after not in states:
                    states.add(after)
                    todo.append(after)
                elif later > now:
                    at.setdefault(later, set()).add(after)
    return None


def _steps(van: Van, stops: list[Stop], legs: list[int], now: int, state: State) -> list[tuple[int, State]]:
    door, left, since, part, breaks = state
    steps = [(now + 1, state)]
    if left and (van.hours is None or since < van.hours.driving_s):
        steps.append((now + 1, (door, left - 1, since + 1, part, breaks)))
    if not left and door < len(stops):
        windows = stops[door].windows
        if not windows or any(w.start_s <= now <= w.end_s for w in windows):
            steps.append((now + stops[door].service_s, (door + 1, legs[door + 1], since, part, breaks)))
    if van.hours and since:
        steps.append((now + van.hours.rest_s[part], (door, left, *_rested(van, part, since), breaks)))
    if breaks < len(van.breaks) and van.breaks[breaks].start_s <= now <= van.breaks[breaks].end_s:
        length = van.breaks[breaks].length_s
        enough = van.hours is not None and since > 0 and length >= van.hours.rest_s[part]
        rested = _rested(van, part, since) if enough else (since, part)
        steps.append((now + length, (door, left, *rested, breaks + 1)))
    return steps


def _rested(van: Van, part: int, since: int) -> tuple[int, int]:
    """Return the driving since the last rest, and the parts taken."""
    return (0, 0) if van.hours and part + 1 == len(van.hours.rest_s) else (since, part + 1)
