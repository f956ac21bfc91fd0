"""A PDF that this house writes opens, says what was asked, and is the same every time."""

import pypdfium2
import pytest
import zxingcpp

from doorstep.platform.barcodes import code128, qr
from doorstep.platform.documents import BOLD, REGULAR, Document, measure
from tests.platform.documents.sheets import gray, words_of


def sheet(*lines: str) -> bytes:
    document = Document("A test", language="pt")
    page = document.page(200, 100)
    for place, line in enumerate(lines):
        page.text(10, 20 + 12 * place, line, font=BOLD if place % 2 else REGULAR, size_pt=8)
    return document.bytes()


def test_a_page_says_the_words_that_were_written_on_it() -> None:
    assert words_of(sheet("Olá (mundo) \\o/", "Grüße…")) == "Olá (mundo) \\o/\nGrüße…"


def test_a_page_has_the_asked_size_and_readers_are_told_not_to_scale_it() -> None:
    made = sheet("x")
    assert pypdfium2.PdfDocument(made)[0].get_size() == (200, 100)
    assert b"/PrintScaling /None" in made


def test_the_same_pages_are_the_same_bytes() -> None:
    assert sheet("a", "b") == sheet("a", "b")


@pytest.mark.parametrize("text", ["x) Tj ET (", "\\", "\\)", ")(", "EI Q", "endstream endobj"])
def test_no_text_breaks_out_of_its_string(text: str) -> None:
    assert words_of(sheet(text)) == text


def test_words_are_as_wide_as_the_reader_draws_them() -> None:
    document = Document("widths")
    said = "The quick brown fox jumps: 0123456789 ÄÖÜß €"
    document.page(600, 50).text(10, 30, said, font=BOLD, size_pt=12)
    page = pypdfium2.PdfDocument(document.bytes())[0].get_textpage()
    left = page.get_charbox(0, loose=True)[0]
    right = page.get_charbox(page.count_chars() - 1, loose=True)[2]
    assert right - left == pytest.approx(measure(said, BOLD, 12), abs=1.5)


def test_words_can_end_or_be_centered_at_a_place() -> None:
    document = Document("places")
    page = document.page(200, 50)
    page.text(190, 20, "right", align="right")
    page.text(100, 40, "middle", align="center")
    dark = gray(document.bytes(), 144) < 128
    columns = [dark[rows].any(axis=0).nonzero()[0] / 2 for rows in (slice(0, 44), slice(60, 100))]
    assert columns[0][-1] == pytest.approx(190, abs=1)
    assert (columns[1][0] + columns[1][-1]) / 2 == pytest.approx(100, abs=1)


def test_codes_scan_from_a_page() -> None:
    document = Document("codes")
    page = document.page(288, 144)
    linear = code128("DS000000000143").modules
    page.code(30, 20, linear.columns * 1.0, 40, linear)
    square = qr("https://doorstep.example/t/1")
    page.code(220, 80, 50, 50, square)
    read = zxingcpp.read_barcodes(gray(document.bytes(), 203))
    assert {code.text for code in read} == {"DS000000000143", "https://doorstep.example/t/1"}
