"""Holds are tended: shown by owner and age, and ended without a person where their condition came true or their time is over."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from doorstep.platform import journal
from doorstep.platform.db import Tx
from doorstep.platform.statements import Statements
from doorstep.stages import inventory
from doorstep.stages.orders.acts.ending import cancel
from doorstep.stages.orders.acts.holding import Lack, accept_ready, release_hold, reserve_rest
from doorstep.stages.orders.acts.holding_parts import release_part_holds
from doorstep.stages.orders.model import ORDER, HoldReason, OrderState
from doorstep.stages.orders.model.holding import Queued, Scope

Q = Statements("doorstep.stages.orders")
DUE_AT_ONCE = 500
FILLED_AT_ONCE = 500
START = ("", datetime(1970, 1, 1, tzinfo=UTC), UUID(int=0))
"""Before the first hold of the queue."""


@dataclass(frozen=True, slots=True)
class _Due:
    id: UUID
    order_id: UUID
    scope: str
    reason: str
    canceled: bool


async def queue(
    tx: Tx,
    *,
    owner: str | None = None,
    merchant_id: UUID | None = None,
    after: tuple[str, datetime, UUID] = START,
    most: int = 50,
) -> tuple[list[Queued], bool]:
    """Return open holds by owner and age, and whether more follow.

    Args:
        tx: the open transaction.
        owner: only this queue.
        merchant_id: only of this merchant's orders.
        after: owner, time and id of the last one shown.
        most: how many.
    """
    found = await tx.rows(
        Q.holds_queue,
        Queued,
        owner=owner,
        merchant_id=merchant_id,
        after_owner=after[0],
        after_at=after[1],
        after_id=after[2],
        most=most + 1,
    )
    return found[:most], len(found) > most


async def count_by_owner(tx: Tx, merchant_id: UUID | None) -> dict[str, int]:
    """Return how many holds wait in each queue."""
    return dict(await tx.tuples(Q.holds_by_owner, merchant_id=merchant_id))


async def end_due(tx: Tx) -> None:
    """Release holds whose time has come, and cancel orders that were held for too long; the oldest first."""
    due = await tx.rows(Q.holds_due, _Due, most=DUE_AT_ONCE)
    over = list(dict.fromkeys(one.order_id for one in due if one.canceled))
    await cancel(tx, over, "held for too long")
    for reason in HoldReason:
        ids = [
            one.order_id
            for one in due
            if one.reason == reason and one.scope == Scope.ORDER and one.order_id not in over
        ]
        if reason == HoldReason.OUT_OF_STOCK:
            await _fill(tx, ids)
        elif ids:
            await release_hold(tx, ids, reason, "Its time is over.")
    parts = [one for one in due if one.scope != Scope.ORDER and one.order_id not in over]
    await tx.values(Q.open_orders, ids=sorted({one.order_id for one in parts}))
    await release_part_holds(tx, [one.id for one in parts], "Its time is over.")


async def fill_waiting(tx: Tx, receipts: Sequence[UUID]) -> None:
    """Give goods that came in to the orders that wait for them, first promised first served, and let those go on.

    Args:
        tx: the open transaction.
        receipts: what can be sold since: the subjects of `stock.received`, or of inspections that were passed.
    """
    came = {UUID(one.facts["product_id"]) for one in await journal.history(tx, receipts)}
    waiting = await tx.values(Q.waiting_for_stock, product_ids=sorted(came), most=FILLED_AT_ONCE)
    await _fill(tx, waiting)


async def fill_freed(tx: Tx, _tenants: Sequence[UUID]) -> None:
    """Serve waiting orders whose goods are all there now: another order gave them back, or a count found them."""
    ready = await tx.values(Q.could_be_filled, most=FILLED_AT_ONCE)
    await _fill(tx, ready)


async def tell_wants(tx: Tx, ids: Sequence[UUID]) -> None:
    """Tell inventory what orders lack that wait for goods, and which of these orders wait no more: goods that come in are theirs."""
    open_ids = set(await tx.values(Q.open_orders, ids=list(ids)))
    waiting = await tx.values(Q.held_for_stock, ids=sorted(open_ids))
    lacking: dict[UUID, dict[UUID, int]] = {}
    for lack in await tx.rows(Q.lacking, Lack, ids=waiting) if waiting else []:
        units = lacking.setdefault(lack.order_id, {})
        units[lack.product_id] = units.get(lack.product_id, 0) + lack.quantity
    await inventory.want_nothing(tx, [one for one in ids if one not in open_ids])
    await inventory.want(tx, sorted(open_ids), lacking)


async def _fill(tx: Tx, ids: Sequence[UUID]) -> None:
    """Reserve what these orders lack, in their sequence, each whole or not at all; release those that lack nothing now."""
    if not ids:
        return
    held = set(await tx.values(Q.open_orders, ids=list(ids)))
    owed = {one.order_id for one in await inventory.owed_to(tx, sorted(held))}
    short = await reserve_rest(tx, [one for one in ids if one in held])
    served = [one for one in ids if one in held and one not in short]
    reason = HoldReason.OUT_OF_STOCK
    released = await tx.values(Q.release_holds, ids=served, reason=reason, actor=tx.actor)
    facts = {"reason": reason, "note": "Its goods are reserved now."}
    await journal.note(tx, ORDER, "hold_released", released, facts)
    states = dict(await tx.tuples(Q.states, ids=served)) if served else {}
    going = [one for one in served if one in owed and states.get(one) == OrderState.ACCEPTED]
    await journal.note(tx, ORDER, "refilled", going)
    await accept_ready(tx, released)
