"""What a real browser makes of hostile texts: it opens pages that show them, and nothing of theirs runs, asks or leads away."""

import os
from collections import Counter
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import ConsoleMessage, Dialog, Page, sync_playwright

from tests.browser.finding import ARGUMENTS, find
from tests.edge.conftest import Standing
from tests.edge.test_hostile import cookies
from tests.edge.test_payloads import fill, newest

__all__ = ["cookies"]
pytestmark = pytest.mark.browser
PLACES = (
    "/orders", "/orders/{order_id}", "/tower", "/tower/orders/{order_id}", "/catalog", "/catalog/merchants", "/catalog/sites", "/orders/holds", "/orders/drafts",
    "/channels", "/partners", "/partners/{partner_id}", "/webhooks", "/stock", "/arrivals", "/tracking", "/feedback", "/shipping", "/suppliers",
)  # fmt: skip
CUSTOMERS = ("", "/confirm", "/rate", "/problem", "/return")
TRAP = """
window.__ran = [];
for (const name of ['alert', 'confirm', 'prompt', 'print', 'open']) window[name] = (...said) => window.__ran.push([name, ...said].join(' '));
"""


class Trap:
    """A page that notes what runs, what is asked of others, and what its policy had to stop."""

    def __init__(self, page: Page, site: str) -> None:
        self.page, self.site, self.caught = page, site, list[str]()
        page.add_init_script(TRAP)
        page.on("dialog", self._opened)
        page.on("pageerror", lambda error: self.caught.append(f"error {error}"))
        page.on("console", self._said)
        page.on("request", lambda asked: self._asked(asked.url))

    def _opened(self, dialog: Dialog) -> None:
        self.caught.append(f"dialog {dialog.message}")
        dialog.dismiss()

    def _said(self, said: ConsoleMessage) -> None:
        if "ontent Security Policy" in said.text:
            self.caught.append(said.text)

    def _asked(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme in ("http", "https") and parts.netloc != urlsplit(self.site).netloc:
            self.caught.append(f"request {url}")

    def look(self, path: str) -> bool:
        """Open a page, move over it and lead the keyboard into it; return whether it was there."""
        answer = self.page.goto(self.site + path, wait_until="load")
        for _ in range(6):
            self.page.keyboard.press("Tab")
        self.page.mouse.move(400, 300)
        self.caught += self.page.evaluate("window.__ran")
        if self.page.evaluate(
            "document.querySelectorAll('base, iframe, meta[http-equiv], a[href^=\"javascript:\" i]').length"
        ):
            self.caught.append(f"{path} has what it should not")
        return answer is not None and answer.ok


@pytest.fixture
def trap(standing: Standing, cookies: str) -> Iterator[Trap]:
    """The owner's browser, before pages full of hostile texts."""
    for round_ in range(2):
        fill(standing, 13 * round_, Counter())
    with sync_playwright() as playwright:
        found = find(playwright.chromium.executable_path)
        browser = playwright.chromium.launch(
            executable_path=found.path, args=list(ARGUMENTS), env={**os.environ, **found.environment}
        )
        context = browser.new_context(viewport={"width": 1280, "height": 900})
        pairs = (one.split("=", 1) for one in cookies.split("; "))
        context.add_cookies([{"name": name, "value": value, "url": standing.url} for name, value in pairs])
        yield Trap(context.new_page(), standing.url)
        browser.close()


def test_a_browser_runs_nothing_of_what_people_wrote(standing: Standing, trap: Trap) -> None:
    id_of = newest(standing)
    paths = [path.format_map({name: id_of(name) for name in ("order_id", "partner_id")}) for path in PLACES]
    paths += [f"/t/{standing.company.token}{page}" for page in CUSTOMERS]
    there = {path: trap.look(path) for path in paths}
    assert trap.caught == []
    assert [path for path, is_there in there.items() if not is_there] == []


def test_the_trap_catches(standing: Standing, trap: Trap) -> None:
    trap.look("/orders")
    trap.page.set_content("<img src=x onerror='alert(4711)'><img src='https://evil.example/x.png'>")
    trap.page.wait_for_timeout(300)
    assert [one for one in trap.caught if "evil.example" in one]
    assert "alert 4711" in trap.page.evaluate("window.__ran") or any("Policy" in one for one in trap.caught)
