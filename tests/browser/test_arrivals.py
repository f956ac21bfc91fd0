"""What is to come, and taking it in at the dock, as the desk and the floor see it."""

from uuid import UUID

import pytest
from playwright.async_api import Page, expect

from doorstep.platform.auth import Role
from doorstep.platform.house import House
from doorstep.stages.inventory.acts.receiving import announcing, expecting
from doorstep.stages.inventory.model.arrivals import Sent
from tests.browser.conftest import Enter
from tests.browser.looking import every_look, look_at
from tests.worlds.arrivals import PLATES, announce
from tests.worlds.catalog import WORLD
from tests.worlds.inventory import small_world


@pytest.fixture
async def kiln(house: House, tenant: UUID) -> UUID:
    """Two arrivals from the kiln, one of them on its way on two plates; an order waits for its books."""
    async with house.db.transaction(tenant, actor="user:rui") as tx:
        await small_world(tx)
        arrival_id = await announce(tx, "PO-1041", {WORLD.a: 24, WORLD.b: 10}, plates=PLATES)
        await announce(tx, "PO-1042", {WORLD.c: 6}, expected_on=None)
        await announcing.send(tx, arrival_id, Sent(carrier="Parcelo", carrier_reference="WB-77"))
        await expecting.want(tx, [WORLD.kit], {WORLD.kit: {WORLD.b: 2}})
    return arrival_id


@every_look
async def test_the_desk_sees_what_is_to_come_and_who_waits_for_it(
    page: Page, enter: Enter, kiln: UUID
) -> None:
    await enter(Role.MANAGER)
    await page.goto("/arrivals")
    await expect(page.get_by_text("1 order waits")).to_be_visible()
    await look_at(page, "arrivals")
    await page.get_by_role("link", name="PO-1041").click()
    await expect(page.get_by_role("heading", name="What it brings")).to_be_visible()
    await look_at(page, "arrival")
