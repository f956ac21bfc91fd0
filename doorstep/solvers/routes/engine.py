"""PyVRP behind our records: the only file that knows it.

Method: iterated local search with late acceptance over granular neighborhoods and soft penalties (Wouda, Lan, Kool,
"PyVRP: a high-performance VRP solver package", INFORMS Journal on Computing 36, 2024; Burke and Bykov, "The late
acceptance hill-climbing heuristic", European Journal of Operational Research 258, 2017). A stop with several windows
is a group of copies of which one is visited.
"""

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pyvrp
from pyvrp.exceptions import PenaltyBoundWarning

from doorstep.solvers.budget import Budget, Meter
from doorstep.solvers.routes.routing import MEASURES, Routing, Stop, Van, Window

Orders = dict[str, list[str]]
"""Van -> names of its stops in driving order."""

INFEASIBLE = int(np.iinfo(np.int64).max)
STEEPEST = 1e8
"""Penalty per unit of overload or lateness; with the largest loads it still fits 64 bits."""

BOUNDLESS = int(np.iinfo(np.int64).max)


class Patience:
    """The stopping rule: the budget, and a share of it while no feasible plan is found."""

    def __init__(self, meter: Meter, hopeless: Meter) -> None:
        self._meter, self._hopeless = meter, hopeless
        self.work = 0

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

    def __init__(self, improved: Callable[[int], None]) -> None:
        self._improved = improved

    def on_best(self, best: pyvrp.Solution) -> None:
        if best.is_feasible():
            plain = pyvrp.CostEvaluator([0.0] * len(MEASURES), 0.0, 0.0)
            self._improved(int(plain.cost(best)))


