"""An order is split: units become a second order, nothing goes free in between, and both together cost what one did."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.platform.db import Tx
from doorstep.platform.errors import Refused
from doorstep.platform.house import House
from doorstep.stages import inventory, orders
from doorstep.stages.orders import HoldReason, NewLine, NewPayment, Promise
from doorstep.stages.orders.acts import Whole, authorized, hold_parts, preview_split, split_order
from doorstep.stages.orders.model import Payment
from doorstep.stages.orders.model.holding import Parts
from doorstep.stages.orders.model.splitting import Split, SplitLine
from doorstep.stages.orders.rules.splitting import share_payments
from tests.worlds.catalog import WORLD
from tests.worlds.changes import lines_of, reserved, ship
from tests.worlds.inventory import small_world, two_sites, wrong_in_the_books
from tests.worlds.orders import by_card, place_one, place_verdict


async def split_of(tx: Tx, order_id: UUID, **units: int) -> Split:
    """Units that become an order of their own, by SKU."""
    lines = await lines_of(tx, order_id)
    return Split(
        why="the rest later", lines=[SplitLine(line_id=lines[sku], quantity=n) for sku, n in units.items()]
    )


async def done(tx: Tx, order_id: UUID, **units: int) -> UUID:
    """Preview a split and do it; return the second order."""
    asked = await split_of(tx, order_id, **units)
    preview = await preview_split(tx, order_id, asked)
    assert not preview.plan.faults, preview.plan.faults
    return await split_order(tx, order_id, asked, preview.token)


async def whole(tx: Tx, order_id: UUID) -> Whole:
    """Everything about an order."""
    found = await orders.read(tx, order_id)
    assert found is not None
    return found


SUMS = ("subtotal_minor", "discount_minor", "shipping_minor", "tax_minor", "total_minor")


@pytest.mark.parametrize("world", [small_world, two_sites], ids=["one site", "two sites"])
async def test_both_orders_together_have_the_goods_the_money_and_the_promise_of_the_one(
    house: House, tenant: UUID, world: Any
) -> None:
    async with house.db.transaction(tenant, actor="user:ana") as tx:
        await world(tx)
        lines = [
            NewLine(
                sku="A",
                quantity=120 if world is two_sites else 7,
                unit_minor=1250,
                discount_minor=101,
                tax_minor=77,
            ),
            NewLine(sku="K", quantity=3, unit_minor=4800),
        ]
        total = sum(one.quantity * one.unit_minor - one.discount_minor + one.tax_minor for one in lines)
        total += 500 - 333 + 100
        paid = [NewPayment(processor="manual", method="invoice", amount_minor=total)]
        order_id = await place_one(
            tx,
            {},
            lines=lines,
            discount_minor=333,
            tax_minor=100,
            total_minor=total,
            payments=paid,
            gift=True,
        )
        await orders.promise(tx, {order_id: Promise(tx.now, tx.now, {})})
        before, goods = await whole(tx, order_id), await reserved(tx, order_id)
        free = await inventory.available(tx, [WORLD.a, WORLD.b])
        second_id = await done(tx, order_id, A=3, K=1)
        first, second = await whole(tx, order_id), await whole(tx, second_id)
        for name in SUMS:
            assert getattr(first.order, name) + getattr(second.order, name) == getattr(before.order, name), (
                name
            )
        assert [(one.sku, one.quantity) for one in second.lines] == [("A", 3), ("K", 1)]
        assert sum(one.needed_minor for one in first.payments) == first.order.total_minor
        assert [(one.state, one.needed_minor) for one in second.payments] == [
            ("authorized", second.order.total_minor)
        ]
        assert await reserved(tx, second_id) == {WORLD.a: 4, WORLD.b: 2}
        kept = await reserved(tx, order_id)
        assert {one: kept[one] + {WORLD.a: 4, WORLD.b: 2}[one] for one in kept} == goods
        assert await inventory.available(tx, [WORLD.a, WORLD.b]) == free, (
            "nothing went free, nothing was taken"
        )
        assert (second.order.state, second.order.promised_until, second.order.gift) == (
            "accepted",
            before.order.promised_until,
            True,
        )
        assert second.order.number != first.order.number
        assert await wrong_in_the_books(tx) == {}


async def test_both_histories_name_the_other_order_and_who_split_it(house: House, tenant: UUID) -> None:
    async with house.db.transaction(tenant, actor="user:ana") as tx:
        await small_world(tx)
        order_id = await place_one(tx, {"A": 4})
        second_id = await done(tx, order_id, A=3)
        first, second = await whole(tx, order_id), await whole(tx, second_id)
        told = next(one for one in first.history if one.name == "split")
        assert (told.actor, told.facts["into"], told.facts["why"]) == (
            "user:ana",
            second.order.number,
            "the rest later",
        )
        assert second.history[0].facts["split_from"] == first.order.number


async def test_a_second_order_by_card_waits_until_its_share_is_promised_and_nothing_is_taken_twice(
    house: House, tenant: UUID
) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        await small_world(tx)
        verdict = await place_verdict(tx, by_card({"A": 2, "B": 1}))
        assert verdict.order_id is not None
        [payment] = (await whole(tx, verdict.order_id)).payments
        asked = await split_of(tx, verdict.order_id, B=1)
        early = await preview_split(tx, verdict.order_id, asked)
        assert [one.code for one in early.plan.faults] == ["not_accepted"]
        await authorized(tx, payment.id, "ref-1")
        second_id = await done(tx, verdict.order_id, B=1)
        first, second = await whole(tx, verdict.order_id), await whole(tx, second_id)
        assert (first.order.state, second.order.state) == ("accepted", "held")
        assert [one.reason for one in second.open_holds] == [HoldReason.PAYMENT]
        assert first.payments[0].needed_minor == first.order.total_minor
        assert [(one.state, one.needed_minor) for one in second.payments] == [
            ("owed", second.order.total_minor)
        ]
        assert first.order.total_minor + second.order.total_minor == payment.amount_minor
        assert await reserved(tx, second_id) == {WORLD.b: 1}


async def test_all_that_forbids_a_split_is_said_at_once(house: House, tenant: UUID) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        await small_world(tx)
        order_id = await place_one(tx, {"A": 2, "B": 1})
        lines = await lines_of(tx, order_id)
        await hold_parts(tx, order_id, Parts((lines["A"],)), HoldReason.MANUAL)
        await orders.hold(tx, [order_id], HoldReason.FRAUD, "look")
        asked = Split(
            why="x",
            lines=[
                SplitLine(line_id=uuid4(), quantity=1),
                SplitLine(line_id=lines["A"], quantity=3),
                SplitLine(line_id=lines["A"], quantity=1),
            ],
        )
        found = await preview_split(tx, order_id, asked)
        with pytest.raises(Refused) as refused:
            await split_order(tx, order_id, asked, found.token)
        assert [(one.pointer, one.code) for one in refused.value.faults] == [
            ("", "not_accepted"),
            ("", "part_held"),
            ("/lines/0/line_id", "unknown_line"),
            ("/lines/1/quantity", "quantity"),
            ("/lines/2/line_id", "twice"),
        ]
        other = await place_one(tx, {"A": 2})
        all_of_it = await preview_split(tx, other, await split_of(tx, other, A=2))
        assert [one.code for one in all_of_it.plan.faults] == ["nothing_left"]
        await ship(tx, other, "A", 1)
        gone = await preview_split(tx, other, await split_of(tx, other, A=1))
        assert "shipped" in [one.code for one in gone.plan.faults]


async def test_a_split_that_was_looked_at_before_something_moved_is_refused_and_says_what(
    house: House, tenant: UUID
) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        await small_world(tx)
        order_id = await place_one(tx, {"A": 4, "B": 1})
        asked = await split_of(tx, order_id, A=1)
        seen = await preview_split(tx, order_id, asked)
        await split_order(tx, order_id, asked, seen.token)
        with pytest.raises(Refused) as refused:
            await split_order(tx, order_id, asked, seen.token)
        assert [one.message for one in refused.value.faults] == [
            "Its order changed since.",
            "Its lines changed since.",
            "Its goods changed since.",
            "Its payments changed since.",
        ]


@given(
    st.lists(st.tuples(st.booleans(), st.integers(1, 10_000)), min_size=1, max_size=5), st.integers(0, 30_000)
)
def test_payments_are_shared_exactly_and_none_beyond_what_it_is(
    paid: list[tuple[bool, int]], wanted: int
) -> None:
    payments = [_payment(manual, amount) for manual, amount in paid]
    shares, left = share_payments(payments, wanted)
    amounts = {one.id: one.amount_minor for one in payments}
    parts = [*shares.twins, *shares.released]
    took = sum(amounts[one] for one in shares.moved) + sum(amount for _, amount in parts)
    assert took + left == wanted
    assert left == max(wanted - sum(amounts.values()), 0)
    assert all(0 < amount < one.amount_minor for one, amount in parts)
    assert len({*shares.moved, *(one.id for one, _ in parts)}) == len(shares.moved) + len(parts)


def _payment(manual: bool, amount: int) -> Payment:
    return Payment(
        id=uuid4(), order_id=uuid4(), state="authorized", processor="manual" if manual else "simulated", method="m",
        token="", amount_minor=amount, captured_minor=0, refunded_minor=0, released_minor=0, currency="EUR",
        reference=None, declined=None, attempt=1, asked_at=None, called_at=None, due_minor=0, parts=False,
    )  # fmt: skip
