"""The driver's phone: the routes of the day, and for one route the one thing to do next."""

from typing import Any
from uuid import UUID

from litestar import Response, get, post

from doorstep.platform.auth import DESK, Principal, Role, allow
from doorstep.platform.db import Tx
from doorstep.platform.edge import Asked, Caller, Form, FromPath, InHouse
from doorstep.platform.errors import Refused
from doorstep.platform.pages import back, page
from doorstep.solvers.routes import Point
from doorstep.stages.delivery.acts import changing, driving, following, looking, planning, roads
from doorstep.stages.delivery.model import UNDER_WAY, Position, Route, RouteState, Stop, StopState
from doorstep.stages.delivery.pages.fields import place, text
from doorstep.stages.delivery.rules.doors import UNDO_S

DRIVE = allow(*DESK, Role.DISPATCHER, Role.DRIVER)
RouteId = FromPath[UUID]
LEADS = frozenset({Role.OWNER, Role.MANAGER, Role.DISPATCHER})
"""They may act on any driver's route."""

OPEN = (RouteState.PLANNED, RouteState.LOADING, RouteState.DRIVING)


async def check_driver(tx: Tx, who: Principal, route_id: UUID | None) -> None:
    """Let people who only drive act on their own route alone.

    Raises:
        Refused: it is another driver's, or nobody's yet.
    """
    if not who.roles & LEADS:
        await looking.must_drive(tx, route_id)


@get("/driver", opt=DRIVE, include_in_schema=False)
async def choose(request: Asked, house: InHouse, who: Caller) -> Any:
    """Show the driver's own routes, then those that wait for a driver."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        routes = await looking.routes(tx, states=OPEN)
        zones = {one.id: one.timezone for one in await looking.centers(tx)}
    return page(
        request,
        "delivery/driver.html",
        mine=[one for one in routes if one.driver == who.actor],
        free=sorted(
            (one for one in routes if one.driver is None),
            key=lambda one: (one.driver_user_id != who.user_id, one.departs_at),
        ),
        taken=[one for one in routes if one.driver not in {None, who.actor}],
        zones=zones,
    )


@get("/driver/{route_id:uuid}", opt=DRIVE, include_in_schema=False)
async def next_step(route_id: RouteId, request: Asked, house: InHouse, who: Caller) -> Any:
    """Show the one thing to do next on a route: take it, load it, drive to a door, come back."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        route = await looking.route(tx, route_id)
        stops = await looking.stops(tx, route_id=route_id)
        zone = (await planning.center(tx, route.site_id)).timezone
        undoable = await _undoable(tx, stops)
    mine = route.driver == who.actor
    common: dict[str, Any] = {"route": route, "stops": stops, "zone": zone, "mine": mine}
    if route.state == RouteState.LOADING and mine:
        return page(request, "delivery/loading.html", **common, **_loading(stops))
    if route.state == RouteState.DRIVING and mine:
        return page(request, "delivery/next_stop.html", **common, **_next(stops), undoable=undoable)
    return page(request, "delivery/take.html", **common)


def _loading(stops: list[Stop]) -> dict[str, Any]:
    """The loading list: the last stop first, so that the first lies at the door of the van."""
    backward = [stop for stop in reversed(stops) if stop.state in {StopState.PLANNED, StopState.LOADED}]
    missing = [stop for stop in backward if stop.state == StopState.PLANNED]
    return {"backward": backward, "missing": missing, "following": missing[0] if missing else None}


def _next(stops: list[Stop]) -> dict[str, Any]:
    left = [stop for stop in stops if stop.state in UNDER_WAY]
    left.sort(key=lambda stop: (stop.state != StopState.ARRIVED, stop.position or 0))
    return {"left": left, "following": left[0] if left else None, "done": len(stops) - len(left)}


async def _undoable(tx: Tx, stops: list[Stop]) -> Stop | None:
    """Return the stop whose failure can still be taken back, the latest one."""
    failed = [stop for stop in stops if stop.state == StopState.FAILED]
    found: tuple[Any, Stop] | None = None
    for stop in failed:
        last = (await looking.attempts(tx, stop.id))[-1]
        if (tx.now - last.occurred_at).total_seconds() <= UNDO_S and (
            found is None or last.occurred_at > found[0]
        ):
            found = (last.occurred_at, stop)
    return found[1] if found else None


