"""A label that is not wanted any more is taken back once; one whose parcel has gone stays."""

import pytest

from doorstep.platform.errors import Refused
from doorstep.stages import orders
from doorstep.stages.shipping import jobs
from doorstep.stages.shipping.acts import voiding
from tests.worlds.shipping import Dock, Swift

NEAR = {"city": "Schaan", "postal_code": "9494", "country": "LI", "lat": 47.167, "lon": 9.511}


async def test_a_canceled_order_gives_its_label_back_and_the_carrier_knows(
    dock: Dock, carrier: Swift
) -> None:
    label_id = await dock.wanted()
    await dock.work()
    label = await dock.label(label_id)
    async with dock.tx() as tx:
        await orders.cancel_one(tx, label.order_id, "changed mind")
    await dock.work()
    assert (await dock.label(label_id)).state == "voided"
    assert await carrier.alive() == []
    assert (await dock.story(label_id))[-2:] == ["voiding", "voided"]


async def test_what_was_never_sold_and_what_we_made_ourselves_is_voided_without_a_call(
    dock: Dock, carrier: Swift
) -> None:
    owed = await dock.wanted()
    own = await dock.wanted(**NEAR)
    async with dock.tx() as tx:
        await voiding.void(tx, [owed, own], "a test")
    assert [(await dock.label(one)).state for one in (owed, own)] == ["voided", "voided"]
    await dock.work()
    assert await carrier.sold() == []


async def test_a_voided_parcel_can_have_a_new_label_under_a_new_name(dock: Dock, carrier: Swift) -> None:
    first = await dock.wanted()
    await dock.work()
    async with dock.tx() as tx:
        await voiding.void_one(tx, first, "torn")
    parcel_id = (await dock.label(first)).parcel_id
    assert await dock.want(parcel_id) == [], "the old one is not given back yet"
    await dock.work()
    [second] = await dock.want(parcel_id)
    await dock.work()
    label = await dock.label(second)
    assert (label.generation, label.state) == (2, "bought")
    assert await carrier.alive() == [label.tracking_number]


async def test_a_label_the_carrier_will_not_take_back_stands_and_a_person_is_told(
    dock: Dock, carrier: Swift
) -> None:
    label_id = await dock.wanted()
    await dock.work()
    ref = await dock.ask("SELECT carrier_ref FROM shipping.labels WHERE id = %s", [label_id])
    assert (await carrier.client.post("/v1/manifests", json={"shipments": [ref]})).status_code == 201
    async with dock.tx() as tx:
        await voiding.void_one(tx, label_id, "too late")
    await dock.work()
    label = await dock.label(label_id)
    assert label.state == "bought"
    assert "was handed over" in (label.refusal or "")


async def test_a_label_voided_already_or_not_there_is_refused_with_a_reason(dock: Dock) -> None:
    label_id = await dock.wanted(**NEAR)
    async with dock.tx() as tx:
        await voiding.void_one(tx, label_id, "a test")
        with pytest.raises(Refused, match="voided already"):
            await voiding.void_one(tx, label_id, "again")
        with pytest.raises(Refused, match="no label"):
            await voiding.void_one(tx, tx.tenant_id, "unknown")


async def test_each_carrier_is_asked_for_its_own_labels_only(dock: Dock, carrier: Swift) -> None:
    ours, theirs = await dock.wanted(**NEAR), await dock.wanted()
    await dock.work()
    async with dock.tx() as tx:
        await jobs.void_canceled(tx, [(await dock.label(one)).order_id for one in (ours, theirs)])
    await dock.work()
    assert [one["status"] for one in await carrier.sold()] == ["voided"]
    assert [(await dock.label(one)).state for one in (ours, theirs)] == ["voided", "voided"]
