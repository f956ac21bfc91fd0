"""What was seen becomes one story, one window, each message once, and a closed order."""

import random
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from doorstep.platform import clock, journal
from doorstep.platform.house import House
from doorstep.stages import tracking
from doorstep.stages.orders.model import OrderState
from doorstep.stages.tracking import Message, NewWindow, Scan, Status
from doorstep.stages.tracking.acts.windows import Load, Q
from doorstep.stages.tracking.jobs import following
from tests.conftest import NOON
from tests.worlds.catalog import WORLD
from tests.worlds.tracking import Sent, journeys, one_sent, owed, seen, state_of

S = Status


async def tracker(tx: Any, sent: Sent, parcel: int = 0) -> dict[str, Any]:
    cursor = await tx.connection.execute(
        "SELECT row_to_json(t) FROM tracking.trackers t WHERE tenant_id = %s AND parcel_id = %s"
        " ORDER BY started_at DESC, id DESC",
        [tx.tenant_id, sent.parcel_ids[parcel]],
    )
    row: dict[str, Any] = (await cursor.fetchone())[0]
    return row


async def order_state(tx: Any, order_id: UUID) -> str:
    cursor = await tx.connection.execute(
        "SELECT state FROM orders.orders WHERE tenant_id = %s AND id = %s", [tx.tenant_id, order_id]
    )
    return str((await cursor.fetchone())[0])


def journey(sent: Sent) -> list[Scan]:
    return [
        seen(sent, S.INFO_RECEIVED, -1),
        seen(sent, S.PICKED_UP, 1),
        seen(sent, S.IN_TRANSIT, 5, place="Linden Hub", lat=47.1, lon=9.5),
        seen(sent, None, 6, raw_code="X7Q", raw_text="Sector transfer"),
        seen(sent, S.DELAYED, 8, reason="carrier.vehicle"),
        seen(sent, S.IN_TRANSIT, 20),
        seen(sent, S.OUT_FOR_DELIVERY, 44),
        seen(sent, S.DELIVERED, 47),
    ]


@pytest.mark.parametrize("seed", range(3))
async def test_scans_in_any_order_one_by_one_end_in_the_same_row(
    house: House, tenant: UUID, seed: int
) -> None:
    async with one_sent(house, tenant, 2) as (tx, sent):
        await tracking.record(tx, journey(sent))
        luck = random.Random(seed)
        shuffled = [
            Scan(**{**_fields(scan), "parcel_id": sent.parcel_ids[1], "number": sent.numbers[1]})
            for scan in journey(sent) * 2
        ]
        luck.shuffle(shuffled)
        for scan in shuffled:
            await tracking.record(tx, [scan])
        one, other = await tracker(tx, sent, 0), await tracker(tx, sent, 1)
        for name in ("state", "reason", "status_at", "last_scan_at", "place", "lat", "lon"):
            assert one[name] == other[name], name


def _fields(scan: Scan) -> dict[str, Any]:
    return {name: getattr(scan, name) for name in Scan.__slots__}


async def test_a_repeated_scan_is_recorded_once_and_told_once(house: House, tenant: UUID) -> None:
    async with one_sent(house, tenant) as (tx, sent):
        scan = seen(sent, S.PICKED_UP, 1)
        assert [await tracking.record(tx, [scan, scan]) for _ in range(3)] == [1, 0, 0]
        assert await owed(tx, topic="shipped") == [("shipped", "mail", "owed"), ("shipped", "sms", "owed")]


async def test_a_checkpoint_that_comes_again_with_its_city_is_kept_with_its_city(
    house: House, tenant: UUID
) -> None:
    async with one_sent(house, tenant) as (tx, sent):
        await tracking.record(tx, [seen(sent, S.IN_TRANSIT, 2)])
        await tracking.record(tx, [seen(sent, S.IN_TRANSIT, 2, place="Linden Hub")])
        await tracking.record(tx, [seen(sent, S.IN_TRANSIT, 2)])
        assert (await tracker(tx, sent))["place"] == "Linden Hub"


