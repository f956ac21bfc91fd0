"""Any floor as a graph: obstacles, one-way aisles, levels joined by lifts. Shortest ways between its nodes."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from heapq import heappop, heappush
from itertools import pairwise

from doorstep.solvers.walk.layout import LARGEST_MM, Spot, WalkRefused, Warehouse


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A way from one node to another; `one_way` forbids the way back."""

    a: str
    b: str
    length_mm: int
    one_way: bool = False


@dataclass(frozen=True, kw_only=True)
class Floor:
    """Nodes and the passages between them.

    Attributes:
        passages: every way a person can walk.
        bins: node at which each bin is picked, by the bin's name.
        start: node where walks begin.
        ends: nodes where they may end; empty: back at the start.

    Raises:
        WalkRefused: a passage of negative or absurd length, or a start, end or bin at an unknown node.
    """

    passages: tuple[Passage, ...]
    bins: dict[str, str]
    start: str
    ends: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for each in self.passages:
            if not isinstance(each.length_mm, int) or not 0 <= each.length_mm <= LARGEST_MM:
                raise WalkRefused(
                    "number_out_of_range",
                    f"{each.a}-{each.b}",
                    f"passage {each.a}-{each.b}: {each.length_mm} is not a whole number of mm in 0..{LARGEST_MM}",
                )
        for name, node in [*self.bins.items(), ("start", self.start), *(("end", end) for end in self.ends)]:
            if node not in self.ways:
                raise WalkRefused(
                    "node_unknown", name, f"{name!r} is at node {node!r}, which no passage reaches"
                )

    @cached_property
    def ways(self) -> dict[str, dict[str, int]]:
        """Length in mm to each direct neighbor, by node."""
        ways: dict[str, dict[str, int]] = {}
        for each in self.passages:
            there = ways.setdefault(each.a, {})
            back = ways.setdefault(each.b, {})
            there[each.b] = min(each.length_mm, there.get(each.b, each.length_mm))
            if not each.one_way:
                back[each.a] = min(each.length_mm, back.get(each.a, each.length_mm))
        return ways

    def shortest_from(self, node: str) -> tuple[dict[str, int], dict[str, str]]:
        """Return the shortest distance in mm to every node that can be reached, and the node before it (Dijkstra)."""
        distances = {node: 0}
        before: dict[str, str] = {}
        queue = [(0, node)]
        while queue:
            distance, here = heappop(queue)
            if distance > distances[here]:
                continue
            for there, length in self.ways[here].items():
                if distance + length < distances.get(there, distance + length + 1):
                    distances[there] = distance + length
                    before[there] = here
                    heappush(queue, (distance + length, there))
        return distances, before

    def matrix(self, nodes: Sequence[str]) -> list[list[int]]:
        """Return the shortest distances in mm between all pairs of `nodes`.

        Raises:
            WalkRefused: `disconnected`: one of them cannot be reached from another.
        """
        rows = []
        for node in nodes:
            distances, _ = self.shortest_from(node)
            lost = next((other for other in nodes if other not in distances), None)
            if lost is not None:
                raise WalkRefused(
                    "disconnected", lost, f"there is no way from {node!r} to {lost!r} on this floor"
                )
            rows.append([distances[other] for other in nodes])
        return rows

    def way(self, nodes: Sequence[str]) -> list[str]:
        """Return every node passed on the shortest way through `nodes` in the given order."""
        passed = list(nodes[:1])
        for here, there in pairwise(nodes):
            _, before = self.shortest_from(here)
            leg = [there] if there != here else []
            while leg and before[leg[-1]] != here:
                leg.append(before[leg[-1]])
            passed.extend(reversed(leg))
        return passed


def node_of(spot: Spot) -> str:
    """Name the node of a spot, for a warehouse turned into a graph."""
    return f"{spot.x_mm},{spot.y_mm}"


def spot_of(node: str) -> Spot:
    """Return the spot of a node named by `node_of`."""
    x_mm, y_mm = node.split(",")
    return Spot(int(x_mm), int(y_mm))


def floor_of(warehouse: Warehouse, spots: Sequence[Spot]) -> Floor:
    """Turn a warehouse into a graph with a node at each of `spots` (first: the start) and each junction."""
    passages: list[Passage] = []
    for y_mm in warehouse.cross_aisles_mm:
        xs = sorted({*warehouse.aisle_xs, *(spot.x_mm for spot in spots if spot.y_mm == y_mm)})
        points = [node_of(Spot(x, y_mm)) for x in xs]
        passages.extend(
            Passage(a=a, b=b, length_mm=x2 - x1)
            for (a, x1), (b, x2) in pairwise(zip(points, xs, strict=True))
        )
    for aisle in warehouse.aisles:
        ys = sorted({*warehouse.cross_aisles_mm, *(spot.y_mm for spot in spots if spot.x_mm == aisle.x_mm)})
        for y1, y2 in pairwise(ys):
            low, high = node_of(Spot(aisle.x_mm, y1)), node_of(Spot(aisle.x_mm, y2))
            a, b = (high, low) if aisle.one_way == "down" else (low, high)
            passages.append(Passage(a=a, b=b, length_mm=y2 - y1, one_way=aisle.one_way is not None))
    nodes = {node for each in passages for node in (each.a, each.b)}
    if not passages:
        passages.append(Passage(a=node_of(spots[0]), b=node_of(spots[0]), length_mm=0))
        nodes = {node_of(spots[0])}
    bins = {name: node_of(spot) for name, spot in warehouse.places.items() if node_of(spot) in nodes}
    return Floor(passages=tuple(passages), bins=bins, start=node_of(spots[0]))
