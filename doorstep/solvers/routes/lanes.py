"""One van's route, ready to be asked where another stop would fit: each place is judged in constant time.

Forward earliest and backward latest times (Solomon, "Algorithms for the vehicle routing and scheduling problems with
time window constraints", Operations Research 35, 1987; Campbell and Savelsbergh, "Efficient insertion heuristics",
Transportation Science 38, 2004). They leave out pauses and what waits at the depot, which can only make a van later;
so a place that they refuse is none, and one that they let pass is timed exactly.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from doorstep.solvers.routes import loads
from doorstep.solvers.routes.chain import ANY_TIME, Kept, opening, visits_of
from doorstep.solvers.routes.fleet import Depot, Van
from doorstep.solvers.routes.plans import Misfit, Route
from doorstep.solvers.routes.routing import Routing, Visit
from doorstep.solvers.routes.schedule import timed
from doorstep.solvers.routes.stops import MEASURES, Measure, Stop


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A feasible place for a stop.

    Attributes:
        cost: more than the route costs now.
        van: who would visit it.
        position: its number among the van's calls, from 0.
        route: the van's route with the stop in it.
    """

    cost: int
    van: str
    position: int
    route: Route


@dataclass(frozen=True, slots=True)
class Lane:
    """A van's route and its times.

    Attributes:
        van: who drives.
        route: None: it stays at home so far.
        visits: in driving order.
        kept: what of the route stands.
        first: number of the first visit before which something may be put.
        places: of the start, the visits, and the end.
        leaves: earliest time to leave the start and each visit.
        late: latest arrival at each visit, and the end, from which the rest can still be done; -1: none.
        room: of each measure that the van limits, what is left of it when the whole route is one trip; None where there
            are several, or where something is picked up on the way.
    """

    van: Van
    route: Route | None
    visits: tuple[Visit, ...]
    kept: Kept | None
    first: int
    places: tuple[int, ...]
    leaves: tuple[int, ...]
    late: tuple[int, ...]
    room: dict[Measure, int] | None


def lane_of(problem: Routing, van: Van, route: Route | None, fixed: int = 0) -> Lane:
    """Make a van's route ready; its first `fixed` calls stand."""
    visits = visits_of(problem, route) if route else []
    kept = Kept(route, min(fixed, len(route.calls))) if route and fixed else None
    start, end = problem.ends(van)
    places = (start, *(visit.place for visit in visits), end)
    return Lane(
        van,
        route,
        tuple(visits),
        kept,
        _first(visits, kept.count if kept else 0),
        places,
        tuple(_leaves(problem, van, visits, places, kept)),
        tuple(_late(problem, van, visits, places)),
        _room(van, visits) if not problem.mixed and not van.reloads else None,
    )


def _room(van: Van, visits: Sequence[Visit]) -> dict[Measure, int]:
    """Return what is left of each limit."""
    stops = [visit for visit in visits if isinstance(visit, Stop)]
    limits = [(measure, van.limit(measure)) for measure in MEASURES]
    return {
        measure: limit - sum(stop.load(measure) for stop in stops)
        for measure, limit in limits
        if limit is not None
    }


def best_place(problem: Routing, lane: Lane, stop: Stop) -> Place | Misfit:
    """Return where in its lane a stop costs least, its source with it; or what forbids every place."""
    source = problem.stop_named[stop.source] if stop.source else None
    goods = [source, stop] if source else [stop]
    misfit = _hopeless(problem, lane, goods)
    if misfit:
        return misfit
    van, before = lane.van, lane.route.cost if lane.route else 0
    tries = _pair_tries(problem, lane, source, stop) if source else _tries(problem, lane, stop)
    by_time = van.second_cost or (van.unfair_cost and van.fair_s is not None)
    best, misfit = None, Misfit(constraint="windows", stop=stop.name)
    for _, visits in sorted(tries, key=lambda each: each[0]):
        if best is not None and not by_time:
            break
        trial = timed(problem, van, visits, lane.kept)
        if isinstance(trial, Misfit):
            misfit = trial
        elif best is None or trial.cost - before < best.cost:
            position = next(k for k, call in enumerate(trial.calls) if call.stop == stop.name)
            best = Place(cost=trial.cost - before, van=van.name, position=position, route=trial)
    return best or _shift_or(misfit, problem, van, goods)


def _hopeless(problem: Routing, lane: Lane, goods: Sequence[Stop]) -> Misfit | None:
    """Name what forbids every place without looking at any: a skill, or a load too large for one trip more."""
    if lane.room is None:
        return loads.misfit(problem, lane.van, goods)
    (stop,) = goods
    if not stop.needs <= lane.van.skills:
        return Misfit(constraint="skills", stop=stop.name)
    if lane.van.stops is not None and len(lane.visits) >= lane.van.stops:
        return Misfit(constraint="stops", stop=stop.name)
    full = next((measure for measure, left in lane.room.items() if stop.load(measure) > left), None)
    return Misfit(constraint=full, stop=stop.name) if full else None


