"""When a van arrives: the times of a fixed order of stops, or the constraint that forbids the order.

Arriving earlier never hurts later stops, so the earliest feasible window is always the right one. The departure is
then moved as late as the waits allow without delaying the end (forward time slack: Savelsbergh, "The vehicle routing
problem with time windows: minimizing route duration", ORSA Journal on Computing 4, 1992).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from doorstep.solvers.routes.plans import Call, Route
from doorstep.solvers.routes.routing import MEASURES, MOST, Routing, Stop, Van, Window

ANY_TIME = (Window(0, 4 * MOST),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Misfit:
    """Why an order of stops cannot be driven: the constraint, and the stop where it breaks."""

    constraint: str
    stop: str


def timed(problem: Routing, van: Van, stops: Sequence[Stop], fixed: Sequence[Call] = ()) -> Route | Misfit:
    """Time one van's stops in the given order.

    Args:
        problem: the roads and depots.
        van: who drives.
        stops: in driving order.
        fixed: calls at the first stops whose times stand; the van leaves the last of them as it says.
    """
    overload = overloaded(van, stops)
    if overload:
        return overload
    meters, seconds = problem.roads.distance_m.item, problem.roads.duration_s.item
    home, end = problem.ends(van)
    here = home
    calls = list(fixed)
    now = fixed[-1].leave_s if fixed else van.shift_start_s
    driven, waited, gap = 0, 0, MOST
    for k, stop in enumerate(stops):
        driven += meters(here, stop.place)
        if k >= len(fixed):
            arrival = now + seconds(here, stop.place)
            window = opening(stop, arrival)
            if window is None:
                return Misfit(constraint="windows", stop=stop.name)
            start = max(arrival, window.start_s)
            waited += start - arrival
            gap = min(gap, waited + window.end_s - start)
            now = start + stop.service_s
            calls.append(Call(stop=stop.name, arrival_s=arrival, start_s=start, leave_s=now))
        here = stop.place
    driven += meters(here, end)
    back = now + seconds(here, end)
    if back > van.shift_end_s:
        return Misfit(constraint="shift", stop=stops[-1].name if stops else "")
    if van.distance_m is not None and driven > van.distance_m:
        return Misfit(constraint="distance_m", stop=stops[-1].name if stops else "")
    if fixed:
        depart = fixed[0].arrival_s - seconds(home, stops[0].place)
    else:
        slack = min(gap, waited)
        depart = van.shift_start_s + slack
        calls = _later(calls, slack)
    return Route(
        van=van.name,
        calls=tuple(calls),
        depart_s=depart,
        end_s=back,
        distance_m=driven,
        duration_s=back - depart,
        load={measure: sum(stop.load(measure) for stop in stops) for measure in MEASURES},
        cost=(van.fixed_cost + driven * van.meter_cost + (back - depart) * van.second_cost) if stops else 0,
    )


def overloaded(van: Van, stops: Sequence[Stop], more: Stop | None = None) -> Misfit | None:
    """Name the measure in which the stops, and `more`, overload the van."""
    for measure in MEASURES:
        limit = van.limit(measure)
        load = sum(stop.load(measure) for stop in stops) + (more.load(measure) if more else 0)
        if limit is not None and load > limit:
            return Misfit(constraint=measure, stop=more.name if more else stops[-1].name)
    return None


def opening(stop: Stop, arrival_s: int) -> Window | None:
    """Return the window in which service starts earliest after an arrival."""
    open_still = [window for window in stop.windows or ANY_TIME if window.end_s >= arrival_s]
    return min(open_still, key=lambda window: window.start_s, default=None)


def _later(calls: list[Call], by_s: int) -> list[Call]:
    """Delay arrivals by what the waits swallow; starts and leaves move only where no wait is left."""
    delayed = []
    for call in calls:
        arrival = call.arrival_s + by_s
        start = max(arrival, call.start_s)
        leave = start + (call.leave_s - call.start_s)
        by_s = start - call.start_s
        delayed.append(Call(stop=call.stop, arrival_s=arrival, start_s=start, leave_s=leave))
    return delayed
