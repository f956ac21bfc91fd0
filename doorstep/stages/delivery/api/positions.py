"""Where the vans are: reported by their devices, read by the board."""

from typing import Any
from uuid import UUID

from litestar import Response, get, post

from doorstep.platform.auth import DESK, Role, allow
from doorstep.platform.db import Tx
from doorstep.platform.edge import Asked, Caller, FromQuery, InHouse, JSONBody
from doorstep.platform.idempotency import once
from doorstep.solvers.routes import Point
from doorstep.stages.delivery.acts import following, roads
from doorstep.stages.delivery.api.shapes import PositionsIn
from doorstep.stages.delivery.model import Position

READ = allow(*DESK, Role.DISPATCHER, Role.VIEWER, scope="positions:read")
WRITE = allow(*DESK, Role.DISPATCHER, Role.DRIVER, scope="positions:write")


@get("/api/positions", opt=READ)
async def read_positions(
    house: InHouse, who: Caller, site_id: FromQuery[UUID | None] = None
) -> list[following.Seen]:
    """Read the newest position of each van."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        return await following.last_positions(tx, site_id=site_id)


@post("/api/positions", opt=WRITE, status_code=200)
async def record_positions(
    data: JSONBody[PositionsIn], request: Asked, house: InHouse, who: Caller
) -> Response[dict[str, int]]:
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

    newest = sorted(positions, key=lambda one: one.device_seq)
    here = {one.van_id: Point(one.lat, one.lon) for one in newest}
    legs = await roads.ahead_of_vans(house, who.tenant_id, who.actor, here)

    async def act(tx: Tx) -> dict[str, int]:
        return {"recorded": await following.record_positions(tx, positions, legs)}

    return await once(request, house, who, act, status=200)  # type: ignore[return-value]


ROUTES: list[Any] = [read_positions, record_positions]
