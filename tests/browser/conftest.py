"""A browser, the real application served to it, and people who are signed in."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from uuid import UUID, uuid4

import httpx
import pytest
from playwright.async_api import Browser, Page, Route, async_playwright

from doorstep import app as house_app
from doorstep.platform import auth
from doorstep.platform.auth import SESSION_COOKIE, NewUser, Role
from doorstep.platform.config import Settings
from doorstep.platform.house import House
from doorstep.platform.pages import environment
from doorstep.platform.places import GROUPS, Place
from tests.browser.finding import ARGUMENTS, find
from tests.browser.looking import DESK, Look

PATIENCE_S = 30.0
HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder is marked `browser`."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
async def chromium() -> AsyncIterator[Browser]:
    """A running browser."""
    async with async_playwright() as playwright:
        found = find(playwright.chromium.executable_path)
        browser = await playwright.chromium.launch(
            executable_path=found.path, args=list(ARGUMENTS), env={**os.environ, **found.environment}
        )
        yield browser
        await browser.close()


@pytest.fixture(scope="session")
def site(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the real application, served by granian from a process of its own on the test database."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    log = tmp_path_factory.mktemp("site") / "log"
    environment = {
        **os.environ,
        "DOORSTEP_HOME": str(settings.home),
        "DOORSTEP_DATABASE_URL": str(settings.database_url),
        "DOORSTEP_SECRET": str(settings.secret),
        "DOORSTEP_PUBLIC_URL": url,
        "DOORSTEP_PARTNER_NETWORKS": "127.0.0.1/32",
    }
    command = (
        f"from doorstep.platform.serving import serve; serve('doorstep.app:create', '127.0.0.1', {port})"
    )
    with (
        log.open("wb") as out,
        subprocess.Popen(
            [sys.executable, "-c", command], env=environment, stdout=out, stderr=subprocess.STDOUT
        ) as server,
    ):
        try:
            _wait(url, server, log)
            yield url
        finally:
            server.terminate()
            server.wait(PATIENCE_S)


def _wait(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until and server.poll() is None:
        try:
            if httpx.get(f"{url}/health", timeout=2).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.05)
    raise AssertionError(f"the application does not answer:\n{log.read_text()}")


@pytest.fixture
def look() -> Look:
    """How a test looks at pages unless it says otherwise: see `every_look`."""
    return DESK


@pytest.fixture
async def page(chromium: Browser, site: str, look: Look) -> AsyncIterator[Page]:
    """An empty page; relative addresses are the site's. An error in the page's own programs fails the test."""
    context = await chromium.new_context(
        base_url=site,
        viewport={"width": look.width, "height": look.height},
        device_scale_factor=2 if look.device == "phone" else 1,
        has_touch=look.device == "phone",
        color_scheme=look.scheme,
        reduced_motion="reduce",
        locale="en-US",
        timezone_id="UTC",
    )
    page = await context.new_page()
    page.set_default_timeout(10_000)
    said: list[str] = []
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on(
        "console",
        lambda message: (
            said.append(message.text)
            if message.type == "error" and "Failed to load resource" not in message.text
            else None
        ),
    )
    yield page
    await context.close()
    assert said == [], "the page's programs complain"


Enter = Callable[..., Awaitable[None]]


@pytest.fixture
def enter(house: House, tenant: UUID, page: Page, site: str) -> Enter:
    """Signs a new person of the tenant in, with the roles it is given."""

    async def signed_in(*roles: Role, merchant_id: UUID | None = None) -> None:
        login = f"{uuid4().hex[:12]}@example.org"
        await auth.add_user(
            house.db, tenant, NewUser(login, "Ana Souza", "correct horse battery", roles, merchant_id)
        )
        token = await auth.sign_in(house.db, login, "correct horse battery")
        await page.context.add_cookies([{"name": SESSION_COOKIE, "value": token, "url": site}])

    return signed_in


Show = Callable[..., Awaitable[None]]


@pytest.fixture
def show(page: Page, site: str) -> Show:
    """Opens a page made of a template's text and its context, fenced like the real ones."""
    fences = {
        name: value
        for name, value in httpx.get(f"{site}/sign-in").headers.items()
        if name in ("content-security-policy", "content-type")
    }

    async def shown(source: str, path: str = "/shown", **context: object) -> None:
        html = render(source, path=path, **context)

        async def answer(route: Route) -> None:
            await route.fulfill(body=html, headers=fences)

        await page.route(f"**{path}", answer)
        await page.goto(path)

    return shown


def render(source: str, **context: object) -> str:
    """Return a page made of a template's text, as the owner of the house sees it."""
    pages_of = environment(house_app.template_folders())
    shown = {
        "request": SimpleNamespace(cookies={}),
        "who": SimpleNamespace(name="Ana Souza"),
        "places": [(group, [Place(path, name, path[1:]) for path, name in known]) for group, known in GROUPS],
        "lang": "en",
        "flash": None,
        "csrf_token": "a-token",
        "csrf_input": '<input type="hidden" name="_csrf_token" value="a-token">',
        **context,
    }
    return pages_of.from_string(source).render(**shown)
