"""Orders on their way with nothing seen of them yet: what the benches of tracking and mail begin with."""

from dataclasses import dataclass
from itertools import islice
from uuid import UUID

from doorstep.bench.goods import orders as endless_orders
from doorstep.bench.goods import stock_up
from doorstep.bench.house_under_test import UnderTest
from doorstep.platform import journal
from doorstep.platform.ids import new_id, new_ids
from doorstep.stages import catalog, orders
from doorstep.stages.tracking.model import TRACKER

BATCH = 500


@dataclass(frozen=True, slots=True)
class OnTheWay:
    """The parcels, one per order."""

    order_ids: list[UUID]
    parcel_ids: list[UUID]
    numbers: list[str]


async def place_orders(under: UnderTest, count: int, seed: int) -> list[UUID]:
    """Place orders of one line each through the real act, and return them."""
    goods = await stock_up(under, products=100)
    waiting = endless_orders(goods, seed, lines=1)
    placed: list[UUID] = []
    while len(placed) < count:
        async with under.house.db.transaction(under.tenant_id, actor="bench") as tx:
            verdicts = await orders.place(tx, list(islice(waiting, min(BATCH, count - len(placed)))))
            placed += [one.order_id for one in verdicts if one.order_id is not None]
    return placed


async def send_parcels(under: UnderTest, count: int, seed: int) -> OnTheWay:
    """Place orders and give each a tracker; the floor and the dock are passed over, they are measured elsewhere."""
    order_ids = await place_orders(under, count, seed)
    carrier, service = await _carrier(under)
    parcel_ids = new_ids(count)
    numbers = [f"BN{at:012d}" for at in range(count)]
    for start in range(0, count, BATCH):
        part = slice(start, start + BATCH)
        ids = new_ids(len(order_ids[part]))
        async with under.house.db.transaction(under.tenant_id, actor="bench") as tx:
            values = {
                "tenant_id": under.tenant_id,
                "ids": ids,
                "order_ids": order_ids[part],
                "parcel_ids": parcel_ids[part],
                "numbers": numbers[part],
                "carrier": carrier,
                "service": service,
                "now": tx.now,
            }
            await tx.connection.execute(TRACKERS, values)
            await journal.born(tx, TRACKER, ids)
    return OnTheWay(order_ids, parcel_ids, numbers)


async def _carrier(under: UnderTest) -> tuple[UUID, UUID]:
    carrier, service = new_id(), new_id()
    async with under.house.db.transaction(under.tenant_id, actor="bench") as tx:
        named = catalog.Carrier(
            id=carrier, code="bench", name="Bench Parcels", kind="rate_table", base_url="http://127.0.0.1:9"
        )
        await catalog.add_carriers(tx, [named])
        offered = catalog.Service(
            id=service,
            carrier_id=carrier,
            code="standard",
            name="Standard",
            days_min=1,
            days_max=3,
            tracking_prefix="BN",
            max_weight_g=30_000,
            rates=[{"up_to_g": 30_000, "zone": "1", "price_minor": 500}],
            zones=[{"country": "*", "postal_prefix": "", "zone": "1"}],
            currency="EUR",
        )
        await catalog.add_services(tx, [offered])
    return carrier, service


TRACKERS = b"""
INSERT INTO tracking.trackers (tenant_id, id, label_id, parcel_id, order_id, merchant_id, carrier_id, service_id, number,
    zone, started_at)
SELECT %(tenant_id)s, t.id, t.id, t.parcel_id, t.order_id, o.merchant_id, %(carrier)s, %(service)s, t.number,
    'Europe/Berlin', %(now)s
FROM unnest(%(ids)s::uuid[], %(parcel_ids)s::uuid[], %(order_ids)s::uuid[], %(numbers)s::text[])
  AS t(id, parcel_id, order_id, number)
JOIN orders.orders o ON o.tenant_id = %(tenant_id)s AND o.id = t.order_id
"""
