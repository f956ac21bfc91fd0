"""Money that is taken parcel by parcel: each part once, whatever is lost, and the rest let go when it is needed no more."""

from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID

import pytest

from doorstep.platform.config import Settings
from doorstep.platform.db import Tx
from doorstep.platform.errors import Refused
from doorstep.stages import catalog, orders
from doorstep.stages.orders import NewPayment, RefundAsk, acts
from doorstep.stages.orders.acts.money import accounts, taking
from doorstep.stages.orders.acts.money.accounts import NewAccount
from doorstep.stages.orders.jobs import paying as errands
from doorstep.stages.orders.pages.story import story
from doorstep.stages.orders.ports import stripe
from tests.orders.conftest import Paying
from tests.orders.test_jobs import until_settled
from tests.orders.till import Till, open_till
from tests.worlds.catalog import juniper
from tests.worlds.changes import done, ship, wanted
from tests.worlds.inventory import wrong_in_the_books
from tests.worlds.orders import by_card, new_order, place_verdict

GOODS = {"A": 3}
WHOLE, FIRST, SECOND, LAST = 4250, 1417, 1416, 1417
"""Three mugs of 1250 and 500 for shipping, parcel by parcel."""

MISHAPS = ("busy", "down", "late", "broken", "lost", "nonsense")


async def by_parts(tx: Tx) -> None:
    """Let Juniper's money be taken parcel by parcel."""
    await catalog.change_merchants(tx, [juniper(capture_parts=True)])


@pytest.fixture
async def till(settings: Settings, tenant: UUID, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Till]:
    """Northside, whose merchant takes cards through Stripe, parcel by parcel."""
    async with open_till(settings, tenant, monkeypatch) as found:
        async with found.tx() as tx:
            await by_parts(tx)
        yield found


async def sell(till: Till, token: str = "pm_card_visa") -> UUID:
    """Sell three mugs by card; the money is promised."""
    paid = [NewPayment(processor="stripe", method="card", amount_minor=WHOLE, token=token)]
    async with till.tx() as tx:
        verdict = await place_verdict(tx, new_order(GOODS, payments=paid))
    assert verdict.order_id is not None
    await till.settle()
    return verdict.order_id


async def leave(till: Till, order_id: UUID, units: int = 1) -> None:
    """Let a parcel leave, and everything be done."""
    async with till.tx() as tx:
        await ship(tx, order_id, "A", units)
    await till.until_settled()


async def test_each_parcel_takes_its_share_and_the_last_one_the_rest(paying: Paying) -> None:
    async with paying.house.db.transaction(paying.tenant, actor="test") as tx:
        await by_parts(tx)
        verdict = await place_verdict(tx, by_card(GOODS))
    order_id = verdict.order_id
    assert order_id is not None
    await paying.settle()
    states = []
    for _ in range(3):
        async with paying.house.db.transaction(paying.tenant, actor="test") as tx:
            await ship(tx, order_id, "A", 1)
        await until_settled(paying)
        [payment] = (await paying.read(order_id)).payments
        states.append((payment.state, payment.captured_minor))
    assert states == [("authorized", FIRST), ("authorized", FIRST + SECOND), ("captured", WHOLE)]
    assert await paying.books() == [
        ("authorized", WHOLE), ("captured", FIRST), ("captured", SECOND), ("captured", LAST)
    ]  # fmt: skip
    told = [one.text for one in story((await paying.read(order_id)).history)]
    assert (told.count("A part of the payment is taken"), told.count("Payment authorized")) == (2, 1)
    async with paying.house.db.transaction(paying.tenant, actor="test") as tx:
        assert await wrong_in_the_books(tx) == {}


async def test_several_payments_are_used_up_in_their_order(paying: Paying) -> None:
    parts = [
        NewPayment(processor="manual", method="voucher", amount_minor=2000),
        NewPayment(processor="simulated", method="card", amount_minor=WHOLE - 2000, token="tok_ok"),
    ]
    async with paying.house.db.transaction(paying.tenant, actor="test") as tx:
        await by_parts(tx)
        verdict = await place_verdict(tx, new_order(GOODS, payments=parts))
    order_id = verdict.order_id
    assert order_id is not None
    await paying.settle()
    seen = []
    for _ in range(3):
        async with paying.house.db.transaction(paying.tenant, actor="test") as tx:
            await ship(tx, order_id, "A", 1)
        await until_settled(paying)
        found = await paying.read(order_id)
        seen.append([one.captured_minor for one in sorted(found.payments, key=lambda one: one.id)])
    assert seen == [[FIRST, 0], [2000, FIRST + SECOND - 2000], [2000, WHOLE - 2000]]
    assert {one.state for one in found.payments} == {"captured"}


async def test_two_parcels_that_leave_before_anything_is_taken_are_two_parts(till: Till) -> None:
    order_id = await sell(till)
    async with till.tx() as tx:
        await ship(tx, order_id, "A", 1)
        await ship(tx, order_id, "A", 2)
    await till.until_settled()
    assert await till.state(order_id) == ("accepted", "captured")
    assert till.books.entries == [("authorized", WHOLE), ("captured", FIRST), ("captured", WHOLE - FIRST)]


