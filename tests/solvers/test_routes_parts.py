"""Thousands of stops are planned in parts, several seeds or parts by several hands."""

import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from doorstep.platform.crew import Crew
from doorstep.solvers.budget import Budget
from doorstep.solvers.routes import (
    ALONE,
    Depot,
    Drive,
    Habits,
    Point,
    Roads,
    RouteRefused,
    Routing,
    Stop,
    Straight,
    Van,
    judge,
    learned,
    planning,
    roads,
    solve,
)
from doorstep.solvers.routes import parts as parts_of
from tests.solvers.routes_world import VAN, stop, street, visited


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Plan in parts what tests can plan quickly."""
    monkeypatch.setattr(planning, "WHOLE_MOST", 20)
    monkeypatch.setattr(parts_of, "PART_MOST", 15)


def town(stops: int, vans: int, **van: Any) -> Routing:
    draws = random.Random(7)
    points = [Point(47 + draws.uniform(-0.1, 0.1), 9 + draws.uniform(-0.1, 0.1)) for _ in range(stops + 2)]
    return Routing(
        roads=Straight(points),
        depots=[Depot(name="a", place=0), Depot(name="b", place=1)],
        vans=[Van(name=f"van {k}", start="ab"[k % 2], **van) for k in range(vans)],
        stops=[Stop(name=f"s{k}", place=k, service_s=60) for k in range(2, stops + 2)],
    )


def test_parts_serve_everybody_and_the_referee_agrees(small_parts: None) -> None:
    problem = town(60, 8, parcels=12)
    plan = solve(problem, Budget(work=800))
    assert judge(problem, plan) == []
    assert (plan.unserved, plan.engine) == ((), "pyvrp in parts")


def test_the_same_work_and_seed_give_the_same_plan_in_parts(small_parts: None) -> None:
    problem = town(40, 5, parcels=12)
    assert solve(problem, Budget(work=200)) == solve(problem, Budget(work=200))


def test_grouping_anew_makes_a_plan_cheaper_not_dearer(small_parts: None) -> None:
    values: list[int] = []
    plan = solve(town(60, 8, parcels=12), Budget(work=1200), improved=values.append)
    assert values == sorted(values, reverse=True)
    assert plan.value <= values[-1]


def test_a_single_van_for_many_parts_still_gets_what_fits(small_parts: None) -> None:
    problem = town(45, 1, parcels=10)
    plan = solve(problem, Budget(work=300))
    assert judge(problem, plan) == []
    assert len(plan.unserved) == 35


def test_a_skill_that_one_part_lacks_is_found_in_another(small_parts: None) -> None:
    problem = town(45, 4)
    lift = frozenset({"lift"})
    problem = replace(
        problem,
        vans=[*problem.vans[:3], replace(problem.vans[3], skills=lift)],
        stops=[
            replace(each, needs=lift if k % 15 == 0 else frozenset()) for k, each in enumerate(problem.stops)
        ],
    )
    plan = solve(problem, Budget(work=400))
    assert judge(problem, plan) == []
    assert plan.unserved == ()


def test_parts_in_a_matrix_without_coordinates(small_parts: None) -> None:
    problem = town(60, 8, parcels=12)
    problem = replace(problem, roads=problem.roads.among(range(problem.roads.places)))
    plan = solve(problem, Budget(work=400))
    assert (judge(problem, plan), plan.unserved) == ([], ())


def test_a_warm_start_in_parts_begins_where_the_plan_was(small_parts: None) -> None:
    problem = town(40, 5, parcels=12)
    plan = solve(problem, Budget(work=400))
    again = solve(problem, Budget(work=0), warm=plan)
    assert again.value <= plan.value


class Hands:
    """Two hands that are none: tasks one after the other, counted."""

    hands = 2

    def __init__(self) -> None:
        self.tasks: list[int] = []

    def __call__(
        self, work: Callable[..., Any], tasks: Sequence[tuple[Any, ...]], told: Callable[[int, int], None]
    ) -> list[Any]:
        """Do them here."""
        self.tasks.append(len(tasks))
        return ALONE(work, tasks, told)


def test_each_hand_tries_a_seed_of_its_own_and_the_best_plan_is_taken() -> None:
    problem = street(*(stop(place) for place in range(1, 12)), vans=(replace(VAN, parcels=6, reloads=2),))
    hands, values = Hands(), list[int]()
    plan = solve(problem, Budget(work=40), crew=hands, improved=values.append)
    alone = [solve(problem, Budget(work=40), seed=seed) for seed in (1, 2)]
    assert (hands.tasks, plan.value) == ([2], min(each.value for each in alone))
    assert values == sorted(set(values), reverse=True)


def test_processes_give_the_same_plan_as_hands_in_this_one() -> None:
    problem = street(*(stop(place) for place in range(1, 9)), vans=(replace(VAN, parcels=4, reloads=2),))
    assert visited(solve(problem, Budget(work=30), crew=Crew(2))) == visited(
        solve(problem, Budget(work=30), crew=Hands())
    )


def test_straight_roads_are_the_same_asked_one_by_one_or_as_a_matrix() -> None:
    problem = town(30, 1)
    matrix = problem.roads.among(range(32))
    for here in range(32):
        for there in range(32):
            assert problem.roads.meters(here, there) == matrix.meters(here, there)
            assert problem.roads.seconds(here, there) == matrix.seconds(here, there)


def test_a_chart_of_distances_keeps_near_near() -> None:
    spots = np.array([[0, 0], [1, 0], [0, 1], [10, 10], [11, 10]])
    apart = np.rint(1000 * np.hypot(*(spots[:, None] - spots[None, :]).transpose(2, 0, 1))).astype(np.int64)
    chart = Roads(apart, apart).chart()
    drawn = np.hypot(*(chart[:, None] - chart[None, :]).transpose(2, 0, 1))
    assert np.abs(drawn - apart).max() < 30


def test_habits_are_learned_from_drives_and_a_lunch_among_them_does_no_harm() -> None:
    draws = random.Random(2)
    truth = Habits(circuity_percent=150, speed_m_h=36_000, leg_s=45)
    drives = []
    for k in range(60):
        here, there = (Point(47 + draws.uniform(0, 0.05), 9 + draws.uniform(0, 0.05)) for _ in range(2))
        legs = Straight([here, there], truth)
        meters, seconds = legs.meters(0, 1), legs.seconds(0, 1)
        drives.append(Drive(here, there, meters, seconds + (3600 if k % 13 == 0 else 0)))
    found = learned(drives)
    assert found is not None
    assert abs(found.circuity_percent - 150) <= 1
    assert abs(found.speed_m_h - 36_000) < 2500
    assert abs(found.leg_s - 45) < 20


def test_a_few_drives_teach_nothing() -> None:
    assert learned([Drive(Point(47, 9), Point(47.1, 9), 15_000, 900)] * 5) is None


@pytest.mark.parametrize(
    ("habits", "item"),
    [
        (Habits(circuity_percent=90), "circuity_percent"),
        (Habits(speed_m_h=0), "speed_m_h"),
        (Habits(leg_s=-1), "leg_s"),
    ],
)
def test_habits_that_make_no_sense_are_refused_by_name(habits: Habits, item: str) -> None:
    with pytest.raises(RouteRefused) as refused:
        Straight([], habits)
    assert refused.value.item == item


def test_no_places_are_no_roads() -> None:
    assert roads([]).places == 0
