"""What vans drove tells how long the next legs take: per center, by the hour, by what was measured."""

import random
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.solvers.routes import TOWN, Habits, Point, Straight
from doorstep.stages import delivery
from doorstep.stages.delivery import Position
from doorstep.stages.delivery.acts import learning
from doorstep.stages.delivery.model import Experience
from doorstep.stages.delivery.rules.arrivals import etas
from doorstep.stages.delivery.rules.learning import WHOLE_DAY, Leg, learned_of
from tests.worlds.catalog import WORLD
from tests.worlds.delivery import MORNING, RUI, LastMile

SITE = UUID(int=1)
SLOW = Habits(circuity_percent=180, speed_m_h=15_000, leg_s=60)
QUICK = Habits(circuity_percent=120, speed_m_h=60_000, leg_s=10)


def legs_of(habits: Habits, hour: int, count: int = 30, seed: int = 1, *, measured: bool = True) -> list[Leg]:
    """Legs as vans with some habits drive them, in winter, where the clock is an hour ahead of UTC."""
    draws = random.Random(seed)
    legs = []
    for _ in range(count):
        a, b = [Point(47.1 + draws.random() / 10, 9.5 + draws.random() / 10) for _ in range(2)]
        roads = Straight([a, b], habits)
        at = datetime(2026, 1, draws.randint(1, 28), hour - 1, draws.randint(0, 59), tzinfo=UTC)
        driven = roads.meters(0, 1) if measured else None
        legs.append(Leg(SITE, "Europe/Zurich", at, roads.seconds(0, 1), driven, a.lat, a.lon, b.lat, b.lon))
    return legs


def close(found: Habits, true: Habits) -> bool:
    return (
        abs(found.circuity_percent - true.circuity_percent) <= 2
        and abs(found.speed_m_h - true.speed_m_h) <= true.speed_m_h / 50
        and abs(found.leg_s - true.leg_s) <= 5
    )


def test_each_hour_of_a_center_is_learned_and_the_whole_day() -> None:
    found = learned_of([*legs_of(SLOW, 8), *legs_of(QUICK, 14, 45), *legs_of(SLOW, 10, 5)])
    assert set(found) == {(SITE, 8), (SITE, 14), (SITE, WHOLE_DAY)}
    assert close(found[SITE, 8].habits, SLOW)
    assert close(found[SITE, 14].habits, QUICK)
    assert found[SITE, WHOLE_DAY].legs == 80


def test_a_way_that_nobody_measured_still_teaches_how_long_it_takes() -> None:
    found = learned_of(legs_of(SLOW, 8, measured=False))[SITE, WHOLE_DAY]
    assert found.habits.circuity_percent == TOWN.circuity_percent
    for leg in legs_of(SLOW, 8, 20, seed=2):
        points = [Point(leg.from_lat, leg.from_lon), Point(leg.to_lat, leg.to_lon)]
        assert abs(Straight(points, found.habits).seconds(0, 1) - leg.seconds) <= 0.03 * leg.seconds + 5


@given(
    st.lists(
        st.builds(
            Leg,
            st.just(SITE),
            st.just("Europe/Zurich"),
            st.integers(0, 10**9).map(lambda at: datetime.fromtimestamp(at, UTC)),
            st.integers(1, 10_800),
            st.none() | st.integers(0, 2**31 - 1),
            *[st.floats(-90, 90), st.floats(-180, 180)] * 2,
        ),
        max_size=60,
    )
)
def test_whatever_was_driven_teaches_something_that_can_be_planned_with(legs: list[Leg]) -> None:
    for found in learned_of(legs).values():
        assert Straight([Point(47, 9), Point(47.1, 9)], found.habits).seconds(0, 1) > 0


def test_arrivals_are_computed_by_what_was_learned() -> None:
    doors = [Point(47.12, 9.5), Point(47.14, 9.5)]
    town, slow = (etas(Point(47.1, 9.5), MORNING, doors, habits=habits)[-1] for habits in (TOWN, SLOW))
    assert slow > town
    known = {(Point(47.1, 9.5), doors[0]): 1000}
    assert etas(Point(47.1, 9.5), MORNING, doors, legs=known)[0] == MORNING + timedelta(seconds=1000)