async def test_a_late_webhook_does_not_take_a_delivery_back(house: House, tenant: UUID) -> None:
    async with one_sent(house, tenant) as (tx, sent):
        await tracking.record(tx, [seen(sent, S.DELIVERED, 47)])
        await tracking.record(tx, [seen(sent, S.OUT_FOR_DELIVERY, 44), seen(sent, S.IN_TRANSIT, 20)])
        assert await state_of(tx, sent) == "delivered"
        told = {topic for topic, _, _ in await owed(tx)}
        assert "out_for_delivery" not in told
        assert "delivered" in told


async def test_an_order_closes_with_its_last_parcel_and_opens_again_when_one_comes_back(
    house: House, tenant: UUID
) -> None:
    async with one_sent(house, tenant, 2) as (tx, sent):
        await tracking.record(tx, [seen(sent, S.DELIVERED, 20)])
        assert await order_state(tx, sent.order_id) == OrderState.ACCEPTED
        await tracking.record(tx, [seen(sent, S.DELIVERED, 30, parcel=1)])
        assert await order_state(tx, sent.order_id) == OrderState.CLOSED
        await tracking.record(tx, [seen(sent, S.RETURNING, 40, parcel=1)])
        assert await order_state(tx, sent.order_id) == OrderState.ACCEPTED


async def test_a_voided_label_ends_its_story_unless_the_parcel_moves_under_it_after_all(
    house: House, tenant: UUID
) -> None:
    async with one_sent(house, tenant) as (tx, sent):
        await following.cancel_tracker(tx, sent.label_ids)
        assert await state_of(tx, sent) == "canceled"
        await tracking.record(tx, [seen(sent, S.IN_TRANSIT, 5)])
        row = await tracker(tx, sent)
        assert row["state"] == "in_transit"
        history = await journal.history(tx, [UUID(row["id"])])
        assert "moved_after_cancel" in {event.name for event in history}


async def test_an_accepted_order_has_a_promise_and_a_confirmation_from_the_first_minute(
    house: House, tenant: UUID
) -> None:
    floor = await journeys(house, tenant)
    order_id = await floor.place({"A": 1})
    async with floor.tx() as tx:
        await tracking.promise(tx, [order_id])
        await tracking.promise(tx, [order_id])
        promised = await _promised(tx, order_id)
        assert NOON < promised[0] < promised[1] < NOON + timedelta(days=6)
        assert await owed(tx) == [("order_confirmed", "mail", "owed"), ("order_confirmed", "sms", "owed")]


async def _promised(tx: Any, order_id: UUID) -> Any:
    cursor = await tx.connection.execute(
        "SELECT promised_from, promised_until FROM orders.orders WHERE tenant_id = %s AND id = %s",
        [tx.tenant_id, order_id],
    )
    return await cursor.fetchone()


async def test_the_first_promise_is_kept_as_it_was_while_the_window_moves(house: House, tenant: UUID) -> None:
    async with one_sent(house, tenant) as (tx, sent):
        before = await _promised(tx, sent.order_id)
        assert before[0] is not None
        await tracking.record(tx, [seen(sent, S.PICKED_UP, 30)])
        assert await _promised(tx, sent.order_id) == before
        assert (await tracker(tx, sent))["window_why"] == "picked_up"


async def test_the_window_follows_the_scans_and_says_why(house: House, tenant: UUID) -> None:
    async with one_sent(house, tenant) as (tx, sent):
        assert (await tracker(tx, sent))["window_why"] in {"carrier_chosen", "promise"}
        await tracking.record(tx, [seen(sent, S.PICKED_UP, 1)])
        await tracking.record(tx, [seen(sent, S.IN_TRANSIT, 20, estimate=NOON + timedelta(days=4))])
        row = await tracker(tx, sent)
        assert (row["window_why"], row["window_until"][:10]) == ("carrier_estimate", "2026-03-06")
        history = await journal.history(tx, [UUID(row["id"])])
        changed = [event for event in history if "was_until" in event.facts]
        assert changed[-1].facts["why"] == "carrier_estimate"
        assert changed[-1].facts["was_until"] < changed[-1].facts["until"]
        assert await owed(tx, topic="delayed", channel="mail") == [("delayed", "mail", "owed")]


