"""Where a new stop costs the least in a walk that is already under way."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from doorstep.solvers.walk import Spot, Warehouse

STEP = 1000
"""Positions of planned stops lie this far apart, so that stops can be put between them."""


def way_mm(floor: Warehouse, one: Spot, other: Spot) -> int:
    """Return the shortest way between two spots of a floor of parallel aisles."""
    if one.x_mm == other.x_mm:
        return abs(one.y_mm - other.y_mm)
    over = min(abs(one.y_mm - y) + abs(y - other.y_mm) for y in floor.cross_aisles_mm)
    return abs(one.x_mm - other.x_mm) + over


@dataclass(frozen=True, slots=True)
class Detour:
    """How much longer a walk gets by a stop, and the position that costs so little."""

    longer_mm: int
    position: int


def best_detour(
    floor: Warehouse, here: tuple[int, str], stops: Sequence[tuple[int, str]], place: str
) -> Detour:
    """Return where a stop at `place` lengthens the rest of the walk least (cheapest insertion).

    Args:
        floor: with all the bins named.
        here: position and bin where the picker stands.
        stops: (position, bin) still ahead, in the order of the walk.
        place: the bin to put in.
    """
    new = floor.places[place]
    way = [floor.places[here[1]], *(floor.places[name] for _, name in stops), floor.start]
    longer = [
        way_mm(floor, before, new) + way_mm(floor, new, after) - way_mm(floor, before, after)
        for before, after in pairwise(way)
    ]
    least = min(longer)
    gap = longer.index(least)
    if gap == len(stops):
        return Detour(least, (stops[-1][0] if stops else here[0]) + STEP)
    before = stops[gap - 1][0] if gap else here[0]
    return Detour(least, (before + stops[gap][0]) // 2)
