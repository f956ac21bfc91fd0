"""A life cycle as data: which act moves a thing from which state to which.

Everything else is derived from the table: the step function for tests, the arrays for SQL, the CHECK on the journal,
the buttons a page may show, the diagram in the docs.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property


@dataclass(frozen=True)
class Machine:
    """One life cycle, act first, because that is how people ask ("when may I cancel?").

    Attributes:
        kind: the thing's name in events and URLs (`order`).
        table: its table with schema (`orders.orders`); the table has `tenant_id, id, state, seq`.
        start: the state a thing is born in (the column default of `state`).
        moves: act -> {state before: state after}.
        notes: names of facts that may be noted without moving the state (`promise_changed`).
    """

    kind: str
    table: str
    start: StrEnum
    moves: Mapping[StrEnum, Mapping[StrEnum, StrEnum]]
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        stray = [state for state in type(self.start) if state not in self.reachable]
        if stray:
            raise ValueError(f"{self.kind}: no sequence of acts reaches {', '.join(stray)}")

    def step(self, was: StrEnum, act: StrEnum) -> StrEnum | None:
        """Return the state after `act`, or None when the act is not legal in `was`."""
        return self.moves[act].get(was)

    def acts(self, state: StrEnum | str) -> list[StrEnum]:
        """Return the acts that are legal in `state`, in the order of the table."""
        return [act for act, move in self.moves.items() if state in move]

    @cached_property
    def reachable(self) -> frozenset[StrEnum]:
        """Every state that some sequence of acts leads to."""
        seen, todo = {self.start}, [self.start]
        while todo:
            state = todo.pop()
            after = {move[state] for move in self.moves.values() if state in move} - seen
            seen |= after
            todo.extend(after)
        return frozenset(seen)

    @cached_property
    def ends(self) -> frozenset[StrEnum]:
        """The states that no act leaves."""
        return frozenset(state for state in self.reachable if not self.acts(state))

    @cached_property
    def events(self) -> tuple[str, ...]:
        """The kinds of event this life cycle can write: `order.placed`, `order.accepted`..."""
        states = [self.start, *(after for move in self.moves.values() for after in move.values())]
        return tuple(dict.fromkeys(f"{self.kind}.{name}" for name in (*states, *self.notes)))

    def legal(self) -> list[str]:
        """Return `kind:act:was:now` for every legal move, as the journal's CHECK spells it."""
        return [
            f"{self.kind}:{act}:{was}:{now}" for act, move in self.moves.items() for was, now in move.items()
        ]

    def diagram(self) -> str:
        """Return the life cycle as a Mermaid state diagram."""
        lines = ["stateDiagram-v2", f"    [*] --> {self.start}"]
        lines += [
            f"    {was} --> {now}: {act}" for act, move in self.moves.items() for was, now in move.items()
        ]
        lines += [f"    {state} --> [*]" for state in sorted(self.ends)]
        return "\n".join(lines)
