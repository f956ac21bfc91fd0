"""Unloading: an announced plate is taken in by one scan with all that is on it, stands at the dock, and is moved as a whole from there."""

import asyncio
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import httpx
import pytest

from doorstep.platform.auth import Role
from doorstep.platform.db import Tx
from doorstep.platform.errors import Refused
from doorstep.platform.house import House
from doorstep.stages import catalog, inventory
from doorstep.stages.catalog import BinUse
from doorstep.stages.inventory import Adjustment
from doorstep.stages.inventory.acts.plates import handling, looking
from doorstep.stages.inventory.acts.receiving import announcing, expecting, taking, unloading
from doorstep.stages.inventory.model.arrivals import AnnouncedLine, Intake, Packed
from doorstep.stages.inventory.rules.arrivals import packed_faults
from tests.inventory.test_dock import Hand
from tests.orders.conftest import bearer
from tests.platform.people import add_person, sign_in
from tests.worlds.arrivals import PLATES, announce
from tests.worlds.catalog import WORLD, asks_serials, bin_code
from tests.worlds.inventory import small_world, wrong_in_the_books
from tests.worlds.plates import THERE, on

PALLET, CASE = PLATES
OTHER = "006123450000000036"
DOCK = bin_code(1, 1)
GOODS = {WORLD.a: 30, WORLD.b: 12}


def packed() -> list[Packed]:
    """A pallet with twenty mugs, of two lots and none, and a case with four mugs and twelve books on it."""
    return [
        Packed(
            plate=PALLET,
            lines=[
                AnnouncedLine(product_id=WORLD.a, expected=12, lot="L1", expires_on=date(2027, 1, 1)),
                AnnouncedLine(product_id=WORLD.a, expected=8),
            ],
        ),
        Packed(
            plate=CASE,
            onto=PALLET,
            lines=[
                AnnouncedLine(product_id=WORLD.a, expected=4),
                AnnouncedLine(product_id=WORLD.b, expected=12),
            ],
        ),
    ]


@pytest.fixture
async def northside(house: House, tenant: UUID) -> UUID:
    """Northside with a dock where 60 mugs lie already, ten of them of a lot that expires soon."""
    async with house.db.transaction(tenant, actor="test") as tx:
        await small_world(tx)
        await catalog.change_bins(tx, WORLD.north, [BinUse(code=DOCK, kind="dock")])
        one = inventory.Receipt(
            site_id=WORLD.north, product_id=WORLD.a, place=f"bin:{DOCK}", quantity=10, lot="L0"
        )
        await inventory.receive(tx, [one])
    return tenant


async def free(tx: Tx) -> int:
    """Return how many mugs can be sold."""
    return (await inventory.available(tx, [WORLD.a]))[WORLD.a]


async def test_a_plate_is_taken_in_by_one_scan_with_all_that_is_on_it(house: House, northside: UUID) -> None:
    async with house.db.transaction(northside, actor="test") as tx:
        before = await free(tx)
        arrival_id = await announce(tx, "PO-1", GOODS, packed=packed())
        done = await unloading.unload(tx, arrival_id, f"(00){PALLET}")
        assert (done.place, done.units, done.repeated) == (f"bin:{DOCK}", 36, False)
        assert await free(tx) == before + 24, "it can be sold at once"
        pallet = await looking.standing(tx, PALLET)
        here = {one.lot: one.quantity for one in pallet.contents if one.plate_id == pallet.root.id}
        assert here == {"L1": 12, "": 8}, "units of no known lot, though others lie at the dock"
        case = await looking.standing(tx, CASE)
        assert (case.root.parent, sorted(one.quantity for one in case.contents)) == (PALLET, [4, 12])
        again = await unloading.unload(tx, arrival_id, PALLET)
        assert (again.units, again.repeated) == (0, True)
        assert (await unloading.unload(tx, arrival_id, CASE)).repeated
        assert await free(tx) == before + 24
        lines = {one.product_id: one.received for one in await expecting.lines_of(tx, arrival_id)}
        assert lines == {WORLD.a: 24, WORLD.b: 12}
        assert all(one.arrived_at and one.unloaded_at for one in await expecting.plates_of(tx, arrival_id))
        await handling.move_plate(tx, PALLET, THERE)
        there = await inventory.lies_in(tx, WORLD.north, THERE)
        assert {one.product_id: one.on_hand for one in there} == {WORLD.a: 24, WORLD.b: 12}
        assert await wrong_in_the_books(tx) == {}


