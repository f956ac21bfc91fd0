"""Refilling: faces are kept filled from bulk before what is promised empties them; a person walks, the ledger moves once."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from doorstep.platform import journal
from doorstep.platform.db import Tx, columns
from doorstep.platform.errors import Fault, Reason, Refused, invalid, unknown
from doorstep.platform.ids import new_ids
from doorstep.platform.statements import Statements
from doorstep.stages import catalog
from doorstep.stages.inventory.acts import moving
from doorstep.stages.inventory.acts.counting.asking import ask_counts
from doorstep.stages.inventory.acts.posting import check_places
from doorstep.stages.inventory.model import QUANTITY_MAX, AskedCount, Movement
from doorstep.stages.inventory.model.refills import (
    REFILL,
    AskedRefill,
    Face,
    Refill,
    RefillAct,
    RefillState,
)
from doorstep.stages.inventory.rules import refilling as rules

Q = Statements("doorstep.stages.inventory")
FACES_MAX = 5000


@dataclass(frozen=True, slots=True)
class _Watched:
    site_id: UUID
    product_id: UUID
    place: str
    min_units: int
    max_units: int
    apart: bool
    on_hand: int
    demand: int


async def keep_filled(tx: Tx, faces: Sequence[Face]) -> None:
    """Say how much of what faces should hold; said again, the newer word counts.

    Raises:
        Refused: a bin or product is not there, or the numbers make no sense; every fault is named.
    """
    known = {one.id for one in await catalog.products(tx, list({one.product_id for one in faces}))}
    faults = [
        Fault(f"/faces/{i}/product_id", "unknown_product", "There is no such product here. Check the id.")
        for i, one in enumerate(faces)
        if one.product_id not in known
    ]
    faults += [
        Fault(
            f"/faces/{i}/max_units",
            "range",
            f"A face holds at least {one.min_units} and at most {one.max_units}: the first is the lesser, 0 or more.",
        )
        for i, one in enumerate(faces)
        if not 0 <= one.min_units < one.max_units <= QUANTITY_MAX
    ]
    if faults:
        raise invalid(faults)
    await check_places(tx, [(one.site_id, one.place) for one in faces])
    newest = list({(one.site_id, one.product_id, one.place): one for one in faces}.values())
    await tx.run(Q.put_faces, **columns(newest, "site_id", "product_id", "place", "min_units", "max_units"))


async def let_go(tx: Tx, site_id: UUID, product_id: UUID, place: str) -> bool:
    """Keep a face filled no more; say whether it was."""
    return bool(await tx.run(Q.drop_face, site_id=site_id, product_id=product_id, place=place))


async def faces(tx: Tx, site_id: UUID | None = None) -> list[Face]:
    """Return the faces that are kept filled."""
    rows = await tx.tuples(Q.faces, site_id=site_id, most=FACES_MAX)
    return [
        Face(site_id=row[0], product_id=row[1], place=row[2], min_units=row[3], max_units=row[4])
        for row in rows
    ]


async def plan_refills(tx: Tx) -> list[UUID]:
    """Ask for the walks that faces need now and call off those that wait and are needed no more; return the new ones."""
    watched = await tx.rows(Q.shelves_watched, _Watched)
    waiting = [one for one in await refills(tx) if one.state == RefillState.WAITING]
    if not watched and not waiting:
        return []
    rows = await tx.tuples(Q.bulks, product_ids=list({one.product_id for one in watched}))
    wanted: dict[tuple[UUID, UUID, str], AskedRefill] = {}
    for site_id, product_id in dict.fromkeys((one.site_id, one.product_id) for one in watched):
        here = [one for one in watched if (one.site_id, one.product_id) == (site_id, product_id)]
        shelves = [
            rules.Shelf(one.place, one.min_units, one.max_units, one.on_hand, one.apart) for one in here
        ]
        bulks = [rules.Bulk(row[2], row[3]) for row in rows if (row[0], row[1]) == (site_id, product_id)]
        for fill in rules.fills(shelves, here[0].demand, bulks):
            wanted[site_id, product_id, fill.to_place] = AskedRefill(
                site_id=site_id,
                product_id=product_id,
                from_place=fill.from_place,
                to_place=fill.to_place,
                quantity=fill.quantity,
                why=fill.why,
            )
    needless = [one.id for one in waiting if (one.site_id, one.product_id, one.to_place) not in wanted]
    await journal.move(tx, REFILL, RefillAct.CANCEL, needless, {"why": "nobody needs it any more"})
    return await ask_refills(tx, list(wanted.values()))


async def ask_refills(tx: Tx, asked: Sequence[AskedRefill]) -> list[UUID]:
    """Ask for walks from bulk to faces; return those that nobody had asked for yet."""
    if not asked:
        return []
    made = await tx.values(
        Q.add_refills,
        ids=new_ids(len(asked)),
        **columns(asked, "site_id", "product_id", "from_place", "to_place", "quantity", "why"),
    )
    await journal.born(tx, REFILL, made)
    return made


async def refills(tx: Tx, *, ids: Sequence[UUID] | None = None, most: int = 200) -> list[Refill]:
    """Return the walks that wait or are under way, the oldest first, or walks by id."""
    return await tx.rows(Q.refills, Refill, ids=None if ids is None else list(ids), most=most)


async def refill_of(tx: Tx, refill_id: UUID) -> Refill:
    """Return one walk.

    Raises:
        Refused: it is not there.
    """
    found = await refills(tx, ids=[refill_id])
    if not found:
        raise unknown("refill", refill_id)
    return found[0]


async def take(tx: Tx, refill_id: UUID) -> Refill:
    """Take a walk; taking one's own again changes nothing.

    Raises:
        Refused: somebody else has it, or it is over.
    """
    one = await refill_of(tx, refill_id)
    if one.state == RefillState.TAKEN and one.taken_by == tx.actor:
        return one
    await journal.move_all(tx, REFILL, RefillAct.TAKE, [refill_id])
    await tx.run(Q.give_refill, id=refill_id, taken_by=tx.actor)
    return await refill_of(tx, refill_id)


async def leave(tx: Tx, refill_id: UUID) -> None:
    """Give a walk back, for somebody else to take.

    Raises:
        Refused: nobody has it.
    """
    await refill_of(tx, refill_id)
    await journal.move_all(tx, REFILL, RefillAct.LEAVE, [refill_id])
    await tx.run(Q.give_refill, id=refill_id, taken_by=None)


async def finish(tx: Tx, refill_id: UUID, units: int, serials: Sequence[str] = ()) -> Refill:
    """Finish a walk: so many units lie in the face now. Done before, it changes nothing.

    Where less was found than the books say, the bin it came from is to be counted; with nothing found the walk is called off.
    Units that are known by number are named, unless all of the bin are brought.

    Raises:
        Refused: somebody else walks, more was taken than was asked for, or less lies there by the books.
    """
    one = await refill_of(tx, refill_id)
    if one.state == RefillState.DONE:
        return one
    if one.state == RefillState.TAKEN and one.taken_by != tx.actor:
        said = f"{(one.taken_by or '').partition(':')[2]} has this walk. Take another one."
        raise Refused(Reason.CONFLICT, said, [Fault("", "taken", said)])
    if not 0 <= units <= one.quantity:
        said = f"{units} is not between 0 and {one.quantity}, what was asked for. Put the rest back."
        raise invalid([Fault("/quantity", "range", said)])
    act = RefillAct.FINISH if units else RefillAct.CANCEL
    facts = {"product_id": one.product_id, "units": units, "from": one.from_place, "to": one.to_place}
    await journal.move_all(tx, REFILL, act, [refill_id], facts)
    await tx.run(Q.end_refill, id=refill_id, moved=units)
    if units < one.quantity:
        doubt = AskedCount(
            site_id=one.site_id, place=one.from_place, product_id=one.product_id, reason="short_refill"
        )
        await ask_counts(tx, [doubt])
    if units:
        movement = Movement(
            site_id=one.site_id,
            product_id=one.product_id,
            from_place=one.from_place,
            to_place=one.to_place,
            quantity=units,
            reason="refill",
            reference=refill_id,
            serials=serials,
        )
        await moving.move(tx, [movement])
    return await refill_of(tx, refill_id)
