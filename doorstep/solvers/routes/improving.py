"""Ruin and recreate: a few neighbors are taken out and put back where they cost least, all constraints exact.

Christiaens and Vanden Berghe, "Slack induction by string removals for vehicle routing problems", Transportation Science
54, 2020: strings of stops near each other are taken out of a few routes, and put back one by one. Here a change is kept
if it costs less, and every place is timed exactly; so it repairs what the engine cannot see (breaks, rests, locks), and
improves what runs already.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from doorstep.solvers.budget import Meter
from doorstep.solvers.draws import Draws
from doorstep.solvers.routes.chain import Kept, visits_of
from doorstep.solvers.routes.insertion import Lanes, cheapest_in
from doorstep.solvers.routes.lanes import tidied
from doorstep.solvers.routes.plans import Locks, Plan, Route
from doorstep.solvers.routes.routing import Routing
from doorstep.solvers.routes.schedule import timed
from doorstep.solvers.routes.stops import Stop

STRING_MOST = 6
"""Stops taken out of one route at a time."""

ROUTES_MOST = 3
"""Routes from which they are taken at a time."""

NEAR_VANS = 8
"""Vans that a stop is tried on: those whose stops are near, and an idle one."""


def improved(
    problem: Routing,
    plan: Plan,
    meter: Meter,
    seed: int,
    locks: Locks,
    price: Callable[[Mapping[str, Route]], int] | None = None,
) -> tuple[Plan, int]:
    """Return a plan that costs no more, and the rounds it took: one unit of work each.

    Args:
        problem: whose stops are in the plan.
        plan: feasible.
        meter: how long.
        seed: of the draws.
        locks: loaded stops keep their van, fixed calls their place, closed vans take nothing more.
        price: of changed routes by van, on top of what they cost: what their instability costs. None: nothing.
    """
    search = _Search(problem, plan, Draws(seed), locks, price or (lambda _routes: 0))
    rounds = 0
    if len(search.loose) > 1:
        while not meter.spent():
            search.round()
            rounds += 1
    return search.plan(), rounds


class _Search:
    """The routes as they are, and one round of change."""

    def __init__(
        self,
        problem: Routing,
        plan: Plan,
        draws: Draws,
        locks: Locks,
        price: Callable[[Mapping[str, Route]], int],
    ) -> None:
        self._problem, self._plan, self._draws, self._locks, self._price = problem, plan, draws, locks, price
        self._routes = {route.van: route for route in plan.routes}
        self._van_of = {call.stop: route.van for route in plan.routes for call in route.calls}
        fixed = {call.stop for route in plan.routes for call in route.calls[: locks.fixed.get(route.van, 0)]}
        sources = problem.delivery_of
        self.loose = [
            name
            for name, van in self._van_of.items()
            if name not in fixed
            and name not in sources
            and problem.stop_named[name].source not in fixed
            and van not in locks.closed
        ]
        self._near: dict[str, list[str]] = {}

    def plan(self) -> Plan:
        """Return the routes as they are now."""
        order = {van.name: k for k, van in enumerate(self._problem.vans)}
        routes = tuple(sorted(self._routes.values(), key=lambda route: order[route.van]))
        change = sum(route.cost for route in routes) - sum(route.cost for route in self._plan.routes)
        return replace(self._plan, routes=routes, value=self._plan.value + change)

    def round(self) -> None:
        """Take a few stops out, put them back, and keep the change if it costs less."""
        seed = self.loose[self._draws.below(len(self.loose))]
        out = self._chosen(seed)
        less = self._without(out)
        if less is None:
            return
        vans = self._vans_near(out)
        after = self._refilled(less, self._ordered(out), vans)
        if after is None:
            return
        touched = {van for van in vans if after.get(van) is not self._routes.get(van)}
        before = {van: self._routes[van] for van in touched if van in self._routes}
        now = {van: after[van] for van in touched if van in after}
        if self._cost(now) < self._cost(before):
            self._routes = after
            self._van_of |= {call.stop: van for van, route in now.items() for call in route.calls}

    def _cost(self, routes: Mapping[str, Route]) -> int:
        return sum(route.cost for route in routes.values()) + self._price(routes)

    def _chosen(self, seed: str) -> list[str]:
        """Choose strings around a stop: some of its neighbors, of a few routes."""
        most = 1 + self._draws.below(STRING_MOST)
        taken: dict[str, list[str]] = {}
        for name in [seed, *self._neighbors(seed)]:
            van = self._van_of[name]
            if van not in taken and len(taken) >= ROUTES_MOST:
                continue
            if len(taken.setdefault(van, [])) < most and (name == seed or self._draws.below(4)):
                taken[van].append(name)
        return [name for names in taken.values() for name in names]

    def _neighbors(self, name: str) -> list[str]:
        if name not in self._near:
            here, meters = self._problem.stop_named[name].place, self._problem.roads.meters
            places = self._problem.stop_named
            others = sorted(
                (other for other in self.loose if other != name),
                key=lambda other: (meters(here, places[other].place), other),
            )
            self._near[name] = others[: 4 * STRING_MOST]
        return self._near[name]

    def _without(self, out: Sequence[str]) -> dict[str, Route] | None:
        """Return the routes without some stops, or None where the rest cannot be driven."""
        gone = {*out, *(self._problem.stop_named[name].source for name in out)}
        routes = dict(self._routes)
        for van in {self._van_of[name] for name in out}:
            route = self._routes[van]
            visits = tidied([v for v in visits_of(self._problem, route) if v.name not in gone])
            fixed = self._locks.fixed.get(van, 0)
            if not visits:
                del routes[van]
                continue
            kept = Kept(route, fixed) if fixed else None
            shorter = timed(self._problem, self._problem.van_named[van], visits, kept)
            if not isinstance(shorter, Route):
                return None
            routes[van] = shorter
        return routes

    def _vans_near(self, out: Sequence[str]) -> set[str]:
        """Return the vans to try: those of the stops, of their neighbors, and one that is idle."""
        vans = dict.fromkeys(self._van_of[name] for name in out)
        for name in out:
            for other in self._neighbors(name):
                if len(vans) >= NEAR_VANS:
                    break
                vans.setdefault(self._van_of[other])
        idle = next((van.name for van in self._problem.vans if van.name not in self._routes), None)
        return {*vans, idle} if idle else set(vans)

    def _ordered(self, out: Sequence[str]) -> list[Stop]:
        """Order the stops to put back: at random, those with the tightest windows first, or the largest."""
        stops = [self._problem.stop_named[name] for name in out]
        shuffled = [(self._draws.next(), stop) for stop in stops]
        stops = [stop for _, stop in sorted(shuffled, key=lambda each: each[0])]
        kind = self._draws.below(3)
        if kind == 1:
            stops.sort(
                key=lambda stop: sum(w.end_s - w.start_s for w in stop.windows) if stop.windows else 1 << 40
            )
        elif kind == 2:
            stops.sort(key=lambda stop: (-stop.mass_g, -stop.volume_ml, -stop.parcels))
        return stops

    def _refilled(
        self, routes: dict[str, Route], stops: Sequence[Stop], vans: set[str]
    ) -> dict[str, Route] | None:
        """Put stops back one by one where each costs least; None if one has no place."""
        tried = [van for van in self._problem.vans if van.name in vans]
        near = [route for van, route in routes.items() if van in vans]
        lanes = Lanes(self._problem, near, self._locks, tried)
        for stop in stops:
            place, _ = cheapest_in(lanes, stop)
            if place is None:
                return None
            routes[place.van] = place.route
            lanes.put(place.route)
        return routes
