"""The floor follows a split: it gives up what is the second order's now, and gets that order as work of its own."""

import asyncio
from uuid import UUID

from doorstep.platform.errors import Refused
from doorstep.stages.orders.acts import cancel_one, preview_split, split_order
from doorstep.stages.orders.model.splitting import Split, SplitLine
from doorstep.stages.warehouse import acts
from tests.worlds.catalog import BARCODES
from tests.worlds.changes import lines_of, reserved
from tests.worlds.warehouse import Floor


async def split(floor: Floor, order_id: UUID, **units: int) -> UUID:
    """Make units an order of their own, by SKU; the floor hears of it when it settles, or at its next scan."""
    async with floor.tx() as tx:
        lines = await lines_of(tx, order_id)
        going = [SplitLine(line_id=lines[sku], quantity=n) for sku, n in units.items()]
        asked = Split(why="the rest later", lines=going)
        return await split_order(tx, order_id, asked, (await preview_split(tx, order_id, asked)).token)


async def test_a_split_mid_pick_is_told_at_the_next_scan_and_both_orders_are_picked(floor: Floor) -> None:
    [order] = await floor.work({"A": 5})
    cart = await floor.take()
    assert cart.stop is not None
    await floor.scan(cart, cart.stop.bin)
    await floor.scan(cart, BARCODES["A"], 4)
    second = await split(floor, order, A=2)
    told = await floor.scan(cart, BARCODES["A"])
    assert (told.accepted, told.code) == (False, "order_changed")
    await floor.walk(told)
    await floor.walk()
    assert (await floor.states(order), await floor.states(second)) == (["picked"], ["picked"])
    for one in (order, second):
        assert (await floor.pack(one)).code == "closed"
        assert len(await floor.hand_over(await floor.parcels(one))) == 1
    assert await floor.wrong() == {}


async def test_a_split_of_what_lies_in_totes_sends_the_units_back_and_picks_them_for_the_second(
    floor: Floor,
) -> None:
    [order] = await floor.picked({"A": 2, "B": 1})
    second = await split(floor, order, B=1)
    await floor.settle()
    async with floor.tx() as tx:
        assert [(one.sku, one.units) for one in await acts.put_backs(tx)] == [("B", 1)]
    assert (await floor.pack(order)).code == "closed"
    assert await floor.states(second) == ["batched"]
    assert await floor.wrong() == {}


async def test_a_split_races_the_release_to_the_floor_and_a_cancellation_and_nothing_is_lost(
    floor: Floor,
) -> None:
    for i in range(4):
        order = await floor.place({"A": 3, "B": 1})
        rival = floor.cancel(order) if i % 2 else floor.settle()

        async def try_split(order: UUID = order) -> UUID | None:
            try:
                return await split(floor, order, A=1)
            except Refused:
                return None

        second, _ = await asyncio.gather(try_split(), rival)
        await floor.settle()
        async with floor.tx() as tx:
            units = [sum((await reserved(tx, one)).values()) for one in (order, second) if one]
        if i % 2:
            assert units == ([0, 1] if second else [0]), "what was split off before is not canceled with it"
        else:
            assert units == [3, 1]
        assert await floor.wrong() == {}
        async with floor.tx() as tx:
            for one in (order, second) if not i % 2 else ():
                assert one is not None
                await cancel_one(tx, one, "x")
        await floor.settle()
