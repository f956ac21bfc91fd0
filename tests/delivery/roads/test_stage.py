"""Plans, windows and maps follow the streets where a road server is, and do without where it is not."""

import json
import re
from datetime import datetime, timedelta
from uuid import UUID

import httpx
import pytest

from doorstep.platform.auth import Role
from doorstep.solvers.routes import TOWN, Point
from doorstep.stages.delivery import Position
from doorstep.stages.delivery.acts import asking, following, roads
from doorstep.stages.delivery.model import DayPlan
from doorstep.stages.delivery.rules.planning import SERVICE_S
from tests.delivery.roads.server import Streets
from tests.platform.people import add_person, csrf_of, sign_in
from tests.worlds.catalog import WORLD
from tests.worlds.delivery import DESK, DOORS, MORNING, RUI, LastMile


def between(server: Streets, a: tuple[float, float], b: tuple[float, float]) -> int:
    """Seconds of a leg as the house plans with it; places are degrees east and north."""
    return round(server.seconds(a, b)) + TOWN.leg_s


async def door_of(mile: LastMile, stop_id: UUID) -> tuple[float, float]:
    lon = await mile.ask("SELECT lon FROM delivery.stops WHERE id = %s", stop_id)
    return lon, await mile.ask("SELECT lat FROM delivery.stops WHERE id = %s", stop_id)


async def home_of(mile: LastMile) -> tuple[float, float]:
    lon = await mile.ask("SELECT lon FROM catalog.sites WHERE id = %s", WORLD.center)
    return lon, await mile.ask("SELECT lat FROM catalog.sites WHERE id = %s", WORLD.center)


async def eta_of(mile: LastMile, stop_id: UUID) -> datetime:
    eta: datetime = await mile.ask("SELECT eta FROM delivery.stops WHERE id = %s", stop_id)
    return eta


async def driven_as_told(mile: LastMile, server: Streets, plan: DayPlan) -> None:
    """Assert that a plan takes from door to door what the server says."""
    (route,) = plan.routes
    spots = [await home_of(mile), *[await door_of(mile, stop.stop_id) for stop in route.stops]]
    clock = route.departs_at
    for a, b, stop in zip(spots, spots[1:], route.stops, strict=False):
        clock += timedelta(seconds=between(server, a, b))
        assert abs((stop.eta - clock).total_seconds()) <= 1
        clock = stop.eta + timedelta(seconds=SERVICE_S)
    whole = sum(server.meters(a, b) for a, b in zip(spots, [*spots[1:], spots[0]], strict=True))
    assert abs(route.distance_m - whole) <= len(spots)


async def test_a_plan_follows_the_streets_and_says_so(mapped: LastMile, server: Streets) -> None:
    await mapped.parcels_at_center(4)
    _, plan = await mapped.propose()
    await driven_as_told(mapped, server, plan)
    assert "Roads are those of OpenStreetMap, by OSRM." in plan.reasons


async def test_a_plan_is_made_though_the_server_refuses(mapped: LastMile, server: Streets) -> None:
    stops = await mapped.parcels_at_center(3)
    server.says = (503, b"busy")
    _, plan = await mapped.propose()
    assert sorted(stop.stop_id for route in plan.routes for stop in route.stops) == sorted(stops)
    assert any("The road server gave no answer" in reason for reason in plan.reasons)


async def test_without_a_server_a_plan_says_what_its_roads_are(mile: LastMile) -> None:
    await mile.parcels_at_center(1)
    _, plan = await mile.propose()
    assert (
        "Roads are straight lines and 35 % more, at 28 km/h: assumed until legs are driven." in plan.reasons
    )


async def test_a_late_parcel_is_put_in_by_the_streets(mapped: LastMile, server: Streets) -> None:
    stops = await mapped.expected(3)
    late = stops.pop()
    await mapped.scan_in([await mapped.number_of(stop_id) for stop_id in stops])
    await mapped.plan()
    await mapped.scan_in([await mapped.number_of(late)])
    found = await asking.find_place(mapped.house, mapped.tenant_id, DESK.actor, late)
    assert found is not None
    await driven_as_told(mapped, server, found[1])
    assert late in [stop.stop_id for stop in found[1].routes[0].stops]


