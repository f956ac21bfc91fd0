"""What orders wait for, what acts on them would come to, and why they were promised so."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from doorstep.platform.stories import said
from doorstep.stages.orders.model import Hold, HoldReason, Payment, PaymentState
from doorstep.stages.orders.pages.story import roll_up
from doorstep.stages.orders.rules.telling import (
    WHY_THEN,
    after_cancel,
    after_release,
    in_words,
    own_guards,
)

AT = datetime(2026, 3, 2, 12, tzinfo=UTC)


def hold(reason: HoldReason, note: str = "", owner: str = "risk") -> Hold:
    """An open hold."""
    return Hold(UUID(int=1), UUID(int=2), reason, note, owner, "user:ana", AT, None, None, None, None)


def payment(state: PaymentState, **changed: Any) -> Payment:
    """A payment of 10.00 EUR by card."""
    values = {"amount_minor": 1000, "captured_minor": 0, "refunded_minor": 0, "released_minor": 0} | changed
    return Payment(
        id=UUID(int=3), order_id=UUID(int=2), state=state, processor="simulated", method="card", token="",
        currency="EUR", reference=None, declined=None, attempt=1, asked_at=None, **values,
    )  # fmt: skip


def test_each_hold_says_what_who_and_what_is_next() -> None:
    [guard] = own_guards([hold(HoldReason.FRAUD, "five in a minute")], [], 0)
    assert (guard.what, guard.who) == ("Held for fraud: five in a minute", "risk")
    assert guard.next == "Look at the order, then release or cancel it"
    [waiting] = own_guards([hold(HoldReason.OUT_OF_STOCK, owner="stock")], [], 3)
    assert waiting.next.endswith("released by itself when goods come in")


@pytest.mark.parametrize("state", PaymentState)
def test_money_keeps_an_order_until_it_is_promised(state: PaymentState) -> None:
    keeps = {"owed", "asked", "unknown", "declined", "lapsed"}
    assert bool(own_guards([], [payment(state)], 0)) == (state in keeps)
    assert own_guards([], [payment(state, released_minor=1000)], 0) == []
    assert roll_up([payment(state)]) == state


def test_pieces_that_nobody_has_keep_an_order_also_without_a_hold() -> None:
    assert [one.what for one in own_guards([], [], 1)] == ["1 piece is promised to nobody"]
    assert [one.what for one in own_guards([], [], 2)] == ["2 pieces are promised to nobody"]


def test_a_release_says_what_comes_after_it() -> None:
    fraud, address = hold(HoldReason.FRAUD), hold(HoldReason.ADDRESS)
    assert after_release("fraud", [fraud, address], [], 0) == "Then it is still held for address."
    assert (
        after_release("fraud", [fraud], [payment(PaymentState.OWED)], 0) == "Then it waits for its payment."
    )
    assert after_release("fraud", [fraud], [], 0) == "Then it is accepted, and the floor gets it."
    out = after_release("out_of_stock", [hold(HoldReason.OUT_OF_STOCK)], [], 2)
    assert out.startswith("First 2 pieces are reserved; if they are not there, nothing is released.")


def test_a_cancellation_says_what_becomes_of_the_money() -> None:
    assert after_cancel([payment(PaymentState.AUTHORIZED)]) == ["10.00 EUR by card are not taken."]
    taken = payment(PaymentState.CAPTURED, captured_minor=1000, refunded_minor=400)
    assert after_cancel([taken]) == ["6.00 EUR by card were taken: give them back as a refund."]
    assert after_cancel([payment(PaymentState.VOIDED), payment(PaymentState.DECLINED)]) == []


@pytest.mark.parametrize("why", WHY_THEN)
def test_the_reason_of_a_promise_is_told_as_a_sentence(why: str) -> None:
    assert said(in_words("order.promised", {"why": why})) == [f"because: {WHY_THEN[why]}"]
    assert in_words("order.canceled", {"why": why}) == {"why": why}
