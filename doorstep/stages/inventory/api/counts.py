"""Counts as JSON: blind, so nothing here says what is expected."""

from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Response, get, post
from msgspec import Meta

from doorstep.platform.auth import DESK, Role, allow
from doorstep.platform.db import Tx
from doorstep.platform.edge import Asked, Caller, FromQuery, InHouse, JSONBody
from doorstep.platform.idempotency import once
from doorstep.stages.inventory.acts.counting import asking, judging
from doorstep.stages.inventory.api.goods import Number
from doorstep.stages.inventory.model import NUMBERED_MAX, AskedCount, CountAnswer, Counted, OpenCount

FoundNumbers = Annotated[
    list[Number],
    Meta(
        max_length=NUMBERED_MAX,
        description="The number of each unit that lies there, of a product whose units are all known by number.",
    ),
]
FLOOR = (*DESK, Role.PICKER, Role.PACKER)
BinPlace = Annotated[
    str,
    Meta(
        pattern=r"^(bin:[!-~]{1,40}|quarantine)$", max_length=45, description="`bin:A-01-02` or `quarantine`."
    ),
]


@get("/api/counts", opt=allow(*FLOOR, scope="stock:read"))
async def read_counts(house: InHouse, who: Caller, site_id: FromQuery[UUID | None] = None) -> list[OpenCount]:
    """List what waits to be counted: doubts and what was begun first, then the oldest."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        return await judging.open_counts(tx, site_id)


class StartIn(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A place to be counted now, and what was found there that the books do not know."""

    site_id: UUID
    place: BinPlace
    extra: Annotated[list[UUID], Meta(max_length=100, description="Further products found there.")] = []


@post("/api/counts/start", opt=allow(*FLOOR, scope="stock:write"))
async def start_count(
    data: JSONBody[StartIn], request: Asked, house: InHouse, who: Caller
) -> Response[list[OpenCount]]:
    """Begin to count a place: answers one count per product; say what lies there with `POST /api/counts`."""

    async def act(tx: Tx) -> list[OpenCount]:
        return await judging.start_count(tx, data.site_id, data.place, extra=data.extra)

    return await once(request, house, who, act)  # type: ignore[return-value]


class LeaveIn(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A place that is not counted now after all."""

    site_id: UUID
    place: BinPlace


class LeftOut(msgspec.Struct):
    """Whether the place is picked from again; if not, it is doubted, or somebody has counted there."""

    free: bool


@post("/api/counts/leave", opt=allow(*FLOOR, scope="stock:write"))
async def leave_count(
    data: JSONBody[LeaveIn], request: Asked, house: InHouse, who: Caller
) -> Response[LeftOut]:
    """Leave a place that was only begun: it is picked from again, unless it is doubted or somebody has counted there."""

    async def act(tx: Tx) -> LeftOut:
        return LeftOut(await judging.leave_count(tx, data.site_id, data.place))

    return await once(request, house, who, act)  # type: ignore[return-value]


class CountedIn(msgspec.Struct, forbid_unknown_fields=True):
    """What was found for one count."""

    count_id: UUID
    quantity: Annotated[int, Meta(ge=0, le=999_999, description="Units that lie there.")]
    as_of: Annotated[
        int, Meta(ge=0, le=2_147_483_647, description="`as_of` of the count when the counter began to look.")
    ]
    serials: FoundNumbers | None = None


class CountsIn(msgspec.Struct, forbid_unknown_fields=True):
    """What was found."""

    counts: Annotated[list[CountedIn], Meta(min_length=1, max_length=200)]


@post("/api/counts", opt=allow(*FLOOR, scope="stock:write"))
async def count(
    data: JSONBody[CountsIn], request: Asked, house: InHouse, who: Caller
) -> Response[list[CountAnswer]]:
    """Say what lies there: it matches, is to be counted again, by you or another person, is left to a lead, or its difference is posted."""

    async def act(tx: Tx) -> list[CountAnswer]:
        return await judging.count(
            tx, [Counted(one.count_id, one.quantity, one.as_of, one.serials) for one in data.counts]
        )

    return await once(request, house, who, act)  # type: ignore[return-value]


class AskIn(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A place that somebody doubts."""

    site_id: UUID
    place: BinPlace
    product_id: UUID
    reason: Annotated[str, Meta(min_length=1, max_length=60, pattern=r"^[^\x00]*$")] = "asked"


class AskedOut(msgspec.Struct):
    """The new counts; those that were open already are not repeated."""

    ids: list[UUID]


@post("/api/counts/ask", opt=allow(*FLOOR, scope="stock:write"))
async def ask_count(data: JSONBody[AskIn], request: Asked, house: InHouse, who: Caller) -> Response[AskedOut]:
    """Ask for a count of a product in a place."""

    async def act(tx: Tx) -> AskedOut:
        return AskedOut(await asking.ask_counts(tx, [AskedCount(**msgspec.structs.asdict(data))]))

    return await once(request, house, who, act)  # type: ignore[return-value]


ROUTES = [read_counts, start_count, leave_count, count, ask_count]
