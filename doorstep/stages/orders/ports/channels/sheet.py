"""Files with tables of orders: CSV and XLSX, read within limits, so that no file can hurt whoever opens it.

Nothing in a file is ever computed: of a formula only the value counts that the spreadsheet program kept beside it.
Office Open XML is a ZIP archive of XML parts (ECMA-376); its parts are measured before any of them is unpacked.
"""

import csv
import io
import warnings
import zlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, time
from itertools import islice, zip_longest
from typing import Any
from zipfile import BadZipFile, ZipFile

from openpyxl import load_workbook

from doorstep.platform.cells import inert
from doorstep.stages.orders.model.sheets import ROWS_MAX, Sheet

COLUMNS_MAX = 200
PARTS_MAX = 1_000
UNPACKED_MAX = 200_000_000
"""Bytes of an unpacked spreadsheet; one of 100,000 rows and 20 columns has about a quarter of it."""
BLANK_MAX = 1_000
CELL_MAX = 10_000
ZIP, OLD_EXCEL = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"


class UnreadableError(Exception):
    """The file is not a table that can be taken; its text says why, and what to do."""


def read_sheet(content: bytes) -> Sheet:
    """Read a file by what is in it, whatever it is called.

    Raises:
        UnreadableError: empty, of another kind, broken, too large, or without a heading.
    """
    if not content.strip():
        raise UnreadableError("The file is empty. Choose the one with the orders.")
    if content.startswith(OLD_EXCEL):
        raise UnreadableError(
            "This is an old Excel file, or one with a password. Save it as .xlsx without a password, or as CSV."
        )
    if content.startswith(ZIP):
        return _sheet(_read_xlsx(content))
    return read_csv(_text(content))


def read_csv(text: str) -> Sheet:
    """Read a table with commas, semicolons, tabs or bars between the cells; the heading tells which.

    Raises:
        UnreadableError: see `read_sheet`.
    """
    heading = next((line for line in text.splitlines() if line.strip()), "")
    separator = max(",;\t|", key=lambda one: len(next(csv.reader([heading], delimiter=one), [])))
    try:
        return _sheet(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True))
    except csv.Error as error:
        raise UnreadableError(
            f"The table cannot be read: {error}. Look for a quotation mark that never ends."
        ) from None


