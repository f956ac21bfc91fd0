"""The figures of the tower: what is open in each stage, what is late, what needs a person. It only looks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from doorstep.platform.db import Tx
from doorstep.platform.errors import unknown
from doorstep.platform.journal import Event, history
from doorstep.platform.statements import Statements
from doorstep.stages import inventory
from doorstep.tower.exceptions import Trouble, exceptions

Q = Statements("doorstep.tower")

STAGES = ("orders", "inventory", "warehouse", "shipping", "tracking", "delivery", "feedback")
"""The columns of the board, in the order an order walks through them."""

NUMBER_MAX = 2**63 - 1
TROUBLES_MAX = 20
"""Exceptions that the board shows; the queue has them all."""

KEPT_MAX = 1000
"""Orders that say how promises are kept."""


@dataclass(frozen=True, slots=True)
class Pile:
    """What lies in one stage in one state: how much, since when, how much of it is late."""

    stage: str
    state: str
    count: int
    oldest: datetime | None
    late: int


@dataclass(frozen=True, slots=True)
class Beat:
    """How often one kind of event was written in the last hour and in the last minute of the machine's clock."""

    event: str
    count: int
    last_minute: int


@dataclass(frozen=True, slots=True)
class Silenced:
    """A webhook that was switched off because it was gone or nothing arrived; somebody has to mend it."""

    id: UUID
    url: str
    off_why: str


@dataclass(frozen=True, slots=True)
class AtRisk:
    """An open order, how far it is (of its parcel, else its work on the floor, else itself), and when it is promised."""

    id: UUID
    number: int
    state: str
    stands: str
    promised_until: datetime
    placed_at: datetime


@dataclass(frozen=True, slots=True)
class Found:
    """An order that a search found, and by what."""

    id: UUID
    number: int
    state: str
    placed_at: datetime
    how: str


@dataclass(frozen=True, slots=True)
class Behind:
    """An order behind a number of the board."""

    id: UUID
    number: int
    state: str
    placed_at: datetime
    promised_until: datetime | None
    what: str
    since: datetime | None


@dataclass(frozen=True, slots=True)
class Head:
    """The order whose story is told."""

    id: UUID
    number: int
    state: str
    placed_at: datetime
    promised_from: datetime | None
    promised_until: datetime | None
    total_minor: int
    currency: str
    merchant: str


@dataclass(frozen=True, slots=True)
class Thing:
    """Something with a history of its own; `about` says which of several it is: the number of a parcel, the topic of a message."""

    id: UUID
    kind: str
    state: str
    about: str


@dataclass(frozen=True, slots=True)
class Kept:
    """First promises that are over, of the newest orders: kept on time and in full, late, or not whole yet."""

    due: int
    kept: int
    late: int
    missing: int


@dataclass(frozen=True, slots=True)
class Board:
    """Everything the tower's first page shows."""

    now: datetime
    piles: dict[str, list[Pile]]
    beats: list[Beat]
    troubles: list[Trouble]
    at_risk: list[AtRisk]
    silenced: list[Silenced]
    drifts: list[inventory.Drift]
    kept: Kept


async def board(tx: Tx) -> Board:
    """Return what is going on in the whole house."""
    piles = await tx.rows(Q.board, Pile)
    return Board(
        now=tx.now,
        piles={stage: [pile for pile in piles if pile.stage == stage] for stage in STAGES},
        beats=await tx.rows(Q.pulse, Beat),
        troubles=(await exceptions(tx))[:TROUBLES_MAX],
        at_risk=await tx.rows(Q.at_risk, AtRisk),
        silenced=await tx.rows(Q.silenced, Silenced),
        drifts=await inventory.drifts(tx),
        kept=(await tx.rows(Q.kept, Kept, most=KEPT_MAX))[0],
    )


async def behind(tx: Tx, stage: str, what: str) -> list[Behind]:
    """Return the orders behind one number of the board, at most 200, the longest waiting first."""
    return await tx.rows(Q.behind, Behind, stage=stage, what=what)


async def numbers(tx: Tx, order_ids: Sequence[UUID]) -> dict[UUID, int]:
    """Return the numbers of orders by id; unknown ones are left out."""
    return dict(await tx.tuples(Q.numbers, order_ids=list(order_ids)))


async def find(tx: Tx, q: str) -> list[Found]:
    """Return orders by number, reference, tracking number, e-mail or SKU; at most 50, the best match first."""
    digits = q.removeprefix("#")
    number = int(digits) if digits.isdecimal() and int(digits) <= NUMBER_MAX else -1
    return await tx.rows(Q.found, Found, q=q, number=number)


async def story(tx: Tx, order_id: UUID) -> tuple[Head, list[Thing], list[Event]]:
    """Return an order, all things that belong to it, and everything that ever happened to them, oldest first.

    Raises:
        Refused: there is no such order.
    """
    head = await tx.row(Q.order_head, Head, order_id=order_id)
    if head is None:
        raise unknown("order", order_id)
    things = await tx.rows(Q.things_of_order, Thing, order_id=order_id)
    return head, things, await history(tx, [thing.id for thing in things])


async def newest(tx: Tx) -> datetime | None:
    """Return when the tenant's newest event was written."""
    at: datetime | None = await tx.value(Q.newest)
    return at
