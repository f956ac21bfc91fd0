"""Orders are placed whole or not at all, held for reasons, released one by one, canceled until they leave."""

import asyncio
import random
from collections import Counter
from datetime import timedelta
from uuid import UUID

import msgspec
import pytest

from doorstep import app as house_app
from doorstep.platform import doctor
from doorstep.platform.errors import Reason, Refused
from doorstep.platform.house import House
from doorstep.stages import inventory, orders
from doorstep.stages.inventory import Receipt, Short
from doorstep.stages.orders import HoldReason, Outcome, Promise
from tests.conftest import NOON
from tests.worlds.catalog import WORLD, bin_code
from tests.worlds.inventory import small_world, two_sites, wrong_in_the_books
from tests.worlds.orders import by_card, contact, new_order, place_one, place_verdict


async def test_a_sound_order_is_accepted_at_once_and_its_goods_are_its_own(
    house: House, tenant: UUID
) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        world = await small_world(tx)
        verdict = await place_verdict(tx, new_order({"A": 2, "K": 3}))
        assert (verdict.outcome, verdict.state, verdict.number) == (Outcome.CREATED, "accepted", 1001)
        left = await inventory.available(tx, [world.a, world.b, world.kit])
        assert left == {world.a: 95, world.b: 94, world.kit: 47}
        assert await wrong_in_the_books(tx) == {}


async def test_every_fault_of_an_order_is_told_at_once(house: House, tenant: UUID) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        await small_world(tx)
        wrong = new_order(
            {"A": 0, "C": 31},
            total_minor=1,
            ship_to=contact(postal_code="94", email="ana@", phone="12", city=""),
        )
        verdict = await place_verdict(tx, wrong)
        assert verdict.outcome is Outcome.REFUSED
        assert sorted(fault.pointer for fault in verdict.faults) == [
            "/lines/0/quantity",
            "/lines/1/quantity",
            "/payments",
            "/ship_to/city",
            "/ship_to/email",
            "/ship_to/phone",
            "/ship_to/postal_code",
            "/total_minor",
        ]


async def test_a_wrong_order_does_not_touch_its_neighbors(house: House, tenant: UUID) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        await small_world(tx)
        batch = [
            new_order({"A": 1}),
            new_order({"A": 101}),
            new_order({"A": 1}, merchant="nobody"),
            new_order({"B": 1}),
        ]
        verdicts = await orders.place(tx, batch)
        assert [one.outcome for one in verdicts] == ["created", "refused", "refused", "created"]
        assert verdicts[1].unavailable
        assert "99 left" in verdicts[1].faults[0].message
        assert await wrong_in_the_books(tx) == {}


async def test_a_doubtful_address_holds_the_order_until_somebody_has_looked(
    house: House, tenant: UUID
) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        await small_world(tx)
        order_id = await place_one(tx, ship_to=contact(street="unknown"))
        found = await orders.read(tx, order_id)
        assert found is not None
        assert (found.order.state, [hold.reason for hold in found.open_holds]) == ("held", ["address"])
        await orders.release_hold(tx, [order_id], HoldReason.ADDRESS, "called the customer")
        found = await orders.read(tx, order_id)
        assert found is not None
        assert found.order.state == "accepted"
        assert [event.name for event in found.history if event.kind == "order"] == [
            "placed",
            "hold_placed",
            "held",
            "hold_released",
            "accepted",
        ]


async def healthy(house: House, tenant: UUID) -> None:
    """Every invariant of the house holds."""
    findings = await doctor.examine(house.db, tenant, house_app.invariants())
    assert findings == []


async def test_two_lines_that_share_a_component_are_never_oversold(house: House, tenant: UUID) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        await small_world(tx)
        verdict = await place_verdict(tx, new_order({"K": 40, "B": 21}))
        assert (verdict.outcome, verdict.unavailable) == (Outcome.REFUSED, True)
        assert "Evening set (K): 50 left" in verdict.faults[0].message
        assert (await place_verdict(tx, new_order({"K": 40, "B": 20}))).outcome is Outcome.CREATED
        assert await wrong_in_the_books(tx) == {}


async def test_two_warehouses_that_hold_half_each_serve_one_order(house: House, tenant: UUID) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        world, south = await two_sites(tx)
        order_id = await place_one(tx, {"A": 120})
        taken = Counter[UUID]()
        for one in await inventory.reserved_for(tx, [order_id]):
            taken[one.site_id] += one.quantity
        assert set(taken) == {world.north, south}
        assert taken.total() == 120


async def test_rounding_within_the_tolerance_is_noted_never_silent(house: House, tenant: UUID) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        await small_world(tx)
        order = new_order()
        payment = msgspec.structs.replace(order.payments[0], amount_minor=order.total_minor + 2)
        order_id = await place_one(tx, payments=[payment])
        found = await orders.read(tx, order_id)
        assert found is not None
        assert (found.order.state, found.order.rounding_minor) == ("accepted", 2)
        assert [event.facts for event in found.history if event.name == "rounded"] == [{"payments_minor": 2}]
    await healthy(house, tenant)


async def test_an_order_on_its_way_cannot_be_canceled(house: House, tenant: UUID) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        await small_world(tx)
        going, held, canceled = [await place_one(tx) for _ in range(3)]
        await orders.hold(tx, [held], HoldReason.FRAUD)
        await orders.cancel(tx, [canceled], "customer asked")
        unknown = UUID(int=7)
        assert await orders.start_shipping(tx, [going, held, canceled, unknown]) == [held, canceled, unknown]
        moves = await orders.cancel(tx, [going, held, unknown], "too late")
        assert (moves.moved, [one.id for one in moves.refused], moves.unknown) == ([held], [going], [unknown])
        with pytest.raises(Refused, match="begun to leave") as refused:
            await orders.cancel_one(tx, going, "too late")
        assert refused.value.reason is Reason.CONFLICT


