"""Plates and walks: nobody walks to goods that were moved on a plate, and picking opens plates only when loose units run out."""

from uuid import UUID

import pytest

from doorstep.platform.tasks import Worker
from doorstep.stages import inventory
from doorstep.stages.inventory.acts.plates import handling
from tests.warehouse.test_lots import FAR, NEAR, stops
from tests.worlds.catalog import WORLD, build_catalog
from tests.worlds.inventory import receive
from tests.worlds.plates import build, line, on
from tests.worlds.warehouse import Floor


@pytest.fixture
async def floor(worker: Worker, tenant: UUID) -> Floor:
    """Northside with six mugs far away, five of them on a plate."""
    floor = Floor(worker, tenant)
    async with floor.tx() as tx:
        await build_catalog(tx)
        await receive(tx, WORLD.a, 6, place=f"bin:{FAR}")
        await build(tx, "P-1", line(5), place=f"bin:{FAR}")
    return floor


async def test_a_walk_to_what_was_moved_on_a_plate_is_planned_anew(floor: Floor) -> None:
    [order_id] = await floor.work({"A": 4})
    assert await stops(floor) == [(FAR, 4)]
    async with floor.tx() as tx:
        await handling.move_plate(tx, "P-1", f"bin:{NEAR}")
    for _ in ("the floor hears of it", "the next plan"):
        await floor.settle()
    assert await stops(floor) == [(NEAR, 4)]
    await floor.walk()
    assert await floor.states(order_id) == ["picked"]
    async with floor.tx() as tx:
        assert await inventory.open_counts(tx) == [], "nobody missed a unit"
        assert await on(tx, "P-1") == {("P-1", ""): 1}
    assert await floor.wrong() == {}


async def test_a_picker_takes_the_loose_unit_before_the_plate_is_opened(floor: Floor) -> None:
    await floor.work({"A": 1})
    await floor.walk()
    async with floor.tx() as tx:
        assert await on(tx, "P-1") == {("P-1", ""): 5}
    await floor.work({"A": 2})
    await floor.walk()
    async with floor.tx() as tx:
        assert await on(tx, "P-1") == {("P-1", ""): 3}
    assert await floor.wrong() == {}
