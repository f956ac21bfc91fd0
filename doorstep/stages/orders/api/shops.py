"""Shops over JSON: connect one, see how they do, pause one."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Response, get, post
from msgspec import Meta

from doorstep.platform.auth import DESK, Principal, Role, allow
from doorstep.platform.db import Tx
from doorstep.platform.edge import Asked, Caller, FromPath, InHouse, JSONBody
from doorstep.platform.errors import unknown
from doorstep.platform.idempotency import once
from doorstep.stages.orders.acts import find_merchant
from doorstep.stages.orders.acts.channels import shops
from doorstep.stages.orders.acts.channels.shops import NewShop, ShopCounts
from doorstep.stages.orders.model.shops import Shop, ShopKind

READERS = allow(*DESK, Role.MERCHANT, scope="orders:read")
WRITERS = allow(*DESK, Role.MERCHANT, scope="channels:write")
CONNECTORS = allow(*DESK, scope="channels:write")
"""Who may say where a shop is: the house calls that address, so it is none of the merchants' own."""

LINE = r"^[^\u0000-\u001f\u007f]*$"
ADDRESS = r"^https?://[A-Za-z0-9.\-\[\]:]+(/[A-Za-z0-9._~/-]*)?$"
Secret = Annotated[str, Meta(min_length=1, max_length=300, pattern=LINE)]
Half = Annotated[str, Meta(max_length=300, pattern=LINE)]
Name = Annotated[str, Meta(max_length=64, pattern=LINE)]


class ShopIn(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A shop to be connected. Its keys are kept and never shown."""

    code: Annotated[
        str,
        Meta(
            pattern=r"^[a-z0-9][a-z0-9-]{0,39}$",
            description="Our name of it, in addresses and lists.",
            examples=["acme-shop"],
        ),
    ]
    kind: ShopKind
    merchant: Annotated[
        str | None, Meta(description="The merchant's code; may be left out by a key of one merchant.")
    ] = None
    base_url: Annotated[
        str,
        Meta(
            max_length=200,
            pattern=ADDRESS,
            examples=["https://acme.myshopify.com"],
        ),
    ]
    api_key: Annotated[
        Secret,
        Meta(
            description="Shopify: the access token. WooCommerce: the consumer key. Amazon: the app's client id."
        ),
    ]
    api_secret: Annotated[
        Half, Meta(description="WooCommerce: the consumer secret. Amazon: the app's client secret.")
    ] = ""
    hook_secret: Annotated[
        Half, Meta(description="What the shop signs its calls with; Amazon calls nobody.")
    ] = ""
    location: Annotated[Name, Meta(description="Shopify, Amazon: the location that is us.")] = ""
    login_url: Annotated[
        str,
        Meta(
            max_length=200,
            pattern=f"^$|{ADDRESS}",
            description="Amazon: where its keys are renewed; left out: its own.",
        ),
    ] = ""
    refresh_token: Annotated[
        str,
        Meta(max_length=2000, pattern=LINE, description="Amazon: what the seller's authorization gave."),
    ] = ""
    market: Annotated[Name, Meta(description="Amazon: the marketplace's id.")] = ""
    account: Annotated[Name, Meta(description="Amazon: the seller's id.")] = ""
    levels: Annotated[bool, Meta(description="Tell the shop how much can be sold.")] = True
    since: (
        Annotated[
            datetime, Meta(tz=True, description="Orders changed since then come in; left out: from now on.")
        ]
        | None
    ) = None


class ShopOut(msgspec.Struct, kw_only=True):
    """A shop and how it does."""

    id: UUID
    code: str
    kind: str
    merchant: str
    base_url: str
    active: bool
    levels: bool
    heard_at: datetime | None
    polled_at: datetime | None
    error: str | None
    error_at: datetime | None
    heard: int
    refused: int
    owed: int


class ActiveIn(msgspec.Struct, forbid_unknown_fields=True):
    """Whether a shop is asked and told."""

    active: bool


def _shown(shop: Shop, counts: ShopCounts) -> ShopOut:
    plain = {name: getattr(shop, name) for name in ShopOut.__struct_fields__ if hasattr(shop, name)}
    return ShopOut(**plain, heard=counts.heard, refused=counts.refused, owed=counts.owed)


async def _one(tx: Tx, shop_id: UUID, who: Principal) -> ShopOut:
    shop = await shops.find_shop(tx, shop_id, who.merchant_id)
    return _shown(shop, (await shops.counts(tx, [shop_id]))[shop_id])


@get("/api/shops", opt=READERS)
async def read_shops(house: InHouse, who: Caller) -> list[ShopOut]:
    """List the shops that are connected, and how each does. No key is shown."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        found = await shops.shops(tx, who.merchant_id)
        counts = await shops.counts(tx, [one.id for one in found])
    return [_shown(one, counts[one.id]) for one in found]


@post("/api/shops", opt=CONNECTORS)
async def connect_shop(
    data: JSONBody[ShopIn], request: Asked, house: InHouse, who: Caller
) -> Response[ShopOut]:
    """Connect a shop of Shopify, WooCommerce or Amazon; the guide says where its keys are found."""

    async def act(tx: Tx) -> ShopOut:
        merchant_id = who.merchant_id if data.merchant is None else await find_merchant(tx, data.merchant)
        if merchant_id is None or who.merchant_id not in (None, merchant_id):
            raise unknown("merchant", (data.merchant or "")[:40])
        values = {name: getattr(data, name) for name in ShopIn.__struct_fields__ if name != "merchant"}
        values["base_url"] = data.base_url.rstrip("/")
        shop_id = await shops.connect_shop(tx, NewShop(merchant_id=merchant_id, **values))
        return await _one(tx, shop_id, who)

    return await once(request, house, who, act)  # type: ignore[return-value]


@post("/api/shops/{shop_id:uuid}/active", opt=WRITERS, status_code=200)
async def set_shop_active(
    shop_id: FromPath[UUID], data: JSONBody[ActiveIn], request: Asked, house: InHouse, who: Caller
) -> Response[ShopOut]:
    """Pause a shop, or let it go on. The calls of a paused shop are taken; it is not asked or told anything."""

    async def act(tx: Tx) -> ShopOut:
        await shops.find_shop(tx, shop_id, who.merchant_id)
        await shops.set_active(tx, shop_id, active=data.active)
        return await _one(tx, shop_id, who)

    return await once(request, house, who, act, status=200)  # type: ignore[return-value]


ROUTES: list[Any] = [read_shops, connect_shop, set_shop_active]
