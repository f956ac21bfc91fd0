"""What parcels come to where money is taken by parts: each its share, together the order, whatever the sequence."""

from typing import Any
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from doorstep.stages.orders.model import Payment, PaymentState
from doorstep.stages.orders.rules.parting import LineLeft, due, spread

ORDER = UUID(int=1)


def line(total_minor: int, pieces: int, gone: int, **extras: int) -> LineLeft:
    """A line of an order on which nothing is added or taken off unless said."""
    values = {"discount_minor": 0, "shipping_minor": 0, "tax_minor": 0, "rounding_minor": 0, **extras}
    return LineLeft(order_id=ORDER, total_minor=total_minor, pieces=pieces, gone=gone, **values)


def payment(number: int, amount_minor: int, state: str = PaymentState.AUTHORIZED, **changed: Any) -> Payment:
    """A payment of the order."""
    values: dict[str, Any] = {
        "id": UUID(int=number), "order_id": ORDER, "state": state, "processor": "simulated", "method": "card", "token": "tok_ok",
        "amount_minor": amount_minor, "captured_minor": 0, "refunded_minor": 0, "released_minor": 0, "currency": "EUR",
        "reference": None, "declined": None, "attempt": 1, "asked_at": None,
    }  # fmt: skip
    return Payment(**{**values, **changed})


def test_nothing_is_due_before_anything_has_left() -> None:
    assert due([line(1000, 3, 0, shipping_minor=500)]) == 0


def test_a_parcel_takes_its_lines_and_their_share_of_what_is_added() -> None:
    extras = {"shipping_minor": 500, "tax_minor": 7, "discount_minor": 100}
    assert due([line(750, 3, 3, **extras), line(250, 1, 0, **extras)]) == 750 + 375 + 5 - 75


def test_the_last_parcel_takes_the_rest() -> None:
    first = due([line(1000, 3, 1, shipping_minor=1)])
    second = due([line(1000, 3, 2, shipping_minor=1)]) - first
    last = due([line(1000, 3, 3, shipping_minor=1)]) - first - second
    assert (first, second, last) == (333, 335, 333)


def test_lines_that_cost_nothing_share_shipping_by_their_pieces() -> None:
    assert due([line(0, 4, 1, shipping_minor=400)]) == 100


LINES = st.lists(st.tuples(st.integers(0, 10**9), st.integers(1, 50)), min_size=1, max_size=6)


@given(LINES, st.integers(0, 10**6), st.integers(0, 10**6), st.integers(-3, 3), st.data())
def test_parcels_in_any_sequence_add_up_to_the_order_and_never_above(
    lines: list[tuple[int, int]], shipping: int, tax: int, rounding: int, data: st.DataObject
) -> None:
    whole = sum(total for total, _ in lines)
    discount = data.draw(st.integers(0, whole))
    extras = {
        "shipping_minor": shipping,
        "tax_minor": tax,
        "discount_minor": discount,
        "rounding_minor": rounding,
    }
    pieces = data.draw(st.permutations([i for i, (_, count) in enumerate(lines) for _ in range(count)]))
    gone, taken, left = (
        [0] * len(lines),
        0,
        [payment(1, max(1, whole - discount + shipping + tax + rounding))],
    )
    for i in pieces:
        gone[i] += 1
        rows = [line(total, count, gone[at], **extras) for at, (total, count) in enumerate(lines)]
        for one, amount in spread(due(rows), left):
            taken += amount
            left = [payment(1, one.amount_minor, due_minor=taken)]
        assert taken <= left[0].amount_minor
    assert taken == max(0, whole - discount + shipping + tax + rounding)


def test_the_first_payment_is_used_up_before_the_second() -> None:
    both = [payment(2, 700), payment(1, 1000)]
    assert [(one.id.int, part) for one, part in spread(1200, both)] == [(1, 1000), (2, 200)]


def test_what_is_due_already_is_not_taken_again() -> None:
    both = [
        payment(1, 1000, PaymentState.CAPTURED, due_minor=1000, captured_minor=1000),
        payment(2, 700, due_minor=200),
    ]
    assert [(one.id.int, part) for one, part in spread(1500, both)] == [(2, 300)]


def test_a_payment_that_is_not_promised_yet_keeps_its_place() -> None:
    both = [payment(1, 1000, PaymentState.DECLINED), payment(2, 700)]
    assert [(one.id.int, part) for one, part in spread(1200, both)] == [(2, 200)]
