"""The catalog, the stock and the handheld pages that receive and count, as people at desks and on the floor see them."""

from uuid import UUID

import pytest
from playwright.async_api import Page, expect

from doorstep.platform.auth import Role
from doorstep.platform.house import House
from doorstep.stages import inventory
from tests.browser.conftest import Enter
from tests.browser.looking import every_look, look_at, on_a_phone
from tests.worlds.catalog import BARCODES, CASE_OF_A, WORLD, bin_code
from tests.worlds.inventory import moved, small_world, wish
from tests.worlds.orders import place_one


@pytest.fixture
async def goods(house: House, tenant: UUID) -> None:
    """Northside with goods, some of them promised, some in quarantine, one product sold out."""
    async with house.db.transaction(tenant, actor="user:rui") as tx:
        await small_world(tx)
        await inventory.move(tx, [moved(WORLD.a, f"bin:{bin_code(1, 1)}", "quarantine", 4)])
        await inventory.reserve(tx, [wish(WORLD.a, 7), wish(WORLD.a, 2, hold_s=None), wish(WORLD.d, 50)])


@every_look
async def test_the_catalog_shows_everything_that_exists(page: Page, enter: Enter, goods: None) -> None:
    await enter(Role.MANAGER)
    for path, name, sign in (
        ("/catalog", "catalog", "Glass lamp"),
        (f"/catalog/products/{WORLD.kit}", "catalog-kit", "One kit holds"),
        ("/catalog/merchants", "catalog-merchants", "Juniper"),
        (f"/catalog/merchants/{WORLD.merchant}", "catalog-merchant", "As customers see it"),
        ("/catalog/sites", "catalog-sites", "Schaan"),
        (f"/catalog/sites/{WORLD.north}", "catalog-site", "4 aisles, 40 bins"),
        ("/catalog/boxes", "catalog-boxes", "700 g"),
        ("/catalog/carriers", "catalog-carriers", "Northside Next Day"),
        ("/catalog/vans", "catalog-vans", "van-1"),
        ("/catalog/import", "catalog-import", "Choose a table"),
    ):
        await page.goto(path)
        await expect(page.get_by_text(sign).first).to_be_visible()
        await look_at(page, name)


@every_look
async def test_a_table_gets_a_verdict_on_every_row(page: Page, enter: Enter, goods: None) -> None:
    await enter(Role.MANAGER)
    await page.goto("/catalog/import")
    rows = [
        "sku,name,length_mm,width_mm,height_mm,weight_g,price,barcodes",
        "TRAY,Walnut tray,300,200,30,700,34.00,",
        "A,Stoneware mug,,,,,13.00,",
        f"BOWL,Bowl,100,100,60,heavy,9.5x,{BARCODES['B']}",
    ]
    table = {"name": "goods.csv", "mimeType": "text/csv", "buffer": "\n".join(rows).encode()}
    await page.set_input_files("input[type=file]", table)  # type: ignore[arg-type]
    await page.get_by_role("button", name="Look first").click()
    await expect(page.get_by_text("Write the price like 12.50.")).to_be_visible()
    await expect(page.get_by_text("It belongs to B.")).to_be_visible()
    await look_at(page, "catalog-import-preview")
    await page.get_by_role("button", name="Import the 2 good rows").click()
    await expect(page.get_by_text("Created", exact=True)).to_be_visible()
    await page.goto("/catalog?q=TRAY")
    await expect(page.get_by_role("cell", name="Walnut tray")).to_be_visible()


@every_look
async def test_the_stock_says_what_is_left_and_who_holds_it(page: Page, enter: Enter, goods: None) -> None:
    await enter(Role.MANAGER)
    await page.goto("/stock")
    await expect(page.get_by_text("Glass lamp").first).to_be_visible()
    await look_at(page, "stock")
    await page.goto(f"/stock/{WORLD.a}")
    await expect(page.get_by_role("heading", name="Who holds it")).to_be_visible()
    await page.get_by_text("The figures behind it").click()
    await look_at(page, "stock-product")
    await page.get_by_role("link", name=f"bin {bin_code(1, 1)}").click()
    await expect(page.get_by_role("cell", name="quarantine")).to_be_visible()
    await look_at(page, "stock-history")


@every_look
async def test_a_product_is_sold_beyond_what_is_there_and_from_a_day_on(
    page: Page, enter: Enter, goods: None, house: House, tenant: UUID
) -> None:
    await enter(Role.MANAGER)
    await page.goto(f"/stock/{WORLD.c}")
    await page.get_by_label("Units that may be owed").fill("many")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("Write whole units")).to_be_visible()
    await page.get_by_label("Units that may be owed").fill("12")
    await page.get_by_label("Leaves from").fill("2026-12-24")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("Up to 12 units may be owed now.")).to_be_visible()
    async with house.db.transaction(tenant, actor="test") as tx:
        order_id = await place_one(tx, {"C": 35})
    await page.reload()
    await expect(page.get_by_text("of 12 that may be owed")).to_be_visible()
    await look_at(page, "stock-backorders")
    await page.goto(f"/orders/{order_id}")
    await expect(page.get_by_text("Backorder of C. Expected on 2026-12-24.").first).to_be_visible()
    await look_at(page, "order-backorder")


