"""Juniper's shops at the ends of real HTTP: the house takes their calls on a socket, and asks them on another."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from doorstep import app as house_app
from doorstep.platform import auth, clock
from doorstep.platform.config import Settings
from doorstep.platform.house import House
from doorstep.platform.tasks import Worker, duties
from doorstep.stages import inventory, orders
from doorstep.stages.inventory import jobs as inventory_jobs
from doorstep.stages.orders import jobs as order_jobs
from doorstep.stages.orders.acts.channels import shops as shop_acts
from doorstep.stages.orders.acts.channels.shops import NewShop, ShopOrder
from doorstep.stages.orders.model.shops import Shop
from doorstep.world.serving import serving
from tests.conftest import NOON
from tests.settle import settle
from tests.worlds.catalog import WORLD
from tests.worlds.inventory import small_world, wrong_in_the_books

ANA = {
    "name": "Ana Keller", "address1": "Im Rietle 14", "city": "Schaan", "zip": "9494", "country_code": "LI", "phone": "+423 232 12 34",
}  # fmt: skip
"""Where Shopify says that it goes."""


@dataclass(slots=True)
class Selling:
    """A house with one shop connected, and its worker."""

    house: House
    worker: Worker
    tenant: UUID
    shop_id: UUID
    code: str

    async def fold(self) -> None:
        """Let what was heard be folded, timers aside."""
        while await self.worker.step(self.tenant):
            pass

    async def settle(self) -> None:
        """Let everything be done, the poll and the levels once."""
        await self.rest()
        await settle(self.worker, self.tenant)

    async def rest(self) -> None:
        """Let the peace that a shop is left in be over."""
        async with self.house.db.transaction(self.tenant, actor="test") as tx:
            await tx.connection.execute(
                "UPDATE orders.shops SET resumes_at = NULL WHERE tenant_id = %s", [self.tenant]
            )

    async def shop(self) -> Shop:
        """Return the shop as it stands."""
        async with self.house.db.transaction(self.tenant, actor="test") as tx:
            return await shop_acts.find_shop(tx, self.shop_id)

    async def heard(self) -> dict[str, ShopOrder]:
        """Return the shop's orders by its own ids."""
        async with self.house.db.transaction(self.tenant, actor="test") as tx:
            return {one.ref: one for one in await shop_acts.orders_of(tx, self.shop_id)}

    async def state(self) -> dict[str, Any]:
        """Return all that may not depend on how the shop's word came here: outcomes, orders, holds and stock."""
        async with self.house.db.transaction(self.tenant, actor="test") as tx:
            found = await shop_acts.orders_of(tx, self.shop_id)
            standing = await orders.standing(tx, self.code)
            assert await wrong_in_the_books(tx) == {}
            return {
                "outcomes": {one.ref: one.outcome for one in found},
                "orders": {
                    one.external_ref: (one.state, one.holds) for one in standing if one.state != "canceled"
                },
                "stock": await inventory.available(tx, [WORLD.a, WORLD.b, WORLD.c]),
            }


@asynccontextmanager
async def selling(settings: Settings, tenant: UUID, new: NewShop) -> AsyncIterator[tuple[Selling, str]]:
    """Open Northside with a shop of Juniper's connected; yield it with the address that the shop calls."""
    mine = duties(
        [
            ("inventory", getattr(inventory_jobs, "ON", {}), inventory_jobs.EVERY),
            ("orders", order_jobs.ON, order_jobs.EVERY),
        ],
        watches=[*inventory_jobs.WATCHES, *order_jobs.WATCHES],
    )
    application = house_app.application(settings, lambda: house_app.open_house(settings))
    async with house_app.open_house(settings) as house, serving(application) as url:
        house.db.listeners = mine.listeners
        async with house.db.transaction(tenant, actor="test") as tx:
            await small_world(tx)
            shop_id = await shop_acts.connect_shop(tx, replace(new, merchant_id=WORLD.merchant))
        await clock.simulate(house.db, tenant, NOON)
        code = next(one.code for one in await auth.tenants(house.db) if one.id == tenant)
        yield (
            Selling(house, Worker(house, mine), tenant, shop_id, new.code),
            f"{url}/hooks/shops/{code}/{new.code}",
        )
