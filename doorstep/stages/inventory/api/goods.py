"""Stock, receipts, adjustments and movements as JSON."""

from datetime import date
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.params import QueryParameter
from msgspec import Meta

from doorstep.platform.auth import DESK, Principal, Role, allow
from doorstep.platform.db import Tx
from doorstep.platform.edge import Asked, Caller, FromPath, FromQuery, InHouse, JSONBody
from doorstep.platform.errors import unknown
from doorstep.platform.idempotency import once
from doorstep.stages import catalog
from doorstep.stages.catalog import Product
from doorstep.stages.inventory.acts import importing, looking, moving
from doorstep.stages.inventory.model import (
    LOT_MAX,
    NUMBERED_MAX,
    QUANTITY_MAX,
    SERIAL_MAX,
    Adjustment,
    Held,
    LedgerLine,
    Level,
    Lying,
    Movement,
    Receipt,
)

READERS = (*DESK, Role.VIEWER, Role.MERCHANT, Role.PICKER, Role.PACKER)
FLOOR = (*DESK, Role.PICKER, Role.PACKER)
NO_NUL = r"^[^\x00]*$"
Quantity = Annotated[int, Meta(ge=1, le=QUANTITY_MAX, description="Whole units.")]
Place = Annotated[
    str,
    Meta(
        pattern=r"^(bin:[!-~]{1,40}|tote:[!-~]{1,40}|parcel|quarantine|damaged)$",
        max_length=45,
        description="`bin:A-01-02`, `tote:T-7`, `parcel`, `quarantine` or `damaged`.",
    ),
]
Number = Annotated[str, Meta(min_length=1, max_length=SERIAL_MAX, pattern=r"^[!-~]+$")]
Numbers = Annotated[
    list[Number],
    Meta(
        max_length=NUMBERED_MAX,
        description="The number of each unit, of a product whose units are all known by number.",
    ),
]
Why = Annotated[str, Meta(min_length=1, max_length=60, pattern=NO_NUL, description="Why, in a word or two.")]


class StockOut(msgspec.Struct):
    """Where a product is: per site, per place, and who holds it."""

    product: Product
    available: int
    levels: list[Level]
    places: list[Lying]
    holders: list[Held]


class LedgerOut(msgspec.Struct):
    """A page of a product's movements, newest first; `next` is the cursor of the page after it."""

    items: list[LedgerLine]
    next: UUID | None


async def product_of(tx: Tx, product_id: UUID, who: Principal) -> Product:
    """Return a product that the caller may see.

    Raises:
        Refused: it is not there, or not for this caller.
    """
    found = await catalog.products(tx, [product_id])
    if not found or who.merchant_id not in (None, found[0].merchant_id):
        raise unknown("product", product_id)
    return found[0]


@get("/api/stock/{product_id:uuid}", opt=allow(*READERS, scope="stock:read"))
async def read_stock(house: InHouse, who: Caller, product_id: FromPath[UUID]) -> StockOut:
    """Show where a product is, and who holds it."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        product = await product_of(tx, product_id, who)
        return StockOut(
            product,
            (await looking.available(tx, [product_id]))[product_id],
            await looking.levels(tx, [product_id]),
            await looking.lying(tx, [product_id]),
            await looking.held_by(tx, product_id),
        )


@get("/api/stock/{product_id:uuid}/ledger", opt=allow(*READERS, scope="stock:read"))
async def read_ledger(
    house: InHouse,
    who: Caller,
    product_id: FromPath[UUID],
    before: FromQuery[UUID | None] = None,
    limit: Annotated[int, QueryParameter(ge=1, le=200)] = 100,
) -> LedgerOut:
    """Show how a product came to be where it is, newest first, one page at a time."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        await product_of(tx, product_id, who)
        found = await looking.ledger_of(tx, product_id, before=before, most=limit + 1)
    return LedgerOut(found[:limit], found[limit - 1].id if len(found) > limit else None)


@get("/api/stock", opt=allow(*READERS, scope="stock:read"))
async def read_place(
    house: InHouse,
    who: Caller,
    site_id: FromQuery[UUID],
    place: Annotated[
        str, QueryParameter(max_length=45, pattern=NO_NUL, description="`bin:A-01-02`, `tote:T-7`...")
    ],
) -> list[Lying]:
    """Show what lies in one place of a site."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        found = await looking.lies_in(tx, site_id, place)
        if who.merchant_id is None:
            return found
        mine = {
            one.id
            for one in await catalog.products(tx, [one.product_id for one in found])
            if one.merchant_id == who.merchant_id
        }
        return [one for one in found if one.product_id in mine]


class ReceiptIn(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Goods that arrive and are put to a place."""

    site_id: UUID
    product_id: UUID
    place: Place
    quantity: Quantity
    reference: UUID | None = None
    lot: Annotated[str, Meta(max_length=LOT_MAX, pattern=NO_NUL, description="As it is printed.")] = ""
    expires_on: Annotated[date, Meta(description="The last day on which the lot may be sold.")] | None = None
    serials: Numbers = []


