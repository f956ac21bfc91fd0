"""What later stages know of the orders that an earlier one shows: how far they are, what keeps them, and what finds them.

A stage may not know a later one. So each later stage says in `ASPECTS` of its pages what it knows of orders, `app.py` gathers
that, and the house hands it to the pages of orders.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from doorstep.platform.db import Tx
from doorstep.platform.guards import Guard


@dataclass(frozen=True, slots=True)
class Named:
    """What people call an order, and how it stands, for pages of an earlier stage that knows its id alone."""

    number: int
    state: str


Stand = Callable[[Tx, Sequence[UUID]], Awaitable[Mapping[UUID, str]]]
Within = Callable[[Tx, str, int], Awaitable[list[UUID]]]
Find = Callable[[Tx, str], Awaitable[list[UUID]]]
Keeps = Callable[[Tx, UUID], Awaitable[list[Guard]]]
Units = Callable[[Tx, UUID], Awaitable[Mapping[UUID, Mapping[str, int]]]]


async def _stands_nowhere(_tx: Tx, _order_ids: Sequence[UUID]) -> Mapping[UUID, str]:
    return {}


async def _has_none(_tx: Tx, _state: str, _most: int) -> list[UUID]:
    return []


async def _finds_nothing(_tx: Tx, _word: str) -> list[UUID]:
    return []


async def _keeps_nothing(_tx: Tx, _order_id: UUID) -> list[Guard]:
    return []


async def _counts_nothing(_tx: Tx, _order_id: UUID) -> Mapping[UUID, Mapping[str, int]]:
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Aspect:
    """One axis of orders that a later stage keeps; what a stage has nothing to say about is left out.

    Attributes:
        name: of the axis: `floor`, `label`, `carrier`.
        states: the unfinished ones, by which a list may be narrowed.
        stand: how far each of some orders is, by its part that is farthest behind; those of which nothing is to be said are left out.
        within: the orders in one of `states`, the newest of them, at most so many.
        find: the orders that a word names exactly, such as a tracking number.
        keeps: why one order has not left yet, as far as this stage has it in hand.
        units: pieces of one order's lines by line and by what happened to them: `picked`, `packed`, `shipped`, `returned`.
    """

    name: str
    states: tuple[str, ...] = ()
    stand: Stand = _stands_nowhere
    within: Within = _has_none
    find: Find = _finds_nothing
    keeps: Keeps = _keeps_nothing
    units: Units = _counts_nothing