class Model:
    """One problem in PyVRP's terms.

    Args:
        problem: ours.
        stops: those of its stops that a van can serve at all.
        optional: every stop may be left out; required ones at a price above any detour.
    """

    def __init__(self, problem: Routing, stops: Sequence[Stop], *, optional: bool) -> None:
        self._stops = stops
        self._optional = optional
        self._ransom = _ransom(problem)
        self._types, self._vans = _types_of(problem.vans)
        clients, groups, self._stop_of = self._clients()
        depots = {depot.name: k for k, depot in enumerate(problem.depots)}
        distances: Any = [problem.roads.distance_m]  # its stub names a shape that no array has
        durations: Any = [problem.roads.duration_s]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # bounds above its own scale are refused by our records
            self._data = pyvrp.ProblemData(
                locations=[pyvrp.Location(0, 0)] * problem.roads.places,
                clients=clients,
                depots=[pyvrp.Depot(depot.place) for depot in problem.depots],
                vehicle_types=[
                    _vehicle(van, len(names), depots)
                    for van, names in zip(self._types, self._vans, strict=True)
                ],
                distance_matrices=distances,
                duration_matrices=durations,
                groups=groups,
            )

    def solve(
        self,
        patience: Patience,
        seed: int,
        warm: Mapping[str, Sequence[str]],
        improved: Callable[[int], None],
    ) -> Orders | None:
        """Search until patience ends; return the best feasible orders, or None."""
        steepest = max(pyvrp.PenaltyParams().max_penalty, min(STEEPEST, float(self._ransom)))
        params = pyvrp.SolveParams(
            ils=pyvrp.IteratedLocalSearchParams(callbacks=_Watch(improved)),
            penalty=pyvrp.PenaltyParams(max_penalty=steepest) if self._optional else pyvrp.PenaltyParams(),
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", PenaltyBoundWarning)
            result = pyvrp.solve(
                self._data,
                stop=patience,
                seed=seed & 0xFFFFFFFF,
                collect_stats=False,
                params=params,
                initial_solution=self._warmed(warm) if warm else None,
            )
        return self._orders(result.best, warm) if result.is_feasible() else None

    def _clients(self) -> tuple[list[pyvrp.Client], list[pyvrp.ClientGroup], list[str]]:
        clients: list[pyvrp.Client] = []
        groups: list[pyvrp.ClientGroup] = []
        names: list[str] = []
        for stop in self._stops:
            required = stop.prize is None and not self._optional
            windows = stop.windows or (Window(0, BOUNDLESS),)
            group = None
            if len(windows) > 1:
                group = len(groups)
                copies = list(range(len(clients), len(clients) + len(windows)))
                groups.append(pyvrp.ClientGroup(copies, required=required))
            for window in windows:
                names.append(stop.name)
                clients.append(
                    pyvrp.Client(
                        location=stop.place,
                        delivery=[stop.load(measure) for measure in MEASURES],
                        service_duration=stop.service_s,
                        tw_early=window.start_s,
                        tw_late=window.end_s,
                        prize=0 if required else self._ransom if stop.prize is None else stop.prize,
                        required=required and group is None,
                        group=group,
                    )
                )
        return clients, groups, names

    def _warmed(self, warm: Mapping[str, Sequence[str]]) -> pyvrp.Solution:
        """Rebuild given routes from today's stops; unknown vans and stops are skipped."""
        first = {name: k for k, name in reversed(list(enumerate(self._stop_of)))}
        routes = []
        for number, names in enumerate(self._vans):
            for van in names:
                visits = [first.pop(stop) for stop in warm.get(van, ()) if stop in first]
                if visits:
                    routes.append(pyvrp.Route(self._data, visits, number))
        return pyvrp.Solution(self._data, routes)

    def _orders(self, best: pyvrp.Solution, warm: Mapping[str, Sequence[str]]) -> Orders:
        """Name the vans of a solution; equal vans keep the stops they had in the warm plan as far as possible."""
        free = [list(names) for names in self._vans]
        orders: Orders = {}
        for route in best.routes():
            stops = [self._stop_of[visit.idx] for visit in route if visit.is_client()]
            names = free[route.vehicle_type()]
            van = max(names, key=lambda name: len(set(warm.get(name, ())) & set(stops)))
            names.remove(van)
            orders[van] = stops
        return orders


def start(budget: Budget, share: float) -> Patience:
    """Begin to spend a budget, but only a share of it without a feasible plan."""
    part = (
        Budget(work=int(budget.work * share))
        if budget.work is not None
        else Budget(seconds=(budget.seconds or 0.0) * share)
    )
    return Patience(budget.start(), part.start())


def _types_of(vans: Sequence[Van]) -> tuple[list[Van], list[list[str]]]:
    """Group vans that differ only by name: the search then knows that they are interchangeable."""
    kinds: dict[Van, list[str]] = {}
    for van in vans:
        kinds.setdefault(replace(van, name="", end=van.end or van.start), []).append(van.name)
    return list(kinds), list(kinds.values())


def _vehicle(van: Van, count: int, depots: Mapping[str, int]) -> pyvrp.VehicleType:
    limits = [van.limit(measure) for measure in MEASURES]
    return pyvrp.VehicleType(
        num_available=count,
        capacity=[BOUNDLESS // 4 if limit is None else limit for limit in limits],
        start_depot=depots[van.start],
        end_depot=depots[van.end or van.start],
        fixed_cost=van.fixed_cost,
        tw_early=van.shift_start_s,
        tw_late=van.shift_end_s,
        max_distance=BOUNDLESS if van.distance_m is None else van.distance_m,
        unit_distance_cost=van.meter_cost,
        unit_duration_cost=van.second_cost,
    )


def _ransom(problem: Routing) -> int:
    """Return a price above the dearest detour to any one stop."""
    farthest, longest = (
        int(m.max()) if m.size else 0 for m in (problem.roads.distance_m, problem.roads.duration_s)
    )
    dearest = max(
        van.fixed_cost + 2 * farthest * van.meter_cost + van.shift_end_s * van.second_cost
        for van in problem.vans
    )
    return 2 * dearest + 2 * longest + max((stop.prize or 0 for stop in problem.stops), default=0) + 1
