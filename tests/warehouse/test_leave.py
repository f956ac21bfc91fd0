"""How work leaves the floor: handed over, held, or called off."""

from doorstep.stages.warehouse import acts
from tests.worlds.catalog import BARCODES, WORLD
from tests.worlds.warehouse import Floor


async def test_a_hand_over_posts_the_reservation_and_takes_the_goods_out_of_the_books(floor: Floor) -> None:
    [order] = await floor.packed({"A": 2, "K": 1})
    parcels = await floor.parcels(order)
    assert await floor.hand_over(parcels) == parcels
    assert await floor.ask("SELECT bool_and(phase = 'posted') FROM inventory.reservations")
    on_hand = "SELECT on_hand FROM inventory.stock WHERE product_id = %s"
    assert await floor.ask(on_hand, WORLD.a) == 97
    assert await floor.ask(on_hand, WORLD.b) == 98
    assert await floor.wrong() == {}


async def test_parcels_tell_later_stages_what_is_in_them(floor: Floor) -> None:
    [order] = await floor.packed({"A": 2, "B": 1})
    async with floor.tx() as tx:
        [parcel] = await acts.parcels_of(tx, [*await floor.parcels(order), WORLD.a])
    assert (parcel.state, parcel.order_id, parcel.weight_g) == ("packed", order, 120 + 700 + 500)
    assert (parcel.length_mm, parcel.width_mm, parcel.height_mm) == (260, 190, 130)
    assert sorted(item.quantity for item in parcel.items) == [1, 2]


async def test_a_cancel_before_picking_leaves_nothing_behind(floor: Floor) -> None:
    [order] = await floor.work({"A": 2})
    await floor.cancel(order)
    await floor.settle()
    assert await floor.states(order) == ["canceled"]
    assert await floor.waiting_carts() == 0
    assert await floor.wrong() == {}


async def test_a_cancel_takes_one_order_off_a_cart_and_leaves_the_others(floor: Floor) -> None:
    gone, stays = await floor.work({"A": 2}, {"B": 1})
    carts = await floor.waiting_carts()
    await floor.cancel(gone)
    await floor.settle()
    for _ in range(carts):
        if await floor.waiting_carts():
            await floor.walk()
    assert (await floor.states(gone), await floor.states(stays)) == (["canceled"], ["picked"])
    assert await floor.wrong() == {}


async def test_a_cancel_while_a_box_is_open_unpacks_it_on_paper(floor: Floor) -> None:
    [order] = await floor.picked({"A": 2})
    await floor.put_in(await floor.open_bench("T-1"), BARCODES["A"])
    await floor.cancel(order)
    await floor.settle()
    [parcel] = await floor.parcels(order)
    assert await floor.ask("SELECT state FROM warehouse.parcels WHERE id = %s", parcel) == "canceled"
    assert await floor.lies("tote:T-1", WORLD.a) == 2
    assert await floor.wrong() == {}


async def test_a_canceled_parcel_is_not_handed_over(floor: Floor) -> None:
    [order] = await floor.packed({"A": 2})
    await floor.cancel(order)
    await floor.settle()
    assert await floor.hand_over(await floor.parcels(order)) == []
    assert await floor.lies("parcel", WORLD.a) == 2, "it waits to be put back"
    assert await floor.wrong() == {}


async def test_a_hold_on_an_order_waiting_for_its_cart_frees_the_bins_for_others(floor: Floor) -> None:
    [held] = await floor.work({"C": 1})
    await floor.hold(held)
    await floor.settle()
    assert await floor.states(held) == ["waiting"]
    assert await floor.waiting_carts() == 0
    await floor.release_hold(held)
    await floor.settle()
    assert await floor.states(held) == ["batched"]
    assert await floor.wrong() == {}


async def test_a_cancel_that_is_heard_late_does_no_harm(floor: Floor) -> None:
    [order] = await floor.packed({"A": 2})
    await floor.hand_over(await floor.parcels(order))
    async with floor.tx() as tx:
        await acts.cancel(tx, [order])
        await acts.stop(tx, [order])
    assert await floor.states(order) == ["handed_over"]
