"""Channels without a shop system: tables, and programs with a key and a webhook. The whole conversation over HTTP, and the same end always."""

import itertools
from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

import httpx
import pytest

from doorstep import app as house_app
from doorstep.platform.config import Settings
from doorstep.platform.tasks import Worker
from doorstep.platform.webhooks import acts as webhooks
from doorstep.platform.webhooks.acts import Wish
from doorstep.stages import inventory, orders
from doorstep.stages.shipping.acts import leaving, looking
from doorstep.world.serving import free_port, serving
from tests.orders.conftest import bearer
from tests.orders.sheets import cells, order_row, table
from tests.platform.webhooks.receiver import Receiver, receiving
from tests.worlds.catalog import WORLD
from tests.worlds.orders import body, new_order
from tests.worlds.shipping import Dock, Swift, build_dock, far
from tests.worlds.warehouse import Floor

KINDS = (
    "order.accepted",
    "order.canceled",
    "order.held",
    "label.bought",
    "parcel.handed_over",
    "availability.changed",
)
FAR_ROW = "Ana Keller,Bahnhofstrasse 1,8001,Zürich,CH,ana@example.org"


@dataclass
class Trade:
    """A house on a socket, the merchant's key, and hands that pack."""

    floor: Floor
    dock: Dock
    settings: Settings
    key: str
    port: int = field(default_factory=free_port)

    @asynccontextmanager
    async def open(self) -> AsyncIterator[httpx.AsyncClient]:
        """Open the house's doors until the end of the block."""
        application = house_app.application(self.settings, lambda: house_app.open_house(self.settings))
        async with serving(application, self.port) as url, httpx.AsyncClient(base_url=url) as client:
            client.headers.update(bearer(self.key))
            yield client

    async def ship(self, order_id: UUID) -> str:
        """Pick, pack and hand an order over; return its tracking number."""
        await self.floor.settle()
        while await self.floor.waiting_carts():
            await self.floor.walk()
        await self.floor.pack(order_id)
        await self.floor.settle()
        [parcel_id] = await self.floor.parcels(order_id)
        async with self.dock.tx() as tx:
            [label] = await looking.page_of_labels(tx, looking.Narrow(parcel_id=parcel_id), None, 10)
            await leaving.hand_over(tx, [label.tracking_number or ""])
        return label.tracking_number or ""

    async def state(self, channel: str) -> dict[str, Any]:
        """Return all that may not depend on how the word came here."""
        async with self.floor.tx() as tx:
            standing = await orders.standing(tx, channel)
            stock = await inventory.available(tx, [WORLD.a, WORLD.b])
        assert await self.floor.wrong() == {}
        return {"orders": {one.external_ref: one.state for one in standing}, "stock": stock}


@pytest.fixture
async def trade(worker: Worker, tenant: UUID, carrier: Swift, settings: Settings, key: str) -> Trade:
    """Northside with its dock, its doors still shut; webhooks may reach this machine."""
    near = replace(settings, webhook_networks="127.0.0.1/32")
    worker = replace(worker, house=replace(worker.house, settings=near))
    dock = Dock(worker, tenant)
    async with dock.tx() as tx:
        await build_dock(tx, carrier.url)
    return Trade(Floor(worker, tenant), dock, near, key)


async def send_table(client: httpx.AsyncClient, file: bytes) -> list[tuple[str, str]]:
    """Send a table; return what became of each order."""
    said = {"file": b64encode(file).decode(), "merchant": "juniper"}
    answer = await client.post("/api/orders/import", json=said)
    assert answer.status_code == 200, answer.text
    return [(one["reference"], one["outcome"]) for one in answer.json()["orders"]]


TABLES = [
    table(order_row("1"), order_row("2", "B", 2, "20.00")),
    table(order_row("2", "B", 2, "20.00"), order_row("3", quantity=4)),
    table(order_row("4"), order_row("1")),
]
"""An hour of a merchant's tables: some orders stand in two of them."""


