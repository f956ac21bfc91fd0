"""The floor follows changes of orders: fewer units are picked, what is too much in totes goes back, more is released."""

from collections.abc import Sequence
from dataclasses import asdict
from uuid import UUID

from doorstep.platform.db import Tx
from doorstep.platform.journal import move
from doorstep.platform.statements import Statements
from doorstep.stages.inventory import unpack_serials
from doorstep.stages.orders import HoldReason, hold
from doorstep.stages.warehouse.acts.release import release
from doorstep.stages.warehouse.acts.withdraw import drop, finish_batches, finish_if_complete
from doorstep.stages.warehouse.model import FULFILLMENT, PARCEL, FulfillmentAct, ParcelAct
from doorstep.stages.warehouse.rules.giving_up import Work, give_up

Q = Statements("doorstep.stages.warehouse")


async def follow_changes(tx: Tx, order_ids: Sequence[UUID]) -> None:
    """Give up what is no longer reserved for orders or is held, and release what is reserved besides; doing it again changes nothing.

    Carts go on with smaller stops. Units that are too much in totes are put back by scan. Where they lie in boxes, the
    fulfillment order is called off, and what is still wanted of it is picked anew.
    """
    await tx.run(Q.lock_orders, order_ids=list(order_ids))
    works = await tx.rows(Q.items_changed_away, Work, order_ids=list(order_ids))
    given, boxed = give_up(works)
    concerned = sorted({one.fulfillment_id for one in works})
    batches = await tx.values(Q.lock_batches_of, fulfillment_ids=concerned)
    for one in given:
        if one.fulfillment_id in boxed:
            continue
        if one.open:
            await tx.run(
                Q.shrink_picks,
                fulfillment_id=one.fulfillment_id,
                line_id=one.line_id,
                product_id=one.product_id,
                units=one.open,
            )
        await tx.run(Q.shrink_items, **asdict(one))
    kept = [one for one in concerned if one not in boxed]
    empty = await tx.values(Q.emptied_fulfillments, fulfillment_ids=kept)
    await tx.run(Q.leave_batches, fulfillment_ids=empty)
    await move(tx, FULFILLMENT, FulfillmentAct.CANCEL, empty, {"why": "order changed"})
    for fulfillment_id in kept:
        if fulfillment_id not in empty:
            await finish_if_complete(tx, fulfillment_id)
    await finish_batches(tx, batches)
    await _open_boxes(tx, boxed)
    await release(tx, order_ids)


async def pack_anew(tx: Tx, order_ids: Sequence[UUID]) -> None:
    """Open the closed boxes of orders whose address or service changed: their slips and labels say the old one."""
    await tx.run(Q.lock_orders, order_ids=list(order_ids))
    await _open_boxes(tx, await tx.values(Q.boxed_fulfillments, order_ids=list(order_ids)))
    await release(tx, order_ids)


async def _open_boxes(tx: Tx, fulfillment_ids: list[UUID]) -> None:
    """Call fulfillment orders off whose boxes must be opened; where one has left already, a person has to decide."""
    if not fulfillment_ids:
        return
    gone = dict(await tx.tuples(Q.partly_gone, fulfillment_ids=fulfillment_ids))
    ids = [one for one in fulfillment_ids if one not in gone]
    if gone:
        said = (
            "The order was changed when a part of it had left. Take what is too much out of its other boxes."
        )
        await hold(tx, list(set(gone.values())), HoldReason.MANUAL, said)
    await drop(tx, ids)
    await move(tx, FULFILLMENT, FulfillmentAct.CANCEL, ids, {"why": "order changed"})
    await tx.run(Q.empty_open_parcels, fulfillment_ids=ids)
    boxes = await tx.values(Q.parcels_in, fulfillment_ids=ids)
    await move(tx, PARCEL, ParcelAct.CANCEL, boxes, {"why": "order changed"})
    await unpack_serials(tx, boxes)
