"""A shop of Shopify with books of its own: it sells, calls about it, answers the Admin REST API, and bears its limits.

Base: `http://127.0.0.1:<port>`, paths as `/admin/api/<version>/orders.json`. Every request wants `X-Shopify-Access-Token` (401
otherwise). Lists are paged by `Link` with `page_info`. Shapes: Shopify's documentation of the Admin API, 2026-01.

- `GET shop.json`; `GET orders.json?updated_at_min=&limit=` the oldest change first; `GET orders/<id>.json`
- `GET orders/<id>/fulfillment_orders.json`, `GET orders/<id>/fulfillments.json`, `POST fulfillments.json`: units that are not open
  are answered 422
- `GET products.json`, `POST inventory_levels/set.json`

`befall` names what goes wrong with the next requests: `busy` (429 with `Retry-After`), `down` (503), `late` (done, answered 500).
Calls are signed over the raw body; `deaf` keeps them back until `catch_up`, which sends them in any sequence asked for.
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
from litestar import Litestar, Request, Response, get, post
from litestar.params import FromPath

from doorstep.world.serving import serving

Asked = Request[Any, Any, Any]
START = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


class ShopifyShop:
    """The books of one shop.

    Attributes:
        orders: by id, as the API answers them. made: fulfillments by order.
        levels: what the shop was told last, by inventory item.
        goods: article numbers of the inventory items.
        first: number of the first order.
        asked: every request; strangers: how many of them came with a wrong key.
    """

    def __init__(self) -> None:
        self.token, self.secret = "shpat_demo", "hush"
        self.orders: dict[int, dict[str, Any]] = {}
        self.made: dict[int, list[dict[str, Any]]] = {}
        self.levels: dict[int, int] = {}
        self.goods: dict[str, int] = {}
        self.first = 5_000
        self.next: list[str] = []
        self.asked: list[str] = []
        self.strangers = 0
        self.kept_back: list[tuple[str, str, bytes]] = []
        self.hook: str | None = None
        self.deaf = False
        self.page = 100
        self._clock, self._calls = START, 0

    def befall(self, *mishaps: str) -> None:
        """Let the next requests go wrong so, one each; `none` lets one pass."""
        self.next += mishaps

    def reach(self, moment: datetime) -> None:
        """Let time pass up to a moment; the clock of a shop never goes back."""
        self._clock = max(self._clock, moment)

    def tick(self, seconds: int = 1) -> str:
        """Let time pass in the shop; return its time."""
        self._clock += timedelta(seconds=seconds)
        return self._clock.isoformat()

    def stock(self, *skus: str) -> None:
        """Sell products, each with an inventory item."""
        self.goods |= {sku: 8_000 + len(self.goods) + i for i, sku in enumerate(skus)}

    async def sell(self, lines: dict[str, tuple[int, str]], address: dict[str, Any], **changed: Any) -> int:
        """Take an order of units and prices by article number, and call about it; return its id."""
        number = self.first + len(self.orders)
        items = [
            {"id": number * 100 + i, "sku": sku, "name": sku, "quantity": units, "price": price, "requires_shipping": True,
             "fulfillable_quantity": units, "discount_allocations": [], "tax_lines": []}
            for i, (sku, (units, price)) in enumerate(lines.items())
        ]  # fmt: skip
        total = sum(units * float(price) for units, price in lines.values())
        now = self.tick()
        order = {
            "id": number, "name": f"#{number}", "created_at": now, "updated_at": now, "processed_at": now, "currency": "EUR",
            "total_price": f"{total:.2f}", "total_tax": "0.00", "total_discounts": "0.00", "taxes_included": True,
            "financial_status": "paid", "fulfillment_status": None, "cancelled_at": None, "line_items": items,
            "shipping_lines": [{"title": "Standard", "price": "0.00"}], "shipping_address": address,
            "email": "ana@example.org", "payment_gateway_names": ["bogus"], "refunds": [],
        }  # fmt: skip
        self.orders[number] = {**order, **changed}
        await self.call("orders/create", number)
        return number

    async def change(self, number: int, topic: str, *, seconds: int = 1, **changed: Any) -> None:
        """Change an order and call about it; `seconds=0` changes it in the same second as before."""
        self.orders[number] |= {**changed, "updated_at": self.tick(seconds)}
        await self.call(topic, number)

    async def call(self, topic: str, number: int) -> None:
        """Call about an order as it is now, or keep the call back while the shop is deaf."""
        self._calls += 1
        body = msgspec.json.encode(self.orders[number])
        if self.deaf or self.hook is None:
            self.kept_back.append((topic, f"call-{number}-{self._calls}", body))
        else:
            await self.send(topic, f"call-{number}-{self._calls}", body)

    async def send(self, topic: str, call_id: str, body: bytes, *, secret: str | None = None) -> int:
        """Send one call; return the status that it was answered with."""
        signature = hmac.digest((secret or self.secret).encode(), body, hashlib.sha256)
        headers = {
            "content-type": "application/json", "x-shopify-topic": topic, "x-shopify-webhook-id": call_id,
            "x-shopify-hmac-sha256": base64.b64encode(signature).decode(), "x-shopify-triggered-at": self._clock.isoformat(),
        }  # fmt: skip
        async with httpx.AsyncClient() as client:
            return (await client.post(self.hook or "", content=body, headers=headers)).status_code

    async def catch_up(self, arrange: Callable[[list[Any]], Sequence[Any]] = list) -> None:
        """Send what was kept back, in the sequence that `arrange` makes of it."""
        calls, self.kept_back = self.kept_back, []
        for topic, call_id, body in arrange(calls):
            await self.send(topic, call_id, body)

    def open_units(self, number: int) -> dict[int, int]:
        """Return how many units of each line are not fulfilled."""
        gone: dict[int, int] = {}
        for made in self.made.get(number, []):
            for part in made["line_items"]:
                gone[part["id"]] = gone.get(part["id"], 0) + part["quantity"]
        lines = self.orders[number]["line_items"]
        return {line["id"]: line["quantity"] - gone.get(line["id"], 0) for line in lines}

    def fulfill(self, wanted: dict[str, Any]) -> dict[str, Any] | None:
        """Make a fulfillment; None when it asks for units that are not open."""
        parts = [
            (part["id"] // 10, part["quantity"])
            for one in wanted["line_items_by_fulfillment_order"]
            for part in one["fulfillment_order_line_items"]
        ]
        number = wanted["line_items_by_fulfillment_order"][0]["fulfillment_order_id"] // 10
        left = self.open_units(number)
        if any(left.get(line, 0) < units for line, units in parts):
            return None
        tracking = wanted.get("tracking_info", {})
        made = {
            "id": 9_000 + len(self.made), "order_id": number, "status": "success", "tracking_number": tracking.get("number"),
            "tracking_numbers": [tracking.get("number")], "tracking_company": tracking.get("company"),
            "tracking_url": tracking.get("url"), "line_items": [{"id": line, "quantity": units} for line, units in parts],
        }  # fmt: skip
        self.made.setdefault(number, []).append(made)
        whole = not any(self.open_units(number).values())
        self.orders[number] |= {
            "fulfillment_status": "fulfilled" if whole else "partial",
            "updated_at": self.tick(),
        }
        return made


def _answer(content: Any, status: int = 200, more: dict[str, str] | None = None) -> Response[bytes]:
    return Response(
        msgspec.json.encode(content),
        status_code=status,
        media_type="application/json",
        headers={"x-shopify-api-version": "2026-01", **(more or {})},
    )


def _stopped(shop: ShopifyShop, request: Asked) -> Response[bytes] | None:
    """Return the answer to a request that gets no further: a wrong key, or a mishap."""
    shop.asked.append(f"{request.method} {request.url.path.split('/', 4)[-1]}")
    if request.headers.get("x-shopify-access-token") != shop.token:
        shop.strangers += 1
        return _answer({"errors": "[API] Invalid API key or access token"}, 401)
    mishap = shop.next.pop(0) if shop.next else "none"
    request.state.late = mishap == "late"
    if mishap == "busy":
        headers = {"retry-after": "2.0"}
        return _answer({"errors": "Exceeded 2 calls per second for api client."}, 429, headers)
    return _answer({"errors": "Service Unavailable"}, 503) if mishap == "down" else None


@get("/admin/api/{version:str}/{path:path}")
async def _read(request: Asked, path: FromPath[str]) -> Response[bytes]:
    shop: ShopifyShop = request.app.state.shop
    if wrong := _stopped(shop, request):
        return wrong
    parts = path.strip("/").removesuffix(".json").split("/")
    if parts == ["orders"]:
        return _listed(shop, request)
    number = int(parts[1]) if len(parts) > 1 and parts[1].isdigit() else 0
    found = _of_order(shop, number, parts[2:]) if number in shop.orders else _of_shop(shop, parts)
    return _answer(found) if found else _answer({"errors": "Not Found"}, 404)


def _of_shop(shop: ShopifyShop, parts: list[str]) -> dict[str, Any] | None:
    if parts == ["shop"]:
        return {"shop": {"name": "Juniper at Shopify", "myshopify_domain": "juniper.myshopify.com"}}
    if parts == ["products"]:
        variants = [
            {"id": item + 1, "sku": sku, "inventory_item_id": item} for sku, item in shop.goods.items()
        ]
        return {"products": [{"id": 1, "variants": variants}]}
    return None


def _of_order(shop: ShopifyShop, number: int, parts: list[str]) -> dict[str, Any] | None:
    if not parts:
        return {"order": shop.orders[number]}
    if parts == ["fulfillments"]:
        return {"fulfillments": shop.made.get(number, [])}
    if parts != ["fulfillment_orders"]:
        return None
    left = shop.open_units(number)
    lines = [
        {"id": line * 10, "line_item_id": line, "fulfillable_quantity": units} for line, units in left.items()
    ]
    status = "open" if any(left.values()) else "closed"
    return {"fulfillment_orders": [{"id": number * 10, "status": status, "line_items": lines}]}


def _listed(shop: ShopifyShop, request: Asked) -> Response[bytes]:
    """Answer a page of the orders that changed since a moment, the oldest change first."""
    since, skip = request.query_params.get("updated_at_min", ""), 0
    if at := request.query_params.get("page_info"):
        since, _, text = at.partition("~")
        skip = int(text)
    moment = datetime.fromisoformat(since)
    found = sorted(
        (one for one in shop.orders.values() if datetime.fromisoformat(one["updated_at"]) >= moment),
        key=lambda one: datetime.fromisoformat(one["updated_at"]),
    )
    following = skip + shop.page
    more = {}
    if len(found) > following:
        query = httpx.QueryParams({"limit": str(shop.page), "page_info": f"{since}~{following}"})
        more["link"] = f'<{request.base_url}admin/api/2026-01/orders.json?{query}>; rel="next"'
    return _answer({"orders": found[skip:following]}, 200, more)


@post("/admin/api/{version:str}/{path:path}", status_code=201)
async def _write(request: Asked, path: FromPath[str]) -> Response[bytes]:
    shop: ShopifyShop = request.app.state.shop
    if wrong := _stopped(shop, request):
        return wrong
    wanted = msgspec.json.decode(await request.body())
    if path.strip("/") == "inventory_levels/set.json":
        shop.levels[wanted["inventory_item_id"]] = wanted["available"]
        done = _answer({"inventory_level": wanted})
    else:
        made = shop.fulfill(wanted["fulfillment"])
        done = _answer({"fulfillment": made}, 201) if made else _answer({"errors": ["not open"]}, 422)
    return _answer({"errors": "Internal Server Error"}, 500) if request.state.late else done


@asynccontextmanager
async def serve_shopify(shop: ShopifyShop, port: int = 0) -> AsyncIterator[str]:
    """Serve a shop; yield its base URL."""
    application = Litestar([_read, _write], openapi_config=None, logging_config=None)
    application.state.shop = shop
    async with serving(application, port) as url:
        yield url
