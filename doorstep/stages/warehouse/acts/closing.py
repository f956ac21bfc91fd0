"""Closing boxes: another box, the scale, the packing slip, and the parcel that leaves the bench."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import msgspec

from doorstep.platform.db import Tx
from doorstep.platform.errors import unknown
from doorstep.platform.journal import move_all, note
from doorstep.platform.statements import Statements
from doorstep.stages import catalog
from doorstep.stages.inventory import Movement, Serial, serials_packed
from doorstep.stages.inventory import move as move_goods
from doorstep.stages.warehouse.acts.answers import Hand, answered_once
from doorstep.stages.warehouse.acts.benches import Job, OpenBox, PackAnswer
from doorstep.stages.warehouse.acts.pack import held_box, lock_job, start_box, tell, why_not
from doorstep.stages.warehouse.acts.slips import Enclosed, Linked, draw_slips
from doorstep.stages.warehouse.model import FULFILLMENT, PARCEL, FulfillmentAct, ParcelAct, ParcelState
from doorstep.stages.warehouse.rules.weighing import Weighed, weigh

Q = Statements("doorstep.stages.warehouse")


@dataclass(frozen=True, slots=True)
class Reading:
    """What the packer says at the end.

    Attributes:
        weight_g: from the scale.
        more: another box follows, although pieces are left.
        reason: why a weight that does not fit is right; only a lead's counts.
    """

    parcel_id: UUID
    weight_g: int
    more: bool = False
    reason: str = ""


async def change_box(
    tx: Tx, hand: Hand, job_id: UUID, command_id: str, box_code: str, reason: str
) -> PackAnswer:
    """Take another box than suggested; says why, so that the suggestion gets better.

    Raises:
        Refused: there is no such fulfillment order, somebody else has its box, or the command id was used before.
    """
    job = await lock_job(tx, job_id)

    async def act() -> PackAnswer:
        if wrong := await why_not(tx, job):
            return wrong
        opened = await held_box(tx, hand, job)
        boxes = {box.code.casefold(): box for box in await catalog.boxes_of(tx)}
        chosen = boxes.get(box_code.strip().casefold())
        if chosen is None:
            said = f"There is no box {box_code}. Use one of {', '.join(box.code for box in boxes.values())}."
            return await tell(tx, job, "unknown_box", said, accepted=False, box=opened)
        if chosen.id != opened.suggested_box_id and not reason.strip():
            said = f"{opened.suggested or 'Another box'} was suggested. Say why {chosen.code} is better."
            return await tell(tx, job, "reason_needed", said, accepted=False, box=opened)
        await tx.run(
            Q.change_box,
            parcel_id=opened.id,
            box_id=chosen.id,
            reason=reason.strip() or None,
            old_tare_g=opened.tare_g or 0,
        )
        facts = {"was": opened.box, "box": chosen.code, "suggested": opened.suggested, "reason": reason}
        await note(tx, PARCEL, "box_changed", [opened.id], facts)
        return await tell(tx, job, "ok", f"Box {chosen.code}.")

    return await answered_once(tx, command_id, ["box", job_id, box_code, reason], PackAnswer, act)


async def close(tx: Tx, hand: Hand, command_id: str, reading: Reading, linked: Linked) -> PackAnswer:
    """Weigh and close a box: it becomes a parcel with its packing slip, and the carriers' turn begins.

    Closing a parcel that is closed changes nothing and answers it, however often it is clicked.

    Raises:
        Refused: there is no such parcel, somebody else packs it, or the command id was used before.
    """
    job_id = await tx.value(Q.fulfillment_of_parcel, parcel_id=reading.parcel_id)
    if job_id is None:
        raise unknown("parcel", reading.parcel_id)
    job = await lock_job(tx, job_id)

    async def act() -> PackAnswer:
        box = await tx.row(Q.parcel_by_id, OpenBox, fulfillment_id=job.id, parcel_id=reading.parcel_id)
        assert box is not None  # noqa: S101 - it was found above, and boxes are never deleted
        if box.state in (ParcelState.PACKED, ParcelState.HANDED_OVER):
            return await _closed(tx, job, box, f"Parcel {box.number} is closed already.")
        if wrong := await why_not(tx, job):
            return wrong
        await held_box(tx, hand, job)
        left = await tx.value(Q.unpacked, fulfillment_id=job.id)
        inside = dict(await tx.tuples(Q.in_parcel, parcel_id=box.id))
        weighed = weigh(box.expected_g, reading.weight_g, sum(inside.values()))
        if wrong_box := objection(box, reading, weighed, left, lead=hand.lead, empty=not inside):
            if wrong_box[0] == "weight_off":
                facts = {"weight_g": reading.weight_g, "expected_g": box.expected_g, "packer": hand.shown}
                await note(tx, PARCEL, "weighed", [box.id], facts)
            return await tell(tx, job, *wrong_box, accepted=False, box=box)
        await _seal(tx, hand, job, box, reading, weighed, inside, linked)
        if not left:
            await move_all(tx, FULFILLMENT, FulfillmentAct.PACK, [job.id], {"boxes": job.boxes + 1})
        else:
            await start_box(tx, hand, await lock_job(tx, job.id))
        return await _closed(
            tx, job, box, f"Parcel {box.number} is packed: {reading.weight_g} g in {box.box}."
        )

    return await answered_once(tx, command_id, ["close", reading], PackAnswer, act)


def objection(
    box: OpenBox, reading: Reading, weighed: Weighed, left: int, *, lead: bool, empty: bool
) -> tuple[str, str] | None:
    """Return what keeps a box from being closed (a stable name, and what to do), or None."""
    if empty:
        return "empty", "Nothing is in this box. Scan what goes into it."
    if left and not reading.more:
        return "not_all", f"{left} pieces are left in the tote. Scan them, or say that another box follows."
    if box.box is None:
        return "no_box", "No box is chosen. Scan or type the code of the box."
    if box.max_gross_g is not None and reading.weight_g > box.max_gross_g:
        return "too_heavy", f"Box {box.box} bears {box.max_gross_g} g. Take a stronger one, or two boxes."
    confirmed = lead and reading.reason.strip()
    return None if weighed.fits or confirmed else ("weight_off", _off(weighed, lead=lead))


def _off(weighed: Weighed, *, lead: bool) -> str:
    off = weighed.weight_g - weighed.expected_g
    much = f"{abs(off)} g too {'heavy' if off > 0 else 'light'}"
    around = f"{weighed.expected_g} g expected, {weighed.tolerance_g} g more or less"
    do = "say why it is right" if lead else "let a lead confirm it with a reason"
    return f"{weighed.weight_g} g is {much}: {around}. Count again, or {do}."


async def _seal(
    tx: Tx,
    hand: Hand,
    job: Job,
    box: OpenBox,
    reading: Reading,
    weighed: Weighed,
    inside: dict[UUID, int],
    linked: Linked,
) -> None:
    """Move the goods into the parcel, write its slip and its history, and free totes that are empty."""
    lying = {
        (place, product_id): units
        for _, place, product_id, units in await tx.tuples(Q.in_totes_of, fulfillment_ids=[job.id])
    }
    await move_goods(tx, out_of_totes(lying, inside, job, box.id, await serials_packed(tx, box.id)))
    await tx.run(Q.free_totes, fulfillment_ids=[job.id])
    await tx.run(
        Q.close_parcel,
        parcel_id=box.id,
        weight_g=reading.weight_g,
        reason=None if weighed.fits else reading.reason.strip(),
        packed_by=hand.shown,
        slip=(await draw_slips(tx, [Enclosed(box.id, box.number, job.order_id)], linked))[box.id],
    )
    facts = {
        "number": box.number,
        "order_id": job.order_id,
        "box": box.box,
        "suggested": box.suggested,
        "weight_g": reading.weight_g,
        "expected_g": weighed.expected_g,
        "reason": None if weighed.fits else reading.reason,
        "packer": hand.shown,
    }
    await move_all(tx, PARCEL, ParcelAct.CLOSE, [box.id], facts)


def out_of_totes(
    lying: dict[tuple[str, UUID], int],
    inside: Mapping[UUID, int],
    job: Job,
    parcel_id: UUID,
    units: Sequence[Serial] = (),
) -> list[Movement]:
    """Return how the units of a box leave the totes: tote by tote, until each product is complete.

    Args:
        lying: (place, product id) -> units in the totes of the fulfillment order; what leaves is taken off.
        inside: product id -> units in the box.
        job: the fulfillment order.
        parcel_id: the box.
        units: those in the box that are known by number: each leaves the tote that it lies in.
    """
    left = dict(inside)
    numbered = {one.product_id for one in units}
    movements = []
    for (place, product_id), on_hand in lying.items():
        numbers = [one.serial for one in units if (one.place, one.product_id) == (place, product_id)]
        part = len(numbers) if product_id in numbered else min(on_hand, left.get(product_id, 0))
        if part:
            left[product_id] -= part
            lying[place, product_id] -= part
            movements.append(
                Movement(
                    site_id=job.site_id,
                    product_id=product_id,
                    from_place=place,
                    to_place="parcel",
                    quantity=part,
                    reason="pack",
                    reference=parcel_id,
                    order_id=job.order_id,
                    serials=numbers,
                )
            )
    assert not any(left.values())  # noqa: S101 - what was scanned into the box was picked into these totes
    return movements


async def _closed(tx: Tx, job: Job, box: OpenBox, said: str) -> PackAnswer:
    closed = await tx.row(Q.parcel_by_id, OpenBox, fulfillment_id=job.id, parcel_id=box.id)
    now = await lock_job(tx, job.id)
    answer = await tell(tx, now, "closed", said)
    return msgspec.structs.replace(
        answer, parcel=closed.out if closed else None, slip=f"/api/parcels/{box.id}/slip"
    )


async def read_slip(tx: Tx, parcel_id: UUID, merchant_id: UUID | None = None) -> tuple[int, bytes]:
    """Return the number of a parcel and its packing slip (PDF).

    Raises:
        Refused: there is no such parcel (of this merchant), or it is not closed yet.
    """
    found = await tx.tuples(Q.slip_of, parcel_id=parcel_id, merchant_id=merchant_id)
    if not found or found[0][1] is None:
        raise unknown("packing slip of parcel", parcel_id)
    return found[0][0], bytes(found[0][1])
