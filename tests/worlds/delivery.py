"""Northside's last mile: parcels for doors around the center, brought there by the house itself, driven by the real acts."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from doorstep.app import invariants
from doorstep.platform import clock, journal
from doorstep.platform.barcodes import sscc
from doorstep.platform.db import Tx
from doorstep.platform.ids import new_id
from doorstep.stages import delivery, shipping, tracking
from doorstep.stages.delivery import FailReason, Failure, Handing, Place, ProofKind
from doorstep.stages.delivery.acts import asking, changing
from doorstep.stages.delivery.model import DayPlan
from doorstep.stages.delivery.rules.planning import insert_stop, plan_day
from doorstep.stages.orders import Contact
from doorstep.stages.shipping.model import LabelAct
from doorstep.stages.shipping.rules.numbers import tracking_number
from doorstep.stages.warehouse.acts import Hand
from tests.worlds.catalog import WORLD
from tests.worlds.orders import contact, place_one
from tests.worlds.warehouse import Floor

RUI = Hand("user:rui@northside.example", "Rui")
EVA = Hand("user:eva@northside.example", "Eva")
DESK = Hand("user:dora@northside.example", "Dora")
MORNING = datetime(2026, 3, 3, 6, 0, tzinfo=UTC)
"""Tuesday, seven o'clock at the center: an hour before the shifts."""

DOORS = [(47.167, 9.511), (47.175, 9.520), (47.158, 9.503), (47.141, 9.521), (47.190, 9.530), (47.170, 9.500)]
"""Six doors around the center, in two villages."""


