"""Quality checks as JSON: what waits for a look, setting goods aside for one, and deciding."""

from typing import Annotated, Literal
from uuid import UUID

import msgspec
from litestar import Response, get, post
from msgspec import Meta

from doorstep.platform.auth import DESK, Role, allow
from doorstep.platform.db import Tx
from doorstep.platform.edge import Asked, Caller, FromPath, InHouse, JSONBody
from doorstep.platform.idempotency import once
from doorstep.stages.inventory.acts.receiving import inspecting
from doorstep.stages.inventory.api.goods import FLOOR, NO_NUL, Numbers, Place, Quantity, Why, product_of
from doorstep.stages.inventory.model import LOT_MAX, QUANTITY_MAX
from doorstep.stages.inventory.model.inspections import Decision, Doubt, Inspection


@get("/api/inspections", opt=allow(*FLOOR, Role.VIEWER, Role.MERCHANT, scope="stock:read"))
async def read_inspections(house: InHouse, who: Caller) -> list[Inspection]:
    """List what waits for a look, the oldest first."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        return await inspecting.inspections(tx, merchant_id=who.merchant_id)


class DoubtIn(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Units in a place that somebody should look at before they are sold."""

    site_id: UUID
    product_id: UUID
    place: Place
    quantity: Quantity
    lot: Annotated[
        str, Meta(max_length=LOT_MAX, pattern=NO_NUL, description="Which lot; else what expires first.")
    ] = ""
    why: Why
    serials: Numbers = []


@post("/api/inspections", opt=allow(*FLOOR, scope="stock:write"))
async def set_aside(
    data: JSONBody[DoubtIn], request: Asked, house: InHouse, who: Caller
) -> Response[Inspection]:
    """Set goods aside until somebody has looked at them: they are neither promised nor picked from that moment on."""

    async def act(tx: Tx) -> Inspection:
        await product_of(tx, data.product_id, who)
        doubt = Doubt(
            site_id=data.site_id,
            product_id=data.product_id,
            quantity=data.quantity,
            why=data.why,
            lot=data.lot,
            serials=data.serials,
        )
        return await inspecting.inspection_of(tx, await inspecting.set_aside(tx, doubt, data.place))

    return await once(request, house, who, act)  # type: ignore[return-value]


class DecisionIn(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """How many are good and where they go; what becomes of the others, and why."""

    good: Annotated[int, Meta(ge=0, le=QUANTITY_MAX, description="Units that passed.")]
    place: Annotated[Place, Meta(description="The bin that they are put to.")] | None = None
    rest: Literal["quarantine", "damaged"] = "quarantine"
    why: Annotated[str, Meta(max_length=60, pattern=NO_NUL, description="Wanted unless all are good.")] = ""
    serials: Annotated[Numbers, Meta(description="Of the good ones.")] = []
    rest_serials: Annotated[Numbers, Meta(description="Of the others.")] = []


@post("/api/inspections/{inspection_id:uuid}", opt=allow(*DESK, scope="stock:write"), status_code=200)
async def decide(
    data: JSONBody[DecisionIn], request: Asked, house: InHouse, who: Caller, inspection_id: FromPath[UUID]
) -> Response[Inspection]:
    """Decide about goods that somebody looked at: the good ones can be sold, the others cannot."""

    async def act(tx: Tx) -> Inspection:
        decision = Decision(
            good=data.good,
            place=data.place or "",
            rest=data.rest,
            why=data.why,
            serials=data.serials,
            rest_serials=data.rest_serials,
        )
        return await inspecting.decide(tx, inspection_id, decision)

    return await once(request, house, who, act, status=200)  # type: ignore[return-value]


ROUTES = [read_inspections, set_aside, decide]
