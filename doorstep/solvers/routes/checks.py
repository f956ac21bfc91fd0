"""Whether a question of routes makes sense: everything that would only fail, or lie, later is refused here by name."""

from collections.abc import Mapping, Sequence

from doorstep.solvers.routes.fleet import Depot, Van
from doorstep.solvers.routes.refusals import (
    DEAREST,
    MOST,
    MOST_COST,
    RouteRefused,
    refuse_number,
    refuse_twice,
    refuse_window,
)
from doorstep.solvers.routes.stops import MEASURES, Stop

BREAKS_MOST = 8
"""Breaks and parts of a rest in one shift."""

RELOADS_MOST = 50


def check(places: int, depots: Sequence[Depot], vans: Sequence[Van], stops: Sequence[Stop]) -> None:
    """Refuse a problem that makes no sense.

    Raises:
        RouteRefused: with the kind, and the stop, van or depot at fault.
    """
    given: dict[str, Sequence[Depot | Van | Stop]] = {"depot": depots, "van": vans, "stop": stops}
    for what, things in given.items():
        if not things and what != "stop":
            raise RouteRefused(f"no_{what}", f"{what}s", f"there is no {what}: give at least one")
        refuse_twice(what, (each.name for each in things))
    known = {depot.name for depot in depots}
    for depot in depots:
        refuse_number(depot.name, "place", depot.place, places - 1)
        refuse_number(depot.name, "loading_s", depot.loading_s, MOST)
    for van in vans:
        _check_van(van, known)
    named = {stop.name: stop for stop in stops}
    for stop in stops:
        _check_stop(stop, places)
        if stop.source is not None:
            _check_pair(named, stop)
    refuse_twice("source", (stop.source for stop in stops if stop.source is not None))


def _check_van(van: Van, known: set[str]) -> None:
    for name in (van.start, van.end or van.start, *van.reload_at):
        if name not in known:
            raise RouteRefused("depot_unknown", van.name, f"van {van.name!r}: there is no depot {name!r}")
    for field in (*MEASURES, "stops", "distance_m", "fair_s"):
        number = getattr(van, field)
        refuse_number(van.name, field, 0 if number is None else number, MOST)
    refuse_window("shift", van.name, van.shift_start_s, van.shift_end_s)
    refuse_number(van.name, "reloads", van.reloads, RELOADS_MOST)
    refuse_number(van.name, "fixed_cost", van.fixed_cost, MOST_COST)
    for field in ("meter_cost", "second_cost", "unfair_cost"):
        refuse_number(van.name, field, getattr(van, field), DEAREST)
    for zone, cost in van.zone_costs:
        refuse_number(van.name, f"cost of zone {zone}", cost, MOST)
    refuse_twice("zone", (zone for zone, _ in van.zone_costs))
    _check_rests(van)


def _check_rests(van: Van) -> None:
    rests = van.hours.rest_s if van.hours else ()
    refuse_number(van.name, "number of breaks", len(van.breaks), BREAKS_MOST)
    refuse_number(van.name, "number of parts of a rest", len(rests), BREAKS_MOST, 1 if van.hours else 0)
    for one in van.breaks:
        refuse_window("break", van.name, one.start_s, one.end_s)
        refuse_number(van.name, "length of a break", one.length_s, MOST, 1)
    if [one.start_s for one in van.breaks] != sorted(one.start_s for one in van.breaks) or [
        one.end_s for one in van.breaks
    ] != sorted(one.end_s for one in van.breaks):
        raise RouteRefused(
            "breaks_unordered", van.name, f"van {van.name!r}: give breaks in the order of their windows"
        )
    if van.hours:
        refuse_number(van.name, "driving_s", van.hours.driving_s, MOST, 1)
        refuse_number(van.name, "day_s", van.hours.day_s, MOST)
        for part in rests:
            refuse_number(van.name, "rest_s", part, MOST, 1)


def _check_stop(stop: Stop, places: int) -> None:
    refuse_number(stop.name, "place", stop.place, places - 1)
    for field in (*MEASURES, "service_s", "release_s"):
        refuse_number(stop.name, field, getattr(stop, field), MOST)
    refuse_number(stop.name, "prize", stop.prize or 0, MOST_COST)
    for window in stop.windows:
        refuse_window("window", stop.name, window.start_s, window.end_s)


def _check_pair(named: Mapping[str, Stop], stop: Stop) -> None:
    source = named.get(stop.source or "")
    if source is None or source is stop or source.source is not None:
        raise RouteRefused(
            "source_unknown", stop.name, f"stop {stop.name!r}: {stop.source!r} is no stop to pick up at"
        )
    if source.pickup or source.prize is not None or any(map(source.load, MEASURES)):
        raise RouteRefused(
            "source_loaded",
            source.name,
            f"stop {source.name!r} is the source of {stop.name!r}: give load and prize there only",
        )
    if stop.pickup or stop.release_s or source.release_s:
        raise RouteRefused(
            "pair_at_depot", stop.name, f"stop {stop.name!r}: what comes from another stop was at no depot"
        )
    if max(len(stop.windows), len(source.windows)) > 1:
        raise RouteRefused(
            "pair_windows", stop.name, f"stop {stop.name!r}: give it and its source one window each at most"
        )
