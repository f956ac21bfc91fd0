"""Lots as JSON: where they lie, who got them, and holding, releasing and recalling them."""

from typing import Annotated, Literal
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.params import QueryParameter
from msgspec import Meta

from doorstep.platform.auth import DESK, Role, allow
from doorstep.platform.db import Tx
from doorstep.platform.edge import Asked, Caller, FromPath, InHouse, JSONBody
from doorstep.platform.idempotency import once
from doorstep.stages.inventory.acts import lots
from doorstep.stages.inventory.api.goods import NO_NUL, READERS, Why, product_of
from doorstep.stages.inventory.model import LOT_MAX, Lot, LotAct, LotBuyer, LotHere

Name = Annotated[str, Meta(min_length=1, max_length=LOT_MAX, pattern=NO_NUL, description="As it is printed.")]


class LotsOut(msgspec.Struct):
    """The lots of a product, the one that expires first in front, and where they lie."""

    lots: list[Lot]
    lying: list[LotHere]


class BuyersOut(msgspec.Struct):
    """The orders that got units of a lot, or are about to."""

    orders: list[LotBuyer]


class LotIn(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What is done to a lot, and why."""

    lot: Name
    act: Literal["hold", "release", "recall"]
    why: Why


class LotOut(msgspec.Struct):
    """A lot as it is now, and the orders that got units of it."""

    lot: Lot
    orders: list[LotBuyer]


@get("/api/stock/{product_id:uuid}/lots", opt=allow(*READERS, scope="stock:read"))
async def read_lots(house: InHouse, who: Caller, product_id: FromPath[UUID]) -> LotsOut:
    """Show the lots of a product: condition, last day of sale, where they lie."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        await product_of(tx, product_id, who)
        return LotsOut(await lots.lots_of(tx, [product_id]), await lots.lots_lying(tx, product_id))


@get(
    "/api/stock/{product_id:uuid}/lots/orders",
    opt=allow(*DESK, Role.VIEWER, Role.MERCHANT, scope="stock:read"),
)
async def read_buyers(
    house: InHouse,
    who: Caller,
    product_id: FromPath[UUID],
    lot: Annotated[
        str, QueryParameter(max_length=LOT_MAX, pattern=NO_NUL, description="As it is printed.")
    ] = "",
) -> BuyersOut:
    """Show which orders got units of a lot, and how many of them left the house."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        await product_of(tx, product_id, who)
        return BuyersOut(await lots.buyers_of(tx, product_id, lot))


@post("/api/stock/{product_id:uuid}/lots", opt=allow(*DESK, scope="stock:write"), status_code=200)
async def change_lot(
    data: JSONBody[LotIn], request: Asked, house: InHouse, who: Caller, product_id: FromPath[UUID]
) -> Response[LotOut]:
    """Hold, release or recall a lot: what is not sellable is neither promised nor picked from that moment on."""

    async def act(tx: Tx) -> LotOut:
        await product_of(tx, product_id, who)
        changed = await lots.change_lot(tx, product_id, data.lot, LotAct(data.act), data.why)
        return LotOut(changed, await lots.buyers_of(tx, product_id, data.lot))

    return await once(request, house, who, act, status=200)  # type: ignore[return-value]


ROUTES = [read_lots, read_buyers, change_lot]
