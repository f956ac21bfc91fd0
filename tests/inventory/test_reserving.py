"""Promises: exact, whole per order, first come first served, never more than there is."""

from uuid import UUID

from doorstep.platform.house import House
from doorstep.platform.ids import new_id
from doorstep.stages import inventory
from doorstep.stages.inventory import Shortage
from tests.worlds.inventory import small_world, wish, wrong_in_the_books


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
