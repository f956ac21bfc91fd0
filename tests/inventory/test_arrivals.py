"""Arrivals: what suppliers are to bring is written down once, told as incoming, and never sold before it is here."""

from datetime import date
from typing import Any
from uuid import UUID

import httpx
import pytest

from doorstep.platform import auth
from doorstep.platform.auth import Role
from doorstep.platform.errors import Refused
from doorstep.platform.house import House
from doorstep.platform.ids import new_id
from doorstep.platform.journal import history
from doorstep.platform.tasks import Worker
from doorstep.stages import catalog, inventory, orders
from doorstep.stages.inventory.acts.receiving import announcing, expecting
from doorstep.stages.inventory.model.arrivals import AnnouncedLine, Sent
from doorstep.stages.inventory.rules.arrivals import read_sscc
from doorstep.stages.orders import HoldReason
from tests.platform.people import add_person, csrf_of, sign_in
from tests.settle import settle
from tests.worlds.arrivals import FRIDAY, PLATES, announce, announced
from tests.worlds.catalog import WORLD, fixed, juniper
from tests.worlds.inventory import small_world, wish
from tests.worlds.orders import place_one


@pytest.fixture
async def northside(house: House, tenant: UUID) -> UUID:
    """Northside with goods on its shelves."""
    async with house.db.transaction(tenant, actor="test") as tx:
        await small_world(tx)
    return tenant


@pytest.mark.parametrize(
    ("code", "sscc"),
    [
        ("006123450000000012", "006123450000000012"),
        ("00006123450000000012", "006123450000000012"),
        ("(00)006123450000000012", "006123450000000012"),
        ("006123450000000019", ""),
        ("6123450000000018", ""),
        ("PO-1041", ""),
        ("00612345000000001\u0662", ""),
    ],
)
def test_a_plate_is_read_with_and_without_its_identifier(code: str, sscc: str) -> None:
    assert read_sscc(code) == sscc


async def test_an_arrival_is_written_down_once_and_walks_its_life(house: House, northside: UUID) -> None:
    async with house.db.transaction(northside, actor="test") as tx:
        one = announced("PO-1", {WORLD.a: 24, WORLD.b: 5}, plates=PLATES[:1])
        [first] = await announcing.announce(tx, [one])
        [again] = await announcing.announce(tx, [one])
        assert (first.created, again.created, again.id) == (True, False, first.id)
        await announcing.send(tx, first.id, Sent(carrier="Parcelo", plates=PLATES[1:]))
        await announcing.send(tx, first.id, Sent(carrier_reference="WB-77"))
        found = await expecting.arrival_of(tx, first.id)
        assert (found.state, found.lines, found.expected, found.received) == ("arriving", 2, 29, 0)
        assert (found.carrier, found.carrier_reference, found.expected_on) == ("Parcelo", "WB-77", FRIDAY)
        assert [plate.sscc for plate in await expecting.plates_of(tx, first.id)] == list(PLATES)
        for code in ("PO-1", "WB-77", PLATES[0], f"00{PLATES[1]}"):
            assert [one.id for one in await expecting.meant_by(tx, code)] == [first.id], code
        await announcing.cancel(tx, first.id, "sold out at the kiln")
        with pytest.raises(Refused, match="canceled"):
            await announcing.send(tx, first.id, Sent())
        assert await expecting.meant_by(tx, "PO-1") == []
        names = [event.name for event in await history(tx, [first.id])]
        assert names == ["expected", "arriving", "changed", "canceled"]


async def test_two_lines_of_a_product_are_added_up(house: House, northside: UUID) -> None:
    lines = [
        AnnouncedLine(product_id=WORLD.a, expected=2, lot="L1"),
        AnnouncedLine(product_id=WORLD.a, expected=3, lot="L2"),
    ]
    async with house.db.transaction(northside, actor="test") as tx:
        arrival_id = await announce(tx, "PO-1", {}, lines=lines)
        [line] = await expecting.lines_of(tx, arrival_id)
        assert (line.expected, line.lot) == (5, "")


async def test_every_fault_of_an_announcement_is_named_at_once(house: House, northside: UUID) -> None:
    wrong = announced(
        "PO-1",
        {WORLD.kit: 1, new_id(): 1, WORLD.a: 0},
        site_id=WORLD.center,
        plates=["123", PLATES[0], PLATES[0]],
    )
    async with house.db.transaction(northside, actor="test") as tx:
        with pytest.raises(Refused) as refused:
            await announcing.announce(tx, [announced("PO-0", {WORLD.a: 1}), wrong])
    assert [(fault.pointer, fault.code) for fault in refused.value.faults] == [
        ("/arrivals/1/site", "site"),
        ("/arrivals/1/plates/0", "sscc"),
        ("/arrivals/1/plates/2", "repeated"),
        ("/arrivals/1/lines/0/sku", "kit"),
        ("/arrivals/1/lines/1/sku", "unknown_product"),
        ("/arrivals/1/lines/2/expected", "range"),
    ]
    async with house.db.transaction(northside, actor="test") as tx:
        assert await expecting.arrivals(tx) == [], "all or nothing"


