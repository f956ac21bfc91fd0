"""Availability and goods over the API."""

from uuid import UUID

import httpx
import pytest

from doorstep.platform import auth
from doorstep.platform.house import House
from doorstep.platform.ids import new_id
from doorstep.stages import catalog, inventory
from tests.worlds.catalog import WORLD, bin_code, juniper
from tests.worlds.inventory import small_world, wish, wrong_in_the_books

PLACE = f"bin:{bin_code(2, 2)}"


@pytest.fixture
async def client(web_client: httpx.AsyncClient, house: House, tenant: UUID, key: str) -> httpx.AsyncClient:
    """A client with a key that may do everything, in Northside with goods."""
    async with house.db.transaction(tenant, actor="test") as tx:
        await small_world(tx)
    web_client.headers["authorization"] = f"Bearer {key}"
    return web_client


async def availability(client: httpx.AsyncClient, *skus: str, **more: str) -> dict[str, int]:
    """What can be sold, by SKU."""
    answer = await client.get("/api/availability", params={"sku": list(skus), **more})
    assert answer.status_code == 200, answer.text
    return {one["sku"]: one["available"] for one in answer.json()["items"]}


async def test_availability_is_right_at_once_kits_by_their_components(
    client: httpx.AsyncClient, house: House, tenant: UUID
) -> None:
    assert await availability(client, "A", "K", "NOPE") == {"A": 100, "K": 50}
    async with house.db.transaction(tenant, actor="test") as tx:
        await inventory.reserve(tx, [wish(WORLD.b, 61), wish(WORLD.a, 1)])
    assert await availability(client, "A", "B", "K", merchant="juniper") == {"A": 99, "B": 39, "K": 19}


@pytest.mark.parametrize(
    ("params", "status"),
    [
        ({"sku": ["A"], "merchant": "nobody"}, 404),
        ({"sku": ["A"] * 201}, 400),
        ({}, 400),
        ({"sku": ["\x00"]}, 400),
        ({"sku": [",".join(f"S{n}" for n in range(201))]}, 400),
        ({"sku": [","]}, 400),
        ({"sku": ["A"], "merchant": "m" * 41}, 400),
    ],
)
async def test_odd_questions_of_availability_get_a_plain_answer(
    client: httpx.AsyncClient, params: dict[str, object], status: int
) -> None:
    answer = await client.get("/api/availability", params=params)  # type: ignore[arg-type]
    assert answer.status_code in (status, 422 if status == 400 else status), answer.text


async def test_skus_may_be_divided_by_commas_and_those_that_are_not_there_are_named(
    client: httpx.AsyncClient,
) -> None:
    answer = (await client.get("/api/availability?sku=C,NOPE,A&sku=A&sku=GONE")).json()
    assert [(one["sku"], one["available"]) for one in answer["items"]] == [("C", 30), ("A", 100)]
    assert answer["unknown"] == ["NOPE", "GONE"]


async def test_with_several_merchants_the_one_meant_is_named(
    client: httpx.AsyncClient, house: House, tenant: UUID
) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        await catalog.add_merchants(tx, [juniper(id=new_id(), code="rival", name="Rival")])
    assert (await client.get("/api/availability?sku=A")).status_code == 422
    assert (await client.get("/api/availability?sku=A&merchant=rival")).json()["unknown"] == ["A"]
    assert await availability(client, "A", merchant="juniper") == {"A": 100}


async def test_a_repeated_receipt_with_one_key_is_received_once(client: httpx.AsyncClient) -> None:
    body = {
        "receipts": [{"site_id": str(WORLD.north), "product_id": str(WORLD.c), "place": PLACE, "quantity": 5}]
    }
    first = await client.post("/api/receipts", json=body, headers={"idempotency-key": "r1"})
    again = await client.post("/api/receipts", json=body, headers={"idempotency-key": "r1"})
    assert (first.status_code, again.json()) == (201, first.json())
    assert await availability(client, "C") == {"C": 35}


async def test_goods_are_moved_adjusted_and_their_story_is_told(
    client: httpx.AsyncClient, house: House, tenant: UUID
) -> None:
    at = {"site_id": str(WORLD.north), "product_id": str(WORLD.c)}
    moved = await client.post(
        "/api/movements",
        json={"movements": [{**at, "from_place": PLACE, "to_place": "quarantine", "quantity": 2}]},
    )
    assert moved.status_code == 201, moved.text
    adjusted = await client.post(
        "/api/adjustments",
        json={"adjustments": [{**at, "place": PLACE, "quantity": -3, "reason": "damaged"}]},
    )
    assert adjusted.json()["levels"][0]["on_hand"] == 25
    stock = (await client.get(f"/api/stock/{WORLD.c}")).json()
    assert stock["available"] == 25
    assert {one["place"]: one["on_hand"] for one in stock["places"]}[PLACE] == 15
    page = (await client.get(f"/api/stock/{WORLD.c}/ledger", params={"limit": 1})).json()
    assert (page["items"][0]["to_place"], page["items"][0]["quantity"]) == ("scrap", 3)
    older = (await client.get(f"/api/stock/{WORLD.c}/ledger", params={"before": page["next"]})).json()
    assert next(one["to_place"] for one in older["items"]) == "quarantine"
    there = await client.get("/api/stock", params={"site_id": str(WORLD.north), "place": "quarantine"})
    assert [one["on_hand"] for one in there.json()] == [2]
    async with house.db.transaction(tenant, actor="test") as tx:
        assert await wrong_in_the_books(tx) == {}


