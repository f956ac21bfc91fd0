"""A house with endpoints that may be on this machine."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import pytest

from doorstep import app as house_app
from doorstep.platform.db import Tx
from doorstep.platform.house import House
from doorstep.platform.tasks import Worker
from doorstep.platform.webhooks import acts, looking
from doorstep.platform.webhooks.acts import Wish
from doorstep.platform.webhooks.model import Delivery, Endpoint
from tests.platform.webhooks.receiver import Receiver, receiving
from tests.settle import settle
from tests.worlds.inventory import small_world
from tests.worlds.orders import place_one

ALL = ("order.placed", "order.held", "order.accepted", "order.canceled")


@dataclass
class Hooks:
    """A tenant with goods and customers, and a worker that tells of them."""

    worker: Worker
    tenant_id: UUID

    @asynccontextmanager
    async def tx(self) -> AsyncIterator[Tx]:
        """Open a transaction of the tenant."""
        async with self.worker.house.db.transaction(self.tenant_id, actor="user:ana") as tx:
            yield tx

    async def add(
        self, receiver: Receiver, kinds: Sequence[str] = ALL, merchant_id: UUID | None = None
    ) -> UUID:
        """Add an endpoint at a receiver."""
        async with self.tx() as tx:
            return await acts.add(tx, Wish(receiver.url, kinds), merchant_id)

    async def place(self, **changed: Any) -> UUID:
        """Place an order: it is accepted at once."""
        async with self.tx() as tx:
            return await place_one(tx, **changed)

    async def work(self) -> None:
        """Tell whoever is owed something and due."""
        await settle(self.worker, self.tenant_id)

    async def work_announcements(self) -> None:
        """Let the endpoints be owed what happened, and tell nobody yet."""
        await self.worker._react_to_due(self.tenant_id)

    async def ask(self, statement: str, *params: Any) -> list[tuple[Any, ...]]:
        """Run a statement and return its rows, if it has some."""
        async with self.tx() as tx:
            cursor = await tx.connection.execute(statement.encode(), params)
            return await cursor.fetchall() if cursor.description else []

    async def due(self) -> None:
        """Let the wait of every delivery be over."""
        await self.ask("UPDATE platform.deliveries SET due_at = now() WHERE tenant_id = %s", self.tenant_id)

    async def read(self, endpoint_id: UUID) -> Endpoint:
        """Read an endpoint."""
        async with self.tx() as tx:
            return await acts.find(tx, endpoint_id, None)

    async def log(self, endpoint_id: UUID) -> list[Delivery]:
        """Read the log of an endpoint, the newest first."""
        async with self.tx() as tx:
            return (await looking.log(tx, endpoint_id))[0]

    async def secrets(self, endpoint_id: UUID) -> list[str]:
        """Read the secrets that sign now."""
        async with self.tx() as tx:
            return await acts.secrets_of(tx, self.worker.house.secret, await acts.find(tx, endpoint_id, None))


@pytest.fixture
async def hooks(house: House, tenant: UUID) -> Hooks:
    """A tenant with goods, and a worker that does nothing but tell, also on this machine."""
    near = replace(house, settings=replace(house.settings, webhook_networks="127.0.0.1/32"))
    whole = house_app.all_duties()
    work = {name: one for name, one in whole.work.items() if name.startswith("webhooks.")}
    listeners = {
        kind: ("webhooks.announce",)
        for kind, names in whole.listeners.items()
        if "webhooks.announce" in names
    }
    duties = replace(whole, work=work, listeners=listeners, timers={"webhooks.forget": 3600.0})
    near = replace(near, db=replace(house.db, listeners=listeners))
    found = Hooks(Worker(near, duties), tenant)
    async with found.tx() as tx:
        await small_world(tx)
    return found


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    """A program that listens."""
    async with receiving() as found:
        yield found
