"""Refilling: faces are filled before what is promised empties them; one person walks, and the ledger moves once."""

from uuid import UUID

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.platform.auth import Role
from doorstep.platform.db import Tx
from doorstep.platform.errors import Refused
from doorstep.platform.house import House
from doorstep.platform.journal import history
from doorstep.platform.tasks import Worker
from doorstep.stages import catalog, inventory
from doorstep.stages.catalog import BinUse
from doorstep.stages.inventory.acts import refilling
from doorstep.stages.inventory.model.refills import Face
from doorstep.stages.inventory.rules.refilling import Bulk, Fill, Shelf, fills, projected
from tests.platform.people import add_person, csrf_of, sign_in
from tests.settle import settle
from tests.worlds.catalog import BARCODES, WORLD, bin_code
from tests.worlds.inventory import moved, small_world, wish, wrong_in_the_books

FACE, BULK = f"bin:{bin_code(1, 1)}", f"bin:{bin_code(3, 4)}"


@pytest.mark.parametrize(
    ("shelf", "demand", "bulks", "found"),
    [
        (Shelf("F", 5, 20, 5), 0, [Bulk("B", 50)], []),
        (
            Shelf("F", 5, 20, 4),
            0,
            [Bulk("B", 50)],
            [Fill("B", "F", 16, "4 left; at least 5")],
        ),
        (
            Shelf("F", 5, 20, 12),
            9,
            [Bulk("B", 50)],
            [Fill("B", "F", 8, "12 left, 9 of them promised; at least 5")],
        ),
        (Shelf("F", 5, 20, 12), 9, [Bulk("B", 3), Bulk("C", 50)], [("B", 3)]),
        (Shelf("F", 5, 20, 0), 0, [], []),
        (Shelf("F", 5, 20, 0), 0, [Bulk("F", 9)], []),
        (Shelf("F", 5, 20, 3, apart=True), 0, [Bulk("B", 50)], []),
        (Shelf("F", 5, 20, 0, apart=True), 0, [Bulk("B", 50)], [("B", 20)]),
        (Shelf("F", 5, 20, 20), 90, [Bulk("B", 50)], []),
    ],
    ids=["enough", "below", "promised", "first source", "no bulk", "itself", "apart", "apart, empty", "full"],
)
def test_a_face_is_filled_by_what_it_will_hold(
    shelf: Shelf, demand: int, bulks: list[Bulk], found: list[Fill | tuple[str, int]]
) -> None:
    got = list(fills([shelf], demand, bulks))
    short = [(one.from_place, one.quantity) for one in got]
    assert [one if isinstance(one, Fill) else None for one in found] == [
        one if isinstance(want, Fill) else None for one, want in zip(got, found, strict=True)
    ]
    assert [one if isinstance(one, tuple) else (one.from_place, one.quantity) for one in found] == short


SHELVES = st.lists(
    st.tuples(st.integers(0, 5), st.integers(6, 20), st.integers(0, 20)), min_size=1, max_size=4
)


@given(SHELVES, st.integers(0, 60), st.lists(st.integers(1, 30), max_size=3))
def test_no_face_overflows_and_no_bulk_is_taken_twice(
    faces: list[tuple[int, int, int]], demand: int, bulk: list[int]
) -> None:
    shelves = [Shelf(f"F{i}", low, high, min(n, high)) for i, (low, high, n) in enumerate(faces)]
    bulks = [Bulk(f"B{i}", n) for i, n in enumerate(bulk)]
    after = projected(shelves, demand)
    assert sum(after.values()) == sum(one.on_hand for one in shelves) - demand
    found = list(fills(shelves, demand, bulks))
    for one in bulks:
        assert sum(fill.quantity for fill in found if fill.from_place == one.place) <= one.units
    by_place = {one.to_place: one.quantity for one in found}
    assert len(by_place) == len(found), "one walk a face"
    for shelf in shelves:
        assert shelf.on_hand + by_place.get(shelf.place, 0) <= shelf.max_units
        if shelf.place in by_place:
            assert after[shelf.place] < shelf.min_units


@pytest.fixture
async def northside(house: House, tenant: UUID) -> UUID:
    """Sixty mugs in a face that should hold at least twenty and fits a hundred; forty in bulk."""
    async with house.db.transaction(tenant, actor="test") as tx:
        await small_world(tx)
        await catalog.change_bins(tx, WORLD.north, [BinUse(code=bin_code(3, 4), kind="bulk")])
        await refilling.keep_filled(tx, [face()])
    return tenant


