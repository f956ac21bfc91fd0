"""Labels scan at the resolution they were made for, whatever stands on them."""

import random
import struct
import zlib
from dataclasses import replace

import numpy as np
import pytest
import zxingcpp

from doorstep.platform.documents import plain
from doorstep.stages.shipping.rules.label import STOCKS, Label, Party, arrange, sorting_text, unprintable
from doorstep.stages.shipping.rules.lint import fields, lint
from doorstep.stages.shipping.rules.paper import pdf, png, zpl
from tests.platform.documents.sheets import gray, words_of
from tests.worlds.labels import LABEL, random_labels, sent_to

FOUR_BY_SIX = STOCKS["4x6", 203]


def codes(made: bytes, dpi: int, page: int = 0) -> dict[str, str]:
    return {code.symbology_identifier: code.text for code in zxingcpp.read_barcodes(gray(made, dpi, page))}


def assert_scans(labels: list[Label], dpi: int, name: str = "4x6") -> None:
    made = pdf(labels, STOCKS[name, dpi])
    for page, label in enumerate(labels):
        read = codes(made, dpi, page)
        assert read["]C0"] == label.tracking
        assert read["]C1"] == f"(00){label.sscc}"
        assert read["]d1"] == sorting_text(label)


@pytest.mark.parametrize("dpi", [203, 300])
@pytest.mark.parametrize("name", ["4x6", "a6"])
def test_every_code_of_random_labels_reads_back_in_order(name: str, dpi: int) -> None:
    assert_scans(random_labels(15, seed=dpi), dpi, name)


@pytest.mark.parametrize(("name", "dpi"), STOCKS)
def test_a_label_as_a_picture_scans_dot_for_dot_and_says_its_resolution(name: str, dpi: int) -> None:
    stock = STOCKS[name, dpi]
    for label in random_labels(3, seed=dpi):
        made = png(label, stock)
        dots = read_png(made)
        assert dots.shape == (stock.height, stock.width)
        assert struct.unpack(">II", made[41:49]) == (round(dpi / 0.0254),) * 2
        read = {code.symbology_identifier: code.text for code in zxingcpp.read_barcodes(dots)}
        assert read == {"]C0": label.tracking, "]C1": f"(00){label.sscc}", "]d1": sorting_text(label)}


def read_png(made: bytes) -> "np.ndarray[tuple[int, int], np.dtype[np.uint8]]":
    """Read a PNG of one bit per pixel whose rows are unfiltered, by its chunks."""
    width, height, *kind = struct.unpack(">IIBBBBB", made[16:29])
    assert kind == [1, 0, 0, 0, 0]
    at = made.index(b"IDAT")
    (length,) = struct.unpack(">I", made[at - 4 : at])
    rows = np.frombuffer(zlib.decompress(made[at + 4 : at + 4 + length]), dtype=np.uint8).reshape(height, -1)
    assert not rows[:, 0].any()
    return np.unpackbits(rows[:, 1:], axis=1)[:, :width] * np.uint8(255)


@pytest.mark.soak
@pytest.mark.parametrize("dpi", [203, 300])
def test_every_code_of_a_thousand_random_labels_reads_back(dpi: int) -> None:
    for part in range(10):
        assert_scans(random_labels(100, seed=part), dpi)


@pytest.mark.parametrize(("name", "dpi"), STOCKS)
def test_modules_are_whole_dots_and_as_wide_as_gs1_asks(name: str, dpi: int) -> None:
    drawn = list(fields(zpl([LABEL], STOCKS[name, dpi])))
    bars = [one for one in drawn if one.first("BC") is not None]
    sscc_field = max(bars, key=lambda one: one.y)
    module = int(sscc_field.first("BY") or 0)
    assert 0.495 <= module / dpi * 25.4 <= 1.016
    high = int((sscc_field.first("BC") or "").split(",")[1])
    assert high / dpi * 25.4 >= 32
    assert sscc_field.y == max(one.y for one in drawn if one.first("FD") is None or one.first("BC"))


def test_a_four_by_six_inch_page_is_exactly_that_and_is_not_scaled() -> None:
    made = pdf([LABEL], FOUR_BY_SIX)
    assert b"/MediaBox [0 0 288 432]" in made
    assert b"/PrintScaling /None" in made
    assert len(made) < 3500


