"""The pages and the API of sales channels: a shop is connected, tested, looked at, paused; what was refused is tried again."""

import re
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import httpx
import pytest

from doorstep.platform import auth
from doorstep.platform.auth import NewUser, Role
from doorstep.platform.house import House
from doorstep.stages.orders.acts.channels import hearing, shops
from doorstep.stages.orders.model.shops import Telling
from doorstep.stages.orders.ports.channels.shopify.reading import read_order
from doorstep.world.shopify import ShopifyShop, serve_shopify
from tests.orders.test_shopify import sample
from tests.worlds.catalog import WORLD
from tests.worlds.inventory import small_world


@pytest.fixture(autouse=True)
async def world(house: House, tenant: UUID) -> None:
    """Northside with goods."""
    async with house.db.transaction(tenant, actor="test") as tx:
        await small_world(tx)


@pytest.fixture
async def served() -> AsyncIterator[tuple[ShopifyShop, str]]:
    """A shop that answers."""
    shop = ShopifyShop()
    async with serve_shopify(shop) as url:
        yield shop, url


@pytest.fixture
async def desk(web_client: httpx.AsyncClient, house: House, tenant: UUID) -> httpx.AsyncClient:
    """A manager's browser, signed in."""
    login = f"maria-{tenant.hex[:12]}"
    await auth.add_user(house.db, tenant, NewUser(login, "Maria", "a long password", (Role.MANAGER,)))
    await web_client.get("/sign-in")
    await post(web_client, "/sign-in", login=login, password="a long password")
    return web_client


async def post(client: httpx.AsyncClient, path: str, **fields: str) -> httpx.Response:
    """Send a form."""
    data = {**fields, "_csrf_token": client.cookies["doorstep_csrf"]}
    return await client.post(path, data=data, headers={"accept": "text/html"})


def filled(url: str, **changed: str) -> dict[str, str]:
    """The form that connects a shop."""
    return {
        "kind": "shopify", "merchant": str(WORLD.merchant), "code": "juniper-shop", "base_url": url, "api_key": "shpat_demo",
        "hook_secret": "hush", "location": "17", "levels": "yes", **changed,
    }  # fmt: skip


async def read(client: httpx.AsyncClient, path: str) -> str:
    """Return a page."""
    return (await client.get(path, headers={"accept": "text/html"})).text


async def test_a_shop_is_connected_tested_paused_and_goes_on(
    desk: httpx.AsyncClient, served: tuple[ShopifyShop, str]
) -> None:
    _, url = served
    assert "No shop yet" in await read(desk, "/channels")
    address = (await post(desk, "/channels", **filled(url))).headers["location"]
    page = await read(desk, address)
    assert "/hooks/shops/" in page
    assert "shpat_demo" not in page
    assert "hush" not in page
    await post(desk, f"{address}/test")
    assert "The shop answered: Juniper at Shopify." in await read(desk, address)
    await post(desk, f"{address}/pause")
    assert "Paused" in await read(desk, address)
    await post(desk, f"{address}/resume")
    assert "juniper-shop" in await read(desk, "/channels")


async def test_a_wrong_key_is_told_by_the_test(
    desk: httpx.AsyncClient, served: tuple[ShopifyShop, str]
) -> None:
    _, url = served
    address = (await post(desk, "/channels", **filled(url, api_key="wrong"))).headers["location"]
    await post(desk, f"{address}/test")
    page = await read(desk, address)
    assert "check the key" in page
    assert "Trouble since" in page


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"code": "Big Shop"}, "code"), ({"base_url": "ftp://x"}, "base url"), ({"hook_secret": ""}, "signs its calls"),
        ({"kind": "bazaar"}, "kind"), ({"merchant": "x"}, "There is no merchant"), ({"location": ""}, "Stock levels need"),
    ],
)  # fmt: skip
async def test_what_does_not_fit_is_told_and_what_was_typed_is_kept(
    desk: httpx.AsyncClient, changed: dict[str, str], says: str
) -> None:
    answer = await post(desk, "/channels", **filled("https://kept.example.org", **changed))
    assert answer.status_code == 200
    assert says in re.sub(r"<[^>]+>", "", answer.text[answer.text.index('class="faults"') :][:600])
    assert "ftp://x" in answer.text or "https://kept.example.org" in answer.text


async def test_a_merchants_people_see_their_shop_and_connect_none(
    desk: httpx.AsyncClient, house: House, tenant: UUID
) -> None:
    address = (await post(desk, "/channels", **filled("https://one.example.org"))).headers["location"]
    login = f"june-{tenant.hex[:12]}"
    new = NewUser(login, "June", "a long password", (Role.MERCHANT,), WORLD.merchant)
    await auth.add_user(house.db, tenant, new)
    await post(desk, "/sign-in", login=login, password="a long password")
    page = await read(desk, "/channels")
    assert "juniper-shop" in page
    assert "Connect a shop" not in page
    assert "Test" in await read(desk, address)
    assert (await post(desk, "/channels", **filled("http://10.0.0.1"))).status_code == 403


async def test_two_shops_of_one_name_cannot_be(desk: httpx.AsyncClient) -> None:
    await post(desk, "/channels", **filled("https://one.example.org"))
    assert "Choose another name" in (await post(desk, "/channels", **filled("https://two.example.org"))).text


async def test_a_refused_order_is_shown_with_what_to_do_and_judged_anew(
    desk: httpx.AsyncClient, house: House, tenant: UUID
) -> None:
    address = (await post(desk, "/channels", **filled("https://one.example.org"))).headers["location"]
    shop_id = UUID(address.rsplit("/", 1)[1])
    body = sample(line_items=[{"id": 1, "sku": "NOPE", "quantity": 1, "price": "5.00"}]).decode()
    async with house.db.transaction(tenant, actor="test") as tx:
        await hearing.hear(tx, shop_id, [Telling(read_order(body), body)], "call")
        await hearing.fold(tx, await hearings(tx))
        assert [one.outcome for one in await shops.orders_of(tx, shop_id)] == ["refused"]
    page = await read(desk, address)
    assert "NOPE" in page
    assert "Try again: #7" in page
    await post(desk, f"{address}/again", ref="7")
    async with house.db.transaction(tenant, actor="test") as tx:
        await hearing.fold(tx, await hearings(tx))
        assert (await shops.counts(tx, [shop_id]))[shop_id].refused == 1


async def hearings(tx: Any) -> list[UUID]:
    """Return what was heard and not folded."""
    cursor = await tx.connection.execute(
        "SELECT hearing FROM orders.shop_orders WHERE tenant_id = %s AND folded_at IS NULL", [tx.tenant_id]
    )
    return [row[0] for row in await cursor.fetchall()]


async def test_a_shop_is_connected_and_paused_over_the_api_and_no_key_is_shown(
    web_client: httpx.AsyncClient, house: House, tenant: UUID, key: str
) -> None:
    headers = {"authorization": f"Bearer {key}"}
    asked: dict[str, Any] = {**filled("https://one.example.org/"), "merchant": "juniper", "levels": False}
    made = await web_client.post("/api/shops", json=asked, headers=headers)
    assert (made.status_code, made.json()["base_url"]) == (201, "https://one.example.org")
    assert not {"api_key", "hook_secret"} & made.json().keys()
    paused = await web_client.post(
        f"/api/shops/{made.json()['id']}/active", json={"active": False}, headers=headers
    )
    assert paused.json()["active"] is False
    other = await auth.make_key(house.db, tenant, "other", ["*"], UUID(int=7))
    assert (await web_client.get("/api/shops", headers={"authorization": f"Bearer {other}"})).json() == []
