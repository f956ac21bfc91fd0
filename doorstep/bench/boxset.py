"""What sizes of boxes chosen for an order history save, against the boxes that the history came with.

For each history the best 1 to 8 sizes are chosen among boxes made tight around its orders and the boxes it came with.
Then every order is packed anew with each of these sets and with the yardsticks, and the referee judges every answer: the
figures are sums of what it found sound. Yardsticks are the history's own boxes, where it has any, and as many sizes spread
evenly by volume over what the orders need.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from time import process_time
from typing import Any

from doorstep.bench.carton_suite import made_up, read_suite
from doorstep.bench.olist_parcels import read_parcels
from doorstep.bench.report import Options, Report
from doorstep.solvers.budget import Budget
from doorstep.solvers.cartons import Box, Item, Packing, Rate, Tariff, judge, solve
from doorstep.solvers.cartons.candidates import Board, box_of, tight_boxes
from doorstep.solvers.cartons.designing import BoxSet, design

MOST_SIZES = 8
SAME_COUNT = 4
"""Sizes that are compared where a history has no boxes of its own."""

CANDIDATES = 40
ORDERS = {"fast": 1_100, "high": 20_000}
"""Most orders of a history; a longer one is thinned out evenly."""

QUICK_ORDERS = 200
QUICK_CANDIDATES = 20

BOARD = Board(minor_per_m2=60, minor_each=10, most_gross_g=31_500)
"""Single-wall board at usual prices, in cents; boxes that a history came with are priced as if made of it."""

TARIFF = Tariff(
    rate=Rate(
        steps=((1, 430), (2, 490), (3, 550), (5, 650), (10, 920), (20, 1_450), (31, 1_900)), over_minor=70
    ),
    handling_minor=40,
    filler_minor_per_l=3,
)
"""A rate as parcel carriers have it (kg, 5,000 cm3 count as one), in cents; made up."""


@dataclass(frozen=True, slots=True)
class History:
    """What was ordered; each order is what ships together. `own` are the boxes it came with, maybe none."""

    name: str
    orders: Sequence[Sequence[Item]]
    own: Sequence[Box]


@dataclass(frozen=True, slots=True)
class Study:
    """What was found for a history. Costs are in minor units and refereed."""

    details: dict[str, Any]
    chosen_minor: int
    own_minor: int | None
    even_minor: int | None
    faults: int


def run(options: Options) -> Report:
    """Choose sizes for the suite, or for made-up orders."""
    histories = _histories(options)
    studies = [_studied(_thinned(each, options), options) for each in histories]
    first = studies[0]
    yardsticks = {
        name: float(minor)
        for name, minor in (("own_boxes", first.own_minor), ("even_sizes", first.even_minor))
        if minor is not None
    }
    least = min(yardsticks.values(), default=float(first.chosen_minor))
    return Report(
        bench="boxset",
        value=round(100 * (1 - first.chosen_minor / (first.own_minor or least)), 2),
        unit="percent of landed cost saved",
        ratios={name: round(first.chosen_minor / minor, 4) for name, minor in yardsticks.items()},
        yardsticks=yardsticks,
        checks={
            "valid": not any(each.faults for each in studies),
            "more_sizes_never_cost_more": all(
                after <= before
                for each in studies
                for before, after in pairwise(each.details["one_size_per_order_minor"])
            ),
        },
        details={history.name: study.details for history, study in zip(histories, studies, strict=True)},
    )


def _histories(options: Options) -> list[History]:
    data = os.environ.get("DOORSTEP_DATA")
    given = (
        [options.suite] if options.suite else [Path(data) / "cartons", Path(data) / "olist"] if data else []
    )
    found = []
    for folder in given:
        if (folder / "order_items.csv").is_file():
            found.append(History(folder.name, read_parcels(folder), ()))
        else:
            found.append(_with_boxes(folder.name, [each.problem for each in read_suite(folder)]))
    return found or [_with_boxes("made_up", [each.problem for each in made_up(QUICK_ORDERS, options.seed)])]


def _with_boxes(name: str, problems: Sequence[Packing]) -> History:
    own = [replace(box, price_minor=box_of(box.sides, BOARD).price_minor) for box in problems[0].boxes]
    return History(name, [each.items for each in problems], own)


def _thinned(history: History, options: Options) -> History:
    most = QUICK_ORDERS if options.quick else ORDERS[options.effort]
    return replace(history, orders=history.orders[:: -(-len(history.orders) // most)])


def _studied(history: History, options: Options) -> Study:
    began = process_time()
    count = QUICK_CANDIDATES if options.quick else CANDIDATES
    candidates = [*history.own, *tight_boxes(history.orders, BOARD, count)]
    options.progress(f"{history.name}: {len(history.orders)} orders in {len(candidates)} candidates")
    sizes = min(MOST_SIZES, len(candidates))
    found = design(BoxSet(orders=history.orders, candidates=candidates, count=sizes, tariff=TARIFF))
    took_s = process_time() - began
    left_out = set(found.unserved)
    orders = [order for number, order in enumerate(history.orders) if number not in left_out]
    named = {box.name: box for box in candidates}
    packed = [_packed(orders, [named[name] for name in names]) for names in found.ladder]
    same = len(history.own) or SAME_COUNT
    own, even = _packed(orders, history.own), _packed(orders, tight_boxes(orders, BOARD, same))
    least = [cost for cost, _ in packed]
    told = [f"{n}: {cost}" for n, cost in enumerate(least, 1) if cost is not None]
    options.progress(f"{history.name}: minor units by number of sizes: {', '.join(told)}")
    chosen = least[min(same, sizes) - 1] or 0
    return Study(
        details={
            "orders": len(orders),
            "left_out": len(left_out),
            "candidates": len(candidates),
            "compared_sizes": same,
            "cost_minor": least,
            "saved_by_each_size_minor": [
                before - after for before, after in pairwise(each or 0 for each in least)
            ],
            "one_size_per_order_minor": found.curve_minor,
            "own_boxes_minor": own[0],
            "even_sizes_minor": even[0],
            "sizes_compared": found.ladder[min(same, sizes) - 1],
            "sizes": [(each.box.name, each.orders, each.saving_minor) for each in found.sizes],
            "cpu_seconds": round(took_s, 1),
        },
        chosen_minor=chosen,
        own_minor=own[0],
        even_minor=even[0],
        faults=sum(faults for _, faults in (*packed, own, even))
        + sum(cost is None for cost in least)
        + (least[-1] != found.cost_minor),
    )


def _packed(orders: Sequence[Sequence[Item]], boxes: Sequence[Box]) -> tuple[int | None, int]:
    """Return what all orders cost in these boxes, None where they do not take every order; and the referee's faults."""
    cost, faults, whole = 0, 0, bool(boxes)
    for order in orders if boxes else ():
        packing = Packing(items=order, boxes=boxes, objective="cost", support_pct=50, tariff=TARIFF)
        answer = solve(packing, Budget(work=0))
        cost += answer.price_minor
        faults += len(judge(packing, answer))
        whole = whole and not answer.unserved
    return (cost if whole else None), faults
