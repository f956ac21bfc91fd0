"""The merchants' shop windows: what can be bought right now, a basket that needs no script, and the checkout.

Open to anybody. An order is placed through the same door as the API's, with a key made with the form, so that a double
click orders once.
"""

from dataclasses import dataclass
from datetime import timedelta
from operator import itemgetter
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.params import PathParameter, QueryParameter

from doorstep.platform.auth import Principal, find_tenant, public, signed
from doorstep.platform.db import Tx
from doorstep.platform.edge import Asked, Form, InHouse
from doorstep.platform.errors import Fault, Reason, Refused, unknown
from doorstep.platform.house import House
from doorstep.platform.idempotency import fingerprint
from doorstep.platform.ids import new_id
from doorstep.platform.links import read_link, write_link
from doorstep.platform.messages import catalog as texts
from doorstep.platform.pages import back, page, reader
from doorstep.stages import catalog, inventory
from doorstep.stages.catalog import Merchant, Product
from doorstep.stages.orders import acts
from doorstep.stages.orders.api.intake import Ask, intake_of
from doorstep.stages.orders.api.shapes import PlacedOut
from doorstep.stages.orders.model import NewOrder
from doorstep.stages.orders.pages.basket import Basket, read_checkout, read_cookie, read_form
from doorstep.stages.orders.pages.faults import in_words, unreachable
from doorstep.stages.orders.ports.processors import set_up

LINK_DAYS = 180
PRODUCTS_MAX = 60
SHOPPER = "customer"
Code = Annotated[str, PathParameter(max_length=40)]
Token = Annotated[str, PathParameter(max_length=200)]
Word = Annotated[str, QueryParameter(max_length=100, pattern=r"^[^\u0000]*$")]
NAMED = "country."
"""Texts of this kind name the countries a shopper may choose."""


@dataclass(frozen=True, slots=True)
class Shop:
    """A merchant's shop window."""

    tenant_id: UUID
    tenant: str
    merchant: Merchant

    @property
    def home(self) -> str:
        """Its address."""
        return f"/shop/{self.tenant}/{self.merchant.code}"

    @property
    def cookie(self) -> str:
        """The name of the cookie that keeps its basket."""
        return f"basket_{self.tenant}_{self.merchant.code}"[:120]

    @property
    def brand(self) -> dict[str, Any]:
        """The merchant's face, as the layout of customers' pages wants it."""
        one = self.merchant
        return {
            "name": one.name,
            "color": one.brand_color,
            "logo_url": f"{self.home}/logo" if one.logo else None,
            "message": one.message or None,
            "home": self.home,
        }


async def _open(tx: Tx, tenant: str, code: str) -> Shop:
    found = await catalog.merchants_by_code(tx, [code])
    if code not in found:
        raise unknown("shop", code)
    merchants = await catalog.merchants_of(tx, [found[code]])
    return Shop(tx.tenant_id, tenant, merchants[found[code]])


@get("/shop", opt=public(), include_in_schema=False)
async def shops(request: Asked, house: InHouse, tenant: Word = "") -> Any:
    """List the shop windows of a tenant."""
    merchants: list[Merchant] = []
    if tenant:
        tenant_id = await find_tenant(house.db, tenant)
        async with house.db.transaction(tenant_id, actor=SHOPPER) as tx:
            merchants = list((await catalog.merchants_of(tx)).values())
    return page(request, "orders/shops.html", tenant=tenant, merchants=merchants)


@get("/shop/{tenant:str}/{merchant:str}", opt=public(), include_in_schema=False)
async def window(tenant: Code, merchant: Code, request: Asked, house: InHouse, q: Word = "") -> Any:
    """Show what can be bought, with what is there right now."""
    tenant_id = await find_tenant(house.db, tenant)
    async with house.db.transaction(tenant_id, actor=SHOPPER) as tx:
        shop = await _open(tx, tenant, merchant)
        products = await catalog.find_products(tx, q.strip(), merchant_id=shop.merchant.id, most=PRODUCTS_MAX)
        available = await inventory.available(tx, [one.id for one in products])
    basket = read_cookie(request.cookies.get(shop.cookie))
    return page(
        request,
        "orders/window.html",
        shop=shop,
        brand=shop.brand,
        products=products,
        available=available,
        basket=basket,
        q=q,
    )


