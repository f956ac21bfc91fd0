"""The referee's scale: what a van carries at any time, who may carry it, and whether pairs stay together."""

from collections.abc import Iterator
from itertools import pairwise

from doorstep.solvers.routes.fleet import Van
from doorstep.solvers.routes.plans import Fault, Route
from doorstep.solvers.routes.routing import Routing
from doorstep.solvers.routes.stops import Stop


def carry(problem: Routing, route: Route, van: Van) -> Iterator[Fault]:
    """Weigh the van at each gate and door."""
    stops = {stop.name: stop for stop in problem.stops}
    goods_of = {stop.source: stop for stop in problem.stops if stop.source is not None}
    cuts = sorted({0, len(route.calls), *(reload.before for reload in route.reloads)})
    loads = [[stops[call.stop] for call in route.calls[a:b]] for a, b in pairwise(cuts)]
    limits = {"mass_g": van.mass_g, "volume_ml": van.volume_ml, "parcels": van.parcels}
    for measure, limit in limits.items():
        most = max((_fullest(trip, goods_of, measure) for trip in loads), default=0)
        if limit is not None and most > limit:
            yield Fault("overload", van.name, f"van {van.name!r} carries {most} of {measure}, it may {limit}")
        if dict(route.load).get(measure, most) != most:  # type: ignore[call-overload]
            yield Fault("load_wrong", van.name, f"van {van.name!r} carries {most} of {measure}, not as said")
    for trip in loads:
        yield from _pairs(trip, goods_of)
    yield from _allowed(route, van, stops)


def _fullest(trip: list[Stop], goods_of: dict[str, Stop], measure: str) -> int:
    load: int = sum(getattr(stop, measure) for stop in trip if not stop.pickup and not stop.source)
    fullest = load
    for stop in trip:
        if stop.name in goods_of:
            load += getattr(goods_of[stop.name], measure)
        elif stop.pickup:
            load += getattr(stop, measure)
        else:
            load -= getattr(stop, measure)
        fullest = max(fullest, load)
    return fullest


def _pairs(trip: list[Stop], goods_of: dict[str, Stop]) -> Iterator[Fault]:
    order = {stop.name: k for k, stop in enumerate(trip)}
    for stop in trip:
        before = order.get(stop.source) if stop.source else -1
        if before is None or before > order[stop.name]:
            yield Fault("pair_torn", stop.name, f"the goods of {stop.name!r} are not picked up before it")
        if stop.name in goods_of and goods_of[stop.name].name not in order:
            yield Fault("pair_torn", stop.name, f"what is picked up at {stop.name!r} is not delivered")


def _allowed(route: Route, van: Van, stops: dict[str, Stop]) -> Iterator[Fault]:
    for call in route.calls:
        missing = stops[call.stop].needs - van.skills
        if missing:
            yield Fault(
                "skill_missing", call.stop, f"van {van.name!r} lacks {min(missing)!r} for {call.stop!r}"
            )
    if van.stops is not None and len(route.calls) > van.stops:
        yield Fault(
            "stops_over", van.name, f"van {van.name!r} has {len(route.calls)} stops, it may {van.stops}"
        )
    allowed = van.reload_at or (van.start,)
    if len(route.reloads) > van.reloads or any(reload.depot not in allowed for reload in route.reloads):
        yield Fault("reload_wrong", van.name, f"van {van.name!r} reloads too often, or where it may not")
    if any(not 0 <= reload.before < len(route.calls) for reload in route.reloads):
        yield Fault("reload_wrong", van.name, f"van {van.name!r} reloads for nothing")
