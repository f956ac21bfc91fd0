"""What a partial tour leaves open at the junctions of its last aisle, and how that changes when floor is added."""

from functools import lru_cache
from itertools import product

State = tuple[int, ...]
"""Per cross-aisle: 0 if untouched, else `2 * piece + (1 if the degree is odd)`, pieces numbered from 1 by appearance."""

NONE, FRONT, BACK, APART, JOINED = range(5)
"""Which ends of a block a way to pick it touches: neither, the front, the back, both unconnected, both connected."""


def _renumbered(state: list[int]) -> State:
    numbers: dict[int, int] = {}
    return tuple(mark and 2 * numbers.setdefault(mark >> 1, len(numbers) + 1) + (mark & 1) for mark in state)


@lru_cache(maxsize=100_000)
def touch(state: State, junction: int, odd: int) -> State:
    """Make the tour visit a junction; `odd` is 1 where it starts or ends there (or leaves an odd degree), else 0."""
    marks = list(state)
    if not marks[junction]:
        marks[junction] = 2 * (len(state) + 1)
    marks[junction] ^= odd
    return _renumbered(marks)


@lru_cache(maxsize=100_000)
def add_vertical(state: State, block: int, odd_front: int, odd_back: int, touches: int) -> State:
    """Add the edges of one block of an aisle, between junctions `block` and `block + 1`."""
    if touches == NONE:
        return state
    marks = list(state)
    if touches != BACK and not marks[block]:
        marks[block] = 2 * (len(state) + 1)
    if touches != FRONT and not marks[block + 1]:
        marks[block + 1] = 2 * (len(state) + 2)
    if touches == JOINED:
        kept, gone = marks[block] >> 1, marks[block + 1] >> 1
        marks = [2 * kept + (mark & 1) if mark >> 1 == gone else mark for mark in marks]
    marks[block] ^= odd_front
    marks[block + 1] ^= odd_back
    return _renumbered(marks)


@lru_cache(maxsize=100_000)
def go_right(state: State) -> tuple[tuple[tuple[int, ...], State], ...]:
    """List the ways to go on to the next aisle: edges per cross-aisle, and the state there.

    Every piece must go on, or it could never be joined; every degree left behind becomes even.
    """
    pieces = {mark >> 1 for mark in state if mark}
    choices = [(0,) if not mark else (1,) if mark & 1 else (0, 2) for mark in state]
    ways = []
    for times in product(*choices):
        after = [
            mark - (mark & 1) + count % 2 if count else 0 for mark, count in zip(state, times, strict=True)
        ]
        if {mark >> 1 for mark in after if mark} == pieces:
            ways.append((times, _renumbered(after)))
    return tuple(ways)


def finished(state: State) -> bool:
    """Whether the tour is complete: one piece and every degree even."""
    touched = [mark for mark in state if mark]
    return bool(touched) and all(mark == 2 for mark in touched)
