"""Merchants and products over the API."""

from uuid import UUID

import httpx
import pytest

from doorstep.platform import auth
from doorstep.platform.house import House
from doorstep.platform.ids import new_id
from doorstep.stages import catalog
from tests.worlds.catalog import BARCODES, WORLD, build_catalog, juniper


@pytest.fixture
async def client(web_client: httpx.AsyncClient, house: House, tenant: UUID, key: str) -> httpx.AsyncClient:
    """A client with a key that may do everything, in Northside."""
    async with house.db.transaction(tenant, actor="test") as tx:
        await build_catalog(tx)
    web_client.headers["authorization"] = f"Bearer {key}"
    return web_client


def mug(**changed: object) -> dict[str, object]:
    """A product as JSON."""
    return {
        "merchant_id": str(WORLD.merchant),
        "sku": "MUG-2",
        "name": "Small mug",
        "length_mm": 90,
        "width_mm": 80,
        "height_mm": 80,
        "weight_g": 250,
        "price_minor": 990,
        "barcodes": [{"code": "4006381333948"}],
        **changed,
    }


async def test_a_product_is_added_read_changed_and_found_by_barcode(client: httpx.AsyncClient) -> None:
    added = await client.post("/api/products", json=mug())
    assert added.status_code == 201, added.text
    product_id = added.json()["product"]["id"]
    assert added.json()["product"]["currency"] == "EUR"
    changed = await client.put(
        f"/api/products/{product_id}", json=mug(price_minor=1090, barcodes=[{"code": "X-1"}])
    )
    assert changed.status_code == 200, changed.text
    read = (await client.get(f"/api/products/{product_id}")).json()
    assert read["product"]["price_minor"] == 1090
    assert read["barcodes"] == {"4006381333948": 1, "X-1": 1}
    found = (await client.get("/api/products", params={"q": "4006381333948"})).json()
    assert [one["sku"] for one in found["items"]] == ["MUG-2"]


async def test_every_fault_of_a_product_is_named_at_once(client: httpx.AsyncClient) -> None:
    answer = await client.post("/api/products", json=mug(sku="", weight_g=0, length_mm="long", shade="red"))
    assert answer.status_code == 422
    assert {fault["pointer"] for fault in answer.json()["errors"]} == {
        "/sku",
        "/weight_g",
        "/length_mm",
        "/shade",
    }


@pytest.mark.parametrize(
    ("changed", "status", "said"),
    [
        ({"barcodes": [{"code": "4006381333932"}]}, 422, "would be 4006381333931"),
        ({"barcodes": [{"code": BARCODES["A"]}]}, 409, "is A"),
        ({"sku": "A"}, 409, "SKU already"),
        ({"merchant_id": str(new_id())}, 404, "no merchant"),
        ({"kind": "kit"}, 422, "components"),
        ({"kind": "kit", "components": [{"product_id": str(WORLD.kit), "quantity": 9_999}]}, 422, "10000"),
        ({"components": [{"product_id": str(WORLD.a), "quantity": 1}]}, 422, "Only a kit"),
        ({"picture": "javascript:alert(1)"}, 422, "https://"),
        ({"name": "   "}, 422, "A name has"),
    ],
)
async def test_a_product_that_does_not_fit_is_refused_with_what_to_do(
    client: httpx.AsyncClient, changed: dict[str, object], status: int, said: str
) -> None:
    answer = await client.post("/api/products", json=mug(**changed))
    assert answer.status_code == status, answer.text
    assert said in answer.text


async def test_owner_sku_and_kind_of_a_product_stay(client: httpx.AsyncClient) -> None:
    answer = await client.put(f"/api/products/{WORLD.a}", json=mug())
    assert answer.status_code == 409
    assert (await client.put(f"/api/products/{new_id()}", json=mug())).status_code == 404


async def test_products_come_page_by_page_in_the_order_of_their_skus(client: httpx.AsyncClient) -> None:
    skus: list[str] = []
    after: str | None = ""
    while after is not None:
        page = (await client.get("/api/products", params={"limit": 2, "after": after})).json()
        skus += [one["sku"] for one in page["items"]]
        after = page["next"]
    assert skus == ["A", "B", "C", "D", "K"]


