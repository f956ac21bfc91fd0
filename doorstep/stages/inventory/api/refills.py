"""Refilling as JSON: faces that are kept filled, and the walks that fill them."""

from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Response, get, post, put
from litestar.params import QueryParameter
from msgspec import Meta

from doorstep.platform.auth import DESK, Role, allow
from doorstep.platform.db import Tx
from doorstep.platform.edge import Asked, Caller, FromPath, FromQuery, InHouse, JSONBody
from doorstep.platform.idempotency import once
from doorstep.stages.inventory.acts import refilling
from doorstep.stages.inventory.api.goods import FLOOR, Numbers
from doorstep.stages.inventory.model import QUANTITY_MAX
from doorstep.stages.inventory.model.refills import Face, Refill

BinPlace = Annotated[str, Meta(pattern=r"^bin:[!-~]{1,40}$", max_length=45, description="`bin:A-01-02`.")]


class FaceIn(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A bin that is picked from, and how much of a product it should hold; without units it is kept filled no more."""

    site_id: UUID
    product_id: UUID
    place: BinPlace
    min_units: Annotated[int, Meta(ge=0, le=QUANTITY_MAX)] = 0
    max_units: Annotated[int, Meta(ge=0, le=QUANTITY_MAX, description="As many fit; 0: let it go.")]


class FacesIn(msgspec.Struct, forbid_unknown_fields=True):
    """Faces; those that are not named stay as they are."""

    faces: Annotated[list[FaceIn], Meta(min_length=1, max_length=1000)]


@get("/api/faces", opt=allow(*FLOOR, Role.VIEWER, scope="stock:read"))
async def read_faces(house: InHouse, who: Caller, site_id: FromQuery[UUID | None] = None) -> list[Face]:
    """List the faces that are kept filled."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        return await refilling.faces(tx, site_id)


@put("/api/faces", opt=allow(*DESK, scope="stock:write"))
async def keep_filled(data: JSONBody[FacesIn], house: InHouse, who: Caller) -> list[Face]:
    """Say how much of what faces should hold; they are filled from bulk before what is promised empties them."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        kept = [one for one in data.faces if one.max_units]
        if kept:
            await refilling.keep_filled(tx, [Face(**msgspec.structs.asdict(one)) for one in kept])
        for one in data.faces:
            if not one.max_units:
                await refilling.let_go(tx, one.site_id, one.product_id, one.place)
        return await refilling.faces(tx)


@get("/api/refills", opt=allow(*FLOOR, Role.VIEWER, scope="stock:read"))
async def read_refills(
    house: InHouse, who: Caller, limit: Annotated[int, QueryParameter(ge=1, le=200)] = 200
) -> list[Refill]:
    """List the walks from bulk to faces that wait or are under way, the oldest first."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        return await refilling.refills(tx, most=limit)


@post("/api/refills/{refill_id:uuid}/take", opt=allow(*FLOOR, scope="stock:write"), status_code=200)
async def take(request: Asked, house: InHouse, who: Caller, refill_id: FromPath[UUID]) -> Response[Refill]:
    """Take a walk: nobody else can then."""

    async def act(tx: Tx) -> Refill:
        return await refilling.take(tx, refill_id)

    return await once(request, house, who, act, status=200)  # type: ignore[return-value]


class BroughtIn(msgspec.Struct, forbid_unknown_fields=True):
    """How many units lie in the face now that came from bulk."""

    quantity: Annotated[int, Meta(ge=0, le=QUANTITY_MAX, description="0: nothing was there.")]
    serials: Numbers = []


@post("/api/refills/{refill_id:uuid}/finish", opt=allow(*FLOOR, scope="stock:write"), status_code=200)
async def finish(
    data: JSONBody[BroughtIn], request: Asked, house: InHouse, who: Caller, refill_id: FromPath[UUID]
) -> Response[Refill]:
    """Finish a walk; done before, it changes nothing. Where less was found than asked, the bin is to be counted."""

    async def act(tx: Tx) -> Refill:
        return await refilling.finish(tx, refill_id, data.quantity, data.serials)

    return await once(request, house, who, act, status=200)  # type: ignore[return-value]


ROUTES = [read_faces, keep_filled, read_refills, take, finish]
