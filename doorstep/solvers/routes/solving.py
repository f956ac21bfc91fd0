"""Routes from question to answer: first with all stops required, and if that is impossible, with as many as can be."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from doorstep.solvers.budget import Budget
from doorstep.solvers.routes.chain import visits_of
from doorstep.solvers.routes.engine import Patience, part_of, search, start
from doorstep.solvers.routes.improving import improved as improve
from doorstep.solvers.routes.insertion import cheapest, explained, insert
from doorstep.solvers.routes.lanes import tidied
from doorstep.solvers.routes.plans import Locks, Plan, Route, Unserved
from doorstep.solvers.routes.routing import Routing, Visit
from doorstep.solvers.routes.schedule import timed
from doorstep.solvers.routes.stops import MEASURES, Stop
from doorstep.solvers.routes.translation import Orders

HOPELESS = 0.4
"""Share of the budget to look for a plan that serves everybody before some may be left out."""

EXACT = 0.3
"""Share of the budget for what the engine cannot see: pauses, and what was left out for them."""


def plan_whole(
    problem: Routing,
    budget: Budget,
    seed: int = 1,
    warm: Mapping[str, Sequence[Visit]] | None = None,
    improved: Callable[[int], None] = lambda _value: None,
) -> Plan:
    """Plan a problem in one piece, in this process; see `solve`."""
    able, unserved = _sorted_out(problem)
    if not able:
        return Plan(
            routes=(), unserved=unserved, value=_forgone(problem, unserved), reasons=("nothing to plan",)
        )
    rests = any(van.rests for van in problem.vans)
    patience = start(part_of(budget, 1 - EXACT) if rests else budget, HOPELESS)
    rest = part_of(budget, EXACT)
    orders = _searched(problem, able, patience, seed, warm or {}, improved)
    plan = _plan(problem, orders or {}, unserved)
    rounds = 0
    if rests:
        plan, rounds = improve(problem, plan, rest.start(), seed, Locks())
        improved(plan.value)
    return replace(
        plan,
        work=patience.work + rounds,
        engine="pyvrp" if orders is not None else "insertion",
        reasons=reasons(problem, plan),
    )


def ordered(problem: Routing, warm: Plan | Mapping[str, Sequence[str]] | None) -> Orders:
    """Return a plan, or names of stops by van, as visits; what is unknown today is skipped."""
    if isinstance(warm, Plan):
        known = [route for route in warm.routes if route.van in problem.van_named]
        return {route.van: known_visits(problem, route) for route in known}
    named = problem.stop_named
    return {van: [named[name] for name in names if name in named] for van, names in (warm or {}).items()}


def known_visits(problem: Routing, route: Route) -> list[Visit]:
    """Return what a route visits, as far as it is known today."""
    if all(call.stop in problem.stop_named for call in route.calls):
        return visits_of(problem, route)
    return [problem.stop_named[call.stop] for call in route.calls if call.stop in problem.stop_named]


def _sorted_out(problem: Routing) -> tuple[list[Stop], tuple[Unserved, ...]]:
    """Tell the stops that some van could visit alone from those that none can."""
    kinds = list({replace(van, name="", end=van.end or van.start): van for van in problem.vans}.values())
    able: list[Stop] = []
    unserved: list[Unserved] = []
    for stop in problem.wanted():
        goods = [problem.stop_named[stop.source], stop] if stop.source else [stop]
        if any(isinstance(timed(problem, van, goods), Route) for van in kinds):
            able.append(stop)
        else:
            unserved += explained(stop, cheapest(problem, (), stop)[1])
    return able, tuple(unserved)


def _searched(
    problem: Routing,
    able: Sequence[Stop],
    patience: Patience,
    seed: int,
    warm: Mapping[str, Sequence[Visit]],
    improved: Callable[[int], None],
) -> Orders | None:
    """Search with every stop required; where the vans cannot take all, search again with a choice."""
    orders = None
    if not _too_much(problem, able):
        orders = search(problem, able, patience, seed, warm, improved, optional=False)
    if orders is None:
        orders = search(problem, able, patience.freed(), seed, warm, lambda _value: None, optional=True)
    return orders


def _too_much(problem: Routing, able: Sequence[Stop]) -> bool:
    """Whether all vans together are too small for all required stops."""
    if problem.mixed or any(van.reloads for van in problem.vans):
        return False
    for measure in MEASURES:
        limits = [van.limit(measure) for van in problem.vans]
        wanted = sum(stop.load(measure) for stop in able if stop.prize is None)
        if None not in limits and wanted > sum(limit or 0 for limit in limits):
            return True
    return False


def _plan(problem: Routing, orders: Orders, unserved: tuple[Unserved, ...]) -> Plan:
    """Time the orders exactly; try to insert whoever was left out, and say why where it fails."""
    timed_routes = (
        _driven(problem, van.name, orders[van.name]) for van in problem.vans if van.name in orders
    )
    routes = [route for route in timed_routes if route]
    plan = Plan(routes=tuple(routes), unserved=(), value=sum(route.cost for route in routes))
    plan, left = completed(problem, plan)
    alone = {each.stop: each for each in unserved}
    left = tuple(each if each.constraint == "prize" else alone.get(each.stop, each) for each in left)
    value = sum(route.cost for route in plan.routes) + _forgone(problem, left)
    return Plan(routes=plan.routes, unserved=left, value=value)


def _driven(problem: Routing, name: str, visits: list[Visit]) -> Route | None:
    """Time a van's visits; a stop for which that fails is left out, with its source or what it is the source of."""
    van = problem.van_named[name]
    while visits:
        route = timed(problem, van, visits)
        if isinstance(route, Route):
            return route
        stop = problem.stop_named.get(route.stop)
        goods = problem.delivery_of.get(route.stop)
        gone = {route.stop, stop.source if stop else None, goods.name if goods else None}
        fewer = tidied([visit for visit in visits if visit.name not in gone])
        visits = fewer if len(fewer) < len(visits) else visits[:-1]
    return None


