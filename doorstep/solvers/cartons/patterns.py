"""Lays units of one kind into a box by the patterns of pallets: layers of rectangles that turn around a middle.

A rectangle is cut in two, or in five of which four turn around the fifth, over and over; what is left holds rows. Layers of
a pattern are put one behind the other along any of the three directions.

Source: Morabito and Morales, "A simple and effective recursive procedure for the manufacturer's pallet loading problem",
Journal of the Operational Research Society 49, 1998.
"""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from math import comb

from doorstep.solvers.cartons.filling import holds
from doorstep.solvers.cartons.goods import Shape
from doorstep.solvers.cartons.kinds import Goods, Kind
from doorstep.solvers.cartons.spaces import Block
from doorstep.solvers.cartons.vessels import Vessel

DEPTH = 1
"""How often a rectangle is cut in five."""

MOST_CUTS = 20_000
"""Beyond so many ways to cut in five, units are so small that rows lose little."""

Rectangles = tuple[tuple[int, int, bool], ...]
"""Corner of each, and whether it is turned."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """The way to fill a box by a pattern, when all units are of one kind."""


def pattern(vessel: Vessel, goods: Goods, k: int) -> list[Block]:
    """Return the best pattern of units of kind `k` in which each rests, lowest units first; empty if there is none.

    Mass and other limits are not looked at.
    """
    kind = goods.kinds[k]
    most = len(kind.units)
    best: list[Block] = []
    ways = [(axis, shape) for axis in range(3) for shape in kind.shapes]
    for axis, shape in sorted(ways, key=lambda way: -_most(vessel, *way)):
        if len(best) >= min(most, _most(vessel, axis, shape)):
            continue
        low = [unit._replace(kind=k) for unit in _settled(_stacked(vessel, kind, axis, shape))[:most]]
        if len(low) > len(best) and holds(vessel, goods, low):
            best = low
    return best


def _most(vessel: Vessel, axis: int, shape: Shape) -> int:
    """How many units layers along this axis can hold at most, by area."""
    one, other = (side for side in range(3) if side != axis)
    area = vessel.sides[one] * vessel.sides[other] // (shape[one] * shape[other])
    return vessel.sides[axis] // shape[axis] * area


def _settled(units: list[Block]) -> list[Block]:
    """Let every unit sink as far as it can, the lowest first; gaps of a pattern that stands upright close."""
    sunk: list[Block] = []
    for unit in sorted(units, key=lambda each: (each.z, each.y, each.x)):
        far_x, far_y = unit.x + unit.shape[0], unit.y + unit.shape[1]
        floor = max(
            (
                other.z + other.shape[2]
                for other in sunk
                if other.x < far_x
                and other.y < far_y
                and other.x + other.shape[0] > unit.x
                and other.y + other.shape[1] > unit.y
            ),
            default=0,
        )
        sunk.append(unit._replace(z=floor))
    return sorted(sunk, key=lambda each: (each.z, each.y, each.x))


def _stacked(vessel: Vessel, kind: Kind, axis: int, shape: Shape) -> list[Block]:
    """Stack the best pattern for one layer along one direction."""
    one, other = (side for side in range(3) if side != axis)
    turned = _exchanged(shape, one, other)
    layer = _Layer(shape[one], shape[other], turns=turned in kind.shapes)
    rectangles = layer.best(vessel.sides[one], vessel.sides[other])
    units = []
    for number in range(vessel.sides[axis] // shape[axis]):
        for across, along, turn in rectangles:
            corner = [0, 0, 0]
            corner[axis] = number * shape[axis]
            corner[one], corner[other] = across, along
            units.append(Block(0, corner[0], corner[1], corner[2], turned if turn else shape))
    return units


def _exchanged(shape: Shape, one: int, other: int) -> Shape:
    sides = list(shape)
    sides[one], sides[other] = sides[other], sides[one]
    return (sides[0], sides[1], sides[2])


class _Layer:
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
        return self._packed(width, depth, DEPTH if self._turns and ways <= MOST_CUTS else -1)

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
