"""A new user's first shop: the guide is followed word by word, against the house as `make demo` serves it and a shop beside it."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import anyio
import pytest
from playwright.async_api import Page, expect

from doorstep.platform.config import Settings
from doorstep.world.serving import free_port

DOCS = Path(__file__).parents[2] / "docs"
STARTED_S, TOLD_S = 120.0, 60.0
BOLD = re.compile(r"\*\*([^*]+)\*\*")


class Terminal:
    """A command in a terminal of its own."""

    def __init__(self, process: subprocess.Popen[bytes], screen: Path) -> None:
        self.process, self.screen = process, screen

    def type(self, text: str) -> None:
        """Type a line."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{text}\n".encode())
        self.process.stdin.flush()

    async def shows(self, words: str, within_s: float = TOLD_S) -> re.Match[str]:
        """Wait until the screen shows something; return where."""
        with anyio.move_on_after(within_s):
            while self.process.poll() is None:
                if found := re.search(words, self.screen.read_text(encoding="utf-8")):
                    return found
                await anyio.sleep(0.1)
        raise AssertionError(f"{words!r} is not shown:\n{self.screen.read_text(encoding='utf-8')}")


@contextmanager
def terminal(screen: Path, environment: dict[str, str], *command: str) -> Iterator[Terminal]:
    """Run a command until the end of the block, which is a Ctrl-C."""
    with (
        screen.open("wb") as out,
        subprocess.Popen(
            [sys.executable, "-m", "doorstep", *command],
            env=environment, stdin=subprocess.PIPE, stdout=out, stderr=subprocess.STDOUT,
        ) as process,
    ):  # fmt: skip
        try:
            yield Terminal(process, screen)
        finally:
            process.send_signal(signal.SIGINT)
            assert process.wait(60) == 0, screen.read_text(encoding="utf-8")


def steps() -> list[str]:
    """Return the numbered steps of the guide."""
    guide = (DOCS / "channels.md").read_text(encoding="utf-8")
    section = guide.split("## Your first shop in ten minutes\n", 1)[1].split("\n## ", 1)[0]
    return re.findall(r"^\d\. (.+)$", section, re.MULTILINE)


@pytest.fixture
def environment(settings: Settings, tmp_path: Path) -> dict[str, str]:
    """A home and a port of one's own, on the database of the tests."""
    tmp_path.chmod(0o711)
    return {
        **os.environ, "DOORSTEP_HOME": str(tmp_path), "DOORSTEP_PORT": str(free_port()),
        "DOORSTEP_DATABASE_URL": str(settings.database_url), "DOORSTEP_OWNER_URL": str(settings.owner_url),
    }  # fmt: skip


@pytest.mark.soak
async def test_a_first_shop_is_connected_as_the_guide_says(
    page: Page, environment: dict[str, str], tmp_path: Path
) -> None:
    demo, shop, manager, form, calls, sale = steps()
    assert "`make demo`" in demo
    assert "`.venv/bin/doorstep outside shop`" in shop
    asked = ("outside", "shop", "--tenant", "demo", "--port", str(free_port()))
    with terminal(tmp_path / "demo", environment, "demo") as house:
        address = (await house.shows(r"Open (http://\S+) and take part", STARTED_S))[1]
        with terminal(tmp_path / "shop", environment, *asked) as till:
            await till.shows("each Enter sells an order")
            printed = dict(
                re.findall(r"^ {5}(\S.*?) {2,}(\S.*)$", till.screen.read_text("utf-8"), re.MULTILINE)
            )
            role, place = BOLD.findall(manager)
            await page.goto(address)
            await page.get_by_role("button", name=role).click()
            await page.get_by_role("link", name=place).click()
            heading, *labels, connect, test = BOLD.findall(form)
            await expect(page.get_by_role("heading", name=heading)).to_be_visible()
            assert set(labels) == set(printed)
            for label in labels:
                field = page.get_by_label(label)
                if await field.evaluate("(one) => one.tagName") == "SELECT":
                    await field.select_option(label=printed[label])
                else:
                    await field.fill(printed[label])
            till.type("")
            await till.shows("Connect it first")
            await page.get_by_role("button", name=connect).click()
            await page.get_by_role("button", name=test).click()
            await expect(page.get_by_text("The shop answered")).to_be_visible()
            (panel,) = BOLD.findall(calls)
            await expect(page.get_by_role("heading", name=panel)).to_be_visible()
            till.type(await page.locator("p.code", has_text="/hooks/shops/").inner_text())
            await till.shows("The shop calls .* from now on")
            await till.shows("the shop is connected")
            till.type("")
            sold = (await till.shows(r"#(\d+) sold: .* The house took the call"))[1]
            (orders,) = BOLD.findall(sale)
            await expect(page.get_by_role("heading", name=orders)).to_be_visible()
            row = page.get_by_role("row", name=f"#{sold}")
            with anyio.fail_after(TOLD_S):
                while not await row.get_by_text("created").count():
                    await page.reload()
            await till.shows(rf"#{sold} left with .*, tracking number \S+: ", STARTED_S)
            await till.shows(r"Can be sold: \d+ ")