def _first(visits: Sequence[Visit], count: int) -> int:
    """Return the number of the first visit after `count` calls."""
    calls = 0
    for number, visit in enumerate(visits):
        if calls == count:
            return number
        calls += isinstance(visit, Stop)
    return len(visits)


def _leaves(
    problem: Routing, van: Van, visits: Sequence[Visit], places: Sequence[int], kept: Kept | None
) -> Iterator[int]:
    seconds = problem.roads.seconds
    now = van.shift_start_s + problem.depot_named[van.start].loading_s
    yield now
    calls = iter(kept.calls if kept else ())
    for number, visit in enumerate(visits):
        now += seconds(places[number], visit.place)
        if isinstance(visit, Depot):
            now += visit.loading_s
        elif call := next(calls, None):
            now = call.leave_s
        else:
            window = opening(visit.windows or ANY_TIME, now)
            now = max(now, window.start_s if window else van.shift_end_s + 1) + visit.service_s
        yield now


def _late(problem: Routing, van: Van, visits: Sequence[Visit], places: Sequence[int]) -> list[int]:
    seconds = problem.roads.seconds
    late = [van.shift_end_s]
    for number in range(len(visits) - 1, -1, -1):
        visit = visits[number]
        start = late[-1] - seconds(places[number + 1], places[number + 2])
        if isinstance(visit, Depot):
            late.append(start - visit.loading_s)
            continue
        start -= visit.service_s
        opens = [window for window in visit.windows or ANY_TIME if window.start_s <= start]
        late.append(max((min(window.end_s, start) for window in opens), default=-1))
    return late[::-1]


Tries = Iterator[tuple[int, list[Visit]]]
"""Added meters and the visits with the stop among them."""


def _tries(problem: Routing, lane: Lane, stop: Stop) -> Tries:
    """Yield every place that breaks no window and not the shift, as far as the lane's times tell."""
    for added, number in _gaps(problem, lane, stop):
        yield added, [*lane.visits[:number], stop, *lane.visits[number:]]
    yield from _new_trips(problem, lane, [stop])


def _gaps(problem: Routing, lane: Lane, stop: Stop) -> Iterator[tuple[int, int]]:
    """Yield (added meters, number of the visit before which the stop would go)."""
    meters, seconds = problem.roads.meters, problem.roads.seconds
    windows, there_s = stop.windows or ANY_TIME, stop.place
    for number, (here, there) in enumerate(pairwise(lane.places)):
        if number < lane.first:
            continue
        arrival = lane.leaves[number] + seconds(here, there_s)
        window = opening(windows, arrival)
        if window is None:
            continue
        leave = max(arrival, window.start_s) + stop.service_s
        if leave + seconds(there_s, there) <= lane.late[number]:
            yield meters(here, there_s) + meters(there_s, there) - meters(here, there), number


def _new_trips(problem: Routing, lane: Lane, goods: Sequence[Stop]) -> Tries:
    """Yield a trip of its own for the stop, after the others or before them."""
    van = lane.van
    if sum(isinstance(visit, Depot) for visit in lane.visits) >= van.reloads or not lane.visits:
        return
    for name in van.reload_at or (van.start,):
        depot = problem.depot_named[name]
        after = [*lane.visits, depot, *goods]
        yield _meters(problem, van, after) - _meters(problem, van, lane.visits), after
        if not lane.first:
            before: list[Visit] = [*goods, depot, *lane.visits]
            yield _meters(problem, van, before) - _meters(problem, van, lane.visits), before


def _pair_tries(problem: Routing, lane: Lane, source: Stop, stop: Stop) -> Tries:
    """Yield the places of a source and of its stop behind it."""
    meters = _meters(problem, lane.van, lane.visits)
    for _, number in _gaps(problem, lane, source):
        for behind in range(number, len(lane.visits) + 1):
            visits = [*lane.visits[:number], source, *lane.visits[number:behind], stop, *lane.visits[behind:]]
            yield _meters(problem, lane.van, visits) - meters, visits
    yield from _new_trips(problem, lane, [source, stop])


def _meters(problem: Routing, van: Van, visits: Sequence[Visit]) -> int:
    meters = problem.roads.meters
    start, end = problem.ends(van)
    return sum(meters(a, b) for a, b in pairwise((start, *(visit.place for visit in visits), end)))


def _shift_or(misfit: Misfit, problem: Routing, van: Van, goods: Sequence[Stop]) -> Misfit:
    """Tell a stop too far for the shift from one that comes too late for a window."""
    alone = timed(problem, van, goods)
    return alone if isinstance(alone, Misfit) else misfit


def tidied(visits: Sequence[Visit]) -> list[Visit]:
    """Drop reloads for empty trips."""
    kept: list[Visit] = []
    for visit in visits:
        if isinstance(visit, Stop) or (kept and isinstance(kept[-1], Stop)):
            kept.append(visit)
    while kept and not isinstance(kept[-1], Stop):
        kept.pop()
    return kept
