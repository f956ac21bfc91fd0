"""Makes sizes of boxes to choose from: as tight around real orders as boxes are made."""

from collections.abc import Sequence
from dataclasses import dataclass

from doorstep.solvers.budget import Budget
from doorstep.solvers.cartons.boxes import Box
from doorstep.solvers.cartons.goods import Item, Shape
from doorstep.solvers.cartons.questions import Packing
from doorstep.solvers.cartons.refusals import MOST_MM
from doorstep.solvers.cartons.solving import solve

TRIED = (100, 125, 160, 200, 300, 500)
"""Sides of the cubes that goods are laid into, in percent of the cube of their volume."""

JOINT_MM = 35
"""Flap by which a blank is joined to a box."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """What boxes are made of and how.

    Attributes:
        thickness_mm: of one wall.
        g_per_m2: mass of the board.
        minor_per_m2: price of the board.
        minor_each: for making one box, whatever its size.
        step_mm: inner sides are whole multiples of this.
        most_gross_g: most that a box of it carries; None: no limit.
    """

    thickness_mm: int = 4
    g_per_m2: int = 500
    minor_per_m2: int = 0
    minor_each: int = 0
    step_mm: int = 10
    most_gross_g: int | None = None


def box_of(sides: Shape, board: Board) -> Box:
    """Return the regular slotted box (FEFCO 0201) with these inner sides, the longest first."""
    height, width, length = sorted(sides)
    wall = 2 * board.thickness_mm
    blank_mm2 = (2 * (length + width) + JOINT_MM) * (width + height)
    return Box(
        name=f"{length}x{width}x{height}",
        length_mm=length,
        width_mm=width,
        height_mm=height,
        outer_length_mm=length + wall,
        outer_width_mm=width + wall,
        outer_height_mm=height + 2 * wall,
        tare_g=blank_mm2 * board.g_per_m2 // 10**6,
        max_gross_g=board.most_gross_g,
        price_minor=board.minor_each + -(-blank_mm2 * board.minor_per_m2 // 10**6),
    )


def tight_boxes(orders: Sequence[Sequence[Item]], board: Board, count: int) -> list[Box]:
    """Return up to `count` sizes: for each order the tightest that was found around it, thinned out evenly by volume."""
    found = {sides for order in orders if (sides := _tight(order, board)) is not None}
    rising = sorted(found, key=lambda sides: (sides[0] * sides[1] * sides[2], sides))
    if len(rising) > count:
        last = len(rising) - 1
        rising = [rising[last * n // max(1, count - 1)] for n in range(count)]
    return [box_of(sides, board) for sides in dict.fromkeys(rising)]


def _tight(order: Sequence[Item], board: Board) -> Shape | None:
    """Lay goods into a cube as small as takes them, and measure how far they reach."""
    volume = sum(item.volume_mm3 * item.quantity for item in order)
    if not volume:
        return None
    longest = max(max(item.sides) + 2 * item.clearance_mm for item in order)
    cube = round(volume ** (1 / 3))
    for percent in TRIED:
        side = min(MOST_MM, max(longest, cube * percent // 100))
        answer = solve(
            Packing(
                items=order,
                boxes=[Box(name="cube", length_mm=side, width_mm=side, height_mm=side, stock=1)],
            ),
            Budget(work=0),
        )
        if not answer.unserved and len(answer.boxes) == 1:
            reach = [0, 0, 0]
            for unit in answer.boxes[0].placements:
                far = (unit.x_mm + unit.length_mm, unit.y_mm + unit.width_mm, unit.z_mm + unit.height_mm)
                reach = [max(a, b) for a, b in zip(reach, far, strict=True)]
            step = board.step_mm
            low, middle, high = sorted(-(-each // step) * step for each in reach)
            return (high, middle, low)
    return None
