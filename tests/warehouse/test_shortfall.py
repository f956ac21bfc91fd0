"""Short picks: another bin, another site, or nobody; the found units are kept and the bin is to be counted."""

import pytest

from doorstep.stages import catalog, inventory, orders
from doorstep.stages.warehouse.acts import PickAnswer, ShortReason
from tests.worlds.catalog import BARCODES, WORLD, bin_code, warehouse
from tests.worlds.inventory import SOUTH, receive
from tests.worlds.warehouse import Floor

NEAR, FAR = bin_code(1, 1), bin_code(3, 4)


async def at_bin(floor: Floor, goods: dict[str, int], *, found: int = 0) -> PickAnswer:
    await floor.work(goods)
    cart = await floor.take()
    assert cart.stop is not None
    cart = await floor.scan(cart, cart.stop.bin)
    return await floor.scan(cart, BARCODES["A"], found) if found else cart


async def counts(floor: Floor) -> int:
    return int(await floor.ask("SELECT count(*) FROM inventory.counts WHERE reason = 'short_pick'"))


async def test_the_last_short_line_of_a_trip_gets_a_second_bin(floor: Floor) -> None:
    [order] = await floor.work({"A": 3})
    cart = await floor.take()
    cart = await floor.scan(await floor.scan(cart, NEAR), BARCODES["A"])
    cart = await floor.short(cart)
    assert cart.code == "short"
    assert cart.message == f"Take 2 from {FAR} instead. Scan the tote for the 1 in your hand."
    assert (cart.expects, cart.then) == ("tote", FAR)
    cart = await floor.scan(cart, "T-1")
    assert cart.stop is not None
    assert (cart.stop.bin, cart.stop.quantity, cart.stop.tote) == (FAR, 2, "T-1")
    await floor.walk(cart)
    assert await floor.states(order) == ["picked"]
    assert await floor.lies("tote:T-1", WORLD.a) == 3
    assert await counts(floor) == 1
    assert await floor.wrong() == {}


async def test_the_bin_that_was_short_is_not_planned_until_it_is_counted(floor: Floor) -> None:
    cart = await at_bin(floor, {"A": 1})
    cart = await floor.short(cart)
    assert cart.stop is not None
    assert cart.stop.bin == FAR
    await floor.walk(cart)
    await floor.work({"A": 1})
    cart = await floor.take()
    assert cart.stop is not None
    assert cart.stop.bin == FAR, "the near bin waits for its count"


async def test_a_new_stop_is_put_where_it_costs_the_least_way(floor: Floor) -> None:
    async with floor.tx() as tx:
        await receive(tx, WORLD.a, 5, place=f"bin:{bin_code(1, 9)}")
    await floor.work({"A": 2, "B": 1, "C": 1})
    cart = await floor.take()
    before: list[str] = []
    while cart.stop and cart.stop.sku != "A":
        cart = await floor.pick_stop(cart)
    assert cart.stop is not None
    cart = await floor.short(await floor.scan(cart, cart.stop.bin))
    while cart.stop:
        before.append(cart.stop.bin)
        cart = await floor.pick_stop(cart)
    assert bin_code(1, 9) in before
    assert await floor.wrong() == {}


async def test_what_the_site_lacks_comes_from_another_site(floor: Floor) -> None:
    await second_site(floor)
    [order] = await floor.work({"A": 100})
    cart = await floor.pick_stop(await floor.take())
    assert cart.stop is not None
    cart = await floor.scan(cart, cart.stop.bin)
    assert cart.stop is not None
    missing = cart.stop.quantity
    cart = await floor.short(cart)
    assert f"{missing} come from another site." in cart.message
    assert cart.batch_state == "picked"
    await floor.settle()
    assert await floor.states(order) == ["picked", "batched"]
    other = await floor.take(site_id=SOUTH)
    await floor.walk(other)
    assert await floor.states(order) == ["picked", "picked"]
    assert await floor.lies("tote:T-2", WORLD.a, SOUTH) == missing
    assert await floor.wrong() == {}


