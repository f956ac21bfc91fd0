"""The stock page and the handheld pages that receive and count."""

import re
from uuid import UUID

import httpx
import pytest

from doorstep.platform.auth import Role
from doorstep.platform.house import House
from doorstep.platform.ids import new_id
from doorstep.stages import catalog, inventory
from doorstep.stages.inventory.acts.receiving import expecting
from doorstep.stages.orders.acts import fetch_orders
from tests.platform.people import add_person, csrf_of, sign_in
from tests.worlds.arrivals import announce
from tests.worlds.catalog import BARCODES, CASE_OF_A, WORLD, bin_code, juniper
from tests.worlds.inventory import receive, small_world, wish, wrong_in_the_books
from tests.worlds.orders import place_one


@pytest.fixture
async def client(web_client: httpx.AsyncClient, house: House, tenant: UUID) -> httpx.AsyncClient:
    """A manager of Northside, with goods on the shelves."""
    async with house.db.transaction(tenant, actor="test") as tx:
        await small_world(tx)
    await sign_in(web_client, await add_person(house, tenant, Role.MANAGER))
    return web_client


async def send(client: httpx.AsyncClient, page: str, path: str, **fields: str) -> httpx.Response:
    """Fill in a form of a page and follow where it leads."""
    token = csrf_of((await client.get(page)).text)
    return await client.post(path, data={"_csrf_token": token, **fields}, follow_redirects=True)


async def test_the_stock_shows_what_is_promised_to_whom(
    client: httpx.AsyncClient, house: House, tenant: UUID
) -> None:
    mugs = wish(WORLD.a, 7)
    async with house.db.transaction(tenant, actor="test") as tx:
        await inventory.reserve(tx, [mugs])
    listed = (await client.get("/stock", params={"q": "A"})).text
    assert "Stoneware mug" in listed
    page = (await client.get(f"/stock/{WORLD.a}")).text
    assert "93 available" in page
    assert f"/orders/{mugs.order_id}" in page
    assert f"bin {bin_code(3, 4)}" in page
    assert "supplier" in page
    assert "stored as" not in page
    kit = (await client.get(f"/stock/{WORLD.kit}")).text
    assert "A kit" in kit
    assert (await client.get(f"/stock/{new_id()}")).status_code == 404


async def test_goods_are_received_by_scanning_product_and_bin(
    client: httpx.AsyncClient, house: House, tenant: UUID
) -> None:
    page = await send(client, "/receive", "/receive/scan", site=str(WORLD.north), code="nonsense")
    assert "No product carries nonsense" in page.text
    page = await send(client, "/receive", "/receive/scan", site=str(WORLD.north), code=CASE_OF_A)
    assert "Stoneware mug" in page.text
    open_receipt = {"site": str(WORLD.north), "product": str(WORLD.a), "quantity": "12"}
    page = await send(client, "/receive", "/receive/scan", **open_receipt, code=BARCODES["A"])
    assert "13 of A" in page.text
    page = await send(client, "/receive", "/receive/scan", **open_receipt, code=BARCODES["B"])
    assert "That is B" in page.text
    page = await send(client, "/receive", "/receive/scan", **open_receipt, code="Z-99")
    assert 'has no bin <span class="nowrap">Z-99</span>' in page.text
    page = await send(client, "/receive", "/receive/quantity", **{**open_receipt, "quantity": "20"})
    assert "20 units" in page.text
    scan = {**open_receipt, "quantity": "20", "code": bin_code(2, 2), "command": "scan-1"}
    page = await send(client, "/receive", "/receive/scan", **scan)
    assert "20 units lie in" in page.text
    page = await send(client, "/receive", "/receive/scan", **scan)
    assert "in the books already" in page.text, "a scan that arrives twice acts once"
    async with house.db.transaction(tenant, actor="test") as tx:
        assert await inventory.available(tx, [WORLD.a]) == {WORLD.a: 120}


