"""The floor of a warehouse as a drawing: aisles and bins in millimeters become rectangles on paper. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from doorstep.stages.catalog.model import Aisle, Bin, Site

BIN_WIDTH_MM = 900
MARGIN_MM = 1500


@dataclass(frozen=True, slots=True)
class Spot:
    """A bin on paper; levels above each other share one spot."""

    x_mm: int
    y_mm: int
    width_mm: int
    height_mm: int
    code: str
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Lane:
    """An aisle on paper."""

    number: int
    x_mm: int
    top_mm: int
    bottom_mm: int


@dataclass(frozen=True, slots=True)
class Plan:
    """A drawing: everything in millimeters, y pointing down, the front at the bottom."""

    width_mm: int
    height_mm: int
    lanes: tuple[Lane, ...]
    spots: tuple[Spot, ...]
    start: tuple[int, int]


def draw(site: Site, aisles: Sequence[Aisle], bins: Sequence[Bin]) -> Plan | None:
    """Return the plan of a floor, or None when it has no aisles."""
    if not aisles:
        return None
    xs = [one.x_mm for one in aisles] + [one.x_mm for one in bins] + [site.start_x_mm]
    ys = [y for one in aisles for y in (one.front_y_mm, one.back_y_mm)] + [site.start_y_mm]
    left, right = min(xs) - MARGIN_MM, max(xs) + MARGIN_MM
    front, back = min(ys) - MARGIN_MM, max(ys) + MARGIN_MM
    depth = _depth(bins)
    stacks: dict[tuple[int, int], list[Bin]] = {}
    for one in bins:
        stacks.setdefault((one.x_mm, one.y_mm), []).append(one)
    spots = tuple(
        Spot(
            x - left - BIN_WIDTH_MM // 2,
            back - y - depth // 2,
            BIN_WIDTH_MM,
            depth,
            stack[0].code,
            tuple(one.code for one in sorted(stack, key=lambda one: (one.level, one.code))),
        )
        for (x, y), stack in sorted(stacks.items())
    )
    lanes = tuple(
        Lane(one.number, one.x_mm - left, back - one.back_y_mm, back - one.front_y_mm) for one in aisles
    )
    return Plan(right - left, back - front, lanes, spots, (site.start_x_mm - left, back - site.start_y_mm))


def _depth(bins: Sequence[Bin]) -> int:
    """How tall a bin is drawn: nine tenths of the smallest step between two bins on one side of an aisle."""
    columns: dict[int, set[int]] = {}
    for one in bins:
        columns.setdefault(one.x_mm, set()).add(one.y_mm)
    steps = [
        later - earlier
        for ys in columns.values()
        for earlier, later in zip(sorted(ys), sorted(ys)[1:], strict=False)
    ]
    return max(200, min([*steps, 2000]) * 9 // 10)
