"""No instance of a suite is ever batched into longer walks than when the file beside this test was written.

`never_worse_picking.json` holds no data of a suite: per instance, named by the hash of its question, the length of all walks
in mm that was reached with the budget of work and the seed below. With DOORSTEP_FREEZE=1 the test writes what has become
better into it, and never what has become worse.
"""

import hashlib
import json
import os
from pathlib import Path

import pytest

from doorstep.bench.henn_waescher import read_suite
from doorstep.solvers.batches import Batching, solve
from doorstep.solvers.batches.referee import judge
from doorstep.solvers.budget import Budget
from doorstep.solvers.compiled import core
from doorstep.solvers.walk import Floor

FROZEN = Path(__file__).with_name("never_worse_picking.json")
DATA = Path(os.environ.get("DOORSTEP_DATA", "/nowhere")) / "picking" / "henn-waescher"
WORK = 400_000
SEEDS = (1, 2, 3)

pytestmark = [
    pytest.mark.soak,
    pytest.mark.skipif(not DATA.is_dir(), reason="DOORSTEP_DATA holds no suite of order batching"),
    pytest.mark.skipif(core("batches") is None, reason="takes hours without the compiled core"),
]


def named(problem: Batching, seed: int) -> str:
    floor = problem.floor
    assert not isinstance(floor, Floor)
    facts = [
        sorted([spot.x_mm, spot.y_mm] for spot in floor.places.values()),
        floor.cross_aisles_mm,
        [[order.name, order.bins, order.articles] for order in problem.orders],
        problem.cart.articles,
    ]
    return f"{hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:16]}:work {WORK}:seed {seed}"


def test_no_instance_is_walked_longer_than_before() -> None:
    frozen: dict[str, int] = json.loads(FROZEN.read_text(encoding="utf-8"))
    reached, worse, unsound = dict(frozen), [], []
    for instance in read_suite(DATA):
        for seed in SEEDS:
            answer = solve(instance.problem, Budget(work=WORK), seed=seed)
            name = named(instance.problem, seed)
            if judge(instance.problem, answer):
                unsound.append(name)
            if answer.value_mm > frozen.get(name, answer.value_mm):
                worse.append((name, frozen[name], answer.value_mm))
            reached[name] = min(answer.value_mm, reached.get(name, answer.value_mm))
    if os.environ.get("DOORSTEP_FREEZE") == "1":
        lines = ",\n".join(f"{json.dumps(name)}: {reached[name]}" for name in sorted(reached))
        FROZEN.write_text(f"{{\n{lines}\n}}\n", encoding="utf-8")
    assert unsound == []
    assert worse == []
