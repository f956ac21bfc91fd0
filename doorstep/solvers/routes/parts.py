"""Thousands of stops: planned in parts, then again and again whole routes are grouped anew by their angle and improved.

Each part is small enough for the engine and knows only its own roads, so that neither time nor memory grows with the
square of the day (route-based decomposition: Santini, Schneider, Vidal, Vigo, "Decomposition strategies for vehicle
routing heuristics", INFORMS Journal on Computing 35, 2023; barycenters swept around the depot: Gillett and Miller, "A
heuristic algorithm for the vehicle-dispatch problem", Operations Research 22, 1974).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import atan2, pi
from time import monotonic
from typing import Any

import numpy as np

from doorstep.solvers.budget import Budget
from doorstep.solvers.routes.chain import visits_of
from doorstep.solvers.routes.crews import Crew
from doorstep.solvers.routes.fleet import Depot, Van
from doorstep.solvers.routes.plans import Plan, Route, Unserved
from doorstep.solvers.routes.routing import Routing, Visit
from doorstep.solvers.routes.solving import completed, plan_whole, reasons
from doorstep.solvers.routes.stops import Stop

PART_MOST = 500
"""Stops of one part."""

SHARES = (0.4, 0.2, 0.2, 0.15)
"""Of the budget: for the first round, and for each one that groups anew; the rest is for putting all together."""

LEFT_MOST = 100
"""Stops left out by their part that are tried on all vans."""


@dataclass(frozen=True, slots=True)
class Part:
    """Stops that are planned together, with their vans and the routes they have so far."""

    stops: list[Stop]
    vans: list[Van]
    warm: dict[str, list[Visit]]


def plan_in_parts(
    problem: Routing,
    budget: Budget,
    seed: int,
    begun: Mapping[str, Sequence[Visit]],
    improved: Callable[[int], None],
    crew: Crew,
) -> Plan:
    """Plan a problem in parts; see `solve`."""
    clock = _Clock(budget, crew.hands)
    chart = problem.roads.chart()
    day = {van: list(visits) for van, visits in begun.items() if visits}
    work, plans = 0, []
    for number, share in enumerate(SHARES):
        parts = _grouped(problem, chart, day, number) if day else _first_parts(problem, chart)
        each = clock.part(share, len(parts))
        tasks = [
            (sub_problem(problem, part), each, seed + 1000 * number + k, part.warm)
            for k, part in enumerate(parts)
        ]
        plans = crew(plan_whole, tasks, lambda _number, _value: None)
        work += sum(plan.work for plan in plans)
        day = {route.van: visits_of(problem, route) for plan in plans for route in plan.routes}
        improved(sum(plan.value for plan in plans))
    routes = tuple(route for plan in plans for route in plan.routes)
    left = tuple(each for plan in plans for each in plan.unserved)
    return _together(problem, routes, left, work)


class _Clock:
    """Deals a budget out to rounds and parts."""

    def __init__(self, budget: Budget, hands: int) -> None:
        self._budget, self._hands = budget, hands
        self._begun, self._spent = monotonic(), 0.0

    def part(self, share: float, parts: int) -> Budget:
        """Return the budget of each part of the next round, whose share of the whole is given."""
        self._spent += share
        if self._budget.work is not None:
            return Budget(work=int(self._budget.work * share) // parts)
        if self._budget.processor:
            return replace(self._budget, seconds=(self._budget.seconds or 0.0) * share * self._hands / parts)
        until = self._begun + (self._budget.seconds or 0.0) * self._spent
        turns = -(-parts // self._hands)
        return Budget(seconds=max(0.0, until - monotonic()) / turns)


def sub_problem(problem: Routing, part: Part) -> Routing:
    """Return a part as a problem of its own, its places numbered anew."""
    depots = problem.depots
    places = sorted({*(depot.place for depot in depots), *(stop.place for stop in part.stops)})
    number = {place: k for k, place in enumerate(places)}
    return Routing(
        roads=problem.roads.among(places),
        depots=[replace(depot, place=number[depot.place]) for depot in depots],
        vans=part.vans,
        stops=[replace(stop, place=number[stop.place]) for stop in part.stops],
    )


def _first_parts(problem: Routing, chart: Any) -> list[Part]:
    """Halve the town again and again, across its longer side, until the parts are small; deal the vans out."""
    stops = problem.wanted()
    count = max(1, min(-(-len(stops) // PART_MOST), len(problem.vans)))
    groups = _halved(stops, np.array([chart[stop.place] for stop in stops]), count)
    whole = [_with_sources(problem, group) for group in groups]
    return _dealt(problem, chart, [Part(group, [], {}) for group in whole], list(problem.vans))


def _halved(stops: list[Stop], spots: Any, count: int) -> list[list[Stop]]:
    if count == 1:
        return [stops]
    axis = int(np.ptp(spots[:, 1]) > np.ptp(spots[:, 0]))
    order = np.argsort(spots[:, axis], kind="stable")
    cut = len(stops) * (count // 2) // count
    sides = ((order[:cut], count // 2), (order[cut:], count - count // 2))
    return [group for side, share in sides for group in _halved([stops[k] for k in side], spots[side], share)]


def _with_sources(problem: Routing, stops: Sequence[Stop]) -> list[Stop]:
    return [*stops, *(problem.stop_named[stop.source] for stop in stops if stop.source)]


def _grouped(problem: Routing, chart: Any, day: Mapping[str, list[Visit]], number: int) -> list[Part]:
    """Group whole routes, and stops that have none, by their angle around the depots; each round cuts elsewhere."""
    center = np.mean([chart[depot.place] for depot in problem.depots], axis=0)
    planned = {visit.name for visits in day.values() for visit in visits}
    lost = [stop for stop in problem.wanted() if stop.name not in planned]
    items: list[tuple[str | None, list[Visit]]] = [
        *day.items(),
        *((None, list[Visit](_with_sources(problem, [stop]))) for stop in lost),
    ]
    turned = [(_angle(chart, center, visits), k) for k, (_, visits) in enumerate(items)]
    total = sum(len(visits) for _, visits in items)
    count = max(1, min(-(-total // PART_MOST), len(day)))
    groups: list[Part] = [Part([], [], {}) for _ in range(count)]
    seen = total * (number % 2) // (2 * count)
    for _, k in sorted(turned):
        van, visits = items[k]
        group = groups[min(seen, total * 2) * count // total % count]
        seen += len(visits)
        group.stops.extend(visit for visit in visits if isinstance(visit, Stop))
        if van is not None:
            group.vans.append(problem.van_named[van])
            group.warm[van] = visits
    idle = [van for van in problem.vans if van.name not in day]
    return _dealt(problem, chart, [group for group in groups if group.stops], idle)


def _angle(chart: Any, center: Any, visits: Sequence[Visit]) -> float:
    spots = [chart[visit.place] for visit in visits if isinstance(visit, Stop)]
    east, north = np.mean(spots, axis=0) - center
    return atan2(north, east) + pi


def _dealt(problem: Routing, chart: Any, parts: list[Part], vans: list[Van]) -> list[Part]:
    """Deal vans out by what each part still needs of them; a part takes the nearest depot's."""
    per_van = sum(len(part.stops) for part in parts) / max(1, len(problem.vans))
    middles = [np.mean([chart[stop.place] for stop in part.stops], axis=0) for part in parts]
    waiting: dict[str, list[Van]] = {}
    for van in reversed(vans):
        waiting.setdefault(van.start, []).append(van)
    for _ in vans:
        k = max(range(len(parts)), key=lambda k: (len(parts[k].stops) / per_van - len(parts[k].vans), -k))
        depot = min(waiting, key=lambda name: _apart(chart, problem.depot_named[name], middles[k]))
        parts[k].vans.append(waiting[depot].pop())
        if not waiting[depot]:
            del waiting[depot]
    manned = [part for part in parts if part.vans]
    for part in parts:
        if not part.vans:  # there are fewer vans than parts
            manned[0].stops.extend(part.stops)
    return manned


def _apart(chart: Any, depot: Depot, middle: Any) -> float:
    return float(np.hypot(*(chart[depot.place] - middle)))


def _together(problem: Routing, routes: tuple[Route, ...], left: tuple[Unserved, ...], work: int) -> Plan:
    """Put the parts together, and try what some part left out on all vans."""
    cost = sum(route.cost for route in routes)
    plan = Plan(routes=routes, unserved=left, value=cost, work=work, engine="pyvrp in parts")
    if 0 < len(left) <= LEFT_MOST:
        told = {each.stop: each for each in left}
        plan, still = completed(problem, replace(plan, unserved=()))
        left = tuple(each if each.constraint == "prize" else told[each.stop] for each in still)
    forgone = sum(problem.stop_named[each.stop].prize or 0 for each in left)
    value = sum(route.cost for route in plan.routes) + forgone
    done = replace(plan, unserved=left, value=value)
    return replace(done, reasons=reasons(problem, done))
