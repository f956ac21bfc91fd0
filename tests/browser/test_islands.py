"""What the programs on a page add to it: scanning, signing, photos, places, live pieces, maps."""

import asyncio
import re
import struct
import zlib
from urllib.parse import parse_qs

from playwright.async_api import Browser, Page, Request, Route, expect

from doorstep.platform.messages import Flash
from tests.browser.conftest import Show, render
from tests.browser.looking import look_at, on_a_phone
from tests.browser.test_design import EXAMPLES, PLACES
from tests.conftest import NOON

TOP = (
    '{% extends "base.html" %}{% import "macros.html" as ui with context %}{% block title %}Try{% endblock %}'
)
HANDHELD = EXAMPLES[2]
TWICE = """(code) => {
  const form = document.querySelector('[data-scan]');
  for (let times = 0; times < 2; times += 1) {
    form.querySelector('#scan').value = code;
    form.requestSubmit();
  }
}"""
"""A scanner that sends its code twice at once, however slow this machine is."""


class Floor:
    """The server of one handheld page, without a warehouse: remembers what was scanned and answers as it is told."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.scans: list[dict[str, str]] = []
        self.answers: list[str] = []
        self.away = False
        self.open_for_answers = asyncio.Event()
        self.open_for_answers.set()

    async def open(self, show: Show) -> None:
        """Show the page."""
        await self.page.route("**/pick/18/scan", self.take)
        await show(HANDHELD, path="/pick/18", picture=None)

    async def take(self, route: Route) -> None:
        """Answer a scan."""
        fields = {name: values[0] for name, values in parse_qs(route.request.post_data or "").items()}
        self.scans.append(fields)
        await self.open_for_answers.wait()
        if self.away:
            await route.abort()
            return
        kind = self.answers.pop(0) if self.answers else "good"
        flash = Flash(kind, f"{fields['code']} was {kind}.")
        html = render(HANDHELD, path="/pick/18", picture=None, flash=flash)
        await route.fulfill(body=html, content_type="text/html")

    async def scan(self, code: str) -> None:
        """Type like a scanner."""
        await self.page.keyboard.type(code)
        await self.page.keyboard.press("Enter")

    @property
    def codes(self) -> list[str]:
        """What arrived, in order."""
        return [scan["code"] for scan in self.scans]


@on_a_phone
async def test_a_scan_is_answered_in_place_and_the_field_is_ready_for_the_next(
    page: Page, show: Show
) -> None:
    floor = Floor(page)
    await floor.open(show)
    await floor.scan("A-07-3")
    await expect(page.locator(".answer")).to_have_text("A-07-3 was good.")
    await expect(page.get_by_label("Scan the bin")).to_be_focused()
    await floor.scan("4006381333931")
    await expect(page.locator(".answer")).to_have_text("4006381333931 was good.")
    assert floor.codes == ["A-07-3", "4006381333931"]
    assert floor.scans[0]["_csrf_token"] == "a-token"
    commands = [scan["command"] for scan in floor.scans]
    assert all(
        re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", one)
        for one in commands
    )
    assert len(set(commands)) == 2


async def test_the_same_code_at_once_counts_once(page: Page, show: Show) -> None:
    floor = Floor(page)
    await floor.open(show)
    await page.evaluate(TWICE, "A-07-3")
    await floor.scan("B-01-1")
    await expect(page.locator(".answer")).to_have_text("B-01-1 was good.")
    assert floor.codes == ["A-07-3", "B-01-1"]


async def test_what_is_scanned_while_one_waits_is_not_lost(page: Page, show: Show) -> None:
    floor = Floor(page)
    await floor.open(show)
    floor.open_for_answers.clear()
    for code in ("one", "two", "three"):
        await floor.scan(code)
    await page.keyboard.type("fo")
    floor.open_for_answers.set()
    await expect(page.locator(".answer")).to_have_text("three was good.")
    await floor.scan("ur")
    await expect(page.locator(".answer")).to_have_text("four was good.")
    assert floor.codes == ["one", "two", "three", "four"]


async def test_after_a_mistake_nothing_scanned_in_a_hurry_is_booked(page: Page, show: Show) -> None:
    floor = Floor(page)
    floor.answers = ["wrong"]
    await floor.open(show)
    floor.open_for_answers.clear()
    for code in ("one", "two"):
        await floor.scan(code)
    floor.open_for_answers.set()
    await expect(page.locator("body")).to_have_attribute("data-answer", "wrong")
    await expect(page.locator(".answer")).to_have_text("one was wrong.")
    assert floor.codes == ["one"]


async def test_without_a_connection_the_code_stays_and_counts_once_when_sent_again(
    page: Page, show: Show
) -> None:
    floor = Floor(page)
    await floor.open(show)
    floor.away = True
    await floor.scan("A-07-3")
    await expect(page.locator(".answer")).to_contain_text("No connection: A-07-3 may not be booked.")
    await expect(page.get_by_label("Scan the bin")).to_have_value("A-07-3")
    floor.away = False
    await page.keyboard.press("Enter")
    await expect(page.locator(".answer")).to_have_text("A-07-3 was good.")
    assert len({scan["command"] for scan in floor.scans}) == 1
    assert len(floor.scans) == 2


async def test_keys_that_go_nowhere_go_into_the_scan_field(page: Page, show: Show) -> None:
    floor = Floor(page)
    await floor.open(show)
    await page.evaluate("document.activeElement.blur()")
    await floor.scan("A-07-3")
    await expect(page.locator(".answer")).to_have_text("A-07-3 was good.")
    assert floor.codes == ["A-07-3"]


async def test_a_function_key_presses_its_button(page: Page, show: Show) -> None:
    await show(TOP + '{% block content %}{{ ui.go("/closed", "Close", data_key="F9") }}{% endblock %}')
    await page.route("**/closed", lambda route: route.fulfill(body="closed"))
    await page.keyboard.press("F9")
    await expect(page).to_have_url("/closed")


async def test_a_form_is_sent_once_however_often_it_is_clicked(page: Page, show: Show) -> None:
    sent: list[Request] = []

    async def slow(route: Route) -> None:
        sent.append(route.request)
        await page.wait_for_timeout(200)
        await route.fulfill(body="done")

    await page.route("**/do", slow)
    await show(TOP + '{% block content %}{{ ui.act("/do", "Do it") }}{% endblock %}')
    await page.get_by_role("button", name="Do it").dblclick(no_wait_after=True)
    await expect(page).to_have_url("/do")
    assert len(sent) == 1


async def test_an_act_that_cannot_be_undone_asks_first(page: Page, show: Show) -> None:
    await page.route("**/do", lambda route: route.fulfill(body="done"))
    await show(
        TOP
        + '{% block content %}{{ ui.act("/do", "Cancel the order", "danger", confirm="Really?") }}{% endblock %}'
    )
    await page.get_by_role("button", name="Cancel the order").click()
    dialog = page.get_by_role("dialog", name="Really?")
    await expect(dialog.get_by_role("button", name="Keep as it is")).to_be_focused()
    await look_at(page, "design-asked")
    await page.keyboard.press("Enter")
    await expect(dialog).to_be_hidden()
    await page.get_by_role("button", name="Cancel the order").click()
    await dialog.get_by_role("button", name="Cancel the order").click()
    await expect(page).to_have_url("/do")


async def test_a_signature_becomes_a_path_and_can_be_cleared(page: Page, show: Show) -> None:
    await show(TOP + '{% block content %}<form method="post">{{ ui.sign() }}</form>{% endblock %}')
    canvas = page.locator("canvas")
    await canvas.scroll_into_view_if_needed()
    box = await canvas.bounding_box()
    assert box is not None
    await page.mouse.move(box["x"] + 20, box["y"] + 20)
    await page.mouse.down()
    await page.mouse.move(box["x"] + 120, box["y"] + 90, steps=5)
    await page.mouse.up()
    field = page.locator('input[name="signature"]')
    assert re.fullmatch(r"M\d+ \d+(L\d+ \d+)+", await field.input_value())
    await look_at(page, "design-signature")
    await page.get_by_role("button", name="Clear").click()
    await expect(field).to_have_value("")


async def test_a_photo_is_made_small_before_it_is_sent(page: Page, show: Show) -> None:
    await show(TOP + '{% block content %}{{ ui.file("photo", "Photo", photo=True) }}{% endblock %}')
    await page.get_by_label("Photo").set_input_files(
        {"name": "door.png", "mimeType": "image/png", "buffer": _png(2000, 1000)}
    )
    shown = page.get_by_alt_text("The photo that will be sent")
    await expect(shown).to_be_visible()
    size = await shown.evaluate("(one) => [one.naturalWidth, one.naturalHeight]")
    kind = await page.get_by_label("Photo").evaluate("(one) => one.files[0].type")
    assert (size, kind) == ([1280, 640], "image/jpeg")


def _png(width: int, height: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = (b"\0" + b"\x40\x80\x90" * width) * height
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


async def test_a_delivery_says_where_it_was_made(page: Page, show: Show) -> None:
    await page.context.grant_permissions(["geolocation"])
    await page.context.set_geolocation({"latitude": 41.1496, "longitude": -8.6109, "accuracy": 12})
    sent: list[str] = []

    async def keep(route: Route) -> None:
        sent.append(route.request.post_data or "")
        await route.fulfill(body="done")

    await page.route("**/deliver", keep)
    fields = "".join(f'<input type="hidden" name="{name}">' for name in ("lat", "lon", "accuracy_m"))
    await show(
        TOP + f'{{% block content %}}<form method="post" action="/deliver" data-place>{fields}'
        '{{ ui.button("Delivered") }}</form>{% endblock %}'
    )
    await page.get_by_role("button", name="Delivered").click()
    await expect(page).to_have_url("/deliver")
    assert sent == ["lat=41.149600&lon=-8.610900&accuracy_m=12"]


async def test_live_pieces_replace_those_of_the_same_name(page: Page, show: Show) -> None:
    told = (
        'event: html\ndata: <p id="first">new</p>\ndata: <p id="field"><input value="theirs"></p>\n\n'
        'event: values\ndata: {"count": "42"}\n\n'
    )
    await page.route("**/stream", lambda route: route.fulfill(body=told, content_type="text/event-stream"))
    await show(
        TOP
        + '{% block content %}{% call ui.live("/stream") %}<p id="first">old</p><p id="field"><input value="mine"'
        ' aria-label="Mine" autofocus></p><p id="count">41</p>{% endcall %}{% endblock %}'
    )
    await expect(page.locator("#first")).to_have_text("new")
    await expect(page.locator("#count")).to_have_text("42")
    await expect(page.get_by_label("Mine")).to_have_value("mine")


async def test_time_left_is_counted_down(page: Page, show: Show) -> None:
    await page.clock.install()
    await show(TOP + '{% block content %}<time data-countdown="3660">1 h 01 min</time>{% endblock %}')
    left = page.locator("time")
    for after_s, said in ((15, "1 h 00 min"), (60, "59 min"), (3660, "1 min late")):
        await page.clock.run_for(after_s * 1000)
        await expect(left).to_have_text(said)
    await expect(left).to_have_class("wrong")


async def test_a_number_is_stepped_by_thumb_within_its_bounds(page: Page, show: Show) -> None:
    await show(
        TOP + '{% block content %}{{ ui.stepper("units:A", "Units of mugs", 1, max=2) }}{% endblock %}'
    )
    field = page.get_by_label("Units of mugs", exact=True)
    for press, value in (
        ("One more", "2"),
        ("One more", "2"),
        *[("One less", str(left)) for left in (1, 0, 0)],
    ):
        await page.get_by_role("button", name=f"{press}: Units of mugs").click()
        await expect(field).to_have_value(value)


async def test_a_moment_is_told_on_the_clock_of_who_looks(chromium: Browser, site: str) -> None:
    shown = render(TOP + "{% block content %}{{ at | when }}{% endblock %}", path="/shown", at=NOON)
    context = await chromium.new_context(base_url=site, timezone_id="Asia/Kathmandu")
    there = await context.new_page()
    await there.route("**/shown", lambda route: route.fulfill(body=shown, content_type="text/html"))
    await there.goto("/shown")
    await expect(there.locator("time")).to_have_text("02 Mar 2026 17:45")
    await context.close()


async def test_the_current_tab_is_in_sight_on_a_narrow_screen(page: Page, show: Show) -> None:
    await page.set_viewport_size({"width": 360, "height": 740})
    links = [
        (f"/{name}", name, name == "Import")
        for name in ("Products", "Merchants", "Carriers", "Boxes", "Import")
    ]
    await show(TOP + "{% block content %}{{ ui.tabs(links) }}{% endblock %}", links=links)
    await expect(page.get_by_role("link", name="Import")).to_be_in_viewport(ratio=1)


async def test_a_map_needs_no_internet(page: Page, show: Show, site: str) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    await page.route("**/places.json", lambda route: route.fulfill(json=PLACES))
    await show(TOP + '{% block content %}{{ ui.map("Routes", url="/places.json") }}{% endblock %}')
    await expect(page.locator(".map.ready .pin")).to_have_count(4)
    await page.get_by_label("Rui's van").click()
    await expect(page.locator(".maplibregl-popup")).to_have_text("Rui's van")
    assert [url for url in asked if not url.startswith((site, "blob:", "data:"))] == []
    await look_at(page, "design-map")


async def test_everything_of_a_page_is_kept_by_the_browser(page: Page) -> None:
    kept: dict[str, str] = {}
    page.on(
        "response",
        lambda response: kept.update(
            {response.url.split("/")[-1].split("?")[0]: response.headers["cache-control"]}
        ),
    )
    await page.goto("/sign-in")
    for name in ("doorstep.css", "doorstep.js", "icons.svg"):
        assert kept[name] == "public, max-age=31536000, immutable", name
    assert kept["sign-in"] == "no-store"
