"""The ways to use the boxes: each box as it is, and each bag at a few thicknesses."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from doorstep.solvers.cartons.boxes import Box
from doorstep.solvers.cartons.goods import Shape
from doorstep.solvers.cartons.kinds import Kind

MOST_THICKNESSES = 8
"""Thicknesses tried per bag."""

MOST_LAYERS = 4
"""Units of one kind on each other that a thickness is made for."""


@dataclass(frozen=True, slots=True)
class Vessel:
    """A box as the search sees it.

    Attributes:
        box: index of its type.
        thickness_mm: of a bag; 0 for a box.
        sides: where goods can lie.
        room_g: mass of goods it may take; below zero when the box alone is too heavy.
        room_mm3: volume of goods it may take.
        room_units: units it may take.
        inner_mm3: volume inside.
        outer: sides outside.
    """

    box: int
    thickness_mm: int
    sides: Shape
    room_g: int
    room_mm3: int
    room_units: int
    inner_mm3: int
    outer: Shape

    @property
    def outer_mm3(self) -> int:
        """Volume outside."""
        return self.outer[0] * self.outer[1] * self.outer[2]

    def takes(self, kind: Kind) -> bool:
        """Whether it takes one unit alone, by size, mass and volume."""
        return kind.weight_g <= self.room_g and kind.volume_mm3 <= self.room_mm3 and kind.fits(self.sides)


def vessels_of(boxes: Sequence[Box], kinds: Sequence[Kind], most_units: int) -> list[Vessel]:
    """Return every way to use a box; those in which nothing can lie are left out."""
    vessels = []
    for number, box in enumerate(boxes):
        if box.kind == "box":
            vessels.append(_vessel(number, box, 0, most_units))
        else:
            vessels += [_vessel(number, box, each, most_units) for each in _thicknesses(box, kinds)]
    return [each for each in vessels if min(each.sides) > 0]


@lru_cache(maxsize=1_024)
def _vessel(number: int, box: Box, thickness_mm: int, most_units: int) -> Vessel:
    inner = box.at(thickness_mm)
    inner_mm3 = inner[0] * inner[1] * inner[2]
    free = 2 * box.clearance_mm
    return Vessel(
        box=number,
        thickness_mm=thickness_mm,
        sides=(inner[0] - free, inner[1] - free, inner[2] - free),
        room_g=box.room_g,
        room_mm3=inner_mm3 * box.most_fill_pct // 100,
        room_units=most_units if box.max_units is None else min(most_units, box.max_units),
        inner_mm3=inner_mm3,
        outer=box.outer_sides if box.kind == "box" else inner,
    )


def _thicknesses(bag: Box, kinds: Sequence[Kind]) -> list[int]:
    """Thicknesses at which a bag is tried: those of the goods, alone and on each other, thinned out to a few.

    Whatever fits alone at some thickness fits at one of them.
    """
    most = min(bag.height_mm, bag.length_mm - 1, bag.width_mm - 1)
    free = 2 * bag.clearance_mm
    found = {most}
    for kind in kinds:
        for _, _, height in kind.shapes:
            found.update(layers * height + free for layers in range(1, min(MOST_LAYERS, len(kind.units)) + 1))
    rising = sorted(each for each in found if 0 < each <= most)
    if len(rising) > MOST_THICKNESSES:
        last = len(rising) - 1
        rising = [rising[last * n // (MOST_THICKNESSES - 1)] for n in range(MOST_THICKNESSES)]
    kept = set(rising)
    for kind in kinds:
        if not any(_fits(bag, each, kind) for each in kept):
            alone = (height + free for _, _, height in kind.shapes)
            kept.update(each for each in alone if 0 < each <= most and _fits(bag, each, kind))
    return sorted(kept)


def _fits(bag: Box, thickness_mm: int, kind: Kind) -> bool:
    length, width, height = bag.at(thickness_mm)
    free = 2 * bag.clearance_mm
    return kind.fits((length - free, width - free, height - free))
