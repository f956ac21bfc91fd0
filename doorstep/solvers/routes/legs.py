"""The roads between places: how far, and how long. They need not be symmetric."""

from collections.abc import Callable, Sequence
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from doorstep.solvers.routes.refusals import FARTHEST, RouteRefused

UNREACHABLE = FARTHEST
"""A leg of so many seconds is no leg: there is no road."""

Matrix = npt.NDArray[np.int64]
Leg = Callable[[int, int], int]


class Network(Protocol):
    """Legs between places that are numbered from 0: a whole matrix, or something that answers for a part of it."""

    @property
    def places(self) -> int:
        """Number of places."""

    @property
    def meters(self) -> Leg:
        """Meters from one place to another."""

    @property
    def seconds(self) -> Leg:
        """Seconds from one place to another."""

    def among(self, places: Sequence[int]) -> "Roads":
        """Return the roads among some places, which are numbered anew in the order given."""

    def chart(self) -> npt.NDArray[np.float64]:
        """Return a point (x, y) for each place; close in the chart is close on the road, roughly."""


class Roads:
    """Distances and times between all pairs of places, from row to column.

    Attributes:
        distance_m: square matrix of whole meters.
        duration_s: square matrix of whole seconds, of the same size.
    """

    __slots__ = ("distance_m", "duration_s", "meters", "seconds")

    def __init__(self, distance_m: Any, duration_s: Any) -> None:
        """Take two matrices.

        Raises:
            RouteRefused: `matrix_not_square`, `number_out_of_range`, `diagonal_not_zero`.
        """
        self.distance_m = _checked("distance_m", distance_m)
        self.duration_s = _checked("duration_s", duration_s)
        if self.distance_m.shape != self.duration_s.shape:
            raise RouteRefused(
                "matrix_not_square", "duration_s", "distances and durations are of different sizes"
            )
        self.meters: Leg = self.distance_m.item
        self.seconds: Leg = self.duration_s.item

    def __reduce__(self) -> tuple[type["Roads"], tuple[Matrix, Matrix]]:
        return (Roads, (self.distance_m, self.duration_s))

    @property
    def places(self) -> int:
        """Number of places."""
        return len(self.distance_m)

    def among(self, places: Sequence[int]) -> "Roads":
        """Return the roads among some places, which are numbered anew in the order given."""
        if list(places) == list(range(self.places)):
            return self
        chosen = np.asarray(places, dtype=np.int64)
        block = np.ix_(chosen, chosen)
        return Roads(self.distance_m[block], self.duration_s[block])

    def chart(self) -> npt.NDArray[np.float64]:
        """Embed the places in a plane by their distances alone.

        Source: Faloutsos and Lin, "FastMap: a fast algorithm for indexing, data-mining and visualization of
        traditional and multimedia datasets", SIGMOD 1995: each axis runs through two places far apart.
        """
        axes: list[npt.NDArray[np.float64]] = []
        for _ in range(2):
            far = int(self._apart2(0, axes).argmax()) if self.places else 0
            from_far = self._apart2(far, axes)
            near = int(from_far.argmax()) if self.places else 0
            apart2 = float(from_far[near]) if self.places else 0.0
            axes.append(
                (from_far + apart2 - self._apart2(near, axes)) / (2 * apart2**0.5)
                if apart2 > 0
                else np.zeros(self.places)
            )
        return np.stack(axes, axis=1)

    def _apart2(self, here: int, axes: Sequence[npt.NDArray[np.float64]]) -> npt.NDArray[np.float64]:
        """Return how far all places are from one, squared, beyond what the axes explain."""
        both = (self.distance_m[here] + self.distance_m[:, here]).astype(np.float64) / 2
        explained = sum(((axis - axis[here]) ** 2 for axis in axes), np.zeros(self.places))
        return np.asarray(np.maximum(both**2 - explained, 0))


def _checked(name: str, given: Any) -> Matrix:
    matrix = _whole(name, given)
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1]:
        raise RouteRefused("matrix_not_square", name, f"{name} has the shape {matrix.shape}")
    if matrix.size and not (matrix.min() >= 0 and matrix.max() <= FARTHEST):
        raise RouteRefused(
            "number_out_of_range", name, f"{name} holds a number outside 0..{FARTHEST}: check the units"
        )
    if matrix.diagonal().any():
        raise RouteRefused("diagonal_not_zero", name, f"{name}: from a place to itself is not 0")
    return matrix


def _whole(name: str, given: Any) -> Matrix:
    try:
        matrix = np.asarray(given)
    except (TypeError, ValueError, OverflowError) as odd:
        raise RouteRefused("matrix_not_square", name, f"{name} is no matrix: {odd}") from odd
    if matrix.size and matrix.dtype.kind not in "iu":
        raise RouteRefused("number_out_of_range", name, f"{name} holds something that is no whole number")
    if matrix.dtype.kind == "u" and matrix.size and matrix.max() > FARTHEST:
        raise RouteRefused("number_out_of_range", name, f"{name} holds a number above {FARTHEST}")
    return np.ascontiguousarray(matrix, dtype=np.int64)
