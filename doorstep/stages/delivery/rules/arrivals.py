"""When the customer may expect the van: arrival times from where it is, and windows that narrow as it comes nearer."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from doorstep.solvers import routes
from doorstep.stages.delivery.model import Legs
from doorstep.stages.delivery.rules.planning import SERVICE_S

STEP_S = 300
"""Windows begin and end on five minutes."""

EARLY_S, LATE_S = 600, 900
"""Half-widths at the van's next stop."""

EARLY_STOP_S, LATE_STOP_S = 90, 180
"""What each stop before it adds: how far a tour runs ahead of, or behind, its plan per stop."""

WIDEST_S = 3 * 3600
MOVED_S = 600
"""A customer is told of a window that moved by more than this."""

NEXT_STOPS = 2
"""A customer may see the van when at most so many stops lie before theirs."""

FRESH_S = 600
"""An older position is no live position."""


def window_of(eta: datetime, ahead: int) -> tuple[datetime, datetime]:
    """Return the window for a stop with so many stops ahead of it, on whole five minutes."""
    early = min(EARLY_S + EARLY_STOP_S * ahead, WIDEST_S // 2)
    late = min(LATE_S + LATE_STOP_S * ahead, WIDEST_S)
    return _whole(eta - timedelta(seconds=early), up=False), _whole(eta + timedelta(seconds=late), up=True)


def worth_telling(
    told: tuple[datetime, datetime] | None, eta: datetime, window: tuple[datetime, datetime]
) -> bool:
    """Whether the customer should hear of a new window: nothing was told, or the arrival leaves what was told.

    A window that only narrows is told when that frees the customer of at least an hour of waiting.
    """
    if told is None:
        return True
    start, end = told
    if eta < start or eta > end:
        return True
    freed = (end - start) - (window[1] - window[0])
    return freed >= timedelta(hours=1)


def etas(
    here: routes.Point,
    now: datetime,
    doors: Sequence[routes.Point],
    not_before: Sequence[datetime | None] = (),
    *,
    at_door: bool = False,
    habits: routes.Habits = routes.TOWN,
    legs: Legs | None = None,
) -> list[datetime]:
    """Return when the van reaches each door, driving from `here` through all of them in order.

    A van that is ahead of time waits: nobody is called upon before the time they were told.

    Args:
        here: where the van is.
        now: since when.
        doors: the stops left, in order.
        not_before: when each door opens at the earliest, where somebody was told.
        at_door: it stands at the first door already.
        habits: how vans drive there at this hour.
        legs: what a map says of some legs; the others are estimated.
    """
    if not doors:
        return []
    roads = routes.Straight([here, *doors], habits)
    clock = now
    arrivals = []
    for k, leg in enumerate(pairwise([here, *doors])):
        known = legs.get(leg) if legs else None
        drive = 0 if at_door and k == 0 else roads.seconds(k, k + 1) if known is None else known
        clock += timedelta(seconds=drive)
        opens = not_before[k] if k < len(not_before) and not (at_door and k == 0) else None
        clock = max(clock, opens) if opens else clock
        arrivals.append(clock)
        clock += timedelta(seconds=SERVICE_S)
    return arrivals


def may_see_van(ahead: int, *, under_way: bool, age_s: float | None) -> bool:
    """Whether a customer may see the van: it comes to them next or nearly so, and the position is live."""
    return under_way and ahead <= NEXT_STOPS and age_s is not None and age_s <= FRESH_S


def _whole(at: datetime, *, up: bool) -> datetime:
    rest = at.timestamp() % STEP_S
    if rest == 0:
        return at
    return at + timedelta(seconds=STEP_S - rest) if up else at - timedelta(seconds=rest)
