"""Refilling faces on the handheld."""

from uuid import UUID

import pytest
from playwright.async_api import Page, expect

from doorstep.platform.auth import Role
from doorstep.platform.house import House
from doorstep.stages import inventory
from doorstep.stages.inventory.acts import refilling
from doorstep.stages.inventory.model.refills import AskedRefill
from tests.browser.conftest import Enter
from tests.browser.looking import every_look, look_at
from tests.worlds.catalog import CASE_OF_A, WORLD, bin_code
from tests.worlds.inventory import small_world, wish


@pytest.fixture
async def walk(house: House, tenant: UUID) -> None:
    """A face that waits for mugs."""
    async with house.db.transaction(tenant, actor="user:rui") as tx:
        await small_world(tx)
        await inventory.reserve(tx, [wish(WORLD.a, 50, hold_s=None)])
        one = AskedRefill(
            site_id=WORLD.north,
            product_id=WORLD.a,
            from_place=f"bin:{bin_code(3, 4)}",
            to_place=f"bin:{bin_code(1, 1)}",
            quantity=12,
            why="60 left, 50 of them promised; at least 20",
        )
        await refilling.ask_refills(tx, [one])


@every_look
async def test_a_face_is_filled_from_bulk(page: Page, enter: Enter, walk: None) -> None:
    await enter(Role.PICKER)
    await page.goto("/refill")
    await look_at(page, "refills")
    await page.get_by_role("button", name="12 of A").click()
    await expect(page.locator(".do .place")).to_have_text(bin_code(3, 4))
    await look_at(page, "refill-go-to")
    for code, sign in (
        (bin_code(3, 4), "Take 12 of A"),
        (CASE_OF_A, "12 of A."),
        (bin_code(1, 1), "12 of A lie in"),
    ):
        await page.wait_for_timeout(450)
        async with page.expect_navigation():
            await page.locator("#scan").fill(code)
            await page.keyboard.press("Enter")
        await expect(page.locator(".answer.good")).to_contain_text(sign)
        await look_at(page, f"refill-{code.lower()}")
