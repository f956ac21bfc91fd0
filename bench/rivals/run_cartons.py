"""py3dbp and our solver on the same orders and boxes; our referee judges both; prints one table.

    .venv/bin/python bench/rivals/run_cartons.py --suite FOLDER [--every 1]

A rival is a file `cartons_NAME.py` beside this one, which says what it needs from PyPI. It runs in an environment of its
own below `--into`, outside of git. Nothing of it is ever a dependency of Doorstep.

Two questions are asked of each packing: is it sound (nothing overlaps, sticks out or is too heavy), and does every unit
stand on at least half of its base. A rival's units are lowered in the order of their height; the order it gives is not judged.
"""

import argparse
import json
import os
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from time import process_time
from typing import Any

from run import INTO, installed

from doorstep.bench.carton_suite import CartonOrder, read_suite
from doorstep.bench.cartons import WORK
from doorstep.solvers.budget import Budget
from doorstep.solvers.cartons import Answer, PackedBox, Packing, Placement, judge, solve
from doorstep.solvers.compiled import core

HERE = Path(__file__).parent
HEAD = "| | boxes | outer liters | orders packed whole | sound | sound and supported | processor, s |\n|---|---|---|---|---|---|---|"


@dataclass
class Row:
    """What one program did with all orders."""

    boxes: int = 0
    outer_mm3: int = 0
    whole: int = 0
    sound: int = 0
    supported: int = 0
    took_s: float = 0.0

    def add(self, problem: Packing, answer: Answer, took_s: float) -> None:
        """Judge an order and count it."""
        units = sum(len(box.placements) for box in answer.boxes)
        self.boxes += len(answer.boxes)
        self.outer_mm3 += answer.outer_mm3
        self.whole += units == sum(item.quantity for item in problem.items)
        self.sound += not _faults(replace(problem, support_pct=0), answer)
        self.supported += not _faults(problem, answer)
        self.took_s += took_s

    def line(self, name: str) -> str:
        """Return the row of the table."""
        liters = f"{self.outer_mm3 / 1e6:,.0f}"
        return f"| {name} | {self.boxes:,} | {liters} | {self.whole:,} | {self.sound:,} | {self.supported:,} | {self.took_s:.1f} |"


def main() -> None:
    """Measure and print."""
    wanted = _options()
    orders = read_suite(wanted.suite)[:: wanted.every]
    rows = {"Doorstep": _ours([order.problem for order in orders])}
    for path in sorted(HERE.glob("cartons_*.py")):
        name = path.stem.removeprefix("cartons_")
        python = installed(path, wanted.into / path.stem)
        if python is None:
            print(f"{name} could not be installed here and is left out", file=sys.stderr)
        else:
            rows[name] = _rival(python, path, orders)
    print(f"{len(orders)} orders of {wanted.suite.name}")
    print(HEAD)
    for name, row in rows.items():
        print(row.line(name))


def _options() -> argparse.Namespace:
    data = Path(os.environ.get("DOORSTEP_DATA", "."))
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--suite", type=Path, default=data / "cartons")
    parser.add_argument("--every", type=int, default=1, help="only every so many orders")
    parser.add_argument("--into", type=Path, default=INTO)
    return parser.parse_args()


def _ours(problems: list[Packing]) -> Row:
    row, budget = Row(), Budget(work=WORK["compiled" if core("cartons") else "pure"])
    for problem in problems:
        begun = process_time()
        answer = solve(problem, budget)
        row.add(problem, answer, process_time() - begun)
    return row


def _rival(python: Path, rival: Path, orders: list[CartonOrder]) -> Row:
    asked = "\n".join(json.dumps(_question(order.problem)) for order in orders)
    done = subprocess.run(
        [str(python), str(rival)], input=asked, stdout=subprocess.PIPE, text=True, check=True, timeout=7_200
    )
    row = Row()
    for order, line in zip(orders, done.stdout.splitlines(), strict=True):
        answered = json.loads(line)
        row.add(order.problem, _answer(order.problem, answered["boxes"]), answered["took_s"])
    return row


def _question(problem: Packing) -> dict[str, Any]:
    return {
        "units": [
            (number, (item.length_mm, item.width_mm, item.height_mm, item.weight_g))
            for number, item in enumerate(problem.items)
            for _ in range(item.quantity)
        ],
        "boxes": [(*box.sides, box.room_g) for box in problem.boxes],
    }


def _answer(problem: Packing, boxes: list[dict[str, Any]]) -> Answer:
    """Say a rival's packing in our words; its figures are added up here, its places are its own."""
    units = [number for number, item in enumerate(problem.items) for _ in range(item.quantity)]
    packed = []
    for each in boxes:
        box = problem.boxes[each["box"]]
        placements = sorted(
            (
                Placement(
                    item=units[unit],
                    x_mm=at[0],
                    y_mm=at[1],
                    z_mm=at[2],
                    length_mm=sides[0],
                    width_mm=sides[1],
                    height_mm=sides[2],
                )
                for unit, at, sides in each["places"]
            ),
            key=lambda place: place.z_mm,
        )
        packed.append(
            PackedBox(
                box=box.name,
                placements=tuple(placements),
                weight_g=box.tare_g + sum(problem.items[place.item].weight_g for place in placements),
                fill_pct=round(100 * each["filled"] / box.inner_mm3, 1),
            )
        )
    outer = sum(problem.boxes[each["box"]].outer_mm3 for each in boxes)
    value = {"fewest": len(packed), "volume": outer, "cost": 0}[problem.objective]
    return Answer(
        boxes=tuple(packed),
        value=value,
        lower_bound=0,
        outer_mm3=outer,
        price_minor=0,
        unserved=(),
        work=0,
        engine="rival",
        reasons=(),
    )


def _faults(problem: Packing, answer: Answer) -> list[str]:
    """Return the kinds of faults that are found; units that are left out are one."""
    return [each.kind for each in judge(problem, answer)]


if __name__ == "__main__":
    main()
