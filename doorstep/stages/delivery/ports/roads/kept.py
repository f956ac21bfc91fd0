"""Answers of a road server, kept: a plan that is made again with one parcel more asks for the new pairs only."""

import time
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from doorstep.solvers.routes import Point

KEPT_S = 6 * 3600.0
"""A map may have been renewed since."""

PLACES_MAX = 2000
"""More places are not kept: their tables would take 40 MB."""

TILE = 250
"""Places of one question along each side, until the server says that this is too much."""

NO_ROAD = -1

Tile = tuple[list[int], list[int]]
"""Sources and destinations, by number."""


class Kept:
    """Meters and seconds between all places that one server was asked about; `NO_ROAD` where it knows none."""

    def __init__(self) -> None:
        self.begun = time.monotonic()
        self.tile = TILE
        self.numbers: dict[tuple[float, float], int] = {}
        self.points: list[Point] = []
        self.aside: set[int] = set()
        self.distance_m: npt.NDArray[np.int32] = np.zeros((0, 0), dtype=np.int32)
        self.duration_s: npt.NDArray[np.int32] = np.zeros((0, 0), dtype=np.int32)
        self.asked: npt.NDArray[np.bool_] = np.zeros((0, 0), dtype=np.bool_)

    def takes(self, points: Sequence[Point]) -> bool:
        """Whether there is room for some more points, and the answers are fresh."""
        new = {_spot(point) for point in points} - self.numbers.keys()
        return len(self.points) + len(new) <= PLACES_MAX and time.monotonic() - self.begun < KEPT_S

    def number(self, points: Sequence[Point]) -> list[int]:
        """Return the numbers of points; the same spot to a meter has the same number."""
        for point in points:
            if self.numbers.setdefault(_spot(point), len(self.points)) == len(self.points):
                self.points.append(point)
        more = (0, len(self.points) - len(self.asked))
        self.distance_m = np.pad(self.distance_m, more)
        self.duration_s = np.pad(self.duration_s, more)
        self.asked = np.pad(self.asked, more)
        np.fill_diagonal(self.asked, val=True)
        return [self.numbers[_spot(point)] for point in points]

    def missing(self, numbers: Sequence[int]) -> list[Tile]:
        """Return the questions that are left among some places.

        Some places cover all pairs that nobody has asked about yet; those with the most such pairs are chosen first, so
        that a place which comes new costs its row and its column.
        """
        apart = np.array(sorted(set(numbers)), dtype=np.int64)
        left = ~self.asked[np.ix_(apart, apart)]
        counts = left.sum(axis=0, dtype=np.int64) + left.sum(axis=1, dtype=np.int64)
        cover: list[int] = []
        while counts.any():
            k = int(counts.argmax())
            cover.append(int(apart[k]))
            counts -= left[k, :].astype(np.int64) + left[:, k]
            left[k, :] = left[:, k] = False
            counts[k] = 0
        if not cover:
            return []
        others = [int(one) for one in apart if one not in set(cover)]
        tiles = [(cover, [int(one) for one in apart])]
        return [*tiles, (others, cover)] if others else tiles

    def write(self, tile: Tile, meters: Any, seconds: Any) -> None:
        """Keep the answer to a question: arrays of sources by destinations, not a number where there is no road."""
        block = np.ix_(*tile)
        for table, answer in ((self.distance_m, meters), (self.duration_s, seconds)):
            table[block] = np.where(np.isfinite(answer), np.rint(np.nan_to_num(answer)), NO_ROAD)
        self.asked[block] = True

    def put_aside(self, number: int) -> None:
        """Keep that a place lies far from any road."""
        self.aside.add(number)
        for table in (self.distance_m, self.duration_s):
            table[number, :] = table[:, number] = NO_ROAD
        self.asked[number, :] = self.asked[:, number] = True


def cut(tile: Tile, size: int) -> Iterator[Tile]:
    """Cut a question into pieces of at most `size` places along each side."""
    sources, destinations = tile
    for row in range(0, len(sources), size):
        for column in range(0, len(destinations), size):
            yield sources[row : row + size], destinations[column : column + size]


def _spot(point: Point) -> tuple[float, float]:
    return round(point.lat, 5), round(point.lon, 5)
