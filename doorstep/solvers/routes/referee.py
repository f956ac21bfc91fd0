"""The referee judges any plan by the problem alone. It shares no code with the solver.

It replays every van along its stops and measures everything again; what a plan says about itself counts for nothing.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from doorstep.solvers.routes.plans import Locks, Plan, Route
from doorstep.solvers.routes.routing import Routing, Stop, Van


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a plan: the kind, the stop or van, and a sentence."""

    kind: str
    item: str
    message: str


def judge(
    problem: Routing, plan: Plan, locks: Locks | None = None, before: Plan | None = None
) -> list[Fault]:
    """Return every fault of a plan; an empty list is a good plan.

    Args:
        problem: what was asked.
        plan: what was answered.
        locks: what could not be changed.
        before: the plan that ran when the locks were set; with it, fixed calls are compared.
    """
    faults = [*_accounts(problem, plan), *_fleet(problem, plan)]
    vans = {van.name: van for van in problem.vans}
    stops = {stop.name: stop for stop in problem.stops}
    for route in plan.routes:
        if route.van in vans and all(call.stop in stops for call in route.calls):
            faults += _drive(problem, route, vans[route.van], stops)
            faults += _carry(route, vans[route.van], stops)
    if locks:
        faults += _locked(plan, locks, before)
    prizes = sum(stops[each.stop].prize or 0 for each in plan.unserved if each.stop in stops)
    cost = sum(route.cost for route in plan.routes) + prizes
    if cost != plan.value:
        faults.append(
            Fault("value_wrong", "plan", f"the plan says {plan.value}, its routes and prizes make {cost}")
        )
    return faults


def _accounts(problem: Routing, plan: Plan) -> Iterator[Fault]:
    """Each stop once: in a route or among the unserved, with a reason."""
    known = {stop.name for stop in problem.stops}
    visited = Counter(call.stop for route in plan.routes for call in route.calls)
    left = Counter(each.stop for each in plan.unserved)
    for name in (visited + left).keys() - known:
        yield Fault("stop_unknown", name, f"stop {name!r} is not in the problem")
    for name in sorted(known):
        if visited[name] > 1:
            yield Fault("stop_twice", name, f"stop {name!r} is visited {visited[name]} times")
        if visited[name] and left[name]:
            yield Fault("stop_both", name, f"stop {name!r} is visited and said to be unserved")
        if not visited[name] and not left[name]:
            yield Fault("stop_lost", name, f"stop {name!r} is neither visited nor said to be unserved")
    for each in plan.unserved:
        if not each.constraint:
            yield Fault("no_reason", each.stop, f"stop {each.stop!r} is left out without a reason")


def _fleet(problem: Routing, plan: Plan) -> Iterator[Fault]:
    """Each van at most once, and to somebody."""
    known = {van.name for van in problem.vans}
    for name, times in Counter(route.van for route in plan.routes).items():
        if times > 1:
            yield Fault("van_twice", name, f"van {name!r} drives {times} routes at once")
        if name not in known:
            yield Fault("van_unknown", name, f"van {name!r} is not in the problem")
    for route in plan.routes:
        if not route.calls:
            yield Fault("route_empty", route.van, f"van {route.van!r} drives to nobody")


def _drive(problem: Routing, route: Route, van: Van, stops: dict[str, Stop]) -> Iterator[Fault]:
    """Drive the route by the clock: legs take their time, windows are open."""
    here, clock, odometer = _place(problem, van.start), route.depart_s, 0
    for call in route.calls:
        stop = stops[call.stop]
        odometer += int(problem.roads.distance_m[here, stop.place])
        clock += int(problem.roads.duration_s[here, stop.place])
        if call.arrival_s < clock:
            yield Fault("time_travel", call.stop, f"arrives at {call.stop!r} before it can be there")
        if call.start_s < call.arrival_s or call.leave_s < call.start_s + stop.service_s:
            yield Fault("service_short", call.stop, f"has not the time for its service at {call.stop!r}")
        if stop.windows and not any(w.start_s <= call.start_s <= w.end_s for w in stop.windows):
            yield Fault("window_missed", call.stop, f"starts at {call.stop!r} outside its windows")
        here, clock = stop.place, call.leave_s
    home = _place(problem, van.end if van.end is not None else van.start)
    odometer += int(problem.roads.distance_m[here, home])
    clock += int(problem.roads.duration_s[here, home])
    yield from _sums(route, van, odometer, clock)


def _sums(route: Route, van: Van, odometer: int, clock: int) -> Iterator[Fault]:
    """Compare odometer, clock and bill with what the route says of itself, and with what the van may do."""
    if route.depart_s < van.shift_start_s:
        yield Fault("shift_early", van.name, f"van {van.name!r} leaves before its shift")
    if max(clock, route.end_s) > van.shift_end_s:
        yield Fault("shift_late", van.name, f"van {van.name!r} is back after its shift")
    if route.end_s < clock or route.duration_s != route.end_s - route.depart_s:
        yield Fault("duration_wrong", van.name, f"van {van.name!r} is back at {clock} s, not {route.end_s}")
    if odometer != route.distance_m:
        yield Fault(
            "distance_wrong", van.name, f"van {van.name!r} drives {odometer} m, not {route.distance_m}"
        )
    if van.distance_m is not None and odometer > van.distance_m:
        yield Fault("distance_over", van.name, f"van {van.name!r} may not drive {odometer} m")
    cost = van.fixed_cost + odometer * van.meter_cost + (route.end_s - route.depart_s) * van.second_cost
    if route.calls and cost != route.cost:
        yield Fault("cost_wrong", van.name, f"van {van.name!r} costs {cost}, not {route.cost}")


def _place(problem: Routing, name: str) -> int:
    return next(depot.place for depot in problem.depots if depot.name == name)


def _carry(route: Route, van: Van, stops: dict[str, Stop]) -> Iterator[Fault]:
    """Weigh the van at the gate."""
    carried = {
        "mass_g": (sum(stops[call.stop].mass_g for call in route.calls), van.mass_g),
        "volume_ml": (sum(stops[call.stop].volume_ml for call in route.calls), van.volume_ml),
        "parcels": (sum(stops[call.stop].parcels for call in route.calls), van.parcels),
    }
    for measure, (load, limit) in carried.items():
        if limit is not None and load > limit:
            yield Fault("overload", van.name, f"van {van.name!r} carries {load} of {measure}, it may {limit}")
        if dict(route.load).get(measure, load) != load:  # type: ignore[call-overload]
            yield Fault("load_wrong", van.name, f"van {van.name!r} carries {load} of {measure}, not as said")


def _locked(plan: Plan, locks: Locks, before: Plan | None) -> Iterator[Fault]:
    carrier = {call.stop: route.van for route in plan.routes for call in route.calls}
    for stop, van in locks.loaded.items():
        if carrier.get(stop) != van:
            yield Fault(
                "van_lock",
                stop,
                f"the parcel of {stop!r} is in van {van!r}, planned is {carrier.get(stop)!r}",
            )
    if before is None:
        return
    now = {route.van: route.calls for route in plan.routes}
    for route in before.routes:
        count = locks.fixed.get(route.van, 0)
        if route.calls[:count] != now.get(route.van, ())[:count]:
            yield Fault("order_lock", route.van, f"the first {count} calls of van {route.van!r} were fixed")
        was = {call.stop for call in route.calls}
        if route.van in locks.closed and {call.stop for call in now.get(route.van, ())} - was:
            yield Fault(
                "van_closed", route.van, f"van {route.van!r} takes nothing more, yet a stop was added"
            )
