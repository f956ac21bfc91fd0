"""No order of a suite is ever packed worse than it was when the file beside this test was written.

`never_worse_cartons.json` holds no data of a suite: it names orders and containers by the hash of their question, and says
what was reached for each by a budget of work, which is the same on every machine. With DOORSTEP_FREEZE=1 the test writes what
has become better into it, and never what has become worse.
"""

import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from doorstep.bench.br import read_class
from doorstep.bench.carton_suite import read_suite
from doorstep.solvers.budget import Budget
from doorstep.solvers.cartons import Packing, judge, solve
from doorstep.solvers.compiled import core

FROZEN = Path(__file__).with_name("never_worse_cartons.json")
DATA = Path(os.environ.get("DOORSTEP_DATA", "/nowhere"))
WORK = 20
BR_WORK = 200
BR_PROBLEMS = 5
"""Per class; all of them would take an hour in pure Python."""

pytestmark = [
    pytest.mark.soak,
    pytest.mark.skipif(not (DATA / "cartons").is_dir(), reason="DOORSTEP_DATA holds no suite of cartons"),
    pytest.mark.skipif(core("cartons") is None, reason="takes hours without the compiled core"),
]


def questions() -> Iterator[tuple[str, Packing, int]]:
    for order in read_suite(DATA / "cartons"):
        yield "3d", order.problem, WORK
        yield "flat", order.keep_flat(), WORK
    for path in sorted((DATA / "br").glob("BR*.txt")):
        for problem in read_class(path)[:BR_PROBLEMS]:
            yield "br", problem.packing, BR_WORK


def named(way: str, problem: Packing) -> str:
    facts = [
        sorted(
            (*item.sides, item.weight_g, item.quantity, item.rotations, item.stands) for item in problem.items
        ),
        [(*box.sides, *box.outer_sides, box.tare_g, box.max_gross_g, box.stock) for box in problem.boxes],
        problem.support_pct,
    ]
    return f"{way}:{hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:16]}"


def test_no_question_is_answered_worse_than_before() -> None:
    frozen: dict[str, list[int]] = json.loads(FROZEN.read_text(encoding="utf-8"))
    reached, worse, unsound = dict(frozen), [], []
    for way, problem, work in questions():
        answer = solve(problem, Budget(work=work))
        if judge(problem, answer):
            unsound.append(named(way, problem))
        out = sum(problem.items[each.item].volume_mm3 * each.quantity for each in answer.unserved)
        figures = [out, len(answer.boxes), answer.outer_mm3]
        name = named(way, problem)
        if name in frozen and figures > frozen[name]:
            worse.append((name, frozen[name], figures))
        reached[name] = min(figures, reached.get(name, figures))
    if os.environ.get("DOORSTEP_FREEZE") == "1":
        lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(reached[name])}" for name in sorted(reached))
        FROZEN.write_text(f"{{\n{lines}\n}}\n", encoding="utf-8")
    assert unsound == []
    assert worse == []
