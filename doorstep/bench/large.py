"""A day of 10,000 stops in a town, planned in parts by two processes, and by plain PyVRP in one piece in the same time."""

import resource
from time import perf_counter

from doorstep.bench.insert import day
from doorstep.bench.plain_pyvrp import plain_distance
from doorstep.bench.report import Options, Report
from doorstep.platform.crew import Crew
from doorstep.solvers.budget import Budget
from doorstep.solvers.routes import Routing, judge, solve

STOPS, VANS = 10_000, 200
SECONDS = 100.0
HANDS = 2


def run(options: Options) -> Report:
    """Plan the day, let the referee judge, then let plain PyVRP plan it."""
    stops, vans = (2000, 40) if options.quick else (STOPS, VANS)
    seconds = options.seconds or (8.0 if options.quick else SECONDS)
    problem = day(stops, vans, options.seed)
    options.progress(f"planning {stops} stops for {seconds:.0f} s with {HANDS} processes")
    begun = perf_counter()
    plan = solve(
        problem,
        Budget(seconds=seconds, processor=True),
        seed=options.seed,
        crew=Crew(HANDS),
        improved=lambda value: options.progress(f"{perf_counter() - begun:6.1f} s: {value / 1000:.1f} km"),
    )
    took = perf_counter() - begun
    peak_mb = _peak_mb()
    faults = judge(problem, plan)
    options.progress("the same day by plain PyVRP")
    plain, plain_took = _plain(problem, seconds, options.seed)
    checks = {"valid": not faults, "all_served": not plan.unserved, "cheaper": plan.distance_m < plain}
    return Report(
        bench="routes",
        value=round(plan.distance_m / 1000, 1),
        unit="km for the day",
        ratios={"pyvrp_plain": round(plan.distance_m / plain, 4)},
        yardsticks={"pyvrp_plain": round(plain / 1000, 1)},
        checks=checks,
        details={
            "stops": stops,
            "vans": len(plan.routes),
            "seconds": round(took, 1),
            "plain_seconds": round(plain_took, 1),
            "peak_mb": peak_mb,
            "faults": [fault.message for fault in faults[:5]],
        },
    )


def _peak_mb() -> int:
    """Return this process's peak and, for each hand, that of the largest."""
    ours, hands = (
        resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    return (ours + HANDS * hands) // 1024


def _plain(problem: Routing, seconds: float, seed: int) -> tuple[int, float]:
    """Return its distance and time, in a process of its own, so that its memory is given back."""
    begun = perf_counter()
    (distance,) = Crew(1)(_asked, [(problem, seconds, seed)], lambda _number, _value: None)
    return distance, perf_counter() - begun


def _asked(problem: Routing, seconds: float, seed: int, _tell: object) -> int:
    return plain_distance(problem, seconds, seed)
