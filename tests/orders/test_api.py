"""Orders over JSON: one or many, each with its own verdict; repeated requests are harmless; nobody sees another's orders."""

import asyncio
from collections import Counter
from typing import Any
from uuid import UUID, uuid4

import httpx
import msgspec
import pytest

from doorstep.platform import auth
from doorstep.platform.house import House
from doorstep.stages import inventory
from tests.orders.conftest import bearer
from tests.worlds.catalog import WORLD
from tests.worlds.inventory import receive, wrong_in_the_books
from tests.worlds.orders import body, contact, new_order, post_order


def pointers(response: httpx.Response) -> list[str]:
    """Where the faults of an answer are."""
    return sorted(one["pointer"] for one in response.json()["errors"])


async def test_a_placed_order_can_be_read_with_its_whole_story(
    web_client: httpx.AsyncClient, key: str, world: None
) -> None:
    placed = await post_order(web_client, key, new_order({"A": 2, "K": 1}, external_ref="W-1"))
    assert placed.status_code == 201
    assert placed.json()["state"] == "accepted"
    read = (await web_client.get(f"/api/orders/{placed.json()['id']}", headers=bearer(key))).json()
    assert [(line["sku"], line["quantity"], line["total_minor"]) for line in read["lines"]] == [
        ("A", 2, 2500),
        ("K", 1, 4800),
    ]
    assert (read["number"], read["merchant"], read["external_ref"]) == (1001, "juniper", "W-1")
    assert [payment["state"] for payment in read["payments"]] == ["authorized"]
    assert {event["name"] for event in read["timeline"]} == {"placed", "owed", "authorized", "accepted"}
    assert "cancel" in read["acts"]


@pytest.mark.proves("O2", "D2")
@pytest.mark.parametrize("rounds", [1, pytest.param(1_000, marks=pytest.mark.soak)])
async def test_the_same_key_fifty_times_at_once_is_one_order(
    web_client: httpx.AsyncClient, house: House, tenant: UUID, key: str, world: None, rounds: int
) -> None:
    order = new_order({"A": 1})
    async with house.db.transaction(tenant, actor="test") as tx:
        await receive(tx, WORLD.a, rounds)
    for n in range(rounds):
        answers = await asyncio.gather(
            *(post_order(web_client, key, order, idempotency_key=f"one-{n}") for _ in range(50))
        )
        statuses = Counter(answer.status_code for answer in answers)
        assert statuses[201] >= 1
        assert set(statuses) <= {201, 409}
        assert len({answer.json()["id"] for answer in answers if answer.status_code == 201}) == 1
        again = await post_order(web_client, key, order, idempotency_key=f"one-{n}")
        assert (again.status_code, again.headers["idempotent-replayed"]) == (201, "true")
        other = await post_order(web_client, key, new_order({"B": 1}), idempotency_key=f"one-{n}")
        assert other.status_code == 422
    async with house.db.transaction(tenant, actor="test") as tx:
        assert await inventory.available(tx, [WORLD.a]) == {WORLD.a: 100}


@pytest.mark.proves("D2")
async def test_a_refused_order_leaves_its_key_free(
    web_client: httpx.AsyncClient, key: str, world: None
) -> None:
    refused = await post_order(web_client, key, new_order({"A": 101}), idempotency_key="two")
    assert (refused.status_code, pointers(refused)) == (409, ["/lines/0/quantity"])
    mended = await post_order(web_client, key, new_order({"A": 100}), idempotency_key="two")
    assert mended.status_code == 201


