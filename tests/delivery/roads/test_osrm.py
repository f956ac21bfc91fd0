"""A road server makes plans more accurate; whatever it does, it never costs one."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest

from doorstep.solvers.routes import TOWN, Point, Straight
from doorstep.stages.delivery.model import Experience, Ways
from doorstep.stages.delivery.ports.roads import kept, osrm
from doorstep.stages.delivery.ports.roads.osrm import Osrm
from tests.delivery.roads.server import Streets, streets

DOORS = [Point(47.10 + k / 500, 9.50 + (k * 7 % 11) / 400) for k in range(24)]


@pytest.fixture
async def server() -> AsyncIterator[Streets]:
    async with streets() as found:
        yield found


@pytest.fixture
async def roads(server: Streets) -> AsyncIterator[Osrm]:
    async with httpx.AsyncClient() as http:
        yield Osrm(http, server.url, Experience())


def spot(point: Point) -> tuple[float, float]:
    return round(point.lon, 6), round(point.lat, 6)


def as_told(server: Streets, ways: Ways, points: list[Point]) -> None:
    """Assert that every leg is the server's own, parking added."""
    among = ways.among(points)
    for a, here in enumerate(points):
        for b, there in enumerate(points):
            meters = round(server.meters(spot(here), spot(there)))
            assert among.meters(a, b) == meters
            parked = TOWN.leg_s if meters else 0
            assert abs(among.seconds(a, b) - parked - server.seconds(spot(here), spot(there))) <= 0.5


def straight(ways: Ways, points: list[Point]) -> bool:
    estimated, given = (
        Straight(points).among(range(len(points))),
        ways.among(points).among(range(len(points))),
    )
    return bool(
        (given.distance_m == estimated.distance_m).all() and (given.duration_s == estimated.duration_s).all()
    )


async def test_each_direction_is_what_the_server_says_of_it(server: Streets, roads: Osrm) -> None:
    ways = await roads.between(DOORS)
    as_told(server, ways, DOORS)
    up, down = ways.roads.seconds(0, 9), ways.roads.seconds(9, 0)
    assert up > down
    assert ways.reasons == ("Roads are those of OpenStreetMap, by OSRM.",)


async def test_the_same_address_twice_is_one_place(server: Streets, roads: Osrm) -> None:
    points = [DOORS[0], DOORS[1], DOORS[0]]
    ways = await roads.between(points)
    assert ways.among(points).seconds(0, 2) == 0
    as_told(server, ways, points)


async def test_a_server_that_takes_few_places_at_once_is_asked_in_pieces(
    server: Streets, roads: Osrm
) -> None:
    server.table_max = 7
    as_told(server, await roads.between(DOORS), DOORS)
    first = len(server.asked)
    more = Point(47.2, 9.55)
    as_told(server, await roads.between([*DOORS, more]), [*DOORS, more])
    assert all(f"{more.lon:.6f}" in one for one in server.asked[first:])


async def test_a_place_that_is_left_over_alone_is_no_question(
    server: Streets, roads: Osrm, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept, "TILE", len(DOORS) - 1)
    as_told(server, await roads.between(DOORS), DOORS)
    assert len(server.asked) == 3
    ways = await roads.between([Point(46.0, 9.0)])
    assert ways.roads.places == 1


async def test_what_was_answered_is_not_asked_again(server: Streets, roads: Osrm) -> None:
    await roads.between(DOORS)
    asked = len(server.asked)
    as_told(server, await roads.between(DOORS[3:9]), DOORS[3:9])
    assert len(server.asked) == asked


async def test_a_map_that_is_old_is_asked_again(
    server: Streets, roads: Osrm, monkeypatch: pytest.MonkeyPatch
) -> None:
    await roads.between(DOORS[:3])
    asked = len(server.asked)
    monkeypatch.setattr("doorstep.stages.delivery.ports.roads.kept.KEPT_S", 0.0)
    await roads.between(DOORS[:3])
    assert len(server.asked) > asked


async def test_places_that_lie_off_the_map_are_estimated_and_counted(server: Streets, roads: Osrm) -> None:
    server.edge_lat = 47.12
    points = [one for one in DOORS if one.lat < 47.12]
    far = Point(47.3, 9.5)
    ways = await roads.between([*points, far])
    as_told(server, Ways(points=ways.points, roads=ways.roads, reasons=()), points)
    assert straight(Ways(points=ways.points, roads=ways.roads, reasons=()), [points[0], far])
    assert ways.reasons[1] == "Straight lines for 1 places farther than 400 m from any of them."


