"""Plates over the API: built, moved, nested, filled and broken down by call; each merchant sees the plates of its own goods."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import httpx
import pytest
import zxingcpp

from doorstep.platform import auth
from doorstep.platform.house import House
from doorstep.stages import catalog
from doorstep.stages.inventory.rules.plate_label import draw_label
from tests.orders.conftest import bearer
from tests.platform.documents.sheets import gray, words_of
from tests.worlds.catalog import WORLD, fixed, juniper
from tests.worlds.inventory import small_world, wrong_in_the_books
from tests.worlds.plates import HERE, THERE, build, line

SSCC = "006123450000000012"


@pytest.fixture
async def northside(house: House, tenant: UUID) -> UUID:
    """Northside with goods on its shelves."""
    async with house.db.transaction(tenant, actor="test") as tx:
        await small_world(tx)
    return tenant


@pytest.fixture
def ask(web_client: httpx.AsyncClient, key: str) -> Any:
    """Post to an address and return the status and what is answered."""

    async def post(path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        answer = await web_client.post(path, json=body, headers={**bearer(key), **headers})
        return answer.status_code, answer.json()

    return post


def built(code: str, units: int, **more: object) -> dict[str, object]:
    """The call that puts so many mugs on a plate."""
    lines = [{"product_id": f"{WORLD.a}", "quantity": units}]
    return {"code": code, "site_id": f"{WORLD.north}", "place": HERE, "lines": lines, **more}


async def test_a_plate_is_built_moved_nested_filled_and_broken_down(
    house: House, northside: UUID, ask: Any, web_client: httpx.AsyncClient, key: str
) -> None:
    assert (await ask("/api/plates", built("C-1", 12)))[0] == 201
    status, plate = await ask("/api/plates", built(SSCC, 20, plates=["C-1"]))
    assert (status, plate["plate"]["code"], [one["code"] for one in plate["nested"]]) == (201, SSCC, ["C-1"])
    status, plate = await ask(f"/api/plates/{SSCC}/move", {"place": THERE, "seen_in": HERE})
    assert (status, plate["plate"]["place"], plate["nested"][0]["place"]) == (200, THERE, THERE)
    status, told = await ask(f"/api/plates/{SSCC}/move", {"place": HERE, "seen_in": HERE})
    assert (status, told["errors"][0]["code"]) == (409, "moved")
    status, plate = await ask("/api/plates/C-1/move", {"place": HERE})
    assert (status, plate["plate"]["parent"]) == (200, "")
    some = {"lines": [{"product_id": f"{WORLD.a}", "quantity": 3}]}
    assert (await ask("/api/plates/C-1/fill", some))[1]["contents"][0]["quantity"] == 15
    assert (await ask("/api/plates/C-1/take", {**some, "place": THERE}))[1]["contents"][0]["quantity"] == 12
    assert (await ask("/api/plates/C-1/nest", {"onto": SSCC}))[1]["plate"]["code"] == SSCC
    status, plate = await ask(f"/api/plates/{SSCC}/break")
    assert (status, plate["plate"]["state"], plate["contents"]) == (200, "ended", [])
    assert [one["name"] for one in plate["history"]] == [
        "standing", "filled", "loaded", "moved", "unloaded", "loaded", "opened", "ended",
    ]  # fmt: skip
    there = await web_client.get("/api/plates", params={"place": THERE}, headers=bearer(key))
    assert [one["code"] for one in there.json()["items"]] == ["C-1"]
    by_id = await web_client.get(f"/api/plates/{plate['plate']['id']}", headers=bearer(key))
    assert by_id.json() == plate
    async with house.db.transaction(northside, actor="test") as tx:
        assert await wrong_in_the_books(tx) == {}


async def test_a_call_that_is_sent_twice_moves_once(northside: UUID, ask: Any) -> None:
    await ask("/api/plates", built("P-1", 5))
    first = await ask("/api/plates/P-1/move", {"place": THERE}, **{"Idempotency-Key": "k1"})
    again = await ask("/api/plates/P-1/move", {"place": THERE}, **{"Idempotency-Key": "k1"})
    assert first == again
    assert [one["name"] for one in again[1]["history"]].count("moved") == 1


async def test_what_is_wrong_is_said_at_once(northside: UUID, ask: Any) -> None:
    status, told = await ask("/api/plates", built("12 34", 5, lines=[]))
    assert (status, [one["code"] for one in told["errors"]]) == (422, ["code", "lines"])
    assert (await ask("/api/plates", built("P-1", 61)))[0] == 409
    assert (await ask("/api/plates", built("P-1", 5, place="tote:T-1")))[0] == 422
    assert (await ask("/api/plates/P-1/move", {"place": THERE}))[0] == 404, "what was refused left no plate"
    await ask("/api/plates", built("P-1", 5))
    await ask("/api/plates/P-1/break")
    status, told = await ask("/api/plates/P-1/move", {"place": THERE})
    assert (status, "has ended" in told["detail"]) == (409, True)


async def test_pages_of_plates_go_on_where_the_last_ended(
    house: House, northside: UUID, web_client: httpx.AsyncClient, key: str
) -> None:
    async with house.db.transaction(northside, actor="test") as tx:
        for number in range(5):
            await build(tx, f"P-{number}", line(1))
    seen: list[str] = []
    cursor: str | None = ""
    for _ in range(3):
        page = await web_client.get(
            "/api/plates",
            params={"limit": 2, "cursor": cursor, "product_id": f"{WORLD.a}"},
            headers=bearer(key),
        )
        seen += [one["code"] for one in page.json()["items"]]
        cursor = page.json()["next"]
    assert (seen, cursor) == ([f"P-{number}" for number in range(5)], None)


@pytest.mark.parametrize(("code", "read"), [(SSCC, f"(00){SSCC}"), ("P-1041", "P-1041")])
def test_a_scanner_reads_the_number_of_a_label(code: str, read: str) -> None:
    lines = [(f"SKU-{number}", "L7", 10) for number in range(20)]
    [found] = zxingcpp.read_barcodes(gray(draw_label(code, "Northside warehouse", lines), 203))
    assert found.text == read


async def test_a_label_says_what_is_on_the_plate(
    house: House, northside: UUID, web_client: httpx.AsyncClient, key: str
) -> None:
    async with house.db.transaction(northside, actor="test") as tx:
        await build(tx, SSCC, line(12))
    answer = await web_client.get(f"/api/plates/{SSCC}/label", headers=bearer(key))
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
    text = words_of(answer.content)
    assert f"(00) {SSCC}" in text
    assert "Northside warehouse" in text
    assert "12" in text


async def test_a_merchant_sees_the_plates_of_its_own_goods_only(
    house: House, northside: UUID, web_client: httpx.AsyncClient
) -> None:
    rival = replace(juniper(code="rival", name="Rival"), id=fixed(1, 2))
    async with house.db.transaction(northside, actor="test") as tx:
        await catalog.add_merchants(tx, [rival])
        await build(tx, "P-1", line(5))
    own = await auth.make_key(house.db, northside, "own", ["*"], WORLD.merchant)
    other = await auth.make_key(house.db, northside, "other", ["*"], rival.id)
    for who, found, status in ((own, ["P-1"], 200), (other, [], 404)):
        listed = await web_client.get("/api/plates", headers=bearer(who))
        assert [one["code"] for one in listed.json()["items"]] == found
        assert (await web_client.get("/api/plates/P-1", headers=bearer(who))).status_code == status
        body = {"place": THERE}
        refused = await web_client.post("/api/plates/P-1/move", json=body, headers=bearer(who))
        assert refused.status_code == 403, "the floor is the operator's"
