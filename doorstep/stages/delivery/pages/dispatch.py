"""One route or one stop on the dispatcher's desk: reorder, take off, put in, correct, return, look at the proof."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from litestar import Response, get, post

from doorstep.platform.auth import Principal
from doorstep.platform.db import Tx
from doorstep.platform.edge import Asked, Caller, Form, FromPath, InHouse
from doorstep.platform.errors import Refused, unknown
from doorstep.platform.house import House
from doorstep.platform.pages import back, page
from doorstep.stages.delivery.acts import asking, changing, expecting, handing, looking, planning, roads
from doorstep.stages.delivery.model import ROUTE, STOP, RouteState
from doorstep.stages.delivery.pages.board import LOOK, WORK, may_work
from doorstep.stages.delivery.pages.fields import an_id, moment, place, text
from doorstep.stages.delivery.rules import drawing
from doorstep.stages.delivery.rules.doors import picture_type

RouteId = FromPath[UUID]
StopId = FromPath[UUID]


@get("/dispatch/routes/{route_id:uuid}", opt=LOOK, include_in_schema=False)
async def route_page(route_id: RouteId, request: Asked, house: InHouse, who: Caller) -> Any:
    """Show a route: map, stops in driving order, loading list in reverse, why it is so."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        route = await looking.route(tx, route_id)
        center = await planning.center(tx, route.site_id)
        stops = await looking.stops(tx, route_id=route_id)
        clock = tx.now
    courses = await roads.drawn(house, center, stops)
    return page(
        request,
        "delivery/route.html",
        route=route,
        center=center,
        stops=stops,
        acts=[str(act) for act in ROUTE.acts(route.state)],
        changeable=may_work(who) and route.state in {RouteState.PLANNED, RouteState.LOADING},
        features=drawing.board(center, stops, [], courses),
        tiles=house.settings.tile_url,
        mapped=bool(courses),
        clock=clock,
    )


async def _do(
    house: House,
    who: Principal,
    path: str,
    act: Callable[[Tx], Awaitable[Any]],
    said: str,
    *,
    kind: str = "good",
) -> Any:
    try:
        async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
            await act(tx)
    except Refused as refused:
        return back(path, refused.message, kind="wrong")
    return back(path, said, kind=kind)


@post("/dispatch/routes/{route_id:uuid}/move", opt=WORK, include_in_schema=False, status_code=200)
async def move(route_id: RouteId, house: InHouse, who: Caller, data: Form) -> Any:
    """Move a stop one place up or down."""
    stop_id, by = an_id(data, "stop_id"), 1 if text(data, "to") == "down" else -1
    ways = await roads.among_route(house, who.tenant_id, who.actor, route_id)

    async def act(tx: Tx) -> None:
        order = [stop.id for stop in await looking.stops(tx, route_id=route_id)]
        if stop_id in order:
            at = order.index(stop_id)
            to = min(max(at + by, 0), len(order) - 1)
            order[at], order[to] = order[to], order[at]
            await changing.resequence(tx, route_id, order, ways)

    return await _do(
        house, who, f"/dispatch/routes/{route_id}", act, "The stop is moved; customers hear of new times."
    )


@post("/dispatch/routes/{route_id:uuid}/take-off", opt=WORK, include_in_schema=False, status_code=200)
async def take_off(route_id: RouteId, house: InHouse, who: Caller, data: Form) -> Any:
    """Take a stop off a route; its parcel lies at the center again."""
    stop_id = an_id(data, "stop_id")
    return await _do(
        house,
        who,
        f"/dispatch/routes/{route_id}",
        lambda tx: changing.take_off(tx, [stop_id], "taken off by dispatch"),
        "The parcel lies at the center again.",
    )


@post("/dispatch/routes/{route_id:uuid}/cancel", opt=WORK, include_in_schema=False, status_code=200)
async def cancel(route_id: RouteId, house: InHouse, who: Caller) -> Any:
    """Cancel a route that has not left."""
    path = f"/dispatch/routes/{route_id}"
    return await _do(
        house,
        who,
        path,
        lambda tx: changing.cancel(tx, route_id),
        "The route is canceled; its parcels lie at the center.",
    )


