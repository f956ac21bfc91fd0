"""The floor as columns from left to right, and the ways to pick one block of an aisle."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise

from doorstep.solvers.walk.junctions import APART, BACK, FRONT, JOINED, NONE
from doorstep.solvers.walk.layout import Spot, Warehouse

Segment = tuple[int, int, int]
"""A stretch of an aisle and how often it is walked: `(low y, high y, times)`."""


@dataclass(frozen=True, slots=True)
class Column:
    """One x of the floor: an aisle, or a bare spot on a cross-aisle.

    Attributes:
        x_mm: where it lies.
        aisle: whether one can walk from cross-aisle to cross-aisle here.
        stops: y of everything to visit off the junctions, rising, each with 1 if the walk starts or ends there once.
        junctions: cross-aisles (by index) to visit, with the same mark.
    """

    x_mm: int
    aisle: bool
    stops: tuple[tuple[int, int], ...] = ()
    junctions: tuple[tuple[int, int], ...] = ()

    @property
    def needed(self) -> bool:
        """Whether the tour must come here."""
        return bool(self.stops or self.junctions)


@dataclass(frozen=True, slots=True)
class Action:
    """One way to pick a block: the parity it adds at its ends, what it touches, its cost, its edges."""

    odd_front: int
    odd_back: int
    touches: int
    cost_mm: int
    edges: tuple[Segment, ...] = field(compare=False, default=())


def columns_of(warehouse: Warehouse, spots: Iterable[Spot], start: Spot, end: Spot) -> list[Column]:
    """Cut the floor into the columns a tour can need.

    Aisles beyond the outermost spot never help, except the next one where that spot is not in an aisle itself.
    """
    odd = {start: 1, end: 1} if start != end else {start: 0}
    marks = {**dict.fromkeys(spots, 0), **odd}
    crossing = {y: index for index, y in enumerate(warehouse.cross_aisles_mm)}
    by_x: dict[int, list[Spot]] = {}
    for spot in sorted(marks):
        by_x.setdefault(spot.x_mm, []).append(spot)
    aisles = set(warehouse.aisle_xs)
    low = max((x for x in aisles if x <= min(by_x)), default=min(by_x))
    high = min((x for x in aisles if x >= max(by_x)), default=max(by_x))
    return [
        Column(
            x_mm,
            x_mm in aisles,
            tuple((spot.y_mm, marks[spot]) for spot in by_x.get(x_mm, ()) if spot.y_mm not in crossing),
            tuple((crossing[spot.y_mm], marks[spot]) for spot in by_x.get(x_mm, ()) if spot.y_mm in crossing),
        )
        for x_mm in sorted({*by_x, *(x for x in aisles if low <= x <= high)})
    ]


def actions_of(column: Column, low_mm: int, high_mm: int) -> list[Action]:
    """List the ways to pick the block between two cross-aisles: walked through, or with one stretch left out."""
    if not column.aisle:
        return [Action(0, 0, NONE, 0)]
    stops = [(y, odd) for y, odd in column.stops if low_mm < y < high_mm]
    ways = []
    for odd_front in (0, 1):
        edges = _walked((low_mm, *(y for y, _ in stops), high_mm), [odd for _, odd in stops], odd_front)
        odd_back = edges[-1][2] & 1
        ways.append(_action(odd_front, odd_back, JOINED, edges))
        ways.extend(_with_gap(edges, odd_front, odd_back))
    return ways


def stub_of(column: Column, crossings_mm: tuple[int, ...], *, back: bool) -> Action | None:
    """Return the one way to pick a dead end before the first (`back`: behind the last) cross-aisle."""
    limit = crossings_mm[-1] if back else crossings_mm[0]
    beyond = [(y, odd) for y, odd in column.stops if (y > limit if back else y < limit)]
    if not beyond:
        return None
    if back:
        beyond.reverse()
    edges = _walked((*(y for y, _ in beyond), limit), [odd for _, odd in beyond[1:]], beyond[0][1])
    return _action(edges[-1][2] & 1, 0, FRONT, edges)


def inner_walk(column: Column, crossings_mm: tuple[int, ...]) -> tuple[int, list[Segment]] | None:
    """Return length and edges of the walk that never leaves a stretch between cross-aisles, if all stops lie in one."""
    stretches = {sum(y > crossing for crossing in crossings_mm) for y, _ in column.stops}
    if column.junctions or len(stretches) != 1:
        return None
    edges = _walked(
        tuple(y for y, _ in column.stops), [odd for _, odd in column.stops[1:-1]], column.stops[0][1]
    )
    return sum((high - low) * times for low, high, times in edges), list(edges)


def _walked(ys_mm: tuple[int, ...], odds: list[int], odd: int) -> tuple[Segment, ...]:
    """Walk from the first y to the last: once where the degree demands it, else there and back."""
    edges = []
    for (one, other), turn in zip(pairwise(ys_mm), [*odds, 0], strict=False):
        edges.append((min(one, other), max(one, other), 1 if odd else 2))
        odd ^= turn
    return tuple(edges)


def _with_gap(edges: tuple[Segment, ...], odd_front: int, odd_back: int) -> Iterable[Action]:
    """Leave out one stretch that would be walked twice: the first, the last, or the longest between."""
    if len(edges) == 1:
        if not odd_front:
            yield Action(0, 0, NONE, 0)
        return
    if edges[0][2] == 2:
        yield _action(0, odd_back, BACK, edges[1:])
    if edges[-1][2] == 2:
        yield _action(odd_front, 0, FRONT, edges[:-1])
    inner = [index for index in range(1, len(edges) - 1) if edges[index][2] == 2]
    if inner:
        gap = max(inner, key=lambda index: edges[index][1] - edges[index][0])
        yield _action(odd_front, odd_back, APART, edges[:gap] + edges[gap + 1 :])


def _action(odd_front: int, odd_back: int, touches: int, edges: tuple[Segment, ...]) -> Action:
    return Action(
        odd_front, odd_back, touches, sum((high - low) * times for low, high, times in edges), edges
    )
