"""A shop of WooCommerce with books of its own: it sells, calls about it, and answers the REST API v3.

Base: `http://127.0.0.1:<port>`, paths as `/wp-json/wc/v3/orders`, with the consumer key and secret as HTTP basic authentication
(401 otherwise). Lists are paged by `page` and `per_page`, with `X-WP-TotalPages`. Shapes: WooCommerce's documentation.

- `GET orders?modified_after=&dates_are_gmt=true`, the oldest change first; `GET`, `PUT orders/<id>`
- `GET`, `POST orders/<id>/notes`
- `GET products`, `GET products/<id>/variations`, `POST products/batch`, `POST products/<id>/variations/batch`

`befall` names what goes wrong with the next requests: `busy` (429), `down` (503), `late` (done, answered 500).
"""

import base64
import hashlib
import hmac
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import msgspec
from litestar import HttpMethod, Litestar, Request, Response, route
from litestar.params import FromPath

from doorstep.world.serving import serving

Asked = Request[Any, Any, Any]
START = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


class WooShop:
    """The books of one shop.

    Attributes:
        orders: by id, as the API answers them. notes: of each order.
        goods: article numbers by product, of variations by (product, variation).
        levels: what the shop was told last, in the same keys.
        first: number of the first order.
        asked: every request; strangers: how many of them came with a wrong key.
    """

    def __init__(self) -> None:
        self.key, self.password, self.secret = "ck_demo", "cs_demo", "hush"
        self.orders: dict[int, dict[str, Any]] = {}
        self.notes: dict[int, list[dict[str, Any]]] = {}
        self.goods: dict[tuple[int, ...], str] = {}
        self.levels: dict[tuple[int, ...], int] = {}
        self.first = 700
        self.next: list[str] = []
        self.asked: list[str] = []
        self.strangers = 0
        self.kept_back: list[tuple[str, str, bytes]] = []
        self.hook: str | None = None
        self.deaf = False
        self._clock, self._calls = START, 0

    def befall(self, *mishaps: str) -> None:
        """Let the next requests go wrong so, one each; `none` lets one pass."""
        self.next += mishaps

    def reach(self, moment: datetime) -> None:
        """Let time pass up to a moment; the clock of a shop never goes back."""
        self._clock = max(self._clock, moment)

    def tick(self, seconds: int = 1) -> str:
        """Let time pass in the shop; return its time in UTC, without a zone as WooCommerce writes it."""
        self._clock += timedelta(seconds=seconds)
        return self._clock.strftime("%Y-%m-%dT%H:%M:%S")

    async def sell(self, lines: dict[str, tuple[int, str]], address: dict[str, Any], **changed: Any) -> int:
        """Take an order of units and sums by article number, and call about it; return its id."""
        number = self.first + len(self.orders)
        items = [
            {"id": number * 10 + i, "name": sku, "sku": sku, "quantity": units, "subtotal": total, "total": total, "total_tax": "0.00"}
            for i, (sku, (units, total)) in enumerate(lines.items())
        ]  # fmt: skip
        total = sum(float(one) for _, one in lines.values())
        now = self.tick()
        order = {
            "id": number, "number": str(number), "status": "processing", "currency": "EUR", "date_created_gmt": now,
            "date_modified_gmt": now, "discount_total": "0.00", "shipping_total": "0.00", "shipping_tax": "0.00",
            "total": f"{total:.2f}", "total_tax": "0.00", "billing": {**address, "email": "ana@example.org"}, "shipping": address,
            "payment_method": "bacs", "payment_method_title": "Bank", "line_items": items, "shipping_lines": [], "fee_lines": [],
        }  # fmt: skip
        self.orders[number] = {**order, **changed}
        await self.call("order.created", number)
        return number

    async def change(self, number: int, *, seconds: int = 1, **changed: Any) -> None:
        """Change an order and call about it; `seconds=0` changes it in the same second as before."""
        self.orders[number] |= {**changed, "date_modified_gmt": self.tick(seconds)}
        await self.call("order.updated", number)

    async def call(self, topic: str, number: int) -> None:
        """Call about an order as it is now, or keep the call back while the shop is deaf."""
        self._calls += 1
        body = msgspec.json.encode(self.orders[number])
        if self.deaf or self.hook is None:
            self.kept_back.append((topic, f"delivery-{number}-{self._calls}", body))
        else:
            await self.send(topic, f"delivery-{number}-{self._calls}", body)

    async def send(self, topic: str, call_id: str, body: bytes, *, secret: str | None = None) -> int:
        """Send one call; return the status that it was answered with."""
        signature = hmac.digest((secret or self.secret).encode(), body, hashlib.sha256)
        headers = {
            "content-type": "application/json", "x-wc-webhook-topic": topic, "x-wc-webhook-delivery-id": call_id,
            "x-wc-webhook-signature": base64.b64encode(signature).decode(),
        }  # fmt: skip
        async with httpx.AsyncClient() as client:
            return (await client.post(self.hook or "", content=body, headers=headers)).status_code

    async def catch_up(self, arrange: Callable[[list[Any]], Sequence[Any]] = list) -> None:
        """Send what was kept back, in the sequence that `arrange` makes of it."""
        calls, self.kept_back = self.kept_back, []
        for topic, call_id, body in arrange(calls):
            await self.send(topic, call_id, body)