def completed(problem: Routing, plan: Plan) -> tuple[Plan, tuple[Unserved, ...]]:
    """Insert whoever was left out where it can be done; one success may open the way for another."""
    visited = {call.stop for route in plan.routes for call in route.calls}
    waiting = sorted((stop for stop in problem.wanted() if stop.name not in visited), key=_urgency)
    while True:
        dropped: list[tuple[Stop, tuple[Unserved, ...]]] = []
        for stop in waiting:
            tried = insert(problem, plan, stop.name)
            names = (stop.name, stop.source)
            if tried.van is None:
                dropped.append((stop, tuple(each for each in tried.plan.unserved if each.stop in names)))
            elif stop.prize is not None and tried.added_cost >= stop.prize:
                dropped.append((stop, _not_worth(stop, tried.added_cost)))
            else:
                plan = tried.plan
        if len(dropped) == len(waiting):
            return plan, tuple(each for _, left in dropped for each in left)
        waiting = [stop for stop, _ in dropped]


def _not_worth(stop: Stop, cost: int) -> tuple[Unserved, ...]:
    text = f"stop {stop.name!r} would cost {cost} more and is worth {stop.prize}"
    names = [stop.name, stop.source] if stop.source else [stop.name]
    return tuple(Unserved(stop=name, constraint="prize", message=text) for name in names)


def _urgency(stop: Stop) -> tuple[bool, int, str]:
    """Required stops first, and those whose last window ends soonest."""
    return stop.prize is not None, max((w.end_s for w in stop.windows), default=1 << 40), stop.name


def _forgone(problem: Routing, unserved: Sequence[Unserved]) -> int:
    return sum(problem.stop_named[each.stop].prize or 0 for each in unserved)


def reasons(problem: Routing, plan: Plan) -> tuple[str, ...]:
    """Say what a plan is like, in sentences."""
    calls = sum(len(route.calls) for route in plan.routes)
    fleet = f"{len(plan.routes)} of {_counted(len(problem.vans), 'van')}"
    lines = [f"{_counted(calls, 'stop')} on {fleet}, {plan.distance_m / 1000:.1f} km in all"]
    fullest = max((_filled(problem, route) for route in plan.routes), default=None)
    if fullest and fullest[0]:
        lines.append(f"the fullest van is {fullest[2]!r}: {fullest[0]} % of its {fullest[1]}")
    if plan.unserved:
        lines.append(f"{_counted(len(plan.unserved), 'stop')} left out, each with the constraint at fault")
    return tuple(lines)


def _counted(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def _filled(problem: Routing, route: Route) -> tuple[int, str, str]:
    """Return the tightest measure of a van: percent, measure, van."""
    van = problem.van_named[route.van]
    shares = [
        (100 * route.load[measure] // limit, measure, van.name)
        for measure in MEASURES
        if (limit := van.limit(measure))
    ]
    return max(shares, default=(0, "", van.name))
