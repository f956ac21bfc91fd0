"""A held line, or what a held site sends, stays off the floor while the rest of its order goes on."""

import asyncio
from uuid import UUID

import httpx
import pytest

from doorstep.platform.db import Tx
from doorstep.platform.errors import Refused
from doorstep.stages import catalog
from doorstep.stages.orders import HoldReason
from doorstep.stages.orders.acts import hold_parts, release_parts
from doorstep.stages.orders.model.holding import Parts
from doorstep.stages.warehouse import acts
from doorstep.stages.warehouse.acts import PutBack
from tests.worlds.catalog import BARCODES, WORLD, warehouse
from tests.worlds.changes import lines_of
from tests.worlds.inventory import SOUTH, receive
from tests.worlds.warehouse import Floor, new_command

MANUAL = HoldReason.MANUAL


async def part(tx: Tx, order_id: UUID, *skus: str) -> Parts:
    """Lines of an order by SKU."""
    lines = await lines_of(tx, order_id)
    return Parts(tuple(lines[sku] for sku in skus))


async def hold(floor: Floor, order_id: UUID, *skus: str) -> None:
    """Hold lines of an order by SKU; the floor hears of it when it settles, or at its next scan."""
    async with floor.tx() as tx:
        await hold_parts(tx, order_id, await part(tx, order_id, *skus), MANUAL, "ask the customer")


async def release(floor: Floor, order_id: UUID, *skus: str) -> None:
    """Release lines of an order by SKU, and let the floor hear of it."""
    async with floor.tx() as tx:
        await release_parts(tx, order_id, await part(tx, order_id, *skus), MANUAL)
    await floor.settle()


async def to_pick(floor: Floor, order_id: UUID) -> dict[tuple[str, str], int]:
    """Units that the floor has work of, by site and SKU."""
    async with floor.tx() as tx:
        cursor = await tx.connection.execute(
            "SELECT s.code, g.sku, sum(i.quantity)::int FROM warehouse.fulfillments f"
            " JOIN warehouse.items i ON i.fulfillment_id = f.id AND i.quantity > 0"
            " JOIN catalog.sites s ON s.id = f.site_id JOIN catalog.products g ON g.id = i.product_id"
            " WHERE f.order_id = %s AND f.state <> 'canceled' GROUP BY 1, 2",
            [order_id],
        )
        return {(site, sku): units for site, sku, units in await cursor.fetchall()}


async def test_a_line_held_before_its_release_waits_while_the_rest_is_picked_packed_and_sent(
    floor: Floor,
) -> None:
    order = await floor.place({"A": 2, "B": 1})
    await hold(floor, order, "A")
    await floor.settle()
    assert await to_pick(floor, order) == {("north", "B"): 1}
    await floor.walk()
    assert (await floor.pack(order)).code == "closed"
    assert len(await floor.hand_over(await floor.parcels(order))) == 1
    await floor.settle()
    assert await floor.waiting_carts() == 0
    await release(floor, order, "A")
    await floor.walk()
    assert await floor.states(order) == ["handed_over", "picked"]
    assert await to_pick(floor, order) == {("north", "A"): 2, ("north", "B"): 1}
    assert await floor.wrong() == {}


async def test_a_line_held_mid_pick_is_refused_at_the_next_scan_and_rejoins_when_released(
    floor: Floor,
) -> None:
    [order] = await floor.work({"A": 2, "B": 1})
    cart = await floor.take()
    assert cart.stop is not None
    held = cart.stop.sku
    await floor.scan(cart, cart.stop.bin)
    await floor.scan(cart, BARCODES[held])
    await hold(floor, order, held)
    told = await floor.scan(cart, BARCODES[held])
    assert (told.accepted, told.code) == (False, "line_held")
    assert f"is held: leave it. Put 1 in your hand back into {cart.stop.bin}." in told.message
    assert told.stop is not None
    assert told.stop.sku != held
    await floor.walk(told)
    assert await floor.states(order) == ["picked"]
    assert await floor.wrong() == {}
    await release(floor, order, held)
    await floor.walk()
    assert await floor.states(order) == ["picked", "picked"]
    assert await to_pick(floor, order) == {("north", "A"): 2, ("north", "B"): 1}
    assert await floor.wrong() == {}


