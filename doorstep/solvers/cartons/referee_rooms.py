"""The room in a box, as the referee measures it."""

from dataclasses import dataclass

from doorstep.solvers.cartons.boxes import Box


@dataclass(frozen=True, slots=True)
class Inside:
    """Where goods may lie in one box.

    Attributes:
        free_mm: kept clear along every wall.
        length_mm: between what is kept clear.
        width_mm: as above.
        height_mm: as above.
        inner_mm3: volume from wall to wall.
    """

    free_mm: int
    length_mm: int
    width_mm: int
    height_mm: int
    inner_mm3: int


def room_of(box: Box, thickness_mm: int) -> Inside | None:
    """Return the room in a box, or in a bag that is made so thick; None when it cannot be."""
    length, width, height = box.length_mm, box.width_mm, box.height_mm
    if box.kind == "bag":
        if not 0 < thickness_mm <= height:
            return None
        length, width, height = length - thickness_mm, width - thickness_mm, thickness_mm
        if length <= 0 or width <= 0:
            return None
    elif thickness_mm:
        return None
    free = box.clearance_mm
    return Inside(free, length - 2 * free, width - 2 * free, height - 2 * free, length * width * height)