async def test_an_order_that_moves_to_another_site_as_a_whole_ends_here(floor: Floor) -> None:
    await second_site(floor)
    [order] = await floor.work({"D": 50})
    cart = await floor.scan(await floor.take(), bin_code(4, 1))
    cart = await floor.short(cart)
    assert cart.batch_state == "picked"
    await floor.settle()
    assert await floor.states(order) == ["canceled", "batched"]
    assert await floor.wrong() == {}


async def test_units_that_are_in_no_bin_right_now_leave_the_cart_and_are_planned_later(floor: Floor) -> None:
    [order] = await floor.work({"A": 40})
    cart = await floor.scan(await floor.take(), NEAR)
    cart = await floor.short(cart)
    cart = await floor.short(await floor.scan(cart, FAR))
    await floor.settle()
    assert await floor.states(order) == ["short"], "the books have 20 left in the near bin, 40 are wanted"
    assert await floor.wrong() == {}


async def test_a_count_that_finds_goods_gone_takes_their_order_off_its_cart(floor: Floor) -> None:
    await second_site(floor)
    [order] = await floor.work({"D": 50})
    async with floor.tx() as tx:
        gone = inventory.Adjustment(
            site_id=WORLD.north,
            product_id=WORLD.d,
            place=f"bin:{bin_code(4, 1)}",
            quantity=-50,
            reason="lost",
        )
        await inventory.adjust(tx, [gone])
    await floor.settle()
    assert await floor.states(order) == ["canceled", "batched"], "nobody walks there; the other site has it"
    assert await floor.waiting_carts() == 1
    assert await floor.wrong() == {}


async def second_site(floor: Floor) -> None:
    async with floor.tx() as tx:
        await catalog.add_sites(tx, [warehouse(SOUTH, "south")])
        await receive(tx, WORLD.a, 50, site_id=SOUTH)
        await receive(tx, WORLD.d, 50, site_id=SOUTH)


async def test_what_nobody_has_holds_the_order(floor: Floor) -> None:
    [order] = await floor.work({"D": 50, "B": 1})
    cart = await floor.take()
    while cart.stop and cart.stop.sku != "D":
        cart = await floor.pick_stop(cart)
    cart = await floor.scan(cart, bin_code(4, 1))
    cart = await floor.scan(cart, BARCODES["D"], 48)
    cart = await floor.short(cart)
    assert "2 of D are missing" in cart.message
    assert "Put the 48 in your hand back" in cart.message
    await floor.settle()
    assert await floor.states(order) == ["short"]
    assert await floor.ask("SELECT state FROM orders.orders WHERE id = %s", order) == "held"
    assert await floor.ask("SELECT reason FROM orders.holds WHERE order_id = %s", order) == "out_of_stock"
    assert await floor.lies(f"bin:{bin_code(4, 1)}", WORLD.d) == 48
    assert await floor.wrong() == {}


async def test_goods_that_arrive_let_a_short_order_go_on(floor: Floor) -> None:
    [order] = await floor.work({"D": 50, "B": 1})
    cart = await floor.take()
    while cart.stop and cart.stop.sku != "D":
        cart = await floor.pick_stop(cart)
    await floor.scan(cart, bin_code(4, 1))
    await floor.short(cart)
    await floor.settle()
    async with floor.tx() as tx:
        await receive(tx, WORLD.d, 50, place=f"bin:{bin_code(2, 9)}")
        await orders.release_hold(tx, [order], "out_of_stock")
    await floor.settle()
    await floor.walk()
    assert await floor.states(order) == ["picked"]
    assert await floor.wrong() == {}


async def test_a_short_needs_the_bin_scanned_and_something_missing(floor: Floor) -> None:
    await floor.work({"A": 2})
    cart = await floor.short(await floor.take())
    assert (cart.accepted, cart.code) == (False, "bin_first")
    cart = await floor.scan(await floor.scan(cart, NEAR), BARCODES["A"], 2)
    cart = await floor.short(cart)
    assert (cart.accepted, cart.code) == (False, "nothing_missing")


@pytest.mark.parametrize("reason", list(ShortReason))
async def test_the_reason_stands_in_the_history(floor: Floor, reason: ShortReason) -> None:
    cart = await floor.short(await at_bin(floor, {"A": 2}), reason)
    assert cart.stop is not None
    said = await floor.ask("SELECT facts->>'reason' FROM platform.events WHERE name = 'picked_short'")
    assert said == reason
