"""The referee of walks finds what is wrong with a tour, and only that."""

import random
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doorstep.solvers.budget import Budget
from doorstep.solvers.walk import Aisle, Bin, Floor, Passage, Spot, Tour, Walk, Warehouse, replan, solve
from doorstep.solvers.walk.picture import picture
from doorstep.solvers.walk.policies import POLICIES, by_policy
from doorstep.solvers.walk.referee import judge
from tests.solvers.walk_problems import random_walk

FLOOR = Warehouse(
    aisles=(
        Aisle(name="A", x_mm=0),
        Aisle(name="B", x_mm=3000),
        Aisle(name="C", x_mm=6000, one_way="up"),
    ),
    bins=(
        Bin(name="a", aisle="A", y_mm=2000),
        Bin(name="b", aisle="B", y_mm=8000),
        Bin(name="c", aisle="C", y_mm=5000),
        Bin(name="d", aisle="A", y_mm=9000),
    ),
    cross_aisles_mm=(0, 10_000),
    start=Spot(0, 0),
)
PROBLEM = Walk(floor=FLOOR, picks=["a", "b", "c"], before=[("a", "c")])
SOUND = solve(PROBLEM, Budget(work=1))
BY_PATH = replace(SOUND, nodes=())
GRAPH = Floor(
    passages=(
        Passage(a="door", b="lift", length_mm=4),
        Passage(a="lift", b="roof", length_mm=20),
        Passage(a="roof", b="door", length_mm=30, one_way=True),
    ),
    bins={"hat": "roof", "shoe": "lift"},
    start="door",
)
ON_GRAPH = Walk(floor=GRAPH, picks=["hat", "shoe"])
TOUR = solve(ON_GRAPH, Budget(work=1))


def test_a_sound_tour_has_no_fault() -> None:
    assert [judge(PROBLEM, SOUND), judge(PROBLEM, BY_PATH), judge(ON_GRAPH, TOUR)] == [[], [], []]


Change = Callable[[Tour], Tour]

FAULTS: list[tuple[str, Change]] = [
    ("bin_missed", lambda t: replace(t, stops=t.stops[:-1])),
    ("bin_twice", lambda t: replace(t, stops=(*t.stops, t.stops[-1]))),
    ("bin_not_asked", lambda t: replace(t, stops=(*t.stops, "d"))),
    ("stop_not_passed", lambda t: replace(t, stops=("d", *t.stops))),
    ("order_broken", lambda t: replace(t, stops=t.stops[::-1])),
    ("length_wrong", lambda t: replace(t, distance_mm=t.distance_mm - 1, lower_bound_mm=0, exact=False)),
    ("bound_above_value", lambda t: replace(t, lower_bound_mm=t.distance_mm + 1, exact=False)),
    ("exact_without_proof", lambda t: replace(t, lower_bound_mm=t.distance_mm - 1, exact=True)),
    ("start_wrong", lambda t: replace(t, path=t.path[1:])),
    ("end_wrong", lambda t: replace(t, path=t.path[:-1])),
    ("path_missing", lambda t: replace(t, path=())),
    ("through_a_rack", lambda t: replace(t, path=(t.path[0], Spot(1500, 4000), *t.path[1:]))),
    ("against_one_way", lambda t: replace(t, path=t.path[::-1])),
]


@pytest.mark.parametrize(("kind", "change"), FAULTS, ids=[kind for kind, _ in FAULTS])
def test_a_planted_fault_is_found(kind: str, change: Change) -> None:
    assert kind in {fault.kind for fault in judge(PROBLEM, change(BY_PATH))}


GRAPH_FAULTS: list[tuple[str, Change]] = [
    ("no_passage", lambda t: replace(t, nodes=("door", "roof", *t.nodes))),
    ("start_wrong", lambda t: replace(t, nodes=t.nodes[1:])),
    ("end_wrong", lambda t: replace(t, nodes=t.nodes[:-1])),
    ("path_missing", lambda t: replace(t, nodes=())),
    ("length_wrong", lambda t: replace(t, distance_mm=t.distance_mm + 1)),
    ("stop_not_passed", lambda t: replace(t, nodes=("door", "lift", "door"))),
]


