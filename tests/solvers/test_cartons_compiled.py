"""The compiled search for cartons finds exactly what the pure one does."""

import random
from dataclasses import replace

import pytest

from doorstep.solvers.budget import Budget
from doorstep.solvers.cartons import Answer, Box, CartonRefused, Item, Packing, Rate, Tariff, judge, solve
from doorstep.solvers.compiled import core
from tests.solvers.carton_problems import LARGE, SMALL, cube, drawn

needs_core = pytest.mark.skipif(core("cartons") is None, reason="there is no compiled core here")


def both(
    problem: Packing, work: int, seed: int, monkeypatch: pytest.MonkeyPatch, warm: Answer | None = None
) -> tuple[Answer, Answer]:
    compiled = solve(problem, Budget(work=work), seed, warm)
    with monkeypatch.context() as patch:
        patch.setenv("DOORSTEP_PURE", "1")
        pure = solve(problem, Budget(work=work), seed, warm)
    assert (compiled.engine, pure.engine) == ("compiled", "pure")
    return replace(compiled, engine="pure"), pure


def agree(seeds: range, work: int, monkeypatch: pytest.MonkeyPatch) -> int:
    """Compare the engines on random problems; return how many there were."""
    compared = 0
    for seed in seeds:
        try:
            problem = drawn(seed)
        except CartonRefused:
            continue  # tags that exclude each other in one item
        compiled, pure = both(problem, work, seed, monkeypatch)
        assert compiled == pure, f"problem {seed}"
        assert judge(problem, compiled) == [], f"problem {seed}"
        compared += 1
    return compared


@needs_core
def test_both_engines_give_the_same_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    assert agree(range(40), 4, monkeypatch) == 40


@needs_core
@pytest.mark.soak
def test_both_engines_give_the_same_answers_to_a_thousand_problems(monkeypatch: pytest.MonkeyPatch) -> None:
    assert agree(range(1_010), 6, monkeypatch) >= 1_000  # a few are refused


@needs_core
def test_both_engines_lay_the_same_patterns(monkeypatch: pytest.MonkeyPatch) -> None:
    luck = random.Random(5)
    for seed in range(12):
        length, width, height = (luck.randint(20, 90) for _ in range(3))
        bottle = Item(
            name="b", length_mm=length, width_mm=width, height_mm=height, quantity=luck.randint(15, 60)
        )
        case = Box(name="case", length_mm=310, width_mm=230, height_mm=luck.randint(90, 300), stock=2)
        compiled, pure = both(Packing(items=[bottle], boxes=[case]), 3, seed, monkeypatch)
        assert compiled == pure, f"bottle {bottle.sides} in {case.sides}"


@needs_core
def test_both_engines_even_out_masses_and_start_warm_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    goods = [
        cube(70, weight_g=1_200, quantity=12),
        cube(20, weight_g=1_100, quantity=2),
        cube(55, weight_g=90),
    ]
    for even in (False, True):
        problem = Packing(items=goods, boxes=[SMALL, LARGE], even=even)
        compiled, pure = both(problem, 30, 3, monkeypatch)
        assert compiled == pure
        again, same = both(problem, 5, 4, monkeypatch, warm=pure)
        assert again == same


@needs_core
def test_improvements_are_told_by_the_compiled_engine_too(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[int] = []
    goods = [cube(side, weight_g=700, quantity=2) for side in (55, 62, 71, 84, 93)]
    problem = Packing(items=goods, boxes=[SMALL, LARGE], objective="volume")
    answer = solve(problem, Budget(work=400), improved=told.append)
    monkeypatch.setenv("DOORSTEP_PURE", "1")
    pure: list[int] = []
    solve(problem, Budget(work=400), improved=pure.append)
    assert told == pure
    assert all(value >= answer.value for value in told)


@needs_core
def test_prices_beyond_what_the_core_can_count_are_left_to_pure_python() -> None:
    rate = Rate(steps=((1, 10**12),), over_minor=10**12, unit_mg=1)
    problem = Packing(
        items=[cube(50, weight_g=10**9)],
        boxes=[Box(name="vault", length_mm=60, width_mm=60, height_mm=60, tare_g=10**9)],
        objective="cost",
        tariff=Tariff(rate=rate),
    )
    answer = solve(problem, Budget(work=3))
    assert answer.engine == "pure"
    assert answer.value > 10**18
    assert judge(problem, answer) == []


@needs_core
def test_the_largest_numbers_are_counted_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    giant = Item(
        name="giant", length_mm=100_000, width_mm=100_000, height_mm=100_000, weight_g=10**9, quantity=5
    )
    hall = Box(name="hall", length_mm=100_000, width_mm=100_000, height_mm=100_000, price_minor=10**12)
    for objective in ("fewest", "volume", "cost"):
        problem = Packing(items=[giant], boxes=[hall], objective=objective)
        compiled, pure = both(problem, 2, 1, monkeypatch)
        assert compiled == pure


def test_without_the_core_cartons_are_packed_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOORSTEP_PURE", "1")
    problem = Packing(items=[cube(90)], boxes=[SMALL, LARGE])
    answer = solve(problem, Budget(work=1))
    assert answer.engine == "pure"
    assert judge(problem, answer) == []
