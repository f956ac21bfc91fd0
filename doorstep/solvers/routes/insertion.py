"""A late stop goes into running routes where it costs least, in milliseconds, and nothing that was promised moves out."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from doorstep.solvers.routes.fleet import Van
from doorstep.solvers.routes.lanes import Lane, Place, best_place, lane_of
from doorstep.solvers.routes.plans import Locks, Misfit, Plan, Route, Unserved
from doorstep.solvers.routes.refusals import RouteRefused
from doorstep.solvers.routes.routing import Routing
from doorstep.solvers.routes.stops import Stop

NO_LOCKS = Locks()


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """A stop whose service starts at another time than before."""

    stop: str
    was_s: int
    now_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Insertion:
    """The plan with the late stop in it, and the difference.

    Attributes:
        plan: the new plan; without a feasible place it is the old one with the stop among the unserved.
        van: who takes the stop; None: nobody can.
        position: its number among the van's calls, from 0.
        added_m: how much farther the van drives.
        added_s: how much longer it is out.
        added_cost: in the problem's unit.
        shifts: other stops of the van that start earlier or later now.
        reasons: why there, or why not, in sentences.
    """

    plan: Plan
    van: str | None = None
    position: int = 0
    added_m: int = 0
    added_s: int = 0
    added_cost: int = 0
    shifts: tuple[Shift, ...] = ()
    reasons: tuple[str, ...] = ()


def insert(problem: Routing, plan: Plan, stop: str, locks: Locks = NO_LOCKS) -> Insertion:
    """Put a stop of the problem into a plan that does not visit it yet, where it costs least.

    No other stop changes its van or its place in the order; no window or shift is broken.

    Args:
        problem: with the stop in it, and its place in the roads.
        plan: the running routes.
        stop: the late stop's name.
        locks: what cannot change any more. A stop that is loaded already goes only to the van that carries it.

    Raises:
        RouteRefused: `stop_unknown`, `stop_planned` (the plan visits it already), `van_unknown`.
    """
    wanted = to_insert(problem, plan, stop)
    return insert_in(Lanes(problem, plan.routes, locks, problem.vans), plan, wanted)


def insert_in(lanes: "Lanes", plan: Plan, wanted: Stop) -> Insertion:
    """Put a stop into a plan whose lanes are ready; see `insert`."""
    goods = {wanted.name, wanted.source}
    best, misfits = cheapest_in(lanes, wanted)
    known = [each for each in plan.unserved if each.stop in goods]
    others = tuple(each for each in plan.unserved if each.stop not in goods)
    if best is None:
        left = explained(wanted, misfits)
        forgone = 0 if known else wanted.prize or 0
        return Insertion(
            plan=replace(plan, unserved=(*others, *left), value=plan.value + forgone),
            reasons=(left[0].message,),
        )
    old = next((route for route in plan.routes if route.van == best.van), None)
    collected = wanted.prize or 0 if known else 0
    return Insertion(
        plan=replace(
            plan,
            routes=with_route(plan.routes, best.route),
            unserved=others,
            value=plan.value + best.cost - collected,
        ),
        van=best.van,
        position=best.position,
        added_m=best.route.distance_m - (old.distance_m if old else 0),
        added_s=best.route.duration_s - (old.duration_s if old else 0),
        added_cost=best.cost,
        shifts=shifts(old, best.route),
        reasons=_reasons(best, old, misfits),
    )


def with_route(routes: Sequence[Route], new: Route) -> tuple[Route, ...]:
    """Return routes with one of them changed, or one more."""
    if any(route.van == new.van for route in routes):
        return tuple(new if route.van == new.van else route for route in routes)
    return (*routes, new)


def cheapest(
    problem: Routing, routes: Sequence[Route], stop: Stop, locks: Locks = NO_LOCKS
) -> tuple[Place | None, "Counter[str]"]:
    """Return the cheapest feasible place, and how many vans could not take the stop for which constraint."""
    return cheapest_in(Lanes(problem, routes, locks, problem.vans), stop)


class Lanes:
    """The lanes of some vans; idle vans that differ only by name share one."""

    def __init__(self, problem: Routing, routes: Sequence[Route], locks: Locks, vans: Sequence[Van]) -> None:
        self.problem, self.locks, self.vans = problem, locks, vans
        self._running = {route.van: route for route in routes}
        self._carriers = frozenset(locks.loaded.values())
        self._lanes: dict[str | Van, Lane] = {}

    def of(self, van: Van) -> Lane:
        """Return a van's lane."""
        route = self._running.get(van.name)
        alone = route is not None or van.name in self._carriers
        key = van.name if alone else replace(van, name="")
        if key not in self._lanes:
            fixed = self.locks.fixed.get(van.name, 0)
            self._lanes[key] = lane_of(self.problem, van, route, fixed)
        return self._lanes[key]

    def put(self, route: Route) -> None:
        """Take a route that has changed."""
        self._running[route.van] = route
        self._lanes.pop(route.van, None)


