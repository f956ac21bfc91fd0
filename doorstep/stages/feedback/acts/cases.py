"""Cases: what a person of the house must answer a customer."""

from uuid import UUID

from doorstep.platform.db import Tx
from doorstep.platform.errors import Fault, invalid, unknown
from doorstep.platform.ids import new_id
from doorstep.platform.journal import born, move_all
from doorstep.platform.statements import Statements
from doorstep.stages.feedback.model import CASE, CaseAct, CaseShown, Cause, OrderFacts

Q = Statements("doorstep.stages.feedback")
SAID_MAX = 2000


async def open_case(
    tx: Tx, order: OrderFacts, cause: Cause, said: str, parcel_id: UUID | None = None
) -> UUID | None:
    """Open a case and return its id; None when one of this cause is open for the order already."""
    case_id = new_id()
    opened = await tx.value(
        Q.open_cases,
        id=case_id,
        order_id=order.id,
        parcel_id=parcel_id,
        merchant_id=order.merchant_id,
        cause=cause,
        said=said[:SAID_MAX],
    )
    if opened is None:
        return None
    await born(tx, CASE, [case_id], {"order_id": order.id, "cause": cause})
    return case_id


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
