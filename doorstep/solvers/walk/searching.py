"""Walks on any floor: shortest ways between the spots, then the shortest order of the spots."""

from dataclasses import dataclass
from itertools import pairwise

from doorstep.solvers.budget import Budget
from doorstep.solvers.walk.blocks import MOST_CROSS_AISLES, shortest
from doorstep.solvers.walk.floors import Floor, floor_of, node_of, spot_of
from doorstep.solvers.walk.layout import WalkRefused, Warehouse
from doorstep.solvers.walk.questions import Walk, nodes_of, terminals
from doorstep.solvers.walk.sequence import EXACT_POINTS, exact_order, good_order, legs_of
from doorstep.solvers.walk.tours import Tour, corners


@dataclass(frozen=True, slots=True)
class _Points:
    """What a search orders: nodes with the bins picked there, and which points must come first."""

    floor: Floor
    start: str
    ends: list[str | None]
    nodes: list[str]
    names: list[list[str]]
    before: list[list[int]]


def by_search(problem: Walk, budget: Budget, seed: int, warm: Tour | None) -> Tour:
    """Answer a walk without choices: exact up to `EXACT_POINTS` points, else by local search.

    The budget is shared equally among the points where the walk may end.
    """
    points = _points(problem)
    ends = [end for end in points.ends if end is not None]
    nodes = [points.start, *ends, *points.nodes]
    matrix = points.floor.matrix(nodes)
    first = len(nodes) - len(points.nodes)
    exact = len(points.nodes) <= EXACT_POINTS
    given = _positions(points, warm)
    found = []
    for number, end in enumerate(points.ends):
        home = None if end is None else number + 1
        legs = legs_of(matrix, 0, home, range(first, len(nodes)))
        try:
            order = (
                exact_order(legs, points.before)
                if exact
                else good_order(
                    legs, points.before, budget=_shared(budget, len(points.ends)), seed=seed, warm=given
                )
            )
        except ValueError as error:
            raise WalkRefused(
                "order_contradicts", str(problem.before[0]), f"walk refused: {error}"
            ) from error
        way = [0, *(first + k for k in order), *([] if home is None else [home])]
        found.append((sum(matrix[a][b] for a, b in pairwise(way)), way))
    best = min(found, key=lambda each: each[0])
    bound = best[0] if exact else _lower_bound(problem, points, matrix, first)
    return _searched(problem, points, best, nodes, bound)


def _shared(budget: Budget, ends: int) -> Budget:
    if budget.seconds is not None:
        return Budget(seconds=budget.seconds / ends)
    return Budget(work=(budget.work or 0) // ends)


def _points(problem: Walk) -> _Points:
    floor = problem.floor
    if isinstance(floor, Warehouse):
        start_spot, end_spots = terminals(floor, problem)
        spots = [start_spot, *end_spots, *floor.places_of(problem.picks)]
        start, ends = node_of(start_spot), [node_of(spot) for spot in end_spots]
        floor = floor_of(floor, spots)
    else:
        start, ends = nodes_of(floor, problem)
    bound = {name for pair in problem.before for name in pair}
    groups: dict[tuple[str, str], list[str]] = {}
    for name in dict.fromkeys(problem.picks):
        if name not in floor.bins:
            raise WalkRefused("bin_unknown", name, f"bin {name!r} is not on this floor: add it to the layout")
        groups.setdefault((floor.bins[name], name if name in bound else ""), []).append(name)
    index = {name: k for k, names in enumerate(groups.values()) for name in names}
    before: list[list[int]] = [[] for _ in groups]
    for one, other in problem.before:
        if one in index and other in index:
            before[index[other]].append(index[one])
    nodes = [node for node, _ in groups]
    return _Points(floor, start, [None] if problem.stay else list(ends), nodes, list(groups.values()), before)


def _searched(
    problem: Walk, points: _Points, best: tuple[int, list[int]], nodes: list[str], bound: int
) -> Tour:
    cost, legs = best
    first = len(nodes) - len(points.nodes)
    passed = points.floor.way([nodes[k] for k in legs])
    by_aisles = isinstance(problem.floor, Warehouse)
    spots = [spot_of(node) for node in passed] if by_aisles else []
    exact = cost == bound
    bound_text = "no shorter walk exists" if exact else f"no walk can be shorter than {bound} mm"
    order_text = f"; {len(problem.before)} wish(es) for what comes first are kept" if problem.before else ""
    return Tour(
        stops=tuple(name for k in legs if k >= first for name in points.names[k - first]),
        distance_mm=cost,
        path=corners(spots, {spot_of(node) for node in points.nodes}) if by_aisles else (),
        nodes=tuple(passed),
        exact=exact,
        lower_bound_mm=bound,
        method="exact by sets" if len(points.nodes) <= EXACT_POINTS else "local search",
        reasons=(bound_text + order_text,),
    )


def _positions(points: _Points, warm: Tour | None) -> list[int]:
    if warm is None:
        return []
    rank = {name: k for k, name in enumerate(warm.stops)}
    if not all(name in rank for names in points.names for name in names):
        return []
    return sorted(range(len(points.names)), key=lambda k: rank[points.names[k][0]])


def _lower_bound(problem: Walk, points: _Points, matrix: list[list[int]], first: int) -> int:
    """Return a length no walk can beat: the exact tour of the same warehouse freed of its rules, or the farthest spot."""
    floor = problem.floor
    if isinstance(floor, Warehouse) and len(floor.cross_aisles_mm) <= MOST_CROSS_AISLES:
        start, ends = terminals(floor, problem)
        spots = floor.places_of(problem.picks)
        return shortest(floor, spots, start, list(spots) if problem.stay else ends)[0]
    homes = range(1, 1 + sum(end is not None for end in points.ends))
    return max(
        matrix[0][k] + min((matrix[k][home] for home in homes), default=0) for k in range(first, len(matrix))
    )
