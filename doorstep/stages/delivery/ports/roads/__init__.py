"""The road network: OSRM where one is set or was built here, else straight lines with what our vans have learned."""

from collections.abc import Sequence
from typing import Protocol

from doorstep.platform.house import House
from doorstep.solvers.routes import Point
from doorstep.stages.delivery.model import Course, Experience, Ways
from doorstep.stages.delivery.ports.roads.osrm import Osrm
from doorstep.stages.delivery.ports.roads.straight import StraightLines

__all__ = ["RoadNetwork", "network"]


class RoadNetwork(Protocol):
    """What answers how far it is. It never raises for what the outside does: then the answer is less accurate, and says so."""

    async def between(self, points: Sequence[Point]) -> Ways:
        """Return the roads among points, in both directions of each pair."""

    async def along(self, points: Sequence[Point], *, drawn: bool = False) -> Course | None:
        """Return the way through points in their order; None: nobody knows more than the straight line.

        Args:
            points: at least two.
            drawn: with its shape, for a map.
        """


def network(house: House, experience: Experience) -> RoadNetwork:
    """Return the road network of a house for a center where we have some experience."""
    url = house.settings.osrm_url
    return Osrm(house.http, url.rstrip("/"), experience) if url else StraightLines(experience)
