"""Backorders as JSON: how far a product may be ordered beyond what is there, and how much is owed of it."""

from datetime import date
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Response, get, put
from msgspec import Meta

from doorstep.platform.auth import DESK, Role, allow
from doorstep.platform.db import Tx
from doorstep.platform.edge import Asked, Caller, FromPath, InHouse, JSONBody
from doorstep.platform.idempotency import once
from doorstep.stages.inventory.acts import backorders
from doorstep.stages.inventory.api.goods import READERS, product_of
from doorstep.stages.inventory.model import QUANTITY_MAX, BackorderTerms

SELLERS = (*DESK, Role.MERCHANT)


class BackordersIn(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """How far a product may be ordered beyond what is there."""

    most: Annotated[
        int, Meta(ge=0, le=QUANTITY_MAX, description="Units that may be owed at once; 0: it can sell out.")
    ]
    ships_on: (
        Annotated[date, Meta(description="A pre-order until then: it leaves from this day on.")] | None
    ) = None


class BackordersOut(msgspec.Struct):
    """The same, and how much is owed now."""

    most: int
    ships_on: date | None
    owed: int


def _shown(terms: BackorderTerms | None) -> BackordersOut:
    return BackordersOut(terms.most, terms.ships_on, terms.owed) if terms else BackordersOut(0, None, 0)


@get("/api/stock/{product_id:uuid}/backorders", opt=allow(*READERS, scope="stock:read"))
async def read_backorders(house: InHouse, who: Caller, product_id: FromPath[UUID]) -> BackordersOut:
    """Show how far a product may be ordered beyond what is there, and how much is owed."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        await product_of(tx, product_id, who)
        return _shown((await backorders.backorder_terms(tx, [product_id])).get(product_id))


@put("/api/stock/{product_id:uuid}/backorders", opt=allow(*SELLERS, scope="stock:write"))
async def change_backorders(
    data: JSONBody[BackordersIn], request: Asked, house: InHouse, who: Caller, product_id: FromPath[UUID]
) -> Response[BackordersOut]:
    """Let a product be ordered beyond what is there; what is owed already stays owed. Orders heed it five seconds later at most.

    A kit is owed by its components: say it of them.
    """

    async def act(tx: Tx) -> BackordersOut:
        await backorders.sell_ahead(tx, await product_of(tx, product_id, who), data.most, data.ships_on)
        return _shown((await backorders.backorder_terms(tx, [product_id])).get(product_id))

    return await once(request, house, who, act, status=200)  # type: ignore[return-value]


class SafetyIn(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Units of a product that a site keeps from sale."""

    site_id: UUID
    units: Annotated[int, Meta(ge=0, le=QUANTITY_MAX)]


@put("/api/stock/{product_id:uuid}/safety", opt=allow(*SELLERS, scope="stock:write"))
async def keep_safe(
    data: JSONBody[SafetyIn], request: Asked, house: InHouse, who: Caller, product_id: FromPath[UUID]
) -> Response[SafetyIn]:
    """Keep units at a site from sale (safety stock): no new order is promised them, and they keep promises when others are missing."""

    async def act(tx: Tx) -> SafetyIn:
        await backorders.keep_safe(tx, await product_of(tx, product_id, who), data.site_id, data.units)
        return data

    return await once(request, house, who, act, status=200)  # type: ignore[return-value]


ROUTES = [read_backorders, change_backorders, keep_safe]
