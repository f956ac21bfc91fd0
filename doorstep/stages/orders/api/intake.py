"""Group commit at the door: orders that arrive together become one batch and one commit; each gets its own answer.

A batch is one caller's: its transaction has one actor, and one merchant if the caller is bound to one. Answers are kept under
their idempotency keys in the same transaction. Two transactions that collide on a key or an external reference meanwhile
are resolved by running the later one again: it then finds what the earlier one wrote.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

import msgspec
from litestar.datastructures import State
from psycopg import errors

from doorstep.platform.auth import Principal
from doorstep.platform.batching import GroupCommit
from doorstep.platform.db import Tx, broken_rule
from doorstep.platform.errors import Reason, Refused, invalid
from doorstep.platform.house import House
from doorstep.platform.idempotency import Keep, Kept, find_kept, keep
from doorstep.stages.orders import acts
from doorstep.stages.orders.api.shapes import PlacedOut
from doorstep.stages.orders.model import NewOrder, Outcome, Verdict

IMPORT = "orders:import"
TRIES = 3
RACES = ("external_ref_taken", "answers_pkey")
"""The rules that two transactions break which place the same order at the same time."""


@dataclass(frozen=True, slots=True)
class Sender:
    """Whose batch it is."""

    tenant_id: UUID
    actor: str
    own: UUID | None
    imports: bool


@dataclass(frozen=True, slots=True)
class Ask:
    """One request."""

    order: NewOrder
    key: str | None
    request_hash: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """How a request is answered."""

    status: int
    body: bytes
    replayed: bool = False


def sender(who: Principal) -> Sender:
    """Return whose batch a caller's orders join."""
    imports = bool(who.scopes & {IMPORT, "*"})
    return Sender(who.tenant_id, who.actor, who.merchant_id, imports)


@dataclass(slots=True)
class Intake:
    """The door of one process."""

    house: House
    group: GroupCommit[Sender, Ask, Answer] = field(init=False)
    under_way: set[tuple[Sender, str]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.group = GroupCommit(
            self._place, running_max=1
        )  # a second one would wait for the locks of the first

    async def ask(self, who: Principal, ask: Ask) -> Answer:
        """Place one order in the next batch and return its answer.

        Raises:
            Refused: the order is refused, its key was used for another request, or its first request is under way.
        """
        whose = sender(who)
        if ask.key is None:
            return await self.group.ask(whose, ask)
        if (whose, ask.key) in self.under_way:
            raise Refused(
                Reason.IN_FLIGHT,
                "The first request with this Idempotency-Key is still under way. Ask again in a second.",
                retry_after_s=1,
            )
        self.under_way.add((whose, ask.key))
        try:
            return await self.group.ask(whose, ask)
        finally:
            self.under_way.discard((whose, ask.key))

    async def _place(self, whose: Sender, asks: list[Ask]) -> list[Answer | Exception]:
        for _ in range(TRIES - 1):
            try:
                return await self._run(whose, asks)
            except errors.UniqueViolation as error:
                if broken_rule(error) not in RACES:
                    raise
        return await self._run(whose, asks)

    async def _run(self, whose: Sender, asks: Sequence[Ask]) -> list[Answer | Exception]:
        async with self.house.db.transaction(whose.tenant_id, actor=whose.actor, pipelined=True) as tx:
            before = await find_kept(tx, [ask.key for ask in asks if ask.key is not None])
            fresh = [ask for ask in asks if ask.key is None or ask.key not in before]
            verdicts = await acts.place(
                tx, [ask.order for ask in fresh], own=whose.own, imports=whose.imports
            )
            answers = [answer(verdict) for verdict in verdicts]
            await _keep(tx, fresh, answers)
        rest = iter(answers)
        return [
            _again(before[ask.key], ask) if ask.key is not None and ask.key in before else next(rest)
            for ask in asks
        ]


def intake_of(app: State) -> Intake:
    """Return the door of this process, opened by the first who comes; `app` is the application's state."""
    intake: Intake | None = app.get("orders_intake")
    if intake is None or intake.house is not app.house:
        intake = app.orders_intake = Intake(app.house)
    return intake


async def _keep(tx: Tx, asks: Sequence[Ask], answers: Sequence[Answer | Exception]) -> None:
    await keep(
        tx,
        [
            Keep(ask.key, ask.request_hash, given.status, given.body)
            for ask, given in zip(asks, answers, strict=True)
            if ask.key is not None and isinstance(given, Answer)
        ],
    )


def _again(kept: Kept, ask: Ask) -> Answer | Exception:
    if kept.request_hash != ask.request_hash:
        return Refused(
            Reason.KEY_REUSED,
            "This Idempotency-Key was used with another request. Use a new key for a new request.",
        )
    return Answer(kept.status, kept.body, replayed=True)


def answer(verdict: Verdict) -> Answer | Exception:
    """Return how a verdict is answered; a refusal as the exception that the edge knows."""
    if verdict.outcome is Outcome.REFUSED or verdict.order_id is None or verdict.number is None:
        return refusal(verdict)
    placed = PlacedOut(
        outcome=str(verdict.outcome),
        id=verdict.order_id,
        number=verdict.number,
        state=str(verdict.state),
        holds=[str(one) for one in verdict.holds],
    )
    status = 200 if verdict.outcome is Outcome.DUPLICATE else 201
    return Answer(status, msgspec.json.encode(placed))


def refusal(verdict: Verdict) -> Refused:
    """Return the refusal that a verdict means."""
    if verdict.conflict:
        return Refused(
            Reason.CONFLICT,
            f"Order {verdict.number} has this external_ref and differs in what is listed. Nothing was changed.",
            verdict.faults,
        )
    if verdict.unavailable:
        return Refused(
            Reason.UNAVAILABLE,
            "There is not enough of what is listed. Order what is left, or leave it out.",
            verdict.faults,
        )
    return invalid(verdict.faults)
