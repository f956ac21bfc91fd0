"""Working days: on which days a place works, in its local time: its weekdays, less its holidays and the days it is closed for itself."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import holidays

DAY_BEGINS, DAY_ENDS = time(9), time(20)
"""When a van may stand at a door."""

MONDAY_TO_SATURDAY = (1, 2, 3, 4, 5, 6)
"""ISO weekdays on which carriers drive and most warehouses pack."""

SEARCHED_MAX = 400
"""So many days in a row without work are taken for a calendar that is wrong, and the day itself for a working one."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """On which days a place works.

    Attributes:
        country: ISO 3166 alpha-2, whose public holidays are kept; empty: none are.
        region: its part, by code, where parts have holidays of their own.
        weekdays: ISO weekdays, Monday is 1.
        closed: days without work beside all that.
    """

    country: str = ""
    region: str = ""
    weekdays: Collection[int] = MONDAY_TO_SATURDAY
    closed: Collection[date] = ()

    def works(self, day: date) -> bool:
        """Whether the place works on a day."""
        return (
            day.isoweekday() in self.weekdays
            and day not in self.closed
            and day not in public_holidays(self.country, self.region, day.year)
        )

    def working_day(self, day: date, later: int = 0) -> date:
        """Return the first working day on or after `day`, and then `later` working days on."""
        day = self._next(day)
        for _ in range(later):
            day = self._next(day + timedelta(days=1))
        return day

    def _next(self, day: date) -> date:
        for ahead in range(SEARCHED_MAX):
            if self.works(day + timedelta(days=ahead)):
                return day + timedelta(days=ahead)
        return day

    def days_after(self, first: date, last: date) -> int:
        """Return how many working days `last` lies after `first`; 0 when it does not."""
        days = 0
        while first < last and days < SEARCHED_MAX:
            first += timedelta(days=1)
            days += self.works(first)
        return days


PLAIN = Calendar()
"""Monday to Saturday, without holidays."""


@cache
def public_holidays(country: str, region: str, year: int) -> frozenset[date]:
    """Return the public holidays of a country, or of its region where it is known by that code; none of an unknown country."""
    parts = holidays.list_supported_countries().get(country)
    if parts is None:
        return frozenset()
    found = holidays.country_holidays(country, subdiv=region if region in parts else None, years=[year])
    return frozenset(found.keys())


def begins(day: date, zone: str) -> datetime:
    """Return when deliveries begin on a day, in that zone."""
    return datetime.combine(day, DAY_BEGINS, ZoneInfo(zone))


def ends(day: date, zone: str) -> datetime:
    """Return when deliveries end on a day, in that zone."""
    return datetime.combine(day, DAY_ENDS, ZoneInfo(zone))


def showing(day: date, of_day: time, zone: str) -> datetime:
    """Return when a zone's clock shows a time on a day, for the last time: where clocks change it may do so twice.

    A time that the change leaves out is as long after the last that was.
    """
    both = [datetime.combine(day, of_day.replace(fold=fold), ZoneInfo(zone)) for fold in (0, 1)]
    return max(both, key=lambda one: one.astimezone(UTC))


def day_there(at: datetime, zone: str) -> date:
    """Return which day it is in a zone."""
    return at.astimezone(ZoneInfo(zone)).date()
