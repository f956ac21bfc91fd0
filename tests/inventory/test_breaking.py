"""Short picks: the units are lost, the promise is made anew where it can be, the bin is to be counted."""

from uuid import UUID

from doorstep.platform.house import House
from doorstep.stages import inventory
from doorstep.stages.inventory import Demand, Short
from tests.worlds.catalog import WORLD, bin_code
from tests.worlds.inventory import moved, small_world, two_sites, wish, wrong_in_the_books

FIRST, SECOND = f"bin:{bin_code(2, 2)}", f"bin:{bin_code(4, 9)}"


def short_of(demand: Demand, quantity: int, place: str = FIRST) -> Short:
    """A picker did not find units of a line."""
    return Short(
        order_id=demand.order_id,
        line_id=demand.line_id,
        site_id=WORLD.north,
        product_id=demand.product_id,
        place=place,
        quantity=quantity,
    )


async def test_units_that_were_not_found_are_promised_from_another_bin_of_the_site(
    house: House, tenant: UUID
) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        world = await small_world(tx)
        lamps = wish(world.c, 5)
        await inventory.reserve(tx, [lamps])
        [answer] = await inventory.short(tx, [short_of(lamps, 2)])
        assert answer.missing == 0
        [replaced] = answer.replaced
        assert (replaced.site_id, replaced.quantity, replaced.places) == (world.north, 2, ((SECOND, 10),))
        assert [one.quantity for one in await inventory.reserved_for(tx, [lamps.order_id])] == [5]
        assert [one.on_hand for one in await inventory.levels(tx, [world.c])] == [28]
        [count] = await inventory.open_counts(tx)
        assert (count.place, count.reason) == (FIRST, "short_pick")
        assert await wrong_in_the_books(tx) == {}


async def test_the_doubted_bin_itself_never_makes_a_promise_good(house: House, tenant: UUID) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        world = await small_world(tx)
        await inventory.move(tx, [moved(world.c, SECOND, "quarantine", 10)])
        lamps = wish(world.c, 3)
        await inventory.reserve(tx, [lamps])
        [answer] = await inventory.short(tx, [short_of(lamps, 3)])
        assert (answer.replaced, answer.missing) == ((), 3)
        assert await inventory.reserved_for(tx, [lamps.order_id]) == []
        assert await wrong_in_the_books(tx) == {}


async def test_another_site_helps_out_and_what_nobody_has_is_missing(house: House, tenant: UUID) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        world, south = await two_sites(tx)
        lamps, others = wish(world.c, 30), wish(world.c, 35, site_ids=[south])
        await inventory.reserve(tx, [lamps, others])
        [answer] = await inventory.short(tx, [short_of(lamps, 12)])
        assert [(one.site_id, one.quantity) for one in answer.replaced] == [(south, 5)]
        assert answer.missing == 7
        held = {one.site_id: one.quantity for one in await inventory.reserved_for(tx, [lamps.order_id])}
        assert held == {world.north: 18, south: 5}
        assert await wrong_in_the_books(tx) == {}


async def test_two_short_lines_do_not_get_the_same_last_unit(house: House, tenant: UUID) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        world = await small_world(tx)
        one, other, rest = wish(world.c, 2), wish(world.c, 2), wish(world.c, 25)
        await inventory.reserve(tx, [one, other, rest])
        answers = await inventory.short(tx, [short_of(one, 2), short_of(other, 2)])
        assert [sum(r.quantity for r in answer.replaced) for answer in answers] == [1, 0]
        assert [answer.missing for answer in answers] == [1, 2]
        assert await inventory.available(tx, [world.c]) == {world.c: 0}
        assert await wrong_in_the_books(tx) == {}


async def test_a_short_pick_of_a_promise_that_is_gone_loses_nothing(house: House, tenant: UUID) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        world = await small_world(tx)
        lamps = wish(world.c, 2)
        await inventory.reserve(tx, [lamps])
        await inventory.release(tx, [lamps.order_id], "canceled")
        [answer] = await inventory.short(tx, [short_of(lamps, 2)])
        assert (answer.replaced, answer.missing) == ((), 0)
        assert [one.on_hand for one in await inventory.levels(tx, [world.c])] == [30]
        assert await wrong_in_the_books(tx) == {}


async def test_more_is_never_lost_than_the_books_had_there(house: House, tenant: UUID) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        world = await small_world(tx)
        lamps = wish(world.c, 15)
        await inventory.reserve(tx, [lamps])
        [answer] = await inventory.short(tx, [short_of(lamps, 15, place=SECOND)])
        assert [(one.site_id, one.quantity) for one in answer.replaced] == [(world.north, 15)]
        assert await inventory.places_of(tx, world.north, [world.c]) == {world.c: [(FIRST, 20)]}
        assert await wrong_in_the_books(tx) == {}
