"""Orders become one: goods, money and promise of all are one order's, and nothing is free, asked or counted twice in between."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from doorstep.platform.db import Tx
from doorstep.platform.errors import Refused
from doorstep.platform.house import House
from doorstep.stages import inventory, orders
from doorstep.stages.orders import HoldReason, NewLine, NewPayment, Promise
from doorstep.stages.orders.acts import (
    Whole,
    authorized,
    hold_parts,
    merge_candidates,
    merge_orders,
    preview_merge,
)
from doorstep.stages.orders.model.holding import Parts
from doorstep.stages.orders.model.merging import Merge
from tests.worlds.catalog import WORLD
from tests.worlds.changes import lines_of, reserved, ship
from tests.worlds.inventory import small_world, two_sites, wrong_in_the_books
from tests.worlds.orders import by_card, contact, new_order, place_one, place_verdict

SUMS = ("subtotal_minor", "discount_minor", "shipping_minor", "tax_minor", "total_minor", "rounding_minor")


async def done(tx: Tx, order_id: UUID, *joining: UUID) -> None:
    """Preview a merge and do it."""
    asked = Merge(why="one parcel", orders=list(joining))
    preview = await preview_merge(tx, order_id, asked)
    assert not preview.union.faults, preview.union.faults
    await merge_orders(tx, order_id, asked, preview.token)


async def whole(tx: Tx, order_id: UUID) -> Whole:
    """Everything about an order."""
    found = await orders.read(tx, order_id)
    assert found is not None
    return found


@pytest.mark.parametrize("world", [small_world, two_sites], ids=["one site", "two sites"])
async def test_one_order_has_the_goods_the_money_and_the_earliest_promise_of_all(
    house: House, tenant: UUID, world: Any
) -> None:
    async with house.db.transaction(tenant, actor="user:ana") as tx:
        await world(tx)
        lines = [
            NewLine(sku="A", quantity=3, unit_minor=1250, discount_minor=101, tax_minor=77),
            NewLine(sku="K", quantity=2, unit_minor=4800),
        ]
        total = sum(one.quantity * one.unit_minor - one.discount_minor + one.tax_minor for one in lines) + 267
        paid = [NewPayment(processor="manual", method="invoice", amount_minor=total)]
        many = 120 if world is two_sites else 4
        ids = [
            await place_one(tx, {"A": many, "B": 1}, note="Ring twice."),
            await place_one(
                tx, {}, lines=lines, discount_minor=333, tax_minor=100, total_minor=total, payments=paid,
                ship_to=contact(street="im rietle 14", email="ANA@example.org"), note="Mind the dog.",
            ),
            await place_one(tx, {"B": 2}, note="Ring twice."),
        ]  # fmt: skip
        later = tx.now + timedelta(days=2)
        await orders.promise(tx, {ids[0]: Promise(later, later, {}), ids[1]: Promise(tx.now, tx.now, {})})
        before, goods = [await whole(tx, one) for one in ids], [await reserved(tx, one) for one in ids]
        free = await inventory.available(tx, [WORLD.a, WORLD.b])
        await done(tx, ids[0], ids[1], ids[2])
        first, second, third = [await whole(tx, one) for one in ids]
        for name in SUMS:
            assert getattr(first.order, name) == sum(getattr(one.order, name) for one in before), name
            assert getattr(second.order, name) == getattr(third.order, name) == 0, name
        assert [(one.sku, one.quantity) for one in first.lines] == [
            ("A", many), ("B", 1), ("A", 3), ("K", 2), ("B", 2),
        ]  # fmt: skip
        assert sum(one.needed_minor for one in first.payments) == first.order.total_minor
        assert (len(first.payments), second.payments, third.payments) == (3, [], [])
        assert await reserved(tx, ids[0]) == {
            key: sum(one.get(key, 0) for one in goods) for key in (WORLD.a, WORLD.b)
        }
        assert (await reserved(tx, ids[1]), await reserved(tx, ids[2])) == ({}, {})
        assert await inventory.available(tx, [WORLD.a, WORLD.b]) == free, (
            "nothing went free, nothing was taken"
        )
        assert (first.order.state, first.order.promised_until) == ("accepted", tx.now)
        assert first.order.note == "Ring twice.\nMind the dog."
        assert {(one.order.state, one.order.merged_into) for one in (second, third)} == {("merged", ids[0])}
        assert await wrong_in_the_books(tx) == {}


async def test_all_histories_tell_what_became_of_the_orders_and_who_merged_them(
    house: House, tenant: UUID
) -> None:
    async with house.db.transaction(tenant, actor="user:ana") as tx:
        await small_world(tx)
        first_id, second_id = await place_one(tx, {"A": 4}), await place_one(tx, {"B": 1})
        total = (await whole(tx, second_id)).order.total_minor
        await done(tx, first_id, second_id)
        first, second = await whole(tx, first_id), await whole(tx, second_id)
        joined = next(one for one in first.history if one.name == "joined")
        assert (joined.actor, joined.facts["orders"], joined.facts["why"]) == (
            "user:ana", [second.order.number], "one parcel",
        )  # fmt: skip
        merged = second.history[-1]
        assert (merged.name, merged.facts["into"], merged.facts["total_was_minor"]) == (
            "merged", first.order.number, total,
        )  # fmt: skip
        assert merged.facts["lines"] == [{"sku": "B", "units": 1}]


async def test_money_that_a_processor_promised_goes_along_and_is_not_asked_anew(
    house: House, tenant: UUID
) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        await small_world(tx)
        verdicts = [await place_verdict(tx, by_card({"A": n})) for n in (1, 2)]
        ids = [one.order_id for one in verdicts if one.order_id]
        early = await preview_merge(tx, ids[0], Merge(why="x", orders=[ids[1]]))
        assert {one.code for one in early.union.faults} == {"not_accepted", "money_moves"}
        for one in ids:
            await authorized(tx, (await whole(tx, one)).payments[0].id, f"ref-{one}")
        paid = [(await whole(tx, one)).payments[0].id for one in ids]
        await done(tx, ids[0], ids[1])
        first = await whole(tx, ids[0])
        assert [(one.id, one.state, one.attempt) for one in first.payments] == [
            (one, "authorized", 1) for one in paid
        ]
        assert sum(one.needed_minor for one in first.payments) == first.order.total_minor


async def test_candidates_are_the_customers_orders_for_the_same_door_however_it_is_spelled(
    house: House, tenant: UUID
) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        await small_world(tx)
        order_id = await place_one(tx)
        kin = [
            await place_one(tx, ship_to=contact(street="IM RIETLE, 14", postal_code="9494 ")),
            await place_one(tx, ship_to=contact(name="A. Keller", email="Ana@Example.org")),
            await place_one(tx, ship_to=contact(name="ana keller", email="")),
        ]
        for changed in (
            {"street": "Im Rietle 15"},
            {"street2": "Apartment 3"},
            {"company": "Keller AG"},
            {"name": "Ben Keller", "email": "ben@example.org"},
        ):
            await place_one(tx, ship_to=contact(**changed))
        held = await place_one(tx)
        await orders.hold(tx, [held], HoldReason.MANUAL, "look")
        await ship(tx, await place_one(tx), "A", 1)
        assert [one.id for one in await merge_candidates(tx, order_id)] == kin
        assert await merge_candidates(tx, held) == []
        await done(tx, order_id, kin[0])
        assert [one.id for one in await merge_candidates(tx, order_id)] == kin[1:]
        assert await merge_candidates(tx, kin[0]) == []


async def test_all_that_forbids_a_merge_is_said_at_once(house: House, tenant: UUID) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        await small_world(tx)
        order_id, held = await place_one(tx), await place_one(tx, gift=True)
        await hold_parts(tx, held, Parts(((await lines_of(tx, held))["A"],)), HoldReason.MANUAL)
        await orders.hold(tx, [held], HoldReason.FRAUD, "look")
        far = await place_one(tx, ship_to=contact(street="Im Rietle 15"), delivery="express")
        asked = Merge(why="x", orders=[order_id, held, far, far])
        found = await preview_merge(tx, order_id, asked)
        with pytest.raises(Refused) as refused:
            await merge_orders(tx, order_id, asked, found.token)
        assert [(one.pointer, one.code) for one in refused.value.faults] == [
            ("/orders/0", "itself"),
            ("/orders/1", "not_accepted"),
            ("/orders/1", "part_held"),
            ("/orders/1", "gift"),
            ("/orders/2", "other_address"),
            ("/orders/2", "other_service"),
            ("/orders/3", "other_address"),
            ("/orders/3", "other_service"),
            ("/orders/3", "twice"),
        ]
        with pytest.raises(Refused) as missing:
            await preview_merge(tx, order_id, Merge(why="x", orders=[uuid4()]))
        assert missing.value.reason == "unknown"


async def test_a_merge_that_was_looked_at_before_something_moved_is_refused_and_says_what(
    house: House, tenant: UUID
) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        await small_world(tx)
        first_id, second_id, third_id = [await place_one(tx, {"A": n}) for n in (1, 2, 3)]
        asked = Merge(why="x", orders=[second_id])
        seen = await preview_merge(tx, first_id, asked)
        await done(tx, second_id, third_id)
        with pytest.raises(Refused) as refused:
            await merge_orders(tx, first_id, asked, seen.token)
        assert [one.message for one in refused.value.faults] == [
            "Their state changed since.",
            "Their lines changed since.",
            "Their goods changed since.",
            "Their payments changed since.",
        ]
        await done(tx, first_id, second_id)
        assert await reserved(tx, first_id) == {WORLD.a: 6}
        assert await wrong_in_the_books(tx) == {}


async def test_a_merged_order_that_its_channel_sends_again_is_answered_with_it(
    house: House, tenant: UUID
) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        await small_world(tx)
        again = new_order({"B": 2}, external_ref="web-7")
        first_id, second_id = await place_one(tx), (await place_verdict(tx, again)).order_id
        assert second_id is not None
        await done(tx, first_id, second_id)
        verdict = await place_verdict(tx, again)
        assert (verdict.outcome, verdict.order_id, verdict.state) == ("duplicate", second_id, "merged")
        assert await reserved(tx, first_id) == {WORLD.a: 1, WORLD.b: 2}


async def test_a_merged_order_can_be_changed_split_and_canceled_as_one(house: House, tenant: UUID) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        await small_world(tx)
        free = await inventory.available(tx, [WORLD.a, WORLD.b])
        first_id, second_id = await place_one(tx, {"A": 2}), await place_one(tx, {"B": 1})
        await done(tx, first_id, second_id)
        with pytest.raises(Refused) as refused:
            await orders.acts.cancel_one(tx, second_id, "x")
        assert "merged" in refused.value.message
        await orders.acts.cancel_one(tx, first_id, "x")
        assert await inventory.available(tx, [WORLD.a, WORLD.b]) == free
        assert {one.state for one in (await whole(tx, first_id)).payments} == {"voided"}
        assert await wrong_in_the_books(tx) == {}
