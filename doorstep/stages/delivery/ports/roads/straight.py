"""Roads without a map: straight lines, with the detour and the speed that our vans have there."""

from collections.abc import Sequence
from dataclasses import dataclass

from doorstep.solvers.routes import Point, Straight
from doorstep.stages.delivery.model import Course, Experience, Ways


@dataclass(frozen=True, slots=True)
class StraightLines:
    """The network that is always there."""

    experience: Experience

    async def between(self, points: Sequence[Point]) -> Ways:
        """Return estimated roads among points."""
        return straight(points, self.experience, str(self.experience))

    async def along(self, points: Sequence[Point], *, drawn: bool = False) -> Course | None:  # noqa: ARG002
        """Return nothing: whoever asks draws and times straight lines himself."""
        return None


def straight(points: Sequence[Point], experience: Experience, *reasons: str) -> Ways:
    """Return estimated roads among points, with sentences that say why they are only that."""
    apart = tuple(dict.fromkeys(points))
    return Ways(points=apart, roads=Straight(apart, experience.habits), reasons=reasons)
