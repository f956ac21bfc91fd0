"""Units that come in with numbers of their own: each comes in once, whoever scans it at the same moment."""

import asyncio
from uuid import UUID

import httpx
import pytest

from doorstep.platform.db import Tx
from doorstep.platform.errors import Refused
from doorstep.platform.house import House
from doorstep.platform.journal import history
from doorstep.stages import inventory
from doorstep.stages.inventory.acts.receiving import taking
from doorstep.stages.inventory.model.arrivals import Found, Intake
from tests.mortal import Fate, die_everywhere
from tests.orders.conftest import bearer
from tests.worlds.arrivals import announce
from tests.worlds.catalog import WORLD, asks_serials, bin_code
from tests.worlds.inventory import small_world, wrong_in_the_books

HOME = f"bin:{bin_code(1, 1)}"


def lamps(command: str, *serials: str, **changed: object) -> Intake:
    """Lamps that are named one by one, put to the first bin."""
    values: dict[str, object] = {"product_id": WORLD.c, "quantity": len(serials), "place": HOME}
    return Intake(**{**values, "command": command, "serials": serials, **changed})  # type: ignore[arg-type]


async def free(tx: Tx) -> int:
    """Return how many lamps can be sold."""
    return (await inventory.available(tx, [WORLD.c]))[WORLD.c]


@pytest.fixture
async def northside(house: House, tenant: UUID) -> UUID:
    """Northside, where each lamp has a number of its own."""
    async with house.db.transaction(tenant, actor="test") as tx:
        await small_world(tx)
        await asks_serials(tx, WORLD.c)
    return tenant


async def test_units_that_come_in_by_number_tell_where_they_came_in(house: House, northside: UUID) -> None:
    async with house.db.transaction(northside, actor="test") as tx:
        before = await free(tx)
        arrival_id = await announce(tx, "PO-1", {WORLD.c: 4})
        await taking.take_in(tx, arrival_id, [lamps("s1", "S-2", "S-1")])
        again = await taking.take_in(
            tx,
            arrival_id,
            [
                lamps("s1", "S-2", "S-1"),
                lamps("s2", "S-3", found=Found.DAMAGED, why="broken", place=""),
                Intake(command="s3", product_id=WORLD.c, quantity=1, place=HOME),
            ],
        )
        assert [one.repeated for one in again] == [True, False, False]
        assert await free(tx) == before + 3, "two by number, one that nobody named"
        for serial, place in (("S-1", HOME), ("S-2", HOME), ("S-3", "damaged")):
            [unit] = await inventory.serials_called(tx, serial)
            [event] = await history(tx, [unit.id])
            assert (event.name, event.facts["place"]) == ("known", place)
            assert event.facts["arrival_id"] == f"{arrival_id}"
        assert await wrong_in_the_books(tx) == {}


async def test_every_fault_of_the_numbers_is_named_at_once(house: House, northside: UUID) -> None:
    async with house.db.transaction(northside, actor="test") as tx:
        arrival_id = await announce(tx, "PO-1", {WORLD.a: 9, WORLD.c: 9})
        await taking.take_in(tx, arrival_id, [lamps("s0", "S-0")])
    scans = [
        lamps("s1", "S-1", "S-1"),
        lamps("s2", "S-2", quantity=2),
        lamps("s3", "has blank", "S-0", "S-1"),
        lamps("s4", "S-4", found=Found.REFUSED, why="wet", place=""),
        lamps("s5", "S-5", product_id=WORLD.a),
    ]
    with pytest.raises(Refused) as refused:
        async with house.db.transaction(northside, actor="test") as tx:
            await taking.take_in(tx, arrival_id, scans)
    assert [(fault.pointer.removeprefix("/receipts/"), fault.code) for fault in refused.value.faults] == [
        ("0/serials/1", "repeated"),
        ("1/serials", "count"),
        ("2/serials/0", "serial"),
        ("2/serials/2", "repeated"),
        ("3/serials", "refused"),
        ("4/serials", "no_serials"),
        ("2/serials/1", "known"),
    ]
    async with house.db.transaction(northside, actor="test") as tx:
        assert await inventory.serials_called(tx, "S-1") == []


@pytest.mark.proves("I2")
async def test_twenty_who_take_in_the_same_unit_at_once_bring_it_in_once(
    house: House, northside: UUID, web_client: httpx.AsyncClient, key: str
) -> None:
    async with house.db.transaction(northside, actor="test") as tx:
        before = await free(tx)
        arrivals = [await announce(tx, f"PO-{number}", {WORLD.c: 2}) for number in range(20)]

    async def take(number: int, arrival_id: UUID) -> httpx.Response:
        one = {"command_id": f"s{number}", "product_id": f"{WORLD.c}", "quantity": 2, "place": HOME}
        body = {"receipts": [{**one, "serials": [f"OWN-{number}", "S-1"]}]}
        return await web_client.post(f"/api/arrivals/{arrival_id}/receipts", json=body, headers=bearer(key))

    answers = await asyncio.gather(*(take(number, one) for number, one in enumerate(arrivals)))
    assert sorted(answer.status_code for answer in answers) == [200] + [422] * 19
    assert all("is here already" in answer.text for answer in answers if answer.status_code == 422)
    async with house.db.transaction(northside, actor="test") as tx:
        assert await free(tx) == before + 2
        assert len(await inventory.serials_called(tx, "S-1")) == 1
        own = [len(await inventory.serials_called(tx, f"OWN-{number}")) for number in range(20)]
        assert sum(own) == 1, "who was refused brought nothing in"
        assert await wrong_in_the_books(tx) == {}


async def test_who_dies_while_taking_units_in_has_taken_them_in_once_or_not(
    house: House, northside: UUID, fate: Fate
) -> None:
    async with house.db.transaction(northside, actor="test") as tx:
        before = await free(tx)
        arrival_id = await announce(tx, "PO-1", {WORLD.c: 2})

    async def take() -> bool:
        async with house.db.transaction(northside, actor="test") as tx:
            [done] = await taking.take_in(tx, arrival_id, [lamps("once", "S-1", "S-2")])
            return done.repeated

    async def done() -> bool:
        async with house.db.transaction(northside, actor="test") as tx:
            units = [one for serial in ("S-1", "S-2") for one in await inventory.serials_called(tx, serial)]
            assert (len(units), await free(tx)) in {(0, before), (2, before + 2)}
            assert await wrong_in_the_books(tx) == {}
            return bool(units)

    died = await die_everywhere(fate, take, done)
    assert died > 10
    assert await take(), "it is in the books already"
    assert await done()
