"""Whether a packed box weighs what it should: what is missing or too much shows on the scale."""

from collections.abc import Iterable
from dataclasses import dataclass

TOLERANCE_LEAST_G = 25
TOLERANCE_PERCENT = 3
UNIT_G = 2
"""Filling, tape and the spread of goods: at least 25 g, 3 % of the whole, and 2 g a unit, whichever is most."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """How a reading compares with what was expected."""

    expected_g: int
    weight_g: int
    tolerance_g: int

    @property
    def fits(self) -> bool:
        """Whether the parcel may be closed without a word from a lead."""
        return abs(self.weight_g - self.expected_g) <= self.tolerance_g


def expected_g(tare_g: int, contents: Iterable[tuple[int, int]]) -> int:
    """Return what a box should weigh: its tare and (weight_g, quantity) of everything in it."""
    return tare_g + sum(weight_g * quantity for weight_g, quantity in contents)


def weigh(expected: int, weight_g: int, units: int) -> Weighed:
    """Compare a reading with the expected weight of a box with `units` pieces in it."""
    tolerance = max(TOLERANCE_LEAST_G, expected * TOLERANCE_PERCENT // 100, UNIT_G * units)
    return Weighed(expected, weight_g, tolerance)
