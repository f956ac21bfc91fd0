"""A house whose only duties are those of orders and inventory, with a payment processor of its own beside it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import UUID

import httpx
import pytest

from doorstep import app as house_app
from doorstep.platform import clock
from doorstep.platform.config import Settings
from doorstep.platform.house import House
from doorstep.platform.tasks import Worker, duties
from doorstep.stages.inventory import jobs as inventory_jobs
from doorstep.stages.orders import acts
from doorstep.stages.orders import jobs as order_jobs
from doorstep.stages.orders.acts import Whole
from doorstep.stages.orders.ports import payment as port
from doorstep.world.payment import serve_payment
from tests.conftest import NOON
from tests.settle import settle
from tests.worlds.inventory import small_world


@dataclass(frozen=True, slots=True)
class Paying:
    """A house, its worker, and the processor's own books."""

    house: House
    worker: Worker
    tenant: UUID
    processor: httpx.AsyncClient

    async def settle(self) -> None:
        """Let everything that is owed be done."""
        await settle(self.worker, self.tenant)

    async def step(self) -> None:
        """Do what is due once, whatever fails."""
        await self.worker.step(self.tenant)

    async def read(self, order_id: UUID) -> Whole:
        """Return everything about an order."""
        async with self.house.db.transaction(self.tenant, actor="test") as tx:
            found = await acts.read(tx, order_id)
        assert found is not None
        return found

    async def books(self) -> list[tuple[str, int]]:
        """Return every movement of money that the processor itself knows of."""
        found = (await self.processor.get("/v1/ledger")).json()["entries"]
        return [(one["kind"], one["amount_minor"]) for one in found]

    async def befall(self, *mishaps: str) -> None:
        """Let the next calls go wrong so, one each."""
        await self.processor.post("/v1/simulate/mishaps", json={"next": list(mishaps), "hang_s": 0.5})


@pytest.fixture
async def paying(
    settings: Settings, tenant: UUID, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Paying]:
    """Northside with goods, and a processor that answers on loopback."""
    monkeypatch.setattr(port, "TIMEOUT_S", 0.3)
    mine = duties(
        [
            ("inventory", getattr(inventory_jobs, "ON", {}), inventory_jobs.EVERY),
            ("orders", order_jobs.ON, {}),
        ]
    )
    async with (
        serve_payment(tmp_path) as url,
        house_app.open_house(replace(settings, payment_url=url)) as house,
        httpx.AsyncClient(base_url=url, headers={"authorization": "Bearer payment-demo-key"}) as processor,
    ):
        house.db.listeners = mine.listeners
        async with house.db.transaction(tenant, actor="test") as tx:
            await small_world(tx)
        await clock.simulate(house.db, tenant, NOON)
        yield Paying(house, Worker(house, mine), tenant, processor)


@pytest.fixture
async def world(house: House, tenant: UUID) -> None:
    """Northside, with goods on its shelves."""
    async with house.db.transaction(tenant, actor="test") as tx:
        await small_world(tx)


def bearer(key: str, **more: str) -> dict[str, str]:
    """The headers of a program."""
    return {"authorization": f"Bearer {key}", **more}
