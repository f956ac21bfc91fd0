"""The window moves with what is seen and with what is not, and every move has a reason."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.stages.catalog import day_there
from doorstep.stages.tracking.model import Status, Window
from doorstep.stages.tracking.rules.window import (
    NO_PROMISE,
    Seen,
    after_scan,
    after_silence,
    later_day,
    worth_saying,
)

S = Status
ZONE = "Europe/Lisbon"
TUESDAY = datetime(2026, 3, 3, 9, tzinfo=UTC)
SAID = Window(TUESDAY, TUESDAY.replace(day=4, hour=20), "today")


def after(
    status: Status, at: datetime = TUESDAY, said: Window | None = SAID, **more: datetime
) -> Window | None:
    return after_scan(said, Seen(status, at, ZONE, 1, 2, **more))


def last_day(window: Window | None) -> str:
    assert window is not None
    return day_there(window.until, ZONE).isoformat()


def test_pickup_starts_the_carriers_days() -> None:
    window = after(S.PICKED_UP, TUESDAY.replace(day=5, hour=17))
    assert (last_day(window), window and window.why) == ("2026-03-07", "picked_up")


def test_the_carriers_own_date_counts_while_it_lies_ahead() -> None:
    window = after(S.IN_TRANSIT, estimate=TUESDAY.replace(day=6, hour=23))
    assert (last_day(window), window and window.why) == ("2026-03-06", "carrier_estimate")
    assert after(S.IN_TRANSIT, TUESDAY.replace(day=4), estimate=TUESDAY.replace(day=2)) == SAID


def test_out_for_delivery_means_today() -> None:
    window = after(S.OUT_FOR_DELIVERY, TUESDAY.replace(day=4, hour=8))
    assert window == Window(
        TUESDAY.replace(day=4, hour=8), TUESDAY.replace(day=4, hour=20), "out_for_delivery"
    )


def test_out_for_delivery_keeps_the_window_that_our_own_van_gave_while_it_can_be_kept() -> None:
    known = Window(TUESDAY + timedelta(hours=1), TUESDAY + timedelta(hours=2), "route")
    assert after(S.OUT_FOR_DELIVERY, TUESDAY, known) == known
    passed = after(S.OUT_FOR_DELIVERY, TUESDAY + timedelta(hours=3), known)
    assert passed is not None
    assert passed.why == "out_for_delivery"


def test_a_failed_attempt_means_the_next_working_day() -> None:
    assert last_day(after(S.ATTEMPT_FAILED, datetime(2026, 3, 7, 15, tzinfo=UTC))) == "2026-03-09"


@pytest.mark.parametrize("trouble", [S.DELAYED, S.HELD, S.CUSTOMS, S.DAMAGED])
def test_trouble_pushes_the_end_and_never_pulls_it(trouble: Status) -> None:
    early, late = after(trouble, TUESDAY), after(trouble, TUESDAY.replace(day=4))
    assert early is not None
    assert late is not None
    assert early.until >= SAID.until
    assert late.until > SAID.until
    assert late.why == trouble


@pytest.mark.parametrize("gone", sorted(NO_PROMISE))
def test_nothing_is_promised_for_a_parcel_that_does_not_come(gone: Status) -> None:
    assert after(gone) is None


def test_a_delivered_parcel_keeps_the_window_it_was_told() -> None:
    assert after(S.DELIVERED) == SAID


def silent(status: Status, now: datetime, heard: datetime | None = TUESDAY, said: Window = SAID) -> Window:
    return after_silence(said, status, heard, now, ZONE)


def test_silence_moves_the_date_when_it_cannot_be_kept_any_more() -> None:
    assert silent(S.IN_TRANSIT, TUESDAY.replace(day=4, hour=13)) == SAID
    moved = silent(S.IN_TRANSIT, TUESDAY.replace(day=4, hour=14))
    assert (last_day(moved), moved.why) == ("2026-03-05", "silence")


def test_a_parcel_that_is_out_has_until_the_evening() -> None:
    assert silent(S.OUT_FOR_DELIVERY, TUESDAY.replace(day=4, hour=19)) == SAID
    assert last_day(silent(S.OUT_FOR_DELIVERY, TUESDAY.replace(day=4, hour=21))) == "2026-03-05"


def test_two_days_without_a_scan_cost_one_more_day() -> None:
    assert last_day(silent(S.IN_TRANSIT, TUESDAY.replace(day=5, hour=10))) == "2026-03-06"


def test_silence_before_a_sunday_means_monday() -> None:
    saturday = Window(datetime(2026, 3, 7, 9, tzinfo=UTC), datetime(2026, 3, 7, 20, tzinfo=UTC), "today")
    now = datetime(2026, 3, 7, 18, tzinfo=UTC)
    assert last_day(silent(S.IN_TRANSIT, now, now - timedelta(hours=5), saturday)) == "2026-03-09"


@given(
    st.sampled_from(sorted(Status)),
    st.integers(0, 31 * 86_400).map(lambda s: datetime(2026, 3, 1, tzinfo=UTC) + timedelta(seconds=s)),
    st.sampled_from([ZONE, "America/New_York", "Asia/Tokyo"]),
)
def test_a_window_never_ends_before_it_begins_and_silence_never_pulls_it(
    status: Status, at: datetime, zone: str
) -> None:
    window = after_scan(SAID, Seen(status, at, zone, 1, 2))
    if window is not None:
        assert window.from_ <= window.until
    quiet = after_silence(SAID, status, TUESDAY, at, zone)
    assert quiet.from_ <= quiet.until
    assert quiet.until >= SAID.until
    assert after_silence(quiet, status, TUESDAY, at, zone) == quiet


def test_small_moves_are_not_worth_saying_and_late_means_another_day() -> None:
    near = Window(SAID.from_, SAID.until + timedelta(minutes=20), "driver")
    far = Window(SAID.from_, SAID.until + timedelta(hours=13), "driver")
    assert not worth_saying(SAID, near)
    assert worth_saying(SAID, far)
    assert worth_saying(SAID, None)
    assert not worth_saying(None, None)
    assert later_day(SAID, far, ZONE)
    assert not later_day(SAID, near, ZONE)
