"""Arrivals and suppliers as JSON: what is to come, from whom, and how far it is."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Response, get, post, put
from litestar.params import QueryParameter
from msgspec import Meta

from doorstep.platform.auth import DESK, Principal, Role, allow
from doorstep.platform.db import Tx
from doorstep.platform.edge import Asked, Caller, FromPath, FromQuery, InHouse, JSONBody
from doorstep.platform.errors import Fault, Reason, Refused, invalid
from doorstep.platform.idempotency import once
from doorstep.stages import catalog
from doorstep.stages.catalog import Product
from doorstep.stages.inventory.acts.receiving import announcing, expecting, scoring
from doorstep.stages.inventory.acts.receiving.announcing import Noted
from doorstep.stages.inventory.acts.receiving.expecting import Line
from doorstep.stages.inventory.acts.receiving.scoring import Score
from doorstep.stages.inventory.api.goods import NO_NUL, READERS, Quantity, Why
from doorstep.stages.inventory.model import LOT_MAX
from doorstep.stages.inventory.model.arrivals import (
    LINES_MAX,
    PLATES_MAX,
    REFERENCE_MAX,
    Announced,
    AnnouncedLine,
    Arrival,
    ArrivalPlate,
    ArrivalState,
    Packed,
    Sent,
    Supplier,
)

TELLERS = (*DESK, Role.MERCHANT)
"""Who says what is to come."""

Name = Annotated[str, Meta(min_length=1, max_length=REFERENCE_MAX, pattern=NO_NUL)]
Text = Annotated[str, Meta(max_length=REFERENCE_MAX, pattern=NO_NUL)]
Sscc = Annotated[str, Meta(max_length=20, pattern=NO_NUL, description="18 digits, the check digit last.")]
NOBODY = UUID(int=0)


class LineIn(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Units of a product that are to come."""

    sku: Name
    expected: Quantity
    lot: Annotated[str, Meta(max_length=LOT_MAX, pattern=NO_NUL)] = ""
    expires_on: date | None = None


