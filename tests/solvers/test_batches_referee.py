"""The referee of batches finds what is wrong with an answer, and both engines answer alike."""

import random
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doorstep.solvers.batches import Answer, Batching, BatchRefused, Cart, Order, Unserved, solve
from doorstep.solvers.batches.referee import judge
from doorstep.solvers.budget import Budget
from doorstep.solvers.walk import Floor, rectangle
from tests.solvers.engines import both
from tests.solvers.walk_problems import random_floor, random_warehouse

FLOOR = rectangle(aisles=4, cells=8, pitch_mm=3000, cell_mm=1000, lead_mm=1000)


def order(name: str, *bins: str, articles: int = 2) -> Order:
    return Order(name=name, bins=bins, articles=articles, boxes=1, volume_ml=900, mass_g=400)


PROBLEM = Batching(
    floor=FLOOR,
    orders=[
        order("one", "A01-001", "A02-003"),
        order("two", "A01-002"),
        order("three", "A04-008"),
        order("four", "A03-004", "A04-001"),
        order("anvil", "A01-001", articles=99),
    ],
    cart=Cart(slots=2, articles=9, boxes=2, volume_ml=1800, mass_g=800, lines=4, duration_s=200),
)
SOUND = solve(PROBLEM, Budget(work=100))


def test_a_sound_answer_has_no_fault() -> None:
    assert judge(PROBLEM, SOUND) == []
    assert [(each.order, each.constraint) for each in SOUND.unserved] == [("anvil", "articles")]


def with_first(**change: Any) -> Callable[[Answer], Answer]:
    return lambda a: replace(a, batches=(replace(a.batches[0], **change), *a.batches[1:]))


FAULTS: list[tuple[str, Callable[[Answer], Answer]]] = [
    ("order_missed", lambda a: replace(a, batches=a.batches[1:])),
    ("order_missed", lambda a: replace(a, unserved=())),
    ("order_twice", lambda a: replace(a, batches=(*a.batches, a.batches[0]))),
    ("order_unknown", with_first(orders=("nobody's",))),
    ("batch_empty", with_first(orders=())),
    ("value_wrong", lambda a: replace(a, value_mm=a.value_mm - 1)),
    ("bound_above_value", lambda a: replace(a, lower_bound_mm=a.value_mm + 1)),
    ("length_wrong", with_first(distance_mm=1)),
    ("duration_wrong", with_first(duration_s=1)),
    ("tour_bin_missed", lambda a: with_first(tour=replace(a.batches[0].tour, stops=()))(a)),
    ("tour_length_wrong", lambda a: with_first(tour=replace(a.batches[0].tour, distance_mm=3))(a)),
    (
        "left_out_without_cause",
        lambda a: replace(a, unserved=(Unserved(order="one", constraint="mass_g", message=""), *a.unserved)),
    ),
]


@pytest.mark.parametrize(
    ("kind", "change"), FAULTS, ids=[f"{k}-{kind}" for k, (kind, _) in enumerate(FAULTS)]
)
def test_a_planted_fault_is_found(kind: str, change: Callable[[Answer], Answer]) -> None:
    assert kind in {fault.kind for fault in judge(PROBLEM, change(SOUND))}


@pytest.mark.parametrize(
    ("measure", "limit"),
    [
        ("slots", 1),
        ("articles", 3),
        ("boxes", 1),
        ("volume_ml", 900),
        ("mass_g", 400),
        ("lines", 2),
        ("duration", 30),
    ],
)
def test_a_cart_that_carries_too_much_is_found(measure: str, limit: int) -> None:
    smaller = replace(PROBLEM.cart, **{"duration_s" if measure == "duration" else measure: limit})
    found = judge(replace(PROBLEM, cart=smaller), SOUND)
    assert f"over_{measure}" in {fault.kind for fault in found}