async def test_a_plate_comes_with_one_arrival_only(house: House, northside: UUID) -> None:
    async with house.db.transaction(northside, actor="test") as tx:
        await announce(tx, "PO-1", {WORLD.a: 1}, plates=PLATES[:1])
    async with house.db.transaction(northside, actor="test") as tx:
        with pytest.raises(Refused) as refused:
            await announce(tx, "PO-2", {WORLD.a: 1}, plates=PLATES)
    assert "belongs to PO-1" in refused.value.faults[0].message


async def test_what_is_incoming_is_told_with_its_day_and_not_sold(
    house: House, northside: UUID, web_client: httpx.AsyncClient, key: str
) -> None:
    async with house.db.transaction(northside, actor="test") as tx:
        await announce(tx, "PO-1", {WORLD.a: 24})
        await announce(tx, "PO-2", {WORLD.a: 6}, expected_on=date(2026, 3, 4))
        over = await announce(tx, "PO-3", {WORLD.a: 1000})
        await announcing.cancel(tx, over, "too many")
    headers = {"authorization": f"Bearer {key}"}
    asked = {"sku": "A,B"}
    [mug, book] = (await web_client.get("/api/availability", params=asked, headers=headers)).json()["items"]
    assert (mug["available"], mug["incoming"], mug["incoming_on"]) == (100, 30, "2026-03-04")
    assert (book["available"], book["incoming"], book["incoming_on"]) == (100, 0, None)
    async with house.db.transaction(northside, actor="test") as tx:
        short = await inventory.reserve(tx, [wish(WORLD.a, 101)])
        assert len(short) == 1, "what is to come is not promised"


async def test_an_arrival_says_how_many_orders_wait_for_it(
    house: House, northside: UUID, worker: Worker
) -> None:
    async with house.db.transaction(northside, actor="test") as tx:
        arrival_id = await announce(tx, "PO-1", {WORLD.b: 24, WORLD.c: 1})
        waits = [await place_one(tx, {"K": 2}), await place_one(tx, {"B": 1})]
        for order_id in waits:
            await inventory.release(tx, [order_id], "gone")
            await orders.hold(tx, [order_id], HoldReason.OUT_OF_STOCK, "gone")
        await place_one(tx, {"B": (await inventory.available(tx, [WORLD.b]))[WORLD.b]})
    await settle(worker, northside)
    async with house.db.transaction(northside, actor="test") as tx:
        assert (await expecting.arrival_of(tx, arrival_id)).waiting == 2
        [books, lamps] = await expecting.lines_of(tx, arrival_id)
        assert (books.waiting, lamps.waiting) == (2, 0)
        await orders.cancel(tx, waits[1:], "too late")
    await settle(worker, northside)
    async with house.db.transaction(northside, actor="test") as tx:
        assert (await expecting.arrival_of(tx, arrival_id)).waiting == 1
        await inventory.receive(
            tx,
            [inventory.Receipt(site_id=WORLD.north, product_id=WORLD.b, place="bin:A-01-05", quantity=4)],
        )
    await settle(worker, northside)
    async with house.db.transaction(northside, actor="test") as tx:
        assert (await expecting.arrival_of(tx, arrival_id)).waiting == 0, "it got its goods"


def body(reference: str, **changed: object) -> dict[str, object]:
    """An announcement as JSON."""
    one = {
        "site": "north",
        "supplier": "KILN",
        "reference": reference,
        "expected_on": "2026-03-06",
        "lines": [{"sku": "A", "expected": 12}],
    }
    return {"arrivals": [{**one, **changed}]}


