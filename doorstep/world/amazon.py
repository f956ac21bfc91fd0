"""Amazon with books of its own: it lets in by refresh token, hands out shipments, takes packages and stock, and bears its limits.

Base: `http://127.0.0.1:<port>`. `POST /auth/o2/token` (form) grants an access token; every other request wants it in
`x-amz-access-token` (403 otherwise). Shapes: Amazon's models of External Fulfillment (2024-09-11) and Listings Items (2021-08-01).

- `GET shipments?status=&lastUpdatedAfter=&maxResults=&paginationToken=`, in no sequence of time; `GET shipments/<id>`
- `POST shipments/<id>?operation=CONFIRM`, `POST .../packages`, `POST .../invoice`, `PUT .../shipLabels`, `PATCH .../packages/<id>`:
  a step out of turn is answered 409
- `POST inventories`, at most ten a call; a count with an older sequence number changes nothing. `GET /listings/2021-08-01/items/<seller>`

`befall` names what goes wrong with the next requests: `busy` (429 with `x-amzn-RateLimit-Limit`), `down` (503), `late` (done,
answered 500), `expired` (403, the token ran out).
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec
from litestar import HttpMethod, Litestar, Request, Response, post, route
from litestar.params import FromPath

from doorstep.world.serving import serving

Asked = Request[Any, Any, Any]
START = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
BORNE = "0.5"
"""Requests a second that are borne."""

CONFIRMED_OR_LATER = ("CONFIRMED", "PACKAGE_CREATED", "INVOICE_GENERATED", "SHIPLABEL_GENERATED")


class AmazonSeller:
    """The books of one seller at one location.

    Attributes:
        shipments: by id, as the API answers them. tracking: number and carrier of the labels, by package.
        listed: the seller's SKUs. levels: what Amazon was told last, with its sequence number.
        granted: how many access tokens were given.
    """

    def __init__(self) -> None:
        self.client, self.secret, self.refresh = "amzn1.application-oa2-client.demo", "hush", "Atzr|demo"
        self.shipments: dict[str, dict[str, Any]] = {}
        self.tracking: dict[str, tuple[str, str]] = {}
        self.listed: list[str] = []
        self.levels: dict[str, tuple[int, int]] = {}
        self.next: list[str] = []
        self.asked: list[str] = []
        self.granted = 0
        self.page = 100
        self._clock = START

    def befall(self, *mishaps: str) -> None:
        """Let the next requests go wrong so, one each; `none` lets one pass."""
        self.next += mishaps

    def tick(self, seconds: int = 1) -> str:
        """Let time pass at Amazon; return its time."""
        self._clock += timedelta(seconds=seconds)
        return self._clock.strftime("%Y-%m-%dT%H:%M:%SZ")

    def sell(self, lines: dict[str, tuple[int, str]], address: dict[str, Any], **changed: Any) -> str:
        """Sell units and sums by SKU; return the shipment's id."""
        name = f"D{len(self.shipments):05}"
        items = [
            {"shipmentLineItemId": str(i + 1), "merchantSku": sku, "numberOfUnits": units, "charges": [_charge("PRODUCT", price)],
             "complianceAttributes": {}}
            for i, (sku, (units, price)) in enumerate(lines.items())
        ]  # fmt: skip
        total = sum(float(price) for _, price in lines.values())
        now = self.tick()
        shipment = {
            "id": name, "locationId": "ABCD", "status": "ACCEPTED", "creationDateTime": now, "lastUpdatedDateTime": now,
            "marketplaceAttributes": {"marketplaceId": "A1PA6795UKMFR9", "channelName": "MFN"},
            "shipmentInfo": {"shipmentType": "NEW", "numberOfUnits": sum(units for units, _ in lines.values()), "priority": "LOW",
                             "buyerOrderId": f"407-{name}"},
            "shipmentRequirements": {"invoice": {"requirement": "REQUIRED", "status": "PENDING"}},
            "charges": [_charge("TOTAL", f"{total:.2f}")], "lineItems": items, "packages": [],
            "shippingInfo": {"expectedShippingDateTimeInUTC": now, "shippingType": "SELF", "shipToAddress": address},
        }  # fmt: skip
        self.shipments[name] = {**shipment, **changed}
        return name

    def change(self, name: str, **changed: Any) -> None:
        """Change a shipment."""
        self.shipments[name] |= {**changed, "lastUpdatedDateTime": self.tick()}


