"""The words of feedback: cases and returns, and their life cycles."""

from enum import StrEnum

from doorstep.platform.machine import Machine


class CaseState(StrEnum):
    """Whether somebody has answered."""

    OPEN = "open"
    ANSWERED = "answered"
    CLOSED = "closed"


class CaseAct(StrEnum):
    """What is done with a case."""

    ANSWER = "answer"
    CLOSE = "close"
    REOPEN = "reopen"


CASE = Machine(
    kind="case",
    table="feedback.cases",
    start=CaseState.OPEN,
    moves={
        CaseAct.ANSWER: {CaseState.OPEN: CaseState.ANSWERED},
        CaseAct.CLOSE: {CaseState.OPEN: CaseState.CLOSED, CaseState.ANSWERED: CaseState.CLOSED},
        CaseAct.REOPEN: {CaseState.ANSWERED: CaseState.OPEN},
    },
)


class ReturnState(StrEnum):
    """Where goods are on their way back."""

    ASKED = "asked"
    APPROVED = "approved"
    REJECTED = "rejected"
    IN_TRANSIT = "in_transit"
    RECEIVED = "received"
    GRADED = "graded"
    CLOSED = "closed"


class ReturnAct(StrEnum):
    """What is done with a return."""

    APPROVE = "approve"
    REJECT = "reject"
    SEND = "send"
    RECEIVE = "receive"
    GRADE = "grade"
    CLOSE = "close"


_R = ReturnState
RETURN = Machine(
    kind="return",
    table="feedback.returns",
    start=_R.ASKED,
    moves={
        ReturnAct.APPROVE: {_R.ASKED: _R.APPROVED},
        ReturnAct.REJECT: {_R.ASKED: _R.REJECTED},
        ReturnAct.SEND: {_R.APPROVED: _R.IN_TRANSIT},
        ReturnAct.RECEIVE: {_R.APPROVED: _R.RECEIVED, _R.IN_TRANSIT: _R.RECEIVED},
        ReturnAct.GRADE: {_R.RECEIVED: _R.GRADED},
        ReturnAct.CLOSE: {_R.GRADED: _R.CLOSED, _R.APPROVED: _R.CLOSED},
    },
    notes=("labeled",),
)

MACHINES = (CASE, RETURN)
