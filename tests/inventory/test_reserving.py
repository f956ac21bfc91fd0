"""Promises: exact, whole per order, first come first served, never more than there is."""

import asyncio
import random
from datetime import timedelta
from uuid import UUID

import pytest
from psycopg import errors

from doorstep.platform import clock
from doorstep.platform.errors import Refused
from doorstep.platform.house import House
from doorstep.platform.ids import new_id, new_ids
from doorstep.platform.tasks import Worker
from doorstep.stages import inventory
from doorstep.stages.inventory import Shortage
from tests.settle import settle
from tests.worlds.catalog import bin_code
from tests.worlds.inventory import moved, shipped, small_world, two_sites, wish, wrong_in_the_books


async def test_an_order_that_fits_is_promised_and_lowers_what_is_available(
    house: House, tenant: UUID
) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        world = await small_world(tx)
        assert await inventory.reserve(tx, [wish(world.a, 3), wish(world.b, 10)]) == {}
        assert await inventory.available(tx, [world.a, world.b, world.kit]) == {
            world.a: 97,
            world.b: 90,
            world.kit: 45,
        }
        assert await wrong_in_the_books(tx) == {}


async def test_one_short_order_never_blocks_its_neighbors(house: House, tenant: UUID) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        world = await small_world(tx)
        first, greedy, last = new_id(), new_id(), new_id()
        short = await inventory.reserve(
            tx,
            [
                wish(world.c, 29, order_id=first),
                wish(world.c, 2, order_id=greedy),
                wish(world.a, 5, order_id=greedy),
                wish(world.c, 1, order_id=last),
            ],
        )
        assert short == {greedy: [Shortage(world.c, 2, 1)]}
        assert await inventory.available(tx, [world.a, world.c]) == {world.a: 100, world.c: 0}
        assert await wrong_in_the_books(tx) == {}


@pytest.mark.proves("I3")
async def test_two_lines_and_a_kit_that_share_a_component_are_added_up(house: House, tenant: UUID) -> None:
    """A kit is a mug and two books; 34 kits and 33 loose books need 101 of the 100 books."""
    async with house.db.transaction(tenant, actor="test") as tx:
        world = await small_world(tx)
        order_id, kit_line, loose_line = new_id(), new_id(), new_id()

        def asked(loose: int) -> list[inventory.Demand]:
            return [
                wish(world.a, 34, order_id=order_id, line_id=kit_line),
                wish(world.b, 68, order_id=order_id, line_id=kit_line),
                wish(world.b, loose - 1, order_id=order_id, line_id=loose_line),
                wish(world.b, 1, order_id=order_id, line_id=loose_line),
            ]

        assert await inventory.reserve(tx, asked(33)) == {order_id: [Shortage(world.b, 101, 100)]}
        assert await inventory.reserve(tx, asked(32)) == {}
        held = await inventory.reserved_for(tx, [order_id])
        assert {(one.line_id, one.product_id): one.quantity for one in held} == {
            (kit_line, world.a): 34,
            (kit_line, world.b): 68,
            (loose_line, world.b): 32,
        }
        assert await inventory.available(tx, [world.kit, world.b]) == {world.kit: 0, world.b: 0}


async def test_an_order_is_served_from_one_site_where_one_has_everything(house: House, tenant: UUID) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        world, south = await two_sites(tx)
        both = [world.north, south]
        order_id = new_id()
        basket = [
            wish(world.a, 10, order_id=order_id, site_ids=both),
            wish(world.c, 31, order_id=order_id, site_ids=both),
        ]
        assert await inventory.reserve(tx, basket) == {}
        held = await inventory.reserved_for(tx, [order_id])
        assert {one.site_id for one in held} == {south}
        assert await wrong_in_the_books(tx) == {}


