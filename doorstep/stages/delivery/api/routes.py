"""Routes: planned, accepted, read, taken, loaded, driven, changed."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from litestar import Response, get, post
from litestar.params import QueryParameter

from doorstep.platform.db import Tx
from doorstep.platform.edge import Asked, Caller, FromPath, FromQuery, InHouse, JSONBody
from doorstep.platform.idempotency import once
from doorstep.stages.delivery.acts import asking, changing, driving, looking, planning, roads
from doorstep.stages.delivery.api.shapes import (
    DRIVE_ROUTES,
    PLAN,
    READ_ROUTES,
    CodesIn,
    DepartIn,
    PlanIn,
    PlanOut,
    ProposalIn,
    RouteOut,
    SequenceIn,
    TakeIn,
    WholeRouteOut,
    route_out,
    stop_out,
)
from doorstep.stages.delivery.model import RouteState, ScanVerdict

RouteId = FromPath[UUID]
InState = Annotated[RouteState | None, QueryParameter(name="state")]
Limit = Annotated[int, QueryParameter(ge=1, le=500)]


@get("/api/routes", opt=READ_ROUTES)
async def list_routes(
    house: InHouse,
    who: Caller,
    site_id: FromQuery[UUID | None] = None,
    day: FromQuery[date | None] = None,
    of_state: InState = None,
    limit: Limit = 100,
) -> list[RouteOut]:
    """List routes, those under way first, then the newest; by center, day and state."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        states = [of_state] if of_state else None
        found = await looking.routes(tx, site_id=site_id, day=day, states=states, most=limit)
    return [route_out(one) for one in found]


