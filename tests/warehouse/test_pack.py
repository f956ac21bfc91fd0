"""Packing: one scan opens the work, every piece is scanned, a long order costs no more a scan than a short one."""

import statistics
import time

import pytest

from doorstep.platform.errors import Refused
from doorstep.stages import catalog, inventory
from doorstep.stages.catalog import NewProduct
from doorstep.stages.inventory import Receipt
from doorstep.stages.orders import NewLine, NewPayment
from doorstep.stages.warehouse import acts
from tests.worlds.catalog import BARCODES, CASE_OF_A, WORLD, bin_code, fixed, product
from tests.worlds.warehouse import ANA, BEN, LEA, Floor, new_command


async def test_one_scan_of_the_tote_opens_the_work_with_a_suggested_box(floor: Floor) -> None:
    [order] = await floor.picked({"A": 2, "B": 1})
    bench = await floor.open_bench("t-1")
    assert (bench.accepted, bench.order_number, bench.left) == (True, await floor.number(order), 3)
    assert [(line.sku, line.need, line.packed) for line in bench.lines] == [("A", 2, 0), ("B", 1, 0)]
    assert bench.parcel is not None
    assert (bench.parcel.box, bench.parcel.suggested_box, bench.parcel.expected_g) == ("S", "S", 120)


async def test_the_order_number_opens_it_too(floor: Floor) -> None:
    [order] = await floor.picked({"A": 2})
    assert (await floor.open_bench(str(await floor.number(order)))).accepted


async def test_a_single_piece_opens_the_most_urgent_order_that_is_just_this_piece(floor: Floor) -> None:
    later, first = await floor.picked({"A": 1}, {"A": 1})
    async with floor.tx() as tx:
        await tx.connection.execute(
            "UPDATE warehouse.fulfillments SET ship_by = ship_by - interval '1 hour' WHERE order_id = %s",
            [first],
        )
    bench = await floor.open_bench(BARCODES["A"])
    assert (bench.accepted, bench.order_number, bench.left) == (True, await floor.number(first), 0)
    closed = await floor.close(bench)
    assert closed.code == "closed"
    bench = await floor.open_bench(BARCODES["A"])
    assert bench.order_number == await floor.number(later), "the same code goes on with the next order"
    assert await floor.wrong() == {}


async def test_the_only_piece_is_not_taken_from_an_order_of_two(floor: Floor) -> None:
    await floor.picked({"A": 2})
    bench = await floor.open_bench(BARCODES["A"])
    assert (bench.accepted, bench.code) == (False, "unknown_code")


async def test_need_packed_and_left_follow_the_scans(floor: Floor) -> None:
    await floor.picked({"A": 13, "B": 1})
    bench = await floor.open_bench("T-1")
    bench = await floor.put_in(bench, CASE_OF_A)
    assert bench.line is not None
    assert (bench.line.need, bench.line.packed, bench.line.left, bench.left) == (13, 12, 1, 2)
    assert bench.parcel is not None
    assert bench.parcel.expected_g - 12 * 350 in (120, 260, 700)
    bench = await floor.put_in(bench, CASE_OF_A)
    assert (bench.accepted, bench.code, bench.left) == (False, "too_many", 2)
    bench = await floor.put_in(bench, "a")
    assert (bench.accepted, bench.left) == (True, 1), "a typed SKU counts as one piece"


async def test_a_piece_of_another_order_is_laid_aside(floor: Floor) -> None:
    await floor.picked({"A": 2})
    bench = await floor.put_in(await floor.open_bench("T-1"), BARCODES["C"])
    assert (bench.accepted, bench.code, bench.left) == (False, "wrong_item", 2)


async def test_a_tote_that_is_not_fully_picked_says_what_is_missing(floor: Floor) -> None:
    await floor.work({"A": 2, "C": 1})
    cart = await floor.pick_stop(await floor.take())
    assert cart.stop is not None
    bench = await floor.open_bench("T-1")
    assert (bench.accepted, bench.code) == (False, "not_picked")
    assert f"{cart.stop.quantity} of {cart.stop.sku}" in bench.message


@pytest.mark.parametrize(("how", "code"), [("cancel", "order_canceled"), ("hold", "order_held")])
async def test_a_canceled_or_held_order_is_not_packed(floor: Floor, how: str, code: str) -> None:
    [order] = await floor.picked({"A": 2})
    bench = await floor.open_bench("T-1")
    await getattr(floor, how)(order)
    answer = await floor.put_in(bench, BARCODES["A"])
    assert (answer.accepted, answer.code) == (False, code)
    answer = await floor.open_bench("T-1")
    assert (answer.accepted, answer.code) == (False, code)
    assert await floor.wrong() == {}