async def test_a_held_line_in_a_tote_is_not_packed_and_goes_back(floor: Floor) -> None:
    [order] = await floor.picked({"A": 2, "B": 1})
    await hold(floor, order, "A")
    told = await floor.open_bench(str(await floor.number(order)))
    assert (told.accepted, told.code) == (False, "part_held")
    await floor.settle()
    async with floor.tx() as tx:
        assert [(one.source, one.sku, one.units) for one in await acts.put_backs(tx)] == [("T-1", "A", 2)]
        back = PutBack("T-1", BARCODES["A"], "A-01-01", 2, WORLD.north)
        assert (await acts.put_back(tx, new_command(), back)).code == "ok"
    assert (await floor.pack(order)).code == "closed"
    assert await to_pick(floor, order) == {("north", "B"): 1}
    assert await floor.wrong() == {}


async def test_a_box_with_a_held_line_is_opened_and_the_rest_picked_anew(floor: Floor) -> None:
    [order] = await floor.packed({"A": 2, "B": 1})
    await hold(floor, order, "A")
    await floor.settle()
    assert await floor.states(order) == ["canceled", "batched"]
    assert await to_pick(floor, order) == {("north", "B"): 1}
    assert await floor.hand_over(await floor.parcels(order)) == []
    assert await floor.wrong() == {}


async def test_what_one_site_sends_is_held_and_the_other_site_goes_on(floor: Floor) -> None:
    async with floor.tx() as tx:
        await catalog.add_sites(tx, [warehouse(SOUTH, "south")])
        await receive(tx, WORLD.a, 50, site_id=SOUTH)
    order = await floor.place({"A": 120})
    async with floor.tx() as tx:
        await hold_parts(tx, order, Parts(site_id=SOUTH), MANUAL, "the road is closed")
        with pytest.raises(Refused, match="held for manual already"):
            await hold_parts(tx, order, Parts(site_id=SOUTH), MANUAL)
    await floor.settle()
    assert await to_pick(floor, order) == {("north", "A"): 100}
    async with floor.tx() as tx:
        await release_parts(tx, order, Parts(site_id=SOUTH), MANUAL)
    await floor.settle()
    assert await to_pick(floor, order) == {("north", "A"): 100, ("south", "A"): 20}
    assert await floor.wrong() == {}


async def test_a_hold_races_a_pick_over_http_and_nothing_is_lost(
    floor: Floor, web_client: httpx.AsyncClient, key: str
) -> None:
    headers = {"authorization": f"Bearer {key}"}
    for _ in range(6):
        [order] = await floor.work({"A": 2, "B": 1})
        async with floor.tx() as tx:
            lines = await lines_of(tx, order)
        taken = await web_client.post(
            "/api/batches/next", json={"site_id": str(WORLD.north), "device": "H-1"}, headers=headers
        )
        cart = taken.json()["cart"]
        held = cart["stop"]["sku"]

        async def scan(code: str, cart: dict[str, str] = cart) -> str:
            asked = {"batch_id": cart["batch_id"], "code": code, "device": "H-1", "command_id": new_command()}
            answer = await web_client.post("/api/picks/scan", json=asked, headers=headers)
            assert answer.status_code == 200, answer.text
            return str(answer.json()["code"])

        await scan(cart["stop"]["bin"])
        place = {"line_ids": [str(lines[held])], "note": "ask her"}
        placed, scanned = await asyncio.gather(
            web_client.post(f"/api/orders/{order}/hold", json=place, headers=headers), scan(BARCODES[held])
        )
        assert placed.status_code == 200, placed.text
        assert scanned in ("counted", "line_held")
        if scanned == "counted":
            assert await scan(BARCODES[held]) == "line_held", (
                "a hold that was answered is told at the next scan"
            )
        await floor.settle()
        assert ("north", held) not in await to_pick(floor, order)
        assert await floor.wrong() == {}
        free = await web_client.post(f"/api/orders/{order}/release-hold", json=place, headers=headers)
        assert free.status_code == 200, free.text
        await floor.settle()
        assert await to_pick(floor, order) == {("north", "A"): 2, ("north", "B"): 1}
        await floor.cancel(order)
        await floor.settle()
        assert await floor.wrong() == {}