class LastMile(Floor):
    """One tenant's last mile; every act runs in a transaction of its own, as at the edge."""

    async def parcels_at_center(self, count: int) -> list[UUID]:
        """Bring parcels to so many doors to the center on Tuesday morning; return their stops in order of the doors."""
        stops = await self.expected(count)
        await self.scan_in([await self.number_of(stop_id) for stop_id in stops])
        return stops

    async def expected(self, count: int) -> list[UUID]:
        """Expect parcels to so many doors on Tuesday morning; return their stops in order of the doors.

        The orders are placed and the stops expected by the real acts. The labels between them are written as shipping leaves
        them, because packing each parcel would take longer than the test; `brought` goes the whole way.
        """
        return await self.expected_at(addresses(count))

    async def expected_at(self, doors: list[Contact]) -> list[UUID]:
        """The same for doors of one's own."""
        async with self.tx(DESK) as tx:
            orders = [await place_one(tx, ship_to=one) for one in doors]
            labels = [await _bought_label(tx, order_id, number) for number, order_id in enumerate(orders)]
            await tracking.start(tx, labels)
            await delivery.expect(tx, labels)
        await self.go_to(MORNING)
        return [
            await self.ask("SELECT id FROM delivery.stops WHERE order_id = %s", order_id)
            for order_id in orders
        ]

    async def another_parcel(self, stop_id: UUID) -> UUID:
        """A second parcel of the same order; return its stop."""
        order_id = await self.ask("SELECT order_id FROM delivery.stops WHERE id = %s", stop_id)
        async with self.tx(DESK) as tx:
            label_id = await _bought_label(tx, order_id, 900)
            await tracking.start(tx, [label_id])
            (added,) = await delivery.expect(tx, [label_id])
            return added

    async def broken(self) -> dict[str, list[tuple[Any, ...]]]:
        """What every invariant of the house finds; nothing should be."""
        async with self.tx() as tx:
            found = {name: await tx.tuples(one) for name, one in invariants()}
        return {name: rows for name, rows in found.items() if rows}

    async def brought(self, count: int) -> list[UUID]:
        """Sell, pick, pack, label and hand over parcels to so many doors; return their stops in order of the doors."""
        orders = [await self.place({"A": 1}, ship_to=one) for one in addresses(count)]
        await self.settle()
        while await self.waiting_carts():
            await self.walk()
        for order_id in orders:
            answer = await self.pack(order_id)
            assert answer.code == "closed", answer.message
        await self.settle()
        codes = [
            await self.ask("SELECT tracking_number FROM shipping.labels WHERE order_id = %s", o)
            for o in orders
        ]
        async with self.tx() as tx:
            await shipping.hand_over(tx, codes)
        await self.settle()
        await self.go_to(MORNING)
        return [
            await self.ask("SELECT id FROM delivery.stops WHERE order_id = %s", order_id)
            for order_id in orders
        ]

    async def go_to(self, moment: datetime) -> None:
        """Let time pass until a moment."""
        async with self.tx() as tx:
            if tx.now < moment:
                await clock.advance(tx, moment)

    async def wait(self, **time: float) -> None:
        """Let some time pass: `minutes=5`."""
        async with self.tx() as tx:
            await clock.advance(tx, tx.now + timedelta(**time))

    async def scan_in(self, codes: list[str]) -> list[delivery.ScanVerdict]:
        """Scan parcels at the center."""
        async with self.tx(DESK) as tx:
            return await delivery.scan_in(tx, WORLD.center, codes)

    async def propose(self, **more: Any) -> tuple[UUID, DayPlan]:
        """Plan the parcels at the center in a process of its own, as the edge does."""
        return await asking.propose(
            self.house, self.tenant_id, DESK.actor, WORLD.center, **{"work": 100, **more}
        )

    async def propose_here(self) -> UUID:
        """The same in this process, which takes no second to start."""
        async with self.tx(DESK) as tx:
            day = await delivery.day_facts(tx, WORLD.center, None)
            return await delivery.keep_proposal(tx, day, plan_day(day, 1.0, 1, 100))

    async def plan(self) -> list[UUID]:
        """Plan and accept; return the routes."""
        proposal_id = await self.propose_here()
        async with self.tx(DESK) as tx:
            return await delivery.accept(tx, proposal_id)

    async def insert(self, stop_id: UUID) -> str:
        """Put a late parcel into a route."""
        async with self.tx(DESK) as tx:
            running = await changing.running_facts(tx, stop_id)
            found = insert_stop(running.day, running.plan, running.late, running.loaded)
            return await changing.insert(tx, running, found)

    async def planned(self, count: int) -> tuple[UUID, list[UUID]]:
        """Bring parcels to the center and plan them; return the one route and its stops in driving order."""
        await self.parcels_at_center(count)
        (route_id,) = await self.plan()
        return route_id, await self.stops_of(route_id)

    async def loaded(self, count: int) -> tuple[UUID, list[UUID]]:
        """The same, taken by Rui and loaded in reverse order."""
        route_id, stops = await self.planned(count)
        await self.take_and_load(route_id)
        return route_id, stops

    async def take_and_load(self, route_id: UUID) -> None:
        """Rui takes a route and loads all of it, the last stop first."""
        async with self.tx(RUI) as tx:
            await delivery.take(tx, route_id, RUI.name)
        for stop_id in reversed(await self.stops_of(route_id)):
            assert (await self.load(route_id, await self.number_of(stop_id))).ok

    async def depart(self, route_id: UUID) -> int:
        """Leave with all that is loaded, at eight o'clock or later."""
        await self.go_to(MORNING + timedelta(hours=1))
        async with self.tx(RUI) as tx:
            return await delivery.depart(tx, route_id)

    async def load(self, route_id: UUID, code: str) -> delivery.ScanVerdict:
        """Scan one parcel into the van."""
        async with self.tx(RUI) as tx:
            (verdict,) = await delivery.load(tx, route_id, [code])
            return verdict

    async def out(self, count: int) -> tuple[UUID, list[UUID]]:
        """The same, out on the road since eight o'clock."""
        route_id, stops = await self.loaded(count)
        await self.depart(route_id)
        return route_id, stops

    async def deliver(self, stop_id: UUID, kind: ProofKind = ProofKind.SIGNATURE, **more: Any) -> Any:
        """Deliver one parcel, to Ana's hand unless said."""
        values = {"received_by": "Ana Keller", **more}
        async with self.tx(RUI) as tx:
            return await delivery.deliver(tx, Handing(stop_id=stop_id, kind=kind, **values))

    async def fail(self, stop_id: UUID, reason: FailReason = FailReason.ABSENT, **more: Any) -> Any:
        """Fail at one door."""
        async with self.tx(RUI) as tx:
            return await delivery.fail(tx, Failure(stop_id=stop_id, reason=reason, **more))

    async def finish(self, route_id: UUID) -> None:
        """Come back."""
        async with self.tx(RUI) as tx:
            await delivery.finish(tx, route_id)

    async def stops_of(self, route_id: UUID) -> list[UUID]:
        """The stops of a route in driving order."""
        return await self.column(
            "SELECT id FROM delivery.stops WHERE route_id = %s ORDER BY position", route_id
        )

    async def number_of(self, stop_id: UUID) -> str:
        """The tracking number on a stop's parcel."""
        return str(await self.ask("SELECT tracking_number FROM delivery.stops WHERE id = %s", stop_id))

    async def state_of(self, stop_id: UUID) -> str:
        """Where a stop stands."""
        return str(await self.ask("SELECT state FROM delivery.stops WHERE id = %s", stop_id))

    async def column(self, statement: str, *values: Any) -> list[Any]:
        """Return the first column of what a question to the database answers."""
        async with self.tx() as tx:
            cursor = await tx.connection.execute(statement.encode(), list(values))
            return [row[0] for row in await cursor.fetchall()]

    async def tracker_of(self, stop_id: UUID) -> tuple[str, datetime, datetime]:
        """What the customer is told of a stop's parcel: status and window."""
        async with self.tx() as tx:
            cursor = await tx.connection.execute(
                "SELECT t.state, t.window_from, t.window_until FROM tracking.trackers t JOIN delivery.stops s "
                "ON s.parcel_id = t.parcel_id AND s.tenant_id = t.tenant_id WHERE s.id = %s",
                [stop_id],
            )
            row = await cursor.fetchone()
            assert row is not None, "no tracker"
            return row[0], row[1], row[2]

    async def door_of(self, stop_id: UUID) -> Place:
        """Where a stop's door is, as a device says it."""
        lat = await self.ask("SELECT lat FROM delivery.stops WHERE id = %s", stop_id)
        lon = await self.ask("SELECT lon FROM delivery.stops WHERE id = %s", stop_id)
        return Place(lat=lat, lon=lon, accuracy_m=8)


