"""The pages of sales channels: which shops are connected and how they do; one shop with its test, its errors and what to try again."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import get, post

from doorstep.platform import auth
from doorstep.platform.auth import DESK, Principal, Role, allow
from doorstep.platform.edge import Asked, Caller, Form, FromPath, InHouse
from doorstep.platform.errors import Fault, Refused, invalid, unknown
from doorstep.platform.house import House
from doorstep.platform.pages import back, page
from doorstep.platform.shape import faults as faults_of
from doorstep.stages import catalog
from doorstep.stages.orders.acts.channels import hearing, shops
from doorstep.stages.orders.acts.channels.shops import NewShop
from doorstep.stages.orders.api.shops import ShopIn
from doorstep.stages.orders.jobs.shops import Troubles, note_trouble
from doorstep.stages.orders.model.shops import Shop, ShopKind
from doorstep.stages.orders.ports.channels import PORTS

WRITERS = allow(*DESK, Role.MERCHANT)
CONNECTORS = allow(*DESK)
KINDS = {ShopKind.SHOPIFY: "Shopify", ShopKind.WOOCOMMERCE: "WooCommerce", ShopKind.AMAZON: "Amazon"}
FIELDS = (
    "code", "base_url", "api_key", "api_secret", "hook_secret", "location", "login_url", "refresh_token", "market", "account",
)  # fmt: skip


@get("/channels", opt=WRITERS, include_in_schema=False)
async def shop_list(request: Asked, house: InHouse, who: Caller) -> Any:
    """Show the shops that are connected, and the form for one more."""
    return await _list(request, house, who, {}, [])


async def _list(
    request: Asked, house: House, who: Principal, said: dict[str, str], faults: list[Fault]
) -> Any:
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        found = await shops.shops(tx, who.merchant_id)
        counts = await shops.counts(tx, [one.id for one in found])
        sellers = await catalog.merchants_of(tx, None if who.merchant_id is None else [who.merchant_id])
    return page(
        request, "orders/shops_connected.html", shops=found, counts=counts, merchants=list(sellers.values()), kinds=KINDS, said=said,
        faults=faults, connects=bool({Role.OWNER, *DESK} & who.roles),
    )  # fmt: skip


@post("/channels", opt=CONNECTORS, include_in_schema=False, status_code=200)
async def connect(request: Asked, house: InHouse, who: Caller, data: Form) -> Any:
    """Connect a shop, or show again what was typed with what is wrong."""
    said = {name: value.strip().replace("\x00", "") for name, value in data.items()}
    try:
        shop_id = await _connect(house, who, said)
    except Refused as refused:
        plain = [Fault("", "refused", refused.message)]
        return await _list(request, house, who, said, list(refused.faults) or plain)
    return back(
        f"/channels/{shop_id}", "The shop is connected. Give it the address below, if it calls, then test it."
    )


async def _connect(house: House, who: Principal, said: dict[str, str]) -> UUID:
    asked: dict[str, Any] = {name: said.get(name, "") for name in FIELDS}
    asked |= {"kind": said.get("kind", ""), "levels": said.get("levels") == "yes"}
    body = msgspec.json.encode(asked)
    try:
        shop = msgspec.json.decode(body, type=ShopIn)
    except msgspec.ValidationError as error:
        raise _invalid(faults_of(body, ShopIn) or [Fault("", "invalid", str(error))]) from None
    values = {name: getattr(shop, name) for name in ShopIn.__struct_fields__ if name != "merchant"}
    values["base_url"] = shop.base_url.rstrip("/")
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        sellers = await catalog.merchants_of(tx, None if who.merchant_id is None else [who.merchant_id])
        merchant_id = next((one for one in sellers if str(one) == said.get("merchant")), None)
        if merchant_id is None:
            raise unknown("merchant", said.get("merchant", "")[:40])
        return await shops.connect_shop(tx, NewShop(merchant_id=merchant_id, **values))


def _invalid(faults: list[Fault]) -> Refused:
    named = [
        Fault(one.pointer, one.code, f"{one.pointer.strip('/').replace('_', ' ')}: {one.message}")
        for one in faults
    ]
    return invalid(named)


@get("/channels/{shop_id:uuid}", opt=WRITERS, include_in_schema=False)
async def shop_page(request: Asked, house: InHouse, who: Caller, shop_id: FromPath[UUID]) -> Any:
    """Show one shop: its health, how far behind it is, what did not get in or out, and what may be tried again."""
    tenants = {one.id: one.code for one in await auth.tenants(house.db)}
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        shop = await shops.find_shop(tx, shop_id, who.merchant_id)
        return page(
            request,
            "orders/shop_connected.html",
            shop=shop,
            kind=KINDS[ShopKind(shop.kind)],
            counts=(await shops.counts(tx, [shop_id]))[shop_id],
            orders=await shops.orders_of(tx, shop_id),
            parcels=await shops.not_told(tx, shop_id),
            hook=f"{house.settings.public_url.rstrip('/')}/hooks/shops/{tenants[who.tenant_id]}/{shop.code}",
            calls=shop.kind != ShopKind.AMAZON,
            at_now=tx.now,
        )


@post("/channels/{shop_id:uuid}/{act:str}", opt=WRITERS, include_in_schema=False, status_code=200)
async def act_on_shop(
    house: InHouse, who: Caller, shop_id: FromPath[UUID], act: FromPath[str], data: Form
) -> Any:
    """Test a shop, pause it, let it go on, or judge a refused order anew."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        shop = await shops.find_shop(tx, shop_id, who.merchant_id)
        if act in ("pause", "resume"):
            await shops.set_active(tx, shop_id, active=act == "resume")
        elif act == "again":
            await hearing.hear_again(tx, shop_id, data.get("ref", "").replace("\x00", "")[:200])
        elif act != "test":
            raise unknown("act", act)
    if act == "test":
        return await _test(house, who, shop)
    said = {
        "pause": "The shop is paused.",
        "resume": "The shop goes on.",
        "again": "The order is judged anew; look again in a moment.",
    }
    return back(f"/channels/{shop_id}", said[act])


async def _test(house: House, who: Principal, shop: Shop) -> Any:
    """Ask the shop for its name, and say what it answered."""
    address = f"/channels/{shop.id}"
    try:
        name = await PORTS[shop.kind].greet(house.http, shop)
    except Troubles as trouble:
        await note_trouble(house, who.tenant_id, shop, trouble)
        return back(address, f"The test failed: {trouble}"[:300], kind="wrong")
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        await shops.went_well(tx, shop.id)
    return back(address, f"The shop answered: {name[:100]}.")


ROUTES: list[Any] = [shop_list, connect, shop_page, act_on_shop]
