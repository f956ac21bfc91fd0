"""The referee judges any plan by the problem alone. It shares no code with the solver.

It replays every van along its stops and measures everything again; what a plan says about itself counts for nothing.
"""

from collections import Counter
from collections.abc import Iterator

from doorstep.solvers.routes.plans import Fault, Locks, Plan, Route
from doorstep.solvers.routes.referee_carry import carry
from doorstep.solvers.routes.referee_drive import drive
from doorstep.solvers.routes.routing import Routing


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
            faults += drive(problem, route, vans[route.van])
            faults += carry(problem, route, vans[route.van])
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
    now = {route.van: route for route in plan.routes}
    for route in before.routes:
        count = locks.fixed.get(route.van, 0)
        if count and (route.van not in now or _past(route, count) != _past(now[route.van], count)):
            yield Fault("order_lock", route.van, f"the first {count} calls of van {route.van!r} were fixed")
        was = {call.stop for call in route.calls}
        if route.van in locks.closed and _stops(now.get(route.van)) - was:
            yield Fault(
                "van_closed", route.van, f"van {route.van!r} takes nothing more, yet a stop was added"
            )


def _past(route: Route, count: int) -> tuple[object, ...]:
    """Return what happens up to a number of calls."""
    reloads = [reload for reload in route.reloads if reload.before < count]
    pauses = [pause for pause in route.pauses if pause.before < count]
    return route.depart_s, route.calls[:count], reloads, pauses


def _stops(route: Route | None) -> set[str]:
    return {call.stop for call in route.calls} if route else set()