async def test_arrivals_on_the_way_follow_the_streets(mapped: LastMile, server: Streets) -> None:
    _, (first, second) = await mapped.out(2)
    here = Point(47.20, 9.55)
    legs = await roads.ahead_of_vans(mapped.house, mapped.tenant_id, RUI.actor, {WORLD.van_1: here})
    position = Position(
        van_id=WORLD.van_1, device="phone", device_seq=1, lat=here.lat, lon=here.lon, occurred_at=MORNING
    )
    async with mapped.tx(RUI) as tx:
        now = tx.now
        await following.record_positions(tx, [position], legs)
    told = await mapped.ask("SELECT told_from FROM delivery.stops WHERE id = %s", first)
    doors = [await door_of(mapped, one) for one in (first, second)]
    reached = max(now + timedelta(seconds=between(server, (here.lon, here.lat), doors[0])), told)
    assert await eta_of(mapped, first) == reached
    then = reached + timedelta(seconds=SERVICE_S + between(server, *doors))
    told = await mapped.ask("SELECT told_from FROM delivery.stops WHERE id = %s", second)
    assert await eta_of(mapped, second) == max(then, told)


async def test_nobody_is_asked_ahead_of_a_van_that_drives_nothing(mapped: LastMile, server: Streets) -> None:
    await mapped.planned(2)
    assert not await roads.ahead_of_vans(
        mapped.house, mapped.tenant_id, RUI.actor, {WORLD.van_1: Point(47.2, 9.5)}
    )
    assert server.asked == []


async def test_a_van_leaves_and_reports_by_the_streets(
    web_client: httpx.AsyncClient, mapped: LastMile, server: Streets, key: str
) -> None:
    route_id, (first, _) = await mapped.loaded(2)
    await mapped.go_to(MORNING + timedelta(hours=1))
    headers = {"authorization": f"Bearer {key}"}
    body = {"leave_behind": False}
    await web_client.post(f"/api/routes/{route_id}/depart", json=body, headers=headers)
    departed = await mapped.ask("SELECT departed_at FROM delivery.routes WHERE id = %s", route_id)
    home, door = await home_of(mapped), await door_of(mapped, first)
    told = await mapped.ask("SELECT told_from FROM delivery.stops WHERE id = %s", first)
    assert await eta_of(mapped, first) == max(departed + timedelta(seconds=between(server, home, door)), told)
    far = {"van_id": str(WORLD.van_1), "device": "phone", "seq": 1, "lat": 47.25, "lon": 9.6}
    positions = {"positions": [{**far, "occurred_at": MORNING.isoformat()}]}
    answer = await web_client.post("/api/positions", json=positions, headers=headers)
    assert answer.json() == {"recorded": 1}
    leg = between(server, (9.6, 47.25), door)
    assert await eta_of(mapped, first) == max(departed + timedelta(seconds=leg), told)


async def test_the_order_of_a_person_is_timed_by_the_streets(
    web_client: httpx.AsyncClient, mapped: LastMile, server: Streets
) -> None:
    route_id, stops = await mapped.planned(3)
    await sign_in(web_client, await add_person(mapped.house, mapped.tenant_id, Role.DISPATCHER))
    path = f"/dispatch/routes/{route_id}"
    page = await web_client.get(path)
    await web_client.post(
        f"{path}/move", data={"_csrf_token": csrf_of(page.text), "stop_id": str(stops[0]), "to": "down"}
    )
    order = [stops[1], stops[0], stops[2]]
    assert await mapped.stops_of(route_id) == order
    first, second = [await eta_of(mapped, one) for one in order[:2]]
    leg = between(server, await door_of(mapped, order[0]), await door_of(mapped, order[1]))
    assert second - first == timedelta(seconds=SERVICE_S + leg)


def lines(page: httpx.Response) -> list[list[list[float]]]:
    """The lines of the map on a page."""
    (found,) = re.findall(r'<script type="application/json">(.*?)</script>', page.text, re.DOTALL)
    features = json.loads(found)["features"]
    return [one["geometry"]["coordinates"] for one in features if one["properties"]["kind"] == "route"]


@pytest.mark.parametrize("path", ["/dispatch", "/dispatch/routes/{route_id}"])
async def test_a_map_draws_tours_along_the_streets_and_credits_who_mapped_them(
    web_client: httpx.AsyncClient, mapped: LastMile, server: Streets, path: str
) -> None:
    route_id, _ = await mapped.planned(3)
    await sign_in(web_client, await add_person(mapped.house, mapped.tenant_id, Role.VIEWER))
    page = await web_client.get(path.format(route_id=route_id))
    ((start, corner, *_),) = lines(page)
    assert corner[1] == start[1]
    assert corner[0] != start[0]
    assert "OpenStreetMap contributors" in page.text


async def test_a_map_without_a_server_draws_straight_lines_and_credits_nobody(
    web_client: httpx.AsyncClient, mapped: LastMile, server: Streets
) -> None:
    server.says = (503, b"")
    await mapped.planned(len(DOORS))
    await sign_in(web_client, await add_person(mapped.house, mapped.tenant_id, Role.VIEWER))
    page = await web_client.get("/dispatch")
    (line,) = lines(page)
    assert len(line) == len(DOORS) + 2
    assert "OpenStreetMap" not in page.text
