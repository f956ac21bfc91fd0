"""One order becomes one of ours per seller, and no centavo is lost or made."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.world.replay.olist import Olist
from doorstep.world.replay.parts import Part, divided, parts_of, shares

AMOUNTS = st.integers(0, 10**7)
WEIGHTS = st.lists(st.integers(0, 10**6), min_size=1, max_size=6).filter(any)


def parts(olist: Olist, order_id: str) -> list[Part]:
    return parts_of(olist, next(one for one in olist.orders if one.order_id == order_id))


def test_an_order_of_two_sellers_becomes_two_with_the_same_reference(olist: Olist) -> None:
    anna, bruno = parts(olist, "two-sellers")
    assert (anna.key, bruno.key) == (("two-sellers", "anna"), ("two-sellers", "bruno"))
    assert [(one.method, one.amount_minor) for one in anna.payments] == [
        ("voucher", 1333),
        ("credit_card", 2667),
    ]
    assert [(one.method, one.amount_minor) for one in bruno.payments] == [
        ("voucher", 2000),
        ("credit_card", 4001),
    ]
    assert (anna.paid_minor, bruno.paid_minor) == (4000, 6001), "each what it comes to"


def test_a_payment_of_nothing_is_left_out_and_said(olist: Olist) -> None:
    anna, _ = parts(olist, "two-sellers")
    assert {"what": "payments_of_nothing", "left_out": 1} in anna.oddities


def test_units_of_one_product_at_one_price_are_one_line(olist: Olist) -> None:
    [part] = parts(olist, "huge")
    assert [(line.sku, line.quantity) for line in part.lines] == [("wardrobe", 1), ("anvil", 3)]


def test_the_largest_remainder_goes_first() -> None:
    assert shares(100, [1, 1, 1]) == [34, 33, 33]
    assert shares(10, [6, 3, 1]) == [6, 3, 1]
    assert shares(7, [0, 5]) == [0, 7]
    with pytest.raises(ValueError, match="at least one"):
        shares(1, [0, 0])


@given(AMOUNTS, WEIGHTS)
def test_shares_add_up_and_none_is_a_whole_unit_off(amount: int, weights: list[int]) -> None:
    found = shares(amount, weights)
    assert sum(found) == amount
    assert all(abs(one - amount * w / sum(weights)) < 1 for one, w in zip(found, weights, strict=True))


@given(st.lists(AMOUNTS, min_size=1, max_size=29), WEIGHTS)
def test_payments_and_parts_both_stay_whole(payments: list[int], dues: list[int]) -> None:
    found = divided(payments, dues)
    assert [sum(row) for row in found] == payments
    assert [sum(column) for column in zip(*found, strict=True)] == shares(sum(payments), dues)
    assert all(one >= 0 for row in found for one in row)
