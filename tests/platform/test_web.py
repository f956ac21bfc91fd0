"""The edge: problem details that list every fault, declared routes, fences, ids of requests."""

from contextlib import asynccontextmanager
from uuid import UUID

import httpx
import pytest
from litestar import get
from psycopg import errors

from doorstep.platform import web
from doorstep.platform.auth import public
from doorstep.platform.db import Tx
from doorstep.platform.errors import Fault
from doorstep.platform.ids import new_id
from doorstep.platform.shape import faults
from doorstep.stages.feedback.api import GradeIn, ReturnIn
from doorstep.stages.inventory.acts.counting import judging
from doorstep.stages.inventory.acts.counting.judging import leave_count


def bearer(key: str) -> dict[str, str]:
    """The header of a program."""
    return {"authorization": f"Bearer {key}"}


async def test_health_and_readiness_answer_without_a_login(web_client: httpx.AsyncClient) -> None:
    assert (await web_client.get("/health")).json() == {"status": "ok"}
    assert (await web_client.get("/ready")).json() == {"status": "ok"}


async def test_metrics_tell_the_queues_in_prometheus_format(web_client: httpx.AsyncClient, key: str) -> None:
    await web_client.get("/health")
    text = (await web_client.get("/metrics", headers=bearer(key))).text
    assert 'doorstep_requests_total{method="GET",status="200"}' in text


async def test_every_fault_of_a_body_is_listed_with_its_pointer(
    web_client: httpx.AsyncClient, key: str
) -> None:
    body = {"order_id": "no-id", "lines": [{"line_id": "x", "quantity": 0}, {}], "reason": 7, "extra": 1}
    answer = await web_client.post("/api/returns", json=body, headers=bearer(key))
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    pointers = {error["pointer"] for error in problem["errors"]}
    assert pointers == {
        "/order_id",
        "/lines/0/line_id",
        "/lines/0/quantity",
        "/lines/1/line_id",
        "/lines/1/quantity",
        "/reason",
        "/extra",
    }
    assert problem["instance"] == f"urn:request:{answer.headers['x-request-id']}"


@pytest.mark.parametrize(
    ("body", "code"),
    [(b"{", "malformed"), (b"[]", "type"), (b"\xff", "malformed"), (b"[" * 5000, "malformed"), (b"", "type")],
)
def test_what_is_no_object_is_one_fault(body: bytes, code: str) -> None:
    assert [fault.code for fault in faults(body, ReturnIn)] == [code]


def test_a_body_that_fits_has_no_fault() -> None:
    assert (
        faults(
            b'{"items": [{"line_id": "%b", "product_id": "%b", "grade": "a"}], "bin": "A"}'
            % ((str(UUID(int=1)).encode(),) * 2),
            GradeIn,
        )
        == []
    )
    [fault] = faults(b'{"items": [], "bin": "A"}', GradeIn)
    assert fault == Fault("/items", "too_short", "At least 1 needed, got 0.")


async def test_an_address_that_is_not_there_says_so_to_people_and_programs(
    web_client: httpx.AsyncClient,
) -> None:
    program = await web_client.get("/api/nothing")
    assert (program.status_code, program.json()["title"]) == (404, "unknown")
    person = await web_client.get("/nothing", headers={"accept": "text/html"})
    assert person.status_code == 404
    assert "There is nothing at this address" in person.text


async def test_a_wrong_method_is_refused_with_those_that_work(web_client: httpx.AsyncClient) -> None:
    answer = await web_client.post("/health")
    assert answer.status_code == 405
    assert "GET" in answer.headers["allow"]


async def test_pages_are_fenced(web_client: httpx.AsyncClient) -> None:
    headers = (await web_client.get("/sign-in")).headers
    assert "script-src" not in headers["content-security-policy"]
    assert "default-src 'self'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"


@pytest.mark.proves("D9")
async def test_a_body_above_the_limit_is_refused(web_client: httpx.AsyncClient, key: str) -> None:
    answer = await web_client.post("/api/returns", content=b"x" * 10_485_761, headers=bearer(key))
    assert answer.status_code == 413


async def test_a_house_with_an_undeclared_route_does_not_start() -> None:
    @get("/open")
    async def undeclared() -> dict[str, str]:
        return {}

    @asynccontextmanager
    async def nothing():  # type: ignore[no-untyped-def]
        yield

    with pytest.raises(web.UndeclaredRouteError, match="/open"):
        web.build(nothing, [undeclared], [], secret="x" * 32, body_max=1)

    @get("/open", opt=public())
    async def declared() -> dict[str, str]:
        return {}

    assert web.build(nothing, [declared], [], secret="x" * 32, body_max=1)


async def test_the_openapi_description_is_served(web_client: httpx.AsyncClient) -> None:
    described = (await web_client.get("/api/schema/openapi.json")).json()
    assert described["openapi"].startswith("3.1")
    assert "/api/returns" in described["paths"]


@pytest.mark.parametrize(("losses", "status"), [(2, 201), (3, 503)])
async def test_an_act_that_lost_a_deadlock_is_tried_again(
    web_client: httpx.AsyncClient, key: str, monkeypatch: pytest.MonkeyPatch, losses: int, status: int
) -> None:
    tries: list[UUID] = []

    async def loses(tx: Tx, site_id: UUID, place: str) -> bool:
        tries.append(site_id)
        free = await leave_count(tx, site_id, place)
        if len(tries) <= losses:
            raise errors.DeadlockDetected
        return free

    monkeypatch.setattr(judging, "leave_count", loses)
    asked = {"site_id": f"{new_id()}", "place": "bin:A-01"}
    headers = bearer(key) | {"idempotency-key": "leave"}
    answer = await web_client.post("/api/counts/leave", json=asked, headers=headers)
    assert (answer.status_code, len(tries)) == (status, 3)
    again = await web_client.post("/api/counts/leave", json=asked, headers=headers)
    assert (again.status_code, again.json(), len(tries)) == (201, {"free": True}, 3 if status == 201 else 4)