@post("/driver/{route_id:uuid}/take", opt=DRIVE, include_in_schema=False, status_code=200)
async def take(route_id: RouteId, house: InHouse, who: Caller, data: Form) -> Any:
    """Take a route."""
    try:
        async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
            await driving.take(tx, route_id, who.name, take_over=text(data, "take_over") == "yes")
    except Refused as refused:
        return back("/driver", refused.message, kind="wrong")
    return back(f"/driver/{route_id}", "The route is yours.")


@post("/driver/{route_id:uuid}/load", opt=DRIVE, include_in_schema=False, status_code=200)
async def load(route_id: RouteId, house: InHouse, who: Caller, data: Form) -> Any:
    """Scan a parcel into the van."""
    path, code = f"/driver/{route_id}", text(data, "code")
    try:
        async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
            await check_driver(tx, who, route_id)
            verdicts = await driving.load(tx, route_id, [code]) if code else []
    except Refused as refused:
        return back(path, refused.message, kind="wrong")
    if not verdicts:
        return back(path, "Scan a parcel.", kind="warning")
    return back(path, verdicts[0].message, kind="good" if verdicts[0].ok else "wrong")


@post("/driver/{route_id:uuid}/depart", opt=DRIVE, include_in_schema=False, status_code=200)
async def depart(route_id: RouteId, house: InHouse, who: Caller, data: Form) -> Any:
    """Leave with what is loaded."""
    path = f"/driver/{route_id}"
    try:
        legs = await roads.ahead_of_route(house, who.tenant_id, who.actor, route_id)
        async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
            await check_driver(tx, who, route_id)
            behind = text(data, "leave_behind") == "yes"
            parcels = await driving.depart(tx, route_id, leave_behind=behind, legs=legs)
    except Refused as refused:
        return back(path, refused.message, kind="wrong")
    carried = "One parcel is on its" if parcels == 1 else f"{parcels} parcels are on their"
    return back(path, f"{carried} way. Drive safely.")


@post("/driver/{route_id:uuid}/finish", opt=DRIVE, include_in_schema=False, status_code=200)
async def finish(route_id: RouteId, house: InHouse, who: Caller) -> Any:
    """Be back at the center."""
    try:
        async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
            await check_driver(tx, who, route_id)
            await driving.finish(tx, route_id)
    except Refused as refused:
        return back(f"/driver/{route_id}", refused.message, kind="wrong")
    return back("/driver", "The route is finished. Bring back what was not delivered to the scan desk.")


@post("/driver/{route_id:uuid}/seen", opt=DRIVE, include_in_schema=False, status_code=200)
async def seen(route_id: RouteId, house: InHouse, who: Caller) -> Any:
    """Say that what changed was seen."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        await check_driver(tx, who, route_id)
        await changing.see_changes(tx, route_id)
    return back(f"/driver/{route_id}")


@post("/driver/{route_id:uuid}/position", opt=DRIVE, include_in_schema=False, status_code=204)
async def report(route_id: RouteId, house: InHouse, who: Caller, data: Form) -> Response[None]:
    """Take the position that the open page reports; the server counts for it."""
    spot = place(data)
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        route: Route = await looking.route(tx, route_id)
    if spot is None or route.driver != who.actor or route.state != RouteState.DRIVING:
        return Response(None, status_code=204)
    here = {route.van_id: Point(spot.lat, spot.lon)}
    legs = await roads.ahead_of_vans(house, who.tenant_id, who.actor, here)
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        route = await looking.route(tx, route_id)
        if route.driver == who.actor and route.state == RouteState.DRIVING:
            device = f"page:{who.actor}"[:80]
            seq = await following.next_seq(tx, route.van_id, device)
            position = Position(
                van_id=route.van_id,
                device=device,
                device_seq=seq,
                lat=spot.lat,
                lon=spot.lon,
                accuracy_m=spot.accuracy_m,
                occurred_at=tx.now,
            )
            await following.record_positions(tx, [position], legs)
    return Response(None, status_code=204)


ROUTES: list[Any] = [choose, next_step, take, load, depart, finish, seen, report]
