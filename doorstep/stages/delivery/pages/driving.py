"""At one door, on the driver's phone: arrived, the proof, or why not. One act per page, large enough for a thumb."""

from typing import Any
from uuid import UUID

from litestar import get, post
from litestar.datastructures import UploadFile

from doorstep.platform.db import Tx
from doorstep.platform.edge import Asked, Caller, Form, FromPath, InHouse, MultipartBody
from doorstep.platform.errors import Reason, Refused
from doorstep.platform.pages import back, page
from doorstep.stages.delivery.acts import driving, handing, looking
from doorstep.stages.delivery.model import FailReason, Failure, Handing, ProofKind, Stop
from doorstep.stages.delivery.pages.driver import DRIVE, check_driver
from doorstep.stages.delivery.pages.fields import place, text

StopId = FromPath[UUID]


async def _mine(tx: Tx, who: Any, stop_id: UUID) -> Stop:
    stop = await looking.stop(tx, stop_id)
    await check_driver(tx, who, stop.route_id)
    return stop


def _home(stop: Stop) -> str:
    return f"/driver/{stop.route_id}" if stop.route_id else "/driver"


@get("/driver/stops/{stop_id:uuid}/deliver", opt=DRIVE, include_in_schema=False)
async def deliver_page(stop_id: StopId, request: Asked, house: InHouse, who: Caller) -> Any:
    """Ask for the proof: signature, photo or PIN."""
    kind = request.query_params.get("proof", "signature")
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        stop = await _mine(tx, who, stop_id)
    if kind not in set(ProofKind):
        kind = ProofKind.SIGNATURE
    return page(request, "delivery/deliver.html", stop=stop, kind=kind, faults=[])


@get("/driver/stops/{stop_id:uuid}/fail", opt=DRIVE, include_in_schema=False)
async def fail_page(stop_id: StopId, request: Asked, house: InHouse, who: Caller) -> Any:
    """Ask why the parcel cannot be handed over."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        stop = await _mine(tx, who, stop_id)
    return page(request, "delivery/fail.html", stop=stop, reasons=list(FailReason))


@post("/driver/stops/{stop_id:uuid}/arrive", opt=DRIVE, include_in_schema=False, status_code=200)
async def arrive(stop_id: StopId, house: InHouse, who: Caller) -> Any:
    """Stand at the door."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        stop = await _mine(tx, who, stop_id)
    path = _home(stop)
    try:
        async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
            await driving.arrive(tx, stop_id)
    except Refused as refused:
        return back(path, refused.message, kind="wrong")
    return back(path)


@post("/driver/stops/{stop_id:uuid}/deliver", opt=DRIVE, include_in_schema=False, status_code=200)
async def deliver(
    stop_id: StopId, request: Asked, house: InHouse, who: Caller, data: MultipartBody[dict[str, Any]]
) -> Any:
    """Record the delivery with its proof; what is missing is said on the same page."""
    kind = ProofKind(text(data, "proof")) if text(data, "proof") in set(ProofKind) else ProofKind.SIGNATURE
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        stop = await _mine(tx, who, stop_id)
    told = Handing(
        stop_id=stop_id,
        kind=kind,
        received_by=text(data, "received_by", 120) or text(data, "signed_name", 120),
        signature=text(data, "signature", 20_000),
        photo=await _photo(data.get("photo")),
        pin=text(data, "pin", 12),
        place=place(data),
    )
    path = _home(stop)
    try:
        async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
            answer = await handing.deliver(tx, told)
    except Refused as refused:
        if refused.reason is Reason.INVALID:
            return page(
                request,
                "delivery/deliver.html",
                status=422,
                stop=stop,
                kind=kind,
                faults=list(refused.faults),
            )
        return back(path, refused.message, kind="wrong")
    if isinstance(answer, handing.PinWrong):
        return back(f"/driver/stops/{stop_id}/deliver?proof=pin", answer.message, kind="wrong")
    if answer.far:
        return back(
            path, f"Delivered, {answer.distance_m} m from the address. Dispatch will ask.", kind="warning"
        )
    return back(path, "Delivered before." if answer.again else "Delivered.")


@post("/driver/stops/{stop_id:uuid}/fail", opt=DRIVE, include_in_schema=False, status_code=200)
async def fail(stop_id: StopId, house: InHouse, who: Caller, data: Form) -> Any:
    """Record why the parcel was not handed over, and say what follows."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        stop = await _mine(tx, who, stop_id)
    path = _home(stop)
    if text(data, "reason") not in set(FailReason):
        return back(f"/driver/stops/{stop_id}/fail", "Say why.", kind="warning")
    told = Failure(
        stop_id=stop_id,
        reason=FailReason(text(data, "reason")),
        note=text(data, "note", 500),
        place=place(data),
    )
    try:
        async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
            step = await handing.fail(tx, told)
    except Refused as refused:
        return back(path, refused.message, kind="wrong")
    return back(path, step.message, kind="warning")


@post("/driver/stops/{stop_id:uuid}/undo", opt=DRIVE, include_in_schema=False, status_code=200)
async def undo(stop_id: StopId, house: InHouse, who: Caller) -> Any:
    """Take a failure back that was a slip of the finger."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        stop = await _mine(tx, who, stop_id)
    path = _home(stop)
    try:
        async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
            await handing.undo(tx, stop_id)
    except Refused as refused:
        return back(path, refused.message, kind="wrong")
    return back(path, "Taken back.")


async def _photo(upload: Any) -> bytes:
    return await upload.read() if isinstance(upload, UploadFile) else b""


ROUTES: list[Any] = [deliver_page, fail_page, arrive, deliver, fail, undo]
