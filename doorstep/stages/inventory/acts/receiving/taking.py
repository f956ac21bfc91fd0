"""Taking in: units of an arrival are scanned, judged and put to a place; each scan acts once, however often it arrives."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from doorstep.platform import journal
from doorstep.platform.db import Tx, columns
from doorstep.platform.errors import Fault, Reason, Refused, invalid, unknown
from doorstep.platform.ids import new_ids
from doorstep.platform.statements import Statements
from doorstep.stages import catalog
from doorstep.stages.catalog import Product, Serials
from doorstep.stages.inventory.acts import moving
from doorstep.stages.inventory.acts.once import once_only
from doorstep.stages.inventory.acts.receiving import announcing, expecting, inspecting, numbering
from doorstep.stages.inventory.acts.receiving.announcing import Noted
from doorstep.stages.inventory.acts.receiving.expecting import Line
from doorstep.stages.inventory.model import Receipt
from doorstep.stages.inventory.model.arrivals import (
    ARRIVAL,
    Announced,
    AnnouncedLine,
    ArrivalAct,
    ArrivalState,
    Found,
    Intake,
)
from doorstep.stages.inventory.model.inspections import Doubt
from doorstep.stages.inventory.rules import arrivals as rules

Q = Statements("doorstep.stages.inventory")
AREAS = {Found.QUALITY_CHECK: "quality_check", Found.DAMAGED: "damaged", Found.REFUSED: ""}
"""Where units are put that are not accepted; what is refused lies nowhere."""


@dataclass(frozen=True, slots=True)
class Door:
    """An arrival that is worked on, and what is agreed with its supplier."""

    state: str
    site_id: UUID
    merchant_id: UUID
    announced: bool
    reference: str
    over_percent: int
    hides_expected: bool
    supplier: str


@dataclass(frozen=True, slots=True)
class TakenIn:
    """What became of a scan; `repeated` when it arrived before and nothing was done now."""

    command: str
    product_id: UUID
    quantity: int
    place: str
    repeated: bool


async def begin_unannounced(tx: Tx, announced: Announced) -> Noted:
    """Open an arrival of goods that nobody announced; what comes in of it is written down scan by scan.

    Raises:
        Refused: the supplier announces what it sends, or something is wrong with what is said.
    """
    noted = await announcing.stand(tx, announced)
    if noted.created:
        await journal.move_all(tx, ARRIVAL, ArrivalAct.BEGIN, [noted.id])
        await tx.run(Q.begin_arrival, id=noted.id)
    return noted


async def hold_door(tx: Tx, arrival_id: UUID) -> Door:
    """Return an arrival and work on it alone until the transaction ends.

    Raises:
        Refused: it is not there.
    """
    door = await tx.row(Q.lock_arrival, Door, id=arrival_id)
    if door is None:
        raise unknown("arrival", arrival_id)
    return door


async def begin(tx: Tx, arrival_id: UUID, door: Door) -> None:
    """Begin to take an arrival in, unless somebody did.

    Raises:
        Refused: it is over.
    """
    if door.state != ArrivalState.OPEN:
        await journal.move_all(tx, ARRIVAL, ArrivalAct.BEGIN, [arrival_id])
        await tx.run(Q.begin_arrival, id=arrival_id)


async def scan_plate(tx: Tx, arrival_id: UUID, code: str) -> tuple[int, int]:
    """Note that a plate stands at the door; return how many of how many do.

    Raises:
        Refused: it is no plate of this arrival, or the arrival is over.
    """
    sscc = rules.read_sscc(code)
    door = await hold_door(tx, arrival_id)
    if sscc not in {one.sscc for one in await expecting.plates_of(tx, arrival_id)}:
        said = f"Plate {code[:40]} is not one of {door.reference}. Set it aside and ask the desk."
        raise Refused(Reason.CONFLICT, said, [Fault("/plate", "plate", said)])
    await begin(tx, arrival_id, door)
    await tx.run(Q.stand_plates, arrival_id=arrival_id, ssccs=[sscc])
    plates = await expecting.plates_of(tx, arrival_id)
    return sum(one.arrived_at is not None for one in plates), len(plates)


async def take_in(
    tx: Tx, arrival_id: UUID, intakes: Sequence[Intake], *, lead: bool = False
) -> list[TakenIn]:
    """Take units in; accepted ones can be sold at once, and go to the orders that wait for them first.

    Args:
        tx: the open transaction.
        arrival_id: what they are part of; it is begun by the first scan.
        intakes: what was scanned; those whose command was done before change nothing.
        lead: somebody from the desk does it, and may take in far more than was expected.

    Returns:
        One answer per scan, in order.

    Raises:
        Refused: the arrival is over, something is wrong with a scan, or more comes than is agreed; nothing was taken in.
    """
    door = await hold_door(tx, arrival_id)
    fresh = [await once_only(tx, f"receipt:{one.command}" if one.command else "") for one in intakes]
    todo = {i: one for i, one in enumerate(intakes) if fresh[i]}
    if todo:
        await begin(tx, arrival_id, door)
        lines = {one.product_id: one for one in await expecting.lines_of(tx, arrival_id)}
        goods = await catalog.products(tx, list({one.product_id for one in todo.values()}))
        products = {one.id: one for one in goods}
        faults = [
            *(fault for i, one in todo.items() for fault in rules.intake_faults(i, one)),
            *await _stranger_faults(tx, door, todo, lines),
            *_over_faults(door, todo, lines, lead=lead),
            *await numbering.number_faults(tx, todo, products),
        ]
        if faults:
            raise invalid(faults)
        await _add_strangers(tx, arrival_id, todo, lines)
        plates = list(dict.fromkeys(one.plate for one in todo.values() if one.plate))
        await announcing.add_plates(tx, {arrival_id: plates})
        await tx.run(Q.stand_plates, arrival_id=arrival_id, ssccs=plates)
        places = {i: _place(one) for i, one in todo.items()}
        await numbering.write_numbers(tx, arrival_id, todo, products, places)
        await _write(tx, arrival_id, door, todo, products)
    return [
        TakenIn(one.command, one.product_id, one.quantity, _place(one), not fresh[i])
        for i, one in enumerate(intakes)
    ]


def _place(one: Intake) -> str:
    return AREAS.get(one.found, one.place)


async def _stranger_faults(
    tx: Tx, door: Door, todo: Mapping[int, Intake], lines: Mapping[UUID, Line]
) -> list[Fault]:
    """Say which scans are of products that are not the merchant's."""
    strange = {one.product_id for one in todo.values()} - lines.keys()
    theirs = {
        one.id
        for one in (await catalog.products(tx, list(strange)) if strange else [])
        if one.merchant_id == door.merchant_id
    }
    return [
        Fault(
            f"/receipts/{i}/product_id",
            "unknown_product",
            "Whose goods come here has no such product. Scan it again, or set it aside.",
        )
        for i, one in todo.items()
        if one.product_id in strange - theirs
    ]


