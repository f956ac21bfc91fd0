"""Speaking with Amazon: the External Fulfillment APIs (2024-09-11) and the Listings Items API (2021-08-01).

A location of ours ships itself. `getShipments` wants one status a question, so that a look goes through the statuses one after the
other. A shipment that came in is confirmed; its parcels become packages, get our carrier's tracking number as their label, and are
told shipped. Each step is taken only when the shipment does not show it yet: a step whose answer was lost is not taken twice. Too
many requests are answered 429; `x-amzn-RateLimit-Limit` says how many a second are borne. Amazon calls nobody.
"""

import re
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import httpx
import msgspec

from doorstep.stages.orders.model.shops import CALLED_OFF, Heard, Leaf, Level, ParcelLeft, Shop, ShopGoods
from doorstep.stages.orders.ports.channels.amazon.letting_in import LettingIn
from doorstep.stages.orders.ports.channels.amazon.reading import SAID, read_shipment
from doorstep.stages.orders.ports.channels.port import (
    ShopCall,
    ShopDeniesError,
    ShopRefusesError,
    ask,
    decode,
    leaf,
)

SHIPMENTS = "/externalFulfillment/2024-09-11/shipments"
INVENTORIES = "/externalFulfillment/inventory/2024-09-11/inventories"
LISTINGS = "/listings/2021-08-01/items"
PAGE = 100
GOODS_PAGE = 20
NEW = ("CREATED", "ACCEPTED")
PACKED = ("CREATED", "PICKUP_SLOT_RETRIEVED", "INVOICE_GENERATED", "SHIPLABEL_GENERATED")
LIGHTEST_G = 5
FLATTEST_MM = 10
"""Amazon takes no package that weighs or measures less."""


class _Pagination(msgspec.Struct):
    nextToken: str | None = None  # noqa: N815 - Amazon's spelling


class _Shipments(msgspec.Struct):
    shipments: list[msgspec.Raw] = []
    pagination: _Pagination = msgspec.field(default_factory=_Pagination)


class _Item(msgspec.Struct):
    sku: str


class _Items(msgspec.Struct):
    items: list[_Item] = []
    pagination: _Pagination = msgspec.field(default_factory=_Pagination)


class _Packed(msgspec.Struct, rename="camel"):
    package_line_item_id: str
    quantity: int = 0


class _Package(msgspec.Struct, rename="camel"):
    id: str
    status: str = "CREATED"
    package_line_items: list[_Packed] = []


class _Line(msgspec.Struct, rename="camel"):
    shipment_line_item_id: str
    merchant_sku: str = ""
    number_of_units: int = 0


class _Needed(msgspec.Struct):
    requirement: str = ""
    status: str = ""


class _Requirements(msgspec.Struct):
    invoice: _Needed = msgspec.field(default_factory=_Needed)


class _Shipment(msgspec.Struct, rename="camel"):
    status: str
    line_items: list[_Line] = []
    packages: list[_Package] | None = None
    shipment_requirements: _Requirements = msgspec.field(default_factory=_Requirements)

    def package(self, name: str) -> _Package | None:
        """Return a package by its id, unless it was called off."""
        gone = CALLED_OFF.upper()
        return next((one for one in self.packages or () if one.id == name and one.status != gone), None)


class _Status(msgspec.Struct):
    statusCode: int  # noqa: N815 - Amazon's spelling


class _Trouble(msgspec.Struct):
    errorType: str = ""  # noqa: N815 - Amazon's spelling


class _Counted(msgspec.Struct, rename="camel"):
    sku_id: str = ""
    actionable_errors: list[_Trouble] = []


class _Told(msgspec.Struct):
    status: _Status
    body: _Counted = msgspec.field(default_factory=_Counted)


class _Tolds(msgspec.Struct):
    responses: list[_Told] = []


