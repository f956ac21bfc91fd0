"""What customers are told: each fact once, the newest only."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from doorstep.stages.tracking.model import Status
from doorstep.stages.tracking.rules.telling import (
    JOURNEY,
    LONGEST_WAIT_S,
    replaced,
    same_message,
    topic_of,
    wait_s,
)

S = Status
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def topic(was: Status, now: Status, at: datetime = NOON) -> tuple[str, str] | None:
    return topic_of(was, now, at, "America/New_York")


def test_the_first_movement_is_told_as_shipped_and_later_movement_is_not() -> None:
    assert topic(S.INFO_RECEIVED, S.PICKED_UP) == ("shipped", "shipped")
    assert topic(S.CREATED, S.IN_TRANSIT) == ("shipped", "shipped")
    assert topic(S.DELAYED, S.IN_TRANSIT) is None
    assert topic(S.CREATED, S.INFO_RECEIVED) is None
    assert topic(S.IN_TRANSIT, S.CANCELED) is None


def test_a_second_day_at_the_door_is_another_fact_the_same_day_is_not() -> None:
    first = topic(S.IN_TRANSIT, S.OUT_FOR_DELIVERY)
    assert topic(S.ATTEMPT_FAILED, S.OUT_FOR_DELIVERY, NOON + timedelta(hours=3)) == first
    assert topic(S.ATTEMPT_FAILED, S.OUT_FOR_DELIVERY, NOON + timedelta(days=1)) != first


def test_the_day_of_a_fact_is_the_day_at_the_door() -> None:
    assert topic(S.IN_TRANSIT, S.OUT_FOR_DELIVERY, datetime(2026, 3, 3, 3, tzinfo=UTC)) == (
        "out_for_delivery",
        "out:2026-03-02",
    )


def test_problems_have_a_topic_and_each_its_own_meaning() -> None:
    told = {topic(S.IN_TRANSIT, now) for now in (S.HELD, S.DAMAGED, S.LOST, S.RETURNING, S.RETURNED)}
    assert len(told) == 5
    assert {one[0] for one in told if one} == {"problem"}


words = st.tuples(*[st.sampled_from(["", "a", "A", "ab", "b"])] * 5)


@given(words, words)
def test_two_messages_are_the_same_only_if_all_that_makes_them_is(
    one: tuple[str, ...], other: tuple[str, ...]
) -> None:
    alike = (one[0].casefold(), *one[1:]) == (other[0].casefold(), *other[1:])
    assert (same_message(*one) == same_message(*other)) == alike


def test_newer_news_of_a_parcel_replaces_what_was_not_told_yet() -> None:
    assert replaced("shipped", ["delivered"])
    assert not replaced("delivered", [])
    assert not replaced("order_confirmed", ["shipped"])
    assert replaced("order_confirmed", ["order_canceled"])
    assert replaced("order_confirmed", ["order_merged"])
    assert not replaced("rate", list(JOURNEY))


def test_a_message_that_fails_waits_longer_each_time_but_not_forever() -> None:
    waits = [wait_s(attempts, 0.5) for attempts in range(1, 20)]
    assert waits == sorted(waits)
    assert waits[0] < 5
    assert waits[-1] == LONGEST_WAIT_S
