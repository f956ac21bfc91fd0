"""Packed parcels get their labels: rated over every service, numbered, drawn as PDF and ZPL, journaled and stored.

The reaction runs as a worker runs it: sets of 200 parcels, a transaction each, and the tasks of all listeners are owed in it.

The winner is the own fleet, whose labels are made by ourselves, so that what is measured is the house and not a carrier's server. Boxes
are put on the bench by plain SQL: the walk over the floor is not what is measured.
"""

import asyncio
from itertools import islice
from time import perf_counter
from uuid import UUID

import msgspec

from doorstep.bench.goods import Goods, orders, stock_up
from doorstep.bench.house_under_test import UnderTest, house_under_test
from doorstep.bench.report import Options, Report
from doorstep.platform import journal
from doorstep.platform.ids import new_id, new_ids
from doorstep.stages import catalog
from doorstep.stages import orders as ordering
from doorstep.stages.shipping.jobs import want_labels
from doorstep.stages.warehouse.model import PARCEL, ParcelAct

PARCELS, QUICK_PARCELS = 10_000, 1_000
SERVICES = (("vans", "fleet", 390), ("parcelo", "rate_table", 590), ("swift", "rate_table", 640))
SET = 200
HERE = (53.55, 9.99)


def run(options: Options) -> Report:
    """Measure parcels a second from packed to labeled."""
    return asyncio.run(_run(options))


async def _run(options: Options) -> Report:
    count = QUICK_PARCELS if options.quick else PARCELS
    async with house_under_test(options) as under:
        goods = await stock_up(under, products=100)
        await _carriers(under)
        options.progress(f"packing {count} parcels")
        packed = await _pack(under, goods, count, options.seed)
        await under.analyze()
        options.progress("labeling")
        begun = perf_counter()
        for at in range(0, count, SET):
            async with under.house.db.transaction(under.tenant_id, actor="system:shipping.want_labels") as tx:
                await want_labels(tx, packed[at : at + SET])
        took_s = perf_counter() - begun
        labels, parcels, numbers, ssccs, drawn = await _books(under)
    return Report(
        bench="parcels",
        value=round(count / took_s, 1),
        unit="parcels/s",
        checks={
            "one_label_each": labels == parcels == numbers == ssccs == drawn == count,
        },
        details={"parcels": count, "seconds": round(took_s, 2), "services_compared": 3 * len(SERVICES)},
    )


async def _carriers(under: UnderTest) -> None:
    """Add a local center and three carriers of three services each, the vans cheapest."""
    center = catalog.Site(
        id=new_id(),
        code="center",
        name="Center",
        kind="center",
        street="Landstrasse 1",
        city="Hamburg",
        postal_code="20095",
        country="DE",
        lat=HERE[0],
        lon=HERE[1],
        timezone="Europe/Berlin",
        gs1_prefix="0612345",
    )
    carriers = [
        catalog.Carrier(id=new_id(), code=code, name=code.title(), kind=kind, base_url="http://127.0.0.1:9")
        for code, kind, _ in SERVICES
    ]
    services = [
        catalog.Service(
            id=new_id(),
            carrier_id=carrier.id,
            code=f"s{days}",
            name=f"{carrier.name} {days}",
            days_min=1,
            days_max=days,
            tracking_prefix="BN",
            max_weight_g=30_000,
            rates=[
                {"up_to_g": up_to_g, "zone": "1", "price_minor": price + up_to_g // 100}
                for up_to_g in (1000, 5000, 31_000)
            ],
            zones=[{"country": "DE", "postal_prefix": "", "zone": "1"}],
            currency="EUR",
        )
        for carrier, (_, _, price) in zip(carriers, SERVICES, strict=True)
        for days in (1, 2, 3)
    ]
    async with under.house.db.transaction(under.tenant_id, actor="bench") as tx:
        await catalog.add_sites(tx, [catalog.NewSite(center)])
        await catalog.add_carriers(tx, carriers)
        await catalog.add_services(tx, services)


async def _pack(under: UnderTest, goods: Goods, count: int, seed: int) -> list[UUID]:
    """Place orders for customers in town, put their boxes on the bench, closed, and return the parcels."""
    endless = orders(goods, seed)
    packed: list[UUID] = []
    for at in range(0, count, SET):
        asked = [_near(one) for one in islice(endless, min(SET, count - at))]
        async with under.house.db.transaction(under.tenant_id, actor="bench") as tx:
            placed = [verdict.order_id for verdict in await ordering.place(tx, asked)]
            values = {
                "tenant_id": under.tenant_id,
                "orders": placed,
                "ids": new_ids(len(placed)),
                "site": goods.site_id,
            }
            values |= {"parcels": new_ids(len(placed)), "first": at + 1, "now": tx.now}
            await tx.connection.execute(_FULFILLMENTS, values)
            await tx.connection.execute(_PARCELS, values)
            ids: list[UUID] = values["parcels"]  # type: ignore[assignment]
            await journal.born(tx, PARCEL, ids)
            await journal.move_all(tx, PARCEL, ParcelAct.CLOSE, ids)
            packed += ids
    return packed


def _near(order: ordering.NewOrder) -> ordering.NewOrder:
    contact = msgspec.structs.replace(
        order.ship_to, city="Hamburg", postal_code="20095", lat=HERE[0], lon=HERE[1]
    )
    return msgspec.structs.replace(order, ship_to=contact)


_FULFILLMENTS = b"""
INSERT INTO warehouse.fulfillments (tenant_id, id, order_id, site_id, merchant_id, ship_by, released_at, state)
SELECT o.tenant_id, made.id, o.id, %(site)s, o.merchant_id, %(now)s, %(now)s, 'packed'
FROM unnest(%(ids)s::uuid[], %(orders)s::uuid[]) AS made(id, order_id)
JOIN orders.orders o ON o.tenant_id = %(tenant_id)s AND o.id = made.order_id"""

_PARCELS = b"""
INSERT INTO warehouse.parcels (tenant_id, id, number, fulfillment_id, order_id, site_id, merchant_id, length_mm, width_mm,
    height_mm, weight_g)
SELECT o.tenant_id, made.id, %(first)s + made.place - 1, made.fulfillment_id, o.id, %(site)s, o.merchant_id, 300, 200, 150, 900
FROM unnest(%(parcels)s::uuid[], %(ids)s::uuid[], %(orders)s::uuid[]) WITH ORDINALITY AS made(id, fulfillment_id, order_id, place)
JOIN orders.orders o ON o.tenant_id = %(tenant_id)s AND o.id = made.order_id"""

_BOOKS = b"""
SELECT count(*), count(DISTINCT parcel_id), count(DISTINCT tracking_number), count(DISTINCT sscc),
       count(*) FILTER (WHERE state = 'bought' AND length(pdf) > 1000 AND zpl LIKE '^XA%%')
FROM shipping.labels WHERE tenant_id = %(tenant_id)s"""


async def _books(under: UnderTest) -> tuple[int, ...]:
    async with under.house.db.transaction(under.tenant_id, actor="bench") as tx:
        cursor = await tx.connection.execute(_BOOKS, {"tenant_id": under.tenant_id})
        return tuple(await cursor.fetchone() or ())
