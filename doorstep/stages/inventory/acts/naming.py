"""Naming the lots that move: movements that name none take what expires first, under the locks of the balances."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from doorstep.platform.db import Tx
from doorstep.platform.errors import Fault, Reason, Refused
from doorstep.platform.statements import Statements
from doorstep.stages.inventory import rules
from doorstep.stages.inventory.model import OUTSIDE, Condition, LotHere, Lying, Movement
from doorstep.stages.inventory.rules import Key
from doorstep.stages.inventory.rules.lots import Spot
from doorstep.stages.inventory.rules.lots import name_lots as take_apart

Q = Statements("doorstep.stages.inventory")


async def name_lots(
    tx: Tx, movements: Sequence[Movement], lies: Mapping[Spot, int]
) -> tuple[Sequence[Movement], dict[Key, int]]:
    """Say of which lots movements are, and write what lies of each lot where.

    Args:
        tx: the open transaction, which has locked and changed the balances.
        movements: what moves.
        lies: by how much each balance changed.

    Returns:
        The movements by lot, and the units by which stock is to be corrected: it was taken for sellable, and was not.

    Raises:
        Refused: only lots lie there that may not go where they are to go, or less of a lot than was named.
    """
    spots = sorted(
        {(one.site_id, one.product_id, one.from_place) for one in movements if one.from_place not in OUTSIDE}
    )
    here = await _lots_in(tx, spots)
    if not here and not any(one.lot for one in movements):
        return movements, {}
    parts, lacking = take_apart(
        movements, here, await _loose(tx, here, lies), await _packed(tx, movements, here)
    )
    if lacking:
        raise _blocked(lacking)
    await _write(tx, parts)
    states = {(one.product_id, one.lot): one.state for one in here}
    return parts, _uncounted(movements, parts, states)


async def _lots_in(tx: Tx, spots: Sequence[Spot]) -> list[LotHere]:
    if not spots:
        return []
    return await tx.rows(
        Q.lots_in,
        LotHere,
        site_ids=[spot[0] for spot in spots],
        product_ids=[spot[1] for spot in spots],
        places=[spot[2] for spot in spots],
    )


async def _loose(tx: Tx, here: Sequence[LotHere], lies: Mapping[Spot, int]) -> dict[Spot, int]:
    """Return the units of no known lot that lay in places before the movements."""
    products = list({one.product_id for one in here})
    loose: dict[Spot, int] = {}
    spots = {(one.site_id, one.product_id, one.place) for one in here}
    for one in await tx.rows(Q.lying, Lying, product_ids=products) if products else []:
        loose[one.site_id, one.product_id, one.place] = one.on_hand
    for spot in spots:
        loose[spot] = loose.get(spot, 0) - lies.get(spot, 0)
    for lot in here:
        loose[lot.site_id, lot.product_id, lot.place] -= lot.on_hand
    return loose


async def _packed(
    tx: Tx, movements: Sequence[Movement], here: Sequence[LotHere]
) -> dict[tuple[UUID, UUID, UUID, str], int]:
    orders = [one.order_id for one in movements if one.order_id and one.from_place == "parcel"]
    if not orders or not here:
        return {}
    return {
        (order_id, site_id, product_id, lot): units
        for order_id, site_id, product_id, lot, units in await tx.tuples(Q.lots_packed, order_ids=orders)
    }


async def _write(tx: Tx, parts: Sequence[Movement]) -> None:
    deltas: dict[tuple[UUID, UUID, str, str], int] = {}
    for one in parts:
        for place, units in ((one.from_place, -one.quantity), (one.to_place, one.quantity)):
            if one.lot and place not in OUTSIDE:
                key = (one.site_id, one.product_id, place, one.lot)
                deltas[key] = deltas.get(key, 0) + units
    changed = sorted(key for key, delta in deltas.items() if delta)
    if not changed:
        return
    short = await tx.tuples(
        Q.change_lots,
        site_ids=[key[0] for key in changed],
        product_ids=[key[1] for key in changed],
        places=[key[2] for key in changed],
        lots=[key[3] for key in changed],
        deltas=[deltas[key] for key in changed],
    )
    if short:
        faults = [
            Fault("", "not_there", f"{place} holds {on_hand} units of lot {lot}. Take less, or another lot.")
            for place, lot, on_hand in short
        ]
        raise Refused(
            Reason.CONFLICT, "Less of the lot lies there than was to be taken. Nothing was moved.", faults
        )


def _blocked(lacking: Sequence[tuple[Movement, int]]) -> Refused:
    faults = [
        Fault(
            "",
            "lot_blocked",
            f"{units} of the units in {one.from_place} are of a lot that is expired, recalled or held. Take them from another "
            "place, or move these to quarantine.",
        )
        for one, units in lacking
    ]
    return Refused(Reason.CONFLICT, "What lies there may not go to a customer. Nothing was moved.", faults)


def _uncounted(
    movements: Sequence[Movement], parts: Sequence[Movement], states: Mapping[tuple[UUID, str], str]
) -> dict[Key, int]:
    """Return by how much stock was changed for lots that are no part of it: they were chosen after stock was written."""
    named = {(one.product_id, one.lot) for one in movements if one.lot}
    wrong: dict[Key, int] = {}
    for one in parts:
        lot = (one.product_id, one.lot)
        if one.lot and lot not in named and states.get(lot, Condition.SELLABLE) != Condition.SELLABLE:
            change = rules.is_sellable(one.from_place) - rules.is_sellable(one.to_place)
            key = (one.product_id, one.site_id)
            wrong[key] = wrong.get(key, 0) + change * one.quantity
    return {key: units for key, units in wrong.items() if units}
