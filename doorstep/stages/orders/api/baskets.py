"""Baskets over JSON: goods are kept while a customer pays, changed, given back, or given to the order that names the basket."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Response, delete, get, post, put
from msgspec import Meta

from doorstep.platform.auth import DESK, Role, allow
from doorstep.platform.db import Tx
from doorstep.platform.edge import Asked, Caller, FromPath, InHouse, JSONBody
from doorstep.platform.errors import unknown
from doorstep.platform.idempotency import once
from doorstep.stages.orders.acts import baskets, find_merchant
from doorstep.stages.orders.model.asked import Word
from doorstep.stages.orders.model.baskets import BasketLine

WRITERS = allow(*DESK, Role.MERCHANT, scope="orders:write")

Lines = Annotated[list[BasketLine], Meta(min_length=1, max_length=200)]
Minutes = Annotated[int, Meta(ge=1, le=120, description="For how long, from now.")]


class BasketIn(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Goods to be kept for a basket."""

    merchant: Annotated[Word | None, Meta(description="May be left out by a key of one merchant.")] = None
    lines: Lines
    minutes: Minutes = 15


class BasketChange(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What is to be kept instead."""

    lines: Lines
    minutes: Minutes = 15


class BasketOut(msgspec.Struct, kw_only=True):
    """What is kept, and until when; name its `id` as `basket` of the order."""

    id: UUID
    merchant: str
    lines: list[BasketLine]
    until: datetime
    order_id: UUID | None


async def _shown(tx: Tx, basket_id: UUID) -> BasketOut:
    basket = await baskets.find_basket(tx, basket_id)
    return BasketOut(
        id=basket.id,
        merchant=basket.merchant,
        lines=list(basket.lines),
        until=basket.until,
        order_id=basket.order_id,
    )


@post("/api/baskets", opt=WRITERS)
async def keep_basket(
    data: JSONBody[BasketIn], request: Asked, house: InHouse, who: Caller
) -> Response[BasketOut]:
    """Keep goods for a basket, all or nothing. Nobody else can buy them until the time is over or the basket is dropped."""

    async def act(tx: Tx) -> BasketOut:
        found = who.merchant_id if data.merchant is None else await find_merchant(tx, data.merchant)
        if found is None or who.merchant_id not in (None, found):
            raise unknown("merchant", (data.merchant or "")[:40])
        return await _shown(tx, await baskets.keep_goods(tx, found, data.lines, data.minutes * 60))

    return await once(request, house, who, act)  # type: ignore[return-value]


@get("/api/baskets/{basket_id:uuid}", opt=WRITERS)
async def read_basket(house: InHouse, who: Caller, basket_id: FromPath[UUID]) -> BasketOut:
    """Show what is kept for a basket."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        await baskets.find_basket(tx, basket_id, who.merchant_id)
        return await _shown(tx, basket_id)


@put("/api/baskets/{basket_id:uuid}", opt=WRITERS)
async def change_basket(
    basket_id: FromPath[UUID], data: JSONBody[BasketChange], request: Asked, house: InHouse, who: Caller
) -> Response[BasketOut]:
    """Keep other goods for a basket, or the same for longer. If they are not there, it keeps what it had."""

    async def act(tx: Tx) -> BasketOut:
        await baskets.change_basket(tx, basket_id, data.lines, data.minutes * 60, who.merchant_id)
        return await _shown(tx, basket_id)

    return await once(request, house, who, act, status=200)  # type: ignore[return-value]


@delete("/api/baskets/{basket_id:uuid}", opt=WRITERS, status_code=204)
async def drop_basket(basket_id: FromPath[UUID], house: InHouse, who: Caller) -> None:
    """Give a basket's goods back at once."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        await baskets.drop_basket(tx, basket_id, who.merchant_id)


ROUTES: list[Any] = [keep_basket, read_basket, change_basket, drop_basket]
