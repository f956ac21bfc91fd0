"""A few sizes of boxes are chosen that ship a history for least."""

from dataclasses import replace
from itertools import combinations

import pytest

from doorstep.solvers.budget import Budget
from doorstep.solvers.cartons import Box, CartonRefused, Packing, Rate, Tariff, solve
from doorstep.solvers.cartons.candidates import Board, box_of, tight_boxes
from doorstep.solvers.cartons.designing import BoxSet, design
from tests.solvers.carton_problems import cube

TARIFF = Tariff(rate=Rate(steps=[(n, 40 * n) for n in range(1, 60)]), handling_minor=30)
BOARD = Board(minor_per_m2=50)
ORDERS = [[cube(side, weight_g=200, quantity=n)] for side in (60, 90, 140, 220) for n in (1, 2, 3)]
CANDIDATES = [
    box_of((side, side, high), BOARD)
    for side, high in ((70, 70), (130, 100), (200, 160), (300, 150), (460, 460))
]


def cost(order: int, boxes: list[Box]) -> int:
    return solve(
        Packing(items=ORDERS[order], boxes=boxes, objective="cost", tariff=TARIFF), Budget(work=0)
    ).price_minor


def test_the_chosen_sizes_are_the_best_of_all_choices() -> None:
    found = design(BoxSet(orders=ORDERS, candidates=CANDIDATES, count=3, tariff=TARIFF))
    largest = CANDIDATES[-1]
    alone = {
        (order, box.name): answer.price_minor
        for order in range(len(ORDERS))
        for box in CANDIDATES
        for answer in [
            solve(
                Packing(
                    items=ORDERS[order],
                    boxes=[box if box is largest else replace(box, stock=1)],
                    objective="cost",
                    tariff=TARIFF,
                ),
                Budget(work=0),
            )
        ]
        if not answer.unserved
    }
    best = min(
        sum(
            min(alone[order, box.name] for box in (*pair, largest) if (order, box.name) in alone)
            for order in range(len(ORDERS))
        )
        for pair in combinations(CANDIDATES[:-1], 2)
    )
    assert found.curve_minor[-1] == best
    assert list(found.curve_minor) == sorted(found.curve_minor, reverse=True)
    assert [len(names) for names in found.ladder] == [1, 2, 3]
    assert found.ladder[-1] == tuple(size.box.name for size in found.sizes)


def test_a_design_adds_up_and_says_what_each_size_saves() -> None:
    found = design(
        BoxSet(orders=ORDERS, candidates=CANDIDATES, count=3, tariff=TARIFF, present=CANDIDATES[-1:])
    )
    boxes = [size.box for size in found.sizes]
    assert found.cost_minor == sum(cost(order, boxes) for order in range(len(ORDERS)))
    assert found.present_minor == sum(cost(order, CANDIDATES[-1:]) for order in range(len(ORDERS)))
    assert found.present_minor > found.cost_minor
    assert sum(size.orders for size in found.sizes) == len(ORDERS)
    assert [size.saving_minor > 0 for size in found.sizes] == [True, True, False]


def test_an_order_that_fits_nothing_is_named_and_not_counted() -> None:
    found = design(BoxSet(orders=[[cube(900)], *ORDERS], candidates=CANDIDATES, count=2, tariff=TARIFF))
    assert found.unserved == (0,)
    assert sum(size.orders for size in found.sizes) == len(ORDERS)


def test_candidates_are_made_tight_around_orders() -> None:
    made = tight_boxes([[cube(95)], [cube(95)], [cube(40, quantity=8)]], BOARD, 5)
    assert {box.sides for box in made} == {(100, 100, 100), (80, 80, 80)}
    assert all(box.tare_g > 0 and box.price_minor > 0 for box in made)


@pytest.mark.parametrize("count", [0, 6, True])
def test_a_count_that_makes_no_sense_is_refused(count: int) -> None:
    with pytest.raises(CartonRefused) as refused:
        BoxSet(orders=ORDERS, candidates=CANDIDATES, count=count, tariff=TARIFF)
    assert (refused.value.kind, refused.value.item) == ("number_out_of_range", "count")
