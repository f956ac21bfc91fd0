"""The promise from the first minute: cut-off, backlog, working days and two time zones."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.stages.catalog import PLAIN, Calendar, day_there
from doorstep.stages.tracking.rules.promise import Outlook, backlog_days, first_promise, leave_by, together

LISBON, NEW_YORK = "Europe/Lisbon", "America/New_York"
MONDAY = Outlook(
    datetime(2026, 3, 2, 12, tzinfo=UTC),
    LISBON,
    time(16),
    waiting=0,
    per_day=0,
    days_min=1,
    days_max=2,
    door_zone=LISBON,
)


def days(outlook: Outlook) -> tuple[str, str, str]:
    window = first_promise(outlook)
    zone = outlook.door_zone
    return day_there(window.from_, zone).isoformat(), day_there(window.until, zone).isoformat(), window.why


def test_an_order_before_the_cutoff_leaves_today() -> None:
    assert days(MONDAY) == ("2026-03-03", "2026-03-04", "today")


def test_an_order_after_the_cutoff_leaves_tomorrow() -> None:
    late = replace(MONDAY, accepted_at=MONDAY.accepted_at.replace(hour=16, minute=1))
    assert days(late) == ("2026-03-04", "2026-03-05", "cutoff")


def test_the_cutoff_is_read_on_the_warehouses_clock() -> None:
    there = replace(MONDAY, site_zone=NEW_YORK, accepted_at=datetime(2026, 3, 2, 20, 30, tzinfo=UTC))
    assert days(there) == ("2026-03-03", "2026-03-04", "today")


def test_no_van_drives_on_sunday_or_on_a_holiday() -> None:
    saturday = replace(MONDAY, accepted_at=datetime(2026, 3, 7, 10, tzinfo=UTC))
    assert days(saturday) == ("2026-03-09", "2026-03-10", "today")
    window = first_promise(replace(MONDAY, door=Calendar(closed=[date(2026, 3, 3)])))
    assert day_there(window.from_, LISBON) == date(2026, 3, 4)


def test_a_backlog_moves_the_promise_by_the_days_it_takes() -> None:
    assert backlog_days(waiting=450, per_day=200) == 2
    assert days(replace(MONDAY, waiting=450, per_day=200)) == ("2026-03-05", "2026-03-06", "backlog")
    assert backlog_days(waiting=10_000, per_day=1) == 10
    assert backlog_days(waiting=10_000, per_day=0) == 0


@pytest.mark.proves("E2")
def test_the_window_is_in_the_time_of_the_door_also_where_clocks_change() -> None:
    spring = replace(MONDAY, accepted_at=datetime(2026, 3, 27, 10, tzinfo=UTC), door_zone=NEW_YORK)
    window = first_promise(spring)
    assert window.from_.astimezone(ZoneInfo(NEW_YORK)).time() == time(9)
    assert window.until.astimezone(ZoneInfo(NEW_YORK)).time() == time(20)


@given(
    st.integers(0, 4 * 366 * 86_400).map(lambda s: datetime(2024, 1, 1, tzinfo=UTC) + timedelta(seconds=s)),
    st.sampled_from([LISBON, NEW_YORK, "America/Sao_Paulo", "Australia/Lord_Howe"]),
    st.integers(0, 6),
    st.integers(0, 6),
    st.integers(0, 1000),
    st.integers(0, 300),
)
def test_a_promise_lies_ahead_on_working_days_and_ends_after_it_begins(
    at: datetime, zone: str, days_min: int, more: int, waiting: int, per_day: int
) -> None:
    outlook = Outlook(at, LISBON, time(16), waiting, per_day, days_min, days_min + more, zone)
    window = first_promise(outlook)
    assert window.from_ < window.until
    assert window.until > at - timedelta(hours=24)
    assert PLAIN.works(day_there(window.from_, zone))
    assert PLAIN.works(day_there(window.until, zone))
    assert first_promise(replace(outlook, days_max=days_min + more + 1)).until > window.until


def test_a_site_that_is_closed_sends_nothing_and_says_so() -> None:
    monday_off = replace(MONDAY, site=Calendar(closed=[date(2026, 3, 2)]))
    assert days(monday_off) == ("2026-03-04", "2026-03-05", "closed")
    never = replace(MONDAY, site=Calendar(weekdays=[3]))
    assert days(never) == ("2026-03-05", "2026-03-06", "closed")


def test_public_holidays_are_kept_where_they_are_those_of_the_region_too() -> None:
    labor_day = datetime(2026, 5, 1, 9, tzinfo=UTC)
    germany = replace(MONDAY, accepted_at=labor_day, site=Calendar("DE", "BY"), door=Calendar("DE", "BY"))
    assert days(germany) == ("2026-05-04", "2026-05-05", "closed")
    epiphany = date(2026, 1, 6)
    assert not Calendar("DE", "BY").works(epiphany)
    assert Calendar("DE", "BE").works(epiphany)
    assert Calendar("DE", "no such part").works(epiphany)
    assert Calendar("XX").works(date(2026, 12, 25)), "an unknown country keeps none"
    assert not Calendar("BR", "SP").works(date(2017, 9, 7))


def test_a_calendar_without_any_working_day_does_not_search_for_ever() -> None:
    assert Calendar(weekdays=()).working_day(date(2026, 3, 2), 2) == date(2026, 3, 4)


def test_an_order_from_two_sites_is_promised_by_its_last_parcel() -> None:
    near, far = first_promise(MONDAY), first_promise(replace(MONDAY, days_min=3, days_max=6))
    assert together([near, far]) == far
    assert together([far, near]) == far


def test_what_must_leave_today_must_leave_by_the_cut_off_of_the_site() -> None:
    assert leave_by(MONDAY) == datetime(2026, 3, 2, 16, tzinfo=ZoneInfo(LISBON))
    late = replace(MONDAY, accepted_at=MONDAY.accepted_at.replace(hour=17))
    assert leave_by(late) == datetime(2026, 3, 3, 16, tzinfo=ZoneInfo(LISBON))