async def test_racing_orders_of_one_external_reference_become_one(
    web_client: httpx.AsyncClient, house: House, tenant: UUID, key: str, world: None
) -> None:
    other_key = await auth.make_key(house.db, tenant, "second", ["*"])
    order = new_order({"A": 1}, external_ref="SHOP-7")
    answers = await asyncio.gather(*(post_order(web_client, one, order) for one in [key, other_key] * 20))
    assert Counter(answer.status_code for answer in answers) == {201: 1, 200: 39}
    assert len({answer.json()["id"] for answer in answers}) == 1
    differing = await post_order(web_client, key, new_order({"A": 3}, external_ref="SHOP-7"))
    assert differing.status_code == 409
    assert pointers(differing) == ["/lines/0/quantity", "/total_minor"]
    elsewhere = await post_order(
        web_client, key, new_order({"A": 3}, external_ref="SHOP-7", channel="market")
    )
    assert elsewhere.status_code == 201


async def test_a_thousand_orders_get_a_verdict_each(
    web_client: httpx.AsyncClient, key: str, world: None
) -> None:
    rows: list[Any] = [body(new_order({"A": 1}, external_ref=f"B-{i}")) for i in range(10)]
    rows[2] = body(new_order({"A": 1}, external_ref="B-1"))
    rows[4]["lines"][0]["quantity"] = "two"
    rows[5]["lines"][0]["sku"] = "NOPE"
    rows[6]["ship_to"]["street"] = "Nowhere 1"
    rows[6]["ship_to"]["city"] = "unknown"
    rows[7] = {}
    answer = await web_client.post(
        "/api/orders/bulk", json={"orders": rows}, headers=bearer(key, **{"idempotency-key": "bulk-1"})
    )
    assert answer.status_code == 200
    said = answer.json()
    assert [row["outcome"] for row in said["rows"]] == [
        *(
            "created",
            "created",
            "duplicate",
            "created",
            "refused",
            "refused",
            "held",
            "refused",
            "created",
            "created",
        )
    ]
    assert (said["created"], said["held"], said["duplicate"], said["refused"]) == (5, 1, 1, 3)
    assert said["rows"][4]["errors"][0]["pointer"] == "/lines/0/quantity"
    assert said["rows"][5]["errors"][0]["code"] == "unknown_sku"
    assert said["rows"][2]["id"] == said["rows"][1]["id"]
    again = await web_client.post(
        "/api/orders/bulk", json={"orders": rows}, headers=bearer(key, **{"idempotency-key": "bulk-1"})
    )
    assert again.content == answer.content


@pytest.mark.proves("O9", "D9")
async def test_an_order_of_1200_lines_is_placed_in_one_go_and_a_longer_one_is_refused(
    web_client: httpx.AsyncClient, house: House, tenant: UUID, key: str, world: None
) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        await inventory.receive(
            tx,
            [
                inventory.Receipt(site_id=WORLD.north, product_id=one, place="bin:A-01-01", quantity=2000)
                for one in (WORLD.a, WORLD.b)
            ],
        )
    one = new_order({"A": 1})
    lines = [one.lines[0]] * 1200
    total = 1200 * 1250 + 500
    payments = [msgspec.structs.replace(one.payments[0], amount_minor=total)]
    large = msgspec.structs.replace(one, lines=lines, total_minor=total, payments=payments)
    answer = await post_order(web_client, key, large)
    assert answer.status_code == 201
    huge = msgspec.structs.replace(large, lines=lines * 9)
    assert (await post_order(web_client, key, huge)).status_code == 413


@pytest.mark.proves("O1", "O10")
async def test_500_buyers_of_100_units_make_exactly_100_orders(
    web_client: httpx.AsyncClient, house: House, tenant: UUID, key: str, world: None
) -> None:
    answers = await asyncio.gather(*(post_order(web_client, key, new_order({"A": 1})) for _ in range(500)))
    assert Counter(answer.status_code for answer in answers) == {201: 100, 409: 400}
    assert {
        one["code"] for answer in answers if answer.status_code == 409 for one in answer.json()["errors"]
    } == {"unavailable"}
    async with house.db.transaction(tenant, actor="test") as tx:
        assert await inventory.available(tx, [WORLD.a]) == {WORLD.a: 0}
        assert await wrong_in_the_books(tx) == {}


