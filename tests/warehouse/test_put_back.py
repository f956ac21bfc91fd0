"""Putting back: goods of canceled and held orders return to their bins by scan."""

import pytest

from doorstep.stages.warehouse import acts
from doorstep.stages.warehouse.acts import PutBack, PutBackAnswer
from tests.worlds.catalog import BARCODES, WORLD, bin_code
from tests.worlds.warehouse import Floor, new_command

HOME = bin_code(1, 1)


async def put(floor: Floor, source: str, code: str, place: str, quantity: int = 1) -> PutBackAnswer:
    async with floor.tx() as tx:
        return await acts.put_back(tx, new_command(), PutBack(source, code, place, quantity))


async def test_a_canceled_tote_is_listed_with_the_bin_where_more_of_it_lies(floor: Floor) -> None:
    [order] = await floor.picked({"A": 2})
    await floor.cancel(order)
    await floor.settle()
    async with floor.tx() as tx:
        [line] = await acts.put_backs(tx)
    assert (line.source, line.sku, line.units, line.bin) == ("T-1", "A", 2, HOME)


async def test_units_go_back_from_tote_to_bin_and_the_empty_tote_is_free(floor: Floor) -> None:
    [order] = await floor.picked({"A": 2})
    await floor.cancel(order)
    await floor.settle()
    answer = await put(floor, "t-1", BARCODES["A"], HOME)
    assert (answer.accepted, answer.left) == (True, 1)
    answer = await put(floor, "T-1", BARCODES["A"], bin_code(4, 4))
    assert (answer.accepted, answer.left) == (True, 0)
    assert (await floor.lies(f"bin:{HOME}", WORLD.a), await floor.lies(f"bin:{bin_code(4, 4)}", WORLD.a)) == (
        59,
        1,
    )
    async with floor.tx() as tx:
        assert await acts.put_backs(tx) == []
    assert (await put(floor, "T-1", BARCODES["A"], HOME)).code == "unknown_source"
    assert await floor.wrong() == {}


async def test_a_canceled_parcel_is_opened_and_put_back(floor: Floor) -> None:
    [order] = await floor.packed({"A": 2, "B": 1})
    await floor.cancel(order)
    await floor.settle()
    async with floor.tx() as tx:
        source = (await acts.put_backs(tx))[0].source
    assert source.startswith("P-")
    assert (await put(floor, source, BARCODES["A"], HOME, 2)).left == 1
    assert (await put(floor, source, BARCODES["B"], bin_code(1, 5))).left == 0
    assert await floor.lies(f"bin:{HOME}", WORLD.a) == 60
    assert await floor.wrong() == {}


async def test_what_does_not_fit_is_refused_and_changes_nothing(floor: Floor) -> None:
    [order] = await floor.picked({"A": 2})
    assert (await put(floor, "T-1", BARCODES["A"], HOME)).code == "still_wanted"
    await floor.cancel(order)
    await floor.settle()
    assert (await put(floor, "T-1", BARCODES["C"], HOME)).code == "wrong_item"
    assert (await put(floor, "T-1", BARCODES["A"], HOME, 3)).code == "too_many"
    assert (await put(floor, "T-1", BARCODES["A"], "nowhere")).code == "unknown_bin"
    assert (await put(floor, "P-99999", BARCODES["A"], HOME)).code == "unknown_source"
    assert (await put(floor, "what", BARCODES["A"], HOME)).code == "unknown_source"
    assert await floor.lies("tote:T-1", WORLD.a) == 2
    assert await floor.wrong() == {}


async def test_a_parcel_that_still_leaves_stays_closed(floor: Floor) -> None:
    await floor.packed({"A": 2})
    number = await floor.ask("SELECT number FROM warehouse.parcels")
    assert (await put(floor, f"P-{number}", BARCODES["A"], HOME)).code == "still_wanted"


async def test_a_repeated_put_back_moves_once(floor: Floor) -> None:
    [order] = await floor.picked({"A": 2})
    await floor.cancel(order)
    await floor.settle()
    for _ in range(2):
        async with floor.tx() as tx:
            answer = await acts.put_back(tx, "pb-1", PutBack("T-1", BARCODES["A"], HOME))
    assert answer.left == 1
    assert await floor.lies("tote:T-1", WORLD.a) == 1


@pytest.mark.proves("O5")
async def test_a_held_order_that_was_put_back_is_picked_anew(floor: Floor) -> None:
    [order] = await floor.work({"A": 1, "C": 1})
    cart = await floor.pick_stop(await floor.take())
    await floor.hold(order)
    assert cart.stop is not None
    await floor.scan(cart, cart.stop.bin)
    await floor.settle()
    async with floor.tx() as tx:
        [line] = await acts.put_backs(tx)
        assert line.bin is not None
    assert (await put(floor, "T-1", BARCODES[line.sku], line.bin)).accepted
    await floor.release_hold(order)
    await floor.settle()
    assert (await floor.take()).lines == 2
    assert await floor.wrong() == {}
