"""Bar codes say what they were given, and numbers carry the check digits that the world agreed on."""

import string

import numpy as np
import pytest
import zint
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st

from doorstep.platform.barcodes import (
    Modules,
    code128,
    datamatrix,
    gs1_128,
    gs1_check_digit,
    gs1_checks,
    qr,
    sscc,
)

PRINTABLE = st.text(string.printable[:95], min_size=1, max_size=30)


def read(modules: Modules) -> zxingcpp.Barcode:
    rows = np.frombuffer(modules.bits, np.uint8).reshape(modules.rows, -1)
    dark = np.unpackbits(rows, axis=1)[:, : modules.columns]
    dots = np.kron(dark, np.ones((40 if modules.rows == 1 else 4, 4), np.uint8))
    found = zxingcpp.read_barcodes(((1 - np.pad(dots, 48)) * 255).astype(np.uint8))
    assert len(found) == 1
    return found[0]


@settings(max_examples=60)
@given(st.one_of(PRINTABLE, st.text("0123456789AB", min_size=1, max_size=24)))
def test_code_128_reads_back_and_is_as_short_as_another_encoder_makes_it(text: str) -> None:
    other = zint.Symbol()
    other.symbology = zint.Symbology.CODE128
    other.encode(text)
    mine = code128(text)
    assert mine.modules.columns == other.width
    found = read(mine.modules)
    assert (found.text, found.symbology_identifier) == (text, "]C0")


@pytest.mark.parametrize(
    ("text", "zpl"),
    [
        ("DS0000000143", ">:DS>50000000143"),
        ("DS12345", ">:DS1>52345"),
        ("A>B", ">:A>0B"),
        ("99999999", ">;99999999"),
    ],
)
def test_a_printer_is_told_the_same_changes_of_set(text: str, zpl: str) -> None:
    assert code128(text).zpl == zpl


@pytest.mark.parametrize("text", ["", "é", "a\nb", "x" * 81])
def test_what_code_128_cannot_say_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="Code 128"):
        code128(text)


def test_an_sscc_is_a_gs1_symbol_of_156_modules() -> None:
    code = gs1_128((("00", sscc("0612345", 17)),))
    found = read(code.modules)
    assert (found.text, found.symbology_identifier) == ("(00)006123450000000173", "]C1")
    assert code.modules.columns == 156
    assert code.zpl == ">;>800006123450000000173"


def test_an_element_of_free_length_is_closed_before_the_next() -> None:
    number = sscc("0612345", 1)
    code = gs1_128((("10", "LOT12A"), ("420", "12345"), ("00", number)))
    assert read(code.modules).text == f"(10)LOT12A(420)12345(00){number}"


@pytest.mark.parametrize(
    "elements",
    [
        (("00", "006123450000000170"),),
        (("00", "12"),),
        (("x", "1"),),
        (("10", "é"),),
        (("10", "A" * 30), ("21", "B" * 30)),
        (),
    ],
)
def test_a_wrong_gs1_element_is_refused(elements: tuple[tuple[str, str], ...]) -> None:
    with pytest.raises(ValueError, match=r"GS1|takes|check digit"):
        gs1_128(elements)


def test_a_datamatrix_and_a_qr_code_read_back() -> None:
    assert read(datamatrix("DS1|DE|10115|DE 10")).text == "DS1|DE|10115|DE 10"
    assert read(qr("https://doorstep.example/t/é")).text == "https://doorstep.example/t/é"
    with pytest.raises(ValueError, match="not made"):
        qr("")


@pytest.mark.parametrize("number", ["000123450000000027", "041441760228964", "4006381333931", "96385074"])
def test_numbers_from_the_world_pass_their_check(number: str) -> None:
    assert gs1_checks(number)
    assert gs1_check_digit(number[:-1]) == number[-1]


@given(st.integers(0, 10**10 - 1), st.integers(0, 17), st.integers(1, 9))
def test_every_sscc_checks_and_one_wrong_digit_does_not(serial: int, place: int, change: int) -> None:
    number = sscc("4012345", serial)
    assert len(number) == 18
    assert gs1_checks(number)
    wrong = str((int(number[place]) + change) % 10)
    assert not gs1_checks(number[:place] + wrong + number[place + 1 :])


def test_serials_run_on_into_the_extension_digit_and_then_the_prefix_is_used_up() -> None:
    assert sscc("4012345", 10**9)[:8] == "14012345"
    with pytest.raises(ValueError, match="shorter prefix"):
        sscc("4012345", 10**10)
    with pytest.raises(ValueError, match="7 to 10 digits"):
        sscc("12", 1)
