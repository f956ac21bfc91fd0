"""A warehouse described once: aisles, bins, cross-aisles, where a walk starts and may end. Millimeters throughout."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Literal

from doorstep.solvers.refusals import SolverRefused

MOST_BINS = 10**6
"""No rectangle has more: beyond it the sizes are a mistake of units."""

LARGEST_MM = 10**9
"""No coordinate lies farther out (1,000 km): beyond it the number is a mistake of units."""


class WalkRefused(SolverRefused):
    """The layout or the walk makes no sense; `item` is the bin, aisle or spot at fault."""


@dataclass(frozen=True, slots=True, order=True)
class Spot:
    """A point on the floor where a person can stand: x across the aisles, y along them."""

    x_mm: int
    y_mm: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Aisle:
    """One aisle at `x_mm`; `one_way` says in which direction of y it may be walked, None: both."""

    name: str
    x_mm: int
    one_way: Literal["up", "down"] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bin:
    """A place to pick from: `y_mm` on the axis of the cross-aisles. Sides and levels share one place."""

    name: str
    aisle: str
    y_mm: int


@dataclass(frozen=True, kw_only=True)
class Warehouse:
    """Parallel aisles joined by cross-aisles.

    Attributes:
        aisles: at least one, each with its own x.
        bins: what can be picked; names are unique.
        cross_aisles_mm: y of each cross-aisle from front to back. Two of them make one block, three make two.
            Bins before the first or behind the last lie in dead ends.
        start: where walks begin: on a cross-aisle at any x, or in an aisle at any y.
        ends: where they may end; the shortest choice wins. Empty: back at the start.

    Raises:
        WalkRefused: an unknown aisle, a name or an x given twice, a number out of range, a spot in a rack.
    """

    aisles: tuple[Aisle, ...]
    bins: tuple[Bin, ...]
    cross_aisles_mm: tuple[int, ...]
    start: Spot
    ends: tuple[Spot, ...] = ()

    def __post_init__(self) -> None:
        _refuse_bad_numbers(self)
        _refuse_twice("aisle", (aisle.name for aisle in self.aisles))
        _refuse_twice("x of aisle", (str(aisle.x_mm) for aisle in self.aisles))
        _refuse_twice("bin", (each.name for each in self.bins))
        if not self.aisles:
            raise WalkRefused("no_aisle", "aisles", "a warehouse needs at least one aisle")
        crossings = self.cross_aisles_mm
        if not crossings or any(a >= b for a, b in pairwise(crossings)):
            raise WalkRefused(
                "cross_aisles_unordered",
                str(crossings),
                f"cross-aisles {crossings} must be at least one y, rising from front to back",
            )
        for each in self.bins:
            if each.aisle not in self.x_of_aisle:
                raise WalkRefused(
                    "aisle_unknown", each.name, f"bin {each.name!r} lies in unknown aisle {each.aisle!r}"
                )
        for spot in (self.start, *self.ends):
            self.check_spot(spot)

    @cached_property
    def x_of_aisle(self) -> dict[str, int]:
        """X of each aisle by name."""
        return {aisle.name: aisle.x_mm for aisle in self.aisles}

    @cached_property
    def places(self) -> dict[str, Spot]:
        """Where a person stands to pick from each bin, by the bin's name."""
        return {each.name: Spot(self.x_of_aisle[each.aisle], each.y_mm) for each in self.bins}

    @cached_property
    def aisle_xs(self) -> tuple[int, ...]:
        """X of all aisles, rising."""
        return tuple(sorted(self.x_of_aisle.values()))

    @cached_property
    def reach_mm(self) -> tuple[int, int]:
        """Lowest and highest y of any bin or cross-aisle."""
        ys = [*self.cross_aisles_mm, *(each.y_mm for each in self.bins)]
        return min(ys), max(ys)

    @property
    def one_way(self) -> bool:
        """Whether some aisle may be walked in one direction only."""
        return any(aisle.one_way for aisle in self.aisles)

    def check_spot(self, spot: Spot) -> None:
        """Refuse a spot where nobody can stand.

        Raises:
            WalkRefused: `spot_unreachable`.
        """
        low, high = self.reach_mm
        if spot.y_mm in self.cross_aisles_mm or (spot.x_mm in self.aisle_xs and low <= spot.y_mm <= high):
            return
        raise WalkRefused(
            "spot_unreachable",
            f"{spot.x_mm},{spot.y_mm}",
            f"spot x={spot.x_mm} y={spot.y_mm} mm is neither on a cross-aisle {self.cross_aisles_mm} nor in an aisle",
        )

    def places_of(self, names: Iterable[str]) -> dict[Spot, list[str]]:
        """Group bins by the spot they are picked from, in the given order, each bin once.

        Raises:
            WalkRefused: `bin_unknown`.
        """
        grouped: dict[Spot, list[str]] = {}
        for name in dict.fromkeys(names):
            if name not in self.places:
                raise WalkRefused(
                    "bin_unknown", name, f"bin {name!r} is not in this warehouse: add it to the layout"
                )
            grouped.setdefault(self.places[name], []).append(name)
        return grouped


