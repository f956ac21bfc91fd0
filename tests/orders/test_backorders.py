"""Goods are ordered beyond what is there: exactly as many as may be owed, served in turn when goods come in, or from a day on."""

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import httpx
import pytest

from doorstep.platform import auth, clock
from doorstep.platform.db import Tx
from doorstep.platform.house import House
from doorstep.platform.ids import new_id
from doorstep.platform.tasks import Worker
from doorstep.stages import catalog, inventory, orders
from doorstep.stages.inventory.acts import backorders
from doorstep.stages.orders import HoldReason, Outcome
from doorstep.stages.orders.acts import baskets, change_order, preview_change, tending
from doorstep.stages.orders.model.baskets import BasketLine
from doorstep.stages.orders.model.changing import Change, LineChange
from tests.conftest import NOON
from tests.orders.conftest import Paying, bearer
from tests.settle import settle
from tests.worlds.catalog import WORLD, bin_code
from tests.worlds.inventory import receive, small_world, two_sites, wrong_in_the_books
from tests.worlds.orders import by_card, new_order, place_one, place_verdict, post_order

LAMPS = 30
CHRISTMAS = date(2026, 12, 24)
EVE = datetime(2026, 12, 23, 22, 50, tzinfo=UTC)
"""Ten minutes before it begins where the warehouse stands."""


async def ahead(tx: Tx, most: int, *, product_id: UUID = WORLD.c, ships_on: date | None = None) -> None:
    """Let a product, the lamp, be ordered beyond what is there."""
    [product] = await catalog.products(tx, [product_id])
    await backorders.sell_ahead(tx, product, most, ships_on)


async def owed(tx: Tx, product_id: UUID = WORLD.c) -> int:
    """How many units are owed; by the count, which is what is owed to lines."""
    assert await wrong_in_the_books(tx) == {}
    return (await backorders.backorder_terms(tx, [product_id]))[product_id].owed


async def promised(tx: Tx, order_id: UUID) -> dict[UUID, int]:
    """Units that are promised to an order, by product."""
    found: Counter[UUID] = Counter()
    for one in await inventory.reserved_for(tx, [order_id]):
        found[one.product_id] += one.quantity
    return dict(found)


async def holds(tx: Tx, order_id: UUID) -> set[str]:
    """Why an order is held."""
    found = await orders.read(tx, order_id)
    assert found is not None
    return {one.reason for one in found.open_holds}


async def test_what_is_missing_is_owed_and_what_is_there_is_kept_for_the_order(
    house: House, tenant: UUID, world: None
) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        await ahead(tx, 10)
        verdict = await place_verdict(tx, new_order({"A": 2, "C": 35}))
        assert (verdict.outcome, list(verdict.holds)) == (Outcome.HELD, [HoldReason.OUT_OF_STOCK])
        assert verdict.order_id is not None
        assert await promised(tx, verdict.order_id) == {WORLD.a: 2, WORLD.c: LAMPS}
        assert await owed(tx) == 5
        found = await orders.read(tx, verdict.order_id)
        assert found is not None
        assert found.open_holds[0].note == "Backorder of C."
        refused = await place_verdict(tx, new_order({"C": 6}))
        assert refused.unavailable
        assert "0 left, 6 asked" in refused.faults[0].message
        assert await owed(tx) == 5


async def test_a_product_of_which_nobody_said_so_sells_out(house: House, tenant: UUID, world: None) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        await ahead(tx, 40, product_id=WORLD.a)
        assert (await place_verdict(tx, new_order({"C": LAMPS + 1}))).unavailable
        assert (await place_verdict(tx, new_order({"A": 101, "C": LAMPS + 1}))).unavailable
        assert await owed(tx, WORLD.a) == 0


