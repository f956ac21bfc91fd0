"""Asking carriers: often where it matters, rarely where not, never more than the account allows."""

import heapq
import random
from datetime import UTC, datetime, timedelta
from uuid import UUID

from doorstep.stages.tracking.model import Status, Window
from doorstep.stages.tracking.rules.polling import fill, next_poll, worth

S = Status
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
ONE = UUID(int=7)
LATER = Window(NOON + timedelta(days=2), NOON + timedelta(days=3), "today")


def wait_h(status: Status, window: Window | None = LATER, since: datetime = NOON) -> float | None:
    at = next_poll(ONE, status, since, window, NOON, "UTC")
    return None if at is None else (at - NOON).total_seconds() / 3600


def test_a_parcel_at_the_door_is_asked_about_often() -> None:
    waits = {status: wait_h(status) for status in Status}
    assert 0.16 <= (waits[S.OUT_FOR_DELIVERY] or 0) <= 0.34
    assert 3 <= (waits[S.IN_TRANSIT] or 0) <= 6
    assert 6 <= (waits[S.INFO_RECEIVED] or 0) <= 12
    assert 1 <= (waits[S.DELAYED] or 0) <= 2


def test_the_day_of_arrival_is_asked_about_every_hour_or_sooner() -> None:
    today = Window(NOON, NOON + timedelta(hours=8), "today")
    assert 0.5 <= (wait_h(S.IN_TRANSIT, today) or 0) <= 1


def test_a_delivered_parcel_is_looked_at_once_more_and_then_left_alone() -> None:
    assert 0 < (wait_h(S.DELIVERED) or 0) <= 24
    assert wait_h(S.DELIVERED, since=NOON - timedelta(hours=20)) is None
    assert wait_h(S.RETURNED) is None
    assert wait_h(S.CANCELED) is None
    assert wait_h(S.IN_TRANSIT, since=NOON - timedelta(days=61)) is None


def test_no_budget_is_exceeded_in_a_simulated_week_and_parcels_at_the_door_stay_fresh() -> None:
    luck, per_hour = random.Random(5), 120
    parcels = {UUID(int=luck.getrandbits(128)): S.IN_TRANSIT for _ in range(400)}
    for one in list(parcels)[:20]:
        parcels[one] = S.OUT_FOR_DELIVERY
    due = [(NOON, one) for one in parcels]
    asked: list[datetime] = []
    ages: list[timedelta] = []
    last = dict.fromkeys(parcels, NOON)
    tokens, now = 0.0, NOON
    while now < NOON + timedelta(days=7):
        tokens = fill(tokens, per_hour, 180)
        ready = sorted(
            (one for one in due if one[0] <= now), key=lambda one: (-worth(parcels[one[1]]), one[0])
        )
        for at, one in ready[: int(tokens)]:
            tokens -= 1
            due.remove((at, one))
            asked.append(now)
            if parcels[one] is S.OUT_FOR_DELIVERY:
                ages.append(now - last[one])
            last[one] = now
            following = next_poll(one, parcels[one], NOON, LATER, now, "UTC")
            assert following is not None
            heapq.heappush(due, (following, one))
        now += timedelta(minutes=3)
    hours = {at.replace(minute=0) for at in asked}
    assert (
        max(sum(at.replace(minute=0) == hour for at in asked) for hour in hours) <= per_hour + per_hour // 12
    )
    assert sorted(ages)[int(len(ages) * 0.95)] <= timedelta(minutes=20)
