"""Receiving as JSON: plates at the door, what is taken in scan by scan, and closing with a reason for every difference."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.params import QueryParameter
from msgspec import Meta

from doorstep.platform.auth import DESK, Principal, allow
from doorstep.platform.db import Tx
from doorstep.platform.edge import Asked, Caller, FromPath, FromQuery, InHouse, JSONBody
from doorstep.platform.idempotency import once
from doorstep.stages.inventory.acts import putaway
from doorstep.stages.inventory.acts.receiving import closing, expecting, taking, unloading
from doorstep.stages.inventory.acts.receiving.taking import TakenIn
from doorstep.stages.inventory.acts.receiving.unloading import Unloaded
from doorstep.stages.inventory.api.arrivals import (
    NOBODY,
    ArrivalOut,
    Name,
    Sscc,
    StoodIn,
    codes,
    shown,
    unannounced,
)
from doorstep.stages.inventory.api.goods import FLOOR, NO_NUL, Number, Place, Quantity, product_of
from doorstep.stages.inventory.model import LOT_MAX, NUMBERED_MAX, QUANTITY_MAX
from doorstep.stages.inventory.model.arrivals import Closing, Found, Intake
from doorstep.stages.inventory.rules.putaway import Offer


def leads(who: Principal) -> bool:
    """Whether a caller may take in far more than was expected: people of the desk, and programs that may change stock."""
    return who.user_id is None or bool(who.roles & frozenset(DESK))


@post("/api/arrivals/unannounced", opt=allow(*FLOOR, scope="stock:write"))
async def stand(data: JSONBody[StoodIn], request: Asked, house: InHouse, who: Caller) -> Response[ArrivalOut]:
    """Open an arrival of goods that stand at the door and that nobody announced, if its supplier may send such."""

    async def act(tx: Tx) -> ArrivalOut:
        noted = await taking.begin_unannounced(tx, unannounced(data, *await codes(tx, who)))
        return await shown(tx, noted.id, who.merchant_id)

    return await once(request, house, who, act)  # type: ignore[return-value]


class PlateIn(msgspec.Struct, forbid_unknown_fields=True):
    """A plate that stands at the door."""

    plate: Sscc


@post("/api/arrivals/{arrival_id:uuid}/plates", opt=allow(*FLOOR, scope="stock:write"), status_code=200)
async def scan_plate(
    data: JSONBody[PlateIn], request: Asked, house: InHouse, who: Caller, arrival_id: FromPath[UUID]
) -> Response[ArrivalOut]:
    """Note that a plate of an arrival stands at the door."""

    async def act(tx: Tx) -> ArrivalOut:
        await taking.scan_plate(tx, arrival_id, data.plate)
        return await shown(tx, arrival_id, who.merchant_id)

    return await once(request, house, who, act, status=200)  # type: ignore[return-value]


class UnloadIn(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """An announced plate that is taken in as a whole."""

    plate: Sscc
    place: Annotated[Place | None, Meta(description="The first dock of the site, unless a bin is named.")] = (
        None
    )
    confirmed: Annotated[bool, Meta(description="Somebody looked twice at more than was expected.")] = False


class UnloadedOut(msgspec.Struct):
    """What was taken in, and the arrival afterwards."""

    unloaded: Unloaded
    arrival: ArrivalOut


@post("/api/arrivals/{arrival_id:uuid}/unload", opt=allow(*FLOOR, scope="stock:write"), status_code=200)
async def unload(
    data: JSONBody[UnloadIn], request: Asked, house: InHouse, who: Caller, arrival_id: FromPath[UUID]
) -> Response[UnloadedOut]:
    """Take a plate in by one scan, with all that was announced to stand on it; it can be moved as a whole from then on."""

    async def act(tx: Tx) -> UnloadedOut:
        done = await unloading.unload(
            tx, arrival_id, data.plate, place=data.place or "", confirmed=data.confirmed, lead=leads(who)
        )
        return UnloadedOut(done, await shown(tx, arrival_id, who.merchant_id))

    return await once(request, house, who, act, status=200)  # type: ignore[return-value]


class ScanIn(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Units of a product that are taken in by one scan."""

    command_id: Annotated[
        str, Meta(min_length=1, max_length=100, pattern=NO_NUL, description="Sent again, it acts once.")
    ]
    product_id: UUID
    quantity: Quantity
    condition: Annotated[
        Literal["accepted", "quality_check", "damaged", "refused"],
        Meta(description="What is refused goes back and never is on hand."),
    ] = "accepted"
    why: Annotated[
        str, Meta(max_length=60, pattern=NO_NUL, description="Wanted unless they are accepted.")
    ] = ""
    lot: Annotated[str, Meta(max_length=20, pattern=NO_NUL, description="As it is printed.")] = ""
    expires_on: Annotated[date, Meta(description="The last day on which the lot may be sold.")] | None = None
    plate: Sscc = ""
    place: Place | None = None
    offered: Annotated[
        list[Place], Meta(max_length=10, description="Places that were offered, the best first.")
    ] = []
    placed_why: Annotated[
        Literal["", "full", "blocked", "too_small", "nearer", "as_told"],
        Meta(description="Why it is put to none of those that were offered."),
    ] = ""
    confirmed: Annotated[bool, Meta(description="Somebody looked twice at more than was expected.")] = False
    serials: Annotated[
        list[Number],
        Meta(
            max_length=NUMBERED_MAX,
            description="The number of each unit, if they have one; each comes in once.",
        ),
    ] = []


