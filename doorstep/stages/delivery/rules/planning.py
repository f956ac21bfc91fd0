"""From a day's facts to a routing problem, and from its answer back to words of this stage. Runs in a solver's process.

Seconds of the problem count from the center's local midnight; the unit of cost is the meter.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from doorstep.solvers import routes
from doorstep.solvers.budget import Budget
from doorstep.stages.delivery.model import Day, DayPlan, FreeVan, LeftOut, PlannedRoute, PlannedStop, Task

SERVICE_S = 150
"""At the door, from standing still to being back in the van."""

VAN_COST_M = 12_000
"""A second van goes out when that saves as many meters."""

LONGEST_SHIFT_S = 2 * 86_400
CENTER = "center"


def local_midnight(day: Day) -> datetime:
    """Return the beginning of the day at the center, as a time with zone."""
    return datetime.combine(day.day, datetime.min.time(), ZoneInfo(day.center.timezone)).astimezone(UTC)


def problem_of(day: Day, fixed_vans: Sequence[str] = ()) -> routes.Routing | None:
    """Return the routing problem of a day, or None when there is nothing to drive or nobody to drive it.

    Args:
        day: the facts; stops that were told a window keep it.
        fixed_vans: vans whose use is paid already, because they drive anyway.
    """
    vans = [van for van in (_van(day, one, one.code in fixed_vans) for one in day.vans) if van]
    if not vans or not day.tasks:
        return None
    return routes.Routing(
        roads=_roads(day),
        depots=[routes.Depot(name=CENTER, place=0)],
        vans=vans,
        stops=[_stop(day, task, place) for place, task in enumerate(day.tasks, 1)],
    )


def points_of(day: Day) -> list[routes.Point]:
    """Return where a day's plan goes: the center, then the doors in the order of the tasks."""
    return [routes.Point(day.center.lat, day.center.lon), *(routes.Point(t.lat, t.lon) for t in day.tasks)]


def _roads(day: Day) -> routes.Network:
    """Return the roads among the points of a day; what a map does not tell is estimated."""
    points = points_of(day)
    known = day.ways is not None and day.ways.knows(points)
    network = day.ways.among(points) if day.ways and known else routes.Straight(points, day.experience.habits)
    return network.among(range(len(points)))


def plan_day(
    day: Day, seconds: float, seed: int, work: int | None = None, crew: routes.Crew = routes.ALONE
) -> DayPlan:
    """Plan a day: which van, which stops, when.

    Args:
        day: the facts.
        seconds: how long to search, unless `work` is given.
        seed: of the search.
        work: iterations instead of seconds; the plan is then the same on every machine.
        crew: hands that search at the same time.
    """
    problem = problem_of(day)
    if problem is None:
        return _nobody(day)
    budget = Budget(seconds=seconds) if work is None else Budget(work=work)
    plan = routes.solve(problem, budget, seed=seed, crew=crew)
    faults = routes.judge(problem, plan)
    if faults:
        raise AssertionError(f"the referee refuses the plan: {faults[0].message}")
    found = told(day, plan, seed)
    whence = day.ways.reasons if day.ways else (str(day.experience),)
    return replace(found, reasons=[*found.reasons, *whence])


def insert_stop(day: Day, running: DayPlan, late: Task, loaded: Sequence[str]) -> DayPlan:
    """Put a late stop into routes that are planned or being loaded; everybody else stays where they are.

    Args:
        day: the facts, its tasks being those of the running routes; its vans those that have not left.
        running: their routes.
        late: the stop that comes late.
        loaded: ids of stops whose parcels are in a van already.
    """
    day = replace(day, tasks=(*(task for task in day.tasks if task.id != late.id), late))
    problem = problem_of(day, [route.van for route in running.routes])
    if problem is None:
        return _nobody(day)
    plan = plan_of(problem, running)
    van_of = {str(stop.stop_id): route.van for route in running.routes for stop in route.stops}
    locks = routes.Locks(loaded={name: van_of[name] for name in loaded if name in van_of})
    found = routes.insert(problem, plan, str(late.id), locks)
    after = told(day, found.plan, running.seed)
    return DayPlan(
        routes=after.routes,
        left_out=[one for one in after.left_out if one.stop_id == late.id],
        reasons=list(found.reasons),
        engine="insertion",
    )


def timed_again(day: Day, van: FreeVan, order: Sequence[Task]) -> DayPlan:
    """Time one van's stops in an order that a person chose; windows that it misses are named, not enforced."""
    free = replace(day, vans=(van,), tasks=tuple(_without_windows(task) for task in order))
    problem = problem_of(free, [van.code])
    if problem is None:
        return DayPlan()
    route = routes.timed(problem, problem.vans[0], problem.stops)
    if isinstance(route, routes.Misfit):
        words = {
            "mass_g": "too heavy for the van",
            "volume_ml": "too large for the van",
            "shift": "too long for the shift",
        }
        return DayPlan(reasons=[f"This order of stops is {words.get(route.constraint, route.constraint)}."])
    made = _route(free, route, van)
    late = sum(_late(task, stop.eta) for task, stop in zip(order, made.stops, strict=True))
    reasons = ["A person chose the order of the stops."]
    return DayPlan(
        routes=[made],
        reasons=[*reasons, f"{late} stops are reached after their window."] if late else reasons,
    )


