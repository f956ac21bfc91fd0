"""What happens to an order, in an order that can be."""

from dataclasses import replace
from itertools import pairwise

import pytest

from doorstep.world.replay.olist import Olist
from doorstep.world.replay.parts import parts_of
from doorstep.world.replay.places import moment
from doorstep.world.replay.timeline import Event, Kind, UnknownStateError, events_of


def events(olist: Olist, order_id: str) -> list[Event]:
    raw = next(one for one in olist.orders if one.order_id == order_id)
    return events_of(parts_of(olist, raw)[0])


def odd(found: list[Event]) -> dict[str, set[str]]:
    return {event.kind.name: {str(o["what"]) for o in event.oddities} for event in found if event.oddities}


@pytest.mark.parametrize(
    ("order_id", "kinds"),
    [
        ("delivered", "PLACE PAY LEAVE DELIVER RATE"),
        ("shipped", "PLACE PAY LEAVE COMPLAIN COMPLAIN"),
        ("invoiced", "PLACE PAY PACK"),
        ("processing", "PLACE PAY PICK"),
        ("approved", "PLACE PAY"),
        ("created", "PLACE"),
        ("unavailable", "PLACE PAY MISS"),
        ("canceled", "PLACE PAY CANCEL COMPLAIN"),
        ("canceled-on-its-way", "PLACE PAY LEAVE TURN_BACK"),
        ("canceled-at-the-door", "PLACE PAY LEAVE DELIVER SEND_BACK"),
    ],
)
def test_each_state_walks_as_far_as_it_got(olist: Olist, order_id: str, kinds: str) -> None:
    assert " ".join(event.kind.name for event in events(olist, order_id)) == kinds


def test_nothing_happens_before_what_it_needs(olist: Olist) -> None:
    for raw in olist.orders:
        for part in parts_of(olist, raw):
            steps = [one for one in events_of(part) if one.kind not in (Kind.RATE, Kind.COMPLAIN)]
            assert all(one.at <= after.at for one, after in pairwise(steps)), raw.order_id


def test_contradictions_are_facts_and_what_was_said_is_kept(olist: Olist) -> None:
    found = events(olist, "back-in-time")
    assert odd(found) == {
        "LEAVE": {"handed_over_before_approval"},
        "DELIVER": {"delivered_before_approval", "delivered_before_hand_over"},
    }
    approved = moment(olist.orders[5].approved_at)  # type: ignore[arg-type]
    assert [event.at for event in found[1:4]] == [approved] * 3
    assert found[3].said == olist.orders[5].delivered_at


def test_a_missing_date_is_taken_from_the_next_best_promise(olist: Olist) -> None:
    assert odd(events(olist, "no-delivery-date")) == {"DELIVER": {"no_delivery_date"}}
    found = events(olist, "no-hand-over-date")
    assert odd(found) == {"LEAVE": {"no_hand_over_date"}, "DELIVER": {"no_delivery_date"}}
    assert found[2].at == moment(olist.items["no-hand-over-date"][0].ship_by)  # type: ignore[arg-type]


def test_a_review_waits_for_the_parcel_and_one_of_nothing_is_a_fact(olist: Olist) -> None:
    assert odd(events(olist, "rounded")) == {"RATE": {"reviewed_before_delivery"}}
    assert odd(events(olist, "processing")) == {"PICK": {"reviewed_but_never_delivered"}}


def test_a_state_nobody_documented_is_refused(olist: Olist) -> None:
    raw = replace(olist.orders[0], status="teleported")
    with pytest.raises(UnknownStateError, match="teleported"):
        events_of(parts_of(olist, raw)[0])
