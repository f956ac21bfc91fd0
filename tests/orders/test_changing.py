"""Orders are changed: previewed first, then exactly that, and only the difference touches stock and money."""

from uuid import UUID

import httpx
import msgspec
import pytest

from doorstep.platform.errors import Reason, Refused
from doorstep.platform.house import House
from doorstep.platform.ids import new_id
from doorstep.stages import inventory, orders
from doorstep.stages.orders import HoldReason, NewLine
from doorstep.stages.orders.acts import change_order, preview_change
from doorstep.stages.orders.model.changing import Change, FurtherPayment, LineChange
from tests.orders.conftest import bearer
from tests.worlds.catalog import WORLD
from tests.worlds.changes import CASH, added, done, lines_of, money_of, reserved, ship, wanted
from tests.worlds.inventory import SOUTH, small_world, two_sites, wrong_in_the_books
from tests.worlds.orders import contact, new_order, place_one, place_verdict


async def test_fewer_units_give_back_exactly_the_difference_of_goods_and_money(
    house: House, tenant: UUID
) -> None:
    async with house.db.transaction(tenant, actor="user:maria") as tx:
        await small_world(tx)
        order_id = await place_one(tx, {"A": 5, "K": 2})
        preview = await done(tx, order_id, lines=await wanted(tx, order_id, A=3, K=1))
        assert [(one.sku, one.was, one.now) for one in preview.goods.differences] == [
            ("A", 7, 4),
            ("B", 4, 2),
        ]
        assert await reserved(tx, order_id) == {WORLD.a: 4, WORLD.b: 2}
        assert await money_of(tx, order_id) == (9050, [("authorized", 16350, 7300, 0)])
        history = (await orders.read(tx, order_id)).history  # type: ignore[union-attr]
        changed = next(one for one in history if one.name == "changed")
        assert (changed.actor, changed.facts["why"]) == ("user:maria", "customer asked")
        assert [(one["sku"], one["was"], one["now"]) for one in changed.facts["lines"]] == [
            ("A", 5, 3),
            ("K", 2, 1),
        ]
        assert await wrong_in_the_books(tx) == {}


async def test_a_preview_changes_nothing(house: House, tenant: UUID) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        await small_world(tx)
        order_id = await place_one(tx, {"A": 5})
        before = await orders.read(tx, order_id)
        change = Change(why="x", lines=await wanted(tx, order_id, A=2), add=[added("B", 1)])
        await preview_change(tx, order_id, change)
        assert await orders.read(tx, order_id) == before
        assert await reserved(tx, order_id) == {WORLD.a: 5}


async def test_more_units_and_another_line_reserve_only_what_is_more(house: House, tenant: UUID) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        await small_world(tx)
        order_id = await place_one(tx, {"A": 2})
        await done(
            tx, order_id, lines=await wanted(tx, order_id, A=5), add=[added("K", 2, 4800)], payment=CASH
        )
        assert await reserved(tx, order_id) == {WORLD.a: 7, WORLD.b: 4}
        assert (await inventory.available(tx, [WORLD.a]))[WORLD.a] == 93
        total, payments = await money_of(tx, order_id)
        assert (total, payments) == (16350, [("authorized", 3000, 0, 0), ("authorized", 13350, 0, 0)])
        found = await orders.read(tx, order_id)
        assert found is not None
        assert (found.order.state, [line.position for line in found.lines]) == ("accepted", [1, 2])
        assert await wrong_in_the_books(tx) == {}


async def test_a_change_that_moved_since_its_preview_is_refused_and_says_what_moved(
    house: House, tenant: UUID
) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        await small_world(tx)
        order_id = await place_one(tx, {"A": 5})
        change = Change(why="x", lines=await wanted(tx, order_id, A=4))
        preview = await preview_change(tx, order_id, change)
        await done(tx, order_id, lines=await wanted(tx, order_id, A=3))
        with pytest.raises(Refused) as refused:
            await change_order(tx, order_id, change, preview.token)
        assert refused.value.reason is Reason.CONFLICT
        said = " ".join(one.message for one in refused.value.faults)
        assert "Its lines changed since." in said
        assert "reserved" in said
        assert "address" not in said
        other = Change(why="x", lines=await wanted(tx, order_id, A=1))
        fresh = await preview_change(tx, order_id, other)
        with pytest.raises(Refused) as swapped:
            await change_order(tx, order_id, change, fresh.token)
        assert "another one was looked at" in swapped.value.faults[0].message.lower()
        assert await reserved(tx, order_id) == {WORLD.a: 3}


