"""The packing slip: what lies in this parcel, in the merchant's own face, with a code that leads to help and returns.

A gift's slip shows no prices and carries the giver's words. Long orders go on to more sheets; each repeats its head.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from doorstep.platform.barcodes import code128, qr
from doorstep.platform.documents import (
    BOLD,
    REGULAR,
    Document,
    Page,
    PictureUnreadableError,
    fit,
    measure,
    read_picture,
    wrap,
)
from doorstep.platform.measures import money

SIZES_PT = {"a4": (595.28, 841.89), "letter": (612.0, 792.0)}
MARGIN_PT = 42.0
FOOT_PT = 96.0
ROW_PT = 12.5
SERIAL_PT = 10.0
SERIALS_MAX = 30
"""Most lines of numbers in one row: more than this would not fit a sheet."""
GRAY = "#5b6472"

WORDS = (
    "title",
    "order",
    "ordered",
    "parcel",
    "ship_to",
    "item",
    "quantity",
    "price",
    "gift",
    "rest",
    "scan",
    "serial",
    "page",
)
"""The texts a slip needs, by key; in the message catalog they begin with `slip.`. `page` holds {page} and {pages}."""


@dataclass(frozen=True, slots=True)
class Brand:
    """The merchant's face: `color` is `#rrggbb`, `logo` PNG or JPEG."""

    name: str
    color: str = "#1f4b99"
    logo: bytes | None = None
    message: str = ""
    support: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """What lies in the parcel of one order line; `total_minor` is what the customer paid for these units, `serials` are their own numbers."""

    sku: str
    name: str
    quantity: int
    total_minor: int = 0
    serials: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Slip:
    """The facts of one packing slip.

    Attributes:
        receiver: the lines of the delivery address.
        more_parcels: whether other parts of the order travel in parcels of their own.
        link: where the code leads; the customer's page for help, returns and feedback.
        words: a text per key of `WORDS`, in the customer's language.
    """

    brand: Brand
    order_number: str
    ordered_on: str
    parcel_number: str
    receiver: tuple[str, ...]
    lines: tuple[Line, ...]
    currency: str
    link: str
    words: Mapping[str, str]
    gift: bool = False
    note: str = ""
    more_parcels: bool = False
    language: str = "en"
    size: str = "a4"
    code: str = field(default="")


def draw(slip: Slip) -> bytes:
    """Return the slip as PDF; `code`, when given, is printed as a bar code that the pack station scans."""
    width_pt, height_pt = SIZES_PT[slip.size]
    document = Document(f"{slip.words['title']} {slip.order_number}", language=slip.language)
    rows = _rows(slip, width_pt)
    sheets: list[list[_Row]] = [[]]
    y_pt = top_pt = _top_pt(slip)
    for row in rows:
        if y_pt + row.high_pt > height_pt - MARGIN_PT - FOOT_PT and sheets[-1]:
            sheets.append([])
            y_pt = top_pt
        sheets[-1].append(row)
        y_pt += row.high_pt
    for number, sheet in enumerate(sheets, 1):
        page = document.page(width_pt, height_pt)
        _draw_head(page, slip)
        _draw_rows(page, slip, sheet, top_pt)
        _draw_foot(page, slip, number, len(sheets))
    return document.bytes()


@dataclass(frozen=True, slots=True)
class _Row:
    names: list[str]
    sku: str
    quantity: str
    price: str
    serials: list[str]

    @property
    def high_pt(self) -> float:
        return ROW_PT * len(self.names) + 15 + SERIAL_PT * len(self.serials)


def _rows(slip: Slip, width_pt: float) -> list[_Row]:
    room_pt = width_pt - 2 * MARGIN_PT - 46 - (90 if not slip.gift else 0)
    return [
        _Row(
            wrap(line.name, BOLD, 10, room_pt, lines_max=3) or [""],
            fit(line.sku, REGULAR, 8, room_pt),
            str(line.quantity),
            "" if slip.gift else money(line.total_minor, slip.currency, slip.language),
            wrap(
                f"{slip.words['serial']} {', '.join(line.serials)}",
                REGULAR,
                8,
                room_pt,
                lines_max=SERIALS_MAX,
            )
            if line.serials
            else [],
        )
        for line in slip.lines
    ]


def _top_pt(slip: Slip) -> float:
    """Where the table's rows begin: below the longer of the address and the order's facts."""
    return 150 + 12 * max(len(slip.receiver), 4) + 34


