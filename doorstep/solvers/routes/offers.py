"""Which windows can be offered at an address: each is tried in the running plan, and none that is offered breaks a promise."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from doorstep.solvers.routes.insertion import NO_LOCKS, Lanes, cheapest_in, explained, to_insert
from doorstep.solvers.routes.plans import Locks, Plan
from doorstep.solvers.routes.refusals import RouteRefused, refuse_window
from doorstep.solvers.routes.routing import Routing
from doorstep.solvers.routes.stops import Window


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A window and whether it can be kept.

    Attributes:
        window: that was asked about.
        van: who would come; None: nobody can.
        start_s: when.
        added_cost: in the problem's unit: what the window costs us, so that a cheap one can be recommended.
        message: why nobody can; empty when somebody can.
    """

    window: Window
    van: str | None = None
    start_s: int = 0
    added_cost: int = 0
    message: str = ""


def offered(
    problem: Routing, plan: Plan, stop: str, windows: Sequence[Window], locks: Locks = NO_LOCKS
) -> list[Offer]:
    """Try a stop that the plan does not visit yet in each of some windows; nothing is changed.

    Args:
        problem: with the stop in it; its own windows do not count.
        plan: the running routes.
        stop: whose customer asks.
        windows: that could be promised.
        locks: what cannot change any more.

    Raises:
        RouteRefused: `window_backward`, `number_out_of_range`; or as `insert`.
    """
    wanted = to_insert(problem, plan, stop)
    if wanted.name != stop or wanted.source:
        raise RouteRefused(
            "pair_windows", stop, f"stop {stop!r} is one of a pair: it has two doors to ask at"
        )
    lanes = Lanes(problem, plan.routes, locks, problem.vans)
    offers = []
    for window in windows:
        refuse_window("window", stop, window.start_s, window.end_s)
        place, misfits = cheapest_in(lanes, replace(wanted, windows=(window,)))
        if place is None:
            message = explained(wanted, misfits)[0].message
            offers.append(Offer(window=window, message=message))
        else:
            start_s = place.route.calls[place.position].start_s
            offers.append(Offer(window=window, van=place.van, start_s=start_s, added_cost=place.cost))
    return offers
