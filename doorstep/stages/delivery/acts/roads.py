"""The road network is asked between transactions: read where it goes, ask, hand the answer to the act that wants it.

Without a road server nothing is read and nobody is asked; the acts estimate by experience.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from doorstep.platform.house import House
from doorstep.platform.statements import Statements
from doorstep.solvers.routes import Point
from doorstep.stages.delivery.acts import changing, learning
from doorstep.stages.delivery.acts.driving import in_driving_order
from doorstep.stages.delivery.acts.following import Driving
from doorstep.stages.delivery.model import Center, Course, Day, Experience, Legs, Stop, StopState, Ways
from doorstep.stages.delivery.ports.roads import network
from doorstep.stages.delivery.rules.drawing import tours
from doorstep.stages.delivery.rules.planning import points_of

Q = Statements("doorstep.stages.delivery")


async def with_roads(house: House, day: Day) -> Day:
    """Return a day's facts with the roads among its doors."""
    return replace(day, ways=await network(house, day.experience).between(points_of(day)))


async def among_route(house: House, tenant_id: UUID, actor: str, route_id: UUID) -> Ways | None:
    """Return the roads among center and stops of a route; None: nobody knows more than experience."""
    if house.settings.osrm_url is None:
        return None
    async with house.db.transaction(tenant_id, actor=actor) as tx:
        (route,) = await changing.hold_routes(tx, [route_id])
        seated = await tx.rows(Q.tasks_of_routes, changing.Seated, route_ids=[route_id])
        known = await learning.experience(tx, route.site_id)
    points = [Point(route.lat, route.lon), *(Point(one.lat, one.lon) for one in seated)]
    return await network(house, known).between(points)


async def ahead_of_route(house: House, tenant_id: UUID, actor: str, route_id: UUID) -> Legs:
    """Return the legs from the center through the stops of a route that is about to leave."""
    if house.settings.osrm_url is None:
        return {}
    async with house.db.transaction(tenant_id, actor=actor) as tx:
        (route,) = await changing.hold_routes(tx, [route_id])
        seated = await tx.rows(Q.tasks_of_routes, changing.Seated, route_ids=[route_id])
        known = await learning.experience(tx, route.site_id, tx.now, route.zone)
    doors = [Point(one.lat, one.lon) for one in seated if one.state == StopState.LOADED]
    return await _legs(house, known, [Point(route.lat, route.lon), *doors])


async def ahead_of_vans(house: House, tenant_id: UUID, actor: str, here: Mapping[UUID, Point]) -> Legs:
    """Return the legs from where some vans are through the stops that are left to them."""
    if house.settings.osrm_url is None or not here:
        return {}
    asked: list[tuple[Experience, list[Point]]] = []
    async with house.db.transaction(tenant_id, actor=actor) as tx:
        driving = await tx.rows(Q.driving_routes, Driving, van_ids=list(here))
        for route in await changing.hold_routes(tx, [one.id for one in driving]) if driving else []:
            seated = in_driving_order(await tx.rows(Q.tasks_of_routes, changing.Seated, route_ids=[route.id]))
            known = await learning.experience(tx, route.site_id, tx.now, route.zone)
            asked.append((known, [here[route.van_id], *(Point(one.lat, one.lon) for one in seated)]))
    legs: dict[tuple[Point, Point], int] = {}
    for known, points in asked:
        legs |= await _legs(house, known, points)
    return legs


async def _legs(house: House, known: Experience, points: Sequence[Point]) -> Legs:
    course = await network(house, known).along(points) if len(points) > 1 else None
    return course.legs if course else {}


async def drawn(house: House, center: Center, stops: Sequence[Stop]) -> dict[UUID, Course]:
    """Return the ways of some routes for a map, by route; those that nobody can draw are left out."""
    roads = network(house, Experience())
    found: dict[UUID, Course] = {}
    for route_id, spots in tours(center, stops).items():
        course = await roads.along([Point(one.lat, one.lon) for one in spots], drawn=True)
        if course is not None:
            found[route_id] = course
    return found
