"""Cartons used over a suite of orders, every placement judged by the referee.

`fast` packs each order with a small budget of work, once more with the depth of every item vertical, and once with masses
evened out. `high` then gives every order that needs more boxes than its bound a second of the processor (or `--seconds`),
and does so again without the support rule, which is how best known values are counted.
"""

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import fmean
from time import perf_counter, process_time
from typing import Any

from doorstep.bench.carton_suite import CartonOrder, made_up, read_suite
from doorstep.bench.report import Options, Report
from doorstep.solvers.budget import Budget
from doorstep.solvers.cartons import Answer, Packing, judge, solve
from doorstep.solvers.compiled import core

WORK = {"compiled": 8, "pure": 5}
"""Attempts to repack per order, by what the engine can do in the time that a packer waits."""

FLAT_WORK = 100
"""The same for keep-flat, where more orders need several boxes; pure Python takes a minute for it."""

HIGH_SECONDS = 1.0
QUICK_SHARE = 8
"""A quick run packs every eighth order."""

MADE_UP = 400
"""Orders when there is no suite."""


@dataclass(frozen=True, slots=True)
class Pass:
    """All orders packed in one way."""

    answers: Sequence[Answer]
    faults: int
    seconds: float
    cpu_seconds: float

    @property
    def boxes(self) -> int:
        """Boxes of all orders."""
        return sum(len(answer.boxes) for answer in self.answers)

    @property
    def liters(self) -> float:
        """Outer volume of all boxes."""
        return round(sum(answer.outer_mm3 for answer in self.answers) / 1e6, 1)

    @property
    def weight_variance(self) -> float:
        """Mean over the orders of the variance of the gross mass of their boxes, in g2."""
        return round(fmean(_variance(answer) for answer in self.answers), 1)


def run(options: Options) -> Report:
    """Pack every order of the suite, or made-up ones."""
    orders = _orders(options)
    problems = [order.problem for order in orders]
    work = WORK["compiled" if core("cartons") else "pure"]
    fast = _packed("3D", problems, Budget(work=work), options)
    once = _packed("one start", problems, Budget(work=0), options)
    flat = _packed("keep-flat", [order.keep_flat() for order in orders], Budget(work=FLAT_WORK), options)
    even = _packed("even", [replace(each, even=True) for each in problems], Budget(work=10), options)
    passes = [fast, once, flat, even]
    best, details = fast, _details(orders, fast, flat, even)
    if options.effort == "high":
        best = _tried_hard(problems, fast, options)
        free = _tried_hard([replace(each, support_pct=0) for each in problems], best, options)
        passes += [best, free]
        for name, done in (("high", best), ("high_without_support", free)):
            details[name] = {
                "boxes": done.boxes,
                "outer_liters": done.liters,
                "cpu_seconds": done.cpu_seconds,
                "orders_above_reference": _above(orders, done, "3d"),
            }
    yardsticks = {"lower_bound": float(sum(answer.lower_bound for answer in best.answers))}
    if all(order.expected for order in orders):
        yardsticks["lower_bound"] = float(
            sum(
                max(answer.lower_bound, order.expected.lower_bound if order.expected else 0)
                for order, answer in zip(orders, best.answers, strict=True)
            )
        )
        yardsticks["reference"] = float(_known(orders, "3d"))
    yardsticks["no_search"] = float(once.boxes)
    details["yardstick_seconds"] = once.seconds
    return Report(
        bench="cartons",
        value=float(best.boxes),
        unit="boxes",
        ratios={name: round(best.boxes / each, 5) for name, each in yardsticks.items() if each},
        yardsticks=yardsticks,
        checks={"valid": not any(each.faults for each in passes)},
        details=details,
    )


def _orders(options: Options) -> list[CartonOrder]:
    data = os.environ.get("DOORSTEP_DATA")
    suite = options.suite or (Path(data) / "cartons" if data else None)
    orders = read_suite(suite) if suite else made_up(MADE_UP, options.seed)
    return orders[::QUICK_SHARE] if options.quick else orders


def _packed(name: str, problems: Sequence[Packing], budget: Budget, options: Options) -> Pass:
    began, worked = perf_counter(), process_time()
    answers = [solve(problem, budget, seed=options.seed) for problem in problems]
    seconds, cpu = perf_counter() - began, process_time() - worked
    faults = sum(len(judge(problem, answer)) for problem, answer in zip(problems, answers, strict=True))
    done = Pass(answers, faults, round(seconds, 2), round(cpu, 2))
    options.progress(f"{name}: {done.boxes} boxes, {done.liters:,.0f} l, {seconds:.1f} s, {faults} faults")
    return done


def _tried_hard(problems: Sequence[Packing], known: Pass, options: Options) -> Pass:
    """Think longer about orders with more boxes than their bound, from what is known of them."""
    budget = Budget(seconds=options.seconds or HIGH_SECONDS, processor=True)
    answers = list(known.answers)
    faults = 0
    began, worked = perf_counter(), process_time()
    for number, (problem, answer) in enumerate(zip(problems, known.answers, strict=True)):
        if answer.value > answer.lower_bound:
            answers[number] = solve(problem, budget, seed=options.seed, warm=answer)
            faults += len(judge(problem, answers[number]))
            options.progress(f"order {number + 1}: {answer.value} -> {answers[number].value} boxes")
    return Pass(answers, faults, round(perf_counter() - began, 2), round(process_time() - worked, 2))


def _details(orders: Sequence[CartonOrder], fast: Pass, flat: Pass, even: Pass) -> dict[str, Any]:
    details: dict[str, Any] = {
        "orders": len(orders),
        "engine": fast.answers[0].engine,
        "work_per_order": WORK[fast.answers[0].engine],
        "outer_liters": fast.liters,
        "seconds": fast.seconds,
        "cpu_seconds": fast.cpu_seconds,
        "keep_flat": {"boxes": flat.boxes, "outer_liters": flat.liters, "cpu_seconds": flat.cpu_seconds},
        "even": {
            "boxes": even.boxes,
            "weight_variance": even.weight_variance,
            "cpu_seconds": even.cpu_seconds,
        },
    }
    if all(order.expected for order in orders):
        details["orders_above_reference"] = _above(orders, fast, "3d")
        details["keep_flat"] |= {
            "reference": _known(orders, "2d"),
            "orders_above_reference": _above(orders, flat, "2d"),
        }
        details["even"]["reference_variance"] = round(
            fmean(order.expected.weight_variance["3d"] for order in orders if order.expected), 1
        )
    return details


def _known(orders: Iterable[CartonOrder], way: str) -> int:
    return sum(order.expected.boxes[way] for order in orders if order.expected)


def _above(orders: Sequence[CartonOrder], done: Pass, way: str) -> int:
    return sum(
        len(answer.boxes) > order.expected.boxes[way]
        for order, answer in zip(orders, done.answers, strict=True)
        if order.expected
    )


def _variance(answer: Answer) -> float:
    masses = [box.weight_g for box in answer.boxes]
    mean = fmean(masses) if masses else 0.0
    return fmean((mass - mean) ** 2 for mass in masses) if masses else 0.0
