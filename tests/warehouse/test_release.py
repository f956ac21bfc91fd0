"""Release: accepted orders become work, once, per site, in components."""

from doorstep.stages.warehouse import acts
from tests.worlds.catalog import WORLD
from tests.worlds.warehouse import Floor


async def test_a_kit_is_released_as_its_components(floor: Floor) -> None:
    await floor.work({"K": 3})
    units = "SELECT quantity FROM warehouse.items WHERE product_id = %s"
    assert (await floor.ask(units, WORLD.a), await floor.ask(units, WORLD.b)) == (3, 6)
    assert await floor.wrong() == {}


async def test_releasing_again_changes_nothing(floor: Floor) -> None:
    [order] = await floor.work({"A": 2})
    async with floor.tx() as tx:
        assert await acts.release(tx, [order]) == []
    assert await floor.ask("SELECT count(*) FROM warehouse.fulfillments") == 1
    assert await floor.wrong() == {}


async def test_an_order_that_is_held_is_not_released(floor: Floor) -> None:
    order = await floor.place({"A": 2})
    await floor.hold(order)
    await floor.settle()
    assert await floor.states(order) == []
    await floor.release_hold(order)
    await floor.settle()
    assert await floor.states(order) == ["batched"]


async def test_many_orders_are_released_as_one_set_with_their_cut_off(floor: Floor) -> None:
    orders = await floor.work(*({"A": 1} for _ in range(20)))
    assert [await floor.states(order) for order in orders] == [["batched"]] * 20
    assert await floor.ask("SELECT count(DISTINCT ship_by) FROM warehouse.fulfillments") == 1
    assert (
        str(await floor.ask("SELECT min(ship_by) FROM warehouse.fulfillments")) == "2026-03-02 15:00:00+00:00"
    )


async def test_orders_share_carts_with_a_tote_each(floor: Floor) -> None:
    await floor.work(*({"A": 1} for _ in range(5)))
    assert await floor.waiting_carts() == 1
    cart = await floor.walk()
    assert cart.lines == 5
    assert await floor.ask("SELECT count(*) FROM warehouse.totes") == 5
    assert await floor.wrong() == {}
