"""How first promises are kept: what is noted with each order says the same as its parcels and goods, after whatever happened."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from doorstep.platform import clock
from doorstep.platform.house import House
from doorstep.stages import inventory, orders, tracking
from doorstep.stages.tracking import Status
from doorstep.stages.tracking.jobs import following
from doorstep.tower import figures
from tests.conftest import NOON
from tests.worlds.catalog import WORLD
from tests.worlds.tracking import Journeys, Sent, journeys, seen

S = Status
LATER = timedelta(days=30)

FROM_PARCELS = b"""
SELECT count(*), count(*) FILTER (WHERE x.whole AND x.last_at <= x.promised_until),
       count(*) FILTER (WHERE x.whole AND x.last_at > x.promised_until), count(*) FILTER (WHERE NOT x.whole)
FROM (
    SELECT o.promised_until, t.last_at, coalesce(t.arrived, false) AND NOT EXISTS (
        SELECT FROM inventory.reservations r WHERE r.tenant_id = o.tenant_id AND r.order_id = o.id AND r.phase = 'pending') AS whole
    FROM orders.orders o
    LEFT JOIN LATERAL (
        SELECT bool_and(t1.state = 'delivered') AS arrived, max(t1.status_at) AS last_at FROM tracking.trackers t1
        WHERE t1.tenant_id = o.tenant_id AND t1.order_id = o.id AND t1.state <> 'canceled') t ON true
    WHERE o.tenant_id = %s AND o.promised_until <= %s AND o.state <> 'canceled') x
"""
"""The same figures, reckoned from every parcel and every reservation."""


@pytest.fixture
async def floor(house: House, tenant: UUID) -> Journeys:
    """Northside, open for business."""
    return await journeys(house, tenant)


async def record(floor: Journeys, sent: Sent, status: Status, hours: float, **more: Any) -> None:
    """Record one scan."""
    async with floor.tx() as tx:
        await tracking.record(tx, [seen(sent, status, hours, **more)])


async def told(floor: Journeys) -> tuple[int, int, int, int]:
    """Due, kept, late and missing on the board, when every promise is over; the same as from the parcels."""
    await clock.simulate(floor.house.db, floor.tenant_id, NOON + LATER)
    async with floor.tx() as tx:
        kept = (await figures.board(tx)).kept
        reckoned = await (await tx.connection.execute(FROM_PARCELS, [tx.tenant_id, tx.now])).fetchone()
    await clock.simulate(floor.house.db, floor.tenant_id, NOON)
    assert (kept.due, kept.kept, kept.late, kept.missing) == reckoned
    return kept.due, kept.kept, kept.late, kept.missing


async def test_on_time_late_and_missing_orders_are_told_apart_and_canceled_ones_left_out(
    floor: Journeys,
) -> None:
    on_time, late, _missing = [await floor.sent() for _ in range(3)]
    canceled = await floor.place({"A": 1})
    async with floor.tx() as tx:
        await orders.cancel(tx, [canceled], "test")
    await record(floor, on_time, S.DELIVERED, 20)
    await record(floor, late, S.DELIVERED, 24 * 20)
    assert await told(floor) == (3, 1, 1, 1)


async def test_an_order_is_kept_by_its_last_parcel_and_lost_again_when_one_comes_back(
    floor: Journeys,
) -> None:
    sent = await floor.sent(2)
    await record(floor, sent, S.DELIVERED, 20)
    assert await told(floor) == (1, 0, 0, 1)
    await record(floor, sent, S.DELIVERED, 21, parcel=1)
    assert await told(floor) == (1, 1, 0, 0)
    await record(floor, sent, S.RETURNING, 30)
    assert await told(floor) == (1, 0, 0, 1)


async def test_an_earlier_scan_that_comes_later_moves_the_arrival(floor: Journeys) -> None:
    sent = await floor.sent()
    await record(floor, sent, S.DELIVERED, 24 * 20)
    assert await told(floor) == (1, 0, 1, 0)
    await record(floor, sent, S.DELIVERED, 20, raw_code="proof")
    await told(floor)


async def test_goods_that_still_have_to_leave_keep_an_order_open_until_they_are_called_off(
    floor: Journeys,
) -> None:
    sent = await floor.sent()
    async with floor.tx() as tx:
        line_id = UUID(str(await floor.ask("SELECT id FROM orders.lines WHERE order_id = %s", sent.order_id)))
        rest = inventory.Demand(
            order_id=sent.order_id, line_id=line_id, product_id=WORLD.b, quantity=1, site_ids=[WORLD.north], hold_s=None
        )  # fmt: skip
        await inventory.reserve(tx, [rest])
    await record(floor, sent, S.DELIVERED, 20)
    assert await told(floor) == (1, 0, 0, 1)
    async with floor.tx() as tx:
        await inventory.release(tx, [sent.order_id], "called off")
        await following.reckon_arrival(tx, [sent.order_id])
    assert await told(floor) == (1, 1, 0, 0)


async def test_a_voided_label_is_no_parcel_and_a_new_one_is(floor: Journeys) -> None:
    sent = await floor.sent(2)
    await record(floor, sent, S.DELIVERED, 20)
    await record(floor, sent, S.CANCELED, 21, parcel=1)
    assert await told(floor) == (1, 1, 0, 0)
    other = await floor.sent()
    async with floor.tx() as tx:
        await tx.connection.execute(
            b"UPDATE tracking.trackers SET order_id = %s WHERE tenant_id = %s AND order_id = %s",
            [sent.order_id, tx.tenant_id, other.order_id],
        )
        await following.reckon_arrival(tx, [sent.order_id])
    assert (await told(floor))[3] == 2
