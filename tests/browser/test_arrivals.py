"""What is to come, and taking it in at the dock, as the desk and the floor see it."""

from uuid import UUID

import pytest
from playwright.async_api import Page, expect

from doorstep.platform.auth import Role
from doorstep.platform.house import House
from doorstep.stages import inventory
from doorstep.stages.inventory.acts.receiving import announcing, expecting, inspecting
from doorstep.stages.inventory.model.arrivals import Sent
from doorstep.stages.inventory.model.inspections import Doubt
from tests.browser.conftest import Enter
from tests.browser.looking import every_look, look_at, on_a_phone
from tests.worlds.arrivals import PLATES, announce
from tests.worlds.catalog import BARCODES, CASE_OF_A, WORLD, asks_serials, bin_code
from tests.worlds.inventory import small_world


@pytest.fixture
async def kiln(house: House, tenant: UUID) -> UUID:
    """Two arrivals from the kiln, one of them on its way on two plates; an order waits for its books."""
    async with house.db.transaction(tenant, actor="user:rui") as tx:
        await small_world(tx)
        arrival_id = await announce(tx, "PO-1041", {WORLD.a: 24, WORLD.b: 10}, plates=PLATES)
        await announce(tx, "PO-1042", {WORLD.c: 6}, expected_on=None)
        await announcing.send(tx, arrival_id, Sent(carrier="Parcelo", carrier_reference="WB-77"))
        await expecting.want(tx, [WORLD.kit], {WORLD.kit: {WORLD.b: 2}})
    return arrival_id


@every_look
async def test_the_desk_sees_what_is_to_come_and_who_waits_for_it(
    page: Page, enter: Enter, kiln: UUID
) -> None:
    await enter(Role.MANAGER)
    await page.goto("/arrivals")
    await expect(page.get_by_text("1 order waits")).to_be_visible()
    await look_at(page, "arrivals")
    await page.get_by_role("link", name="PO-1041").click()
    await expect(page.get_by_role("heading", name="What it brings")).to_be_visible()
    await look_at(page, "arrival")


async def scan(page: Page, code: str) -> None:
    """Type what a scanner types; the same code within 400 ms would be a trembling hand."""
    await page.wait_for_timeout(450)
    async with page.expect_navigation():
        await page.locator("#scan").fill(code)
        await page.keyboard.press("Enter")


@every_look
async def test_an_arrival_is_taken_in_by_scans_and_closed(page: Page, enter: Enter, kiln: UUID) -> None:
    await enter(Role.MANAGER)
    await page.goto("/receive")
    await look_at(page, "receive-arrivals")
    await scan(page, "PO-1041")
    await look_at(page, "dock")
    await scan(page, PLATES[0])
    await expect(page.locator(".answer.warning")).to_contain_text("1 missing")
    await scan(page, CASE_OF_A)
    await look_at(page, "dock-product")
    await scan(page, bin_code(2, 2))
    await expect(page.locator(".do .verb")).to_have_text("Why not")
    await look_at(page, "dock-elsewhere")
    await page.get_by_role("button", name="blocked").click()
    await expect(page.locator(".answer.good")).to_contain_text("12 units lie in")
    await scan(page, BARCODES["B"])
    await page.get_by_label("Condition").select_option("damaged")
    await page.get_by_role("button", name="Set").click()
    await page.get_by_label("Why").fill("corner bent")
    await look_at(page, "dock-damaged")
    await page.get_by_role("button", name="Set them aside").click()
    await expect(page.locator(".answer.good")).to_contain_text("set aside")
    await scan(page, "SLEEVE-6")
    await look_at(page, "dock-link")
    await page.get_by_role("link", name="Back").click()
    await page.get_by_role("link", name="Close it").click()
    await look_at(page, "dock-close")
    for sku in ("A", "B"):
        await page.get_by_label(f"Why, {sku}").select_option("short_shipped")
    await page.get_by_role("button", name="Close it").click()
    await expect(page.get_by_text("Closed after").first).to_be_visible()
    await look_at(page, "arrival-closed")
    await page.goto("/receive/unannounced")
    await look_at(page, "dock-unannounced")


@on_a_phone
async def test_units_that_come_in_are_named_one_by_one(
    page: Page, enter: Enter, kiln: UUID, house: House, tenant: UUID
) -> None:
    async with house.db.transaction(tenant, actor="user:rui") as tx:
        await asks_serials(tx, WORLD.a)
    await enter(Role.MANAGER)
    await page.goto(f"/receive/{kiln}")
    for number in ("S-1", "S-2"):
        await scan(page, BARCODES["A"])
        await scan(page, number)
        await expect(page.locator(".answer")).to_contain_text(f"Unit {number}.")
    await expect(page.get_by_label("Serial numbers")).to_have_value("S-1\nS-2")
    await look_at(page, "dock-serials")
    await page.get_by_label("Serial numbers").fill("S-1\nS-3")
    await page.get_by_role("button", name="Set").click()
    await scan(page, await page.locator(".do .place").inner_text())
    await expect(page.locator(".answer.good")).to_contain_text("2 units lie in")
    async with house.db.transaction(tenant, actor="user:rui") as tx:
        known = [len(await inventory.serials_called(tx, f"S-{number}")) for number in (1, 2, 3)]
        assert known == [1, 0, 1]


@every_look
async def test_goods_to_be_checked_wait_for_a_decision(
    page: Page, enter: Enter, kiln: UUID, house: House, tenant: UUID
) -> None:
    async with house.db.transaction(tenant, actor="user:rui") as tx:
        for product_id, why in ((WORLD.a, "other glaze"), (WORLD.c, "glass rattles")):
            doubt = Doubt(site_id=WORLD.north, product_id=product_id, quantity=2, why=why)
            lying = await inventory.lying(tx, [product_id])
            await inspecting.set_aside(tx, doubt, lying[0].place)
    await enter(Role.MANAGER)
    await page.goto("/arrivals")
    await page.get_by_role("link", name="To be checked").click()
    await expect(page.get_by_text("glass rattles")).to_be_visible()
    await look_at(page, "inspections")


@every_look
async def test_suppliers_are_scored(page: Page, enter: Enter, kiln: UUID) -> None:
    await enter(Role.MANAGER)
    await page.goto("/suppliers")
    await look_at(page, "suppliers")
    await page.get_by_role("link", name="KILN").click()
    await expect(page.get_by_text("On time and in full")).to_be_visible()
    await look_at(page, "supplier")