class Amazon:
    """The port to a seller at Amazon; `base_url` of the shop is the region's end point of the Selling Partner API."""

    def __init__(self) -> None:
        self._letting_in = LettingIn()

    def signed(self, shop: Shop, headers: Mapping[str, str], body: bytes) -> bool:  # noqa: ARG002 - Amazon calls nobody
        """Return False: no call is Amazon's."""
        return False

    def call(self, headers: Mapping[str, str], body: bytes, now: datetime) -> ShopCall | None:  # noqa: ARG002 - as above
        """Return None: no call says anything."""
        return None

    def read(self, body: str, *, first: bool) -> Heard:
        """Understand a shipment."""
        return read_shipment(body, first=first)

    async def greet(self, http: httpx.AsyncClient, shop: Shop) -> str:
        """Return the name of our location, once its list of new shipments was readable."""
        asked = {"status": "ACCEPTED", "locationId": shop.location, "maxResults": "1"}
        decode(await self._ask(http, shop, "GET", SHIPMENTS, params=asked), _Shipments)
        return f"location {shop.location} of {shop.base_url}"

    async def changed(self, http: httpx.AsyncClient, shop: Shop, since: datetime, at: str | None) -> Leaf:
        """Return shipments of one status that changed since a moment; `next` leads through all statuses."""
        statuses = list(SAID)
        status, _, token = (at or statuses[0]).partition("|")
        asked = {
            "status": status,
            "locationId": shop.location,
            "lastUpdatedAfter": since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "maxResults": str(PAGE),
        }
        answer = await self._ask(
            http, shop, "GET", SHIPMENTS, params=asked | ({"paginationToken": token} if token else {})
        )
        found: _Shipments = decode(answer, _Shipments)
        after = statuses[statuses.index(status) + 1 :]
        more = f"{status}|{found.pagination.nextToken}" if found.pagination.nextToken else None
        bodies = [bytes(one) for one in found.shipments]
        return leaf(bodies, read_shipment, more or next(iter(after), None), by_time=False)

    async def goods(
        self, http: httpx.AsyncClient, shop: Shop, at: str | None
    ) -> tuple[list[ShopGoods], str | None]:
        """Return the listings of the seller by SKU; Amazon calls their stock by the same name."""
        asked = {"marketplaceIds": shop.market, "pageSize": str(GOODS_PAGE)} | (
            {"pageToken": at} if at else {}
        )
        answer = await self._ask(http, shop, "GET", f"{LISTINGS}/{shop.account}", params=asked)
        found: _Items = decode(answer, _Items)
        return [ShopGoods(one.sku[:64], one.sku) for one in found.items], found.pagination.nextToken

    async def confirm(self, http: httpx.AsyncClient, shop: Shop, ref: str) -> None:
        """Confirm a shipment that we took, unless it is confirmed already."""
        await self._confirm(http, shop, ref, await self._shipment(http, shop, ref))

    async def tell_parcel(self, http: httpx.AsyncClient, shop: Shop, ref: str, parcel: ParcelLeft) -> None:
        """Make a package of a parcel, label it with our tracking number, and tell that it left: each unless it is so already."""
        shipment = await self._shipment(http, shop, ref)
        await self._confirm(http, shop, ref, shipment)
        name, path = _name(parcel), f"{SHIPMENTS}/{ref}"
        package = shipment.package(name)
        if package is None:
            if not (lines := _take(shipment, parcel)):
                return
            made = {"packages": [_package(name, parcel, lines)]}
            await self._ask(http, shop, "POST", f"{path}/packages", json=made)
        if (package is None or package.status in PACKED) and _owes_invoice(shipment):
            await self._ask(http, shop, "POST", f"{path}/invoice")
        if package is None or package.status in PACKED[:-1]:
            courier = {"carrierName": parcel.carrier, "trackingId": parcel.number}
            label = {"packageIds": [name], "courierSupportedAttributes": courier}
            await self._ask(
                http, shop, "PUT", f"{path}/shipLabels", params={"operation": "GENERATE"}, json=label
            )
        if package is None or package.status in PACKED:
            await self._ask(http, shop, "PATCH", f"{path}/packages/{name}", json={"status": "SHIPPED"})

    async def tell_levels(self, http: httpx.AsyncClient, shop: Shop, levels: Sequence[Level]) -> None:
        """Set how many units can be sold at our location, ten products a call."""
        program = {"marketplaceId": shop.market, "channelName": "MFN"}
        for some in (levels[i : i + 10] for i in range(0, len(levels), 10)):
            sequence = time.time_ns() // 1_000_000  # a later count has a higher number, whoever sends it
            requests = [
                {
                    "method": "POST",
                    "uri": f"/inventory/update?{httpx.QueryParams(locationId=shop.location, skuId=one.ref)}",
                    "body": {
                        "quantity": one.available,
                        "clientSequenceNumber": sequence,
                        "marketplaceAttributes": program,
                    },
                }
                for one in some
            ]
            answer = await self._ask(http, shop, "POST", INVENTORIES, json={"requests": requests})
            _check(decode(answer, _Tolds))

    async def _shipment(self, http: httpx.AsyncClient, shop: Shop, ref: str) -> _Shipment:
        found: _Shipment = decode(await self._ask(http, shop, "GET", f"{SHIPMENTS}/{ref}"), _Shipment)
        return found

    async def _confirm(self, http: httpx.AsyncClient, shop: Shop, ref: str, shipment: _Shipment) -> None:
        if shipment.status not in NEW:
            return
        lines = [
            {"lineItem": {"id": one.shipment_line_item_id, "quantity": one.number_of_units}}
            for one in shipment.line_items
        ]
        asked = {"operation": "CONFIRM"}
        await self._ask(http, shop, "POST", f"{SHIPMENTS}/{ref}", params=asked, json={"lineItems": lines})

    async def _ask(
        self, http: httpx.AsyncClient, shop: Shop, method: str, path: str, **more: Any
    ) -> httpx.Response:
        """Ask with a token; one that ran out before its time is renewed once."""
        url = f"{shop.base_url}{path}"
        token = await self._letting_in.token(http, shop)
        try:
            return await ask(http, method, url, headers={"x-amz-access-token": token}, **more)
        except ShopDeniesError:
            self._letting_in.forget(shop)
        token = await self._letting_in.token(http, shop)
        return await ask(http, method, url, headers={"x-amz-access-token": token}, **more)


