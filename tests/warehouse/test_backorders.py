"""An order whose goods are not all there leaves in parts, if the shop wants it: what is there at once, the rest when it comes in."""

from doorstep.stages import catalog
from doorstep.stages.inventory.acts import backorders
from doorstep.stages.warehouse import jobs
from tests.orders.test_backorders import LAMPS, ahead
from tests.worlds.catalog import WORLD
from tests.worlds.inventory import receive
from tests.worlds.warehouse import Floor


async def test_the_rest_is_picked_and_packed_when_it_comes_in(floor: Floor) -> None:
    async with floor.tx() as tx:
        await ahead(tx, 5)
        [lamp] = await catalog.products(tx, [WORLD.c])
        await backorders.keep_safe(tx, lamp, WORLD.north, LAMPS - 2)
    order_id = await floor.place({"C": 4}, ship_partial=True)
    await floor.settle()
    await floor.walk()
    await floor.pack(order_id)
    await floor.hand_over(await floor.parcels(order_id))
    await floor.settle()
    told = "SELECT count(*) FROM platform.events WHERE name = 'refilled' AND subject = %s"
    left = "SELECT sum(shipped)::int FROM inventory.reservations WHERE order_id = %s"
    promise = "SELECT promised_until FROM orders.orders WHERE id = %s"
    assert await floor.ask(left, order_id) == 2
    assert await floor.ask(promise, order_id) is None, "nobody knows yet when the rest comes"
    async with floor.tx() as tx:
        await receive(tx, WORLD.c, 2)
    await floor.settle()
    assert await floor.ask(promise, order_id) is not None
    await jobs.plan_carts(floor.house, floor.tenant_id, floor.tenant_id)
    await floor.walk()
    await floor.pack(order_id)
    await floor.hand_over((await floor.parcels(order_id))[-1:])
    assert await floor.ask(left, order_id) == 4
    assert await floor.ask(told, order_id) == 1
    assert await floor.wrong() == {}