@on_a_phone
async def test_goods_are_received_with_three_scans(page: Page, enter: Enter, goods: None) -> None:
    await enter(Role.PICKER)
    await page.goto("/receive")
    await look_at(page, "receive")
    for code, answer in (
        (CASE_OF_A, "Stoneware mug: scan more"),
        (BARCODES["A"], "13 of A"),
        ("Z-99", "has no bin Z-99"),
        (bin_code(1, 1), "13 units lie in A-01-01"),
    ):
        field = page.locator("#scan")
        await field.fill(code)
        await field.press("Enter")
        await expect(page.get_by_text(answer).first).to_be_visible()
        await look_at(page, f"receive-{code.lower()}")


@every_look
async def test_a_lot_is_received_by_its_label_and_recalled(
    page: Page, enter: Enter, goods: None, house: House, tenant: UUID
) -> None:
    await enter(Role.MANAGER)
    await page.goto("/receive")
    for code, answer in (
        (f"(01)0{BARCODES['B']}(17)270630(10)L7", "Field guide: scan more"),
        (bin_code(1, 5), "1 units lie in A-01-05"),
    ):
        await page.locator("#scan").fill(code)
        await page.locator("#scan").press("Enter")
        await expect(page.get_by_text(answer).first).to_be_visible()
        await look_at(page, f"receive-lot-{code[-2:].lower()}")
    await page.goto(f"/stock/{WORLD.b}")
    await page.get_by_role("link", name="L7").click()
    await expect(page.get_by_role("heading", name="Who got it")).to_be_visible()
    await page.get_by_label("Act").select_option("recall")
    await page.get_by_label("Why").fill("maker's notice 7")
    await look_at(page, "stock-lot")


@on_a_phone
async def test_a_bin_is_counted_without_being_told_what_is_expected(
    page: Page, enter: Enter, goods: None
) -> None:
    await enter(Role.PICKER)
    await page.goto("/count")
    await look_at(page, "count")
    await page.locator("#scan").fill(bin_code(4, 1))
    await page.locator("#scan").press("Enter")
    await expect(page.get_by_label("Units that lie here")).to_be_visible()
    await look_at(page, "count-begun")
    await page.get_by_role("button", name="Not now").click()
    await expect(page.get_by_text(f"{bin_code(4, 1)} is left as it was")).to_be_visible()
    await page.locator("#scan").fill(bin_code(2, 2))
    await page.locator("#scan").press("Enter")
    for units, answer in (("19", "Count once more"), ("19", "Everything here is counted")):
        await expect(page.get_by_text("Glass lamp").first).to_be_visible()
        await page.get_by_label("Units that lie here").fill(units)
        await page.get_by_role("button", name="Done").click()
        await expect(page.get_by_text(answer).first).to_be_visible()
        await look_at(page, f"count-{answer.split()[0].lower()}")


@on_a_phone
async def test_a_large_difference_goes_to_another_person_and_to_a_lead(
    page: Page, enter: Enter, goods: None, house: House, tenant: UUID
) -> None:
    async with house.db.transaction(tenant, actor="user:rui") as tx:
        [begun] = await inventory.start_count(tx, WORLD.north, f"bin:{bin_code(2, 2)}")
        for _ in range(2):
            await inventory.count(tx, [inventory.Counted(begun.id, 3, begun.as_of)])
    await enter(Role.MANAGER)
    await page.goto("/count")
    await page.get_by_role("button", name=bin_code(2, 2)).click()
    for units, answer in (("4", "Count once more: look behind"), ("5", "a lead decides")):
        await page.get_by_label("Units that lie here").fill(units)
        await page.get_by_role("button", name="Done").click()
        await expect(page.get_by_text(answer).first).to_be_visible()
    await look_at(page, "count-lead")


@every_look
async def test_a_lead_decides_and_says_how_a_site_is_counted(
    page: Page, enter: Enter, goods: None, house: House, tenant: UUID
) -> None:
    async with house.db.transaction(tenant, actor="user:rui") as tx:
        [begun] = await inventory.start_count(tx, WORLD.north, f"bin:{bin_code(2, 2)}")
    for who, units in (("rui", 3), ("rui", 3), ("eva", 4), ("eva", 5)):
        async with house.db.transaction(tenant, actor=f"user:{who}") as tx:
            await inventory.count(tx, [inventory.Counted(begun.id, units, begun.as_of)])
    async with house.db.transaction(tenant, actor="user:rui") as tx:
        [other] = await inventory.start_count(tx, WORLD.north, f"bin:{bin_code(4, 1)}")
        await inventory.count(tx, [inventory.Counted(other.id, 50, other.as_of)])
    await enter(Role.MANAGER)
    await page.goto("/counting")
    await look_at(page, "counting")
    await page.get_by_role("link", name=f"bin {bin_code(2, 2)}").click()
    await expect(page.get_by_role("heading", name="What moved there last")).to_be_visible()
    await look_at(page, "counting-variance")
    await page.get_by_label("Units that lie there").fill("4")
    await page.get_by_label("Cause").select_option("misplaced")
    await page.get_by_role("button", name="Post it").click()
    await page.get_by_role("dialog").get_by_role("button", name="Post it").click()
    await expect(page.get_by_text("Posted: -16 units.")).to_be_visible()
    await page.get_by_role("link", name="Northside warehouse").click()
    await page.get_by_label("Counts a day").fill("many")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("Write whole numbers")).to_be_visible()
    await page.get_by_label("Counts a day").fill("40")
    await look_at(page, "counting-site")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("is counted so from now on")).to_be_visible()
