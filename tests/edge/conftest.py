"""One furnished company for the whole file, behind a server of its own loop, so that plain clients can knock."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from uuid import UUID, uuid4

import anyio.from_thread
import httpx
import pytest
from anyio.from_thread import BlockingPortal

from doorstep import app as house_app
from doorstep.platform import auth, clock
from doorstep.platform.config import Settings
from doorstep.platform.house import House
from doorstep.world.serving import serving
from tests.conftest import NOON
from tests.worlds.everything import Everything, build_everything


@dataclass(frozen=True)
class Standing:
    """The house with its doors open.

    Attributes:
        portal: runs what is async in the house's own loop.
        url: where it listens.
        client: knows the way there, and keeps no cookies of its own.
        key: may do everything in the furnished company.
    """

    portal: BlockingPortal
    house: House
    url: str
    client: httpx.Client
    company: Everything
    key: str


@asynccontextmanager
async def opened(settings: Settings, portal: BlockingPortal) -> AsyncIterator[Standing]:
    """Open the house, furnish a company, and serve it on a socket."""
    async with house_app.open_house(settings) as house:
        tenant_id = await new_company(house)
        company = await build_everything(house, tenant_id)
        key = await auth.make_key(house.db, tenant_id, "test", ["*"])
        application = house_app.application(settings, lambda: house_app.open_house(settings))
        async with serving(application) as url:
            with httpx.Client(base_url=url, timeout=30) as client:
                yield Standing(portal, house, url, client, company, key)


async def new_company(house: House) -> UUID:
    """Found a company on a Monday at noon."""
    tenant_id = await auth.add_tenant(house.db, f"t-{uuid4().hex[:20]}", "Northside Fulfillment")
    await clock.simulate(house.db, tenant_id, NOON)
    return tenant_id


@pytest.fixture(scope="module")
def standing(settings: Settings) -> Iterator[Standing]:
    """The house, open for the whole file; nobody asks too often."""
    patient = replace(settings, rate_per_minute=10**9)
    with (
        anyio.from_thread.start_blocking_portal("asyncio") as portal,
        portal.wrap_async_context_manager(opened(patient, portal)) as found,
    ):
        yield found
