"""Units by number as people at the desk and on the floor see them."""

from uuid import UUID

import pytest
from playwright.async_api import Page, expect

from doorstep.platform.auth import Role
from doorstep.platform.house import House
from doorstep.stages import inventory
from doorstep.stages.inventory import Counted
from tests.browser.conftest import Enter
from tests.browser.looking import every_look, look_at, on_a_phone
from tests.worlds.catalog import BARCODES, WORLD, bin_code
from tests.worlds.inventory import by_number, moved, small_world

HOME, AWAY = bin_code(2, 2), bin_code(4, 9)


@pytest.fixture
async def lamps(house: House, tenant: UUID) -> UUID:
    """Northside with lamps in two bins, each known by its number; one was set aside, one is lost."""
    async with house.db.transaction(tenant, actor="user:rui@northside.example") as tx:
        await small_world(tx)
        await by_number(tx, WORLD.c, {f"bin:{HOME}": ["L-1", "L-2", "L-3"], f"bin:{AWAY}": ["L-4", "L-5"]})
        await inventory.move(tx, [moved(WORLD.c, f"bin:{AWAY}", "quarantine", 1, ["L-5"])])
        gone = inventory.Adjustment(
            site_id=WORLD.north,
            product_id=WORLD.c,
            place=f"bin:{HOME}",
            quantity=-1,
            reason="stolen",
            serials=["L-3"],
        )
        await inventory.adjust(tx, [gone])
    return tenant


@every_look
async def test_the_units_of_a_product_are_found_by_place_and_each_tells_its_life(
    page: Page, enter: Enter, lamps: UUID
) -> None:
    await enter(Role.MANAGER)
    await page.goto(f"/stock/{WORLD.c}")
    await look_at(page, "product-serials")
    await page.get_by_role("link", name="All numbers").click()
    await expect(page.get_by_role("row")).to_have_count(6)
    await look_at(page, "serials")
    await page.get_by_label("Place", exact=True).select_option("quarantine")
    await page.get_by_role("button", name="Show").click()
    await expect(page.get_by_role("row")).to_have_count(2)
    await page.get_by_role("link", name="L-5", exact=True).click()
    await expect(page.get_by_role("row")).to_have_count(3)
    await expect(page.get_by_role("row").nth(1)).to_contain_text("quarantine")
    await look_at(page, "serial")


@on_a_phone
async def test_a_bin_is_counted_by_number(page: Page, enter: Enter, lamps: UUID) -> None:
    await enter(Role.PICKER)
    await page.goto("/count")
    await page.locator("#scan").fill(HOME)
    await page.keyboard.press("Enter")
    field = page.get_by_label("Numbers of the units that lie here")
    await expect(field).to_be_visible()
    for code, said in (("L-1", "Unit L-1."), (BARCODES["C"], "Scan the serial number"), ("L-2", "Unit L-2.")):
        await page.locator("#scan").fill(code)
        await page.keyboard.press("Enter")
        await expect(page.locator(".answer")).to_contain_text(said)
    await expect(field).to_have_value("L-1\nL-2")
    await look_at(page, "count-by-number")
    for said in ("Unit L-1 is named twice", "Count once more", "Found: L-8."):
        await field.fill("L-1\nL-1" if "twice" in said else "L-1\nL-2\nL-8")
        await page.get_by_role("button", name="Done").click()
        await expect(page.locator(".answer")).to_contain_text(said)


@every_look
async def test_a_lead_sees_who_is_missing_and_who_is_unexpected(
    page: Page, enter: Enter, lamps: UUID, house: House
) -> None:
    for _ in range(2):
        async with house.db.transaction(lamps, actor="user:ana@northside.example") as tx:
            begun = await inventory.start_count(tx, WORLD.north, f"bin:{HOME}")
            [one] = [one for one in begun if one.product_id == WORLD.c]
            [answer] = await inventory.count(tx, [Counted(one.id, 2, one.as_of, ["L-1", "L-4"])])
    assert answer.verdict == inventory.CountVerdict.LEAD
    await enter(Role.MANAGER)
    await page.goto(f"/counting/{one.id}")
    await expect(page.get_by_text("missing L-2").first).to_be_visible()
    await expect(page.get_by_text("unexpected L-4").first).to_be_visible()
    await expect(page.get_by_label("Numbers of the units that lie there")).to_have_value("L-1\nL-4")
    await look_at(page, "variance-by-number")
    await page.get_by_label("Cause").select_option("misplaced")
    await page.get_by_role("button", name="Post it").click()
    await page.get_by_role("dialog").get_by_role("button", name="Post it").click()
    await expect(page.get_by_text("as many as the books say")).to_be_visible()
