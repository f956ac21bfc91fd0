"""A label is bought exactly once, whatever happens to the call, the answer, or the program."""

import asyncio

import pytest

from doorstep.stages.shipping import jobs
from doorstep.stages.shipping.acts import buying, voiding
from doorstep.stages.shipping.ports.rate_table import Declined
from tests.platform.documents.sheets import words_of
from tests.worlds.shipping import SWIFT_STANDARD, Dock, Swift

LOST_ANSWERS = ["timeout_after", "error_after", "nonsense"]
NOT_SOLD = ["throttle", "error_before", "hang"]


async def test_near_the_center_our_own_vans_make_the_label_at_once(dock: Dock, carrier: Swift) -> None:
    [label_id] = await dock.want(
        await dock.parcel(city="Schaan", postal_code="9494", country="LI", lat=47.167, lon=9.511)
    )
    label = await dock.label(label_id)
    assert (label.state, label.carrier, label.route) == ("bought", "Northside Vans", "center")
    assert (label.tracking_number or "").startswith("NV")
    assert await dock.story(label_id) == ["owed", "bought"]
    assert not any("buy_label" in one for one in await dock.owed())
    assert await carrier.sold() == []


async def test_a_carrier_is_asked_and_its_number_stands_on_the_label(dock: Dock, carrier: Swift) -> None:
    label_id = await dock.wanted()
    assert (await dock.label(label_id)).state == "owed"
    await dock.work()
    label = await dock.label(label_id)
    [sold] = await carrier.sold()
    assert (label.state, label.service_id) == ("bought", SWIFT_STANDARD)
    assert label.tracking_number == sold["tracking_number"]
    assert sold["reference"] == label.reference
    assert label.price_minor == label.quoted_minor == sold["price_minor"]
    assert await dock.story(label_id) == ["owed", "due", "sent", "bought"]
    said = words_of(await dock.ask("SELECT pdf FROM shipping.labels WHERE id = %s", [label_id]))
    assert "Bahnhofstrasse 1" in said
    assert "Swift Standard" in said
    assert [reason["chosen"] for reason in label.reasons] == [True, False, False]
    assert all(reason["why"] for reason in label.reasons)


async def test_a_parcel_has_one_label_however_often_it_is_wanted(dock: Dock) -> None:
    parcel_id = await dock.parcel()
    made = await asyncio.gather(*(dock.want(parcel_id) for _ in range(8)))
    assert sum(len(one) for one in made) == 1


@pytest.mark.parametrize("mishap", [*NOT_SOLD, *LOST_ANSWERS])
async def test_whatever_happens_to_the_answer_one_label_is_sold(
    dock: Dock, carrier: Swift, mishap: str
) -> None:
    label_id = await dock.wanted()
    await carrier.go_wrong(mishap)
    await dock.work()
    label = await dock.label(label_id)
    assert label.state == "bought"
    assert [label.tracking_number] == [one["tracking_number"] for one in await carrier.sold()]
    assert label.refusal is None


async def test_two_mishaps_in_a_row_are_no_worse(dock: Dock, carrier: Swift) -> None:
    label_id = await dock.wanted()
    await carrier.go_wrong("hang", "timeout_after")
    await dock.work()
    assert [(await dock.label(label_id)).tracking_number] == await carrier.alive()
    assert await dock.story(label_id) == [
        "owed",
        "due",
        "sent",
        "unknown",
        "owed",
        "due",
        "sent",
        "unknown",
        "bought",
    ]


async def test_before_a_carrier_is_asked_to_sell_again_it_said_twice_that_it_knows_nothing(
    dock: Dock, carrier: Swift
) -> None:
    label_id = await dock.wanted()
    await carrier.go_wrong("hang")
    await jobs.buy_label(dock.house, dock.tenant_id, label_id)
    assert (await dock.label(label_id)).state == "unknown"
    async with dock.tx() as tx:
        assert await buying.absent(tx, label_id), "the call has only just ended"
    await asyncio.sleep(0.06)
    async with dock.tx() as tx:
        assert await buying.absent(tx, label_id), "the first time may be too early"
        assert await buying.absent(tx, label_id), "the second came at once"
    await asyncio.sleep(0.06)
    async with dock.tx() as tx:
        assert not await buying.absent(tx, label_id)
    assert (await dock.label(label_id)).state == "owed"


async def test_without_a_service_the_label_is_refused_with_every_reason(dock: Dock) -> None:
    [label_id] = await dock.want(await dock.parcel(weight_g=40_000))
    label = await dock.label(label_id)
    assert label.state == "refused"
    assert "takes at most 30.00 kg" in (label.refusal or "")
    assert "takes at most 20.00 kg" in (label.refusal or "")


