"""Unloading: an announced plate is taken in by one scan with all that was said to stand on it, and stands at the dock from then on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from doorstep.platform.db import Tx
from doorstep.platform.errors import Fault, Reason, Refused, invalid
from doorstep.platform.statements import Statements
from doorstep.stages import catalog
from doorstep.stages.catalog import Serials
from doorstep.stages.inventory.acts.plates import filling, handling
from doorstep.stages.inventory.acts.receiving import expecting, taking
from doorstep.stages.inventory.acts.receiving.taking import Door
from doorstep.stages.inventory.model.arrivals import ArrivalPlate, Intake
from doorstep.stages.inventory.rules.arrivals import read_sscc

Q = Statements("doorstep.stages.inventory")


@dataclass(frozen=True, slots=True)
class _OnPlate:
    sscc: str
    product_id: UUID
    lot: str
    expires_on: date | None
    quantity: int


@dataclass(frozen=True, slots=True)
class Unloaded:
    """A plate that was taken in as a whole.

    Attributes:
        place: where it was put.
        units: how many were taken in now.
        repeated: it was taken in before, and nothing was done now.
    """

    sscc: str
    place: str
    units: int
    repeated: bool = False


async def unload(
    tx: Tx, arrival_id: UUID, code: str, *, place: str = "", confirmed: bool = False, lead: bool = False
) -> Unloaded:
    """Take a plate in with all that was announced to stand on it and on the plates on it; from then on it stands here.

    Args:
        tx: the open transaction.
        arrival_id: the arrival that it belongs to.
        code: the plate, as it was scanned.
        place: where it is put; '': the first dock of the site.
        confirmed: somebody looked twice at more than was expected.
        lead: somebody from the desk does it.

    Raises:
        Refused: it is no plate of this arrival, nobody said what is on it, its goods are to be counted, named by number, or were
            in part, the site has no dock, or what is on it cannot be taken in.
    """
    sscc = read_sscc(code)
    door = await taking.hold_door(tx, arrival_id)
    plates = {one.sscc: one for one in await expecting.plates_of(tx, arrival_id)}
    if sscc not in plates:
        said = f"Plate {code[:40]} is not one of {door.reference}. Set it aside and ask the desk."
        raise Refused(Reason.CONFLICT, said, [Fault("/plate", "plate", said)])
    if plates[sscc].unloaded_at:
        return Unloaded(sscc, place, 0, repeated=True)
    wanted = [one for one in _stack(plates, sscc) if not plates[one].unloaded_at]
    on_plates = await tx.rows(Q.lines_on_plates, _OnPlate, ssccs=wanted)
    if why := await _why_not(tx, arrival_id, door, on_plates):
        said = f"{why}: take plate {sscc} in product by product."
        raise Refused(Reason.CONFLICT, said, [Fault("/plate", "by_product", said)])
    place = place or await dock_of(tx, door.site_id)
    if not place:
        said = "The warehouse has no dock. Scan the bin that the plate is put to."
        raise invalid([Fault("/place", "place", said)])
    intakes = [
        Intake(
            command="",
            product_id=one.product_id,
            quantity=one.quantity,
            lot=one.lot,
            expires_on=one.expires_on,
            plate=one.sscc,
            place=place,
            confirmed=confirmed,
        )
        for one in on_plates
    ]
    await taking.take_in(tx, arrival_id, intakes, lead=lead)
    await tx.run(Q.unload_plates, arrival_id=arrival_id, ssccs=wanted)
    await _stand(tx, door.site_id, place, [plates[one] for one in wanted], on_plates)
    return Unloaded(sscc, place, sum(one.quantity for one in on_plates))


async def comes_whole(tx: Tx, arrival_id: UUID, sscc: str) -> bool:
    """Whether a plate of an arrival can be taken in by one scan: somebody said what is on it, and nobody has to count it."""
    door = await taking.hold_door(tx, arrival_id)
    plates = {one.sscc: one for one in await expecting.plates_of(tx, arrival_id)}
    wanted = [one for one in _stack(plates, sscc) if not plates[one].unloaded_at]
    on_plates = await tx.rows(Q.lines_on_plates, _OnPlate, ssccs=wanted)
    return not await _why_not(tx, arrival_id, door, on_plates)


async def _why_not(tx: Tx, arrival_id: UUID, door: Door, on_plates: Sequence[_OnPlate]) -> str:
    """Say why what is on plates has to be taken in product by product; '' if it need not."""
    if not on_plates:
        return "Nobody said what stands on it"
    if door.hides_expected:
        return "Goods of this supplier are counted"
    ssccs = sorted({one.sscc for one in on_plates})
    if counted := await tx.values(Q.counted_on_plates, arrival_id=arrival_id, ssccs=ssccs):
        return f"Some of plate {counted[0]} was counted before"
    products = await catalog.products(tx, list({one.product_id for one in on_plates}))
    numbered = sorted(one.sku for one in products if one.serials == Serials.ALL)
    return f"Each unit of {numbered[0]} is named by its number" if numbered else ""


async def dock_of(tx: Tx, site_id: UUID) -> str:
    """Return the dock of a site that comes first on a walk; '' when it has none."""
    code = await tx.value(Q.first_dock, site_id=site_id)
    return f"bin:{code}" if code else ""


def _stack(plates: Mapping[str, ArrivalPlate], sscc: str) -> list[str]:
    """Return a plate and those on it, a plate before what stands on it."""
    found = [sscc]
    for below in found:
        found += [one.sscc for one in plates.values() if one.onto == below]
    return found


async def _stand(
    tx: Tx, site_id: UUID, place: str, plates: Sequence[ArrivalPlate], on_plates: Sequence[_OnPlate]
) -> None:
    """Let plates stand in a place with what is on them; one that nothing is on any more is left out."""
    used = {one.sscc for one in on_plates}
    for plate in reversed(plates):
        if plate.sscc in used and plate.onto:
            used.add(plate.onto)
    for plate in plates:
        if plate.sscc not in used:
            continue
        tree = await filling.begin_plate(tx, plate.sscc, site_id, place)
        units = {(one.product_id, one.lot): one.quantity for one in on_plates if one.sscc == plate.sscc}
        if units:
            await filling.put_on(tx, tree, units)
        if plate.onto in {one.sscc for one in plates}:
            await handling.nest_plate(tx, plate.sscc, plate.onto)