def test_a_label_shows_person_and_company_and_the_number_under_its_bars() -> None:
    said = words_of(pdf([LABEL], FOUR_BY_SIX))
    for line in ("Ana María Núñez", "Ferretería & Hijos", "28013 Madrid", "Swift Parcel", "DS00 0000 0014"):
        assert line in said
    assert "(00) 0 0612345 000000017 3" in said


def test_the_place_is_written_as_the_country_writes_it() -> None:
    party = Party("A", "1 Main St", "Springfield", "US", postal_code="62701", region="IL")
    assert party.lines() == ["A", "1 Main St", "Springfield, IL 62701", "US"]
    assert replace(party, country="DE", region="").lines()[2] == "62701 Springfield"


LONG = "Donaudampfschifffahrtsgesellschaftskapitänsmütze " * 5


@pytest.mark.parametrize(
    "parts", [{"street": LONG}, {"name": LONG, "street2": LONG, "company": LONG, "city": LONG}]
)
def test_a_long_address_grows_smaller_but_place_and_country_stay(parts: dict[str, str]) -> None:
    lines = sent_to(**parts).receiver.lines()
    size_pt, broken = arrange(lines, 268, 90)
    assert size_pt >= 7
    assert broken[-1] == "ES"
    assert any(line.startswith("28013") for line in broken)
    assert len(broken) * size_pt * 1.12 <= 91


def test_a_number_too_long_for_the_paper_is_refused_not_squeezed() -> None:
    with pytest.raises(ValueError, match="too long"):
        pdf([replace(LABEL, tracking="A" * 40)], FOUR_BY_SIX)


HOSTILE = [
    "^XZ^XA^JUS^XZ", "~JA", "^FS^FO0,0^GB800,800,800^FS", "_5EXZ", "\\&", "^FH^FD", "^CC|", ">;>8", "\x00\x1b", "\r\n^XA",
    ") Tj ET Q (", "\\) Tj", "endstream", "EI Q BT", "<</S/JavaScript>>", "((((", "))))", "\\\\\\(", "%%EOF", "/F9 99 Tf",
    "\u202e\u2066", "\u202e^XZ", "\ufb00^", "\uff3e\uff38\uff3a", "\uff5e\uff2a\uff21", "A" * 500, "🇩🇪" * 50, "\u0301" * 80, "{{7*7}}", "'; DROP TABLE labels;--",
]  # fmt: skip


def payloads() -> list[str]:
    draw = random.Random(9)
    mixed = ["".join(draw.choices(HOSTILE, k=draw.randint(1, 3)))[:400] for _ in range(470)]
    return HOSTILE + mixed


def hostile(payload: str) -> Label:
    return replace(
        sent_to(name=payload, street=payload, city=payload, postal_code=payload, street2=payload),
        route=payload,
        reference=payload,
        service=payload,
        carrier=payload,
    )


def test_no_text_breaks_out_of_a_field_of_zpl() -> None:
    harmless = [(one.x, name) for one in fields(zpl([hostile("x")], FOUR_BY_SIX)) for name, _ in one.commands]
    for payload in payloads():
        made = zpl([hostile(payload)], FOUR_BY_SIX)
        assert lint(made, width=812, height=1218) == [], payload
        drawn = [(one.x, name) for one in fields(made) for name, _ in one.commands if name != "FH"]
        assert {name for _, name in drawn} <= {name for _, name in harmless}, payload
        assert made.count("^XA") == made.count("^XZ") == 1


def test_no_text_breaks_out_of_a_field_of_pdf() -> None:
    for place, payload in enumerate(payloads()):
        label = hostile(payload)
        made = pdf([label], FOUR_BY_SIX)
        said = words_of(made)
        assert "(00) 0 0612345 000000017 3" in said
        seen = plain(payload).strip()[:8].split(" ")[0]
        assert seen in said, payload
        if place % 50 == 0:
            assert codes(made, 203)["]C1"] == f"(00){label.sscc}"


def test_letters_that_printers_lack_are_named_by_where_they_stand() -> None:
    assert unprintable(LABEL) == []
    assert unprintable(sent_to(name="山田太郎", street2="Łódź 5", city="Αθήνα")) == ["name"]
    assert unprintable(replace(sent_to(street="東京 1"), service="特急")) == ["street", "service"]
    assert unprintable(replace(LABEL, sender=replace(LABEL.sender, street="מחסן 4"))) == ["sender street"]
