"""Parcels of Northside on their way, brought there by the real acts of the floor and the dock, and what carriers say of them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from doorstep import app as house_app
from doorstep.platform.db import Tx
from doorstep.platform.house import House
from doorstep.platform.tasks import Worker
from doorstep.stages import catalog, shipping, tracking
from doorstep.stages.shipping.acts import buying
from doorstep.stages.shipping.ports.rate_table import Sold
from doorstep.stages.tracking import Scan, Status
from tests.conftest import NOON
from tests.worlds.catalog import BARCODES, WORLD
from tests.worlds.warehouse import Floor


@dataclass(frozen=True)
class Sent:
    """An order that left, parcel by parcel."""

    order_id: UUID
    parcel_ids: list[UUID]
    label_ids: list[UUID]
    numbers: list[str]


class Journeys(Floor):
    """One tenant's parcels on their way."""

    number_for_next = ""

    async def packed_boxes(self, parcels: int = 1, **changed: Any) -> UUID:
        """Sell, pick and pack an order into so many boxes, a mug in each; return the order."""
        order_id = await self.place({"A": parcels}, **changed)
        await self.settle()
        while await self.waiting_carts():
            await self.walk()
        bench = await self.open_bench(str(await self.number(order_id)))
        for left in reversed(range(parcels)):
            bench = await self.put_in(bench, BARCODES["A"], 1)
            bench = await self.close(bench, more=left > 0)
            assert bench.accepted, bench.message
        return order_id

    async def labeled(self, order_id: UUID) -> Sent:
        """Buy the labels of an order's boxes, as its carrier would answer; their trackers start."""
        parcel_ids = await self.parcels(order_id)
        async with self.tx() as tx:
            label_ids = await shipping.want(tx, parcel_ids)
            for label_id in label_ids:
                if purchase := await buying.send(tx, label_id):
                    number = self.number_for_next or f"PS{label_id.int % 10**11:011d}"
                    sold = Sold(purchase.reference, number, 590, "EUR")
                    await buying.bought(tx, label_id, sold)
            await tracking.start(tx, label_ids)
            cursor = await tx.connection.execute(
                "SELECT parcel_id, tracking_number FROM shipping.labels WHERE order_id = %s ORDER BY parcel_id",
                [order_id],
            )
            numbers = dict(await cursor.fetchall())
        return Sent(order_id, parcel_ids, label_ids, [numbers[one] for one in parcel_ids])

    async def sent(self, parcels: int = 1, *, fleet: bool = False, **changed: Any) -> Sent:
        """Bring an order out of the house: packed, labeled (by Parcelo, unless `fleet`), handed over."""
        async with self.tx() as tx:
            await catalog.switch_carrier(tx, WORLD.house, active=fleet)
        sent = await self.labeled(await self.packed_boxes(parcels, **changed))
        async with self.tx() as tx:
            await shipping.hand_over(tx, sent.numbers)
        return sent


async def journeys(house: House, tenant: UUID) -> Journeys:
    """Open Northside with a worker of its own."""
    floor = Journeys(Worker(house, house_app.all_duties()), tenant)
    await floor.open()
    return floor


@asynccontextmanager
async def one_sent(
    house: House, tenant: UUID, parcels: int = 1, *, fleet: bool = False, **changed: Any
) -> AsyncIterator[tuple[Tx, Sent]]:
    """Open a transaction in Northside with one order that has just left."""
    sent = await (await journeys(house, tenant)).sent(parcels, fleet=fleet, **changed)
    async with house.db.transaction(tenant, actor="test") as tx:
        yield tx, sent


def seen(sent: Sent, status: Status | None, hours: float = 0, *, parcel: int = 0, **more: Any) -> Scan:
    """A scan of a parcel so many hours after noon."""
    values: dict[str, Any] = {
        "parcel_id": sent.parcel_ids[parcel],
        "status": status,
        "occurred_at": NOON + timedelta(hours=hours),
        "via": "push",
        "number": sent.numbers[parcel],
        "raw_code": str(status),
        **more,
    }
    return Scan(**values)


def hook_body(number: str, code: str, at: datetime = NOON, **more: Any) -> bytes:
    """A rate-table carrier's webhook body."""
    event = {
        "id": f"evt_{code}_{at.timestamp():.0f}",
        "tracking_number": number,
        "code": code,
        "text": f"Seen: {code}",
        "reason": "",
        "local_time": at.isoformat(),
        "place": {"name": "Linden Hub", "city": "Linden", "country": "LI", "lat": 47.1, "lon": 9.5},
        "estimated_delivery": None,
        **more,
    }
    return msgspec.json.encode({"type": "tracking.updated", "event": event})


async def state_of(tx: Tx, sent: Sent, parcel: int = 0) -> str:
    """Return where a parcel stands."""
    cursor = await tx.connection.execute(
        "SELECT state FROM tracking.trackers WHERE tenant_id = %s AND parcel_id = %s ORDER BY started_at DESC",
        [tx.tenant_id, sent.parcel_ids[parcel]],
    )
    row = await cursor.fetchone()
    assert row is not None
    return str(row[0])


async def owed(tx: Tx, **where: str) -> list[tuple[str, str, str]]:
    """Return every message as (topic, channel, state), oldest first."""
    cursor = await tx.connection.execute(
        "SELECT topic, channel, state FROM tracking.messages WHERE tenant_id = %s ORDER BY id", [tx.tenant_id]
    )
    rows = [(str(topic), str(channel), str(state)) for topic, channel, state in await cursor.fetchall()]
    return [row for row in rows if all(value in row for value in where.values())]