async def test_a_case_is_taken_in_before_its_pallet(house: House, northside: UUID) -> None:
    async with house.db.transaction(northside, actor="test") as tx:
        arrival_id = await announce(tx, "PO-1", GOODS, packed=packed())
        assert (await unloading.unload(tx, arrival_id, CASE, place=THERE)).units == 16
        assert (await unloading.unload(tx, arrival_id, PALLET)).units == 20
        assert await on(tx, PALLET) == {(PALLET, "L1"): 12, (PALLET, ""): 8}
        assert (await looking.standing(tx, CASE)).root.place == THERE
        assert await wrong_in_the_books(tx) == {}


async def test_a_pallet_that_holds_cases_only_stands_under_them(house: House, northside: UUID) -> None:
    async with house.db.transaction(northside, actor="test") as tx:
        bare = [Packed(plate=PALLET), *packed()[1:]]
        arrival_id = await announce(tx, "PO-1", GOODS, packed=bare)
        await unloading.unload(tx, arrival_id, PALLET)
        assert [one.code for one in (await looking.standing(tx, PALLET)).plates] == [PALLET, CASE]
        assert await wrong_in_the_books(tx) == {}


async def test_what_cannot_be_taken_in_as_a_whole_is_counted(house: House, northside: UUID) -> None:
    async with house.db.transaction(northside, actor="test") as tx:
        arrival_id = await announce(tx, "PO-1", GOODS, plates=[PALLET])
        with pytest.raises(Refused, match="product by product"):
            await unloading.unload(tx, arrival_id, PALLET)
        with pytest.raises(Refused, match="not one of PO-1"):
            await unloading.unload(tx, arrival_id, CASE)
        other = await announce(
            tx,
            "PO-2",
            {WORLD.b: 12},
            packed=[Packed(plate=CASE, lines=[AnnouncedLine(product_id=WORLD.b, expected=12)])],
        )
        supplier = await expecting.supplier_of(tx, (await expecting.arrival_of(tx, other)).supplier_id)
        some = Intake(command="s1", product_id=WORLD.b, quantity=5, place=THERE)
        await taking.take_in(tx, other, [some])
        with pytest.raises(Refused) as refused:
            await unloading.unload(tx, other, CASE)
        assert [fault.code for fault in refused.value.faults] == ["over_confirm"], "five of them came before"
        await announcing.change_supplier(tx, replace(supplier, hides_expected=True))
        with pytest.raises(Refused, match="are counted"):
            await unloading.unload(tx, other, CASE)
        assert await wrong_in_the_books(tx) == {}


async def test_what_is_counted_or_named_by_number_does_not_come_in_twice(
    house: House, northside: UUID, web_client: httpx.AsyncClient
) -> None:
    async with house.db.transaction(northside, actor="test") as tx:
        arrival_id = await announce(tx, "PO-1", GOODS, packed=packed())
        some = Intake(command="s1", product_id=WORLD.a, quantity=3, place=THERE, plate=CASE)
        await taking.take_in(tx, arrival_id, [some])
        with pytest.raises(Refused, match=f"Some of plate {CASE} was counted before"):
            await unloading.unload(tx, arrival_id, PALLET)
        lamps = [AnnouncedLine(product_id=WORLD.c, expected=2)]
        await inventory.adjust(
            tx, [_all_gone(place, units) for place, units in ((bin_code(2, 2), 20), (bin_code(4, 9), 10))]
        )
        await asks_serials(tx, WORLD.c, catalog.Serials.ALL)
        other = await announce(tx, "PO-2", {WORLD.c: 2}, packed=[Packed(plate=OTHER, lines=lamps)])
        with pytest.raises(Refused, match="Each unit of C is named by its number"):
            await unloading.unload(tx, other, OTHER)
        assert await wrong_in_the_books(tx) == {}
    await sign_in(web_client, await add_person(house, northside, Role.PICKER))
    said = await Hand(web_client, f"/receive/{other}").scan(other, OTHER)
    assert "Plate 1 of 1 is here." in said, "it is noted, and its units are scanned"


