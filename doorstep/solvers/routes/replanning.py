"""A running day is planned again only where that is worth it.

What is promised is kept, what is loaded stays in its van, and a change must save more than its instability costs. The
difference is told stop by stop.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from doorstep.solvers.budget import Budget
from doorstep.solvers.routes.chain import Kept
from doorstep.solvers.routes.improving import improved
from doorstep.solvers.routes.insertion import NO_LOCKS, Lanes, insert_in
from doorstep.solvers.routes.plans import Locks, Misfit, Plan, Route, Unserved
from doorstep.solvers.routes.refusals import RouteRefused, refuse_window
from doorstep.solvers.routes.routing import Routing
from doorstep.solvers.routes.schedule import timed
from doorstep.solvers.routes.solving import known_visits
from doorstep.solvers.routes.stops import Stop, Window


@dataclass(frozen=True, slots=True, kw_only=True)
class Instability:
    """What a change costs, in the problem's unit; the default unit is the meter.

    Attributes:
        van: of a stop that another van visits now.
        order: of a stop that is visited after another one than before.
        second: by which a stop starts earlier or later, beyond `free_s`.
        free_s: what nobody minds.
    """

    van: int = 1000
    order: int = 300
    second: int = 1
    free_s: int = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What is different for one stop; None: it was or is not visited.

    Attributes:
        stop: its name.
        was_van: who visited it.
        now_van: who visits it.
        was_after: the stop before it, in the same van; "" when it was the first.
        now_after: the stop before it now.
        was_s: start of its service.
        now_s: start of its service now.
        message: the same in a sentence.
    """

    stop: str
    was_van: str | None
    now_van: str | None
    was_after: str | None
    now_after: str | None
    was_s: int | None
    now_s: int | None
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Replan:
    """The answer of `replan`.

    Attributes:
        plan: to drive from now on: the new one if it is accepted, else the old one with the late stops inserted.
        accepted: whether anything but the insertions changes.
        saving: what the new plan costs less, before the price of instability.
        price: of its instability.
        kept: share of the stops that keep the stop before them, in percent.
        changes: stop by stop, against the plan that ran.
        reasons: in sentences.
    """

    plan: Plan
    accepted: bool
    saving: int
    price: int
    kept: float
    changes: tuple[Change, ...] = ()
    reasons: tuple[str, ...] = ()


def replan(
    problem: Routing,
    plan: Plan,
    budget: Budget,
    seed: int = 1,
    locks: Locks = NO_LOCKS,
    promises: Mapping[str, Window] | None = None,
    instability: Instability | None = None,
) -> Replan:
    """Insert the stops that the plan does not visit yet, then change what is worth changing.

    Args:
        problem: today's stops, the late ones among them; a stop that is not in it any more leaves its route.
        plan: that runs.
        budget: seconds, or rounds of ruin and recreate.
        seed: of the search.
        locks: loaded stops keep their van, fixed calls their place and time, closed vans take nothing more.
        promises: stop -> window its customer was told; service starts in it, whatever windows the stop has.
        instability: what changes cost.

    Raises:
        RouteRefused: `stop_unknown`, `van_unknown`, `window_backward`; `promise_broken` when the running plan itself
            breaks a promise or a window: then a person must decide what gives way.
    """
    meter = budget.start()
    asked = _promised(problem, promises or {})
    prices = instability or Instability()
    begun = _today(asked, plan, locks)
    late = _late(asked, begun)
    lanes = Lanes(asked, begun.routes, locks, asked.vans)
    for stop in late:
        begun = _inserted(lanes, begun, stop)
    where = _where(plan)
    better, rounds = improved(
        asked, begun, meter, seed, locks, lambda routes: _price(routes.values(), where, prices)
    )
    saving = begun.value - better.value
    price = _price(better.routes, where, prices) - _price(begun.routes, where, prices)
    accepted = saving > price
    chosen = better if accepted else begun
    return Replan(
        plan=replace(chosen, work=rounds, engine="ruin and recreate" if accepted else "insertion"),
        accepted=accepted,
        saving=saving if accepted else 0,
        price=price if accepted else 0,
        kept=_kept(plan, chosen),
        changes=tuple(_changes(plan, chosen)),
        reasons=tuple(_reasons(len(late), chosen, accepted, saving, price)),
    )


def _inserted(lanes: Lanes, plan: Plan, stop: Stop) -> Plan:
    """Insert a late stop, unless it costs more than it is worth."""
    tried = insert_in(lanes, plan, stop)
    if tried.van is None:
        return tried.plan
    if stop.prize is not None and tried.added_cost >= stop.prize:
        return _left(plan, stop)
    lanes.put(next(route for route in tried.plan.routes if route.van == tried.van))
    return tried.plan


def _left(plan: Plan, stop: Stop) -> Plan:
    """Leave out a stop that costs more than it is worth."""
    names = [stop.name, stop.source] if stop.source else [stop.name]
    known = {each.stop for each in plan.unserved}
    text = f"stop {stop.name!r} costs more than the {stop.prize} it is worth"
    more = tuple(Unserved(stop=name, constraint="prize", message=text) for name in names if name not in known)
    forgone = 0 if stop.name in known else stop.prize or 0
    return replace(plan, unserved=(*plan.unserved, *more), value=plan.value + forgone)


