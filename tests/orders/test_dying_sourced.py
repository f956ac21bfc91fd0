"""The program may die at any step of sourcing and of telling shops what can be sold: in the end all is as if it had lived."""

from collections.abc import AsyncIterator, Callable
from typing import Any
from uuid import UUID

import httpx
import pytest

from doorstep.platform.config import Settings
from doorstep.platform.house import House
from doorstep.stages import inventory
from doorstep.stages.inventory.acts import telling
from doorstep.stages.inventory.jobs import follow_availability
from doorstep.stages.orders.acts.channels.shops import NewShop
from doorstep.stages.orders.acts.routing.sourcing import sourcings_of
from doorstep.stages.orders.jobs.levels import tell_levels
from doorstep.stages.orders.model.shops import ShopKind
from doorstep.stages.orders.ports.channels import PORTS
from doorstep.world.shopify import ShopifyShop, serve_shopify
from tests.conftest import NOON
from tests.mortal import LONG, Fate, die_everywhere
from tests.orders.conftest import bearer
from tests.orders.shops import Selling, selling
from tests.orders.test_sourcing import crossed, far_apart, sites_of
from tests.worlds.catalog import WORLD
from tests.worlds.inventory import SOUTH, small_world, wish, wrong_in_the_books
from tests.worlds.orders import new_order, post_order


async def test_an_order_that_died_at_any_step_of_being_sourced_is_sourced_once(
    web_client: httpx.AsyncClient, house: House, tenant: UUID, key: str, fate: Fate
) -> None:
    """Over two sites, split between them; the same key comes again after each death."""
    async with house.db.transaction(tenant, actor="test") as tx:
        await far_apart(tx)
    asked = new_order({"A": 120}, external_ref="SPLIT-1")

    async def done() -> bool:
        async with house.db.transaction(tenant, actor="test") as tx:
            assert await wrong_in_the_books(tx) == {}
            free = await inventory.free_of(tx, [(WORLD.a, WORLD.north), (WORLD.a, SOUTH)])
        left = (free[WORLD.a, WORLD.north], free[WORLD.a, SOUTH])
        assert left in ((100, 50), (0, 30)), "all of it or nothing"
        return left == (0, 30)

    died = await die_everywhere(
        fate, lambda: post_order(web_client, key, asked, idempotency_key="once"), done
    )
    answer = (await post_order(web_client, key, asked, idempotency_key="once")).json()
    async with house.db.transaction(tenant, actor="test") as tx:
        order_id = UUID(answer["id"])
        assert await sites_of(tx, order_id) == {WORLD.north: 100, SOUTH: 20}
        [kept] = await sourcings_of(tx, [order_id])
        assert kept.decision.winner is not None
        assert {share.site_id for share in kept.decision.winner.shares} == {WORLD.north, SOUTH}
    assert died > 8


async def test_open_orders_whose_move_died_at_any_step_move_once(
    web_client: httpx.AsyncClient, house: House, tenant: UUID, key: str, fate: Fate
) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        first, second = await crossed(tx)

    async def done() -> bool:
        async with house.db.transaction(tenant, actor="test") as tx:
            assert await wrong_in_the_books(tx) == {}
            sites = [await sites_of(tx, one) for one in (first, second)]
        assert sites in ([{WORLD.north: 1}, {SOUTH: 1}], [{SOUTH: 1}, {WORLD.north: 1}])
        return sites[0] == {SOUTH: 1}

    async def move() -> httpx.Response:
        return await web_client.post("/api/sourcing/apply", json={}, headers=bearer(key))

    died = await die_everywhere(fate, move, done)
    assert (await move()).json()["rows"] == [], "nothing is left to move"
    async with house.db.transaction(tenant, actor="test") as tx:
        assert [one.cause for one in await sourcings_of(tx, [second])] == ["batch", "placed"]
    assert died > 8


async def test_a_writer_of_the_feed_that_died_at_any_step_loses_no_change_and_tells_none_twice(
    house: House, tenant: UUID, fate: Fate
) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        await small_world(tx)
        await telling.take_changes(tx)
        cursor = (await telling.changes(tx, None)).cursor

    async def write() -> None:
        async with house.db.transaction(tenant, actor="test") as tx:
            await follow_availability(tx)

    for step in range(1, LONG):
        async with house.db.transaction(tenant, actor="test") as tx:
            await inventory.reserve(tx, [wish(WORLD.d, 1)])
        with fate.at(step):
            await write()
        died = fate.died
        await write()
        async with house.db.transaction(tenant, actor="test") as tx:
            found = await telling.changes(tx, cursor)
        assert [(one.sku, one.available) for one in found.items] == [("D", 50 - step)]
        cursor = found.cursor
        if not died:
            break
    assert step > 5


@pytest.fixture
async def juniper(settings: Settings, tenant: UUID) -> AsyncIterator[tuple[Selling, ShopifyShop]]:
    """Juniper's shop at Shopify, connected, and told of everything."""
    shop = ShopifyShop()
    shop.stock("A", "B", "C")
    async with serve_shopify(shop) as url:
        new = NewShop(
            code="juniper-shop", kind=ShopKind.SHOPIFY, merchant_id=WORLD.merchant, base_url=url, api_key=shop.token,
            hook_secret=shop.secret, location="487838322", since=NOON,
        )  # fmt: skip
        async with selling(settings, tenant, new) as (house, hook):
            shop.hook = hook
            await house.settle()
            yield house, shop


async def test_a_shop_whose_teller_died_at_any_step_knows_the_count_in_the_end(
    juniper: tuple[Selling, ShopifyShop], fate: Fate, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also before and after the call to the shop itself, when it may know what we do not know that it knows."""
    selling_house, shop = juniper
    house, tenant = selling_house.house, selling_house.tenant
    monkeypatch.setattr(
        PORTS[ShopKind.SHOPIFY], "tell_levels", _mortal(fate, PORTS[ShopKind.SHOPIFY].tell_levels)
    )
    for step in range(1, LONG):
        async with house.db.transaction(tenant, actor="test") as tx:
            await inventory.reserve(tx, [wish(WORLD.c, 1)])
            await telling.take_changes(tx)
        with fate.at(step):
            await tell_levels(house, tenant, tenant)
        died = fate.died
        await tell_levels(house, tenant, tenant)
        assert shop.levels[shop.goods["C"]] == 30 - step
        shop.asked.clear()
        await tell_levels(house, tenant, tenant)
        assert [one for one in shop.asked if "inventory_levels" in one] == [], "it knows, and we know that"
        if not died:
            break
    assert step > 8


def _mortal(fate: Fate, real: Callable[..., Any]) -> Callable[..., Any]:
    async def mortal(*args: Any, **more: Any) -> Any:
        fate.step()
        answer = await real(*args, **more)
        fate.step()
        return answer

    return mortal