async def test_a_place_that_snaps_to_nothing_costs_only_itself(server: Streets, roads: Osrm) -> None:
    server.nowhere = {round(DOORS[4].lat, 6)}
    ways = await roads.between(DOORS)
    as_told(server, ways, [*DOORS[:4], *DOORS[5:]])
    assert straight(ways, [DOORS[0], DOORS[4]])
    assert "1 places" in ways.reasons[1]


async def test_a_place_without_a_road_to_the_others_is_estimated_and_counted(
    server: Streets, roads: Osrm
) -> None:
    server.islands = {round(DOORS[2].lat, 6)}
    ways = await roads.between(DOORS)
    as_told(server, ways, [DOORS[0], DOORS[1], DOORS[3]])
    assert straight(ways, [DOORS[0], DOORS[2]])
    assert ways.reasons[1] == f"Straight lines for {2 * (len(DOORS) - 1)} ways on which the map has no road."


@pytest.mark.parametrize(
    ("says", "why"),
    [
        ((400, b'{"code":"NoTable","message":"No table found"}'), "NoTable: No table found"),
        ((400, b'{"code":"TooBig","message":"Too many table coordinates"}'), "TooBig"),
        ((400, b'{"code":"NoSegment","message":"Could not find a matching segment"}'), "NoSegment"),
        ((414, b""), "too long"),
        ((500, b"<html>sorry</html>"), "no answer of OSRM"),
        ((200, b"\xff\xfe"), "no answer of OSRM"),
        ((200, b'{"code":"Ok"}'), "no answer of OSRM"),
        (
            (200, b'{"code":"Ok","durations":[[0]],"distances":[[0]],"sources":[],"destinations":[]}'),
            "another size",
        ),
        ((302, b""), "no answer of OSRM"),
    ],
)
async def test_a_server_that_refuses_or_babbles_costs_accuracy_and_is_named_in_the_reasons(
    server: Streets, roads: Osrm, says: tuple[int, bytes], why: str
) -> None:
    server.says = says
    ways = await roads.between(DOORS)
    assert straight(ways, DOORS)
    assert why in ways.reasons[0]
    assert "straight lines for this plan" in ways.reasons[0]


@pytest.mark.parametrize("odd", ["-1", "1e300", "1e400"])
async def test_a_number_that_no_road_has_is_no_road(server: Streets, roads: Osrm, odd: str) -> None:
    table = f"[[0,{odd}],[{odd},0]]"
    snaps = '[{"distance":1},{"distance":1}]'
    said = f'{{"code":"Ok","durations":{table},"distances":{table},"sources":{snaps},"destinations":{snaps}}}'
    server.says = (200, said.encode())
    ways = await roads.between(DOORS[:2])
    assert straight(ways, DOORS[:2])


async def test_a_server_that_hangs_is_waited_for_no_longer_than_is_said(
    server: Streets, roads: Osrm, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.hangs = True
    monkeypatch.setattr(osrm, "TABLE_S", 0.2)
    ways = await asyncio.wait_for(roads.between(DOORS), 5)
    assert straight(ways, DOORS)


async def test_a_server_that_died_is_asked_for_no_line_until_it_had_time(
    server: Streets, roads: Osrm, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.hangs = True
    monkeypatch.setattr(osrm, "ALONG_S", 0.1)
    assert await roads.along(DOORS[:3]) is None
    server.hangs, asked = False, len(server.asked)
    assert await roads.along(DOORS[:3]) is None
    assert len(server.asked) == asked
    monkeypatch.setitem(osrm._resting, server.url, 0.0)
    assert await roads.along(DOORS[:3]) is not None


async def test_the_way_through_places_has_a_time_for_each_leg_and_follows_the_streets(
    server: Streets, roads: Osrm
) -> None:
    course = await roads.along(DOORS[:3], drawn=True)
    assert course is not None
    here, there = spot(DOORS[0]), spot(DOORS[1])
    assert course.legs[DOORS[0], DOORS[1]] == round(server.seconds(here, there)) + TOWN.leg_s
    assert course.line[1] == (there[0], here[1])
    asked = len(server.asked)
    assert await roads.along(DOORS[:3], drawn=True) == course
    assert len(server.asked) == asked


async def test_a_way_through_a_place_off_the_map_is_nobodys_to_draw(server: Streets, roads: Osrm) -> None:
    server.edge_lat = 47.11
    assert await roads.along([DOORS[0], Point(47.3, 9.5)], drawn=True) is None
    server.nowhere = {round(DOORS[1].lat, 6)}
    assert await roads.along(DOORS[:3]) is None
    assert await roads.along(DOORS[2:5]) is not None
