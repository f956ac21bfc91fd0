"""The page that takes in a table of orders: send it, say what its columns mean, look, import; what was refused goes back as a file."""

from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

from litestar import Response, get, post
from litestar.datastructures import UploadFile
from litestar.enums import RequestEncodingType
from litestar.params import Body

from doorstep.platform.auth import DESK, Principal, Role, allow
from doorstep.platform.edge import Asked, Caller, Form, FromPath, InHouse
from doorstep.platform.errors import Refused
from doorstep.platform.house import House
from doorstep.platform.pages import back, page
from doorstep.stages import catalog
from doorstep.stages.orders.acts import importing
from doorstep.stages.orders.acts.importing import Upload
from doorstep.stages.orders.api.importing import count, may_date, read_file, run
from doorstep.stages.orders.model import Outcome
from doorstep.stages.orders.model.sheets import Columns, Sheet, SheetVerdict
from doorstep.stages.orders.ports.channels.sheet import read_csv, write_csv
from doorstep.stages.orders.rules.columns import WANTED, missing
from doorstep.stages.orders.rules.rows import Ground, read_orders

WRITERS = allow(*DESK, Role.MERCHANT)
FILE_MAX = 10_000_000
SHOWN_MAX = 300
LOOKED_MAX = 5_000
"""Rows up to which a table is looked at as a whole before it is imported; of longer ones, the first so many."""


@get("/orders/import", opt=WRITERS, include_in_schema=False)
async def upload_page(request: Asked, house: InHouse, who: Caller) -> Any:
    """Show where a table goes in, and those that were sent lately."""
    return await _upload_page(request, house, who)


async def _upload_page(request: Asked, house: House, who: Principal, wrong: str | None = None) -> Any:
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        sellers = await catalog.merchants_of(tx, None if who.merchant_id is None else [who.merchant_id])
        sent = await importing.uploads(tx, who.merchant_id)
    return page(
        request,
        "orders/import.html",
        merchants=list(sellers.values()),
        uploads=sent,
        wanted=WANTED,
        wrong=wrong,
    )


@post("/orders/import", opt=WRITERS, include_in_schema=False, status_code=200)
async def upload(
    request: Asked,
    house: InHouse,
    who: Caller,
    data: Annotated[dict[str, Any], Body(media_type=RequestEncodingType.MULTI_PART)],
) -> Any:
    """Take a table in and go on to the page that says what its columns mean."""
    sent = data.get("file")
    try:
        if not isinstance(sent, UploadFile):
            return await _upload_page(request, house, who, "Choose a file.")
        content = await sent.read()
        if len(content) > FILE_MAX:
            return await _upload_page(
                request, house, who, f"The file is larger than {FILE_MAX // 10**6} MB. Send it in parts."
            )
        sheet = await read_file(content)
        async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
            merchant_id = who.own(_id(str(data.get("merchant") or ""))) or UUID(int=0)
            await importing.ground_of(tx, merchant_id)
            upload_id = await importing.keep_upload(
                tx, merchant_id, _plain(sent.filename), sheet, _body(sheet)
            )
    except Refused as refused:
        return await _upload_page(
            request, house, who, refused.faults[0].message if refused.faults else refused.message
        )
    return back(f"/orders/import/{upload_id}")


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _plain(name: str) -> str:
    return "".join(c for c in name if c.isprintable()).strip()[-120:] or "table"


def _body(sheet: Sheet) -> str:
    """Return a table as CSV whose rows stand where they stood."""
    rows: list[Sequence[str]] = []
    for number, cells in sheet.rows:
        rows += [[""] * len(sheet.headings)] * (number - 2 - len(rows))
        rows.append(cells)
    return write_csv(sheet.headings, rows)


@get("/orders/import/{upload_id:uuid}", opt=WRITERS, include_in_schema=False)
async def mapping_page(request: Asked, house: InHouse, who: Caller, upload_id: FromPath[UUID]) -> Any:
    """Show what each column is taken for, and what would become of the orders."""
    upload, sheet, columns, remembered, ground = await _open(house, who, upload_id)
    verdicts = await _look(house, who, upload, sheet, columns, ground)
    return _page(request, upload, sheet, columns, verdicts, remembered=remembered)