class ReceiptsIn(msgspec.Struct, forbid_unknown_fields=True):
    """Goods that arrive together; all are taken in, or none."""

    receipts: Annotated[list[ReceiptIn], Meta(min_length=1, max_length=1000)]


class ReceiptsOut(msgspec.Struct):
    """The receipts' ids, in order, under which the journal and the ledger know them."""

    ids: list[UUID]


@post("/api/receipts", opt=allow(*FLOOR, scope="stock:write"))
async def receive(
    data: JSONBody[ReceiptsIn], request: Asked, house: InHouse, who: Caller
) -> Response[ReceiptsOut]:
    """Take goods in; they can be sold at once, unless they go to quarantine."""

    async def act(tx: Tx) -> ReceiptsOut:
        receipts = [Receipt(**msgspec.structs.asdict(one)) for one in data.receipts]
        return ReceiptsOut(await moving.receive(tx, receipts))

    return await once(request, house, who, act)  # type: ignore[return-value]


class AdjustmentIn(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Units that turned up (positive) or are gone (negative)."""

    site_id: UUID
    product_id: UUID
    place: Place
    quantity: Annotated[int, Meta(ge=-QUANTITY_MAX, le=QUANTITY_MAX, description="Not zero.")]
    reason: Why
    reference: UUID | None = None
    serials: Numbers = []


class AdjustmentsIn(msgspec.Struct, forbid_unknown_fields=True):
    """Corrections that belong together; all are made, or none."""

    adjustments: Annotated[list[AdjustmentIn], Meta(min_length=1, max_length=1000)]


class LevelsOut(msgspec.Struct):
    """What sites hold and have promised of the products concerned, afterwards."""

    levels: list[Level]


@post("/api/adjustments", opt=allow(*DESK, scope="stock:write"))
async def adjust(
    data: JSONBody[AdjustmentsIn], request: Asked, house: InHouse, who: Caller
) -> Response[LevelsOut]:
    """Correct what lies in places; promises that are not covered any more are broken, the youngest first, and told."""

    async def act(tx: Tx) -> LevelsOut:
        products = [one.product_id for one in data.adjustments]
        await moving.adjust(tx, [Adjustment(**msgspec.structs.asdict(one)) for one in data.adjustments])
        return LevelsOut(await looking.levels(tx, products))

    return await once(request, house, who, act)  # type: ignore[return-value]


class MovementIn(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Units that change place within a site."""

    site_id: UUID
    product_id: UUID
    from_place: Place
    to_place: Place
    quantity: Quantity
    reason: Why = "moved"
    reference: UUID | None = None
    lot: Annotated[
        str, Meta(max_length=LOT_MAX, pattern=NO_NUL, description="Which lot; else what expires first.")
    ] = ""
    serials: Annotated[Numbers, Meta(description="Which units, if not all that lie there.")] = []


class MovementsIn(msgspec.Struct, forbid_unknown_fields=True):
    """Movements that belong together; all are made, or none."""

    movements: Annotated[list[MovementIn], Meta(min_length=1, max_length=1000)]


@post("/api/movements", opt=allow(*FLOOR, scope="stock:write"))
async def move(
    data: JSONBody[MovementsIn], request: Asked, house: InHouse, who: Caller
) -> Response[LevelsOut]:
    """Move goods between bins, totes and quarantine."""

    async def act(tx: Tx) -> LevelsOut:
        products = [one.product_id for one in data.movements]
        await moving.move(tx, [Movement(**msgspec.structs.asdict(one)) for one in data.movements])
        return LevelsOut(await looking.levels(tx, products))

    return await once(request, house, who, act)  # type: ignore[return-value]


class ImportIn(msgspec.Struct, forbid_unknown_fields=True):
    """A table of goods as CSV: merchant, sku, site, bin, quantity."""

    csv: Annotated[str, Meta(min_length=3, max_length=9_000_000, description="With a heading line.")]
    preview: Annotated[bool, Meta(description="Give the verdicts and write nothing.")] = False


@post("/api/stock/import", opt=allow(*DESK, scope="stock:write"), status_code=200)
async def import_stock(
    data: JSONBody[ImportIn], request: Asked, house: InHouse, who: Caller
) -> Response[importing.Imported]:
    """Take in a table of goods: every good row is received, every faulty one refused with what to do."""
    rows = importing.read(data.csv)

    async def act(tx: Tx) -> importing.Imported:
        return await importing.import_stock(tx, rows, merchant_id=who.merchant_id, preview=data.preview)

    return await once(request, house, who, act, status=200)  # type: ignore[return-value]


ROUTES = [
    read_stock,
    read_ledger,
    read_place,
    receive,
    adjust,
    move,
    import_stock,
]
