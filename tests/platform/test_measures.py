"""Money in the smallest unit, and splits that add up."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.platform.measures import decimals, distance, mass, money, split


@pytest.mark.proves("E1")
@pytest.mark.parametrize(
    ("amount", "currency", "shown"),
    [
        (1250, "EUR", "12.50 EUR"),
        (-3, "JPY", "-3 JPY"),
        (123_456_789, "BHD", "123,456.789 BHD"),
        (5, "CLF", "0.0005 CLF"),
    ],
)
def test_money_is_shown_with_the_decimals_of_its_currency(amount: int, currency: str, shown: str) -> None:
    assert money(amount, currency) == shown


def test_an_unlisted_currency_has_two_decimals() -> None:
    assert decimals("BRL") == 2


@pytest.mark.proves("E1")
@given(st.integers(-(10**12), 10**12), st.lists(st.integers(0, 10**6), min_size=1, max_size=30))
def test_the_parts_of_a_split_add_up_and_are_within_one_unit_of_fair(total: int, weights: list[int]) -> None:
    parts = split(total, weights)
    assert sum(parts) == total
    shares = weights if sum(weights) else [1] * len(weights)
    assert all(
        abs(part * sum(shares) - total * share) < sum(shares)
        for part, share in zip(parts, shares, strict=True)
    )


@pytest.mark.parametrize("weights", [[], [3, -1]])
def test_a_split_needs_weights_that_make_sense(weights: list[int]) -> None:
    with pytest.raises(ValueError, match="split needs"):
        split(10, weights)


def test_mass_and_distance_are_shown_in_the_unit_people_use() -> None:
    assert (mass(850), mass(12_400), distance(640), distance(12_300)) == (
        "850 g",
        "12.40 kg",
        "640 m",
        "12.3 km",
    )
