"""Accounts at payment processors as people at the desk see them: one that is well, one in trouble, and the form for one more."""

from uuid import UUID

from playwright.async_api import Page, expect

from doorstep.platform.auth import Role
from doorstep.platform.house import House
from doorstep.stages.orders.acts.money import accounts
from tests.browser.conftest import Enter
from tests.browser.looking import every_look, look_at
from tests.worlds.catalog import WORLD
from tests.worlds.inventory import small_world
from tests.worlds.orders import account_of


@every_look
async def test_an_account_shows_where_it_calls_and_what_is_wrong_with_it(
    page: Page, enter: Enter, house: House, tenant: UUID
) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        await small_world(tx)
        account_id = await accounts.connect_account(tx, account_of(WORLD.merchant))
        await accounts.note_account(tx, account_id, "Stripe does not accept our key")
    await enter(Role.MANAGER)
    await page.goto("/payments")
    await expect(page.get_by_text("Stripe does not accept our key")).to_be_visible()
    await expect(page.get_by_text(f"{account_id}")).to_be_visible()
    await look_at(page, "payments")
    await page.get_by_label("Restricted key").fill("short")
    await page.get_by_label("Signing secret").fill("whsec_demo")
    await page.get_by_role("button", name="Connect").click()
    await expect(page.get_by_text("The account was not connected")).to_be_visible()
    await look_at(page, "payments-faults")