def _promised(problem: Routing, promises: Mapping[str, Window]) -> Routing:
    """Return the problem in which a promise is the only window of its stop."""
    for name, window in promises.items():
        refuse_window("window", name, window.start_s, window.end_s)
        if name not in problem.stop_named:
            raise RouteRefused("stop_unknown", name, f"stop {name!r} was promised something, and is unknown")
    if not promises:
        return problem
    stops = [
        replace(stop, windows=(promises[stop.name],)) if stop.name in promises else stop
        for stop in problem.stops
    ]
    return replace(problem, stops=stops)


def _late(problem: Routing, plan: Plan) -> list[Stop]:
    """Return the stops to insert, those with the earliest end first."""
    visited = {call.stop for route in plan.routes for call in route.calls}
    late = [stop for stop in problem.wanted() if stop.name not in visited]
    return sorted(late, key=lambda stop: (max((w.end_s for w in stop.windows), default=1 << 40), stop.name))


def _today(problem: Routing, plan: Plan, locks: Locks) -> Plan:
    """Return the running plan as today's problem sees it: without stops that are gone; refuse what breaks a promise."""
    routes = []
    for route in plan.routes:
        if route.van not in problem.van_named:
            raise RouteRefused("van_unknown", route.van, f"the plan drives {route.van!r}, an unknown van")
        fixed = locks.fixed.get(route.van, 0)
        known = _without_gone(problem, route, fixed)
        if known:
            routes.append(known)
    unserved = tuple(each for each in plan.unserved if each.stop in problem.stop_named)
    prizes = sum(problem.stop_named[each.stop].prize or 0 for each in unserved)
    value = sum(route.cost for route in routes) + prizes
    return Plan(routes=tuple(routes), unserved=unserved, value=value)


def _without_gone(problem: Routing, route: Route, fixed: int) -> Route | None:
    """Time a route again without stops that are gone; its first `fixed` calls stand."""
    for call in route.calls[:fixed]:
        if call.stop not in problem.stop_named:
            raise RouteRefused(
                "stop_unknown", call.stop, f"the plan was fixed to visit {call.stop!r}, an unknown stop"
            )
    visits = known_visits(problem, route)
    if not visits:
        return None
    kept = Kept(route, fixed) if fixed else None
    again = timed(problem, problem.van_named[route.van], visits, kept)
    if isinstance(again, Misfit):
        raise RouteRefused(
            "promise_broken",
            again.stop,
            f"the running plan already breaks {again.constraint} of van {route.van!r} at stop {again.stop!r}: "
            "decide what gives way",
        )
    return again


def _where(plan: Plan) -> dict[str, tuple[str, str, int]]:
    """Return for each stop its van, the stop before it, and when it starts."""
    return {
        call.stop: (route.van, route.calls[k - 1].stop if k else "", call.start_s)
        for route in plan.routes
        for k, call in enumerate(route.calls)
    }


def _price(routes: Iterable[Route], where: Mapping[str, tuple[str, str, int]], prices: Instability) -> int:
    """Return what it costs that stops are visited otherwise than before."""
    total = 0
    for route in routes:
        before = ""
        for call in route.calls:
            if call.stop in where:
                van, after, start_s = where[call.stop]
                late_s = max(0, abs(call.start_s - start_s) - prices.free_s)
                total += prices.van * (van != route.van) + prices.order * (after != before)
                total += prices.second * late_s
            before = call.stop
    return total


def _kept(was: Plan, now: Plan) -> float:
    """Return the share of the stops visited by both plans that keep the stop before them, in percent."""
    before, after = _where(was), _where(now)
    both = before.keys() & after.keys()
    same = sum(before[stop][:2] == after[stop][:2] for stop in both)
    return round(100 * same / len(both), 2) if both else 100.0


def _changes(was: Plan, now: Plan) -> Iterator[Change]:
    """Tell the difference stop by stop, in driving order; those that nobody visits any more last."""
    before, after = _where(was), _where(now)
    for stop in [*after, *(stop for stop in before if stop not in after)]:
        old, new = before.get(stop), after.get(stop)
        if old == new:
            continue
        yield Change(
            stop=stop,
            was_van=old[0] if old else None,
            now_van=new[0] if new else None,
            was_after=old[1] if old else None,
            now_after=new[1] if new else None,
            was_s=old[2] if old else None,
            now_s=new[2] if new else None,
            message=_said(stop, old, new),
        )


def _said(stop: str, old: tuple[str, str, int] | None, new: tuple[str, str, int] | None) -> str:
    if new is None:
        return f"stop {stop!r} is not visited any more"
    where = f"after {new[1]!r}" if new[1] else "first"
    if old is None:
        return f"stop {stop!r} is new: van {new[0]!r}, {where}"
    if old[0] != new[0]:
        return f"stop {stop!r} goes from van {old[0]!r} to van {new[0]!r}, {where}"
    moved = f"{abs(new[2] - old[2])} s {'later' if new[2] > old[2] else 'earlier'}"
    if old[1] != new[1]:
        return f"stop {stop!r} comes {where} now" + (f", {moved}" if new[2] != old[2] else "")
    return f"stop {stop!r} starts {moved}"


def _reasons(late: int, chosen: Plan, accepted: bool, saving: int, price: int) -> Iterator[str]:
    if late:
        yield f"{late} late stops: {late - len(chosen.unserved)} have a place, {len(chosen.unserved)} have none"
    if accepted and saving <= 0:
        yield f"the change costs {-saving} more and disturbs less, by {-price}: it is worth it"
    elif accepted:
        yield f"the change saves {saving} and its instability costs {price}: it is worth it"
    elif saving > 0:
        yield f"a change would save {saving} and its instability cost {price}: the plan stays as it is"
    else:
        yield "no change was found that saves anything: the plan stays as it is"
