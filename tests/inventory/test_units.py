"""Products whose units are all known by number: each unit in stock has a place, and moves with its goods."""

import asyncio
import re
from collections.abc import Sequence
from typing import Any, cast
from uuid import UUID

import httpx
import pytest

from doorstep.platform.auth import Role
from doorstep.platform.errors import Refused
from doorstep.platform.house import House
from doorstep.platform.ids import new_id
from doorstep.platform.journal import history
from doorstep.stages import catalog, inventory
from doorstep.stages.inventory import Adjustment, Restock
from doorstep.stages.inventory.acts import auditing, refilling
from doorstep.stages.inventory.acts.receiving import inspecting, taking
from doorstep.stages.inventory.model.arrivals import Found, Intake
from doorstep.stages.inventory.model.inspections import Decision, Doubt
from doorstep.stages.inventory.model.refills import Face
from tests.orders.conftest import bearer
from tests.platform.people import add_person, csrf_of, sign_in
from tests.worlds.arrivals import announce
from tests.worlds.catalog import BARCODES, WORLD, asks_serials, bin_code
from tests.worlds.inventory import (
    by_number,
    moved,
    named,
    numbers_in,
    receive,
    small_world,
    wrong_in_the_books,
)

FACE = f"bin:{bin_code(1, 1)}"
HOME, AWAY = f"bin:{bin_code(2, 2)}", f"bin:{bin_code(4, 9)}"


@pytest.fixture
async def northside(house: House, tenant: UUID) -> UUID:
    """Northside with three lamps in one bin and one in another, each known by its number."""
    async with house.db.transaction(tenant, actor="test") as tx:
        await small_world(tx)
        await by_number(tx, WORLD.c, {HOME: ["L-1", "L-2", "L-3"], AWAY: ["L-4"]})
    return tenant


def faults(refused: pytest.ExceptionInfo[Refused]) -> list[tuple[str, str]]:
    """Where the faults of a refusal are, and what they are called."""
    return [(fault.pointer, fault.code) for fault in refused.value.faults]


def lamps(quantity: int, place: str, serials: Sequence[str], reason: str = "counted") -> Adjustment:
    """Lamps that turned up or are gone."""
    return Adjustment(
        site_id=WORLD.north,
        product_id=WORLD.c,
        place=place,
        quantity=quantity,
        reason=reason,
        serials=serials,
    )


async def states(house: House, tenant: UUID) -> dict[str, tuple[str, str | None]]:
    """State and place of each lamp; the books are right."""
    async with house.db.transaction(tenant, actor="test") as tx:
        assert await wrong_in_the_books(tx) == {}
        found = [one for n in range(1, 9) for one in await inventory.serials_called(tx, f"L-{n}")]
        return {one.serial: (one.state, one.place) for one in found}


async def test_a_product_of_which_units_lie_here_cannot_turn(
    house: House, northside: UUID, web_client: httpx.AsyncClient, key: str
) -> None:
    for product_id, asked in (
        (WORLD.a, catalog.Serials.ALL),
        (WORLD.c, catalog.Serials.NONE),
        (WORLD.c, catalog.Serials.OUTBOUND),
    ):
        with pytest.raises(Refused) as refused:
            async with house.db.transaction(northside, actor="test") as tx:
                await asks_serials(tx, product_id, asked)
        assert faults(refused) == [("/serials", "units_lie")]
    async with house.db.transaction(northside, actor="test") as tx:
        await asks_serials(tx, WORLD.a)
        [mug] = await catalog.products(tx, [WORLD.a])
    table = f"sku,serials\n{mug.sku},all\nB,outbound\nD,sometimes\n"
    answer = await web_client.post("/api/catalog/import", json={"csv": table}, headers=bearer(key))
    outcomes = [(row["outcome"], [one["field"] for one in row["faults"]]) for row in answer.json()["rows"]]
    assert outcomes == [("refused", ["serials"]), ("updated", []), ("refused", ["serials"])]


