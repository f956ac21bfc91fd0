"""A house whose merchant takes cards through Stripe, both at the ends of real HTTP."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import pytest

from doorstep import app as house_app
from doorstep.platform import auth, clock
from doorstep.platform.config import Settings
from doorstep.platform.db import Tx
from doorstep.platform.house import House
from doorstep.platform.tasks import Worker, duties
from doorstep.stages import orders
from doorstep.stages.orders import NewPayment, acts
from doorstep.stages.orders import jobs as order_jobs
from doorstep.stages.orders.acts import Whole
from doorstep.stages.orders.acts.money import accounts
from doorstep.stages.orders.acts.money.accounts import NewAccount
from doorstep.stages.orders.model.accounts import AccountKind
from doorstep.stages.orders.ports import stripe
from doorstep.world.serving import serving
from doorstep.world.stripe import StripeBooks, serve_stripe
from tests.conftest import NOON
from tests.settle import settle
from tests.worlds.catalog import WORLD
from tests.worlds.inventory import small_world
from tests.worlds.orders import new_order, place_verdict

TOTAL = 1750
CLIENT_TIMEOUT_S = 0.5


@dataclass(slots=True)
class Till:
    """A house whose merchant has an account at Stripe, the worker, and Stripe's own books."""

    house: House
    worker: Worker
    tenant: UUID
    books: StripeBooks
    account_id: UUID

    def tx(self) -> AbstractAsyncContextManager[Tx]:
        """Open a transaction."""
        return self.house.db.transaction(self.tenant, actor="test")

    async def buy(self, token: str = "pm_card_visa", **changed: Any) -> UUID:
        """Place an order paid through Stripe."""
        paid = NewPayment(processor="stripe", method="card", amount_minor=TOTAL, token=token)
        async with self.tx() as tx:
            verdict = await place_verdict(tx, new_order(payments=[paid], **changed))
        assert verdict.order_id is not None, verdict.faults
        return verdict.order_id

    async def read(self, order_id: UUID) -> Whole:
        """Return everything about an order."""
        async with self.tx() as tx:
            found = await acts.read(tx, order_id)
        assert found is not None
        return found

    async def state(self, order_id: UUID) -> tuple[str, str]:
        """Return how an order and its payment stand."""
        found = await self.read(order_id)
        return found.order.state, found.payments[0].state

    async def settle(self) -> None:
        """Let everything that is owed be done."""
        await settle(self.worker, self.tenant)

    async def until_settled(self) -> None:
        """Let everything be done, also what fails at first."""
        for _ in range(6):
            async with self.tx() as tx:
                await tx.connection.execute(
                    "UPDATE platform.tasks SET due_at = now() WHERE tenant_id = %s", [self.tenant]
                )
            await self.worker.step(self.tenant)
        await self.settle()

    async def ship(self, order_id: UUID) -> None:
        """Let an order leave the house."""
        async with self.tx() as tx:
            assert await orders.start_shipping(tx, [order_id]) == []
            await orders.want_capture(tx, [order_id])


@asynccontextmanager
async def open_till(settings: Settings, tenant: UUID, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Till]:
    """Northside with goods; Juniper's account is connected, and Stripe calls the house on a socket."""
    monkeypatch.setattr(stripe, "TIMEOUT_S", CLIENT_TIMEOUT_S)
    monkeypatch.setattr(stripe.StripePayment, "settles_s", 0.0)
    mine = duties([("orders", order_jobs.ON, {})])
    settings = replace(settings, partner_networks="127.0.0.1/32")
    application = house_app.application(settings, lambda: house_app.open_house(settings))
    books = StripeBooks()
    async with (
        serve_stripe(books) as url,
        house_app.open_house(settings) as house,
        serving(application) as here,
    ):
        house.db.listeners = mine.listeners
        async with house.db.transaction(tenant, actor="test") as tx:
            await small_world(tx)
            account_id = await accounts.connect_account(
                tx,
                NewAccount(
                    kind=AccountKind.STRIPE,
                    merchant_id=WORLD.merchant,
                    base_url=url,
                    api_key=books.key,
                    hook_secret=books.secret,
                ),
            )
        await clock.simulate(house.db, tenant, NOON)
        code = next(one.code for one in await auth.tenants(house.db) if one.id == tenant)
        books.hook = f"{here}/hooks/payments/{code}/{account_id}"
        yield Till(house, Worker(house, mine), tenant, books, account_id)
