"""How the window moves: with every scan that changes what is known, and with every scan that does not come."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from doorstep.stages.catalog import PLAIN, begins, day_there, ends
from doorstep.stages.tracking.model import FINAL, Status, Window
from doorstep.stages.tracking.rules.promise import travel

ON_THE_ROAD = frozenset({Status.PICKED_UP, Status.IN_TRANSIT, Status.CUSTOMS})
NO_PROMISE = frozenset({Status.RETURNING, Status.RETURNED, Status.LOST, Status.CANCELED})
FROM_OUR_VAN = frozenset({"route", "driver"})
PICKUP_DAYS = 7
OUT_BY_HOUR = 14
"""A parcel that is not out for delivery by then does not come that day."""

SILENT_S = 48 * 3600
"""After that long without a scan, something is wrong on the way."""

WORTH_SAYING_S = 30 * 60
"""A window that moved by less is the same window."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What the story says now.

    Attributes:
        status: where the parcel stands, since `at`.
        zone: IANA zone of the door.
        days_min: working days the carrier's service needs at least.
        days_max: at most.
        estimate: what the carrier itself states, if it does.
    """

    status: Status
    at: datetime
    zone: str
    days_min: int
    days_max: int
    estimate: datetime | None = None


def after_scan(now_said: Window | None, seen: Seen) -> Window | None:
    """Return the window after a change of status; None when nothing can be promised any more."""
    day = day_there(seen.at, seen.zone)
    if seen.status is Status.DELIVERED or _driver_knows(now_said, seen):
        return now_said
    if seen.status in NO_PROMISE:
        return None
    if near := _near_the_door(seen, day):
        return near
    stated = day_there(seen.estimate, seen.zone) if seen.estimate is not None else None
    if stated is not None and stated >= day and seen.status in ON_THE_ROAD:
        return Window(begins(stated, seen.zone), ends(stated, seen.zone), "carrier_estimate")
    if seen.status is Status.PICKED_UP:
        return travel(PLAIN.working_day(day), seen.days_min, seen.days_max, seen.zone, "picked_up")
    return _no_sooner(now_said, seen)


def _driver_knows(now_said: Window | None, seen: Seen) -> bool:
    """Whether the window comes from our own van's route and can still be kept: nobody knows better."""
    out = seen.status is Status.OUT_FOR_DELIVERY
    return out and now_said is not None and now_said.why in FROM_OUR_VAN and now_said.until > seen.at


def _near_the_door(seen: Seen, day: date) -> Window | None:
    """Return the window of a parcel that is at the door, was there, or waits nearby."""
    again = PLAIN.working_day(day, 1)
    return {
        Status.OUT_FOR_DELIVERY: Window(
            seen.at, max(ends(day, seen.zone), seen.at + timedelta(hours=2)), "out_for_delivery"
        ),
        Status.AVAILABLE_FOR_PICKUP: Window(
            seen.at, ends(day + timedelta(days=PICKUP_DAYS), seen.zone), "pickup"
        ),
        Status.ATTEMPT_FAILED: Window(begins(again, seen.zone), ends(again, seen.zone), "attempt_failed"),
    }.get(seen.status)


def _no_sooner(now_said: Window | None, seen: Seen) -> Window | None:
    """Keep the window, but let trouble push its end, never pull it."""
    late = {Status.DELAYED: 1, Status.HELD: 2, Status.DAMAGED: 2, Status.CUSTOMS: 2}.get(seen.status, 0)
    if now_said is None:
        return None
    if not late:
        return now_said
    day = PLAIN.working_day(max(day_there(seen.at, seen.zone), day_there(now_said.from_, seen.zone)), late)
    until = max(now_said.until, ends(day, seen.zone))
    begin = max(now_said.from_, begins(PLAIN.working_day(day_there(seen.at, seen.zone), late), seen.zone))
    return Window(min(begin, until), until, str(seen.status))


def after_silence(
    now_said: Window, status: Status, last_scan_at: datetime | None, now: datetime, zone: str
) -> Window:
    """Return the window when nothing was heard until `now`; the same one while it can still be kept."""
    if status in FINAL or status in NO_PROMISE or status is Status.AVAILABLE_FOR_PICKUP:
        return now_said
    today = day_there(now, zone)
    soonest = today
    if status is not Status.OUT_FOR_DELIVERY and now >= begins(today, zone) + timedelta(
        hours=OUT_BY_HOUR - 9
    ):
        soonest = today + timedelta(days=1)
    if now > ends(today, zone):
        soonest = today + timedelta(days=1)
    soonest = PLAIN.working_day(soonest)
    if status in ON_THE_ROAD and last_scan_at is not None and (now - last_scan_at).total_seconds() > SILENT_S:
        soonest = PLAIN.working_day(soonest, 1)
    if ends(soonest, zone) <= now_said.until:
        return now_said
    return Window(max(now_said.from_, begins(soonest, zone)), ends(soonest, zone), "silence")


def worth_saying(was: Window | None, now: Window | None) -> bool:
    """Return whether two windows differ so that a person would notice."""
    if was is None or now is None:
        return was is not now
    moved = max(abs((was.from_ - now.from_).total_seconds()), abs((was.until - now.until).total_seconds()))
    return moved >= WORTH_SAYING_S


def later_day(was: Window | None, now: Window | None, zone: str) -> bool:
    """Return whether the last day of a window moved to a later one: what a customer calls late."""
    return was is not None and now is not None and day_there(now.until, zone) > day_there(was.until, zone)
