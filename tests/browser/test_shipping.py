"""The shipping desk, a label, a manifest and the dock, as packers see them."""

from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

import pytest
from playwright.async_api import Page, expect

from doorstep.platform.auth import Role
from doorstep.platform.tasks import Worker
from doorstep.stages.shipping.acts import leaving, manifests
from tests.browser.conftest import Enter
from tests.browser.looking import every_look, look_at, on_a_phone
from tests.worlds.catalog import WORLD
from tests.worlds.shipping import SWIFT, Dock, build_dock, swift


@pytest.fixture
async def dock(worker: Worker, tenant: UUID, tmp_path: Path) -> AsyncIterator[Dock]:
    """A dock with a parcel in each queue: refused, in doubt, ready, on a manifest, and gone."""
    made = Dock(worker, tenant)
    async with swift(tmp_path) as carrier:
        async with made.tx() as tx:
            await build_dock(tx, carrier.url)
        for _ in range(3):
            await made.wanted()
        await made.wanted(city="Schaan", postal_code="9494", country="LI", lat=47.167, lon=9.511)
        await made.work()
        await made.want(await made.parcel(weight_g=40_000))
        yield made


async def label_of(dock: Dock, state: str) -> UUID:
    found: UUID = await dock.ask(
        "SELECT id FROM shipping.labels WHERE state = %s ORDER BY id LIMIT 1", [state]
    )
    return found


@every_look
async def test_the_desk_shows_each_queue(page: Page, enter: Enter, dock: Dock) -> None:
    await enter(Role.PACKER)
    await page.goto("/shipping")
    await expect(page.get_by_text("takes at most 30.00 kg")).to_be_visible()
    await look_at(page, "shipping-stopped")
    await page.goto("/shipping?queue=ready")
    await expect(page.get_by_role("button", name="Make manifest")).to_have_count(2)
    await look_at(page, "shipping-ready")
    await page.goto("/shipping?queue=buy")
    await look_at(page, "shipping-empty")


@every_look
async def test_a_label_tells_its_story(page: Page, enter: Enter, dock: Dock) -> None:
    await enter(Role.PACKER)
    await page.goto(f"/shipping/labels/{await label_of(dock, 'bought')}")
    await expect(page.get_by_role("cell", name="the least of 2 all-in")).to_be_visible()
    await look_at(page, "shipping-label")


@every_look
async def test_a_manifest_fills_while_its_truck_is_loaded(page: Page, enter: Enter, dock: Dock) -> None:
    async with dock.tx() as tx:
        manifest_id = await manifests.gather(tx, WORLD.north, SWIFT)
        code = await dock.ask(
            "SELECT tracking_number FROM shipping.labels WHERE tracking_number LIKE 'WS%%' LIMIT 1"
        )
        await leaving.hand_over(tx, [code])
    await enter(Role.PACKER)
    await page.goto(f"/shipping/manifests/{manifest_id}")
    await expect(page.get_by_role("button", name="The truck leaves")).to_be_visible()
    await look_at(page, "shipping-manifest")


@on_a_phone
async def test_the_dock_is_worked_with_a_scanner_alone(page: Page, enter: Enter, dock: Dock) -> None:
    await enter(Role.PACKER)
    number = await dock.ask(
        "SELECT tracking_number FROM shipping.labels WHERE tracking_number LIKE 'WS%%' LIMIT 1"
    )
    await page.goto("/hand-over")
    await look_at(page, "hand-over")
    field = page.get_by_label("Scan a parcel or manifest")
    await expect(field).to_be_focused()
    await field.fill(f"{number}")
    await field.press("Enter")
    await expect(page.locator("body")).to_have_attribute("data-answer", "good")
    await expect(page.get_by_text("has left")).to_be_visible()
    await look_at(page, "hand-over-good")
    await expect(field).to_be_focused()
    await field.fill("NOTHING-LIKE-THAT")
    await field.press("Enter")
    await expect(page.locator("body")).to_have_attribute("data-answer", "wrong")
    await look_at(page, "hand-over-wrong")
