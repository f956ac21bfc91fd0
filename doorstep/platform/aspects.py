"""What later stages know of the orders that an earlier one shows: how far they are, and by what else they are found.

A stage may not know a later one. So each later stage says in `ASPECTS` of its pages what it knows of orders, `app.py` gathers
that, and the house hands it to the pages of orders.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from doorstep.platform.db import Tx

Stand = Callable[[Tx, Sequence[UUID]], Awaitable[Mapping[UUID, str]]]
Within = Callable[[Tx, str, int], Awaitable[list[UUID]]]
Find = Callable[[Tx, str], Awaitable[list[UUID]]]


async def _finds_nothing(_tx: Tx, _word: str) -> list[UUID]:
    return []


@dataclass(frozen=True, slots=True)
class Aspect:
    """One axis of orders that a later stage keeps.

    Attributes:
        name: of the axis: `floor`, `label`, `carrier`.
        states: the unfinished ones, by which a list may be narrowed.
        stand: how far each of some orders is, by its part that is farthest behind; those of which nothing is to be said are left out.
        within: the orders in one of `states`, the newest of them, at most so many.
        find: the orders that a word names exactly, such as a tracking number.
    """

    name: str
    states: tuple[str, ...]
    stand: Stand
    within: Within
    find: Find = _finds_nothing
