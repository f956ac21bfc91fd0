"""FEFO on the floor: walks go to what expires first, and are planned anew when a lot expires between promise and pick (I13)."""

from datetime import date, timedelta
from uuid import UUID

import pytest

from doorstep.platform import clock
from doorstep.platform.ids import new_id
from doorstep.platform.tasks import Worker
from doorstep.stages import inventory
from doorstep.stages.inventory.acts import lots
from doorstep.stages.inventory.model import LotAct
from doorstep.stages.warehouse.rules.allocation import Need, Shelves
from doorstep.stages.warehouse.rules.floor import Shelf
from tests.inventory.test_lots import LATER, SOON, comes_in, expiring
from tests.worlds.catalog import WORLD, bin_code
from tests.worlds.inventory import wrong_in_the_books
from tests.worlds.warehouse import Floor

NEAR, FAR = bin_code(1, 1), bin_code(4, 9)


@pytest.fixture
async def floor(worker: Worker, tenant: UUID) -> Floor:
    """Northside with mugs: 20 of June near the start, 6 of March at the far end."""
    floor = Floor(worker, tenant)
    async with floor.tx() as tx:
        await expiring(tx)
        await comes_in(tx, "JUNE", LATER, 20, f"bin:{NEAR}")
        await comes_in(tx, "MARCH", SOON, 6, f"bin:{FAR}")
    return floor


async def stops(floor: Floor) -> list[tuple[str, int]]:
    """Return where open walks go, and for how many units."""
    async with floor.tx() as tx:
        rows = await tx.connection.execute(
            "SELECT place, sum(quantity)::int FROM warehouse.picks WHERE tenant_id = %s AND done_at IS NULL GROUP BY place ORDER BY place",
            [floor.tenant_id],
        )
        return [(place.removeprefix("bin:"), units) for place, units in await rows.fetchall()]


async def test_a_walk_goes_to_what_expires_first_however_far(floor: Floor) -> None:
    await floor.work({"A": 4})
    assert await stops(floor) == [(FAR, 4)]
    await floor.work({"A": 5})
    assert await stops(floor) == [(NEAR, 3), (FAR, 6)]


@pytest.mark.proves("I13")
async def test_a_lot_that_expires_between_promise_and_pick_is_planned_anew(floor: Floor) -> None:
    [order_id] = await floor.work({"A": 5})
    assert await stops(floor) == [(FAR, 5)]
    async with floor.tx() as tx:
        await clock.advance(tx, tx.now + timedelta(days=9))
    for _ in ("the lot expires", "the next plan"):
        await floor.settle()
    assert await stops(floor) == [(NEAR, 5)]
    await floor.walk()
    assert await floor.states(order_id) == ["picked"]
    async with floor.tx() as tx:
        bought = {lot: await lots.buyers_of(tx, WORLD.a, lot) for lot in ("JUNE", "MARCH")}
        assert [(one.order_id, one.units) for one in bought["JUNE"]] == [(order_id, 5)]
        assert bought["MARCH"] == []
    assert await floor.wrong() == {}


@pytest.mark.proves("I13")
async def test_a_recall_in_the_middle_of_a_walk_sends_nobody_to_the_bin(floor: Floor) -> None:
    [order_id] = await floor.work({"A": 5})
    await floor.take()
    async with floor.tx() as tx:
        await lots.change_lot(tx, WORLD.a, "MARCH", LotAct.RECALL, "maker's notice")
    await floor.settle()
    assert await stops(floor) == [(NEAR, 5)]
    await floor.walk()
    assert await floor.states(order_id) == ["picked"]
    async with floor.tx() as tx:
        assert await wrong_in_the_books(tx) == {}


async def test_two_lots_in_one_bin_are_two_shelves_and_promised_units_are_taken_off_the_first(
    floor: Floor,
) -> None:
    async with floor.tx() as tx:
        await comes_in(tx, "APRIL", date(2026, 4, 1), 2, f"bin:{FAR}")
    await floor.work({"A": 7})
    assert await stops(floor) == [(FAR, 7)]
    await floor.work({"A": 2})
    assert await stops(floor) == [(NEAR, 1), (FAR, 8)]
    async with floor.tx() as tx:
        assert (await inventory.available(tx, [WORLD.a]))[WORLD.a] == 19


def test_units_given_back_go_to_the_day_they_came_from() -> None:
    shelves = [
        Shelf("A", WORLD.a, 1, 0, 2, SOON),
        Shelf("A", WORLD.a, 1, 0, 3, LATER),
        Shelf("B", WORLD.b, 1, 0, 1),
    ]
    floor, order, line = Shelves(shelves, {}), new_id(), new_id()
    mugs = Need(order, line, WORLD.a, 4)
    assert floor.take([mugs, Need(order, line, WORLD.b, 2)]) is None
    [taken] = floor.take([mugs]) or []
    assert (taken.place, taken.quantity, taken.days) == ("A", 4, ((SOON, 2), (LATER, 2)))
    assert floor.free(WORLD.a) == 1
    floor.give_back([taken])
    assert floor.free(WORLD.a) == 5
