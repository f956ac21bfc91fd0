"""The last mile over JSON: the same acts as the pages, for devices, programs and the simulated world."""

import base64
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from doorstep.platform import auth
from tests.worlds.catalog import WORLD
from tests.worlds.delivery import LastMile, picture


class Api:
    """A program with a key."""

    def __init__(self, client: httpx.AsyncClient, key: str) -> None:
        self.client = client
        self.headers = {"authorization": f"Bearer {key}"}

    async def get(self, path: str, **query: str) -> httpx.Response:
        """Read."""
        return await self.client.get(f"/api{path}", params=query, headers=self.headers)

    async def post(self, path: str, body: Any = None, *, key: str | None = None) -> httpx.Response:
        """Act."""
        headers = self.headers | ({"idempotency-key": key} if key else {})
        return await self.client.post(f"/api{path}", json=body, headers=headers)


@pytest.fixture
def api(web_client: httpx.AsyncClient, key: str) -> Api:
    """A program that may do everything."""
    return Api(web_client, key)


async def test_a_whole_day_is_driven_over_the_api(api: Api, mile: LastMile) -> None:
    stops = await mile.expected(2)
    numbers = [await mile.number_of(stop_id) for stop_id in stops]
    scanned = await api.post("/stops/scan-in", {"site_id": str(WORLD.center), "codes": [*numbers, "WHAT"]})
    assert [one["ok"] for one in scanned.json()] == [True, True, False]
    plan = (await api.post("/routes/plan", {"site_id": str(WORLD.center), "seconds": 0.2})).json()
    assert (len(plan["routes"]), plan["left_out"], plan["engine"]) == (1, [], "pyvrp")
    (route,) = (await api.post("/routes/accept", {"proposal_id": plan["proposal_id"]})).json()
    taken = (await api.post(f"/routes/{route['id']}/take", {})).json()
    assert taken["route"]["acts"] == ["depart", "cancel"]
    order = [one["id"] for one in taken["stops"]]
    loaded = await api.post(f"/routes/{route['id']}/load", {"codes": numbers})
    assert [one["ok"] for one in loaded.json()] == [True, True]
    left = await api.post(f"/routes/{route['id']}/depart", {})
    assert left.json()["route"]["state"] == "driving"
    position = {"van_id": route["van_id"], "device": "phone", "seq": 1, "lat": 47.166, "lon": 9.51}
    moved = await api.post("/positions", {"positions": [{**position, "occurred_at": "2026-03-03T07:00:00Z"}]})
    assert moved.json() == {"recorded": 1}
    assert (await api.get("/positions")).json()[0]["lat"] == 47.166
    assert (await api.post(f"/stops/{order[0]}/arrive")).json()["state"] == "arrived"
    photo = base64.b64encode(picture()).decode()
    handed = await api.post(f"/stops/{order[0]}/deliver", {"proof": "photo", "photo": photo})
    assert handed.json()["delivered"] is True
    failed = await api.post(f"/stops/{order[1]}/fail", {"reason": "no_access"})
    assert failed.json()["again"] is True
    assert (await api.post(f"/routes/{route['id']}/finish")).json()["route"]["state"] == "finished"
    whole = (await api.get(f"/stops/{order[0]}")).json()
    assert (whole["proofs"][0]["kind"], whole["attempts"][0]["outcome"]) == ("photo", "delivered")
    shown = await api.get(f"/stops/{order[0]}/photo")
    assert (shown.headers["content-type"], shown.content) == ("image/jpeg", picture())


async def test_no_answer_of_the_api_holds_the_pin(api: Api, mile: LastMile) -> None:
    route_id, stops = await mile.out(1)
    for path in ("/stops", f"/stops/{stops[0]}", "/routes", f"/routes/{route_id}"):
        assert '"pin"' not in (await api.get(path)).text


async def test_a_wrong_pin_is_an_answer_and_its_count_stays(api: Api, mile: LastMile) -> None:
    _, stops = await mile.out(1)
    for left in (4, 3):
        answer = await api.post(f"/stops/{stops[0]}/deliver", {"proof": "pin", "pin": "no pin"})
        assert (answer.status_code, answer.json()["delivered"], answer.json()["tries_left"]) == (
            200,
            False,
            left,
        )


async def test_the_same_key_twice_is_one_delivery_with_one_answer(api: Api, mile: LastMile) -> None:
    _, stops = await mile.out(1)
    body = {"proof": "signature", "received_by": "Ana"}
    first = await api.post(f"/stops/{stops[0]}/deliver", body, key="k1")
    again = await api.post(f"/stops/{stops[0]}/deliver", body, key="k1")
    assert first.json() == again.json()
    assert again.headers["idempotent-replayed"] == "true"


async def test_stops_are_listed_page_by_page_and_filtered(api: Api, mile: LastMile) -> None:
    stops = await mile.parcels_at_center(3)
    first = (await api.get("/stops", limit="2", state="at_center")).json()
    second = (await api.get("/stops", limit="2", state="at_center", cursor=first["next"])).json()
    assert sorted(one["id"] for one in first["stops"] + second["stops"]) == sorted(map(str, stops))
    assert second["next"] is None
    assert (await api.get("/stops", state="out")).json()["stops"] == []
    assert (await api.get("/stops", state="lost")).status_code in {400, 422}