def random_batching(draws: random.Random) -> Batching:
    kind = draws.choice(["block", "block", "aisles", "graph"])
    floor = (
        random_floor(draws)
        if kind == "graph"
        else random_warehouse(draws)
        if kind == "aisles"
        else rectangle(
            aisles=draws.randint(1, 6), cells=draws.choice([5, 80]), pitch_mm=30, cell_mm=10, lead_mm=10
        )
    )
    names = list(floor.bins) if isinstance(floor, Floor) else [each.name for each in floor.bins]
    orders = [
        Order(
            name=str(number),
            bins=tuple(draws.sample(names, min(len(names), draws.randint(0, 3)))),
            articles=draws.randint(0, 9),
            mass_g=draws.randint(0, 900),
        )
        for number in range(draws.randint(0, 4 if kind == "graph" else 8))
    ]
    cart = Cart(
        slots=draws.choice([None, 2, 4]),
        articles=draws.choice([None, 20]),
        mass_g=draws.choice([None, 1500, 700]),
        duration_s=draws.choice([None, None, 400]),
        walk_mm_s=draws.choice([10, 100]),
        line_s=draws.choice([5, 30]),
    )
    return Batching(floor=floor, orders=orders, cart=cart)


@pytest.mark.parametrize("hundred", range(10))
def test_a_thousand_batchings_are_the_same_compiled_and_pure(
    hundred: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for seed in range(100 * hundred, 100 * hundred + 100):
        problem = random_batching(random.Random(seed))
        work = 20 if isinstance(problem.floor, Floor) else 80
        answer = partial(solve, problem, Budget(work=work), seed)
        compiled, pure = both(monkeypatch, "batches", answer)
        assert replace(compiled, engine="") == replace(pure, engine=""), problem
        assert judge(problem, compiled) == []


@settings(max_examples=60, deadline=None)
@given(st.randoms(use_true_random=False), st.integers(0, 2**70))
def test_whatever_is_asked_the_answer_passes_the_referee(draws: random.Random, seed: int) -> None:
    problem = random_batching(draws)
    assert judge(problem, solve(problem, Budget(work=30), seed)) == []


NUMBERS = st.sampled_from([-1, 0, 1, 7, 10**12, 10**12 + 1, 2**63, 2**70])


@settings(max_examples=100, deadline=None)
@given(NUMBERS, NUMBERS, NUMBERS, NUMBERS)
def test_hostile_numbers_are_served_or_refused_by_name(mass: int, limit: int, pace: int, time: int) -> None:
    try:
        problem = Batching(
            floor=FLOOR,
            orders=[Order(name="one", bins=("A01-001",), mass_g=mass), order("two", "A02-001")],
            cart=Cart(mass_g=limit, walk_mm_s=pace, duration_s=time),
        )
        found = {fault.kind for fault in judge(problem, solve(problem, Budget(work=5)))}
    except BatchRefused as refused:
        found = {refused.kind}
    assert found <= {"number_out_of_range"}


@pytest.mark.parametrize("processor", [False, True], ids=["of the clock", "of the processor"])
def test_a_budget_of_seconds_is_kept(monkeypatch: pytest.MonkeyPatch, processor: bool) -> None:
    budget = Budget(seconds=0.01, processor=processor)
    for answer in both(monkeypatch, "batches", lambda: solve(PROBLEM, budget, warm=[["one", "two"]])):
        assert judge(PROBLEM, answer) == []


def test_what_is_left_of_seconds_shrinks_and_work_stays_whole() -> None:
    seconds, work = Budget(seconds=5, processor=True), Budget(work=5)
    assert seconds.left(seconds.now() - 2).seconds == pytest.approx(3, abs=1)
    assert (seconds.left(seconds.now() - 9).seconds, work.left(0)) == (0, work)


def test_improvements_are_told_as_they_come(monkeypatch: pytest.MonkeyPatch) -> None:
    def heard() -> list[int]:
        values: list[int] = []
        alone = [[each.name] for each in PROBLEM.orders]
        solve(PROBLEM, Budget(work=300), warm=alone, improved=values.append)
        return values

    compiled, pure = both(monkeypatch, "batches", heard)
    assert compiled == pure == sorted(compiled, reverse=True) != []
