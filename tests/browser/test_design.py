"""The examples of docs/design-system.md: they render, everyone can use them, and every part and island is described."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from playwright.async_api import Page

from doorstep.platform.errors import Fault
from doorstep.platform.messages import Flash
from tests.browser.conftest import Show
from tests.browser.looking import ROOT, every_look, look_at

BOOK = (ROOT / "docs" / "design-system.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```jinja\n(.*?)```", BOOK, re.DOTALL)
NAMES = ("list", "one-thing", "handheld", "customer")
CLOCK = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
WRONG = Flash("wrong", "You scanned A-08-3. Go to A-07-3.")
SAID = {
    "good": Flash("good", "Right bin. Now the item."),
    "warning": Flash("warning", "This bin is blocked for a count. Scan again to pick from it."),
    "wrong": WRONG,
}


def _order(
    number: str, customer: str, state: str, lines: int, total_minor: int, hours: float
) -> SimpleNamespace:
    return SimpleNamespace(
        number=number,
        customer=customer,
        state=state,
        lines=lines,
        total_minor=total_minor,
        ship_by=CLOCK + timedelta(hours=hours),
    )


def _point(lon: float, lat: float, **properties: str) -> dict[str, Any]:
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [lon, lat]},
        "properties": properties,
    }


PLACES = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "geometry": {
                "type": "LineString",
                "coordinates": [[-8.62, 41.16], [-8.6, 41.165], [-8.59, 41.15]],
            },
            "properties": {"kind": "route"},
        },
        _point(-8.62, 41.16, kind="site", name="Porto, center north"),
        _point(-8.6, 41.165, kind="stop", label="3", state="done", name="Stop 3"),
        _point(-8.595, 41.158, kind="van", label="R", name="Rui's van"),
        _point(-8.59, 41.15, kind="door", label="You", name="Your door"),
    ],
}

CONTEXT: dict[str, Any] = {
    "clock": CLOCK,
    "orders": [
        _order("N-1042", "Ana Souza", "held", 3, 4990, 5),
        _order("N-1041", "João Pereira", "accepted", 1, 1250, 0.7),
        _order("N-1040", "Maximilian Graf von Hohenlohe-Langenburg", "picking", 12, 128_900, -2),
    ],
    "faults": [
        Fault("/address/postal_code", "short", "1100 is not a whole postal code. Write it like 1100-148."),
    ],
    "picture": None,
    "places_on_map": PLACES,
    "brand": SimpleNamespace(
        name="Casa Azul", color="#1f4b99", logo_url=None, message="Hand-made in the Alentejo.", home="/shop"
    ),
}


@every_look
@pytest.mark.parametrize(("name", "example"), list(zip(NAMES, EXAMPLES, strict=True)), ids=NAMES)
async def test_the_examples_of_the_book_are_open_to_everyone(
    page: Page, show: Show, name: str, example: str
) -> None:
    await show(example, path="/orders", **CONTEXT)
    if name == "customer":
        await page.locator(".map.ready .pin").first.wait_for()
    await look_at(page, f"design-{name}")


@every_look
@pytest.mark.parametrize("kind", SAID)
async def test_an_answer_to_a_scan_is_seen_from_afar(page: Page, show: Show, kind: str) -> None:
    await show(EXAMPLES[2], **CONTEXT, flash=SAID[kind])
    await look_at(page, f"design-answer-{kind}")


@pytest.mark.parametrize(
    "color", ["#000000", "#ffffff", "#ff0000", "#0000ff", "#e8b04a", "#7f7f7f", "#2e8b57"]
)
async def test_a_shop_is_legible_in_every_color_of_a_brand(page: Page, show: Show, color: str) -> None:
    brand = SimpleNamespace(**{**vars(CONTEXT["brand"]), "color": color})
    await show(EXAMPLES[3], **{**CONTEXT, "brand": brand})
    on_brand = await page.evaluate("getComputedStyle(document.querySelector('.shop-top')).color")
    channels = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in channels]
    luminance = sum(part * one for part, one in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
    white = "color(xyz-d65 0.95" in on_brand
    contrast = 1.05 / (luminance + 0.05) if white else (luminance + 0.05) / 0.05
    assert contrast >= 4.5, f"{on_brand} on {color}"


def _named(path: str, pattern: str) -> Iterator[str]:
    text = (ROOT / path).read_text(encoding="utf-8")
    return (str(name) for name in re.findall(pattern, text))


def test_every_part_is_in_the_book() -> None:
    inner = {"labeled", "marks", "rest", "flash"}
    parts = set(_named("doorstep/platform/templates/macros.html", r"{% macro (\w+)\(")) - inner
    assert sorted(part for part in parts if not re.search(rf"[`, ]{part}\(", BOOK)) == []


def test_every_island_is_in_the_book() -> None:
    islands = set(_named("web/src/doorstep.ts", r'"\[(data-[\w-]+)\]"'))
    assert sorted(island for island in islands if f"`{island}" not in BOOK) == []


def test_the_style_sheet_stays_small() -> None:
    assert (ROOT / "doorstep/platform/static/doorstep.css").stat().st_size < 40_000