async def test_the_day_is_changed_over_the_api(api: Api, mile: LastMile) -> None:
    stops = await mile.expected(3)
    numbers = [await mile.number_of(stop_id) for stop_id in stops]
    await mile.scan_in(numbers[:2])
    (route_id,) = await mile.plan()
    await mile.scan_in(numbers[2:])
    wish = {"from": "2026-03-03T07:00:00Z", "until": "2026-03-03T16:00:00Z"}
    assert (await api.post(f"/stops/{stops[2]}/window", wish)).json()["window_from"] is not None
    assert (await api.post(f"/stops/{stops[2]}/place", {"lat": 47.17, "lon": 9.51})).json()[
        "place_from"
    ] == "person"
    inserted = (await api.post(f"/stops/{stops[2]}/insert", key="i1")).json()
    assert inserted["stop"]["route_id"] == str(route_id)
    assert (await api.post(f"/stops/{stops[2]}/insert", key="i1")).json() == inserted
    order = [one["id"] for one in (await api.get(f"/routes/{route_id}")).json()["stops"]]
    turned = await api.post(f"/routes/{route_id}/sequence", {"stop_ids": order[::-1]})
    assert [one["id"] for one in turned.json()["stops"]] == order[::-1]
    assert (await api.post(f"/routes/{route_id}/seen")).json()["route"]["changes"] == []
    assert (await api.post(f"/stops/{order[0]}/unplan")).json()["state"] == "at_center"
    assert (await api.post(f"/stops/{order[0]}/return")).json()["state"] == "returned"
    canceled = await api.post(f"/routes/{route_id}/cancel")
    assert (canceled.json()["route"]["state"], canceled.json()["stops"]) == ("canceled", [])
    listed = (await api.get("/routes", state="canceled", day="2026-03-03", site_id=str(WORLD.center))).json()
    assert [one["id"] for one in listed] == [str(route_id)]


async def test_a_failure_is_taken_back_and_a_plan_dropped_over_the_api(api: Api, mile: LastMile) -> None:
    _, stops = await mile.out(1)
    await api.post(f"/stops/{stops[0]}/fail", {"reason": "absent", "place": {"lat": 47.1, "lon": 9.5}})
    assert (await api.post(f"/stops/{stops[0]}/undo")).json()["state"] == "out"
    plan = (await api.post("/routes/plan", {"site_id": str(WORLD.center), "seconds": 0.1})).json()
    assert (await api.post("/routes/drop", {"proposal_id": plan["proposal_id"]})).json() == {"dropped": True}


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/stops/{id}/arrive", None, 404),
        ("/stops/{id}/deliver", {"proof": "signature", "received_by": "A"}, 404),
        ("/stops/{id}/deliver", {"proof": "smell"}, 422),
        ("/stops/{id}/deliver", {"proof": "photo", "photo": "%%%"}, 422),
        ("/stops/{id}/fail", {"reason": "bored"}, 422),
        ("/stops/{id}/place", {"lat": 91, "lon": 0}, 422),
        ("/stops/{id}/window", {"from": "2026-03-03T07:00:00"}, 422),
        ("/stops/{id}/insert", None, 404),
        ("/stops/{id}/unplan", None, 404),
        ("/stops/{id}/return", None, 404),
        ("/stops/scan-in", {"site_id": "{id}", "codes": []}, 422),
        ("/stops/scan-in", {"site_id": "{id}", "codes": ["a\0b"]}, 422),
        ("/routes/plan", {"site_id": "{id}"}, 404),
        ("/routes/plan", {"site_id": "{id}", "seconds": 1e9}, 422),
        ("/routes/accept", {"proposal_id": "{id}"}, 404),
        ("/routes/drop", {"proposal_id": "{id}"}, 404),
        ("/routes/{id}/take", {}, 404),
        ("/routes/{id}/load", {"codes": ["x"]}, 404),
        ("/routes/{id}/depart", {}, 404),
        ("/routes/{id}/finish", None, 404),
        ("/routes/{id}/seen", None, 404),
        ("/routes/{id}/cancel", None, 404),
        ("/routes/{id}/sequence", {"stop_ids": ["{id}"]}, 404),
        ("/positions", {"positions": [{"van_id": "{id}", "device": "d", "seq": 0}]}, 422),
    ],
)
async def test_what_does_not_fit_is_refused_with_a_status(
    api: Api, mile: LastMile, path: str, body: Any, status: int
) -> None:
    name = str(uuid4())
    filled = None if body is None else _filled(body, name)
    assert (await api.post(path.replace("{id}", name), filled)).status_code == status


def _filled(body: Any, name: str) -> Any:
    if isinstance(body, dict):
        return {key: _filled(value, name) for key, value in body.items()}
    if isinstance(body, list):
        return [_filled(value, name) for value in body]
    return name if body == "{id}" else body


async def test_a_merchant_sees_its_own_stops_only(
    web_client: httpx.AsyncClient, mile: LastMile, tenant: UUID
) -> None:
    (stop_id,) = await mile.expected(1)
    mine = Api(
        web_client, await auth.make_key(mile.house.db, tenant, "juniper", ["stops:read"], WORLD.merchant)
    )
    other = Api(web_client, await auth.make_key(mile.house.db, tenant, "other", ["stops:read"], uuid4()))
    assert (await mine.get(f"/stops/{stop_id}")).status_code == 200
    assert (await other.get(f"/stops/{stop_id}")).status_code == 404
    assert (await other.get("/stops")).json()["stops"] == []
    assert (await mine.post(f"/stops/{stop_id}/arrive")).status_code == 403
