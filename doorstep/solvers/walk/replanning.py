"""A walk under way that must change: a bin was empty, an order was canceled or came late. What is walked stays walked."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import TypeVar

from doorstep.solvers.budget import Budget
from doorstep.solvers.walk.floors import Floor, spot_of
from doorstep.solvers.walk.layout import Spot, WalkRefused, Warehouse
from doorstep.solvers.walk.questions import Walk, nodes_of, terminals
from doorstep.solvers.walk.solving import solve
from doorstep.solvers.walk.tours import Tour, corners, length_mm

T = TypeVar("T")


def replan(
    problem: Walk, tour: Tour, done: int, budget: Budget, *, drop: Iterable[str] = (), add: Iterable[str] = ()
) -> Tour:
    """Return the walk whose first `done` stops are those of `tour`, and whose rest is the shortest from there.

    Args:
        problem: the walk as it was asked.
        tour: its answer, which is being walked.
        done: stops already visited.
        budget: for the rest.
        drop: bins that need not be visited any more (those already visited stay).
        add: bins that must be visited now, not among those already visited.

    Raises:
        WalkRefused: `stop_unknown`: the tour has not so many stops; and as `solve`.
    """
    if not 0 <= done <= len(tour.stops):
        raise WalkRefused("stop_unknown", str(done), f"stop {done}: the walk has {len(tour.stops)}")
    walked, gone = tour.stops[:done], set(drop)
    picks = list(dict.fromkeys([*(name for name in tour.stops[done:] if name not in gone), *add]))
    rest = replace(
        problem,
        picks=picks,
        choices=(),
        before=[pair for pair in problem.before if pair[0] in picks and pair[1] in picks],
    )
    answer = (
        _on_aisles(rest, problem.floor, tour, walked, budget)
        if isinstance(problem.floor, Warehouse)
        else _on_graph(rest, problem.floor, tour, walked, budget)
    )
    reasons = (f"{done} stops are done and stay; the rest is planned from there", *answer.reasons)
    return replace(answer, stops=(*walked, *answer.stops), reasons=reasons)


def _on_aisles(rest: Walk, floor: Warehouse, tour: Tour, walked: Sequence[str], budget: Budget) -> Tour:
    start, ends = terminals(floor, rest)
    path = _spots(tour)
    cut = _passed(path, [floor.places[name] for name in walked])
    answer = solve(replace(rest, start=path[cut], ends=ends), budget)
    kept = {start, *(floor.places[name] for name in (*walked, *answer.stops))}
    walked_mm = length_mm(path[: cut + 1])
    return replace(
        answer,
        path=corners([*path[: cut + 1], *_spots(answer)[1:]], kept),
        nodes=(),
        distance_mm=walked_mm + answer.distance_mm,
        lower_bound_mm=walked_mm + answer.lower_bound_mm,
    )


def _on_graph(rest: Walk, floor: Floor, tour: Tour, walked: Sequence[str], budget: Budget) -> Tour:
    _start, ends = nodes_of(floor, rest)
    cut = _passed(tour.nodes, [floor.bins[name] for name in walked])
    answer = solve(replace(rest, start=tour.nodes[cut], ends=ends), budget)
    walked_mm = sum(floor.ways[a][b] for a, b in pairwise(tour.nodes[: cut + 1]) if a != b)
    return replace(
        answer,
        nodes=(*tour.nodes[: cut + 1], *answer.nodes[1:]),
        distance_mm=walked_mm + answer.distance_mm,
        lower_bound_mm=walked_mm + answer.lower_bound_mm,
    )


def _spots(tour: Tour) -> list[Spot]:
    return [spot_of(node) for node in tour.nodes] if tour.nodes else list(tour.path)


def _passed(way: Sequence[T], stops: Iterable[T]) -> int:
    """Return where on the way the last of the stops is reached, all of them in turn."""
    here = 0
    for stop in stops:
        here = next(k for k in range(here, len(way)) if way[k] == stop)
    return here
