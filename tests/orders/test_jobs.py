"""Money through a real processor over HTTP: promised, taken and given back once each, whatever gets lost on the way."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from doorstep.platform import clock
from doorstep.platform.errors import Refused
from doorstep.stages import inventory, orders
from doorstep.stages.orders import HoldReason, RefundAsk, acts, jobs
from tests.conftest import NOON
from tests.orders.conftest import Paying
from tests.worlds.catalog import WORLD
from tests.worlds.inventory import wrong_in_the_books
from tests.worlds.orders import by_card, contact, new_order, place_verdict

TOTAL = 1750


async def bought(paying: Paying, token: str = "tok_ok", **changed: Any) -> UUID:
    """Place an order paid by card; nothing is asked of the processor yet."""
    async with paying.house.db.transaction(paying.tenant, actor="test") as tx:
        verdict = await place_verdict(tx, by_card(token=token, **changed))
    assert (verdict.state, verdict.order_id is None) in {("placed", False), ("held", False)}
    assert verdict.order_id is not None
    return verdict.order_id


async def payment_states(paying: Paying, order_id: UUID) -> list[str]:
    return [one.state for one in (await paying.read(order_id)).payments]


async def until_settled(paying: Paying) -> None:
    """Let everything be done, also what fails at first."""
    for _ in range(6):
        async with paying.house.db.transaction(paying.tenant, actor="test") as tx:
            await tx.connection.execute(
                "UPDATE platform.tasks SET due_at = now() WHERE tenant_id = %s", [paying.tenant]
            )
        await paying.step()
    await paying.settle()


async def test_a_card_that_is_accepted_accepts_the_order(paying: Paying) -> None:
    order_id = await bought(paying)
    await paying.settle()
    found = await paying.read(order_id)
    assert (found.order.state, found.payments[0].state) == ("accepted", "authorized")
    assert await paying.books() == [("authorized", TOTAL)]


async def test_a_card_that_is_declined_holds_the_order_until_another_one_is_accepted(paying: Paying) -> None:
    order_id = await bought(paying, "tok_declined")
    await paying.settle()
    found = await paying.read(order_id)
    assert (found.order.state, [hold.reason for hold in found.open_holds]) == ("held", ["payment"])
    assert found.payments[0].declined == "insufficient_funds"
    async with paying.house.db.transaction(paying.tenant, actor="test") as tx:
        await acts.retry(tx, found.payments[0], "tok_ok")
    await paying.settle()
    again = await paying.read(order_id)
    assert (again.order.state, again.open_holds, again.payments[0].state) == ("accepted", [], "authorized")
    assert await paying.books() == [("authorized", TOTAL)]


@pytest.mark.parametrize("token", ["tok_timeout", "tok_hang", "tok_flaky", "tok_late", "tok_nonsense"])
async def test_a_lost_answer_is_looked_up_and_nothing_is_charged_twice(paying: Paying, token: str) -> None:
    order_id = await bought(paying, token)
    await until_settled(paying)
    found = await paying.read(order_id)
    assert (found.order.state, found.payments[0].state) == ("accepted", "authorized")
    assert await paying.books() == [("authorized", TOTAL)]
    assert "unknown" in [event.name for event in found.history if event.kind == "payment"]


async def test_a_worker_that_died_after_asking_does_not_ask_again_blindly(paying: Paying) -> None:
    order_id = await bought(paying)
    payment = (await paying.read(order_id)).payments[0]
    async with paying.house.db.transaction(paying.tenant, actor="test") as tx:
        assert await acts.begin(tx, payment, NOON)
    port = await jobs.paying._port(paying.house, paying.tenant, order_id, "simulated")
    await port.authorize(jobs.paying.ask_of(payment))
    await until_settled(paying)
    assert await payment_states(paying, order_id) == ["authorized"]
    assert await paying.books() == [("authorized", TOTAL)]


async def test_money_is_taken_when_the_order_leaves_and_refunds_never_exceed_it(paying: Paying) -> None:
    order_id = await bought(paying)
    await paying.settle()
    async with paying.house.db.transaction(paying.tenant, actor="test") as tx:
        assert await orders.start_shipping(tx, [order_id]) == []
        await orders.want_capture(tx, [order_id])
    await paying.settle()
    assert await payment_states(paying, order_id) == ["captured"]
    async with paying.house.db.transaction(paying.tenant, actor="test") as tx:
        first = await orders.refund(tx, [RefundAsk(order_id, 1000, "returned", "R-1")])
        assert await orders.refund(tx, [RefundAsk(order_id, 1000, "returned", "R-1")]) == []
        assert len(first) == 1
    with pytest.raises(Refused, match="less was taken"):
        async with paying.house.db.transaction(paying.tenant, actor="test") as tx:
            await orders.refund(tx, [RefundAsk(order_id, 751, "returned", "R-2")])
    await paying.settle()
    found = await paying.read(order_id)
    assert [(one.state, one.amount_minor) for one in found.refunds] == [("refunded", 1000)]
    assert await paying.books() == [("authorized", TOTAL), ("captured", TOTAL), ("refunded", 1000)]


@pytest.mark.parametrize("mishap", ["timeout_after", "error_after", "nonsense", "error_before", "throttle"])
async def test_a_lost_answer_takes_and_gives_back_once(paying: Paying, mishap: str) -> None:
    order_id = await bought(paying)
    await paying.settle()
    await paying.befall(mishap)
    async with paying.house.db.transaction(paying.tenant, actor="test") as tx:
        await orders.want_capture(tx, [order_id])
    await until_settled(paying)
    await paying.befall(mishap)
    async with paying.house.db.transaction(paying.tenant, actor="test") as tx:
        await orders.refund(tx, [RefundAsk(order_id, 500, "damaged", "R-1")])
    await until_settled(paying)
    assert await paying.books() == [("authorized", TOTAL), ("captured", TOTAL), ("refunded", 500)]


async def test_a_canceled_order_gives_its_promise_back(paying: Paying) -> None:
    order_id = await bought(paying)
    await paying.settle()
    async with paying.house.db.transaction(paying.tenant, actor="test") as tx:
        assert (await orders.cancel(tx, [order_id], "customer asked")).moved == [order_id]
    await paying.settle()
    assert await payment_states(paying, order_id) == ["voided"]
    assert await paying.books() == [("authorized", TOTAL), ("voided", TOTAL)]


async def test_an_order_canceled_while_its_card_is_asked_gives_the_promise_back(paying: Paying) -> None:
    order_id = await bought(paying)
    async with paying.house.db.transaction(paying.tenant, actor="test") as tx:
        await orders.cancel(tx, [order_id], "customer asked")
    await paying.settle()
    assert await payment_states(paying, order_id) == ["voided"]
    assert await paying.books() == [("authorized", TOTAL), ("voided", TOTAL)]


async def test_an_order_canceled_in_doubt_becomes_certain_and_gives_back(paying: Paying) -> None:
    order_id = await bought(paying, "tok_late")
    await paying.step()
    assert await payment_states(paying, order_id) == ["unknown"]
    async with paying.house.db.transaction(paying.tenant, actor="test") as tx:
        await orders.cancel(tx, [order_id], "customer asked")
    await until_settled(paying)
    assert await payment_states(paying, order_id) == ["voided"]
    assert await paying.books() == [("authorized", TOTAL), ("voided", TOTAL)]


async def test_several_payments_of_an_order_are_all_needed(paying: Paying) -> None:
    card = by_card().payments[0]
    parts = [
        orders.NewPayment(processor="manual", method="voucher", amount_minor=750),
        orders.NewPayment(processor="simulated", method="card", amount_minor=1000, token=card.token),
    ]
    async with paying.house.db.transaction(paying.tenant, actor="test") as tx:
        verdict = await place_verdict(tx, new_order(payments=parts))
    assert (verdict.state, verdict.order_id is None) == ("placed", False)
    await paying.settle()
    assert verdict.order_id is not None
    found = await paying.read(verdict.order_id)
    assert (found.order.state, {one.state for one in found.payments}) == ("accepted", {"authorized"})
    assert await paying.books() == [("authorized", 1000)]


async def test_an_order_held_for_its_address_keeps_its_goods_once_it_is_paid(paying: Paying) -> None:
    order_id = await bought(paying, ship_to=contact(city="none"))
    await paying.settle()
    async with paying.house.db.transaction(paying.tenant, actor="test") as tx:
        await clock.advance(tx, NOON + timedelta(hours=5))
    await paying.settle()
    async with paying.house.db.transaction(paying.tenant, actor="test") as tx:
        await orders.release_hold(tx, [order_id], HoldReason.ADDRESS, "looked")
        assert await inventory.available(tx, [WORLD.a]) == {WORLD.a: 99}
    assert (await paying.read(order_id)).order.state == "accepted"


async def test_an_order_that_is_not_paid_in_time_is_canceled_and_its_goods_are_sold_again(
    paying: Paying,
) -> None:
    order_id = await bought(paying, "tok_declined")
    await paying.settle()
    async with paying.house.db.transaction(paying.tenant, actor="test") as tx:
        await clock.advance(tx, NOON + timedelta(hours=1))
    await paying.settle()
    found = await paying.read(order_id)
    assert found.order.state == "canceled"
    assert "not paid in time" in str([event.facts for event in found.history])
    async with paying.house.db.transaction(paying.tenant, actor="test") as tx:
        assert await inventory.available(tx, [WORLD.a]) == {WORLD.a: 100}
        assert await wrong_in_the_books(tx) == {}
