"""Cells that a spreadsheet program would compute stay text; numbers with a sign stay numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.platform.cells import FORMULA, inert
from tests.edge.payloads import PAYLOADS


@pytest.mark.parametrize("cell", ["", "A-1", "12", "-12.50", "+49", "-1,200.00", "a=1", " x"])
def test_what_computes_nothing_is_left_as_it_is(cell: str) -> None:
    assert inert(cell) == cell


@pytest.mark.parametrize(
    "cell", ["=1", "=1+1", "@7", "@SUM(A1)", "-2+3", "+1+1", "-", "\t=1", "\r=1", "\n=1", "\uff1d1+1", "\uff0b1", "\uff0d1", "\uff201", "-\u00b2"]
)  # fmt: skip
def test_what_would_be_computed_is_led_by_an_apostrophe(cell: str) -> None:
    assert inert(cell) == f"'{cell}"


def test_no_hostile_payload_begins_a_formula() -> None:
    assert any(payload.startswith("=") for payload in PAYLOADS)
    for payload in PAYLOADS:
        assert not inert(payload).startswith(FORMULA), payload
        assert inert(payload).removeprefix("'") == payload.removeprefix("'")


@given(st.sampled_from(FORMULA), st.text(st.characters(categories=["L", "S", "P"]), min_size=1))
def test_no_formula_of_words_is_left(sign: str, rest: str) -> None:
    assert inert(sign + rest) == f"'{sign}{rest}"