def _all_gone(code: str, units: int) -> Adjustment:
    return Adjustment(
        site_id=WORLD.north, product_id=WORLD.c, place=f"bin:{code}", quantity=-units, reason="lost"
    )


def test_what_is_said_of_plates_is_a_part_of_the_lines() -> None:
    def line(product_id: UUID, units: int, **more: Any) -> AnnouncedLine:
        return AnnouncedLine(product_id=product_id, expected=units, **more)

    odd = [
        Packed(plate="123", lines=[line(WORLD.a, 20), line(WORLD.b, 1)]),
        Packed(plate=PALLET, lines=[line(WORLD.a, 11), line(WORLD.a, 0, lot="é")]),
        Packed(plate=CASE, onto=PALLET),
        Packed(plate=PALLET, onto="006123450000000036"),
        Packed(plate="006123450000000043"),
    ]
    faults = list(packed_faults([line(WORLD.a, 30)], odd))
    assert [(one.pointer, one.code) for one in faults] == [
        ("/packed/0/plate", "sscc"),
        ("/packed/0/lines/1/sku", "unknown_product"),
        ("/packed/1/lines/0/expected", "over"),
        ("/packed/1/lines/1/expected", "range"),
        ("/packed/1/lines/1/lot", "lot"),
        ("/packed/1/lines/1/expected", "over"),
        ("/packed/2/lines", "lines"),
        ("/packed/3/plate", "repeated"),
        ("/packed/3/onto", "unknown_plate"),
        ("/packed/4/lines", "lines"),
    ]


def test_plates_are_not_announced_in_circles_nor_too_high() -> None:
    line = AnnouncedLine(product_id=WORLD.a, expected=1)
    codes = [PALLET, CASE, "006123450000000036", "006123450000000043"]

    def faults(*ontos: str) -> list[tuple[str, str]]:
        stack = [
            Packed(plate=code, onto=onto, lines=[line]) for code, onto in zip(codes, ontos, strict=False)
        ]
        found = packed_faults([replace(line, expected=30)], stack)
        return [(one.pointer, one.code) for one in found]

    assert faults("", PALLET, CASE) == []
    assert faults("", PALLET, CASE, codes[2]) == [("/packed/3/onto", "depth")]
    assert faults(CASE, PALLET) == [("/packed/0/onto", "depth"), ("/packed/1/onto", "depth")]
    *before, last = (
        Packed(plate=code, onto=onto) for code, onto in zip(codes, ["", PALLET, CASE, ""], strict=True)
    )
    [fault] = packed_faults(
        [], [replace(last, lines=[]), replace(before[0], onto=last.plate, lines=[])], before[1:]
    )
    assert (fault.pointer, fault.code) == ("/packed/onto", "depth"), "who is put under three makes it four"


async def test_ten_who_scan_the_same_plate_take_it_in_once(
    house: House, northside: UUID, web_client: httpx.AsyncClient, key: str
) -> None:
    async with house.db.transaction(northside, actor="test") as tx:
        before = await free(tx)
        arrival_id = await announce(tx, "PO-1", GOODS, packed=packed())

    async def scan() -> dict[str, Any]:
        answer = await web_client.post(
            f"/api/arrivals/{arrival_id}/unload", json={"plate": PALLET}, headers=bearer(key)
        )
        assert answer.status_code == 200, answer.text
        unloaded: dict[str, Any] = answer.json()["unloaded"]
        return unloaded

    answers = await asyncio.gather(*(scan() for _ in range(10)))
    assert sorted(one["units"] for one in answers) == [0] * 9 + [36]
    async with house.db.transaction(northside, actor="test") as tx:
        assert await free(tx) == before + 24
        assert await wrong_in_the_books(tx) == {}


