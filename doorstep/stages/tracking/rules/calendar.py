"""Working days: carriers drive and warehouses pack from Monday to Saturday, in the local time of the place."""

from collections.abc import Collection
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAY_BEGINS, DAY_ENDS = time(9), time(20)
"""When a van may stand at a door."""

SUNDAY = 6


def works(day: date, holidays: Collection[date] = ()) -> bool:
    """Return whether parcels move on a day."""
    return day.weekday() != SUNDAY and day not in holidays


def working_day(day: date, later: int = 0, holidays: Collection[date] = ()) -> date:
    """Return the first working day on or after `day`, and then `later` working days on."""
    while not works(day, holidays):
        day += timedelta(days=1)
    for _ in range(later):
        day += timedelta(days=1)
        while not works(day, holidays):
            day += timedelta(days=1)
    return day


def begins(day: date, zone: str) -> datetime:
    """Return when deliveries begin on a day, in that zone."""
    return datetime.combine(day, DAY_BEGINS, ZoneInfo(zone))


def ends(day: date, zone: str) -> datetime:
    """Return when deliveries end on a day, in that zone."""
    return datetime.combine(day, DAY_ENDS, ZoneInfo(zone))


def day_there(at: datetime, zone: str) -> date:
    """Return which day it is in a zone."""
    return at.astimezone(ZoneInfo(zone)).date()
