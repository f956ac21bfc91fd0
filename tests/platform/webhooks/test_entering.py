"""The doors of webhooks: what may be entered, who sees what, and what the log says."""

from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from doorstep.platform import auth
from doorstep.platform.auth import Role
from doorstep.platform.house import House
from tests.platform.people import add_person, csrf_of, sign_in
from tests.worlds.inventory import small_world
from tests.worlds.orders import new_order, post_order

URL = "https://hooks.example.org/in"


@pytest.fixture
async def merchant(house: House, tenant: UUID) -> UUID:
    async with house.db.transaction(tenant, actor="test") as tx:
        await small_world(tx)
        cursor = await tx.connection.execute("SELECT id FROM catalog.merchants WHERE code = 'juniper'")
        row = await cursor.fetchone()
        assert row
        return UUID(str(row[0]))


class Api:
    """A program with a key."""

    def __init__(self, client: httpx.AsyncClient, key: str) -> None:
        self.client = client
        self.headers = {"authorization": f"Bearer {key}"}

    async def ask(
        self, method: str, path: str = "", body: Any = None, status: int = 200, **headers: str
    ) -> Any:
        """Ask below /api/webhooks and return what is answered."""
        answer = await self.client.request(
            method, f"/api/webhooks{path}", json=body, headers={**self.headers, **headers}
        )
        assert answer.status_code == status, answer.text
        return answer.json()


@pytest.fixture
async def api(web_client: httpx.AsyncClient, key: str, merchant: UUID) -> Api:
    return Api(web_client, key)


async def test_a_webhook_is_added_changed_and_removed(api: Api) -> None:
    made = await api.ask("POST", "", {"url": URL, "kinds": ["order.accepted"], "note": "shop"}, 201)
    assert (made["state"], made["waiting"], made["merchant_id"]) == ("on", 0, None)
    path = f"/{made['id']}"
    changed = await api.ask("PUT", path, {"url": URL + "2", "kinds": ["label.bought", "order.held"]})
    assert (changed["url"], changed["kinds"]) == (URL + "2", ["label.bought", "order.held"])
    assert [one["id"] for one in await api.ask("GET")] == [made["id"]]
    assert await api.ask("POST", f"{path}/remove") == {"events": 0}
    assert await api.ask("GET") == []
    await api.ask("GET", path, status=404)


async def test_every_fault_of_a_webhook_is_listed_at_once(api: Api) -> None:
    body = {"url": "http://10.0.0.1/", "kinds": ["order.accepted", "order.exploded", "endpoint.pinged"]}
    problem = await api.ask("POST", "", body, 422)
    assert [one["pointer"] for one in problem["errors"]] == ["/url", "/kinds/1", "/kinds/2"]
    assert await api.ask("POST", "", {"url": URL, "kinds": []}, 422)
    assert await api.ask("POST", "", {"url": URL, "kinds": ["order.held"], "merchant_id": str(uuid4())}, 404)


async def test_the_same_request_twice_makes_one_webhook_and_keeps_no_secret(
    api: Api, house: House, tenant: UUID
) -> None:
    body = {"url": URL, "kinds": ["order.accepted"]}
    first = await api.ask("POST", "", body, 201, **{"idempotency-key": "w1"})
    again = await api.ask("POST", "", body, 201, **{"idempotency-key": "w1"})
    assert first == again
    assert len(await api.ask("GET")) == 1
    [secret] = (await api.ask("GET", f"/{first['id']}/secrets"))["secrets"]
    async with house.db.transaction(tenant, actor="test") as tx:
        for table in ("platform.answers", "platform.endpoints", "platform.events"):
            cursor = await tx.connection.execute(f"SELECT one::text FROM {table} one".encode())
            assert all(secret.removeprefix("whsec_") not in row[0] for row in await cursor.fetchall())


async def test_secrets_are_replaced_with_both_in_force(api: Api) -> None:
    path = f"/{(await api.ask('POST', '', {'url': URL, 'kinds': ['order.held']}, 201))['id']}"
    [old] = (await api.ask("GET", f"{path}/secrets"))["secrets"]
    rotated = await api.ask("POST", f"{path}/rotate", {"overlap_hours": 1})
    assert rotated["old_secret_until"] is not None
    assert (await api.ask("GET", f"{path}/secrets"))["secrets"][1] == old
    await api.ask("POST", f"{path}/rotate", {"overlap_hours": 999}, 422)


