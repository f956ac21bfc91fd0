"""At the dock parcels leave the house: goods, order and money move with them, each once."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import zxingcpp

from doorstep.platform import clock
from doorstep.platform.errors import Refused
from doorstep.platform.tasks import Worker
from doorstep.stages import orders
from doorstep.stages.orders import HoldReason
from doorstep.stages.orders.acts import hold_parts
from doorstep.stages.orders.model.holding import Parts
from doorstep.stages.shipping.acts import leaving, looking, manifests, sheets
from doorstep.stages.shipping.model import HandOver, Verdict
from tests.conftest import NOON
from tests.platform.documents.sheets import gray, words_of
from tests.worlds.catalog import WORLD
from tests.worlds.changes import lines_of
from tests.worlds.shipping import SWIFT, Dock, Swift, build_dock, far
from tests.worlds.warehouse import Floor

NEAR: dict[str, Any] = {"city": "Schaan", "postal_code": "9494", "country": "LI", "lat": 47.167, "lon": 9.511}


async def bought(dock: Dock, count: int = 1, **ship_to: Any) -> list[looking.LabelSeen]:
    """Parcels with a bought label, ready at the dock."""
    ids = [await dock.wanted(**ship_to) for _ in range(count)]
    await dock.work()
    return [await dock.label(label_id) for label_id in ids]


async def scan(dock: Dock, *codes: str | None) -> list[HandOver]:
    async with dock.tx() as tx:
        return await leaving.hand_over(tx, [code or "" for code in codes])


async def walked(worker: Worker, tenant: UUID, carrier: Swift) -> tuple[Dock, looking.LabelSeen]:
    """A dock, and the label of an order of two mugs that was picked and packed."""
    dock, floor = Dock(worker, tenant), Floor(worker, tenant)
    async with dock.tx() as tx:
        await build_dock(tx, carrier.url)
    order_id = await floor.place({"A": 2}, ship_to=far())
    await floor.settle()
    await floor.walk()
    await floor.pack(order_id)
    await floor.settle()
    [parcel_id] = await floor.parcels(order_id)
    async with dock.tx() as tx:
        [label] = await looking.page_of_labels(tx, looking.Narrow(parcel_id=parcel_id), None, 10)
    assert label.state == "bought"
    return dock, label


async def test_an_order_walks_from_the_shelf_to_the_truck_and_all_books_agree(
    worker: Worker, tenant: UUID, carrier: Swift
) -> None:
    dock, label = await walked(worker, tenant, carrier)
    floor, order_id = Floor(worker, tenant), label.order_id
    [answer] = await scan(dock, label.tracking_number)
    assert answer.verdict == Verdict.HANDED_OVER, answer.message
    assert await floor.states(order_id) == ["handed_over"]
    assert await floor.lies("parcel", WORLD.a) == 0
    assert await floor.wrong() == {}
    await floor.settle()
    assert await dock.ask("SELECT state FROM orders.payments WHERE order_id = %s", [order_id]) == "captured"
    with pytest.raises(Refused):
        async with dock.tx() as tx:
            await orders.cancel_one(tx, order_id, "too late")


async def test_a_label_is_known_by_any_of_its_numbers_and_a_second_scan_is_harmless(dock: Dock) -> None:
    [label] = await bought(dock)
    first, *more = [
        (await scan(dock, code))[0]
        for code in (
            f"]C100{label.sscc}",
            label.tracking_number,
            (label.tracking_number or "").lower(),
            label.id.hex,
        )
    ]
    assert first.verdict == Verdict.HANDED_OVER
    assert {one.verdict for one in more} == {Verdict.BEFORE}
    assert {one.label_id for one in more} == {label.id}
    assert (await dock.story(label.id)).count("handed_over") == 1


async def test_each_code_has_its_own_answer_in_order(dock: Dock) -> None:
    [good] = await bought(dock)
    unbought = await dock.wanted()
    nothing, ok, again, not_bought = await scan(dock, "WHAT", good.tracking_number, good.sscc, unbought.hex)
    assert (nothing.verdict, ok.verdict, again.verdict) == (
        Verdict.UNKNOWN,
        Verdict.HANDED_OVER,
        Verdict.HANDED_OVER,
    )
    assert not_bought.verdict == Verdict.NOT_BOUGHT
    assert "Scan the label" in nothing.message
    assert "it is owed" in not_bought.message


async def test_a_canceled_or_held_order_stays_here(dock: Dock) -> None:
    canceled, held, free = await bought(dock, 3)
    async with dock.tx() as tx:
        await orders.cancel_one(tx, canceled.order_id, "changed mind")
        await orders.hold(tx, [held.order_id], "manual", "a question")
    answers = await scan(dock, canceled.tracking_number, held.tracking_number, free.tracking_number)
    assert [one.verdict for one in answers] == [Verdict.STOPPED, Verdict.STOPPED, Verdict.HANDED_OVER]
    assert "the order is canceled" in answers[0].message
    assert "the order is held" in answers[1].message
    assert (await dock.label(held.id)).handed_over_at is None


async def test_a_part_that_is_held_while_its_parcel_is_scanned_stays_here(
    worker: Worker, tenant: UUID, carrier: Swift
) -> None:
    dock, label = await walked(worker, tenant, carrier)
    async with dock.tx() as tx:
        lines = await lines_of(tx, label.order_id)
        await hold_parts(tx, label.order_id, Parts(tuple(lines.values())), HoldReason.MANUAL)
        scanning = asyncio.create_task(scan(dock, label.tracking_number))
        await asyncio.sleep(0.3)
        assert not scanning.done(), "it waits for whoever has the order in hand"
    [answer] = await scanning
    assert (answer.verdict, "held part" in answer.message) == (Verdict.STOPPED, True)
    assert await dock.ask("SELECT shipped_at FROM orders.orders WHERE id = %s", [label.order_id]) is None


async def test_one_manifest_is_open_per_carrier_and_its_bar_code_hands_all_of_it_over(
    dock: Dock, carrier: Swift
) -> None:
    far_ones, [near] = await bought(dock, 3), await bought(dock, **NEAR)
    async with dock.tx() as tx:
        manifest_id = await manifests.gather(tx, WORLD.north, SWIFT)
        assert await manifests.gather(tx, WORLD.north, SWIFT) == manifest_id
        seen, listed = await looking.manifest(tx, manifest_id)
    assert (seen.parcels, seen.handed_over, len(listed)) == (3, 0, 3)
    [answer] = await scan(dock, f"M{seen.number}")
    assert (answer.verdict, answer.parcels) == (Verdict.HANDED_OVER, 3)
    [again] = await scan(dock, f"M{seen.number}")
    assert again.verdict == Verdict.UNKNOWN
    await dock.work()
    async with dock.tx() as tx:
        seen, _ = await looking.manifest(tx, manifest_id)
    assert (seen.state, seen.handed_over) == ("closed", 3)
    told = await carrier.sold()
    assert {one["manifest_id"] for one in told} == {seen.carrier_ref}
    assert {one["tracking_number"] for one in told} == {label.tracking_number for label in far_ones}
    assert (await dock.label(near.id)).handed_over_at is None


async def test_what_was_not_scanned_waits_for_the_next_truck(dock: Dock, carrier: Swift) -> None:
    gone, late = await bought(dock, 2)
    async with dock.tx() as tx:
        manifest_id = await manifests.gather(tx, WORLD.north, SWIFT)
        with pytest.raises(Refused, match="empty"):
            await manifests.close_one(tx, manifest_id)
    await scan(dock, gone.tracking_number)
    async with dock.tx() as tx:
        assert await manifests.close_one(tx, manifest_id) == 1
        with pytest.raises(Refused, match="closed already"):
            await manifests.close_one(tx, manifest_id)
    assert (await dock.label(late.id)).manifest_id is None
    await scan(dock, late.tracking_number)
    assert (await dock.label(late.id)).manifest_id not in (None, manifest_id)
    await dock.work()
    taken = {one["tracking_number"] for one in await carrier.sold() if one["manifest_id"]}
    assert taken == {gone.tracking_number}


async def test_what_the_carrier_does_not_take_is_shown(dock: Dock, carrier: Swift) -> None:
    good, bad = await bought(dock, 2)
    ref = await dock.ask("SELECT carrier_ref FROM shipping.labels WHERE id = %s", [bad.id])
    await carrier.client.post(f"/v1/shipments/{ref}/void")
    await scan(dock, good.tracking_number, bad.tracking_number)
    async with dock.tx() as tx:
        [open_] = await looking.manifests(tx, None, 10)
        await manifests.close_one(tx, open_.id)
    await dock.work()
    assert (await dock.label(bad.id)).refusal == "The carrier did not take the parcel: voided"
    assert (await dock.label(good.id)).refusal is None
    assert "not_taken" in await dock.story(bad.id)


async def test_a_truck_that_everybody_forgot_has_left_two_hours_later(dock: Dock, carrier: Swift) -> None:
    [label] = await bought(dock)
    await scan(dock, label.tracking_number)
    async with dock.tx() as tx:
        await manifests.close_forgotten(tx, [dock.tenant_id])
        assert [one.state for one in await looking.manifests(tx, None, 10)] == ["open"]
        await clock.advance(tx, NOON + timedelta(hours=3))
    async with dock.tx() as tx:
        await manifests.close_forgotten(tx, [dock.tenant_id])
        assert [one.state for one in await looking.manifests(tx, None, 10)] == ["closed"]


async def test_nothing_ready_makes_no_manifest(dock: Dock) -> None:
    async with dock.tx() as tx:
        with pytest.raises(Refused, match="Nothing is ready"):
            await manifests.gather(tx, WORLD.north, SWIFT)


async def test_the_sheet_lists_every_parcel_and_its_bar_code_is_the_manifests(dock: Dock) -> None:
    labels = await bought(dock, 2)
    async with dock.tx() as tx:
        manifest_id = await manifests.gather(tx, WORLD.north, SWIFT)
        seen, _ = await looking.manifest(tx, manifest_id)
        made = await sheets.sheet(tx, manifest_id)
    assert [code.text for code in zxingcpp.read_barcodes(gray(made, 200))] == [f"M{seen.number}"]
    said = words_of(made).replace(" ", "")
    for label in labels:
        assert (label.tracking_number or "?") in said