@get("/shop/{tenant:str}/{merchant:str}/logo", opt=public(), include_in_schema=False)
async def logo(tenant: Code, merchant: Code, house: InHouse) -> Response[bytes]:
    """Send the merchant's logo."""
    tenant_id = await find_tenant(house.db, tenant)
    async with house.db.transaction(tenant_id, actor=SHOPPER) as tx:
        shop = await _open(tx, tenant, merchant)
    if not shop.merchant.logo:
        raise unknown("logo", merchant)
    kind = "image/png" if shop.merchant.logo.startswith(b"\x89PNG") else "image/jpeg"
    return Response(shop.merchant.logo, media_type=kind, headers={"cache-control": "public, max-age=3600"})


@post("/shop/{tenant:str}/{merchant:str}/basket", opt=public(), include_in_schema=False, status_code=200)
async def fill_basket(tenant: Code, merchant: Code, request: Asked, house: InHouse, data: Form) -> Any:
    """Put units into the basket, or take them out, and go on to the checkout or back to the window."""
    tenant_id = await find_tenant(house.db, tenant)
    async with house.db.transaction(tenant_id, actor=SHOPPER) as tx:
        shop = await _open(tx, tenant, merchant)
    basket = read_form(data, read_cookie(request.cookies.get(shop.cookie)))
    return _with_basket(
        back(f"{shop.home}/checkout" if data.get("go") == "checkout" and basket.units else shop.home),
        shop,
        basket,
    )


def _with_basket(response: Any, shop: Shop, basket: Basket) -> Any:
    """Let the browser keep the basket."""
    response.set_cookie(
        shop.cookie, basket.cookie(), max_age=7 * 86_400, path=shop.home, httponly=True, samesite="lax"
    )
    return response


@get("/shop/{tenant:str}/{merchant:str}/checkout", opt=public(), include_in_schema=False)
async def checkout(tenant: Code, merchant: Code, request: Asked, house: InHouse) -> Any:
    """Show the basket and the form for address and payment."""
    tenant_id = await find_tenant(house.db, tenant)
    async with house.db.transaction(tenant_id, actor=SHOPPER) as tx:
        shop = await _open(tx, tenant, merchant)
        basket = read_cookie(request.cookies.get(shop.cookie))
        return await _form(request, house, tx, shop, basket, {"country": _home_country(shop)}, [])


def _home_country(shop: Shop) -> str:
    return {"BRL": "BR", "USD": "US", "GBP": "GB", "CHF": "CH"}.get(shop.merchant.currency, "DE")


async def _wanted(tx: Tx, shop: Shop, basket: Basket) -> list[Product]:
    """Return the basket's products that the merchant has, in the order of the basket."""
    found = await catalog.products_by_sku(tx, [(shop.merchant.id, sku) for sku in basket.units])
    return [found[shop.merchant.id, sku] for sku in basket.units if (shop.merchant.id, sku) in found]


async def _form(
    request: Asked,
    house: House,
    tx: Tx,
    shop: Shop,
    basket: Basket,
    values: dict[str, str],
    faults: list[Fault],
) -> Any:
    lang = reader(request)
    products = await _wanted(tx, shop, basket)
    available = await inventory.available(tx, [one.id for one in products])
    services = [one for one in (await catalog.services_of(tx)).values() if one.active]
    return page(
        request,
        "orders/checkout.html",
        status=422 if faults else 200,
        shop=shop,
        brand=shop.brand,
        products=products,
        basket=basket,
        total=sum(basket.units[one.sku] * one.price_minor for one in products),
        services=services,
        cards="simulated" in set_up(house.settings),
        countries=sorted(
            ((key.removeprefix(NAMED), name) for key, name in texts(lang).items() if key.startswith(NAMED)),
            key=itemgetter(1),
        ),
        values=values,
        faults=in_words(faults, lang, [(one.name, available.get(one.id, 0)) for one in products]),
        command=values.get("command") or str(new_id()),
    )


