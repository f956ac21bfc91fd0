"""Our records in PyVRP's terms, and its routes in ours. This file and `engine` are the only ones that know it.

What PyVRP has no word for is said with what it has: a stop with several windows is a group of copies of which one is
visited; a skill that a van lacks is a road too long for any shift; a zone that a driver does not know makes the roads into
it dearer; a day longer than fair is overtime. Breaks and rests take their time off the shift here and are placed exactly
afterwards, by `schedule`.
"""

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pyvrp

from doorstep.solvers.routes.fleet import Van
from doorstep.solvers.routes.legs import Matrix
from doorstep.solvers.routes.routing import Routing, Visit
from doorstep.solvers.routes.stops import MEASURES, Stop, Window

Orders = dict[str, list[Visit]]
"""Van -> what it visits, in driving order."""

BOUNDLESS = int(np.iinfo(np.int64).max)

ANY = (Window(0, BOUNDLESS),)

PROFILE_BYTES_MOST = 400_000_000
"""Matrices of their own for drivers who know different zones; beyond that zones cost nothing in the search."""


class Translation:
    """One problem in PyVRP's terms.

    Args:
        problem: ours.
        stops: those of its stops that a van can serve at all, without the sources of others.
        optional: every stop may be left out; required ones at a price above any detour.
    """

    def __init__(self, problem: Routing, stops: Sequence[Stop], *, optional: bool) -> None:
        self._problem, self._optional = problem, optional
        self.measures = [m for m in MEASURES if any(van.limit(m) is not None for van in problem.vans)]
        self._counted = any(van.stops is not None for van in problem.vans)
        self._roads = problem.roads.among(range(problem.roads.places))
        self.ransom = _ransom(problem, self._roads.distance_m, self._roads.duration_s)
        self._types, self._vans = _types_of(problem.vans)
        self._stop_of: list[Stop] = []
        self._pairs = [stop for stop in stops if stop.source is not None]
        clients, groups = self._clients([stop for stop in stops if stop.source is None])
        profiles = _Profiles(problem, self._roads.distance_m, self._roads.duration_s)
        self._depots = {depot.name: k for k, depot in enumerate(problem.depots)}
        types = [
            self._vehicle(van, len(names), profiles)
            for van, names in zip(self._types, self._vans, strict=True)
        ]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # bounds above its own scale are refused by our records
            self.data = pyvrp.ProblemData(
                locations=[pyvrp.Location(0, 0)] * problem.roads.places,
                clients=clients,
                depots=[
                    pyvrp.Depot(depot.place, service_duration=depot.loading_s) for depot in problem.depots
                ],
                vehicle_types=types,
                distance_matrices=profiles.distances,
                duration_matrices=profiles.durations,
                groups=groups,
                shipments=[self._shipment(stop) for stop in self._pairs],
            )

    def warmed(self, warm: Mapping[str, Sequence[Visit]]) -> pyvrp.Solution:
        """Rebuild given routes from today's stops; unknown vans and stops are skipped."""
        numbers = {stop.name: k for k, stop in reversed(list(enumerate(self._stop_of)))}
        pairs = {stop.name: k for k, stop in enumerate(self._pairs)}
        sources = {stop.source: k for k, stop in enumerate(self._pairs)}
        routes = []
        for number, names in enumerate(self._vans):
            for van in names:
                activities = []
                for visit in warm.get(van, ()):
                    if not isinstance(visit, Stop):
                        activities.append(pyvrp.Activity(pyvrp.ActivityType.DEPOT, self._depots[visit.name]))
                    elif visit.name in numbers:
                        activities.append(pyvrp.Activity(pyvrp.ActivityType.CLIENT, numbers.pop(visit.name)))
                    elif visit.name in sources:
                        activities.append(pyvrp.Activity(pyvrp.ActivityType.PICKUP, sources[visit.name]))
                    elif visit.name in pairs:
                        activities.append(pyvrp.Activity(pyvrp.ActivityType.DELIVERY, pairs[visit.name]))
                if any(not each.is_depot() for each in activities):
                    routes.append(pyvrp.Route(self.data, activities, number))
        return pyvrp.Solution(self.data, routes)

    def orders(self, best: pyvrp.Solution, warm: Mapping[str, Sequence[Visit]]) -> Orders:
        """Name the vans of a solution; equal vans keep the stops they had in the warm plan as far as possible."""
        free = [list(names) for names in self._vans]
        orders: Orders = {}
        for route in best.routes():
            visits = [self._visit(each) for each in list(route)[1:-1]]
            names = free[route.vehicle_type()]
            van = max(names, key=lambda name: len(set(warm.get(name, ())) & set(visits)))
            names.remove(van)
            orders[van] = visits
        return orders

    def _visit(self, activity: pyvrp.Activity) -> Visit:
        if activity.is_depot():
            return self._problem.depots[activity.idx]
        if activity.is_client():
            return self._stop_of[activity.idx]
        stop = self._pairs[activity.idx]
        return stop if activity.is_delivery() else self._problem.stop_named[stop.source or ""]

    def _load(self, stop: Stop) -> list[int]:
        return [stop.load(measure) for measure in self.measures]

    def _clients(self, stops: Sequence[Stop]) -> tuple[list[pyvrp.Client], list[pyvrp.ClientGroup]]:
        clients: list[pyvrp.Client] = []
        groups: list[pyvrp.ClientGroup] = []
        for stop in stops:
            required = stop.prize is None and not self._optional
            windows = [w for w in stop.windows or ANY if w.end_s >= stop.release_s]
            group = None
            if len(windows) > 1:
                group = len(groups)
                copies = list(range(len(clients), len(clients) + len(windows)))
                groups.append(pyvrp.ClientGroup(copies, required=required))
            goods, nothing = self._load(stop), [0] * len(self.measures)
            one = [1] if self._counted else []
            for window in windows:
                self._stop_of.append(stop)
                clients.append(
                    pyvrp.Client(
                        location=stop.place,
                        delivery=[*(nothing if stop.pickup else goods), *one],
                        pickup=[*(goods if stop.pickup else nothing), *([0] * len(one))],
                        service_duration=stop.service_s,
                        tw_early=window.start_s,
                        tw_late=window.end_s,
                        release_time=stop.release_s,
                        prize=self._prize(stop),
                        required=required and group is None,
                        group=group,
                    )
                )
        return clients, groups

    def _shipment(self, stop: Stop) -> pyvrp.Shipment:
        source = self._problem.stop_named[stop.source or ""]
        (there,), (here,) = (each.windows or ANY for each in (source, stop))
        return pyvrp.Shipment(
            pickup_location=source.place,
            delivery_location=stop.place,
            pickup_tw_early=there.start_s,
            pickup_tw_late=there.end_s,
            pickup_service_duration=source.service_s,
            delivery_tw_early=here.start_s,
            delivery_tw_late=here.end_s,
            delivery_service_duration=stop.service_s,
            amount=[*self._load(stop), *([2] if self._counted else [])],
            prize=self._prize(stop),
            required=stop.prize is None and not self._optional,
        )

    def _prize(self, stop: Stop) -> int:
        if stop.prize is None:
            return self.ransom if self._optional else 0
        return stop.prize

    def _vehicle(self, van: Van, count: int, profiles: "_Profiles") -> pyvrp.VehicleType:
        limits = [*map(van.limit, self.measures), *([van.stops] if self._counted else [])]
        profile, dear = profiles.of(van)
        longest = BOUNDLESS
        if van.distance_m is not None:
            longest = van.distance_m if not dear else van.distance_m * van.meter_cost + dear
        return pyvrp.VehicleType(
            num_available=count,
            capacity=[BOUNDLESS // 4 if limit is None else limit for limit in limits],
            start_depot=self._depots[van.start],
            end_depot=self._depots[van.end or van.start],
            fixed_cost=van.fixed_cost,
            tw_early=van.shift_start_s,
            tw_late=max(van.shift_start_s, van.shift_end_s - _resting_s(van)),
            max_distance=longest,
            unit_distance_cost=1 if dear else van.meter_cost,
            unit_duration_cost=van.second_cost,
            profile=profile,
            reload_depots=[self._depots[name] for name in van.reload_at or (van.start,)]
            if van.reloads
            else [],
            max_reloads=van.reloads,
            **_fairness(van),
        )


class _Profiles:
    """Matrices by what a driver can do and knows; the first are the plain ones."""

    def __init__(self, problem: Routing, distance_m: Matrix, duration_s: Matrix) -> None:
        self._problem = problem
        self.distances: list[Any] = [distance_m]
        self.durations: list[Any] = [duration_s]
        self._known: dict[Any, tuple[int, int]] = {}
        self._shift_s = max(van.shift_end_s for van in problem.vans)

    def of(self, van: Van) -> tuple[int, int]:
        """Return the profile of a van, and the most that zones can add to it; 0: roads cost their meters."""
        strange = dict(van.zone_costs)
        if (len(self.distances) + 1) * 2 * self.distances[0].nbytes > PROFILE_BYTES_MOST:
            strange = {}
        stops, depots = self._problem.stops, {depot.place for depot in self._problem.depots}
        open_to_all = depots | {stop.place for stop in stops if stop.needs <= van.skills}
        forbidden = frozenset(stop.place for stop in stops) - open_to_all
        dearer = {
            stop.place: strange[stop.zone]
            for stop in stops
            if stop.zone in strange and stop.place not in depots and strange[stop.zone]
        }
        if not forbidden and not dearer:
            return 0, 0
        key = forbidden, van.zone_costs if dearer else (), van.meter_cost if dearer else 0
        if key not in self._known:
            self._add(forbidden, dearer, van.meter_cost)
            self._known[key] = len(self.distances) - 1, sum(dearer.values())
        return self._known[key]

    def _add(self, forbidden: frozenset[int], dearer: Mapping[int, int], meter_cost: int) -> None:
        distance, duration = self.distances[0], self.durations[0]
        if forbidden:
            duration = duration.copy()
            duration[:, sorted(forbidden)] += 2 * self._shift_s + 1
            np.fill_diagonal(duration, 0)
        if dearer:
            distance = distance * meter_cost
            for place, cost in dearer.items():
                distance[:, place] += cost
            np.fill_diagonal(distance, 0)
        self.distances.append(distance)
        self.durations.append(duration)


def _types_of(vans: Sequence[Van]) -> tuple[list[Van], list[list[str]]]:
    """Group vans that differ only by name: the search then knows that they are interchangeable."""
    kinds: dict[Van, list[str]] = {}
    for van in vans:
        kinds.setdefault(replace(van, name="", end=van.end or van.start), []).append(van.name)
    return list(kinds), list(kinds.values())


def _fairness(van: Van) -> dict[str, Any]:
    if van.fair_s is None or not van.unfair_cost:
        return {}
    return {
        "shift_duration": van.fair_s,
        "max_overtime": van.shift_end_s,
        "unit_overtime_cost": van.unfair_cost,
    }


def _resting_s(van: Van) -> int:
    """Return what breaks and rests will take off a full shift."""
    breaks = sum(one.length_s for one in van.breaks if van.shift_start_s <= one.end_s < van.shift_end_s)
    rests = 0
    if van.hours and van.shift_end_s - van.shift_start_s > 2 * van.hours.driving_s:
        rests = sum(van.hours.rest_s)
    return max(breaks, rests)


def _ransom(problem: Routing, distance_m: Matrix, duration_s: Matrix) -> int:
    """Return a price above the dearest detour to any one stop."""
    farthest, longest = (int(matrix.max()) if matrix.size else 0 for matrix in (distance_m, duration_s))
    dearest = max(
        van.fixed_cost
        + 2 * farthest * van.meter_cost
        + van.shift_end_s * (van.second_cost + van.unfair_cost)
        + max((cost for _, cost in van.zone_costs), default=0)
        for van in problem.vans
    )
    return 2 * dearest + 2 * longest + max((stop.prize or 0 for stop in problem.stops), default=0) + 1
