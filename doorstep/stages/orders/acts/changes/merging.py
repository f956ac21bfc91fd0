"""Orders become one: all lines, goods and money of some join another order of the same customer, and they end."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from doorstep.platform import journal
from doorstep.platform.db import Tx
from doorstep.platform.errors import Fault, Reason, Refused, invalid
from doorstep.platform.ids import new_ids
from doorstep.platform.statements import Statements
from doorstep.stages import inventory
from doorstep.stages.orders.acts.changes.changing import columns_of
from doorstep.stages.orders.acts.changes.standing import stand
from doorstep.stages.orders.acts.looking import fetch_orders
from doorstep.stages.orders.model import ORDER, Order, OrderAct
from doorstep.stages.orders.model.merging import Joining, Merge, Union
from doorstep.stages.orders.model.splitting import Whole
from doorstep.stages.orders.rules.changing import moved
from doorstep.stages.orders.rules.merging import (
    PARTS,
    left_of,
    promises_of,
    same_door,
    same_person,
    token_of,
    unite,
)

Q = Statements("doorstep.stages.orders")


@dataclass(frozen=True, slots=True)
class MergePreview:
    """A merge as it would be done now; `token` names the state that it rests on."""

    first: Whole
    joining: list[Whole]
    union: Union
    token: str


async def merge_candidates(tx: Tx, order_id: UUID, merchant_id: UUID | None = None) -> list[Order]:
    """Return the accepted orders that have not begun to leave and could join an order, the oldest first.

    They are of the same customer, by e-mail address or name, and go to the same door, however it is spelled.

    Args:
        tx: the open transaction.
        order_id: the order.
        merchant_id: only an order of this merchant.
    """
    found = await fetch_orders(tx, [order_id], merchant_id)
    if not found or found[0].state != "accepted" or found[0].shipped_at is not None:
        return []
    first = found[0]
    likely = await tx.values(
        Q.merge_candidates, order_id=order_id, merchant_id=first.merchant_id, currency=first.currency
    )
    others = await fetch_orders(tx, likely, merchant_id)
    kin = [one for one in others if same_door(first, one) and same_person(first, one)]
    return sorted(kin, key=lambda one: (one.placed_at, one.number))


async def preview_merge(
    tx: Tx, order_id: UUID, asked: Merge, merchant_id: UUID | None = None
) -> MergePreview:
    """Return what a merge would come to; nothing is written or locked.

    Raises:
        Refused: one of the orders is not there.
    """
    first = await stand(tx, order_id, merchant_id)
    joining = [await stand(tx, one, merchant_id) for one in asked.orders]
    ids = new_ids(sum(len(one.lines) for one in joining))
    return MergePreview(first, joining, unite(first, joining, asked, ids), token_of(first, joining, asked))


async def merge_orders(
    tx: Tx, order_id: UUID, asked: Merge, token: str, merchant_id: UUID | None = None
) -> None:
    """Do exactly the merge that was looked at.

    Args:
        tx: the open transaction.
        order_id: the order that goes on.
        asked: which others join it and end.
        token: of the preview.
        merchant_id: only orders of this merchant.

    Raises:
        Refused: one of the orders is not there; something moved since the preview (says what); or they cannot be merged
            (says why).
    """
    await tx.run(Q.lock_to_merge, ids=[order_id, *asked.orders])
    line_ids = await tx.values(Q.line_ids, ids=list(asked.orders))
    held = await inventory.lock_promises(tx, line_ids)
    now = await preview_merge(tx, order_id, asked, merchant_id)
    if parts := moved(token, now.token):
        faults = [Fault("/token", "moved", f"Their {PARTS[i]} changed since.") for i in parts]
        raise Refused(
            Reason.CONFLICT, "The orders are not as they were previewed. Look at the merge again.", faults
        )
    if now.union.faults:
        raise invalid(list(now.union.faults))
    old, new = promises_of(now.union, held, order_id)
    await inventory.hand_on(tx, old, new, "merged")
    await _write(tx, now.first, now.joining, now.union)
    await _end(tx, now.first.order, now.joining, now.union, asked.why)


async def _write(tx: Tx, first: Whole, joining: Sequence[Whole], union: Union) -> None:
    order_id = first.order.id
    moved_lines = [pair for one in union.joining for pair in one.lines]
    added = [line for _, line in moved_lines]
    sold = {line.id: line.sold_under for one in joining for line in one.lines}
    await tx.run(
        Q.add_lines,
        order_id=order_id,
        product_ids=[line.product_id for line in added],
        skus=[line.sku for line in added],
        names=[line.name for line in added],
        sold_ass=[sold[line_id] for line_id, _ in moved_lines],
        **columns_of(added),
    )
    await tx.run(Q.change_lines, **columns_of([line for one in joining for line in left_of(one)]))
    await tx.run(
        Q.take_in,
        order_id=order_id,
        subtotal_minor=union.sums.subtotal_minor,
        discount_minor=union.sums.discount_minor,
        shipping_minor=union.sums.shipping_minor,
        tax_minor=union.sums.tax_minor,
        total_minor=union.sums.total_minor,
        rounding_minor=union.rounding_minor,
        note=union.note,
        promised_from=union.promised_from,
        promised_until=union.promised_until,
        leave_by=union.leave_by,
    )
    ids = [one.order_id for one in union.joining]
    await tx.run(Q.join, ids=ids, order_id=order_id)
    await tx.run(Q.take_shares, order_id=order_id, ids=ids)
    await tx.run(Q.drop_shares, order_ids=ids)
    await tx.run(
        Q.move_payments, order_id=order_id, ids=[one for part in union.joining for one in part.payments]
    )


async def _end(tx: Tx, first: Order, joining: Sequence[Whole], union: Union, why: str) -> None:
    """Write into every history what became of the orders, with the sums that they had."""
    totals = {one.order.id: one.order.total_minor for one in joining}
    facts = {
        one.order_id: {
            "why": why,
            "into": first.number,
            "lines": _goods(one),
            "total_was_minor": totals[one.order_id],
            "currency": first.currency,
        }
        for one in union.joining
    }
    await journal.move_all(tx, ORDER, OrderAct.MERGE, list(facts), facts)
    told = {
        "why": why,
        "orders": [one.number for one in union.joining],
        "lines": [line for one in union.joining for line in _goods(one)],
        "total_was_minor": first.total_minor,
        "total_minor": union.sums.total_minor,
        "currency": first.currency,
    }
    await journal.note(tx, ORDER, "joined", [first.id], told)


def _goods(one: Joining) -> list[dict[str, object]]:
    return [{"sku": line.sku, "units": line.now} for _, line in one.lines]
