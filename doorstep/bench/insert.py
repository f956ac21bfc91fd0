"""A late stop goes into a running plan of 1,000 stops on 100 vans: how long that takes, and what it costs.

Then the day is planned again several times, each time with more late stops at once, while every parcel is loaded already
and every customer was told when: how long that takes, and how many stops keep the one before them. Times are those of the
processor for this process, so that neighbors on the machine do not count; nothing here waits or works in parallel.
"""

import random
from dataclasses import dataclass, field, replace
from time import process_time
from typing import Any

from doorstep.bench.report import Options, Report
from doorstep.solvers.budget import Budget
from doorstep.solvers.routes import (
    Depot,
    Locks,
    Plan,
    Point,
    Routing,
    Stop,
    Straight,
    Van,
    Window,
    insert,
    judge,
    replan,
    roads,
    solve,
)

STOPS, VANS, LATE = 1000, 100, 200
REPLANS, AT_ONCE = 10, 10
"""How often the day is planned again, and late stops that come with each time."""

REPLAN_S = 0.08
"""Budget of planning again; inserting what is late counts."""

TOLD_S = 1800
"""A customer is told the planned time, give or take so much."""

SHIFT_S, WINDOW_S = 9 * 3600, 2 * 3600
MATRIX_MOST = 3000
"""Places for which a whole matrix is made."""

KEPT_LEAST = 95.0
"""Percent of the stops that keep the one before them whenever the day is planned again."""

ARRIVED = 2
"""Calls of each van that are done or next when late stops come."""


@dataclass(slots=True)
class _Kept:
    """What the referee says over the day."""

    faults: int = 0
    broken: int = 0
    locks: bool = True

    def judge(self, problem: Routing, plan: Plan, locks: Locks, before: Plan) -> None:
        wrong = judge(problem, plan, locks, before)
        self.faults += len(wrong)
        self.broken += sum(fault.kind == "window_missed" for fault in wrong)
        self.locks = self.locks and not any("lock" in fault.kind or "closed" in fault.kind for fault in wrong)


@dataclass(slots=True)
class _Again:
    """What planning again took, and what it left as it was."""

    times_ms: list[float] = field(default_factory=list)
    kept_pct: list[float] = field(default_factory=list)
    accepted: int = 0


