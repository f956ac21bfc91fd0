"""Packs rectangles of one size into a larger one, by the patterns of pallets.

The larger one is cut in two, or in five of which four turn around the fifth, over and over; what is left holds rows.

Source: Morabito and Morales, "A simple and effective recursive procedure for the manufacturer's pallet loading problem",
Journal of the Operational Research Society 49, 1998.
"""

from bisect import bisect_right
from collections.abc import Iterator
from itertools import combinations
from math import comb

MOST_CUTS = (20_000, 2_000)
"""Up to so many ways to cut in five it is done once, or twice; beyond, units are so small that rows lose little."""

Rectangles = tuple[tuple[int, int, bool], ...]
"""Corner of each, and whether it is turned."""


class Layers:
    """Packs rectangles of one size, straight or turned, into a larger one."""

    def __init__(self, wide: int, deep: int, *, turns: bool) -> None:
        self._wide = wide
        self._deep = deep
        self._turns = turns and wide != deep
        self._known: dict[tuple[int, int, int], Rectangles] = {}

    def best(self, width: int, depth: int) -> Rectangles:
        """Return a packing with as many rectangles as the cuts give."""
        self._cuts_x = _sums(width, (self._wide, self._deep) if self._turns else (self._wide,))
        self._cuts_y = _sums(depth, (self._deep, self._wide) if self._turns else (self._deep,))
        ways = comb(len(self._cuts_x), 2) * comb(len(self._cuts_y), 2)
        cuts = sum(ways <= most for most in MOST_CUTS) if self._turns else 0
        return self._packed(width, depth, cuts or -1)

    def _packed(self, width: int, depth: int, cuts: int) -> Rectangles:
        width = self._cuts_x[bisect_right(self._cuts_x, width) - 1]
        depth = self._cuts_y[bisect_right(self._cuts_y, depth) - 1]
        key = (width, depth, cuts)
        if key not in self._known:
            self._known[key] = self._search(width, depth, cuts)
        return self._known[key]

    def _search(self, width: int, depth: int, cuts: int) -> Rectangles:
        best = _rows(width, depth, self._wide, self._deep, turn=False)
        if self._turns:
            best = max(best, _rows(width, depth, self._deep, self._wide, turn=True), key=len)
        unit = self._wide * self._deep
        bound = width * depth // unit
        if len(best) >= bound or cuts < 0:
            return best
        xs = [x for x in self._cuts_x if 0 < x < width]
        ys = [y for y in self._cuts_y if 0 < y < depth]
        for parts in _cut_in_two(width, depth, xs, ys):
            best = max(best, self._joined(parts, cuts), key=len)
        for parts in _cut_in_five(width, depth, xs, ys) if cuts else ():
            if len(best) >= bound:
                break
            if sum(wide * deep // unit for _, _, wide, deep in parts) > len(best):
                best = max(best, self._joined(parts, cuts - 1), key=len)
        return best

    def _joined(self, parts: list[tuple[int, int, int, int]], cuts: int) -> Rectangles:
        return tuple(
            (x + left, y + front, turn)
            for left, front, width, depth in parts
            for x, y, turn in self._packed(width, depth, cuts)
        )


def _rows(width: int, depth: int, wide: int, deep: int, *, turn: bool) -> Rectangles:
    return tuple((x * wide, y * deep, turn) for y in range(depth // deep) for x in range(width // wide))


def _sums(limit: int, sides: tuple[int, ...]) -> list[int]:
    """All sums of these sides up to the limit, rising."""
    sums = {0}
    for side in sides:
        sums |= {start + times * side for start in sums for times in range((limit - start) // side + 1)}
    return sorted(sums)


def _cut_in_two(
    width: int, depth: int, xs: list[int], ys: list[int]
) -> Iterator[list[tuple[int, int, int, int]]]:
    """Parts as corner and sides."""
    for x in xs:
        yield [(0, 0, x, depth), (x, 0, width - x, depth)]
    for y in ys:
        yield [(0, 0, width, y), (0, y, width, depth - y)]


def _cut_in_five(
    width: int, depth: int, xs: list[int], ys: list[int]
) -> Iterator[list[tuple[int, int, int, int]]]:
    """Four parts around a fifth; the mirror image packs the same number."""
    for x1, x2 in combinations(xs, 2):
        for y1, y2 in combinations(ys, 2):
            yield [
                (0, 0, x1, y2),
                (x1, 0, width - x1, y1),
                (x1, y1, x2 - x1, y2 - y1),
                (0, y2, x2, depth - y2),
                (x2, y1, width - x2, depth - y1),
            ]