async def _open(house: House, who: Principal, upload_id: UUID) -> tuple[Upload, Sheet, Columns, bool, Ground]:
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        upload = await importing.find_upload(tx, upload_id, who.merchant_id)
        sheet = read_csv(upload.body)
        columns, remembered = (upload.columns, False) if upload.columns is not None else (None, False)
        if columns is None:
            columns, remembered = await importing.columns_of_sheet(tx, upload.merchant_id, sheet)
        ground = await importing.ground_of(tx, upload.merchant_id, imports=may_date(who))
    return upload, sheet, columns, remembered, ground


async def _look(
    house: House,
    who: Principal,
    upload: Upload,
    sheet: Sheet,
    columns: Columns,
    ground: Ground,
    most: int = LOOKED_MAX,
) -> list[SheetVerdict]:
    if missing(columns):
        return []
    beginning = Sheet(sheet.headings, sheet.rows[:most])
    return await run(house, who, read_orders(beginning, columns, ground), upload.merchant_id, preview=True)


def _page(
    request: Asked,
    upload: Upload,
    sheet: Sheet,
    columns: Columns,
    verdicts: Sequence[SheetVerdict],
    *,
    remembered: bool = False,
    done: bool = False,
) -> Any:
    samples = [
        next((cells[i] for _, cells in sheet.rows[:20] if cells[i]), "") for i in range(len(sheet.headings))
    ]
    meant = {i: name for name, i in columns.items()}
    shown = sorted(verdicts, key=lambda one: (one.outcome != Outcome.REFUSED, one.rows[0]))
    return page(
        request,
        "orders/import_one.html",
        upload=upload,
        columns=[(i, heading, samples[i], meant.get(i, "")) for i, heading in enumerate(sheet.headings)],
        wanted=WANTED,
        titles={one.name: one.title for one in WANTED},
        lacking=missing(columns),
        priced="unit_price" in columns,
        remembered=remembered,
        counts={str(outcome): 0 for outcome in Outcome} | count(verdicts),
        verdicts=shown[:SHOWN_MAX],
        total=len(shown),
        whole=done or len(sheet.rows) <= LOOKED_MAX,
        looked=LOOKED_MAX,
        done=done,
    )


@post("/orders/import/{upload_id:uuid}", opt=WRITERS, include_in_schema=False, status_code=200)
async def import_upload(
    request: Asked, house: InHouse, who: Caller, upload_id: FromPath[UUID], data: Form
) -> Any:
    """Keep what was said of the columns and look again; or import, and show the verdict on each order."""
    upload, sheet, columns, _, ground = await _open(house, who, upload_id)
    if any(name.startswith("column-") for name in data):
        columns = _said(data, len(sheet.headings))
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        await importing.set_columns(tx, upload.id, columns)
    if data.get("do") != "import" or missing(columns):
        return back(f"/orders/import/{upload_id}")
    verdicts = await run(house, who, read_orders(sheet, columns, ground), upload.merchant_id, preview=False)
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        await importing.finish_upload(tx, upload, columns)
    return _page(request, upload, sheet, columns, verdicts, done=True)


def _said(data: dict[str, str], width: int) -> Columns:
    """Return the columns as a form says them; of two for one meaning, the first counts."""
    known = {one.name for one in WANTED}
    found: Columns = {}
    for i in range(width):
        name = data.get(f"column-{i}", "")
        if name in known:
            found.setdefault(name, i)
    return found


@get("/orders/import/{upload_id:uuid}/refused.csv", opt=WRITERS, include_in_schema=False)
async def refused_rows(house: InHouse, who: Caller, upload_id: FromPath[UUID]) -> Response[str]:
    """Send the rows that are refused as they stand now, each with what to do, to be mended and sent again."""
    upload, sheet, columns, _, ground = await _open(house, who, upload_id)
    verdicts = await _look(house, who, upload, sheet, columns, ground, len(sheet.rows))
    advice: dict[int, list[str]] = {}
    for verdict in verdicts:
        if verdict.outcome is Outcome.REFUSED:
            for row in verdict.rows:
                advice[row] = [f"{f.field}: {f.message}" for f in verdict.faults if f.row == row]
    rows = [(*cells, " ".join(advice[number])) for number, cells in sheet.rows if number in advice]
    return Response(
        write_csv([*sheet.headings, "What to do"], rows, safe=True),
        media_type="text/csv; charset=utf-8",
        headers={"content-disposition": 'attachment; filename="refused.csv"', "cache-control": "no-store"},
    )


ROUTES: list[Any] = [upload_page, upload, mapping_page, import_upload, refused_rows]