async def test_the_log_and_a_replay_by_api(api: Api, key: str, web_client: httpx.AsyncClient) -> None:
    path = f"/{(await api.ask('POST', '', {'url': URL, 'kinds': ['order.accepted']}, 201))['id']}"
    for _ in range(3):
        assert (await post_order(web_client, key, new_order())).status_code == 201
    replayed = await api.ask("POST", f"{path}/replay", {"since": "2020-01-01T00:00:00Z"})
    assert replayed == {"events": 3, "more_since": None}
    page = await api.ask("GET", f"{path}/deliveries?most=2")
    assert [one["type"] for one in page["deliveries"]] == ["order.accepted"] * 2
    rest = await api.ask("GET", f"{path}/deliveries?most=2&before={page['before'].replace('+', '%2B')}")
    assert (len(rest["deliveries"]), rest["before"]) == (1, None)
    events = [one["event"] for one in page["deliveries"] + rest["deliveries"]]
    assert len(set(events)) == 3
    assert await api.ask("POST", f"{path}/send-again", {"events": events}) == {"events": 3}
    await api.ask("POST", f"{path}/send-again", {"events": ["evt_x"]}, 422)
    await api.ask("POST", f"{path}/send-again", {"events": [f"evt_{uuid4().hex}_1"]}, 404)
    await api.ask("GET", f"{path}/deliveries?before=yesterday", status=422)
    assert (await api.ask("GET", f"{path}/deliveries?outcome=delivered"))["deliveries"] == []
    assert (await api.ask("GET", path))["waiting"] == 3


async def test_a_webhook_that_is_off_takes_no_ping(api: Api) -> None:
    path = f"/{(await api.ask('POST', '', {'url': URL, 'kinds': ['order.held']}, 201))['id']}"
    assert (await api.ask("POST", f"{path}/ping", status=201))["event"].startswith("evt_")
    assert (await api.ask("POST", f"{path}/off"))["off_why"] == "by_hand"
    await api.ask("POST", f"{path}/ping", status=409)
    assert (await api.ask("POST", f"{path}/on"))["off_why"] is None


async def test_a_merchants_key_sees_and_makes_only_its_own(
    api: Api, house: House, tenant: UUID, merchant: UUID
) -> None:
    of_all = await api.ask("POST", "", {"url": URL, "kinds": ["order.held"]}, 201)
    key = await auth.make_key(house.db, tenant, "shop", ["webhooks:read", "webhooks:write"], merchant)
    theirs = Api(api.client, key)
    assert await theirs.ask("GET") == []
    await theirs.ask("GET", f"/{of_all['id']}", status=404)
    await theirs.ask("GET", f"/{of_all['id']}/secrets", status=404)
    await theirs.ask("POST", f"/{of_all['id']}/remove", status=404)
    made = await theirs.ask("POST", "", {"url": URL, "kinds": ["order.held"]}, 201)
    assert made["merchant_id"] == str(merchant)
    assert [one["id"] for one in await theirs.ask("GET")] == [made["id"]]
    assert len(await api.ask("GET")) == 2


async def test_a_person_adds_a_webhook_and_reads_its_secret_on_its_page(
    web_client: httpx.AsyncClient, house: House, tenant: UUID, merchant: UUID
) -> None:
    await sign_in(web_client, await add_person(house, tenant, Role.MANAGER))
    csrf = {"_csrf_token": csrf_of((await web_client.get("/webhooks")).text)}
    wrong = await web_client.post("/webhooks", data={**csrf, "url": "http://10.0.0.1/"})
    assert wrong.status_code == 422
    assert "Only https is called" in wrong.text
    assert "Choose at least one kind" in wrong.text
    fields = {**csrf, "url": URL, "note": "<b>shop</b>", "merchant": str(merchant), "kind.order.held": "yes"}
    added = await web_client.post("/webhooks", data=fields)
    assert added.status_code == 303
    path = added.headers["location"]
    shown = (await web_client.get(path)).text
    assert "whsec_" in shown
    assert "<b>shop</b>" not in shown
    for act in ("ping", "rotate", "off", "on", "replay", "send-again", "explode", "remove"):
        answer = await web_client.post(f"{path}/{act}", data={**csrf, "since": "2026-01-01T00:00"})
        assert answer.status_code == 303, act
        assert (await web_client.get(answer.headers["location"])).status_code == 200
    assert (await web_client.get(path)).status_code == 404
    assert (await web_client.post("/webhooks", data={**fields, "merchant": "juniper"})).status_code == 404
