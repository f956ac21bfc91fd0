"""Named rivals and our solver on the same suite, with the same seconds, one after the other; prints one table.

    .venv/bin/python bench/rivals/run.py --suite FOLDER [--only pyvrp,vroom] [--instances R101,RC208] [--seconds 2]

Each rival is a file `routes_NAME.py` beside this one: it says what it needs from PyPI, reads a question on stdin and
writes its routes to stdout. It runs in an environment of its own below `--into`, outside of git, and our referee judges
what it answers. Nothing of it is ever a dependency of Doorstep.
"""

import argparse
import ast
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import fmean
from time import perf_counter
from typing import Any

from doorstep.bench.solomon import SCALE, Instance, read_suite
from doorstep.solvers.budget import Budget
from doorstep.solvers.routes import Misfit, Plan, Route, judge, solve, timed

HERE = Path(__file__).parent
INTO = HERE.parents[1] / "build" / "rivals"
FEW = "R101,R201,C101,RC101,RC208"

Orders = list[list[int]]
"""Places of each route, in driving order."""


def main() -> None:
    """Measure and print."""
    wanted = _options()
    names = {path.stem.removeprefix("routes_"): path for path in sorted(HERE.glob("routes_*.py"))}
    chosen = wanted.only.split(",") if wanted.only else list(names)
    solvers: dict[str, Callable[[Instance, float, int], tuple[Orders, float]]] = {"doorstep": _ours}
    for name in chosen:
        python = installed(names[name], wanted.into / name)
        if python is None:
            print(f"{name} could not be installed here and is left out", file=sys.stderr)
        else:
            solvers[name] = _rival(python, names[name])
    suite = [each for each in read_suite(wanted.suite) if each.name in wanted.instances.split(",")]
    if not suite:
        sys.exit(f"none of {wanted.instances} is in {wanted.suite}")
    busy = os.getloadavg()[0]
    print(f"{os.cpu_count()} processors, load before the run {busy:.1f}; limits are seconds on the clock")
    rows = {name: list(_measured(name, solver, suite, wanted)) for name, solver in solvers.items()}
    _print(suite, rows)


def _options() -> argparse.Namespace:
    data = Path(os.environ.get("DOORSTEP_DATA", "."))
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--suite", type=Path, default=data / "vrptw")
    parser.add_argument("--only", default="")
    parser.add_argument("--instances", default=FEW)
    parser.add_argument("--seconds", type=float, default=2.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--into", type=Path, default=INTO)
    return parser.parse_args()


def installed(rival: Path, folder: Path) -> Path | None:
    """Make the rival's environment; return its Python, or None where its package cannot be had."""
    needs = next(
        ast.literal_eval(line.value)
        for line in ast.parse(rival.read_text(encoding="utf-8")).body
        if isinstance(line, ast.Assign) and ast.unparse(line.targets[0]) == "NEEDS"
    )
    python = folder / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *needs]
    return python if subprocess.run(pip, check=False).returncode == 0 else None


def _rival(python: Path, rival: Path) -> Callable[[Instance, float, int], tuple[Orders, float]]:
    def asked(instance: Instance, seconds: float, seed: int) -> tuple[Orders, float]:
        problem = instance.problem
        question = {
            "matrix": problem.roads.among(range(problem.roads.places)).distance_m.tolist(),
            "stops": [
                (stop.parcels, stop.service_s, stop.windows[0].start_s, stop.windows[0].end_s)
                for stop in problem.stops
            ],
            "vans": len(problem.vans),
            "capacity": problem.vans[0].parcels,
            "shift_end": problem.vans[0].shift_end_s,
            "seconds": seconds,
            "seed": seed,
        }
        done = subprocess.run(
            [str(python), str(rival)],
            input=json.dumps(question),
            capture_output=True,
            text=True,
            check=True,
            timeout=60 + 10 * seconds,
        )
        answer: dict[str, Any] = json.loads(done.stdout)
        return answer["routes"], answer["took_s"]

    return asked


def _ours(instance: Instance, seconds: float, seed: int) -> tuple[Orders, float]:
    begun = perf_counter()
    plan = solve(instance.problem, Budget(seconds=seconds), seed=seed)
    took_s = perf_counter() - begun
    places = {stop.name: stop.place for stop in instance.problem.stops}
    return [[places[call.stop] for call in route.calls] for route in plan.routes], took_s


def _measured(
    name: str, solver: Callable[..., tuple[Orders, float]], suite: list[Instance], wanted: argparse.Namespace
) -> Iterator[tuple[float | None, float]]:
    """Yield gap in percent (None: no sound plan) and seconds for each instance."""
    for instance in suite:
        orders, took_s = solver(instance, wanted.seconds, wanted.seed)
        gap = _gap(instance, orders)
        print(f"{name} {instance.name}: {gap} % in {took_s:.1f} s", file=sys.stderr)
        yield gap, took_s


def _gap(instance: Instance, orders: Orders) -> float | None:
    """Drive the routes by our clock; the referee must find every stop served and nothing broken."""
    problem, routes = instance.problem, list[Route]()
    stops = {stop.place: stop for stop in problem.stops}
    for van, order in zip(problem.vans, orders, strict=False):
        route = timed(problem, van, [stops[place] for place in order])
        if isinstance(route, Misfit):
            return None
        routes.append(route)
    plan = Plan(routes=tuple(routes), unserved=(), value=sum(route.cost for route in routes))
    if len(orders) > len(problem.vans) or judge(problem, plan):
        return None
    return round(100 * (plan.distance_m / SCALE / instance.best_known - 1), 2)


def _print(suite: list[Instance], rows: dict[str, list[tuple[float | None, float]]]) -> None:
    print("| % above the best known |", " | ".join(rows), "|\n|---|" + "---|" * len(rows))
    for number, instance in enumerate(suite):
        cells = [rows[name][number][0] for name in rows]
        print(f"| {instance.name} |", " | ".join("no plan" if c is None else f"{c:.2f}" for c in cells), "|")
    gaps = [[gap for gap, _ in each if gap is not None] for each in rows.values()]
    print("| mean of those solved |", " | ".join(f"{fmean(g):.2f}" if g else "-" for g in gaps), "|")
    took = [max(seconds for _, seconds in each) for each in rows.values()]
    print("| longest, s |", " | ".join(f"{seconds:.1f}" for seconds in took), "|")


if __name__ == "__main__":
    main()
