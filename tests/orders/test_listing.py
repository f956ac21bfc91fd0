"""The list of orders: narrowed by any axis, found by anything at hand, and kept as views."""

import re
from datetime import timedelta
from uuid import UUID

import httpx
import pytest

from doorstep.platform.auth import Role
from doorstep.platform.house import House
from doorstep.platform.tasks import Worker
from doorstep.stages import orders
from doorstep.stages.orders import HoldReason
from tests.orders.test_pages import send
from tests.platform.people import add_person, sign_in
from tests.worlds.catalog import WORLD
from tests.worlds.orders import by_card, contact, place_verdict
from tests.worlds.warehouse import Floor

HTML = {"accept": "text/html"}


@pytest.fixture
async def floor(worker: Worker, tenant: UUID) -> Floor:
    """Northside, open for business."""
    return await Floor(worker, tenant).open()


@pytest.fixture
async def desk(web_client: httpx.AsyncClient, house: House, tenant: UUID, floor: Floor) -> httpx.AsyncClient:
    """A manager's browser, signed in."""
    await sign_in(web_client, await add_person(house, tenant, Role.MANAGER))
    return web_client


async def listed(client: httpx.AsyncClient, query: str = "") -> list[UUID]:
    """The orders that the list shows, in its sequence."""
    shown = await client.get(f"/orders?{query}", headers=HTML)
    assert shown.status_code == 200, shown.text
    return [UUID(one) for one in re.findall(r'<a href="/orders/([0-9a-f-]{36})">', shown.text)]


async def test_the_list_is_narrowed_by_what_holds_pays_and_moves_an_order(
    desk: httpx.AsyncClient, floor: Floor
) -> None:
    plain, held = await floor.place({"A": 1}), await floor.place({"A": 1})
    async with floor.tx() as tx:
        await orders.hold(tx, [held], HoldReason.FRAUD, "five in a minute")
        card = (await place_verdict(tx, by_card({"A": 1}))).order_id
    await floor.settle()
    async with floor.tx() as tx:
        await tx.connection.execute(
            "UPDATE orders.payments SET state = 'declined' WHERE tenant_id = %s AND order_id = %s",
            [floor.tenant_id, card],
        )
    assert await listed(desk, "hold=fraud") == [held]
    assert await listed(desk, "hold=manual") == []
    assert await listed(desk, "at=floor.batched") == [plain]
    assert await listed(desk, "at=floor.short") == []
    assert await listed(desk, "state=held&hold=fraud&merchant=juniper") == [held]
    assert await listed(desk, "payment=declined") == [card]
    assert await listed(desk, "payment=declined&hold=fraud") == []
    for wrong in ("hold=nonsense", "at=floor.nowhere", "at=moon.full", "risk=none", "payment=x", "sort=x"):
        assert (await desk.get(f"/orders?{wrong}", headers=HTML)).status_code == 422, wrong
    assert (await desk.get("/orders?merchant=nobody", headers=HTML)).status_code == 404


async def test_each_axis_is_a_chip_that_says_what_it_is(desk: httpx.AsyncClient, floor: Floor) -> None:
    await floor.place({"A": 1})
    await floor.place({"A": 1}, ship_to=contact(city="none"))
    await floor.settle()
    shown = (await desk.get("/orders", headers=HTML)).text
    for chip in ("money: authorized", "floor: batched", "goods: reserved"):
        assert shown.count(chip) >= 1, chip
    assert shown.count("goods: reserved") == 1, "what is on the floor has its goods"


async def test_orders_are_found_by_name_parcel_and_tracking_number(
    desk: httpx.AsyncClient, floor: Floor
) -> None:
    [packed] = await floor.packed({"A": 1})
    other = await floor.place({"B": 1}, ship_to=contact(name="Zoë Anders", email="zoe@example.org"))
    number = await floor.ask("SELECT number FROM warehouse.parcels WHERE order_id = %s", packed)
    await floor.settle()
    code = await floor.ask("SELECT tracking_number FROM shipping.labels WHERE order_id = %s", packed)
    sscc = await floor.ask("SELECT sscc FROM shipping.labels WHERE order_id = %s", packed)
    for q, found in (
        ("ana kel", [packed]),
        ("ANA KELLER", [packed]),
        ("zoë", [other]),
        ("keller", []),
        ("an", []),
        ("an%25", []),
        (f"P-{number}", [packed]),
        (code, [packed]),
        (f"(00){sscc}", [packed]),
        ("zoe@example.org", [other]),
        ("B", [other]),
    ):
        assert (q, await listed(desk, f"q={q}")) == (q, found)


