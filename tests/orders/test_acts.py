"""Orders are placed whole or not at all, held for reasons, released one by one, canceled until they leave."""

from uuid import UUID

from doorstep.platform.house import House
from doorstep.stages import inventory, orders
from doorstep.stages.orders import HoldReason, Outcome
from tests.worlds.inventory import small_world, wrong_in_the_books
from tests.worlds.orders import contact, new_order, place_one, place_verdict


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