async def test_what_comes_in_is_named_and_every_fault_is_said_at_once(
    house: House, northside: UUID, web_client: httpx.AsyncClient, key: str
) -> None:
    def receipt(quantity: int, *serials: str, product_id: UUID = WORLD.c) -> dict[str, Any]:
        where = {"site_id": f"{WORLD.north}", "product_id": f"{product_id}", "place": AWAY}
        return {**where, "quantity": quantity, "serials": serials}

    wrong = [
        receipt(2),
        receipt(3, "L-5", "L-1"),
        receipt(1, "L-5"),
        receipt(1, "L-6", product_id=WORLD.a),
    ]
    answer = await web_client.post("/api/receipts", json={"receipts": wrong}, headers=bearer(key))
    assert answer.status_code == 422
    said = {(one["pointer"], one["code"]): one["detail"] for one in answer.json()["errors"]}
    assert set(said) == {
        ("/0/serials", "which"),
        ("/1/serials", "count"),
        ("/1/serials/1", "known"),
        ("/2/serials/0", "repeated"),
        ("/3/serials", "no_serials"),
    }
    assert HOME.removeprefix("bin:") in said["/1/serials/1", "known"], "where it is, is said"
    answer = await web_client.post(
        "/api/receipts", json={"receipts": [receipt(2, "L-5", "L-6")]}, headers=bearer(key)
    )
    assert answer.status_code == 201
    assert (await states(house, northside))["L-5"] == ("known", AWAY)


async def test_at_the_dock_each_unit_is_named(house: House, northside: UUID) -> None:
    def scan(command: str, quantity: int, *serials: str, **changed: Any) -> Intake:
        values = {"place": AWAY, "serials": serials, **changed}
        return Intake(command=command, product_id=WORLD.c, quantity=quantity, **values)

    async with house.db.transaction(northside, actor="test") as tx:
        arrival_id = await announce(tx, "PO-1", {WORLD.c: 9})
    wrong = [scan("1", 2), scan("2", 2, "L-5"), scan("3", 1, "L-2")]
    with pytest.raises(Refused) as refused:
        async with house.db.transaction(northside, actor="test") as tx:
            await taking.take_in(tx, arrival_id, wrong)
    assert faults(refused) == [
        ("/receipts/0/serials", "count"),
        ("/receipts/1/serials", "count"),
        ("/receipts/2/serials/0", "known"),
    ]
    async with house.db.transaction(northside, actor="test") as tx:
        wet = {"place": "", "why": "wet"}
        scans = [
            scan("1", 1, "L-5"),
            scan("2", 1, "L-6", found=Found.DAMAGED, **wet),
            scan("3", 2, found=Found.REFUSED, **wet),
        ]
        await taking.take_in(tx, arrival_id, scans)
    known = await states(house, northside)
    assert (known["L-5"], known["L-6"]) == (("known", AWAY), ("known", "damaged"))


async def test_a_move_of_fewer_than_all_units_asks_which(house: House, northside: UUID) -> None:
    async def move(quantity: int, *serials: str, to: str = "quarantine") -> None:
        async with house.db.transaction(northside, actor="test") as tx:
            await inventory.move(tx, [moved(WORLD.c, HOME, to, quantity, serials)])

    for quantity, serials, fault in ((2, (), "which"), (1, ("L-4",), "not_there"), (1, ("L-9",), "unknown")):
        with pytest.raises(Refused) as refused:
            await move(quantity, *serials)
        assert [code for _, code in faults(refused)] == [fault]
    await move(1, "L-2")
    await move(2, to="tote:T-1")
    known = await states(house, northside)
    assert {serial: place for serial, (_, place) in known.items()} == {
        "L-1": "tote:T-1", "L-2": "quarantine", "L-3": "tote:T-1", "L-4": AWAY,
    }  # fmt: skip
    async with house.db.transaction(northside, actor="test") as tx:
        [unit] = await inventory.serials_called(tx, "L-2")
        told = [(one.name, one.facts["place"]) for one in await history(tx, [unit.id])]
    assert told == [("known", HOME), ("moved", "quarantine")]


