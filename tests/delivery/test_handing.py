"""At the door: proof, failure, second thoughts; the same report may come twice, late, or from two devices."""

import asyncio
from datetime import timedelta

import pytest

from doorstep.platform.errors import Reason, Refused
from doorstep.stages import delivery
from doorstep.stages.delivery import FailReason, Place, ProofKind
from doorstep.stages.delivery.acts.handing import Handed, PinWrong
from doorstep.stages.delivery.rules.doors import PIN_TRIES_MAX
from tests.worlds.delivery import DESK, MORNING, RUI, LastMile, picture


async def test_a_delivery_keeps_who_took_it_where_when_and_how_far_from_the_address(mile: LastMile) -> None:
    _, stops = await mile.out(1)
    door = await mile.door_of(stops[0])
    near = Place(lat=door.lat + 0.0001, lon=door.lon, accuracy_m=5)
    handed = await mile.deliver(stops[0], signature="M10 10L200 90L300 20", place=near)
    assert handed == Handed(stops[0], 11, far=False, again=False)
    async with mile.tx() as tx:
        (proof,) = await delivery.proofs_of(tx, await mile.ask("SELECT order_id FROM delivery.stops"))
    assert (proof.kind, proof.received_by, proof.distance_m, len(proof.sha256)) == (
        "signature",
        "Ana Keller",
        11,
        64,
    )
    assert (await mile.tracker_of(stops[0]))[0] == "delivered"


async def test_the_seal_shows_when_a_proof_was_changed_later(mile: LastMile) -> None:
    _, stops = await mile.out(2)
    await mile.deliver(stops[0], ProofKind.PHOTO, photo=picture(1))
    await mile.deliver(stops[1], ProofKind.PHOTO, photo=picture(2))
    seals = await mile.column("SELECT encode(sha256, 'hex') FROM delivery.proofs")
    assert len(set(seals)) == 2


async def test_the_same_delivery_twice_is_one(mile: LastMile) -> None:
    _, stops = await mile.out(1)
    answers = await asyncio.gather(*(mile.deliver(stops[0]) for _ in range(4)))
    assert sorted(answer.again for answer in answers) == [False, True, True, True]
    assert await mile.ask("SELECT count(*) FROM delivery.proofs") == 1
    assert await mile.ask("SELECT count(*) FROM delivery.attempts") == 1


async def test_a_delivery_far_from_the_address_is_marked(mile: LastMile) -> None:
    _, stops = await mile.out(1)
    handed = await mile.deliver(stops[0], place=Place(lat=47.3, lon=9.6))
    assert handed.far
    assert handed.distance_m > 10_000


@pytest.mark.parametrize(
    ("kind", "proof", "pointer"),
    [
        (ProofKind.PHOTO, {}, "/photo"),
        (ProofKind.PHOTO, {"photo": b"GIF89a" + bytes(50)}, "/photo"),
        (ProofKind.PHOTO, {"photo": b"\xff\xd8\xff" + bytes(3_000_000)}, "/photo"),
        (ProofKind.SIGNATURE, {"received_by": " "}, "/signature"),
        (ProofKind.SIGNATURE, {"signature": "<script>alert(1)</script>"}, "/signature"),
        (ProofKind.PIN, {"pin": " "}, "/pin"),
    ],
)
async def test_an_incomplete_proof_is_refused_and_nothing_is_delivered(
    mile: LastMile, kind: ProofKind, proof: dict[str, object], pointer: str
) -> None:
    _, stops = await mile.out(1)
    with pytest.raises(Refused) as refused:
        await mile.deliver(stops[0], kind, **proof)
    assert [fault.pointer for fault in refused.value.faults] == [pointer]
    assert await mile.state_of(stops[0]) == "out"


async def test_a_wrong_pin_is_counted_and_after_five_no_pin_is_right(mile: LastMile) -> None:
    _, stops = await mile.out(1)
    pin = await mile.ask("SELECT pin FROM delivery.stops")
    wrong = "0000" if pin != "0000" else "1111"
    for tries_left in reversed(range(PIN_TRIES_MAX)):
        answer = await mile.deliver(stops[0], ProofKind.PIN, pin=wrong)
        assert isinstance(answer, PinWrong)
        assert answer.tries_left == tries_left
    with pytest.raises(Refused, match="too often"):
        await mile.deliver(stops[0], ProofKind.PIN, pin=pin)
    assert (await mile.deliver(stops[0])).again is False


