"""The ground of every test: a real PostgreSQL, the house on it, and a tenant of one's own."""

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import httpx
import hypothesis
import pytest
from litestar import Litestar

from doorstep import app as house_app
from doorstep.platform import auth, clock, config
from doorstep.platform.config import Settings
from doorstep.platform.embedded import Embedded
from doorstep.platform.house import House
from doorstep.platform.tasks import Worker
from tests.mortal import Fate

hypothesis.settings.register_profile(
    "house", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("house")  # how fast a machine is decides no test

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
"""The small world's day: a Monday, noon."""


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Async tests run on asyncio, like the house."""
    return "asyncio"


@pytest.fixture(scope="session")
def settings() -> Iterator[Settings]:
    """A database at the present: by URL when `DOORSTEP_DATABASE_URL` and `DOORSTEP_OWNER_URL` are set, else embedded.

    Each of several processes wants its own database: `{worker}` in a URL becomes the process's name, `gw0`, `gw1`...
    """
    home = Path(tempfile.mkdtemp(prefix="doorstep-test-", dir="/tmp"))
    home.chmod(0o711)
    wanted = replace(
        config.read({}), home=home, secret="a secret for tests only", port=0, partner_networks="127.0.0.1/32"
    )
    if os.environ.get("DOORSTEP_OWNER_URL"):
        worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0")
        program, owner = (
            os.environ[name].replace("{worker}", worker)
            for name in ("DOORSTEP_DATABASE_URL", "DOORSTEP_OWNER_URL")
        )
        wanted = house_app.with_urls(wanted, program, owner)
    prepared, _ = asyncio.run(house_app.prepare(wanted))
    yield prepared
    if not os.environ.get("DOORSTEP_OWNER_URL"):
        asyncio.run(Embedded(home).stop())
    shutil.rmtree(home, ignore_errors=True)


@pytest.fixture
async def house(settings: Settings) -> AsyncIterator[House]:
    """The house, opened on the test database."""
    async with house_app.open_house(settings) as opened:
        yield opened


@pytest.fixture
async def tenant(house: House) -> UUID:
    """A fresh tenant whose clock stands at `NOON` until a test moves it."""
    tenant_id = await auth.add_tenant(house.db, f"t-{uuid4().hex[:20]}", "Northside Fulfillment")
    await clock.simulate(house.db, tenant_id, NOON)
    return tenant_id


@pytest.fixture
def worker(house: House) -> Worker:
    """A worker that does its steps when asked: `await settle(worker, tenant)`."""
    return Worker(house, house_app.all_duties())


@pytest.fixture(scope="session")
def application(settings: Settings) -> Litestar:
    """The web application on the test database: built once, begun and ended by each test that uses it."""
    return house_app.application(settings, lambda: house_app.open_house(settings))


@pytest.fixture
async def web_client(application: Litestar) -> AsyncIterator[httpx.AsyncClient]:
    """A client that speaks to the application without a socket."""
    async with application.lifespan():
        transport = httpx.ASGITransport(app=application, raise_app_exceptions=False)  # type: ignore[arg-type]
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            yield client


@pytest.fixture
async def key(house: House, tenant: UUID) -> str:
    """An API key of the tenant that may do everything."""
    return await auth.make_key(house.db, tenant, "test", ["*"])


@pytest.fixture
def fate(monkeypatch: pytest.MonkeyPatch) -> Fate:
    """A program whose end can be chosen: `with fate.at(3): ...` dies at its third step."""
    return Fate(monkeypatch)