@pytest.mark.proves("I11", "A6")
@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/api/receipts", {"receipts": []}, 422),
        ("/api/receipts", {"receipts": [{"quantity": 0}]}, 422),
        (
            "/api/movements",
            {"movements": [{"from_place": PLACE, "to_place": "supplier", "quantity": 1}]},
            422,
        ),
        ("/api/movements", {"movements": [{"from_place": PLACE, "to_place": "tote:T", "quantity": 21}]}, 409),
        ("/api/movements", {"movements": [{"from_place": PLACE, "to_place": PLACE, "quantity": 1}]}, 422),
        ("/api/adjustments", {"adjustments": [{"place": PLACE, "quantity": 0, "reason": "x"}]}, 422),
        ("/api/adjustments", {"adjustments": [{"place": PLACE, "quantity": -21, "reason": "x"}]}, 409),
        ("/api/adjustments", {"adjustments": [{"place": "bin:Z", "quantity": 1, "reason": "x"}]}, 422),
        ("/api/adjustments", {"adjustments": [{"place": PLACE, "quantity": 1, "reason": "\x00"}]}, 422),
    ],
)
async def test_what_cannot_be_is_refused_and_changes_nothing(
    client: httpx.AsyncClient, path: str, body: dict[str, list[dict[str, object]]], status: int
) -> None:
    at = {"site_id": str(WORLD.north), "product_id": str(WORLD.c)}
    whole = {name: [{**at, **one} for one in many] for name, many in body.items()}
    answer = await client.post(path, json=whole)
    assert answer.status_code == status, answer.text
    assert await availability(client, "C") == {"C": 30}


async def test_a_table_of_goods_is_received_row_by_row(client: httpx.AsyncClient) -> None:
    table = f"sku,bin,quantity\nA,{bin_code(1, 1)},10\nK,{bin_code(1, 1)},1\nA,Z-99,1\nB,quarantine,3\nC,{bin_code(1, 1)},-4\n"
    seen = (await client.post("/api/stock/import", json={"csv": table, "preview": True})).json()
    assert seen["counts"]["created"] == 2
    assert await availability(client, "A") == {"A": 100}
    done = (await client.post("/api/stock/import", json={"csv": table})).json()
    assert [one["outcome"] for one in done["rows"]] == ["created", "refused", "refused", "created", "refused"]
    assert [[fault["field"] for fault in one["faults"]] for one in done["rows"]] == [
        [],
        ["sku"],
        ["bin"],
        [],
        ["quantity"],
    ]
    assert await availability(client, "A", "B") == {"A": 110, "B": 100}
    assert (await client.post("/api/stock/import", json={"csv": "name\nx"})).status_code == 422


async def test_a_count_over_the_api_is_blind(client: httpx.AsyncClient) -> None:
    begun = await client.post("/api/counts/start", json={"site_id": str(WORLD.north), "place": PLACE})
    assert begun.status_code == 201, begun.text
    [one] = begun.json()
    assert "20" not in {str(value) for value in one.values()}
    found = {"counts": [{"count_id": one["id"], "quantity": 19, "as_of": one["as_of"]}]}
    verdicts = [(await client.post("/api/counts", json=found)).json()[0]["verdict"] for _ in range(3)]
    assert verdicts == ["count_again", "posted", "closed"]
    asked = {"site_id": str(WORLD.north), "place": PLACE, "product_id": str(WORLD.c)}
    assert len((await client.post("/api/counts/ask", json=asked)).json()["ids"]) == 1
    assert [one["reason"] for one in (await client.get("/api/counts")).json()] == ["asked"]
    unknown = {"counts": [{"count_id": str(new_id()), "quantity": 1, "as_of": 0}]}
    assert (await client.post("/api/counts", json=unknown)).status_code == 404


async def test_a_merchants_key_sees_only_its_own_goods(
    client: httpx.AsyncClient, house: House, tenant: UUID
) -> None:
    other = juniper(id=new_id(), code="sorrel", name="Sorrel")
    async with house.db.transaction(tenant, actor="test") as tx:
        await catalog.add_merchants(tx, [other])
    theirs = await auth.make_key(house.db, tenant, "sorrel", ["stock:read", "stock:write"], other.id)
    client.headers["authorization"] = f"Bearer {theirs}"
    assert await availability(client, "A") == {}
    assert (await client.get(f"/api/stock/{WORLD.a}")).status_code == 404
    assert (await client.get(f"/api/stock/{WORLD.a}/ledger")).status_code == 404
    there = await client.get("/api/stock", params={"site_id": str(WORLD.north), "place": PLACE})
    assert there.json() == []
    receipt = {"site_id": str(WORLD.north), "product_id": str(WORLD.a), "place": PLACE, "quantity": 1}
    assert (await client.post("/api/receipts", json={"receipts": [receipt]})).status_code == 403
    assert (await client.get("/api/counts")).status_code == 403
