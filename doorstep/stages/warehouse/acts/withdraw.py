"""Taking fulfillment orders off their carts: the order was canceled or held, its goods were not found, or all are picked."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from doorstep.platform.db import Tx
from doorstep.platform.journal import move
from doorstep.platform.statements import Statements
from doorstep.stages.warehouse.model import BATCH, FULFILLMENT, BatchAct, BatchState, FulfillmentAct

Q = Statements("doorstep.stages.warehouse")
OVER = ("canceled", "merged")
"""States of orders of which the floor has nothing more to do."""


@dataclass(frozen=True, slots=True)
class _Tote:
    code: str
    fulfillment_id: UUID
    is_full: bool


@dataclass(frozen=True, slots=True)
class Left:
    """What is left to do of a fulfillment order."""

    stops: int
    units: int
    missing: int
    quantity: int


@dataclass(frozen=True, slots=True)
class _Finished:
    id: UUID
    state: str


async def withdraw(tx: Tx, fulfillment_ids: Sequence[UUID], *, over: bool) -> list[str]:
    """Take fulfillment orders off their carts and return the totes that hold goods of theirs.

    Those of canceled and merged orders are over; the others wait again and are planned anew when their order goes on. Units already in totes
    stay there until they are packed or put back.
    """
    await drop(tx, fulfillment_ids)
    act = FulfillmentAct.CANCEL if over else FulfillmentAct.UNBATCH
    await move(tx, FULFILLMENT, act, fulfillment_ids, {"why": "its order ended" if over else "order held"})
    totes = await tx.rows(Q.totes_of, _Tote, fulfillment_ids=list(fulfillment_ids))
    return [tote.code for tote in totes]


async def follow_lots(tx: Tx, lot_ids: Sequence[UUID]) -> None:
    """Nobody walks to lots that may not be sold any more: whoever needs more than else lies there is planned anew."""
    stranded = await tx.values(Q.stranded_by_lots, lot_ids=list(lot_ids))
    await drop(tx, stranded)
    await move(tx, FULFILLMENT, FulfillmentAct.UNBATCH, stranded, {"why": "a lot may not be sold any more"})


async def follow_refills(tx: Tx, refill_ids: Sequence[UUID]) -> None:
    """Nobody walks to goods that were brought to a face meanwhile: whoever needs more than is left there is planned anew."""
    stranded = await tx.values(Q.stranded_by_refills, refill_ids=list(refill_ids))
    await drop(tx, stranded)
    await move(tx, FULFILLMENT, FulfillmentAct.UNBATCH, stranded, {"why": "its goods were brought to a face"})


async def follow_plates(tx: Tx, plate_ids: Sequence[UUID]) -> None:
    """Nobody walks to goods that were moved on a plate meanwhile: whoever needs more than is left there is planned anew."""
    stranded = await tx.values(Q.stranded_by_plates, plate_ids=list(plate_ids))
    await drop(tx, stranded)
    await move(tx, FULFILLMENT, FulfillmentAct.UNBATCH, stranded, {"why": "its goods were moved on a plate"})


async def drop(tx: Tx, fulfillment_ids: Sequence[UUID]) -> None:
    """Drop the open stops of fulfillment orders from their walks; carts left with nothing to do are finished."""
    batches = await tx.values(Q.lock_batches_of, fulfillment_ids=list(fulfillment_ids))
    await tx.run(Q.drop_picks, fulfillment_ids=list(fulfillment_ids))
    await tx.run(Q.leave_batches, fulfillment_ids=list(fulfillment_ids))
    await finish_batches(tx, batches)


async def finish_batches(tx: Tx, batch_ids: Sequence[UUID]) -> None:
    """Close carts that have no stop ahead: picked when somebody walked them, canceled when nobody took them."""
    over = await tx.rows(Q.finished_batches, _Finished, batch_ids=list(batch_ids))
    await move(tx, BATCH, BatchAct.FINISH, [one.id for one in over if one.state == BatchState.PICKING])
    await move(tx, BATCH, BatchAct.CANCEL, [one.id for one in over if one.state == BatchState.PLANNED])


async def finish_if_complete(tx: Tx, fulfillment_id: UUID) -> Left | None:
    """Call a fulfillment order picked when all its units lie in totes; return what is left of it."""
    left = await tx.row(Q.units_left, Left, fulfillment_id=fulfillment_id)
    if left and left.stops == left.units == left.missing == 0 and left.quantity:
        await move(tx, FULFILLMENT, FulfillmentAct.FINISH_PICK, [fulfillment_id])
    return left