@pytest.mark.proves("O3")
async def test_two_sites_that_hold_half_each_split_an_order_instead_of_refusing_it(
    house: House, tenant: UUID
) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        world, south = await two_sites(tx)
        order_id = new_id()
        assert (
            await inventory.reserve(
                tx, [wish(world.a, 120, order_id=order_id, site_ids=[world.north, south])]
            )
            == {}
        )
        held = await inventory.reserved_for(tx, [order_id])
        assert {one.site_id: one.quantity for one in held} == {world.north: 100, south: 20}
        too_many = wish(world.a, 31, site_ids=[world.north, south])
        short = await inventory.reserve(tx, [too_many])
        assert short == {too_many.order_id: [Shortage(world.a, 31, 30)]}
        assert await wrong_in_the_books(tx) == {}


async def test_an_order_without_a_site_is_short_of_everything(house: House, tenant: UUID) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        world = await small_world(tx)
        nowhere, fine = wish(world.a, site_ids=[]), wish(world.a)
        assert await inventory.reserve(tx, [nowhere, fine]) == {nowhere.order_id: [Shortage(world.a, 1, 0)]}


@pytest.mark.parametrize("quantity", [0, -1, -(2**31), 2**31, 10**18])
async def test_absurd_quantities_are_refused_with_a_reason(house: House, tenant: UUID, quantity: int) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        world = await small_world(tx)
        with pytest.raises(Refused) as refused:
            await inventory.reserve(tx, [wish(world.a, quantity)])
        assert [fault.code for fault in refused.value.faults] == ["range"]


@pytest.mark.proves("O5", "I10")
async def test_what_is_given_back_can_be_promised_again_and_only_once(house: House, tenant: UUID) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        world = await small_world(tx)
        lamp = wish(world.c, 30)
        assert await inventory.reserve(tx, [lamp]) == {}
        assert await inventory.release(tx, [lamp.order_id], "canceled") == 30
        assert await inventory.release(tx, [lamp.order_id], "canceled") == 0
        assert await inventory.release_lines(tx, [lamp.line_id], "canceled") == 0
        assert await inventory.available(tx, [world.c]) == {world.c: 30}
        assert await inventory.reserve(tx, [lamp]) == {}
        assert [one.quantity for one in await inventory.reserved_for(tx, [lamp.order_id])] == [30]
        assert await wrong_in_the_books(tx) == {}


@pytest.mark.proves("I10")
async def test_twenty_who_give_one_order_back_at_once_give_it_back_once(house: House, tenant: UUID) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        world = await small_world(tx)
        lamps, other = wish(world.c, 10), wish(world.c, 20)
        await inventory.reserve(tx, [lamps, other])

    async def give_back(turn: int) -> int:
        async with house.db.transaction(tenant, actor="test") as tx:
            if turn % 2:
                return await inventory.release_lines(tx, [lamps.line_id], "twice")
            return await inventory.release(tx, [lamps.order_id], "twice")

    assert sum(await asyncio.gather(*(give_back(turn) for turn in range(20)))) == 10
    async with house.db.transaction(tenant, actor="test") as tx:
        assert await inventory.available(tx, [world.c]) == {world.c: 10}
        assert await wrong_in_the_books(tx) == {}


@pytest.mark.proves("I10")
async def test_the_database_itself_lets_nobody_release_more_than_is_reserved(
    house: House, tenant: UUID
) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        world = await small_world(tx)
        await inventory.reserve(tx, [wish(world.c, 10)])
    for change in ("reserved = reserved - 11", "reserved = 31", "on_hand = 9"):
        with pytest.raises(errors.CheckViolation, match="never_oversold"):
            async with house.db.transaction(tenant, actor="test") as tx:
                await tx.connection.execute(
                    f"UPDATE inventory.stock SET {change} WHERE tenant_id = %s AND product_id = %s",
                    [tenant, world.c],
                )
    async with house.db.transaction(tenant, actor="test") as tx:
        assert await inventory.available(tx, [world.c]) == {world.c: 20}