def plan_of(problem: routes.Routing, running: DayPlan) -> routes.Plan:
    """Return running routes as the solver's plan, timed again; a route that no longer keeps its windows is timed without."""
    timed = []
    for route in running.routes:
        van = problem.van_named[route.van]
        stops = [problem.stop_named[str(stop.stop_id)] for stop in route.stops]
        found = routes.timed(problem, van, stops)
        if isinstance(found, routes.Route) and stops:
            timed.append(found)
    return routes.Plan(routes=tuple(timed), unserved=(), value=sum(route.cost for route in timed))


def told(day: Day, plan: routes.Plan, seed: int) -> DayPlan:
    """Say a solver's plan in the words of this stage."""
    vans = {van.code: van for van in day.vans}
    ids = {str(task.id): task.id for task in day.tasks}
    return DayPlan(
        routes=[_route(day, route, vans[route.van]) for route in plan.routes],
        left_out=[
            LeftOut(stop_id=ids[one.stop], constraint=one.constraint, message=why(one.constraint))
            for one in plan.unserved
        ],
        reasons=list(plan.reasons),
        seed=seed,
        work=plan.work,
        engine=plan.engine,
    )


def why(constraint: str) -> str:
    """Return the constraint at fault as a sentence with what to do."""
    return {
        "mass_g": "The vans would be too heavy. Add a van, or plan it for another day.",
        "volume_ml": "There is no room left in the vans. Add a van, or plan it for another day.",
        "windows": "No van can be there in its time window. Widen the window, or plan it for another day.",
        "shift": "The drivers would be back too late. Add a van, or plan it for another day.",
        "locked": "All vans have left. Plan it for the next tour.",
        "unreachable": "No road leads there. Look at its place on the map.",
        "no_van": "No van is free that day. Add one, or wait until one is back.",
    }.get(constraint, "It does not fit this day's routes.")


def _nobody(day: Day) -> DayPlan:
    return DayPlan(
        left_out=[LeftOut(stop_id=task.id, constraint="no_van", message=why("no_van")) for task in day.tasks],
        reasons=[
            "No van is free that day." if day.tasks else "Nothing waits that may be delivered that day."
        ],
    )


def _van(day: Day, van: FreeVan, paid: bool) -> routes.Van | None:
    zone = ZoneInfo(day.center.timezone)
    shift_start = datetime.combine(day.day, van.shift_start, zone)
    shift_end = _seconds(day, datetime.combine(day.day, van.shift_end, zone))
    start = _seconds(day, max(shift_start, day.starts_at))
    if start >= shift_end:
        return None
    return routes.Van(
        name=van.code,
        start=CENTER,
        mass_g=min(van.capacity_g, 10**9),
        volume_ml=min(van.capacity_ml, 10**9),
        shift_start_s=start,
        shift_end_s=shift_end,
        fixed_cost=0 if paid else VAN_COST_M,
    )


def _stop(day: Day, task: Task, place: int) -> routes.Stop:
    return routes.Stop(
        name=str(task.id),
        place=place,
        mass_g=min(task.weight_g, 10**9),
        volume_ml=min(task.volume_ml, 10**9),
        windows=_windows(day, task),
        service_s=SERVICE_S,
    )


def _windows(day: Day, task: Task) -> tuple[routes.Window, ...]:
    """What was told to the customer binds, else what the customer wished, where it concerns this day."""
    start, end = (
        (task.told_from, task.told_until) if task.told_from else (task.window_from, task.window_until)
    )
    if start is None or end is None:
        return ()
    from_s, until_s = _seconds(day, start), _seconds(day, end)
    if until_s < 0 or from_s > LONGEST_SHIFT_S:
        return ()
    return (routes.Window(max(0, from_s), max(0, until_s)),)


def _without_windows(task: Task) -> Task:
    return Task(id=task.id, lat=task.lat, lon=task.lon, weight_g=task.weight_g, volume_ml=task.volume_ml)


def _late(task: Task, eta: datetime) -> bool:
    until = task.told_until or task.window_until
    return until is not None and eta > until


def _route(day: Day, route: routes.Route, van: FreeVan) -> PlannedRoute:
    return PlannedRoute(
        van_id=van.id,
        van=van.code,
        departs_at=_moment(day, route.depart_s),
        returns_at=_moment(day, route.end_s),
        distance_m=route.distance_m,
        weight_g=route.load["mass_g"],
        volume_ml=route.load["volume_ml"],
        stops=[
            PlannedStop(
                stop_id=next(t.id for t in day.tasks if str(t.id) == call.stop),
                eta=_moment(day, call.start_s),
            )
            for call in route.calls
        ],
    )


def _seconds(day: Day, at: datetime) -> int:
    return int((at - local_midnight(day)).total_seconds())


def _moment(day: Day, seconds: int) -> datetime:
    return local_midnight(day) + timedelta(seconds=seconds)
