"""Stops at the center: read, scanned in, corrected, put into a running route, returned to the sender."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Response, get, post
from litestar.params import QueryParameter

from doorstep.platform.db import Tx
from doorstep.platform.edge import Asked, Caller, FromPath, FromQuery, InHouse, JSONBody
from doorstep.platform.errors import Reason, Refused, unknown
from doorstep.platform.idempotency import once
from doorstep.stages.delivery.acts import asking, changing, expecting, handing, looking
from doorstep.stages.delivery.api.shapes import (
    DRIVE,
    PLAN,
    READ_STOPS,
    DoorIn,
    ProofOut,
    ScanIn,
    StopOut,
    StopsOut,
    WholeStopOut,
    WindowIn,
    stop_out,
)
from doorstep.stages.delivery.model import ScanVerdict, StopState
from doorstep.stages.delivery.rules.doors import picture_type

StopId = FromPath[UUID]
InState = Annotated[StopState | None, QueryParameter(name="state")]
Limit = Annotated[int, QueryParameter(ge=1, le=200)]


@get("/api/stops", opt=READ_STOPS)
async def list_stops(
    house: InHouse,
    who: Caller,
    site_id: FromQuery[UUID | None] = None,
    of_state: InState = None,
    cursor: FromQuery[UUID | None] = None,
    limit: Limit = 50,
) -> StopsOut:
    """List stops, oldest first, by center and state. A merchant sees its own."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        found = await looking.listed(
            tx,
            site_id=site_id,
            states=[of_state] if of_state else None,
            merchant_id=who.merchant_id,
            after=cursor,
            most=limit + 1,
        )
    shown = found[:limit]
    return StopsOut([stop_out(one) for one in shown], shown[-1].id if len(found) > limit else None)


@get("/api/stops/{stop_id:uuid}", opt=READ_STOPS)
async def read_stop(stop_id: StopId, house: InHouse, who: Caller) -> WholeStopOut:
    """Read a stop with its tries and its proof."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        stop = await looking.stop(tx, stop_id, who.merchant_id)
        attempts = await looking.attempts(tx, stop_id)
        proofs = await looking.proofs(tx, stop_id)
    names = ProofOut.__struct_fields__
    return WholeStopOut(
        stop=stop_out(stop),
        attempts=attempts,
        proofs=[ProofOut(**{name: getattr(one, name) for name in names}) for one in proofs],
    )


@get("/api/stops/{stop_id:uuid}/photo", opt=READ_STOPS, media_type="image/*")
async def read_photo(stop_id: StopId, house: InHouse, who: Caller) -> Response[bytes]:
    """Fetch the picture that proves a delivery."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        photo = await handing.photo_of(tx, stop_id, who.merchant_id)
    if photo is None:
        raise unknown("photo of stop", stop_id)
    return Response(photo, media_type=picture_type(photo) or "application/octet-stream")


@post("/api/stops/scan-in", opt=DRIVE, status_code=200)
async def scan_in(
    data: JSONBody[ScanIn], request: Asked, house: InHouse, who: Caller
) -> Response[list[ScanVerdict]]:
    """Scan parcels in at a local center, from the warehouse or back from a tour; each code gets its verdict."""

    async def act(tx: Tx) -> list[ScanVerdict]:
        return await expecting.scan_in(tx, data.site_id, data.codes)

    return await once(request, house, who, act, status=200)  # type: ignore[return-value]


@post("/api/stops/{stop_id:uuid}/place", opt=PLAN, status_code=200)
async def correct_place(
    stop_id: StopId, data: JSONBody[DoorIn], request: Asked, house: InHouse, who: Caller
) -> Response[StopOut]:
    """Correct where the door is, while the parcel is on no route."""

    async def act(tx: Tx) -> StopOut:
        await expecting.correct_place(tx, stop_id, data.lat, data.lon)
        return stop_out(await looking.stop(tx, stop_id))

    return await once(request, house, who, act, status=200)  # type: ignore[return-value]


@post("/api/stops/{stop_id:uuid}/window", opt=PLAN, status_code=200)
async def wish_window(
    stop_id: StopId, data: JSONBody[WindowIn], request: Asked, house: InHouse, who: Caller
) -> Response[StopOut]:
    """Set when the customer wants the parcel, while it is on no route."""

    async def act(tx: Tx) -> StopOut:
        await expecting.wish_window(tx, stop_id, data.from_, data.until)
        return stop_out(await looking.stop(tx, stop_id))

    return await once(request, house, who, act, status=200)  # type: ignore[return-value]


@post("/api/stops/{stop_id:uuid}/insert", opt=PLAN, status_code=200)
async def insert(stop_id: StopId, request: Asked, house: InHouse, who: Caller) -> Response[dict[str, Any]]:
    """Put a late parcel into a route that has not left, where it costs least; nobody else changes van or order."""
    found = await asking.find_place(house, who.tenant_id, who.actor, stop_id)

    async def act(tx: Tx) -> dict[str, Any]:
        message = await asking.place(tx, stop_id, found)
        return {"message": message, "stop": stop_out(await looking.stop(tx, stop_id))}

    return await once(request, house, who, act, status=200)  # type: ignore[return-value]


@post("/api/stops/{stop_id:uuid}/unplan", opt=PLAN, status_code=200)
async def unplan(stop_id: StopId, request: Asked, house: InHouse, who: Caller) -> Response[StopOut]:
    """Take a parcel off its route, before the van leaves; it lies at the center again."""

    async def act(tx: Tx) -> StopOut:
        await looking.stop(tx, stop_id)
        moves = await changing.take_off(tx, [stop_id], "taken off by dispatch")
        if moves.refused and moves.refused[0].was != StopState.AT_CENTER:
            raise Refused(
                Reason.CONFLICT,
                f"The stop is {moves.refused[0].was}. Only a planned parcel can be taken off.",
            )
        return stop_out(await looking.stop(tx, stop_id))

    return await once(request, house, who, act, status=200)  # type: ignore[return-value]


@post("/api/stops/{stop_id:uuid}/return", opt=PLAN, status_code=200)
async def send_back(stop_id: StopId, request: Asked, house: InHouse, who: Caller) -> Response[StopOut]:
    """Return a parcel that lies at the center, or came back from a failed attempt, to its sender."""

    async def act(tx: Tx) -> StopOut:
        await looking.stop(tx, stop_id)
        moves = await handing.send_back(tx, [stop_id])
        if moves.refused and moves.refused[0].was != StopState.RETURNED:
            raise Refused(
                Reason.CONFLICT, f"The stop is {moves.refused[0].was}. Take it off its route first."
            )
        return stop_out(await looking.stop(tx, stop_id))

    return await once(request, house, who, act, status=200)  # type: ignore[return-value]


ROUTES: list[Any] = [
    list_stops,
    read_stop,
    read_photo,
    scan_in,
    correct_place,
    wish_window,
    insert,
    unplan,
    send_back,
]