@pytest.mark.proves("I2")
@pytest.mark.parametrize("units", [1, 10])
async def test_twenty_who_want_one_or_all_of_ten_units_get_exactly_ten(
    house: House, tenant: UUID, units: int
) -> None:
    """Ten of twenty get one each; of twenty who want all ten, one does."""
    async with house.db.transaction(tenant, actor="test") as tx:
        world = await small_world(tx)
        await inventory.reserve(tx, [wish(world.c, 20)])

    async def buy() -> int:
        asked = wish(world.c, units)
        async with house.db.transaction(tenant, actor="test") as tx:
            return 0 if asked.order_id in await inventory.reserve(tx, [asked]) else units

    assert sorted(await asyncio.gather(*(buy() for _ in range(20)))) == sorted(
        [units] * (10 // units) + [0] * (20 - 10 // units)
    )
    async with house.db.transaction(tenant, actor="test") as tx:
        assert await inventory.available(tx, [world.c]) == {world.c: 0}
        assert await wrong_in_the_books(tx) == {}


async def test_a_line_can_be_given_back_alone(house: House, tenant: UUID) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        world = await small_world(tx)
        order_id = new_id()
        mug, lamp = wish(world.a, 2, order_id=order_id), wish(world.c, 1, order_id=order_id)
        await inventory.reserve(tx, [mug, lamp])
        assert await inventory.release_lines(tx, [mug.line_id], "edited") == 2
        assert [one.line_id for one in await inventory.reserved_for(tx, [order_id])] == [lamp.line_id]


async def test_a_reservation_runs_out_by_business_time_unless_it_was_claimed(
    house: House, tenant: UUID, worker: Worker
) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        world = await small_world(tx)
        claimed, forgotten = wish(world.a, 3), wish(world.a, 4)
        await inventory.reserve(tx, [claimed, forgotten])
        assert await inventory.commit(tx, [claimed.order_id]) == []
    await settle(worker, tenant)
    async with house.db.transaction(tenant, actor="test") as tx:
        assert await inventory.available(tx, [world.a]) == {world.a: 93}
        await clock.advance(tx, tx.now + timedelta(seconds=inventory.HOLD_S + 1))
    await settle(worker, tenant)
    async with house.db.transaction(tenant, actor="test") as tx:
        assert await inventory.available(tx, [world.a]) == {world.a: 97}
        assert await inventory.commit(tx, [claimed.order_id, forgotten.order_id]) == [forgotten.order_id]
        assert await inventory.reserve(tx, [forgotten]) == {}
        assert await inventory.commit(tx, [forgotten.order_id]) == []
        assert await wrong_in_the_books(tx) == {}


@pytest.mark.proves("O6")
async def test_shipping_two_of_three_and_the_last_one_later_posts_the_line(
    house: House, tenant: UUID
) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        world = await small_world(tx)
        mugs = wish(world.a, 3)
        await inventory.reserve(tx, [mugs])
        await inventory.move(tx, [moved(world.a, f"bin:{bin_code(1, 1)}", "parcel", 3)])
        await inventory.ship(tx, [shipped(mugs, 2)])
        assert [one.quantity for one in await inventory.reserved_for(tx, [mugs.order_id])] == [1]
        assert await inventory.available(tx, [world.a]) == {world.a: 97}
        await inventory.ship(tx, [shipped(mugs, 1)])
        assert await inventory.reserved_for(tx, [mugs.order_id]) == []
        assert [(one.on_hand, one.reserved) for one in await inventory.levels(tx, [world.a])] == [(97, 0)]
        assert await wrong_in_the_books(tx) == {}


@pytest.mark.proves("I10")
async def test_more_than_promised_cannot_be_shipped(house: House, tenant: UUID) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        world = await small_world(tx)
        mugs = wish(world.a, 3)
        await inventory.reserve(tx, [mugs])
        await inventory.move(tx, [moved(world.a, f"bin:{bin_code(1, 1)}", "parcel", 10)])
        with pytest.raises(Refused, match="than is promised"):
            await inventory.ship(tx, [shipped(mugs, 4)])


async def test_what_is_not_in_a_parcel_cannot_be_shipped(house: House, tenant: UUID) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        world = await small_world(tx)
        mugs = wish(world.a, 3)
        await inventory.reserve(tx, [mugs])
        with pytest.raises(Refused, match="Less lies there"):
            await inventory.ship(tx, [shipped(mugs, 3)])


@pytest.mark.proves("I2")
@pytest.mark.parametrize("seed", range(4))
async def test_many_buyers_of_few_units_get_exactly_those_units(
    house: House, tenant: UUID, seed: int
) -> None:
    """60 sets of up to 9 buyers race for 100 mugs and their books, in random order: sold out to the unit, nothing below."""
    draw = random.Random(seed)
    async with house.db.transaction(tenant, actor="test") as tx:
        world = await small_world(tx)

    async def buy() -> list[int]:
        baskets = [
            wish(draw.choice([world.a, world.c]), draw.choice([1, 1, 1, 2]))
            for _ in range(draw.randint(1, 9))
        ]
        async with house.db.transaction(tenant, actor="test") as tx:
            short = await inventory.reserve(tx, baskets)
            for order_id, shortages in short.items():
                assert all(one.available < one.asked for one in shortages), order_id
        return [one.quantity for one in baskets if one.order_id not in short]

    sold = [units for many in await asyncio.gather(*(buy() for _ in range(60))) for units in many]
    async with house.db.transaction(tenant, actor="test") as tx:
        left = await inventory.available(tx, [world.a, world.c])
        assert sum(sold) + sum(left.values()) == 130
        assert left[world.c] == 0
        assert await wrong_in_the_books(tx) == {}


@pytest.mark.proves("I4", "A2")
async def test_baskets_in_any_order_never_end_in_a_deadlock(house: House, tenant: UUID) -> None:
    """Every transaction takes all four products, each in an order of its own, some give back at once."""
    draw = random.Random(7)
    async with house.db.transaction(tenant, actor="test") as tx:
        world = await small_world(tx)

    async def buy(turn: int) -> None:
        order_id = new_id()
        products = draw.sample(world.products, 4)
        async with house.db.transaction(tenant, actor="test") as tx:
            await inventory.reserve(tx, [wish(one, order_id=order_id) for one in products])
        if turn % 2:
            async with house.db.transaction(tenant, actor="test") as tx:
                await inventory.release(tx, [order_id], "canceled")

    await asyncio.gather(*(buy(turn) for turn in range(80)))
    async with house.db.transaction(tenant, actor="test") as tx:
        assert await wrong_in_the_books(tx) == {}


@pytest.mark.proves("I5", "A3")
@pytest.mark.parametrize("races", [200, pytest.param(10_000, marks=pytest.mark.soak)])
async def test_when_expiry_races_with_the_claim_one_of_them_wins(
    house: House, tenant: UUID, races: int
) -> None:
    """25 orders of four products each at once, claimed one by one while they run out; then anew."""
    draw, kept_in_all = random.Random(races), 0
    async with house.db.transaction(tenant, actor="test") as tx:
        world = await small_world(tx)

    async def claim(order_id: UUID) -> list[UUID]:
        async with house.db.transaction(tenant, actor="test") as tx:
            return await inventory.commit(tx, [order_id])

    async def run_out() -> list[UUID]:
        async with house.db.transaction(tenant, actor="test") as tx:
            await inventory.expire(tx)
        return []

    for _ in range(races // 25):
        orders = new_ids(25)
        async with house.db.transaction(tenant, actor="test") as tx:
            wishes = [wish(one, order_id=order_id, hold_s=0) for order_id in orders for one in world.products]
            assert await inventory.reserve(tx, wishes) == {}
        work = [claim(one) for one in orders]
        for _ in range(3):
            work.insert(draw.randint(0, len(work)), run_out())
        lost = {order_id for some in await asyncio.gather(*work) for order_id in some}
        async with house.db.transaction(tenant, actor="test") as tx:
            held = await inventory.reserved_for(tx, orders)
            assert {one.order_id for one in held} == set(orders) - lost
            assert len(held) == 4 * (25 - len(lost)), "an order keeps all of it, or nothing"
            assert await inventory.release(tx, orders, "over") == len(held)
            assert await inventory.available(tx, [world.a, world.c]) == {world.a: 100, world.c: 30}
        kept_in_all += 25 - len(lost)
    async with house.db.transaction(tenant, actor="test") as tx:
        assert await wrong_in_the_books(tx) == {}
    assert 0 < kept_in_all < races, "each side won sometimes"
