"""Lots: which of them move, and what becomes of what may not be sold any more."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from doorstep.platform import journal
from doorstep.platform.db import Tx
from doorstep.platform.errors import Fault, Reason, Refused, unknown
from doorstep.platform.ids import new_ids
from doorstep.platform.statements import Statements
from doorstep.stages.inventory.acts.breaking import make_room
from doorstep.stages.inventory.acts.posting import shift_stock
from doorstep.stages.inventory.acts.promising import lock_levels
from doorstep.stages.inventory.model import LOT, Condition, Lot, LotAct, LotBuyer, LotHere, Receipt
from doorstep.stages.inventory.rules import Key

Q = Statements("doorstep.stages.inventory")
EXPIRE_MAX = 200
BUYERS_MAX = 10_000


async def lots_of(tx: Tx, product_ids: Sequence[UUID]) -> list[Lot]:
    """Return the lots of products, the one that expires first in front."""
    return await tx.rows(Q.lots_of, Lot, product_ids=list(product_ids))


async def lots_lying(tx: Tx, product_id: UUID) -> list[LotHere]:
    """Return where lots of a product lie, the one that expires first in front."""
    return await tx.rows(Q.lots_lying, LotHere, product_id=product_id)


async def add_lots(tx: Tx, receipts: Sequence[Receipt]) -> None:
    """Write down lots that come in for the first time."""
    new = {(one.product_id, one.lot): one.expires_on for one in reversed(receipts) if one.lot}
    for one in receipts:
        if one.lot and new[one.product_id, one.lot] is None:
            new[one.product_id, one.lot] = one.expires_on
    if not new:
        return
    made = await tx.values(
        Q.add_lots,
        ids=new_ids(len(new)),
        product_ids=[product_id for product_id, _ in new],
        lots=[lot for _, lot in new],
        expires_ons=list(new.values()),
    )
    await journal.born(tx, LOT, made)


async def expire_lots(tx: Tx) -> int:
    """Take lots from sale whose last day is over, some at once; return how many."""
    due = await tx.values(Q.lots_due, most=EXPIRE_MAX)
    return len(await change_lots(tx, due, LotAct.EXPIRE, "its last day is over")) if due else 0


async def change_lots(tx: Tx, ids: Sequence[UUID], act: LotAct, why: str) -> list[UUID]:
    """Change the condition of lots: what is blocked cannot be promised from that moment on, what is released can.

    Promises that are not covered any more are broken, the youngest first, made anew at other sites where those have enough, and
    told as `reservation.short`. Goods do not move in the books: they lie where they lie.

    Returns:
        The lots that changed; those whose condition does not allow the act are left out.
    """
    lots = {one.id: one for one in await tx.rows(Q.lock_lots, Lot, ids=list(ids))}
    able = [one.id for one in lots.values() if LOT.step(Condition(one.state), act) is not None]
    sold_from = [one for one in able if lots[one].state == Condition.SELLABLE]
    frees = act == LotAct.RELEASE
    touched = able if frees else sold_from
    facts: dict[UUID, dict[str, object]] = {
        one: {"product_id": lots[one].product_id, "lot": lots[one].lot, "why": why, "units": 0}
        for one in able
    }
    if touched:
        taking = _sum(await tx.tuples(Q.lot_levels, ids=touched))
        if not frees:
            await make_room(tx, taking, "lot")
        await lock_levels(tx, sorted(taking))
        rows = await tx.tuples(Q.lot_levels, ids=touched)
        for lot_id, _, _, units in rows:
            facts[lot_id]["units"] = units + int(str(facts[lot_id]["units"]))
        sign = 1 if frees else -1
        await shift_stock(tx, {key: sign * units for key, units in _sum(rows).items()})
    await journal.move(tx, LOT, act, able, facts)
    return able


def _sum(rows: Sequence[tuple[UUID, UUID, UUID, int]]) -> dict[Key, int]:
    units: dict[Key, int] = {}
    for _, product_id, site_id, part in rows:
        units[product_id, site_id] = units.get((product_id, site_id), 0) + part
    return units


async def change_lot(tx: Tx, product_id: UUID, lot: str, act: LotAct, why: str) -> Lot:
    """Hold, release or recall one lot by its name.

    Raises:
        Refused: there is no such lot, or its condition does not allow that.
    """
    found = {one.lot: one for one in await lots_of(tx, [product_id])}
    if lot not in found:
        raise unknown("lot", lot)
    if not await change_lots(tx, [found[lot].id], act, why):
        said = f"Lot {lot} is {found[lot].state.replace('_', ' ')}: it cannot be told to {act} now."
        raise Refused(Reason.CONFLICT, said, [Fault("/lot", "lot", said)])
    return {one.lot: one for one in await lots_of(tx, [product_id])}[lot]


async def buyers_of(tx: Tx, product_id: UUID, lot: str) -> list[LotBuyer]:
    """Return the orders that got units of a lot, or are about to; those whose units went back are left out."""
    found = await tx.rows(Q.buyers_of_lot, LotBuyer, product_id=product_id, lot=lot, most=BUYERS_MAX)
    return [one for one in found if one.units > 0 or one.left > 0]


def by_name(lots: Sequence[Lot]) -> Mapping[tuple[UUID, str], Lot]:
    """Return lots by (product, name)."""
    return {(one.product_id, one.lot): one for one in lots}