@pytest.mark.parametrize(
    "params", [{"q": "\x00"}, {"after": "\x00"}, {"limit": "0"}, {"limit": "9999999999999"}]
)
async def test_absurd_questions_are_refused_not_answered_with_an_error(
    client: httpx.AsyncClient, params: dict[str, str]
) -> None:
    answer = await client.get("/api/products", params=params)
    assert 400 <= answer.status_code < 500, answer.text


async def test_percent_and_underscore_are_letters_in_a_search(client: httpx.AsyncClient) -> None:
    assert (await client.get("/api/products", params={"q": "%"})).json()["items"] == []
    assert (await client.get("/api/products", params={"q": "_"})).json()["items"] == []


async def test_a_merchants_key_sees_and_changes_only_its_own(
    client: httpx.AsyncClient, house: House, tenant: UUID
) -> None:
    other = juniper(id=new_id(), code="sorrel", name="Sorrel")
    async with house.db.transaction(tenant, actor="test") as tx:
        await catalog.add_merchants(tx, [other])
    theirs = await auth.make_key(house.db, tenant, "sorrel", ["catalog:read", "catalog:write"], other.id)
    client.headers["authorization"] = f"Bearer {theirs}"
    assert (await client.get("/api/products")).json()["items"] == []
    assert [one["code"] for one in (await client.get("/api/merchants")).json()] == ["sorrel"]
    assert (await client.get(f"/api/products/{WORLD.a}")).status_code == 404
    assert (await client.get("/api/products", params={"merchant_id": str(WORLD.merchant)})).status_code == 404
    assert (await client.post("/api/products", json=mug())).status_code == 404
    assert (await client.put(f"/api/products/{WORLD.a}", json=mug(sku="A"))).status_code == 404
    table = "merchant,sku,name,length_mm,width_mm,height_mm,weight_g,price\njuniper,A,Taken,1,1,1,1,1\n"
    answer = (await client.post("/api/catalog/import", json={"csv": table})).json()
    assert [one["outcome"] for one in answer["rows"]] == ["refused"]


async def test_a_merchant_is_added_once_and_its_face_changes(client: httpx.AsyncClient) -> None:
    new = {"code": "sorrel", "name": "Sorrel", "currency": "CHF", "brand_color": "#aa3300"}
    added = await client.post("/api/merchants", json=new, headers={"idempotency-key": "m1"})
    again = await client.post("/api/merchants", json=new, headers={"idempotency-key": "m1"})
    assert added.status_code == again.status_code == 201
    assert added.json() == again.json()
    assert (await client.post("/api/merchants", json=new)).status_code == 409
    changed = await client.put(
        f"/api/merchants/{added.json()['id']}", json={**new, "message": "Grow slowly."}
    )
    assert changed.json()["message"] == "Grow slowly."
    assert (await client.put(f"/api/merchants/{new_id()}", json=new)).status_code == 404


async def test_an_import_over_the_api_says_what_became_of_each_row(client: httpx.AsyncClient) -> None:
    table = "sku,name,length_mm,width_mm,height_mm,weight_g,price\nN1,New,1,2,3,4,5.00\nA,Stoneware mug,,,,,12.50\nN2,,x,,,,\n"
    seen = (await client.post("/api/catalog/import", json={"csv": table, "preview": True})).json()
    assert [one["outcome"] for one in seen["rows"]] == ["created", "same", "refused"]
    assert (await client.get("/api/products", params={"q": "N1"})).json()["items"] == []
    done = (await client.post("/api/catalog/import", json={"csv": table})).json()
    assert done["counts"] == {"created": 1, "updated": 0, "same": 1, "refused": 1}
    assert [
        one["sku"] for one in (await client.get("/api/products", params={"q": "N1"})).json()["items"]
    ] == ["N1"]
    assert (await client.post("/api/catalog/import", json={"csv": "name\nx\n"})).status_code == 422
