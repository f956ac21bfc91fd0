"""Fill of container loading problems: how much of the goods one container takes, in the format of Bischoff and Ratcliff.

Seconds are those of the processor, so that a busy machine does not matter.

A file `BR*.txt` holds the number of problems; per problem its number and seed, the sides of the container, the number of item
types, and per type its index, three edges each followed by 1 if it may be vertical, and the quantity.
"""

import csv
import os
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from time import process_time

from doorstep.bench.report import Options, Report
from doorstep.solvers.budget import Budget
from doorstep.solvers.cartons import Box, Item, Packing, judge, solve

SECONDS = 1.0
QUICK_PROBLEMS = 3
"""Problems per class in a quick run."""

CONTAINER_CM = (587, 233, 220)


@dataclass(frozen=True, slots=True)
class Problem:
    """One container to load; the unit of the format is taken for a millimeter."""

    group: str
    number: int
    packing: Packing


def read_class(path: Path) -> list[Problem]:
    """Read one file.

    Raises:
        ValueError: the file does not hold the numbers that it announces.
    """
    numbers = iter(path.read_text(encoding="ascii").split())
    try:
        return [_problem(path.stem, numbers) for _ in range(int(next(numbers)))]
    except StopIteration:
        raise ValueError(
            f"{path.name} ends too early: is it in the format of Bischoff and Ratcliff?"
        ) from None


def _problem(group: str, numbers: Iterator[str]) -> Problem:
    number, _seed, length, width, height, types = (int(next(numbers)) for _ in range(6))
    items = []
    for _ in range(types):
        row = [int(next(numbers)) for _ in range(8)]
        items.append(
            Item(
                name=str(row[0]),
                length_mm=row[1],
                width_mm=row[3],
                height_mm=row[5],
                stands=(row[2] == 1, row[4] == 1, row[6] == 1),
                quantity=row[7],
            )
        )
    box = Box(name="container", length_mm=length, width_mm=width, height_mm=height, stock=1)
    return Problem(group, number, Packing(items=items, boxes=[box]))


def made_up(count: int, seed: int) -> list[Problem]:
    """Make problems alike, for who has no suite: as much volume as the container has, in 3 to 20 types."""
    luck = random.Random(seed)
    length, width, height = CONTAINER_CM
    problems = []
    for number in range(count):
        types = luck.choice((3, 8, 12, 20))
        sides = [(luck.randint(30, 120), luck.randint(25, 100), luck.randint(20, 80)) for _ in range(types)]
        quantity = max(1, length * width * height // sum(a * b * c for a, b, c in sides))
        items = [
            Item(
                name=str(index + 1),
                length_mm=a,
                width_mm=b,
                height_mm=c,
                quantity=quantity,
                stands=(luck.random() < 0.5, luck.random() < 0.5, True),
            )
            for index, (a, b, c) in enumerate(sides)
        ]
        box = Box(name="container", length_mm=length, width_mm=width, height_mm=height, stock=1)
        problems.append(Problem(f"made up, {types} types", number + 1, Packing(items=items, boxes=[box])))
    return problems


def run(options: Options) -> Report:
    """Load every container with the same seconds each."""
    problems, known = _chosen(options)
    seconds = options.seconds or SECONDS
    fills: dict[str, list[float]] = {}
    faults, spent, reference = 0, 0.0, []
    for done, problem in enumerate(problems, 1):
        began = process_time()
        answer = solve(problem.packing, Budget(seconds=seconds, processor=True), seed=options.seed)
        spent += process_time() - began
        faults += len(judge(problem.packing, answer))
        fills.setdefault(problem.group, []).append(sum(box.fill_pct for box in answer.boxes))
        if (problem.group, problem.number) in known:
            reference.append(known[problem.group, problem.number])
        if not done % 10 or done == len(problems):
            mean = fmean(fill for each in fills.values() for fill in each)
            options.progress(f"{done}/{len(problems)}: {mean:.2f} % full in the mean, {faults} faults")
    mean = fmean(fill for each in fills.values() for fill in each)
    whole = len(reference) == len(problems)
    return Report(
        bench="br",
        value=round(mean, 3),
        unit="% full, mean",
        ratios={"best_known": round(mean / fmean(reference), 5)} if whole else {},
        yardsticks={"best_known": round(fmean(reference), 3)} if whole else {},
        checks={"valid": faults == 0},
        details={
            "cpu_seconds": round(spent, 1),
            "problems": len(problems),
            "support_pct": problems[0].packing.support_pct,
            "by_class_pct": {group: round(fmean(each), 2) for group, each in fills.items()},
        },
    )


def _chosen(options: Options) -> tuple[list[Problem], dict[tuple[str, int], float]]:
    data = os.environ.get("DOORSTEP_DATA")
    suite = options.suite or (Path(data) / "br" if data else None)
    if suite is None:
        return made_up(12 if options.quick else 40, options.seed), {}
    classes = [read_class(path) for path in sorted(suite.glob("BR*.txt"))]
    if not classes:
        raise FileNotFoundError(f"br: there is no BR*.txt in {suite}")
    problems = [each for group in classes for each in (group[:QUICK_PROBLEMS] if options.quick else group)]
    if options.part:
        number, of = options.part
        problems = problems[number - 1 :: of]
    return problems, _best_known(suite / "best_known.csv")


def _best_known(path: Path) -> dict[tuple[str, int], float]:
    if not path.is_file():
        return {}
    with path.open(newline="", encoding="utf-8") as file:
        return {
            (row["file"].removesuffix(".txt"), int(row["problem"])): float(row["best_known_fill_pct"])
            for row in csv.DictReader(file)
        }
