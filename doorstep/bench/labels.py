"""Labels drawn on one core, each of its own, and every code read back as a scanner would.

The yardstick draws the same label (addresses, banner, lines and the two linear codes; no DataMatrix, so it does less) with
ReportLab, if that is installed. Reading back needs zxing-cpp, which comes with the tests.
"""

import random
from collections.abc import Callable
from io import BytesIO
from time import perf_counter, process_time
from typing import Any

import pypdfium2

from doorstep.bench.report import Options, Report
from doorstep.platform.barcodes import sscc
from doorstep.stages.shipping.rules.label import STOCKS, Label, Party, Stock, sorting_text
from doorstep.stages.shipping.rules.lint import lint
from doorstep.stages.shipping.rules.numbers import tracking_number
from doorstep.stages.shipping.rules.paper import pdf, png, zpl

try:
    import zxingcpp
except ImportError:
    zxingcpp = None  # type: ignore[assignment]
try:
    from reportlab.graphics.barcode import code128 as reportlab_code128
    from reportlab.pdfgen import canvas
except ImportError:
    canvas = None

STOCK = STOCKS["4x6", 203]
FIRST = [
    "Ana",
    "Bruno",
    "Clara",
    "Davi",
    "Elena",
    "Felix",
    "Gustavo",
    "Ida",
    "João",
    "Katja",
    "Łucja",
    "Miguel",
    "Nora",
    "Østen",
    "Paula",
    "Renée",
    "Søren",
    "Tomás",
]
LAST = [
    "Müller",
    "Santos",
    "Núñez",
    "Kowalska",
    "Rossi",
    "Dupont",
    "Jensen",
    "Novák",
    "Öztürk",
    "Silva",
    "Brandão",
    "García",
]
STREETS = (
    "Lange Straße",
    "Rua das Flores",
    "Calle Mayor",
    "High Street",
    "Rue de l'Église",
    "Żurawia",
    "Im Rietle",
)
TOWNS = (
    ("DE", "10115", "Berlin"),
    ("PT", "1100-148", "Lisboa"),
    ("BR", "01310-100", "São Paulo"),
    ("US", "90210", "Beverly Hills"),
)


def run(options: Options) -> Report:
    """Draw labels for `seconds`, one file each, then read a sample back at 203 and 300 dpi."""
    seconds = options.seconds or (2.0 if options.quick else 10.0)
    labels = make(20_000 if options.quick else 100_000, options.seed)
    options.progress(f"{len(labels)} different labels are ready; drawing PDF for {seconds:g} s")
    pdf_per_s, drawn = _measure(labels, seconds, lambda label: pdf([label], STOCK))
    options.progress(f"{pdf_per_s:,.0f} PDF labels/s; now ZPL")
    zpl_per_s, printed = _measure(labels, seconds, lambda label: zpl([label], STOCK).encode())
    options.progress(f"{zpl_per_s:,.0f} ZPL labels/s; now PNG")
    png_per_s, pictures = _measure(labels, seconds / 2, lambda label: png(label, STOCK))
    sheet_per_s, _ = _measure(
        [labels[at : at + 500] for at in range(0, 10_000, 500)], seconds / 2, lambda some: pdf(some, STOCK)
    )
    sample = labels[: 20 if options.quick else 200]
    options.progress(f"{png_per_s:,.0f} PNG labels/s; reading {len(sample)} labels back at 203 and 300 dpi")
    checks = {
        "zpl_safe": all(
            not lint(one.decode(), width=STOCK.width, height=STOCK.height) for one in printed[:200]
        )
    }
    checks["decoded"] = zxingcpp is not None and all(
        _reads(label, STOCKS["4x6", dpi]) for dpi in (203, 300) for label in sample
    )
    yardsticks = {}
    if canvas is not None:
        options.progress("drawing the same labels with ReportLab")
        yardsticks["reportlab"], _ = _measure(labels, min(seconds, 3.0), _by_reportlab)
    return Report(
        bench="labels",
        value=round(pdf_per_s, 1),
        unit="PDF labels/s",
        ratios={name: round(pdf_per_s / value, 2) for name, value in yardsticks.items()},
        yardsticks={name: round(value, 1) for name, value in yardsticks.items()},
        checks=checks,
        details={
            "zpl_per_s": round(zpl_per_s, 1),
            "png_per_s": round(png_per_s, 1),
            "pdf_pages_per_s_in_files_of_500": round(sheet_per_s * 500, 1),
            "pdf_bytes": len(drawn[0]),
            "zpl_bytes": len(printed[0]),
            "png_bytes": len(pictures[0]),
            "read_back": 2 * len(sample),
        },
    )


