"""A carrier that refuses is not the end: the next best service is asked, as a purchase of its own, and the reason is kept."""

from doorstep.stages.shipping import jobs
from doorstep.stages.shipping.acts import buying, voiding
from tests.worlds.shipping import SWIFT_EXPRESS, SWIFT_STANDARD, Dock, Swift


async def rename_service(dock: Dock, service_id: object, code: str) -> None:
    """Let a service be called something that its carrier does not know, or does."""
    await dock.ask("UPDATE catalog.services SET code = %s WHERE id = %s RETURNING 1", [code, service_id])


async def test_after_a_refusal_the_next_best_service_is_bought_once(dock: Dock, carrier: Swift) -> None:
    label_id = await dock.wanted()
    await rename_service(dock, SWIFT_STANDARD, "gone")
    await dock.work()
    label = await dock.label(label_id)
    assert (label.state, label.service_id, label.refusal) == ("bought", SWIFT_EXPRESS, None)
    assert [label.tracking_number] == await carrier.alive()
    assert len(await carrier.sold()) == 1
    assert {one["service"]: one["why"] for one in label.reasons}["Swift Standard"] == (
        "refused to sell: There is no service gone. (unknown_service)"
    )
    assert await dock.story(label_id) == ["owed", "due", "sent", "refused", "owed", "due", "sent", "bought"]


async def test_each_purchase_has_a_key_of_its_own(dock: Dock, carrier: Swift) -> None:
    label_id = await dock.wanted()
    await rename_service(dock, SWIFT_STANDARD, "gone")
    await dock.work()
    keys = await dock.ask(
        "SELECT array_agg(facts ->> 'key' ORDER BY seq) FROM platform.events WHERE subject = %s AND name = 'sent'",
        [label_id],
    )
    reference = (await dock.label(label_id)).reference
    assert keys == [f"{reference}-1", f"{reference}-2"]


async def test_near_the_center_our_vans_take_what_a_carrier_refuses(dock: Dock, carrier: Swift) -> None:
    near = {"city": "Schaan", "postal_code": "9494", "country": "LI", "lat": 47.167, "lon": 9.511}
    await dock.ask("UPDATE catalog.carriers SET active = false WHERE kind = 'fleet' RETURNING 1")
    label_id = await dock.wanted(**near)
    await dock.ask("UPDATE catalog.carriers SET active = true WHERE kind = 'fleet' RETURNING 1")
    await rename_service(dock, SWIFT_STANDARD, "gone")
    await dock.work()
    label = await dock.label(label_id)
    assert (label.state, label.carrier) == ("bought", "Northside Vans")
    assert await carrier.sold() == []


async def test_when_all_refuse_a_person_is_told_every_reason_and_may_try_again(
    dock: Dock, carrier: Swift
) -> None:
    label_id = await dock.wanted()
    await rename_service(dock, SWIFT_STANDARD, "gone")
    await rename_service(dock, SWIFT_EXPRESS, "lost")
    await dock.work()
    label = await dock.label(label_id)
    assert label.state == "refused"
    assert "Swift Standard: refused to sell: There is no service gone. (unknown_service)" in (
        label.refusal or ""
    )
    assert "Swift Express: refused to sell: There is no service lost. (unknown_service)" in (
        label.refusal or ""
    )
    assert label.next_step == ("Try again", label.refusal)
    await rename_service(dock, SWIFT_STANDARD, "standard")
    async with dock.tx() as tx:
        assert await buying.try_again(tx, [label_id]) == [label_id]
    await dock.work()
    label = await dock.label(label_id)
    assert (label.state, label.service_id) == ("bought", SWIFT_STANDARD)
    assert len(await carrier.sold()) == 1


async def test_a_carrier_that_refuses_our_account_is_not_asked_for_its_other_services(
    dock: Dock, carrier: Swift
) -> None:
    label_id = await dock.wanted()
    async with dock.tx() as tx:
        sealed = tx.seal("wrong")
    await dock.ask(
        "UPDATE catalog.carriers SET api_key = %s WHERE base_url = %s RETURNING 1", [sealed, carrier.url]
    )
    await dock.work()
    label = await dock.label(label_id)
    refused = "refused to sell: Send a known key as `Authorization: Bearer ...`. (unauthenticated)"
    assert label.state == "refused"
    assert [one["why"] for one in label.reasons if one["carrier"] == "Swift"] == [refused, refused]
    assert (await dock.story(label_id)).count("sent") == 1


async def test_a_label_sold_and_taken_back_at_once_is_bought_from_the_next(
    dock: Dock, carrier: Swift
) -> None:
    label_id = await dock.wanted()
    await carrier.go_wrong("canceled")
    await dock.work()
    label = await dock.label(label_id)
    assert (label.state, label.service_id) == ("bought", SWIFT_EXPRESS)
    assert [label.tracking_number] == await carrier.alive()


async def test_what_was_taken_back_before_says_nothing_about_a_later_purchase_in_doubt(
    dock: Dock, carrier: Swift
) -> None:
    label_id = await dock.wanted()
    await carrier.go_wrong("canceled", "hang", "timeout_after")
    await dock.work()
    label = await dock.label(label_id)
    assert (label.state, label.service_id) == ("bought", SWIFT_EXPRESS)
    assert [label.tracking_number] == await carrier.alive()
    assert [one["status"] for one in await carrier.sold()] == ["voided", "sold"]


async def test_a_refusal_of_what_nobody_wants_any_more_is_the_end(dock: Dock, carrier: Swift) -> None:
    label_id = await dock.wanted()
    await rename_service(dock, SWIFT_STANDARD, "gone")
    async with dock.tx() as tx:
        await buying.send(tx, label_id)
        await voiding.void(tx, [label_id], "order canceled")
        await buying.declined(tx, label_id, jobs.TAKEN_BACK)
    await dock.work()
    assert (await dock.label(label_id)).state == "voided"
    assert await carrier.sold() == []
