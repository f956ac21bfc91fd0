"""The referee's drive: it follows a van along its route by the clock, and its driver's hours with it."""

from collections.abc import Iterator
from dataclasses import dataclass

from doorstep.solvers.routes.fleet import Van
from doorstep.solvers.routes.legs import UNREACHABLE
from doorstep.solvers.routes.plans import Call, Fault, Pause, Reload, Route
from doorstep.solvers.routes.routing import Routing
from doorstep.solvers.routes.stops import Stop


@dataclass(slots=True)
class _Driver:
    """What the tachograph would show."""

    since_rest_s: int = 0
    parts: int = 0
    driven_s: int = 0
    longest_s: int = 0


def drive(problem: Routing, route: Route, van: Van) -> Iterator[Fault]:
    """Drive the route by the clock: legs take their time, windows are open, goods are there, pauses are kept."""
    depots = {depot.name: depot for depot in problem.depots}
    stops = {stop.name: stop for stop in problem.stops}
    things = list(_in_order(route))
    unknown = [thing.depot for thing in things if isinstance(thing, Reload) and thing.depot not in depots]
    if unknown:
        yield Fault(
            "depot_unknown", unknown[0], f"van {van.name!r} reloads at {unknown[0]!r}, an unknown depot"
        )
        return
    here, clock, odometer, driver = depots[van.start].place, route.depart_s, 0, _Driver()
    pauses = sorted(route.pauses, key=lambda pause: pause.start_s)
    for thing in things:
        place = (depots[thing.depot] if isinstance(thing, Reload) else stops[thing.stop]).place
        yield from _leg(problem, van, driver, (here, place), clock, thing.arrival_s, pauses)
        odometer += problem.roads.meters(here, place)
        if isinstance(thing, Reload):
            if thing.leave_s < thing.arrival_s + depots[thing.depot].loading_s:
                yield Fault("loading_short", van.name, f"van {van.name!r} has not the time to load")
        else:
            yield from _serve(stops[thing.stop], thing)
        here, clock = place, thing.leave_s
    home = depots[van.end if van.end is not None else van.start].place
    yield from _leg(problem, van, driver, (here, home), clock, route.end_s, pauses)
    odometer += problem.roads.meters(here, home)
    if pauses:
        yield Fault(
            "pause_misplaced", van.name, f"van {van.name!r} pauses while it serves, loads or is not out"
        )
    yield from _released(problem, route, van, stops)
    yield from _hours(route, van, driver)
    yield from _sums(problem, route, van, odometer)


def _in_order(route: Route) -> Iterator[Call | Reload]:
    for number, call in enumerate(route.calls):
        yield from (reload for reload in route.reloads if reload.before == number)
        yield call


def _leg(
    problem: Routing,
    van: Van,
    driver: _Driver,
    ends: tuple[int, int],
    leave_s: int,
    arrival_s: int,
    pauses: list[Pause],
) -> Iterator[Fault]:
    """Drive one leg; the pauses on it are taken off the list."""
    travel = problem.roads.seconds(*ends)
    if travel >= UNREACHABLE:
        yield Fault("no_road", van.name, f"van {van.name!r} drives where there is no road")
    left, clock = travel, leave_s
    while pauses and leave_s <= pauses[0].start_s and pauses[0].end_s <= arrival_s:
        pause = pauses.pop(0)
        if pause.start_s < clock or pause.end_s < pause.start_s:
            yield Fault("pause_misplaced", van.name, f"van {van.name!r} pauses twice at once")
        if not 0 <= pause.driven_s <= min(left, max(0, pause.start_s - clock)):
            yield Fault("pause_misplaced", van.name, f"van {van.name!r} pauses where it cannot be by then")
        _tick(driver, pause.driven_s)
        left -= pause.driven_s
        clock = pause.end_s
        _rest(van, driver, pause.end_s - pause.start_s)
    _tick(driver, left)
    if arrival_s < clock + left:
        yield Fault(
            "time_travel", van.name, f"van {van.name!r} arrives at {arrival_s} s, before it can be there"
        )