async def test_a_driver_moves_the_window_and_nothing_but_a_later_day_is_called_late(
    house: House, tenant: UUID
) -> None:
    async with one_sent(house, tenant, fleet=True) as (tx, sent):
        await tracking.record(tx, [seen(sent, S.OUT_FOR_DELIVERY, 20, via="fleet")])
        at = NOON + timedelta(hours=22)
        window = NewWindow(sent.parcel_ids[0], at, at + timedelta(minutes=30), "driver")
        assert len(await tracking.move_window(tx, [window])) == 1
        assert await tracking.move_window(tx, [window]) == []
        row = await tracker(tx, sent)
        assert (row["window_why"], row["poll_at"]) == ("driver", None)
        assert await owed(tx, topic="delayed") == []


async def test_silence_moves_the_date_and_tells_the_customer_once(house: House, tenant: UUID) -> None:
    async with one_sent(house, tenant) as (tx, sent):
        await tracking.record(tx, [seen(sent, S.IN_TRANSIT, 2)])
        until = (await tracker(tx, sent))["window_until"]
    for days in (6.0, 6.0, 8.1):
        async with house.db.transaction(tenant, actor="test") as tx:
            await clock.advance(tx, NOON + timedelta(days=days))
        async with house.db.transaction(tenant, actor="test") as tx:
            await following.listen_to_silence(tx, [tenant])
    async with house.db.transaction(tenant, actor="test") as tx:
        row = await tracker(tx, sent)
        assert row["window_until"] > until
        assert (row["window_why"], row["window_changes"]) == ("silence", 2)
        late = await owed(tx, topic="delayed", channel="mail")
        assert len(late) == 2


async def test_a_flapping_carrier_makes_one_message_for_each_fact(house: House, tenant: UUID) -> None:
    async with one_sent(house, tenant) as (tx, sent):
        for hour in range(2, 60):
            status = S.HELD if hour % 2 else S.IN_TRANSIT
            await tracking.record(tx, [seen(sent, status, hour)])
        topics = [topic for topic, _, _ in await owed(tx, channel="mail")]
        assert topics.count("shipped") == 1
        assert topics.count("problem") == 1


async def test_a_message_is_owed_once_for_each_way_and_meaning(house: House, tenant: UUID) -> None:
    async with one_sent(house, tenant) as (tx, sent):
        again = Message(sent.order_id, "order_canceled", "canceled")
        assert len(await tracking.owe(tx, [again, again])) == 1
        assert await tracking.owe(tx, [again]) == []
        assert len(await tracking.owe(tx, [Message(sent.order_id, "order_canceled", "again")])) == 1


async def test_an_order_without_an_address_to_write_to_owes_nothing(house: House, tenant: UUID) -> None:
    async with one_sent(house, tenant) as (tx, sent):
        await tx.connection.execute(
            "UPDATE orders.contacts SET email = '', phone = '' WHERE tenant_id = %s", [tenant]
        )
        before = await owed(tx)
        await tracking.record(tx, [seen(sent, S.DELIVERED, 2)])
        assert await owed(tx) == before


async def test_a_label_starts_one_tracker_however_often_it_is_told(house: House, tenant: UUID) -> None:
    async with one_sent(house, tenant) as (tx, sent):
        assert await tracking.start(tx, sent.label_ids) == []


async def test_scans_of_unknown_parcels_are_passed_over(house: House, tenant: UUID) -> None:
    async with one_sent(house, tenant) as (tx, sent):
        stray = Scan(parcel_id=UUID(int=1), status=S.DELIVERED, occurred_at=NOON, via="push")
        assert await tracking.record(tx, [stray, seen(sent, S.PICKED_UP, 1)]) == 1
        assert await tracking.record(tx, []) == 0


@pytest.mark.parametrize(
    ("days_ago", "pace"), [((0, 0, 0), 0), ((1, 1, 0), 2), ((1, 1, 3), 1), ((9, 9, 1), 1)]
)
async def test_the_pace_of_a_site_is_the_mean_of_the_whole_days_it_worked(
    house: House, tenant: UUID, days_ago: tuple[int, ...], pace: int
) -> None:
    async with one_sent(house, tenant, len(days_ago)) as (tx, sent):
        for label_id, days in zip(sent.label_ids, days_ago, strict=True):
            await tx.connection.execute(
                "UPDATE shipping.labels SET handed_over_at = %s WHERE tenant_id = %s AND id = %s",
                [NOON - timedelta(days=days), tenant, label_id],
            )
        (load,) = await tx.rows(Q.site_loads, Load, site_ids=[WORLD.north])
        assert load.per_day == pace
