"""The words of feedback: ratings, cases and returns, their life cycles and records."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from doorstep.platform.machine import Machine


class RatingState(StrEnum):
    """Whether a customer changed their mind."""

    GIVEN = "given"
    CHANGED = "changed"


class RatingAct(StrEnum):
    """What is done with a rating."""

    CHANGE = "change"


RATING = Machine(
    kind="rating",
    table="feedback.ratings",
    start=RatingState.GIVEN,
    moves={
        RatingAct.CHANGE: {
            RatingState.GIVEN: RatingState.CHANGED,
            RatingState.CHANGED: RatingState.CHANGED,
        },
    },
)


class Cause(StrEnum):
    """Why somebody must answer."""

    UNHAPPY = "unhappy"
    NOT_RECEIVED = "not_received"
    DAMAGED = "damaged"
    WRONG_ITEM = "wrong_item"
    OTHER = "other"


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


class Grade(StrEnum):
    """How a returned unit was found: a and b go back to stock, c and scrap do not."""

    A = "a"
    B = "b"
    C = "c"
    SCRAP = "scrap"


SELLABLE = frozenset({Grade.A, Grade.B})

MACHINES = (RATING, CASE, RETURN)
TOLD = ("confirmation.given",)


@dataclass(frozen=True, slots=True)
class OrderFacts:
    """What a customer's page and a return need to know of an order.

    Attributes:
        delivered: how many parcels were delivered, of `parcels` that are not canceled.
        delivered_at: when the last of them was.
        return_days: how long after delivery the merchant takes goods back.
    """

    id: UUID
    number: int
    state: str
    merchant_id: UUID
    merchant_code: str
    merchant: str
    brand_color: str
    has_logo: bool
    support_email: str
    message: str
    language: str
    currency: str
    return_days: int
    parcels: int
    delivered: int
    delivered_at: datetime | None


@dataclass(frozen=True, slots=True)
class OrderLine:
    """An ordered line and how much of it has come back or is coming."""

    id: UUID
    product_id: UUID
    sku: str
    name: str
    quantity: int
    total_minor: int
    returned: int
    refunded_minor: int


@dataclass(frozen=True, slots=True)
class ReturnAsk:
    """So many units of a line shall come back."""

    line_id: UUID
    quantity: int


@dataclass(frozen=True, slots=True)
class ReturnShown:
    """A return as lists and pages show it."""

    id: UUID
    number: int
    state: str
    order_id: UUID
    order_number: int
    merchant_id: UUID
    merchant: str
    reason: str
    note: str
    rule: str
    tracking_number: str | None
    refund_minor: int
    currency: str
    asked_at: datetime
    units: int


@dataclass(frozen=True, slots=True)
class ReturnItem:
    """The goods of a return: what was announced, what came, how it was found."""

    line_id: UUID
    product_id: UUID
    sku: str
    name: str
    serials: str
    quantity: int
    received: int
    restocked: int
    grade: str | None


@dataclass(frozen=True, slots=True)
class CaseShown:
    """A case as the inbox shows it."""

    id: UUID
    state: str
    order_id: UUID
    order_number: int
    merchant_id: UUID
    merchant: str
    cause: str
    said: str
    answer: str | None
    opened_at: datetime


@dataclass(frozen=True, slots=True)
class RatingShown:
    """A rating as lists show it."""

    id: UUID
    order_id: UUID
    order_number: int
    merchant_id: UUID
    score: int
    comment: str
    said_at: datetime


@dataclass(frozen=True, slots=True)
class Tally:
    """The ratings of one carrier's service, site, product or merchant: how many, how many were 4 or 5."""

    axis: str
    id: UUID
    name: str
    ratings: int
    happy: int
    score_sum: int
