"""The fold: any permutation and repetition of the scans gives the same story."""

import random
import time
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.stages.tracking.model import FINAL, Heard, Status
from doorstep.stages.tracking.rules.fold import MOVING, PRE, fold, follows, in_order, step

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
S = Status


def heard(status: Status | None, minute: int = 0, code: str = "", **more: str) -> Heard:
    key = f"{minute}:{code or status}"
    return Heard(key, status, NOON + timedelta(minutes=minute), **more)  # type: ignore[arg-type]


def story(*statuses: Status | None) -> Status:
    return fold([heard(status, i) for i, status in enumerate(statuses)]).status


scans = st.builds(
    lambda status, minute, place, text: heard(status, minute, place=place, raw_text=text),
    st.sampled_from([*Status, None]),
    st.integers(0, 12),
    st.sampled_from(["", "Porto", "Lisboa"]),
    st.sampled_from(["", "seen", "seen again"]),
)


@given(st.lists(scans, max_size=14), st.randoms(use_true_random=False), st.integers(1, 4))
def test_neither_order_nor_repetition_changes_the_story(
    said: list[Heard], luck: random.Random, times: int
) -> None:
    shuffled = said * times
    luck.shuffle(shuffled)
    assert fold(shuffled) == fold(said)


@given(st.lists(scans, max_size=14), st.integers(0, 12))
def test_a_story_goes_on_from_where_it_was_folded(said: list[Heard], cut: int) -> None:
    earlier = [scan for scan in said if scan.occurred_at <= NOON + timedelta(minutes=cut)]
    later = [scan for scan in said if scan not in earlier]
    begun = fold(earlier)
    assert follows(begun, later)
    assert fold(later, begun) == fold(said)


@given(st.lists(scans, min_size=1, max_size=14))
def test_every_scan_counts_as_seen_and_no_status_appears_that_nobody_said(said: list[Heard]) -> None:
    told = fold(said)
    assert told.last_scan_at == max(scan.occurred_at for scan in said)
    assert told.status in {S.CREATED, S.IN_TRANSIT, S.RETURNED, *(scan.status for scan in said)}
    if told.status_at is not None:
        assert told.status_at in {scan.occurred_at for scan in said}


def test_a_late_webhook_never_takes_a_delivery_back() -> None:
    late = [heard(S.DELIVERED, 60), heard(S.OUT_FOR_DELIVERY, 10), heard(S.IN_TRANSIT, 5)]
    assert fold(late).status is S.DELIVERED
    for said in (*MOVING, *PRE, S.OUT_FOR_DELIVERY, S.ATTEMPT_FAILED, S.DELAYED, S.LOST, S.CANCELED, None):
        assert step(S.DELIVERED, said) is S.DELIVERED


def test_final_statuses_have_their_listed_reversals_only() -> None:
    left = {was: {said for said in Status if step(was, said) is not was} for was in FINAL}
    assert left[S.DELIVERED] == {S.RETURNING, S.RETURNED}
    assert left[S.RETURNED] == set()
    assert left[S.LOST] == set(Status) - {S.LOST, *PRE}
    assert left[S.CANCELED] == set(Status) - {S.CANCELED, *PRE}


def test_delivered_while_returning_is_returned() -> None:
    assert story(S.PICKED_UP, S.RETURNING, S.IN_TRANSIT, S.DELIVERED) is S.RETURNED


def test_any_scan_finds_a_lost_parcel_again() -> None:
    assert story(S.LOST, S.IN_TRANSIT) is S.IN_TRANSIT
    assert story(S.LOST, None) is S.IN_TRANSIT


def test_a_parcel_that_moves_under_a_voided_label_raises_the_billing_alarm() -> None:
    told = fold([heard(S.CANCELED, 1), heard(S.IN_TRANSIT, 2)])
    assert (told.status, told.moved_after_cancel) == (S.IN_TRANSIT, True)
    assert not fold([heard(S.IN_TRANSIT, 1), heard(S.CANCELED, 2)]).moved_after_cancel


@pytest.mark.parametrize("trouble", [S.DELAYED, S.HELD, S.ATTEMPT_FAILED])
def test_a_scan_of_movement_ends_a_delay(trouble: Status) -> None:
    assert story(S.PICKED_UP, trouble, S.IN_TRANSIT) is S.IN_TRANSIT
    assert story(S.PICKED_UP, trouble, S.PICKED_UP) is S.IN_TRANSIT


def test_damage_is_not_ended_by_movement() -> None:
    assert story(S.DAMAGED, S.IN_TRANSIT) is S.DAMAGED
    assert story(S.DAMAGED, S.IN_TRANSIT, S.DELIVERED) is S.DELIVERED


def test_a_code_that_nobody_explained_moves_nothing_but_was_seen() -> None:
    told = fold([heard(S.IN_TRANSIT, 1), heard(None, 5, place="Sector 7")])
    assert told.status is S.IN_TRANSIT
    assert (told.last_scan_at, told.place) == (NOON + timedelta(minutes=5), "Sector 7")


def test_the_announcement_of_a_parcel_that_already_moves_is_ignored() -> None:
    assert story(S.PICKED_UP, S.INFO_RECEIVED) is S.PICKED_UP


def test_a_checkpoint_sent_again_with_its_city_is_one_checkpoint_with_a_city() -> None:
    bare, rich = heard(S.IN_TRANSIT, 1), heard(S.IN_TRANSIT, 1, place="Porto")
    assert in_order([rich, bare]) == in_order([bare, rich]) == [rich]


def test_a_hundred_thousand_scans_fold_within_two_seconds() -> None:
    kinds = [S.INFO_RECEIVED, S.PICKED_UP, S.IN_TRANSIT, S.IN_TRANSIT, S.OUT_FOR_DELIVERY, S.DELIVERED]
    parcels = [[heard(kind, i) for i, kind in enumerate(kinds)] for _ in range(16_667)]
    began = time.perf_counter()
    assert all(fold(one).status is S.DELIVERED for one in parcels)
    assert time.perf_counter() - began < 2
