"""The feed of what can be sold: every change, the newest value only, none lost however writers and readers meet."""

import asyncio
import random
from uuid import UUID

import pytest

from doorstep.platform import clock
from doorstep.platform.errors import Refused
from doorstep.platform.house import House
from doorstep.platform.ids import new_id
from doorstep.stages import catalog, inventory
from doorstep.stages.catalog import NewProduct
from doorstep.stages.inventory.acts import keeping, telling
from doorstep.stages.inventory.acts.keeping import Buffer
from doorstep.stages.inventory.model import Adjustment
from doorstep.stages.inventory.rules import Cursor, read_cursor
from tests.conftest import NOON
from tests.worlds.catalog import WORLD, World, bin_code, product
from tests.worlds.inventory import moved, receive, shipped, small_world, two_sites, wish, wrong_in_the_books

CHANNEL = UUID(int=7)


async def news(
    house: House, tenant: UUID, after: Cursor | None = None, channel: UUID | None = None
) -> tuple[dict[str, int], Cursor]:
    """Take what changed into the feed and read it: units by SKU, and where to go on."""
    async with house.db.transaction(tenant, actor="test") as tx:
        await telling.take_changes(tx)
    async with house.db.transaction(tenant, actor="test") as tx:
        found = await telling.changes(tx, after, channel_id=channel)
        assert await wrong_in_the_books(tx) == {}
    return {one.sku: one.available for one in found.items}, found.cursor


@pytest.fixture
async def begun(house: House, tenant: UUID) -> Cursor:
    """Northside with goods of which everybody was told."""
    async with house.db.transaction(tenant, actor="test") as tx:
        await small_world(tx)
    told, cursor = await news(house, tenant)
    assert told == {"A": 100, "B": 100, "C": 30, "D": 50, "K": 50}
    return cursor


async def test_each_act_that_changes_what_can_be_sold_is_told_with_the_newest_value_once(
    house: House, tenant: UUID, begun: Cursor
) -> None:
    order_id = new_id()
    async with house.db.transaction(tenant, actor="test") as tx:
        await inventory.reserve(tx, [wish(WORLD.c, 3, order_id=order_id)])
    async with house.db.transaction(tenant, actor="test") as tx:
        await inventory.reserve(tx, [wish(WORLD.c, 2), wish(WORLD.b, 1)])
    told, at = await news(house, tenant, begun)
    assert told == {"C": 25, "B": 99, "K": 49}
    async with house.db.transaction(tenant, actor="test") as tx:
        await inventory.release(tx, [order_id], "canceled")
    told, at = await news(house, tenant, at)
    assert told == {"C": 28}
    async with house.db.transaction(tenant, actor="test") as tx:
        await receive(tx, WORLD.d, 7)
        lost = Adjustment(
            site_id=WORLD.north,
            product_id=WORLD.a,
            place=f"bin:{bin_code(1, 1)}",
            quantity=-60,
            reason="gone",
        )
        await inventory.adjust(tx, [lost])
    told, at = await news(house, tenant, at)
    assert told == {"A": 40, "D": 57, "K": 40}
    assert await news(house, tenant, at) == ({}, at)


async def test_what_runs_out_can_be_sold_again_and_is_told(house: House, tenant: UUID, begun: Cursor) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        await inventory.reserve(tx, [wish(WORLD.c, 3, hold_s=60)])
    told, at = await news(house, tenant, begun)
    assert told == {"C": 27}
    async with house.db.transaction(tenant, actor="test") as tx:
        await clock.advance(tx, NOON.replace(hour=13))
    async with house.db.transaction(tenant, actor="test") as tx:
        assert len(await inventory.expire(tx)) == 1
    assert (await news(house, tenant, at))[0] == {"C": 30}


async def test_what_is_shipped_or_changes_its_bin_can_be_sold_as_before_and_nobody_is_told(
    house: House, tenant: UUID, begun: Cursor
) -> None:
    mugs = wish(WORLD.a, 3)
    async with house.db.transaction(tenant, actor="test") as tx:
        await inventory.reserve(tx, [mugs])
    _, at = await news(house, tenant, begun)
    async with house.db.transaction(tenant, actor="test") as tx:
        await inventory.move(tx, [moved(WORLD.a, f"bin:{bin_code(1, 1)}", "parcel", 3)])
        await inventory.ship(tx, [shipped(mugs, 3)])
        assert await tx.value(telling.Q.any_untold) is False
    assert await news(house, tenant, at) == ({}, at)


