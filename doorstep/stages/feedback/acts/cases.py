"""Cases: what a person of the house must answer a customer."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from doorstep.platform.db import Tx
from doorstep.platform.errors import Fault, invalid, unknown
from doorstep.platform.ids import new_ids
from doorstep.platform.journal import born, move_all
from doorstep.platform.statements import Statements
from doorstep.stages.feedback.model import CASE, CaseAct, CaseShown, Cause, OrderFacts

Q = Statements("doorstep.stages.feedback")
SAID_MAX = 2000


@dataclass(frozen=True, slots=True)
class Complaint:
    """What a customer complains about."""

    order: OrderFacts
    cause: Cause
    said: str
    parcel_id: UUID | None = None


async def open_case(
    tx: Tx, order: OrderFacts, cause: Cause, said: str, parcel_id: UUID | None = None
) -> UUID | None:
    """Open a case and return its id; None when one of this cause is open for the order already."""
    opened = await open_cases(tx, [Complaint(order, cause, said, parcel_id)])
    return opened[0] if opened else None


async def open_cases(tx: Tx, complaints: Sequence[Complaint]) -> list[UUID]:
    """Open cases and return them; an order has at most one open case of each cause."""
    asked = {(one.order.id, one.cause): one for one in complaints}
    if not asked:
        return []
    ids = dict(zip(asked, new_ids(len(asked)), strict=True))
    opened: list[UUID] = await tx.values(
        Q.open_cases,
        ids=list(ids.values()),
        order_ids=[one.order.id for one in asked.values()],
        parcel_ids=[one.parcel_id for one in asked.values()],
        merchant_ids=[one.order.merchant_id for one in asked.values()],
        causes=[str(one.cause) for one in asked.values()],
        saids=[one.said[:SAID_MAX] for one in asked.values()],
    )
    facts = {case_id: {"order_id": order_id, "cause": cause} for (order_id, cause), case_id in ids.items()}
    await born(tx, CASE, opened, {case_id: facts[case_id] for case_id in opened})
    return opened


async def cases(tx: Tx, *, merchant_id: UUID | None) -> list[CaseShown]:
    """Return the cases that are not closed, the oldest first; of one merchant or of all."""
    return await tx.rows(Q.cases, CaseShown, merchant_id=merchant_id, case_id=None)


async def case_of(tx: Tx, case_id: UUID, *, merchant_id: UUID | None) -> CaseShown:
    """Return one case.

    Raises:
        Refused: there is no such case for this caller.
    """
    found = await tx.row(Q.cases, CaseShown, merchant_id=merchant_id, case_id=case_id)
    if found is None:
        raise unknown("case", case_id)
    return found


async def answer_case(tx: Tx, case_id: UUID, answer: str) -> None:
    """Answer a customer; the answer is theirs to read.

    Raises:
        Refused: an empty answer, no such case, or one that is answered or closed.
    """
    text = answer.strip()
    if not text:
        raise invalid([Fault("/answer", "empty", "Write what the customer shall read.")])
    await move_all(tx, CASE, CaseAct.ANSWER, [case_id], {"answer": text[:SAID_MAX]})
    await tx.run(Q.write_answer, case_id=case_id, answer=text[:SAID_MAX])


async def close_case(tx: Tx, case_id: UUID) -> None:
    """Close a case.

    Raises:
        Refused: no such case, or it is closed.
    """
    await move_all(tx, CASE, CaseAct.CLOSE, [case_id])
