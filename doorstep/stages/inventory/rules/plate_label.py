"""The label of a plate: its number as a bar code (GS1-128 with identifier 00 for an SSCC), in large letters, and what is on it."""

from collections.abc import Sequence

from doorstep.platform.barcodes import Linear, code128, gs1_128
from doorstep.platform.documents import BOLD, Document, fit
from doorstep.stages.inventory.rules.arrivals import read_sscc

WIDTH_PT, HEIGHT_PT, MARGIN_PT = 288.0, 432.0, 20.0
"""Four by six inches, what label printers of a warehouse hold."""
LINES_MAX = 8
QUIET = 10
"""Modules of white beside the bars."""


def bars_of(code: str) -> Linear:
    """Return the bar code of a plate: scanners that know GS1 are told that an SSCC is one."""
    return gs1_128((("00", code),)) if read_sscc(code) == code else code128(code)


def draw_label(code: str, site: str, lines: Sequence[tuple[str, str, int]]) -> bytes:
    """Return the label of a plate as PDF.

    Args:
        code: what the plate is called.
        site: the warehouse.
        lines: what is on it as it is printed: (SKU, lot, units); more than fit are counted.
    """
    document = Document(f"Plate {code}")
    page = document.page(WIDTH_PT, HEIGHT_PT)
    wide = WIDTH_PT - 2 * MARGIN_PT
    page.text(MARGIN_PT, 34, fit(site, BOLD, 12, wide), font=BOLD, size_pt=12)
    page.line(MARGIN_PT, 44, WIDTH_PT - MARGIN_PT, 44)
    y = 66.0
    for sku, lot, units in lines[:LINES_MAX]:
        said = f"{sku}, lot {lot}" if lot else sku
        page.text(MARGIN_PT, y, fit(said, BOLD, 11, wide - 60), font=BOLD, size_pt=11)
        page.text(WIDTH_PT - MARGIN_PT, y, f"{units:,}", size_pt=11, align="right")
        y += 18
    if len(lines) > LINES_MAX:
        page.text(MARGIN_PT, y, f"and {len(lines) - LINES_MAX} more", size_pt=11)
    shown = f"(00) {code}" if read_sscc(code) == code else code
    size_pt = 24 if len(shown) < 16 else 17
    page.text(WIDTH_PT / 2, 260, fit(shown, BOLD, size_pt, wide), font=BOLD, size_pt=size_pt, align="center")
    bars = bars_of(code)
    module_pt = wide / (bars.columns + 2 * QUIET)
    page.code(MARGIN_PT + QUIET * module_pt, 278, bars.columns * module_pt, 130, bars.modules)
    return document.bytes()
