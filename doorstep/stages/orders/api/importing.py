"""A table of orders comes in as one file: CSV or XLSX, with a verdict per order."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import post
from msgspec import Meta
from psycopg import errors

from doorstep.platform.auth import DESK, Principal, Role, allow
from doorstep.platform.db import broken_rule
from doorstep.platform.edge import Caller, InHouse, JSONBody
from doorstep.platform.errors import Fault, invalid, unknown
from doorstep.platform.house import House
from doorstep.platform.thinking import ThinkingFailed, think
from doorstep.stages.orders.acts import find_merchant, importing
from doorstep.stages.orders.api.intake import sender
from doorstep.stages.orders.model.sheets import Columns, ReadOrder, Sheet, SheetVerdict
from doorstep.stages.orders.ports.channels.sheet import UnreadableError, read_sheet
from doorstep.stages.orders.rules.columns import WANTED, layout_of, missing
from doorstep.stages.orders.rules.rows import read_orders

FILE_MAX = 7_000_000
READ_WITHIN_S = 90.0
HERE_MAX = 200_000
"""Bytes of a plain file that are read at once; larger ones, and every archive, are read in another process."""


class SheetIn(msgspec.Struct, forbid_unknown_fields=True):
    """A table of orders."""

    file: Annotated[
        bytes,
        Meta(min_length=1, max_length=FILE_MAX, description="CSV in UTF-8 or XLSX, in base64; 7 MB at most."),
    ]
    merchant: Annotated[
        str | None, Meta(description="The merchant's code; may be left out by a key of one merchant.")
    ] = None
    columns: Annotated[
        dict[str, str] | None,
        Meta(
            description='Heading by what it means, like {"sku": "Article"}. Left out: as last time for these'
            " headings, else guessed.",
        ),
    ] = None
    preview: Annotated[bool, Meta(description="Give the verdicts and write nothing.")] = False


class CellOut(msgspec.Struct):
    """What is wrong in one cell. The heading is row 1."""

    row: int
    field: str
    value: str
    message: str


class OrderRowOut(msgspec.Struct, kw_only=True, omit_defaults=True):
    """The verdict on one order of a table."""

    reference: str
    rows: list[int]
    outcome: str
    id: UUID | None = None
    number: int | None = None
    holds: list[str] = []
    errors: list[CellOut] = []


class SheetOut(msgspec.Struct, kw_only=True):
    """What became of a table: which column meant what, how many orders of each kind, and a verdict per order."""

    columns: dict[str, str]
    created: int = 0
    held: int = 0
    duplicate: int = 0
    refused: int = 0
    orders: list[OrderRowOut]


async def read_file(content: bytes) -> Sheet:
    """Read a file, where it cannot hurt: archives and large files in another process, under a deadline.

    Raises:
        Refused: it is not a table; says why, and what to do.
    """
    try:
        if len(content) <= HERE_MAX and not content.startswith(b"PK"):
            return read_sheet(content)
        return await think(read_sheet, content, seconds=READ_WITHIN_S)
    except UnreadableError as error:
        raise invalid([Fault("/file", "unreadable", str(error))]) from None
    except ThinkingFailed:
        message = "The file took too long to read. Save the orders alone to a new file, or send it in parts."
        raise invalid([Fault("/file", "unreadable", message)]) from None


def understand(sheet: Sheet, said: Mapping[str, str]) -> Columns:
    """Return the columns that a caller named by their headings.

    Raises:
        Refused: a name or a heading is not known.
    """
    names = {one.name for one in WANTED}
    found = [
        Fault(
            f"/columns/{name}",
            "unknown_column",
            f"There is no {name!r} to import. Known: {', '.join(sorted(names))}.",
        )
        for name in said
        if name not in names
    ]
    found += [
        Fault(
            f"/columns/{name}",
            "unknown_heading",
            f"The table has no column {heading!r}. Copy the heading as it is.",
        )
        for name, heading in said.items()
        if heading not in sheet.headings
    ]
    if found:
        raise invalid(found)
    return {name: sheet.headings.index(heading) for name, heading in said.items()}


def check_columns(columns: Columns) -> None:
    """Refuse a table in which something needed has no column.

    Raises:
        Refused: names each.
    """
    if lacking := missing(columns):
        raise invalid(
            [
                Fault("/columns", "missing", f"No column is known as {one.name}: {one.label}.")
                for one in lacking
            ]
        )


async def run(
    house: House, who: Principal, read: Iterable[ReadOrder], merchant_id: UUID, *, preview: bool
) -> list[SheetVerdict]:
    """Place the orders of a table, five hundred a transaction, and return the verdict on each.

    What is looked at in one transaction does not see what the transactions before it would have reserved.
    """
    verdicts: list[SheetVerdict] = []
    for some in importing.chunks(read):
        try:
            verdicts += await _place(house, who, some, merchant_id, preview=preview)
        except errors.UniqueViolation as error:  # somebody placed one of them meanwhile; now it is found
            if broken_rule(error) != "external_ref_taken":
                raise
            verdicts += await _place(house, who, some, merchant_id, preview=preview)
    return verdicts


async def _place(
    house: House, who: Principal, read: Sequence[ReadOrder], merchant_id: UUID, *, preview: bool
) -> list[SheetVerdict]:
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        return await importing.import_orders(tx, read, merchant_id, imports=may_date(who), preview=preview)


def may_date(who: Principal) -> bool:
    """Whether the caller may say when orders were placed: people may, keys with the scope of imports."""
    return who.user_id is not None or sender(who).imports


async def _merchant(house: House, who: Principal, code: str | None) -> UUID:
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        found = who.merchant_id if code is None else await find_merchant(tx, code)
    if found is None or who.merchant_id not in (None, found):
        raise unknown("merchant", (code or "")[:40])
    return found


@post("/api/orders/import", opt=allow(*DESK, Role.MERCHANT, scope="orders:write"), status_code=200)
async def import_sheet(data: JSONBody[SheetIn], house: InHouse, who: Caller) -> SheetOut:
    """Import a table of orders. Rows with one reference are the lines of one order; the same table again creates nothing.

    Five hundred orders are one transaction: after a failure, send the same table again.
    """
    merchant_id = await _merchant(house, who, data.merchant)
    sheet = await read_file(data.file)
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        if data.columns is None:
            columns, _ = await importing.columns_of_sheet(tx, merchant_id, sheet)
        else:
            columns = understand(sheet, data.columns)
        ground = await importing.ground_of(tx, merchant_id, imports=may_date(who))
    check_columns(columns)
    verdicts = await run(house, who, read_orders(sheet, columns, ground), merchant_id, preview=data.preview)
    if not data.preview:
        async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
            await importing.remember(tx, merchant_id, layout_of(sheet.headings), columns)
    headings = {name: sheet.headings[i] for name, i in columns.items()}
    return SheetOut(columns=headings, orders=[_row(one) for one in verdicts], **count(verdicts))


def count(verdicts: Sequence[SheetVerdict]) -> dict[str, int]:
    """Return how many orders were created, held, duplicates, and refused."""
    return dict(Counter(str(one.outcome) for one in verdicts))


def _row(one: SheetVerdict) -> OrderRowOut:
    return OrderRowOut(
        reference=one.reference,
        rows=list(one.rows),
        outcome=str(one.outcome),
        id=one.order_id,
        number=one.number,
        holds=list(one.holds),
        errors=[CellOut(f.row, f.field, f.value, f.message) for f in one.faults],
    )


ROUTES: list[Any] = [import_sheet]