def addresses(count: int) -> list[Contact]:
    """So many doors around the center."""
    return [contact(street=f"Gasse {k + 1}", lat=lat, lon=lon) for k, (lat, lon) in enumerate(DOORS[:count])]


async def _bought_label(tx: Tx, order_id: UUID, number: int) -> UUID:
    label_id, parcel_id = new_id(), new_id()
    await tx.connection.execute(
        "INSERT INTO shipping.labels (tenant_id, id, parcel_id, order_id, merchant_id, site_id, owed_at, carrier_id, service_id, "
        "reference, price_minor, currency, tracking_number, sscc, zpl, pdf) "
        "VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, 390, 'EUR', %s, %s, '^XA^XZ', '%%PDF-')",
        [
            tx.tenant_id,
            label_id,
            parcel_id,
            order_id,
            WORLD.merchant,
            WORLD.north,
            tx.now,
            WORLD.house,
            WORLD.house_next_day,
            str(label_id),
            tracking_number("NV", number),
            sscc("0612345", number),
        ],
    )
    await journal.born(tx, shipping.LABEL, [label_id])
    for act in (LabelAct.SEND, LabelAct.BUY):
        await journal.move_all(tx, shipping.LABEL, act, [label_id])
    return label_id


def picture(seed: int = 1) -> bytes:
    """Bytes that begin like a JPEG."""
    return b"\xff\xd8\xff\xe0" + random.Random(seed).randbytes(2000)
