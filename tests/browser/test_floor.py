"""The floor's pages as pickers, packers and their leads see them."""

from uuid import UUID

import pytest
from playwright.async_api import Page, expect

from doorstep.platform.auth import Role
from doorstep.platform.tasks import Worker
from tests.browser.conftest import Enter
from tests.browser.looking import every_look, look_at, on_a_phone
from tests.worlds.catalog import BARCODES, WORLD, asks_serials, bin_code
from tests.worlds.warehouse import BEN, Floor


@pytest.fixture
async def floor(worker: Worker, tenant: UUID) -> Floor:
    """Northside's floor with goods on its shelves and no work yet."""
    return await Floor(worker, tenant).open()


async def scan(page: Page, code: str) -> None:
    """Type what a scanner types; the same code within 400 ms would be a trembling hand."""
    await page.wait_for_timeout(450)
    async with page.expect_navigation():
        await page.locator("#scan").fill(code)
        await page.keyboard.press("Enter")


@every_look
async def test_a_picker_gets_work_and_scans_bin_item_and_tote(page: Page, enter: Enter, floor: Floor) -> None:
    await floor.work({"A": 2, "C": 1}, {"B": 1})
    await enter(Role.PICKER)
    await page.goto("/pick")
    await look_at(page, "pick-carts")
    await page.get_by_role("button", name="Get work").click()
    await expect(page.locator(".do .verb")).to_have_text("Go to")
    await look_at(page, "pick-go-to")
    here = await page.locator(".do .place").inner_text()
    await scan(page, "A-04-04")
    await expect(page.locator(".answer.wrong")).to_contain_text(f"expected the bin {here}")
    await look_at(page, "pick-wrong")
    await scan(page, here)
    await expect(page.locator("#scan")).to_be_focused()
    await look_at(page, "pick-take")
    await page.goto(f"{page.url}/problem")
    await look_at(page, "pick-problem")
    await page.get_by_role("link", name="Back to the stop").click()
    await page.get_by_role("link", name="Walk").click()
    await look_at(page, "pick-walk")


@every_look
async def test_a_packer_scans_pieces_into_the_box_that_the_picture_shows(
    page: Page, enter: Enter, floor: Floor
) -> None:
    await floor.picked({"A": 2, "B": 1}, {"C": 1})
    await enter(Role.PACKER)
    await page.goto("/pack")
    await look_at(page, "pack-queue")
    await scan(page, await floor.ask("SELECT code FROM warehouse.totes ORDER BY bound_at, code LIMIT 1"))
    await look_at(page, "pack-bench")
    while await page.get_by_label("Scan a piece").count():
        done = await page.locator(".thing:not(.done) .code").first.inner_text()
        await scan(page, BARCODES[done.split(" ")[0]])
    await expect(page.get_by_label("Grams on the scale")).to_be_focused()
    await look_at(page, "pack-weigh")
    expected = await floor.ask("SELECT expected_g FROM warehouse.parcels WHERE state = 'open'")
    await scan(page, str(expected))
    await expect(page.get_by_role("link", name="Packing slip")).to_be_visible()
    await look_at(page, "pack-closed")


@on_a_phone
async def test_a_piece_with_a_serial_number_wants_it_scanned(page: Page, enter: Enter, floor: Floor) -> None:
    async with floor.tx() as tx:
        await asks_serials(tx, WORLD.c)
    [order] = await floor.picked({"C": 2})
    await enter(Role.MANAGER)
    await page.goto("/pack")
    await scan(page, "T-1")
    for number in ("S-1", "S-2"):
        await scan(page, BARCODES["C"])
        await expect(page.get_by_label("Scan its serial number")).to_be_focused()
        await look_at(page, f"pack-serial-{number.lower()}")
        await scan(page, number)
    await expect(page.get_by_label("Grams on the scale")).to_be_focused()
    await page.goto(f"/orders/{order}")
    await expect(page.get_by_text("Serial number S-1, S-2")).to_be_visible()
    await look_at(page, "order-serials")


@every_look
async def test_goods_of_a_canceled_order_are_put_back(page: Page, enter: Enter, floor: Floor) -> None:
    [order] = await floor.picked({"A": 2})
    await floor.cancel(order)
    await floor.settle()
    await enter(Role.PICKER)
    await page.goto("/put-back")
    await look_at(page, "put-back")
    await scan(page, "T-1")
    await scan(page, BARCODES["A"])
    await expect(page.locator(".do .place")).to_have_text(bin_code(1, 1))
    await look_at(page, "put-back-bin")
    await scan(page, bin_code(1, 1))
    await expect(page.locator(".answer.good")).to_contain_text("back in")


@every_look
async def test_the_desk_watches_the_queue_and_the_carts(page: Page, enter: Enter, floor: Floor) -> None:
    await floor.picked({"A": 1})
    await floor.work({"A": 2, "B": 1}, {"C": 2})
    await floor.pick_stop(await floor.take(BEN), BEN)
    await floor.place({"D": 1}, delivery="express")
    await floor.settle()
    await enter(Role.MANAGER)
    await page.goto("/floor?state=batched")
    await look_at(page, "floor")
    await page.get_by_role("link", name="Cart").first.click()
    await look_at(page, "floor-cart")
