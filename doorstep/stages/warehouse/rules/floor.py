"""A site's aisles as the floor that walks are measured on, and the S-shape walk that ours are compared with."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from doorstep.solvers.walk import Aisle, Bin, Spot, Warehouse

MOST_CROSS_AISLES = 5
"""With more, the aisles are ragged: only the first and the last count as cross-aisles."""


@dataclass(frozen=True, slots=True)
class AisleLine:
    """An aisle of a site: straight along y at one x."""

    number: int
    x_mm: int
    front_y_mm: int
    back_y_mm: int


@dataclass(frozen=True, slots=True)
class Shelf:
    """A bin with one product in it; `free` units are promised to no open pick. Units with another last day are another shelf.

    Attributes:
        place: the bin's code, as printed.
        aisle: number of its aisle.
        y_mm: where along the aisle one stands to reach it.
        expires_on: the last day on which they may be sold; None: there is none.
    """

    place: str
    product_id: UUID
    aisle: int
    y_mm: int
    free: int
    expires_on: date | None = None


def floor_of(aisles: Sequence[AisleLine], shelves: Iterable[Shelf], start: Spot) -> Warehouse:
    """Return the floor with the given bins on it; a start beside the ways is moved to the nearest cross-aisle.

    Aisles of two blocks that share an x are one aisle with a cross-aisle between.
    """
    ys = sorted({y for aisle in aisles for y in (aisle.front_y_mm, aisle.back_y_mm)})
    crossings = tuple(ys if len(ys) <= MOST_CROSS_AISLES else (ys[0], ys[-1]))
    xs = {aisle.number: aisle.x_mm for aisle in aisles}
    bins = {
        shelf.place: Bin(name=shelf.place, aisle=f"x{xs[shelf.aisle]}", y_mm=shelf.y_mm) for shelf in shelves
    }
    if start.y_mm not in crossings:
        start = Spot(start.x_mm, min(crossings, key=lambda y: (abs(y - start.y_mm), y)))
    return Warehouse(
        aisles=tuple(Aisle(name=f"x{x}", x_mm=x) for x in sorted(set(xs.values()))),
        bins=tuple(bins.values()),
        cross_aisles_mm=crossings,
        start=start,
    )


@dataclass(frozen=True, slots=True)
class SShape:
    """The walk most warehouses use: every aisle with a pick is walked through, up one and down the next."""

    stops: tuple[str, ...]
    distance_mm: int


def s_shape(floor: Warehouse, bins: Iterable[str]) -> SShape:
    """Return the S-shape walk through `bins`, from the start and back to it.

    The last aisle, when it would lead away from home, is walked to its farthest pick and back (Roodbergen and de Koster,
    "Routing methods for warehouses with multiple cross aisles", 2001).
    """
    low, high = floor.cross_aisles_mm[0], floor.cross_aisles_mm[-1]
    columns: dict[int, list[tuple[int, str]]] = {}
    for name in dict.fromkeys(bins):
        spot = floor.places[name]
        columns.setdefault(spot.x_mm, []).append((spot.y_mm, name))
    xs = sorted(columns)
    if not xs:
        return SShape((), 0)
    if abs(xs[-1] - floor.start.x_mm) < abs(xs[0] - floor.start.x_mm):
        xs.reverse()
    home = low if abs(floor.start.y_mm - low) <= abs(floor.start.y_mm - high) else high
    far = high if home == low else low
    x, y, walked, stops = floor.start.x_mm, home, abs(floor.start.y_mm - home), list[str]()
    for place, column_x in enumerate(xs):
        walked += abs(column_x - x)
        x = column_x
        picks = sorted(columns[column_x], reverse=y == high)
        stops += [name for _, name in picks]
        walked += _dead_ends(picks, low, high)
        if place == len(xs) - 1 and y == home:
            deepest = max(min(abs(at - home), high - low) for at, _ in picks)
            walked += 2 * deepest
        else:
            walked += high - low
            y = far if y == home else home
    return SShape(tuple(stops), walked + abs(x - floor.start.x_mm) + abs(floor.start.y_mm - home))


def _dead_ends(picks: Sequence[tuple[int, str]], low: int, high: int) -> int:
    """Return the extra way to bins before the first or behind the last cross-aisle, and back."""
    ys = [at for at, _ in picks]
    return 2 * (max(0, low - min(ys)) + max(0, max(ys) - high))