HOSTILE: list[tuple[str, dict[str, Any], int]] = [
    ("NUL in a name", {"ship_to": {**body(new_order())["ship_to"], "name": "A\x00"}}, 422),
    (
        "a new line in a street",
        {"ship_to": {**body(new_order())["ship_to"], "street": "A\r\nBcc: x@y.z"}},
        422,
    ),
    ("a huge number", {"total_minor": 10**30}, 422),
    ("a number beyond 64 bits in a line", {"lines": [{"sku": "A", "quantity": 2**63, "unit_minor": 1}]}, 422),
    ("a fraction", {"lines": [{"sku": "A", "quantity": 1.5, "unit_minor": 1250}]}, 422),
    ("text for a number", {"total_minor": "1750"}, 422),
    ("no lines", {"lines": []}, 422),
    ("an unknown field", {"discount": 3}, 422),
    ("null for an object", {"ship_to": None}, 422),
    (
        "a card number as token",
        {
            "payments": [
                {
                    "processor": "manual",
                    "method": "card",
                    "token": "4111 1111 1111 1111",
                    "amount_minor": 1750,
                }
            ]
        },
        422,
    ),
    (
        "SQL in a SKU",
        {"lines": [{"sku": "A'; DROP TABLE orders.orders;--", "quantity": 1, "unit_minor": 1250}]},
        422,
    ),
    (
        "a processor that is not set up",
        {"payments": [{"processor": "simulated", "method": "card", "token": "tok_ok", "amount_minor": 1750}]},
        422,
    ),
    ("a time without the right to say it", {"placed_at": "2026-03-01T12:00:00"}, 422),
    ("an infinite place", {"ship_to": {**body(new_order())["ship_to"], "lat": 91}}, 422),
]


@pytest.mark.parametrize(
    ("changed", "status"), [case[1:] for case in HOSTILE], ids=[case[0] for case in HOSTILE]
)
async def test_hostile_input_is_refused_with_reasons(
    web_client: httpx.AsyncClient, key: str, world: None, changed: dict[str, Any], status: int
) -> None:
    answer = await post_order(web_client, key, body(new_order(), **changed))
    assert answer.status_code == status
    assert answer.json()["errors"]


@pytest.mark.proves("D9")
async def test_malformed_json_is_refused_in_words(
    web_client: httpx.AsyncClient, key: str, world: None
) -> None:
    for content in (b"", b"{", b"[]", b'"x"', b"[" * 5000, b"\xff\xfe", b'{"merchant": "\\ud800"}'):
        answer = await web_client.post(
            "/api/orders", content=content, headers=bearer(key, **{"content-type": "application/json"})
        )
        assert answer.status_code in {400, 422}, content[:20]


async def test_another_tenants_order_is_not_there(
    web_client: httpx.AsyncClient, house: House, key: str, world: None
) -> None:
    order_id = (await post_order(web_client, key, new_order())).json()["id"]
    stranger = await auth.add_tenant(house.db, f"t-{uuid4().hex[:20]}", "Elsewhere")
    theirs = await auth.make_key(house.db, stranger, "theirs", ["*"])
    assert (await web_client.get(f"/api/orders/{order_id}", headers=bearer(theirs))).status_code == 404
    for act, sent in [
        ("cancel", {"why": "x"}),
        ("hold", {}),
        ("release-hold", {}),
        ("retry-payment", {"payment_id": str(uuid4())}),
    ]:
        answer = await web_client.post(f"/api/orders/{order_id}/{act}", json=sent, headers=bearer(theirs))
        assert answer.status_code == 404, act
    assert (await web_client.get("/api/orders", headers=bearer(theirs))).json() == {
        "orders": [],
        "next": None,
    }


