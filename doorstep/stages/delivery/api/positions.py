"""Where the vans are: reported by their devices, read by the board."""

from typing import Any
from uuid import UUID

from litestar import Response, get, post

from doorstep.platform.auth import DESK, Principal, Role, allow
from doorstep.platform.db import Tx
from doorstep.platform.edge import Asked, Caller, InHouse, JSONBody
from doorstep.platform.errors import Reason, Refused
from doorstep.platform.idempotency import once
from doorstep.stages.delivery.acts import following, looking
from doorstep.stages.delivery.api.shapes import LEADS, PositionsIn
from doorstep.stages.delivery.model import Position, RouteState

READ = allow(*DESK, Role.DISPATCHER, Role.VIEWER, scope="positions:read")
WRITE = allow(*DESK, Role.DISPATCHER, Role.DRIVER, scope="positions:write")


@get("/api/positions", opt=READ)
async def read_positions(house: InHouse, who: Caller, site_id: UUID | None = None) -> list[following.Seen]:
    """Read the newest position of each van."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        return await following.last_positions(tx, site_id=site_id)


@post("/api/positions", opt=WRITE)
async def record_positions(
    data: JSONBody[PositionsIn], request: Asked, house: InHouse, who: Caller
) -> Response[bytes]:
    """Report where vans are. Repeated, late and reordered positions change nothing; customers' windows follow the new ones."""
    positions = [
        Position(
            van_id=one.van_id,
            device=one.device,
            device_seq=one.seq,
            lat=one.lat,
            lon=one.lon,
            accuracy_m=one.accuracy_m,
            occurred_at=one.occurred_at,
        )
        for one in data.positions
    ]

    async def act(tx: Tx) -> dict[str, int]:
        await _check_vans(tx, who, {one.van_id for one in positions})
        return {"recorded": await following.record_positions(tx, positions)}

    return await once(request, house, who, act, status=200)


async def _check_vans(tx: Tx, who: Principal, van_ids: set[UUID]) -> None:
    if who.user_id is None or who.roles & LEADS:
        return
    driven = await looking.routes(tx, states=[RouteState.LOADING, RouteState.DRIVING])
    if van_ids - {one.van_id for one in driven if one.driver == who.actor}:
        raise Refused(Reason.CONFLICT, "You may report the van of your own route only. Take the route first.")


ROUTES: list[Any] = [read_positions, record_positions]
