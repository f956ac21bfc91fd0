"""The shop window as a shopper uses it, and the desk of orders as a manager sees it."""

from datetime import timedelta
from uuid import UUID

import pytest
from playwright.async_api import Page, expect

from doorstep.platform import auth
from doorstep.platform.auth import Role
from doorstep.platform.house import House
from doorstep.stages import orders
from doorstep.stages.orders import HoldReason
from tests.browser.conftest import Enter
from tests.browser.looking import every_look, look_at, nothing_is_cut_off
from tests.worlds.inventory import small_world
from tests.worlds.orders import contact, place_one


@pytest.fixture
async def shop(house: House, tenant: UUID) -> str:
    """The address of Juniper's shop window."""
    async with house.db.transaction(tenant, actor="test") as tx:
        await small_world(tx)
    return f"/shop/{next(one.code for one in await auth.tenants(house.db) if one.id == tenant)}/juniper"


@pytest.fixture
async def order_id(house: House, tenant: UUID, shop: str) -> UUID:
    """An order with two holds, among others."""
    async with house.db.transaction(tenant, actor="key:webshop") as tx:
        for i in range(3):
            await place_one(tx, {"A": 1 + i}, external_ref=f"WEB-{i}")
        found = await place_one(tx, {"A": 2, "K": 1}, external_ref="WEB-9", ship_to=contact(city="none"))
        await orders.hold(tx, [found], HoldReason.FRAUD, "ordered five times in a minute")
        canceled = await place_one(tx, {"C": 1})
        await orders.cancel(tx, [canceled], "customer asked")
        until = tx.now + timedelta(days=4)
        promise = orders.Promise(
            tx.now + timedelta(days=3), until, {"why": "today"}, tx.now + timedelta(hours=5)
        )
        late = await place_one(tx, {"B": 1}, external_ref="W-261127184658-29")
        await orders.promise(tx, dict.fromkeys([late, found], promise))
    return found


@every_look
async def test_a_shopper_orders_without_help(page: Page, shop: str) -> None:
    await page.goto(shop)
    await expect(page.get_by_role("heading", name="Stoneware mug")).to_be_visible()
    await look_at(page, "shop-window")
    await page.get_by_role("spinbutton", name="Units of Stoneware mug").fill("2")
    await page.get_by_role("spinbutton", name="Units of Glass lamp").fill("1")
    await page.get_by_role("button", name="To the checkout").click()
    await look_at(page, "shop-checkout")
    await page.get_by_label("Name", exact=True).fill("Ana Keller")
    await page.get_by_label("Street and number").fill("Im Rietle 14")
    await page.get_by_label("Postal code").fill("94")
    await page.get_by_label("City").fill("Schaan")
    await page.get_by_label("Country").select_option("LI")
    await page.get_by_label("E-mail").fill("ana@")
    await page.get_by_role("button", name="Order now").click()
    await expect(page.locator("#e-postal_code")).to_be_visible()
    await look_at(page, "shop-faults")
    await page.get_by_label("Postal code").fill("9494")
    await page.get_by_label("E-mail").fill("ana@example.org")
    await page.get_by_role("button", name="Order now").click()
    await expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
    await look_at(page, "shop-thanks")


@every_look
async def test_the_desk_lists_finds_and_releases(page: Page, enter: Enter, order_id: UUID) -> None:
    await enter(Role.MANAGER)
    await page.goto("/orders")
    await expect(page.get_by_role("link", name="1004")).to_be_visible()
    await look_at(page, "orders")
    await nothing_is_cut_off(page)
    await page.goto("/orders?q=nothing")
    await look_at(page, "orders-none")
    await page.goto(f"/orders/{order_id}")
    await expect(page.get_by_role("button", name="Release the fraud hold")).to_be_visible()
    await look_at(page, "order-held")
    await nothing_is_cut_off(page)
    await page.get_by_role("button", name="Release the fraud hold").click()
    await page.get_by_role("button", name="Release the address hold").click()
    await expect(page.get_by_text("The hold is released.")).to_be_visible()
    await look_at(page, "order-accepted")


