"""A house with a road server beside it."""

from collections.abc import AsyncIterator
from dataclasses import replace

import httpx
import pytest

from doorstep import app as house_app
from doorstep.platform.config import Settings
from doorstep.platform.reaching import partner_client
from tests.delivery.roads.server import Streets, streets
from tests.worlds.delivery import LastMile


@pytest.fixture
async def server() -> AsyncIterator[Streets]:
    """A small OSRM."""
    async with streets() as found:
        yield found


@pytest.fixture
async def mapped(mile: LastMile, server: Streets) -> AsyncIterator[LastMile]:
    """Northside's last mile, whose house asks that server."""
    settings = replace(mile.house.settings, osrm_url=server.url + "/")
    async with partner_client(settings) as http:
        mile.house = replace(mile.house, settings=settings, http=http)
        yield mile


@pytest.fixture
async def web_client(settings: Settings, server: Streets) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the application that asks it, too."""
    ours = replace(settings, osrm_url=server.url)
    application = house_app.application(ours, lambda: house_app.open_house(ours))
    async with application.lifespan():
        transport = httpx.ASGITransport(app=application, raise_app_exceptions=False)  # type: ignore[arg-type]
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            yield client
