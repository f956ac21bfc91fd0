"""PyVRP behind our records: the search.

Method: iterated local search with late acceptance over granular neighborhoods and soft penalties (Wouda, Lan, Kool,
"PyVRP: a high-performance VRP solver package", INFORMS Journal on Computing 36, 2024; Burke and Bykov, "The late
acceptance hill-climbing heuristic", European Journal of Operational Research 258, 2017). A new plan must beat the one of
some iterations ago: the more, the farther the search wanders before it settles. PyVRP looks 300 back, which suits minutes,
and stays where it has settled. Here it looks back less, starts several times anew, and goes on from the best of these
starts (multi-start: Marti, Resende, Ribeiro, "Multi-start methods for combinatorial optimization", European Journal of
Operational Research 226, 2013): on routes of 200 stops in ten seconds that halves the gap.
"""

import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
import pyvrp
from pyvrp.exceptions import PenaltyBoundWarning

from doorstep.solvers.budget import Budget, Meter
from doorstep.solvers.routes.routing import Routing, Visit
from doorstep.solvers.routes.stops import Stop
from doorstep.solvers.routes.translation import Orders, Translation

INFEASIBLE = int(np.iinfo(np.int64).max)
STEEPEST = 1e8
"""Penalty per unit of overload or lateness; with the largest loads it still fits 64 bits."""

HISTORY_LEAST, HISTORY_MOST = 20, 300
"""Iterations to look back."""

HISTORIES, HISTORIES_OF_START = 75, 20
"""Times that a search, and one of several starts, shall look back as far, one after the other."""

STARTS_MOST = 5
"""Starts of one search."""

START_LEAST, START_LEAST_EACH = 1000, 6
"""Iterations that a start needs to get anywhere: in all, and for each stop."""

STARTING = 0.6
"""Share of the budget for all starts; the rest is for going on from the best."""

PACE = 300_000
"""Iterations in a second, times the number of stops: roughly, for a budget in seconds."""


class Patience:
    """The stopping rule: the budget, a share of it while no feasible plan is found, and one for each start."""

    def __init__(self, budget: Budget, hopeless: Budget) -> None:
        self._budget, self._meter, self._hopeless = budget, budget.start(), hopeless.start()
        self._start: Meter | None = None
        self.work = 0

    def expected(self, stops: int) -> int:
        """Return how many iterations the whole budget is good for, roughly."""
        if self._budget.work is not None:
            return self._budget.work
        return int((self._budget.seconds or 0.0) * PACE / max(1, stops))

    def freed(self) -> "Patience":
        """Spend what is left of the budget even without a feasible plan."""
        self._hopeless = self._meter
        return self

    def starts(self, number: int, share: float) -> Iterator[int]:
        """Count some starts, which together may spend a share of the budget."""
        for start in range(number):
            self._start = part_of(self._budget, share / number).start()
            yield start
        self._start = None

    def __call__(self, best_cost: int) -> bool:
        """Tell whether to stop; called once before each iteration."""
        if (self._start and self._start.spent()) or self._meter.spent():
            return True
        if best_cost == INFEASIBLE and self._hopeless is not self._meter and self._hopeless.spent():
            return True
        self.work += 1
        return False


class _Watch(pyvrp.IteratedLocalSearchCallbacks):
    """Tells the value of every better feasible plan, be it of this start or of an earlier one."""

    def __init__(self, measures: int, improved: Callable[[int], None]) -> None:
        self._plain, self._improved = pyvrp.CostEvaluator([0.0] * measures, 0.0, 0.0), improved
        self._least = INFEASIBLE

    def on_best(self, best: pyvrp.Solution) -> None:
        if best.is_feasible() and (value := int(self._plain.cost(best))) < self._least:
            self._least = value
            self._improved(value)


def search(
    problem: Routing,
    stops: Sequence[Stop],
    patience: Patience,
    seed: int,
    warm: Mapping[str, Sequence[Visit]],
    improved: Callable[[int], None],
    *,
    optional: bool,
) -> Orders | None:
    """Search until patience ends; return the best feasible orders, or None.

    Args:
        problem: ours.
        stops: those of its stops that a van can serve at all, without the sources of others.
        patience: the stopping rule.
        seed: of the search; of several starts, each has its own.
        warm: orders to start from; then there is one start only.
        improved: called with the value of each better plan.
        optional: every stop may be left out; required ones at a price above any detour.
    """
    words = Translation(problem, stops, optional=optional)
    steepest = max(pyvrp.PenaltyParams().max_penalty, min(STEEPEST, float(words.ransom)))
    starts, back = paced(patience.expected(len(stops)), len(stops), anew=not warm)
    params = pyvrp.SolveParams(
        ils=pyvrp.IteratedLocalSearchParams(
            history_length=back,
            callbacks=_Watch(words.data.num_load_dimensions, improved),
        ),
        penalty=pyvrp.PenaltyParams(max_penalty=steepest) if optional else pyvrp.PenaltyParams(),
    )

    def gone_on(number: int, begun: pyvrp.Solution | None) -> pyvrp.Result:
        return pyvrp.solve(
            words.data,
            stop=patience,
            seed=(seed + number) & 0xFFFFFFFF,
            collect_stats=False,
            params=params,
            initial_solution=begun,
        )

    begun = words.warmed(warm) if warm else None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PenaltyBoundWarning)
        if starts:
            tried = [gone_on(number, None) for number in patience.starts(starts, STARTING)]
            begun = min(tried, key=pyvrp.Result.cost).best
        result = gone_on(0, begun)
    return words.orders(result.best, warm) if result.is_feasible() else None


def paced(expected: int, stops: int, *, anew: bool) -> tuple[int, int]:
    """Return how many starts a search of some iterations makes before it goes on from the best, and how far it looks back.

    No start is a search in one go, as after a plan that is given.
    """
    each = int(expected * STARTING)
    starts = min(STARTS_MOST, each // max(START_LEAST, START_LEAST_EACH * stops)) if anew else 0
    if starts < 2:
        starts, back = 0, expected // HISTORIES
    else:
        back = each // starts // HISTORIES_OF_START
    return starts, min(HISTORY_MOST, max(HISTORY_LEAST, back))


def start(budget: Budget, share: float) -> Patience:
    """Begin to spend a budget, but only a share of it without a feasible plan."""
    return Patience(budget, part_of(budget, share))


def part_of(budget: Budget, share: float) -> Budget:
    """Return a share of a budget."""
    if budget.work is not None:
        return Budget(work=int(budget.work * share))
    return replace(budget, seconds=(budget.seconds or 0.0) * share)
