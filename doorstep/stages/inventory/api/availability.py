"""What can be sold, as JSON and CSV: asked for by SKU, followed change by change, or taken as a whole."""

import asyncio
import csv
import io
import time
from collections.abc import AsyncIterator, Mapping
from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from litestar import get
from litestar.params import QueryParameter
from litestar.response import Stream
from msgspec import Meta

from doorstep.platform.auth import DESK, Principal, Role, allow
from doorstep.platform.cells import inert
from doorstep.platform.db import Tx
from doorstep.platform.edge import Asked, Caller, InHouse
from doorstep.platform.errors import Fault, Reason, Refused, invalid, unknown
from doorstep.platform.house import House
from doorstep.stages import catalog
from doorstep.stages.inventory.acts import keeping, telling
from doorstep.stages.inventory.acts.receiving import expecting
from doorstep.stages.inventory.acts.telling import Changes
from doorstep.stages.inventory.api.following import following
from doorstep.stages.inventory.model.arrivals import Incoming
from doorstep.stages.inventory.rules import Cursor, read_cursor

READERS = (*DESK, Role.VIEWER, Role.MERCHANT, Role.PICKER, Role.PACKER)
CHANNELS = (*DESK, Role.VIEWER, Role.MERCHANT)
SKUS_MAX = 200
WAIT_MAX_S = 30
EXPORT_AT_ONCE = 1000
MerchantCode = Annotated[
    str, QueryParameter(max_length=40, description="Code; may be left out if there is one merchant only.")
]


class AvailableOut(msgspec.Struct):
    """How often a product can be sold right now; a kit as often as its scarcest component allows."""

    sku: str
    merchant: str
    product_id: UUID
    available: Annotated[int, Meta(description="Less what is kept back from the caller's key.")]
    incoming: Annotated[
        int, Meta(description="Units announced by suppliers and not here yet; not for sale.")
    ] = 0
    incoming_on: Annotated[date, Meta(description="When the first of them are expected.")] | None = None
    backorder: Annotated[
        int, Meta(description="Units besides that may be ordered without being there; they are owed.")
    ] = 0
    ships_on: (
        Annotated[date, Meta(description="It leaves from this day on, whether it is there or not.")] | None
    ) = None


class AvailabilityOut(msgspec.Struct):
    """What can be sold right now, in the order asked, and which SKUs there are not."""

    items: list[AvailableOut]
    unknown: Annotated[list[str], Meta(description="No product of the merchant has this SKU.")]


@get("/api/availability", opt=allow(*READERS, scope="stock:read"))
async def read_availability(
    house: InHouse,
    who: Caller,
    sku: Annotated[
        list[str],
        QueryParameter(min_items=1, max_items=SKUS_MAX, description="Repeat it, or divide by commas: `A,B`."),
    ],
    merchant: MerchantCode = "",
) -> AvailabilityOut:
    """Say what can be sold right now of up to 200 SKUs of a merchant, and name those that are not there."""
    skus = list(dict.fromkeys(one for text in sku for one in text.split(",") if one))
    if not 1 <= len(skus) <= SKUS_MAX or any("\x00" in one for one in skus):
        raise invalid([Fault("", "sku", f"Ask for 1 to {SKUS_MAX} SKUs at once; this asks for {len(skus)}.")])
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        seller_id, code = await _seller(tx, who, merchant)
        found = {one.sku: one for one in await keeping.sellable(tx, seller_id, skus, who.key_id)}
        coming = await expecting.incoming(tx, [one.product_id for one in found.values()])
    items = [_available(found[one], code, coming) for one in skus if one in found]
    return AvailabilityOut(items, [one for one in skus if one not in found])


def _available(one: keeping.Sellable, merchant: str, coming: Mapping[UUID, Incoming]) -> AvailableOut:
    there = AvailableOut(one.sku, merchant, one.product_id, one.available)
    there.backorder, there.ships_on = one.backorder or 0, one.ships_on
    if one.product_id in coming:
        there.incoming, there.incoming_on = coming[one.product_id].units, coming[one.product_id].expected_on
    return there


async def _seller(tx: Tx, who: Principal, code: str) -> tuple[UUID, str]:
    """Return the merchant whose SKUs are meant."""
    sellers = await catalog.merchants_of(tx, None if who.merchant_id is None else [who.merchant_id])
    meant = [one for one in sellers.values() if code in ("", one.code)]
    if code and not meant:
        raise unknown("merchant", code)
    if len(meant) != 1:
        raise Refused(Reason.INVALID, "Name the merchant whose SKUs these are: `merchant=CODE`.")
    return meant[0].id, meant[0].code


