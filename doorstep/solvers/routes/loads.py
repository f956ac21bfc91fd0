"""What a van carries on the way: full of deliveries when it leaves, full of pickups when it is back."""

from collections.abc import Iterable, Iterator, Sequence

from doorstep.solvers.routes.fleet import Van
from doorstep.solvers.routes.plans import Misfit
from doorstep.solvers.routes.routing import Routing, Visit
from doorstep.solvers.routes.stops import MEASURES, Measure, Stop


def misfit(problem: Routing, van: Van, visits: Sequence[Visit]) -> Misfit | None:
    """Name what keeps a van from these visits whatever the time: skill, number of stops, load, or order of a pair."""
    stops = [visit for visit in visits if isinstance(visit, Stop)]
    for stop in stops:
        if not stop.needs <= van.skills:
            return Misfit(constraint="skills", stop=stop.name)
    if van.stops is not None and len(stops) > van.stops:
        return Misfit(constraint="stops", stop=stops[-1].name)
    for measure in MEASURES:
        limit = van.limit(measure)
        if (
            limit is not None
            and most(problem, stops if len(stops) == len(visits) else visits, measure) > limit
        ):
            return Misfit(constraint=measure, stop=stops[-1].name)
    return _torn_pair(problem, visits) if problem.delivery_of else None


def most(problem: Routing, visits: Sequence[Visit], measure: Measure) -> int:
    """Return the largest load of one measure at any time."""
    if not problem.mixed:
        return max(sum(stop.load(measure) for stop in trip) for trip in trips(visits))
    peak = 0
    for trip in trips(visits):
        load = sum(stop.load(measure) for stop in trip if not stop.pickup and stop.source is None)
        peak = max(peak, load)
        for stop in trip:
            goods = problem.delivery_of.get(stop.name)
            gained = goods.load(measure) if goods else stop.load(measure) if stop.pickup else 0
            load += gained or -stop.load(measure)
            peak = max(peak, load)
    return peak


def trips(visits: Iterable[Visit]) -> Iterator[list[Stop]]:
    """Yield the stops of each trip: between leaving a depot and coming to the next."""
    trip: list[Stop] = []
    for visit in visits:
        if isinstance(visit, Stop):
            trip.append(visit)
        else:
            yield trip
            trip = []
    yield trip


def releases(visits: Sequence[Visit]) -> list[int]:
    """Return for each trip when the last of its goods are at the depot."""
    return [max((stop.release_s for stop in trip), default=0) for trip in trips(visits)]


def _torn_pair(problem: Routing, visits: Sequence[Visit]) -> Misfit | None:
    """Find a stop whose source is not visited before it in the same trip, or a source without its delivery."""
    for trip in trips(visits):
        open_sources: set[str] = set()
        for stop in trip:
            if stop.name in problem.delivery_of:
                open_sources.add(stop.name)
            if stop.source is not None:
                if stop.source not in open_sources:
                    return Misfit(constraint="pair", stop=stop.name)
                open_sources.remove(stop.source)
        if open_sources:
            return Misfit(constraint="pair", stop=min(open_sources))
    return None
