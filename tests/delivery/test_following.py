"""Where the vans are moves the customers' windows; late, repeated and skewed reports do no harm."""

import random
from datetime import datetime, timedelta
from typing import Any

import pytest

from doorstep.platform.errors import Refused
from doorstep.platform.ids import new_id
from doorstep.stages import delivery
from doorstep.stages.delivery import Position
from doorstep.stages.delivery.acts import looking
from tests.worlds.catalog import WORLD
from tests.worlds.delivery import MORNING, RUI, LastMile

EIGHT = MORNING + timedelta(hours=1)


def at(seq: int, lat: float = 47.16, lon: float = 9.51, **more: Any) -> Position:
    values = {
        "van_id": WORLD.van_1,
        "device": "phone",
        "occurred_at": EIGHT + timedelta(seconds=20 * seq),
        **more,
    }
    return Position(device_seq=seq, lat=lat, lon=lon, **values)


async def report(mile: LastMile, *positions: Position) -> int:
    async with mile.tx(RUI) as tx:
        return await delivery.record_positions(tx, positions)


async def where(mile: LastMile) -> tuple[float, float]:
    async with mile.tx() as tx:
        (van,) = await delivery.last_positions(tx, van_ids=[WORLD.van_1])
    return van.lat, van.lon


async def test_an_older_position_never_overwrites_a_newer_one(mile: LastMile) -> None:
    assert await report(mile, at(5, 47.2)) == 1
    assert await report(mile, at(4, 47.1), at(5, 47.0)) == 0
    assert await where(mile) == (47.2, 9.51)


async def test_a_skewed_clock_blocks_nobody(mile: LastMile) -> None:
    await report(mile, at(1, 47.1, occurred_at=EIGHT + timedelta(days=1)))
    assert await report(mile, at(2, 47.2, occurred_at=EIGHT)) == 1
    assert await where(mile) == (47.2, 9.51)


async def test_any_order_and_repetition_of_positions_ends_at_the_same_place(mile: LastMile) -> None:
    draws = random.Random(4)
    reports = [at(seq, 47.1 + seq / 1000) for seq in range(1, 20)] * 2
    draws.shuffle(reports)
    for start in range(0, len(reports), 7):
        await report(mile, *reports[start : start + 7])
    assert await where(mile) == (47.1 + 19 / 1000, 9.51)


async def test_an_unknown_van_is_refused(mile: LastMile) -> None:
    with pytest.raises(Refused, match="no van"):
        await report(mile, at(1, van_id=new_id()))


async def test_a_late_van_moves_the_windows_of_those_who_wait(mile: LastMile) -> None:
    _, stops = await mile.out(3)
    before = [await mile.tracker_of(stop_id) for stop_id in stops]
    await mile.wait(minutes=70)
    van = await mile.ask("SELECT van_id FROM delivery.routes")
    await report(mile, at(1, 47.165, 9.509, van_id=van))
    after = [await mile.tracker_of(stop_id) for stop_id in stops]
    assert all(later[1] > first[1] for first, later in zip(before, after, strict=True))
    etas = await mile.column("SELECT eta FROM delivery.stops ORDER BY position")
    assert all(one[1] <= eta <= one[2] for one, eta in zip(after, etas, strict=True))


async def test_a_window_that_still_holds_is_not_told_again(mile: LastMile) -> None:
    _, stops = await mile.out(3)
    told = await mile.column("SELECT told_from FROM delivery.stops ORDER BY id")
    notes = "SELECT count(*) FROM platform.events WHERE name = 'eta_changed'"
    before = await mile.ask(notes)
    van = await mile.ask("SELECT van_id FROM delivery.routes")
    for seq in range(1, 6):
        await report(mile, at(seq, 47.165, 9.509, van_id=van))
    assert await mile.column("SELECT told_from FROM delivery.stops ORDER BY id") == told
    assert await mile.ask(notes) == before
    assert len(stops) == 3


async def doors(mile: LastMile, stop_id: object) -> looking.Door:
    async with mile.tx() as tx:
        (door,) = await looking.doors(
            tx, await mile.ask("SELECT order_id FROM delivery.stops WHERE id = %s", stop_id)
        )
        return door


async def test_a_customer_sees_the_van_only_when_it_is_near_and_its_position_live(mile: LastMile) -> None:
    _, stops = await mile.out(5)
    van = await mile.ask("SELECT van_id FROM delivery.routes")
    assert (await doors(mile, stops[0])).van is None
    await report(mile, at(1, van_id=van))
    assert (await doors(mile, stops[0])).van is not None
    assert (await doors(mile, stops[4])).van is None
    await mile.wait(minutes=15)
    assert (await doors(mile, stops[0])).van is None
    await report(mile, at(2, van_id=van))
    await mile.deliver(stops[0])
    assert (await doors(mile, stops[0])).van is None


async def test_a_customer_sees_their_own_pin_and_window_only(mile: LastMile) -> None:
    _, stops = await mile.out(2)
    door = await doors(mile, stops[1])
    assert door.facts.id == stops[1]
    assert door.facts.pin == await mile.ask("SELECT pin FROM delivery.stops WHERE id = %s", stops[1])
    assert isinstance(door.facts.told_from, datetime)