async def test_a_value_that_went_and_came_back_is_no_news(house: House, tenant: UUID, begun: Cursor) -> None:
    order_id = new_id()
    async with house.db.transaction(tenant, actor="test") as tx:
        await inventory.reserve(tx, [wish(WORLD.c, 3, order_id=order_id)])
    async with house.db.transaction(tenant, actor="test") as tx:
        await inventory.release(tx, [order_id], "canceled")
    assert await news(house, tenant, begun) == ({}, begun)


async def test_many_reservations_of_a_hot_product_leave_one_mark(
    house: House, tenant: UUID, begun: Cursor
) -> None:
    for _ in range(20):
        async with house.db.transaction(tenant, actor="test") as tx:
            await inventory.reserve(tx, [wish(WORLD.b)])
    async with house.db.transaction(tenant, actor="test") as tx:
        assert await tx.tuples(telling.Q.untold, most=10) == [(WORLD.b, WORLD.north)]
    assert (await news(house, tenant, begun))[0] == {"B": 80, "K": 40}


async def test_a_kit_made_after_its_parts_came_is_offered(house: House, tenant: UUID, begun: Cursor) -> None:
    late = product(new_id(), "K2", kind="kit")
    async with house.db.transaction(tenant, actor="test") as tx:
        await catalog.add_products(tx, [NewProduct(late, {}, {WORLD.c: 4})])
    assert (await news(house, tenant, begun))[0] == {}
    async with house.db.transaction(tenant, actor="test") as tx:
        await telling.note_new_kits(tx)
    assert (await news(house, tenant, begun))[0] == {"K2": 7}


async def test_a_change_under_way_whose_mark_was_there_already_is_not_lost(
    house: House, tenant: UUID, begun: Cursor
) -> None:
    """The feed takes the mark only after the one who holds the stock row, and so reads what that one wrote."""
    async with house.db.transaction(tenant, actor="test") as tx:
        await inventory.reserve(tx, [wish(WORLD.c, 1)])
    async with house.db.transaction(tenant, actor="test") as slow:
        await inventory.reserve(slow, [wish(WORLD.c, 5)])
        reading = asyncio.create_task(news(house, tenant, begun))
        await asyncio.sleep(0.3)
        assert not reading.done()
    assert (await reading)[0] == {"C": 24}
    async with house.db.transaction(tenant, actor="test") as tx:
        assert await tx.value(telling.Q.any_untold) is False


async def test_one_writer_at_a_time_the_other_leaves_it_the_work(
    house: House, tenant: UUID, begun: Cursor
) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        await inventory.reserve(tx, [wish(WORLD.c, 1)])
    async with house.db.transaction(tenant, actor="test") as first:
        assert await telling.take_changes(first) == 1
        async with house.db.transaction(tenant, actor="test") as second:
            assert await telling.take_changes(second) == 0
            assert (await telling.changes(second, begun)).items == []
    assert (await news(house, tenant, begun))[0] == {"C": 29}


async def trade(house: House, tenant: UUID, world: World, south: UUID, draw: random.Random) -> None:
    """Buy at two sites, give some back, receive some."""
    for _ in range(12):
        order_id = new_id()
        sites = draw.sample([world.north, south], 2)
        wishes = [
            wish(one, draw.randint(1, 3), order_id=order_id, site_ids=sites)
            for one in draw.sample(world.products, draw.randint(1, 3))
        ]
        async with house.db.transaction(tenant, actor="test") as tx:
            await inventory.reserve(tx, wishes)
        if draw.random() < 0.5:
            async with house.db.transaction(tenant, actor="test") as tx:
                await inventory.release(tx, [order_id], "canceled")
        if draw.random() < 0.3:
            async with house.db.transaction(tenant, actor="test") as tx:
                await receive(tx, draw.choice(world.products), draw.randint(1, 5))


