"""Roads without a map: the great circle, lengthened by what streets add, at the speed vans have there.

Source of the great circle: the haversine formula (Sinnott, "Virtues of the haversine", Sky and Telescope, 1984),
which keeps its precision for neighbors.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from doorstep.solvers.routes.routing import FARTHEST, Roads, RouteRefused

EARTH_M = 6_371_008.8
"""Mean radius of the Earth (IUGG)."""

CIRCUITY_PERCENT = 135
"""A street leg in a European or American town is about a third longer than the straight line."""

SPEED_M_H = 28_000
"""What a delivery van averages in town between two stops, lights and turns included."""

PARKING_S = 20
"""Slowing down and finding a place, once per leg between two different places."""


@dataclass(frozen=True, slots=True)
class Point:
    """A place on Earth in degrees."""

    lat: float
    lon: float


def roads(
    points: Sequence[Point],
    *,
    circuity_percent: int = CIRCUITY_PERCENT,
    speed_m_h: int = SPEED_M_H,
    leg_s: int = PARKING_S,
) -> Roads:
    """Estimate meters and seconds between all pairs of points.

    Args:
        points: the places, in the order of the rows.
        circuity_percent: road length over straight line; learned per area.
        speed_m_h: average speed in meters per hour; learned per area.
        leg_s: added to every leg between places more than a step apart.

    Raises:
        RouteRefused: `number_out_of_range` with the index of the point.
    """
    for number, (name, low) in {
        circuity_percent: ("circuity_percent", 100),
        speed_m_h: ("speed_m_h", 1),
    }.items():
        if not low <= number <= FARTHEST:
            raise RouteRefused("number_out_of_range", name, f"{name} is {number}: at least {low}")
    for k, point in enumerate(points):
        if not (-90 <= point.lat <= 90 and -180 <= point.lon <= 180):
            raise RouteRefused("number_out_of_range", str(k), f"point {k} {point} is not on Earth")
    straight_m = _great_circle(points)
    distance_m = np.rint(straight_m * circuity_percent / 100).astype(np.int64)
    travel_s = np.ceil(distance_m * 3600 / speed_m_h).astype(np.int64)
    return Roads(distance_m, travel_s + leg_s * (distance_m > 0))


def _great_circle(points: Sequence[Point]) -> "np.ndarray[tuple[int, ...], np.dtype[np.float64]]":
    lat = np.radians(np.array([point.lat for point in points], dtype=np.float64))
    lon = np.radians(np.array([point.lon for point in points], dtype=np.float64))
    up = np.sin((lat[:, None] - lat[None, :]) / 2) ** 2
    across = np.sin((lon[:, None] - lon[None, :]) / 2) ** 2
    half = up + np.cos(lat)[:, None] * np.cos(lat)[None, :] * across
    return np.asarray(2 * EARTH_M * np.arcsin(np.sqrt(np.clip(half, 0, 1))))
