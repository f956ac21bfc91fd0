"""Shortest tours in warehouses of parallel aisles with any number of cross-aisles, start and end anywhere.

Sources: Ratliff and Rosenthal 1983 (two cross-aisles), Roodbergen and De Koster, "Routing order pickers in a warehouse
with a middle aisle", EJOR 133, 2001 (three), Pansart, Catusse and Cambazard, "Exact algorithms for the order picking
problem", Computers & Operations Research 100, 2018 (any number).

A tour is a set of floor edges, each walked once or twice, in one piece, with an even degree everywhere; where it starts
and ends apart, those two spots have an odd degree instead. Aisles are added from left to right. What the rest needs to
know of the part built so far is, per junction of its last aisle, whether it is touched, whether its degree is odd, and
which junctions already hang together: the state. The number of states grows fast with the cross-aisles (7 for two,
about 30 for three), the time only linearly with the aisles.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from doorstep.solvers.compiled import core
from doorstep.solvers.walk.columns import Action, Column, actions_of, columns_of, inner_walk, stub_of
from doorstep.solvers.walk.junctions import FRONT, State, add_vertical, finished, go_right, touch
from doorstep.solvers.walk.layout import Spot, Warehouse

Edge = tuple[int, int, int, int, int]
"""Two ends and how often it is walked: `(x1, y1, x2, y2, times)`."""


@dataclass(frozen=True, slots=True)
class Step:
    """How a state was reached: the cheapest way, the state before, and the edges walked."""

    cost_mm: int
    before: "Step | None"
    edges: tuple[Edge, ...]


Front = dict[State, Step]


MOST_CROSS_AISLES = 5
"""Beyond this many the exact method for aisles takes seconds; local search answers instead."""


def exact_by_aisles(warehouse: Warehouse) -> bool:
    """Whether walks through this warehouse are answered exactly here."""
    return not warehouse.one_way and len(warehouse.cross_aisles_mm) <= MOST_CROSS_AISLES


def shortest(
    warehouse: Warehouse, spots: Iterable[Spot], start: Spot, ends: Sequence[Spot]
) -> tuple[int, list[Edge]]:
    """Return the length in mm and the edges of the shortest tour from `start` through `spots` to the best of `ends`."""
    crossings_mm = warehouse.cross_aisles_mm
    compiled = core("walk")
    if compiled is None:
        found = [
            shortest_edges(columns_of(warehouse, spots, start, end), crossings_mm)
            for end in dict.fromkeys(ends)
        ]
        return min(found, key=lambda each: each[0])
    length, edges = compiled.shortest(
        warehouse.aisle_xs,
        crossings_mm,
        [(spot.x_mm, spot.y_mm) for spot in spots],
        (start.x_mm, start.y_mm),
        [(end.x_mm, end.y_mm) for end in dict.fromkeys(ends)],
    )
    return length, edges


def shortest_edges(columns: list[Column], crossings_mm: tuple[int, ...]) -> tuple[int, list[Edge]]:
    """Return the length in mm and the edges of the shortest tour.

    Args:
        columns: everything between the outermost picks, starts and ends, from left to right; terminals are marked.
        crossings_mm: y of the cross-aisles, rising.

    Raises:
        ValueError: the columns hold nothing to visit.
    """
    needed = [index for index, column in enumerate(columns) if column.needed]
    if not needed:
        raise ValueError("nothing to visit: give the start as a spot of some column")
    front: Front = {(0,) * len(crossings_mm): Step(0, None, ())}
    best: Step | None = None
    for index, column in enumerate(columns):
        front = _through_column(front, column, crossings_mm)
        if index >= needed[-1]:
            done = [step for state, step in front.items() if finished(state)]
            best = min([*done, *([best] if best else [])], key=lambda step: step.cost_mm, default=None)
        if index + 1 < len(columns):
            front = _to_next_column(front, column.x_mm, columns[index + 1].x_mm, crossings_mm)
    inside = inner_walk(columns[needed[0]], crossings_mm) if len(needed) == 1 else None
    if inside is not None and (best is None or inside[0] <= best.cost_mm):
        x_mm = columns[needed[0]].x_mm
        return inside[0], [(x_mm, low, x_mm, high, times) for low, high, times in inside[1]]
    if best is None:
        raise ValueError("the columns cannot be walked in one piece")
    return best.cost_mm, list(_edges_back(best))


def _through_column(front: Front, column: Column, crossings_mm: tuple[int, ...]) -> Front:
    for junction, odd in column.junctions:
        front = _grown(front, column.x_mm, [Action(odd, 0, FRONT, 0)], junction, dead_end=True)
    for back in (False, True):
        stub = stub_of(column, crossings_mm, back=back)
        if stub is not None:
            junction = len(crossings_mm) - 1 if back else 0
            front = _grown(front, column.x_mm, [stub], junction, dead_end=True)
    for block, (low, high) in enumerate(pairwise(crossings_mm)):
        front = _grown(front, column.x_mm, actions_of(column, low, high), block)
    return front


def _grown(front: Front, x_mm: int, actions: list[Action], junction: int, *, dead_end: bool = False) -> Front:
    """Extend every state by every way to pick one block of an aisle; keep the cheapest way into each new state."""
    grown: Front = {}
    for state, step in front.items():
        for action in actions:
            after = (
                touch(state, junction, action.odd_front)
                if dead_end
                else add_vertical(state, junction, action.odd_front, action.odd_back, action.touches)
            )
            cost = step.cost_mm + action.cost_mm
            if after not in grown or cost < grown[after].cost_mm:
                edges = tuple((x_mm, low, x_mm, high, times) for low, high, times in action.edges)
                grown[after] = Step(cost, step, edges)
    return grown


def _to_next_column(front: Front, x_mm: int, next_x_mm: int, crossings_mm: tuple[int, ...]) -> Front:
    reached: Front = {}
    for state, step in front.items():
        for times, after in go_right(state):
            cost = step.cost_mm + (next_x_mm - x_mm) * sum(times)
            if after not in reached or cost < reached[after].cost_mm:
                edges = tuple(
                    (x_mm, y, next_x_mm, y, count)
                    for y, count in zip(crossings_mm, times, strict=True)
                    if count
                )
                reached[after] = Step(cost, step, edges)
    return reached


def _edges_back(step: Step | None) -> Iterator[Edge]:
    while step is not None:
        yield from step.edges
        step = step.before