def _charge(kind: str, price: str) -> dict[str, Any]:
    def money(value: str) -> dict[str, Any]:
        return {"value": value, "currencyCode": "EUR"}

    def parts(value: str) -> dict[str, Any]:
        return {"baseAmount": money(value), "discountAmount": money("0"), "netAmount": money(value)}

    return {
        "chargeType": kind, "baseCharge": parts(price), "totalCharge": parts(price),
        "totalTax": {"type": "TOTAL", "charge": parts("0.00")},
    }  # fmt: skip


def _answer(content: Any, status: int = 200, more: dict[str, str] | None = None) -> Response[bytes]:
    body = b"" if content is None else msgspec.json.encode(content)
    headers = {"x-amzn-RateLimit-Limit": BORNE, **(more or {})}
    return Response(body, status_code=status, media_type="application/json", headers=headers)


def _error(status: int, code: str, message: str) -> Response[bytes]:
    return _answer({"errors": [{"code": code, "message": message}]}, status)


@post("/auth/o2/token", status_code=200)
async def _let_in(request: Asked) -> Response[bytes]:
    books: AmazonSeller = request.app.state.books
    form = {name: values[0] for name, values in parse_qs((await request.body()).decode()).items()}
    wanted = {
        "grant_type": "refresh_token",
        "refresh_token": books.refresh,
        "client_id": books.client,
        "client_secret": books.secret,
    }
    if form != wanted:
        return _answer({"error": "invalid_grant", "error_description": "The grant is invalid."}, 400)
    books.granted += 1
    return _answer({"access_token": f"Atza|{books.granted}", "token_type": "bearer", "expires_in": 3600})


@route(
    ["/externalFulfillment/{path:path}", "/listings/2021-08-01/items/{path:path}"],
    http_method=[HttpMethod.GET, HttpMethod.POST, HttpMethod.PUT, HttpMethod.PATCH],
    status_code=200,
)
async def _serve(request: Asked, path: FromPath[str]) -> Response[bytes]:
    books: AmazonSeller = request.app.state.books
    parts = path.strip("/").split("/")
    books.asked.append(f"{request.method} {'/'.join(parts)}")
    mishap = books.next.pop(0) if books.next else "none"
    if mishap == "expired":
        books.granted += 1
    if request.headers.get("x-amz-access-token") != f"Atza|{books.granted}":
        return _error(403, "Unauthorized", "Access to requested resource is denied.")
    if mishap == "busy":
        return _error(429, "QuotaExceeded", "You exceeded your quota for the requested resource.")
    if mishap == "down":
        return _error(503, "ServiceUnavailable", "Service is temporarily unavailable.")
    sent = msgspec.json.decode(await request.body() or b"{}")
    if parts[0] == "inventory":
        done = _counted(books, sent)
    elif parts[0] == "2024-09-11":
        done = _shipments(books, request, parts[2:], sent)
    else:
        done = _answer({"items": [{"sku": sku} for sku in books.listed], "pagination": {}})
    return _error(500, "InternalFailure", "It is done.") if mishap == "late" else done


def _shipments(
    books: AmazonSeller, request: Asked, parts: list[str], sent: dict[str, Any]
) -> Response[bytes]:
    asked = request.query_params
    if not parts:
        found = [
            one
            for one in reversed(books.shipments.values())
            if one["status"] == asked["status"]
            and one["lastUpdatedDateTime"] > asked.get("lastUpdatedAfter", "")
        ]
        start, most = int(asked.get("paginationToken", "0")), min(int(asked["maxResults"]), books.page)
        more = {"nextToken": str(start + most)} if start + most < len(found) else {}
        return _answer({"shipments": found[start : start + most], "pagination": more})
    shipment = books.shipments.get(parts[0])
    if shipment is None:
        return _error(404, "NotFound", "The shipment does not exist.")
    if request.method == "GET":
        return _answer(shipment)
    return _step(books, request, shipment, parts[1:], sent)


