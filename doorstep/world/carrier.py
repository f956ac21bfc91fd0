"""A parcel carrier with an API server, a network and books of its own.

Base: `http://127.0.0.1:<port>`. JSON in and out. Every `/v1` route but those below `/v1/simulate` wants
`Authorization: Bearer <account key>` (401 otherwise). Errors: `{"error": {"code": text, "message": text}}`.

**Rating**: `POST /v1/rates` `{"from", "to", "weight_g", "sides_mm"}` as below answers `{"rates": [{"service", "price_minor",
"currency", "days_min", "days_max"}]}`; nothing is sold.
**Buying**: `POST /v1/shipments`, header `Idempotency-Key` (required, up to 255 characters), body
`{"reference": text, "service": text, "from": Address, "to": Address, "weight_g": int, "sides_mm": [length, width, height]}`
with Address `{"name", "company", "street", "street2", "city", "region", "postal_code", "country"` (ISO 3166, two letters)`,
"phone", "lat", "lon", "timezone"}`: name, street, city and country are required, the rest may be missing or null.
Answers 201 with Shipment
`{"id", "reference", "service", "status": "sold" | "voided", "tracking_number", "price_minor", "currency", "sold_at"` (RFC
3339)`, "estimated_delivery"` (date)`, "manifest_id"` (or null)`}`.
The same key again, or another key for a reference that has a label, answers 200 with the label sold before: one label per
key, and one that is not voided per reference. The same key with another body: 422 `key_reused`. Definite refusals (nothing
was sold): 422 `unknown_service`, `too_heavy`, `bad_address`; 429 and 503 carry `Retry-After`.

**Finding**: `GET /v1/shipments?reference=...` answers `{"shipments": [Shipment]}`, newest first, also voided ones.
**Voiding**: `POST /v1/shipments/{id}/void` answers the voided Shipment, also when repeated; 409 `handed_over` after a manifest.
**Handing over**: `POST /v1/manifests` `{"shipments": [id]}` (1 to 1,000) answers 201
`{"id", "accepted": [id], "refused": [{"id", "code"}]}`; a shipment that was handed over before counts as accepted.
**Following**: `GET /v1/tracking/{number}` answers `{"tracking_number", "events": [Event]}`, oldest first, with Event
`{"id", "tracking_number", "code", "text", "reason", "local_time"` (RFC 3339 with the place's offset)`, "place": {"name",
"city", "country", "lat", "lon"}, "estimated_delivery"` (date)`}`. Unknown to the network: 200 with no events and
`"warning": "not_found"`.
Codes: LBL label sold, PUP picked up, ARR arrived at hub, DEP departed hub, CUS customs, DLY delayed, OFD out for delivery,
ATT attempt failed, APU waits for pickup, DEL delivered, DMG damaged, RTS returning, RTD returned, LST lost, VOI voided.
Reasons: absent, refused, vehicle, damage, lost.
**Services**: `GET /v1/services`; `PUT /v1/services` `{"services": [{"code", "prefix", "days_min", "days_max", "base_minor",
"per_kg_minor", "currency"}]}`. At first: economy, standard, express, in EUR. Price = base + per begun kilogram.
**Webhooks**: `PUT /v1/webhooks` `{"url", "secret"}`. Each event is one call `POST url` with body
`{"type": "tracking.updated", "event": Event}`, signed by Standard Webhooks (`webhook-id` is the event's id); answered with
2xx within 5 s, else tried again with growing pauses, 12 times.
**Witness**: `GET /v1/ledger?skip=0&most=1000` answers `{"labels": [Shipment]}` in the order of sale.

**Control**, without a key, for whoever runs the world: `POST /v1/simulate/advance` `{"now": RFC 3339, "deliver": bool}` moves
the carrier's clock (real time until the first call; forward only) and answers `{"now", "happened": int, "told": int}`; with
`deliver` it waits until each due webhook was tried once. `POST /v1/simulate/mishaps` takes `MishapsIn`
(shares, next, seed, hang_s); names: `QUOTING`, `SELLING`, `FOLLOWING`, `TELLING` below and the misadventures of `journeys`.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
from litestar import Litestar, Request, Response, get, post, put
from litestar.di import NamedDependency
from litestar.exceptions import HTTPException
from litestar.params import FromPath, FromQuery, JSONBody

from doorstep.platform.ids import new_id
from doorstep.platform.statements import Statements
from doorstep.world.journeys import MISADVENTURES, Place, Trip, plan
from doorstep.world.ledger import Ledger
from doorstep.world.mishaps import MishapsIn
from doorstep.world.network import Network
from doorstep.world.parcels import (
    Address,
    AdvanceIn,
    HookIn,
    Label,
    ManifestIn,
    ServicesIn,
    ServiceSold,
    ShipmentIn,
)
from doorstep.world.rates import QUOTING, price, quote
from doorstep.world.serving import serving
from doorstep.world.wire import Stop, answer, authorized, given, on_bad_request, on_stop

Q = Statements("doorstep.world")
Asked = Request[Any, Any, Any]
InNetwork = NamedDependency[Network]

SELLING = {
    "throttle": "429 with Retry-After; nothing sold",
    "error_before": "503 with Retry-After; nothing sold",
    "hang": "hangs, then 504; nothing sold",
    "timeout_after": "sells, then hangs before answering",
    "error_after": "sells, then answers 500",
    "nonsense": "sells, then answers HTML with status 200",
    "canceled": "sells, voids at once, and answers 200",
}
FOLLOWING = {"not_found": "200 without events and a warning, for a parcel that is known"}
HEAVIEST_G = 70_000
DEFAULT_SERVICES = (
    ("economy", "WE", 3, 5, 390, 60),
    ("standard", "WS", 2, 3, 520, 80),
    ("express", "WX", 1, 1, 1190, 150),
)


def check_digit(digits: str) -> int:
    """Return the GS1 check digit of a string of digits: weights 3, 1, 3... from the right, up to the next ten."""
    total = sum(int(digit) * (3, 1)[place % 2] for place, digit in enumerate(reversed(digits)))
    return (10 - total % 10) % 10


@post("/v1/shipments")
async def buy(request: Asked, network: InNetwork, data: JSONBody[ShipmentIn]) -> Response[Any]:
    """Sell one label, and meet whatever mishap is due."""
    account = authorized(request)
    key = request.headers.get("idempotency-key", "")
    if not 1 <= len(key) <= 255:
        raise Stop(400, "no_key", "Send an Idempotency-Key of 1 to 255 characters.")
    mishap = network.mishaps.draw(SELLING)
    if mishap in {"throttle", "error_before"}:
        raise Stop(429 if mishap == "throttle" else 503, mishap, "Come back later.", {"retry-after": "1"})
    if mishap == "hang":
        await asyncio.sleep(network.mishaps.hang_s)
        raise Stop(504, mishap, "That took too long.")
    label, fresh = _sell(network, account, key, data, hashlib.sha256(await request.body()).hexdigest())
    if mishap == "canceled" and fresh:
        network.ledger.run(Q.void_label, id=label.id, now=network.now())
        label = network.ledger.rows(Q.sold_by_id, Label, account=account, id=label.id)[0]
        return answer(label.shown(), 200)
    if mishap == "timeout_after":
        await asyncio.sleep(network.mishaps.hang_s)
    if mishap == "error_after":
        raise Stop(500, mishap, "Something broke.")
    if mishap == "nonsense":
        return Response(
            b"<html><body>Welcome to our portal!</body></html>", media_type="text/html", status_code=200
        )
    return answer(label.shown(), 201 if fresh else 200)


def _sell(
    network: Network, account: str, key: str, wanted: ShipmentIn, request_hash: str
) -> tuple[Label, bool]:
    """Sell a label or find the one sold before; say whether it is fresh."""
    with network.ledger as book:
        if before := book.row(Q.sold_by_key, Label, account=account, key=key):
            if before.request_hash != request_hash:
                raise Stop(422, "key_reused", "This key bought another label.")
            return before, False
        live = [one for one in book.rows(Q.sold_by_reference, Label, account=account, reference=wanted.reference)
                if one.voided_at is None]  # fmt: skip
        if live:
            return live[0], False
        service = {one.code: one for one in book.rows(Q.services, ServiceSold)}.get(wanted.service)
        _refuse(service, wanted)
        assert service is not None  # noqa: S101 - `_refuse` has seen to it
        now = network.now()
        serial = f"{book.value(Q.sold_count) + 1:011d}"
        number = f"{service.prefix}{serial}{check_digit(serial)}"
        expected = (datetime.fromtimestamp(now, UTC) + timedelta(days=service.days_max)).date().isoformat()
        sold_id = f"shp_{new_id().hex}"
        body = msgspec.json.encode({"request": wanted, "estimated_delivery": expected}).decode()
        book.run(
            Q.sell, id=sold_id, account=account, key=key, request_hash=request_hash, reference=wanted.reference,
            service=service.code, tracking_number=number, price_minor=price(service, wanted.weight_g), currency=service.currency, body=body, now=now,
        )  # fmt: skip
        network.schedule(account, number, [_scan("LBL", "Label sold", _place(wanted.origin), now, expected)])
        return book.rows(Q.sold_by_id, Label, account=account, id=sold_id)[0], True


def _refuse(service: ServiceSold | None, wanted: ShipmentIn) -> None:
    if service is None:
        raise Stop(422, "unknown_service", f"There is no service {wanted.service}.")
    if wanted.weight_g > HEAVIEST_G:
        raise Stop(422, "too_heavy", f"At most {HEAVIEST_G} g.")
    for address in (wanted.origin, wanted.destination):
        if not (address.country.isalpha() and address.country.isupper()) or not address.street.strip():
            raise Stop(422, "bad_address", "Street and country are needed.")


@get("/v1/shipments")
async def find(request: Asked, network: InNetwork, reference: FromQuery[str]) -> Response[Any]:
    """Find the labels of a reference: how a buyer learns what became of a call without an answer."""
    found = network.ledger.rows(Q.sold_by_reference, Label, account=authorized(request), reference=reference)
    return answer({"shipments": [label.shown() for label in found]})


@post("/v1/shipments/{shipment_id:str}/void")
async def void(request: Asked, network: InNetwork, shipment_id: FromPath[str]) -> Response[Any]:
    """Take a label back before it was handed over."""
    account = authorized(request)
    with network.ledger as book:
        label = book.row(Q.sold_by_id, Label, account=account, id=shipment_id)
        if label is None:
            raise Stop(404, "unknown_shipment", "There is no such shipment.")
        if label.manifest_id:
            raise Stop(409, "handed_over", "This parcel was handed over; ask for a refund instead.")
        if book.run(Q.void_label, id=shipment_id, now=network.now()):
            place = _place(msgspec.convert(msgspec.json.decode(label.body)["request"], ShipmentIn).origin)
            network.schedule(
                account, label.tracking_number, [_scan("VOI", "Label voided", place, network.now(), None)]
            )
        label = book.rows(Q.sold_by_id, Label, account=account, id=shipment_id)[0]
    return answer(label.shown(), 200)


@post("/v1/manifests")
async def manifest(request: Asked, network: InNetwork, data: JSONBody[ManifestIn]) -> Response[Any]:
    """Take parcels over; their journeys begin."""
    account = authorized(request)
    accepted, refused, made = [], [], f"man_{new_id().hex}"
    with network.ledger as book:
        terms = {one.code: one for one in book.rows(Q.services, ServiceSold)}
        book.run(Q.make_manifest, id=made, account=account, now=network.now())
        for shipment_id in dict.fromkeys(data.shipments):
            label = book.row(Q.sold_by_id, Label, account=account, id=shipment_id)
            if label is None or label.voided_at is not None:
                refused.append({"id": shipment_id, "code": "voided" if label else "unknown_shipment"})
                continue
            accepted.append(shipment_id)
            if label.manifest_id is None:
                book.run(Q.hand_over, id=shipment_id, manifest_id=made, now=network.now())
                _set_off(network, account, label, terms[label.service])
    return answer({"id": made, "accepted": accepted, "refused": refused}, 201)


def _set_off(network: Network, account: str, label: Label, service: ServiceSold) -> None:
    wanted = msgspec.convert(msgspec.json.decode(label.body)["request"], ShipmentIn)
    trip = Trip(
        label.tracking_number, _place(wanted.origin), _place(wanted.destination), service.days_min, service.days_max,
        datetime.fromtimestamp(network.now(), UTC),
    )  # fmt: skip
    journey = plan(trip, network.mishaps.asked.shares, network.mishaps.asked.seed)
    expected = journey.expected_at.date().isoformat()
    network.schedule(
        account, label.tracking_number,
        [_scan(s.code, s.text, s.place, s.at.timestamp(), expected, s.reason) for s in journey.scans],
    )  # fmt: skip


def _scan(
    code: str, text: str, place: Place, at: float, expected: str | None, reason: str = ""
) -> dict[str, Any]:
    local = datetime.fromtimestamp(at, place.clock).replace(microsecond=0)
    return {
        "happens_at": at, "code": code, "text": text, "reason": reason, "local_time": local.isoformat(),
        "place": {"name": place.name, "city": place.city, "country": place.country, "lat": place.lat, "lon": place.lon},
        "estimated_delivery": expected,
    }  # fmt: skip


def _place(address: Address) -> Place:
    return Place(
        address.company or address.city,
        address.city,
        address.country,
        address.lat,
        address.lon,
        address.timezone or "",
    )


@get("/v1/tracking/{number:str}")
async def follow(request: Asked, network: InNetwork, number: FromPath[str]) -> Response[Any]:
    """Tell what has happened to a parcel so far."""
    account = authorized(request)
    known = network.ledger.row(Q.sold_by_number, Label, account=account, number=number)
    if known is None or network.mishaps.draw(FOLLOWING):
        return answer({"tracking_number": number, "events": [], "warning": "not_found"})
    return answer({"tracking_number": number, "events": network.so_far(account, number)})


@get("/v1/services")
async def services(request: Asked, network: InNetwork) -> Response[Any]:
    """List what is offered."""
    authorized(request)
    return answer({"services": network.ledger.rows(Q.services, ServiceSold)})


@put("/v1/services")
async def put_services(request: Asked, network: InNetwork, data: JSONBody[ServicesIn]) -> Response[Any]:
    """Offer services, or change their terms."""
    authorized(request)
    with network.ledger as book:
        for one in data.services:
            book.run(Q.put_service, **msgspec.structs.asdict(one))
    return answer({"services": network.ledger.rows(Q.services, ServiceSold)})


@put("/v1/webhooks")
async def put_hook(request: Asked, network: InNetwork, data: JSONBody[HookIn]) -> Response[Any]:
    """Remember where to call an account."""
    network.ledger.run(Q.put_hook, account=authorized(request), url=data.url, secret=data.secret)
    return answer({"url": data.url})


@get("/v1/ledger")
async def ledger(
    request: Asked, network: InNetwork, skip: FromQuery[int] = 0, most: FromQuery[int] = 1000
) -> Response[Any]:
    """List every label sold, in order: the independent witness."""
    found = network.ledger.rows(
        Q.all_sold, Label, account=authorized(request), skip=skip, most=min(most, 10_000)
    )
    return answer({"labels": [label.shown() for label in found]})


@post("/v1/simulate/advance")
async def advance(network: InNetwork, data: JSONBody[AdvanceIn]) -> Response[Any]:
    """Move the clock; parcels travel on."""
    happened = network.advance(data.now.timestamp())
    told = await network.tell() if data.deliver else 0
    now = datetime.fromtimestamp(network.now(), UTC).isoformat()
    return answer({"now": now, "happened": happened, "told": told}, 200)


@post("/v1/simulate/mishaps")
async def set_mishaps(network: InNetwork, data: JSONBody[MishapsIn]) -> Response[Any]:
    """Say what shall go wrong from now on."""
    network.befall(data, QUOTING, SELLING, FOLLOWING, MISADVENTURES)
    return answer(data, 200)


def carrier(network: Network, keys: Sequence[str]) -> Litestar:
    """Return the carrier's application for accounts with these keys."""
    application = Litestar(
        [
            quote,
            buy,
            find,
            void,
            manifest,
            follow,
            services,
            put_services,
            put_hook,
            ledger,
            advance,
            set_mishaps,
        ],
        dependencies={"network": given(network)},
        exception_handlers={Stop: on_stop, HTTPException: on_bad_request},
        openapi_config=None,
        logging_config=None,
        request_max_body_size=2_000_000,
    )
    application.state.account_keys = frozenset(keys)
    return application


@asynccontextmanager
async def serve_carrier(
    folder: Path, port: int = 0, *, keys: Sequence[str] = ("carrier-demo-key",)
) -> AsyncIterator[str]:
    """Serve the carrier from the books in `folder`; yield its base URL."""
    book = Ledger(folder, "carrier")
    for code, prefix, days_min, days_max, base, per_kg in DEFAULT_SERVICES:
        if not any(one.code == code for one in book.rows(Q.services, ServiceSold)):
            book.run(Q.put_service, code=code, prefix=prefix, days_min=days_min, days_max=days_max, base_minor=base,
                     per_kg_minor=per_kg, currency="EUR")  # fmt: skip
    network = Network(book)
    telling = asyncio.create_task(network.tell_on())
    try:
        async with serving(carrier(network, keys), port) as url:
            yield url
    finally:
        telling.cancel()
        await asyncio.gather(telling, return_exceptions=True)
        await network.close()
