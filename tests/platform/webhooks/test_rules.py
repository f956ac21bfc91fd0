"""When a delivery is tried again, and when it is given up."""

from hypothesis import given
from hypothesis import strategies as st

from doorstep.platform.webhooks.model import event_id, read_event_id
from doorstep.platform.webhooks.rules import GIVE_UP_S, WAITS_S, wait_s


def test_retries_reach_over_three_days_and_get_rarer() -> None:
    age = 0
    waits: list[int] = []
    while (wait := wait_s(len(waits) + 1, age)) is not None:
        waits.append(wait)
        age += wait
    assert waits[:6] == list(WAITS_S)
    assert waits == sorted(waits)
    assert 66 * 3600 < age <= GIVE_UP_S
    assert len(waits) == 16


def test_who_asks_for_time_gets_it_up_to_six_hours() -> None:
    assert wait_s(1, 0, asked_s=120) == 120
    assert wait_s(1, 0, asked_s=10**6) == 6 * 3600
    assert wait_s(2, 0, asked_s=1) == 300


@given(st.uuids(), st.integers(1, 10**6))
def test_an_event_is_found_by_its_id(subject: object, seq: int) -> None:
    from uuid import UUID

    assert isinstance(subject, UUID)
    assert read_event_id(event_id(subject, seq)) == (subject, seq)
    assert "." not in event_id(subject, seq)


@given(st.text(max_size=60))
def test_no_text_breaks_the_reading_of_an_id(text: str) -> None:
    found = read_event_id(text)
    assert found is None or event_id(*found) == text.lower() or text.startswith("evt_")
