"""The answer: who drives where and when, what nobody drives to, and why."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from doorstep.solvers.routes.routing import Measure


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A van's call at a stop, times in s: it arrives, waits for the window, starts, and leaves."""

    stop: str
    arrival_s: int
    start_s: int
    leave_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One van's round.

    Attributes:
        van: its name.
        calls: in driving order, at least one.
        depart_s: it leaves the depot, as late as its calls allow without delaying its end.
        end_s: it is back.
        distance_m: driven.
        duration_s: from leaving to being back.
        load: what it carries when it leaves, by measure.
        cost: fixed, per meter and per second, in the problem's unit.
    """

    van: str
    calls: tuple[Call, ...]
    depart_s: int
    end_s: int
    distance_m: int
    duration_s: int
    load: Mapping[Measure, int]
    cost: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Unserved:
    """A stop that no van visits.

    Attributes:
        stop: its name.
        constraint: what is at fault: a measure, `windows`, `shift`, `distance_m`, `locked`, or `prize` when it is
            not worth the way.
        message: the same for people.
    """

    stop: str
    constraint: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The routes.

    Attributes:
        routes: each van at most once, each stop at most once.
        unserved: the other stops.
        value: cost of all routes plus the prizes not collected.
        work: iterations of the search.
        engine: what planned it.
        reasons: why, in sentences.
    """

    routes: tuple[Route, ...]
    unserved: tuple[Unserved, ...]
    value: int
    work: int = 0
    engine: str = "pyvrp"
    reasons: tuple[str, ...] = ()

    @property
    def distance_m(self) -> int:
        """Driven by all vans."""
        return sum(route.distance_m for route in self.routes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Locks:
    """What the running day has decided already.

    Attributes:
        loaded: stop -> van that carries its parcel; it stays there.
        fixed: van -> number of leading calls that are done or next; their order and their times stand.
        closed: vans that take nothing more (they have left, or their route is closed).
    """

    loaded: Mapping[str, str] = field(default_factory=dict)
    fixed: Mapping[str, int] = field(default_factory=dict)
    closed: frozenset[str] = frozenset()
