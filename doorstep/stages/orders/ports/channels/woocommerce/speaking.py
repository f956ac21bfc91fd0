"""Speaking with WooCommerce: signed calls in, the REST API v3 out.

Calls are signed with HMAC-SHA256 over the raw body, in base64 (`X-WC-Webhook-Signature`); `X-WC-Webhook-Delivery-ID` is the same for
every repetition. A new webhook first sends `webhook_id=...` without an order. The API wants the consumer key and secret as HTTP
basic authentication; lists are paged by number. WooCommerce knows no parcels: the customer gets a note with the tracking number,
and the order is completed with its last parcel. Source: WooCommerce's documentation of the REST API v3.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import httpx
import msgspec

from doorstep.stages.orders.model.shops import Heard, Leaf, Level, ParcelLeft, Shop, ShopGoods, Telling
from doorstep.stages.orders.ports.channels.port import ShopCall, ask, decode, leaf
from doorstep.stages.orders.ports.channels.woocommerce.reading import gone, read_order

PAGE = 50
PING = re.compile(rb"webhook_id=\d{1,12}")


class _Product(msgspec.Struct):
    id: int
    sku: str | None = None
    type: str = "simple"


class _Note(msgspec.Struct):
    note: str = ""


class _Standing(msgspec.Struct):
    status: str


class WooCommerce:
    """The port to a shop of WooCommerce; `base_url` of the shop is where WordPress is: `https://shop.example.org`."""

    def signed(self, shop: Shop, headers: Mapping[str, str], body: bytes) -> bool:
        """Whether the shop signed a call; its first one, which only tries the address, is never signed."""
        wanted = base64.b64encode(hmac.digest(shop.hook_secret.encode(), body, hashlib.sha256))
        given = headers.get("x-wc-webhook-signature", "").encode("utf-8", "replace")
        genuine = bool(shop.hook_secret) and hmac.compare_digest(wanted, given)
        return genuine or PING.fullmatch(body) is not None

    def call(self, headers: Mapping[str, str], body: bytes, now: datetime) -> ShopCall | None:
        """Return what a call says."""
        if PING.fullmatch(body):
            return None
        name = headers.get("x-wc-webhook-delivery-id") or hashlib.sha256(body).hexdigest()
        topic = headers.get("x-wc-webhook-topic", "")
        tellings = []
        if topic == "order.deleted":
            tellings = [Telling(*gone(body, now), last=True)]
        elif topic.startswith("order."):
            tellings = [Telling(read_order(body), body.decode())]
        return ShopCall(name[:200], tellings)

    def read(self, body: str, *, first: bool) -> Heard:
        """Understand an order."""
        return read_order(body, first=first)

    async def greet(self, http: httpx.AsyncClient, shop: Shop) -> str:
        """Return the shop's address, once its list of orders was readable."""
        decode(await self._ask(http, shop, "GET", "orders", params={"per_page": "1"}), list[msgspec.Raw])
        return shop.base_url

    async def changed(self, http: httpx.AsyncClient, shop: Shop, since: datetime, at: str | None) -> Leaf:
        """Return orders that changed since a moment."""
        asked = {
            "modified_after": since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S"),
            "dates_are_gmt": "true",
            "orderby": "modified",
            "order": "asc",
            "per_page": str(PAGE),
            "page": at or "1",
            "status": "any",
        }
        answer = await self._ask(http, shop, "GET", "orders", params=asked)
        found: list[msgspec.Raw] = decode(answer, list[msgspec.Raw])
        return leaf([bytes(one) for one in found], read_order, _next(answer, at))

    async def goods(
        self, http: httpx.AsyncClient, shop: Shop, at: str | None
    ) -> tuple[list[ShopGoods], str | None]:
        """Return the products and variations that have an article number."""
        asked = {"per_page": str(PAGE), "page": at or "1", "_fields": "id,sku,type"}
        answer = await self._ask(http, shop, "GET", "products", params=asked)
        found: list[_Product] = decode(answer, list[_Product])
        goods = [ShopGoods(one.sku[:64], str(one.id)) for one in found if one.sku and one.type != "variable"]
        for parent in found:
            if parent.type == "variable":
                params = {"per_page": "100", "_fields": "id,sku"}
                answered = await self._ask(
                    http, shop, "GET", f"products/{parent.id}/variations", params=params
                )
                variations: list[_Product] = decode(answered, list[_Product])
                goods += [ShopGoods(one.sku[:64], f"{parent.id}/{one.id}") for one in variations if one.sku]
        return goods, _next(answer, at)

    async def tell_parcel(self, http: httpx.AsyncClient, shop: Shop, ref: str, parcel: ParcelLeft) -> None:
        """Write a note with the tracking number, unless there is one; complete the order with its last parcel."""
        notes: list[_Note] = decode(await self._ask(http, shop, "GET", f"orders/{ref}/notes"), list[_Note])
        if not any(re.search(rf"(?<!\w){re.escape(parcel.number)}(?!\w)", one.note) for one in notes):
            goods = ", ".join(f"{units} x {sku}" for sku, units in parcel.lines.items())
            note = f"Shipped with {parcel.carrier}, tracking number {parcel.number}: {goods}. {parcel.url}"
            await self._ask(
                http, shop, "POST", f"orders/{ref}/notes", json={"note": note, "customer_note": True}
            )
        if parcel.last:
            standing: _Standing = decode(await self._ask(http, shop, "GET", f"orders/{ref}"), _Standing)
            if standing.status in ("processing", "on-hold", "pending"):
                await self._ask(http, shop, "PUT", f"orders/{ref}", json={"status": "completed"})

    async def tell_levels(self, http: httpx.AsyncClient, shop: Shop, levels: Sequence[Level]) -> None:
        """Set how many units can be sold: products in one call, variations in one call per product."""
        bunches: dict[str, list[dict[str, Any]]] = {}
        for one in levels:
            parent, _, variation = one.ref.rpartition("/")
            told = {"id": int(variation), "manage_stock": True, "stock_quantity": one.available}
            bunches.setdefault(
                f"products/{parent}/variations/batch" if parent else "products/batch", []
            ).append(told)
        for path, told_ones in bunches.items():
            await self._ask(http, shop, "POST", path, json={"update": told_ones})

    async def _ask(
        self, http: httpx.AsyncClient, shop: Shop, method: str, path: str, **more: Any
    ) -> httpx.Response:
        pair = base64.b64encode(f"{shop.api_key}:{shop.api_secret}".encode()).decode()
        url = f"{shop.base_url}/wp-json/wc/v3/{path}"
        return await ask(http, method, url, headers={"authorization": f"Basic {pair}"}, **more)


def _next(answer: httpx.Response, at: str | None) -> str | None:
    pages = answer.headers.get("x-wp-totalpages", "")
    page = int(at or "1")
    return str(page + 1) if pages.isdigit() and page < int(pages) else None
