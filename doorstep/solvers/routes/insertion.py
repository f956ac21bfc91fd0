"""A late stop goes into running routes where it costs least, in milliseconds, and nothing that was promised moves out.

Cheapest feasible insertion with forward earliest and backward latest times, so that each place is judged in constant
time (Solomon, "Algorithms for the vehicle routing and scheduling problems with time window constraints", Operations
Research 35, 1987; Campbell and Savelsbergh, "Efficient insertion heuristics", Transportation Science 38, 2004).
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from doorstep.solvers.routes.plans import Call, Locks, Plan, Route, Unserved
from doorstep.solvers.routes.routing import RouteRefused, Routing, Stop, Van
from doorstep.solvers.routes.schedule import ANY_TIME, Misfit, opening, overloaded, timed

NO_LOCKS = Locks()


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """A stop whose service starts at another time than before."""

    stop: str
    was_s: int
    now_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Insertion:
    """The plan with the late stop in it, and the difference.

    Attributes:
        plan: the new plan; without a feasible place it is the old one with the stop among the unserved.
        van: who takes the stop; None: nobody can.
        position: its number among the van's calls, from 0.
        added_m: how much farther the van drives.
        added_s: how much longer it is out.
        added_cost: in the problem's unit.
        shifts: other stops of the van that start earlier or later now.
        reasons: why there, or why not, in sentences.
    """

    plan: Plan
    van: str | None = None
    position: int = 0
    added_m: int = 0
    added_s: int = 0
    added_cost: int = 0
    shifts: tuple[Shift, ...] = ()
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A feasible place for a stop."""

    cost: int
    van: str
    position: int
    route: Route


def insert(problem: Routing, plan: Plan, stop: str, locks: Locks = NO_LOCKS) -> Insertion:
    """Put a stop of the problem into a plan that does not visit it yet, where it costs least.

    No other stop changes its van or its place in the order; no window or shift is broken.

    Args:
        problem: with the stop in it, and its place in the roads.
        plan: the running routes.
        stop: the late stop's name.
        locks: what cannot change any more. A stop that is loaded already goes only to the van that carries it.

    Raises:
        RouteRefused: `stop_unknown`, `stop_planned` (the plan visits it already), `van_unknown`.
    """
    wanted = _checked(problem, plan, stop)
    best, misfits = cheapest(problem, plan.routes, wanted, locks)
    if best is None:
        unserved = explained(wanted, misfits)
        others = tuple(each for each in plan.unserved if each.stop != stop)
        return Insertion(
            plan=replace(plan, unserved=(*others, unserved), value=plan.value), reasons=(unserved.message,)
        )
    old = next((route for route in plan.routes if route.van == best.van), None)
    routes = [best.route if route.van == best.van else route for route in plan.routes]
    if old is None:
        routes.append(best.route)
    return Insertion(
        plan=replace(
            plan,
            routes=tuple(routes),
            unserved=tuple(each for each in plan.unserved if each.stop != stop),
            value=plan.value + best.cost - (wanted.prize or 0) * any(u.stop == stop for u in plan.unserved),
        ),
        van=best.van,
        position=best.position,
        added_m=best.route.distance_m - (old.distance_m if old else 0),
        added_s=best.route.duration_s - (old.duration_s if old else 0),
        added_cost=best.cost,
        shifts=_shifts(old, best.route),
        reasons=_reasons(best, old, misfits),
    )


def cheapest(
    problem: Routing, routes: Sequence[Route], stop: Stop, locks: Locks = NO_LOCKS
) -> tuple[Offer | None, "Counter[str]"]:
    """Return the cheapest feasible place, and how many vans could not take the stop for which constraint."""
    running = {route.van: route for route in routes}
    misfits: Counter[str] = Counter()
    best: Offer | None = None
    for van in problem.vans:
        carrier = locks.loaded.get(stop.name, van.name)
        if van.name in locks.closed or carrier != van.name:
            misfits["locked"] += 1
            continue
        offer = _best_in(problem, van, running.get(van.name), stop, locks.fixed.get(van.name, 0))
        if isinstance(offer, Misfit):
            misfits[offer.constraint] += 1
        elif best is None or offer.cost < best.cost:
            best = offer
    return best, misfits


def explained(stop: Stop, misfits: "Counter[str]") -> Unserved:
    """Name the constraint that keeps most vans from taking the stop, and count all of them."""
    constraint = min(misfits, key=lambda each: (-misfits[each], each)) if misfits else "locked"
    counted = ", ".join(f"{WORDS[each]} ({count})" for each, count in sorted(misfits.items()))
    return Unserved(
        stop=stop.name,
        constraint=constraint,
        message=f"no van can take stop {stop.name!r}; vans by what keeps them from it: {counted}",
    )


WORDS = {
    "mass_g": "it would be too heavy",
    "volume_ml": "there is no room left",
    "parcels": "it has all the parcels it may take",
    "windows": "it, or a later stop, would be reached too late",
    "shift": "the driver would be back too late",
    "distance_m": "the route would be too long",
    "locked": "it has left, or the parcel is in another van",
}
"""Each constraint as said about a van."""