@pytest.mark.parametrize(("kind", "change"), GRAPH_FAULTS, ids=[kind for kind, _ in GRAPH_FAULTS])
def test_a_planted_fault_on_a_graph_is_found(kind: str, change: Change) -> None:
    assert kind in {fault.kind for fault in judge(ON_GRAPH, change(TOUR))}


@pytest.mark.parametrize(("kind", "stops"), [("choice_missed", ("a",)), ("too_many_chosen", ("a", "b", "d"))])
def test_a_choice_is_made_exactly_once(kind: str, stops: tuple[str, ...]) -> None:
    problem = Walk(floor=FLOOR, picks=["a"], choices=[["b", "d"]])
    sound = solve(problem, Budget(work=1))
    assert judge(problem, sound) == []
    assert kind in {fault.kind for fault in judge(problem, replace(sound, stops=stops))}


TWO_WAY = replace(FLOOR, aisles=tuple(replace(each, one_way=None) for each in FLOOR.aisles))


@pytest.mark.parametrize(
    ("policy", "length"), [("s_shape", 42_000), ("return", 56_000), ("midpoint", 36_000)]
)
def test_a_policy_walks_as_its_name_says(policy: str, length: int) -> None:
    found = by_policy(TWO_WAY, ["a", "b", "c", "d"], policy)  # type: ignore[arg-type]
    assert (found.distance_mm, judge(Walk(floor=TWO_WAY, picks=["a", "b", "c", "d"]), found)) == (length, [])


def test_no_policy_is_shorter_than_the_exact_walk() -> None:
    for policy in POLICIES:
        found = by_policy(TWO_WAY, ["a", "b", "c"], policy)  # type: ignore[arg-type]
        assert found.lower_bound_mm <= found.distance_mm


def test_what_is_walked_stays_walked_when_a_bin_was_empty_and_an_order_came_late() -> None:
    problem = Walk(floor=TWO_WAY, picks=["a", "b", "c"])
    tour = solve(problem, Budget(work=1))
    done, dropped = tour.stops[0], tour.stops[1]
    new = replan(problem, tour, 1, Budget(work=1), drop=[dropped], add=["d"])
    left = ({"a", "b", "c"} - {dropped}) | {"d"}
    assert (new.stops[0], set(new.stops)) == (done, left)
    assert judge(replace(problem, picks=sorted(left)), new) == []


def test_a_walk_on_a_graph_goes_on_from_the_node_where_the_picker_stands() -> None:
    new = replan(ON_GRAPH, TOUR, 1, Budget(work=1), drop=["hat"] if TOUR.stops[0] == "shoe" else ["shoe"])
    assert judge(replace(ON_GRAPH, picks=list(new.stops)), new) == []


@settings(max_examples=80, deadline=None)
@given(st.randoms(use_true_random=False))
def test_whatever_changes_under_way_the_new_walk_passes_the_referee(draws: random.Random) -> None:
    problem = replace(random_walk(draws), choices=())
    tour = solve(problem, Budget(work=4))
    done = draws.randint(0, len(tour.stops))
    drop = [name for name in tour.stops if draws.random() < 0.3]
    bound = {name for pair in problem.before for name in pair}
    names = problem.floor.bins if isinstance(problem.floor, Floor) else problem.floor.places
    late = [name for name in names if name not in tour.stops and name not in bound][: draws.randint(0, 3)]
    new = replan(problem, tour, done, Budget(work=4), drop=drop, add=late)
    left = {*tour.stops[:done], *(name for name in tour.stops[done:] if name not in drop), *late}
    assert new.stops[:done] == tour.stops[:done]
    assert judge(replace(problem, picks=sorted(left)), new) == []


def test_the_picture_shows_every_stop_and_says_what_it_is() -> None:
    drawn = picture(TWO_WAY, solve(Walk(floor=TWO_WAY, picks=["a", "b", "c"]), Budget(work=1)), "Cart <7>")
    assert drawn.count("<circle") == 3
    assert "Cart &lt;7&gt;: 3 stops" in drawn
