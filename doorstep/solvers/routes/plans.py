"""The answer: who drives where and when, what nobody drives to, and why."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from doorstep.solvers.routes.stops import Measure


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A van's call at a stop, times in s: it arrives, waits for the window, starts, and leaves."""

    stop: str
    arrival_s: int
    start_s: int
    leave_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reload:
    """A van comes to a depot for more before its call number `before`, times in s: it arrives, loads, leaves."""

    before: int
    depot: str
    arrival_s: int
    leave_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """A pause on the way to call number `before` (or home), on the road or at the door.

    Attributes:
        before: number of the call, from 0; the number of calls: on the way home.
        start_s: when.
        end_s: until when.
        driven_s: how long is driven before it, since the last door or pause: where on the road it is.
        which: number of the van's break that is taken, from 0; None: a rest that driving asks for.
    """

    before: int
    start_s: int
    end_s: int
    driven_s: int
    which: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One van's round.

    Attributes:
        van: its name.
        calls: in driving order, at least one.
        depart_s: it leaves the depot, as late as its calls allow without delaying its end.
        end_s: it is back.
        distance_m: driven.
        duration_s: from the beginning of loading to being back.
        load: the most that it carries at any time, by measure.
        cost: fixed, per meter and per second, for unfair length and strange zones, in the problem's unit.
        reloads: when it comes back for more.
        pauses: of its driver.
    """

    van: str
    calls: tuple[Call, ...]
    depart_s: int
    end_s: int
    distance_m: int
    duration_s: int
    load: Mapping[Measure, int]
    cost: int
    reloads: tuple[Reload, ...] = ()
    pauses: tuple[Pause, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Misfit:
    """Why an order of visits cannot be driven: the constraint, and the stop where it breaks."""

    constraint: str
    stop: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unserved:
    """A stop that no van visits.

    Attributes:
        stop: its name.
        constraint: what is at fault: a measure, `stops`, `skills`, `pair`, `windows`, `shift`, `breaks`, `hours`,
            `distance_m`, `unreachable`, `locked`, or `prize` when it is not worth the way.
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


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a plan: the kind, the stop or van, and a sentence."""

    kind: str
    item: str
    message: str
