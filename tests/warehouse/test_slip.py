"""The packing slip shows what lies in the parcel, in the merchant's face, and never a price on a gift."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import zxingcpp

import doorstep
from doorstep.stages.warehouse.rules.slip import WORDS, Brand, Line, Slip, draw
from tests.platform.documents.sheets import gray, words_of
from tests.platform.documents.test_pictures import KINDS

TEXTS = Path(doorstep.__file__).parent / "stages" / "warehouse" / "texts"


def words_in(language: str) -> dict[str, str]:
    texts = json.loads((TEXTS / f"{language}.json").read_text(encoding="utf-8"))
    return {key: texts[f"slip.{key}"] for key in WORDS}


SLIP = Slip(
    Brand(
        "Maple & Co",
        "#b8232f",
        KINDS["colors with a mask"],
        "Packed by hand in Hamburg.",
        "help@maple.example",
    ),
    "1004",
    "2 March 2026",
    "2001",
    ("Ana María Núñez", "Calle Mayor 1", "28013 Madrid", "ES"),
    (Line("MUG-1", "Stoneware mug", 2, 2500), Line("TEA-7", "Oolong tea", 1, 990)),
    "EUR",
    "https://doorstep.example/t/abc",
    words_in("en"),
    code="P2001",
)


def test_a_slip_shows_order_goods_and_prices() -> None:
    said = words_of(draw(SLIP))
    for part in (
        "Maple & Co",
        "1004",
        "2001",
        "Calle Mayor 1",
        "MUG-1",
        "Stoneware mug",
        "25.00 EUR",
        "Packed by hand",
    ):
        assert part in said


def test_a_gift_has_the_words_of_the_giver_and_no_price() -> None:
    said = words_of(draw(replace(SLIP, gift=True, note="Happy birthday, Ana!")))
    assert "Happy birthday, Ana!" in said
    assert "A gift for you" in said
    assert "EUR" not in said
    assert "25.00" not in said


def test_units_with_numbers_of_their_own_are_named_on_more_sheets_than_one() -> None:
    numbers = tuple(f"SN-{number:06}" for number in range(160))
    lines = tuple(Line(f"LAMP-{kind}", "Desk lamp", 160, 100, numbers) for kind in range(3))
    made = draw(replace(SLIP, lines=lines))
    words = " ".join(words_of(made, page) for page in range(made.count(b"/Type /Page "))).split()
    assert [word.strip(",") for word in words if word.startswith("SN-")] == [*numbers] * 3
    assert "Serial no." in words_of(made)


def test_the_codes_lead_to_the_customers_page_and_to_the_parcel() -> None:
    read = zxingcpp.read_barcodes(gray(draw(SLIP), 200))
    assert {code.text for code in read} == {"https://doorstep.example/t/abc", "P2001"}


@pytest.mark.parametrize("size", ["a4", "letter"])
def test_a_long_order_goes_on_to_more_sheets_and_loses_nothing(size: str) -> None:
    lines = tuple(
        Line(f"SKU-{number:03}", f"Thing number {number} of many", number) for number in range(1, 81)
    )
    made = draw(replace(SLIP, lines=lines, size=size))
    sheets = [words_of(made, page) for page in range(made.count(b"/Type /Page "))]
    assert len(sheets) > 2
    assert all(f"Page {number} of {len(sheets)}" in said for number, said in enumerate(sheets, 1))
    assert [f"SKU-{number:03}" for number in range(1, 81)] == [
        word for said in sheets for word in said.split() if word.startswith("SKU-")
    ]


def test_a_slip_speaks_the_customers_language() -> None:
    said = words_of(draw(replace(SLIP, words=words_in("pt"), language="pt", more_parcels=True)))
    assert "Lista de conteúdo" in said
    assert "pacotes separados" in said


def test_a_broken_logo_keeps_no_parcel_from_leaving() -> None:
    said = words_of(draw(replace(SLIP, brand=replace(SLIP.brand, logo=b"GIF89a"))))
    assert "Maple & Co" in said
