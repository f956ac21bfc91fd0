"""The last mile as dispatchers, drivers and customers see it."""

from datetime import date
from uuid import UUID

import pytest
from playwright.async_api import Page, expect

from doorstep.platform.auth import Role
from doorstep.platform.links import write_link
from doorstep.platform.tasks import Worker
from doorstep.stages import delivery
from doorstep.stages.delivery import Position, ProofKind
from tests.browser.conftest import Enter
from tests.browser.looking import every_look, look_at, on_a_phone
from tests.worlds.delivery import MORNING, RUI, LastMile, picture


@pytest.fixture
async def mile(worker: Worker, tenant: UUID) -> LastMile:
    """Northside's last mile, open for business."""
    made = LastMile(worker, tenant)
    await made.open()
    return made


@every_look
async def test_a_dispatcher_plans_and_accepts_a_day(page: Page, enter: Enter, mile: LastMile) -> None:
    stops = await mile.parcels_at_center(5)
    async with mile.tx() as tx:
        await delivery.wish_window(tx, stops[4], MORNING.replace(hour=3), MORNING.replace(hour=4))
    await enter(Role.DISPATCHER)
    await page.goto("/dispatch")
    await expect(page.locator("[data-map].ready")).to_be_visible()
    await look_at(page, "dispatch-waiting")
    await page.get_by_role("button", name="Plan routes").click(timeout=30_000)
    await expect(page.get_by_text("A plan waits for your yes")).to_be_visible(timeout=30_000)
    await expect(page.locator("[data-map].ready")).to_be_visible()
    await look_at(page, "dispatch-proposal")
    await page.get_by_role("button", name="Accept the plan").click()
    await expect(page.get_by_text("Ready for their drivers")).to_be_visible()
    await expect(page.locator("[data-map].ready")).to_be_visible()
    await look_at(page, "dispatch-routes")
    await page.get_by_role("link", name="van-").first.click()
    await expect(page.locator("[data-map].ready")).to_be_visible()
    await look_at(page, "dispatch-route")
    await page.get_by_role("button", name="Earlier: stop 2").press("Enter")
    await expect(page.get_by_text("The stop is moved")).to_be_visible()


@every_look
async def test_a_stop_shows_its_tries_and_its_proof(page: Page, enter: Enter, mile: LastMile) -> None:
    _, stops = await mile.out(2)
    await mile.fail(stops[1], note="Nobody there, dog barks")
    drawn = "M40 120L90 60L140 130L190 70L250 120L330 80L410 130"
    await mile.deliver(stops[0], signature=drawn, place=await mile.door_of(stops[0]))
    await enter(Role.DISPATCHER)
    await page.goto(f"/dispatch/stops/{stops[0]}")
    await expect(page.get_by_text("Proof of delivery")).to_be_visible()
    await expect(page.locator("[data-map].ready")).to_be_visible()
    await look_at(page, "dispatch-proof")
    await page.goto("/dispatch?view=failed")
    await look_at(page, "dispatch-failed")
    await page.goto(f"/dispatch/stops/{stops[1]}")
    await look_at(page, "dispatch-stop-failed")


@on_a_phone
async def test_the_center_scans_in_with_a_scanner_alone(page: Page, enter: Enter, mile: LastMile) -> None:
    stops = await mile.expected(3)
    await enter(Role.DISPATCHER)
    await page.goto("/dispatch/scan")
    await look_at(page, "scan-in")
    field = page.get_by_label("Scan a parcel")
    await expect(field).to_be_focused()
    await field.fill(await mile.number_of(stops[0]))
    await field.press("Enter")
    await expect(page.locator("body")).to_have_attribute("data-answer", "good")
    await look_at(page, "scan-in-good")


@on_a_phone
async def test_a_driver_takes_loads_drives_and_hands_over(page: Page, enter: Enter, mile: LastMile) -> None:
    route_id, stops = await mile.planned(2)
    await enter(Role.DRIVER)
    await page.goto("/driver")
    await look_at(page, "driver-routes")
    await page.locator(f'a[href="/driver/{route_id}"]').click()
    await look_at(page, "driver-take")
    await page.get_by_role("button", name="Take this route").click()
    await expect(page.get_by_label("Scan a parcel")).to_be_focused()
    await look_at(page, "driver-loading")
    for stop_id in reversed(stops):
        field = page.get_by_label("Scan a parcel")
        await field.fill(await mile.number_of(stop_id))
        await field.press("Enter")
        await expect(page.locator("body")).to_have_attribute("data-answer", "good")
    await expect(page.get_by_text("All loaded")).to_be_visible()
    await look_at(page, "driver-loaded")
    await page.get_by_role("button", name="Leave").click()
    await expect(page.get_by_text("Drive to")).to_be_visible()
    await look_at(page, "driver-next")
    await page.get_by_role("button", name="I am here").click()
    await look_at(page, "driver-door")
    await page.get_by_role("link", name="Hand over").click()
    await look_at(page, "driver-signature")
    box = await page.locator("canvas.sign").bounding_box()
    assert box is not None
    await page.mouse.move(box["x"] + 30, box["y"] + 40)
    await page.mouse.down()
    for step in range(1, 9):
        await page.mouse.move(box["x"] + 30 + step * 20, box["y"] + 40 + (step % 2) * 30)
    await page.mouse.up()
    await page.get_by_label("Name of who signs").fill("Ana Keller")
    await page.get_by_role("button", name="Delivered").click()
    await expect(page.get_by_text("Delivered.")).to_be_visible()
    assert await mile.state_of(stops[0]) == "delivered"
    assert str(await mile.ask("SELECT signature FROM delivery.proofs")).startswith("M")
    await page.get_by_role("link", name="Not possible").click()
    await look_at(page, "driver-fail")
    await page.get_by_role("button", name="Bring it back").click()
    await expect(page.get_by_text("attempt 2 follows")).to_be_visible()
    await look_at(page, "driver-back")
    await page.get_by_role("button", name="I am back").click()
    await expect(page.get_by_text("The route is finished")).to_be_visible()
    await page.goto(f"/driver/stops/{stops[1]}/deliver?proof=photo")
    await look_at(page, "driver-photo")
    await page.goto(f"/driver/stops/{stops[1]}/deliver?proof=pin")
    await look_at(page, "driver-pin")


@every_look
async def test_a_customer_sees_the_van_come_and_then_the_proof(page: Page, mile: LastMile) -> None:
    _, stops = await mile.out(3)
    van = await mile.ask("SELECT van_id FROM delivery.routes")
    position = Position(van_id=van, device="p", device_seq=1, lat=47.169, lon=9.507, occurred_at=MORNING)
    async with mile.tx(RUI) as tx:
        await delivery.record_positions(tx, [position])
    order_id = await mile.ask("SELECT order_id FROM delivery.stops WHERE id = %s", stops[1])
    path = f"/t/{write_link(mile.house, 'order', mile.tenant_id, order_id, date(2026, 6, 1))}/door"
    await page.goto(path)
    await expect(page.locator("[data-map].ready")).to_be_visible()
    await expect(page.get_by_text("Your PIN for the door")).to_be_visible()
    await look_at(page, "door-coming")
    await mile.deliver(stops[1], ProofKind.PHOTO, photo=picture(), received_by="Neighbor at 12")
    await page.goto(path)
    await look_at(page, "door-delivered")