async def test_a_tables_orders_come_in_and_leave_as_a_table_with_tracking_and_levels(trade: Trade) -> None:
    async with trade.open() as client:
        row = ",".join(order_row("T-1", "A", 2).split(",")[:4])
        file = table(
            f"{row},{FAR_ROW}", f"{row.replace('T-1,A,2', 'T-1,K,1').replace('12.50', '48.00')},{FAR_ROW}"
        )
        assert await send_table(client, file) == [("T-1", "created")]
        order_id = UUID((await client.get("/api/orders?q=T-1")).json()["orders"][0]["id"])
        before = (await client.get("/api/hand-overs/export")).headers["x-cursor"]
        number = await trade.ship(order_id)
        answer = await client.get(f"/api/hand-overs/export?cursor={before}")
        assert answer.headers["content-type"].startswith("text/csv")
        told = [line[:9] for line in cells(answer.content)[1:]]
        ours = str((await client.get(f"/api/orders/{order_id}")).json()["number"])
        head = ["juniper", "sheet", "T-1", ours, "Swift", "Swift Standard", number]
        assert told == [[*head, "A", "2"], [*head, "K", "1"]], "a kit is told as it was sold"
        levels = dict(line[1:] for line in cells((await client.get("/api/availability/export")).content)[1:])
        assert levels["A"] == str(100 - 2 - 1)
        again = await client.get(f"/api/hand-overs/export?cursor={answer.headers['x-cursor']}")
        assert (cells(again.content)[1:], again.headers["x-cursor"]) == ([], answer.headers["x-cursor"])
        assert (await client.get(f"/api/hand-overs/export?cursor={before}")).content == answer.content


@pytest.mark.proves("O8")
@pytest.mark.parametrize("sequence", list(itertools.permutations(range(3))), ids=str)
async def test_tables_that_were_missed_for_an_hour_end_the_same_in_any_sequence_and_number(
    trade: Trade, sequence: tuple[int, ...]
) -> None:
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{trade.port}") as early:
        for file in TABLES:
            with pytest.raises(httpx.ConnectError):
                await send_table(early, file)
    async with trade.open() as client:
        for i in (*sequence, *sequence[::-1]):
            assert {outcome for _, outcome in await send_table(client, TABLES[i])} <= {"created", "duplicate"}
    assert await trade.state("sheet") == {
        "orders": dict.fromkeys("1234", "accepted"),
        "stock": {WORLD.a: 94, WORLD.b: 98},
    }


@dataclass
class Program:
    """A merchant's program: places orders by key, hears by webhook, and keeps books of what it was told; by `seq` and id alone."""

    client: httpx.AsyncClient
    heard: Receiver
    seen: set[str] = field(default_factory=set)

    async def place(self, ref: str, units: int = 1, status: int = 201) -> dict[str, Any]:
        """Place an order, under its own number as the key of the request."""
        one = body(new_order({"A": units}, channel="webshop", external_ref=ref, ship_to=far()))
        answer = await self.client.post("/api/orders", json=one, headers={"idempotency-key": ref})
        assert answer.status_code == status, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def cancel(self, order_id: str, status: int = 200) -> None:
        """Call an order off."""
        headers = {"idempotency-key": f"cancel-{order_id}"}
        said = {"why": "the customer asked"}
        answer = await self.client.post(f"/api/orders/{order_id}/cancel", json=said, headers=headers)
        assert answer.status_code == status, answer.text

    def books(self) -> dict[str, Any]:
        """Fold what was heard, in whatever sequence and number it came."""
        newest: dict[str, tuple[int, str]] = {}
        numbers: dict[str, str] = {}
        levels: dict[str, int] = {}
        for call in self.heard.heard:
            said = call.told["data"]
            if call.told["type"] == "availability.changed":
                levels |= {one["sku"]: one["available"] for one in said["changes"]}
            elif call.told["type"].startswith("order."):
                newest[said["reference"]] = max(
                    newest.get(said["reference"], (0, "")), (said["seq"], call.told["type"])
                )
            elif call.told["type"] == "label.bought":
                numbers[said["order"]["reference"]] = said["tracking_number"]
        return {
            "orders": {ref: kind for ref, (_, kind) in newest.items()}, "numbers": numbers, "A": levels.get("A"),
        }  # fmt: skip


