"""Announcing: what suppliers are to bring is written down once, changed when it leaves them, and called off."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from doorstep.platform import journal
from doorstep.platform.db import Tx, columns
from doorstep.platform.errors import Fault, Reason, Refused, invalid
from doorstep.platform.ids import new_ids
from doorstep.platform.statements import Statements
from doorstep.stages import catalog
from doorstep.stages.inventory.acts.receiving import expecting
from doorstep.stages.inventory.model.arrivals import (
    ARRIVAL,
    PLATES_MAX,
    Announced,
    AnnouncedLine,
    ArrivalAct,
    Packed,
    Sent,
    Supplier,
)
from doorstep.stages.inventory.rules import arrivals as rules

Q = Statements("doorstep.stages.inventory")


@dataclass(frozen=True, slots=True)
class Noted:
    """An announcement that is written down; `created` unless it was announced under its reference before."""

    id: UUID
    reference: str
    created: bool


async def announce(tx: Tx, announced: Sequence[Announced]) -> list[Noted]:
    """Write down what suppliers are to bring; under a reference that is known already nothing changes.

    Returns:
        One answer per announcement, in order.

    Raises:
        Refused: something is wrong with one of them; every fault of all is listed.
    """
    await _check(tx, announced)
    suppliers = await _suppliers(tx, announced)
    return await _note(tx, announced, [suppliers[one.merchant_id, one.supplier].id for one in announced])


async def stand(tx: Tx, unannounced: Announced) -> Noted:
    """Write down goods that stand at the door and that nobody announced; its lines come with the scans.

    Raises:
        Refused: the supplier announces what it sends, or something is wrong with what is said.
    """
    await _check(tx, [unannounced], lines=False)
    supplier = (await _suppliers(tx, [unannounced]))[unannounced.merchant_id, unannounced.supplier]
    if not supplier.sends_unannounced:
        said = f"{supplier.name} announces what it sends. Look for the number on the papers, or ask the desk."
        raise Refused(Reason.CONFLICT, said, [Fault("/supplier", "unannounced", said)])
    [noted] = await _note(tx, [unannounced], [supplier.id], announced_before=False)
    return noted


async def _note(
    tx: Tx, arrivals: Sequence[Announced], sources: Sequence[UUID], *, announced_before: bool = True
) -> list[Noted]:
    ids = new_ids(len(arrivals))
    made = set(
        await tx.values(
            Q.add_arrivals,
            ids=ids,
            supplier_ids=list(sources),
            announceds=[announced_before] * len(ids),
            **columns(
                arrivals,
                "site_id",
                "merchant_id",
                "reference",
                "expected_on",
                "carrier",
                "carrier_reference",
            ),
        )
    )
    new = {i: one for i, one in zip(ids, arrivals, strict=True) if i in made}
    await add_lines(tx, {i: one.lines for i, one in new.items()})
    await add_plates(tx, {i: one.all_plates for i, one in new.items()})
    await _pack(tx, [packed for one in new.values() for packed in one.packed])
    await journal.born(tx, ARRIVAL, list(new), {i: {"reference": one.reference} for i, one in new.items()})
    references = [one.reference for one in arrivals]
    rows = await tx.tuples(Q.arrivals_by_reference, supplier_ids=list(sources), references=references)
    known = {(supplier_id, reference): arrival_id for arrival_id, supplier_id, reference in rows}
    return [
        Noted(known[source, one.reference], one.reference, i in made)
        for i, source, one in zip(ids, sources, arrivals, strict=True)
    ]


async def add_lines(tx: Tx, of: Mapping[UUID, Sequence[AnnouncedLine]], *, after: int = 0) -> None:
    """Write down how much of which product arrivals bring, in the order given, after so many lines that are there."""
    lines = [
        (arrival_id, position, line)
        for arrival_id, given in of.items()
        for position, line in enumerate(rules.summed(given), after + 1)
    ]
    if lines:
        await tx.run(
            Q.add_arrival_lines,
            arrival_ids=[arrival_id for arrival_id, _, _ in lines],
            positions=[position for _, position, _ in lines],
            **columns([line for _, _, line in lines], "product_id", "expected", "lot", "expires_on"),
        )


async def send(tx: Tx, arrival_id: UUID, sent: Sent) -> None:
    """Note that goods are on their way: when, with whom, on which plates; said again, the newer word counts.

    Raises:
        Refused: there is no such arrival, it is here already or over, or a plate is none, or another arrival's.
    """
    if faults := list(rules.plate_faults(sent.plates)):
        raise invalid(faults)
    facts = {
        "carrier": sent.carrier,
        "carrier_reference": sent.carrier_reference,
        "expected_on": sent.expected_on,
    }
    answer = await journal.move(tx, ARRIVAL, ArrivalAct.SEND, [arrival_id], facts)
    if answer.refused and answer.refused[0].was == "arriving":
        await journal.note(tx, ARRIVAL, "changed", [arrival_id], facts)
    elif not answer.moved:
        await journal.move_all(tx, ARRIVAL, ArrivalAct.SEND, [arrival_id])
    await tx.run(
        Q.change_sent,
        id=arrival_id,
        expected_on=sent.expected_on,
        carrier=sent.carrier,
        carrier_reference=sent.carrier_reference,
    )
    await add_plates(tx, {arrival_id: sent.plates})
    await _pack_anew(tx, arrival_id, sent.packed)


async def _pack_anew(tx: Tx, arrival_id: UUID, packed: Sequence[Packed]) -> None:
    """Write down what stands on plates of an arrival instead of what was said of them before."""
    if not packed:
        return
    named = {one.plate for one in packed}
    said: dict[str, list[AnnouncedLine]] = {}
    plates = [one for one in await expecting.plates_of(tx, arrival_id) if one.sscc not in named]
    for sscc, *line, units in await tx.tuples(Q.lines_on_plates, ssccs=[one.sscc for one in plates]):
        product_id, lot, day = line
        one = AnnouncedLine(product_id=product_id, expected=units, lot=lot, expires_on=day)
        said.setdefault(sscc, []).append(one)
    before = [Packed(plate=one.sscc, onto=one.onto, lines=said.get(one.sscc, ())) for one in plates]
    lines = [
        AnnouncedLine(product_id=one.product_id, expected=one.expected)
        for one in await expecting.lines_of(tx, arrival_id)
    ]
    faults = list(rules.packed_faults(lines, packed, before))
    if len(named) + len(plates) > PLATES_MAX:
        faults.append(
            Fault("/packed", "too_many", f"An arrival comes on up to {PLATES_MAX} plates. Leave some out.")
        )
    if faults:
        raise invalid(faults)
    await add_plates(tx, {arrival_id: sorted(named)})
    await tx.run(Q.drop_plate_lines, ssccs=sorted(named))
    await _pack(tx, packed)


async def cancel(tx: Tx, arrival_id: UUID, why: str) -> None:
    """Call an arrival off that has not come.

    Raises:
        Refused: there is no such arrival, or it is here already or over.
    """
    await journal.move_all(tx, ARRIVAL, ArrivalAct.CANCEL, [arrival_id], {"why": why})


async def change_supplier(tx: Tx, supplier: Supplier) -> None:
    """Change what is agreed with a supplier; its code and merchant stay."""
    await tx.run(
        Q.change_supplier,
        id=supplier.id,
        name=supplier.name,
        over_percent=supplier.over_percent,
        hides_expected=supplier.hides_expected,
        sends_unannounced=supplier.sends_unannounced,
    )


async def _pack(tx: Tx, packed: Sequence[Packed]) -> None:
    """Write down what stands on plates that are to come."""
    if not packed:
        return
    await tx.run(Q.load_plates, ssccs=[one.plate for one in packed], ontos=[one.onto for one in packed])
    lines = [(one.plate, line) for one in packed for line in rules.by_lot(one.lines)]
    await tx.run(
        Q.add_plate_lines,
        ssccs=[plate for plate, _ in lines],
        quantitys=[line.expected for _, line in lines],
        **columns([line for _, line in lines], "product_id", "lot", "expires_on"),
    )


async def _check(tx: Tx, announced: Sequence[Announced], *, lines: bool = True) -> None:
    products = {
        one.id: one
        for one in await catalog.products(
            tx, list({line.product_id for one in announced for line in one.lines})
        )
    }
    sites = {site_id: str(site.kind) for site_id, site in (await catalog.sites(tx)).items()}
    merchants = await catalog.merchants_of(tx, list({one.merchant_id for one in announced}))
    faults: list[Fault] = []
    for i, one in enumerate(announced):
        at = f"/arrivals/{i}"
        if one.merchant_id not in merchants:
            faults.append(Fault(f"{at}/merchant_id", "merchant", "There is no such merchant here. Check it."))
        faults += [
            replace(fault, pointer=f"{at}{fault.pointer}")
            for fault in rules.announcement_faults(one, products, sites)
            if lines or fault.pointer != "/lines"
        ]
    if faults:
        raise invalid(faults)


async def _suppliers(tx: Tx, announced: Sequence[Announced]) -> dict[tuple[UUID, str], Supplier]:
    """Return the suppliers that are named; those who are new are added first."""
    names = {(one.merchant_id, one.supplier): one.supplier_name or one.supplier for one in announced}
    merchants, codes = [key[0] for key in names], [key[1] for key in names]
    await tx.run(
        Q.add_suppliers,
        ids=new_ids(len(names)),
        merchant_ids=merchants,
        codes=codes,
        names=list(names.values()),
    )
    rows = await tx.rows(Q.suppliers_by_code, Supplier, merchant_ids=merchants, codes=codes)
    return {(one.merchant_id, one.code): one for one in rows}


async def add_plates(tx: Tx, of: Mapping[UUID, Sequence[str]]) -> None:
    """Write down the plates that arrivals come on; those that are known already stay as they are.

    Raises:
        Refused: a plate belongs to another arrival.
    """
    pairs = [(plate, arrival_id) for arrival_id, plates in of.items() for plate in plates]
    if not pairs:
        return
    plates = [plate for plate, _ in pairs]
    taken = dict(await tx.tuples(Q.plates_elsewhere, ssccs=plates, arrival_ids=list(of)))
    taken |= {plate: "this call, twice" for plate in plates if plates.count(plate) > 1}
    if taken:
        faults = [
            Fault("/plates", "plate_taken", f"Plate {plate} belongs to {reference}. Name another one.")
            for plate, reference in taken.items()
        ]
        raise Refused(Reason.CONFLICT, "A plate comes with one arrival only. Nothing was written.", faults)
    await tx.run(Q.add_plates, ssccs=plates, arrival_ids=[arrival_id for _, arrival_id in pairs])