def face(**changed: object) -> Face:
    """The mugs' face, with some fields changed."""
    values: dict[str, object] = {
        "site_id": WORLD.north,
        "product_id": WORLD.a,
        "place": FACE,
        "min_units": 20,
        "max_units": 100,
    }
    return Face(**{**values, **changed})  # type: ignore[arg-type]


async def lies(tx: Tx) -> dict[str, int]:
    """Return where mugs lie."""
    assert await wrong_in_the_books(tx) == {}
    return {one.place: one.on_hand for one in await inventory.lying(tx, [WORLD.a])}


async def planned(tx: Tx) -> list[tuple[str, str, int]]:
    """Plan, and return what waits or is under way."""
    await refilling.plan_refills(tx)
    return [(one.from_place, one.to_place, one.quantity) for one in await refilling.refills(tx)]


async def test_a_face_is_filled_when_orders_will_empty_it(
    house: House, northside: UUID, worker: Worker
) -> None:
    demand = wish(WORLD.a, 41, hold_s=None)
    async with house.db.transaction(northside, actor="test") as tx:
        assert await planned(tx) == []
        await inventory.reserve(tx, [demand])
    await settle(worker, northside)
    async with house.db.transaction(northside, actor="test") as tx:
        [one] = await refilling.refills(tx)
        assert (one.from_place, one.quantity, one.why) == (
            BULK,
            40,
            "60 left, 41 of them promised; at least 20",
        )
        assert await planned(tx) == [(BULK, FACE, 40)], "one at a time"
        await inventory.release(tx, [demand.order_id], "changed their mind")
        assert await planned(tx) == [], "nobody needs it any more"
        assert [event.name for event in await history(tx, [one.id])] == ["waiting", "canceled"]


async def test_what_lies_in_totes_is_not_promised_again(house: House, northside: UUID) -> None:
    async with house.db.transaction(northside, actor="test") as tx:
        await inventory.reserve(tx, [wish(WORLD.a, 41, hold_s=None)])
        await inventory.move(tx, [moved(WORLD.a, FACE, "tote:T-1", 39)])
        assert await planned(tx) == [(BULK, FACE, 40)], "21 lie there, 2 are to be picked still"
    async with house.db.transaction(northside, actor="test") as tx:
        await inventory.move(tx, [moved(WORLD.a, FACE, "tote:T-1", 2)])
        await refilling.keep_filled(tx, [face(min_units=19)])
        assert await planned(tx) == []


async def test_one_person_walks_and_the_ledger_moves_once(house: House, northside: UUID) -> None:
    async with house.db.transaction(northside, actor="user:ana") as tx:
        await inventory.reserve(tx, [wish(WORLD.a, 50, hold_s=None)])
        [refill_id] = await refilling.plan_refills(tx)
        for _ in range(2):
            assert (await refilling.take(tx, refill_id)).taken_by == "user:ana"
    async with house.db.transaction(northside, actor="user:ben") as tx:
        with pytest.raises(Refused, match="taken"):
            await refilling.take(tx, refill_id)
        with pytest.raises(Refused, match="ana has this walk"):
            await refilling.finish(tx, refill_id, 40)
    async with house.db.transaction(northside, actor="user:ana") as tx:
        with pytest.raises(Refused, match="one fault"):
            await refilling.finish(tx, refill_id, 41)
        for _ in range(2):
            assert (await refilling.finish(tx, refill_id, 40)).state == "done"
        assert await lies(tx) == {FACE: 100}
        assert await inventory.open_counts(tx) == []


async def test_a_bin_that_holds_less_is_counted(house: House, northside: UUID) -> None:
    async with house.db.transaction(northside, actor="user:ana") as tx:
        await inventory.reserve(tx, [wish(WORLD.a, 50, hold_s=None)])
        [refill_id] = await refilling.plan_refills(tx)
        await refilling.take(tx, refill_id)
        await refilling.leave(tx, refill_id)
        await refilling.take(tx, refill_id)
        await refilling.finish(tx, refill_id, 35)
        assert await lies(tx) == {FACE: 95, BULK: 5}
        [count] = await inventory.open_counts(tx)
        assert (count.place, count.reason) == (BULK, "short_refill")
        await inventory.move(tx, [moved(WORLD.a, FACE, "quarantine", 30)])
        assert await planned(tx) == [], "a bin that waits for a count feeds nobody"


