"""The floor follows changes of orders: smaller stops, goods too much in totes, boxes that are opened."""

from typing import Any
from uuid import UUID

import pytest

from doorstep.stages import orders
from doorstep.stages.orders.acts import change_order, preview_change
from doorstep.stages.orders.model.changing import Change, LineChange
from doorstep.stages.warehouse import acts
from doorstep.stages.warehouse.acts import PutBack
from doorstep.stages.warehouse.rules.giving_up import Work, give_up
from tests.worlds.catalog import BARCODES, WORLD, bin_code, fixed
from tests.worlds.changes import CASH
from tests.worlds.orders import contact
from tests.worlds.warehouse import Floor, new_command


async def change(floor: Floor, order_id: UUID, quantities: dict[str, int], **more: Any) -> None:
    """Change quantities of lines by SKU; the floor hears of it when it settles, or at its next scan."""
    async with floor.tx() as tx:
        found = await orders.read(tx, order_id)
        assert found is not None
        lines = [
            LineChange(line_id=line.id, quantity=quantities[line.sku])
            for line in found.lines
            if line.sku in quantities
        ]
        asked = Change(why="customer asked", lines=lines, payment=CASH, **more)
        preview = await preview_change(tx, order_id, asked)
        assert not preview.faults, preview.faults
        await change_order(tx, order_id, asked, preview.token)


async def back(floor: Floor, source: str, sku: str, units: int = 1) -> str:
    """Put units back into a bin; return the answer's code."""
    async with floor.tx() as tx:
        asked = PutBack(source, BARCODES[sku], "A-01-01", units, WORLD.north)
        return (await acts.put_back(tx, new_command(), asked)).code


async def due(floor: Floor) -> list[tuple[str, str, int]]:
    """What goes back to its bins: from where, SKU, units."""
    async with floor.tx() as tx:
        return [(one.source, one.sku, one.units) for one in await acts.put_backs(tx)]


async def test_a_change_before_the_cart_leaves_makes_its_stop_smaller(floor: Floor) -> None:
    [order] = await floor.work({"A": 5})
    await change(floor, order, {"A": 2})
    await floor.settle()
    cart = await floor.take()
    assert cart.stop is not None
    assert cart.stop.quantity == 2
    await floor.walk(cart)
    assert await floor.states(order) == ["picked"]
    assert await floor.wrong() == {}


async def test_a_change_mid_pick_reaches_the_handheld_before_its_next_scan(floor: Floor) -> None:
    [order] = await floor.work({"A": 5})
    cart = await floor.take()
    assert cart.stop is not None
    await floor.scan(cart, cart.stop.bin)
    await floor.scan(cart, BARCODES["A"], 4)
    await change(floor, order, {"A": 3})
    told = await floor.scan(cart, BARCODES["A"])
    assert (told.accepted, told.code) == (False, "order_changed")
    assert f"Put 1 in your hand back into {cart.stop.bin}" in told.message
    assert told.stop is not None
    assert (told.stop.quantity, told.stop.counted) == (3, 3)
    await floor.walk(told)
    assert await floor.states(order) == ["picked"]
    assert await floor.lies("tote:T-1", WORLD.a) == 3
    assert await floor.wrong() == {}


async def test_what_is_too_much_in_a_tote_goes_back_and_the_rest_is_packed(floor: Floor) -> None:
    [order] = await floor.picked({"A": 4, "B": 1})
    await change(floor, order, {"A": 3})
    await floor.settle()
    assert await floor.wrong() == {}
    assert await due(floor) == [("T-1", "A", 1)]
    assert await floor.states(order) == ["picked"]
    assert await back(floor, "T-1", "A", 2) == "too_many"
    assert await back(floor, "T-1", "B") == "wrong_item"
    assert await back(floor, "T-1", "A") == "ok"
    assert await back(floor, "T-1", "A") == "still_wanted"
    assert (await floor.pack(order)).code == "closed"
    await floor.settle()
    assert await floor.wrong() == {}


async def test_a_tote_with_too_much_in_it_stays_known_when_its_order_is_packed(floor: Floor) -> None:
    [order] = await floor.picked({"A": 4})
    await change(floor, order, {"A": 3})
    await floor.settle()
    assert (await floor.pack(order)).code == "closed"
    await floor.settle()
    assert await due(floor) == [("T-1", "A", 1)]
    assert await back(floor, "T-1", "A") == "ok"
    assert await due(floor) == []
    assert await floor.ask("SELECT count(*) FROM warehouse.totes") == 0
    assert await floor.wrong() == {}


