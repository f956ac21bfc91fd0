"""Packing: a tote is opened at a bench, every piece is scanned into a box, the box is weighed and closed."""

from collections.abc import Sequence
from uuid import UUID

import msgspec

from doorstep.platform import series
from doorstep.platform.db import Tx
from doorstep.platform.errors import Reason, Refused, unknown
from doorstep.platform.gs1 import read_label
from doorstep.platform.ids import new_id
from doorstep.platform.journal import born
from doorstep.platform.statements import Statements
from doorstep.solvers.cartons import Box
from doorstep.stages import catalog
from doorstep.stages.catalog import Serials, is_tote
from doorstep.stages.inventory import SerialClaim, pack_serial, serials_lying
from doorstep.stages.warehouse.acts.answers import Hand, answered_once
from doorstep.stages.warehouse.acts.benches import Job, OpenBox, PackAnswer, PackLine, PackLineFacts
from doorstep.stages.warehouse.acts.withdraw import OVER
from doorstep.stages.warehouse.model import PARCEL, FulfillmentState
from doorstep.stages.warehouse.rules.cartons import Piece, by_eye
from doorstep.stages.warehouse.rules.codes import is_serial, readings
from doorstep.stages.warehouse.rules.scanning import shown

Q = Statements("doorstep.stages.warehouse")
NUMBER_DIGITS_MAX = 12


async def open_work(
    tx: Tx, hand: Hand, command_id: str, code: str, *, site_id: UUID | None = None, take_over: bool = False
) -> PackAnswer:
    """Open what a tote, an order number, or the only piece of an order stands for; one scan opens it.

    A piece is counted at once: it goes into the box of the most urgent order that is just this one piece.

    Raises:
        Refused: the command id was used for something else.
    """

    async def act() -> PackAnswer:
        job_id = await _find(tx, code, site_id)
        if isinstance(job_id, PackAnswer):
            return job_id
        piece = None
        if job_id is None:
            job_id = await tx.value(Q.open_by_item, codes=readings(code), site_id=site_id)
            piece = code
        if job_id is None:
            return _no(
                "unknown_code", f"{shown(code)} is no tote in use, no order and no single piece to pack."
            )
        opened = await _open(tx, hand, job_id, take_over=take_over)
        if piece is None or not opened.accepted:
            return opened
        counted = await _count(tx, hand, await lock_job(tx, job_id), piece, 1)
        return msgspec.structs.replace(
            opened,
            code=counted.code,
            message=counted.message,
            left=counted.left,
            line=counted.line,
            parcel=counted.parcel,
        )

    return await answered_once(tx, command_id, ["open", code, site_id, take_over], PackAnswer, act)


async def look(tx: Tx, job_id: UUID) -> PackAnswer:
    """Return where a bench stands, for a page that is loaded again.

    Raises:
        Refused: there is no such fulfillment order.
    """
    return await tell(tx, await lock_job(tx, job_id), "ok", "", full=True)


async def scan(
    tx: Tx, hand: Hand, job_id: UUID, command_id: str, code: str, quantity: int | None = None
) -> PackAnswer:
    """Count a scanned piece (or `quantity` times a code) into the open box.

    Raises:
        Refused: there is no such fulfillment order, somebody else has its box, or the command id was used before.
    """
    job = await lock_job(tx, job_id)

    async def act() -> PackAnswer:
        return await _count(tx, hand, job, code, 1 if quantity is None else quantity)

    return await answered_once(tx, command_id, ["pack", job_id, code, quantity], PackAnswer, act)


async def lock_job(tx: Tx, job_id: UUID) -> Job:
    """Lock a fulfillment order for a bench.

    Raises:
        Refused: there is no such fulfillment order.
    """
    job = await tx.row(Q.lock_job, Job, fulfillment_id=job_id)
    if job is None:
        raise unknown("fulfillment order", job_id)
    return job


def _no(code: str, message: str) -> PackAnswer:
    return PackAnswer(accepted=False, code=code, message=message)