class StoodIn(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Goods from a supplier, under the number on their papers."""

    site: Annotated[
        Text, Meta(description="Code of the warehouse; may be left out if there is one only.")
    ] = ""
    merchant: Annotated[Text, Meta(description="Code; may be left out if there is one only.")] = ""
    supplier: Annotated[Name, Meta(description="Code; a supplier who is new is added.")]
    supplier_name: Text = ""
    reference: Annotated[Name, Meta(description="Number of the order or announcement.")]


class PackedIn(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A plate that goods are to come on, and what stands on it, without what stands on the plates on it."""

    plate: Sscc
    onto: Annotated[Sscc, Meta(description="SSCC of the plate that it stands on, if on one.")] = ""
    lines: Annotated[list[LineIn], Meta(max_length=LINES_MAX)] = []


class ArrivalIn(StoodIn, forbid_unknown_fields=True, kw_only=True):
    """What a supplier is to bring: an order of the merchant, or a delivery that they announce."""

    expected_on: date | None = None
    carrier: Text = ""
    carrier_reference: Annotated[Text, Meta(description="Waybill, container, tracking number.")] = ""
    plates: Annotated[list[Sscc], Meta(max_length=PLATES_MAX)] = []
    lines: Annotated[list[LineIn], Meta(min_length=1, max_length=LINES_MAX)]
    packed: Annotated[
        list[PackedIn],
        Meta(max_length=PLATES_MAX, description="What stands on which plate: a part of the lines."),
    ] = []


class ArrivalsIn(msgspec.Struct, forbid_unknown_fields=True):
    """What is to come; all is written down, or nothing."""

    arrivals: Annotated[list[ArrivalIn], Meta(min_length=1, max_length=200)]


class NotedOut(msgspec.Struct):
    """One answer per arrival, in order; `created` is false for one that was announced before."""

    arrivals: list[Noted]


class PageOut(msgspec.Struct):
    """A page of arrivals; `next` is the cursor of the page after it."""

    items: list[Arrival]
    next: str | None


class ArrivalOut(msgspec.Struct):
    """An arrival with its lines and plates."""

    arrival: Arrival
    lines: list[Line]
    plates: list[ArrivalPlate]


@post("/api/arrivals", opt=allow(*TELLERS, scope="stock:write"))
async def announce(
    data: JSONBody[ArrivalsIn], request: Asked, house: InHouse, who: Caller
) -> Response[NotedOut]:
    """Announce what suppliers are to bring; what was announced under its reference before is answered, and stays as it is."""

    async def act(tx: Tx) -> NotedOut:
        return NotedOut(await announcing.announce(tx, await _named(tx, data.arrivals, who)))

    return await once(request, house, who, act)  # type: ignore[return-value]


async def _named(tx: Tx, asked: list[ArrivalIn], who: Principal) -> list[Announced]:
    """Return what is announced with ids for codes and SKUs; what is not there gets an id that nothing has."""
    sellers, sites = await codes(tx, who)
    named = [unannounced(one, sellers, sites) for one in asked]
    wanted = [
        (one.merchant_id, line.sku)
        for one, told in zip(named, asked, strict=True)
        for lines in (told.lines, *(plate.lines for plate in told.packed))
        for line in lines
    ]
    products = await catalog.products_by_sku(tx, wanted)

    return [
        replace(
            one,
            expected_on=told.expected_on,
            carrier=told.carrier,
            carrier_reference=told.carrier_reference,
            plates=told.plates,
            lines=_lines(one.merchant_id, told.lines, products),
            packed=_packed(one.merchant_id, told.packed, products),
        )
        for one, told in zip(named, asked, strict=True)
    ]


def _lines(
    seller: UUID, lines: Sequence[LineIn], products: Mapping[tuple[UUID, str], Product]
) -> list[AnnouncedLine]:
    return [
        AnnouncedLine(
            product_id=products[seller, line.sku].id if (seller, line.sku) in products else NOBODY,
            expected=line.expected,
            lot=line.lot,
            expires_on=line.expires_on,
        )
        for line in lines
    ]


def _packed(
    seller: UUID, plates: Sequence[PackedIn], products: Mapping[tuple[UUID, str], Product]
) -> list[Packed]:
    return [
        Packed(plate=one.plate, onto=one.onto, lines=_lines(seller, one.lines, products)) for one in plates
    ]


async def codes(tx: Tx, who: Principal) -> tuple[dict[str, UUID], dict[str, UUID]]:
    """Return the merchants that the caller may name, and the warehouses, by code."""
    sellers = await catalog.merchants_of(tx, None if who.merchant_id is None else [who.merchant_id])
    return (
        {one.code: one.id for one in sellers.values()},
        {one.code: one.id for one in await catalog.warehouses(tx)},
    )


def unannounced(one: StoodIn, sellers: Mapping[str, UUID], sites: Mapping[str, UUID]) -> Announced:
    """Return whose goods come from whom to where; what is not there gets an id that nothing has."""
    return Announced(
        merchant_id=_meant(sellers, one.merchant),
        site_id=_meant(sites, one.site),
        supplier=one.supplier.strip(),
        supplier_name=one.supplier_name.strip(),
        reference=one.reference.strip(),
    )


def _meant(by_code: Mapping[str, UUID], code: str) -> UUID:
    """Return what a code names; without one the only one that there is."""
    if code:
        return by_code.get(code, NOBODY)
    return next(iter(by_code.values())) if len(by_code) == 1 else NOBODY


def write_cursor(last: Arrival) -> str:
    """Return the text that goes on after this arrival."""
    key = msgspec.json.encode((last.expected_on or date.max, last.id))
    return urlsafe_b64encode(key).decode().rstrip("=")


def read_cursor(cursor: str) -> tuple[date, UUID]:
    """Return the place in the list after which to go on; an empty cursor begins at its first.

    Raises:
        Refused: it is none of ours.
    """
    if not cursor:
        return expecting.START
    try:
        return msgspec.json.decode(
            urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)), type=tuple[date, UUID]
        )
    except ValueError as error:
        fault = Fault("", "cursor", "`cursor` is none of ours. Take it from the answer before.")
        raise invalid([fault]) from error


async def page_of(
    tx: Tx, state: str, cursor: str, most: int, merchant_id: UUID | None, site_id: UUID | None = None
) -> list[Arrival]:
    """Return a page of arrivals: what is to come by its day, what is over by its age, the newest first."""
    after = read_cursor(cursor)
    if state in expecting.COMING or not state:
        states = [state] if state else expecting.COMING
        return await expecting.arrivals(
            tx, states=states, merchant_id=merchant_id, site_id=site_id, after=after, most=most
        )
    before = after[1] if cursor else expecting.END
    return await expecting.arrivals_over(
        tx, state, merchant_id=merchant_id, site_id=site_id, before=before, most=most
    )


@get("/api/arrivals", opt=allow(*READERS, scope="stock:read"))
async def read_arrivals(
    house: InHouse,
    who: Caller,
    of_state: Annotated[
        ArrivalState | None,
        QueryParameter(name="state", description="Those that are not over unless one is named."),
    ] = None,
    site_id: FromQuery[UUID | None] = None,
    cursor: Annotated[str, QueryParameter(max_length=200, pattern=NO_NUL)] = "",
    limit: Annotated[int, QueryParameter(ge=1, le=200)] = 50,
) -> PageOut:
    """List what is to come by its day, or what is over, the newest first; `waiting` says how many orders wait for something of it."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        found = await page_of(tx, str(of_state or ""), cursor, limit + 1, who.merchant_id, site_id)
    return PageOut(found[:limit], write_cursor(found[limit - 1]) if len(found) > limit else None)


@get("/api/arrivals/{arrival_id:uuid}", opt=allow(*READERS, scope="stock:read"))
async def read_arrival(house: InHouse, who: Caller, arrival_id: FromPath[UUID]) -> ArrivalOut:
    """Show an arrival: its lines with what came of each, and its plates."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        return await shown(tx, arrival_id, who.merchant_id)


