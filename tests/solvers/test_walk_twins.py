"""The compiled walks answer like the pure ones, and random and hostile walks pass the referee."""

import random
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doorstep.solvers.budget import Budget
from doorstep.solvers.compiled import absence, core
from doorstep.solvers.draws import Draws
from doorstep.solvers.walk import Aisle, Bin, Floor, Passage, Spot, Tour, Walk, WalkRefused, Warehouse, solve
from doorstep.solvers.walk.referee import judge
from tests.solvers.engines import both
from tests.solvers.walk_problems import random_walk


def answered(problem: Walk, seed: int) -> Tour | str:
    try:
        return solve(problem, Budget(work=4), seed=seed)
    except WalkRefused as refused:
        return refused.kind


@pytest.mark.parametrize("hundred", range(10))
def test_a_thousand_walks_are_the_same_compiled_and_pure(
    hundred: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for seed in range(100 * hundred, 100 * hundred + 100):
        problem = random_walk(random.Random(seed))
        compiled, pure = both(monkeypatch, "walk", partial(answered, problem, seed))
        assert compiled == pure, problem
        if isinstance(compiled, Tour):
            assert judge(problem, compiled) == []


def test_both_engines_draw_the_same_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    def drawn() -> list[int]:
        compiled = core("walk")
        draws = Draws(2**64 - 1)
        return compiled.draw(2**64 - 1, 2**32, 50) if compiled else [draws.below(2**32) for _ in range(50)]

    compiled, pure = both(monkeypatch, "walk", drawn)
    assert compiled == pure


def test_the_house_says_when_it_runs_without_its_compiled_core(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOORSTEP_PURE", "1")
    assert (core("walk"), absence()) == (
        None,
        "The solvers run in pure Python, slower: DOORSTEP_PURE is set.",
    )


@settings(max_examples=150, deadline=None)
@given(st.randoms(use_true_random=False), st.integers(0, 2**70))
def test_whatever_is_asked_the_answer_passes_the_referee(draws: random.Random, seed: int) -> None:
    problem = random_walk(draws)
    found = answered(problem, seed)
    assert isinstance(found, Tour)
    assert judge(problem, found) == []


NUMBERS = st.one_of(st.integers(-5, 5), st.sampled_from([-(10**9), 10**9, 10**10, 2**63, -(2**64)]))


def judged(floor: Callable[[], Warehouse | Floor]) -> set[str]:
    """Return the kinds of faults or of the refusal for a walk to the bin `bin`."""
    try:
        problem = Walk(floor=floor(), picks=["bin"])
        return {fault.kind for fault in judge(problem, solve(problem, Budget(work=1)))}
    except WalkRefused as refused:
        return {f"refused: {refused.kind}"}


@settings(max_examples=150, deadline=None)
@given(st.lists(NUMBERS, min_size=1, max_size=4), st.lists(NUMBERS, max_size=4), NUMBERS, NUMBERS)
def test_hostile_warehouses_are_answered_or_refused_by_name(
    xs: list[int], ys: list[int], bin_y: int, start_y: int
) -> None:
    known = {"number_out_of_range", "given_twice", "cross_aisles_unordered", "spot_unreachable"}
    assert judged(
        lambda: Warehouse(
            aisles=tuple(Aisle(name=f"a{k}", x_mm=x) for k, x in enumerate(xs)),
            bins=(Bin(name="bin", aisle="a0", y_mm=bin_y),),
            cross_aisles_mm=tuple(ys),
            start=Spot(xs[0], start_y),
        )
    ) <= {f"refused: {kind}" for kind in known}


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from("abcd"), st.sampled_from("abcd"), NUMBERS, st.booleans()),
        min_size=1,
        max_size=6,
    ),
    st.sampled_from("abcd"),
    st.sampled_from("abcd"),
)
def test_hostile_graphs_are_answered_or_refused_by_name(
    passages: list[tuple[str, str, int, bool]], start: str, shelf: str
) -> None:
    known = {"number_out_of_range", "node_unknown", "disconnected"}
    assert judged(
        lambda: Floor(
            passages=tuple(Passage(a=a, b=b, length_mm=n, one_way=one_way) for a, b, n, one_way in passages),
            bins={"bin": shelf},
            start=start,
        )
    ) <= {f"refused: {kind}" for kind in known}


def test_of_two_bins_with_the_same_product_the_one_on_the_way_is_chosen() -> None:
    floor = Warehouse(
        aisles=(Aisle(name="A", x_mm=0), Aisle(name="B", x_mm=3000), Aisle(name="C", x_mm=6000)),
        bins=(
            Bin(name="needed", aisle="B", y_mm=4000),
            Bin(name="near the door", aisle="A", y_mm=3900),
            Bin(name="on the way", aisle="B", y_mm=3800),
        ),
        cross_aisles_mm=(0, 10_000),
        start=Spot(0, 0),
    )
    problem = Walk(floor=floor, picks=["needed"], choices=[["near the door", "on the way"]])
    found = solve(problem, Budget(work=10))
    assert (set(found.stops), found.distance_mm, found.exact) == ({"needed", "on the way"}, 14_000, True)


def test_many_choices_are_searched_and_never_worse_than_the_greedy_first() -> None:
    draws = random.Random(5)
    xs = range(0, 60, 10)
    floor = Warehouse(
        aisles=tuple(Aisle(name=str(x), x_mm=x) for x in xs),
        bins=tuple(Bin(name=f"{x}-{y}", aisle=str(x), y_mm=y) for x in xs for y in range(5, 100, 5)),
        cross_aisles_mm=(0, 100),
        start=Spot(0, 0),
    )
    names = [each.name for each in floor.bins]
    choices = [draws.sample(names, 4) for _ in range(8)]
    problem = Walk(floor=floor, picks=names[:2], choices=choices)
    first, searched = (solve(problem, Budget(work=work), seed=3) for work in (0, 400))
    assert judge(problem, searched) == []
    assert searched.lower_bound_mm <= searched.distance_mm <= first.distance_mm
    assert searched == replace(solve(problem, Budget(work=400), seed=3))
