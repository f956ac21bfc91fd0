"""The floor follows a merge: it gives up the work of the orders that ended, and picks and packs all of it as one."""

import asyncio
from uuid import UUID

from doorstep.platform.errors import Refused
from doorstep.stages.orders.acts import merge_orders, preview_merge
from doorstep.stages.orders.model.merging import Merge
from doorstep.stages.warehouse import acts
from tests.worlds.catalog import BARCODES
from tests.worlds.changes import reserved
from tests.worlds.warehouse import Floor


async def merge(floor: Floor, first: UUID, *joining: UUID) -> None:
    """Merge orders; the floor hears of it when it settles, or at its next scan."""
    async with floor.tx() as tx:
        asked = Merge(why="one parcel", orders=list(joining))
        await merge_orders(tx, first, asked, (await preview_merge(tx, first, asked)).token)


async def test_a_merge_mid_pick_is_told_at_the_next_scan_and_all_of_it_leaves_as_one(floor: Floor) -> None:
    first, second = await floor.work({"A": 2}, {"A": 3})
    cart = await floor.take()
    number = await floor.number(second)
    while cart.stop is not None and cart.stop.order_number != number:
        cart = await floor.pick_stop(cart)
    assert cart.stop is not None
    if cart.expects == "bin":
        await floor.scan(cart, cart.stop.bin)
    await floor.scan(cart, BARCODES["A"], 2)
    await merge(floor, first, second)
    told = await floor.scan(cart, BARCODES["A"])
    assert (told.accepted, told.code) == (False, "order_merged")
    await floor.walk(told)
    await floor.settle()
    await floor.walk()
    assert await floor.states(second) == ["canceled"]
    assert set(await floor.states(first)) == {"picked"}
    while "picked" in await floor.states(first):
        assert (await floor.pack(first)).code == "closed"
    assert len(await floor.hand_over(await floor.parcels(first))) >= 1
    assert await floor.wrong() == {}


async def test_what_is_packed_of_an_order_that_ended_is_opened_and_goes_back(floor: Floor) -> None:
    first, second = await floor.picked({"A": 1}, {"B": 2})
    assert (await floor.pack(second)).code == "closed"
    [parcel] = await floor.parcels(second)
    await merge(floor, first, second)
    await floor.settle()
    assert await floor.states(second) == ["canceled"]
    assert await floor.hand_over([parcel]) == []
    async with floor.tx() as tx:
        assert [(one.sku, one.units) for one in await acts.put_backs(tx)] == [("B", 2)]
        assert sum((await reserved(tx, first)).values()) == 3
    assert await floor.wrong() == {}


async def test_a_merge_races_the_release_to_the_floor_and_nothing_is_lost(floor: Floor) -> None:
    for _ in range(4):
        first, second = [await floor.place({"A": n}) for n in (2, 1)]

        async def try_merge(first: UUID = first, second: UUID = second) -> None:
            try:
                await merge(floor, first, second)
            except Refused:
                return

        await asyncio.gather(try_merge(), floor.settle())
        await floor.settle()
        async with floor.tx() as tx:
            units = [sum((await reserved(tx, one)).values()) for one in (first, second)]
        assert units in ([3, 0], [2, 1])
        assert await floor.wrong() == {}
        await floor.cancel(first)
        await floor.settle()
