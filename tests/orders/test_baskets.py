"""Goods that are kept for a basket: nobody else buys them, they run out, and the order that names the basket has them once."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from doorstep.platform import clock
from doorstep.platform.db import Tx
from doorstep.platform.errors import Refused
from doorstep.platform.house import House
from doorstep.stages import catalog, inventory, orders
from doorstep.stages.orders.acts import baskets
from doorstep.stages.orders.model.baskets import BasketLine
from tests.conftest import NOON
from tests.orders.conftest import bearer
from tests.worlds.catalog import WORLD, warehouse
from tests.worlds.inventory import SOUTH, receive, small_world, wrong_in_the_books
from tests.worlds.orders import new_order, place_verdict, post_order

LAMPS = 30


@pytest.fixture(autouse=True)
async def world(house: House, tenant: UUID) -> None:
    """Northside with goods, at noon."""
    async with house.db.transaction(tenant, actor="test") as tx:
        await small_world(tx)
    await clock.simulate(house.db, tenant, NOON)


async def kept(tx: Tx, units: int, seconds: int = 900) -> UUID:
    """Keep lamps for a basket."""
    return await baskets.keep_goods(tx, WORLD.merchant, [BasketLine("C", units)], seconds)


async def left(tx: Tx) -> int:
    """How many lamps can be sold."""
    return (await inventory.available(tx, [WORLD.c]))[WORLD.c]


async def promised(tx: Tx, of: UUID) -> int:
    """How many units are promised to an order or a basket."""
    return sum(one.quantity for one in await inventory.reserved_for(tx, [of]))


async def test_what_is_kept_for_a_basket_nobody_else_can_buy(house: House, tenant: UUID) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        await kept(tx, LAMPS - 1)
        assert await left(tx) == 1
        refused = await place_verdict(tx, new_order({"C": 2}))
        assert refused.unavailable
        with pytest.raises(Refused, match="not enough") as short:
            await kept(tx, 2)
        assert short.value.faults[0].message == "Glass lamp (C): 1 left, 2 asked."
        assert await wrong_in_the_books(tx) == {}


async def test_a_basket_that_nobody_pays_for_runs_out(house: House, tenant: UUID) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        basket_id = await kept(tx, 5, seconds=60)
    async with house.db.transaction(tenant, actor="test") as tx:
        await clock.advance(tx, NOON + timedelta(seconds=61))
    async with house.db.transaction(tenant, actor="test") as tx:
        assert {one.order_id for one in await inventory.expire(tx)} == {basket_id}
        assert await left(tx) == LAMPS
        verdict = await place_verdict(tx, new_order({"C": 5}, basket=basket_id))
        assert verdict.order_id is not None, "its goods are looked for anew"
        assert await promised(tx, verdict.order_id) == 5
        assert await wrong_in_the_books(tx) == {}


@pytest.mark.parametrize("sites", [1, 2], ids=["one site", "two sites"])
@pytest.mark.parametrize("units", [3, 5, 8], ids=["less", "the same", "more"])
async def test_the_order_of_a_basket_has_its_goods_once(
    house: House, tenant: UUID, sites: int, units: int
) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        if sites == 2:
            await catalog.add_sites(tx, [warehouse(SOUTH, "south")])
            await receive(tx, WORLD.c, 40, site_id=SOUTH)
        before = await left(tx)
        basket_id = await kept(tx, 5)
        verdict = await place_verdict(tx, new_order({"C": units}, basket=basket_id))
        assert verdict.order_id is not None
        assert (await promised(tx, verdict.order_id), await promised(tx, basket_id)) == (units, 0)
        assert await left(tx) == before - units
        assert (await baskets.find_basket(tx, basket_id)).order_id == verdict.order_id
        with pytest.raises(Refused, match="given to an order"):
            await baskets.change_basket(tx, basket_id, [BasketLine("C", 1)], 60)
        assert await wrong_in_the_books(tx) == {}


async def test_an_order_that_is_refused_leaves_its_basket_what_it_had(house: House, tenant: UUID) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        basket_id = await kept(tx, 5)
        refused = await place_verdict(tx, new_order({"C": LAMPS + 1}, basket=basket_id))
        assert refused.unavailable
        assert await promised(tx, basket_id) == 5
        verdict = await place_verdict(tx, new_order({"C": 5}, basket=basket_id))
        assert verdict.order_id is not None
        assert await left(tx) == LAMPS - 5
        assert await wrong_in_the_books(tx) == {}


async def test_of_all_who_bring_one_basket_at_once_one_gets_what_is_kept(house: House, tenant: UUID) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        basket_id = await kept(tx, LAMPS)

    async def buy() -> bool:
        async with house.db.transaction(tenant, actor="test") as tx:
            return (await place_verdict(tx, new_order({"C": LAMPS}, basket=basket_id))).order_id is not None

    assert sum(await asyncio.gather(*(buy() for _ in range(8)))) == 1
    async with house.db.transaction(tenant, actor="test") as tx:
        assert await left(tx) == 0
        assert await wrong_in_the_books(tx) == {}


async def test_buyers_with_baskets_and_without_meet_no_deadlock(house: House, tenant: UUID) -> None:
    """Baskets are changed, dropped and ordered while others buy the same goods in any order."""

    async def shop(i: int) -> None:
        skus = ["A", "B", "C", "K"][i % 4 :] + ["A", "B", "C", "K"][: i % 4]
        lines = [BasketLine(sku, 1) for sku in skus]
        async with house.db.transaction(tenant, actor="test") as tx:
            basket_id = await baskets.keep_goods(tx, WORLD.merchant, lines, 600)
        async with house.db.transaction(tenant, actor="test") as tx:
            if i % 3 == 0:
                await baskets.change_basket(tx, basket_id, lines[::-1][:2], 600)
            elif i % 3 == 1:
                await baskets.drop_basket(tx, basket_id)
        async with house.db.transaction(tenant, actor="test") as tx:
            basket = {"basket": basket_id} if i % 3 != 1 and i % 2 else {}
            assert (await place_verdict(tx, new_order(dict.fromkeys(skus, 1), **basket))).order_id is not None

    await asyncio.gather(*(shop(i) for i in range(24)))
    async with house.db.transaction(tenant, actor="test") as tx:
        assert await wrong_in_the_books(tx) == {}


async def test_a_basket_that_is_not_there_is_refused_with_all_else(house: House, tenant: UUID) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        verdict = await place_verdict(tx, new_order({"A": 1}, basket=uuid4(), currency="USD"))
        assert {fault.pointer for fault in verdict.faults} == {"/currency", "/basket"}


async def test_a_basket_is_kept_changed_and_dropped_over_json(
    web_client: httpx.AsyncClient, key: str
) -> None:
    headers = bearer(key)

    async def send(method: str, path: str, **asked: Any) -> httpx.Response:
        return await web_client.request(method, path, json=asked or None, headers=headers)

    made = await send("POST", "/api/baskets", merchant="juniper", lines=[{"sku": "C", "quantity": 29}])
    assert made.status_code == 201, made.text
    path = f"/api/baskets/{made.json()['id']}"
    wrong = await send("PUT", path, lines=[{"sku": "C", "quantity": 31}, {"sku": "A", "quantity": 1}])
    assert (wrong.status_code, wrong.json()["errors"][0]["pointer"]) == (409, "/lines/0/quantity")
    assert (await send("GET", path)).json()["lines"] == [{"sku": "C", "quantity": 29}], "it keeps what it had"
    unknown = await send("POST", "/api/baskets", merchant="juniper", lines=[{"sku": "NOPE", "quantity": 1}])
    assert (unknown.status_code, unknown.json()["errors"][0]["code"]) == (422, "unknown_sku")
    changed = await send("PUT", path, lines=[{"sku": "C", "quantity": 30}], minutes=30)
    assert changed.json()["lines"] == [{"sku": "C", "quantity": 30}]
    assert (await send("DELETE", path)).status_code == 204
    assert (await send("GET", path)).status_code == 404
    placed = await post_order(web_client, key, new_order({"C": 30}))
    assert placed.status_code == 201


async def test_another_merchants_basket_is_as_if_it_were_not_there(house: House, tenant: UUID) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        basket_id = await kept(tx, 1)
        with pytest.raises(Refused, match="no basket"):
            await baskets.find_basket(tx, basket_id, uuid4())
        assert (await orders.place(tx, [new_order({"C": 1}, basket=basket_id)]))[0].order_id is not None
