"""The referee of a release step finds what is wrong with it; random and hostile steps pass it or are refused by name."""

import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doorstep.solvers.batches import BatchRefused, Cart, Order
from doorstep.solvers.batches.kinds import Choice, Profile
from doorstep.solvers.batches.release import Open, Release, Rules, Step, release
from doorstep.solvers.batches.release_referee import judge_release
from doorstep.solvers.budget import Budget
from doorstep.solvers.walk import Floor, rectangle
from tests.solvers.walk_problems import random_floor, random_warehouse

FLOOR = rectangle(aisles=4, cells=8, pitch_mm=3000, cell_mm=1000, lead_mm=1000)


def waiting(name: str, bins: tuple[str, ...], cut_off_s: int, gate: str | None = None) -> Open:
    return Open(order=Order(name=name, bins=bins, articles=2), cut_off_s=cut_off_s, gate=gate)


PROBLEM = Release(
    floor=FLOOR,
    waiting=[
        waiting("hasty", ("A01-001", "A01-008"), 1000),
        waiting("late", ("A04-002", "A04-003"), 1500),
        waiting("gated", ("A02-001",), 900, "noon"),
        waiting("calm", ("A03-005",), 90_000),
        Open(order=Order(name="anvils", bins=("A01-001",), articles=50), cut_off_s=800),
    ],
    cart=Cart(articles=2),
    now_s=0,
    rules=Rules(gates={"noon": 600, "dawn": -5}, wip_per_bench=9, profile=Profile(slots=2)),
)
SOUND = release(PROBLEM, Budget(work=50))


def test_a_sound_step_has_no_fault() -> None:
    assert judge_release(PROBLEM, SOUND) == []
    assert [each.batch.orders for each in SOUND.released] == [("hasty",), ("late",)]
    assert SOUND.held == {"gated": "gate", "calm": "time", "anvils": "articles"}


def first(**change: Any) -> Callable[[Step], Step]:
    return lambda step: replace(step, released=(replace(step.released[0], **change), *step.released[1:]))


def first_batch(**change: Any) -> Callable[[Step], Step]:
    return lambda step: first(batch=replace(step.released[0].batch, **change))(step)


def held(**change: str) -> Callable[[Step], Step]:
    return lambda step: replace(step, held={**step.held, **change})


FAULTS: list[tuple[str, Callable[[Step], Step]]] = [
    ("order_missed", lambda step: replace(step, released=step.released[1:])),
    ("order_missed", lambda step: replace(step, held={})),
    ("order_twice", held(hasty="time")),
    ("order_unknown", held(nobody="time")),
    ("batch_empty", first_batch(orders=())),
    ("over_articles", first_batch(orders=("hasty", "calm"))),
    ("gate_closed", first_batch(orders=("gated",))),
    ("held_without_gate", held(calm="gate")),
    ("gate_not_told", held(gated="time")),
    ("urgent_waits", held(hasty="time")),
    ("cause_unknown", held(calm="mood")),
    ("left_out_without_cause", held(calm="articles")),
    ("without_haste", first_batch(orders=("calm",))),
    ("slack_wrong", first(slack_s=5000)),
    ("out_of_turn", lambda step: replace(step, released=step.released[::-1])),
    ("kind_impossible", first(choice=Choice("bulk", "because"))),
    ("kind_impossible", first(choice=Choice("zone", "because"))),
    ("kind_impossible", first(choice=Choice("single_item", "because"))),
    ("no_reason", first(reasons=())),
    ("tour_length_wrong", lambda step: first_batch(tour=replace(step.released[0].batch.tour, distance_mm=1))(step)),
    ("duration_wrong", first_batch(duration_s=1)),
]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "change"), FAULTS, ids=[f"{k}-{kind}" for k, (kind, _) in enumerate(FAULTS)]
)
def test_a_planted_fault_is_found(kind: str, change: Callable[[Step], Step]) -> None:
    assert kind in {fault.kind for fault in judge_release(PROBLEM, change(SOUND))}


def test_more_than_the_benches_hold_is_found() -> None:
    full = replace(PROBLEM, in_progress=8)
    assert "over_benches" in {fault.kind for fault in judge_release(full, SOUND)}


def random_release(draws: random.Random) -> Release:
    floor = random_floor(draws) if draws.random() < 0.2 else random_warehouse(draws)
    names = list(floor.bins) if isinstance(floor, Floor) else [each.name for each in floor.bins]
    rules = Rules(
        pack_s=draws.randint(0, 200),
        dock_s=draws.randint(0, 900),
        short_slack_s=draws.randint(0, 3000),
        detour_pct=draws.choice([0, 20, 300]),
        benches=draws.randint(0, 2),
        wip_per_bench=draws.randint(0, 9),
        profile=Profile(slots=3, wall_cells=draws.choice([0, 8]), zone_lines=draws.choice([0, 2])),
        gates={"noon": draws.randint(-50, 50)},
    )
    orders = [
        Open(
            order=Order(
                name=str(number),
                bins=tuple(draws.sample(names, draws.randint(0, 3))),
                articles=draws.randint(0, 9),
            ),
            cut_off_s=draws.randint(-500, 5000),
            gate=draws.choice([None, None, "noon"]),
        )
        for number in range(draws.randint(0, 9))
    ]
    cart = Cart(
        articles=draws.choice([None, 8]),
        slots=draws.choice([None, 3]),
        duration_s=draws.choice([None, 300]),
        walk_mm_s=draws.choice([1, 100]),
    )
    return Release(
        floor=floor, waiting=orders, cart=cart, now_s=0, rules=rules, in_progress=draws.randint(0, 9)
    )


@settings(max_examples=80, deadline=None)
@given(st.randoms(use_true_random=False), st.integers(0, 2**70))
def test_whatever_waits_the_step_passes_the_referee(draws: random.Random, seed: int) -> None:
    problem = random_release(draws)
    assert judge_release(problem, release(problem, Budget(work=30), seed)) == []


NUMBERS = st.sampled_from([-(2**70), -1, 0, 1, 10**12, 10**12 + 1, 2**63])


@settings(max_examples=100, deadline=None)
@given(NUMBERS, NUMBERS, NUMBERS, NUMBERS, NUMBERS)
def test_hostile_numbers_are_released_or_refused_by_name(
    now_s: int, cut_off_s: int, benches: int, detour: int, in_progress: int
) -> None:
    try:
        problem = Release(
            floor=FLOOR,
            waiting=[waiting("one", ("A01-001",), cut_off_s)],
            cart=Cart(),
            now_s=now_s,
            rules=Rules(benches=benches, detour_pct=detour),
            in_progress=in_progress,
        )
        found = {fault.kind for fault in judge_release(problem, release(problem, Budget(work=5)))}
    except BatchRefused as refused:
        found = {refused.kind}
    assert found <= {"number_out_of_range"}
