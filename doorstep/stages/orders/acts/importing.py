"""Tables of orders come in through the same door as all others: guessed, looked at, placed, a verdict per order.

An order is named by its reference in the table, so that the same table again creates nothing. Looking writes nothing: the
orders are placed in a savepoint that is taken back.
"""

from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any
from uuid import UUID

import msgspec
from psycopg.types.json import Jsonb

from doorstep.platform.db import Tx
from doorstep.platform.errors import Fault, unknown
from doorstep.platform.ids import new_id
from doorstep.platform.shape import faults as faults_of
from doorstep.platform.statements import Statements
from doorstep.stages import catalog
from doorstep.stages.orders.acts.knowing import know
from doorstep.stages.orders.acts.placing import place
from doorstep.stages.orders.model import NewOrder, Outcome, Verdict
from doorstep.stages.orders.model.asked import LINES_MAX
from doorstep.stages.orders.model.sheets import CellFault, Columns, ReadOrder, Sheet, SheetVerdict
from doorstep.stages.orders.rules.columns import SAMPLE, WANTED, guess, layout_of
from doorstep.stages.orders.rules.rows import Ground, at_cell

Q = Statements("doorstep.stages.orders")
CHUNK = 500
KEPT = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Upload:
    """A table that somebody sent; `body` is CSV of our own writing."""

    id: UUID
    merchant_id: UUID
    name: str
    layout: str
    columns: dict[str, int] | None
    rows: int
    body: str
    made_by: str
    made_at: datetime
    imported_at: datetime | None


@dataclass(frozen=True, slots=True)
class UploadShown:
    """A table in the list of those that were sent."""

    id: UUID
    merchant: str
    name: str
    rows: int
    made_by: str
    made_at: datetime
    imported_at: datetime | None


async def keep_upload(tx: Tx, merchant_id: UUID, name: str, sheet: Sheet, body: str) -> UUID:
    """Keep a table until it is imported, a week at most; return its id."""
    upload_id = new_id()
    await tx.run(
        Q.keep_upload,
        id=upload_id,
        merchant_id=merchant_id,
        name=name[:200],
        layout=layout_of(sheet.headings),
        rows=len(sheet.rows),
        body=body,
        actor=tx.actor,
    )
    return upload_id


async def find_upload(tx: Tx, upload_id: UUID, own: UUID | None) -> Upload:
    """Return a table that was sent.

    Raises:
        Refused: it is not there (any more), or another merchant's.
    """
    found = await tx.row(Q.upload, Upload, id=upload_id, own=own)
    if found is None:
        raise unknown("upload", upload_id)
    return found


async def uploads(tx: Tx, own: UUID | None, most: int = 10) -> list[UploadShown]:
    """Return the newest tables that were sent."""
    return await tx.rows(Q.uploads, UploadShown, own=own, most=most)


async def set_columns(tx: Tx, upload_id: UUID, columns: Columns) -> None:
    """Keep what somebody said of a table's columns."""
    await tx.run(Q.set_columns, id=upload_id, columns=Jsonb(columns))


async def finish_upload(tx: Tx, upload: Upload, columns: Columns) -> None:
    """Note that a table was imported, and remember what its columns meant for the next one of this layout."""
    await tx.run(Q.imported, id=upload.id)
    await remember(tx, upload.merchant_id, upload.layout, columns)


async def remember(tx: Tx, merchant_id: UUID, layout: str, columns: Columns) -> None:
    """Remember what the columns of a layout mean to a merchant."""
    await tx.run(Q.remember_layout, merchant_id=merchant_id, layout=layout, columns=Jsonb(columns))


async def columns_of_sheet(tx: Tx, merchant_id: UUID, sheet: Sheet) -> tuple[Columns, bool]:
    """Return what the columns mean: as the merchant said last time (True), else as good as it can be guessed (False)."""
    layout = layout_of(sheet.headings)
    before: dict[str, int] | None = await tx.value(Q.layout, merchant_id=merchant_id, layout=layout)
    known = {one.name for one in WANTED}
    if before is not None:
        return {name: i for name, i in before.items() if name in known and i < len(sheet.headings)}, True
    texts = {cell for _, cells in sheet.rows[:SAMPLE] for cell in cells if 0 < len(cell) <= 64}
    skus = await tx.values(Q.known_skus, merchant_id=merchant_id, skus=sorted(texts))
    return guess(sheet, set(skus)), False


