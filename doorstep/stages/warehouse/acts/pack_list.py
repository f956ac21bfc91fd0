"""Packing by list: boxes that were packed and weighed are reported at once, as packing machines and paper lists do.

The rules are those of the bench: what is in a box must have been picked for the order, the box must be known and bear it, and
the scale must agree.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from doorstep.platform import series
from doorstep.platform.db import Tx, columns
from doorstep.platform.errors import unknown
from doorstep.platform.ids import new_ids
from doorstep.platform.journal import born, move_all
from doorstep.platform.statements import Statements
from doorstep.solvers.cartons import Box
from doorstep.stages import catalog
from doorstep.stages.catalog import Serials
from doorstep.stages.inventory import move as move_goods
from doorstep.stages.warehouse.acts.answers import Hand
from doorstep.stages.warehouse.acts.benches import Job, OpenBox, PackLineFacts
from doorstep.stages.warehouse.acts.closing import Reading, objection, out_of_totes
from doorstep.stages.warehouse.acts.pack import lines_of, to_box, to_piece, why_not
from doorstep.stages.warehouse.acts.slips import Enclosed, Linked, draw_slips
from doorstep.stages.warehouse.model import FULFILLMENT, PARCEL, FulfillmentAct, FulfillmentState, ParcelAct
from doorstep.stages.warehouse.rules.cartons import by_eye
from doorstep.stages.warehouse.rules.scanning import shown, units_of
from doorstep.stages.warehouse.rules.weighing import Weighed, expected_g, weigh

Q = Statements("doorstep.stages.warehouse")


@dataclass(frozen=True, slots=True)
class Boxed:
    """A box as it was packed.

    Attributes:
        box: code of the carton.
        pieces: what was scanned into it -> how often.
        weight_g: from the scale.
        reason: why another carton than suggested, or why a weight that does not fit is right (a lead's word).
    """

    fulfillment_id: UUID
    box: str
    pieces: Mapping[str, int]
    weight_g: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class BoxVerdict:
    """What became of a reported box: its parcel, or a stable name of what is wrong and what to do."""

    fulfillment_id: UUID
    parcel_id: UUID | None
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Bench:
    """A picked fulfillment order as a packer sees it: what goes into boxes, and the boxes thought out for it.

    Attributes:
        codes: product -> its barcodes with the units each counts.
        suggested: per box its carton, and product -> units in it; empty when none were thought out.
        by_eye: the carton that looks right for all that is left.
    """

    job: Job
    lines: tuple[PackLineFacts, ...]
    codes: Mapping[UUID, Mapping[str, int]]
    suggested: tuple[tuple[str, Mapping[UUID, int]], ...]
    by_eye: str


@dataclass(frozen=True, slots=True)
class _New:
    """A parcel to be."""

    id: UUID
    job: Job
    box: catalog.Box
    suggested: catalog.Box | None
    expected_g: int
    weighed: Weighed
    reason: str
    inside: dict[UUID, int]


async def benches(tx: Tx, fulfillment_ids: Sequence[UUID]) -> list[Bench]:
    """Lock picked fulfillment orders and return what is to be packed of each; others are left out."""
    jobs = [
        one
        for one in await tx.rows(Q.lock_jobs, Job, fulfillment_ids=list(fulfillment_ids))
        if one.state == FulfillmentState.PICKED and one.order_state == "accepted"
    ]
    lines = await lines_of(tx, [job.id for job in jobs])
    products = {line.product_id for one in lines.values() for line in one}
    codes = await catalog.barcodes_of(tx, list(products)) if products else {}
    boxes = [to_box(box) for box in await catalog.boxes_of(tx)]
    return [_bench(job, lines[job.id], codes, boxes) for job in jobs]


def _bench(
    job: Job, lines: Sequence[PackLineFacts], codes: Mapping[UUID, Mapping[str, int]], boxes: Sequence[Box]
) -> Bench:
    thought = job.suggestion
    product_of = [line.product_id for line in lines if line.need]
    suggested: list[tuple[str, Mapping[UUID, int]]] = []
    for packed in thought.boxes if thought else ():
        inside: dict[UUID, int] = defaultdict(int)
        for placement in packed.placements:
            inside[product_of[placement.item]] += 1
        suggested.append((packed.box, inside))
    left = [to_piece(line, line.need - line.packed) for line in lines if line.need > line.packed]
    return Bench(
        job,
        tuple(lines),
        {p: codes.get(p, {}) for p in product_of},
        tuple(suggested[job.boxes :]),
        by_eye(left, boxes) or "",
    )


async def pack_boxes(tx: Tx, hand: Hand, boxed: Sequence[Boxed], linked: Linked) -> list[BoxVerdict]:
    """Make parcels of boxes that were packed; each gets its own verdict, in the order given.

    Several boxes of one fulfillment order follow each other. When all its pieces are in boxes, it is packed.

    Raises:
        Refused: there is no such fulfillment order.
    """
    ids = list({one.fulfillment_id for one in boxed})
    jobs = {one.id: one for one in await tx.rows(Q.lock_jobs, Job, fulfillment_ids=ids)}
    for job_id in ids:
        if job_id not in jobs:
            raise unknown("fulfillment order", job_id)
    lines = await lines_of(tx, ids)
    products = {line.product_id for one in lines.values() for line in one}
    judge = _Judge(
        hand,
        {box.code: box for box in await catalog.boxes_of(tx)},
        lines,
        await catalog.barcodes_of(tx, list(products)) if products else {},
        dict(await tx.tuples(Q.being_packed, fulfillment_ids=ids)),
        dict.fromkeys(ids, 0),
    )
    verdicts, made = [], list[_New]()
    for one in boxed:
        job = jobs[one.fulfillment_id]
        wrong = await why_not(tx, job)  # asks the database only when something is wrong
        found = (wrong.code, wrong.message) if wrong else judge.judge(one, job)
        if isinstance(found, _New):
            made.append(found)
            verdicts.append(BoxVerdict(job.id, found.id, "packed", f"Packed into {found.box.code}."))
        else:
            verdicts.append(BoxVerdict(job.id, None, *found))
    for wave in _waves(made):
        await _write(tx, hand, wave, linked)
    return verdicts


def _waves(made: Sequence[_New]) -> list[list[_New]]:
    """Return the first boxes of all fulfillment orders, then the second ones, and so on: one is open at a time."""
    waves: dict[int, list[_New]] = defaultdict(list)
    seen: dict[UUID, int] = defaultdict(int)
    for one in made:
        waves[seen[one.job.id]].append(one)
        seen[one.job.id] += 1
    return list(waves.values())


@dataclass(slots=True)
class _Judge:
    """Judges boxes one after the other; what one took, the next cannot."""

    hand: Hand
    boxes: Mapping[str, catalog.Box]
    lines: dict[UUID, list[PackLineFacts]]
    codes: Mapping[UUID, Mapping[str, int]]
    in_use: Mapping[UUID, str]
    made: dict[UUID, int]

    def judge(self, one: Boxed, job: Job) -> _New | tuple[str, str]:
        """Return the parcel that a box becomes, or what is wrong with it."""
        if job.id in self.in_use:
            return (
                "in_use",
                f"{self.in_use[job.id]} is packing order {job.order_number}. Finish that box first.",
            )
        box = self.boxes.get(one.box)
        if box is None:
            return "unknown_box", f"There is no box {shown(one.box)}. Use one of {', '.join(self.boxes)}."
        suggested = self._suggested(job)
        if suggested and suggested.id != box.id and not one.reason.strip():
            return "reason_needed", f"{suggested.code} was suggested. Say why {box.code} is better."
        taken = self._taken(one, job)
        if isinstance(taken, tuple):
            return taken
        lines = {line.product_id: line for line in self.lines[job.id]}
        expected = expected_g(box.tare_g, ((lines[p].weight_g, units) for p, units in taken.items()))
        weighed = weigh(expected, one.weight_g, sum(taken.values()))
        wrong = objection(
            _as_open(job, box, expected),
            Reading(job.id, one.weight_g, more=True, reason=one.reason),
            weighed,
            0,
            lead=self.hand.lead,
            empty=not taken,
        )
        if wrong:
            return wrong
        self.lines[job.id] = [_less(line, taken.get(line.product_id, 0)) for line in self.lines[job.id]]
        self.made[job.id] += 1
        return _New(new_ids(1)[0], job, box, suggested, expected, weighed, one.reason.strip(), taken)

    def _suggested(self, job: Job) -> catalog.Box | None:
        thought = job.suggestion
        number = job.boxes + self.made[job.id]
        packed = thought.box(number) if thought else None
        left = [
            to_piece(line, line.need - line.packed) for line in self.lines[job.id] if line.need > line.packed
        ]
        code = packed.box if packed else by_eye(left, [to_box(box) for box in self.boxes.values()])
        return self.boxes.get(code or "")

    def _taken(self, one: Boxed, job: Job) -> dict[UUID, int] | tuple[str, str]:
        taken: dict[UUID, int] = defaultdict(int)
        for code, times in one.pieces.items():
            meant = self._meant(code, job)
            if meant is None:
                return "wrong_item", f"{shown(code)} is not in order {job.order_number}. Lay it aside."
            line, units = meant
            if line.serials != Serials.NONE:
                return "serial_needed", f"Each {line.name} has a serial number. Pack it at a bench."
            taken[line.product_id] += units * times
            if times < 1 or taken[line.product_id] > line.need - line.packed:
                more = line.need - line.packed
                return "too_many", f"{more} more of {line.name} belong in. Count again."
        return dict(taken)

    def _meant(self, code: str, job: Job) -> tuple[PackLineFacts, int] | None:
        """Return the line that a code stands for, and how many units it counts; as it is, before it is read as GS1."""
        lines = self.lines[job.id]
        for line in lines:
            if units := self.codes.get(line.product_id, {}).get(code):
                return line, units
        for line in lines:
            if units := units_of(code, self.codes.get(line.product_id, {}), line.sku):
                return line, units
        return None


def _less(line: PackLineFacts, units: int) -> PackLineFacts:
    facts: dict[str, Any] = {name: getattr(line, name) for name in PackLineFacts.__slots__}
    return PackLineFacts(**{**facts, "packed": line.packed + units})


def _as_open(job: Job, box: catalog.Box, expected: int) -> OpenBox:
    """Return a box as the bench judges it."""
    return OpenBox(
        id=job.id,
        number=0,
        state="open",
        box_id=box.id,
        suggested_box_id=None,
        expected_g=expected,
        weight_g=None,
        holder=None,
        packed_by=None,
        box=box.code,
        suggested=None,
        tare_g=box.tare_g,
        max_gross_g=box.max_gross_g,
    )


async def _write(tx: Tx, hand: Hand, made: Sequence[_New], linked: Linked) -> None:
    numbers = dict(zip([one.id for one in made], await series.take(tx, "parcel", len(made)), strict=True))
    await tx.run(Q.add_parcels, packed_by=hand.shown, **_parcel_columns(made, numbers))
    born_facts = {
        one.id: {
            "number": numbers[one.id],
            "order_id": one.job.order_id,
            "fulfillment_id": one.job.id,
            "box": one.box.code,
        }
        for one in made
    }
    await born(tx, PARCEL, list(born_facts), born_facts)
    await _fill(tx, made)
    slips = await draw_slips(
        tx, [Enclosed(one.id, numbers[one.id], one.job.order_id) for one in made], linked
    )
    await tx.run(Q.keep_slips, parcel_ids=list(slips), slips=list(slips.values()))
    facts = {
        one.id: {
            **born_facts[one.id],
            "suggested": one.suggested.code if one.suggested else None,
            "weight_g": one.weighed.weight_g,
            "expected_g": one.weighed.expected_g,
            "reason": None if one.weighed.fits else one.reason,
            "packer": hand.shown,
        }
        for one in made
    }
    await move_all(tx, PARCEL, ParcelAct.CLOSE, list(facts), facts)
    whole = dict(await tx.tuples(Q.packed_whole, fulfillment_ids=list({one.job.id for one in made})))
    boxes = {fulfillment_id: {"boxes": count} for fulfillment_id, count in whole.items()}
    await move_all(tx, FULFILLMENT, FulfillmentAct.PACK, list(boxes), boxes)


def _parcel_columns(made: Sequence[_New], numbers: Mapping[UUID, int]) -> dict[str, list[Any]]:
    jobs, boxes = [one.job for one in made], [one.box for one in made]
    return {
        "ids": [one.id for one in made],
        "numbers": [numbers[one.id] for one in made],
        "fulfillment_ids": [job.id for job in jobs],
        **columns(jobs, "order_id", "site_id", "merchant_id"),
        "box_ids": [box.id for box in boxes],
        "suggested_box_ids": [one.suggested.id if one.suggested else None for one in made],
        "box_reasons": [one.reason if one.suggested is not one.box else None for one in made],
        "length_mms": [box.outer_length_mm for box in boxes],
        "width_mms": [box.outer_width_mm for box in boxes],
        "height_mms": [box.outer_height_mm for box in boxes],
        "expected_gs": [one.expected_g for one in made],
        "weight_gs": [one.weighed.weight_g for one in made],
        "weight_reasons": [None if one.weighed.fits else one.reason for one in made],
    }


async def _fill(tx: Tx, made: Sequence[_New]) -> None:
    """Count the pieces into the boxes, line by line, and move the goods out of the totes."""
    jobs = list({one.job.id for one in made})
    room: dict[tuple[UUID, UUID], dict[UUID, int]] = defaultdict(dict)
    for job_id, product_id, line_id, units in await tx.tuples(Q.lines_to_fill, fulfillment_ids=jobs):
        room[job_id, product_id][line_id] = units
    lying: dict[UUID, dict[tuple[str, UUID], int]] = defaultdict(dict)
    for job_id, place, product_id, units in await tx.tuples(Q.in_totes_of, fulfillment_ids=jobs):
        lying[job_id][place, product_id] = units
    rows, movements = [], []
    for one in made:
        for product_id, units in one.inside.items():
            for line_id, part in _spread(room[one.job.id, product_id], units):
                rows.append((one.id, one.job.id, line_id, product_id, part))
        movements += out_of_totes(lying[one.job.id], one.inside, one.job, one.id)
    await tx.run(
        Q.fill_parcels,
        parcel_ids=[row[0] for row in rows],
        fulfillment_ids=[row[1] for row in rows],
        line_ids=[row[2] for row in rows],
        product_ids=[row[3] for row in rows],
        unitss=[row[4] for row in rows],
    )
    await move_goods(tx, movements)
    await tx.run(Q.free_totes, fulfillment_ids=jobs)


def _spread(room: dict[UUID, int], units: int) -> list[tuple[UUID, int]]:
    """Fill the lines of a product one after the other."""
    parts = []
    for line_id, free in room.items():
        part = min(free, units)
        if part:
            room[line_id] -= part
            units -= part
            parts.append((line_id, part))
    return parts
