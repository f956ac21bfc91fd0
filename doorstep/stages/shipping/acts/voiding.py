"""Labels that are not wanted any more are taken back, each once, whatever became of their purchase."""

from collections.abc import Sequence
from uuid import UUID

from doorstep.platform import journal
from doorstep.platform.db import Tx
from doorstep.platform.errors import Reason, Refused
from doorstep.platform.statements import Statements
from doorstep.stages.shipping.model import LABEL, Facts, LabelAct, LabelState

Q = Statements("doorstep.stages.shipping")
OUTCOME_OPEN = (LabelState.SENT, LabelState.UNKNOWN)


async def void(tx: Tx, ids: Sequence[UUID], why: str) -> list[UUID]:
    """Take labels back and return those for which that begins now or is done.

    What was never sold, and what we made ourselves, is voided at once; of the others the carrier is asked. A purchase whose
    outcome is open is marked, and taken back when it is known. A label whose parcel has left is left out.
    """
    found = await tx.rows(Q.label_facts, Facts, ids=list(ids)) if ids else []
    here = [one for one in found if one.handed_over_at is None]
    open_ = [one.id for one in here if one.state in OUTCOME_OPEN and not one.unwanted]
    await tx.run(Q.no_longer_want, ids=open_)
    await journal.note(tx, LABEL, "unwanted", open_, {"why": why})
    moved = await journal.move(tx, LABEL, LabelAct.WANT_VOID, [one.id for one in here], {"why": why})
    await _void_ours(tx, moved.moved)
    return [*moved.moved, *open_]


async def void_one(tx: Tx, label_id: UUID, why: str) -> None:
    """Take one label back.

    Raises:
        Refused: it is not there, its parcel has left, or it is voided already.
    """
    found = await tx.row(Q.label_facts, Facts, ids=[label_id])
    if found is None:
        raise Refused(Reason.UNKNOWN, f"There is no label {label_id} here.")
    if found.handed_over_at is not None:
        raise Refused(
            Reason.CONFLICT,
            "The parcel has left. Ask the carrier for a refund, or stop it on its way, instead.",
        )
    if not await void(tx, [label_id], why):
        raise Refused(Reason.CONFLICT, f"The label is {found.state} already. Look at it again.")


async def void_unwanted(tx: Tx, ids: Sequence[UUID]) -> None:
    """Take back what became known after nobody wanted it any more."""
    moved = await journal.move(tx, LABEL, LabelAct.WANT_VOID, ids, {"why": "not wanted any more"})
    await _void_ours(tx, moved.moved)


async def _void_ours(tx: Tx, ids: Sequence[UUID]) -> None:
    """Void at once what no carrier has to be asked about."""
    found = await tx.rows(Q.label_facts, Facts, ids=list(ids)) if ids else []
    ours = [one.id for one in found if one.carrier_ref is None]
    await journal.move(tx, LABEL, LabelAct.VOID, ours)


async def voided(tx: Tx, label_id: UUID) -> None:
    """The carrier took the label back."""
    await journal.move(tx, LABEL, LabelAct.VOID, [label_id])


async def kept(tx: Tx, label_id: UUID, why: str) -> None:
    """The carrier does not take the label back, because it has the parcel: the label stands, and a person is told."""
    moved = await journal.move(tx, LABEL, LabelAct.KEEP, [label_id], {"why": why})
    await tx.run(Q.say_refusals, ids=moved.moved, refusal=f"Not voided: {why}")


async def void_canceled(tx: Tx, order_ids: Sequence[UUID]) -> None:
    """Take back every label of canceled and merged orders."""
    ids = await tx.values(Q.labels_of_orders, order_ids=list(order_ids))
    await void(tx, ids, "its order ended")


async def void_parcels(tx: Tx, parcel_ids: Sequence[UUID]) -> None:
    """Take back every label of parcels that will not leave."""
    ids = await tx.values(Q.labels_of_parcels, parcel_ids=list(parcel_ids))
    await void(tx, ids, "parcel canceled")
