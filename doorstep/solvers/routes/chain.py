"""A round as a chain of links: drive, then load, call or pause. The times of a chain, early and late.

Arriving earlier never hurts later links, so the earliest open window is always the right one. The departure is then
moved as late as the waits allow without delaying the end (forward time slack: Savelsbergh, "The vehicle routing problem
with time windows: minimizing route duration", ORSA Journal on Computing 4, 1992).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from doorstep.solvers.routes.fleet import Depot, Van
from doorstep.solvers.routes.legs import UNREACHABLE
from doorstep.solvers.routes.loads import releases
from doorstep.solvers.routes.plans import Call, Misfit, Pause, Route
from doorstep.solvers.routes.refusals import MOST
from doorstep.solvers.routes.routing import Routing, Visit
from doorstep.solvers.routes.stops import Stop, Window

ANY_TIME = (Window(0, 4 * MOST),)

Kind = Literal["load", "call", "pause", "end"]


class Times(NamedTuple):
    """When a link is reached, begun and left, in s."""

    arrival_s: int
    start_s: int
    leave_s: int


class Link(NamedTuple):
    """Drive for `travel_s`, wait for a window, do something for `length_s`.

    Attributes:
        kind: what is done.
        before: number of the next call, or of this one.
        name: the depot or stop.
        travel_s: from the link before.
        windows: when it may start.
        length_s: how long it takes.
        which: of a pause: the number of the van's break, None for a rest.
        stand: times that cannot change any more.
    """

    kind: Kind
    before: int
    name: str
    travel_s: int
    windows: tuple[Window, ...]
    length_s: int
    which: int | None = None
    stand: Times | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """The part of a route that is done or next: its first `count` calls and what happens before them."""

    route: Route
    count: int

    @property
    def calls(self) -> tuple[Call, ...]:
        """The calls whose order and times stand."""
        return self.route.calls[: self.count]


@dataclass(frozen=True, slots=True)
class Chain:
    """The links of a round, and how far it is."""

    links: list[Link]
    distance_m: int


def chained(problem: Routing, van: Van, visits: Sequence[Visit], kept: Kept | None) -> Chain | Misfit:
    """Link a van's visits, from loading to the end; what is kept stands with its times."""
    meters, seconds = problem.roads.meters, problem.roads.seconds
    here, end = problem.ends(van)
    ready = releases(visits)
    links = [_loading(problem.depot_named[van.start], 0, 0, max(van.shift_start_s, ready[0]))]
    driven, trip, number = 0, 0, 0
    for visit in visits:
        travel = seconds(here, visit.place)
        if travel >= UNREACHABLE:
            return Misfit(constraint="unreachable", stop=visit.name)
        driven += meters(here, visit.place)
        here = visit.place
        if isinstance(visit, Depot):
            trip += 1
            links.append(_loading(visit, number, travel, max(van.shift_start_s, ready[trip])))
        else:
            links.append(Link("call", number, visit.name, travel, visit.windows or ANY_TIME, visit.service_s))
            number += 1
    home = seconds(here, end)
    if home >= UNREACHABLE:
        return Misfit(constraint="unreachable", stop=visits[-1].name if visits else van.name)
    links.append(Link("end", number, "", home, (Window(0, van.shift_end_s),), 0))
    if kept and kept.count:
        standing = _standing(links, kept)
        if any(_loaded_before(link) for link in standing):
            late = max(
                (visit for visit in visits if isinstance(visit, Stop)), key=lambda stop: stop.release_s
            )
            return Misfit(constraint="locked", stop=late.name)
        links = [*standing, *links[_tail(links, kept.count) :]]
    return Chain(links, driven + meters(here, end))


def _loading(depot: Depot, before: int, travel_s: int, ready_s: int) -> Link:
    return Link("load", before, depot.name, travel_s, (Window(ready_s, 4 * MOST),), depot.loading_s)


def _tail(links: Sequence[Link], count: int) -> int:
    """Return the index of the first link after the last kept call."""
    return 1 + next(k for k, link in enumerate(links) if link.kind == "call" and link.before == count - 1)


