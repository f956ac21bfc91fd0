"""The question of a walk, and its answer by the best method that fits."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from doorstep.solvers.budget import Budget
from doorstep.solvers.walk.blocks import shortest_edges
from doorstep.solvers.walk.columns import columns_of
from doorstep.solvers.walk.floors import Floor, floor_of, node_of, spot_of
from doorstep.solvers.walk.layout import Spot, WalkRefused, Warehouse
from doorstep.solvers.walk.sequence import EXACT_POINTS, exact_order, good_order
from doorstep.solvers.walk.tours import Tour, corners, in_order_of_passing, walked_through

MOST_CROSS_AISLES = 5
"""Beyond this many the exact method for aisles takes seconds; local search answers instead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """One walk to plan.

    Attributes:
        floor: a warehouse of parallel aisles, or any floor as a graph.
        picks: names of the bins to visit; a bin named twice is visited once.
        start: where this walk begins (a spot of the warehouse); None: where the floor says.
        ends: where this walk may end; None: where the floor says; empty: back at the start.
        stay: end at the last pick (no return).
        before: pairs of bins; the first must be visited before the second (heavy before light, earlier expiry first).
    """

    floor: Warehouse | Floor
    picks: Sequence[str]
    start: Spot | None = None
    ends: Sequence[Spot] | None = None
    stay: bool = False
    before: Sequence[tuple[str, str]] = field(default=())


def solve(
    problem: Walk,
    budget: Budget,
    seed: int = 1,
    warm: Tour | None = None,
    improved: Callable[[Tour], None] | None = None,
) -> Tour:
    """Find the shortest walk.

    Exact and independent of budget and seed in parallel aisles that may be walked both ways; exact everywhere up to
    11 spots; otherwise local search, one unit of work per descent.

    Args:
        problem: the walk.
        budget: limit for the local search.
        seed: of the local search.
        warm: an earlier answer whose order the search begins with.
        improved: called with the answer found.

    Raises:
        WalkRefused: a bin or node that does not exist, a spot nobody can reach, contradicting `before`.
    """
    floor = problem.floor
    if isinstance(floor, Warehouse):
        free = not floor.one_way and len(floor.cross_aisles_mm) <= MOST_CROSS_AISLES
        tour = _by_aisles(floor, problem) if free and not problem.before else None
    else:
        tour = None
    tour = tour or _by_search(problem, budget, seed, warm)
    if improved:
        improved(tour)
    return tour


def tour(
    warehouse: Warehouse,
    picks: Sequence[str],
    *,
    start: Spot | None = None,
    ends: Sequence[Spot] | None = None,
    stay: bool = False,
    before: Sequence[tuple[str, str]] = (),
) -> Tour:
    """Answer one walk at once; see `Walk` for the arguments and `solve` for budgets.

    Raises:
        WalkRefused: as `solve`.
    """
    problem = Walk(floor=warehouse, picks=picks, start=start, ends=ends, stay=stay, before=before)
    return solve(problem, Budget(work=50))


def _by_aisles(warehouse: Warehouse, problem: Walk) -> Tour:
    bins_at = warehouse.places_of(problem.picks)
    start, ends = _terminals(warehouse, problem)
    if problem.stay:
        ends = list(bins_at) or [start]
    found = []
    for end in ends:
        columns = columns_of(warehouse, bins_at, start, end)
        found.append(shortest_edges(columns, warehouse.cross_aisles_mm))
    distance_mm, edges = min(found, key=lambda each: each[0])
    passed = walked_through(edges, start)
    blocks = len(warehouse.cross_aisles_mm) - 1
    return Tour(
        stops=in_order_of_passing(passed, bins_at),
        distance_mm=distance_mm,
        path=corners(passed, bins_at),
        exact=True,
        lower_bound_mm=distance_mm,
        method="exact by aisles",
        reasons=(
            f"no shorter walk exists through these {len(bins_at)} spots in {blocks} block(s) of aisles",
        ),
    )


def _terminals(warehouse: Warehouse, problem: Walk) -> tuple[Spot, list[Spot]]:
    start = warehouse.start if problem.start is None else problem.start
    ends = list(warehouse.ends if problem.ends is None else problem.ends) or [start]
    for spot in (start, *ends):
        warehouse.check_spot(spot)
    return start, ends


@dataclass(frozen=True, slots=True)
class _Points:
    """What a search orders: nodes with the bins picked there, and what must come first as bit masks."""

    floor: Floor
    start: str
    ends: list[str | None]
    nodes: list[str]
    names: list[list[str]]
    before: list[int]


def _points(problem: Walk) -> _Points:
    floor = problem.floor
    if isinstance(floor, Warehouse):
        start_spot, end_spots = _terminals(floor, problem)
        spots = [start_spot, *end_spots, *floor.places_of(problem.picks)]
        start, ends = node_of(start_spot), [node_of(spot) for spot in end_spots]
        floor = floor_of(floor, spots)
    else:
        start, ends = floor.start, list(floor.ends) or [floor.start]
    bound = {name for pair in problem.before for name in pair}
    groups: dict[tuple[str, str], list[str]] = {}
    for name in dict.fromkeys(problem.picks):
        if name not in floor.bins:
            raise WalkRefused("bin_unknown", name, f"bin {name!r} is not on this floor: add it to the layout")
        groups.setdefault((floor.bins[name], name if name in bound else ""), []).append(name)
    index = {name: k for k, names in enumerate(groups.values()) for name in names}
    before = [0] * len(groups)
    for one, other in problem.before:
        if one in index and other in index:
            before[index[other]] |= 1 << index[one]
    nodes = [node for node, _ in groups]
    return _Points(floor, start, [None] if problem.stay else list(ends), nodes, list(groups.values()), before)


def _by_search(problem: Walk, budget: Budget, seed: int, warm: Tour | None) -> Tour:
    points = _points(problem)
    nodes = [points.start, *(end for end in points.ends if end), *points.nodes]
    matrix = points.floor.matrix(nodes)
    first = len(nodes) - len(points.nodes)
    exact = len(points.nodes) <= EXACT_POINTS
    meter = budget.start()
    given = _positions(points, warm)
    best: tuple[int, list[int]] | None = None
    for number, end in enumerate(points.ends):
        home = None if end is None else number + 1
        visits = range(first, len(nodes))
        try:
            order = (
                exact_order(matrix, 0, home, visits, points.before)
                if exact
                else good_order(matrix, 0, home, visits, points.before, meter=meter, seed=seed, warm=given)
            )
        except ValueError as error:
            raise WalkRefused(
                "order_contradicts", str(problem.before[0]), f"walk refused: {error}"
            ) from error
        legs = [0, *order, *([] if home is None else [home])]
        cost = sum(matrix[a][b] for a, b in pairwise(legs))
        if best is None or cost < best[0]:
            best = (cost, legs)
    assert best is not None  # noqa: S101 - a floor has at least one end
    bound = best[0] if exact else _lower_bound(problem, matrix, first, len(points.ends))
    return _searched(problem, points, best, nodes, bound)


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


def _lower_bound(problem: Walk, matrix: list[list[int]], first: int, ends: int) -> int:
    """Return a length no walk can beat: the exact tour of the same warehouse freed of its rules, or the farthest spot."""
    floor = problem.floor
    if isinstance(floor, Warehouse) and len(floor.cross_aisles_mm) <= MOST_CROSS_AISLES:
        return _by_aisles(floor, problem).distance_mm
    homes = [] if problem.stay else list(range(1, 1 + ends))
    return max(
        matrix[0][k] + min((matrix[k][home] for home in homes), default=0) for k in range(first, len(matrix))
    )
