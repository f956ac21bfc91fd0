"""The carrier: one label for one wish, whatever happens to the answer; and parcels that travel by its clock."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from doorstep.platform import signatures
from doorstep.world.carrier import check_digit, serve_carrier

KEY = "carrier-demo-key"
HOME = {
    "name": "Ana Reis", "street": "Rua Augusta 10", "city": "Lisboa", "country": "PT", "lat": 38.71, "lon": -9.14,
    "timezone": "Europe/Lisbon",
}  # fmt: skip
SHOP = {
    "name": "Northside", "street": "Dock 1", "city": "Porto", "country": "PT", "lat": 41.15, "lon": -8.61,
    "timezone": "Europe/Lisbon",
}  # fmt: skip
WISH = {
    "reference": "PCL-1", "service": "standard", "from": SHOP, "to": HOME, "weight_g": 1200,
    "sides_mm": [300, 200, 100],
}  # fmt: skip


@asynccontextmanager
async def calling(folder: Path) -> AsyncIterator[httpx.AsyncClient]:
    async with (
        serve_carrier(folder) as url,
        httpx.AsyncClient(base_url=url, headers={"authorization": f"Bearer {KEY}"}) as client,
    ):
        yield client


@pytest.fixture
async def carrier(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    async with calling(tmp_path) as client:
        yield client


async def buy(carrier: httpx.AsyncClient, key: str = "k1", **change: Any) -> httpx.Response:
    return await carrier.post("/v1/shipments", json={**WISH, **change}, headers={"idempotency-key": key})


async def labels(carrier: httpx.AsyncClient) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await carrier.get("/v1/ledger")).json()["labels"]
    return found


async def go_wrong(carrier: httpx.AsyncClient, **how: Any) -> None:
    assert (await carrier.post("/v1/simulate/mishaps", json=how)).status_code == 200


async def test_a_label_is_sold_once_for_a_key_and_once_for_a_reference(carrier: httpx.AsyncClient) -> None:
    first = await buy(carrier)
    assert first.status_code == 201
    assert first.json()["price_minor"] == 520 + 2 * 80
    assert (await buy(carrier)).json() == first.json()
    again = await buy(carrier, key="k2")
    assert (again.status_code, again.json()["id"]) == (200, first.json()["id"])
    assert len(await labels(carrier)) == 1


async def test_twenty_clicks_at_once_buy_one_label(carrier: httpx.AsyncClient) -> None:
    answers = await asyncio.gather(*(buy(carrier, key=f"k{i % 3}") for i in range(20)))
    assert len({one.json()["id"] for one in answers}) == 1
    assert len(await labels(carrier)) == 1


async def test_a_tracking_number_ends_with_its_check_digit(carrier: httpx.AsyncClient) -> None:
    number = (await buy(carrier)).json()["tracking_number"]
    assert number.startswith("WS")
    assert int(number[-1]) == check_digit(number[2:-1])
    assert check_digit("00012345000000002") == 7


@pytest.mark.parametrize("mishap", ["error_after", "nonsense"])
async def test_a_label_without_a_good_answer_is_found_by_its_reference(
    carrier: httpx.AsyncClient, mishap: str
) -> None:
    await go_wrong(carrier, next=[mishap])
    wrong = await buy(carrier)
    assert wrong.status_code == 500 or "html" in wrong.headers["content-type"]
    found = (await carrier.get("/v1/shipments", params={"reference": "PCL-1"})).json()["shipments"]
    assert [one["status"] for one in found] == ["sold"]
    assert (await buy(carrier)).json() == found[0]
    assert len(await labels(carrier)) == 1


async def test_a_call_that_hangs_after_selling_has_sold(carrier: httpx.AsyncClient) -> None:
    await go_wrong(carrier, next=["timeout_after"], hang_s=5)
    with pytest.raises(httpx.ReadTimeout):
        await carrier.post("/v1/shipments", json=WISH, headers={"idempotency-key": "k1"}, timeout=0.3)
    assert len(await labels(carrier)) == 1


@pytest.mark.parametrize("mishap", ["error_before", "throttle", "hang"])
async def test_a_call_refused_in_time_has_sold_nothing(carrier: httpx.AsyncClient, mishap: str) -> None:
    await go_wrong(carrier, next=[mishap], hang_s=0.05)
    assert (await buy(carrier)).status_code in {429, 503, 504}
    assert await labels(carrier) == []
    assert (await buy(carrier)).status_code == 201


async def test_a_canceled_label_comes_with_status_200_and_a_new_key_buys_another(
    carrier: httpx.AsyncClient,
) -> None:
    await go_wrong(carrier, next=["canceled"])
    canceled = await buy(carrier)
    assert (canceled.status_code, canceled.json()["status"]) == (200, "voided")
    assert (await buy(carrier)).json()["status"] == "voided"
    assert (await buy(carrier, key="k2")).json()["status"] == "sold"


async def test_what_cannot_be_carried_is_refused_by_name(carrier: httpx.AsyncClient) -> None:
    wrong: dict[str, dict[str, Any]] = {
        "unknown_service": {"service": "teleport"},
        "too_heavy": {"weight_g": 80_000},
        "bad_address": {"to": {**HOME, "country": "p1"}},
    }
    for code, change in wrong.items():
        refused = await buy(carrier, key=code, **change)
        assert (refused.status_code, refused.json()["error"]["code"]) == (422, code)
    assert (await buy(carrier, weight_g=-1)).status_code == 400
    assert (await buy(carrier, key="")).status_code == 400
    assert (await carrier.get("/v1/ledger", headers={"authorization": "Bearer no"})).status_code == 401
    assert await labels(carrier) == []


async def test_a_key_for_another_label_is_refused(carrier: httpx.AsyncClient) -> None:
    await buy(carrier)
    assert (await buy(carrier, weight_g=999)).json()["error"]["code"] == "key_reused"


async def test_a_void_repeats_harmlessly_and_is_too_late_after_the_manifest(
    carrier: httpx.AsyncClient,
) -> None:
    one, other = (await buy(carrier)).json(), (await buy(carrier, key="k2", reference="PCL-2")).json()
    for _ in range(2):
        assert (await carrier.post(f"/v1/shipments/{one['id']}/void")).json()["status"] == "voided"
    given = (await carrier.post("/v1/manifests", json={"shipments": [one["id"], other["id"], "no"]})).json()
    assert given["accepted"] == [other["id"]]
    assert {r["id"]: r["code"] for r in given["refused"]} == {one["id"]: "voided", "no": "unknown_shipment"}
    assert (await carrier.post(f"/v1/shipments/{other['id']}/void")).status_code == 409
    again = (await carrier.post("/v1/manifests", json={"shipments": [other["id"]]})).json()
    assert again["accepted"] == [other["id"]]


async def hand_over(carrier: httpx.AsyncClient, at: str = "2026-03-02T17:00:00Z") -> str:
    await carrier.post("/v1/simulate/advance", json={"now": at})
    label = (await buy(carrier)).json()
    await carrier.post("/v1/manifests", json={"shipments": [label["id"]]})
    return str(label["tracking_number"])


async def story(carrier: httpx.AsyncClient, number: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await carrier.get(f"/v1/tracking/{number}")).json()["events"]
    return found


async def test_a_parcel_travels_as_the_clock_moves(carrier: httpx.AsyncClient) -> None:
    number = await hand_over(carrier)
    assert [e["code"] for e in await story(carrier, number)] == ["LBL", "PUP"]
    await carrier.post("/v1/simulate/advance", json={"now": "2026-03-12T17:00:00Z"})
    events = await story(carrier, number)
    assert [e["code"] for e in events][:3] == ["LBL", "PUP", "ARR"]
    assert [e["code"] for e in events][-2:] == ["OFD", "DEL"]
    hub = next(e["place"] for e in events if e["code"] == "ARR")
    assert 38.5 < hub["lat"] < 41.3
    assert events[-1]["local_time"].endswith("+00:00")
    before = (await carrier.post("/v1/simulate/advance", json={"now": "2026-03-01T00:00:00Z"})).json()
    assert before["now"].startswith("2026-03-12")


@pytest.mark.parametrize(
    ("misadventure", "last"),
    [("attempt_failed", "DEL"), ("returned", "RTD"), ("lost", "LST"), ("damaged", "RTD"), ("delayed", "DEL")],
)
async def test_a_misadventure_ends_as_it_must(
    carrier: httpx.AsyncClient, misadventure: str, last: str
) -> None:
    await go_wrong(carrier, shares={misadventure: 1, "unknown_code": 1})
    number = await hand_over(carrier)
    await carrier.post("/v1/simulate/advance", json={"now": "2026-05-01T00:00:00Z"})
    codes = [e["code"] for e in await story(carrier, number)]
    assert codes[-1] == last
    assert "X7Q" in codes


async def test_not_found_is_an_answer_without_events(carrier: httpx.AsyncClient) -> None:
    number = await hand_over(carrier)
    await go_wrong(carrier, next=["not_found"])
    answer = await carrier.get(f"/v1/tracking/{number}")
    assert (answer.status_code, answer.json()["warning"]) == (200, "not_found")
    assert await story(carrier, number)


async def test_the_books_outlive_the_server(tmp_path: Path) -> None:
    async with calling(tmp_path) as carrier:
        number = await hand_over(carrier)
        await go_wrong(carrier, next=["error_before"])
    began = time.perf_counter()
    async with calling(tmp_path) as carrier:
        assert time.perf_counter() - began < 1
        assert [one["tracking_number"] for one in await labels(carrier)] == [number]
        assert (await buy(carrier, key="k9", reference="PCL-9")).status_code == 503
        assert len(await story(carrier, number)) == 2


async def test_a_mishap_that_cannot_happen_is_refused(carrier: httpx.AsyncClient) -> None:
    answer = await carrier.post("/v1/simulate/mishaps", json={"shares": {"meteor": 0.5}})
    assert answer.json()["error"]["code"] == "unknown_mishap"


async def receiving(heard: list[tuple[dict[str, str], bytes]], statuses: list[int]) -> asyncio.Server:
    """Listen like an account's webhook endpoint, and answer with the given statuses, then 200."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while head := await reader.readuntil(b"\r\n\r\n"):
            lines = head.decode().split("\r\n")[1:]
            headers = {n.lower(): v for n, _, v in (line.partition(": ") for line in lines if line)}
            body = await reader.readexactly(int(headers["content-length"]))
            heard.append((headers, body))
            status = statuses.pop(0) if statuses else 200
            writer.write(f"HTTP/1.1 {status} Said\r\ncontent-length: 0\r\nconnection: close\r\n\r\n".encode())
            break
        await writer.drain()
        writer.close()

    return await asyncio.start_server(serve, "127.0.0.1", 0)


async def test_scans_are_told_by_signed_webhooks_until_they_are_taken(carrier: httpx.AsyncClient) -> None:
    heard: list[tuple[dict[str, str], bytes]] = []
    async with await receiving(heard, [500]) as server:
        port = server.sockets[0].getsockname()[1]
        hook = {"url": f"http://127.0.0.1:{port}/hooks", "secret": "a secret of eight"}
        await carrier.put("/v1/webhooks", json=hook)
        await hand_over(carrier)
        for _ in range(100):
            if len(heard) >= 3:
                break
            await asyncio.sleep(0.05)
    assert len(heard) >= 3
    for headers, body in heard:
        assert signatures.genuine([hook["secret"]], headers, body, time.time())
        assert not signatures.genuine([hook["secret"]], headers, body + b" ", time.time())
        assert not signatures.genuine([hook["secret"]], headers, body, time.time() + 400)
    ids = [headers["webhook-id"] for headers, _ in heard]
    assert len(set(ids)) == 2
