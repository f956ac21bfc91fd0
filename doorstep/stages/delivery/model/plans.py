"""A day's facts, and the plan that is made from them."""

from dataclasses import dataclass, field
from datetime import date, datetime, time
from uuid import UUID

from doorstep.stages.delivery.model.ways import Experience, Ways


@dataclass(frozen=True, slots=True, kw_only=True)
class Center:
    """A local center, as the last mile needs it."""

    id: UUID
    code: str
    name: str
    lat: float
    lon: float
    timezone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FreeVan:
    """A van that has no route under way, with its capacity and shift in local time."""

    id: UUID
    code: str
    capacity_g: int
    capacity_ml: int
    shift_start: time
    shift_end: time


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What a plan must know of one stop."""

    id: UUID
    lat: float
    lon: float
    weight_g: int
    volume_ml: int
    window_from: datetime | None = None
    window_until: datetime | None = None
    told_from: datetime | None = None
    told_until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """Everything a plan is made from: the center, the day, who is free and who waits.

    Attributes:
        starts_at: nobody leaves before that.
        experience: how our vans drive there.
        ways: the roads among center and tasks; None: straight lines by experience.
    """

    center: Center
    day: date
    starts_at: datetime
    vans: tuple[FreeVan, ...]
    tasks: tuple[Task, ...]
    experience: Experience = field(default_factory=Experience)
    ways: Ways | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedStop:
    """A stop of a planned route and when it is reached."""

    stop_id: UUID
    eta: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedRoute:
    """One van's planned tour."""

    van_id: UUID
    van: str
    departs_at: datetime
    returns_at: datetime
    distance_m: int
    weight_g: int
    volume_ml: int
    stops: list[PlannedStop]


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """A stop that the plan cannot serve, the constraint at fault, and a sentence."""

    stop_id: UUID
    constraint: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DayPlan:
    """A plan in the words of this stage; stored as JSON until it is accepted."""

    routes: list[PlannedRoute] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    seed: int = 1
    work: int = 0
    engine: str = "pyvrp"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A plan that waits for a dispatcher's yes."""

    id: UUID
    site_id: UUID
    day: date
    made_at: datetime
    made_by: str
    plan: DayPlan
    settled_at: datetime | None
    accepted: bool
