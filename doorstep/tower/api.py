"""The tower's figures as JSON, for wall screens and scripts."""

from typing import Any
from uuid import UUID

from litestar import get

from doorstep.platform.auth import DESK, Role, allow
from doorstep.platform.edge import Caller, FromPath, InHouse
from doorstep.tower import figures
from doorstep.tower.exceptions import Trouble, exceptions
from doorstep.tower.figures import Board


@get("/api/tower", opt=allow(*DESK, Role.VIEWER, scope="tower:read"))
async def read_board(house: InHouse, who: Caller) -> Board:
    """Read what is open in every stage, what is late and what needs a person."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        return await figures.board(tx)


@get("/api/tower/orders/{order_id:uuid}", opt=allow(*DESK, Role.VIEWER, scope="tower:read"))
async def read_story(house: InHouse, who: Caller, order_id: FromPath[UUID]) -> dict[str, Any]:
    """Read one order's whole story over all stages, oldest first."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        head, things, events = await figures.story(tx, order_id)
    return {"order": head, "things": things, "events": events}


@get("/api/tower/exceptions", opt=allow(*DESK, Role.VIEWER, scope="tower:read"))
async def read_exceptions(house: InHouse, who: Caller) -> list[Trouble]:
    """Read what needs a person over all stages, the oldest first: whose it is, since when, and the order behind it."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        return await exceptions(tx)


ROUTES = [read_board, read_story, read_exceptions]
