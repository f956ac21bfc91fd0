"""Northside's dock: parcels ready for a label, a simulated carrier over HTTP, and the work that shipping owes."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx

from doorstep.platform import journal, series
from doorstep.platform.db import Tx
from doorstep.platform.house import House
from doorstep.platform.ids import new_id
from doorstep.platform.tasks import Duties, Worker
from doorstep.stages import catalog
from doorstep.stages.catalog import Carrier
from doorstep.stages.orders import Contact
from doorstep.stages.shipping.acts import looking, wanting
from doorstep.stages.shipping.acts.looking import LabelSeen
from doorstep.stages.warehouse.model import PARCEL, ParcelAct
from doorstep.world.carrier import serve_carrier
from tests.worlds.catalog import WORLD, fixed, services
from tests.worlds.inventory import small_world
from tests.worlds.orders import contact, place_one

KEY = "swift-key"
SWIFT, SWIFT_STANDARD, SWIFT_EXPRESS = fixed(5, 9), fixed(6, 8), fixed(6, 9)
FAR = {
    "street": "Bahnhofstrasse 1",
    "city": "Zürich",
    "postal_code": "8001",
    "country": "CH",
    "lat": 47.37,
    "lon": 8.54,
}
"""Too far for the vans of the local center."""
TERMS = [
    {"code": "standard", "prefix": "WS", "days_min": 2, "days_max": 3, "base_minor": 1200, "per_kg_minor": 90, "currency": "EUR"},
    {"code": "express", "prefix": "WX", "days_min": 1, "days_max": 1, "base_minor": 2400, "per_kg_minor": 90, "currency": "EUR"},
]  # fmt: skip
"""What Swift asks: for a kilogram abroad, what our table says."""


def far(**changed: Any) -> Contact:
    """A customer who is out of reach for our own vans."""
    return contact(**{**FAR, **changed})


class Swift:
    """The outside carrier, seen from outside: its books, and what shall go wrong."""

    def __init__(self, url: str, client: httpx.AsyncClient) -> None:
        self.url = url
        self.client = client

    async def sold(self) -> list[dict[str, Any]]:
        """Every label in its books, in the order of sale."""
        found: list[dict[str, Any]] = (await self.client.get("/v1/ledger")).json()["labels"]
        return found

    async def alive(self) -> list[str]:
        """The tracking numbers of labels that are not voided."""
        return [one["tracking_number"] for one in await self.sold() if one["status"] == "sold"]

    async def go_wrong(self, *names: str, **how: Any) -> None:
        """Let the next calls go wrong, one each."""
        answer = await self.client.post(
            "/v1/simulate/mishaps", json={"next": list(names), "hang_s": 0.5, **how}
        )
        assert answer.status_code == 200, answer.text


@asynccontextmanager
async def swift(folder: Path) -> AsyncIterator[Swift]:
    """Serve the carrier Swift on loopback, with terms that fit our rate table."""
    async with (
        serve_carrier(folder, keys=[KEY]) as url,
        httpx.AsyncClient(base_url=url, headers={"authorization": f"Bearer {KEY}"}) as client,
    ):
        assert (await client.put("/v1/services", json={"services": TERMS})).status_code == 200
        yield Swift(url, client)


async def build_dock(tx: Tx, url: str) -> None:
    """Build Northside with goods, and Swift at `url` as its outside carrier."""
    await small_world(tx)
    await catalog.switch_carrier(tx, WORLD.parcelo, active=False)
    await catalog.add_carriers(
        tx,
        [
            Carrier(
                id=SWIFT,
                code="swift",
                name="Swift",
                kind="rate_table",
                base_url=url,
                api_key=KEY,
                hook_secret="swift-hook",
            )
        ],
    )
    standard, express, _ = services()
    await catalog.add_services(
        tx,
        [
            replace(
                standard, id=SWIFT_STANDARD, carrier_id=SWIFT, name="Swift Standard", tracking_prefix="WS"
            ),
            replace(express, id=SWIFT_EXPRESS, carrier_id=SWIFT, name="Swift Express", tracking_prefix="WX"),
        ],
    )


async def boxed(tx: Tx, order_id: UUID, *, weight_g: int = 470) -> UUID:
    """Put a closed box with an order's goods on the bench, without the walk over the floor that the floor's own tests make."""
    fulfillment_id, parcel_id = new_id(), new_id()
    (number,) = await series.take(tx, "parcel", 1)
    values = {
        "t": tx.tenant_id,
        "f": fulfillment_id,
        "p": parcel_id,
        "o": order_id,
        "n": number,
        "now": tx.now,
    }
    values |= {"s": WORLD.north, "m": WORLD.merchant, "g": weight_g}
    await tx.connection.execute(
        "INSERT INTO warehouse.fulfillments (tenant_id, id, order_id, site_id, merchant_id, ship_by, released_at, state)"
        " VALUES (%(t)s, %(f)s, %(o)s, %(s)s, %(m)s, %(now)s, %(now)s, 'packed')",
        values,
    )
    await tx.connection.execute(
        "INSERT INTO warehouse.parcels (tenant_id, id, number, fulfillment_id, order_id, site_id, merchant_id, length_mm,"
        " width_mm, height_mm, weight_g) VALUES (%(t)s, %(p)s, %(n)s, %(f)s, %(o)s, %(s)s, %(m)s, 200, 150, 100, %(g)s)",
        values,
    )
    await journal.born(tx, PARCEL, [parcel_id])
    await journal.move_all(tx, PARCEL, ParcelAct.CLOSE, [parcel_id])
    return parcel_id


class Dock:
    """One tenant's dock."""

    def __init__(self, worker: Worker, tenant_id: UUID) -> None:
        own = {name: one for name, one in worker.duties.work.items() if name.startswith("shipping.")}
        self.house: House = worker.house
        self.tenant_id = tenant_id
        self.worker = replace(worker, duties=Duties(own, worker.duties.listeners, {}, worker.duties.errands))

    @asynccontextmanager
    async def tx(self, actor: str = "test") -> AsyncIterator[Tx]:
        """Open a transaction."""
        async with self.house.db.transaction(self.tenant_id, actor=actor) as tx:
            yield tx

    async def parcel(self, *, weight_g: int = 470, **ship_to: Any) -> UUID:
        """Pack a parcel for a customer far away unless the address says otherwise."""
        async with self.tx() as tx:
            order_id = await place_one(tx, ship_to=far(**ship_to))
            return await boxed(tx, order_id, weight_g=weight_g)

    async def want(self, *parcel_ids: UUID) -> list[UUID]:
        """Owe labels to parcels, without buying them yet."""
        async with self.tx() as tx:
            await tx.connection.execute("DELETE FROM platform.tasks WHERE name = 'shipping.want_labels'")
            return await wanting.want(tx, parcel_ids)

    async def wanted(self, **ship_to: Any) -> UUID:
        """Pack a parcel and owe its label."""
        [label_id] = await self.want(await self.parcel(**ship_to))
        return label_id

    async def label(self, label_id: UUID) -> LabelSeen:
        """Look at a label."""
        async with self.tx() as tx:
            return await looking.label(tx, label_id)

    async def story(self, label_id: UUID) -> list[str]:
        """What happened to a label, in order."""
        async with self.tx() as tx:
            return [event.name for event in await journal.history(tx, [label_id])]

    async def work(self, *, rounds: int = 40) -> None:
        """Do all that shipping owes, again and again until nothing is left, as workers do over time."""
        for _ in range(rounds):
            async with self.tx() as tx:
                await tx.connection.execute("DELETE FROM platform.tasks WHERE name NOT LIKE 'shipping.%'")
                await tx.connection.execute("UPDATE platform.tasks SET due_at = now(), attempts = 0")
            if not await self.worker.step(self.tenant_id):
                return
            await asyncio.sleep(0.04)
        raise AssertionError(f"shipping's work does not end: {await self.owed()}")

    async def owed(self) -> list[str]:
        """What shipping still owes, with the error of the last attempt."""
        async with self.tx() as tx:
            rows = await tx.connection.execute(
                "SELECT name, error FROM platform.tasks WHERE name LIKE 'shipping.%'"
            )
            return [f"{name}: {error}" for name, error in await rows.fetchall()]

    async def ask(self, statement: str, values: Sequence[Any] = ()) -> Any:
        """Return the first value that a question to the database answers."""
        async with self.tx() as tx:
            row = await (await tx.connection.execute(statement.encode(), values)).fetchone()
            return row[0] if row else None
