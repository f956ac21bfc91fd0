"""The money of changes: a further payment is asked for, less is taken, or some is given back."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.platform.errors import Refused
from doorstep.platform.house import House
from doorstep.platform.ids import new_id
from doorstep.stages import orders
from doorstep.stages.orders import HoldReason, Payment
from doorstep.stages.orders.acts import arrange, retry
from doorstep.stages.orders.model.changing import FurtherPayment
from doorstep.stages.orders.rules.settling import settle
from tests.orders.conftest import Paying
from tests.worlds.changes import done, wanted
from tests.worlds.inventory import small_world, wrong_in_the_books
from tests.worlds.orders import by_card, place_one, place_verdict


async def test_more_money_without_a_way_to_pay_holds_the_order_until_it_is_arranged(
    house: House, tenant: UUID
) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        await small_world(tx)
        order_id = await place_one(tx, {"A": 1})
        await done(tx, order_id, lines=await wanted(tx, order_id, A=3))
        found = await orders.read(tx, order_id)
        assert found is not None
        assert (found.order.state, [one.reason for one in found.open_holds]) == ("held", [HoldReason.PAYMENT])
        assert "25.00 EUR more is due" in found.open_holds[0].note
        owed = found.payments[-1]
        assert (owed.state, owed.amount_minor) == ("owed", 2500)
        await arrange(tx, owed)
        again = await orders.read(tx, order_id)
        assert again is not None
        assert (again.order.state, again.open_holds) == ("accepted", [])
        with pytest.raises(Refused, match="only an owed one"):
            await arrange(tx, again.payments[-1])


async def test_what_is_asked_and_changed_away_again_lets_the_order_go_on(house: House, tenant: UUID) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        await small_world(tx)
        order_id = await place_one(tx, {"A": 1})
        await done(tx, order_id, lines=await wanted(tx, order_id, A=3))
        await done(tx, order_id, lines=await wanted(tx, order_id, A=1))
        found = await orders.read(tx, order_id)
        assert found is not None
        assert (found.order.state, found.open_holds) == ("accepted", [])
        assert [(one.state, one.needed_minor) for one in found.payments] == [
            ("authorized", 1750),
            ("voided", 0),
        ]
        assert await wrong_in_the_books(tx) == {}


async def test_a_card_pays_more_and_less_than_at_first(paying: Paying) -> None:
    async with paying.house.db.transaction(paying.tenant, actor="test") as tx:
        verdict = await place_verdict(tx, by_card({"A": 2, "B": 1}))
        order_id = verdict.order_id
        assert order_id is not None
    await paying.settle()
    async with paying.house.db.transaction(paying.tenant, actor="test") as tx:
        card = FurtherPayment(processor="simulated", method="card", token="tok_ok")
        await done(tx, order_id, lines=await wanted(tx, order_id, A=4), payment=card)
    assert (await paying.read(order_id)).order.state == "held"
    await paying.settle()
    assert (await paying.read(order_id)).order.state == "accepted"
    async with paying.house.db.transaction(paying.tenant, actor="test") as tx:
        await done(tx, order_id, lines=await wanted(tx, order_id, A=1, B=1))
        await orders.start_shipping(tx, [order_id])
        await orders.want_capture(tx, [order_id])
    await paying.settle()
    books = await paying.books()
    assert {one for one in books if one[0] in {"captured", "voided"}} == {
        ("voided", 2500),
        ("captured", 3750),
    }
    found = await paying.read(order_id)
    assert found.order.total_minor == 3750 == sum(one.captured_minor for one in found.payments)
    async with paying.house.db.transaction(paying.tenant, actor="test") as tx:
        await done(tx, order_id, shipping_minor=0)
    await paying.settle()
    assert ("refunded", 500) in await paying.books()


async def test_a_payment_asked_for_when_its_goods_were_changed_away_is_given_back(paying: Paying) -> None:
    async with paying.house.db.transaction(paying.tenant, actor="test") as tx:
        order_id = await place_one(tx, {"A": 1})
        card = FurtherPayment(processor="simulated", method="card", token="tok_ok")
        await done(tx, order_id, lines=await wanted(tx, order_id, A=2), payment=card)
        await done(tx, order_id, lines=await wanted(tx, order_id, A=1))
    await paying.settle()
    assert await paying.books() == [("authorized", 1250), ("voided", 1250)]
    found = await paying.read(order_id)
    assert (found.order.state, [one.state for one in found.payments]) == (
        "accepted",
        ["authorized", "voided"],
    )


async def test_a_declined_further_payment_is_asked_again_for_what_is_still_needed(paying: Paying) -> None:
    async with paying.house.db.transaction(paying.tenant, actor="test") as tx:
        order_id = await place_one(tx, {"A": 1})
        card = FurtherPayment(processor="simulated", method="card", token="tok_declined")
        await done(tx, order_id, lines=await wanted(tx, order_id, A=4), payment=card)
    await paying.settle()
    async with paying.house.db.transaction(paying.tenant, actor="test") as tx:
        await done(tx, order_id, lines=await wanted(tx, order_id, A=3))
        found = await orders.read(tx, order_id)
        assert found is not None
        await retry(tx, found.payments[-1], "tok_ok")
    await paying.settle()
    found = await paying.read(order_id)
    assert (found.order.state, found.payments[-1].amount_minor) == ("accepted", 2500)


STATES = st.sampled_from(
    ["owed", "asked", "authorized", "declined", "lapsed", "unknown", "captured", "voided"]
)


@given(
    st.lists(st.tuples(STATES, st.integers(1, 10_000), st.integers(0, 5)), max_size=5),
    st.integers(-30_000, 30_000),
)
def test_a_difference_is_settled_to_the_cent_or_not_at_all(
    rows: list[tuple[str, int, int]], difference: int
) -> None:
    payments = []
    for state, amount, tenths in rows:
        released = amount * tenths // 10
        captured = amount - released if state == "captured" else 0
        payments.append(
            Payment(
                new_id(),
                new_id(),
                state,
                "manual",
                "x",
                "",
                amount,
                captured,
                0,
                released,
                "EUR",
                None,
                None,
                1,
                None,
            )
        )
    found, faults = settle(payments, difference)
    room = sum(one.needed_minor for one in payments if one.state != "voided")
    if difference >= 0:
        assert (found.further_minor, found.released_minor, found.refund_minor) == (difference, 0, 0)
    elif -difference <= room:
        assert not faults
        assert found.released_minor + found.refund_minor == -difference
        by_id = {one.id: one for one in payments}
        assert all(amount <= by_id[one].needed_minor for one, amount in (*found.releases, *found.refunded))
        assert all(by_id[one].state == "captured" for one, _ in found.refunded)
    else:
        assert faults
        assert found.released_minor == found.refund_minor == 0
