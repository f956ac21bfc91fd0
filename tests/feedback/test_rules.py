"""What may come back, what is paid for it, and how sure a score is."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from doorstep.stages.feedback.model import OrderFacts, OrderLine, ReturnAsk, Tally
from doorstep.stages.feedback.rules import (
    RATINGS_FEW,
    judge_return,
    refund_minor,
    return_faults,
    score,
    wilson,
)

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
LINE = OrderLine(UUID(int=1), UUID(int=2), "A", "Stoneware mug", 3, 1000, 0, 0)
ORDER = OrderFacts(
    UUID(int=3),
    1001,
    "closed",
    UUID(int=4),
    "juniper",
    "Juniper",
    "#2d6a4f",
    False,
    "",
    "",
    "en",
    "EUR",
    30,
    1,
    1,
    NOON,
)


@pytest.mark.parametrize(
    ("after", "approved"),
    [(timedelta(), True), (timedelta(days=30), True), (timedelta(days=30, seconds=1), False)],
)
def test_the_window_counts_from_delivery_to_its_last_second(after: timedelta, approved: bool) -> None:
    decision = judge_return(ORDER, NOON + after)
    assert decision.approved is approved
    assert "30 days" in decision.rule


def test_what_was_not_delivered_cannot_come_back() -> None:
    assert not judge_return(replace(ORDER, delivered_at=None), NOON).approved


@pytest.mark.parametrize(
    ("asked", "codes"),
    [
        ([], ["empty"]),
        ([ReturnAsk(LINE.id, 3)], []),
        ([ReturnAsk(LINE.id, 4)], ["too_many"]),
        ([ReturnAsk(LINE.id, 0)], ["too_many"]),
        ([ReturnAsk(UUID(int=9), 1)], ["unknown_line"]),
        ([ReturnAsk(LINE.id, 1), ReturnAsk(LINE.id, 1)], ["twice"]),
    ],
)
def test_every_fault_of_a_return_is_named(asked: list[ReturnAsk], codes: list[str]) -> None:
    assert [fault.code for fault in return_faults([LINE], asked)] == codes


def test_what_is_on_its_way_back_cannot_come_back_twice() -> None:
    assert [f.code for f in return_faults([replace(LINE, returned=2)], [ReturnAsk(LINE.id, 2)])] == [
        "too_many"
    ]


@given(st.integers(0, 10**9), st.lists(st.integers(1, 20), min_size=1, max_size=12))
def test_refunds_of_parts_add_up_to_the_line_in_any_order(total_minor: int, parts: list[int]) -> None:
    line = replace(LINE, quantity=sum(parts), total_minor=total_minor)
    paid = 0
    for part in parts:
        refund = refund_minor(line, part)
        assert refund >= 0
        paid += refund
        line = replace(line, returned=line.returned + part, refunded_minor=paid)
    assert paid == total_minor


@given(st.integers(0, 500), st.integers(1, 500))
@example(0, 249)
def test_the_interval_holds_the_share_and_narrows_with_more_answers(happy: int, n: int) -> None:
    happy = min(happy, n)
    low, high = wilson(happy, n)
    assert 0 <= low <= happy / n <= high <= 1
    more_low, more_high = wilson(happy * 10, n * 10)
    assert more_high - more_low < high - low


def test_the_interval_is_wilsons() -> None:
    assert wilson(8, 10) == pytest.approx((0.4902, 0.9433), abs=1e-4)
    assert wilson(0, 0) == (0.0, 1.0)


def test_too_few_answers_are_no_share() -> None:
    few = Tally("site", UUID(int=1), "north", RATINGS_FEW - 1, RATINGS_FEW - 1, 5 * (RATINGS_FEW - 1))
    assert score(few).share is None
    assert score(replace(few, ratings=RATINGS_FEW)).share is not None