async def test_another_merchants_people_find_nothing_by_a_tracking_number(
    web_client: httpx.AsyncClient, house: House, tenant: UUID, floor: Floor
) -> None:
    [packed] = await floor.packed({"A": 1})
    number = await floor.ask("SELECT number FROM warehouse.parcels WHERE order_id = %s", packed)
    await sign_in(web_client, await add_person(house, tenant, Role.MERCHANT, merchant_id=UUID(int=5)))
    for query in (f"q=P-{number}", "at=floor.packed", "q=ana", "hold=fraud"):
        answer = await web_client.get(f"/orders?{query}", headers=HTML)
        assert str(packed) not in answer.text, query


async def test_a_view_is_kept_shown_in_the_navigation_and_forgotten(
    desk: httpx.AsyncClient, floor: Floor
) -> None:
    kept = {"filter": '{"hold":"fraud","sort":"risk"}', "name": "  Risky  ones "}
    saved = await send(desk, "/orders/views", kept)
    assert saved.headers["location"] == "/orders?hold=fraud&sort=risk"
    shown = (await desk.get(saved.headers["location"], headers=HTML)).text
    assert 'href="/orders?hold=fraud&amp;sort=risk" aria-current="page">Risky ones</a>' in shown
    assert "<h1>Risky ones</h1>" in shown
    await send(desk, "/orders/views", {"filter": '{"hold":"address"}', "name": "Risky ones"})
    shown = (await desk.get("/orders?hold=address", headers=HTML)).text
    assert shown.count("Risky ones</a>") == 1, "the same name is the same view"
    view = re.search(r'name="view" value="([0-9a-f-]+)"', shown)
    assert view
    await send(desk, "/orders/views/forget", {"view": view[1]})
    assert "Risky ones</a>" not in (await desk.get("/orders", headers=HTML)).text
    for wrong in ({"name": ""}, {"name": "x" * 41}):
        refused = await send(desk, "/orders/views", {"filter": "{}", **wrong})
        assert "1 to 40 characters" in (await desk.get(refused.headers["location"], headers=HTML)).text
    assert (await send(desk, "/orders/views/forget", {"view": "none"})).status_code == 404


async def test_a_shared_view_is_seen_by_the_house_and_not_by_merchants_and_only_its_maker_forgets_it(
    desk: httpx.AsyncClient, house: House, tenant: UUID, web_client: httpx.AsyncClient
) -> None:
    for name, shared in (("Ours", "yes"), ("Mine alone", "")):
        await send(desk, "/orders/views", {"filter": '{"state":"held"}', "name": name, "shared": shared})
    async with house.db.transaction(tenant, actor="test") as tx:
        found = await (
            await tx.connection.execute("SELECT id FROM orders.views WHERE name = 'Ours'")
        ).fetchone()
    assert found
    desk.cookies.clear()
    await sign_in(web_client, await add_person(house, tenant, Role.VIEWER))
    seen = (await web_client.get("/orders", headers=HTML)).text
    assert "Ours</a>" in seen
    assert "Mine alone" not in seen
    assert (await send(web_client, "/orders/views/forget", {"view": str(found[0])})).status_code == 404
    web_client.cookies.clear()
    await sign_in(web_client, await add_person(house, tenant, Role.MERCHANT, merchant_id=WORLD.merchant))
    assert "Ours</a>" not in (await web_client.get("/orders", headers=HTML)).text


async def test_what_is_late_comes_first_and_alone_when_asked(desk: httpx.AsyncClient, floor: Floor) -> None:
    soon, late = await floor.place({"A": 1}), await floor.place({"A": 1})
    async with floor.tx() as tx:
        for order_id, hours in ((soon, 20), (late, -3)):
            at = tx.now + timedelta(hours=hours)
            await orders.promise(tx, {order_id: orders.Promise(at, at, {}, at - timedelta(hours=1))})
    assert await listed(desk, "sort=risk") == [late, soon]
    assert await listed(desk, "risk=late") == [late]
    assert await listed(desk, "risk=at_risk") == [late]
    assert await listed(desk, "risk=soon") == [late, soon]
    assert await listed(desk, "risk=soon&hold=fraud") == []