async def test_merchants_announce_their_own_and_see_nobody_elses(
    house: House, northside: UUID, web_client: httpx.AsyncClient, key: str
) -> None:
    rival = juniper(id=fixed(1, 2), code="sorrel", name="Sorrel")
    async with house.db.transaction(northside, actor="test") as tx:
        await catalog.add_merchants(tx, [rival])
    ours = {"authorization": f"Bearer {key}"}
    theirs = {"authorization": f"Bearer {await auth.make_key(house.db, northside, 'rival', ['*'], rival.id)}"}
    answer = await web_client.post("/api/arrivals", json=body("PO-1"), headers=ours)
    assert answer.status_code == 422, "two merchants: it has to say whose it is"
    answer = await web_client.post("/api/arrivals", json=body("PO-1", merchant="juniper"), headers=ours)
    assert answer.status_code == 201, answer.text
    [noted] = answer.json()["arrivals"]
    path = f"/api/arrivals/{noted['id']}"
    assert (await web_client.get(path, headers=ours)).json()["lines"][0]["expected"] == 12
    assert (await web_client.get("/api/arrivals", headers=theirs)).json() == {"items": [], "next": None}
    assert (await web_client.get("/api/suppliers", headers=theirs)).json() == []
    assert (await web_client.get(path, headers=theirs)).status_code == 404
    for act, said in (("sent", {}), ("cancel", {"why": "no"})):
        answer = await web_client.post(f"{path}/{act}", json=said, headers=theirs)
        assert answer.status_code == 404, act
    answer = await web_client.post("/api/arrivals", json=body("PO-2", merchant="juniper"), headers=theirs)
    assert answer.status_code == 422
    answer = await web_client.post("/api/arrivals", json=body("PO-2"), headers=theirs)
    assert [fault["code"] for fault in answer.json()["errors"]] == ["unknown_product"], "A is not theirs"


async def test_the_list_goes_on_page_by_page(
    house: House, northside: UUID, web_client: httpx.AsyncClient, key: str
) -> None:
    async with house.db.transaction(northside, actor="test") as tx:
        days = (FRIDAY, None, date(2026, 3, 3), None)
        for i, day in enumerate(days):
            await announce(tx, f"PO-{i}", {WORLD.a: 1}, expected_on=day)
    headers: dict[str, str] = {"authorization": f"Bearer {key}"}

    async def listed(asked: dict[str, str]) -> Any:
        return (await web_client.get("/api/arrivals", params=asked, headers=headers)).json()

    seen, cursor = [], ""
    while True:
        got = await listed({"limit": "1", "cursor": cursor})
        seen += [one["reference"] for one in got["items"]]
        if got["next"] is None:
            break
        cursor = got["next"]
    assert seen == ["PO-2", "PO-0", "PO-1", "PO-3"], "by day, those without one last"
    async with house.db.transaction(northside, actor="test") as tx:
        for one in await expecting.arrivals(tx):
            await announcing.cancel(tx, one.id, "no")
    first = await listed({"state": "canceled", "limit": "2"})
    rest = await listed({"state": "canceled", "limit": "2", "cursor": str(first["next"])})
    over = [one["reference"] for one in (*first["items"], *rest["items"])]
    assert over == ["PO-3", "PO-2", "PO-1", "PO-0"], "the newest first"
    answer = await web_client.get("/api/arrivals", params={"cursor": "x"}, headers=headers)
    assert answer.status_code == 422


async def test_terms_of_a_supplier_are_changed_one_by_one(
    house: House, northside: UUID, web_client: httpx.AsyncClient, key: str
) -> None:
    async with house.db.transaction(northside, actor="test") as tx:
        await announce(tx, "PO-1", {WORLD.a: 1})
        [supplier] = await expecting.suppliers(tx)
    headers, path = {"authorization": f"Bearer {key}"}, f"/api/suppliers/{supplier.id}"
    answer = await web_client.put(path, json={"over_percent": 5}, headers=headers)
    assert answer.json() == {**answer.json(), "over_percent": 5, "name": "Kiln & Co"}
    answer = await web_client.put(path, json={"hides_expected": True}, headers=headers)
    assert (answer.json()["over_percent"], answer.json()["hides_expected"]) == (5, True)
    assert (await web_client.put(path, json={}, headers=headers)).status_code == 422
    assert (await web_client.put(path, json={"over_percent": 101}, headers=headers)).status_code == 422


async def test_the_desk_sees_what_is_to_come_and_calls_it_off(
    house: House, northside: UUID, web_client: httpx.AsyncClient
) -> None:
    async with house.db.transaction(northside, actor="test") as tx:
        arrival_id = await announce(tx, "PO-1041", {WORLD.a: 24}, plates=PLATES)
    await sign_in(web_client, await add_person(house, northside, Role.MANAGER))
    page = (await web_client.get("/arrivals")).text
    assert "PO-1041" in page
    assert "0 of 24" in page
    path = f"/arrivals/{arrival_id}"
    shown = (await web_client.get(path)).text
    assert PLATES[0] in shown
    token = csrf_of(shown)
    for why, said in (("", "Say why"), ("lost at sea", "It is called off")):
        form = {"_csrf_token": token, "why": why}
        answer = await web_client.post(f"{path}/cancel", data=form, follow_redirects=True)
        assert said in answer.text
    assert "PO-1041" not in (await web_client.get("/arrivals")).text
    assert "PO-1041" in (await web_client.get("/arrivals", params={"state": "canceled"})).text