def run(options: Options) -> Report:
    """Plan a day, let every van drive on, insert late stops one after the other, then plan again with more of them."""
    stops, late = (200, 40) if options.quick else (STOPS, LATE)
    replans, at_once = (3, 4) if options.quick else (REPLANS, AT_ONCE)
    seconds = options.seconds or (3.0 if options.quick else 20.0)
    problem = day(stops + late + replans * at_once, VANS * stops // STOPS, options.seed)
    options.progress(f"planning {stops} stops for {seconds:.0f} s")
    plan = solve(_until(problem, stops), Budget(seconds=seconds, processor=True), seed=options.seed)
    kept, times_ms, taken = _Kept(), list[float](), 0
    for number in range(stops, stops + late):
        asked, locks = _until(problem, number + 1), _locks(plan)
        begun = process_time()
        found = insert(asked, plan, asked.stops[-1].name, locks)
        times_ms.append(1000 * (process_time() - begun))
        kept.judge(asked, found.plan, locks, plan)
        taken += found.van is not None
        plan = found.plan
        if (number - stops) % 50 == 49:
            options.progress(f"{number - stops + 1}/{late} inserted, the last in {times_ms[-1]:.1f} ms")
    again = _Again()
    for number in range(replans):
        asked = _until(problem, stops + late + (number + 1) * at_once)
        plan = _planned_again(asked, plan, options.seed + number, kept, again)
        options.progress(
            f"planned again in {again.times_ms[-1]:.0f} ms, {again.kept_pct[-1]:.1f} % of the stops keep the one before"
        )
    options.progress("planning the same day with everything known, for comparison")
    cold = solve(problem, Budget(seconds=seconds, processor=True), seed=options.seed)
    return _report(
        times_ms,
        kept,
        again,
        {
            "inserted": taken,
            "asked": len(times_ms),
            "vans_used": len(plan.routes),
            "cost_gap_pct": round(100 * (plan.distance_m / max(1, cold.distance_m) - 1), 2),
            "stops": len(problem.stops),
        },
    )


def _planned_again(asked: Routing, plan: Plan, seed: int, kept: _Kept, again: _Again) -> Plan:
    """Plan again with all parcels loaded and all customers told; the referee knows the promises as windows."""
    locks, told = _locks(plan), _told(asked, plan)
    begun = process_time()
    found = replan(asked, plan, Budget(seconds=REPLAN_S, processor=True), seed, locks, told)
    again.times_ms.append(1000 * (process_time() - begun))
    again.kept_pct.append(found.kept)
    again.accepted += found.accepted
    stops = [replace(stop, windows=(told[stop.name],)) if stop.name in told else stop for stop in asked.stops]
    kept.judge(replace(asked, stops=stops), found.plan, locks, plan)
    return found.plan


def day(stops: int, vans: int, seed: int, van_ml: int = 8_000_000) -> Routing:
    """Make a town of delivery addresses around a center: clusters, two-hour windows for two thirds, parcels of mixed size."""
    draws = random.Random(seed)
    hubs = [(draws.gauss(0, 0.06), draws.gauss(0, 0.1)) for _ in range(25)]
    points = [Point(52.52, 13.40)]
    for _ in range(stops):
        north, east = draws.choice(hubs)
        points.append(Point(52.52 + north + draws.gauss(0, 0.012), 13.40 + east + draws.gauss(0, 0.02)))
    windows = [
        (Window(start, start + WINDOW_S),)
        for start in range(WINDOW_S // 2, SHIFT_S - WINDOW_S - WINDOW_S // 2, WINDOW_S // 2)
    ]
    return Routing(
        roads=Straight(points) if stops > MATRIX_MOST else roads(points),
        depots=[Depot(name="center", place=0)],
        vans=[
            Van(name=f"van {k}", start="center", mass_g=900_000, volume_ml=van_ml, shift_end_s=SHIFT_S)
            for k in range(vans)
        ],
        stops=[
            Stop(
                name=f"stop {k}",
                place=k,
                mass_g=draws.randint(200, 20_000),
                volume_ml=draws.randint(1000, 120_000),
                windows=draws.choice(windows) if draws.random() < 0.66 else (),
                service_s=draws.randint(90, 300),
            )
            for k in range(1, stops + 1)
        ],
    )


def _until(problem: Routing, count: int) -> Routing:
    """Return the problem as known when `count` stops have been ordered."""
    return Routing(roads=problem.roads, depots=problem.depots, vans=problem.vans, stops=problem.stops[:count])


def _locks(plan: Plan) -> Locks:
    return Locks(
        loaded={call.stop: route.van for route in plan.routes for call in route.calls},
        fixed={route.van: min(ARRIVED, len(route.calls)) for route in plan.routes},
    )


def _told(problem: Routing, plan: Plan) -> dict[str, Window]:
    """Return what each customer was told: about the planned time, inside the window that was ordered."""
    told = {}
    for call in (call for route in plan.routes for call in route.calls):
        ordered = problem.stop_named[call.stop].windows or (Window(0, SHIFT_S),)
        told[call.stop] = Window(
            max(ordered[0].start_s, call.start_s - TOLD_S), min(ordered[0].end_s, call.start_s + TOLD_S)
        )
    return told


def _report(times_ms: list[float], kept: _Kept, again: _Again, details: dict[str, Any]) -> Report:
    ordered = sorted(times_ms)
    return Report(
        bench="insert",
        value=round(ordered[max(0, int(len(ordered) * 0.99) - 1)], 2),
        unit="ms per insertion, p99",
        checks={
            "locks_kept": kept.locks,
            "valid": kept.faults == 0,
            "no_promise_broken": kept.broken == 0,
            "order_kept": min(again.kept_pct) >= KEPT_LEAST,
        },
        details={
            "p50_ms": round(ordered[len(ordered) // 2], 2),
            "max_ms": round(ordered[-1], 2),
            "replan_ms": round(max(again.times_ms), 1),
            "replan_kept_pct": min(again.kept_pct),
            "replans": len(again.times_ms),
            "replans_accepted": again.accepted,
            **details,
        },
    )
