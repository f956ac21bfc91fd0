"""Roads without a map: the great circle, lengthened by what streets add, at the speed vans have there.

A great circle is measured by its chord: two places as points on the unit sphere, the straight line between them through
the Earth, and the arc over it. Like the haversine formula it keeps its precision for neighbors (Sinnott, "Virtues of
the haversine", Sky and Telescope, 1984).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

import numpy as np
import numpy.typing as npt

from doorstep.solvers.routes.legs import Roads
from doorstep.solvers.routes.refusals import FARTHEST, RouteRefused

EARTH_M = 6_371_008.8
"""Mean radius of the Earth (IUGG)."""

LEARNED_LEAST = 20
"""Drives from which something can be learned."""

SHORTEST_M = 300
"""Of shorter drives, finding the door is the larger part."""


@dataclass(frozen=True, slots=True)
class Point:
    """A place on Earth in degrees."""

    lat: float
    lon: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """How vans drive in an area at an hour. The defaults: a European or American town by day.

    Attributes:
        circuity_percent: road length over straight line.
        speed_m_h: average between two stops, lights and turns included, in meters per hour.
        leg_s: slowing down and finding a place, once per leg between two different places.
    """

    circuity_percent: int = 135
    speed_m_h: int = 28_000
    leg_s: int = 20


TOWN = Habits()


class Straight:
    """The roads between points, estimated when somebody asks: whole matrices only of the parts that are planned."""

    __slots__ = ("_units", "habits", "points")

    def __init__(self, points: Sequence[Point], habits: Habits = TOWN) -> None:
        """Take the points, in the order of the places.

        Raises:
            RouteRefused: `number_out_of_range` with the index of the point, or the habit.
        """
        for name, least in {"circuity_percent": 100, "speed_m_h": 1, "leg_s": 0}.items():
            number = getattr(habits, name)
            if not least <= number <= FARTHEST:
                raise RouteRefused("number_out_of_range", name, f"{name} is {number}: at least {least}")
        for k, point in enumerate(points):
            if not (-90 <= point.lat <= 90 and -180 <= point.lon <= 180):
                raise RouteRefused("number_out_of_range", str(k), f"point {k} {point} is not on Earth")
        self.points, self.habits = tuple(points), habits
        lat, lon = (
            np.radians(np.array([getattr(point, name) for point in points], dtype=np.float64))
            for name in ("lat", "lon")
        )
        self._units = np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])

    def __reduce__(self) -> tuple[type["Straight"], tuple[tuple[Point, ...], Habits]]:
        return (Straight, (self.points, self.habits))

    @property
    def places(self) -> int:
        """Number of places."""
        return len(self.points)

    def meters(self, here: int, there: int) -> int:
        """Meters from one place to another."""
        return int(self._meters(np.array([here]), np.array([there]))[0])

    def seconds(self, here: int, there: int) -> int:
        """Seconds from one place to another."""
        return int(self._seconds(self._meters(np.array([here]), np.array([there])))[0])

    def among(self, places: Sequence[int]) -> Roads:
        """Return the roads among some places, which are numbered anew in the order given."""
        chosen = np.asarray(places, dtype=np.int64)
        meters = self._meters(chosen[:, None], chosen[None, :])
        return Roads(meters, self._seconds(meters))

    def chart(self) -> npt.NDArray[np.float64]:
        """Return degrees east and north, those to the east as short as they are at this latitude."""
        lat, lon = (np.array([getattr(p, name) for p in self.points]) for name in ("lat", "lon"))
        shrunk = np.cos(np.radians(lat.mean())) if len(lat) else 1.0
        return np.stack([lon * shrunk, lat], axis=1)

    def _meters(self, here: Any, there: Any) -> Any:
        chord2 = sum((axis[here] - axis[there]) ** 2 for axis in self._units)
        arc_m = 2 * EARTH_M * np.arcsin(np.minimum(np.sqrt(chord2) / 2, 1.0))
        return np.rint(arc_m * self.habits.circuity_percent / 100).astype(np.int64)

    def _seconds(self, meters: Any) -> Any:
        travel_s = -(-meters * 3600 // self.habits.speed_m_h)
        return travel_s + self.habits.leg_s * (meters > 0)


def roads(
    points: Sequence[Point],
    *,
    circuity_percent: int = TOWN.circuity_percent,
    speed_m_h: int = TOWN.speed_m_h,
    leg_s: int = TOWN.leg_s,
) -> Roads:
    """Estimate meters and seconds between all pairs of points; see `Habits` and `Straight`."""
    habits = Habits(circuity_percent=circuity_percent, speed_m_h=speed_m_h, leg_s=leg_s)
    return Straight(points, habits).among(range(len(points)))


@dataclass(frozen=True, slots=True)
class Drive:
    """A leg that was driven: from where to where, how far and how long."""

    here: Point
    there: Point
    meters: int
    seconds: int


def learned(drives: Sequence[Drive]) -> Habits | None:
    """Learn the habits of an area (at an hour) from its drives; None: too few to learn from.

    Medians, so that a lunch or a wrong turn among the drives does no harm. The time per meter is the median slope
    between a shorter and a longer drive (Theil, "A rank-invariant method of linear and polynomial regression
    analysis", 1950, with the pairs of Sen, 1968, thinned to half of the drives), the time per leg what is left over.
    """
    far = [drive for drive in drives if drive.meters >= SHORTEST_M and drive.seconds > 0]
    if len(far) < LEARNED_LEAST:
        return None
    far.sort(key=lambda drive: (drive.meters, drive.seconds))
    ratios = [drive.meters / max(1, _straight_m(drive)) for drive in far]
    half = len(far) // 2
    slopes = [
        (long.seconds - short.seconds) / (long.meters - short.meters)
        for short, long in zip(far[:half], far[-half:], strict=True)
        if long.meters > short.meters
    ]
    pace = median(slopes) if slopes else 0.0
    if pace <= 0:
        pace = median(drive.seconds / drive.meters for drive in far)
    extra = median(drive.seconds - pace * drive.meters for drive in far)
    return Habits(
        circuity_percent=min(1000, max(100, round(100 * median(ratios)))),
        speed_m_h=min(200_000, max(1000, round(3600 / pace))),
        leg_s=min(3600, max(0, round(extra))),
    )


def _straight_m(drive: Drive) -> int:
    return Straight([drive.here, drive.there], Habits(circuity_percent=100)).meters(0, 1)
