"""Refills and walks: goods that were brought from bulk to a face are picked there, and nobody walks to an empty bin."""

from uuid import UUID

import pytest

from doorstep.platform.tasks import Worker
from doorstep.stages import inventory
from doorstep.stages.inventory.acts import refilling
from doorstep.stages.inventory.model.refills import AskedRefill
from tests.warehouse.test_lots import FAR, NEAR, stops
from tests.worlds.catalog import WORLD, build_catalog
from tests.worlds.inventory import receive
from tests.worlds.warehouse import Floor


@pytest.fixture
async def floor(worker: Worker, tenant: UUID) -> Floor:
    """Northside with six mugs far away."""
    floor = Floor(worker, tenant)
    async with floor.tx() as tx:
        await build_catalog(tx)
        await receive(tx, WORLD.a, 6, place=f"bin:{FAR}")
    return floor


async def refilled(floor: Floor, units: int) -> None:
    """Bring mugs from far away to the face."""
    async with floor.tx() as tx:
        asked = AskedRefill(
            site_id=WORLD.north,
            product_id=WORLD.a,
            from_place=f"bin:{FAR}",
            to_place=f"bin:{NEAR}",
            quantity=units,
            why="0 left; at least 1",
        )
        [refill_id] = await refilling.ask_refills(tx, [asked])
        await refilling.take(tx, refill_id)
        await refilling.finish(tx, refill_id, units)
    for _ in ("the floor hears of it", "the next plan"):
        await floor.settle()


async def test_a_walk_to_what_was_brought_to_a_face_is_planned_anew(floor: Floor) -> None:
    [order_id] = await floor.work({"A": 4})
    assert await stops(floor) == [(FAR, 4)]
    await refilled(floor, 5)
    assert await stops(floor) == [(NEAR, 4)]
    await floor.walk()
    assert await floor.states(order_id) == ["picked"]
    async with floor.tx() as tx:
        assert await inventory.open_counts(tx) == [], "nobody missed a unit"
    assert await floor.wrong() == {}


async def test_a_walk_that_finds_enough_is_left_in_peace(floor: Floor) -> None:
    await floor.work({"A": 4})
    await refilled(floor, 2)
    assert await stops(floor) == [(FAR, 4)]