@every_look
async def test_one_line_is_held_by_keyboard_and_released(
    page: Page, enter: Enter, shop: str, house: House, tenant: UUID
) -> None:
    async with house.db.transaction(tenant, actor="key:webshop") as tx:
        order_id = await place_one(tx, {"A": 2, "B": 1})
    await enter(Role.MANAGER)
    await page.goto(f"/orders/{order_id}")
    await page.get_by_label("What").select_option(label="only Stoneware mug (A)")
    await page.get_by_label("Note").fill("which color?")
    await page.get_by_role("button", name="Hold", exact=True).focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("That part is held; the rest of the order goes on.")).to_be_visible()
    await expect(page.get_by_role("table", name="Parts of the order that are held")).to_be_visible()
    await look_at(page, "order-part-held")
    await nothing_is_cut_off(page)
    await page.goto("/orders/holds")
    await expect(page.get_by_text("only Stoneware mug")).to_be_visible()
    await look_at(page, "holds-part")
    await page.goto(f"/orders/{order_id}")
    await page.get_by_role("button", name="Release Stoneware mug").focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("The part is released")).to_be_visible()


@every_look
async def test_an_order_is_split_by_keyboard_after_a_look_at_both(
    page: Page, enter: Enter, shop: str, house: House, tenant: UUID
) -> None:
    async with house.db.transaction(tenant, actor="key:webshop") as tx:
        order_id = await place_one(tx, {"A": 4, "B": 1})
    await enter(Role.MANAGER)
    await page.goto(f"/orders/{order_id}")
    await page.get_by_role("link", name="Split it").click()
    await page.get_by_label("Why").fill("the rest later")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Say of at least one line how many units go.")).to_be_visible()
    await page.get_by_role("spinbutton", name="Units of Stoneware mug that go").fill("3")
    await page.keyboard.press("Enter")
    await expect(page.locator("#comes-to")).to_contain_text("Second order")
    await look_at(page, "order-split")
    await nothing_is_cut_off(page)
    await page.get_by_role("button", name="Split the order").focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("The order is split. This is the second one.")).to_be_visible()
    await expect(page.get_by_text("split from: 1001")).to_be_visible()


@every_look
async def test_orders_of_one_customer_become_one_by_keyboard_after_a_look_at_it(
    page: Page, enter: Enter, shop: str, house: House, tenant: UUID
) -> None:
    async with house.db.transaction(tenant, actor="key:webshop") as tx:
        order_id, joins, _ = [await place_one(tx, {"A": n, "B": 1}) for n in (2, 3, 1)]
    await enter(Role.MANAGER)
    await page.goto(f"/orders/{order_id}")
    await expect(
        page.get_by_text("2 other accepted orders of this customer go to the same door")
    ).to_be_visible()
    await look_at(page, "order-kin")
    await page.get_by_role("link", name="Merge into this order").click()
    await page.get_by_role("checkbox", name="Order 1003").focus()
    await page.keyboard.press("Space")
    await page.get_by_label("Why").fill("one parcel")
    await page.keyboard.press("Enter")
    await expect(page.locator("#comes-to")).to_contain_text("order 1002")
    await expect(page.locator("#comes-to")).to_contain_text("112.50")
    await look_at(page, "order-merge")
    await nothing_is_cut_off(page)
    await page.get_by_role("button", name="Merge the orders").focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("The orders are one now.")).to_be_visible()
    await page.goto(f"/orders/{joins}")
    await expect(page.get_by_text("into: 1001")).to_be_visible()
    await page.get_by_role("link", name="The order it is part of").click()
    await expect(page.get_by_text("Joined by other orders of the customer")).to_be_visible()


