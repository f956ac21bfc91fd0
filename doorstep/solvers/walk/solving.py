"""A walk from question to answer, by the best method that fits."""

from collections.abc import Callable, Sequence

from doorstep.solvers.budget import Budget
from doorstep.solvers.walk.blocks import exact_by_aisles, shortest
from doorstep.solvers.walk.layout import Spot, Warehouse
from doorstep.solvers.walk.questions import Walk, terminals
from doorstep.solvers.walk.scattered import by_choice
from doorstep.solvers.walk.searching import by_search
from doorstep.solvers.walk.tours import Tour, corners, in_order_of_passing, walked_through


def solve(
    problem: Walk,
    budget: Budget,
    seed: int = 1,
    warm: Tour | None = None,
    improved: Callable[[Tour], None] | None = None,
) -> Tour:
    """Find the shortest walk.

    Exact and independent of budget and seed in parallel aisles that may be walked both ways; exact everywhere up to
    11 spots; otherwise local search, one unit of work per descent. With choices of bins, see `scattered`.

    Args:
        problem: the walk.
        budget: limit for the local search.
        seed: of the local search.
        warm: an earlier answer whose order the search begins with.
        improved: called with every answer that is better than the ones before.

    Raises:
        WalkRefused: a bin or node that does not exist, a spot nobody can reach, contradicting `before`.
    """
    if problem.choices:
        return by_choice(problem, budget, seed, plain, improved)
    tour = plain(problem, budget, seed, warm)
    if improved:
        improved(tour)
    return tour


def plain(problem: Walk, budget: Budget, seed: int = 1, warm: Tour | None = None) -> Tour:
    """Answer a walk without choices."""
    if isinstance(problem.floor, Warehouse) and exact_by_aisles(problem.floor) and not problem.before:
        return _by_aisles(problem.floor, problem)
    return by_search(problem, budget, seed, warm)


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
    start, ends = terminals(warehouse, problem)
    if problem.stay:
        ends = list(bins_at) or [start]
    distance_mm, edges = shortest(warehouse, bins_at, start, ends)
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