async def ground_of(tx: Tx, merchant_id: UUID, *, imports: bool = True) -> Ground:
    """Return what holds for all orders of a merchant's table.

    Raises:
        Refused: there is no such merchant.
    """
    merchant = (await catalog.merchants_of(tx, [merchant_id])).get(merchant_id)
    if merchant is None:
        raise unknown("merchant", merchant_id)
    known = await know(tx, [], merchant_id)
    country = known.routing.depots[0].country if known.routing.depots else ""
    return Ground(merchant.code, merchant.currency, country, imports=imports)


async def forget_uploads(tx: Tx, _subjects: list[UUID]) -> None:
    """Forget tables that are a week old."""
    await tx.run(Q.forget_uploads, before=tx.now - KEPT)


def chunks(read: Iterable[ReadOrder]) -> Iterator[list[ReadOrder]]:
    """Cut the orders of a table into sets of one transaction each."""
    rest = iter(read)
    while some := list(islice(rest, CHUNK)):
        yield some


async def import_orders(
    tx: Tx, read: Sequence[ReadOrder], merchant_id: UUID, *, imports: bool, preview: bool = False
) -> list[SheetVerdict]:
    """Place the orders of a table; each gets its own verdict, in the order given, and none suffers from another.

    Args:
        tx: the open transaction.
        read: what the rows say.
        merchant_id: whose orders they are.
        imports: whether they may say when they were placed.
        preview: give the verdicts and write nothing.

    Raises:
        psycopg.errors.UniqueViolation: see `placing.place`.
    """
    judged = [_order(one) for one in read]
    sound = [i for i, one in enumerate(judged) if isinstance(one, NewOrder)]
    async with _taken_back(tx, when=preview):
        verdicts = await place(
            tx, [one for one in judged if isinstance(one, NewOrder)], own=merchant_id, imports=imports
        )
    placed = dict(zip(sound, verdicts, strict=True))
    return [
        _verdict(one, placed[i]) if i in placed else _refused(one, judged[i]) for i, one in enumerate(read)
    ]


@asynccontextmanager
async def _taken_back(tx: Tx, *, when: bool) -> AsyncIterator[None]:
    async with tx.connection.transaction(force_rollback=when):
        yield


def _order(read: ReadOrder) -> NewOrder | list[CellFault]:
    """Return the order of some rows, or everything that is wrong with them."""
    found = list(read.faults)
    if len(read.rows) > LINES_MAX:
        found.append(
            CellFault(
                read.rows[0], "reference", read.reference[:60], f"An order has at most {LINES_MAX} lines."
            )
        )
    if not read.asked:
        return found
    try:
        order = msgspec.convert(read.asked, NewOrder)
    except msgspec.ValidationError as error:
        shape = faults_of(msgspec.json.encode(read.asked), NewOrder) or [Fault("", "invalid", str(error))]
        return found + _at_cells(read, shape, found)
    return found or order


def _at_cells(read: ReadOrder, faults: Sequence[Fault], told: Sequence[CellFault] = ()) -> list[CellFault]:
    """Return faults of an order as faults of cells, one a cell; a total that follows from a wrong quantity is not told."""
    said = {(one.row, one.field) for one in told}
    if any(fault.code == "quantity" for fault in faults):
        said.add((read.rows[0], "total"))
    found = []
    for fault in faults:
        row, name = at_cell(read, fault.pointer)
        if (row, name) not in said:
            found.append(CellFault(row, name, _value(read, fault.pointer), fault.message))
            said.add((row, name))
    return found


def _value(read: ReadOrder, pointer: str) -> str:
    """Return what an order says at a pointer, for people."""
    here: Any = read.asked
    for part in pointer.strip("/").split("/"):
        if isinstance(here, dict):
            here = here.get(part, "")
        elif isinstance(here, list) and part.isdigit() and int(part) < len(here):
            here = here[int(part)]
    return "" if isinstance(here, dict | list) else str(here)[:60]


def _refused(read: ReadOrder, judged: NewOrder | list[CellFault]) -> SheetVerdict:
    faults = judged if isinstance(judged, list) else []
    return SheetVerdict(read.reference[:64], read.rows, Outcome.REFUSED, faults=faults)


def _verdict(read: ReadOrder, verdict: Verdict) -> SheetVerdict:
    return SheetVerdict(
        reference=read.reference,
        rows=read.rows,
        outcome=verdict.outcome,
        order_id=verdict.order_id,
        number=verdict.number,
        holds=[str(one) for one in verdict.holds],
        faults=_at_cells(read, verdict.faults),
    )
