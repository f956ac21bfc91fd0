"""A warehouse drawn as SVG: aisles, cross-aisles and bins, with a tour on it, its stops numbered in turn.

Readable at 360 px: drawn to scale, the long side 1,000 units, text in the same units.
"""

from collections.abc import Sequence
from xml.sax.saxutils import escape

from doorstep.solvers.walk.layout import Spot, Warehouse
from doorstep.solvers.walk.tours import Tour

LONG_SIDE, MARGIN = 1000, 40
NUMBERED = 60
"""With more stops numbers would cover each other; then stops are dots."""


def picture(warehouse: Warehouse, tour: Tour | None = None, title: str = "Warehouse") -> str:
    """Return the drawing as one `<svg>`; without a tour, the floor alone.

    Args:
        warehouse: the floor.
        tour: a walk on it.
        title: said by screen readers.
    """
    sheet = _Sheet(warehouse, tour)
    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {sheet.width} {sheet.height}" role="img" '
            f'aria-label="{escape(_said(title, tour), {chr(34): "&quot;"})}" font-family="sans-serif" font-size="24">'
        ),
        f"<title>{escape(_said(title, tour))}</title>",
        f'<rect width="{sheet.width}" height="{sheet.height}" fill="#ffffff"/>',
        *_floor(sheet, warehouse),
    ]
    if tour is not None:
        parts += _walk(sheet, warehouse, tour)
    return "\n".join([*parts, "</svg>"])


def size(warehouse: Warehouse, tour: Tour | None = None) -> tuple[int, int]:
    """Return width and height of the drawing, in its own units."""
    sheet = _Sheet(warehouse, tour)
    return sheet.width, sheet.height


def _said(title: str, tour: Tour | None) -> str:
    if tour is None:
        return title
    return f"{title}: {len(tour.stops)} stops, {tour.distance_mm / 1000:.1f} m, {tour.method}"


class _Sheet:
    """Puts millimeters of the floor on the drawing; y runs upward on the floor, downward on the sheet."""

    def __init__(self, warehouse: Warehouse, tour: Tour | None) -> None:
        low, high = warehouse.reach_mm
        spots = [warehouse.start, *warehouse.ends, *(tour.path if tour else ())]
        xs = [*warehouse.aisle_xs, *(spot.x_mm for spot in spots)]
        self.left, right = min(xs), max(xs)
        self.top = max(high, *(spot.y_mm for spot in spots))
        bottom = min(low, *(spot.y_mm for spot in spots))
        self.span_mm = max(right - self.left, self.top - bottom, 1)
        self.width = self.scaled(right - self.left) + 2 * MARGIN
        self.height = self.scaled(self.top - bottom) + 2 * MARGIN

    def scaled(self, length_mm: int) -> int:
        return LONG_SIDE * length_mm // self.span_mm

    def at(self, spot: Spot) -> tuple[int, int]:
        return MARGIN + self.scaled(spot.x_mm - self.left), MARGIN + self.scaled(self.top - spot.y_mm)


def _floor(sheet: _Sheet, warehouse: Warehouse) -> list[str]:
    low, high = warehouse.reach_mm
    xs = [*warehouse.aisle_xs, warehouse.start.x_mm]
    lines = [(Spot(x, low), Spot(x, high)) for x in warehouse.aisle_xs]
    lines += [(Spot(min(xs), y), Spot(max(xs), y)) for y in warehouse.cross_aisles_mm]
    parts = []
    for one, other in lines:
        (x1, y1), (x2, y2) = sheet.at(one), sheet.at(other)
        parts.append(
            f'<line x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}" stroke="#e3e6ea" stroke-width="18" stroke-linecap="round"/>'
        )
    for spot in sorted(set(warehouse.places.values())):
        x, y = sheet.at(spot)
        parts.append(f'<rect x="{x - 9}" y="{y - 3}" width="18" height="6" rx="2" fill="#c2c9d1"/>')
    for aisle in warehouse.aisles:
        if aisle.one_way:
            x, y = sheet.at(Spot(aisle.x_mm, (low + high) // 2))
            arrow = "\N{UPWARDS ARROW}" if aisle.one_way == "up" else "\N{DOWNWARDS ARROW}"
            parts.append(f'<text x="{x}" y="{y}" text-anchor="middle" fill="#5b6672">{arrow}</text>')
    return parts


def _walk(sheet: _Sheet, warehouse: Warehouse, tour: Tour) -> list[str]:
    path = tour.path
    points = " ".join(f"{x},{y}" for x, y in map(sheet.at, path))
    parts = [
        (
            f'<polyline points="{points}" fill="none" stroke="#1f5fbf" stroke-width="6" stroke-linejoin="round" '
            'stroke-linecap="round" stroke-opacity="0.75"/>'
        )
    ]
    spots = list(dict.fromkeys(warehouse.places[name] for name in tour.stops))
    for number, spot in enumerate(spots, 1):
        x, y = sheet.at(spot)
        if len(spots) > NUMBERED:
            parts.append(f'<circle cx="{x}" cy="{y}" r="8" fill="#123c7a"/>')
        else:
            parts.append(f'<circle cx="{x}" cy="{y}" r="16" fill="#123c7a"/>')
            parts.append(
                f'<text x="{x}" y="{y + 7}" text-anchor="middle" font-size="20" fill="#ffffff">{number}</text>'
            )
    return parts + _terminals(sheet, path)


def _terminals(sheet: _Sheet, path: Sequence[Spot]) -> list[str]:
    parts = []
    for spot, color in ((path[-1], "#b3261e"), (path[0], "#1b7f3b")):
        x, y = sheet.at(spot)
        parts.append(
            f'<rect x="{x - 14}" y="{y - 14}" width="28" height="28" rx="5" fill="{color}" stroke="#ffffff" stroke-width="4"/>'
        )
    return parts
