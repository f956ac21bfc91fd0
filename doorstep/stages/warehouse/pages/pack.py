"""The packer's bench: scan a tote, scan its pieces, weigh, close; the scanner and the keyboard suffice."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from litestar import Response, get, post

from doorstep.platform.auth import Role, allow
from doorstep.platform.db import Tx
from doorstep.platform.edge import Asked, Caller, Form, FromPath, InHouse
from doorstep.platform.errors import Refused
from doorstep.platform.pages import back, page
from doorstep.stages import catalog
from doorstep.stages.warehouse import acts
from doorstep.stages.warehouse.acts import PackAnswer, Reading
from doorstep.stages.warehouse.api.benches import WEIGHT_MAX_G, linked
from doorstep.stages.warehouse.api.hands import QUANTITY_MAX
from doorstep.stages.warehouse.model import FulfillmentState
from doorstep.stages.warehouse.pages.devices import (
    code_of,
    command_of,
    hand_of,
    id_of,
    told,
    whole,
    with_device,
)

PACKERS = allow(Role.MANAGER, Role.PACKER)


@get("/pack", opt=PACKERS, include_in_schema=False)
async def queue(request: Asked, house: InHouse, who: Caller) -> Any:
    """Show what is picked and waits for a bench, in the order in which it has to leave."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        picked = await acts.queue(tx, FulfillmentState.PICKED, None, most=50)
        now = tx.now
    return with_device(request, page(request, "warehouse/bench_queue.html", picked=picked, clock=now))


@post("/pack/open", opt=PACKERS, include_in_schema=False, status_code=200)
async def open_work(request: Asked, house: InHouse, who: Caller, data: Form) -> Any:
    """Open work with one scan."""
    hand, code = hand_of(request, who), code_of(data)
    if not code:
        return back("/pack", "Scan a tote, an order or a single piece.", kind="warning")
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        answer = await acts.open_work(tx, hand, command_of(data), code, take_over=bool(data.get("take_over")))
    if not answer.accepted:
        return back("/pack", answer.message, kind="wrong")
    return back(f"/pack/{answer.fulfillment_id}", answer.message)


@get("/pack/{job_id:uuid}", opt=PACKERS, include_in_schema=False)
async def bench(job_id: FromPath[UUID], request: Asked, house: InHouse, who: Caller) -> Any:
    """Show the work at hand: what to scan, the box and how to fill it."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        job = await acts.look_at_bench(tx, job_id)
        suggested = job.parcel and job.parcel.box == job.parcel.suggested_box
        guide = await acts.guide_of(tx, job_id, job.boxes) if suggested else None
        boxes = await catalog.boxes_of(tx)
        closed = [
            one
            for one in await acts.parcels(tx, acts.Wanted(order_id=job.order_id, most=20))
            if one.fulfillment_id == job_id and one.has_slip
        ]
        now = tx.now
    hand = hand_of(request, who)
    return with_device(
        request,
        page(
            request,
            "warehouse/bench.html",
            job=job,
            guide=guide,
            boxes=boxes,
            closed=closed,
            lead=hand.lead,
            clock=now,
        ),
    )


@post("/pack/{job_id:uuid}/scan", opt=PACKERS, include_in_schema=False, status_code=200)
async def scan(job_id: FromPath[UUID], request: Asked, house: InHouse, who: Caller, data: Form) -> Any:
    """Count a piece into the box; when all are in, a scanned box code changes the box."""
    hand, code = hand_of(request, who), code_of(data)
    quantity = whole(data.get("quantity", "1"), QUANTITY_MAX)
    if not code or quantity is None:
        return back(f"/pack/{job_id}", "Scan a piece.", kind="warning")
    return await _do(
        house, who, job_id, lambda tx: acts.scan_into_box(tx, hand, job_id, command_of(data), code, quantity)
    )


@post("/pack/{job_id:uuid}/box", opt=PACKERS, include_in_schema=False, status_code=200)
async def box(job_id: FromPath[UUID], request: Asked, house: InHouse, who: Caller, data: Form) -> Any:
    """Take another box."""
    hand, code, reason = hand_of(request, who), code_of(data, "box"), code_of(data, "reason")
    return await _do(
        house, who, job_id, lambda tx: acts.change_box(tx, hand, job_id, command_of(data), code, reason)
    )


@post("/pack/{job_id:uuid}/close", opt=PACKERS, include_in_schema=False, status_code=200)
async def close(job_id: FromPath[UUID], request: Asked, house: InHouse, who: Caller, data: Form) -> Any:
    """Weigh and close the box."""
    hand, parcel_id = hand_of(request, who), id_of(data, "parcel_id", "parcel")
    weight_g = whole(data.get("weight_g", ""), WEIGHT_MAX_G)
    if weight_g is None:
        return back(f"/pack/{job_id}", "Type what the scale shows, in whole grams.", kind="warning")
    reading = Reading(parcel_id, weight_g, bool(data.get("more")), code_of(data, "reason"))
    return await _do(
        house,
        who,
        job_id,
        lambda tx: acts.close(tx, hand, command_of(data), reading, linked(house, who, tx)),
    )


@get("/pack/slips/{parcel_id:uuid}", opt=PACKERS, include_in_schema=False)
async def slip(parcel_id: FromPath[UUID], house: InHouse, who: Caller) -> Response[bytes]:
    """Show the packing slip of a closed box."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        number, made = await acts.read_slip(tx, parcel_id, who.merchant_id)
    headers = {"content-disposition": f'inline; filename="slip-{number}.pdf"'}
    return Response(made, media_type="application/pdf", headers=headers)


async def _do(house: InHouse, who: Caller, job_id: UUID, act: Callable[[Tx], Awaitable[PackAnswer]]) -> Any:
    """Do an act at a bench and go back to its page with the answer."""
    try:
        async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
            answer = await act(tx)
    except Refused as refused:
        return told("/pack", refused)
    return back(f"/pack/{job_id}", answer.message, kind="good" if answer.accepted else "wrong")


ROUTES: list[Any] = [queue, open_work, bench, scan, box, close, slip]
