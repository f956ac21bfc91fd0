"""Closing: the scale must agree, the slip is in the box, twenty clicks make one parcel."""

import asyncio

import pypdfium2
import pytest

from doorstep.platform.errors import Refused
from doorstep.stages.warehouse import acts
from doorstep.stages.warehouse.acts import PackAnswer
from tests.worlds.catalog import BARCODES, WORLD
from tests.worlds.warehouse import ANA, LEA, Floor, new_command


async def full_box(floor: Floor, goods: dict[str, int]) -> PackAnswer:
    [order] = await floor.picked(goods)
    bench = await floor.open_bench(str(await floor.number(order)))
    for line in bench.lines:
        bench = await floor.put_in(bench, BARCODES[line.sku], line.left)
    return bench


async def test_a_box_that_weighs_what_it_should_becomes_a_parcel_with_its_slip(floor: Floor) -> None:
    bench = await full_box(floor, {"A": 2, "B": 1})
    assert bench.parcel is not None
    assert bench.parcel.expected_g == 120 + 2 * 350 + 500
    closed = await floor.close(bench, 1325)
    assert (closed.accepted, closed.code, closed.state) == (True, "closed", "packed")
    assert closed.parcel is not None
    assert (closed.parcel.state, closed.parcel.weight_g) == ("packed", 1325)
    async with floor.tx() as tx:
        number, slip = await acts.read_slip(tx, closed.parcel.id)
    page = pypdfium2.PdfDocument(slip)[0].get_textpage().get_text_range()
    assert f"P-{number}" in page
    assert "Stoneware mug" in page
    assert "Juniper" in page
    assert (
        await floor.ask("SELECT count(*) FROM platform.events WHERE kind = 'parcel' AND name = 'packed'") == 1
    )
    assert await floor.ask("SELECT count(*) FROM warehouse.totes") == 0, "the tote is free again"
    assert await floor.wrong() == {}


@pytest.mark.parametrize("weight_g", [1320 - 400, 1320 + 400])
async def test_a_box_that_weighs_wrong_stays_open(floor: Floor, weight_g: int) -> None:
    bench = await full_box(floor, {"A": 2, "B": 1})
    answer = await floor.close(bench, weight_g, reason="looks right to me")
    assert (answer.accepted, answer.code) == (False, "weight_off")
    assert "1320 g expected, 39 g more or less" in answer.message
    assert "400 g too" in answer.message
    assert await floor.lies("parcel", WORLD.a) == 0


async def test_a_lead_may_confirm_an_odd_weight_with_a_reason(floor: Floor) -> None:
    bench = await full_box(floor, {"A": 2})
    await floor.open_bench("T-1", LEA, take_over=True)
    answer = await floor.close(bench, 2000, hand=LEA)
    assert (answer.accepted, answer.code) == (False, "weight_off")
    answer = await floor.close(bench, 2000, hand=LEA, reason="stone filling")
    assert answer.code == "closed"
    assert await floor.ask("SELECT weight_reason FROM warehouse.parcels") == "stone filling"


async def test_twenty_clicks_on_close_make_one_parcel(floor: Floor) -> None:
    bench = await full_box(floor, {"A": 2})
    answers = await asyncio.gather(*(floor.close(bench) for _ in range(20)))
    assert {answer.code for answer in answers} == {"closed"}
    assert len({answer.parcel.id for answer in answers if answer.parcel}) == 1
    assert await floor.ask("SELECT count(*) FROM warehouse.parcels") == 1
    assert (
        await floor.ask("SELECT count(*) FROM platform.events WHERE kind = 'parcel' AND name = 'packed'") == 1
    )
    assert await floor.lies("parcel", WORLD.a) == 2
    assert await floor.wrong() == {}


async def test_a_box_is_not_closed_while_pieces_are_left_unless_another_follows(floor: Floor) -> None:
    [order] = await floor.picked({"A": 2, "B": 1})
    bench = await floor.put_in(await floor.open_bench("T-1"), BARCODES["A"], 2)
    answer = await floor.close(bench)
    assert (answer.accepted, answer.code) == (False, "not_all")
    first = await floor.close(bench, more=True)
    assert (first.code, first.boxes, first.left, first.state) == ("closed", 1, 1, "picked")
    second = await floor.put_in(first, BARCODES["B"])
    assert second.parcel is not None
    assert first.parcel is not None
    assert second.parcel.id != first.parcel.id
    last = await floor.close(second)
    assert (last.code, last.state, last.boxes) == ("closed", "packed", 2)
    assert len(await floor.parcels(order)) == 2
    assert await floor.wrong() == {}


@pytest.mark.proves("O6")
async def test_one_piece_is_packed_while_another_of_the_order_has_already_left(floor: Floor) -> None:
    [order] = await floor.picked({"A": 2})
    bench = await floor.put_in(await floor.open_bench("T-1"), BARCODES["A"])
    first = await floor.close(bench, more=True)
    assert first.parcel is not None
    assert await floor.hand_over([first.parcel.id]) == [first.parcel.id]
    assert await floor.states(order) == ["picked"], "the rest is still here"
    second = await floor.close(await floor.put_in(first, BARCODES["A"]))
    assert second.parcel is not None
    assert await floor.hand_over([second.parcel.id]) == [second.parcel.id]
    assert await floor.states(order) == ["handed_over"]
    assert await floor.wrong() == {}


async def test_an_empty_box_is_not_closed(floor: Floor) -> None:
    await floor.picked({"A": 2})
    answer = await floor.close(await floor.open_bench("T-1"))
    assert (answer.accepted, answer.code) == (False, "empty")


async def test_another_box_needs_a_reason_and_changes_the_expected_weight(floor: Floor) -> None:
    bench = await full_box(floor, {"A": 1})
    assert bench.fulfillment_id is not None
    job = bench.fulfillment_id

    async def change(box: str, reason: str) -> PackAnswer:
        async with floor.tx() as tx:
            return await acts.change_box(tx, ANA, job, new_command(), box, reason)

    assert (await change("XXL", "")).code == "unknown_box"
    assert (await change("M", " ")).code == "reason_needed"
    changed = await change("m", "S is used up")
    assert changed.parcel is not None
    assert (changed.parcel.box, changed.parcel.suggested_box, changed.parcel.expected_g) == (
        "M",
        "S",
        260 + 350,
    )
    back = await change("S", "")
    assert back.parcel is not None
    assert back.parcel.expected_g == 120 + 350


async def test_a_box_bears_only_so_much(floor: Floor) -> None:
    bench = await full_box(floor, {"A": 2})
    await floor.open_bench("T-1", LEA, take_over=True)
    answer = await floor.close(bench, 5001, hand=LEA, reason="lead")
    assert (answer.accepted, answer.code) == (False, "too_heavy")


async def test_a_canceled_order_is_not_closed(floor: Floor) -> None:
    bench = await full_box(floor, {"A": 2})
    assert bench.order_number is not None
    await floor.cancel(await floor.ask("SELECT id FROM orders.orders WHERE number = %s", bench.order_number))
    answer = await floor.close(bench)
    assert (answer.accepted, answer.code) == (False, "order_canceled")


async def test_an_unknown_parcel_is_refused(floor: Floor) -> None:
    with pytest.raises(Refused, match="no packing slip"):
        async with floor.tx() as tx:
            await acts.read_slip(tx, WORLD.a)