@pytest.mark.parametrize("mishap", MISHAPS)
async def test_a_part_that_lost_its_answer_is_looked_up_and_taken_once_even_when_stripe_forgot_the_key(
    till: Till, mishap: str
) -> None:
    order_id = await sell(till)
    till.books.befall(mishap)
    async with till.tx() as tx:
        await ship(tx, order_id, "A", 1)
    await till.worker.step(till.tenant)
    till.books.answers.clear()
    await till.until_settled()
    await leave(till, order_id, 2)
    assert await till.state(order_id) == ("accepted", "captured")
    assert till.books.entries == [("authorized", WHOLE), ("captured", FIRST), ("captured", WHOLE - FIRST)]


class Killed(BaseException):
    """The worker dies here."""


@pytest.mark.proves("B3")
@pytest.mark.parametrize("boundary", ["before the call", "after the call", "after the answer"])
async def test_a_worker_killed_at_any_boundary_of_a_part_takes_it_once(
    till: Till, monkeypatch: pytest.MonkeyPatch, boundary: str
) -> None:
    order_id = await sell(till)
    async with till.tx() as tx:
        await ship(tx, order_id, "A", 1)
    [payment] = (await till.read(order_id)).payments
    real = stripe.StripePayment.take

    async def dies(port: stripe.StripePayment, *given: object) -> None:
        if boundary == "after the call":
            await real(port, *given)  # type: ignore[arg-type]
        raise Killed

    async def dies_later(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        if boundary == "after the answer":
            patched.setattr(taking, "taken", dies_later)
        else:
            patched.setattr(stripe.StripePayment, "take", dies)
        with pytest.raises(Killed):
            await errands.capture(till.house, till.tenant, payment.id)
    await till.until_settled()
    assert await till.state(order_id) == ("accepted", "authorized")
    assert till.books.entries == [("authorized", WHOLE), ("captured", FIRST)]


async def test_when_the_rest_is_called_off_the_promise_is_let_go(till: Till) -> None:
    order_id = await sell(till)
    await leave(till, order_id)
    async with till.tx() as tx:
        await done(tx, order_id, lines=await wanted(tx, order_id, A=1), shipping_minor=FIRST - 1250)
    await till.until_settled()
    [payment] = (await till.read(order_id)).payments
    assert (payment.state, payment.captured_minor) == ("captured", FIRST)
    assert till.books.entries == [("authorized", WHOLE), ("captured", FIRST), ("voided", WHOLE - FIRST)]
    async with till.tx() as tx:
        await orders.refund(tx, [RefundAsk(order_id, FIRST, "returned", "R-1")])
    await till.until_settled()
    assert till.books.entries[-1] == ("refunded", FIRST)


async def test_what_was_taken_for_parcels_is_not_changed_away(till: Till) -> None:
    order_id = await sell(till)
    await leave(till, order_id)
    with pytest.raises(Refused) as refused:
        async with till.tx() as tx:
            await done(tx, order_id, lines=await wanted(tx, order_id, A=1), shipping_minor=0)
    assert "taken for parcels that have left" in str([fault.message for fault in refused.value.faults])


async def test_a_card_that_is_taken_once_only_is_taken_when_the_last_parcel_leaves(till: Till) -> None:
    order_id = await sell(till, "pm_once")
    await leave(till, order_id)
    assert await till.state(order_id) == ("accepted", "authorized")
    assert till.books.entries == [("authorized", WHOLE)]
    await leave(till, order_id, 2)
    assert await till.state(order_id) == ("accepted", "captured")
    assert till.books.entries == [("authorized", WHOLE), ("captured", WHOLE)]


@pytest.mark.parametrize("token", ["pm_card_visa", "pm_once"])
@pytest.mark.parametrize("renews", [False, True])
async def test_a_promise_that_ends_before_the_rest_leaves_is_renewed_for_the_rest_or_holds(
    till: Till, token: str, renews: bool
) -> None:
    async with till.tx() as tx:
        account = await accounts.find_account(tx, till.account_id)
        values = {name: getattr(account, name) for name in NewAccount.__slots__} | {"renews": renews}
        await accounts.connect_account(tx, NewAccount(**values))
    order_id = await sell(till, token)
    await leave(till, order_id)
    async with till.tx() as tx:
        await tx.connection.execute(
            "UPDATE orders.payments SET expires_at = %s WHERE tenant_id = %s",
            [tx.now + timedelta(hours=1), till.tenant],
        )
        await acts.lapse(tx)
    await till.until_settled()
    found = await till.read(order_id)
    first, rest = sorted(found.payments, key=lambda one: one.id)
    assert (first.state, first.captured_minor) == ("captured", FIRST)
    assert rest.amount_minor == WHOLE - FIRST
    assert (found.order.state, rest.state) == (("accepted", "authorized") if renews else ("held", "declined"))
    if not renews:
        async with till.tx() as tx:
            await acts.retry(tx, rest, "pm_card_visa")
        await till.until_settled()
    await leave(till, order_id, 2)
    assert sum(amount for kind, amount in till.books.entries if kind == "captured") == WHOLE
    assert {one.state for one in (await till.read(order_id)).payments} == {"captured"}
    async with till.tx() as tx:
        assert await wrong_in_the_books(tx) == {}


async def test_a_merchant_who_takes_money_in_whole_takes_it_with_the_first_parcel(till: Till) -> None:
    async with till.tx() as tx:
        await catalog.change_merchants(tx, [juniper()])
    order_id = await sell(till)
    await leave(till, order_id)
    assert await till.state(order_id) == ("accepted", "captured")
    assert till.books.entries == [("authorized", WHOLE), ("captured", WHOLE)]