@pytest.mark.parametrize("seed", range(4))
async def test_a_reader_who_goes_on_after_each_cursor_ends_with_the_truth(
    house: House, tenant: UUID, seed: int
) -> None:
    """Buyers at two sites, givers-back and receivers race with three writers of the feed and two readers."""
    draw = random.Random(seed)
    async with house.db.transaction(tenant, actor="test") as tx:
        world, south = await two_sites(tx)
    done = asyncio.Event()

    async def write() -> None:
        while not done.is_set():
            async with house.db.transaction(tenant, actor="test") as tx:
                await telling.take_changes(tx)
            await asyncio.sleep(draw.random() / 100)

    async def read() -> dict[UUID, int]:
        known: dict[UUID, int] = {}
        cursor: Cursor | None = None
        while True:
            over = done.is_set()
            async with house.db.transaction(tenant, actor="test") as tx:
                found = await telling.changes(tx, cursor, most=2)
            assert cursor is None or found.cursor.seq >= cursor.seq
            known |= {one.product_id: one.available for one in found.items}
            cursor = found.cursor
            if over and not found.more:
                return known
            await asyncio.sleep(0)

    writers = [asyncio.create_task(write()) for _ in range(3)]
    readers = [asyncio.create_task(read()) for _ in range(2)]
    await asyncio.gather(*(trade(house, tenant, world, south, draw) for _ in range(6)))
    await asyncio.sleep(0.1)
    async with house.db.transaction(tenant, actor="test") as tx:
        await telling.take_changes(tx)
    done.set()
    await asyncio.gather(*writers)
    async with house.db.transaction(tenant, actor="test") as tx:
        assert await tx.value(telling.Q.any_untold) is False
        truth = await inventory.available(tx, [*world.products, world.kit])
        assert await wrong_in_the_books(tx) == {}
    assert [await one for one in readers] == [truth, truth]


async def test_what_is_kept_back_is_not_offered_and_a_change_of_it_tells_everything_anew(
    house: House, tenant: UUID, begun: Cursor
) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        await keeping.keep_back(tx, CHANNEL, Buffer(5, {WORLD.c: 40, WORLD.d: 0}))
        assert await keeping.kept_back(tx, CHANNEL) == Buffer(5, {WORLD.c: 40, WORLD.d: 0})
    everything = {"A": 95, "B": 95, "C": 0, "D": 50, "K": 45}
    told, at = await news(house, tenant, begun, CHANNEL)
    assert told == everything
    assert (await news(house, tenant, at, CHANNEL))[0] == {}
    assert (await news(house, tenant, begun))[0] == {}, "another channel hears nothing of it"
    async with house.db.transaction(tenant, actor="test") as tx:
        await keeping.keep_back(tx, CHANNEL, Buffer())
    assert (await news(house, tenant, at, CHANNEL))[0] == {"A": 100, "B": 100, "C": 30, "D": 50, "K": 50}


async def test_a_buffer_names_everything_that_is_wrong_with_it(house: House, tenant: UUID) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        with pytest.raises(Refused) as refused:
            await keeping.keep_back(tx, CHANNEL, Buffer(-1, {UUID(int=1): 2_000_000}))
    assert [one.code for one in refused.value.faults] == ["unknown_product", "range", "range"]


@pytest.mark.parametrize(("text", "cursor"), [("2.1041", Cursor(2, 1041)), ("0.0", Cursor(0, 0))])
def test_a_cursor_is_read_as_it_is_spelled(text: str, cursor: Cursor) -> None:
    assert read_cursor(text) == cursor
    assert str(cursor) == text


@pytest.mark.parametrize(
    "text", ["", "1", "1.", ".1", "a.b", "-1.2", "1.2.3", "1.2 ", "\u0661.2", "1." + "9" * 19]
)
def test_what_is_no_cursor_is_not_taken_for_one(text: str) -> None:
    assert read_cursor(text) is None


async def test_a_cursor_from_beyond_the_end_begins_anew(house: House, tenant: UUID, begun: Cursor) -> None:
    told, cursor = await news(house, tenant, Cursor(0, begun.seq + 500))
    assert (len(told), cursor) == (5, begun)
