"""Money through Stripe's API over HTTP: promised, taken and given back once each, whatever is lost, doubled or late."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from doorstep.platform import clock
from doorstep.platform.config import Settings
from doorstep.stages import orders
from doorstep.stages.orders import RefundAsk, acts
from doorstep.stages.orders.acts.money import accounts
from doorstep.stages.orders.acts.money.accounts import NewAccount
from doorstep.stages.orders.jobs import paying
from doorstep.stages.orders.ports import stripe
from doorstep.stages.orders.ports.payment import Charge, PaymentPort, RefusedThereError
from tests.conftest import NOON
from tests.orders.till import TOTAL, Till, open_till


@pytest.fixture
async def till(settings: Settings, tenant: UUID, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Till]:
    """Northside, whose merchant has an account at Stripe."""
    async with open_till(settings, tenant, monkeypatch) as found:
        yield found


async def test_a_card_is_promised_taken_in_whole_and_given_back_in_parts(till: Till) -> None:
    order_id = await till.buy()
    await till.settle()
    assert await till.state(order_id) == ("accepted", "authorized")
    await till.ship(order_id)
    await till.settle()
    for number, amount in (("R-1", 700), ("R-2", 1050)):
        async with till.tx() as tx:
            await orders.refund(tx, [RefundAsk(order_id, amount, "returned", number)])
    await till.settle()
    assert await till.state(order_id) == ("accepted", "captured")
    assert till.books.entries[:2] == [("authorized", TOTAL), ("captured", TOTAL)]
    assert sorted(till.books.entries[2:]) == [("refunded", 700), ("refunded", 1050)]


async def test_of_an_order_that_was_changed_only_what_it_needs_is_taken(till: Till) -> None:
    order_id = await till.buy()
    await till.settle()
    async with till.tx() as tx:
        await tx.connection.execute(
            "UPDATE orders.payments SET released_minor = 500 WHERE tenant_id = %s", [till.tenant]
        )
    await till.ship(order_id)
    await till.settle()
    (payment,) = (await till.read(order_id)).payments
    assert (payment.state, payment.captured_minor) == ("captured", TOTAL - 500)
    assert till.books.entries == [("authorized", TOTAL), ("captured", TOTAL - 500)]


@pytest.mark.parametrize(
    ("token", "why"), [("pm_declined", "insufficient_funds"), ("pm_3ds", "authentication_required")]
)
async def test_a_declined_card_holds_the_order_until_another_is_accepted(
    till: Till, token: str, why: str
) -> None:
    order_id = await till.buy(token)
    await till.settle()
    found = await till.read(order_id)
    assert (found.order.state, found.payments[0].declined) == ("held", why)
    async with till.tx() as tx:
        await acts.retry(tx, found.payments[0], "pm_card_visa")
    await till.settle()
    assert await till.state(order_id) == ("accepted", "authorized")
    assert till.books.entries == [("authorized", TOTAL)]


async def test_what_the_shops_own_page_confirmed_is_adopted_by_one_order_only(till: Till) -> None:
    intent = till.books.checkout(TOTAL)
    first = await till.buy(intent)
    await till.settle()
    second, other = await till.buy(intent), await till.buy(till.books.checkout(TOTAL + 1))
    await till.settle()
    assert await till.state(first) == ("accepted", "authorized")
    assert [(await till.read(one)).payments[0].declined for one in (second, other)] == [
        "the payment belongs to another order",
        "the payment is of another amount",
    ]
    assert [kind for kind, _ in till.books.entries] == ["authorized", "authorized"]


MISHAPS = ("busy", "down", "late", "broken", "lost", "nonsense")
STEPS = ("authorize", "capture", "void", "refund")
LOSSES = [(step, mishap) for step in STEPS for mishap in MISHAPS if (step, mishap) != ("refund", "broken")]
"""A refund whose key keeps an answer of 500 is tried until Stripe forgets the key, and then once more."""


@pytest.mark.parametrize(("step", "mishap"), LOSSES)
async def test_a_lost_answer_at_any_step_moves_money_once(till: Till, step: str, mishap: str) -> None:
    if step == "authorize":
        till.books.befall(mishap)
    order_id = await till.buy()
    await till.until_settled()
    assert await till.state(order_id) == ("accepted", "authorized")
    wanted = [("authorized", TOTAL)]
    if step == "void":
        till.books.befall(mishap)
        async with till.tx() as tx:
            await orders.cancel(tx, [order_id], "customer asked")
        await till.until_settled()
        assert await till.state(order_id) == ("canceled", "voided")
        wanted.append(("voided", TOTAL))
    elif step != "authorize":
        till.books.befall(*([mishap] if step == "capture" else ["none", mishap]))
        await till.ship(order_id)
        await till.until_settled()
        wanted.append(("captured", TOTAL))
    if step == "refund":
        async with till.tx() as tx:
            await orders.refund(tx, [RefundAsk(order_id, 500, "damaged", "R-1")])
        await till.until_settled()
        wanted.append(("refunded", 500))
        assert [one.state for one in (await till.read(order_id)).refunds] == ["refunded"]
    assert till.books.entries == wanted


class Killed(BaseException):
    """The worker dies here."""


BOUNDARIES = ("before the call", "after the call", "after the answer")


@pytest.mark.proves("B3")
@pytest.mark.parametrize("boundary", BOUNDARIES)
@pytest.mark.parametrize("step", ["authorize", "capture", "void", "refund"])
async def test_a_worker_killed_at_any_boundary_of_a_call_moves_money_once(
    till: Till, monkeypatch: pytest.MonkeyPatch, step: str, boundary: str
) -> None:
    order_id = await till.buy()
    if step != "authorize":
        await till.settle()
    if step in ("capture", "refund"):
        await till.ship(order_id)
    if step == "refund":
        await till.settle()
        async with till.tx() as tx:
            await orders.refund(tx, [RefundAsk(order_id, 500, "damaged", "R-1")])
    if step == "void":
        async with till.tx() as tx:
            await orders.cancel(tx, [order_id], "customer asked")
    found = await till.read(order_id)
    work = {
        "authorize": paying.authorize,
        "capture": paying.capture,
        "void": paying.void,
        "refund": paying.give_back,
    }[step]
    subject = found.refunds[0].id if step == "refund" else found.payments[0].id
    with monkeypatch.context() as patched:
        _kill(patched, step, boundary)
        with pytest.raises(Killed):
            await work(till.house, till.tenant, subject)
    await till.until_settled()
    wanted = {
        "authorize": [("authorized", TOTAL)],
        "capture": [("authorized", TOTAL), ("captured", TOTAL)],
        "void": [("authorized", TOTAL), ("voided", TOTAL)],
        "refund": [("authorized", TOTAL), ("captured", TOTAL), ("refunded", 500)],
    }[step]
    assert till.books.entries == wanted
    states = {"authorize": "authorized", "capture": "captured", "void": "voided", "refund": "captured"}
    assert (await till.state(order_id))[1] == states[step]


def _kill(patched: pytest.MonkeyPatch, step: str, boundary: str) -> None:
    name = {"authorize": "authorize", "capture": "capture", "void": "void", "refund": "refund"}[step]
    real = getattr(stripe.StripePayment, name)

    async def dies(port: PaymentPort, *given: Any) -> Charge:
        if boundary != "before the call":
            await real(port, *given)
        raise Killed

    async def dies_later(*_: Any, **__: Any) -> None:
        raise Killed

    if boundary == "after the answer":
        answer = {"authorize": "authorized", "capture": "captured", "void": "voided", "refund": "refunded"}
        patched.setattr(acts, answer[step], dies_later)
    else:
        patched.setattr(stripe.StripePayment, name, dies)


async def test_a_refund_is_found_again_after_stripe_has_forgotten_the_key(till: Till) -> None:
    order_id = await till.buy()
    await till.settle()
    await till.ship(order_id)
    await till.settle()
    till.books.befall("late")
    async with till.tx() as tx:
        await orders.refund(tx, [RefundAsk(order_id, 500, "damaged", "R-1")])
    await till.worker.step(till.tenant)
    till.books.answers.clear()
    await till.until_settled()
    assert till.books.entries[-1] == ("refunded", 500)
    assert [one for one, _ in till.books.entries].count("refunded") == 1


async def test_a_call_under_way_is_waited_for_before_it_is_asked_under_another_name(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stripe.StripePayment, "settles_s", 3600.0)
    till.books.befall("broken")
    order_id = await till.buy()
    for _ in range(4):
        async with till.tx() as tx:
            await tx.connection.execute(
                "UPDATE platform.tasks SET due_at = now() WHERE tenant_id = %s", [till.tenant]
            )
        await till.worker.step(till.tenant)
    assert (await till.state(order_id))[1] == "unknown"
    assert till.books.asked.count("POST payment_intents") == 1


async def test_a_merchant_without_an_account_has_its_order_held_with_the_way_out(till: Till) -> None:
    async with till.tx() as tx:
        await tx.connection.execute("DELETE FROM orders.accounts WHERE tenant_id = %s", [till.tenant])
    order_id = await till.buy()
    await till.settle()
    found = await till.read(order_id)
    assert (found.order.state, found.open_holds[0].reason) == ("held", "payment")
    assert "/payments" in found.open_holds[0].note


@pytest.mark.parametrize("renews", [False, True])
async def test_a_promise_that_ends_soon_is_asked_anew_or_holds_the_order(till: Till, renews: bool) -> None:
    order_id = await till.buy()
    await till.settle()
    async with till.tx() as tx:
        account = await accounts.find_account(tx, till.account_id)
        values = {name: getattr(account, name) for name in NewAccount.__slots__} | {"renews": renews}
        assert await accounts.connect_account(tx, NewAccount(**values)) == till.account_id
        await tx.connection.execute(
            "UPDATE orders.payments SET expires_at = %s WHERE tenant_id = %s",
            [tx.now + timedelta(hours=13), till.tenant],
        )
        await acts.lapse(tx)
    await till.settle()
    assert await till.state(order_id) == ("accepted", "authorized")
    async with till.tx() as tx:
        await clock.advance(tx, NOON + timedelta(hours=2))
    async with till.tx() as tx:
        await acts.lapse(tx)
    await till.settle()
    assert await till.state(order_id) == (("accepted", "authorized") if renews else ("held", "lapsed"))
    wanted = [("authorized", TOTAL), ("voided", TOTAL)]
    assert till.books.entries == [*wanted, *([("authorized", TOTAL)] if renews else [])]


async def test_money_that_cannot_be_taken_any_more_is_asked_anew_and_taken_after_all(till: Till) -> None:
    order_id = await till.buy()
    await till.settle()
    (intent,) = till.books.intents.values()
    till.books.cancel(intent["id"], {})
    await till.ship(order_id)
    await till.settle()
    found = await till.read(order_id)
    assert found.payments[0].state == "lapsed"
    async with till.tx() as tx:
        await acts.retry(tx, found.payments[0], None)
    await till.settle()
    assert (await till.read(order_id)).payments[0].state == "captured"
    assert till.books.entries == [("authorized", TOTAL), ("voided", TOTAL), ("authorized", TOTAL), ("captured", TOTAL)]  # fmt: skip


@pytest.mark.parametrize(
    ("minor", "currency", "theirs"),
    [(1750, "EUR", 1750), (500, "JPY", 500), (500, "ISK", 50000), (1230, "KWD", 1230), (12300, "MGA", 123)],
)
def test_amounts_are_said_as_stripe_counts_them(minor: int, currency: str, theirs: int) -> None:
    assert stripe.units(minor, currency) == theirs
    assert stripe.minor(theirs, currency) == minor


@pytest.mark.parametrize(("minor", "currency"), [(1231, "KWD"), (150, "MGA"), (1, "CLF")])
def test_amounts_that_stripe_cannot_tell_exactly_are_refused(minor: int, currency: str) -> None:
    with pytest.raises(RefusedThereError, match="Stripe"):
        stripe.units(minor, currency)
