"""An order as it stands: what a split or a merge is decided on."""

from uuid import UUID

from doorstep.platform.db import Tx
from doorstep.platform.errors import unknown
from doorstep.platform.statements import Statements
from doorstep.stages.orders.acts.looking import fetch_lines, fetch_orders
from doorstep.stages.orders.model import Payment
from doorstep.stages.orders.model.changing import Piece
from doorstep.stages.orders.model.splitting import Whole

Q = Statements("doorstep.stages.orders")


async def stand(tx: Tx, order_id: UUID, merchant_id: UUID | None) -> Whole:
    """Return everything that an order is made of now.

    Args:
        tx: the open transaction.
        order_id: the order.
        merchant_id: only an order of this merchant.

    Raises:
        Refused: there is no such order.
    """
    found = await fetch_orders(tx, [order_id], merchant_id)
    if not found:
        raise unknown("order", order_id)
    return Whole(
        order=found[0],
        lines=(await fetch_lines(tx, [order_id]))[order_id],
        pieces=await tx.rows(Q.pieces, Piece, order_id=order_id),
        payments=await tx.rows(Q.payments_of, Payment, ids=[order_id]),
        told=bool(await tx.value(Q.told_by_partner, order_id=order_id)),
        held=bool(await tx.value(Q.part_held, order_id=order_id)),
    )