async def test_an_empty_tote_and_a_strange_code_say_so(floor: Floor) -> None:
    assert (await floor.open_bench("T-77")).code == "empty_tote"
    assert (await floor.open_bench("no such thing")).code == "unknown_code"
    assert (await floor.open_bench("123456789012")).code == "unknown_code"


async def test_a_box_is_packed_by_one_device_the_other_is_told_who(floor: Floor) -> None:
    await floor.picked({"A": 2})
    bench = await floor.open_bench("T-1", ANA)
    other = await floor.open_bench("T-1", BEN)
    assert (other.accepted, other.code) == (False, "in_use")
    assert other.message.startswith("Ana is packing order")
    with pytest.raises(Refused, match="Ana is packing"):
        await floor.put_in(bench, BARCODES["A"], hand=BEN)
    assert (await floor.open_bench("T-1", LEA, take_over=True)).accepted
    with pytest.raises(Refused, match="Lea is packing"):
        await floor.put_in(bench, BARCODES["A"], hand=ANA)


async def test_opening_again_goes_on_in_the_same_box(floor: Floor) -> None:
    await floor.picked({"A": 2})
    bench = await floor.put_in(await floor.open_bench("T-1"), BARCODES["A"])
    again = await floor.open_bench("T-1")
    assert again.parcel == bench.parcel
    assert [line.packed for line in again.lines] == [1]


async def test_a_repeated_scan_counts_once(floor: Floor) -> None:
    await floor.picked({"A": 2})
    bench = await floor.open_bench("T-1")
    once = await floor.put_in(bench, BARCODES["A"], command="p-1")
    assert await floor.put_in(bench, BARCODES["A"], command="p-1") == once
    assert once.left == 1


async def test_kit_and_loose_pieces_share_their_lines(floor: Floor) -> None:
    [order] = await floor.picked({"K": 2, "B": 1})
    bench = await floor.open_bench("T-1")
    assert [(line.sku, line.need) for line in bench.lines] == [("A", 2), ("B", 5)]
    for line in bench.lines:
        bench = await floor.put_in(bench, BARCODES[line.sku], line.need)
    assert (await floor.close(bench)).code == "closed"
    assert await floor.states(order) == ["packed"]
    assert await floor.wrong() == {}


@pytest.mark.proves("O9")
async def test_a_long_order_is_packed_in_seconds_because_each_scan_costs_the_same(floor: Floor) -> None:
    size, sample = 300, 60
    skus = [f"L-{n}" for n in range(size)]
    await stock(floor, skus)
    await floor.settle()  # what so many receipts owe comes before the order
    lines = [NewLine(sku=sku, quantity=1, unit_minor=100) for sku in skus]
    payment = NewPayment(processor="manual", method="invoice", amount_minor=size * 100)
    await floor.place(lines=lines, total_minor=size * 100, shipping_minor=0, payments=[payment])
    await floor.settle()
    cart = await floor.take()
    async with floor.tx() as tx:
        while cart.stop:
            code = {"bin": cart.stop.bin, "item": f"code-{cart.stop.sku}", "tote": "T-1"}[cart.expects]
            cart = await acts.scan_pick(tx, ANA, cart.batch_id, new_command(), code)
            assert cart.accepted
    bench = await floor.open_bench("T-1")
    assert len(bench.lines) == size
    took = []
    for sku in skus:
        began = time.perf_counter()
        answer = await floor.put_in(bench, f"code-{sku}")
        took.append(time.perf_counter() - began)
        assert answer.accepted
    assert answer.left == 0
    assert statistics.median(took[-sample:]) < 2 * statistics.median(took[:sample])
    assert 1000 * statistics.median(took) < 60, "a thousand lines in a minute at most, not in half an hour"


async def stock(floor: Floor, skus: list[str]) -> None:
    """Lay one piece of each product into the first bin."""
    ids = [fixed(20, n) for n in range(len(skus))]
    async with floor.tx() as tx:
        await catalog.add_products(
            tx,
            [
                NewProduct(product(product_id, sku, price_minor=100), {f"code-{sku}": 1})
                for product_id, sku in zip(ids, skus, strict=True)
            ],
        )
        place = f"bin:{bin_code(1, 1)}"
        await inventory.receive(
            tx, [Receipt(site_id=WORLD.north, product_id=one, place=place, quantity=1) for one in ids]
        )