class ScansIn(msgspec.Struct, forbid_unknown_fields=True):
    """What was scanned; all is taken in, or nothing."""

    receipts: Annotated[list[ScanIn], Meta(min_length=1, max_length=200)]


class TakenOut(msgspec.Struct):
    """One answer per scan, and the arrival afterwards."""

    receipts: list[TakenIn]
    arrival: ArrivalOut


@get("/api/arrivals/{arrival_id:uuid}/offers", opt=allow(*FLOOR, scope="stock:read"))
async def read_offers(
    house: InHouse,
    who: Caller,
    arrival_id: FromPath[UUID],
    product_id: FromQuery[UUID | None] = None,
    quantity: Annotated[int, QueryParameter(ge=1, le=QUANTITY_MAX)] = 1,
    lot: Annotated[str, QueryParameter(max_length=LOT_MAX, pattern=NO_NUL)] = "",
) -> list[Offer]:
    """Say where units of a product are best put: the best bin and two others, each with its reason."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        arrival = await expecting.arrival_of(tx, arrival_id, who.merchant_id)
        product = await product_of(tx, product_id or NOBODY, who)
        return await putaway.offers_for(tx, arrival.site_id, product.id, quantity, lot)


@post("/api/arrivals/{arrival_id:uuid}/receipts", opt=allow(*FLOOR, scope="stock:write"), status_code=200)
async def take_in(
    data: JSONBody[ScansIn], request: Asked, house: InHouse, who: Caller, arrival_id: FromPath[UUID]
) -> Response[TakenOut]:
    """Take units of an arrival in; accepted ones can be sold at once. More than was expected wants a second look."""

    async def act(tx: Tx) -> TakenOut:
        intakes = [
            Intake(
                command=one.command_id,
                product_id=one.product_id,
                quantity=one.quantity,
                found=Found(one.condition),
                why=one.why,
                lot=one.lot,
                expires_on=one.expires_on,
                plate=one.plate,
                place=one.place or "",
                confirmed=one.confirmed,
                offered=one.offered,
                placed_why=one.placed_why,
                serials=one.serials,
            )
            for one in data.receipts
        ]
        done = await taking.take_in(tx, arrival_id, intakes, lead=leads(who))
        return TakenOut(done, await shown(tx, arrival_id, who.merchant_id))

    return await once(request, house, who, act, status=200)  # type: ignore[return-value]


class CloseIn(msgspec.Struct, forbid_unknown_fields=True):
    """For each product that came otherwise than expected, why."""

    whys: Annotated[dict[UUID, Name], Meta(max_length=1000)] = {}


class ClosedOut(msgspec.Struct):
    """What the arrival came to: `filled` orders got goods of it, `minutes` passed since it was begun."""

    closing: Closing
    arrival: ArrivalOut


@post("/api/arrivals/{arrival_id:uuid}/close", opt=allow(*FLOOR, scope="stock:write"), status_code=200)
async def close(
    data: JSONBody[CloseIn], request: Asked, house: InHouse, who: Caller, arrival_id: FromPath[UUID]
) -> Response[ClosedOut]:
    """Close an arrival: nothing more of it comes; every difference has a reason."""

    async def act(tx: Tx) -> ClosedOut:
        await expecting.arrival_of(tx, arrival_id, who.merchant_id)
        came_to = await closing.close(tx, arrival_id, data.whys)
        return ClosedOut(came_to, await shown(tx, arrival_id, who.merchant_id))

    return await once(request, house, who, act, status=200)  # type: ignore[return-value]


ROUTES = [stand, scan_plate, unload, read_offers, take_in, close]