async def _find(tx: Tx, code: str, site_id: UUID | None) -> UUID | PackAnswer | None:
    """Return the job of a tote or an order number; None when the code is neither."""
    text = code.strip().upper()
    if is_tote(text):
        found = await tx.values(Q.open_by_tote, code=text, site_id=site_id)
        if len(found) > 1:
            return _no("which_site", f"{text} is in use at several sites. Say at which one you are.")
        return found[0] if found else _no("empty_tote", f"{text} is empty. Scan a tote with goods in it.")
    if text.isascii() and text.isdigit() and len(text) <= NUMBER_DIGITS_MAX:
        job_id: UUID | None = await tx.value(Q.open_by_number, number=int(text), site_id=site_id)
        return job_id
    return None


async def why_not(tx: Tx, job: Job) -> PackAnswer | None:
    """Return the answer for a job that cannot be packed now, None when it can."""
    order = f"Order {job.order_number}"
    if job.order_state in OVER or job.state == FulfillmentState.CANCELED:
        became = job.order_state if job.order_state in OVER else "canceled"
        return _no(f"order_{became}", f"{order} was {became}. Put its goods back to their bins.")
    if job.state in (FulfillmentState.PACKED, FulfillmentState.HANDED_OVER):
        return _no("already_packed", f"{order} is already packed here. Open another.")
    if job.order_state != "accepted":
        return _no("order_held", f"{order} is held. Set it aside until it is released.")
    if job.part_held:
        return _no(
            "part_held", f"A part of {order} was just held. Open it again in a moment: it is taken out."
        )
    if job.state != FulfillmentState.PICKED:
        missing = await tx.tuples(Q.not_picked, fulfillment_id=job.id)
        lacks = ", ".join(f"{units} of {sku}" for sku, units in missing)
        return _no(
            "not_picked", f"{order} is not fully picked: {lacks or 'its cart is under way'}. Bring it later."
        )
    return None


async def _open(tx: Tx, hand: Hand, job_id: UUID, *, take_over: bool) -> PackAnswer:
    job = await lock_job(tx, job_id)
    if wrong := await why_not(tx, job):
        return msgspec.structs.replace(wrong, fulfillment_id=job.id, order_number=job.order_number)
    box = await tx.row(Q.open_parcel, OpenBox, fulfillment_id=job.id)
    if box and box.holder != hand.holder:
        same_person = (box.holder or "").split("/")[0] == hand.actor
        if not take_over or not (hand.lead or same_person):
            said = f"{box.packed_by} is packing order {job.order_number}. Open another, or take it over with a lead."
            return msgspec.structs.replace(_no("in_use", said), fulfillment_id=job.id)
        await tx.run(Q.hold_parcel, parcel_id=box.id, holder=hand.holder, packed_by=hand.shown)
    if not box:
        await start_box(tx, hand, job)
    return await tell(tx, job, "ok", f"Order {job.order_number} for {job.customer}.", full=True)


async def start_box(tx: Tx, hand: Hand, job: Job) -> OpenBox:
    """Put the next box on the bench: the one thought out, else the smallest that should do."""
    lines = (await lines_of(tx, [job.id]))[job.id]
    boxes = {box.code: box for box in await catalog.boxes_of(tx)}
    thought = job.suggestion.box(job.boxes) if job.suggestion else None
    left = [to_piece(line, line.need - line.packed) for line in lines if line.need > line.packed]
    code = thought.box if thought else by_eye(left, [to_box(box) for box in boxes.values()])
    box = boxes.get(code or "")
    parcel_id = new_id()
    [number] = await series.take(tx, "parcel", 1)
    await tx.run(
        Q.add_parcel,
        id=parcel_id,
        number=number,
        fulfillment_id=job.id,
        order_id=job.order_id,
        site_id=job.site_id,
        merchant_id=job.merchant_id,
        box_id=box.id if box else None,
        length_mm=box.outer_length_mm if box else None,
        width_mm=box.outer_width_mm if box else None,
        height_mm=box.outer_height_mm if box else None,
        tare_g=box.tare_g if box else 0,
        holder=hand.holder,
        packed_by=hand.shown,
    )
    facts = {"number": number, "order_id": job.order_id, "fulfillment_id": job.id, "box": code}
    await born(tx, PARCEL, [parcel_id], facts)
    opened = await tx.row(Q.open_parcel, OpenBox, fulfillment_id=job.id)
    assert opened is not None  # noqa: S101 - it was just put there
    return opened