def cheapest_in(lanes: Lanes, stop: Stop) -> tuple[Place | None, "Counter[str]"]:
    """Return the cheapest feasible place in some lanes, and what keeps how many vans from it."""
    problem, locks = lanes.problem, lanes.locks
    misfits: Counter[str] = Counter()
    best: Place | None = None
    idle: dict[int, Place | Misfit] = {}
    for van in lanes.vans:
        carriers = {locks.loaded.get(name, van.name) for name in (stop.name, stop.source or stop.name)}
        if van.name in locks.closed or carriers != {van.name}:
            misfits["locked"] += 1
            continue
        lane = lanes.of(van)
        place = idle.get(id(lane)) or best_place(problem, lane, stop)
        if lane.route is None:
            idle[id(lane)] = place
        if isinstance(place, Misfit):
            misfits[place.constraint] += 1
        elif best is None or place.cost < best.cost:
            best = place if place.van == van.name else best
    return best, misfits


def explained(stop: Stop, misfits: "Counter[str]") -> tuple[Unserved, ...]:
    """Name the constraint that keeps most vans from taking the stop (and its source), and count all of them."""
    constraint = min(misfits, key=lambda each: (-misfits[each], each)) if misfits else "locked"
    counted = ", ".join(f"{WORDS[each]} ({count})" for each, count in sorted(misfits.items()))
    message = f"no van can take stop {stop.name!r}; vans by what keeps them from it: {counted}"
    names = [stop.name, stop.source] if stop.source else [stop.name]
    return tuple(Unserved(stop=name, constraint=constraint, message=message) for name in names)


WORDS = {
    "mass_g": "it would be too heavy",
    "volume_ml": "there is no room left",
    "parcels": "it has all the parcels it may take",
    "windows": "it, or a later stop, would be reached too late",
    "shift": "the driver would be back too late",
    "distance_m": "the route would be too long",
    "stops": "it has all the stops it may have",
    "skills": "van or driver lacks a skill",
    "pair": "its goods are not picked up before, on the same trip",
    "reloads": "it may not come back for more",
    "breaks": "the driver would miss a break",
    "hours": "the driver would drive too long",
    "unreachable": "there is no road",
    "locked": "it has left, or the parcel is in another van",
}
"""Each constraint as said about a van."""


def to_insert(problem: Routing, plan: Plan, stop: str) -> Stop:
    """Return the stop to insert: the one named, or what it is the source of.

    Raises:
        RouteRefused: as `insert`.
    """
    if stop not in problem.stop_named:
        raise RouteRefused(
            "stop_unknown", stop, f"stop {stop!r} is not in the problem: add it with its place"
        )
    for route in plan.routes:
        if route.van not in problem.van_named:
            raise RouteRefused("van_unknown", route.van, f"the plan drives {route.van!r}, an unknown van")
        for call in route.calls:
            if call.stop not in problem.stop_named:
                raise RouteRefused(
                    "stop_unknown", call.stop, f"the plan visits {call.stop!r}, an unknown stop"
                )
            if call.stop == stop:
                raise RouteRefused("stop_planned", stop, f"{route.van!r} visits stop {stop!r} already")
    return problem.delivery_of.get(stop) or problem.stop_named[stop]


def shifts(old: Route | None, new: Route) -> tuple[Shift, ...]:
    """Return which stops of a route start at another time than before."""
    was = {call.stop: call.start_s for call in old.calls} if old else {}
    return tuple(
        Shift(stop=call.stop, was_s=was[call.stop], now_s=call.start_s)
        for call in new.calls
        if call.stop in was and was[call.stop] != call.start_s
    )


def _reasons(best: Place, old: Route | None, misfits: "Counter[str]") -> tuple[str, ...]:
    added = best.route.distance_m - (old.distance_m if old else 0)
    after = best.route.calls[best.position - 1].stop if best.position else None
    where = f"after stop {after!r}" if after else "as its first stop"
    moved = shifts(old, best.route)
    worst = max((shift.now_s - shift.was_s for shift in moved), default=0)
    lines = [
        f"van {best.van!r} takes it {where}: {added} m more, the least of all places",
        f"{len(moved)} other stops start at another time, at most {max(worst, 0)} s later; all windows hold",
    ]
    lines += [f"{count} vans not: {WORDS[each]}" for each, count in sorted(misfits.items())]
    return tuple(lines)
