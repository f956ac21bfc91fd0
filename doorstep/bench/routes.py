"""Route planning against the best known distances, and against plain PyVRP with the same seconds in the same run.

Seconds are those of the processor, so that neighbors on the machine do not count; what a plan needs beyond its search is
in ours, not in the yardstick's. `--part 2/6` takes a sixth of the suite. `--effort high` plans a day of 10,000 stops instead, see `large`.
"""

import gc
import os
import resource
from pathlib import Path
from statistics import fmean
from typing import Any

from doorstep.bench import large
from doorstep.bench.plain_pyvrp import plain_distance
from doorstep.bench.report import Options, Report
from doorstep.bench.solomon import SCALE, Instance, read_suite
from doorstep.solvers.budget import Budget
from doorstep.solvers.routes import judge, solve

SECONDS = {100: 2.0, 200: 10.0}
"""Budget per instance by its number of customers."""

QUICK = ("R101", "R201", "C101", "RC101", "RC208")
QUICK_SECONDS = 2.0


def run(options: Options) -> Report:
    """Plan every instance of the suite and let the referee judge.

    Raises:
        FileNotFoundError: there is no suite; say where with `--suite` or `DOORSTEP_DATA`.
    """
    if options.effort == "high":
        return large.run(options)
    instances = _chosen(options)
    rows: list[dict[str, Any]] = []
    faults = 0
    for number, instance in enumerate(instances, 1):
        seconds = options.seconds or (
            QUICK_SECONDS if options.quick else SECONDS.get(instance.customers, instance.customers / 20)
        )
        plan = solve(instance.problem, Budget(seconds=seconds, processor=True), seed=options.seed)
        faults += len(judge(instance.problem, plan)) + len(plan.unserved)
        gc.collect()
        plain = plain_distance(instance.problem, seconds, options.seed)
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
    if options.quick:
        return quick
    number, count = options.part or (1, 1)
    chosen = instances[number - 1 :: count]  # every part has some of each kind
    if not chosen:
        raise ValueError(f"routes: the suite has {len(instances)} instances, too few for {count} parts")
    return chosen


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