async def drive(mile: LastMile, *spots: tuple[float, float], seq: int, device: str = "phone") -> None:
    """Report where the van is, once at each spot."""
    for k, (lat, lon) in enumerate(spots):
        position = Position(
            van_id=WORLD.van_1, device=device, device_seq=seq + k, lat=lat, lon=lon, occurred_at=MORNING
        )
        async with mile.tx(RUI) as tx:
            await delivery.record_positions(tx, [position])


async def arrive(mile: LastMile, stop_id: UUID) -> None:
    async with mile.tx(RUI) as tx:
        await delivery.arrive(tx, stop_id)


async def legs(mile: LastMile) -> list[tuple[int, int | None]]:
    """Seconds and meters of the legs that were noted, in turn."""
    seconds = await mile.column(
        "SELECT extract(epoch FROM arrived_at - left_at)::int FROM delivery.legs ORDER BY arrived_at"
    )
    meters = await mile.column("SELECT driven_m FROM delivery.legs ORDER BY arrived_at")
    return list(zip(seconds, meters, strict=True))


async def test_a_leg_is_noted_on_arrival_with_the_way_that_the_device_measured(mile: LastMile) -> None:
    _, (first, second, third) = await mile.out(3)
    await mile.wait(minutes=6)
    await drive(mile, (47.160, 9.5), (47.161, 9.5), seq=1)
    await arrive(mile, first)
    await mile.wait(minutes=2)
    await mile.deliver(first)
    await mile.wait(minutes=5)
    await drive(mile, (47.163, 9.5), (47.163, 9.503), (47.16301, 9.503), seq=3)
    await arrive(mile, second)
    await arrive(mile, second)
    await mile.deliver(second)
    await mile.wait(minutes=4)
    await drive(mile, (47.20, 9.503), seq=6)
    await arrive(mile, third)
    (whole, unknown), (from_door, meters), (_, jumped) = await legs(mile)
    assert (whole, unknown) == (360, None)
    assert from_door == 300
    assert meters is not None
    assert abs(meters - (222 + 227)) <= 2
    assert jumped is None


async def test_another_device_is_not_measured_against_the_first(mile: LastMile) -> None:
    _, (first, second) = await mile.out(2)
    await mile.wait(minutes=6)
    await drive(mile, (47.160, 9.5), (47.161, 9.5), seq=1)
    await arrive(mile, first)
    await mile.deliver(first)
    await mile.wait(minutes=6)
    await drive(mile, (47.162, 9.5), (47.163, 9.5), (47.165, 9.5), seq=1, device="other")
    await arrive(mile, second)
    assert [meters for _, meters in await legs(mile)] == [None, None]


async def test_what_was_learned_is_planned_with_and_old_legs_are_forgotten(
    mile: LastMile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("doorstep.solvers.routes.straight.LEARNED_LEAST", 2)
    monkeypatch.setattr("doorstep.solvers.routes.straight.SHORTEST_M", 1)
    _, (first, second) = await mile.out(2)
    await mile.wait(minutes=50)
    await arrive(mile, first)
    await mile.deliver(first)
    await mile.wait(minutes=50)
    await arrive(mile, second)
    async with mile.tx() as tx:
        assert await learning.experience(tx, WORLD.center) == Experience()
        assert await learning.learn(tx) == 1
        found = await learning.experience(tx, WORLD.center)
        day = await delivery.day_facts(tx, WORLD.center, None)
        at_hour = await learning.experience(tx, WORLD.center, tx.now, "UTC")
    assert (found.legs, day.experience) == (2, found)
    assert at_hour == found
    assert found.habits.speed_m_h < TOWN.speed_m_h
    assert "learned from 2 driven legs" in str(found)
    await mile.wait(days=61)
    async with mile.tx() as tx:
        await learning.learn(tx)
    assert await legs(mile) == []
    async with mile.tx() as tx:
        assert await learning.experience(tx, WORLD.center) == found
