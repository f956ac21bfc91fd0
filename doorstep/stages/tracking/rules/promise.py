"""The promise from the first minute: from our own cut-off and backlog, then the carrier's days, both in working days."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from doorstep.stages.catalog import PLAIN, Calendar, begins, ends, showing
from doorstep.stages.tracking.model import Window

BACKLOG_DAYS_MAX = 10
SUNDAY = 7


@dataclass(frozen=True, slots=True)
class Outlook:
    """What is known when an order is promised.

    Attributes:
        accepted_at: when.
        site_zone: IANA zone of the warehouse.
        cutoff: orders accepted by then leave the same day, in the warehouse's time.
        waiting: fulfillment orders on the floor before this one.
        per_day: fulfillment orders the site hands over on a working day; 0 when nobody knows yet.
        days_min: working days the carrier needs at least.
        days_max: at most.
        door_zone: IANA zone of the address.
        not_before: the first day on which its goods can leave, when they are awaited.
        site: on which days the warehouse works; door: on which days carriers drive at the address.
    """

    accepted_at: datetime
    site_zone: str
    cutoff: time
    waiting: int
    per_day: int
    days_min: int
    days_max: int
    door_zone: str
    site: Calendar = PLAIN
    door: Calendar = PLAIN
    not_before: date | None = None


def first_promise(outlook: Outlook) -> Window:
    """Return the window that is promised at acceptance, and what decided it."""
    ships_on, why = ships(outlook)
    return travel(ships_on, outlook.days_min, outlook.days_max, outlook.door_zone, why, outlook.door)


def ships(outlook: Outlook) -> tuple[date, str]:
    """Return the day on which an order leaves the house, and what decided it.

    That is the cut-off, the calendar, work that lies before it, or a day before which its goods cannot leave; what lies on the
    floor today says nothing of such a day.
    """
    there = outlook.accepted_at.astimezone(ZoneInfo(outlook.site_zone))
    today, why = there.date(), "today"
    if there.time() > outlook.cutoff:
        today, why = today + timedelta(days=1), "cutoff"
    if outlook.not_before is not None and outlook.not_before > today:
        return outlook.site.working_day(outlook.not_before), "awaited"
    ships_on = outlook.site.working_day(today)
    if ships_on != today:
        why = "weekend" if today.isoweekday() == SUNDAY and (ships_on - today).days == 1 else "closed"
    behind = backlog_days(outlook.waiting, outlook.per_day)
    if behind:
        ships_on, why = outlook.site.working_day(ships_on, behind), "backlog"
    return ships_on, why


def leave_by(outlook: Outlook) -> datetime:
    """Return the cut-off by which an order must leave to keep what is promised, on the day on which it should."""
    return showing(ships(outlook)[0], outlook.cutoff, outlook.site_zone)


def together(windows: Sequence[Window]) -> Window:
    """Return the window of an order that leaves from several sites: nothing is kept before its last parcel is there."""
    return Window(
        max(one.from_ for one in windows),
        max(one.until for one in windows),
        max(windows, key=lambda one: one.until).why,
    )


def backlog_days(waiting: int, per_day: int) -> int:
    """Return how many whole working days of work lie before a new order."""
    return min(waiting // per_day, BACKLOG_DAYS_MAX) if per_day > 0 else 0


def travel(
    ships_on: date, days_min: int, days_max: int, zone: str, why: str, door: Calendar = PLAIN
) -> Window:
    """Return the window at the door for a parcel that leaves on a day; `door` is the calendar of the carriers there."""
    earliest = door.working_day(ships_on, days_min)
    latest = door.working_day(ships_on, max(days_min, days_max))
    return Window(begins(earliest, zone), ends(latest, zone), why)