async def test_what_is_lost_is_found_again_and_what_left_comes_back(house: House, northside: UUID) -> None:
    async with house.db.transaction(northside, actor="test") as tx:
        await inventory.adjust(tx, [lamps(-1, HOME, ["L-1"]), lamps(-1, HOME, ["L-2"], "damaged")])
        back = Restock(
            site_id=WORLD.north,
            product_id=WORLD.c,
            place=AWAY,
            quantity=1,
            serials=["L-3"],
            order_id=new_id(),
        )
    known = await states(house, northside)
    assert (known["L-1"], known["L-2"]) == (("lost", None), ("scrapped", None))
    with pytest.raises(Refused) as refused:
        async with house.db.transaction(northside, actor="test") as tx:
            await inventory.receive(tx, [named(WORLD.c, AWAY, "L-1")])
    assert "counts as lost" in refused.value.faults[0].message
    with pytest.raises(Refused):
        async with house.db.transaction(northside, actor="test") as tx:
            await inventory.restock(tx, [back])
    async with house.db.transaction(northside, actor="test") as tx:
        await inventory.adjust(tx, [lamps(2, AWAY, ["L-1", "L-8"])])
    known = await states(house, northside)
    assert (known["L-1"], known["L-8"]) == (("known", AWAY), ("known", AWAY))


@pytest.mark.proves("I2")
async def test_twenty_who_move_the_same_unit_move_it_once(house: House, northside: UUID) -> None:
    async def move(number: int) -> bool:
        try:
            async with house.db.transaction(northside, actor="test") as tx:
                await inventory.move(tx, [moved(WORLD.c, HOME, f"tote:T-{number}", 1, ["L-1"])])
        except Refused:
            return False
        return True

    went = await asyncio.gather(*(move(number) for number in range(20)))
    assert sum(went) == 1
    assert (await states(house, northside))["L-1"] == ("known", f"tote:T-{went.index(True)}")


async def test_the_auditor_sees_a_number_that_lies_where_no_unit_does(house: House, northside: UUID) -> None:
    async def place(where: str) -> None:
        planted = "UPDATE inventory.serials SET place = %s WHERE tenant_id = %s AND serial = 'L-1'"
        async with house.db.transaction(northside, actor="somebody") as tx:
            await tx.connection.execute(cast("Any", planted), [where, northside])

    async def seen() -> tuple[list[tuple[str, str, int, int]], set[str]]:
        async with house.db.transaction(northside, actor="test") as tx:
            await auditing.audit(tx)
        async with house.db.transaction(northside, actor="test") as tx:
            drifts = [(one.book, one.place, one.expected, one.found) for one in await auditing.drifts(tx)]
            return sorted(drifts), set(await wrong_in_the_books(tx))

    assert await seen() == ([], set())
    await place(AWAY)
    assert await seen() == (
        [("serials", HOME, 3, 2), ("serials", AWAY, 1, 2)],
        {"units_lie_where_their_goods_do", "the_auditor_sees_no_drift"},
    )
    await place(HOME)
    assert await seen() == ([], set())


async def test_a_table_of_goods_does_not_bring_units_in_without_numbers(
    house: House, northside: UUID, web_client: httpx.AsyncClient, key: str
) -> None:
    table = f"sku,bin,quantity\nC,{bin_code(1, 1)},2\nA,{bin_code(1, 1)},2\n"
    answer = await web_client.post("/api/stock/import", json={"csv": table}, headers=bearer(key))
    assert [row["outcome"] for row in answer.json()["rows"]] == ["refused", "created"]
    async with house.db.transaction(northside, actor="test") as tx:
        await receive(tx, WORLD.a, 1)
        assert await numbers_in(tx, WORLD.c, HOME, AWAY) == ["L-1", "L-2", "L-3", "L-4"]


