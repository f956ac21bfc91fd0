"""The front of the planner: in one piece, with several seeds at once, or in parts, by the number of stops and of hands."""

from collections.abc import Callable, Mapping, Sequence

from doorstep.solvers.budget import Budget
from doorstep.solvers.routes.crews import ALONE, Crew
from doorstep.solvers.routes.parts import plan_in_parts
from doorstep.solvers.routes.plans import Plan
from doorstep.solvers.routes.routing import Routing, Visit
from doorstep.solvers.routes.solving import ordered, plan_whole

WHOLE_MOST = 1200
"""Stops planned in one piece; more are planned in parts."""


def solve(
    problem: Routing,
    budget: Budget,
    seed: int = 1,
    warm: Plan | Mapping[str, Sequence[str]] | None = None,
    improved: Callable[[int], None] = lambda _value: None,
    crew: Crew = ALONE,
) -> Plan:
    """Plan which van visits which stops in which order so that all routes together cost little.

    Args:
        problem: roads, depots, vans, stops.
        budget: seconds, or units of work: one per iteration of the search. The same work, seed and number of hands
            give the same plan.
        seed: of the search; of several hands, each has its own.
        warm: a plan, or van -> stop names, to start from; what is unknown today is skipped.
        improved: called with the value whenever a better feasible plan is found.
        crew: hands that search at the same time.
    """
    begun = ordered(problem, warm)
    if len(problem.stops) > WHOLE_MOST:
        return plan_in_parts(problem, budget, seed, begun, improved, crew)
    if crew.hands == 1:
        return plan_whole(problem, budget, seed, begun, improved)
    return _best_of_seeds(problem, budget, seed, begun, improved, crew)


def _best_of_seeds(
    problem: Routing,
    budget: Budget,
    seed: int,
    begun: Mapping[str, Sequence[Visit]],
    improved: Callable[[int], None],
    crew: Crew,
) -> Plan:
    best: list[int] = []

    def told(_number: int, value: int) -> None:
        if not best or value < best[-1]:
            best.append(value)
            improved(value)

    tasks = [(problem, budget, seed + number, begun) for number in range(crew.hands)]
    plans: list[Plan] = crew(plan_whole, tasks, told)
    required = {stop.name for stop in problem.stops if stop.prize is None}
    return min(plans, key=lambda plan: (len(required & {each.stop for each in plan.unserved}), plan.value))
