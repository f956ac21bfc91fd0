"""Plates on the handheld."""

from uuid import UUID

import pytest
from playwright.async_api import Page, expect

from doorstep.platform.auth import Role
from doorstep.platform.house import House
from doorstep.stages import catalog
from doorstep.stages.catalog import BinUse
from doorstep.stages.inventory.model.arrivals import AnnouncedLine, Packed
from tests.browser.conftest import Enter
from tests.browser.looking import every_look, look_at, on_a_phone
from tests.worlds.arrivals import PLATES, announce
from tests.worlds.catalog import BARCODES, WORLD, bin_code
from tests.worlds.inventory import small_world
from tests.worlds.plates import build, line

HOME = bin_code(1, 1)


@pytest.fixture
async def northside(house: House, tenant: UUID) -> UUID:
    """Northside with a pallet of mugs, a case on it and one beside it."""
    async with house.db.transaction(tenant, actor="user:rui") as tx:
        await small_world(tx)
        await build(tx, "C-1", line(12))
        await build(tx, "C-2", line(8))
        await build(tx, "P-1", line(20), nested=["C-1"])
    return tenant


async def scan(page: Page, code: str, says: str, kind: str = "good") -> None:
    """Scan a code and wait for what is said."""
    await page.wait_for_timeout(450)
    async with page.expect_navigation():
        await page.locator("#scan").fill(code)
        await page.keyboard.press("Enter")
    await expect(page.locator(f".answer.{kind}")).to_contain_text(says)


@every_look
async def test_a_plate_is_scanned_moved_nested_and_broken_down(
    page: Page, enter: Enter, northside: UUID
) -> None:
    await enter(Role.PICKER)
    await page.goto("/plates")
    await look_at(page, "plates")
    async with page.expect_navigation():
        await page.locator("#scan").fill("p-1")
        await page.keyboard.press("Enter")
    await expect(page.locator(".do .place")).to_have_text(HOME)
    await look_at(page, "plate")
    await scan(page, bin_code(4, 4), "P-1 stands in")
    await expect(page.locator(".do .place")).to_have_text(bin_code(4, 4))
    await page.get_by_role("link", name="C-1").click()
    await page.get_by_role("button", name="Take it off P-1").click()
    await expect(page.locator(".answer.good")).to_contain_text("stands by itself")
    await scan(page, "C-2", "C-1 stands on C-2")
    await expect(page.locator(".do .place")).to_have_text(HOME)
    await scan(page, BARCODES["A"], "1 more of A on C-1")
    await page.get_by_text("Take goods off").click()
    await page.get_by_label("A", exact=True).fill("3")
    await page.get_by_role("button", name="Take off", exact=True).click()
    await expect(page.locator(".answer.good")).to_contain_text("lies loose")
    await page.get_by_text("What happened").click()
    await expect(page.locator("main ol li").first).to_contain_text("opened")
    await look_at(page, "plate-nested")
    await scan(page, "NO-SUCH", "no bin, plate or product", "wrong")


@every_look
async def test_a_plate_is_built_up_of_what_lies_loose(page: Page, enter: Enter, northside: UUID) -> None:
    await enter(Role.PICKER)
    await page.goto("/plates")
    await scan(page, "P-9", "Build it up", "warning")
    await scan(page, HOME, "Say what is on it")
    await look_at(page, "plate-new")
    await page.get_by_label("Mug").fill("5")
    await page.get_by_role("button", name="Build it up").click()
    await expect(page.locator(".answer.good")).to_contain_text("P-9 stands in")
    await page.goto("/plates?q=A")
    await expect(page.locator(".choice")).to_have_count(4)


@every_look
async def test_a_product_says_on_which_plates_it_stands(page: Page, enter: Enter, northside: UUID) -> None:
    await enter(Role.OWNER)
    await page.goto(f"/stock/{WORLD.a}")
    panel = page.get_by_role("table", name="Plates that it stands on")
    await expect(panel.locator("tbody tr")).to_have_count(3)
    await look_at(page, "product-on-plates")
    await panel.get_by_role("link", name="P-1").click()
    await expect(page.locator(".do .place")).to_have_text(HOME)
    await expect(page.locator("main")).to_contain_text("Best put to")


@on_a_phone
async def test_a_plate_comes_in_is_put_away_and_counted(
    page: Page, enter: Enter, house: House, northside: UUID
) -> None:
    async with house.db.transaction(northside, actor="user:rui") as tx:
        await catalog.change_bins(tx, WORLD.north, [BinUse(code=bin_code(4, 10), kind="dock")])
        some = [AnnouncedLine(product_id=WORLD.b, expected=24)]
        arrival_id = await announce(tx, "PO-1", {WORLD.b: 24}, packed=[Packed(plate=PLATES[0], lines=some)])
    await enter(Role.OWNER)
    await page.goto(f"/receive/{arrival_id}")
    await scan(page, f"00{PLATES[0]}", "24 units on it stand in")
    await page.goto(f"/stock?q={PLATES[0]}")
    await expect(page.locator(".do .place")).to_have_text(bin_code(4, 10))
    await scan(page, bin_code(2, 2), "stands in")
    await page.goto("/count")
    async with page.expect_navigation():
        await page.locator("#scan").fill(bin_code(2, 2))
        await page.keyboard.press("Enter")
    await expect(page.locator("main")).to_contain_text(f"A plate stands here: {PLATES[0]}")
    await look_at(page, "count-with-a-plate")
