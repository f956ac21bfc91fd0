"""How orders end, and how they leave the house: cancel, close, reopen, start shipping; promises and oddities on the way."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from doorstep.platform import journal
from doorstep.platform.db import Tx
from doorstep.platform.errors import Reason, Refused
from doorstep.platform.statements import Statements
from doorstep.stages import inventory
from doorstep.stages.orders.acts.money.paying import want_void
from doorstep.stages.orders.model import ORDER, OrderAct, Promise

Q = Statements("doorstep.stages.orders")


async def cancel(tx: Tx, ids: Sequence[UUID], why: str) -> journal.Moves:
    """Cancel orders that have not begun to leave the house: goods go back to the shelf, payments are given back.

    Returns:
        One answer per id; an order that is already on its way, or finished, is refused with its state.
    """
    free = await tx.values(Q.cancelable, ids=list(ids))
    moves = await journal.move(tx, ORDER, OrderAct.CANCEL, free, {"why": why})
    if moves.moved:
        await inventory.release(tx, moves.moved, "canceled")
        await inventory.owe_only(tx, moves.moved)
        await tx.run(Q.drop_shares, order_ids=list(moves.moved))
        await want_void(tx, moves.moved)
    kept = [order_id for order_id in dict.fromkeys(ids) if order_id not in set(free)]
    gone = dict(await tx.tuples(Q.states, ids=kept)) if kept else {}
    refused = (journal.Moved(order_id, gone.get(order_id), None) for order_id in kept)
    return journal.Moves(tuple(sorted((*moves.answers, *refused), key=lambda answer: answer.id)))


async def drop_unpaid(tx: Tx, shortage_ids: Sequence[UUID]) -> None:
    """Cancel the orders whose reservations ran out because they were not paid in time."""
    await cancel(tx, await tx.values(Q.unpaid_orders, ids=list(shortage_ids)), "not paid in time")


async def cancel_one(tx: Tx, order_id: UUID, why: str) -> None:
    """Cancel one order.

    Raises:
        Refused: it is on its way, or finished; says what to do instead.
    """
    moves = await cancel(tx, [order_id], why)
    if moves.moved:
        return
    if moves.unknown:
        raise Refused(Reason.UNKNOWN, f"There is no order {order_id} here.")
    state = moves.refused[0].was
    if await tx.values(Q.shipped_since, ids=[order_id]):
        raise Refused(
            Reason.CONFLICT,
            "The order has begun to leave the house. Let it arrive, and take it back as a return.",
        )
    raise Refused(Reason.CONFLICT, f"The order is {state}; only an unfinished order can be canceled.")


async def close(tx: Tx, ids: Sequence[UUID]) -> journal.Moves:
    """Close orders that were delivered."""
    return await journal.move(tx, ORDER, OrderAct.CLOSE, ids)


async def reopen(tx: Tx, ids: Sequence[UUID], why: str) -> journal.Moves:
    """Open closed orders again, because something of them is still to be done."""
    return await journal.move(tx, ORDER, OrderAct.REOPEN, ids, {"why": why})


async def start_shipping(tx: Tx, ids: Sequence[UUID]) -> list[UUID]:
    """Mark orders as leaving the house, from where on they cannot be canceled; return those that may not leave.

    Held, canceled and unknown orders may not leave. Call it in the transaction of the hand-over: it locks the orders.
    """
    going = set(await tx.values(Q.start_shipping, ids=list(ids)))
    return [order_id for order_id in dict.fromkeys(ids) if order_id not in going]


async def note_arrivals(tx: Tx, arrived: Mapping[UUID, datetime | None]) -> None:
    """Note when the last of each order was there; None: not all of it is. How promises are kept is read from it."""
    if arrived:
        await tx.run(Q.note_arrivals, ids=list(arrived), ats=list(arrived.values()))


async def promise(tx: Tx, promises: Mapping[UUID, Promise]) -> list[UUID]:
    """Say when orders will be there; return those that had no promise before, each with a note of why in its history.

    The first promise is kept for ever: what is expected later stands with the parcels.
    """
    if not promises:
        return []
    changed = await tx.values(
        Q.promise,
        ids=list(promises),
        froms=[one.from_ for one in promises.values()],
        untils=[one.until for one in promises.values()],
        leave_bys=[one.leave_by for one in promises.values()],
    )
    await journal.note(
        tx,
        ORDER,
        "promised",
        changed,
        {
            order_id: {
                "from": promises[order_id].from_,
                "until": promises[order_id].until,
                **promises[order_id].why,
            }
            for order_id in changed
        },
    )
    return changed


async def note_oddity(tx: Tx, order_id: UUID, facts: Mapping[str, Any]) -> None:
    """Write into an order's history what is odd about it, where the data says what cannot be."""
    await journal.note(tx, ORDER, "oddity", [order_id], dict(facts))
