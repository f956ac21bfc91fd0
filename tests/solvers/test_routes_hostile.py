"""Hostile questions: numbers as large as they may be, or larger, get a sound plan or a refusal by name; never anything else."""

from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from doorstep.solvers.budget import Budget
from doorstep.solvers.routes import (
    UNREACHABLE,
    Break,
    Depot,
    Hours,
    Locks,
    Plan,
    Roads,
    RouteRefused,
    Routing,
    Stop,
    Van,
    Window,
    insert,
    judge,
    offered,
    replan,
    solve,
)
from tests.solvers.routes_world import worlds

COUNT = 5
LARGE = st.sampled_from([0, 1, 7, 10**4, 10**7, 10**9])
ABSURD = st.sampled_from([-1, 10**9 + 1, 10**12, 2**63, 10**30])
NUMBER = st.integers(0, 300).flatmap(lambda luck: ABSURD if luck == 300 else LARGE)
LEG = st.sampled_from([0, 1, 60, 10**5, UNREACHABLE])
FEW = st.integers(0, 10**4)


def window(draw: st.DrawFn) -> Window:
    start, end = draw(NUMBER), draw(NUMBER)
    return Window(min(start, end), max(start, end))


def hostile_van(draw: st.DrawFn, name: str) -> Van:
    start, end = sorted((draw(NUMBER), draw(NUMBER)))
    breaks = (Break(start, end, draw(NUMBER) + 1),) if draw(st.booleans()) else ()
    hours = Hours(draw(NUMBER) + 1, (draw(NUMBER) + 1,), draw(NUMBER)) if draw(st.booleans()) else None
    limits: dict[str, Any] = {
        field: draw(st.none() | NUMBER)
        for field in ("mass_g", "volume_ml", "parcels", "stops", "distance_m", "fair_s")
    }
    return Van(
        name=name,
        start="a",
        shift_start_s=start,
        shift_end_s=end,
        reloads=draw(st.integers(0, 2)),
        breaks=breaks,
        hours=hours,
        fixed_cost=draw(NUMBER),
        meter_cost=draw(FEW),
        second_cost=draw(FEW),
        unfair_cost=draw(FEW),
        **limits,
    )


def hostile_stop(draw: st.DrawFn, name: str) -> Stop:
    return Stop(
        name=name,
        place=draw(st.integers(0, COUNT - 1)),
        mass_g=draw(NUMBER),
        volume_ml=draw(NUMBER),
        parcels=draw(NUMBER),
        windows=tuple(window(draw) for _ in range(draw(st.integers(0, 2)))),
        service_s=draw(NUMBER),
        release_s=draw(st.sampled_from([0, 0, 10**9])),
        prize=draw(st.none() | NUMBER),
        pickup=draw(st.booleans()),
    )


@st.composite
def questions(draw: st.DrawFn) -> dict[str, Any]:
    """Draw what a hostile caller may ask; not all of it makes sense."""
    legs = st.lists(st.lists(LEG, min_size=COUNT, max_size=COUNT), min_size=COUNT, max_size=COUNT)
    apart = 1 - np.eye(COUNT, dtype=np.int64)
    return {
        "roads": Roads(np.array(draw(legs)) * apart, np.array(draw(legs)) * apart),
        "depots": [Depot(name="a", place=0, loading_s=draw(NUMBER))],
        "vans": [hostile_van(draw, f"v{k}") for k in range(draw(st.integers(0, 2)))],
        "stops": [hostile_stop(draw, f"s{k}") for k in range(draw(st.integers(0, 4)))],
    }


def sensible(asked: dict[str, Any]) -> Routing | None:
    """Return the question, or None when it is refused; anything but a refusal by name fails the test."""
    try:
        return Routing(**asked)
    except RouteRefused:
        return None


@settings(max_examples=150, deadline=None)
@given(questions(), st.integers(0, 3))
def test_a_hostile_question_gets_a_sound_plan_or_a_refusal_by_name(asked: dict[str, Any], seed: int) -> None:
    problem = sensible(asked)
    if problem is None:
        return
    plan = solve(problem, Budget(work=4), seed=seed)
    assert judge(problem, plan) == []
    again = replan(problem, plan, Budget(work=4), seed)
    assert judge(problem, again.plan, before=plan) == []


@settings(max_examples=100, deadline=None)
@given(questions())
def test_hostile_stops_inserted_one_by_one_break_nothing(asked: dict[str, Any]) -> None:
    problem = sensible(asked)
    if problem is None:
        return
    plan = Plan(routes=(), unserved=(), value=0)
    for each in problem.stops:
        plan = insert(problem, plan, each.name).plan
    assert judge(problem, plan) == []


@settings(max_examples=100, deadline=None)
@given(
    worlds(),
    st.lists(st.tuples(st.integers(0, 3000), st.integers(0, 900)), min_size=1, max_size=3),
    st.data(),
)
def test_every_window_that_is_offered_can_be_kept_at_the_price_that_was_told(
    problem: Routing, spans: list[tuple[int, int]], data: st.DataObject
) -> None:
    alone = [stop.name for stop in problem.wanted() if stop.source is None]
    if not alone:
        return
    late = data.draw(st.sampled_from(alone))
    others = [stop for stop in problem.stops if stop.name != late]
    plan = solve(
        Routing(roads=problem.roads, depots=problem.depots, vans=problem.vans, stops=others), Budget(work=5)
    )
    locks = Locks(fixed={route.van: data.draw(st.integers(0, len(route.calls))) for route in plan.routes})
    windows = [Window(start, start + width) for start, width in spans]
    for offer in offered(problem, plan, late, windows, locks):
        if offer.van is None:
            assert offer.message
            continue
        asked = next(stop for stop in problem.stops if stop.name == late)
        taken = Routing(
            roads=problem.roads,
            depots=problem.depots,
            vans=problem.vans,
            stops=[*others, Stop(**{**_fields(asked), "windows": (offer.window,)})],
        )
        found = insert(taken, plan, late, locks)
        assert (found.van, found.added_cost) == (offer.van, offer.added_cost)
        assert judge(taken, found.plan, locks, plan) == []
        start = next(call.start_s for route in found.plan.routes for call in route.calls if call.stop == late)
        assert start == offer.start_s


def _fields(stop: Stop) -> dict[str, Any]:
    return {name: getattr(stop, name) for name in Stop.__dataclass_fields__}
