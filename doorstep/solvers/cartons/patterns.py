"""Lays units of one kind into a box by layers of the patterns of pallets, one behind the other along any direction.

Where the layers of one pattern leave much at the end, a few of them are followed by layers along another direction: of
bottles that stand, and of bottles that lie on them.

Source: George, "A method for solving container packing for a single size of box", Journal of the Operational Research
Society 43, 1992 (layers of several kinds behind each other); `layers.py` for a single layer.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from doorstep.solvers.cartons.filling import holds
from doorstep.solvers.cartons.goods import Shape
from doorstep.solvers.cartons.kinds import Goods, Kind
from doorstep.solvers.cartons.layers import Layers
from doorstep.solvers.cartons.spaces import Block
from doorstep.solvers.cartons.vessels import Vessel

MOST_LAYERS = 16
"""Where more layers of one kind fit behind each other, units are so small that changing the direction gains little."""

MOST_UNITS = 1_000
"""Of more units a box is as full by rows."""


class Stack(NamedTuple):
    """Alike layers, one behind the other along an axis.

    Attributes:
        axis: 0 to 2: along the length, the width, the height.
        shape: of a unit that is not turned within its layer.
        layers: how many.
        corner: where the first begins.
        sides: room for them, from the corner.
    """

    axis: int
    shape: Shape
    layers: int
    corner: Shape
    sides: Shape

    @property
    def most(self) -> int:
        """How many units it can hold at most, by area."""
        one, other = _across(self.axis)
        area = self.sides[one] * self.sides[other]
        return self.layers * (area // (self.shape[one] * self.shape[other]))


Stacks = tuple[Stack, ...]
"""One stack, or two behind each other."""


def pattern(vessel: Vessel, goods: Goods, k: int, late: Callable[[], bool]) -> list[Block]:
    """Return the best pattern of units of kind `k` in which each rests, lowest units first; empty if there is none.

    Mass and other limits are not looked at. `late` says when to be content with what was found.
    """
    kind = goods.kinds[k]
    length, width, height = vessel.sides
    enough = min(len(kind.units), length * width * height // _volume(kind.shapes[0]))
    best = _grid(vessel.sides, kind, k)
    if best:
        return best if holds(vessel, goods, best) else []
    if enough > MOST_UNITS:
        return []
    laying = _Laying(kind)
    for way in sorted(_ways(vessel.sides, kind), key=lambda way: -_most(way)):
        if len(best) >= min(enough, _most(way)) or late():
            break
        if sum(map(laying.units, way)) <= len(best):
            continue
        lowest = sorted(laying.laid(way), key=_low_back_left)[: len(kind.units)]
        low = [unit._replace(kind=k) for unit in _settled(lowest)]
        if len(low) > len(best) and holds(vessel, goods, low):
            best = low
    return best


def _grid(sides: Shape, kind: Kind, k: int) -> list[Block]:
    """Return plain rows of as many units as there are, lowest first; empty if they do not fit."""
    count = len(kind.units)
    for shape in kind.shapes:
        along, across, up = (side // own for side, own in zip(sides, shape, strict=True))
        if along * across * up >= count:
            a, b, h = shape
            return [
                Block(k, n % along * a, n // along % across * b, n // along // across * h, shape)
                for n in range(count)
            ]
    return []


def _ways(sides: Shape, kind: Kind) -> Iterator[Stacks]:
    """Yield every stack that fills the room, then every stack followed by another along another direction."""
    whole = [*_stacks((0, 0, 0), sides, kind)]
    yield from ((stack,) for stack in whole)
    for stack in whole:
        deep = stack.shape[stack.axis]
        if stack.layers > MOST_LAYERS:
            continue
        for count in range(1, stack.layers + 1):
            corner, rest = [0, 0, 0], list(sides)
            corner[stack.axis] = count * deep
            rest[stack.axis] -= count * deep
            first = stack._replace(layers=count)
            for second in _stacks((corner[0], corner[1], corner[2]), (rest[0], rest[1], rest[2]), kind):
                if second.axis != stack.axis or second.shape[stack.axis] != deep:
                    yield first, second


def _stacks(corner: Shape, sides: Shape, kind: Kind) -> Iterator[Stack]:
    for axis in range(3):
        for shape in kind.shapes:
            if all(a <= b for a, b in zip(shape, sides, strict=True)):
                yield Stack(axis, shape, sides[axis] // shape[axis], corner, sides)


def _most(way: Stacks) -> int:
    return sum(stack.most for stack in way)


def _volume(shape: Shape) -> int:
    return shape[0] * shape[1] * shape[2]


def _across(axis: int) -> tuple[int, int]:
    """Return the two other axes."""
    return (1 if axis == 0 else 0, 1 if axis == 2 else 2)


class _Laying:
    """Lays out stacks of one kind; what was worked out for a layer is kept for the next."""

    def __init__(self, kind: Kind) -> None:
        self._shapes = kind.shapes
        self._layers: dict[tuple[int, int, bool], Layers] = {}

    def units(self, stack: Stack) -> int:
        """Return how many units a stack has."""
        return stack.layers * len(self._layer(stack))

    def laid(self, way: Stacks) -> Iterator[Block]:
        """Yield the units of stacks."""
        for stack in way:
            one, other = _across(stack.axis)
            turned = _exchanged(stack.shape, one, other)
            for number in range(stack.layers):
                for across, along, turn in self._layer(stack):
                    corner = list(stack.corner)
                    corner[stack.axis] += number * stack.shape[stack.axis]
                    corner[one] += across
                    corner[other] += along
                    yield Block(0, corner[0], corner[1], corner[2], turned if turn else stack.shape)

    def _layer(self, stack: Stack) -> tuple[tuple[int, int, bool], ...]:
        one, other = _across(stack.axis)
        wide, deep = stack.shape[one], stack.shape[other]
        turns = _exchanged(stack.shape, one, other) in self._shapes
        layers = self._layers.setdefault((wide, deep, turns), Layers(wide, deep, turns=turns))
        return layers.best(stack.sides[one], stack.sides[other])


def _settled(units: list[Block]) -> list[Block]:
    """Let every unit, the lowest being first, sink as far as it can; gaps of a pattern that stands upright close."""
    sunk: list[Block] = []
    for unit in units:
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
    return sorted(sunk, key=_low_back_left)


def _low_back_left(unit: Block) -> tuple[int, int, int]:
    return unit.z, unit.y, unit.x


def _exchanged(shape: Shape, one: int, other: int) -> Shape:
    sides = list(shape)
    sides[one], sides[other] = sides[other], sides[one]
    return (sides[0], sides[1], sides[2])