class ChangeOut(msgspec.Struct):
    """The newest value of a product that changed."""

    sku: str
    merchant: str
    product_id: UUID
    available: Annotated[int, Meta(description="Less what is kept back from the caller's key.")]
    changed_at: datetime


class ChangesOut(msgspec.Struct):
    """What changed, the oldest change first; each product at most once."""

    changes: list[ChangeOut]
    cursor: Annotated[str, Meta(description="Go on with `after=` this.", examples=["0.1041"])]
    more: Annotated[bool, Meta(description="There is more already: ask again at once.")]


@get("/api/availability/changes", opt=allow(*CHANNELS, scope="stock:read"))
async def read_changes(
    request: Asked,
    house: InHouse,
    who: Caller,
    after: Annotated[
        str,
        QueryParameter(max_length=30, description="The cursor of the answer before; without it, everything."),
    ] = "",
    wait: Annotated[
        int,
        QueryParameter(ge=0, le=WAIT_MAX_S, description="Seconds to wait for a change when there is none."),
    ] = 0,
    most: Annotated[int, QueryParameter(ge=1, le=telling.CHANGES_MAX)] = telling.CHANGES_MAX,
) -> ChangesOut:
    """Follow what can be sold: what changed since a cursor, the newest value of each product; waits for a change if asked to."""
    begin = read_cursor(after) if after else None
    if after and begin is None:
        raise invalid([Fault("", "cursor", "`after` is no cursor. Take it from the answer before.")])
    until = time.monotonic() + wait
    found = await _changes(house, who, begin, most)
    if wait and not found.items:
        async with following(request, house, who.tenant_id) as follower:
            while not found.items and (left := until - time.monotonic()) > 0:
                news = follower.news
                found = await _changes(house, who, found.cursor, most)
                if not found.items:
                    await _wait(news, left)
    items = [
        ChangeOut(one.sku, one.merchant, one.product_id, one.available, one.changed_at) for one in found.items
    ]
    return ChangesOut(items, str(found.cursor), found.more)


async def _changes(house: House, who: Principal, after: Cursor | None, most: int) -> Changes:
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        await telling.take_changes(tx)
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        return await telling.changes(tx, after, channel_id=who.key_id, merchant_id=who.merchant_id, most=most)


async def _wait(news: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(news.wait(), seconds)
    except TimeoutError:
        return


@get("/api/availability/export", opt=allow(*CHANNELS, scope="stock:read"), media_type="text/csv")
async def export_availability(
    house: InHouse,
    who: Caller,
    form: Annotated[
        Literal["csv", "ndjson"], QueryParameter(description="`csv` with a heading, or `ndjson`.")
    ] = "csv",
) -> Stream:
    """Take all that can be sold as one file: merchant, sku, available. It ends with the cursor to go on from in `x-cursor`."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        await telling.take_changes(tx)
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        end = await telling.feed_at(tx, who.key_id)
    return Stream(
        _lines(house, who, form),
        media_type="text/csv; charset=utf-8" if form == "csv" else "application/x-ndjson",
        headers={
            "content-disposition": f'attachment; filename="availability.{form}"',
            "x-cursor": str(end),
        },
    )


async def _lines(house: House, who: Principal, form: str) -> AsyncIterator[bytes]:
    """Write page after page; what changes meanwhile moves to the end and is written once more, with its newest value."""
    if form == "csv":
        yield b"merchant,sku,available\r\n"
    at: Cursor | None = Cursor(0, 0)
    while at is not None:
        async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
            page = await telling.changes(
                tx,
                at if at.seq else None,
                channel_id=who.key_id,
                merchant_id=who.merchant_id,
                most=EXPORT_AT_ONCE,
            )
        rows = [(one.merchant, one.sku, one.available) for one in page.items]
        yield _csv(rows) if form == "csv" else _ndjson(rows)
        at = page.cursor if page.more else None


def _csv(rows: list[tuple[str, str, int]]) -> bytes:
    """Spell rows; a text that a spreadsheet would run is led by an apostrophe."""
    text = io.StringIO()
    csv.writer(text).writerows((inert(merchant), inert(sku), units) for merchant, sku, units in rows)
    return text.getvalue().encode()


def _ndjson(rows: list[tuple[str, str, int]]) -> bytes:
    return b"".join(
        msgspec.json.encode({"merchant": merchant, "sku": sku, "available": units}) + b"\n"
        for merchant, sku, units in rows
    )


ROUTES = [read_availability, read_changes, export_availability]
