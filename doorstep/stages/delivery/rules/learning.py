"""What driven legs tell of the streets around a center, by the hour. Pure."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from doorstep.solvers.routes import TOWN, Drive, Point, Straight, learned
from doorstep.stages.delivery.model import Experience

WHOLE_DAY = -1
"""The hour under which the whole day is kept."""


@dataclass(frozen=True, slots=True)
class Leg:
    """A leg as it was driven, degrees; `driven_m` is None where nobody measured it."""

    site_id: UUID
    zone: str
    arrived_at: datetime
    seconds: int
    driven_m: int | None
    from_lat: float
    from_lon: float
    to_lat: float
    to_lon: float


def learned_of(legs: Sequence[Leg]) -> dict[tuple[UUID, int], Experience]:
    """Return what legs teach, by center and hour of its local time (`WHOLE_DAY`: all of them); too few teach nothing."""
    grouped: dict[tuple[UUID, int], list[Drive]] = defaultdict(list)
    for leg in legs:
        drive = _drive(leg)
        grouped[leg.site_id, WHOLE_DAY].append(drive)
        grouped[leg.site_id, leg.arrived_at.astimezone(ZoneInfo(leg.zone)).hour].append(drive)
    found = {key: (learned(drives), len(drives)) for key, drives in grouped.items()}
    return {key: Experience(habits=habits, legs=count) for key, (habits, count) in found.items() if habits}


def _drive(leg: Leg) -> Drive:
    """Return the leg as the solver learns from it; a way that nobody measured is taken as long as in any town."""
    here, there = Point(leg.from_lat, leg.from_lon), Point(leg.to_lat, leg.to_lon)
    meters = Straight([here, there], TOWN).meters(0, 1) if leg.driven_m is None else leg.driven_m
    return Drive(here, there, meters, leg.seconds)
