"""Route planning against the best known distances, and against plain PyVRP with the same seconds in the same run."""

import gc
import os
import resource
from pathlib import Path
from statistics import fmean
from typing import Any

import pyvrp
import pyvrp.stop

from doorstep.bench.report import Options, Report
from doorstep.bench.solomon import SCALE, Instance, read_suite
from doorstep.solvers.budget import Budget
from doorstep.solvers.routes import Routing, judge, solve

SECONDS = {100: 2.0, 200: 10.0}
"""Budget per instance by its number of customers."""

QUICK = ("R101", "R201", "C101", "RC101", "RC208")
QUICK_SECONDS = 2.0


def run(options: Options) -> Report:
    """Plan every instance of the suite and let the referee judge.

    Raises:
        FileNotFoundError: there is no suite; say where with `--suite` or `DOORSTEP_DATA`.
    """
    instances = _chosen(options)
    rows: list[dict[str, Any]] = []
    faults = 0
    for number, instance in enumerate(instances, 1):
        seconds = options.seconds or (
            QUICK_SECONDS if options.quick else SECONDS.get(instance.customers, instance.customers / 20)
        )
        plan = solve(instance.problem, Budget(seconds=seconds), seed=options.seed)
        faults += len(judge(instance.problem, plan)) + len(plan.unserved)
        gc.collect()
        plain = _plain(instance.problem, seconds, options.seed)
        row = {
            "instance": instance.name,
            "customers": instance.customers,
            "gap_pct": _gap(plan.distance_m, instance),
            "plain_pct": _gap(plain, instance),
            "vans": len(plan.routes),
            "work": plan.work,
        }
        rows.append(row)
        options.progress(
            f"{number}/{len(instances)} {instance.name}: {row['gap_pct']:.2f} % above the best known, "
            f"plain PyVRP {row['plain_pct']:.2f} %"
        )
    mean, plain_mean = fmean(row["gap_pct"] for row in rows), fmean(row["plain_pct"] for row in rows)
    return Report(
        bench="routes",
        value=round(mean, 4),
        unit="% above best known, mean",
        ratios={"pyvrp_plain": round((100 + mean) / (100 + plain_mean), 6)},
        yardsticks={"pyvrp_plain": round(plain_mean, 4)},
        checks={"valid": faults == 0},
        details={
            "by_size_pct": _by_size(rows),
            "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
            "instances": rows,
        },
    )


def _chosen(options: Options) -> list[Instance]:
    data = os.environ.get("DOORSTEP_DATA")
    suite = options.suite or (Path(data) / "vrptw" if data else None)
    if suite is None or not (suite / "bks.csv").is_file():
        raise FileNotFoundError(
            "routes: give a folder with bks.csv as --suite, or its parent as DOORSTEP_DATA"
        )
    instances = read_suite(suite)
    quick = [each for each in instances if each.name in QUICK] or instances[:5]
    return quick if options.quick else instances


def _gap(distance: int, instance: Instance) -> float:
    return round(100 * (distance / SCALE / instance.best_known - 1), 4)


def _by_size(rows: list[dict[str, Any]]) -> dict[str, dict[str, float]]:
    return {
        str(size): {
            key: round(fmean(row[key] for row in rows if row["customers"] == size), 4)
            for key in ("gap_pct", "plain_pct")
        }
        for size in sorted({row["customers"] for row in rows})
    }


def _plain(problem: Routing, seconds: float, seed: int) -> int:
    """Return the distance that PyVRP's own modeling interface reaches."""
    van = problem.vans[0]
    roads = problem.roads.among(range(problem.roads.places))
    distances: Any = [roads.distance_m]
    durations: Any = [roads.duration_s]
    data = pyvrp.ProblemData(
        locations=[pyvrp.Location(0, 0)] * problem.roads.places,
        clients=[
            pyvrp.Client(
                stop.place,
                delivery=[stop.parcels],
                service_duration=stop.service_s,
                tw_early=stop.windows[0].start_s,
                tw_late=stop.windows[0].end_s,
            )
            for stop in problem.stops
        ],
        depots=[pyvrp.Depot(0)],
        vehicle_types=[pyvrp.VehicleType(len(problem.vans), [van.parcels or 0], tw_late=van.shift_end_s)],
        distance_matrices=distances,
        duration_matrices=durations,
    )
    result = pyvrp.solve(
        data, stop=pyvrp.stop.MaxRuntime(seconds), seed=seed, collect_stats=False, display=False
    )
    return int(result.best.distance()) if result.is_feasible() else 2 * problem.roads.places * 10**6
