"""Sales channels as people at the desk see them: a table with its columns and verdicts, and shops with their health."""

from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from playwright.async_api import Page, expect

from doorstep.platform import clock
from doorstep.platform.auth import Role
from doorstep.platform.house import House
from doorstep.stages.orders.acts.channels import hearing, shops
from doorstep.stages.orders.acts.edi import partners, receiving
from doorstep.stages.orders.model.shops import Telling
from doorstep.stages.orders.ports.channels.shopify.reading import read_order
from doorstep.world.partner import TradingPartner
from doorstep.world.shopify import ShopifyShop, serve_shopify
from tests.browser.conftest import Enter
from tests.browser.looking import every_look, look_at
from tests.conftest import NOON
from tests.orders.sheets import order_row, table
from tests.orders.test_shopify import sample
from tests.worlds.catalog import WORLD
from tests.worlds.inventory import small_world
from tests.worlds.orders import partner_of, shop_of


@pytest.fixture
async def shop_id(house: House, tenant: UUID) -> UUID:
    """Northside with a shop that has had a bad day: one order came in, one did not, and then it was away."""
    async with house.db.transaction(tenant, actor="shop") as tx:
        await small_world(tx)
        connected = await shops.connect_shop(tx, shop_of(WORLD.merchant))
        bodies = [sample(id=7, name="#1007").decode(), sample(id=8, name="#1008", currency="USD").decode()]
        await hearing.take_calls(
            tx, [hearing.Call(connected, "1", [Telling(read_order(one), one) for one in bodies])]
        )
        cursor = await tx.connection.execute(
            "SELECT hearing FROM orders.shop_orders WHERE tenant_id = %s", [tenant]
        )
        await hearing.fold(tx, [row[0] for row in await cursor.fetchall()])
        await shops.polled(tx, connected, NOON)
        trouble = "The shop does not let us in (401) to /admin/api/2026-01/orders.json: check the key and what it may do."
        await shops.went_wrong(tx, await shops.find_shop(tx, connected), trouble)
    await clock.simulate(house.db, tenant, NOON + timedelta(minutes=25))
    return connected


@every_look
async def test_a_table_of_orders_is_looked_at_and_imported(page: Page, enter: Enter, shop_id: UUID) -> None:
    await enter(Role.MANAGER)
    await page.goto("/orders/import")
    await look_at(page, "orders-import")
    file = table(
        order_row("1"),
        order_row("1", "B", 2, "20.00"),
        order_row("2", "NOPE"),
        order_row("3").replace("9494", "94"),
    )
    await page.set_input_files(
        "input[type=file]", {"name": "march.csv", "mimeType": "text/csv", "buffer": file}
    )
    await page.get_by_role("button", name="Go on").click()
    await expect(page.get_by_text("Would be created")).to_be_visible()
    await expect(page.get_by_text("has no product 'NOPE'")).to_be_visible()
    await look_at(page, "orders-import-columns")
    await page.get_by_role("button", name="Import the good orders").click()
    await expect(page.get_by_text("Created", exact=True)).to_be_visible()
    await look_at(page, "orders-import-done")


@every_look
async def test_a_shop_shows_its_health_and_what_to_do(page: Page, enter: Enter, shop_id: UUID) -> None:
    await enter(Role.MANAGER)
    await page.goto("/channels")
    await expect(page.get_by_text("juniper-shop")).to_be_visible()
    await look_at(page, "channels")
    await page.goto(f"/channels/{shop_id}")
    await expect(page.get_by_role("button", name="Try again: #1008")).to_be_visible()
    await look_at(page, "channel")
    await page.get_by_role("button", name="Test").click()
    await expect(page.get_by_text("The test failed")).to_be_visible()


async def test_a_shop_is_connected_as_the_guide_says_word_by_word(
    page: Page, enter: Enter, house: House, tenant: UUID
) -> None:
    """Everything that the guide prints in bold is a word of the page, in the sequence of the guide."""
    async with house.db.transaction(tenant, actor="test") as tx:
        await small_world(tx)
    shop = ShopifyShop()
    async with serve_shopify(shop) as url:
        await enter(Role.MANAGER)
        await page.goto("/tower")
        await page.get_by_role("link", name="Channels").click()
        await expect(page.get_by_role("heading", name="Connect a shop")).to_be_visible()
        await page.get_by_label("Kind").select_option(label="Shopify")
        await page.get_by_label("Whose shop").select_option(label="Juniper")
        for label, text in {
            "Our name of it": "acme-shop", "Address": url, "Access token": shop.token, "Secret that signs its calls": shop.secret,
            "Our location there": "17",
        }.items():  # fmt: skip
            await page.get_by_label(label).fill(text)
        await page.get_by_role("button", name="Connect").click()
        await page.get_by_role("button", name="Test").click()
        await expect(page.get_by_text("The shop answered")).to_be_visible()
        await expect(page.get_by_role("heading", name="Its calls")).to_be_visible()
        await expect(page.get_by_text("/hooks/shops/").first).to_be_visible()
    guide = (Path(__file__).parents[2] / "docs" / "channels.md").read_text(encoding="utf-8")
    for word in ("Connect a shop", "Kind", "Whose shop", "Our name of it", "Address", "Access token", "Secret that signs its calls",
                 "Our location there", "Connect", "Test", "Its calls"):  # fmt: skip
        assert f"**{word}**" in guide


@every_look
async def test_a_partner_shows_its_documents_and_what_is_wrong_with_them(
    page: Page, enter: Enter, house: House, tenant: UUID
) -> None:
    books = TradingPartner()
    good, no_unit, broken = (["1", "2", unit, "12.50", "", "VN", "A"] for unit in ("EA", "BX", ""))
    async with house.db.transaction(tenant, actor="test") as tx:
        await small_world(tx)
        partner_id = await partners.connect_partner(tx, partner_of(WORLD.merchant))
        broken[1] = "two"
        sets = [books.order("PO-1", good), books.order("PO-2", no_unit), books.order("PO-3", broken)]
        await receiving.receive(tx, books.write("PO", sets))
        cursor = await tx.connection.execute(
            "SELECT hearing FROM orders.shop_orders WHERE tenant_id = %s", [tenant]
        )
        await hearing.fold(tx, [row[0] for row in await cursor.fetchall()])
    await enter(Role.MANAGER)
    await page.goto("/partners")
    await expect(page.get_by_text("acme-edi")).to_be_visible()
    await look_at(page, "partners")
    await page.goto(f"/partners/{partner_id}")
    await expect(page.get_by_text("is not a number")).to_be_visible()
    first = page.get_by_role("table", name="Documents").get_by_role("row").nth(1)
    await expect(first).to_contain_text("is not a number")
    await expect(page.get_by_role("button", name="Try again: PO-2")).to_be_visible()
    await look_at(page, "partner")
