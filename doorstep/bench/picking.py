"""Walking distance of batches over the published bounds, every answer judged by the referee.

The walk itself is held against every order of up to nine picks, compiled and pure; `--effort high` tries 100,000 of them.
Seconds are those of the processor, budgets and figures alike, so that neighbors on the machine do not count.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from random import Random
from statistics import fmean
from time import process_time
from timeit import repeat
from typing import Any

from doorstep.bench.brute import random_walks, shortest_lengths
from doorstep.bench.henn_waescher import UNIT_MM, Instance, read_suite
from doorstep.bench.report import Options, Report
from doorstep.solvers.batches import Batching, Cart, Order, solve
from doorstep.solvers.batches.pricing import Prices, prices_for
from doorstep.solvers.batches.referee import judge
from doorstep.solvers.batches.release import Open, Release, Rules, release
from doorstep.solvers.budget import Budget
from doorstep.solvers.compiled import core
from doorstep.solvers.walk import Warehouse, rectangle, tour
from doorstep.solvers.walk.policies import by_policy

SECONDS = (0.25, 1.0)
"""Budgets per instance; the last one gives the value."""

TOURS = {"quick": 1_000, "fast": 5_000, "high": 100_000}
WAVE_SECONDS = 0.09
"""Of the search for a wave of 100 orders; the tours come on top."""

ROUNDING = UNIT_MM // 2
"""Published values are whole meters."""


def run(options: Options) -> Report:
    """Batch every instance of the suite, or made-up ones."""
    effort = "quick" if options.quick else options.effort
    instances = _instances(options)
    seconds = (options.seconds,) if options.seconds else SECONDS[:1] if options.quick else SECONDS
    details: dict[str, Any] = {
        "instances": len(instances),
        "engine": "compiled" if core("batches") else "pure",
    }
    wrong = _wrong_walks(TOURS[effort], options)
    details["walks_held_against_every_order"] = {"tours": TOURS[effort], "wrong": wrong}
    details["walk_us"] = _walk_us()
    faults = undercut = 0
    value = 0.0
    for budget in seconds:
        value, more, under, details[f"at_{budget:g}_s"] = _batched(instances, budget, options)
        faults += more
        undercut += under
    details["wave_of_100"] = _wave(options)
    details["release_of_5000"] = _release_step(options)
    yardsticks = _yardsticks(instances)
    return Report(
        bench="picking",
        value=round(value, 4),
        unit="of the published bound",
        ratios={name: round(value / each, 4) for name, each in yardsticks.items()},
        yardsticks=yardsticks,
        checks={"valid": not faults, "walk_exact": not any(wrong.values()), "none_undercut": not undercut},
        details=details,
    )


def _instances(options: Options) -> list[Instance]:
    data = os.environ.get("DOORSTEP_DATA")
    suite = options.suite or (Path(data) / "picking" if data else None)
    if suite is None:
        return [_made_up(options.seed + number) for number in range(4 if options.quick else 12)]
    folder = suite / "henn-waescher"
    instances = read_suite(folder if folder.is_dir() else suite)
    return instances[::4] if options.quick else instances


def _made_up(seed: int) -> Instance:
    """Return an instance like those of the suite; its bound is what savings alone reach."""
    problem = _orders(rectangle(aisles=10, cells=45, pitch_mm=5000, cell_mm=1000, lead_mm=1500), 40, seed)
    bound = solve(problem, Budget(work=0)).value_mm / UNIT_MM
    return Instance(
        name=f"made up {seed}",
        problem=problem,
        upper_bound=bound,
        lower_bound=0,
        proven=False,
        best_seen=bound,
        yardsticks={},
    )


def _orders(floor: Warehouse, count: int, seed: int) -> Batching:
    draws = Random(seed)
    names = [each.name for each in floor.bins]
    orders = []
    for number in range(count):
        bins = tuple(draws.sample(names, draws.randint(1, 8)))
        orders.append(Order(name=str(number), bins=bins, articles=sum(draws.randint(1, 3) for _ in bins)))
    return Batching(floor=floor, orders=orders, cart=Cart(articles=45))


def _batched(
    instances: Sequence[Instance], seconds: float, options: Options
) -> tuple[float, int, int, dict[str, Any]]:
    ratios, met, faults, undercut, spent = [], 0, 0, 0, []
    for instance in instances:
        began = process_time()
        answer = solve(instance.problem, Budget(seconds=seconds, processor=True), seed=options.seed)
        spent.append(process_time() - began)
        faults += len(judge(instance.problem, answer))
        ratios.append(answer.value_mm / UNIT_MM / instance.upper_bound)
        undercut += answer.value_mm + ROUNDING < instance.lower_bound * UNIT_MM
        met += instance.proven and answer.value_mm <= instance.upper_bound * UNIT_MM + ROUNDING
        options.progress(f"{instance.name} at {seconds:g} s: {ratios[-1]:.4f} of the bound")
    proven = sum(instance.proven for instance in instances)
    told = {
        "mean_ratio": round(fmean(ratios), 5),
        "worst_ratio": round(max(ratios), 5),
        "proven_met": met,
        "proven": proven,
        "bounds_beaten": sum(ratio < 0.99999 for ratio in ratios),
        "seconds_per_instance": round(fmean(spent), 3),
    }
    return fmean(ratios), faults, undercut, told


def _yardsticks(instances: Sequence[Instance]) -> dict[str, float]:
    """Return what no thinking costs: one order per walk, or carts filled first come first served, both in S-shape."""
    single, fcfs = [], []
    for instance in instances:
        problem, bound = instance.problem, instance.upper_bound * UNIT_MM
        floor = problem.floor
        if not isinstance(floor, Warehouse):
            continue
        walks = [
            by_policy(floor, list(dict.fromkeys(b for o in group for b in o.bins)), "s_shape").distance_mm
            for group in _filled(problem)
        ]
        alone = [by_policy(floor, order.bins, "s_shape").distance_mm for order in problem.orders]
        single.append(sum(alone) / bound)
        fcfs.append(sum(walks) / bound)
    return {"s_shape_single": round(fmean(single), 4), "s_shape_fcfs": round(fmean(fcfs), 4)}


def _filled(problem: Batching) -> Iterator[list[Order]]:
    group: list[Order] = []
    for order in problem.orders:
        if group and sum(each.articles for each in [*group, order]) > (problem.cart.articles or 0):
            yield group
            group = []
        group.append(order)
    yield group


@contextmanager
def _pure() -> Iterator[None]:
    before = os.environ.get("DOORSTEP_PURE")
    os.environ["DOORSTEP_PURE"] = "1"
    try:
        yield
    finally:
        os.environ.pop("DOORSTEP_PURE")
        if before is not None:
            os.environ["DOORSTEP_PURE"] = before


def _wrong_walks(count: int, options: Options) -> dict[str, int]:
    """Return how many walks differ from the shortest of all orders, by engine."""
    walks = random_walks(Random(options.seed), count)
    best = shortest_lengths(walks)
    options.progress(f"{count} walks: every order tried")

    def wrong() -> int:
        found = (tour(floor, picks, ends=[end]).distance_mm for floor, picks, end in walks)
        return sum(length != least for length, least in zip(found, best, strict=True))

    counted = {"compiled": wrong()} if core("walk") else {}
    with _pure():
        counted["pure"] = wrong()
    return counted


def _walk_us() -> dict[str, Any]:
    """Return microseconds for 30 picks in 10 aisles: the exact length as batching asks for it, and the whole tour with its path."""
    floor = rectangle(aisles=10, cells=45, pitch_mm=5000, cell_mm=1000, lead_mm=1500)
    picks = Random(1).sample([each.name for each in floor.bins], 30)
    order = Order(name="one", bins=tuple(picks))

    def measured() -> dict[str, float]:
        prices = prices_for(floor, [order], Cart())
        length = min(repeat(lambda: prices.length([0]), number=500, repeat=7, timer=process_time)) / 500
        whole = min(repeat(lambda: tour(floor, picks), number=20, repeat=5, timer=process_time)) / 20
        return {"length": round(length * 1e6, 2), "tour": round(whole * 1e6, 1)}

    figures = {"compiled": measured()} if not isinstance(prices_for(floor, [order], Cart()), Prices) else {}
    with _pure():
        figures["pure"] = measured()
    return figures


def _wave(options: Options) -> dict[str, float]:
    floor = rectangle(aisles=10, cells=45, pitch_mm=5000, cell_mm=1000, lead_mm=1500)
    problem = _orders(floor, 100, options.seed)
    began = process_time()
    quick = solve(problem, Budget(seconds=WAVE_SECONDS, processor=True), seed=options.seed)
    spent = process_time() - began
    final = solve(problem, Budget(seconds=20 * WAVE_SECONDS, processor=True), seed=options.seed)
    return {
        "seconds": round(spent, 3),
        "above_final_pct": round(100 * (quick.value_mm / final.value_mm - 1), 2),
    }


def _release_step(options: Options) -> dict[str, float]:
    floor = rectangle(aisles=20, cells=60, pitch_mm=4000, cell_mm=900, lead_mm=1500)
    draws = Random(options.seed)
    batching = _orders(floor, 5000, options.seed)
    waiting = [
        Open(order=replace(order, lines=None), cut_off_s=draws.randrange(28_800)) for order in batching.orders
    ]
    problem = Release(
        floor=floor,
        waiting=waiting,
        cart=Cart(articles=45, slots=12),
        now_s=0,
        rules=Rules(benches=6),
    )
    began = process_time()
    step = release(problem, Budget(work=20_000), seed=options.seed)
    return {"seconds": round(process_time() - began, 3), "batches": len(step.released)}
