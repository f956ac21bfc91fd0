"""The referee finds every planted fault: what a plan says about itself counts for nothing."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from doorstep.solvers.budget import Budget
from doorstep.solvers.routes import (
    Call,
    Depot,
    Locks,
    Plan,
    Route,
    Routing,
    Unserved,
    Van,
    Window,
    judge,
    solve,
)
from tests.solvers.test_routes import STREET, stop

PROBLEM = Routing(
    roads=STREET,
    depots=[Depot(name="center", place=0)],
    vans=[
        Van(name="van", start="center", mass_g=100, shift_start_s=100, shift_end_s=3000, distance_m=30_000),
        Van(name="other", start="center", mass_g=1, shift_end_s=3000),
    ],
    stops=[stop(2, mass_g=40, windows=(Window(300, 900),), service_s=60), stop(7, mass_g=50)],
)
GOOD = solve(PROBLEM, Budget(work=20))


def route(**changes: object) -> Plan:
    return replace(GOOD, routes=(replace(GOOD.routes[0], **changes),))  # type: ignore[arg-type]


def calls(change: Callable[[Call], Call]) -> Plan:
    return route(calls=tuple(change(call) for call in GOOD.routes[0].calls))


def late(by_s: int) -> Plan:
    moved = calls(
        lambda c: replace(c, arrival_s=c.arrival_s + by_s, start_s=c.start_s + by_s, leave_s=c.leave_s + by_s)
    )
    first = moved.routes[0]
    return replace(moved, routes=(replace(first, depart_s=first.depart_s + by_s, end_s=first.end_s + by_s),))


FIRST = GOOD.routes[0] if GOOD.routes else None
LEFT = Unserved(stop="km 7", constraint="mass_g", message="too heavy")


def other_van() -> Plan:
    return route(van="other")


FAULTS: list[tuple[str, Callable[[], Plan]]] = [
    ("stop_lost", lambda: route(calls=GOOD.routes[0].calls[:1])),
    ("stop_twice", lambda: route(calls=GOOD.routes[0].calls * 2)),
    ("stop_both", lambda: replace(GOOD, unserved=(LEFT,))),
    ("stop_unknown", lambda: replace(GOOD, unserved=(replace(LEFT, stop="moon"),))),
    ("no_reason", lambda: replace(GOOD, routes=(), unserved=(replace(LEFT, constraint=""),))),
    ("van_twice", lambda: replace(GOOD, routes=GOOD.routes * 2)),
    ("van_unknown", lambda: route(van="ghost")),
    ("route_empty", lambda: route(calls=())),
    ("overload", other_van),
    ("load_wrong", lambda: route(load={"mass_g": 1, "volume_ml": 0, "parcels": 2})),
    ("time_travel", lambda: calls(lambda c: replace(c, arrival_s=c.arrival_s - 100))),
    ("service_short", lambda: calls(lambda c: replace(c, leave_s=c.start_s))),
    ("window_missed", lambda: late(800)),
    ("shift_late", lambda: late(2500)),
    ("shift_early", lambda: route(depart_s=0)),
    ("distance_wrong", lambda: route(distance_m=1)),
    ("duration_wrong", lambda: route(duration_s=1)),
    ("cost_wrong", lambda: route(cost=1)),
    ("value_wrong", lambda: replace(GOOD, value=1)),
]


def test_the_good_plan_is_good() -> None:
    assert judge(PROBLEM, GOOD) == []
    assert sorted(call.stop for call in GOOD.routes[0].calls) == ["km 2", "km 7"]


@pytest.mark.parametrize(("kind", "spoiled"), FAULTS, ids=[kind for kind, _ in FAULTS])
def test_a_planted_fault_is_found(kind: str, spoiled: Callable[[], Plan]) -> None:
    assert kind in {fault.kind for fault in judge(PROBLEM, spoiled())}


def test_a_route_longer_than_the_van_may_drive_is_found() -> None:
    short = replace(PROBLEM, vans=[replace(PROBLEM.vans[0], distance_m=13_999), PROBLEM.vans[1]])
    assert "distance_over" in {fault.kind for fault in judge(short, GOOD)}


def test_a_loaded_parcel_in_another_van_is_found() -> None:
    found = judge(PROBLEM, GOOD, Locks(loaded={"km 2": "other"}))
    assert [fault.kind for fault in found] == ["van_lock"]


def test_a_changed_next_stop_is_found() -> None:
    turned = route(calls=GOOD.routes[0].calls[::-1])
    found = judge(PROBLEM, turned, Locks(fixed={"van": 1}), before=GOOD)
    assert "order_lock" in {fault.kind for fault in found}


def test_a_stop_added_to_a_van_that_has_left_is_found() -> None:
    before = route(calls=GOOD.routes[0].calls[:1])
    found = judge(PROBLEM, GOOD, Locks(closed=frozenset({"van"})), before=before)
    assert [fault.kind for fault in found] == ["van_closed"]


def test_every_kind_of_fault_says_what_is_wrong() -> None:
    told = [fault for _, spoiled in FAULTS for fault in judge(PROBLEM, spoiled())]
    assert all(fault.message and fault.item for fault in told)
    assert isinstance(FIRST, Route)
