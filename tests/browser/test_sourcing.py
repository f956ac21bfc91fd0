"""The page of sourcing as a manager uses it: the terms, an order that is tried, all open orders looked at and moved."""

from uuid import UUID

import pytest
from playwright.async_api import Page, expect

from doorstep.platform.auth import Role
from doorstep.platform.house import House
from tests.browser.conftest import Enter
from tests.browser.looking import every_look, look_at
from tests.orders.test_sourcing import crossed


@pytest.fixture
async def crossed_orders(house: House, tenant: UUID) -> tuple[UUID, UUID]:
    """Two open orders that should swap their sites."""
    async with house.db.transaction(tenant, actor="key:webshop") as tx:
        return await crossed(tx)


@every_look
async def test_a_manager_tries_looks_and_moves(
    page: Page, enter: Enter, crossed_orders: tuple[UUID, UUID]
) -> None:
    await enter(Role.MANAGER)
    await page.goto("/sourcing")
    await expect(page.get_by_role("heading", name="Try an order")).to_be_visible()
    await look_at(page, "sourcing")
    await page.get_by_label("Country", exact=True).fill("LI")
    await page.get_by_label("Postal code").fill("9490")
    await page.get_by_label("Articles").fill("A 2\nC 60")
    await page.get_by_role("button", name="Where from?").click()
    await expect(page.get_by_text("No site that may ship this order")).to_be_visible()
    await page.get_by_label("Articles").fill("A 120")
    await page.get_by_role("button", name="Where from?").click()
    await expect(page.get_by_text("It costs the least.")).to_be_visible()
    await look_at(page, "sourcing-tried")
    await page.get_by_label("A split", exact=True).fill("900")
    await page.get_by_role("button", name="Save", exact=True).click()
    await expect(page.get_by_text("From now on the house reckons with this.")).to_be_visible()
    await page.get_by_label("Lanes").first.fill("LI nonsense 1 x 2")
    await page.get_by_role("button", name="Save Northside").first.click()
    await expect(page.locator(".flash.wrong")).to_contain_text("lanes")
    await page.get_by_role("button", name="Look at all open orders").click()
    await expect(page.get_by_text("can move").first).to_be_visible()
    await look_at(page, "sourcing-better")
    await page.get_by_role("button", name="Move them").click()
    await expect(page.get_by_text("moved", exact=True).first).to_be_visible()
    await page.goto(f"/orders/{crossed_orders[1]}")
    await expect(page.get_by_role("heading", name="Why from here?")).to_be_visible()
    await look_at(page, "order-sourced")
