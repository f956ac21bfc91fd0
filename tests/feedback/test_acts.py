"""Customers confirm, rate, complain and send back; goods and money follow exactly once."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest

from doorstep.platform import clock
from doorstep.platform.errors import Reason, Refused
from doorstep.stages import feedback
from doorstep.stages.feedback import Came, Cause, Grade, ReturnAsk
from doorstep.stages.feedback.acts import returns
from tests.worlds.catalog import WORLD
from tests.worlds.feedback import Doorstep


async def test_a_delivered_order_is_closed_and_its_customer_asked_once(door: Doorstep) -> None:
    [order_id] = await door.delivered({"A": 1})
    assert await door.ask("SELECT state FROM orders.orders WHERE id = %s", order_id) == "closed"
    asked = (
        "SELECT count(*) FROM tracking.messages WHERE order_id = %s AND topic = 'rate' AND channel = 'mail'"
    )
    assert await door.ask(asked, order_id) == 1
    await door.settle()
    assert await door.ask(asked, order_id) == 1


async def test_saying_it_twice_is_saying_it_once(door: Doorstep) -> None:
    [order_id] = await door.delivered({"A": 1})
    for _ in range(2):
        async with door.tx() as tx:
            await feedback.confirm(tx, order_id, received=True)
            await feedback.rate(tx, order_id, 4, "fine")
    assert await door.ask("SELECT count(*) FROM feedback.ratings WHERE order_id = %s", order_id) == 1
    told = "SELECT count(*) FROM platform.events WHERE kind IN ('rating', 'confirmation') AND tenant_id = %s"
    assert await door.ask(told, door.tenant_id) == 2


async def test_a_changed_mind_overwrites_and_keeps_its_history(door: Doorstep) -> None:
    [order_id] = await door.delivered({"A": 1})
    async with door.tx() as tx:
        await feedback.rate(tx, order_id, 5)
        await feedback.rate(tx, order_id, 3, "the box was wet")
        [rating] = await feedback.ratings(tx, merchant_id=None)
    assert (rating.score, rating.comment) == (3, "the box was wet")
    before = "SELECT facts ->> 'before' FROM platform.events WHERE subject = %s AND act = 'change'"
    assert await door.ask(before, rating.id) == "5"


async def test_twenty_clicks_at_once_are_one_rating(door: Doorstep) -> None:
    [order_id] = await door.delivered({"A": 1})

    async def click() -> None:
        async with door.tx() as tx:
            await feedback.rate(tx, order_id, 5)

    await asyncio.gather(*(click() for _ in range(20)))
    assert await door.ask("SELECT count(*) FROM feedback.ratings WHERE order_id = %s", order_id) == 1


async def test_an_unhappy_customer_gets_a_case_that_a_person_answers(door: Doorstep) -> None:
    [order_id] = await door.delivered({"A": 1})
    async with door.tx() as tx:
        await feedback.rate(tx, order_id, 1, "it is broken")
        await feedback.rate(tx, order_id, 2, "still broken")
        [case] = await feedback.cases(tx, merchant_id=None)
        assert (case.cause, case.said) == (Cause.UNHAPPY, "it is broken")
        await feedback.answer_case(tx, case.id, "We send you another one.")
    await door.settle()
    told = "SELECT facts ->> 'answer' FROM tracking.messages WHERE order_id = %s AND topic = 'case_answered' LIMIT 1"
    assert await door.ask(told, order_id) == "We send you another one."


async def test_nothing_is_rated_or_confirmed_before_it_arrived(door: Doorstep) -> None:
    order_id = await door.place({"A": 1})
    async with door.tx() as tx:
        for say in (
            feedback.rate(tx, order_id, 5),
            feedback.confirm(tx, order_id, received=True),
        ):
            with pytest.raises(Refused) as early:
                await say
            assert early.value.reason is Reason.CONFLICT
        with pytest.raises(Refused) as nobodys:
            await feedback.rate(tx, uuid4(), 5)
        assert nobodys.value.reason is Reason.UNKNOWN


async def test_a_return_walks_back_to_the_shelf_and_the_money_to_the_customer(door: Doorstep) -> None:
    [order_id] = await door.delivered({"A": 2})
    before = await door.lies("bin:A-01-01", WORLD.a)
    async with door.tx() as tx:
        ask = ReturnAsk(await door.line(order_id), 2)
        return_id = await feedback.ask_return(tx, order_id, [ask], "changed_mind")
    await door.settle()
    async with door.tx() as tx:
        shown = await returns.return_of(tx, return_id)
        assert (shown.state, shown.refund_minor) == ("approved", 2500)
        assert await feedback.find_return(tx, str(shown.tracking_number)) == return_id
        await feedback.receive_return(tx, return_id)
        [item] = await returns.items_of(tx, return_id)
        grade = Came(item.line_id, item.product_id, 0, Grade.B)
        await feedback.grade_return(tx, return_id, [grade], "bin:A-01-01")
    await door.settle()
    assert await door.lies("bin:A-01-01", WORLD.a) == before + 2
    assert (
        await door.ask("SELECT sum(refunded_minor) FROM orders.payments WHERE order_id = %s", order_id)
        == 2500
    )
    assert await door.ask("SELECT state FROM feedback.returns WHERE id = %s", return_id) == "closed"
    assert await door.wrong() == {}


async def test_a_kit_comes_back_by_its_components_and_what_is_worn_is_set_aside(door: Doorstep) -> None:
    [order_id] = await door.delivered({"K": 1})
    async with door.tx() as tx:
        return_id = await feedback.ask_return(
            tx, order_id, [ReturnAsk(await door.line(order_id), 1)], "damaged"
        )
        items = await returns.items_of(tx, return_id)
        assert {(item.product_id, item.quantity) for item in items} == {(WORLD.a, 1), (WORLD.b, 2)}
        await feedback.receive_return(tx, return_id)
        found = [
            Came(item.line_id, item.product_id, 0, Grade.SCRAP if item.product_id == WORLD.a else Grade.A)
            for item in items
        ]
        await feedback.grade_return(tx, return_id, found, "bin:A-01-05")
    assert await door.lies("quarantine", WORLD.a) == 1
    assert await door.lies("quarantine", WORLD.b) == 0
    assert await door.wrong() == {}


async def test_a_part_that_is_missing_is_not_paid_for(door: Doorstep) -> None:
    [order_id] = await door.delivered({"A": 2})
    async with door.tx() as tx:
        return_id = await feedback.ask_return(
            tx, order_id, [ReturnAsk(await door.line(order_id), 2)], "other"
        )
        [item] = await returns.items_of(tx, return_id)
        await feedback.receive_return(tx, return_id, {(item.line_id, item.product_id): 1})
        await feedback.grade_return(tx, return_id, [Came(item.line_id, item.product_id)], "bin:A-01-01")
    assert (
        await door.ask("SELECT sum(amount_minor) FROM orders.refunds WHERE order_id = %s", order_id) == 1250
    )


async def test_no_return_takes_back_more_than_was_delivered_however_often_it_is_asked(door: Doorstep) -> None:
    [order_id] = await door.delivered({"A": 2})
    line_id = await door.line(order_id)

    async def ask() -> bool:
        try:
            async with door.tx() as tx:
                await feedback.ask_return(tx, order_id, [ReturnAsk(line_id, 1)], "other")
        except Refused:
            return False
        return True

    assert sum(await asyncio.gather(*(ask() for _ in range(6)))) == 2


async def test_after_the_window_a_return_is_rejected_and_names_the_rule(door: Doorstep) -> None:
    [order_id] = await door.delivered({"A": 1})
    async with door.tx() as tx:
        await clock.advance(tx, tx.now + timedelta(days=31))
    async with door.tx() as tx:
        return_id = await feedback.ask_return(
            tx, order_id, [ReturnAsk(await door.line(order_id), 1)], "other"
        )
        shown = await returns.return_of(tx, return_id)
    assert (shown.state, "30 days" in shown.rule) == ("rejected", True)


async def test_graded_twice_is_restocked_once(door: Doorstep) -> None:
    [order_id] = await door.delivered({"A": 1})
    async with door.tx() as tx:
        return_id = await feedback.ask_return(
            tx, order_id, [ReturnAsk(await door.line(order_id), 1)], "other"
        )
        await feedback.receive_return(tx, return_id)
        [item] = await returns.items_of(tx, return_id)
        grade = [Came(item.line_id, item.product_id)]
        await feedback.grade_return(tx, return_id, grade, "bin:A-01-01")
        with pytest.raises(Refused, match="graded"):
            await feedback.grade_return(tx, return_id, grade, "bin:A-01-01")
    assert await door.wrong() == {}


async def test_the_house_learns_how_a_carrier_did(door: Doorstep) -> None:
    [order_id] = await door.delivered({"A": 1})
    async with door.tx() as tx:
        await feedback.rate(tx, order_id, 5)
        assert await feedback.learn(tx) == 1
        scores = await feedback.scores(tx, merchant_id=None)
    assert {(one.axis, one.n) for one in scores} == {
        ("carrier", 1),
        ("site", 1),
        ("merchant", 1),
        ("product", 1),
    }
    record = "SELECT (parcels, on_time, ratings, rating_sum)::text FROM shipping.records WHERE tenant_id = %s"
    assert await door.ask(record, door.tenant_id) == "(1,1,1,5)"
