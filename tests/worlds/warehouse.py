"""Northside's floor at work: orders placed, released and planned by the house itself, picked and packed by the real acts."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.resources import files
from typing import Any
from uuid import UUID, uuid4

from doorstep.platform.db import Tx
from doorstep.platform.house import House
from doorstep.platform.statements import parse
from doorstep.platform.tasks import Worker
from doorstep.stages import orders
from doorstep.stages.warehouse import acts
from doorstep.stages.warehouse.acts import Hand, PackAnswer, PickAnswer, Reading, ShortReason
from tests.settle import settle
from tests.worlds.catalog import BARCODES, WORLD
from tests.worlds.inventory import small_world, wrong_in_the_books
from tests.worlds.orders import place_one

ANA = Hand("user:ana@northside.example", "Ana")
BEN = Hand("user:ben@northside.example", "Ben")
LEA = Hand("user:lea@northside.example", "Lea", lead=True)
BOOKS = parse((files("doorstep.stages.warehouse") / "invariants.sql").read_text(encoding="utf-8"))


def new_command() -> str:
    """An id for one scan."""
    return uuid4().hex


async def wrong_on_the_floor(tx: Tx) -> dict[str, list[tuple[Any, ...]]]:
    """Return what the invariants of warehouse and inventory find; empty when floor and books are right."""
    found = {one.name: await tx.tuples(one) for one in BOOKS}
    return {name: rows for name, rows in found.items() if rows} | await wrong_in_the_books(tx)


class Floor:
    """One tenant's floor; every act runs in a transaction of its own, as at the edge."""

    def __init__(self, worker: Worker, tenant_id: UUID) -> None:
        self.house: House = worker.house
        self.worker = worker
        self.tenant_id = tenant_id
        self.totes = 0

    @asynccontextmanager
    async def tx(self, hand: Hand = ANA) -> AsyncIterator[Tx]:
        """Open a transaction for somebody."""
        async with self.house.db.transaction(self.tenant_id, actor=hand.actor) as tx:
            yield tx

    async def open(self) -> "Floor":
        """Build Northside with goods on its shelves."""
        async with self.tx() as tx:
            await small_world(tx)
        return self

    async def place(self, goods: dict[str, int] | None = None, **changed: Any) -> UUID:
        """Place an order; the house does the rest when it settles."""
        async with self.tx() as tx:
            return await place_one(tx, goods, **changed)

    async def settle(self) -> None:
        """Let the house do what it does by itself."""
        await settle(self.worker, self.tenant_id)

    async def work(self, *goods: dict[str, int]) -> list[UUID]:
        """Place orders and let the house release and plan them; return their ids."""
        ids = [await self.place(one) for one in goods]
        await self.settle()
        return ids

    async def take(self, hand: Hand = ANA, site_id: UUID = WORLD.north) -> PickAnswer:
        """Get the most urgent cart."""
        async with self.tx(hand) as tx:
            answer = await acts.get_work(tx, hand, site_id)
        assert answer is not None, "no cart waits"
        return answer

    async def scan(
        self, cart: PickAnswer, code: str, quantity: int | None = None, *, command: str = "", hand: Hand = ANA
    ) -> PickAnswer:
        """Scan something at a cart."""
        async with self.tx(hand) as tx:
            return await acts.scan_pick(tx, hand, cart.batch_id, command or new_command(), code, quantity)

    async def short(
        self,
        cart: PickAnswer,
        reason: ShortReason = ShortReason.MISSING,
        hand: Hand = ANA,
        *,
        command: str = "",
    ) -> PickAnswer:
        """Say that the rest of the present stop is not there."""
        assert cart.stop is not None
        async with self.tx(hand) as tx:
            return await acts.short(
                tx, hand, cart.batch_id, command or new_command(), cart.stop.pick_id, reason
            )

    def empty_tote(self) -> str:
        """A tote that nobody has used yet."""
        self.totes += 1
        return f"T-{self.totes}"

    async def pick_stop(self, cart: PickAnswer, hand: Hand = ANA) -> PickAnswer:
        """Do the present stop as asked: bin, item with its quantity typed, tote."""
        stop = cart.stop
        assert stop is not None, "the walk is over"
        if cart.expects == "bin":
            cart = await self.scan(cart, stop.bin, hand=hand)
            assert cart.accepted, cart.message
        if cart.expects == "item":
            left = stop.quantity - stop.done - stop.counted
            cart = await self.scan(cart, BARCODES[stop.sku], left, hand=hand)
            assert cart.accepted, cart.message
        cart = await self.scan(cart, stop.tote or self.empty_tote(), hand=hand)
        assert cart.accepted, cart.message
        return cart

    async def walk(self, cart: PickAnswer | None = None, hand: Hand = ANA) -> PickAnswer:
        """Walk a cart to its end (the most urgent one unless given), and let the house settle."""
        cart = cart or await self.take(hand)
        while cart.stop:
            cart = await self.pick_stop(cart, hand)
        await self.settle()
        return cart

    async def picked(self, *goods: dict[str, int]) -> list[UUID]:
        """Place orders and walk all their carts; return the orders' ids."""
        ids = await self.work(*goods)
        while await self.waiting_carts():
            await self.walk()
        return ids

    async def waiting_carts(self) -> int:
        """How many carts nobody has taken."""
        return int(await self.ask("SELECT count(*) FROM warehouse.batches WHERE state = 'planned'"))

    async def open_bench(self, code: str, hand: Hand = ANA, *, take_over: bool = False) -> PackAnswer:
        """Scan a tote, an order number or a piece at a bench."""
        async with self.tx(hand) as tx:
            return await acts.open_work(tx, hand, new_command(), code, take_over=take_over)

    async def put_in(
        self,
        bench: PackAnswer,
        code: str,
        quantity: int | None = None,
        *,
        command: str = "",
        hand: Hand = ANA,
    ) -> PackAnswer:
        """Scan a piece into the open box."""
        assert bench.fulfillment_id is not None
        async with self.tx(hand) as tx:
            return await acts.scan_into_box(
                tx, hand, bench.fulfillment_id, command or new_command(), code, quantity
            )

    async def close(
        self,
        bench: PackAnswer,
        weight_g: int | None = None,
        *,
        command: str = "",
        hand: Hand = ANA,
        **more: Any,
    ) -> PackAnswer:
        """Weigh and close the open box; at its expected weight unless said."""
        assert bench.parcel is not None
        weight = bench.parcel.expected_g if weight_g is None else weight_g
        reading = Reading(bench.parcel.id, weight, **more)
        async with self.tx(hand) as tx:
            return await acts.close(
                tx, hand, command or new_command(), reading, lambda order_id: f"/t/{order_id}"
            )

    async def pack(self, order_id: UUID, hand: Hand = ANA) -> PackAnswer:
        """Pack an order that is picked, all into the suggested box."""
        bench = await self.open_bench(str(await self.number(order_id)), hand)
        assert bench.accepted, bench.message
        for line in bench.lines:
            bench = await self.put_in(bench, BARCODES[line.sku], line.left, hand=hand)
            assert bench.accepted, bench.message
        return await self.close(bench, hand=hand)

    async def packed(self, *goods: dict[str, int]) -> list[UUID]:
        """Place, pick and pack orders; return their ids."""
        ids = await self.picked(*goods)
        for order_id in ids:
            answer = await self.pack(order_id)
            assert answer.code == "closed", answer.message
        await self.settle()
        return ids

    async def parcels(self, order_id: UUID) -> list[UUID]:
        """The parcels of an order."""
        async with self.tx() as tx:
            cursor = await tx.connection.execute(
                "SELECT id FROM warehouse.parcels WHERE order_id = %s ORDER BY id", [order_id]
            )
            return [row[0] for row in await cursor.fetchall()]

    async def hand_over(self, parcel_ids: list[UUID]) -> list[UUID]:
        """Hand parcels over as shipping does; return those that went."""
        async with self.tx() as tx:
            return (await acts.hand_over(tx, parcel_ids)).moved

    async def cancel(self, order_id: UUID) -> None:
        """Cancel an order; the floor hears of it when the house settles."""
        async with self.tx() as tx:
            await orders.cancel_one(tx, order_id, "changed mind")

    async def hold(self, order_id: UUID) -> None:
        """Hold an order; the floor hears of it when the house settles."""
        async with self.tx() as tx:
            await orders.hold(tx, [order_id], "manual", "a question")

    async def release_hold(self, order_id: UUID) -> None:
        """Let a held order go on."""
        async with self.tx() as tx:
            await orders.release_hold(tx, [order_id], "manual")

    async def number(self, order_id: UUID) -> int:
        """The number of an order."""
        return int(await self.ask("SELECT number FROM orders.orders WHERE id = %s", order_id))

    async def states(self, order_id: UUID) -> list[str]:
        """The states of an order's fulfillment orders, oldest first."""
        async with self.tx() as tx:
            cursor = await tx.connection.execute(
                "SELECT state FROM warehouse.fulfillments WHERE order_id = %s ORDER BY id", [order_id]
            )
            return [row[0] for row in await cursor.fetchall()]

    async def ask(self, statement: str, *values: Any) -> Any:
        """Return the first value that a question to the database answers."""
        async with self.tx() as tx:
            cursor = await tx.connection.execute(statement.encode(), list(values))
            row = await cursor.fetchone()
            return row[0] if row else None

    async def lies(self, place: str, product_id: UUID, site_id: UUID = WORLD.north) -> int:
        """How many units the books have in a place."""
        found = await self.ask(
            "SELECT on_hand FROM inventory.balances WHERE place = %s AND product_id = %s AND site_id = %s",
            place,
            product_id,
            site_id,
        )
        return int(found or 0)

    async def wrong(self) -> dict[str, list[tuple[Any, ...]]]:
        """What is wrong on the floor or in the books; nothing should be."""
        async with self.tx() as tx:
            return await wrong_on_the_floor(tx)