async def test_canceling_and_shipping_at_once_leaves_one_truth(house: House, tenant: UUID) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        await small_world(tx)
        ids = [await place_one(tx) for _ in range(12)]

    async def ship(order_id: UUID) -> bool:
        async with house.db.transaction(tenant, actor="dock") as tx:
            return await orders.start_shipping(tx, [order_id]) == []

    async def cancel(order_id: UUID) -> bool:
        async with house.db.transaction(tenant, actor="desk") as tx:
            return bool((await orders.cancel(tx, [order_id], "race")).moved)

    for order_id in ids:
        shipped, canceled = await asyncio.gather(ship(order_id), cancel(order_id))
        assert shipped != canceled


async def test_a_closed_order_may_be_opened_again(house: House, tenant: UUID) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        await small_world(tx)
        order_id = await place_one(tx)
        assert (await orders.close(tx, [order_id])).moved == [order_id]
        assert (await orders.close(tx, [order_id])).moved == []
        assert (await orders.reopen(tx, [order_id], "a parcel came back")).moved == [order_id]


async def test_a_promise_is_noted_when_it_changes_and_only_then(house: House, tenant: UUID) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        await small_world(tx)
        order_id = await place_one(tx)
        promise = Promise(NOON + timedelta(days=1), NOON + timedelta(days=2), {"service": "standard"})
        assert await orders.promise(tx, {order_id: promise}) == [order_id]
        assert await orders.promise(tx, {order_id: promise}) == []
        await orders.note_oddity(tx, order_id, {"what": "delivered before it was shipped"})
        found = await orders.read(tx, order_id)
        assert found is not None
        assert found.order.promised_until == NOON + timedelta(days=2)
        names = [event.name for event in found.history if event.kind == "order"]
        assert names == ["placed", "accepted", "promised", "oddity"]


async def test_an_order_short_of_goods_goes_on_when_they_are_there_again(house: House, tenant: UUID) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        await small_world(tx)
        order_id = await place_one(tx, {"D": 50})
        found = await orders.read(tx, order_id)
        assert found is not None
        short = Short(
            order_id=order_id,
            line_id=found.lines[0].id,
            site_id=WORLD.north,
            product_id=WORLD.d,
            place=f"bin:{bin_code(4, 1)}",
            quantity=3,
        )
        (answer,) = await inventory.short(tx, [short])
        assert answer.missing == 3
        await orders.hold(tx, [order_id], HoldReason.OUT_OF_STOCK, "3 missing")
        with pytest.raises(Refused, match="still not enough"):
            await orders.release_hold(tx, [order_id], HoldReason.OUT_OF_STOCK)
    async with house.db.transaction(tenant, actor="test") as tx:
        await inventory.receive(
            tx, [Receipt(site_id=WORLD.north, product_id=WORLD.d, place=f"bin:{bin_code(4, 1)}", quantity=3)]
        )
        assert await orders.release_hold(tx, [order_id], HoldReason.OUT_OF_STOCK) == [order_id]
        again = await orders.read(tx, order_id)
        assert again is not None
        assert again.order.state == "accepted"
        assert sum(one.quantity for one in await inventory.reserved_for(tx, [order_id])) == 50
        assert await wrong_in_the_books(tx) == {}


async def test_order_numbers_have_no_gap_where_orders_were_refused(house: House, tenant: UUID) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        await small_world(tx)
        first = await orders.place(tx, [new_order({"D": 50}), new_order({"D": 1}), new_order({"A": 1})])
        second = await orders.place(tx, [new_order({"A": 1})])
        assert [one.number for one in (*first, *second)] == [1001, None, 1002, 1003]


async def test_an_unpaid_order_waits_for_its_payment_and_every_book_is_right(
    house: House, tenant: UUID
) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        await small_world(tx)
        batch = [new_order(), by_card(), new_order(ship_to=contact(city="none")), new_order(merchant="x")]
        verdicts = await orders.place(tx, batch)
        assert [one.state for one in verdicts] == ["accepted", "placed", "held", None]
    await healthy(house, tenant)


@pytest.mark.parametrize("seed", range(3))
async def test_a_busy_day_of_acts_leaves_every_book_right(house: House, tenant: UUID, seed: int) -> None:
    rng = random.Random(seed)
    async with house.db.transaction(tenant, actor="test") as tx:
        await small_world(tx)
    ids: list[UUID] = []
    for _ in range(40):
        async with house.db.transaction(tenant, actor="test") as tx:
            act = rng.choice(
                ["place", "place", "hold", "release", "cancel", "ship", "close", "reopen", "capture"]
            )
            some = rng.sample(ids, min(len(ids), 4))
            if act == "place":
                goods = {rng.choice("ABCDK"): rng.randint(1, 9) for _ in range(rng.randint(1, 3))}
                verdicts = await orders.place(tx, [new_order(goods) for _ in range(rng.randint(1, 4))])
                ids += [one.order_id for one in verdicts if one.order_id]
            elif act == "hold":
                await orders.hold(tx, some, rng.choice(list(HoldReason)))
            elif act == "release":
                await orders.release_hold(tx, some, rng.choice([HoldReason.MANUAL, HoldReason.FRAUD]))
            elif act == "cancel":
                await orders.cancel(tx, some, "busy")
            elif act == "ship":
                await orders.start_shipping(tx, some)
            elif act == "close":
                await orders.close(tx, some)
            elif act == "reopen":
                await orders.reopen(tx, some, "busy")
            else:
                await orders.want_capture(tx, some)
    await healthy(house, tenant)
