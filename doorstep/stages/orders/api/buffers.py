"""What is kept from sale for a channel: a shop, a webhook, or a program that reads with its key."""

from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Response, get, put
from msgspec import Meta

from doorstep.platform.auth import DESK, allow
from doorstep.platform.db import Tx
from doorstep.platform.edge import Asked, Caller, FromPath, InHouse, JSONBody
from doorstep.platform.errors import unknown
from doorstep.platform.idempotency import once
from doorstep.stages import inventory
from doorstep.stages.inventory import Buffer
from doorstep.stages.orders.acts.channels import levels

READERS = allow(*DESK, scope="channels:read")
WRITERS = allow(*DESK, scope="channels:write")
"""Buffers weigh one channel against another, so they are none of the merchants' own."""

Units = Annotated[int, Meta(ge=0, le=1_000_000, description="Whole units.")]


class KeptProduct(msgspec.Struct, forbid_unknown_fields=True):
    """Units of one product that are kept back instead."""

    product_id: UUID
    units: Units


class BufferIn(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What a channel keeps back, as a whole: what is not said is not kept back any more."""

    units: Annotated[Units, Meta(description="Of every product.")] = 0
    products: Annotated[
        list[KeptProduct], Meta(max_length=1000, description="Products with a quantity of their own.")
    ] = []


class BufferOut(msgspec.Struct, kw_only=True):
    """What a channel keeps back."""

    channel_id: UUID
    units: int
    products: list[KeptProduct]


async def _shown(tx: Tx, channel_id: UUID) -> BufferOut:
    kept = await inventory.kept_back(tx, channel_id)
    products = [KeptProduct(product_id, units) for product_id, units in sorted(kept.products.items())]
    return BufferOut(channel_id=channel_id, units=kept.units, products=products)


async def _check(tx: Tx, channel_id: UUID) -> None:
    if not await levels.is_channel(tx, channel_id):
        raise unknown("channel", channel_id)


@get("/api/channels/{channel_id:uuid}/buffer", opt=READERS)
async def read_buffer(house: InHouse, who: Caller, channel_id: FromPath[UUID]) -> BufferOut:
    """Show what is kept back from a channel: the id of a shop, a webhook or an API key."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        await _check(tx, channel_id)
        return await _shown(tx, channel_id)


@put("/api/channels/{channel_id:uuid}/buffer", opt=WRITERS)
async def keep_back(
    channel_id: FromPath[UUID], data: JSONBody[BufferIn], request: Asked, house: InHouse, who: Caller
) -> Response[BufferOut]:
    """Keep units back from a channel; it is told anew what it may sell."""

    async def act(tx: Tx) -> BufferOut:
        await _check(tx, channel_id)
        buffer = Buffer(data.units, {one.product_id: one.units for one in data.products})
        await levels.keep_back(tx, channel_id, buffer)
        return await _shown(tx, channel_id)

    return await once(request, house, who, act, status=200)  # type: ignore[return-value]


ROUTES: list[Any] = [read_buffer, keep_back]