def make(count: int, seed: int) -> list[Label]:
    """Make labels of random customers, all numbers different."""
    draw = random.Random(seed)
    sender = Party("Juniper", "Industriestrasse 12", "Vaduz", "LI", "9490")
    labels = []
    for serial in range(count):
        country, code, town = draw.choice(TOWNS)
        receiver = Party(
            f"{draw.choice(FIRST)} {draw.choice(LAST)}",
            f"{draw.choice(STREETS)} {draw.randint(1, 200)}",
            town,
            country,
            code,
            company=draw.choice(("", "", f"{draw.choice(LAST)} & Filhos")),
        )
        labels.append(
            Label(
                sender,
                receiver,
                "Parcelo",
                draw.choice(("Standard", "Express")),
                f"{country} {code[:5]}",
                tracking_number("PS", serial),
                sscc("0612345", serial),
                f"Order {serial + 1001} · Parcel {serial + 5001} · 1.25 kg",
            )
        )
    return labels


def _measure(things: list[Any], seconds: float, draw: Callable[[Any], bytes]) -> tuple[float, list[bytes]]:
    """Draw thing after thing for so long; return how many in a second of the core, and the first results.

    Drawing waits for nothing, so the core's own time is what counts, and a busy neighbor does not.
    """
    draw(things[0])
    kept: list[bytes] = []
    begun, until, done = process_time(), perf_counter() + seconds, 0
    while perf_counter() < until:
        made = draw(things[done % len(things)])
        done += 1
        if len(kept) < 200:
            kept.append(made)
    return done / (process_time() - begun), kept


def _reads(label: Label, stock: Stock) -> bool:
    """Whether a scanner reads the label's three codes, the SSCC as GS1-128."""
    page = pypdfium2.PdfDocument(pdf([label], stock))[0]
    dots = page.render(scale=stock.dpi / 72, grayscale=True).to_numpy()
    read = {code.symbology_identifier: code.text for code in zxingcpp.read_barcodes(dots)}
    return read == {"]C0": label.tracking, "]C1": f"(00){label.sscc}", "]d1": sorting_text(label)}


def _by_reportlab(label: Label) -> bytes:
    """Draw the label with ReportLab's own canvas and codes, all but the DataMatrix."""
    out = BytesIO()
    page = canvas.Canvas(out, pagesize=(288, 432))
    page.setFont("Helvetica", 8)
    for place, line in enumerate(label.sender.lines()):
        page.drawString(10, 409 - 9.5 * place, line)
    page.rect(158, 378, 120, 44, fill=1)
    page.setFillColorRGB(1, 1, 1)
    page.setFont("Helvetica-Bold", 16)
    page.drawString(163, 388, label.service)
    page.setFillColorRGB(0, 0, 0)
    for y in (370, 266, 206, 132, 112):
        page.line(10, y, 278, y)
    for place, line in enumerate(label.receiver.lines()):
        page.drawString(10, 345 - 18 * place, line)
    page.drawString(10, 222, label.route)
    reportlab_code128.Code128(label.tracking, barWidth=1.06, barHeight=52).drawOn(page, 40, 149)
    page.drawCentredString(144, 136, label.tracking)
    page.setFont("Helvetica", 9)
    page.drawString(10, 118, label.reference)
    reportlab_code128.Code128(f"\xf100{label.sscc}", barWidth=1.42, barHeight=92).drawOn(page, 20, 16)
    page.drawCentredString(144, 6, f"(00){label.sscc}")
    page.save()
    return out.getvalue()
