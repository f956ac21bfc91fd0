"""At the door, for drivers' devices: arrived, delivered with proof, failed, taken back. Every act may come twice."""

import base64
import binascii
from typing import Any
from uuid import UUID

from litestar import Response, post

from doorstep.platform.db import Tx
from doorstep.platform.edge import Asked, Caller, FromPath, InHouse, JSONBody
from doorstep.platform.errors import Fault, Reason, Refused
from doorstep.platform.idempotency import once
from doorstep.stages.delivery.acts import driving, handing, looking
from doorstep.stages.delivery.api.shapes import (
    DRIVE,
    DeliverIn,
    FailIn,
    PlaceIn,
    StopOut,
    stop_out,
)
from doorstep.stages.delivery.model import Failure, Handing, Place
from doorstep.stages.delivery.rules.doors import NextStep

StopId = FromPath[UUID]


@post("/api/stops/{stop_id:uuid}/arrive", opt=DRIVE, status_code=200)
async def arrive(stop_id: StopId, request: Asked, house: InHouse, who: Caller) -> Response[StopOut]:
    """Stand at the door."""

    async def act(tx: Tx) -> StopOut:
        await looking.stop(tx, stop_id)
        await driving.arrive(tx, stop_id)
        return stop_out(await looking.stop(tx, stop_id))

    return await once(request, house, who, act, status=200)  # type: ignore[return-value]


@post("/api/stops/{stop_id:uuid}/deliver", opt=DRIVE, status_code=200)
async def deliver(
    stop_id: StopId, data: JSONBody[DeliverIn], request: Asked, house: InHouse, who: Caller
) -> Response[dict[str, Any]]:
    """Hand the parcel over, with its proof. A wrong PIN is counted and answered with the tries that are left."""
    told = Handing(
        stop_id=stop_id,
        kind=data.proof,
        received_by=data.received_by,
        signature=data.signature,
        photo=_photo(data.photo),
        pin=data.pin,
        place=_place(data.place),
        occurred_at=data.occurred_at,
    )

    async def act(tx: Tx) -> dict[str, Any]:
        await looking.stop(tx, stop_id)
        answer = await handing.deliver(tx, told)
        if isinstance(answer, handing.PinWrong):
            return {"delivered": False, "tries_left": answer.tries_left, "message": answer.message}
        return {"delivered": True, "distance_m": answer.distance_m, "far": answer.far, "again": answer.again}

    return await once(request, house, who, act, status=200)  # type: ignore[return-value]


@post("/api/stops/{stop_id:uuid}/fail", opt=DRIVE, status_code=200)
async def fail(
    stop_id: StopId, data: JSONBody[FailIn], request: Asked, house: InHouse, who: Caller
) -> Response[NextStep]:
    """Say why the parcel was not handed over; the answer says what follows."""
    told = Failure(
        stop_id=stop_id,
        reason=data.reason,
        note=data.note,
        place=_place(data.place),
        occurred_at=data.occurred_at,
    )

    async def act(tx: Tx) -> NextStep:
        await looking.stop(tx, stop_id)
        return await handing.fail(tx, told)

    return await once(request, house, who, act, status=200)  # type: ignore[return-value]


@post("/api/stops/{stop_id:uuid}/undo", opt=DRIVE, status_code=200)
async def undo(stop_id: StopId, request: Asked, house: InHouse, who: Caller) -> Response[StopOut]:
    """Take a failure back that was a slip of the finger, within ten minutes."""

    async def act(tx: Tx) -> StopOut:
        await looking.stop(tx, stop_id)
        await handing.undo(tx, stop_id)
        return stop_out(await looking.stop(tx, stop_id))

    return await once(request, house, who, act, status=200)  # type: ignore[return-value]


def _place(place: PlaceIn | None) -> Place | None:
    return Place(lat=place.lat, lon=place.lon, accuracy_m=place.accuracy_m) if place else None


def _photo(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        fault = Fault("/photo", "not_base64", "Send the picture in base64.")
        raise Refused(Reason.INVALID, "The photo cannot be read. Send it again.", [fault]) from None


ROUTES: list[Any] = [arrive, deliver, fail, undo]
