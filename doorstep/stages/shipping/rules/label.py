"""What a shipping label shows, and where: one layout, drawn as ZPL or as PDF for the printer that will print it.

Zones from top to bottom: sender and service; the delivery address, largest; route and DataMatrix; tracking number in Code 128;
our own reference; the SSCC in GS1-128, lowest on the label (GS1 Logistic Label Guideline). Everything is placed on whole dots of
one resolution, and a module of a bar code is a whole number of dots, so a label is never scaled.
"""

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Protocol

from doorstep.platform.barcodes import QUIET_MODULES, Linear, Modules, code128, datamatrix, gs1_128
from doorstep.platform.documents import BOLD, REGULAR, Font, fit, lost, measure, wrap
from doorstep.stages.shipping.rules.numbers import spoken, spoken_sscc

MARGIN_PT = 10
SSCC_HIGH_PT = 92
"""32.4 mm: GS1 asks for 32 mm or more."""
CITY_FIRST = frozenset(
    ["US", "CA", "AU", "NZ", "GB", "IE", "IN", "BR", "MX", "ZA", "SG", "HK", "TW", "AE", "PH"]
)
"""Countries whose addresses end in city, region and postal code; elsewhere the postal code leads."""


@dataclass(frozen=True, slots=True)
class Party:
    """Who sends or receives, as it is printed; empty parts are left out."""

    name: str
    street: str
    city: str
    country: str
    postal_code: str = ""
    region: str = ""
    company: str = ""
    street2: str = ""

    def lines(self) -> list[str]:
        """Return the lines of the address: person and company both, then street, place and country."""
        place = " ".join(part for part in (self.postal_code, self.city, self.region) if part)
        if self.country in CITY_FIRST:
            town = f"{self.city}, {self.region}" if self.region else self.city
            place = " ".join(part for part in (town, self.postal_code) if part)
        parts = (self.name, self.company, self.street, self.street2, place, self.country)
        return [part for part in parts if part.strip()]


@dataclass(frozen=True, slots=True)
class Label:
    """The facts of one label.

    Attributes:
        route: where the carrier's network sorts it to, in large letters (`DE 10`, `CENTER-1`).
        tracking: the carrier's number, capitals and digits.
        sscc: 18 digits.
        reference: our own words for a person who looks for the parcel (`Order 1004 · Parcel 2001 · 1.25 kg`).
    """

    sender: Party
    receiver: Party
    carrier: str
    service: str
    route: str
    tracking: str
    sscc: str
    reference: str


def unprintable(label: Label) -> list[str]:
    """Return which words of a label have letters that printers lack and will show as `?`, by name: the receiver's first."""
    named = {field.replace("_", " "): getattr(label.receiver, field) for field in Party.__slots__}
    named |= {f"sender {field.replace('_', ' ')}": getattr(label.sender, field) for field in Party.__slots__}
    named |= {name: getattr(label, name) for name in ("carrier", "service", "route", "reference")}
    return [name for name, words in named.items() if lost(words)]


@dataclass(frozen=True, slots=True)
class Stock:
    """Paper of one size in a printer of one resolution."""

    name: str
    dpi: int
    width: int
    height: int

    def dots(self, points: float) -> int:
        """Return how many dots a length in points is, to the nearest."""
        return round(points * self.dpi / 72)


STOCKS = {
    ("4x6", 203): Stock("4x6", 203, 812, 1218),
    ("4x6", 300): Stock("4x6", 300, 1200, 1800),
    ("a6", 203): Stock("a6", 203, 840, 1184),
    ("a6", 300): Stock("a6", 300, 1240, 1748),
}
"""By name and resolution: 4 x 6 inch is exactly 288 x 432 points; A6 is 105 x 148 mm."""