def _tick(driver: _Driver, seconds: int) -> None:
    driver.since_rest_s += seconds
    driver.driven_s += seconds
    driver.longest_s = max(driver.longest_s, driver.since_rest_s)


def _rest(van: Van, driver: _Driver, length_s: int) -> None:
    if van.hours is None or not driver.since_rest_s or length_s < van.hours.rest_s[driver.parts]:
        return
    driver.parts += 1
    if driver.parts == len(van.hours.rest_s):
        driver.parts, driver.since_rest_s = 0, 0


def _serve(stop: Stop, call: Call) -> Iterator[Fault]:
    if call.start_s < call.arrival_s or call.leave_s < call.start_s + stop.service_s:
        yield Fault("service_short", call.stop, f"has not the time for its service at {call.stop!r}")
    if stop.windows and not any(w.start_s <= call.start_s <= w.end_s for w in stop.windows):
        yield Fault("window_missed", call.stop, f"starts at {call.stop!r} outside its windows")


def _released(problem: Routing, route: Route, van: Van, stops: dict[str, Stop]) -> Iterator[Fault]:
    """No trip is loaded before its goods are there."""
    depots = {depot.name: depot for depot in problem.depots}
    begins = route.depart_s - depots[van.start].loading_s
    for number, call in enumerate(route.calls):
        for reload in route.reloads:
            if reload.before == number:
                begins = reload.leave_s - depots[reload.depot].loading_s
        if stops[call.stop].release_s > begins:
            yield Fault(
                "goods_missing", call.stop, f"the goods of {call.stop!r} are not there when the van is loaded"
            )


def _hours(route: Route, van: Van, driver: _Driver) -> Iterator[Fault]:
    for number, due in enumerate(van.breaks):
        taken = [pause for pause in route.pauses if pause.which == number]
        if not taken and route.depart_s <= due.end_s < route.end_s:
            yield Fault("break_missed", van.name, f"the driver of {van.name!r} misses break {number}")
        for pause in taken:
            if not due.start_s <= pause.start_s <= due.end_s or pause.end_s - pause.start_s < due.length_s:
                yield Fault(
                    "break_wrong", van.name, f"break {number} of {van.name!r} is too short or outside"
                )
    if van.hours and driver.longest_s > van.hours.driving_s:
        yield Fault(
            "rest_missed", van.name, f"{van.name!r} is driven for {driver.longest_s} s without a rest"
        )
    if van.hours and driver.driven_s > van.hours.day_s:
        yield Fault("driving_long", van.name, f"{van.name!r} is driven for {driver.driven_s} s in a day")


def _sums(problem: Routing, route: Route, van: Van, odometer: int) -> Iterator[Fault]:
    """Compare odometer, clock and bill with what the route says of itself, and with what the van may do."""
    begin = route.depart_s - next(depot.loading_s for depot in problem.depots if depot.name == van.start)
    if begin < van.shift_start_s:
        yield Fault("shift_early", van.name, f"van {van.name!r} begins before its shift")
    if route.end_s > van.shift_end_s:
        yield Fault("shift_late", van.name, f"van {van.name!r} is back after its shift")
    if route.duration_s != route.end_s - begin:
        yield Fault(
            "duration_wrong",
            van.name,
            f"van {van.name!r} is out for {route.end_s - begin} s, not {route.duration_s}",
        )
    if odometer != route.distance_m:
        yield Fault(
            "distance_wrong", van.name, f"van {van.name!r} drives {odometer} m, not {route.distance_m}"
        )
    if van.distance_m is not None and odometer > van.distance_m:
        yield Fault("distance_over", van.name, f"van {van.name!r} may not drive {odometer} m")
    zones = {stop.name: stop.zone for stop in problem.stops}
    strange = sum(cost for call in route.calls for zone, cost in van.zone_costs if zone == zones[call.stop])
    cost = van.fixed_cost + odometer * van.meter_cost + (route.end_s - begin) * van.second_cost + strange
    if van.fair_s is not None and route.end_s - begin > van.fair_s:
        cost += (route.end_s - begin - van.fair_s) * van.unfair_cost
    if route.calls and cost != route.cost:
        yield Fault("cost_wrong", van.name, f"van {van.name!r} costs {cost}, not {route.cost}")