async def test_a_bin_is_counted_blind_and_twice_before_it_is_believed(
    client: httpx.AsyncClient, house: House, tenant: UUID
) -> None:
    page = await send(client, "/count", "/count", code="Z-99")
    assert 'No bin is called <span class="nowrap">Z-99</span>' in page.text
    page = await send(client, "/count", "/count", code=bin_code(2, 2))
    assert "Glass lamp" in page.text
    assert ">20<" not in page.text, "the page does not say what is expected"
    async with house.db.transaction(tenant, actor="test") as tx:
        [one] = await inventory.open_counts(tx)
    bin_page = f"/count/bin?site=north&code={bin_code(2, 2)}"
    said = {"site": "north", "code": bin_code(2, 2), "count": str(one.id), "as_of": str(one.as_of)}
    page = await send(client, bin_page, "/count/bin", **said, quantity="many")
    assert "Write whole units" in page.text
    page = await send(client, bin_page, "/count/bin", **said, quantity="18")
    assert "Count once more" in page.text
    page = await send(client, bin_page, "/count/bin", **said, quantity="18")
    assert "Everything here is counted" in page.text
    async with house.db.transaction(tenant, actor="test") as tx:
        assert await inventory.available(tx, [WORLD.c]) == {WORLD.c: 28}
        assert await wrong_in_the_books(tx) == {}


async def test_what_lies_there_unknown_to_the_books_is_counted_too(
    client: httpx.AsyncClient, house: House, tenant: UUID
) -> None:
    await send(client, "/count", "/count", code=bin_code(2, 2))
    bin_page = f"/count/bin?site=north&code={bin_code(2, 2)}"
    page = await send(client, bin_page, "/count/found", site="north", bin=bin_code(2, 2), code=BARCODES["D"])
    assert "Poster: say how many" in page.text
    async with house.db.transaction(tenant, actor="test") as tx:
        assert {one.product_id for one in await inventory.open_counts(tx)} == {WORLD.c, WORLD.d}


async def test_the_desk_corrects_the_books_with_a_reason(
    client: httpx.AsyncClient, house: House, tenant: UUID
) -> None:
    path = f"/stock/{WORLD.c}"
    form = {"site": str(WORLD.north), "place": f"bin:{bin_code(2, 2)}", "reason": "damaged"}
    page = await send(client, path, f"{path}/adjust", **form, quantity="-2")
    assert "-2 units are in the books" in page.text
    page = await send(client, path, f"{path}/adjust", **form, quantity="-100")
    assert "holds 18 units" in page.text
    for nonsense in ("", "0", "two", "99999999999999"):
        page = await send(client, path, f"{path}/adjust", **form, quantity=nonsense)
        assert "units" in page.text
    async with house.db.transaction(tenant, actor="test") as tx:
        assert await inventory.available(tx, [WORLD.c]) == {WORLD.c: 28}
        assert await wrong_in_the_books(tx) == {}


async def test_a_person_of_a_merchant_sees_only_their_own_goods(
    client: httpx.AsyncClient, house: House, tenant: UUID
) -> None:
    other = juniper(id=new_id(), code="sorrel", name="Sorrel")
    async with house.db.transaction(tenant, actor="test") as tx:
        await catalog.add_merchants(tx, [other])
    client.cookies.clear()
    await sign_in(client, await add_person(house, tenant, Role.MERCHANT, merchant_id=other.id))
    assert "Stoneware mug" not in (await client.get("/stock")).text
    assert (await client.get(f"/stock/{WORLD.a}")).status_code == 404
    assert (await client.get("/receive")).status_code == 403


async def test_the_stock_names_the_orders_that_hold_or_want_it_and_says_how_far_they_are(
    client: httpx.AsyncClient, house: House, tenant: UUID
) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        held = await place_one(tx, {"A": 7})
        short = await place_one(tx, {"A": 90})
        await inventory.release(tx, [short], "gone")
        await expecting.want(tx, [short], {short: {WORLD.a: 90}})
        await announce(tx, "PO-7", {WORLD.a: 24})
        numbers = {one.id: one.number for one in await fetch_orders(tx, [held, short])}
    shown = (await client.get(f"/stock/{WORLD.a}")).text
    for order_id in (held, short):
        assert f'<a href="/orders/{order_id}">Order {numbers[order_id]}</a>' in shown
    for said in ("accepted", "Who waits for it", "PO-7", "Kiln &amp; Co", "it ships"):
        assert said in shown, said


async def test_the_course_of_the_stock_is_a_picture_with_its_figures(
    client: httpx.AsyncClient, house: House, tenant: UUID
) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        await receive(tx, WORLD.a, 5)
    shown = (await client.get(f"/stock/{WORLD.a}")).text
    assert (
        'aria-label="Units on hand at all sites over time, 105 now, 105 at most; the figures stand below"'
        in shown
    )
    figures = re.findall(
        r'<td data-label="Change" class="number">(.*?)</td><td data-label="Units then" class="number strong">(.*?)</td>',
        shown,
    )
    assert figures == [("+5", "105"), ("+40", "100"), ("\N{EN DASH}", "60")]
