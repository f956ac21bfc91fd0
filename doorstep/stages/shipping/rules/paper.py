"""A label as the printer wants it: ZPL for thermal printers, which draw it themselves, PDF, or a PNG of the printer's dots."""

from functools import lru_cache

from doorstep.platform.barcodes import Linear, Modules
from doorstep.platform.documents import BOLD, REGULAR, Document, Page, measure, plain
from doorstep.platform.documents import png as rasterized
from doorstep.stages.shipping.rules.label import Label, Party, Stock, draw_own, draw_shared


def pdf(labels: list[Label], stock: Stock) -> bytes:
    """Return a PDF with one page per label, in order.

    Raises:
        ValueError: a number does not fit its bar code.
    """
    document = Document("Label" if len(labels) == 1 else f"{len(labels)} labels")
    width_pt, height_pt = stock.width * 72 / stock.dpi, stock.height * 72 / stock.dpi
    for label in labels:
        page = document.page(width_pt, height_pt)
        page.again(_shared_page(stock, label.sender, label.carrier, label.service))
        draw_own(_Sheet(page, stock), stock, label)
    return document.bytes()


@lru_cache(maxsize=256)
def _shared_page(stock: Stock, sender: Party, carrier: str, service: str) -> Page:
    page = Page(stock.width * 72 / stock.dpi, stock.height * 72 / stock.dpi)
    draw_shared(_Sheet(page, stock), stock, sender, carrier, service)
    return page


class _Sheet:
    """A PDF page measured in dots."""

    def __init__(self, page: Page, stock: Stock) -> None:
        self._page = page
        self._dot_pt = 72 / stock.dpi
        self._middle_pt = stock.width * 36 / stock.dpi

    def words(
        self, x: int, y: int, text: str, size_pt: float, *, bold: bool = False, white: bool = False
    ) -> None:
        dot_pt = self._dot_pt
        self._page.text(
            x * dot_pt,
            y * dot_pt,
            text,
            font=BOLD if bold else REGULAR,
            size_pt=size_pt,
            color="#ffffff" if white else "#000000",
        )

    def middle(self, y: int, text: str, size_pt: float) -> None:
        self._page.text(self._middle_pt, y * self._dot_pt, text, font=BOLD, size_pt=size_pt, align="center")

    def box(self, x: int, y: int, width: int, height: int) -> None:
        dot_pt = self._dot_pt
        self._page.box(x * dot_pt, y * dot_pt, width * dot_pt, height * dot_pt)

    def linear(self, x: int, y: int, module: int, height: int, code: Linear) -> None:
        dot_pt = self._dot_pt
        wide_pt = code.columns * module * dot_pt
        self._page.code(x * dot_pt, y * dot_pt, wide_pt, height * dot_pt, code.modules)

    def matrix(self, x: int, y: int, module: int, text: str, code: Modules) -> None:  # noqa: ARG002 - ZPL needs the text
        dot_pt = self._dot_pt
        self._page.code(
            x * dot_pt, y * dot_pt, code.columns * module * dot_pt, code.rows * module * dot_pt, code
        )


def png(label: Label, stock: Stock) -> bytes:
    """Return a label as PNG in black and white, a pixel per dot of the printer.

    Raises:
        ValueError: a number does not fit its bar code.
    """
    return rasterized(pdf([label], stock), stock.width, stock.height, stock.dpi)


def zpl(labels: list[Label], stock: Stock) -> str:
    """Return the labels as ZPL II, one format each, in order; ASCII only.

    Raises:
        ValueError: a number does not fit its bar code.
    """
    formats = []
    for label in labels:
        tape = _Tape(stock)
        draw_own(tape, stock, label)
        shared = _shared_fields(stock, label.sender, label.carrier, label.service)
        formats.append(f"{shared}{''.join(tape.fields)}^PQ1\n^XZ\n")
    return "".join(formats)


@lru_cache(maxsize=256)
def _shared_fields(stock: Stock, sender: Party, carrier: str, service: str) -> str:
    tape = _Tape(stock)
    draw_shared(tape, stock, sender, carrier, service)
    head = f"^XA\n^CI28\n^PW{stock.width}\n^LL{stock.height}\n^LH0,0\n"
    return head + "".join(tape.fields)


class _Tape:
    """ZPL fields. Texts are hexadecimal where ZPL has a meaning of its own for a character."""

    def __init__(self, stock: Stock) -> None:
        self.fields: list[str] = []
        self._stock = stock

    def words(
        self, x: int, y: int, text: str, size_pt: float, *, bold: bool = False, white: bool = False
    ) -> None:
        high = self._stock.dots(size_pt)
        wide = (
            high if bold else high * 9 // 10
        )  # the printer's own letters have one weight: narrower reads as lighter
        self.fields.append(f"^FT{x},{y}^A0N,{high},{wide}{'^FR' if white else ''}{_field(text)}\n")

    def middle(self, y: int, text: str, size_pt: float) -> None:
        wide = measure(text, BOLD, size_pt) * self._stock.dpi / 72
        self.words(int(self._stock.width - wide) // 2, y, text, size_pt, bold=True)

    def box(self, x: int, y: int, width: int, height: int) -> None:
        self.fields.append(f"^FO{x},{y}^GB{width},{height},{min(width, height)}^FS\n")

    def linear(self, x: int, y: int, module: int, height: int, code: Linear) -> None:
        self.fields.append(f"^FO{x},{y}^BY{module}^BCN,{height},N,N,N,N^FD{code.zpl}^FS\n")

    def matrix(self, x: int, y: int, module: int, text: str, code: Modules) -> None:
        self.fields.append(f"^FO{x},{y}^BXN,{module},200,{code.columns},{code.rows}^FD{text}^FS\n")


def _field(text: str) -> str:
    said = plain(text)
    if said.isascii() and not _SPECIAL.intersection(said):
        return f"^FD{said}^FS"
    return f"^FH_^FD{''.join(_spelled(char) for char in said)}^FS"


_SPECIAL = frozenset("^~_\\")


def _spelled(char: str) -> str:
    if char.isascii() and char not in _SPECIAL:
        return char
    return "".join(f"_{byte:02X}" for byte in char.encode())