async def shown(tx: Tx, arrival_id: UUID, merchant_id: UUID | None) -> ArrivalOut:
    """Return an arrival as it is now."""
    return ArrivalOut(
        await expecting.arrival_of(tx, arrival_id, merchant_id),
        await expecting.lines_of(tx, arrival_id),
        await expecting.plates_of(tx, arrival_id),
    )


class SentIn(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What the supplier says when goods are on their way; what is left out stays as it was."""

    expected_on: date | None = None
    carrier: Text = ""
    carrier_reference: Text = ""
    plates: Annotated[list[Sscc], Meta(max_length=PLATES_MAX)] = []
    packed: Annotated[
        list[PackedIn],
        Meta(
            max_length=PLATES_MAX,
            description="What stands on which plate; of one named before it counts anew.",
        ),
    ] = []


@post("/api/arrivals/{arrival_id:uuid}/sent", opt=allow(*TELLERS, scope="stock:write"), status_code=200)
async def send(
    data: JSONBody[SentIn], request: Asked, house: InHouse, who: Caller, arrival_id: FromPath[UUID]
) -> Response[ArrivalOut]:
    """Say that goods are on their way: with whom, when they are expected, on which plates."""

    async def act(tx: Tx) -> ArrivalOut:
        merchant_id = (await expecting.arrival_of(tx, arrival_id, who.merchant_id)).merchant_id
        skus = [(merchant_id, line.sku) for plate in data.packed for line in plate.lines]
        products = await catalog.products_by_sku(tx, skus) if skus else {}
        packed = _packed(merchant_id, data.packed, products)
        await announcing.send(tx, arrival_id, Sent(**{**msgspec.structs.asdict(data), "packed": packed}))
        return await shown(tx, arrival_id, who.merchant_id)

    return await once(request, house, who, act, status=200)  # type: ignore[return-value]


class CancelIn(msgspec.Struct, forbid_unknown_fields=True):
    """Why it does not come."""

    why: Why


@post("/api/arrivals/{arrival_id:uuid}/cancel", opt=allow(*TELLERS, scope="stock:write"), status_code=200)
async def cancel(
    data: JSONBody[CancelIn], request: Asked, house: InHouse, who: Caller, arrival_id: FromPath[UUID]
) -> Response[ArrivalOut]:
    """Call an arrival off that has not come."""

    async def act(tx: Tx) -> ArrivalOut:
        await expecting.arrival_of(tx, arrival_id, who.merchant_id)
        await announcing.cancel(tx, arrival_id, data.why)
        return await shown(tx, arrival_id, who.merchant_id)

    return await once(request, house, who, act, status=200)  # type: ignore[return-value]


@get("/api/suppliers", opt=allow(*DESK, Role.VIEWER, Role.MERCHANT, scope="stock:read"))
async def read_suppliers(house: InHouse, who: Caller) -> list[Supplier]:
    """List the suppliers and what is agreed with each."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        return await expecting.suppliers(tx, merchant_id=who.merchant_id)


@get(
    "/api/suppliers/{supplier_id:uuid}/score",
    opt=allow(*DESK, Role.VIEWER, Role.MERCHANT, scope="stock:read"),
)
async def read_score(
    house: InHouse,
    who: Caller,
    supplier_id: FromPath[UUID],
    days: Annotated[
        int, QueryParameter(ge=1, le=3650, description="Arrivals closed in that time.")
    ] = scoring.DAYS,
) -> Score:
    """Say how a supplier kept its word: on time, in full, both, damaged or refused, by what was scanned."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        await expecting.supplier_of(tx, supplier_id, who.merchant_id)
        return (await scoring.scores(tx, [supplier_id], days=days))[supplier_id]


class TermsIn(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What is agreed with a supplier; what is left out stays as it was."""

    name: Name | None = None
    over_percent: (
        Annotated[int, Meta(ge=0, le=100, description="More than expected that is taken in at once.")] | None
    ) = None
    hides_expected: Annotated[bool, Meta(description="Who counts is not told what is expected.")] | None = (
        None
    )
    sends_unannounced: Annotated[bool, Meta(description="Unannounced goods are taken in.")] | None = None


@put("/api/suppliers/{supplier_id:uuid}", opt=allow(*DESK, scope="stock:write"))
async def change_supplier(
    data: JSONBody[TermsIn], house: InHouse, who: Caller, supplier_id: FromPath[UUID]
) -> Supplier:
    """Change what is agreed with a supplier."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        there = await expecting.supplier_of(tx, supplier_id, who.merchant_id)
        said = {name: of for name, of in msgspec.structs.asdict(data).items() if of is not None}
        if not said:
            raise Refused(Reason.INVALID, "Nothing is to be changed. Name what is agreed otherwise.")
        changed = replace(there, **said)
        await announcing.change_supplier(tx, changed)
        return changed


ROUTES = [announce, read_arrivals, read_arrival, send, cancel, read_suppliers, read_score, change_supplier]
