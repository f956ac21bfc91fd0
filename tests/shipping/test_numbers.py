"""Numbers of ours catch a wrong character, and a scan is understood however the scanner spells it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.stages.shipping.rules.numbers import checks, scanned, spoken, spoken_sscc, tracking_number

SERIALS = st.integers(0, 10**10 - 1)


@given(SERIALS, st.integers(0, 13), st.sampled_from("0123456789ABCXYZ"))
def test_one_wrong_character_is_noticed(serial: int, place: int, char: str) -> None:
    number = tracking_number("DS", serial)
    assert checks(number)
    assert checks(number[:place] + char + number[place + 1 :]) is (number[place] == char)


@given(SERIALS, st.integers(2, 12))
def test_two_neighbors_in_the_wrong_order_are_noticed(serial: int, place: int) -> None:
    number = tracking_number("DS", serial)
    swapped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    assert checks(swapped) is (swapped == number)


@pytest.mark.parametrize(
    ("prefix", "serial"), [("", 1), ("ds", 1), ("D S", 1), ("TOOLONGXX", 1), ("DS", 10**10), ("DS", -1)]
)
def test_what_makes_no_number_is_refused(prefix: str, serial: int) -> None:
    with pytest.raises(ValueError, match=r"prefix|serial"):
        tracking_number(prefix, serial)


@pytest.mark.parametrize(
    "scan",
    ["006123450000000173", "00006123450000000173", "]C100006123450000000173", "(00) 0 0612345 000000017 3"],
)
def test_an_sscc_is_the_same_number_however_it_was_scanned(scan: str) -> None:
    assert scanned(scan) == "006123450000000173"


def test_a_tracking_number_may_be_typed_in_groups_and_small_letters() -> None:
    assert scanned(" ds00 0000 0014 35 ") == "DS000000001435"
    assert spoken("DS000000001435") == "DS00 0000 0014 35"
    assert spoken_sscc("006123450000000173") == "(00) 0 0612345 000000017 3"
