"""The printed manifest: what a truck takes, with a bar code that hands it all over at once, and a line to sign."""

from collections.abc import Sequence
from dataclasses import dataclass

from doorstep.platform.barcodes import code128
from doorstep.platform.documents import BOLD, REGULAR, Document, Page, fit
from doorstep.platform.measures import mass
from doorstep.stages.shipping.rules.numbers import spoken

WIDTH_PT, HEIGHT_PT, MARGIN_PT, ROW_PT = 595.28, 841.89, 42.0, 16.0
FIRST_PT, LAST_PT = 170.0, 740.0


@dataclass(frozen=True, slots=True)
class Row:
    """A parcel on the sheet."""

    parcel: str
    order: str
    tracking: str
    place: str
    weight_g: int
    left: bool


@dataclass(frozen=True, slots=True)
class Sheet:
    """The facts of a manifest sheet; `rows` in the order in which parcels left."""

    number: int
    carrier: str
    site: str
    made: str
    rows: tuple[Row, ...]


def draw(sheet: Sheet) -> bytes:
    """Return the manifest as PDF."""
    document = Document(f"Manifest M{sheet.number}")
    each = int((LAST_PT - FIRST_PT) // ROW_PT)
    parts = [sheet.rows[at : at + each] for at in range(0, len(sheet.rows), each)] or [()]
    for number, rows in enumerate(parts, 1):
        page = document.page(WIDTH_PT, HEIGHT_PT)
        _head(page, sheet)
        _rows(page, rows)
        page.text(
            WIDTH_PT - MARGIN_PT, HEIGHT_PT - 24, f"Page {number} of {len(parts)}", size_pt=8, align="right"
        )
        if number == len(parts):
            _foot(page, sheet)
    return document.bytes()


def _head(page: Page, sheet: Sheet) -> None:
    page.text(MARGIN_PT, 62, f"Manifest M{sheet.number}", font=BOLD, size_pt=20)
    page.text(MARGIN_PT, 84, fit(f"{sheet.site} to {sheet.carrier}", BOLD, 12, 300), font=BOLD, size_pt=12)
    page.text(MARGIN_PT, 102, sheet.made, size_pt=9)
    whole = sum(row.weight_g for row in sheet.rows)
    page.text(MARGIN_PT, 118, f"{len(sheet.rows)} parcels, {mass(whole)}", size_pt=9)
    code = code128(f"M{sheet.number}").modules
    wide_pt = code.columns * 1.4
    page.code(WIDTH_PT - MARGIN_PT - wide_pt, 46, wide_pt, 44, code)
    page.text(
        WIDTH_PT - MARGIN_PT - wide_pt / 2, 102, f"M{sheet.number}", font=BOLD, size_pt=10, align="center"
    )
    page.box(MARGIN_PT, FIRST_PT - 22, WIDTH_PT - 2 * MARGIN_PT, 18, color="#e7e9ed")
    for x_pt, words in zip(COLUMNS_PT, ("Parcel", "Order", "Tracking number", "To", "Mass"), strict=True):
        page.text(x_pt, FIRST_PT - 10, words, font=BOLD, size_pt=8)


COLUMNS_PT = (MARGIN_PT + 16, 118.0, 178.0, 340.0, 500.0)


def _rows(page: Page, rows: Sequence[Row]) -> None:
    for place, row in enumerate(rows):
        y_pt = FIRST_PT + 8 + place * ROW_PT
        if row.left:
            page.box(MARGIN_PT + 4, y_pt - 6.5, 6.5, 6.5)
        values = (row.parcel, row.order, spoken(row.tracking), row.place, mass(row.weight_g))
        for x_pt, value, room_pt in zip(COLUMNS_PT, values, (58, 58, 158, 156, 54), strict=True):
            page.text(x_pt, y_pt, fit(value, REGULAR, 8.5, room_pt), size_pt=8.5)
        page.line(MARGIN_PT, y_pt + 5, WIDTH_PT - MARGIN_PT, y_pt + 5, thick_pt=0.3, color="#c9ced6")


def _foot(page: Page, sheet: Sheet) -> None:
    y_pt = LAST_PT + 44
    left = sum(1 for row in sheet.rows if row.left)
    page.text(MARGIN_PT, LAST_PT + 16, f"Black box: handed over ({left} of {len(sheet.rows)}).", size_pt=8)
    for x_pt, words in ((MARGIN_PT, "Handed over by"), (WIDTH_PT / 2 + 10, "Received by, date and time")):
        page.line(x_pt, y_pt, x_pt + 220, y_pt)
        page.text(x_pt, y_pt + 11, words, size_pt=8)
