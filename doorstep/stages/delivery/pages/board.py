"""The dispatch board of a center: what waits, the plan, the tours on the map and as a list, what failed."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from litestar import get, post

from doorstep.platform.auth import DESK, Principal, Role, allow
from doorstep.platform.db import Tx
from doorstep.platform.edge import Asked, Caller, Form, InHouse
from doorstep.platform.errors import Refused
from doorstep.platform.house import House
from doorstep.platform.pages import back, page
from doorstep.stages.delivery.acts import asking, expecting, following, looking, planning, roads
from doorstep.stages.delivery.model import Center, RouteState, Stop, StopState
from doorstep.stages.delivery.pages.fields import an_id, text
from doorstep.stages.delivery.rules import drawing
from doorstep.stages.delivery.rules.doors import ATTEMPTS_MAX

LOOK = allow(*DESK, Role.DISPATCHER, Role.VIEWER)
WORK = allow(*DESK, Role.DISPATCHER)
VIEWS = ("board", "waiting", "failed", "expected")
ON_TOUR = (StopState.PLANNED, StopState.LOADED, StopState.OUT, StopState.ARRIVED)
SHOWN = {
    "waiting": (StopState.AT_CENTER,),
    "failed": (StopState.FAILED,),
    "expected": (StopState.EXPECTED,),
}


@get("/dispatch", opt=LOOK, include_in_schema=False)
async def board(request: Asked, house: InHouse, who: Caller) -> Any:
    """Show the board of a center; without one, say how to begin."""
    view = request.query_params.get("view", "board")
    view = view if view in VIEWS else "board"
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        centers = await looking.centers(tx)
        if not centers:
            return page(request, "delivery/no_center.html")
        center = chosen(centers, request.query_params.get("site", ""))
        shown = await _shown(tx, center, view)
    on_map = shown.pop("on_map")
    courses = await roads.drawn(house, center, on_map.stops)
    return page(
        request,
        "delivery/board.html",
        centers=centers,
        center=center,
        view=view,
        may_work=may_work(who),
        tiles=house.settings.tile_url,
        features=drawing.board(center, on_map.stops, on_map.vans, courses),
        mapped=bool(courses),
        **shown,
    )


@dataclass(frozen=True, slots=True)
class _OnMap:
    stops: list[Stop]
    vans: list[following.Seen]


async def _shown(tx: Tx, center: Center, view: str) -> dict[str, Any]:
    day = planning.today(tx.now, center)
    routes = await looking.routes(tx, site_id=center.id, day=day)
    on_tour = await looking.stops(tx, site_id=center.id, states=ON_TOUR)
    waiting = await looking.stops(tx, site_id=center.id, states=[StopState.AT_CENTER])
    stops: list[Stop] = (
        waiting if view == "board" else await looking.stops(tx, site_id=center.id, states=SHOWN[view])
    )
    vans = await following.last_positions(tx, site_id=center.id)
    return {
        "clock": tx.now,
        "counts": await looking.counts(tx, center.id),
        "routes": routes,
        "open_routes": [one for one in routes if one.state in {RouteState.PLANNED, RouteState.LOADING}],
        "stops": stops,
        "stop_of": {one.id: one for one in waiting},
        "proposal": await planning.open_proposal(tx, center.id),
        "on_map": _OnMap([*on_tour, *waiting], vans),
        "attempts_max": ATTEMPTS_MAX,
    }


def chosen(centers: list[Center], code: str) -> Center:
    """Return the center of a code, or the first."""
    return next((one for one in centers if one.code == code), centers[0])


def may_work(who: Principal) -> bool:
    """Whether a person may change what the board shows."""
    return bool(who.roles & {Role.OWNER, Role.MANAGER, Role.DISPATCHER})


async def _path(house: House, who: Principal, site_id: UUID) -> str:
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        return f"/dispatch?site={(await planning.center(tx, site_id)).code}"


@post("/dispatch/plan", opt=WORK, include_in_schema=False, status_code=200)
async def plan(house: InHouse, who: Caller, data: Form) -> Any:
    """Think of routes for what waits; the plan is shown and changes nothing yet."""
    site_id = an_id(data, "site_id")
    path = await _path(house, who, site_id)
    try:
        _, found = await asking.propose(house, who.tenant_id, who.actor, site_id)
    except Refused as refused:
        return back(path, refused.message, kind="wrong")
    count = sum(len(route.stops) for route in found.routes)
    if not found.routes:
        return back(path, (found.reasons or ["There is nothing to plan."])[0], kind="warning")
    return back(
        path, f"A plan is made: parcels {count}, vans {len(found.routes)}. Look at it, then accept it."
    )


@post("/dispatch/accept", opt=WORK, include_in_schema=False, status_code=200)
async def accept(house: InHouse, who: Caller, data: Form) -> Any:
    """Make the routes of the plan that is shown."""
    path = await _path(house, who, an_id(data, "site_id"))
    try:
        async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
            made = await planning.accept(tx, an_id(data, "proposal_id"))
    except Refused as refused:
        return back(path, refused.message, kind="wrong")
    return back(
        path, f"Ready for their drivers: {len(made)} routes." if made else "The plan was accepted before."
    )


@post("/dispatch/drop", opt=WORK, include_in_schema=False, status_code=200)
async def drop(house: InHouse, who: Caller, data: Form) -> Any:
    """Say no to the plan that is shown."""
    path = await _path(house, who, an_id(data, "site_id"))
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        await planning.drop(tx, an_id(data, "proposal_id"))
    return back(path, "The plan is dropped; nothing changed.")


@get("/dispatch/scan", opt=WORK, include_in_schema=False)
async def scan_page(request: Asked, house: InHouse, who: Caller) -> Any:
    """Show the scan field of a center's door."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        centers = await looking.centers(tx)
        if not centers:
            return page(request, "delivery/no_center.html")
        center = chosen(centers, request.query_params.get("site", ""))
        counts = await looking.counts(tx, center.id)
        expected = await looking.stops(
            tx, site_id=center.id, states=[StopState.EXPECTED, StopState.FAILED], most=20
        )
    return page(request, "delivery/scan_in.html", center=center, counts=counts, expected=expected)


@post("/dispatch/scan", opt=WORK, include_in_schema=False, status_code=200)
async def scan(house: InHouse, who: Caller, data: Form) -> Any:
    """Scan a parcel in at a center, and say so on the same page."""
    site_id, code = an_id(data, "site_id"), text(data, "code")
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        center = await planning.center(tx, site_id)
        verdicts = await expecting.scan_in(tx, site_id, [code]) if code else []
    path = f"/dispatch/scan?site={center.code}"
    if not verdicts:
        return back(path, "Scan a parcel.", kind="warning")
    before = "before" in verdicts[0].message
    return back(
        path, verdicts[0].message, kind="wrong" if not verdicts[0].ok else "warning" if before else "good"
    )


ROUTES: list[Any] = [board, plan, accept, drop, scan_page, scan]