async def test_nothing_shipped_can_be_edited_away_and_the_rest_can(house: House, tenant: UUID) -> None:
    """O6 of the orders handbook: part of a line is on its way."""
    async with house.db.transaction(tenant, actor="test") as tx:
        await small_world(tx)
        order_id = await place_one(tx, {"A": 3, "B": 1})
        await ship(tx, order_id, "A", 2)
        less = Change(why="x", lines=await wanted(tx, order_id, A=1))
        preview = await preview_change(tx, order_id, less)
        assert [one.code for one in preview.faults] == ["shipped"]
        with pytest.raises(Refused) as refused:
            await change_order(tx, order_id, less, preview.token)
        assert "at least 2 stay" in refused.value.faults[0].message
        away = await preview_change(tx, order_id, Change(why="x", ship_to=contact(street="Weg 1")))
        assert [one.code for one in away.faults] == ["on_its_way"]
        await done(tx, order_id, lines=await wanted(tx, order_id, A=2, B=0))
        assert await reserved(tx, order_id) == {}
        assert (await inventory.available(tx, [WORLD.a, WORLD.b])) == {WORLD.a: 98, WORLD.b: 100}
        total, payments = await money_of(tx, order_id)
        assert (total, payments) == (3000, [("captured", 6250, 3250, 3250)])
        assert await wrong_in_the_books(tx) == {}


@pytest.mark.proves("O4")
async def test_a_price_only_edit_after_shipping_changes_no_stock(house: House, tenant: UUID) -> None:
    """O4 of the orders handbook."""
    async with house.db.transaction(tenant, actor="test") as tx:
        await small_world(tx)
        order_id = await place_one(tx, {"A": 2})
        await ship(tx, order_id, "A", 2)
        before = await tx.connection.execute("SELECT * FROM inventory.reservations")
        rows = await before.fetchall()
        line_id = (await lines_of(tx, order_id))["A"]
        preview = await done(tx, order_id, lines=[LineChange(line_id=line_id, unit_minor=1000)])
        assert preview.goods.differences == ()
        assert await (await tx.connection.execute("SELECT * FROM inventory.reservations")).fetchall() == rows
        assert await money_of(tx, order_id) == (2500, [("captured", 3000, 500, 500)])
        dearer = await preview_change(
            tx, order_id, Change(why="x", lines=[LineChange(line_id=line_id, unit_minor=2000)])
        )
        assert [one.code for one in dearer.faults] == ["all_shipped"]


@pytest.mark.proves("O5")
async def test_a_canceled_unit_can_be_wanted_again_and_what_was_never_reserved_is_not_released(
    house: House, tenant: UUID
) -> None:
    """O5 of the orders handbook."""
    async with house.db.transaction(tenant, actor="test") as tx:
        await small_world(tx)
        order_id = await place_one(tx, {"A": 2, "B": 1})
        await done(tx, order_id, lines=await wanted(tx, order_id, A=0))
        assert await reserved(tx, order_id) == {WORLD.b: 1}
        await done(tx, order_id, lines=await wanted(tx, order_id, A=2), payment=CASH)
        assert await reserved(tx, order_id) == {WORLD.a: 2, WORLD.b: 1}
        await inventory.release(tx, [order_id], "lost")
        await done(tx, order_id, lines=await wanted(tx, order_id, A=1))
        assert await reserved(tx, order_id) == {}
        assert (await inventory.available(tx, [WORLD.a]))[WORLD.a] == 100
        assert await wrong_in_the_books(tx) == {}


async def test_everything_that_forbids_a_change_is_told_at_once(house: House, tenant: UUID) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        await small_world(tx)
        order_id = await place_one(tx, {"A": 2})
        lines = await lines_of(tx, order_id)
        change = Change(
            why="x",
            lines=[
                LineChange(line_id=lines["A"], quantity=0),
                LineChange(line_id=new_id(), quantity=1),
                LineChange(line_id=lines["A"], quantity=-1),
            ],
            add=[NewLine(sku="nothing", quantity=1, unit_minor=1)],
            ship_to=contact(city="", email="ana@"),
            discount_minor=-1,
            payment=FurtherPayment(processor="simulated", method="card"),
        )
        found = {one.code for one in (await preview_change(tx, order_id, change)).faults}
        assert found == {
            "unknown_line", "twice", "unknown_sku", "negative", "nothing_left", "missing", "email",
        }  # fmt: skip
        nothing = await preview_change(tx, order_id, Change(why="x"))
        assert [one.code for one in nothing.faults] == ["nothing"]
        await orders.cancel_one(tx, order_id, "x")
        late = await preview_change(tx, order_id, Change(why="x", shipping_minor=0))
        assert "finished" in {one.code for one in late.faults}