def _draw_head(page: Page, slip: Slip) -> None:
    right_pt = page.width_pt - MARGIN_PT
    page.box(0, 0, page.width_pt, 8, color=slip.brand.color)
    name_at_pt = 58.0
    try:
        if slip.brand.logo:
            page.picture(MARGIN_PT, 28, 190, 44, read_picture(slip.brand.logo))
            name_at_pt = 90.0
    except PictureUnreadableError:
        name_at_pt = 58.0  # a broken logo must not keep a parcel from leaving
    size_pt = 20 if name_at_pt < 60 else 11
    name = fit(slip.brand.name, BOLD, size_pt, page.width_pt / 2 - MARGIN_PT)
    page.text(MARGIN_PT, name_at_pt, name, font=BOLD, size_pt=size_pt, color=slip.brand.color)
    page.text(right_pt, 50, slip.words["title"], font=BOLD, size_pt=16, align="right")
    if slip.code:
        code = code128(slip.code).modules
        page.code(right_pt - code.columns * 0.9, 62, code.columns * 0.9, 26, code)
    page.line(MARGIN_PT, 108, right_pt, 108, color="#c9ced6")
    half_pt = page.width_pt / 2 - MARGIN_PT
    page.text(MARGIN_PT, 126, slip.words["ship_to"], size_pt=8, color=GRAY)
    for place, line in enumerate(slip.receiver):
        page.text(MARGIN_PT, 142 + 12 * place, fit(line, REGULAR, 10, half_pt), size_pt=10)
    facts = (("order", slip.order_number), ("ordered", slip.ordered_on), ("parcel", slip.parcel_number))
    for place, (key, value) in enumerate(facts):
        y_pt = 126 + 16 * place
        page.text(page.width_pt / 2 + 20, y_pt, slip.words[key], size_pt=8, color=GRAY)
        page.text(right_pt, y_pt, fit(value, BOLD, 10, 150), font=BOLD, size_pt=10, align="right")


def _draw_rows(page: Page, slip: Slip, rows: list[_Row], top_pt: float) -> None:
    right_pt = page.width_pt - MARGIN_PT
    page.box(MARGIN_PT, top_pt - 24, right_pt - MARGIN_PT, 18, color=slip.brand.color)
    ink = "#ffffff" if _dark(slip.brand.color) else "#000000"
    page.text(MARGIN_PT + 6, top_pt - 11.5, slip.words["quantity"], font=BOLD, size_pt=8, color=ink)
    page.text(MARGIN_PT + 46, top_pt - 11.5, slip.words["item"], font=BOLD, size_pt=8, color=ink)
    if not slip.gift:
        page.text(
            right_pt - 6, top_pt - 11.5, slip.words["price"], font=BOLD, size_pt=8, align="right", color=ink
        )
    y_pt = top_pt
    for row in rows:
        page.text(MARGIN_PT + 6, y_pt + 12, row.quantity, font=BOLD, size_pt=12)
        for place, name in enumerate(row.names):
            page.text(MARGIN_PT + 46, y_pt + 11 + ROW_PT * place, name, font=BOLD, size_pt=10)
        below_pt = y_pt + 10 + ROW_PT * len(row.names)
        for place, text in enumerate([row.sku, *row.serials]):
            page.text(MARGIN_PT + 46, below_pt + SERIAL_PT * place, text, size_pt=8, color=GRAY)
        if row.price:
            page.text(right_pt - 6, y_pt + 11, row.price, size_pt=10, align="right")
        y_pt += row.high_pt
        page.line(MARGIN_PT, y_pt - 1, right_pt, y_pt - 1, thick_pt=0.3, color="#c9ced6")


def _dark(color: str) -> bool:
    """Whether white reads better than black on a color (relative luminance, roughly)."""
    red, green, blue = (int(color[i : i + 2], 16) for i in (1, 3, 5))
    return 0.299 * red + 0.587 * green + 0.114 * blue < 150


def _draw_foot(page: Page, slip: Slip, number: int, sheets: int) -> None:
    top_pt = page.height_pt - MARGIN_PT - FOOT_PT + 14
    right_pt = page.width_pt - MARGIN_PT
    code = qr(slip.link)
    page.code(right_pt - 72, top_pt, 72, 72, code)
    room_pt = right_pt - MARGIN_PT - 72 - 24
    y_pt = top_pt + 9
    said: list[tuple[str, bool]] = [
        (slip.note if slip.gift else "", True),
        (slip.brand.message, False),
        (slip.words["rest"] if slip.more_parcels else "", False),
        (slip.words["scan"], False),
        (slip.brand.support, False),
    ]
    left = 6
    for text, strong in said:
        font = BOLD if strong else REGULAR
        for line in wrap(text, font, 9, room_pt, lines_max=min(left, 3)) if left else ():
            page.text(MARGIN_PT, y_pt, line, font=font, size_pt=9)
            y_pt, left = y_pt + 12, left - 1
    paged = slip.words["page"].format(page=number, pages=sheets)
    page.text(right_pt, page.height_pt - 20, paged, size_pt=8, align="right", color=GRAY)
    if slip.gift:
        mark = slip.words["gift"]
        wide_pt = measure(mark, BOLD, 9) + 14
        page.box(MARGIN_PT, page.height_pt - 32, wide_pt, 17, color=slip.brand.color)
        ink = "#ffffff" if _dark(slip.brand.color) else "#000000"
        page.text(MARGIN_PT + 7, page.height_pt - 20, mark, font=BOLD, size_pt=9, color=ink)
