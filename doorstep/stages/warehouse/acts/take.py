"""Taking carts: the most urgent first, one device each; handing them back and over."""

from uuid import UUID

from doorstep.platform.db import Tx
from doorstep.platform.errors import Reason, Refused
from doorstep.platform.journal import move, move_all
from doorstep.platform.statements import Statements
from doorstep.stages.warehouse.acts.answers import Hand, PickAnswer, clock
from doorstep.stages.warehouse.acts.pick import held_batch, lock_batch, tell_next
from doorstep.stages.warehouse.model import BATCH, FULFILLMENT, BatchAct, BatchState, FulfillmentAct

Q = Statements("doorstep.stages.warehouse")


async def get_work(tx: Tx, hand: Hand, site_id: UUID) -> PickAnswer | None:
    """Return the cart this hand already pushes, else take the most urgent one; None when nothing waits."""
    mine = await tx.value(Q.batch_in_hand, holder=hand.holder, site_id=site_id)
    batch_id = mine or await tx.value(Q.next_batch, site_id=site_id)
    return await take(tx, hand, batch_id) if batch_id else None


async def take(tx: Tx, hand: Hand, batch_id: UUID, *, take_over: bool = False) -> PickAnswer:
    """Take a cart, or go on with one's own.

    Args:
        tx: the open transaction.
        hand: who takes it.
        batch_id: the cart.
        take_over: take it from another device; for leads, or from another device of the same person.

    Raises:
        Refused: no such cart, it is finished, or somebody else has it; says who.
    """
    batch = await lock_batch(tx, batch_id)
    if batch.state not in (BatchState.PLANNED, BatchState.PICKING):
        raise Refused(Reason.CONFLICT, f"Cart {batch.number} is {batch.state}. Get the next one.")
    mine = batch.holder == hand.holder
    if batch.state == BatchState.PICKING and not mine:
        same_person = (batch.holder or "").split("/")[0] == hand.actor
        if not (take_over and (hand.lead or same_person)):
            said = f"Cart {batch.number} was taken by {batch.picker} at {clock(batch.taken_at)}."
            raise Refused(Reason.CONFLICT, f"{said} Get another, or ask a lead to take it over.")
    if batch.state == BatchState.PLANNED:
        await move_all(tx, BATCH, BatchAct.TAKE, [batch_id], {"picker": hand.shown})
        riding = await tx.values(Q.fulfillments_in_batch, batch_id=batch_id)
        await move(tx, FULFILLMENT, FulfillmentAct.START_PICK, riding)
    if not mine or batch.state == BatchState.PLANNED:
        await tx.run(Q.set_holder, batch_id=batch_id, holder=hand.holder, picker=hand.shown)
    return await tell_next(tx, await lock_batch(tx, batch_id), "ok", f"Cart {batch.number} is yours.")


async def give_back(tx: Tx, hand: Hand, batch_id: UUID) -> None:
    """Leave a cart where it stands for somebody else to go on with; its totes stay on it.

    Raises:
        Refused: no such cart, it is not this hand's, or it is finished.
    """
    batch = await held_batch(tx, hand, batch_id)
    await move_all(tx, BATCH, BatchAct.GIVE_BACK, [batch.id], {"picker": hand.shown})
    await tx.run(Q.set_holder, batch_id=batch.id, holder=None, picker=None)