async def lines_of(tx: Tx, job_ids: Sequence[UUID]) -> dict[UUID, list[PackLineFacts]]:
    """Return what goes into the boxes of each of these fulfillment orders, product by product."""
    found: dict[UUID, list[PackLineFacts]] = {job_id: [] for job_id in job_ids}
    for job_id, *facts in await tx.tuples(Q.pack_lines, fulfillment_ids=list(job_ids)):
        found[job_id].append(PackLineFacts(*facts))
    return found


def to_piece(line: PackLineFacts, quantity: int) -> Piece:
    """Return units of a line as the rules pack them."""
    return Piece(
        product_id=line.product_id,
        sku=line.sku,
        name=line.name,
        length_mm=line.length_mm,
        width_mm=line.width_mm,
        height_mm=line.height_mm,
        weight_g=line.weight_g,
        quantity=quantity,
        upright=line.upright,
        fragile=line.fragile,
    )


def to_box(box: catalog.Box) -> Box:
    """Return a carton of the catalog as the solver knows boxes."""
    return Box(
        name=box.code,
        length_mm=box.inner_length_mm,
        width_mm=box.inner_width_mm,
        height_mm=box.inner_height_mm,
        outer_length_mm=box.outer_length_mm,
        outer_width_mm=box.outer_width_mm,
        outer_height_mm=box.outer_height_mm,
        tare_g=box.tare_g,
        max_gross_g=box.max_gross_g,
        price_minor=box.price_minor,
    )


async def held_box(tx: Tx, hand: Hand, job: Job) -> OpenBox:
    """Return the box that this hand has open for a job.

    Raises:
        Refused: no box is open, or it is somebody else's.
    """
    box = await tx.row(Q.open_parcel, OpenBox, fulfillment_id=job.id)
    if box is None:
        raise Refused(Reason.CONFLICT, f"No box is open for order {job.order_number}. Scan its tote first.")
    if box.holder != hand.holder:
        raise Refused(Reason.CONFLICT, f"{box.packed_by} is packing order {job.order_number}. Open another.")
    return box


async def _count(tx: Tx, hand: Hand, job: Job, code: str, times: int) -> PackAnswer:
    if wrong := await why_not(tx, job):
        return msgspec.structs.replace(wrong, fulfillment_id=job.id, order_number=job.order_number)
    box = await held_box(tx, hand, job)
    line = await tx.row(
        Q.scanned_line,
        PackLineFacts,
        fulfillment_id=job.id,
        merchant_id=job.merchant_id,
        codes=readings(code),
        skus=[code.strip(), code.strip().upper()],
    )
    if line is None and box.asks is not None:
        asked = await tx.row(Q.line_asked, PackLineFacts, fulfillment_id=job.id, product_id=box.asks)
        if asked is not None:
            return await _pack_unit(tx, job, box, asked, code.strip())
    if line is None:
        said = f"{shown(code)} is not in order {job.order_number}. Lay it aside and scan the next piece."
        return await tell(tx, job, "wrong_item", said, accepted=False, box=box)
    units = line.units * times
    if units > line.need - line.packed:
        more = line.need - line.packed
        said = (
            f"All {line.need} of {line.name} are packed."
            if not more
            else f"Only {more} more of {line.name} belong in."
        )
        return await tell(
            tx, job, "too_many", f"{said} Lay the rest aside.", accepted=False, box=box, line=line.out
        )
    if line.serials != Serials.NONE:
        return await _ask_serial(tx, job, box, line, code, units)
    await _pack(tx, job, box, line, await _spread(tx, job, line, units))
    return await _tell_counted(tx, job, line, units)


async def _tell_counted(tx: Tx, job: Job, line: PackLineFacts, units: int) -> PackAnswer:
    packed = msgspec.structs.replace(line.out, packed=line.packed + units)
    return await tell(tx, job, "counted", f"{packed.packed} of {line.need} {line.name}.", line=packed)