def _standing(links: Sequence[Link], kept: Kept) -> list[Link]:
    """Rebuild the kept links with their times, pauses among them."""
    route, standing = kept.route, []
    begins = route.end_s - route.duration_s
    reloads = iter(route.reloads)
    for link in links[: _tail(links, kept.count)]:
        if link.kind == "call":
            call = route.calls[link.before]
            left = link.travel_s
            for pause in route.pauses:
                if pause.before == link.before:
                    left -= pause.driven_s
                    standing.append(_taken(pause))
            stand = Times(call.arrival_s, call.start_s, call.leave_s)
            standing.append(link._replace(travel_s=left, stand=stand))
        elif len(standing) == 0:
            leave = route.depart_s
            standing.append(link._replace(stand=Times(begins, leave - link.length_s, leave)))
        else:
            reload = next(reloads)
            leave = reload.leave_s
            standing.append(link._replace(stand=Times(reload.arrival_s, leave - link.length_s, leave)))
    return standing


def _loaded_before(link: Link) -> bool:
    """Whether a trip was loaded before the last of its goods came."""
    return link.kind == "load" and link.stand is not None and link.stand.start_s < link.windows[0].start_s


def _taken(pause: Pause) -> Link:
    length_s = pause.end_s - pause.start_s
    stand = Times(pause.start_s, pause.start_s, pause.end_s)
    return Link("pause", pause.before, "", pause.driven_s, ANY_TIME, length_s, pause.which, stand)


def run(van: Van, links: Sequence[Link]) -> list[Times] | Misfit:
    """Time a chain: as early as possible, then begun as late as the waits allow; or name where it breaks."""
    now, waited, gap = van.shift_start_s, 0, 4 * MOST
    times = []
    for link in links:
        if link.stand:
            now, gap = link.stand.leave_s, 0
            times.append(link.stand)
            continue
        arrival = now + link.travel_s
        window = opening(link.windows, arrival)
        if window is None:
            return _misfit(links, link)
        start = max(window.start_s, arrival)
        waited += start - arrival
        gap = min(gap, waited + window.end_s - start)
        now = start + link.length_s
        times.append(Times(arrival, start, now))
    slack = min(gap, waited)
    return _later(times, slack) if slack else times


def opening(windows: Sequence[Window], arrival_s: int) -> Window | None:
    """Return the window in which service starts earliest after an arrival."""
    best = None
    for window in windows:
        if window.end_s >= arrival_s and (best is None or window.start_s < best.start_s):
            best = window
    return best


def _misfit(links: Sequence[Link], late: Link) -> Misfit:
    names = [link.name for link in links if link.kind == "call"]
    if late.kind == "call":
        return Misfit(constraint="windows", stop=late.name)
    if late.kind == "pause":
        return Misfit(constraint="breaks", stop=names[min(late.before, len(names) - 1)] if names else "")
    return Misfit(constraint="shift", stop=names[-1] if names else "")


def _later(times: list[Times], by_s: int) -> list[Times]:
    """Delay arrivals by what the waits swallow; starts and leaves move only where no wait is left."""
    delayed = []
    for each in times:
        arrival = each.arrival_s + by_s
        start = max(arrival, each.start_s)
        delayed.append(Times(arrival, start, start + each.leave_s - each.start_s))
        by_s = start - each.start_s
    return delayed


def stops_of(problem: Routing, calls: Sequence[Call]) -> list[Stop]:
    """Return the stops of calls."""
    return [problem.stop_named[call.stop] for call in calls]


def visits_of(problem: Routing, route: Route) -> list[Visit]:
    """Return what a route visits, its reloads among the stops."""
    visits: list[Visit] = []
    reloads = list(route.reloads)
    for number, call in enumerate(route.calls):
        while reloads and reloads[0].before <= number:
            visits.append(problem.depot_named[reloads.pop(0).depot])
        visits.append(problem.stop_named[call.stop])
    return visits
