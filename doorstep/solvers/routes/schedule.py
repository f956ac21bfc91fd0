"""When a van arrives: the times of a fixed order of visits with all pauses, or the constraint that forbids the order."""

from collections.abc import Sequence

from doorstep.solvers.routes import loads
from doorstep.solvers.routes.chain import Chain, Kept, Link, Times, chained, run
from doorstep.solvers.routes.fleet import Van
from doorstep.solvers.routes.pauses import owes, paused
from doorstep.solvers.routes.plans import Call, Misfit, Pause, Reload, Route
from doorstep.solvers.routes.refusals import MOST
from doorstep.solvers.routes.routing import Routing, Visit
from doorstep.solvers.routes.stops import MEASURES, Stop


def timed(problem: Routing, van: Van, visits: Sequence[Visit], kept: Kept | None = None) -> Route | Misfit:
    """Time one van's visits in the given order.

    Args:
        problem: the roads and depots.
        van: who drives.
        visits: stops, and depots for reloads, in driving order.
        kept: what of its present route stands; the visits begin with it.
    """
    unfit = loads.misfit(problem, van, visits) or _reloads(van, visits)
    chain = unfit or chained(problem, van, visits, kept)
    if isinstance(chain, Misfit):
        return chain
    last = next((visit.name for visit in reversed(visits) if isinstance(visit, Stop)), "")
    times = run(van, chain.links)
    if isinstance(times, Misfit):
        return times
    if van.distance_m is not None and chain.distance_m > van.distance_m:
        return Misfit(constraint="distance_m", stop=last)
    if van.rests and _must_pause(van, chain.links, times):
        links = paused(van, chain.links) if _driving_s(chain.links) <= _day_s(van) else None
        if links is None:
            return Misfit(constraint="breaks" if van.breaks else "hours", stop=last)
        chain, times = Chain(links, chain.distance_m), run(van, links)
    return times if isinstance(times, Misfit) else _route(problem, van, visits, chain, times)


def _driving_s(links: Sequence[Link]) -> int:
    return sum(link.travel_s for link in links)


def _day_s(van: Van) -> int:
    return van.hours.day_s if van.hours else MOST


def _reloads(van: Van, visits: Sequence[Visit]) -> Misfit | None:
    """Refuse more reloads than the van may have, or one where it may not."""
    depots = [visit for visit in visits if not isinstance(visit, Stop)]
    allowed = van.reload_at or (van.start,)
    if len(depots) > van.reloads or any(depot.name not in allowed for depot in depots):
        return Misfit(constraint="reloads", stop=visits[-1].name)
    return None


def _must_pause(van: Van, links: Sequence[Link], times: Sequence[Times]) -> bool:
    """Whether a chain without further pauses breaks a rule."""
    too_long = van.hours is not None and _driving_s(links) > min(van.hours.driving_s, van.hours.day_s)
    return too_long or owes(van, times[0].leave_s, times[-1].start_s)


def _route(
    problem: Routing, van: Van, visits: Sequence[Visit], chain: Chain, times: Sequence[Times]
) -> Route:
    both = list(zip(chain.links, times, strict=True))
    begin_s = times[0].start_s
    end_s = times[-1].start_s
    duration = end_s - begin_s
    return Route(
        van=van.name,
        calls=tuple(Call(stop=link.name, **at._asdict()) for link, at in both if link.kind == "call"),
        depart_s=times[0].leave_s,
        end_s=end_s,
        distance_m=chain.distance_m,
        duration_s=duration,
        load={measure: loads.most(problem, visits, measure) for measure in MEASURES},
        cost=price(van, visits, chain.distance_m, duration),
        reloads=tuple(
            Reload(before=link.before, depot=link.name, arrival_s=at.arrival_s, leave_s=at.leave_s)
            for link, at in both[1:]
            if link.kind == "load"
        ),
        pauses=tuple(
            Pause(
                before=link.before,
                start_s=at.start_s,
                end_s=at.leave_s,
                driven_s=link.travel_s,
                which=link.which,
            )
            for link, at in both
            if link.kind == "pause"
        ),
    )


def price(van: Van, visits: Sequence[Visit], distance_m: int, duration_s: int) -> int:
    """Return what a route costs; a van that stays at home costs nothing."""
    if not visits:
        return 0
    strange = dict(van.zone_costs)
    zones = (
        sum(strange.get(visit.zone or "", 0) for visit in visits if isinstance(visit, Stop)) if strange else 0
    )
    unfair = max(0, duration_s - van.fair_s) * van.unfair_cost if van.fair_s is not None else 0
    return van.fixed_cost + distance_m * van.meter_cost + duration_s * van.second_cost + zones + unfair
