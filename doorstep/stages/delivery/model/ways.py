"""The roads of a day as a plan knows them, and what was learned about driving around a center."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from doorstep.solvers.routes import TOWN, Habits, Network, Point

Legs = Mapping[tuple[Point, Point], int]
"""Seconds from one point to another, for the legs that somebody asked about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Experience:
    """How our vans drive around a center.

    Attributes:
        habits: of an hour there, or of the whole day.
        legs: driven legs it was learned from; 0: nothing is learned yet, a town is assumed.
    """

    habits: Habits = TOWN
    legs: int = 0

    def __str__(self) -> str:
        """Say it in a sentence."""
        more, speed = self.habits.circuity_percent - 100, self.habits.speed_m_h / 1000
        source = f"learned from {self.legs} driven legs" if self.legs else "assumed until legs are driven"
        return f"Roads are straight lines and {more} % more, at {speed:.0f} km/h: {source}."


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """The roads among some points.

    Attributes:
        points: each once.
        roads: among them, in their order.
        reasons: where they come from, in sentences.
    """

    points: tuple[Point, ...]
    roads: Network
    reasons: tuple[str, ...]

    def among(self, points: Sequence[Point]) -> Network:
        """Return the roads among some of the points, which may come more than once."""
        number = {point: k for k, point in enumerate(self.points)}
        return self.roads.among([number[point] for point in points])

    def knows(self, points: Sequence[Point]) -> bool:
        """Whether all of some points are among them."""
        return set(points) <= set(self.points)


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """A way through some points in their order.

    Attributes:
        legs: seconds of its legs.
        line: its shape, degrees, longitude first.
    """

    legs: Legs
    line: tuple[tuple[float, float], ...]