def rectangle(
    *,
    aisles: int,
    cells: int,
    pitch_mm: int,
    cell_mm: int,
    lead_mm: int,
    blocks: int = 1,
    start_aisle: int = 0,
) -> Warehouse:
    """Describe the common rectangle: equal aisles `A01`.. with bins `A01-001`.. numbered from the front.

    Args:
        aisles: number of aisles.
        cells: bins per aisle and block.
        pitch_mm: from aisle to aisle.
        cell_mm: from bin to bin.
        lead_mm: from a cross-aisle to the nearest bin.
        blocks: number of blocks between front and back.
        start_aisle: walks start and end at the front of this aisle (0 is the leftmost).

    Raises:
        WalkRefused: the start lies at an aisle that does not exist, or a size is below one or absurdly large.
    """
    sizes = {"aisles": aisles, "cells": cells, "pitch_mm": pitch_mm, "cell_mm": cell_mm, "blocks": blocks}
    for name, size in sizes.items():
        if size < 1:
            raise WalkRefused("size_below_one", name, f"{name} is {size}: it must be at least 1")
    if aisles * cells * blocks > MOST_BINS:
        raise WalkRefused(
            "number_out_of_range", "cells", f"{aisles} x {cells} x {blocks} bins are more than {MOST_BINS}"
        )
    if not 0 <= start_aisle < aisles:
        raise WalkRefused(
            "aisle_unknown", str(start_aisle), f"start aisle {start_aisle} is not in 0..{aisles - 1}"
        )
    block_mm = 2 * lead_mm + (cells - 1) * cell_mm
    names = [f"A{number + 1:02d}" for number in range(aisles)]
    ys = [block * block_mm + lead_mm + cell * cell_mm for block in range(blocks) for cell in range(cells)]
    return Warehouse(
        aisles=tuple(Aisle(name=name, x_mm=number * pitch_mm) for number, name in enumerate(names)),
        bins=tuple(
            Bin(name=f"{name}-{number + 1:03d}", aisle=name, y_mm=y)
            for name in names
            for number, y in enumerate(ys)
        ),
        cross_aisles_mm=tuple(block * block_mm for block in range(blocks + 1)),
        start=Spot(start_aisle * pitch_mm, 0),
    )


def _refuse_twice(what: str, names: Iterable[str]) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise WalkRefused("given_twice", name, f"{what} {name!r} is given twice: names must be unique")
        seen.add(name)


def _refuse_bad_numbers(warehouse: Warehouse) -> None:
    numbers: Sequence[tuple[str, int]] = (
        *((aisle.name, aisle.x_mm) for aisle in warehouse.aisles),
        *((each.name, each.y_mm) for each in warehouse.bins),
        *(("cross-aisle", y) for y in warehouse.cross_aisles_mm),
        *(("start or end", n) for spot in (warehouse.start, *warehouse.ends) for n in (spot.x_mm, spot.y_mm)),
    )
    for name, number in numbers:
        if isinstance(number, bool) or not isinstance(number, int) or abs(number) > LARGEST_MM:
            raise WalkRefused(
                "number_out_of_range",
                name,
                f"{name}: {number!r} is not a whole number of millimeters up to {LARGEST_MM}",
            )