@get("/api/routes/{route_id:uuid}", opt=READ_ROUTES)
async def read_route(route_id: RouteId, house: InHouse, who: Caller) -> WholeRouteOut:
    """Read a route with its stops in driving order."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        return await _whole(tx, route_id)


async def _whole(tx: Tx, route_id: UUID) -> WholeRouteOut:
    route = await looking.route(tx, route_id)
    stops = await looking.stops(tx, route_id=route_id)
    return WholeRouteOut(route_out(route), [stop_out(one) for one in stops])


@post("/api/routes/plan", opt=PLAN)
async def plan(data: JSONBody[PlanIn], request: Asked, house: InHouse, who: Caller) -> Response[PlanOut]:
    """Plan the parcels at a center over its free vans. Nothing changes until the plan is accepted."""
    facts, found = await asking.think_of(
        house, who.tenant_id, who.actor, data.site_id, day=data.day, seconds=data.seconds, seed=data.seed
    )

    async def act(tx: Tx) -> PlanOut:
        return PlanOut(
            proposal_id=await planning.keep_proposal(tx, facts, found),
            routes=found.routes,
            left_out=found.left_out,
            reasons=found.reasons,
            engine=found.engine,
        )

    return await once(request, house, who, act)  # type: ignore[return-value]


@post("/api/routes/accept", opt=PLAN)
async def accept(
    data: JSONBody[ProposalIn], request: Asked, house: InHouse, who: Caller
) -> Response[list[RouteOut]]:
    """Make the routes of a plan; refused as a whole when a parcel or van is taken meanwhile."""

    async def act(tx: Tx) -> list[RouteOut]:
        ids = await planning.accept(tx, data.proposal_id)
        return [route_out(one) for one in await looking.routes(tx, ids=ids)]

    return await once(request, house, who, act)  # type: ignore[return-value]


@post("/api/routes/drop", opt=PLAN, status_code=200)
async def drop(
    data: JSONBody[ProposalIn], request: Asked, house: InHouse, who: Caller
) -> Response[dict[str, bool]]:
    """Say no to a plan."""

    async def act(tx: Tx) -> dict[str, bool]:
        await planning.drop(tx, data.proposal_id)
        return {"dropped": True}

    return await once(request, house, who, act, status=200)  # type: ignore[return-value]


@post("/api/routes/{route_id:uuid}/take", opt=DRIVE_ROUTES, status_code=200)
async def take(
    route_id: RouteId, data: JSONBody[TakeIn], request: Asked, house: InHouse, who: Caller
) -> Response[WholeRouteOut]:
    """Take a route as its driver."""

    async def act(tx: Tx) -> WholeRouteOut:
        await driving.take(tx, route_id, who.name, take_over=data.take_over)
        return await _whole(tx, route_id)

    return await once(request, house, who, act, status=200)  # type: ignore[return-value]


@post("/api/routes/{route_id:uuid}/load", opt=DRIVE_ROUTES, status_code=200)
async def load(
    route_id: RouteId, data: JSONBody[CodesIn], request: Asked, house: InHouse, who: Caller
) -> Response[list[ScanVerdict]]:
    """Scan parcels into the van; each code gets its verdict."""

    async def act(tx: Tx) -> list[ScanVerdict]:
        return await driving.load(tx, route_id, data.codes)

    return await once(request, house, who, act, status=200)  # type: ignore[return-value]


@post("/api/routes/{route_id:uuid}/depart", opt=DRIVE_ROUTES, status_code=200)
async def depart(
    route_id: RouteId, data: JSONBody[DepartIn], request: Asked, house: InHouse, who: Caller
) -> Response[WholeRouteOut]:
    """Leave with what is loaded."""
    legs = await roads.ahead_of_route(house, who.tenant_id, who.actor, route_id)

    async def act(tx: Tx) -> WholeRouteOut:
        await driving.depart(tx, route_id, leave_behind=data.leave_behind, legs=legs)
        return await _whole(tx, route_id)

    return await once(request, house, who, act, status=200)  # type: ignore[return-value]


@post("/api/routes/{route_id:uuid}/finish", opt=DRIVE_ROUTES, status_code=200)
async def finish(route_id: RouteId, request: Asked, house: InHouse, who: Caller) -> Response[WholeRouteOut]:
    """Be back at the center, every stop delivered or failed."""

    async def act(tx: Tx) -> WholeRouteOut:
        await driving.finish(tx, route_id)
        return await _whole(tx, route_id)

    return await once(request, house, who, act, status=200)  # type: ignore[return-value]


@post("/api/routes/{route_id:uuid}/seen", opt=DRIVE_ROUTES, status_code=200)
async def seen(route_id: RouteId, request: Asked, house: InHouse, who: Caller) -> Response[WholeRouteOut]:
    """Say that the driver has seen what changed on the route."""

    async def act(tx: Tx) -> WholeRouteOut:
        await changing.see_changes(tx, route_id)
        return await _whole(tx, route_id)

    return await once(request, house, who, act, status=200)  # type: ignore[return-value]


@post("/api/routes/{route_id:uuid}/sequence", opt=PLAN, status_code=200)
async def sequence(
    route_id: RouteId, data: JSONBody[SequenceIn], request: Asked, house: InHouse, who: Caller
) -> Response[WholeRouteOut]:
    """Drive the stops in an order that a person chose, before the van leaves."""
    ways = await roads.among_route(house, who.tenant_id, who.actor, route_id)

    async def act(tx: Tx) -> WholeRouteOut:
        await changing.resequence(tx, route_id, data.stop_ids, ways)
        return await _whole(tx, route_id)

    return await once(request, house, who, act, status=200)  # type: ignore[return-value]


@post("/api/routes/{route_id:uuid}/cancel", opt=PLAN, status_code=200)
async def cancel(route_id: RouteId, request: Asked, house: InHouse, who: Caller) -> Response[WholeRouteOut]:
    """Cancel a route before the van leaves; its parcels lie at the center again."""

    async def act(tx: Tx) -> WholeRouteOut:
        await changing.cancel(tx, route_id)
        return await _whole(tx, route_id)

    return await once(request, house, who, act, status=200)  # type: ignore[return-value]


ROUTES: list[Any] = [
    list_routes,
    read_route,
    plan,
    accept,
    drop,
    take,
    load,
    depart,
    finish,
    seen,
    sequence,
    cancel,
]
