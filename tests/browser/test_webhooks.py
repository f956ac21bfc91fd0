"""The pages of webhooks, from the first one to the log of one that was switched off."""

from uuid import UUID

from playwright.async_api import Page, expect

from doorstep.platform.auth import Role
from doorstep.platform.house import House
from doorstep.platform.webhooks import acts, delivering
from doorstep.platform.webhooks.acts import Wish
from doorstep.platform.webhooks.announcing import Announcer
from doorstep.platform.webhooks.model import Answer, Due, OffWhy
from tests.browser.conftest import Enter
from tests.browser.looking import every_look, look_at
from tests.worlds.inventory import small_world
from tests.worlds.orders import place_one

URL = "https://shop.example.org/hooks/doorstep/orders"
KINDS = ["order.placed", "order.accepted", "label.bought", "tracker.delivered"]


async def build_hooks(house: House, tenant: UUID) -> UUID:
    """Three webhooks: one on with a log of all outcomes, one off by itself, one that fails."""
    async with house.db.transaction(tenant, actor="test") as tx:
        await small_world(tx)
        gone = await acts.add(tx, Wish("https://old.example.org/hooks", ["order.held"], "The old shop"), None)
        await acts.switch_off(tx, [gone], OffWhy.GONE)
        shown = await acts.add(tx, Wish(URL, KINDS, "The shop's own server"), None)
    async with house.db.transaction(tenant, actor="test") as tx:
        orders = [await place_one(tx) for _ in range(3)]
    async with house.db.transaction(tenant, actor="test") as tx:
        await Announcer(house.public).announce(tx, orders)
        dues = await tx.rows(delivering.Q.due_deliveries, Due, endpoint_id=shown, most=10)
        said = [
            Answer(200, 41, "thanks"),
            Answer(
                500, 1203, '{"error": "the database of the shop is away, ask again later"}', "answered 500"
            ),
            Answer(None, 10_001, error="no answer within 10 seconds"),
        ]
        await delivering.record(tx, shown, list(zip(dues, said, strict=True)))
        await acts.rotate(tx, shown, 24)
    return shown


@every_look
async def test_a_webhook_is_added_with_its_events(
    page: Page, enter: Enter, house: House, tenant: UUID
) -> None:
    await build_hooks(house, tenant)
    await enter(Role.MANAGER)
    await page.goto("/webhooks")
    await expect(page.get_by_text("it answered that it is gone")).to_be_visible()
    await look_at(page, "webhooks")
    await page.get_by_label("Address").fill("https://new.example.org/hooks")
    await page.locator("summary", has_text="Order").click()
    await page.get_by_label("order.held").check()
    await page.get_by_role("button", name="Add the webhook").click()
    await expect(page.get_by_text("The webhook is on.")).to_be_visible()
    await look_at(page, "webhook-new")


@every_look
async def test_the_log_of_a_webhook_says_what_each_call_came_to(
    page: Page, enter: Enter, house: House, tenant: UUID
) -> None:
    shown = await build_hooks(house, tenant)
    await enter(Role.MANAGER)
    await page.goto(f"/webhooks/{shown}")
    await page.get_by_text("Secret", exact=True).click()
    await page.get_by_text("Replay the past").click()
    await page.get_by_text("1, last 500").click()
    await expect(page.get_by_text("the database of the shop is away")).to_be_visible()
    await look_at(page, "webhook")
    await page.get_by_role("button", name="Send again").first.click()
    await expect(page.get_by_text("The event is on its way once more.")).to_be_visible()


@every_look
async def test_the_tower_tells_of_a_webhook_that_was_switched_off(
    page: Page, enter: Enter, house: House, tenant: UUID
) -> None:
    await build_hooks(house, tenant)
    await enter(Role.MANAGER)
    await page.goto("/tower")
    await expect(page.get_by_role("link", name="https://old.example.org/hooks")).to_be_visible()
    await look_at(page, "tower-silenced")
