"""Picking by list: whole carts reported at once, judged as scan by scan."""

from uuid import UUID

import pytest

from doorstep.platform.errors import Refused
from doorstep.stages.warehouse import Rejected, Reported, Stop, acts, plan_wave
from tests.worlds import changes
from tests.worlds.catalog import BARCODES, CASE_OF_A
from tests.worlds.warehouse import ANA, BEN, Floor


async def take_all(floor: Floor) -> dict[str, list[Stop]]:
    async with floor.tx() as tx:
        ids = await tx.connection.execute(
            "SELECT id FROM warehouse.batches WHERE state IN ('planned', 'picking')"
        )
        carts = await acts.take_carts(tx, ANA, [row[0] for row in await ids.fetchall()])
    return {str(batch_id): stops for batch_id, stops in carts.items()}


def done(stop: Stop, **changed: object) -> Reported:
    facts = {
        "bin": stop.bin,
        "code": BARCODES[stop.sku],
        "quantity": stop.left,
        "tote": f"T-{stop.order_number}",
    }
    return Reported(stop.id, **{**facts, **changed})  # type: ignore[arg-type]


async def report(floor: Floor, *reports: Reported) -> list[Rejected]:
    async with floor.tx() as tx:
        ids = await tx.connection.execute("SELECT id FROM warehouse.batches WHERE state = 'picking'")
        return await acts.report_picks(tx, ANA, [row[0] for row in await ids.fetchall()], reports)


async def test_whole_carts_are_picked_by_one_report(floor: Floor) -> None:
    orders = await floor.work({"A": 2, "B": 1}, {"C": 3}, {"K": 1})
    carts = await take_all(floor)
    assert await report(floor, *(done(stop) for stops in carts.values() for stop in stops)) == []
    await floor.settle()
    assert await floor.ask("SELECT count(*) FROM warehouse.fulfillments WHERE state = 'picked'") == len(
        orders
    )
    assert await floor.ask("SELECT count(*) FROM warehouse.batches WHERE state = 'picked'") == len(carts)
    assert await floor.wrong() == {}


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"bin": "A-04-10"}, "wrong_bin"),
        ({"code": BARCODES["B"]}, "wrong_item"),
        ({"quantity": 3}, "too_many"),
        ({"code": CASE_OF_A, "quantity": 1}, "too_many"),
        ({"tote": "BARREL"}, "wrong_tote"),
        ({"tote": BARCODES["A"]}, "too_many"),
    ],
)
async def test_a_report_that_no_scan_would_pass_is_rejected_and_changes_nothing(
    floor: Floor, changed: dict[str, object], code: str
) -> None:
    await floor.work({"A": 2})
    [[stop]] = (await take_all(floor)).values()
    rejected = await report(floor, done(stop, **changed))
    assert [(one.pick_id, one.code) for one in rejected] == [(stop.id, code)]
    assert await floor.ask("SELECT sum(picked) FROM warehouse.items") == 0
    assert await floor.ask("SELECT count(*) FROM platform.events WHERE name = 'wrong_scan'") == 1
    assert await floor.wrong() == {}


async def test_a_tote_belongs_to_one_order_also_within_one_report(floor: Floor) -> None:
    await floor.work({"A": 1}, {"B": 1})
    stops = [stop for stops in (await take_all(floor)).values() for stop in stops]
    rejected = await report(floor, *(done(stop, tote="T-7") for stop in stops))
    assert [one.code for one in rejected] == ["tote_taken"]
    assert await report(floor, done(next(s for s in stops if s.id == rejected[0].pick_id), tote="T-8")) == []
    assert await floor.wrong() == {}


async def test_a_part_of_a_stop_leaves_the_rest_ahead(floor: Floor) -> None:
    await floor.work({"A": 5})
    [[stop]] = (await take_all(floor)).values()
    assert await report(floor, done(stop, quantity=2)) == []
    [[rest]] = (await take_all(floor)).values()
    assert (rest.id, rest.left, rest.tote) == (stop.id, 3, f"T-{stop.order_number}")
    assert await report(floor, done(rest)) == []
    assert await floor.wrong() == {}


async def test_what_was_canceled_meanwhile_leaves_the_cart(floor: Floor) -> None:
    kept, gone = await floor.work({"A": 1}, {"B": 1})
    stops = [stop for stops in (await take_all(floor)).values() for stop in stops]
    await floor.cancel(gone)
    rejected = await report(floor, *(done(stop) for stop in stops))
    assert [one.code for one in rejected] == ["order_canceled"]
    await floor.settle()
    assert await floor.ask("SELECT state FROM warehouse.fulfillments WHERE order_id = %s", kept) == "picked"
    assert await floor.ask("SELECT state FROM warehouse.fulfillments WHERE order_id = %s", gone) == "canceled"
    assert await floor.wrong() == {}


async def test_of_a_changed_order_only_what_is_left_of_it_is_picked(floor: Floor) -> None:
    changed, kept = await floor.work({"A": 5}, {"B": 1})
    stops = [stop for stops in (await take_all(floor)).values() for stop in stops]
    async with floor.tx() as tx:
        await changes.done(tx, changed, lines=await changes.wanted(tx, changed, A=2), payment=changes.CASH)
    rejected = await report(floor, *(done(stop) for stop in stops))
    assert [one.code for one in rejected] == ["order_changed"]
    assert await floor.states(kept) == ["picked"]
    [left] = [stop for stops in (await take_all(floor)).values() for stop in stops]
    assert (left.sku, left.left) == ("A", 2)
    assert await report(floor, done(left)) == []
    assert await floor.states(changed) == ["picked"]
    await floor.settle()
    assert await floor.wrong() == {}


async def test_somebody_elses_cart_can_neither_be_taken_nor_reported(floor: Floor) -> None:
    await floor.work({"A": 1})
    [batch_id] = await take_all(floor)
    with pytest.raises(Refused, match="is with Ana"):
        async with floor.tx(BEN) as tx:
            await acts.take_carts(tx, BEN, [UUID(batch_id)])
    with pytest.raises(Refused, match="not yours"):
        async with floor.tx(BEN) as tx:
            await acts.report_picks(tx, BEN, [UUID(batch_id)], [])


async def test_a_wave_plans_just_what_was_asked_for(floor: Floor) -> None:
    first = await floor.place({"A": 1})
    second = await floor.place({"B": 1})
    await floor.worker.step(floor.tenant_id)
    async with floor.tx() as tx:
        await acts.release(tx, [first, second])
        [one] = [work for work in await acts.work_of(tx, [first, second]) if work.order_id == second]
    [cart] = await plan_wave(floor.house, floor.tenant_id, [one.fulfillment_id])
    async with floor.tx() as tx:
        states = {
            work.order_id: (work.state, work.batch_id) for work in await acts.work_of(tx, [first, second])
        }
    assert states == {first: ("waiting", None), second: ("batched", cart)}
