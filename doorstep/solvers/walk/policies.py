"""The rules of thumb that pickers walk by, to compare with: S-shape, return, midpoint, largest gap, combined.

Sources: Hall, "Distance approximations for routing manual pickers in a warehouse", IIE Transactions 25, 1993 (return,
midpoint, largest gap); Roodbergen and De Koster, "Routing methods for warehouses with multiple cross aisles", 2001
(S-shape with its last aisle, combined). All know one block: of a floor with more, the outer cross-aisles count.
"""

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Literal

from doorstep.solvers.walk.blocks import shortest
from doorstep.solvers.walk.layout import Spot, WalkRefused, Warehouse
from doorstep.solvers.walk.tours import Tour, corners, in_order_of_passing, length_mm

Policy = Literal["s_shape", "return", "midpoint", "largest_gap", "combined"]
Column = tuple[int, list[int]]
"""An aisle with picks: its x, and how far from the home cross-aisle they lie, rising."""


def by_policy(warehouse: Warehouse, picks: Sequence[str], policy: Policy) -> Tour:
    """Return the walk from the start and back to it that a policy prescribes, with the shortest as its bound.

    Raises:
        WalkRefused: `policy_unfit`: the policy does not know such a floor (one-way aisles, dead ends, a start that is
            not on the first or last cross-aisle), or `policy_unknown`.
    """
    bins_at = warehouse.places_of(picks)
    _refuse_unfit(warehouse, policy)
    low, high = warehouse.cross_aisles_mm[0], warehouse.cross_aisles_mm[-1]
    home = warehouse.start.y_mm
    columns: dict[int, list[int]] = {}
    for spot in sorted(bins_at, key=lambda spot: abs(spot.y_mm - home)):
        columns.setdefault(spot.x_mm, []).append(abs(spot.y_mm - home))
    outward = sorted(columns.items())
    if outward and abs(outward[-1][0] - warehouse.start.x_mm) < abs(outward[0][0] - warehouse.start.x_mm):
        outward.reverse()
    pen = _Pen(warehouse.start, columns, upward=home == low)
    if outward:
        POLICIES[policy](pen, outward, high - low)
        pen.to(warehouse.start.x_mm, 0)
    bound = shortest(warehouse, bins_at, warehouse.start, [warehouse.start])[0]
    path = corners(pen.passed, bins_at)
    return Tour(
        stops=in_order_of_passing(pen.passed, bins_at),
        distance_mm=length_mm(path),
        path=path,
        exact=length_mm(path) == bound,
        lower_bound_mm=bound,
        method=policy,
        reasons=(f"{policy}: {(length_mm(path) - bound) / 1000:.0f} m longer than the shortest walk",),
    )


def _refuse_unfit(warehouse: Warehouse, policy: str) -> None:
    crossings = warehouse.cross_aisles_mm
    if policy not in POLICIES:
        raise WalkRefused("policy_unknown", policy, f"{policy!r} is none of {', '.join(POLICIES)}")
    if warehouse.one_way or warehouse.reach_mm != (crossings[0], crossings[-1]):
        raise WalkRefused("policy_unfit", policy, f"{policy} knows neither one-way aisles nor dead ends")
    if warehouse.start.y_mm not in (crossings[0], crossings[-1]) or len(crossings) < 2:
        raise WalkRefused(
            "policy_unfit", policy, f"{policy} starts on the first or last of two cross-aisles or more"
        )


class _Pen:
    """Draws a walk and passes every pick on its way."""

    def __init__(self, start: Spot, columns: dict[int, list[int]], *, upward: bool) -> None:
        self.passed = [start]
        self.columns = columns
        self.home_mm = start.y_mm
        self.sign = 1 if upward else -1
        self.depth = 0

    def to(self, x_mm: int, depth: int) -> None:
        """Go along the present cross-aisle or aisle to the point at `x_mm`, `depth` from home."""
        if x_mm == self.passed[-1].x_mm:
            between = [
                each
                for each in self.columns.get(x_mm, ())
                if min(self.depth, depth) <= each <= max(self.depth, depth)
            ]
            for each in between if depth > self.depth else between[::-1]:
                self._mark(x_mm, each)
        self.depth = depth
        self._mark(x_mm, depth)

    def _mark(self, x_mm: int, depth: int) -> None:
        self.passed.append(Spot(x_mm, self.home_mm + self.sign * depth))


def _s_shape(pen: _Pen, columns: Sequence[Column], depth: int) -> None:
    for number, (x, picks) in enumerate(columns):
        pen.to(x, pen.depth)
        if number == len(columns) - 1 and pen.depth == 0:
            pen.to(x, picks[-1])
            pen.to(x, 0)
        else:
            pen.to(x, depth - pen.depth)


def _return(pen: _Pen, columns: Sequence[Column], _depth: int) -> None:
    for x, picks in columns:
        pen.to(x, 0)
        pen.to(x, picks[-1])
        pen.to(x, 0)


def _split(
    pen: _Pen, columns: Sequence[Column], depth: int, cut: Callable[[list[int]], tuple[int, int]]
) -> None:
    """Walk through the first and the last aisle; the others are entered from both sides up to where `cut` says."""
    if len(columns) == 1:
        _return(pen, columns, depth)
        return
    pen.to(columns[0][0], 0)
    pen.to(columns[0][0], depth)
    for x, picks in columns[1:-1]:
        deep = [each for each in picks if each >= cut(picks)[1]]
        pen.to(x, depth)
        pen.to(x, deep[0] if deep else depth)
        pen.to(x, depth)
    pen.to(columns[-1][0], depth)
    pen.to(columns[-1][0], 0)
    for x, picks in columns[-2:0:-1]:
        near = [each for each in picks if each <= cut(picks)[0]]
        pen.to(x, 0)
        pen.to(x, near[-1] if near else 0)
        pen.to(x, 0)


def _midpoint(pen: _Pen, columns: Sequence[Column], depth: int) -> None:
    _split(pen, columns, depth, lambda _picks: (depth // 2, depth // 2 + 1))


def _largest_gap(pen: _Pen, columns: Sequence[Column], depth: int) -> None:
    def cut(picks: list[int]) -> tuple[int, int]:
        return max(pairwise([0, *picks, depth]), key=lambda gap: gap[1] - gap[0])

    _split(pen, columns, depth, cut)


def _combined(pen: _Pen, columns: Sequence[Column], depth: int) -> None:
    """Walk through each aisle or return in it, whichever makes the whole shortest: a dynamic program over the two sides."""
    ways: dict[int, tuple[int, list[int]]] = {0: (0, [])}  # side -> (length, the turning points so far)
    for _x, picks in columns:
        options = [
            (side, after, cost + more, [*turns, turn])
            for side, (cost, turns) in ways.items()
            for after, more, turn in (
                (depth - side, depth, -1),
                (side, 2 * picks[-1] if side == 0 else 2 * (depth - picks[0]), picks[0 if side else -1]),
            )
        ]
        ways = {}
        for _side, after, cost, turns in options:
            if after not in ways or cost < ways[after][0]:
                ways[after] = (cost, turns)
    for (x, _picks), turn in zip(columns, ways[0][1], strict=True):
        side = pen.depth
        pen.to(x, side)
        pen.to(x, depth - side if turn < 0 else turn)
        if turn >= 0:
            pen.to(x, side)


POLICIES: dict[str, Callable[[_Pen, Sequence[Column], int], None]] = {
    "s_shape": _s_shape,
    "return": _return,
    "midpoint": _midpoint,
    "largest_gap": _largest_gap,
    "combined": _combined,
}
"""Every policy by its name."""
