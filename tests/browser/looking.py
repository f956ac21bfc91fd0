"""Looking at a page the way people and their tools do: legible, reachable, whole at every width, steady, light."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.async_api import Page

ROOT = Path(__file__).parents[2]
AXE = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
SHIFT_MAX = 0.1
"""The limit of a good cumulative layout shift, https://web.dev/articles/cls."""

WEIGHT_MAX = 100_000
"""Bytes over the wire for a first visit, maps aside."""


@dataclass(frozen=True)
class Look:
    """One way to look at a page."""

    device: Literal["desk", "phone"]
    scheme: Literal["light", "dark"]

    @property
    def width(self) -> int:
        """In CSS pixels."""
        return 1280 if self.device == "desk" else 360

    @property
    def height(self) -> int:
        """In CSS pixels."""
        return 800 if self.device == "desk" else 740

    def __str__(self) -> str:
        return f"{self.device}-{self.scheme}"


DESK = Look("desk", "light")
PHONE = Look("phone", "light")
CROSSED = (DESK, Look("phone", "dark"))
"""Both sizes and both schemes in two looks: where things stand is the size's alone, their colors are the scheme's."""
OTHERS = (PHONE, Look("desk", "dark"))

every_look = pytest.mark.parametrize(
    "look",
    [*CROSSED, *(pytest.param(one, marks=pytest.mark.soak) for one in OTHERS)],
    ids=str,
)
"""Runs a test at both sizes, light and dark: in `make test` crossed, in `make soak` also the other way around."""

on_a_phone = pytest.mark.parametrize("look", [PHONE], ids=str)
"""Runs a test at 360 pixels."""


async def look_at(page: Page, name: str, *, weight_max: int = WEIGHT_MAX) -> None:
    """Check everything about the page that is open, and take its picture as `name`.

    Raises:
        AssertionError: says what is wrong with the page, and where.
    """
    await shot(page, name)
    await axe(page)
    faults: list[str] = await page.evaluate(_WHOLE)
    assert faults == [], f"{page.url} is wider than the screen because of:\n" + "\n".join(faults)
    shift: float = await page.evaluate(_SHIFT)
    assert shift <= SHIFT_MAX, f"{page.url} jumps while it loads: {shift:.3f}"
    weight: int = await page.evaluate(_WEIGHT)
    assert weight <= weight_max, f"{page.url} weighs {weight} bytes"


async def nothing_is_cut_off(page: Page) -> None:
    """Check that no table is wider than the panel around it, which would hide its last columns.

    Raises:
        AssertionError: says which tables, and by how many pixels.
    """
    cut: list[str] = await page.evaluate(_CUT_OFF)
    assert cut == [], f"{page.url} hides columns of " + ", ".join(cut)


async def axe(page: Page) -> None:
    """Check a page with axe-core.

    Raises:
        AssertionError: lists each serious or critical violation, where it is and how to mend it.
    """
    await page.evaluate(AXE.read_text(encoding="utf-8"))
    found: list[dict[str, Any]] = await page.evaluate(
        "axe.run(document, {resultTypes: ['violations']}).then((result) => result.violations)"
    )
    said = [
        f"{violation['impact']}: {violation['help']} ({violation['id']})\n"
        + "\n".join(f"    {node['html'][:160]}\n    {node['failureSummary']}" for node in violation["nodes"])
        for violation in found
        if violation["impact"] in ("serious", "critical")
    ]
    assert not said, f"{page.url} is not open to everyone:\n" + "\n".join(said)


async def shot(page: Page, name: str) -> None:
    """Take a picture of the whole page into the folder that DOORSTEP_SHOTS names, if it does."""
    if folder := os.environ.get("DOORSTEP_SHOTS"):
        size = page.viewport_size or {"width": 0}
        device = "desk" if size["width"] > 700 else "phone"
        scheme = await page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'")
        await page.screenshot(path=f"{folder}/{name}-{device}-{scheme}.png", full_page=True)


_WHOLE = """() => {
  const wide = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= wide) return [];
  return [...document.querySelectorAll('body *')]
    .filter((one) => one.getBoundingClientRect().right > wide + 1)
    .slice(-5)
    .map((one) => `${one.outerHTML.slice(0, 120)} ends at ${Math.round(one.getBoundingClientRect().right)} of ${wide}`);
}"""

_CUT_OFF = """() => [...document.querySelectorAll('.panel .table:not(.stay)')]
  .map((one) => [one, Math.round(one.getBoundingClientRect().right - one.closest('.panel').getBoundingClientRect().right)])
  .filter(([, over]) => over > 1)
  .map(([one, over]) => `${one.caption?.textContent} by ${over} px`)"""

_SHIFT = """() => new Promise((done) => {
  let shift = 0;
  new PerformanceObserver((list) => {
    for (const one of list.getEntries()) if (!one.hadRecentInput) shift += one.value;
  }).observe({type: 'layout-shift', buffered: true});
  setTimeout(() => done(shift), 50);
})"""

_WEIGHT = """() => [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
  .filter((one) => !/\\/(map-|map\\.css|maplibre)/.test(one.name))
  .reduce((sum, one) => sum + one.encodedBodySize, 0)"""