async def test_the_right_pin_delivers(mile: LastMile) -> None:
    _, stops = await mile.out(1)
    pin = await mile.ask("SELECT pin FROM delivery.stops")
    await mile.deliver(stops[0], ProofKind.PIN, pin=f" {pin} ")
    assert await mile.state_of(stops[0]) == "delivered"


async def test_a_failed_parcel_comes_again_as_the_same_stop_of_the_same_order(mile: LastMile) -> None:
    route_id, stops = await mile.out(1)
    step = await mile.fail(stops[0], note="Nobody there, dog barks")
    assert step.again
    assert (await mile.tracker_of(stops[0]))[0] == "attempt_failed"
    await mile.finish(route_id)
    (back,) = await mile.scan_in([await mile.number_of(stops[0])])
    assert "attempt 2" in back.message
    _, today = await mile.propose()
    assert today.routes == []
    await mile.go_to(MORNING + timedelta(days=1))
    (again,) = await mile.plan()
    assert await mile.stops_of(again) == stops
    assert await mile.ask("SELECT count(*) FROM orders.orders") == 1


async def test_after_three_failures_or_a_refusal_the_parcel_returns_to_its_sender(mile: LastMile) -> None:
    route_id, (stop_id,) = await mile.out(1)
    number = await mile.number_of(stop_id)
    for attempt in (1, 2, 3):
        step = await mile.fail(stop_id)
        assert step.again is (attempt < 3)
        await mile.finish(route_id)
        (back,) = await mile.scan_in([number])
        if attempt < 3:
            await mile.go_to(MORNING + timedelta(days=attempt, hours=1))
            (route_id,) = await mile.plan()
            await mile.take_and_load(route_id)
            await mile.depart(route_id)
    assert "returns to the sender" in back.message
    async with mile.tx(DESK) as tx:
        assert (await delivery.send_back(tx, [stop_id])).moved == [stop_id]
    assert (await mile.tracker_of(stop_id))[0] == "returned"


async def test_a_refused_parcel_is_not_brought_again(mile: LastMile) -> None:
    _, stops = await mile.out(1)
    assert not (await mile.fail(stops[0], FailReason.REFUSED)).again


async def test_a_tap_too_early_is_taken_back_by_the_driver_alone(mile: LastMile) -> None:
    _, stops = await mile.out(1)
    await mile.fail(stops[0])
    await mile.wait(minutes=5)
    for _ in range(2):
        async with mile.tx(RUI) as tx:
            await delivery.undo(tx, stops[0])
    assert await mile.state_of(stops[0]) == "out"
    assert (await mile.tracker_of(stops[0]))[0] == "out_for_delivery"
    await mile.deliver(stops[0])
    assert await mile.column("SELECT outcome FROM delivery.attempts WHERE undone_at IS NULL") == ["delivered"]


async def test_a_failure_stands_after_ten_minutes(mile: LastMile) -> None:
    _, stops = await mile.out(1)
    await mile.fail(stops[0])
    await mile.wait(minutes=11)
    with pytest.raises(Refused, match="ten minutes"):
        async with mile.tx(RUI) as tx:
            await delivery.undo(tx, stops[0])


async def test_a_failure_that_was_taken_back_does_not_count_toward_the_last_attempt(mile: LastMile) -> None:
    _, stops = await mile.out(1)
    for _ in range(4):
        assert (await mile.fail(stops[0])).again
        async with mile.tx(RUI) as tx:
            await delivery.undo(tx, stops[0])


async def test_failing_twice_is_one_attempt_and_says_the_same(mile: LastMile) -> None:
    _, stops = await mile.out(1)
    assert await mile.fail(stops[0]) == await mile.fail(stops[0], FailReason.NO_ACCESS)
    assert await mile.ask("SELECT count(*) FROM delivery.attempts") == 1


async def test_a_parcel_that_is_not_in_a_van_under_way_cannot_be_delivered(mile: LastMile) -> None:
    _, stops = await mile.loaded(1)
    with pytest.raises(Refused, match="loaded") as refused:
        await mile.deliver(stops[0])
    assert refused.value.reason is Reason.CONFLICT


@pytest.mark.parametrize(("hours", "kept"), [(-1, True), (5, False), (-40, False)])
async def test_a_device_whose_clock_is_wrong_cannot_deliver_tomorrow_or_last_week(
    mile: LastMile, hours: int, kept: bool
) -> None:
    _, stops = await mile.out(1)
    await mile.wait(hours=2)
    now = MORNING + timedelta(hours=3)
    said = now + timedelta(hours=hours)
    await mile.deliver(stops[0], occurred_at=said)
    assert await mile.ask("SELECT occurred_at FROM delivery.proofs") == (said if kept else now)
