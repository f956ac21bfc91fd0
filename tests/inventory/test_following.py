"""Channels that follow what can be sold over the API."""

import asyncio
import time
from uuid import UUID

import httpx
import pytest

from doorstep.platform import auth, roster
from doorstep.platform.house import House
from doorstep.platform.ids import new_id
from doorstep.stages import catalog, inventory
from doorstep.stages.catalog import NewProduct
from tests.worlds.catalog import WORLD, juniper, product
from tests.worlds.inventory import receive, small_world, wish

EVERYTHING = {"A": 100, "B": 100, "C": 30, "D": 50, "K": 50}


@pytest.fixture
async def client(web_client: httpx.AsyncClient, house: House, tenant: UUID, key: str) -> httpx.AsyncClient:
    """A client with a key that may do everything, in Northside with goods."""
    async with house.db.transaction(tenant, actor="test") as tx:
        await small_world(tx)
    web_client.headers["authorization"] = f"Bearer {key}"
    return web_client


async def changes(client: httpx.AsyncClient, **asked: str | int) -> tuple[dict[str, int], str]:
    """What changed, by SKU, and where to go on."""
    answer = await client.get("/api/availability/changes", params=asked)
    assert answer.status_code == 200, answer.text
    told = answer.json()
    return {one["sku"]: one["available"] for one in told["changes"]}, told["cursor"]


async def reserve(house: House, tenant: UUID, product_id: UUID, units: int) -> None:
    """Promise units to somebody."""
    async with house.db.transaction(tenant, actor="test") as tx:
        await inventory.reserve(tx, [wish(product_id, units)])


async def test_a_reader_begins_with_everything_and_goes_on_with_what_changed(
    client: httpx.AsyncClient, house: House, tenant: UUID
) -> None:
    told, at = await changes(client)
    assert told == EVERYTHING
    assert await changes(client, after=at) == ({}, at)
    await reserve(house, tenant, WORLD.b, 3)
    assert (await changes(client, after=at))[0] == {"B": 97, "K": 48}


async def test_a_reader_may_read_page_by_page(client: httpx.AsyncClient) -> None:
    seen: dict[str, int] = {}
    at, pages = "", 0
    while True:
        told, following = await changes(client, most=2, **({"after": at} if at else {}))
        if not told:
            break
        seen, at, pages = seen | told, following, pages + 1
    assert (seen, pages) == (EVERYTHING, 3)


async def test_who_waits_hears_of_a_change_at_once_with_no_worker_about(
    client: httpx.AsyncClient, house: House, tenant: UUID
) -> None:
    _, at = await changes(client)
    waiting = [asyncio.create_task(changes(client, after=at, wait=20)) for _ in range(5)]
    await asyncio.sleep(0.5)
    assert not any(one.done() for one in waiting)
    await reserve(house, tenant, WORLD.c, 4)
    async with asyncio.timeout(5):
        answers = await asyncio.gather(*waiting)
    assert [told for told, _ in answers] == [{"C": 26}] * 5


async def test_who_waits_in_vain_is_answered_with_nothing_in_the_end(client: httpx.AsyncClient) -> None:
    _, at = await changes(client)
    begun = time.monotonic()
    assert await changes(client, after=at, wait=1) == ({}, at)
    assert time.monotonic() - begun >= 1


@pytest.mark.parametrize("after", ["x", "1", "1.2.3", "1.-2"])
async def test_what_is_no_cursor_is_refused_with_what_to_do(client: httpx.AsyncClient, after: str) -> None:
    answer = await client.get("/api/availability/changes", params={"after": after})
    assert answer.status_code == 422
    assert "from the answer before" in answer.text


async def test_a_key_of_one_merchant_reads_of_its_goods_only(
    client: httpx.AsyncClient, house: House, tenant: UUID
) -> None:
    rival, theirs = new_id(), new_id()
    async with house.db.transaction(tenant, actor="test") as tx:
        await catalog.add_merchants(tx, [juniper(id=rival, code="rival", name="Rival")])
        await catalog.add_products(tx, [NewProduct(product(theirs, "R", merchant_id=rival), {})])
        await receive(tx, theirs, 9)
    client.headers["authorization"] = (
        f"Bearer {await auth.make_key(house.db, tenant, 'rival', ['stock:read'], rival)}"
    )
    told, at = await changes(client)
    assert told == {"R": 9}
    await reserve(house, tenant, WORLD.a, 1)
    assert (await changes(client, after=at))[0] == {}
    assert (await client.get("/api/availability/export")).text == "merchant,sku,available\r\nrival,R,9\r\n"
    assert (await client.get("/api/availability?sku=A&sku=R")).json()["unknown"] == ["A"]
    assert (await client.get("/api/availability?sku=A&merchant=juniper")).status_code == 404


async def test_each_key_has_a_buffer_of_its_own(
    client: httpx.AsyncClient, house: House, tenant: UUID
) -> None:
    key_id = (await roster.keys(house.db, tenant))[0].id
    _, at = await changes(client)
    body = {"units": 10, "products": [{"product_id": str(WORLD.c), "units": 31}]}
    answer = await client.put(f"/api/channels/{key_id}/buffer", json=body)
    assert answer.status_code == 200, answer.text
    assert (await client.get(f"/api/channels/{key_id}/buffer")).json() == {"channel_id": str(key_id), **body}
    less = {"A": 90, "B": 90, "C": 0, "D": 40, "K": 40}
    assert (await changes(client, after=at))[0] == less
    asked = await client.get("/api/availability?sku=A,B,C,D,K")
    assert {one["sku"]: one["available"] for one in asked.json()["items"]} == less
    assert "juniper,A,90" in (await client.get("/api/availability/export")).text
    client.headers["authorization"] = f"Bearer {await auth.make_key(house.db, tenant, 'other', ['*'])}"
    assert (await changes(client))[0] == EVERYTHING


async def test_nothing_is_kept_back_from_what_is_no_channel(client: httpx.AsyncClient) -> None:
    assert (await client.put(f"/api/channels/{new_id()}/buffer", json={"units": 1})).status_code == 404
    assert (await client.get(f"/api/channels/{new_id()}/buffer")).status_code == 404


async def test_everything_can_be_taken_as_a_file_and_followed_from_there(
    client: httpx.AsyncClient, house: House, tenant: UUID
) -> None:
    formula = product(new_id(), "=1+1")
    async with house.db.transaction(tenant, actor="test") as tx:
        await catalog.add_products(tx, [NewProduct(formula, {})])
        await receive(tx, formula.id, 2)
    answer = await client.get("/api/availability/export")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert sorted(answer.text.split("\r\n")) == [
        "",
        "juniper,'=1+1,2",
        "juniper,A,100",
        "juniper,B,100",
        "juniper,C,30",
        "juniper,D,50",
        "juniper,K,50",
        "merchant,sku,available",
    ]
    lines = (await client.get("/api/availability/export?form=ndjson")).text.splitlines()
    assert '{"merchant":"juniper","sku":"K","available":50}' in lines
    await reserve(house, tenant, WORLD.d, 1)
    assert (await changes(client, after=answer.headers["x-cursor"]))[0] == {"D": 49}
