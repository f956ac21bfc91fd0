"""Money in the smallest unit, and splits that add up."""

import random

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


@pytest.mark.proves("E1")
@pytest.mark.parametrize("number", [20_000, pytest.param(1_000_000, marks=pytest.mark.soak)])
def test_as_many_random_splits_add_up_to_the_minor_unit(number: int) -> None:
    """Sums of all sizes, also negative ones, by up to 12 weights; who has the larger remainder is never behind."""
    draw = random.Random(number)
    for _ in range(number):
        total = draw.randint(-(10 ** draw.randint(0, 15)), 10 ** draw.randint(0, 15))
        weights = [draw.randint(0, 10 ** draw.randint(0, 6)) for _ in range(draw.randint(1, 12))]
        parts = split(total, weights)
        assert sum(parts) == total, (total, weights)
        whole = sum(weights)
        if whole:
            rests = [
                (abs(part) - abs(total) * weight // whole, abs(total) * weight % whole)
                for part, weight in zip(parts, weights, strict=True)
            ]
            assert {up for up, _ in rests} <= {0, 1}, (total, weights)
            least = min((rest for up, rest in rests if up), default=0)
            assert all(rest <= least for up, rest in rests if not up) or least == 0, (total, weights)


@pytest.mark.proves("E1")
@pytest.mark.parametrize(("currency", "places"), [("JPY", 0), ("BRL", 2), ("BHD", 3), ("CLF", 4)])
@given(st.integers(-(10**12), 10**12))
def test_an_amount_of_any_currency_reads_back_from_what_is_shown(
    currency: str, places: int, amount: int
) -> None:
    shown = money(amount, currency).removesuffix(f" {currency}").replace(",", "")
    assert len(shown.partition(".")[2]) == places
    assert int(shown.replace(".", "")) == amount


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
