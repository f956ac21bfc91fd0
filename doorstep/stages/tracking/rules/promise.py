"""The promise from the first minute: from our own cut-off and backlog, then the carrier's days, both in working days."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from doorstep.stages.tracking.model import Window
from doorstep.stages.tracking.rules.calendar import begins, ends, working_day

BACKLOG_DAYS_MAX = 10


@dataclass(frozen=True, slots=True)
class Outlook:
    """What is known when an order is accepted.

    Attributes:
        accepted_at: when.
        site_zone: IANA zone of the warehouse.
        cutoff: orders accepted by then leave the same day, in the warehouse's time.
        waiting: fulfillment orders on the floor before this one.
        per_day: fulfillment orders the site hands over on a working day; 0 when nobody knows yet.
        days_min: working days the carrier needs at least.
        days_max: at most.
        door_zone: IANA zone of the address.
    """

    accepted_at: datetime
    site_zone: str
    cutoff: time
    waiting: int
    per_day: int
    days_min: int
    days_max: int
    door_zone: str


def first_promise(outlook: Outlook, holidays: Collection[date] = ()) -> Window:
    """Return the window that is promised at acceptance, and what decided it."""
    there = outlook.accepted_at.astimezone(ZoneInfo(outlook.site_zone))
    today, why = there.date(), "today"
    if there.time() > outlook.cutoff:
        today, why = today + timedelta(days=1), "cutoff"
    ships_on = working_day(today, 0, holidays)
    if ships_on != today:
        why = "weekend"
    behind = backlog_days(outlook.waiting, outlook.per_day)
    if behind:
        ships_on, why = working_day(ships_on, behind, holidays), "backlog"
    return travel(ships_on, outlook.days_min, outlook.days_max, outlook.door_zone, why, holidays)


def backlog_days(waiting: int, per_day: int) -> int:
    """Return how many whole working days of work lie before a new order."""
    return min(waiting // per_day, BACKLOG_DAYS_MAX) if per_day > 0 else 0


def travel(
    ships_on: date,
    days_min: int,
    days_max: int,
    zone: str,
    why: str,
    holidays: Collection[date] = (),
) -> Window:
    """Return the window at the door for a parcel that leaves on a day."""
    earliest = working_day(ships_on, days_min, holidays)
    latest = working_day(ships_on, max(days_min, days_max), holidays)
    return Window(begins(earliest, zone), ends(latest, zone), why)