def _best_in(problem: Routing, van: Van, route: Route | None, stop: Stop, fixed: int) -> Offer | Misfit:
    calls = route.calls if route else ()
    stops = [problem.stop_named[call.stop] for call in calls]
    overload = overloaded(van, stops, stop)
    if overload:
        return overload
    before = route.cost if route else 0
    misfit, best = Misfit(constraint="windows", stop=stop.name), None
    for _, position in sorted(_places(problem, van, stops, calls[:fixed], stop)):
        if best is not None and not van.second_cost:
            break
        trial = timed(problem, van, [*stops[:position], stop, *stops[position:]], calls[:fixed])
        if isinstance(trial, Misfit):
            misfit = trial
        elif best is None or trial.cost - before < best.cost:
            best = Offer(cost=trial.cost - before, van=van.name, position=position, route=trial)
    if best is not None:
        return best
    return _shift_or(misfit, problem, van, stop)


def _places(
    problem: Routing, van: Van, stops: Sequence[Stop], fixed: Sequence[Call], stop: Stop
) -> Iterator[tuple[int, int]]:
    """Yield (added meters, position) of every place that breaks no window and not the shift."""
    meters, seconds = problem.roads.distance_m.item, problem.roads.duration_s.item
    start, end = problem.ends(van)
    places = [start, *(each.place for each in stops), end]
    late = _latest(problem, van, stops, places)
    now = van.shift_start_s
    for position, (here, there) in enumerate(pairwise(places)):
        if position:
            window = opening(stops[position - 1], now)
            if position <= len(fixed):
                now = fixed[position - 1].leave_s
            elif window is None:
                return
            else:
                now = max(now, window.start_s) + stops[position - 1].service_s
        if position >= len(fixed):
            arrival = now + seconds(here, stop.place)
            window = opening(stop, arrival)
            start = max(arrival, window.start_s) if window else van.shift_end_s + 1
            if start + stop.service_s + seconds(stop.place, there) <= late[position]:
                yield meters(here, stop.place) + meters(stop.place, there) - meters(here, there), position
        now += seconds(here, there)


def _latest(problem: Routing, van: Van, stops: Sequence[Stop], places: Sequence[int]) -> list[int]:
    """Return for each call, and the end, the latest arrival from which the rest can still be done; -1: none."""
    seconds = problem.roads.duration_s.item
    late = [van.shift_end_s]
    for k in range(len(stops) - 1, -1, -1):
        start = late[-1] - seconds(places[k + 1], places[k + 2]) - stops[k].service_s
        opens = [w for w in stops[k].windows or ANY_TIME if w.start_s <= start]
        late.append(max((min(window.end_s, start) for window in opens), default=-1))
    return late[::-1]


def _shift_or(misfit: Misfit, problem: Routing, van: Van, stop: Stop) -> Misfit:
    """Tell a stop too far for the shift from one that comes too late for a window."""
    alone = timed(problem, van, [stop])
    return alone if isinstance(alone, Misfit) else misfit


def _checked(problem: Routing, plan: Plan, stop: str) -> Stop:
    if stop not in problem.stop_named:
        raise RouteRefused(
            "stop_unknown", stop, f"stop {stop!r} is not in the problem: add it with its place"
        )
    for route in plan.routes:
        if route.van not in problem.van_named:
            raise RouteRefused("van_unknown", route.van, f"the plan drives {route.van!r}, an unknown van")
        for call in route.calls:
            if call.stop not in problem.stop_named:
                raise RouteRefused(
                    "stop_unknown", call.stop, f"the plan visits {call.stop!r}, an unknown stop"
                )
            if call.stop == stop:
                raise RouteRefused("stop_planned", stop, f"{route.van!r} visits stop {stop!r} already")
    return problem.stop_named[stop]


def _shifts(old: Route | None, new: Route) -> tuple[Shift, ...]:
    was = {call.stop: call.start_s for call in old.calls} if old else {}
    return tuple(
        Shift(stop=call.stop, was_s=was[call.stop], now_s=call.start_s)
        for call in new.calls
        if call.stop in was and was[call.stop] != call.start_s
    )


def _reasons(best: Offer, old: Route | None, misfits: "Counter[str]") -> tuple[str, ...]:
    added = best.route.distance_m - (old.distance_m if old else 0)
    after = best.route.calls[best.position - 1].stop if best.position else None
    where = f"after stop {after!r}" if after else "as its first stop"
    shifts = _shifts(old, best.route)
    worst = max((shift.now_s - shift.was_s for shift in shifts), default=0)
    lines = [
        f"van {best.van!r} takes it {where}: {added} m more, the least of all places",
        f"{len(shifts)} other stops start at another time, at most {max(worst, 0)} s later; all windows hold",
    ]
    lines += [f"{count} vans not: {WORDS[each]}" for each, count in sorted(misfits.items())]
    return tuple(lines)