def _name(parcel: ParcelLeft) -> str:
    return re.sub(r"[^A-Za-z0-9-]", "-", parcel.number)[:36]


def _owes_invoice(shipment: _Shipment) -> bool:
    invoice = shipment.shipment_requirements.invoice
    return invoice.requirement == "REQUIRED" and invoice.status == "PENDING"


def _take(shipment: _Shipment, parcel: ParcelLeft) -> list[dict[str, Any]]:
    """Return which units of which lines a parcel holds; never more than are in no package yet."""
    gone = CALLED_OFF.upper()
    packed: dict[str, int] = {}
    for package in shipment.packages or ():
        for one in package.package_line_items if package.status != gone else ():
            packed[one.package_line_item_id] = packed.get(one.package_line_item_id, 0) + one.quantity
    left, taken = dict(parcel.lines), []
    for line in shipment.line_items:
        free = line.number_of_units - packed.get(line.shipment_line_item_id, 0)
        units = min(left.get(line.merchant_sku, 0), free)
        if units > 0:
            left[line.merchant_sku] -= units
            taken.append({"packageLineItemId": line.shipment_line_item_id, "quantity": units})
    return taken


def _package(name: str, parcel: ParcelLeft, lines: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    def cm(mm: int) -> dict[str, str]:
        return {"value": f"{max(mm, FLATTEST_MM) / 10:.1f}", "dimensionUnit": "CM"}

    return {
        "id": name,
        "dimensions": {
            "length": cm(parcel.length_mm),
            "width": cm(parcel.width_mm),
            "height": cm(parcel.height_mm),
        },
        "weight": {"value": str(max(parcel.weight_g, LIGHTEST_G)), "weightUnit": "G"},
        "packageLineItems": list(lines),
    }


def _check(answered: _Tolds) -> None:
    """Look at each answer of a batch.

    Raises:
        ShopRefusesError: a count was not taken; but what the seller does not list at the location has no count to be told.
    """
    bad = [
        f"{one.body.sku_id} ({', '.join(e.errorType for e in one.body.actionable_errors) or one.status.statusCode})"
        for one in answered.responses
        if one.status.statusCode >= 400
        and not any(e.errorType == "INVALID_SKU" for e in one.body.actionable_errors)
    ]
    if bad:
        raise ShopRefusesError(f"Amazon did not take the stock of {', '.join(bad)[:300]}.")