async def work(trade: Trade) -> None:
    """Let everything that is owed be done, whatever its wait."""
    for _ in range(3):
        async with trade.floor.tx() as tx:
            await tx.connection.execute(
                "UPDATE platform.deliveries SET due_at = now() WHERE tenant_id = %s", [trade.floor.tenant_id]
            )
        await trade.floor.settle()


@pytest.mark.proves("O8")
@pytest.mark.parametrize("away", [False, True], ids=["listening", "away-for-an-hour"])
async def test_a_program_hears_of_its_orders_parcels_and_levels_also_when_it_was_away(
    trade: Trade, *, away: bool
) -> None:
    async with trade.open() as client, receiving() as heard:
        async with trade.floor.tx() as tx:
            await webhooks.add(tx, Wish(heard.url, KINDS), WORLD.merchant)
        program = Program(client, heard)
        heard.answers = [(503, "", b"away")] * 12 if away else []
        first, second = await program.place("W-1", 2), await program.place("W-2", 5)
        number = await trade.ship(UUID(first["id"]))
        await program.cancel(second["id"])
        await trade.floor.settle()
        if away:
            missed = len(heard.heard)
            assert missed
            heard.answers.clear()
            heard.heard.clear()
        await work(trade)
        assert program.books() == {
            "orders": {"W-1": "order.accepted", "W-2": "order.canceled"},
            "numbers": {"W-1": number},
            "A": 98,
        }
        heard.heard += heard.heard[::-1]
        assert program.books()["orders"] == {"W-1": "order.accepted", "W-2": "order.canceled"}
        labels = (await client.get(f"/api/labels?order_id={first['id']}")).json()["labels"]
        assert [one["tracking_number"] for one in labels] == [number]


@pytest.mark.proves("O8")
async def test_what_a_program_says_twice_late_or_too_early_changes_nothing_more(trade: Trade) -> None:
    async with trade.open() as client, receiving() as heard:
        program = Program(client, heard)
        await program.cancel("0198c3f2-7a1b-7c3d-8e4f-5a6b7c8d9e0f", status=404)
        first = await program.place("W-1", 2)
        assert await program.place("W-1", 2) == first, "the answer is the first one"
        await program.cancel(first["id"])
        await program.cancel(first["id"])
        one = body(new_order({"A": 2}, channel="webshop", external_ref="W-1", ship_to=far()))
        late = await client.post("/api/orders", json=one, headers={"idempotency-key": "late"})
        assert (late.status_code, late.json()["id"], late.json()["state"]) == (200, first["id"], "canceled")
    assert await trade.state("webshop") == {
        "orders": {"W-1": "canceled"},
        "stock": {WORLD.a: 100, WORLD.b: 100},
    }


@pytest.mark.proves("O8")
async def test_what_a_program_could_not_say_for_an_hour_it_says_afterwards_to_the_same_end(
    trade: Trade,
) -> None:
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{trade.port}") as early:
        with pytest.raises(httpx.ConnectError):
            await Program(early, Receiver()).place("W-1")
    async with trade.open() as client:
        program = Program(client, Receiver())
        for ref in ("W-3", "W-1", "W-2"):
            await program.place(ref)
        lines = [
            body(new_order({"A": 1}, channel="webshop", external_ref=f"W-{i}", ship_to=far()))
            for i in range(1, 5)
        ]
        answer = await client.post("/api/orders/bulk", json={"orders": lines})
        assert [one["outcome"] for one in answer.json()["rows"]] == ["duplicate"] * 3 + ["created"]
    assert await trade.state("webshop") == {
        "orders": {f"W-{i}": "accepted" for i in range(1, 5)},
        "stock": {WORLD.a: 96, WORLD.b: 100},
    }