async def _ask_serial(
    tx: Tx, job: Job, box: OpenBox, line: PackLineFacts, code: str, units: int
) -> PackAnswer:
    """Go on to the serial number of a unit; a label that says it too needs no second scan."""
    if units != 1:
        said = f"Each {line.name} has a serial number. Scan them piece by piece."
        return await tell(tx, job, "one_by_one", said, accepted=False, box=box, line=line.out)
    if (label := read_label(code)) and label.serial:
        return await _pack_unit(tx, job, box, line, label.serial)
    await tx.run(Q.ask_serial, parcel_id=box.id, asks=line.product_id)
    return await tell(tx, job, "serial_next", f"Scan the serial number of this {line.name}.", line=line.out)


async def _pack_unit(tx: Tx, job: Job, box: OpenBox, line: PackLineFacts, serial: str) -> PackAnswer:
    """Count one unit into a box by its serial number, unless that one is in a parcel already."""
    if not is_serial(serial) or line.packed >= line.need:
        said = f"{shown(serial)} is no serial number. Scan the one on this {line.name}."
        return await tell(tx, job, "wrong_serial", said, accepted=False, box=box, line=line.out)
    if line.serials == Serials.ALL and not await _lies_in_totes(tx, job, line, serial):
        said = f"{line.name} {serial} was not picked for this order. Lay it aside and scan another."
        return await tell(tx, job, "serial_elsewhere", said, accepted=False, box=box, line=line.out)
    spread = await _spread(tx, job, line, 1)
    claim = SerialClaim(line.product_id, serial, job.order_id, spread[0][0], box.id)
    if taken := await pack_serial(tx, claim):
        number = await tx.value(Q.number_of_order, order_id=taken.order_id)
        said = f"{line.name} {serial} is in order {number} already. Lay it aside and scan another."
        return await tell(tx, job, "serial_taken", said, accepted=False, box=box, line=line.out)
    await _pack(tx, job, box, line, spread)
    await tx.run(Q.ask_serial, parcel_id=box.id, asks=None)
    return await _tell_counted(tx, job, line, 1)


async def _lies_in_totes(tx: Tx, job: Job, line: PackLineFacts, serial: str) -> bool:
    lying = await tx.tuples(Q.in_totes_of, fulfillment_ids=[job.id])
    totes = [place for _, place, product_id, _ in lying if product_id == line.product_id]
    units = await serials_lying(tx, [line.product_id], job.site_id, totes)
    return any(one.serial == serial for one in units)


async def _spread(tx: Tx, job: Job, line: PackLineFacts, units: int) -> list[tuple[UUID, int]]:
    """Return which lines get units of a product: several of the same product are filled one after the other."""
    spread: list[tuple[UUID, int]] = []
    left = units
    for line_id, room in await tx.tuples(Q.lines_to_pack, fulfillment_id=job.id, product_id=line.product_id):
        if left:
            spread.append((line_id, min(left, room)))
            left -= spread[-1][1]
    return spread


async def _pack(
    tx: Tx, job: Job, box: OpenBox, line: PackLineFacts, spread: Sequence[tuple[UUID, int]]
) -> None:
    """Count units into a box."""
    await tx.run(
        Q.pack_units,
        fulfillment_id=job.id,
        parcel_id=box.id,
        product_id=line.product_id,
        line_ids=[line_id for line_id, _ in spread],
        unitss=[part for _, part in spread],
        weight_g=line.weight_g * sum(part for _, part in spread),
    )


async def tell(
    tx: Tx,
    job: Job,
    code: str,
    message: str,
    *,
    accepted: bool = True,
    box: OpenBox | None = None,
    line: PackLine | None = None,
    full: bool = False,
) -> PackAnswer:
    """Return the answer to a packer; all lines only when a page is built, so a long order costs no more a scan."""
    box = box if box and not accepted else await tx.row(Q.open_parcel, OpenBox, fulfillment_id=job.id)
    lines = (await lines_of(tx, [job.id]))[job.id] if full else []
    return PackAnswer(
        accepted=accepted,
        code=code,
        message=message,
        fulfillment_id=job.id,
        order_id=job.order_id,
        order_number=job.order_number,
        customer=job.customer,
        merchant=job.merchant,
        gift=job.gift,
        delivery=job.delivery,
        ship_by=job.ship_by,
        state=job.state,
        boxes=job.boxes,
        left=await tx.value(Q.unpacked, fulfillment_id=job.id),
        parcel=box.out if box else None,
        line=line,
        lines=[one.out for one in lines],
    )
