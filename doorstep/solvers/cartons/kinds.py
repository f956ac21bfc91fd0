"""Units that are alike are one kind: a solver chooses kinds, the answer names units."""

from collections.abc import Sequence
from dataclasses import dataclass

from doorstep.solvers.cartons.questions import Box, Item, Shape


@dataclass(frozen=True, slots=True)
class Kind:
    """Units that are the same to a packer.

    Attributes:
        shapes: ways to stand, lowest first.
        weight_g: of one unit.
        fragile: nothing on top.
        units: for each unit the index of its item.
        volume_mm3: of one unit.
        least_mm: its smallest side.
        sides: its sides, rising.
    """

    shapes: tuple[Shape, ...]
    weight_g: int
    fragile: bool
    units: tuple[int, ...]
    volume_mm3: int
    least_mm: int
    sides: Shape

    def fits(self, sides: Shape) -> bool:
        """Whether one unit alone can stand in a box with these inner sides."""
        length, width, height = sides
        return any(a <= length and b <= width and c <= height for a, b, c in self.shapes)

    def goes_in(self, box: Box) -> bool:
        """Whether the box takes one unit alone, by size and by mass."""
        return self.weight_g <= box.room_g and self.fits(box.sides)


def kinds_of(items: Sequence[Item]) -> list[Kind]:
    """Group items, in the order of first appearance."""
    groups: dict[tuple[tuple[Shape, ...], int, bool], list[int]] = {}
    for index, item in enumerate(items):
        groups.setdefault((item.shapes(), item.weight_g, item.fragile), []).extend([index] * item.quantity)
    kinds = []
    for (shapes, weight_g, fragile), units in groups.items():
        low, middle, high = sorted(shapes[0])
        kinds.append(
            Kind(
                shapes=shapes,
                weight_g=weight_g,
                fragile=fragile,
                units=tuple(units),
                volume_mm3=low * middle * high,
                least_mm=low,
                sides=(low, middle, high),
            )
        )
    return kinds