class Paper(Protocol):
    """What a label is drawn on. Places are dots from the top left corner; letters are sized in points."""

    def words(
        self, x: int, y: int, text: str, size_pt: float, *, bold: bool = False, white: bool = False
    ) -> None:
        """Print one line that begins at x with its baseline at y."""

    def middle(self, y: int, text: str, size_pt: float) -> None:
        """Print one bold line in the middle of the paper with its baseline at y."""

    def box(self, x: int, y: int, width: int, height: int) -> None:
        """Fill a rectangle with black."""

    def linear(self, x: int, y: int, module: int, height: int, code: Linear) -> None:
        """Draw a linear bar code whose modules are `module` dots wide."""

    def matrix(self, x: int, y: int, module: int, text: str, code: Modules) -> None:
        """Draw a DataMatrix of `text` whose modules are `module` dots wide and high."""


@dataclass(frozen=True, slots=True)
class Zones:
    """Where each zone ends on a stock, in dots from the top, and the modules that fit it."""

    stock: Stock
    margin: int = field(init=False)
    sender: int = field(init=False)
    address: int = field(init=False)
    route: int = field(init=False)
    tracking: int = field(init=False)
    reference: int = field(init=False)
    sscc_module: int = field(init=False)

    def __post_init__(self) -> None:
        up, stock = self.stock.height, self.stock
        places = {
            "margin": stock.dots(MARGIN_PT),
            "sender": stock.dots(62),
            "address": up - stock.dots(266),
            "route": up - stock.dots(206),
            "tracking": up - stock.dots(132),
            "reference": up - stock.dots(112),
            "sscc_module": -(-stock.dpi * 495 // 25_400),  # 0.495 mm is the least that GS1 allows
        }
        for name, dots in places.items():
            object.__setattr__(self, name, dots)


@lru_cache
def zones(stock: Stock) -> Zones:
    """Return where things go on a stock."""
    return Zones(stock)


def draw_shared(paper: Paper, stock: Stock, sender: Party, carrier: str, service: str) -> None:
    """Draw what all labels of a site and service share: sender, banner, and the lines between the zones."""
    at, z = stock.dots, zones(stock)
    half = stock.width * 55 // 100
    room_pt = (half - z.margin) * 72 / stock.dpi - 8
    paper.words(z.margin, at(14), "FROM", 6)
    lead = 9.5
    for place, line in enumerate(sender.lines()[:5]):
        shown = fit(line, BOLD if place == 0 else REGULAR, 8, room_pt)
        paper.words(z.margin, at(23 + place * lead), shown, 8, bold=place == 0)
    wide = stock.width - z.margin - half
    wide_pt = wide * 72 / stock.dpi - 10
    paper.box(half, z.margin, wide, at(44))
    paper.words(half + at(5), at(24), fit(carrier, REGULAR, 9, wide_pt), 9, white=True)
    size_pt, shown = _sized(service, BOLD, wide_pt, 16, 8)
    paper.words(half + at(5), at(44), shown, size_pt, bold=True, white=True)
    thin = max(1, at(0.7))
    for y in (z.sender, z.address, z.route, z.tracking, z.reference):
        paper.box(z.margin, y, stock.width - 2 * z.margin, thin)
    paper.words(z.margin, z.sender + at(9), "SHIP TO", 6)
    paper.words(z.margin, z.address + at(9), "ROUTE", 6)


def draw_own(paper: Paper, stock: Stock, label: Label) -> None:
    """Draw what is this label's own.

    Raises:
        ValueError: a number does not fit its bar code.
    """
    z = zones(stock)
    _draw_address(paper, z, label.receiver)
    _draw_route(paper, z, label)
    _draw_tracking(paper, z, label.tracking)
    at = stock.dots
    room_pt = (stock.width - 2 * z.margin) * 72 / stock.dpi
    size_pt, reference = _sized(label.reference, REGULAR, room_pt, 9, 6)
    paper.words(z.margin, z.tracking + at(13.5), reference, size_pt)
    code = gs1_128((("00", label.sscc),))
    x = (stock.width - code.columns * z.sscc_module) // 2
    paper.linear(x, z.reference + at(4), z.sscc_module, at(SSCC_HIGH_PT), code)
    paper.middle(z.reference + at(SSCC_HIGH_PT + 13), spoken_sscc(label.sscc), 10)


def _draw_address(paper: Paper, z: Zones, receiver: Party) -> None:
    stock = z.stock
    high_pt = (z.address - z.sender) * 72 / stock.dpi - 14
    room_pt = (stock.width - 2 * z.margin) * 72 / stock.dpi
    size_pt, lines = arrange(receiver.lines(), room_pt, high_pt)
    lead_pt = min(high_pt / len(lines), size_pt * 1.3)
    for place, line in enumerate(lines):
        y = z.sender + stock.dots(12 + size_pt * 0.8 + place * lead_pt)
        paper.words(z.margin, y, line, size_pt, bold=True)


def arrange(lines: list[str], room_pt: float, high_pt: float) -> tuple[float, list[str]]:
    """Return the size and the lines in which an address fills its zone best.

    Unbroken lines as large as they fit (at most 16 points) if that is 10 points or more; else lines are broken; what is still
    too much at 7 points is shortened line by line, so that the place and the country never fall off.
    """
    size_pt = min(_largest(lines, BOLD, room_pt, 16, 1), int(2 * high_pt / len(lines) / 1.12) / 2)
    if size_pt >= 10:
        return size_pt, lines
    for tried_pt in (11, 10, 9, 8, 7):
        broken = [part for line in lines for part in wrap(line, BOLD, tried_pt, room_pt, lines_max=3)]
        if len(broken) * tried_pt * 1.12 <= high_pt:
            return tried_pt, broken
    each = int(high_pt / (7 * 1.12)) // len(lines)
    return 7, [part for line in lines for part in wrap(line, BOLD, 7, room_pt, lines_max=max(each, 1))]


def _largest(lines: list[str], font: Font, room_pt: float, most_pt: float, least_pt: float) -> float:
    """Return the largest size, in half points, at which every line fits; at least `least_pt`."""
    widest = max([measure(line, font, 1) for line in lines])
    fits_pt = int(2 * room_pt / widest) / 2 if widest else most_pt
    return max(least_pt, min(most_pt, fits_pt))


def _sized(text: str, font: Font, room_pt: float, most_pt: float, least_pt: float) -> tuple[float, str]:
    """Return the largest size at which one line fits, and the line, shortened where even the least is too large."""
    wide_pt = measure(text, font, 1)
    size_pt = min(most_pt, int(2 * room_pt / wide_pt) / 2) if wide_pt else most_pt
    return (size_pt, text) if size_pt >= least_pt else (least_pt, fit(text, font, least_pt, room_pt))


def _draw_route(paper: Paper, z: Zones, label: Label) -> None:
    stock = z.stock
    text = sorting_text(label)
    code = datamatrix(text)
    square = z.route - z.address - 2 * stock.dots(4)
    module = max(square // (code.rows + 2), 2)
    x = stock.width - z.margin - code.columns * module
    paper.matrix(x, z.address + (z.route - z.address - code.rows * module) // 2, module, text, code)
    room_pt = (x - 2 * z.margin) * 72 / stock.dpi
    size_pt, route = _sized(label.route, BOLD, room_pt, 30, 9)
    paper.words(z.margin, z.address + stock.dots(44), route, size_pt, bold=True)


def sorting_text(label: Label) -> str:
    """Return what the DataMatrix says: tracking number, country, postal code and route, for machines that sort."""
    parts = (label.receiver.country[:2], label.receiver.postal_code[:12], label.route[:20])
    return "|".join((label.tracking, *[_NO_CODE.sub("", part.upper()) for part in parts]))


_NO_CODE = re.compile(r"[^A-Z0-9 -]")


def _draw_tracking(paper: Paper, z: Zones, tracking: str) -> None:
    stock = z.stock
    code = code128(tracking)
    whole = code.columns + 2 * QUIET_MODULES
    module = min(stock.width // whole, z.sscc_module)
    if module * 25_400 < 240 * stock.dpi:
        raise ValueError(
            f"the tracking number {tracking} is too long for the bar code of a {stock.name} label"
        )
    x = (stock.width - code.columns * module) // 2
    paper.linear(x, z.route + stock.dots(5), module, stock.dots(52), code)
    paper.middle(z.route + stock.dots(70), spoken(tracking), 11)
