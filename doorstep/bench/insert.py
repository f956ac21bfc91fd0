"""A late stop goes into a running plan of 1,000 stops on 100 vans: how long that takes, and what it costs."""

import random
from time import perf_counter

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
    roads,
    solve,
)

STOPS, VANS, LATE = 1000, 100, 200
SHIFT_S, WINDOW_S = 9 * 3600, 2 * 3600
MATRIX_MOST = 3000
"""Places for which a whole matrix is made."""

ARRIVED = 2
"""Calls of each van that are done or next when late stops come."""


def run(options: Options) -> Report:
    """Plan a day, let every van drive on, and insert late stops one after the other."""
    stops, late = (200, 40) if options.quick else (STOPS, LATE)
    seconds = options.seconds or (3.0 if options.quick else 20.0)
    problem = day(stops + late, VANS * stops // STOPS, options.seed)
    options.progress(f"planning {stops} stops for {seconds:.0f} s")
    plan = solve(_until(problem, stops), Budget(seconds=seconds), seed=options.seed)
    times_ms: list[float] = []
    taken, faults, locks_kept, broken = 0, 0, True, 0
    for number in range(stops, stops + late):
        asked = _until(problem, number + 1)
        locks = _locks(plan)
        begun = perf_counter()
        found = insert(asked, plan, asked.stops[-1].name, locks)
        times_ms.append(1000 * (perf_counter() - begun))
        wrong = judge(asked, found.plan, locks, plan)
        faults += len(wrong)
        locks_kept = locks_kept and not any("lock" in fault.kind or "closed" in fault.kind for fault in wrong)
        broken += sum(fault.kind == "window_missed" for fault in wrong)
        taken += found.van is not None
        plan = found.plan
        if (number - stops) % 50 == 49:
            options.progress(f"{number - stops + 1}/{late} inserted, the last in {times_ms[-1]:.1f} ms")
    return _report(options, problem, plan, times_ms, taken, faults == 0, locks_kept, broken)


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


def _report(
    options: Options,
    problem: Routing,
    plan: Plan,
    times_ms: list[float],
    taken: int,
    valid: bool,
    locks_kept: bool,
    broken: int,
) -> Report:
    """Compare the plan that grew with one that knew everything from the start and had as long to think."""
    known = _until(problem, len(problem.stops))
    options.progress("planning the same day with everything known, for comparison")
    cold = solve(
        known, Budget(seconds=options.seconds or (3.0 if options.quick else 20.0)), seed=options.seed
    )
    ordered = sorted(times_ms)
    return Report(
        bench="insert",
        value=round(ordered[max(0, int(len(ordered) * 0.99) - 1)], 2),
        unit="ms per insertion, p99",
        checks={"locks_kept": locks_kept, "valid": valid, "no_promise_broken": broken == 0},
        details={
            "p50_ms": round(ordered[len(ordered) // 2], 2),
            "max_ms": round(ordered[-1], 2),
            "inserted": taken,
            "asked": len(times_ms),
            "vans_used": len(plan.routes),
            "cost_gap_pct": round(100 * (plan.distance_m / max(1, cold.distance_m) - 1), 2),
            "stops": len(problem.stops),
        },
    )