@post("/shop/{tenant:str}/{merchant:str}/checkout", opt=public(), include_in_schema=False, status_code=200)
async def order_now(tenant: Code, merchant: Code, request: Asked, house: InHouse, data: Form) -> Any:
    """Order what is in the basket; show every fault beside its field, or say thank you.

    With `go=update` nothing is ordered: the basket is reckoned anew, and what was typed stays.
    """
    tenant_id = await find_tenant(house.db, tenant)
    async with house.db.transaction(tenant_id, actor=SHOPPER) as tx:
        shop = await _open(tx, tenant, merchant)
        basket = read_form(data, read_cookie(request.cookies.get(shop.cookie)))
        products = await _wanted(tx, shop, basket)
        available = await inventory.available(tx, [one.id for one in products])
    if data.get("go") == "update":
        async with house.db.transaction(tenant_id, actor=SHOPPER) as tx:
            form = await _form(request, house, tx, shop, basket, data, [])
        return _with_basket(form, shop, basket)
    lang = "pt" if data.get("language") == "pt" else "en"
    order, faults = read_checkout(data, basket, products, shop.merchant, lang)
    if data.get("seen_minor") != str(order.total_minor if order else None) and order is not None:
        faults = [Fault("/total_minor", "changed", "A price or a quantity has changed.")]
    if order is not None and not faults:
        faults = unreachable(order, products, available)
    if order is not None and not faults:
        try:
            return await _thank(request, house, shop, order, data.get("command", ""))
        except Refused as refused:
            if refused.reason not in {Reason.INVALID, Reason.UNAVAILABLE, Reason.CONFLICT, Reason.IN_FLIGHT}:
                raise
            faults = list(refused.faults) or [Fault("", "refused", refused.message)]
    async with house.db.transaction(tenant_id, actor=SHOPPER) as tx:
        return await _form(request, house, tx, shop, basket, data, faults)


async def _thank(request: Asked, house: House, shop: Shop, order: NewOrder, command: str) -> Any:
    """Place the order and lead to the page that says thank you; the basket is empty then."""
    key = f"{shop.merchant.code}:{command}"[:255] if command else None
    who = Principal(shop.tenant_id, SHOPPER, SHOPPER)
    ask = Ask(order, key, fingerprint("POST", f"{shop.home}/checkout", msgspec.json.encode(order)))
    given = await intake_of(request.app.state).ask(who, ask)
    placed = msgspec.json.decode(given.body, type=PlacedOut)
    async with house.db.transaction(shop.tenant_id, actor=SHOPPER) as tx:
        last_day = (tx.now + timedelta(days=LINK_DAYS)).date()
    response = back(f"{shop.home}/thanks/{write_link(house, 'order', shop.tenant_id, placed.id, last_day)}")
    response.delete_cookie(shop.cookie, path=shop.home)
    return response


@get("/shop/{tenant:str}/{merchant:str}/thanks/{token:str}", opt=signed(), include_in_schema=False)
async def thanks(tenant: Code, merchant: Code, token: Token, request: Asked, house: InHouse) -> Any:
    """Say thank you, with the order's number and the link that follows it."""
    tenant_id, order_id = read_link(house, "order", token)
    async with house.db.transaction(tenant_id, actor=SHOPPER) as tx:
        shop = await _open(tx, tenant, merchant)
        found = await acts.read(tx, order_id, shop.merchant.id)
    if found is None:
        raise unknown("order", order_id)
    return page(
        request,
        "orders/thanks.html",
        shop=shop,
        brand=shop.brand,
        found=found,
        order=found.order,
        token=token,
    )


ROUTES: list[Any] = [shops, window, logo, fill_basket, checkout, order_now, thanks]
