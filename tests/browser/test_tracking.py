"""A parcel's journey as its customer and the desk see it, and the mails that lead there."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from playwright.async_api import Page, expect

from doorstep.platform import clock
from doorstep.platform.auth import Role
from doorstep.platform.house import House
from doorstep.platform.links import write_link
from doorstep.stages import tracking
from doorstep.stages.tracking import Status
from doorstep.stages.tracking.jobs.sending import send_messages
from doorstep.world.mailbox import serve_mailbox
from tests.browser.conftest import Enter
from tests.browser.looking import every_look, look_at, shot
from tests.conftest import NOON
from tests.worlds.tracking import Journeys, Sent, journeys, seen

S = Status


@pytest.fixture
async def floor(house: House, tenant: UUID) -> Journeys:
    """Northside with a parcel to send."""
    return await journeys(house, tenant)


async def travel(floor: Journeys, sent: Sent) -> None:
    """Let the carrier see the first parcel on three places, with trouble on the way."""
    async with floor.tx() as tx:
        await tracking.record(
            tx,
            [
                seen(sent, S.PICKED_UP, 1, place="Northside warehouse", lat=47.141, lon=9.521),
                seen(sent, S.IN_TRANSIT, 5, place="Linden Hub", lat=47.3, lon=9.4),
                seen(sent, S.DELAYED, 7, place="Linden Hub", lat=47.3, lon=9.4, reason="carrier.vehicle"),
                seen(
                    sent,
                    S.IN_TRANSIT,
                    20,
                    place="Kestrel Hub",
                    lat=47.22,
                    lon=9.5,
                    estimate=NOON + timedelta(days=4),
                ),
            ],
        )


@every_look
async def test_the_customer_sees_window_story_and_map(page: Page, floor: Journeys) -> None:
    sent = await floor.sent(2)
    await travel(floor, sent)
    link = write_link(floor.house, "order", floor.tenant_id, sent.order_id, date(2026, 9, 1))
    await page.goto(f"/t/{link}")
    await expect(page.get_by_role("heading", level=1)).to_contain_text("Arrives")
    await expect(page.locator("[data-map].ready")).to_be_visible()
    await look_at(page, "track-on-the-way")
    async with floor.tx() as tx:
        await tracking.record(tx, [seen(sent, S.DELIVERED, 24), seen(sent, S.DELIVERED, 24, parcel=1)])
    await expect(page.get_by_role("heading", level=1)).to_contain_text("Delivered Tuesday 3 March")
    await look_at(page, "track-delivered")


async def test_the_map_speaks_the_readers_language(page: Page, site: str, floor: Journeys) -> None:
    sent = await floor.sent()
    await travel(floor, sent)
    link = write_link(floor.house, "order", floor.tenant_id, sent.order_id, date(2026, 9, 1))
    await page.context.add_cookies([{"name": "doorstep_lang", "value": "pt", "url": site}])
    await page.goto(f"/t/{link}")
    await expect(page.get_by_role("button", name="Aproximar")).to_be_visible()
    await expect(page.get_by_role("region", name="Mapa")).to_be_visible()


@every_look
async def test_the_desk_sees_what_needs_somebody(page: Page, enter: Enter, floor: Journeys) -> None:
    sent = await floor.sent(2)
    await travel(floor, sent)
    async with floor.tx() as tx:
        await tracking.record(tx, [seen(sent, S.HELD, 22, parcel=1, reason="customs.documents")])
        await clock.advance(tx, NOON + timedelta(hours=24))
    await enter(Role.MANAGER)
    await page.goto("/tracking")
    await expect(page.get_by_text(sent.numbers[1])).to_be_visible()
    await look_at(page, "tracking-desk")
    await page.get_by_role("link", name=sent.numbers[1]).click()
    await expect(page.get_by_text("Somebody knows more")).to_be_visible()
    await look_at(page, "tracking-parcel")
    await page.get_by_label("Who says so").fill("Customs called: papers are there")
    await page.get_by_label("It is").select_option("in_transit")
    await page.get_by_role("button", name="Add to the story").click()
    await expect(page.get_by_text("The story is up to date")).to_be_visible()


@every_look
async def test_a_mail_looks_like_the_shop_and_leads_to_the_parcel(
    page: Page, house: House, tenant: UUID, tmp_path: Path
) -> None:
    async with serve_mailbox(tmp_path) as (url, smtp):
        settings = replace(house.settings, mail_url=smtp, sms_url=f"{url}/sms")
        ours = replace(house, settings=settings)
        floor = await journeys(ours, tenant)
        sent = await floor.sent()
        await travel(floor, sent)
        await send_messages(ours, tenant, tenant)
        await page.goto(url)
        await page.get_by_role("link", name="Your parcel from Juniper").first.click()
        mail = page.frame_locator("iframe")
        await expect(mail.get_by_role("heading", level=1)).to_be_visible()
        href = await mail.get_by_role("link").first.get_attribute("href")
        assert href is not None
        assert "/t/" in href
        await shot(page, "mailbox-mail")
        await page.goto(f"{url}/people?who=%2B4232321234")
        await shot(page, "mailbox-sms")