async def test_a_merchants_key_sells_for_itself_only(
    web_client: httpx.AsyncClient, house: House, tenant: UUID, key: str, world: None
) -> None:
    own = await auth.make_key(house.db, tenant, "juniper", ["orders:write", "orders:read"], WORLD.merchant)
    other = await auth.make_key(house.db, tenant, "other", ["orders:write", "orders:read"], uuid4())
    assert (await post_order(web_client, own, new_order(merchant=None))).status_code == 201
    refused = await post_order(web_client, other, new_order())
    assert (refused.status_code, pointers(refused)) == (422, ["/merchant"])
    assert (await web_client.get("/api/orders", headers=bearer(other))).json()["orders"] == []
    assert len((await web_client.get("/api/orders", headers=bearer(own))).json()["orders"]) == 1
    assert (await web_client.get("/api/orders?merchant=juniper", headers=bearer(other))).status_code == 404


async def test_the_list_is_paged_filtered_and_searched(
    web_client: httpx.AsyncClient, key: str, world: None
) -> None:
    for i in range(5):
        await post_order(web_client, key, new_order({"A": 1}, external_ref=f"L-{i}"))
    held = await post_order(
        web_client, key, new_order({"B": 1}, ship_to=contact(city="none", email="bo@example.org"))
    )
    assert (held.status_code, held.json()["holds"]) == (201, ["address"])

    async def listed(query: str) -> dict[str, Any]:
        answer = await web_client.get(f"/api/orders?{query}", headers=bearer(key))
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    first = await listed("limit=4")
    rest = await listed(f"limit=4&cursor={first['next']}")
    assert [one["number"] for one in (*first["orders"], *rest["orders"])] == [
        1006,
        1005,
        1004,
        1003,
        1002,
        1001,
    ]
    assert rest["next"] is None
    assert [one["holds"] for one in (await listed("state=held"))["orders"]] == [["address"]]
    for q, numbers in [
        ("1003", [1003]),
        ("L-4", [1005]),
        ("BO@example.org", [1006]),
        ("B", [1006]),
        ("nothing", []),
    ]:
        assert [one["number"] for one in (await listed(f"q={q}"))["orders"]] == numbers
    assert (await web_client.get("/api/orders?cursor=zzz", headers=bearer(key))).status_code == 422
    assert (await web_client.get("/api/orders?limit=0", headers=bearer(key))).status_code == 422


async def test_an_order_is_canceled_once_and_its_goods_come_back(
    web_client: httpx.AsyncClient, house: House, tenant: UUID, key: str, world: None
) -> None:
    order_id = (await post_order(web_client, key, new_order({"A": 3}))).json()["id"]
    canceled = await web_client.post(
        f"/api/orders/{order_id}/cancel", json={"why": "customer asked"}, headers=bearer(key)
    )
    assert (canceled.status_code, canceled.json()["state"]) == (200, "canceled")
    assert [one["state"] for one in canceled.json()["payments"]] == ["voided"]
    again = await web_client.post(f"/api/orders/{order_id}/cancel", json={"why": "x"}, headers=bearer(key))
    assert again.status_code == 409
    async with house.db.transaction(tenant, actor="test") as tx:
        assert await inventory.available(tx, [WORLD.a]) == {WORLD.a: 100}
        assert await wrong_in_the_books(tx) == {}


async def test_holds_are_placed_and_released_one_by_one(
    web_client: httpx.AsyncClient, key: str, world: None
) -> None:
    order_id = (await post_order(web_client, key, new_order())).json()["id"]

    async def act(name: str, reason: str) -> httpx.Response:
        return await web_client.post(
            f"/api/orders/{order_id}/{name}", json={"reason": reason}, headers=bearer(key)
        )

    assert (await act("hold", "manual")).json()["state"] == "held"
    assert (await act("hold", "fraud")).json()["state"] == "held"
    assert (await act("hold", "fraud")).status_code == 409
    assert (await act("release-hold", "manual")).json()["state"] == "held"
    assert (await act("release-hold", "fraud")).json()["state"] == "accepted"
    assert (await act("release-hold", "fraud")).status_code == 409
