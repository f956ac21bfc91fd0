"""The one door: move the state of things, write their history, and owe the reactions, in one statement.

Nothing else writes a `state`, a `seq`, an event or a task. Timeline pages, messages, live screens and audit all read
the history written here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any
from uuid import UUID

import msgspec
from psycopg import sql

from doorstep.platform.db import Tx
from doorstep.platform.errors import Reason, Refused
from doorstep.platform.machine import Machine
from doorstep.platform.statements import Statement, Statements

Q = Statements("doorstep.platform")
Facts = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Moved:
    """What became of one asked thing: moved (was, now), refused (was, no now) or unknown (neither)."""

    id: UUID
    was: str | None
    now: str | None


@dataclass(frozen=True, slots=True)
class Moves:
    """The answer per id, in id order."""

    answers: tuple[Moved, ...]

    @property
    def moved(self) -> list[UUID]:
        """The ids that moved."""
        return [a.id for a in self.answers if a.now is not None]

    @property
    def refused(self) -> list[Moved]:
        """Those that are there, but not in a state that allows the act."""
        return [a for a in self.answers if a.now is None and a.was is not None]

    @property
    def unknown(self) -> list[UUID]:
        """The ids that are not there for this tenant."""
        return [a.id for a in self.answers if a.was is None]


async def move(
    tx: Tx,
    machine: Machine,
    act: StrEnum,
    ids: Sequence[UUID],
    facts: Facts | Mapping[UUID, Facts] | None = None,
) -> Moves:
    """Move all asked things for which `act` is legal; write one event each and owe one task per listener.

    Args:
        tx: the open transaction; its actor and business time go into the events.
        machine: the life cycle of the things.
        act: what is done.
        ids: the things; repeats count once. Rows are locked in id order.
        facts: why and with what: one mapping for all, or one per id (keys are ids).

    Returns:
        One answer per id. A refusal is data; a caller who wanted all or nothing uses `move_all`.
    """
    if not ids:
        return Moves(())
    step = machine.moves[act]
    listeners = [(now, name) for now in set(step.values()) for name in tx.listening(f"{machine.kind}.{now}")]
    rows = await tx.rows(
        _move_statement(machine.table),
        Moved,
        ids=list(ids),
        **_facts(ids, facts),
        was=list(step),
        became=list(step.values()),
        kind=machine.kind,
        act=act,
        actor=tx.actor,
        listener_states=[state for state, _ in listeners],
        listener_names=[name for _, name in listeners],
    )
    return Moves(tuple(rows))


async def move_all(
    tx: Tx,
    machine: Machine,
    act: StrEnum,
    ids: Sequence[UUID],
    facts: Facts | Mapping[UUID, Facts] | None = None,
) -> None:
    """Like `move`, but all or nothing.

    Raises:
        Refused: a thing is unknown or its state does not allow the act; the message names the state.
    """
    answer = await move(tx, machine, act, ids, facts)
    if answer.unknown:
        raise Refused(Reason.UNKNOWN, f"There is no {machine.kind} {answer.unknown[0]} here.")
    if answer.refused:
        first = answer.refused[0]
        allowed = ", ".join(machine.moves[act])
        raise Refused(
            Reason.CONFLICT,
            f"The {machine.kind} is {first.was}; {act} is possible only while it is {allowed}. Look at it again.",
        )


@dataclass(frozen=True, slots=True)
class Birth:
    """The row of a thing that is born and moved at once, for the statement that inserts it (`%(born_state)s`, `%(born_seq)s`)."""

    state: str
    seq: int


def birth(machine: Machine, then: Sequence[StrEnum] = ()) -> Birth:
    """Return with which `state` and `seq` things are inserted for which `born` is called with the same acts."""
    states = _way(machine, then)
    return Birth(states[-1], len(states))


def _way(machine: Machine, then: Sequence[StrEnum]) -> list[str]:
    """Return the states of a thing from its birth through some acts."""
    states = [machine.start]
    for act in then:
        states.append(machine.moves[act][states[-1]])
    return [str(one) for one in states]


async def born(
    tx: Tx,
    machine: Machine,
    ids: Sequence[UUID],
    facts: Facts | Mapping[UUID, Facts] | None = None,
    *,
    then: Sequence[StrEnum] = (),
) -> None:
    """Write event 1 of things just inserted and owe its tasks.

    Args:
        tx: the open transaction, the one that inserted the things.
        machine: their life cycle.
        ids: the things; inserted with the column defaults of `state` and `seq`, or with what `birth` says of `then`.
        facts: of the birth.
        then: acts that are done to all of them at once, each legal after the one before: nobody else can see the things
            yet, so their rows need not be written twice.
    """
    if not then or not ids:
        await _append(tx, machine.kind, machine.start, ids, facts)
        return
    states = _way(machine, then)
    listeners = [
        (name, seq) for seq, state in enumerate(states, 1) for name in tx.listening(f"{machine.kind}.{state}")
    ]
    await tx.run(
        Q.born_and_moved,
        ids=list(ids),
        **_facts(ids, facts),
        kind=machine.kind,
        actor=tx.actor,
        seqs=list(range(1, len(states) + 1)),
        acts=[None, *(str(act) for act in then)],
        wass=[None, *states[:-1]],
        becames=states,
        listener_names=[name for name, _ in listeners],
        listener_seqs=[seq for _, seq in listeners],
    )


async def tell(
    tx: Tx, kind: str, name: str, ids: Sequence[UUID], facts: Facts | Mapping[UUID, Facts] | None = None
) -> None:
    """Write the only event of things without a life cycle (a receipt, a count): `stock.received`."""
    await _append(tx, kind, name, ids, facts)


async def note(
    tx: Tx,
    machine: Machine,
    name: str,
    ids: Sequence[UUID],
    facts: Facts | Mapping[UUID, Facts] | None = None,
) -> None:
    """Write a fact into the history of things without moving their state (`order.address_changed`)."""
    if name not in machine.notes:
        raise ValueError(f"{machine.kind} has no note {name!r}: declare it in its machine")
    if not ids:
        return
    await tx.run(
        _note_statement(machine.table),
        ids=list(ids),
        **_facts(ids, facts),
        kind=machine.kind,
        name=name,
        actor=tx.actor,
        listener_names=list(tx.listening(f"{machine.kind}.{name}")),
    )


async def _append(
    tx: Tx, kind: str, name: str, ids: Sequence[UUID], facts: Facts | Mapping[UUID, Facts] | None
) -> None:
    if not ids:
        return
    await tx.run(
        Q.append_births,
        ids=list(ids),
        **_facts(ids, facts),
        kind=kind,
        name=name,
        actor=tx.actor,
        listener_names=list(tx.listening(f"{kind}.{name}")),
    )


def _facts(ids: Sequence[UUID], facts: Facts | Mapping[UUID, Facts] | None) -> dict[str, Any]:
    """Spell facts as one shared JSON and one array beside the ids (null where the shared one holds)."""
    if not facts:
        return {"facts": "{}", "own_facts": [None] * len(ids)}
    if isinstance(next(iter(facts)), UUID):
        own = [msgspec.json.encode(facts.get(i, {})).decode() for i in ids]  # type: ignore[call-overload]
        return {"facts": "{}", "own_facts": own}
    return {"facts": msgspec.json.encode(facts).decode(), "own_facts": [None] * len(ids)}


@cache
def _move_statement(table: str) -> Statement:
    return _for_table(Q.move, table)


@cache
def _note_statement(table: str) -> Statement:
    return _for_table(Q.note, table)


def _for_table(statement: Statement, table: str) -> Statement:
    name = sql.Identifier(*table.split(".")).as_string()
    return Statement(statement.name, statement.why, statement.sql.replace("{table}", name))


@dataclass(frozen=True, slots=True)
class Event:
    """One row of history, as a timeline shows it."""

    kind: str
    subject: UUID
    seq: int
    name: str
    act: str | None
    was: str | None
    actor: str
    occurred_at: Any
    recorded_at: Any
    facts: dict[str, Any]


async def history(tx: Tx, subjects: Sequence[UUID]) -> list[Event]:
    """Return everything that happened to these things, oldest first."""
    return await tx.rows(Q.history, Event, subjects=list(subjects))
