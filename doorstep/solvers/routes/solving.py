"""Routes from question to answer: first with all stops required, and if that is impossible, with as many as can be."""

from collections.abc import Callable, Mapping, Sequence

from doorstep.solvers.budget import Budget
from doorstep.solvers.routes.engine import Model, Orders, Patience, start
from doorstep.solvers.routes.insertion import cheapest, explained, insert
from doorstep.solvers.routes.plans import Plan, Route, Unserved
from doorstep.solvers.routes.routing import MEASURES, Routing, Stop
from doorstep.solvers.routes.schedule import Misfit, timed

HOPELESS = 0.4
"""Share of the budget to look for a plan that serves everybody before some may be left out."""


def solve(
    problem: Routing,
    budget: Budget,
    seed: int = 1,
    warm: Plan | Mapping[str, Sequence[str]] | None = None,
    improved: Callable[[int], None] = lambda _value: None,
) -> Plan:
    """Plan which van visits which stops in which order so that all routes together cost little.

    Args:
        problem: roads, depots, vans, stops.
        budget: seconds, or units of work: one per iteration of the search. The same work and seed give the same plan.
        seed: of the search.
        warm: a plan, or van -> stop names, to start from; what is unknown today is skipped.
        improved: called with the value whenever a better feasible plan is found.
    """
    given: Mapping[str, Sequence[str]] = (
        {route.van: [call.stop for call in route.calls] for route in warm.routes}
        if isinstance(warm, Plan)
        else warm or {}
    )
    able, unserved = _sorted_out(problem)
    if not able:
        return Plan(
            routes=(), unserved=unserved, value=_forgone(problem, unserved), reasons=("nothing to plan",)
        )
    patience = start(budget, HOPELESS)
    orders = _searched(problem, able, patience, seed, given, improved)
    engine = "pyvrp" if orders is not None else "insertion"
    plan = _plan(problem, orders or {}, unserved)
    return Plan(
        routes=plan.routes,
        unserved=plan.unserved,
        value=plan.value,
        work=patience.work,
        engine=engine,
        reasons=_reasons(problem, plan),
    )


def _sorted_out(problem: Routing) -> tuple[list[Stop], tuple[Unserved, ...]]:
    """Tell the stops that some van could visit alone from those that none can."""
    kinds = {
        (
            van.start,
            van.end,
            van.shift_start_s,
            van.shift_end_s,
            van.distance_m,
            *(map(van.limit, MEASURES)),
        ): van
        for van in problem.vans
    }
    able, unserved = [], []
    for stop in problem.stops:
        if any(isinstance(timed(problem, van, [stop]), Route) for van in kinds.values()):
            able.append(stop)
        else:
            unserved.append(explained(stop, cheapest(problem, (), stop)[1]))
    return able, tuple(unserved)


def _searched(
    problem: Routing,
    able: Sequence[Stop],
    patience: Patience,
    seed: int,
    warm: Mapping[str, Sequence[str]],
    improved: Callable[[int], None],
) -> Orders | None:
    """Search with every stop required; where the vans cannot take all, search again with a choice."""
    orders = None
    if not _too_much(problem, able):
        orders = Model(problem, able, optional=False).solve(patience, seed, warm, improved)
    if orders is None:
        orders = Model(problem, able, optional=True).solve(patience.freed(), seed, warm, lambda _value: None)
    return orders


def _too_much(problem: Routing, able: Sequence[Stop]) -> bool:
    """Whether all vans together are too small for all required stops."""
    for measure in MEASURES:
        limits = [van.limit(measure) for van in problem.vans]
        wanted = sum(stop.load(measure) for stop in able if stop.prize is None)
        if None not in limits and wanted > sum(limit or 0 for limit in limits):
            return True
    return False


def _plan(problem: Routing, orders: Orders, unserved: tuple[Unserved, ...]) -> Plan:
    """Time the orders; try to insert whoever was left out, and say why where it fails."""
    routes = []
    for van in problem.vans:
        stops = [problem.stop_named[name] for name in orders.get(van.name, ())]
        route = timed(problem, van, stops) if stops else None
        if isinstance(route, Misfit):
            raise AssertionError(f"the engine broke {route.constraint} of van {van.name!r} at {route.stop!r}")  # noqa: TRY004 - no type is wrong
        if route:
            routes.append(route)
    plan = Plan(routes=tuple(routes), unserved=(), value=sum(route.cost for route in routes))
    plan, left = _completed(problem, plan)
    alone = {each.stop: each for each in unserved}
    left = tuple(each if each.constraint == "prize" else alone.get(each.stop, each) for each in left)
    value = sum(route.cost for route in plan.routes) + _forgone(problem, left)
    return Plan(routes=plan.routes, unserved=left, value=value)


def _completed(problem: Routing, plan: Plan) -> tuple[Plan, tuple[Unserved, ...]]:
    """Insert whoever was left out where it can be done; one success may open the way for another."""
    visited = {call.stop for route in plan.routes for call in route.calls}
    waiting = sorted((stop for stop in problem.stops if stop.name not in visited), key=_urgency)
    while True:
        dropped: list[tuple[Stop, Unserved]] = []
        for stop in waiting:
            tried = insert(problem, plan, stop.name)
            if tried.van is None:
                dropped.append((stop, next(each for each in tried.plan.unserved if each.stop == stop.name)))
            elif stop.prize is not None and tried.added_cost >= stop.prize:
                text = f"stop {stop.name!r} would cost {tried.added_cost} more and is worth {stop.prize}"
                dropped.append((stop, Unserved(stop=stop.name, constraint="prize", message=text)))
            else:
                plan = tried.plan
        if len(dropped) == len(waiting):
            return plan, tuple(each for _, each in dropped)
        waiting = [stop for stop, _ in dropped]


def _urgency(stop: Stop) -> tuple[bool, int, str]:
    """Required stops first, and those whose last window ends soonest."""
    return stop.prize is not None, max((w.end_s for w in stop.windows), default=1 << 40), stop.name


def _forgone(problem: Routing, unserved: Sequence[Unserved]) -> int:
    return sum(problem.stop_named[each.stop].prize or 0 for each in unserved)


def _reasons(problem: Routing, plan: Plan) -> tuple[str, ...]:
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
