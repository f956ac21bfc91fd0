"""PyVRP behind our records: the search.

Method: iterated local search with late acceptance over granular neighborhoods and soft penalties (Wouda, Lan, Kool,
"PyVRP: a high-performance VRP solver package", INFORMS Journal on Computing 36, 2024; Burke and Bykov, "The late
acceptance hill-climbing heuristic", European Journal of Operational Research 258, 2017). A new plan must beat the one of
some iterations ago: the more, the farther the search wanders before it settles. PyVRP looks 300 back, which suits minutes;
in seconds it would end unsettled, so here it looks back less when fewer iterations can be expected.
"""

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np
import pyvrp
from pyvrp.exceptions import PenaltyBoundWarning

from doorstep.solvers.budget import Budget
from doorstep.solvers.routes.routing import Routing, Visit
from doorstep.solvers.routes.stops import Stop
from doorstep.solvers.routes.translation import Orders, Translation

INFEASIBLE = int(np.iinfo(np.int64).max)
STEEPEST = 1e8
"""Penalty per unit of overload or lateness; with the largest loads it still fits 64 bits."""

HISTORY_LEAST, HISTORY_MOST = 20, 300
"""Iterations to look back."""

HISTORIES = 75
"""Times that a short search shall look back as far, one after the other."""

LONG = 20 * HISTORY_MOST
"""Iterations from which a search has time for PyVRP's own history: looking back less finds less on long routes then."""

PACE = 200_000
"""Iterations in a second, times the number of stops: roughly, for a budget in seconds."""


class Patience:
    """The stopping rule: the budget, and a share of it while no feasible plan is found."""

    def __init__(self, budget: Budget, hopeless: Budget) -> None:
        self._budget, self._meter, self._hopeless = budget, budget.start(), hopeless.start()
        self.work = 0

    def history(self, stops: int) -> int:
        """Return how many iterations to look back."""
        expected = self._budget.work
        if expected is None:
            expected = int((self._budget.seconds or 0.0) * PACE / max(1, stops))
        return HISTORY_MOST if expected >= LONG else max(HISTORY_LEAST, expected // HISTORIES)

    def freed(self) -> "Patience":
        """Spend what is left of the budget even without a feasible plan."""
        self._hopeless = self._meter
        return self

    def __call__(self, best_cost: int) -> bool:
        """Tell whether to stop; called once before each iteration."""
        if self._meter.spent():
            return True
        if best_cost == INFEASIBLE and self._hopeless is not self._meter and self._hopeless.spent():
            return True
        self.work += 1
        return False


class _Watch(pyvrp.IteratedLocalSearchCallbacks):
    """Tells the value of every better feasible plan."""

    def __init__(self, measures: int, improved: Callable[[int], None]) -> None:
        self._measures, self._improved = measures, improved

    def on_best(self, best: pyvrp.Solution) -> None:
        if best.is_feasible():
            plain = pyvrp.CostEvaluator([0.0] * self._measures, 0.0, 0.0)
            self._improved(int(plain.cost(best)))


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
        seed: of the search.
        warm: orders to start from.
        improved: called with the value of each better plan.
        optional: every stop may be left out; required ones at a price above any detour.
    """
    words = Translation(problem, stops, optional=optional)
    steepest = max(pyvrp.PenaltyParams().max_penalty, min(STEEPEST, float(words.ransom)))
    watch = _Watch(words.data.num_load_dimensions, improved)
    params = pyvrp.SolveParams(
        ils=pyvrp.IteratedLocalSearchParams(history_length=patience.history(len(stops)), callbacks=watch),
        penalty=pyvrp.PenaltyParams(max_penalty=steepest) if optional else pyvrp.PenaltyParams(),
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PenaltyBoundWarning)
        result = pyvrp.solve(
            words.data,
            stop=patience,
            seed=seed & 0xFFFFFFFF,
            collect_stats=False,
            params=params,
            initial_solution=words.warmed(warm) if warm else None,
        )
    return words.orders(result.best, warm) if result.is_feasible() else None


def start(budget: Budget, share: float) -> Patience:
    """Begin to spend a budget, but only a share of it without a feasible plan."""
    return Patience(budget, part_of(budget, share))


def part_of(budget: Budget, share: float) -> Budget:
    """Return a share of a budget."""
    if budget.work is not None:
        return Budget(work=int(budget.work * share))
    return replace(budget, seconds=(budget.seconds or 0.0) * share)