def _step(
    books: AmazonSeller, request: Asked, shipment: dict[str, Any], parts: list[str], sent: dict[str, Any]
) -> Response[bytes]:
    """Take one step of a shipment, or answer 409 when it is not its turn."""
    packages: dict[str, dict[str, Any]] = {one["id"]: one for one in shipment["packages"]}
    status, turn = shipment["status"], False
    if not parts:
        turn, status = status in ("CREATED", "ACCEPTED"), "CONFIRMED"
    elif parts == ["packages"]:
        fresh = {one["id"]: {**one, "status": "CREATED"} for one in sent["packages"]}
        turn = status in CONFIRMED_OR_LATER and not packages.keys() & fresh.keys()
        packages, status = packages | fresh, "PACKAGE_CREATED"
    elif parts == ["invoice"]:
        invoice = shipment["shipmentRequirements"]["invoice"]
        turn = bool(packages) and invoice["status"] == "PENDING"
        if turn:
            invoice["status"] = "AVAILABLE"
        status = "INVOICE_GENERATED"
    elif parts == ["shipLabels"]:
        name, courier = sent["packageIds"][0], sent["courierSupportedAttributes"]
        turn = name in packages and shipment["shipmentRequirements"]["invoice"]["status"] != "PENDING"
        if turn:
            packages[name]["status"] = "SHIPLABEL_GENERATED"
            books.tracking[name] = (courier["trackingId"], courier["carrierName"])
        status = "SHIPLABEL_GENERATED"
    else:
        package = packages.get(parts[1], {})
        turn = package.get("status") == "SHIPLABEL_GENERATED" and sent == {"status": "SHIPPED"}
        if turn:
            package["status"] = "SHIPPED"
        status = "SHIPPED" if _all_shipped(shipment, packages) else status
    if not turn:
        return _error(409, "Conflict", f"It is not the turn of {request.method} {'/'.join(parts)}.")
    books.change(shipment["id"], packages=list(packages.values()), status=status)
    return _answer(None, 204)


def _all_shipped(shipment: dict[str, Any], packages: dict[str, dict[str, Any]]) -> bool:
    shipped = [one for one in packages.values() if one["status"] == "SHIPPED"]
    units = sum(line["quantity"] for one in shipped for line in one["packageLineItems"])
    return bool(units >= sum(line["numberOfUnits"] for line in shipment["lineItems"]))


def _counted(books: AmazonSeller, sent: dict[str, Any]) -> Response[bytes]:
    if len(sent["requests"]) > 10:
        return _error(400, "BATCH_SIZE_EXCEED", "Maximum number for requests supported in batch is 10.")
    answers: list[dict[str, Any]] = []
    for one in sent["requests"]:
        sku = parse_qs(urlsplit(one["uri"]).query)["skuId"][0]
        sequence, count = one["body"]["clientSequenceNumber"], one["body"]["quantity"]
        if sku not in books.listed:
            trouble = {"errorType": "INVALID_SKU", "errorSubType": "The requested Sku does not exist."}
            answers.append(
                {"status": {"statusCode": 400}, "body": {"skuId": sku, "actionableErrors": [trouble]}}
            )
            continue
        if sequence >= books.levels.get(sku, (0, 0))[1]:
            books.levels[sku] = (count, sequence)
        body = {"skuId": sku, "sellableQuantity": count, "reservedQuantity": 0, "actionableErrors": []}
        answers.append({"status": {"statusCode": 200, "reasonPhrase": "Success"}, "body": body})
    return _answer({"responses": answers}, 207)


@asynccontextmanager
async def serve_amazon(books: AmazonSeller, port: int = 0) -> AsyncIterator[str]:
    """Serve a seller's Amazon; yield its base URL."""
    application = Litestar([_let_in, _serve], openapi_config=None, logging_config=None)
    application.state.books = books
    async with serving(application, port) as url:
        yield url
