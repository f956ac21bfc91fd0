"""Packing by list: boxes reported at once, judged as at the bench."""

import pytest

from doorstep.stages.warehouse import Bench, Boxed, BoxVerdict, acts
from tests.worlds.catalog import BARCODES, CASE_OF_A
from tests.worlds.warehouse import ANA, LEA, Floor


async def look(floor: Floor) -> list[Bench]:
    async with floor.tx() as tx:
        found = await tx.connection.execute("SELECT id FROM warehouse.fulfillments ORDER BY id")
        return await acts.benches(tx, [row[0] for row in await found.fetchall()])


def whole(bench: Bench, box: str = "S", **changed: object) -> Boxed:
    """All pieces of an order in one box, at the weight they should have."""
    pieces = {BARCODES[line.sku]: line.need for line in bench.lines}
    tare_g = {"S": 120, "M": 250}.get(box, 0)
    weight_g = tare_g + sum(line.weight_g * line.need for line in bench.lines)
    facts = {"pieces": pieces, "weight_g": weight_g, "reason": "", **changed}
    return Boxed(bench.job.id, box, **facts)  # type: ignore[arg-type]


async def pack(floor: Floor, *boxed: Boxed, lead: bool = False) -> list[BoxVerdict]:
    hand = LEA if lead else ANA
    async with floor.tx(hand) as tx:
        return await acts.pack_boxes(tx, hand, boxed, lambda order_id: f"/t/{order_id}")


async def test_many_boxes_are_packed_by_one_report_each_with_its_slip(floor: Floor) -> None:
    await floor.picked({"A": 1}, {"A": 1, "B": 1})
    reports = [whole(bench, bench.suggested[0][0] if bench.suggested else "S") for bench in await look(floor)]
    verdicts = await pack(floor, *reports)
    assert [one.code for one in verdicts] == ["packed", "packed"]
    await floor.settle()
    assert await floor.ask("SELECT count(*) FROM warehouse.fulfillments WHERE state = 'packed'") == 2
    slips = "SELECT count(*) FROM warehouse.parcels WHERE state = 'packed' AND slip LIKE '%%PDF%%'::bytea"
    assert await floor.ask(slips) == 2
    assert await floor.ask("SELECT count(*) FROM warehouse.totes") == 0
    assert await floor.wrong() == {}


async def test_an_order_in_two_boxes_is_packed_with_the_second(floor: Floor) -> None:
    await floor.picked({"A": 3})
    [bench] = await look(floor)
    first = whole(
        bench, pieces={BARCODES["A"]: 2}, weight_g=120 + 2 * bench.lines[0].weight_g, reason="by hand"
    )
    second = whole(bench, pieces={BARCODES["A"]: 1}, weight_g=120 + bench.lines[0].weight_g, reason="by hand")
    assert [one.code for one in await pack(floor, first)] == ["packed"]
    assert await floor.ask("SELECT state FROM warehouse.fulfillments") == "picked"
    assert [one.code for one in await pack(floor, second, second)] == ["packed", "too_many"]
    assert await floor.ask("SELECT state FROM warehouse.fulfillments") == "packed"
    assert await floor.wrong() == {}


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"pieces": {}}, "empty"),
        ({"pieces": {BARCODES["C"]: 1}}, "wrong_item"),
        ({"pieces": {CASE_OF_A: 1}}, "too_many"),
        ({"box": "CHEST"}, "unknown_box"),
        ({"box": "M"}, "reason_needed"),
        ({"weight_g": 2_000}, "weight_off"),
        ({"weight_g": 9_000_000}, "too_heavy"),
    ],
)
async def test_a_box_that_no_bench_would_close_becomes_no_parcel(
    floor: Floor, changed: dict[str, object], code: str
) -> None:
    await floor.picked({"A": 2})
    [bench] = await look(floor)
    box = str(changed.pop("box", "S"))
    [verdict] = await pack(floor, whole(bench, box, **changed))
    assert (verdict.code, verdict.parcel_id) == (code, None)
    assert await floor.ask("SELECT count(*) FROM warehouse.parcels") == 0
    assert await floor.wrong() == {}


async def test_a_lead_may_say_why_a_weight_is_right(floor: Floor) -> None:
    await floor.picked({"A": 2})
    [bench] = await look(floor)
    odd = whole(bench, weight_g=2_000, reason="a stone as a gift")
    assert [one.code for one in await pack(floor, odd)] == ["weight_off"]
    assert [one.code for one in await pack(floor, odd, lead=True)] == ["packed"]
    assert await floor.ask("SELECT weight_reason FROM warehouse.parcels") == "a stone as a gift"


async def test_a_box_open_on_a_bench_is_finished_there(floor: Floor) -> None:
    [order] = await floor.picked({"A": 2})
    await floor.open_bench(str(await floor.number(order)))
    [bench] = await look(floor)
    assert [one.code for one in await pack(floor, whole(bench))] == ["in_use"]


async def test_held_canceled_and_packed_orders_are_not_packed(floor: Floor) -> None:
    orders = await floor.picked({"A": 1}, {"B": 1}, {"C": 1})
    found = {bench.job.order_id: bench for bench in await look(floor)}
    held, canceled, packed = (found[order_id] for order_id in orders)
    assert [one.code for one in await pack(floor, whole(packed, packed.suggested[0][0]))] == ["packed"]
    await floor.hold(orders[0])
    await floor.cancel(orders[1])
    codes = [one.code for one in await pack(floor, whole(held), whole(canceled), whole(packed))]
    assert codes == ["order_held", "order_canceled", "already_packed"]
    assert await look(floor) == []