async def test_faces_are_told_and_let_go_over_the_api(
    house: House, northside: UUID, web_client: httpx.AsyncClient, key: str
) -> None:
    headers = {"authorization": f"Bearer {key}"}
    one = {"site_id": str(WORLD.north), "product_id": str(WORLD.a), "place": FACE}
    wrong = [{**one, "min_units": 9, "max_units": 9}, {**one, "product_id": str(WORLD.van_1), "max_units": 1}]
    answer = await web_client.put("/api/faces", json={"faces": wrong}, headers=headers)
    assert [fault["pointer"] for fault in answer.json()["errors"]] == [
        "/faces/1/product_id",
        "/faces/0/max_units",
    ]
    told = {"faces": [{**one, "max_units": 5}, {**one, "min_units": 70, "max_units": 90}]}
    assert len((await web_client.put("/api/faces", json=told, headers=headers)).json()) == 1
    async with house.db.transaction(northside, actor="test") as tx:
        assert await planned(tx) == [(BULK, FACE, 30)]
    [walk] = (await web_client.get("/api/refills", headers=headers)).json()
    path = f"/api/refills/{walk['id']}"
    assert (await web_client.post(f"{path}/take", headers=headers)).json()["state"] == "taken"
    done = await web_client.post(f"{path}/finish", json={"quantity": 30}, headers=headers)
    assert (done.json()["state"], done.json()["moved"]) == ("done", 30)
    gone = {"faces": [{**one, "max_units": 0}]}
    assert (await web_client.put("/api/faces", json=gone, headers=headers)).json() == []


async def test_a_face_is_filled_with_three_scans(
    house: House, northside: UUID, web_client: httpx.AsyncClient
) -> None:
    async with house.db.transaction(northside, actor="test") as tx:
        await inventory.reserve(tx, [wish(WORLD.a, 50, hold_s=None)])
        [refill_id] = await refilling.plan_refills(tx)
    await sign_in(web_client, await add_person(house, northside, Role.PICKER))
    page = (await web_client.get("/refill")).text
    assert "40 of A" in page
    token, path = csrf_of(page), f"/refill/{refill_id}"

    async def send(action: str, **fields: str) -> str:
        answer = await web_client.post(action, data={"_csrf_token": token, **fields}, follow_redirects=True)
        assert answer.status_code == 200
        return answer.text

    assert "Go to" in await send(path)
    scan, here = f"{path}/scan", {"there": "1"}
    assert "expected the bin" in await send(scan, code=bin_code(2, 2))
    assert "Take 40 of A" in await send(scan, code=bin_code(3, 4))
    assert "That is C, expected A" in await send(scan, code=BARCODES["C"], **here)
    assert "first, or say that nothing" in await send(scan, code=bin_code(1, 1), **here)
    assert "1 of A" in await send(scan, code=BARCODES["A"], **here)
    assert "whole number" in await send(f"{path}/quantity", quantity="many")
    assert "40 are enough" in await send(f"{path}/quantity", quantity="41")
    assert "40 are enough" in await send(scan, code=BARCODES["A"], quantity="40", **here)
    assert "40. Scan the face" in await send(f"{path}/quantity", quantity="40")
    assert "expected the face" in await send(scan, code=bin_code(2, 2), quantity="40", **here)
    assert "40 of A lie in" in await send(scan, code=bin_code(1, 1), quantity="40", **here)
    assert "Every face holds enough" in await send(path), "it is done: nobody can take it again"
    async with house.db.transaction(northside, actor="test") as tx:
        assert await lies(tx) == {FACE: 100}


async def test_a_walk_with_nothing_there_is_called_off_and_one_can_be_left(
    house: House, northside: UUID, web_client: httpx.AsyncClient
) -> None:
    async with house.db.transaction(northside, actor="test") as tx:
        await inventory.reserve(tx, [wish(WORLD.a, 50, hold_s=None)])
        [refill_id] = await refilling.plan_refills(tx)
    await sign_in(web_client, await add_person(house, northside, Role.PICKER))
    token, path = csrf_of((await web_client.get("/refill")).text), f"/refill/{refill_id}"

    async def send(action: str, **fields: str) -> str:
        data = {"_csrf_token": token, **fields}
        return (await web_client.post(action, data=data, follow_redirects=True)).text

    await send(path)
    assert "Somebody else may take it" in await send(f"{path}/leave")
    await send(path)
    assert "is to be counted" in await send(f"{path}/quantity", quantity="0")
    async with house.db.transaction(northside, actor="test") as tx:
        assert (await refilling.refill_of(tx, refill_id)).state == "canceled"
        assert await lies(tx) == {FACE: 60, BULK: 40}
