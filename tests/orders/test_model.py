"""The life cycles of orders, payments and refunds, as tables."""

import pytest

from doorstep.stages.orders import ORDER, PAYMENT, REFUND, OrderAct, OrderState, PaymentState
from doorstep.stages.orders.model import PaymentAct, RefundAct, RefundState

S, A = OrderState, OrderAct
P, B = PaymentState, PaymentAct

ORDERS = {
    A.HOLD: {S.PLACED: S.HELD, S.ACCEPTED: S.HELD},
    A.ACCEPT: {S.PLACED: S.ACCEPTED, S.HELD: S.ACCEPTED},
    A.CANCEL: {S.PLACED: S.CANCELED, S.HELD: S.CANCELED, S.ACCEPTED: S.CANCELED},
    A.CLOSE: {S.ACCEPTED: S.CLOSED},
    A.REOPEN: {S.CLOSED: S.ACCEPTED},
    A.MERGE: {S.ACCEPTED: S.MERGED},
}
PAYMENTS = {
    B.ASK: {P.OWED: P.ASKED},
    B.AUTHORIZE: {P.OWED: P.AUTHORIZED, P.ASKED: P.AUTHORIZED, P.UNKNOWN: P.AUTHORIZED},
    B.DECLINE: {P.ASKED: P.DECLINED, P.UNKNOWN: P.DECLINED},
    B.DOUBT: {P.ASKED: P.UNKNOWN},
    B.LAPSE: {P.AUTHORIZED: P.LAPSED, P.CAPTURING: P.LAPSED},
    B.RETRY: {P.UNKNOWN: P.OWED, P.DECLINED: P.OWED, P.LAPSED: P.OWED},
    B.WANT_CAPTURE: {P.AUTHORIZED: P.CAPTURING},
    B.CAPTURE_PART: {P.CAPTURING: P.AUTHORIZED},
    B.CAPTURE: {P.CAPTURING: P.CAPTURED, P.AUTHORIZED: P.CAPTURED},
    B.WANT_VOID: {P.AUTHORIZED: P.VOIDING, P.OWED: P.VOIDING, P.UNKNOWN: P.VOIDING, P.LAPSED: P.VOIDING},
    B.VOID: {P.VOIDING: P.VOIDED, P.AUTHORIZED: P.VOIDED, P.OWED: P.VOIDED},
}


@pytest.mark.parametrize("act", OrderAct)
@pytest.mark.parametrize("state", OrderState)
def test_an_order_moves_as_its_table_says(state: OrderState, act: OrderAct) -> None:
    assert ORDER.step(state, act) == ORDERS[act].get(state)


@pytest.mark.parametrize("act", PaymentAct)
@pytest.mark.parametrize("state", PaymentState)
def test_a_payment_moves_as_its_table_says(state: PaymentState, act: PaymentAct) -> None:
    assert PAYMENT.step(state, act) == PAYMENTS[act].get(state)


def test_money_taken_is_never_declined_voided_or_asked_for_again() -> None:
    assert PAYMENT.acts(PaymentState.CAPTURED) == []
    assert PAYMENT.acts(PaymentState.VOIDED) == []


def test_a_refund_ends_refunded_or_is_tried_again() -> None:
    assert REFUND.step(RefundState.OWED, RefundAct.REFUND) == RefundState.REFUNDED
    assert REFUND.step(RefundState.REFUSED, RefundAct.RETRY) == RefundState.OWED
    assert REFUND.ends == {RefundState.REFUNDED}


def test_only_a_canceled_or_merged_order_is_at_its_end() -> None:
    assert ORDER.ends == {OrderState.CANCELED, OrderState.MERGED}
