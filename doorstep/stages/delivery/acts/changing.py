"""A running plan is changed: a late parcel comes in, a person reorders, a stop or a whole route is taken off."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID

import msgspec

from doorstep.platform import journal
from doorstep.platform.db import Tx
from doorstep.platform.errors import Reason, Refused, unknown
from doorstep.platform.statements import Statements
from doorstep.stages.delivery.acts.expecting import facts_of
from doorstep.stages.delivery.acts.learning import experience
from doorstep.stages.delivery.acts.planning import LOADING, center, seat, today
from doorstep.stages.delivery.model import (
    ROUTE,
    STOP,
    Center,
    Day,
    DayPlan,
    FreeVan,
    PlannedRoute,
    PlannedStop,
    RouteAct,
    RouteState,
    StopAct,
    StopState,
    Task,
    Ways,
)
from doorstep.stages.delivery.rules.planning import timed_again

Q = Statements("doorstep.stages.delivery")


@dataclass(frozen=True, slots=True)
class HeldRoute:
    """A route under lock, with its van and center."""

    id: UUID
    state: str
    number: int
    site_id: UUID
    van_id: UUID
    van: str
    driver: str | None
    driver_name: str | None
    day: date
    departs_at: datetime
    departed_at: datetime | None
    lat: float
    lon: float
    zone: str
    site: str
    site_code: str
    capacity_g: int
    capacity_ml: int
    shift_start: time
    shift_end: time

    @property
    def center(self) -> Center:
        """Where it starts."""
        return Center(
            id=self.site_id,
            code=self.site_code,
            name=self.site,
            lat=self.lat,
            lon=self.lon,
            timezone=self.zone,
        )

    @property
    def free_van(self) -> FreeVan:
        """Its van, as a plan knows it."""
        return FreeVan(
            id=self.van_id,
            code=self.van,
            capacity_g=self.capacity_g,
            capacity_ml=self.capacity_ml,
            shift_start=self.shift_start,
            shift_end=self.shift_end,
        )


@dataclass(frozen=True, slots=True)
class Seated:
    """A stop in its place on a route."""

    id: UUID
    route_id: UUID
    position: int
    state: str
    eta: datetime
    lat: float
    lon: float
    weight_g: int
    volume_ml: int
    window_from: datetime | None
    window_until: datetime | None
    told_from: datetime | None
    told_until: datetime | None

    @property
    def task(self) -> Task:
        """The stop as a plan knows it."""
        return Task(
            id=self.id,
            lat=self.lat,
            lon=self.lon,
            weight_g=self.weight_g,
            volume_ml=self.volume_ml,
            window_from=self.window_from,
            window_until=self.window_until,
            told_from=self.told_from,
            told_until=self.told_until,
        )


@dataclass(frozen=True, slots=True)
class Running:
    """What an insertion is made from: the day, its routes that have not left, the late stop, and what is loaded."""

    day: Day
    plan: DayPlan
    late: Task
    loaded: tuple[str, ...]
    route_of_van: dict[str, UUID]


async def hold_routes(tx: Tx, route_ids: Sequence[UUID]) -> list[HeldRoute]:
    """Lock routes in id order.

    Raises:
        Refused: one is not there.
    """
    found = await tx.rows(Q.hold_routes, HeldRoute, ids=list(route_ids))
    if missing := set(route_ids) - {one.id for one in found}:
        raise unknown("route", min(missing))
    return found


async def running_facts(tx: Tx, stop_id: UUID) -> Running:
    """Read what the insertion of a late parcel is made from.

    Raises:
        Refused: the parcel is not there, or not at the center.
    """
    stop = (await facts_of(tx, [stop_id]))[stop_id]
    if stop.state != StopState.AT_CENTER:
        raise Refused(
            Reason.CONFLICT,
            f"{stop.tracking_number} is {stop.state}. Only a parcel that lies at the center can be put into a route.",
        )
    at = await center(tx, stop.site_id)
    day = today(tx.now, at)
    ids = await tx.values(Q.changeable_routes, site_id=at.id, day=day)
    held = await tx.rows(Q.hold_routes, HeldRoute, ids=ids)
    seated = await tx.rows(Q.tasks_of_routes, Seated, route_ids=ids)
    late = next(iter(await tx.rows(Q.tasks_by_id, Task, ids=[stop_id])))
    vans = await tx.rows(Q.free_vans, FreeVan, site_id=at.id, also=[route.van_id for route in held])
    routes = [_as_planned(route, [one for one in seated if one.route_id == route.id]) for route in held]
    return Running(
        day=Day(
            center=at,
            day=day,
            starts_at=min([tx.now + LOADING, *(route.departs_at for route in held)]),
            vans=tuple(vans),
            tasks=tuple(one.task for one in seated),
            experience=await experience(tx, at.id),
        ),
        plan=DayPlan(routes=routes),
        late=late,
        loaded=tuple(str(one.id) for one in seated if one.state == StopState.LOADED),
        route_of_van={route.van: route.id for route in held},
    )


def _as_planned(route: HeldRoute, seated: Sequence[Seated]) -> PlannedRoute:
    return PlannedRoute(
        van_id=route.van_id,
        van=route.van,
        departs_at=route.departs_at,
        returns_at=route.departs_at,
        distance_m=0,
        weight_g=sum(one.weight_g for one in seated),
        volume_ml=sum(one.volume_ml for one in seated),
        stops=[PlannedStop(stop_id=one.id, eta=one.eta) for one in seated],
    )


async def insert(tx: Tx, running: Running, found: DayPlan) -> str:
    """Write an insertion, if the routes are still as they were; return the sentence that says where it went.

    Raises:
        Refused: no van can take it (the constraint is named), or the routes changed meanwhile.
    """
    if found.left_out:
        message = found.left_out[0].message
        await tx.run(Q.leave_out, ids=[running.late.id], messages=[message])
        raise Refused(Reason.UNAVAILABLE, f"No route can take it. {message}")
    now = await running_facts(tx, running.late.id)
    if now.plan.routes != running.plan.routes:
        raise Refused(Reason.CONFLICT, "The routes changed meanwhile. Try again.")
    route = next(one for one in found.routes if any(stop.stop_id == running.late.id for stop in one.stops))
    route_id = running.route_of_van.get(route.van)
    if route_id is None:
        raise Refused(
            Reason.UNAVAILABLE,
            "Only a van without a route could take it. Make a plan for the parcels that wait.",
        )
    position = next(k for k, stop in enumerate(route.stops, 1) if stop.stop_id == running.late.id)
    facts = {"van": route.van, "position": position, "reasons": found.reasons}
    await journal.move_all(tx, STOP, StopAct.PLAN, [running.late.id], facts)
    await _change(tx, route_id, route, [f"A parcel was added as stop {position}.", *found.reasons[:1]])
    return f"Van {route.van} takes it as stop {position}. {found.reasons[0]}." if found.reasons else ""


async def resequence(tx: Tx, route_id: UUID, stop_ids: Sequence[UUID], ways: Ways | None = None) -> DayPlan:
    """Drive a route's stops in the order that a person chose; what is done already stays before them.

    Args:
        tx: the open transaction.
        route_id: of a van that has not left.
        stop_ids: all its stops.
        ways: the roads among them; None: estimated.

    Raises:
        Refused: the list is not exactly the open stops, the route is over, or the van stands at the first door.
    """
    (route,) = await hold_routes(tx, [route_id])
    if route.state not in {RouteState.PLANNED, RouteState.LOADING}:
        raise Refused(
            Reason.CONFLICT, f"The route is {route.state}. Its order is fixed once the van has left."
        )
    seated = {one.id: one for one in await tx.rows(Q.tasks_of_routes, Seated, route_ids=[route_id])}
    if sorted(seated) != sorted(stop_ids):
        raise Refused(Reason.CONFLICT, "The list is not the stops of this route any more. Look at it again.")
    before = [one.id for one in sorted(seated.values(), key=lambda one: one.position)]
    if before == list(stop_ids):
        return DayPlan()
    order = [seated[stop_id] for stop_id in stop_ids]
    day = Day(
        center=route.center,
        day=route.day,
        starts_at=tx.now,
        vans=(),
        tasks=(),
        experience=await experience(tx, route.site_id),
        ways=ways,
    )
    found = timed_again(day, route.free_van, [one.task for one in order])
    if not found.routes:
        raise Refused(Reason.CONFLICT, (found.reasons or ["The shift of this van is over."])[0])
    await journal.note(tx, STOP, "resequenced", list(stop_ids), {"route": route_id})
    await _change(tx, route_id, found.routes[0], found.reasons)
    return found


async def take_off(tx: Tx, stop_ids: Sequence[UUID], why: str) -> journal.Moves:
    """Take stops off their routes; their parcels lie at the center again."""
    moves = await journal.move(tx, STOP, StopAct.UNPLAN, stop_ids, {"why": why})
    await tx.run(Q.unseat_stops, ids=moves.moved)
    return moves


async def cancel(tx: Tx, route_id: UUID) -> None:
    """Cancel a route that has not left; its parcels lie at the center again. Twice is as once.

    Raises:
        Refused: there is no such route, or the van has left.
    """
    (route,) = await hold_routes(tx, [route_id])
    if route.state == RouteState.CANCELED:
        return
    await journal.move_all(tx, ROUTE, RouteAct.CANCEL, [route_id])
    seated = await tx.rows(Q.tasks_of_routes, Seated, route_ids=[route_id])
    await take_off(tx, [one.id for one in seated], f"route {route.number} was canceled")


async def see_changes(tx: Tx, route_id: UUID) -> None:
    """Record that the driver has seen what changed on the route."""
    await hold_routes(tx, [route_id])
    if await tx.run(Q.see_changes, id=route_id):
        await journal.note(tx, ROUTE, "change_seen", [route_id])


async def _change(tx: Tx, route_id: UUID, route: PlannedRoute, changes: Sequence[str]) -> None:
    await tx.run(
        Q.change_route,
        id=route_id,
        departs_at=route.departs_at,
        returns_at=route.returns_at,
        distance_m=route.distance_m,
        changes=msgspec.json.encode(list(changes)).decode(),
    )
    await journal.note(tx, ROUTE, "changed", [route_id], {"changes": list(changes)})
    await seat(tx, {route_id: route}, "route")