def write_csv(headings: Sequence[str], rows: Iterable[Sequence[str]], *, safe: bool = False) -> str:
    """Return a table as CSV.

    Args:
        headings: of the columns.
        rows: their cells.
        safe: for people: a cell that a spreadsheet program would compute gets an apostrophe before it.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    for row in (headings, *rows):
        writer.writerow([inert(cell) if safe else cell for cell in row])
    return out.getvalue()


def _text(content: bytes) -> str:
    encoding = "utf-16" if content.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise UnreadableError(
            f"Line {line} is not text in UTF-8. Save the file as CSV UTF-8, or as .xlsx, so that no letter is guessed."
        ) from None
    if "\x00" in text:
        raise UnreadableError("This is not a table. Send CSV in UTF-8, or .xlsx.")
    return text


def _sheet(rows: Iterable[Sequence[str]]) -> Sheet:
    """Take the first row that is not blank as the heading, and those below it."""
    numbered = ((n, [cell.strip() for cell in row]) for n, row in enumerate(rows, 1))
    filled = ((n, row) for n, row in numbered if any(row))
    _, heading = next(filled, (0, []))
    while heading and not heading[-1]:
        heading.pop()
    if len(heading) < 2:
        raise UnreadableError(
            "The first row does not name columns. Send a table with a heading, one row per line."
        )
    if len(heading) > COLUMNS_MAX:
        raise UnreadableError(
            f"The table has {len(heading)} columns, {COLUMNS_MAX} at most. Leave out what is not needed."
        )
    seen: dict[str, str] = {}  # cells repeat: what says the same is kept once
    found = [(n, _fitted(n, row, len(heading), seen)) for n, row in islice(filled, ROWS_MAX + 1)]
    if len(found) > ROWS_MAX:
        raise UnreadableError(f"The table has more than {ROWS_MAX:,} rows. Send it in parts.")
    if not found:
        raise UnreadableError("There is nothing below the heading. Choose the file with the orders.")
    return Sheet(_named(heading), found)


def _fitted(number: int, row: list[str], width: int, seen: dict[str, str]) -> tuple[str, ...]:
    """Return a row with a cell per column, made of cells that were seen before where there are such.

    Raises:
        UnreadableError: it has more cells than the heading, so nobody knows which cell means what.
    """
    if any(row[width:]):
        raise UnreadableError(
            f"Row {number} has more cells than the heading has columns. Put quotation marks around texts that hold the separator."
        )
    if any(len(cell) > CELL_MAX for cell in row):
        raise UnreadableError(f"Row {number} has a cell of more than {CELL_MAX:,} characters. Shorten it.")
    return tuple([seen.setdefault(cell, cell) for cell in row[:width]]) + ("",) * (width - len(row))


def _named(heading: Sequence[str]) -> tuple[str, ...]:
    """Return a different name for each column: empty ones get a number, repeated ones too."""
    names: list[str] = []
    for i, text in enumerate(heading, 1):
        name = text[:100] or f"Column {i}"
        names.append(name if name not in names else f"{name} ({i})")
    return tuple(names)


def _read_xlsx(content: bytes) -> Iterator[Sequence[str]]:
    _measure(content)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what openpyxl cannot show (charts, rules) is nothing to us
            values = _page(content, values=True)
            written = _page(content, values=False) if _computes(content) else None
            yield from _cells(values, written)
    except UnreadableError:
        raise
    except Exception as error:  # noqa: BLE001 - a broken part can break its reader in any way
        raise UnreadableError(
            f"The spreadsheet is broken ({type(error).__name__}). Open it, save it as .xlsx again, and send that."
        ) from None


def _page(content: bytes, *, values: bool) -> Iterator[Sequence[Any]]:
    """Return the rows of the first sheet: the values, or what was written, formulas among it."""
    book = load_workbook(io.BytesIO(content), read_only=True, data_only=values, keep_links=False)
    page = next(iter(book.worksheets), None)
    if page is None:
        raise UnreadableError("The file has no sheet with cells. Save the one with the orders as .xlsx.")
    page.reset_dimensions()  # what a file says of its size may be wrong, or a trap
    rows: Iterator[Sequence[Any]] = page.iter_rows(values_only=True)
    return rows


def _computes(content: bytes) -> bool:
    """Return whether a sheet holds a formula."""
    with ZipFile(io.BytesIO(content)) as archive:
        sheets = [name for name in archive.namelist() if name.startswith("xl/worksheets/")]
        return any(b"<f>" in part or b"<f " in part for name in sheets for part in [archive.read(name)])


def _shown(value: Any, written: Any) -> Any:
    """Return a cell's value; of a formula whose value nobody kept, the formula, so that the row is refused and not read as blank."""
    return written if value is None else value


def _cells(values: Iterable[Sequence[Any]], written: Iterable[Sequence[Any]] | None) -> Iterator[list[str]]:
    rows: Iterable[Sequence[Any]] = values
    if written is not None:
        pairs = zip(values, written, strict=True)
        rows = ([_shown(*cell) for cell in zip_longest(*pair)] for pair in pairs)
    blank = 0
    for row in rows:
        cells = [_cell(value) for value in row]
        blank = 0 if any(cells) else blank + 1
        if blank > BLANK_MAX:
            raise UnreadableError(
                f"The sheet has more than {BLANK_MAX:,} blank rows on end. Take them out, or copy the orders to a new sheet."
            )
        yield cells


def _measure(content: bytes) -> None:
    """Look at an archive before anything of it is unpacked; what its directory says, the unpacking enforces.

    Raises:
        UnreadableError: not a spreadsheet, locked, or larger inside than any honest one.
    """
    try:
        with ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            if len(parts) > PARTS_MAX or sum(part.file_size for part in parts) > UNPACKED_MAX:
                raise UnreadableError(
                    "The spreadsheet is too large inside. Copy the orders alone to a new file."
                )
            if any(part.flag_bits & 1 for part in parts):
                raise UnreadableError("The file has a password. Save it without one.")
            if "[Content_Types].xml" not in archive.namelist():
                raise UnreadableError(
                    "This is an archive, not a spreadsheet. Unpack it, and send what is in it."
                )
            for part in parts:
                if part.filename.endswith((".xml", ".rels")):
                    with archive.open(part) as opened:
                        if b"<!DOCTYPE" in opened.read(4096):
                            raise UnreadableError(
                                "The spreadsheet holds XML declarations that no spreadsheet needs. Save it anew as .xlsx."
                            )
    except (BadZipFile, zlib.error, OSError, EOFError, NotImplementedError, ValueError):
        raise UnreadableError(
            "The file is broken. Save the spreadsheet as .xlsx again, and send that."
        ) from None


def _cell(value: Any) -> str:
    """Return a cell as people would write it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(round(value, 9))
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(sep=" ")
    return str(value).replace("\x00", "").strip()
