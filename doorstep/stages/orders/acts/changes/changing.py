"""An order is changed: what that comes to is shown first, and exactly that is done, or what moved meanwhile is told.

Only the difference touches stock and money: what is wanted besides is reserved, what is wanted no more is given back, and a
change of a price touches no goods at all.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from doorstep.platform import journal
from doorstep.platform.db import Tx
from doorstep.platform.errors import Fault, Reason, Refused, invalid, unknown
from doorstep.platform.ids import new_ids
from doorstep.platform.statements import Statements
from doorstep.stages import catalog, inventory
from doorstep.stages.orders.acts.changes import money, stock
from doorstep.stages.orders.acts.holding import accept_ready, hold, lacks_of, release_hold
from doorstep.stages.orders.acts.knowing import know_items, know_routing
from doorstep.stages.orders.acts.looking import fetch_lines, fetch_orders
from doorstep.stages.orders.acts.routing import sourcing
from doorstep.stages.orders.model import ORDER, HoldReason, Order, Payment
from doorstep.stages.orders.model.changing import (
    CHANGED_SINCE,
    Change,
    LineAfter,
    Piece,
    Proposal,
    Standing,
)
from doorstep.stages.orders.model.sourcing import Cause
from doorstep.stages.orders.rules.changing import moved, propose, token_of

Q = Statements("doorstep.stages.orders")
ON_LABEL = ("name", "company", "street", "street2", "city", "region", "postal_code", "country")
"""What stands on a parcel; a new phone number or e-mail address opens no box."""


@dataclass(frozen=True, slots=True)
class Preview:
    """A change as it would be done now.

    Attributes:
        goods: where what is wanted besides comes from, and what is missing of it.
        token: names the state that it rests on; needed to apply it.
        faults: everything that forbids it, missing goods among it.
    """

    standing: Standing
    proposal: Proposal
    goods: stock.Goods
    token: str

    @property
    def faults(self) -> list[Fault]:
        """Everything that forbids the change."""
        return [*self.proposal.faults, *self.goods.faults]


async def preview_change(tx: Tx, order_id: UUID, change: Change, merchant_id: UUID | None = None) -> Preview:
    """Return what a change would come to; nothing is written or locked.

    Args:
        tx: the open transaction.
        order_id: the order.
        change: what is wanted.
        merchant_id: only an order of this merchant.

    Raises:
        Refused: there is no such order.
    """
    standing = await _stand(tx, order_id, change, merchant_id)
    proposal = propose(standing, change, new_ids(len(change.add)))
    routing = await know_routing(tx)
    keys = stock.keys_of(proposal.more, routing)
    free = await inventory.free_of(tx, keys)
    held = await inventory.reserved_for(tx, [order_id])
    goods = await stock.choose(tx, standing, proposal, routing, held, free)
    return Preview(standing, proposal, goods, token_of(standing, change))


async def change_order(
    tx: Tx, order_id: UUID, change: Change, token: str, merchant_id: UUID | None = None
) -> None:
    """Do exactly the change that was looked at; lines, goods and money in one transaction.

    Args:
        tx: the open transaction.
        order_id: the order.
        change: what is wanted.
        token: of the preview.
        merchant_id: only an order of this merchant.

    Raises:
        Refused: there is no such order; it moved since the preview (says what); the change is forbidden (says why); or
            goods that were free are gone.
    """
    await tx.run(Q.lock_to_change, order_id=order_id)
    lines = [one.line_id for one in await inventory.reserved_for(tx, [order_id])]
    routing = await know_routing(tx)
    first = propose(
        await _stand(tx, order_id, change, merchant_id), change, added := new_ids(len(change.add))
    )
    held, free = await inventory.hold_promises(tx, sorted(set(lines)), stock.keys_of(first.more, routing))
    standing = await _stand(tx, order_id, change, merchant_id)
    if parts := moved(token, token_of(standing, change)):
        said = list(CHANGED_SINCE.values())
        faults = [Fault("/token", "moved", f"{said[i]} changed since".capitalize() + ".") for i in parts]
        raise Refused(
            Reason.CONFLICT, "The order is not as it was previewed. Look at the change again.", faults
        )
    proposal = propose(standing, change, added)
    if proposal.faults:
        raise invalid(proposal.faults)
    goods = await stock.choose(tx, standing, proposal, routing, held, free)
    if goods.faults:
        raise Refused(Reason.UNAVAILABLE, "Not enough is left for this change. Add less.", goods.faults)
    await _write(tx, order_id, standing, proposal, change)
    await inventory.reroute(tx, goods.given, goods.taken, "changed")
    if goods.decision is not None:
        await sourcing.keep(tx, [goods.decision], Cause.CHANGED)
    await money.settle(tx, standing, proposal.settlement, change)
    await _tell(tx, order_id, standing, proposal, change)
    await _follow(tx, order_id, standing, proposal)


async def _stand(tx: Tx, order_id: UUID, change: Change, merchant_id: UUID | None) -> Standing:
    found = await fetch_orders(tx, [order_id], merchant_id)
    if not found:
        raise unknown("order", order_id)
    order = found[0]
    items = await know_items(tx, [(order.merchant_id, line.sku) for line in change.add])
    lines = await fetch_lines(tx, [order_id])
    return Standing(
        order=order,
        lines=lines[order_id],
        pieces=await tx.rows(Q.pieces, Piece, order_id=order_id),
        payments=await tx.rows(Q.payments_of, Payment, ids=[order_id]),
        items={
            line.sku: items[order.merchant_id, line.sku]
            for line in change.add
            if (order.merchant_id, line.sku) in items
        },
    )


async def _write(tx: Tx, order_id: UUID, standing: Standing, new: Proposal, change: Change) -> None:
    kept = [line for line in new.lines if line.changed and not line.added]
    added = [line for line in new.lines if line.added]
    if kept:
        await tx.run(Q.change_lines, **columns_of(kept))
    if added:
        await tx.run(
            Q.add_lines,
            order_id=order_id,
            product_ids=[line.product_id for line in added],
            skus=[line.sku for line in added],
            names=[line.name for line in added],
            sold_ass=[None] * len(added),
            **columns_of(added),
        )
    delivery = standing.order.delivery if change.delivery is None else change.delivery or None
    await tx.run(
        Q.change_order,
        order_id=order_id,
        subtotal_minor=new.subtotal_minor,
        discount_minor=new.discount_minor,
        shipping_minor=new.shipping_minor,
        tax_minor=new.tax_minor,
        total_minor=new.total_minor,
        delivery=delivery,
    )
    if new.contact is not None:
        contact = {name: getattr(new.contact, name) for name in new.contact.__struct_fields__}
        await tx.run(Q.change_contact, order_id=order_id, **contact)


def columns_of(lines: Sequence[LineAfter]) -> dict[str, list[object]]:
    """Return lines as parallel arrays, for the statements that write them."""
    return {
        "ids": [line.id for line in lines],
        "quantitys": [line.now for line in lines],
        "unit_minors": [line.unit_minor for line in lines],
        "discounts": [line.discount_minor for line in lines],
        "taxes": [line.tax_minor for line in lines],
        "totals": [line.total_minor for line in lines],
    }


async def _tell(tx: Tx, order_id: UUID, standing: Standing, new: Proposal, change: Change) -> None:
    """Write the change into the history: what it was, what it is, and why. An address is not repeated there."""
    facts = {
        "why": change.why,
        "lines": [
            {"sku": line.sku, "was": line.was, "now": line.now, "total_minor": line.total_minor}
            for line in new.lines
            if line.changed
        ],
        "total_was_minor": standing.order.total_minor,
        "total_minor": new.total_minor,
        "currency": standing.order.currency,
    }
    await journal.note(tx, ORDER, "changed", [order_id], facts)
    if new.contact is not None and any(
        getattr(new.contact, name) != getattr(standing.order, name) for name in ON_LABEL
    ):
        await journal.note(tx, ORDER, "address_changed", [order_id], {"why": change.why})
    if change.delivery is not None and (change.delivery or None) != standing.order.delivery:
        was, now = standing.order.delivery, change.delivery or None
        await journal.note(tx, ORDER, "delivery_changed", [order_id], {"was": was, "now": now})


async def _follow(tx: Tx, order_id: UUID, standing: Standing, new: Proposal) -> None:
    """Let go of holds whose cause the change took away, place those that it brought, and accept what nothing keeps."""
    reasons = set(await tx.values(Q.open_reasons, order_id=order_id))
    if new.doubts:
        await hold(tx, [order_id], HoldReason.ADDRESS, " ".join(new.doubts))
    elif new.contact is not None and HoldReason.ADDRESS in reasons:
        await release_hold(tx, [order_id], HoldReason.ADDRESS, "The address was changed.")
    if new.contact is not None and new.contact.email != standing.order.email:
        await _doubt_mail_anew(tx, standing.order, new.contact.email, reasons)
    if HoldReason.OUT_OF_STOCK in reasons or await inventory.owed_to(tx, [order_id]):
        lacking = await lacks_of(tx, [order_id])
        await inventory.owe_only(
            tx, [order_id], {(one.line_id, one.product_id): one.quantity for one in lacking}
        )
        if not lacking and HoldReason.OUT_OF_STOCK in reasons:
            await release_hold(
                tx, [order_id], HoldReason.OUT_OF_STOCK, "Nothing is missing since the change."
            )
    if HoldReason.PAYMENT in reasons and await tx.value(Q.payments_settled, order_id=order_id):
        await release_hold(tx, [order_id], HoldReason.PAYMENT, "Nothing more is due since the change.")
    await accept_ready(tx, [order_id])


async def _doubt_mail_anew(tx: Tx, order: Order, email: str, reasons: set[str]) -> None:
    """Forget what was said of the old e-mail address, and have the new one's domain looked at where the merchant wants it."""
    if HoldReason.EMAIL in reasons:
        await release_hold(tx, [order.id], HoldReason.EMAIL, "The e-mail address was changed.")
    merchants = await catalog.merchants_of(tx, [order.merchant_id])
    if email and merchants[order.merchant_id].checks_mail:
        await journal.note(tx, ORDER, "mail_asked", [order.id])
