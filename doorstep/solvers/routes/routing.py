"""The question of routes: which van shall visit which stops, in which order and when?"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from doorstep.solvers.routes.checks import check
from doorstep.solvers.routes.fleet import Depot, Van
from doorstep.solvers.routes.legs import Network
from doorstep.solvers.routes.stops import Stop

Visit = Stop | Depot
"""A van visits stops, and depots for a reload."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Routing:
    """A day to plan.

    Attributes:
        roads: between all places.
        depots: at least one.
        vans: at least one.
        stops: unique by name.

    Raises:
        RouteRefused: something is given twice, unknown or out of range; a window or shift ends before it starts.
    """

    roads: Network
    depots: Sequence[Depot]
    vans: Sequence[Van]
    stops: Sequence[Stop]

    def __post_init__(self) -> None:
        check(self.roads.places, self.depots, self.vans, self.stops)

    @cached_property
    def depot_named(self) -> dict[str, Depot]:
        """Depots by name."""
        return {depot.name: depot for depot in self.depots}

    @cached_property
    def stop_named(self) -> dict[str, Stop]:
        """Stops by name."""
        return {stop.name: stop for stop in self.stops}

    @cached_property
    def van_named(self) -> dict[str, Van]:
        """Vans by name."""
        return {van.name: van for van in self.vans}

    @cached_property
    def delivery_of(self) -> dict[str, Stop]:
        """By the name of a source, the stop that gets its goods."""
        return {stop.source: stop for stop in self.stops if stop.source is not None}

    @cached_property
    def mixed(self) -> bool:
        """Whether something is picked up on the way, so that a load may grow."""
        return any(stop.pickup or stop.source is not None for stop in self.stops)

    def ends(self, van: Van) -> tuple[int, int]:
        """Return the places where a van starts and ends."""
        return self.depot_named[van.start].place, self.depot_named[van.end or van.start].place

    def wanted(self) -> list[Stop]:
        """Return the stops to plan, each with its source: those that are not the source of another."""
        return [stop for stop in self.stops if stop.name not in self.delivery_of]
