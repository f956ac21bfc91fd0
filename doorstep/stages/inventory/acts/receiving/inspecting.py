"""Quality checks: goods in doubt are set aside until somebody has looked; what is good is sold, the rest is not."""

from collections.abc import Sequence
from uuid import UUID

from doorstep.platform import journal
from doorstep.platform.db import Tx, columns
from doorstep.platform.errors import Fault, invalid, unknown
from doorstep.platform.ids import new_ids
from doorstep.platform.statements import Statements
from doorstep.stages.inventory.acts import moving
from doorstep.stages.inventory.model import Movement
from doorstep.stages.inventory.model.inspections import (
    INSPECTION,
    Decision,
    Doubt,
    Inspection,
    InspectionAct,
)

Q = Statements("doorstep.stages.inventory")
AREA = "quality_check"
RESTS = ("quarantine", "damaged")


async def ask_looks(tx: Tx, doubts: Sequence[Doubt]) -> list[UUID]:
    """Let somebody look at goods that lie in the area for it already; return one id per doubt."""
    ids = new_ids(len(doubts))
    if not doubts:
        return ids
    await tx.run(
        Q.add_inspections,
        ids=ids,
        **columns(doubts, "arrival_id", "site_id", "product_id", "lot", "quantity", "why"),
    )
    facts = {
        i: {"product_id": one.product_id, "quantity": one.quantity, "why": one.why}
        for i, one in zip(ids, doubts, strict=True)
    }
    await journal.born(tx, INSPECTION, ids, facts)
    return ids


async def set_aside(tx: Tx, doubt: Doubt, place: str) -> UUID:
    """Take units from a place until somebody has looked at them; promises not covered then are broken, youngest first.

    Raises:
        Refused: less lies there, or the place is none.
    """
    movement = Movement(
        site_id=doubt.site_id,
        product_id=doubt.product_id,
        from_place=place,
        to_place=AREA,
        quantity=doubt.quantity,
        reason="quality_check",
        lot=doubt.lot,
        serials=doubt.serials,
    )
    await moving.move(tx, [movement])
    return (await ask_looks(tx, [doubt]))[0]


async def inspections(
    tx: Tx, *, ids: Sequence[UUID] | None = None, merchant_id: UUID | None = None, most: int = 200
) -> list[Inspection]:
    """Return what waits for a look, the oldest first, or inspections by id."""
    return await tx.rows(
        Q.inspections,
        Inspection,
        ids=None if ids is None else list(ids),
        merchant_id=merchant_id,
        most=most,
    )


async def inspection_of(tx: Tx, inspection_id: UUID) -> Inspection:
    """Return one inspection.

    Raises:
        Refused: it is not there.
    """
    found = await inspections(tx, ids=[inspection_id])
    if not found:
        raise unknown("inspection", inspection_id)
    return found[0]


async def decide(tx: Tx, inspection_id: UUID, decision: Decision) -> Inspection:
    """Decide about goods in doubt: the good ones are put to a bin and can be sold, the others are set aside for good.

    Raises:
        Refused: somebody decided before, or something is wrong with the decision; every fault is named.
    """
    one = await inspection_of(tx, inspection_id)
    if faults := _faults(one, decision):
        raise invalid(faults)
    bad = one.quantity - decision.good
    act = InspectionAct.SORT
    if not bad or not decision.good:
        act = InspectionAct.REJECT if bad else InspectionAct.RELEASE
    facts = {"product_id": one.product_id, "good": decision.good, "bad": bad, "why": decision.why}
    await journal.move_all(tx, INSPECTION, act, [inspection_id], facts)
    await tx.run(Q.decide_inspection, id=inspection_id, good=decision.good)
    goals = (
        (decision.place, decision.good, "released", decision.serials),
        (decision.rest, bad, "rejected", decision.rest_serials),
    )
    await moving.move(
        tx,
        [
            Movement(
                site_id=one.site_id,
                product_id=one.product_id,
                from_place=AREA,
                to_place=goal,
                quantity=units,
                reason=reason,
                reference=inspection_id,
                lot=one.lot,
                serials=numbers,
            )
            for goal, units, reason, numbers in goals
            if units
        ],
    )
    return await inspection_of(tx, inspection_id)


def _faults(one: Inspection, decision: Decision) -> list[Fault]:
    faults = []
    if not 0 <= decision.good <= one.quantity:
        said = f"{decision.good} is not between 0 and {one.quantity}, the units that were looked at."
        faults.append(Fault("/good", "range", said))
    if decision.good and not decision.place.startswith("bin:"):
        faults.append(Fault("/place", "place", "Scan the bin that the good ones are put to."))
    if decision.good < one.quantity:
        if decision.rest not in RESTS:
            faults.append(Fault("/rest", "rest", f"The others go to one of {', '.join(RESTS)}."))
        if not decision.why.strip():
            faults.append(Fault("/why", "why", "Say what is wrong with the others."))
    return faults
