"""A house that trades by EDI with one partner, over HTTP."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from doorstep.platform.config import Settings
from doorstep.stages import orders
from doorstep.stages.orders import ParcelLeft
from doorstep.stages.orders.acts.channels.shops import NewShop
from doorstep.stages.orders.acts.edi import partners, receiving
from doorstep.stages.orders.acts.edi.partners import NewPartner
from doorstep.stages.orders.model.edi import Receipt
from doorstep.stages.orders.model.shops import ShopKind
from doorstep.world.partner import Segments, TradingPartner, serve_partner
from tests.orders.shops import Selling, selling
from tests.worlds.catalog import WORLD

A_LINE, B_LINE = ["1", "2", "EA", "12.50", "", "VN", "A"], ["2", "1", "CA", "120", "", "VN", "B"]


@dataclass(slots=True)
class Trading:
    """A house with one partner connected."""

    house: Selling
    partner_id: UUID
    books: TradingPartner

    async def send(self, text: str) -> list[Receipt]:
        """Send a text and let everything be done that follows."""
        receipts = await self.take(text)
        await self.house.fold()
        return receipts

    async def take(self, text: str) -> list[Receipt]:
        """Send a text, and do nothing more."""
        async with self.house.house.db.transaction(self.house.tenant, actor="test") as tx:
            return await receiving.receive(tx, text)

    async def leave(self, ref: str, *parcels: tuple[str, dict[str, int], bool]) -> None:
        """Let parcels of an order leave the house."""
        order_id = (await self.house.heard())[ref].order_id
        assert order_id is not None
        async with self.house.house.db.transaction(self.house.tenant, actor="test") as tx:
            await orders.start_shipping(tx, [order_id])
            for number, lines, last in parcels:
                left = ParcelLeft(uuid4(), order_id, number, "Parcelo", lines, last, weight_g=1250)
                await orders.tell_shops(tx, [left])
        await self.house.fold()

    async def documents(self) -> list[Any]:
        """Return all documents, the oldest first."""
        async with self.house.house.db.transaction(self.house.tenant, actor="test") as tx:
            return (await partners.documents(tx, self.partner_id))[::-1]


@asynccontextmanager
async def trading(settings: Settings, tenant: UUID) -> AsyncIterator[Trading]:
    """Connect Acme to Juniper, with cases of twelve."""
    books = TradingPartner()
    shop = NewShop(
        code="unused", kind=ShopKind.SHOPIFY, merchant_id=WORLD.merchant, base_url="http://127.0.0.1:9", api_key="k", hook_secret="h",
        levels=False,
    )  # fmt: skip
    async with serve_partner(books) as url, selling(settings, tenant, shop) as (house, _):
        async with house.house.db.transaction(tenant, actor="test") as tx:
            new = NewPartner(
                code="acme-edi", merchant_id=WORLD.merchant, our_id="DOORSTEP", their_id="ACME", base_url=url, api_key=books.key,
                units={"CA": 12}, currency="EUR", country="LI",
            )  # fmt: skip
            partner_id = await partners.connect_partner(tx, new)
        house.shop_id, house.code = partner_id, new.code
        yield Trading(house, partner_id, books)


async def outcomes(acme: Trading) -> dict[str, str | None]:
    """Return what became of each order."""
    return {ref: one.outcome for ref, one in (await acme.house.heard()).items()}


def elements(one: Segments, name: str) -> list[list[str]]:
    """Return the elements of each segment of a name."""
    return [segment[1:] for segment in one if segment[0] == name]
