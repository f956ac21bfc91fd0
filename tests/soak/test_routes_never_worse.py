"""No instance of a suite is ever planned with longer routes than when the file beside this test was written.

`never_worse_routes.json` holds no data of a suite: per instance, named by the hash of its question, the distance in the
suite's units that was reached with the iterations and the seed below. Another release of PyVRP wanders elsewhere, so its
number is in the name. With DOORSTEP_FREEZE=1 the test writes what has become better into it, and never what has become worse.
"""

import hashlib
import json
import os
from dataclasses import astuple
from importlib.metadata import version
from pathlib import Path

import pytest

from doorstep.bench.solomon import read_suite
from doorstep.solvers.budget import Budget
from doorstep.solvers.routes import Routing, judge, solve

FROZEN = Path(__file__).with_name("never_worse_routes.json")
DATA = Path(os.environ.get("DOORSTEP_DATA", "/nowhere")) / "vrptw"
WORK = 4000
SEED = 1

pytestmark = [
    pytest.mark.soak,
    pytest.mark.skipif(not (DATA / "bks.csv").is_file(), reason="DOORSTEP_DATA holds no suite of routes"),
]


def named(problem: Routing) -> str:
    roads = problem.roads.among(range(problem.roads.places))
    facts = [roads.distance_m.tolist(), [astuple(stop) for stop in problem.stops], len(problem.vans)]
    question = hashlib.sha256(json.dumps(facts, default=sorted).encode()).hexdigest()[:16]
    return f"{question}:pyvrp {version('pyvrp')}:work {WORK}:seed {SEED}"


def test_no_instance_is_driven_longer_than_before() -> None:
    frozen: dict[str, int] = json.loads(FROZEN.read_text(encoding="utf-8"))
    reached, worse, unsound = dict(frozen), [], []
    for instance in read_suite(DATA):
        plan = solve(instance.problem, Budget(work=WORK), seed=SEED)
        name = named(instance.problem)
        if judge(instance.problem, plan) or plan.unserved:
            unsound.append(instance.name)
        if plan.distance_m > frozen.get(name, plan.distance_m):
            worse.append((instance.name, frozen[name], plan.distance_m))
        reached[name] = min(plan.distance_m, reached.get(name, plan.distance_m))
    if os.environ.get("DOORSTEP_FREEZE") == "1":
        lines = ",\n".join(f"{json.dumps(name)}: {reached[name]}" for name in sorted(reached))
        FROZEN.write_text(f"{{\n{lines}\n}}\n", encoding="utf-8")
    assert unsound == []
    assert worse == []