@every_look
async def test_an_order_is_changed_by_keyboard_after_a_look_at_what_it_comes_to(
    page: Page, enter: Enter, order_id: UUID
) -> None:
    await enter(Role.MANAGER)
    await page.goto(f"/orders/{order_id}/change")
    await page.get_by_role("spinbutton", name="Units of Stoneware mug").fill("1")
    await page.get_by_label("Street", exact=True).fill("Im Rietle 20")
    await page.get_by_label("Why").fill("customer asked")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="What it comes to")).to_be_visible()
    await expect(page.locator("#comes-to")).to_contain_text("2 → 1")
    await look_at(page, "order-change")
    await page.get_by_role("button", name="Change the order").focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("The order is changed.")).to_be_visible()


@every_look
async def test_what_keeps_orders_is_one_queue_with_one_thing_to_do_next(
    page: Page, enter: Enter, order_id: UUID
) -> None:
    await enter(Role.MANAGER)
    await page.goto("/orders/holds")
    await expect(page.get_by_role("heading", name="What keeps orders")).to_be_visible()
    await look_at(page, "holds")
    await page.get_by_role("link", name="Risk").click()
    await expect(page.get_by_text("ordered five times in a minute")).to_be_visible()
    await page.get_by_role("link", name="Look at the order, then release or cancel it").click()
    await expect(page.get_by_role("button", name="Release the fraud hold")).to_be_visible()


@every_look
async def test_many_orders_are_chosen_by_keys_looked_at_and_held(
    page: Page, enter: Enter, order_id: UUID
) -> None:
    await enter(Role.MANAGER)
    await page.goto("/orders")
    await page.keyboard.press("j")
    await page.keyboard.press("x")
    await page.keyboard.press("j")
    await page.keyboard.press("j")
    await page.keyboard.press("k")
    await page.keyboard.press("x")
    await expect(page.get_by_text("2 chosen")).to_be_visible()
    await page.get_by_role("button", name="Hold", exact=True).click()
    await expect(page.get_by_role("heading", name="Hold 2 orders")).to_be_visible()
    await look_at(page, "orders-many")
    await page.get_by_label("Note").fill("stock take")
    await page.get_by_role("button", name="Hold 2 orders").click()
    await expect(page.get_by_role("heading", name="Held: 1 of 2")).to_be_visible()
    await look_at(page, "orders-many-done")


@every_look
async def test_a_list_is_narrowed_down_kept_as_a_view_and_found_by_slash(
    page: Page, enter: Enter, order_id: UUID
) -> None:
    await enter(Role.MANAGER)
    await page.goto("/orders")
    await page.get_by_text("Narrow down").click()
    await page.get_by_label("Held for").select_option("fraud")
    await page.get_by_role("button", name="Show", exact=True).click()
    await expect(page.get_by_role("row").filter(has_text="WEB-9")).to_have_count(1)
    await look_at(page, "orders-narrowed")
    await page.get_by_label("Name of the view").fill("Risky")
    await page.get_by_role("button", name="Keep this view").click()
    await expect(page.get_by_role("heading", name="Risky")).to_be_visible()
    await page.goto("/orders")
    await page.keyboard.press("/")
    await page.keyboard.type("WEB-9")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("link", name="1004")).to_be_visible()
    await page.keyboard.press("j")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Order 1004")).to_be_visible()


@every_look
async def test_what_needs_a_person_is_one_queue_by_owner(page: Page, enter: Enter, order_id: UUID) -> None:
    await enter(Role.MANAGER)
    await page.goto("/exceptions")
    await expect(page.get_by_role("row").filter(has_text="1004")).to_have_count(2)
    await look_at(page, "exceptions")
    await nothing_is_cut_off(page)
    await page.get_by_role("link", name="Risk").click()
    await expect(page.get_by_text("ordered five times in a minute")).to_be_visible()
    await page.get_by_role("link", name="Look at the order, then release or cancel it").click()
    await expect(page.get_by_role("heading", name="Order 1004")).to_be_visible()
