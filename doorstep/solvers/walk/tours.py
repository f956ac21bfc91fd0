"""A tour as the picker walks it: the order of bins, the path on the floor, and why."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from doorstep.solvers.walk.blocks import Edge
from doorstep.solvers.walk.layout import Spot


@dataclass(frozen=True, slots=True, kw_only=True)
class Tour:
    """The answer to a walk.

    Attributes:
        stops: bins in the order to visit them, each once.
        distance_mm: length of the path, start and end included.
        path: corners and stops of the walk, from start to end; consecutive points share an x or a y. Empty when
            the floor is a graph: then `nodes` tells the way.
        nodes: nodes walked through, on a floor given as a graph.
        exact: whether no shorter walk exists.
        lower_bound_mm: no walk can be shorter than this.
        method: what found it.
        reasons: why the walk is as it is, in sentences for the person who must trust it.
    """

    stops: tuple[str, ...]
    distance_mm: int
    path: tuple[Spot, ...] = ()
    nodes: tuple[str, ...] = ()
    exact: bool
    lower_bound_mm: int
    method: str
    reasons: tuple[str, ...] = ()


def walked_through(edges: Sequence[Edge], start: Spot) -> list[Spot]:
    """Order the edges of a tour into one walk from `start` (Hierholzer 1873), as the list of points passed.

    Raises:
        ValueError: the edges are not in one piece, or cannot be walked in one go from there.
    """
    first = (start.x_mm, start.y_mm)
    near: dict[tuple[int, int], list[tuple[tuple[int, int], int]]] = {first: []}
    count = 0
    for x1, y1, x2, y2, times in edges:
        one, other = (x1, y1), (x2, y2)
        here, there = near.setdefault(one, []), near.setdefault(other, [])
        for _ in range(times):
            here.append((other, count))
            there.append((one, count))
            count += 1
    for neighbors in near.values():
        neighbors.sort(reverse=True)
    walked = [False] * count
    trail: list[tuple[int, int]] = []
    stack = [first]
    while stack:
        neighbors = near[stack[-1]]
        while neighbors and walked[neighbors[-1][1]]:
            neighbors.pop()
        if neighbors:
            spot, edge = neighbors.pop()
            walked[edge] = True
            stack.append(spot)
        else:
            trail.append(stack.pop())
    if len(trail) != count + 1:
        raise ValueError(f"only {len(trail) - 1} of {count} edges hang together")
    return [Spot(x_mm, y_mm) for x_mm, y_mm in reversed(trail)]


def in_order_of_passing(passed: Iterable[Spot], bins_at: dict[Spot, list[str]]) -> tuple[str, ...]:
    """Name the bins in the order in which the walk first passes them."""
    return tuple(name for spot in dict.fromkeys(passed) for name in bins_at.get(spot, ()))


def corners(passed: Sequence[Spot], keep: Iterable[Spot]) -> tuple[Spot, ...]:
    """Drop the points that lie straight between their neighbors, but not the stops."""
    kept = set(keep)
    path: list[Spot] = []
    for index, spot in enumerate(passed):
        if path and spot == path[-1]:
            continue
        if (
            0 < index < len(passed) - 1
            and spot not in kept
            and _straight(passed[index - 1], spot, passed[index + 1])
        ):
            continue
        path.append(spot)
    return tuple(path)


def length_mm(path: Sequence[Spot]) -> int:
    """Length of a path whose consecutive points share an x or a y."""
    return sum(abs(a.x_mm - b.x_mm) + abs(a.y_mm - b.y_mm) for a, b in pairwise(path))


def _straight(a: Spot, b: Spot, c: Spot) -> bool:
    if a.x_mm == b.x_mm == c.x_mm:
        return (a.y_mm < b.y_mm) == (b.y_mm < c.y_mm) and a.y_mm != b.y_mm
    return a.y_mm == b.y_mm == c.y_mm and (a.x_mm < b.x_mm) == (b.x_mm < c.x_mm) and a.x_mm != b.x_mm
