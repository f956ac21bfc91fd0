"""Tracking over JSON: read stories, add scans, look after messages."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from doorstep.platform import auth
from doorstep.platform.house import House
from doorstep.stages import tracking
from doorstep.stages.tracking import Status
from tests.conftest import NOON
from tests.worlds.catalog import WORLD
from tests.worlds.tracking import Journeys, journeys, owed, seen

S = Status


@pytest.fixture
async def floor(house: House, tenant: UUID) -> Journeys:
    return await journeys(house, tenant)


@pytest.fixture
async def api(web_client: httpx.AsyncClient, key: str) -> httpx.AsyncClient:
    web_client.headers["authorization"] = f"Bearer {key}"
    return web_client


def scan(number: str, status: str | None, hours: float = 1, **more: Any) -> dict[str, Any]:
    at = (NOON + timedelta(hours=hours)).isoformat()
    return {"number": number, "status": status, "occurred_at": at, **more}


async def test_a_story_is_read_with_everything_that_was_seen(floor: Journeys, api: httpx.AsyncClient) -> None:
    sent = await floor.sent()
    async with floor.tx() as tx:
        await tracking.record(tx, [seen(sent, S.OUT_FOR_DELIVERY, 20), seen(sent, S.PICKED_UP, 1)])
    (short,) = (await api.get("/api/trackers", params={"number": sent.numbers[0]})).json()["trackers"]
    assert (short["status"], short["acts_next"], short["carrier"]) == (
        "out_for_delivery",
        "nobody",
        "parcelo",
    )
    assert short["window"]["why"] == "out_for_delivery"
    whole = (await api.get(f"/api/trackers/{short['id']}")).json()
    assert [one["status"] for one in whole["scans"]] == ["picked_up", "out_for_delivery"]
    assert (await api.get(f"/api/trackers/{uuid4()}")).status_code == 404


async def test_lists_go_on_where_they_ended(floor: Journeys, api: httpx.AsyncClient) -> None:
    await floor.sent(3)
    first = (await api.get("/api/trackers", params={"limit": 2})).json()
    rest = (await api.get("/api/trackers", params={"limit": 2, "cursor": first["next"]})).json()
    ids = [one["id"] for page in (first, rest) for one in page["trackers"]]
    assert (len(set(ids)), rest["next"]) == (3, None)
    assert (await api.get("/api/trackers", params={"cursor": "nonsense"})).status_code == 422
    assert (await api.get("/api/trackers", params={"state": "delivered"})).json()["trackers"] == []


async def test_scans_are_added_once_whatever_their_order(floor: Journeys, api: httpx.AsyncClient) -> None:
    sent = await floor.sent()
    number = sent.numbers[0]
    body = {
        "scans": [scan(number, "delivered", 30), scan(number, "in_transit", 3), scan(number, "delivered", 30)]
    }
    assert (await api.post("/api/scans", json=body)).json() == {"recorded": 2}
    assert (await api.post("/api/scans", json=body)).json() == {"recorded": 0}
    (short,) = (await api.get("/api/trackers")).json()["trackers"]
    assert short["status"] == "delivered"


async def test_every_fault_of_scans_is_listed_and_none_is_recorded(
    floor: Journeys, api: httpx.AsyncClient
) -> None:
    sent = await floor.sent()
    body = {"scans": [scan("NOBODY", "delivered"), scan(sent.numbers[0], "delivered"), scan("NONE", None)]}
    answer = await api.post("/api/scans", json=body)
    assert answer.status_code == 422
    assert [one["pointer"] for one in answer.json()["errors"]] == ["/scans/0/number", "/scans/2/number"]
    for wrong in (
        {"status": "gone"},
        {"lat": 91},
        {"number": ""},
        {"occurred_at": "2026-03-02T12:00:00"},
        {"reason": "x"},
    ):
        assert (
            await api.post("/api/scans", json={"scans": [{**body["scans"][1], **wrong}]})
        ).status_code == 422
    assert (await api.post("/api/scans", json={"scans": []})).status_code == 422
    (short,) = (await api.get("/api/trackers")).json()["trackers"]
    assert short["status"] == "created"


async def test_messages_are_listed_and_only_failed_ones_are_sent_again(
    floor: Journeys, api: httpx.AsyncClient
) -> None:
    sent = await floor.sent()
    async with floor.tx() as tx:
        await tracking.record(tx, [seen(sent, S.DELIVERED, 20)])
        count = len(await owed(tx))
    listed = (await api.get("/api/messages", params={"order": str(sent.order_id), "limit": 200})).json()
    assert (len(listed["messages"]), listed["next"]) == (count, None)
    message = listed["messages"][0]
    assert message["state"] == "owed"
    assert (await api.post(f"/api/messages/{message['id']}/retry")).status_code == 409
    assert (await api.post(f"/api/messages/{uuid4()}/retry")).status_code == 404
    assert (await api.post(f"/api/messages/{message['id']}/arrived")).status_code == 409
    assert (await api.post(f"/api/messages/{uuid4()}/arrived")).status_code == 404
    again = await api.post("/api/messages/write-again", json={"recipient": "ana@example.org"})
    assert again.json() == {"done": False}


async def test_another_tenant_and_another_merchant_see_nothing(
    house: House, tenant: UUID, floor: Journeys, web_client: httpx.AsyncClient
) -> None:
    sent = await floor.sent()
    stranger = await auth.add_tenant(house.db, f"t-{uuid4().hex[:20]}", "Elsewhere")
    foreign = await auth.make_key(house.db, stranger, "foreign", ["*"])
    other = await auth.make_key(house.db, tenant, "other", ["*"], merchant_id=uuid4())
    own = await auth.make_key(house.db, tenant, "own", ["trackers:read"], merchant_id=WORLD.merchant)
    async with floor.tx() as tx:
        cursor = await tx.connection.execute(
            "SELECT id FROM tracking.trackers WHERE tenant_id = %s", [tenant]
        )
        ((tracker_id,),) = await cursor.fetchall()
    for key, status, count in ((foreign, 404, 0), (other, 404, 0), (own, 200, 1)):
        headers = {"authorization": f"Bearer {key}"}
        assert (await web_client.get(f"/api/trackers/{tracker_id}", headers=headers)).status_code == status
        listed = await web_client.get("/api/trackers", headers=headers)
        assert len(listed.json()["trackers"]) == count
    headers = {"authorization": f"Bearer {other}"}
    body = {"scans": [scan(sent.numbers[0], "delivered")]}
    assert (await web_client.post("/api/scans", json=body, headers=headers)).status_code == 403
    headers = {"authorization": f"Bearer {own}"}
    assert (await web_client.post("/api/scans", json=body, headers=headers)).status_code == 403


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        ("/api/trackers", {"limit": "-5"}),
        ("/api/trackers", {"limit": "100000000000000000000"}),
        ("/api/trackers", {"number": "\x00"}),
        ("/api/trackers", {"cursor": "\x00"}),
        ("/api/messages", {"limit": "0"}),
    ],
)
async def test_absurd_questions_are_refused_not_answered_with_an_error(
    api: httpx.AsyncClient, path: str, asked: dict[str, str]
) -> None:
    assert 400 <= (await api.get(path, params=asked)).status_code < 500