async def test_plates_are_announced_by_call(
    house: House, northside: UUID, web_client: httpx.AsyncClient, key: str
) -> None:
    one = {
        "supplier": "KILN",
        "reference": "PO-9",
        "lines": [{"sku": "A", "expected": 12}],
        "packed": [{"plate": PALLET, "lines": [{"sku": "A", "expected": 12, "lot": "L7"}]}],
    }
    made = await web_client.post("/api/arrivals", json={"arrivals": [one]}, headers=bearer(key))
    assert made.status_code == 201, made.text
    path = f"/api/arrivals/{made.json()['arrivals'][0]['id']}"
    [plate] = (await web_client.get(path, headers=bearer(key))).json()["plates"]
    assert (plate["sscc"], plate["units"], plate["unloaded_at"]) == (PALLET, 12, None)
    odd = {**one, "reference": "PO-10", "packed": [{"plate": CASE, "lines": [{"sku": "B", "expected": 1}]}]}
    told = await web_client.post("/api/arrivals", json={"arrivals": [odd]}, headers=bearer(key))
    assert (told.status_code, told.json()["errors"][0]["pointer"]) == (
        422,
        "/arrivals/0/packed/0/lines/0/sku",
    )


async def test_who_sends_goods_says_how_they_are_packed_and_the_newer_word_counts(
    house: House, northside: UUID, web_client: httpx.AsyncClient, key: str
) -> None:
    async with house.db.transaction(northside, actor="test") as tx:
        arrival_id = await announce(tx, "PO-1", {WORLD.a: 30})

    async def sent(plate: str, units: int, **more: str) -> httpx.Response:
        one = {"plate": plate, "lines": [{"sku": "A", "expected": units}], **more}
        path = f"/api/arrivals/{arrival_id}/sent"
        return await web_client.post(path, json={"packed": [one]}, headers=bearer(key))

    assert (await sent(PALLET, 30)).status_code == 200
    assert (await sent(PALLET, 20)).status_code == 200
    told = await sent(CASE, 11, onto=PALLET)
    assert (told.status_code, told.json()["errors"][0]["code"]) == (422, "over")
    told = await sent(CASE, 10, onto=PALLET)
    plates = {one["sscc"]: (one["units"], one["onto"]) for one in told.json()["plates"]}
    assert plates == {PALLET: (20, ""), CASE: (10, PALLET)}
    async with house.db.transaction(northside, actor="test") as tx:
        assert (await unloading.unload(tx, arrival_id, PALLET)).units == 30
        assert await wrong_in_the_books(tx) == {}


@pytest.mark.parametrize("docks", [True, False])
async def test_the_handheld_takes_a_plate_in_as_a_whole(
    house: House, northside: UUID, web_client: httpx.AsyncClient, docks: bool
) -> None:
    async with house.db.transaction(northside, actor="test") as tx:
        arrival_id = await announce(tx, "PO-1", GOODS, packed=packed())
        if not docks:
            await catalog.change_bins(tx, WORLD.north, [BinUse(code=DOCK, kind="face")])
    await sign_in(web_client, await add_person(house, northside, Role.PICKER))
    hand = Hand(web_client, f"/receive/{arrival_id}")
    said = await hand.scan(arrival_id, PALLET)
    if not docks:
        assert "Scan the bin that it is put to" in said
        assert "Put plate" in said
        said = await hand.scan(arrival_id, DOCK)
    assert "36 units on it stand in" in said
    assert "in the books already" in await hand.scan(arrival_id, PALLET)
    async with house.db.transaction(northside, actor="test") as tx:
        assert (await looking.standing(tx, PALLET)).root.place == f"bin:{DOCK}"
        assert await wrong_in_the_books(tx) == {}