@pytest.mark.parametrize("sites", [1, 2])
async def test_buyers_at_once_are_owed_exactly_as_many_as_may_be(
    house: House, tenant: UUID, key: str, web_client: httpx.AsyncClient, sites: int
) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        await (small_world(tx) if sites == 1 else two_sites(tx))
        await ahead(tx, 20)
        there = (await inventory.available(tx, [WORLD.c]))[WORLD.c]
    answers = await asyncio.gather(
        *(post_order(web_client, key, new_order({"C": 2})) for _ in range(there // 2 + 25))
    )
    outcomes = Counter(one.json()["outcome"] if one.status_code < 400 else "refused" for one in answers)
    assert outcomes == {"created": there // 2, "held": 10, "refused": 15}
    async with house.db.transaction(tenant, actor="test") as tx:
        assert await owed(tx) == 20


async def test_a_batch_is_judged_in_its_sequence(house: House, tenant: UUID, world: None) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        await ahead(tx, 10)
        batch = [new_order({"C": 20}), new_order({"C": 20}), new_order({"C": 10}), new_order({"C": 10})]
        outcomes = [one.outcome for one in await orders.place(tx, batch)]
        assert outcomes == [Outcome.CREATED, Outcome.REFUSED, Outcome.CREATED, Outcome.HELD]
        assert await owed(tx) == 10


async def test_of_a_kit_the_missing_component_is_owed(house: House, tenant: UUID, world: None) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        needs = dict((await catalog.components(tx, [WORLD.kit]))[WORLD.kit])
        left = await inventory.available(tx, sorted(needs))
        for product_id in needs:
            await ahead(tx, 100, product_id=product_id)
        order_id = await place_one(tx, {"K": 60})
        due = {one.product_id: one.quantity for one in await inventory.owed_to(tx, [order_id])}
        assert due == {part: short for part, n in needs.items() if (short := 60 * n - left[part]) > 0}
        assert await promised(tx, order_id) == {part: min(60 * n, left[part]) for part, n in needs.items()}


async def test_goods_that_come_in_serve_who_waited_first(paying: Paying) -> None:
    async with paying.house.db.transaction(paying.tenant, actor="test") as tx:
        await ahead(tx, 100)
        await place_one(tx, {"C": LAMPS})
        first, second, third = [await place_one(tx, {"C": units}) for units in (20, 5, 10)]
    await paying.settle()
    async with paying.house.db.transaction(paying.tenant, actor="test") as tx:
        await receive(tx, WORLD.c, 26)
    await paying.settle()
    async with paying.house.db.transaction(paying.tenant, actor="test") as tx:
        assert [await promised(tx, one) for one in (first, second, third)] == [
            {WORLD.c: 20}, {WORLD.c: 5}, {},
        ]  # fmt: skip
        assert [await holds(tx, one) for one in (first, second, third)] == [set(), set(), {"out_of_stock"}]
        assert await owed(tx) == 10
    assert (await paying.read(first)).order.state == "accepted"


async def test_goods_that_another_order_gives_back_serve_who_waits(paying: Paying) -> None:
    async with paying.house.db.transaction(paying.tenant, actor="test") as tx:
        await ahead(tx, 10)
        other = await place_one(tx, {"C": LAMPS})
        waiting = await place_one(tx, {"C": 10})
    await paying.settle()
    async with paying.house.db.transaction(paying.tenant, actor="test") as tx:
        await orders.cancel_one(tx, other, "changed their mind")
        await tending.fill_freed(tx, [paying.tenant])
        assert await promised(tx, waiting) == {WORLD.c: 10}
        assert await owed(tx) == 0


async def test_an_order_that_is_canceled_is_owed_nothing(house: House, tenant: UUID, world: None) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        await ahead(tx, 10)
        order_id = await place_one(tx, {"C": LAMPS + 10})
        assert (await place_verdict(tx, new_order({"C": 1}))).unavailable
        await orders.cancel_one(tx, order_id, "changed their mind")
        assert await owed(tx) == 0
        assert (await place_verdict(tx, new_order({"C": LAMPS + 1}))).outcome is Outcome.HELD


async def test_an_order_that_wants_fewer_is_owed_fewer(house: House, tenant: UUID, world: None) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        await ahead(tx, 10)
        order_id = await place_one(tx, {"A": 1, "C": LAMPS + 10})
        found = await orders.read(tx, order_id)
        assert found is not None
        [lamp] = [line for line in found.lines if line.sku == "C"]
        for units, left in ((LAMPS + 3, 3), (LAMPS, 0)):
            change = Change(lines=[LineChange(line_id=lamp.id, quantity=units)], why="fewer")
            preview = await preview_change(tx, order_id, change)
            await change_order(tx, order_id, change, preview.token)
            assert await owed(tx) == left
        assert await holds(tx, order_id) == set()
        assert await promised(tx, order_id) == {WORLD.a: 1, WORLD.c: LAMPS}


async def test_a_preorder_leaves_on_its_day_though_its_goods_are_there(paying: Paying) -> None:
    async with paying.house.db.transaction(paying.tenant, actor="test") as tx:
        await ahead(tx, 0, ships_on=CHRISTMAS)
        order_id = await place_one(tx, {"C": 3})
        assert await holds(tx, order_id) == {HoldReason.PREORDER}
        assert await promised(tx, order_id) == {WORLD.c: 3}
    for moment, state in ((EVE, "held"), (EVE + timedelta(minutes=20), "accepted")):
        await clock.simulate(paying.house.db, paying.tenant, moment)
        async with paying.house.db.transaction(paying.tenant, actor="test") as tx:
            await tending.end_due(tx)
        assert (await paying.read(order_id)).order.state == state
    async with paying.house.db.transaction(paying.tenant, actor="test") as tx:
        assert (await place_verdict(tx, new_order({"C": 1}))).outcome is Outcome.CREATED


async def test_a_preorder_waits_for_its_goods_and_for_its_day(paying: Paying) -> None:
    async with paying.house.db.transaction(paying.tenant, actor="test") as tx:
        await ahead(tx, 5, ships_on=CHRISTMAS)
        order_id = await place_one(tx, {"C": LAMPS + 5})
        assert await holds(tx, order_id) == {HoldReason.OUT_OF_STOCK, HoldReason.PREORDER}
        assert (await place_verdict(tx, new_order({"C": 1}))).unavailable
        found = await orders.read(tx, order_id)
        assert found is not None
        assert found.order.ships_on == CHRISTMAS
    await paying.settle()
    async with paying.house.db.transaction(paying.tenant, actor="test") as tx:
        await receive(tx, WORLD.c, 5)
    await paying.settle()
    async with paying.house.db.transaction(paying.tenant, actor="test") as tx:
        assert await holds(tx, order_id) == {HoldReason.PREORDER}
        assert await owed(tx) == 0


async def test_a_basket_that_is_not_enough_goes_into_a_backorder(
    house: House, tenant: UUID, world: None
) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        await ahead(tx, 5)
        basket = await baskets.keep_goods(tx, WORLD.merchant, [BasketLine("C", 20)], 900)
        order_id = await place_one(tx, {"C": LAMPS + 5}, basket=basket)
        assert await promised(tx, order_id) == {WORLD.c: LAMPS}
        assert await promised(tx, basket) == {}
        assert await owed(tx) == 5


async def test_who_pays_later_is_owed_and_keeps_what_is_there_until_then(paying: Paying) -> None:
    async with paying.house.db.transaction(paying.tenant, actor="test") as tx:
        await ahead(tx, 5)
        order_id = await place_one(tx, {"C": LAMPS + 5}, payments=by_card({"C": LAMPS + 5}).payments)
    await paying.settle()
    await clock.simulate(paying.house.db, paying.tenant, NOON + timedelta(hours=2))
    await paying.settle()
    found = await paying.read(order_id)
    assert (found.order.state, found.payments[0].state) == ("held", "authorized")
    async with paying.house.db.transaction(paying.tenant, actor="test") as tx:
        assert await promised(tx, order_id) == {WORLD.c: LAMPS}
        await receive(tx, WORLD.c, 5)
    await paying.settle()
    assert (await paying.read(order_id)).order.state == "accepted"


async def test_the_promise_of_a_preorder_counts_from_its_day(
    house: House, worker: Worker, tenant: UUID, world: None
) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        await ahead(tx, LAMPS, ships_on=CHRISTMAS)
        order_id = await place_one(tx, {"C": 1})
    await settle(worker, tenant)
    async with house.db.transaction(tenant, actor="test") as tx:
        found = await orders.read(tx, order_id)
        assert found is not None
        assert found.order.state == "held"
        assert found.order.promised_from is not None
        assert found.order.promised_from.date() > CHRISTMAS


async def test_terms_are_told_to_shops_and_kept_from_other_merchants(
    house: House, tenant: UUID, world: None, key: str, web_client: httpx.AsyncClient
) -> None:
    path = f"/api/stock/{WORLD.c}/backorders"
    terms = {"most": 12, "ships_on": "2026-12-24"}
    assert (await web_client.put(path, json=terms, headers=bearer(key))).json() == {**terms, "owed": 0}
    told = await web_client.get("/api/availability?sku=C&merchant=juniper", headers=bearer(key))
    item = told.json()["items"][0]
    assert (item["available"], item["backorder"], item["ships_on"]) == (LAMPS, 12, "2026-12-24")
    kit = await web_client.put(f"/api/stock/{WORLD.kit}/backorders", json={"most": 1}, headers=bearer(key))
    assert kit.status_code == 409
    wrong = await web_client.put(path, json={"most": -1, "ships_on": "soon"}, headers=bearer(key))
    assert wrong.status_code == 422
    async with house.db.transaction(tenant, actor="test") as tx:
        [juniper] = (await catalog.merchants_of(tx, [WORLD.merchant])).values()
        other = replace(juniper, id=new_id(), code="other")
        await catalog.add_merchants(tx, [other])
    theirs = await auth.make_key(house.db, tenant, "theirs", ["stock:read", "stock:write"], other.id)
    assert (await web_client.put(path, json=terms, headers=bearer(theirs))).status_code == 404
    assert (await web_client.get(path, headers=bearer(theirs))).status_code == 404


@pytest.mark.parametrize("sites", [1, 2])
async def test_what_is_kept_from_sale_is_promised_to_nobody_and_keeps_promises(
    house: House, tenant: UUID, sites: int
) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        await (small_world(tx) if sites == 1 else two_sites(tx))
        [lamp] = await catalog.products(tx, [WORLD.c])
        for depot in await catalog.warehouses(tx):
            await backorders.keep_safe(tx, lamp, depot.id, 12)
        left = {1: 18, 2: 18 + 28}[sites]
        assert await inventory.available(tx, [WORLD.c]) == {WORLD.c: left}
        assert (await place_verdict(tx, new_order({"C": left + 1}))).unavailable
        order_id = await place_one(tx, {"C": left})
        assert await inventory.available(tx, [WORLD.c]) == {WORLD.c: 0}
        lost = inventory.Adjustment(
            site_id=WORLD.north,
            product_id=WORLD.c,
            place=f"bin:{bin_code(2, 2)}",
            quantity=-12,
            reason="stolen",
        )
        await inventory.adjust(tx, [lost])
        assert sum((await promised(tx, order_id)).values()) == left, (
            "what was kept is there for who was promised"
        )
        assert (await place_verdict(tx, new_order({"C": 1}))).unavailable
        await backorders.keep_safe(tx, lamp, WORLD.north, 0)
        assert await wrong_in_the_books(tx) == {}


async def test_channels_hear_of_what_is_kept_from_sale(
    house: House, tenant: UUID, world: None, key: str, web_client: httpx.AsyncClient, worker: Worker
) -> None:
    path = f"/api/stock/{WORLD.c}/safety"
    kept = {"site_id": f"{WORLD.north}", "units": 25}
    assert (await web_client.put(path, json=kept, headers=bearer(key))).json() == kept
    await settle(worker, tenant)
    changes = (await web_client.get("/api/availability/changes", headers=bearer(key))).json()["changes"]
    assert {one["sku"]: one["available"] for one in changes}["C"] == LAMPS - 25
    wrong = {"site_id": f"{WORLD.c}", "units": 1}
    assert (await web_client.put(path, json=wrong, headers=bearer(key))).status_code == 404


async def test_what_is_there_leaves_at_once_where_the_shop_wants_it(paying: Paying) -> None:
    async with paying.house.db.transaction(paying.tenant, actor="test") as tx:
        await ahead(tx, 20)
        parted = await place_one(tx, {"A": 1, "C": LAMPS + 5}, ship_partial=True)
        nothing_there = await place_one(tx, {"C": 5}, ship_partial=True)
        assert (await holds(tx, parted), await holds(tx, nothing_there)) == (set(), {"out_of_stock"})
        assert await promised(tx, parted) == {WORLD.a: 1, WORLD.c: LAMPS}
        assert await owed(tx) == 10
    await paying.settle()
    assert (await paying.read(parted)).order.state == "accepted"
    async with paying.house.db.transaction(paying.tenant, actor="test") as tx:
        await receive(tx, WORLD.c, 5)
    await paying.settle()
    async with paying.house.db.transaction(paying.tenant, actor="test") as tx:
        assert await promised(tx, parted) == {WORLD.a: 1, WORLD.c: LAMPS + 5}, "it was there first"
        assert await owed(tx) == 5
        await orders.cancel_one(tx, nothing_there, "changed their mind")
        assert await owed(tx) == 0


async def test_the_rest_of_a_parted_order_can_be_taken_out(paying: Paying) -> None:
    async with paying.house.db.transaction(paying.tenant, actor="test") as tx:
        await ahead(tx, 20)
        order_id = await place_one(tx, {"C": LAMPS + 5}, ship_partial=True)
        found = await orders.read(tx, order_id)
        assert found is not None
        change = Change(lines=[LineChange(line_id=found.lines[0].id, quantity=LAMPS)], why="enough")
        await change_order(tx, order_id, change, (await preview_change(tx, order_id, change)).token)
        assert (await owed(tx), await promised(tx, order_id)) == (0, {WORLD.c: LAMPS})


async def test_a_day_that_is_over_is_no_day_on_which_something_is_expected(
    house: House, tenant: UUID, world: None
) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        await ahead(tx, 10, ships_on=NOON.date() - timedelta(days=30))
        found = await orders.read(tx, await place_one(tx, {"C": LAMPS + 1}))
        assert found is not None
        assert [one.note for one in found.open_holds] == ["Backorder of C."]
        assert found.order.ships_on is None
