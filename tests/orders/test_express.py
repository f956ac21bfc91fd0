"""The express lane answers as the framework does: every request goes through both doors, and the answers are compared.

A content type with a parameter is nothing that the express lane knows, so it sends a request through the other door.
"""

from typing import Any
from uuid import UUID

import httpx
import msgspec
import pytest
from litestar import Litestar

from doorstep.platform import auth
from doorstep.platform.express import Express
from doorstep.platform.house import House
from doorstep.platform.web import Porch
from tests.worlds.orders import body, contact, new_order

FRAMEWORK, LANE = "application/json; charset=utf-8", "application/json"
JSON = msgspec.json.encode

pytestmark = pytest.mark.usefixtures("world")


async def send(client: httpx.AsyncClient, content: bytes, headers: dict[str, str]) -> httpx.Response:
    return await client.post("/api/orders", content=content, headers=headers)


def shown(response: httpx.Response) -> tuple[int, Any, dict[str, str]]:
    """An answer without what differs from request to request."""
    told = response.json()
    for name in ("id", "number", "instance"):
        told.pop(name, None)
    headers = {
        name: value for name, value in response.headers.items() if name not in ("x-request-id", "date")
    }
    headers.pop("content-length")
    return response.status_code, told, headers


REQUESTS: dict[str, tuple[bytes, dict[str, str]]] = {
    "an order": (JSON(new_order({"A": 1})), {}),
    "an order that is held": (JSON(new_order({"A": 1}, ship_to=contact(postal_code=""))), {}),
    "goods that are not there": (JSON(new_order({"A": 101})), {}),
    "sums that are wrong": (JSON(body(new_order({"A": 1}), total_minor=1)), {}),
    "a merchant that is not there": (JSON(new_order({"A": 1}, merchant="nobody")), {}),
    "a field too many": (JSON(body(new_order({"A": 1}), surprise=1)), {}),
    "text for a number": (JSON(body(new_order({"A": 1}), total_minor="1750")), {}),
    "no JSON": (b"{", {}),
    "nothing": (b"", {}),
    "nested without end": (b"[" * 100_000, {}),
    "a processor that is not set up": (
        JSON(
            body(new_order({"A": 1}), payments=[{"processor": "gold", "method": "bar", "amount_minor": 1750}])
        ),
        {},
    ),
    "a key that is too long": (JSON(new_order({"A": 1})), {"idempotency-key": "k" * 256}),
    "an empty key": (JSON(new_order({"A": 1})), {"idempotency-key": ""}),
    "nobody": (JSON(new_order({"A": 1})), {"authorization": ""}),
    "a stranger": (JSON(new_order({"A": 1})), {"authorization": "Bearer dk_nobody"}),
}


@pytest.mark.parametrize("request_of", REQUESTS.values(), ids=REQUESTS.keys())
async def test_both_doors_answer_the_same(
    web_client: httpx.AsyncClient, key: str, request_of: tuple[bytes, dict[str, str]]
) -> None:
    content, headers = request_of
    whole = {"authorization": f"Bearer {key}", **headers}
    first = await send(web_client, content, {**whole, "content-type": FRAMEWORK})
    second = await send(web_client, content, {**whole, "content-type": LANE})
    assert shown(second) == shown(first)


async def test_a_key_of_the_wrong_scope_is_refused_alike(
    web_client: httpx.AsyncClient, house: House, tenant: UUID
) -> None:
    reader = await auth.make_key(house.db, tenant, "reader", ["orders:read"])
    headers = {"authorization": f"Bearer {reader}"}
    answers = [
        await send(web_client, JSON(new_order()), {**headers, "content-type": kind})
        for kind in (FRAMEWORK, LANE)
    ]
    assert [answer.status_code for answer in answers] == [403, 403]
    assert shown(answers[0]) == shown(answers[1])


async def test_what_one_door_was_asked_the_other_one_remembers(
    web_client: httpx.AsyncClient, key: str
) -> None:
    headers = {"authorization": f"Bearer {key}", "idempotency-key": "both"}
    first = await send(web_client, JSON(new_order()), {**headers, "content-type": FRAMEWORK})
    again = await send(web_client, JSON(new_order()), {**headers, "content-type": LANE})
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert again.headers["idempotent-replayed"] == "true"
    other = await send(web_client, JSON(new_order({"B": 1})), {**headers, "content-type": LANE})
    assert (other.status_code, other.json()["title"]) == (422, "key_reused")


async def test_an_order_takes_the_lane_and_what_is_unusual_does_not(
    web_client: httpx.AsyncClient, application: Litestar, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    porch = application.asgi_handler
    assert isinstance(porch, Porch)
    lane = porch.app
    assert isinstance(lane, Express)
    passed: list[str] = []
    framework = lane._framework

    async def counted(scope: Any, receive: Any, send: Any) -> None:
        passed.append(scope["path"])
        await framework(scope, receive, send)

    monkeypatch.setattr(lane, "_framework", counted)
    headers = {"authorization": f"Bearer {key}", "content-type": LANE}
    await send(web_client, JSON(new_order()), headers)  # the key may be new to this process
    passed.clear()
    assert (await send(web_client, JSON(new_order()), headers)).status_code == 201
    assert passed == []
    large = JSON(body(new_order(), note="x" * application.state.house.settings.body_max))
    assert (await send(web_client, large, headers)).status_code == 413
    asked = await web_client.post("/api/orders?dry=1", content=JSON(new_order()), headers=headers)
    assert (asked.status_code, asked.json()["errors"][0]["code"]) == (422, "unknown_parameter")
    assert passed == ["/api/orders", "/api/orders"]


async def test_a_bug_and_a_database_that_is_away_are_told_without_their_cause(
    web_client: httpx.AsyncClient, application: Litestar, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    headers = {"authorization": f"Bearer {key}", "content-type": LANE}
    await send(web_client, JSON(new_order()), headers)

    async def broken(*_: Any, **__: Any) -> Any:
        raise RuntimeError("the secret of the house")

    monkeypatch.setattr(application.state.orders_intake.group, "ask", broken)
    answer = await send(web_client, JSON(new_order()), headers)
    assert (answer.status_code, answer.json()["title"]) == (500, "bug")
    assert "secret" not in answer.text
    assert answer.json()["instance"].endswith(answer.headers["x-request-id"])