def _answer(content: Any, status: int = 200, more: dict[str, str] | None = None) -> Response[bytes]:
    return Response(
        msgspec.json.encode(content), status_code=status, media_type="application/json", headers=more or {}
    )


@route(
    "/wp-json/wc/v3/{path:path}",
    http_method=[HttpMethod.GET, HttpMethod.POST, HttpMethod.PUT],
    status_code=200,
)
async def _serve(request: Asked, path: FromPath[str]) -> Response[bytes]:
    shop: WooShop = request.app.state.shop
    shop.asked.append(f"{request.method} {path.strip('/')}")
    pair = base64.b64encode(f"{shop.key}:{shop.password}".encode()).decode()
    if request.headers.get("authorization") != f"Basic {pair}":
        shop.strangers += 1
        return _answer(
            {"code": "woocommerce_rest_cannot_view", "message": "Sorry, you cannot list resources."}, 401
        )
    mishap = shop.next.pop(0) if shop.next else "none"
    if mishap in ("busy", "down"):
        return _answer(
            {"code": mishap},
            429 if mishap == "busy" else 503,
            {"retry-after": "3"} if mishap == "busy" else None,
        )
    parts = path.strip("/").split("/")
    sent = msgspec.json.decode(await request.body() or b"{}")
    done = (
        _orders(shop, request, parts[1:], sent)
        if parts[0] == "orders"
        else _goods(shop, request, parts[1:], sent)
    )
    return _answer({"code": "internal_server_error"}, 500) if mishap == "late" else done


def _orders(shop: WooShop, request: Asked, parts: list[str], sent: dict[str, Any]) -> Response[bytes]:
    if not parts:
        after = request.query_params.get("modified_after", "")
        found = [one for one in shop.orders.values() if one["date_modified_gmt"] > after]
        return _page(request, sorted(found, key=lambda one: str(one["date_modified_gmt"])))
    number = int(parts[0])
    if number not in shop.orders:
        return _answer({"code": "woocommerce_rest_shop_order_invalid_id", "message": "Invalid ID."}, 404)
    if parts[1:] == ["notes"]:
        if request.method == "POST":
            shop.notes.setdefault(number, []).append(sent)
            return _answer(sent, 201)
        return _answer(shop.notes.get(number, []))
    if request.method == "PUT":
        shop.orders[number] |= {**sent, "date_modified_gmt": shop.tick()}
    return _answer(shop.orders[number])


def _goods(shop: WooShop, request: Asked, parts: list[str], sent: dict[str, Any]) -> Response[bytes]:
    if request.method == "POST":
        above = (int(parts[0]),) if len(parts) > 1 else ()
        for one in sent["update"]:
            shop.levels[*above, one["id"]] = one["stock_quantity"]
        return _answer({"update": sent["update"]})
    if parts:
        parent = int(parts[0])
        below = [(key[1], sku) for key, sku in shop.goods.items() if len(key) > 1 and key[0] == parent]
        return _page(request, [{"id": number, "sku": sku} for number, sku in below])
    parents = {key[0] for key in shop.goods if len(key) > 1}
    plain = [{"id": key[0], "sku": sku, "type": "simple"} for key, sku in shop.goods.items() if len(key) == 1]
    return _page(request, [*plain, *({"id": one, "sku": "", "type": "variable"} for one in sorted(parents))])


def _page(request: Asked, found: list[dict[str, Any]]) -> Response[bytes]:
    size, page = int(request.query_params.get("per_page", "10")), int(request.query_params.get("page", "1"))
    pages = str(max(-(-len(found) // size), 1))
    return _answer(
        found[(page - 1) * size : page * size], 200, {"x-wp-total": str(len(found)), "x-wp-totalpages": pages}
    )


@asynccontextmanager
async def serve_woocommerce(shop: WooShop, port: int = 0) -> AsyncIterator[str]:
    """Serve a shop; yield its base URL."""
    application = Litestar([_serve], openapi_config=None, logging_config=None)
    application.state.shop = shop
    async with serving(application, port) as url:
        yield url
