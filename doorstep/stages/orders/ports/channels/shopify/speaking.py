"""Speaking with Shopify: signed calls in, the Admin REST API out, within its limits.

Calls are signed with HMAC-SHA256 over the raw body, in base64 (`X-Shopify-Hmac-Sha256`); `X-Shopify-Webhook-Id` is the same for
every repetition. Lists are paged by `Link: <...page_info=...>; rel="next"`. Too many requests are answered 429 with `Retry-After`.
A fulfillment is made of the fulfillment orders that are open. Source: Shopify's documentation of the Admin API, 2026-01.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import msgspec

from doorstep.stages.orders.model.shops import (
    CALLED_OFF,
    Heard,
    Leaf,
    Level,
    ParcelLeft,
    Shop,
    ShopGoods,
    Telling,
)
from doorstep.stages.orders.ports.channels.port import ShopCall, ask, decode, leaf
from doorstep.stages.orders.ports.channels.shopify.reading import gone, read_order

VERSION = "2026-01"
PAGE = 100
TOPICS = (
    "orders/create",
    "orders/updated",
    "orders/paid",
    f"orders/{CALLED_OFF}",
    "orders/fulfilled",
    "orders/partially_fulfilled",
)
OPEN = ("open", "in_progress", "scheduled", "on_hold", "incomplete")
NEXT = re.compile(r'<([^>]+)>;\s*rel="?next"?')


class _Orders(msgspec.Struct):
    orders: list[msgspec.Raw]


class _Variant(msgspec.Struct):
    id: int
    sku: str | None = None
    inventory_item_id: int | None = None


class _Product(msgspec.Struct):
    variants: list[_Variant] = []


class _Products(msgspec.Struct):
    products: list[_Product]


class _Shown(msgspec.Struct):
    name: str = ""
    myshopify_domain: str = ""


class _Greeting(msgspec.Struct):
    shop: _Shown


class _Fulfillment(msgspec.Struct):
    tracking_numbers: list[str] = []
    tracking_number: str | None = None
    status: str | None = None


class _Fulfillments(msgspec.Struct):
    fulfillments: list[_Fulfillment]


class _Part(msgspec.Struct):
    id: int
    line_item_id: int
    fulfillable_quantity: int = 0


class _Work(msgspec.Struct):
    id: int
    status: str
    line_items: list[_Part] = []


class _Works(msgspec.Struct):
    fulfillment_orders: list[_Work]


class _Line(msgspec.Struct):
    id: int
    sku: str | None = None


class _Lined(msgspec.Struct):
    line_items: list[_Line]


class _Order(msgspec.Struct):
    order: _Lined


class Shopify:
    """The port to one of Shopify's shops; `base_url` of the shop is `https://<name>.myshopify.com`."""

    def signed(self, shop: Shop, headers: Mapping[str, str], body: bytes) -> bool:
        """Whether the shop signed a call."""
        wanted = base64.b64encode(hmac.digest(shop.hook_secret.encode(), body, hashlib.sha256))
        given = headers.get("x-shopify-hmac-sha256", "").encode("utf-8", "replace")
        return bool(shop.hook_secret) and hmac.compare_digest(wanted, given)

    def call(self, headers: Mapping[str, str], body: bytes, now: datetime) -> ShopCall | None:
        """Return what a call says."""
        name = headers.get("x-shopify-webhook-id") or hashlib.sha256(body).hexdigest()
        topic = headers.get("x-shopify-topic", "")
        tellings = []
        if topic == "orders/delete":
            tellings = [Telling(*gone(body, _moment(headers, now)), last=True)]
        elif topic in TOPICS:
            tellings = [Telling(read_order(body), body.decode())]
        return ShopCall(name[:200], tellings)

    def read(self, body: str, *, first: bool) -> Heard:
        """Understand an order."""
        return read_order(body, first=first)

    async def greet(self, http: httpx.AsyncClient, shop: Shop) -> str:
        """Return the shop's own name."""
        found: _Greeting = decode(await self._ask(http, shop, "GET", "shop.json"), _Greeting)
        return found.shop.name or found.shop.myshopify_domain or shop.base_url

    async def changed(self, http: httpx.AsyncClient, shop: Shop, since: datetime, at: str | None) -> Leaf:
        """Return orders that changed since a moment."""
        asked = (
            {"limit": str(PAGE), "page_info": at}
            if at
            else {
                "status": "any",
                "limit": str(PAGE),
                "order": "updated_at asc",
                "updated_at_min": since.astimezone(UTC).isoformat(timespec="seconds"),
            }
        )
        answer = await self._ask(http, shop, "GET", "orders.json", params=asked)
        found: _Orders = decode(answer, _Orders)
        return leaf([bytes(one) for one in found.orders], read_order, _next(answer))

    async def goods(
        self, http: httpx.AsyncClient, shop: Shop, at: str | None
    ) -> tuple[list[ShopGoods], str | None]:
        """Return the variants that have an article number."""
        asked = {"limit": "250", "page_info": at} if at else {"limit": "250", "fields": "id,variants"}
        answer = await self._ask(http, shop, "GET", "products.json", params=asked)
        found: _Products = decode(answer, _Products)
        return [
            ShopGoods(one.sku[:64], str(one.inventory_item_id))
            for product in found.products
            for one in product.variants
            if one.sku and one.inventory_item_id
        ], _next(answer)

    async def tell_parcel(self, http: httpx.AsyncClient, shop: Shop, ref: str, parcel: ParcelLeft) -> None:
        """Make a fulfillment of what is in a parcel, unless there is one with its number."""
        known: _Fulfillments = decode(
            await self._ask(http, shop, "GET", f"orders/{ref}/fulfillments.json"), _Fulfillments
        )
        if any(
            parcel.number in (*one.tracking_numbers, one.tracking_number)
            for one in known.fulfillments
            if one.status != CALLED_OFF
        ):
            return
        order: _Order = decode(
            await self._ask(http, shop, "GET", f"orders/{ref}.json", params={"fields": "id,line_items"}),
            _Order,
        )
        works: _Works = decode(
            await self._ask(http, shop, "GET", f"orders/{ref}/fulfillment_orders.json"), _Works
        )
        taken = _take(
            {one.id: one.sku or "" for one in order.order.line_items}, works.fulfillment_orders, parcel
        )
        if not taken:
            return
        tracking = {"number": parcel.number, "company": parcel.carrier, "url": parcel.url}
        made = {"line_items_by_fulfillment_order": taken, "tracking_info": tracking, "notify_customer": False}
        await self._ask(http, shop, "POST", "fulfillments.json", json={"fulfillment": made})

    async def tell_levels(self, http: httpx.AsyncClient, shop: Shop, levels: Sequence[Level]) -> None:
        """Set how many units can be sold at our location of the shop, one product a call."""
        for one in levels:
            level: dict[str, Any] = {
                "location_id": int(shop.location),
                "inventory_item_id": int(one.ref),
                "available": one.available,
            }
            await self._ask(http, shop, "POST", "inventory_levels/set.json", json=level)

    async def _ask(
        self, http: httpx.AsyncClient, shop: Shop, method: str, path: str, **more: Any
    ) -> httpx.Response:
        url = f"{shop.base_url}/admin/api/{VERSION}/{path}"
        return await ask(http, method, url, headers={"x-shopify-access-token": shop.api_key}, **more)


def _moment(headers: Mapping[str, str], now: datetime) -> datetime:
    """Return when the shop says that something happened."""
    try:
        found = datetime.fromisoformat(headers.get("x-shopify-triggered-at", ""))
    except ValueError:
        return now
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _next(answer: httpx.Response) -> str | None:
    found = NEXT.search(answer.headers.get("link", ""))
    return next(iter(parse_qs(urlsplit(found[1]).query).get("page_info", [])), None) if found else None


def _take(skus: Mapping[int, str], works: Sequence[_Work], parcel: ParcelLeft) -> list[dict[str, Any]]:
    """Return which units of which open fulfillment orders a parcel holds; never more than are open."""
    left = dict(parcel.lines)
    taken = []
    for work in works:
        parts = []
        for part in work.line_items if work.status in OPEN else ():
            sku = skus.get(part.line_item_id, "")
            units = min(left.get(sku, 0), part.fulfillable_quantity)
            if units > 0:
                left[sku] -= units
                parts.append({"id": part.id, "quantity": units})
        if parts:
            taken.append({"fulfillment_order_id": work.id, "fulfillment_order_line_items": parts})
    return taken