async def test_a_carrier_that_is_away_is_asked_later_and_nothing_is_in_doubt(
    dock: Dock, carrier: Swift
) -> None:
    label_id = await dock.wanted()
    await dock.ask(
        "UPDATE catalog.carriers SET base_url = 'http://127.0.0.1:9' WHERE code = 'swift' RETURNING 1"
    )
    for _ in range(2):
        with pytest.raises(Exception, match="not reached"):
            await jobs.buy_label(dock.house, dock.tenant_id, label_id)
    label = await dock.label(label_id)
    assert (label.state, label.refusal) == ("owed", "The carrier's server was not reached (ConnectError).")
    await dock.ask(
        "UPDATE catalog.carriers SET base_url = %s WHERE code = 'swift' RETURNING 1", [carrier.url]
    )
    await dock.work()
    assert [(await dock.label(label_id)).tracking_number] == await carrier.alive()


async def test_a_price_other_than_ours_is_noted_never_silent(dock: Dock, carrier: Swift) -> None:
    label_id = await dock.wanted()
    terms = [
        {**one, "base_minor": 1999} for one in (await carrier.client.get("/v1/services")).json()["services"]
    ]
    await carrier.client.put("/v1/services", json={"services": terms})
    await dock.work()
    label = await dock.label(label_id)
    assert (label.state, label.quoted_minor, label.price_minor) == ("bought", 1290, 2089)
    assert await dock.story(label_id) == ["owed", "due", "sent", "bought", "price_changed"]


async def test_twenty_clicks_at_once_buy_one_label(dock: Dock, carrier: Swift) -> None:
    label_id = await dock.wanted()
    await carrier.go_wrong("error_after", "none", "timeout_after")

    async def click() -> None:
        async with dock.tx() as tx:
            await buying.try_again(tx, [label_id])

    await asyncio.gather(*(click() for _ in range(20)))
    await dock.work()
    label = await dock.label(label_id)
    assert label.state == "bought"
    assert await carrier.alive() == [label.tracking_number]
    assert len(await carrier.sold()) == 1


async def test_two_workers_with_the_same_purchase_make_one_call(dock: Dock, carrier: Swift) -> None:
    label_id = await dock.wanted()
    results = await asyncio.gather(
        *(jobs.buy_label(dock.house, dock.tenant_id, label_id) for _ in range(5)), return_exceptions=True
    )
    assert (await dock.label(label_id)).state == "bought"
    assert "unknown" not in await dock.story(label_id)
    assert len(await carrier.sold()) == 1
    assert all(result is None or "another worker" in str(result) for result in results)


async def test_parcels_of_one_order_have_labels_and_numbers_of_their_own(dock: Dock, carrier: Swift) -> None:
    parcels = [await dock.parcel() for _ in range(6)]
    labels = await dock.want(*parcels)
    await carrier.go_wrong("error_after", "none", "throttle")
    await dock.work()
    seen = [await dock.label(label_id) for label_id in labels]
    assert {label.parcel_id for label in seen} == set(parcels)
    assert len({label.tracking_number for label in seen}) == len({label.sscc for label in seen}) == 6
    for label in seen:
        said = words_of(await dock.ask("SELECT pdf FROM shipping.labels WHERE id = %s", [label.id]))
        assert f"Parcel {label.parcel_number} " in said
        assert (label.tracking_number or "")[-4:] in said.replace(" ", "")


async def test_a_carrier_with_many_purchases_in_doubt_is_spared_while_another_can_carry(
    dock: Dock, carrier: Swift
) -> None:
    labels = [await dock.wanted() for _ in range(3)]
    await carrier.go_wrong("hang", "hang", "hang")
    for label_id in labels:
        await jobs.buy_label(dock.house, dock.tenant_id, label_id)
    await dock.ask("UPDATE catalog.carriers SET active = true WHERE code = 'parcelo' RETURNING 1")
    other = await dock.label(await dock.wanted())
    assert other.carrier == "Parcelo"
    assert "3 purchases are unsettled" in " ".join(reason["why"] for reason in other.reasons)


async def test_an_answer_that_comes_after_the_outcome_is_known_changes_nothing(
    dock: Dock, carrier: Swift
) -> None:
    label_id = await dock.wanted()
    await dock.work()
    before = await dock.label(label_id)
    async with dock.tx() as tx:
        await buying.doubt(tx, label_id, "late")
        await buying.declined(tx, label_id, Declined("late", "late"))
        await buying.hold_back(tx, label_id, "late")
        assert not await buying.absent(tx, label_id)
    await jobs.reconcile_label(dock.house, dock.tenant_id, label_id)
    await jobs.buy_label(dock.house, dock.tenant_id, label_id)
    assert await dock.label(label_id) == before


@pytest.mark.parametrize("mishap", [*LOST_ANSWERS, "hang"])
async def test_a_purchase_in_doubt_that_nobody_wants_any_more_ends_without_a_living_label(
    dock: Dock, carrier: Swift, mishap: str
) -> None:
    label_id = await dock.wanted()
    await carrier.go_wrong(mishap)
    await jobs.buy_label(dock.house, dock.tenant_id, label_id)
    async with dock.tx() as tx:
        assert await voiding.void(tx, [label_id], "order canceled") == [label_id]
    await dock.work()
    assert (await dock.label(label_id)).state == "voided"
    assert await carrier.alive() == []