def _over_faults(
    door: Door, todo: Mapping[int, Intake], lines: Mapping[UUID, Line], *, lead: bool
) -> list[Fault]:
    """Say which scans bring more than was expected and need a second look, or somebody from the desk."""
    if not door.announced:
        return []
    faults = []
    got = {product_id: line.received - line.refused for product_id, line in lines.items()}
    for i, one in todo.items():
        if one.found == Found.REFUSED:
            continue
        expected = lines[one.product_id].expected if one.product_id in lines else 0
        got[one.product_id] = got.get(one.product_id, 0) + one.quantity
        verdict = rules.over(expected, got[one.product_id], door.over_percent)
        more = got[one.product_id] - expected
        if verdict == rules.Over.FINE or (one.confirmed and (lead or verdict == rules.Over.CONFIRM)):
            continue
        if verdict == rules.Over.LEAD and not lead:
            said = (
                f"That is {more} more than expected, over twice as much. Somebody from the desk takes it in."
            )
            faults.append(Fault(f"/receipts/{i}/quantity", "over_lead", said))
            continue
        said = f"That is {more} more than expected. Count again, then confirm."
        if not expected:
            said = "Nobody expects it with this arrival. Look again, then confirm."
        faults.append(Fault(f"/receipts/{i}/confirmed", "over_confirm", said))
    return faults


async def _add_strangers(
    tx: Tx, arrival_id: UUID, todo: Mapping[int, Intake], lines: Mapping[UUID, Line]
) -> None:
    strange = dict.fromkeys(one.product_id for one in todo.values() if one.product_id not in lines)
    await announcing.add_lines(
        tx,
        {arrival_id: [AnnouncedLine(product_id=product_id, expected=0) for product_id in strange]},
        after=len(lines),
    )


async def _write(
    tx: Tx, arrival_id: UUID, door: Door, todo: Mapping[int, Intake], products: Mapping[UUID, Product]
) -> None:
    """Write receipts and put what stays here to its places."""
    intakes = list(todo.values())
    staying = [i for i, one in todo.items() if one.found != Found.REFUSED]
    receipts = [
        Receipt(
            site_id=door.site_id,
            product_id=todo[i].product_id,
            place=_place(todo[i]),
            quantity=todo[i].quantity,
            reason="received" if todo[i].found == Found.ACCEPTED else str(todo[i].found),
            reference=arrival_id,
            lot=todo[i].lot,
            expires_on=todo[i].expires_on,
            serials=todo[i].serials if products[todo[i].product_id].serials == Serials.ALL else (),
        )
        for i in staying
    ]
    if receipts:
        try:
            await moving.receive(tx, receipts)
        except Refused as refused:
            raise Refused(refused.reason, refused.message, _pointed(refused.faults, staying)) from refused
    await inspecting.ask_looks(
        tx,
        [
            Doubt(
                site_id=door.site_id,
                product_id=one.product_id,
                quantity=one.quantity,
                why=one.why,
                lot=one.lot,
                arrival_id=arrival_id,
            )
            for one in intakes
            if one.found == Found.QUALITY_CHECK
        ],
    )
    await tx.run(
        Q.add_receipts,
        arrival_id=arrival_id,
        ids=new_ids(len(intakes)),
        conditions=[str(one.found) for one in intakes],
        places=[_place(one) for one in intakes],
        offereds=[one.offered[0].removeprefix("bin:") if one.offered else "" for one in intakes],
        actor=tx.actor,
        **columns(intakes, "product_id", "quantity", "why", "lot", "plate", "placed_why"),
    )


def _pointed(faults: Sequence[Fault], staying: Sequence[int]) -> list[Fault]:
    """Point faults of receipts at the scans that they came from."""
    found = []
    for fault in faults:
        _, at, *rest = [*fault.pointer.split("/"), ""]
        where = f"/receipts/{staying[int(at)]}/{'/'.join(rest[:-1])}" if at.isdecimal() else fault.pointer
        found.append(replace(fault, pointer=where))
    return found


async def first_times(tx: Tx, product_ids: Sequence[UUID]) -> set[UUID]:
    """Return which of some products never lay here: they are measured when they come."""
    before = set(await tx.values(Q.came_before, product_ids=list(product_ids)))
    return set(product_ids) - before