@get("/dispatch/stops/{stop_id:uuid}", opt=LOOK, include_in_schema=False)
async def stop_page(stop_id: StopId, request: Asked, house: InHouse, who: Caller) -> Any:
    """Show a stop: where, when, every try, and the proof."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        stop = await looking.stop(tx, stop_id)
        center = await planning.center(tx, stop.site_id)
        attempts = await looking.attempts(tx, stop_id)
        proofs = await looking.proofs(tx, stop_id)
    return page(
        request,
        "delivery/stop.html",
        stop=stop,
        center=center,
        attempts=attempts,
        proofs=proofs,
        acts=[str(act) for act in STOP.acts(stop.state)] if may_work(who) else [],
        correctable=may_work(who) and stop.state in {"expected", "at_center", "failed"},
        features=drawing.board(center, [stop], []),
        tiles=house.settings.tile_url,
    )


@get("/dispatch/stops/{stop_id:uuid}/photo", opt=LOOK, include_in_schema=False)
async def photo(stop_id: StopId, house: InHouse, who: Caller) -> Response[bytes]:
    """Show the picture that proves a delivery."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        found = await handing.photo_of(tx, stop_id)
    if found is None:
        raise unknown("photo of stop", stop_id)
    return Response(found, media_type=picture_type(found) or "application/octet-stream")


@post("/dispatch/stops/{stop_id:uuid}/insert", opt=WORK, include_in_schema=False, status_code=200)
async def insert(stop_id: StopId, house: InHouse, who: Caller) -> Any:
    """Put a late parcel into a route that has not left."""
    path = f"/dispatch/stops/{stop_id}"
    try:
        found = await asking.find_place(house, who.tenant_id, who.actor, stop_id)
        async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
            message = await asking.place(tx, stop_id, found)
    except Refused as refused:
        return back(path, refused.message, kind="wrong")
    return back(path, message)


@post("/dispatch/stops/{stop_id:uuid}/place", opt=WORK, include_in_schema=False, status_code=200)
async def correct_place(stop_id: StopId, house: InHouse, who: Caller, data: Form) -> Any:
    """Correct where a door is."""
    path, spot = f"/dispatch/stops/{stop_id}", place(data)
    if spot is None:
        return back(path, "Give degrees north (-90 to 90) and east (-180 to 180).", kind="wrong")
    return await _do(
        house,
        who,
        path,
        lambda tx: expecting.correct_place(tx, stop_id, spot.lat, spot.lon),
        "The place is corrected.",
    )


@post("/dispatch/stops/{stop_id:uuid}/window", opt=WORK, include_in_schema=False, status_code=200)
async def wish_window(stop_id: StopId, house: InHouse, who: Caller, data: Form) -> Any:
    """Set when the customer wants it; empty fields take the wish back."""

    async def act(tx: Tx) -> None:
        stop = await looking.stop(tx, stop_id)
        zone = (await planning.center(tx, stop.site_id)).timezone
        await expecting.wish_window(tx, stop_id, moment(data, "from", zone), moment(data, "until", zone))

    return await _do(house, who, f"/dispatch/stops/{stop_id}", act, "The wish is kept for the next plan.")


@post("/dispatch/stops/{stop_id:uuid}/return", opt=WORK, include_in_schema=False, status_code=200)
async def send_back(stop_id: StopId, house: InHouse, who: Caller) -> Any:
    """Return a parcel to its sender."""
    return await _do(
        house,
        who,
        f"/dispatch/stops/{stop_id}",
        lambda tx: handing.send_back(tx, [stop_id]),
        "The parcel goes back to its sender.",
    )


ROUTES: list[Any] = [
    route_page,
    move,
    take_off,
    cancel,
    stop_page,
    photo,
    insert,
    correct_place,
    wish_window,
    send_back,
]
