"""Orders of goods that are not there, or not to leave yet, are taken on: what is missing is owed, the rest is reserved at once."""

from collections.abc import Mapping, MutableMapping, Sequence
from datetime import date
from uuid import UUID

from doorstep.platform.db import Tx
from doorstep.platform.statements import Statements
from doorstep.stages import inventory
from doorstep.stages.orders.acts import serving
from doorstep.stages.orders.acts.serving import Unserved
from doorstep.stages.orders.acts.writing import Draft
from doorstep.stages.orders.model.sourcing import Routing

Q = Statements("doorstep.stages.orders")


async def take_on(
    tx: Tx, drafts: Sequence[Draft], short: MutableMapping[UUID, Unserved], routing: Routing
) -> bool:
    """Take on short orders whose missing goods may be owed, and take them out of `short`; return whether there is one.

    Call it where the tenant's other writers wait: nobody else takes on orders meanwhile, so what may be owed is counted exactly.
    """
    some = [draft for draft in drafts if draft.id in short]
    products = {product_id for draft in some for _, product_id, _ in serving.lines_of(draft)}
    terms = await inventory.backorder_terms(tx, sorted(products))
    if not terms:
        return False
    left = {product_id: one.left for product_id, one in terms.items()}
    taken_on: list[Draft] = []
    for _ in some:
        chosen = [draft for draft in some if draft.id in short and _owe(draft, short[draft.id], left)]
        unserved = await _serve_rest(tx, chosen, routing)
        for draft in chosen:
            if draft.id not in unserved:
                del short[draft.id]
                taken_on.append(draft)
                continue
            # A later order of the batch has what this one was to get: it is judged once more by what is there now.
            short[draft.id] = unserved[draft.id]
            _count(left, draft.owed, 1)
            draft.owed = {}
        if not unserved:
            break
    await inventory.owe(
        tx,
        [
            inventory.Backorder(draft.id, line_id, product_id, units)
            for draft in taken_on
            for (line_id, product_id), units in draft.owed.items()
        ],
    )
    coming = await inventory.incoming(tx, list(terms))
    today = tx.now.date()
    days = {product_id: one.expected_on for product_id, one in coming.items()}
    days |= {one.product_id: one.ships_on for one in terms.values() if one.ships_on and one.ships_on > today}
    for draft in taken_on:
        draft.expected_on = _expected(draft, days)
        draft.reserves = bool(serving.lines_of(draft))
    await _want(tx, [draft for draft in taken_on if draft.sends_rest])
    return bool(taken_on)


async def _want(tx: Tx, drafts: Sequence[Draft]) -> None:
    """Tell inventory what orders want that go on with what is there; of those that are held it learns by their holds."""
    if not drafts:
        return
    lacking: dict[UUID, dict[UUID, int]] = {draft.id: {} for draft in drafts}
    for draft in drafts:
        for (_, product_id), units in draft.owed.items():
            lacking[draft.id][product_id] = lacking[draft.id].get(product_id, 0) + units
    await inventory.want(tx, list(lacking), lacking)


async def _serve_rest(tx: Tx, drafts: Sequence[Draft], routing: Routing) -> dict[UUID, Unserved]:
    rest = [draft for draft in drafts if serving.lines_of(draft)]
    return await serving.serve(tx, serving.wanted_of(rest, routing), routing) if rest else {}


def _count(left: MutableMapping[UUID, int], owed: Mapping[tuple[UUID, UUID], int], sign: int) -> None:
    for (_, product_id), units in owed.items():
        left[product_id] = left.get(product_id, 0) + sign * units


def _owe(draft: Draft, missing: Unserved, left: MutableMapping[UUID, int]) -> bool:
    """Note on a draft what is to be owed to it, line by line; False when more is missing than may be owed."""
    free = {lack.product_id: max(lack.available, 0) for lack in missing.lacks}
    owed: dict[tuple[UUID, UUID], int] = {}
    for line_id, product_id, units in serving.lines_of(draft):
        there = min(units, free.get(product_id, units))
        if product_id in free:
            free[product_id] -= there
        if there < units:
            owed[line_id, product_id] = units - there
    _count(left, owed, -1)
    if not owed or any(left[product_id] < 0 for _, product_id in owed):
        _count(left, owed, 1)
        return False
    draft.owed = owed
    return True


def _expected(draft: Draft, days: Mapping[UUID, date | None]) -> date | None:
    """Return the day on which all that is owed is expected; None when nobody knows it of some."""
    found = [days.get(product_id) for _, product_id in draft.owed]
    return None if None in found else max(one for one in found if one)


async def note_days(tx: Tx, drafts: Sequence[Draft]) -> None:
    """Write down from which day on orders can leave that wait for one."""
    days = {draft.id: day for draft in drafts if (day := draft.waits_until)}
    if days:
        await tx.run(Q.note_ships_on, ids=list(days), days=list(days.values()))
