"""What a search moves about: filled vessels, and plans of them."""

from dataclasses import dataclass

from doorstep.solvers.cartons.pricing import Measures
from doorstep.solvers.cartons.spaces import Block

Cost = tuple[int, int, int]
"""Volume left out, then the two measures of the objective; less is better."""


@dataclass(frozen=True, slots=True)
class Load:
    """One filled vessel.

    Attributes:
        vessel: its index.
        blocks: what lies where.
        counts: units per kind.
        measures: what it counts.
    """

    vessel: int
    blocks: tuple[Block, ...]
    counts: tuple[int, ...]
    measures: Measures


@dataclass(frozen=True, slots=True)
class Plan:
    """Filled vessels, and what is left out for want of boxes."""

    loads: tuple[Load, ...]
    left: tuple[int, ...]