async def test_a_line_canceled_during_its_pick_leaves_nothing_to_do(floor: Floor) -> None:
    [order] = await floor.work({"A": 2, "B": 1})
    cart = await floor.take()
    assert cart.stop is not None
    first = cart.stop.sku
    cart = await floor.pick_stop(cart)
    assert cart.stop is not None
    second = cart.stop.sku
    await change(floor, order, {first: 0})
    await floor.settle()
    cart = await floor.walk(await floor.take())
    assert await floor.states(order) == ["picked"]
    assert [(sku, units) for _, sku, units in await due(floor)] == [(first, {"A": 2, "B": 1}[first])]
    assert second != first
    assert await floor.wrong() == {}


async def test_a_packed_box_is_opened_and_the_rest_is_picked_anew(floor: Floor) -> None:
    [order] = await floor.packed({"A": 3})
    await change(floor, order, {"A": 2})
    await floor.settle()
    assert await floor.states(order) == ["canceled", "batched"]
    assert await floor.hand_over(await floor.parcels(order)) == []
    assert [(sku, units) for _, sku, units in await due(floor)] == [("A", 3)]
    await floor.walk()
    assert (await floor.pack(order)).code == "closed"
    assert await floor.wrong() == {}


async def test_a_box_with_the_old_address_is_opened_and_a_new_phone_number_opens_none(floor: Floor) -> None:
    [order] = await floor.packed({"A": 1})
    await change(floor, order, {}, ship_to=contact(phone="+423 232 12 35"))
    await floor.settle()
    assert await floor.states(order) == ["packed"]
    await change(floor, order, {}, ship_to=contact(street="Im Rietle 20"))
    await floor.settle()
    assert await floor.states(order) == ["canceled", "batched"]
    assert await floor.wrong() == {}


async def test_more_of_an_order_on_the_floor_is_released_besides(floor: Floor) -> None:
    [order] = await floor.picked({"A": 1})
    await change(floor, order, {"A": 3})
    await floor.settle()
    assert await floor.states(order) == ["picked", "batched"]
    assert await floor.wrong() == {}


async def test_a_short_order_goes_on_when_what_is_missing_is_changed_away(floor: Floor) -> None:
    [order] = await floor.work({"D": 50, "B": 1})
    cart = await floor.take()
    while cart.stop and cart.stop.sku != "D":
        cart = await floor.pick_stop(cart)
    cart = await floor.scan(cart, bin_code(4, 1))
    cart = await floor.scan(cart, BARCODES["D"], 48)
    await floor.short(cart)
    await floor.settle()
    assert await floor.states(order) == ["short"]
    await change(floor, order, {"D": 48})
    assert await floor.ask("SELECT state FROM orders.orders WHERE id = %s", order) == "accepted"
    await floor.settle()
    assert await floor.states(order) == ["waiting"], "the bin is to be counted first"
    assert await floor.lies(f"bin:{bin_code(4, 1)}", WORLD.d) == 48
    assert await floor.wrong() == {}


F1, F2, P, L, S = fixed(8, 1), fixed(8, 2), fixed(2, 1), fixed(9, 1), fixed(3, 1)


@pytest.mark.parametrize(
    ("works", "given", "boxed"),
    [
        ([(F1, 3, 0, 0, 2)], [(F1, 2, 0)], []),
        ([(F1, 1, 2, 0, 2)], [(F1, 1, 1)], []),
        ([(F1, 0, 2, 0, 3), (F2, 2, 0, 0, 3)], [(F1, 0, 1), (F2, 2, 0)], []),
        ([(F1, 0, 1, 2, 2)], [(F1, 0, 1)], [F1]),
        ([(F1, 0, 0, 2, 2), (F2, 0, 0, 3, 2)], [], [F1]),
    ],
)
def test_what_nobody_picked_is_given_up_first_then_totes_then_boxes(
    works: list[tuple[UUID, int, int, int, int]], given: list[tuple[UUID, int, int]], boxed: list[UUID]
) -> None:
    facts = [Work(f, S, L, P, opened, picked, packed, excess) for f, opened, picked, packed, excess in works]
    found, opened = give_up(facts)
    assert [(one.fulfillment_id, one.open, one.picked) for one in found] == given
    assert opened == boxed
