"""Length of the shortest tour in one block, the inner loop of batching.

Source: Ratliff and Rosenthal, "Order-picking in a rectangular warehouse: a solvable case of the traveling salesman
problem", Operations Research 31(3), 1983. This is their dynamic program with lengths only, for a walk that starts and
ends at the same junction; `blocks` builds the tour itself, for any number of cross-aisles.
"""

# ruff: noqa: FURB136, PLR1730 - a call of min() costs more than the comparison, and this is the innermost loop

from collections.abc import Sequence

FAR = 1 << 60
"""Longer than any tour: a state that cannot be reached."""

Work = tuple[int, int, int]
"""What an aisle with picks costs: `(from front, from back, from both)`, each there and back."""

NOTHING: Work = (0, 0, -1)
"""An aisle without picks; it may still be walked through."""


def aisle_work(offsets_mm: Sequence[int], depth_mm: int) -> Work:
    """Return the cost of picking an aisle without walking through it.

    Args:
        offsets_mm: distances of the picks from the front cross-aisle, rising, not empty.
        depth_mm: distance between front and back cross-aisle.

    Returns:
        There and back from the front; from the back; from both ends leaving out the largest gap between picks.
    """
    gap = 0
    last = offsets_mm[0]
    for offset in offsets_mm:
        if offset - last > gap:
            gap = offset - last
        last = offset
    return 2 * last, 2 * (depth_mm - offsets_mm[0]), 2 * (depth_mm - gap)


def closed_length(xs_mm: Sequence[int], works: Sequence[Work], depth_mm: int, depot: int) -> int:
    """Return the length in mm of the shortest closed tour from the front of aisle `depot` through all picks.

    Five partial tours compete from left to right, told apart by what the junctions of the last aisle look like:
    `loop` (odd degree front and back), `front` and `back` (only that junction touched, even), `both` (both even, one
    piece), `split` (both even, two pieces still to be joined).

    Args:
        xs_mm: x of every aisle, rising.
        works: per aisle, from `aisle_work`, or `NOTHING`.
        depth_mm: distance between front and back cross-aisle.
        depot: index of the aisle at whose front junction the walk starts and ends.
    """
    first, final = depot, depot
    for index, work in enumerate(works):
        if work[2] >= 0:
            first = min(first, index)
            final = max(final, index)
    loop = back = both = split = FAR
    front = 0
    if first != depot:
        low, high, gap = works[first]
        loop, front, back, split = depth_mm, low, high, gap
    x_mm = xs_mm[first]
    for index in range(first if first == depot else first + 1, final + 1):
        step = 2 * (xs_mm[index] - x_mm)
        x_mm += step >> 1
        loop += step
        front = (front if front < both else both) + step
        back = (back if back < both else both) + step
        both += 2 * step
        split += 2 * step
        if index == depot:
            split = min(split, back)
            back = FAR
        low, high, gap = works[index]
        entered = min(front, back, both, split) + depth_mm
        if gap < 0:
            through = loop + depth_mm
            loop = loop if loop < entered else entered
            both = both if both < through else through
            continue
        least = min(low, high, gap)
        through = loop + depth_mm
        loop = min(loop + least, entered)
        split = min(split + least, front + (high if high < gap else gap), back + (low if low < gap else gap))
        both = min(both + least, through)
        front += low
        back += high
    return min(front, back, both)