async def test_goods_that_are_not_there_are_named_and_nothing_is_done(house: House, tenant: UUID) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        await small_world(tx)
        order_id = await place_one(tx, {"C": 1})
        change = Change(why="x", lines=await wanted(tx, order_id, C=10_000), payment=CASH)
        preview = await preview_change(tx, order_id, change)
        assert [one.code for one in preview.faults] == ["unavailable"]
        with pytest.raises(Refused) as refused:
            await change_order(tx, order_id, change, preview.token)
        assert refused.value.reason is Reason.UNAVAILABLE
        assert await reserved(tx, order_id) == {WORLD.c: 1}


async def test_another_address_is_checked_and_lets_go_of_its_hold(house: House, tenant: UUID) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        await small_world(tx)
        order_id = await place_one(tx, ship_to=contact(street="unknown"))
        await done(tx, order_id, ship_to=contact(street="Im Rietle 20"), delivery="express")
        found = await orders.read(tx, order_id)
        assert found is not None
        assert (found.order.state, found.order.street, found.order.delivery) == (
            "accepted",
            "Im Rietle 20",
            "express",
        )
        assert {"changed", "address_changed", "delivery_changed"} <= {one.name for one in found.history}
        assert "Rietle" not in str(next(one.facts for one in found.history if one.name == "address_changed"))
        await done(tx, order_id, ship_to=contact(street="unknown"))
        held = await orders.read(tx, order_id)
        assert held is not None
        assert [one.reason for one in held.open_holds] == [HoldReason.ADDRESS]


async def test_what_is_added_comes_from_the_site_that_sends_the_rest_where_it_can(
    house: House, tenant: UUID
) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        await two_sites(tx)
        order_id = await place_one(tx, {"A": 60})
        [before] = {one.site_id for one in await inventory.reserved_for(tx, [order_id])}
        await done(tx, order_id, lines=await wanted(tx, order_id, A=70), payment=CASH)
        held = await inventory.reserved_for(tx, [order_id])
        assert {(one.site_id, one.quantity) for one in held} == {(before, 70)}
        await done(tx, order_id, lines=await wanted(tx, order_id, A=140), payment=CASH)
        split = {one.site_id: one.quantity for one in await inventory.reserved_for(tx, [order_id])}
        assert sum(split.values()) == 140
        assert set(split) == {WORLD.north, SOUTH}
        await done(tx, order_id, lines=await wanted(tx, order_id, A=90))
        left = {one.site_id: one.quantity for one in await inventory.reserved_for(tx, [order_id])}
        assert left == {before: 90}, "the smaller parcel is saved"
        assert await wrong_in_the_books(tx) == {}


async def test_an_order_that_was_changed_here_is_known_when_its_shop_sends_it_again(
    house: House, tenant: UUID
) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        await small_world(tx)
        sent = new_order({"A": 2}, external_ref="W-1")
        first = await place_verdict(tx, sent)
        assert first.order_id is not None
        await done(tx, first.order_id, lines=await wanted(tx, first.order_id, A=1))
        again = await place_verdict(tx, sent)
        assert (again.outcome, again.order_id) == ("duplicate", first.order_id)


async def test_a_change_goes_over_the_api_with_its_preview(
    web_client: httpx.AsyncClient, house: House, tenant: UUID, key: str, world: None
) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        order_id = await place_one(tx, {"A": 3})
        line_id = str((await lines_of(tx, order_id))["A"])
    change = {"why": "customer asked", "lines": [{"line_id": line_id, "quantity": 1}]}
    where = f"/api/orders/{order_id}/changes"
    seen = (await web_client.post(f"{where}/preview", json=change, headers=bearer(key))).json()
    assert seen["possible"] is True
    assert seen["money"] == {
        "currency": "EUR", "total_was_minor": 4250, "total_minor": 1750,
        "released_minor": 2500, "refund_minor": 0, "further_minor": 0,
    }  # fmt: skip
    assert seen["stock"] == [{"sku": "A", "name": "Stoneware mug", "was": 3, "now": 1, "free": None}]
    body = {"change": change, "token": seen["token"]}
    again = {"idempotency-key": "once"}
    first = await web_client.post(where, json=body, headers=bearer(key, **again))
    assert (first.status_code, first.json()["lines"][0]["quantity"]) == (200, 1)
    same = await web_client.post(where, json=body, headers=bearer(key, **again))
    assert same.json() == first.json()
    stale = await web_client.post(where, json=body, headers=bearer(key))
    assert stale.status_code == 409
    assert msgspec.json.decode(stale.content)["errors"]