async def test_who_looks_at_units_says_which_are_good(house: House, northside: UUID) -> None:
    async with house.db.transaction(northside, actor="test") as tx:
        doubt = Doubt(
            site_id=WORLD.north, product_id=WORLD.c, quantity=2, why="rattles", serials=["L-1", "L-2"]
        )
        doubted = await inspecting.set_aside(tx, doubt, HOME)
        other = Doubt(site_id=WORLD.north, product_id=WORLD.c, quantity=1, why="rattles", serials=["L-4"])
        await inspecting.set_aside(tx, other, AWAY)
    sorted_out: dict[str, Any] = {"good": 1, "place": HOME, "rest": "damaged", "why": "broken"}
    with pytest.raises(Refused, match="fault"):
        async with house.db.transaction(northside, actor="test") as tx:
            await inspecting.decide(tx, doubted, Decision(**sorted_out))
    async with house.db.transaction(northside, actor="test") as tx:
        decision = Decision(**sorted_out, serials=["L-2"], rest_serials=["L-1"])
        await inspecting.decide(tx, doubted, decision)
    known = await states(house, northside)
    assert [known[f"L-{n}"][1] for n in (1, 2, 4)] == ["damaged", HOME, "quality_check"]


async def face_to_fill(house: House, tenant: UUID) -> UUID:
    """A walk that brings two of the three lamps to a face."""
    async with house.db.transaction(tenant, actor="test") as tx:
        use = [catalog.BinUse(code=bin_code(2, 2), kind=catalog.BinKind.BULK)]
        await catalog.change_bins(tx, WORLD.north, use)
        one = Face(site_id=WORLD.north, product_id=WORLD.c, place=FACE, min_units=1, max_units=2)
        await refilling.keep_filled(tx, [one])
        [refill_id] = await refilling.plan_refills(tx)
    return refill_id


async def test_a_walk_to_a_face_brings_the_units_that_were_taken(house: House, northside: UUID) -> None:
    refill_id = await face_to_fill(house, northside)
    async with house.db.transaction(northside, actor="user:ana") as tx:
        await refilling.take(tx, refill_id)
    with pytest.raises(Refused, match="fault"):
        async with house.db.transaction(northside, actor="user:ana") as tx:
            await refilling.finish(tx, refill_id, 2)
    async with house.db.transaction(northside, actor="user:ana") as tx:
        await refilling.finish(tx, refill_id, 2, ["L-3", "L-1"])
        assert await numbers_in(tx, WORLD.c, FACE) == ["L-1", "L-3"]
        assert await wrong_in_the_books(tx) == {}


async def test_who_walks_to_a_face_scans_each_unit(
    house: House, northside: UUID, web_client: httpx.AsyncClient
) -> None:
    refill_id = await face_to_fill(house, northside)
    await sign_in(web_client, await add_person(house, northside, Role.PICKER))
    here = f"/refill/{refill_id}"
    token = csrf_of((await web_client.get("/refill")).text)
    await web_client.post(here, data={"_csrf_token": token})
    told: dict[str, str] = {}
    for code, said in (
        (bin_code(2, 2), "Take 2"),
        (BARCODES["C"], "Scan the serial number"),
        ("L-1", "Unit L-1."),
        ("L-1", "no number of another unit"),
        (f"010{BARCODES['C']}21L-3", "Unit L-3."),
        ("L-2", "are enough"),
        (bin_code(1, 1), "lie in"),
    ):
        fields = {"_csrf_token": token, **told, "code": code}
        shown = await web_client.post(f"{here}/scan", data=fields, follow_redirects=True)
        told = dict(shown.url.params)
        assert said in re.sub("<[^>]+>", "", shown.text), code
    async with house.db.transaction(northside, actor="test") as tx:
        assert await numbers_in(tx, WORLD.c, FACE) == ["L-1", "L-3"]


async def test_the_pages_of_units_are_for_who_may_see_the_product(
    house: House, northside: UUID, web_client: httpx.AsyncClient
) -> None:
    client = web_client
    await sign_in(client, await add_person(house, northside, Role.VIEWER))
    path = f"/stock/{WORLD.c}/serials"
    shown = (await client.get(path, params={"q": "L-", "place": HOME})).text
    assert [f">L-{n}<" in shown for n in (1, 2, 3, 4)] == [True, True, True, False]
    assert (await client.get(f"{path}/life", params={"serial": "L-9"})).status_code == 404
    told = (await client.get(f"{path}/life", params={"serial": "L-1"})).text
    assert "supplier" in told
