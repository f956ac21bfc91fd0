"""How a parcel travels: a seeded plan of scans from hand-over to the doorstep, with what may go wrong on the way. Pure."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta, timezone, tzinfo
from math import asin, cos, radians, sin, sqrt
from zoneinfo import ZoneInfo

EARTH_KM = 6371.0
HUBS = (
    "Linden",
    "Harbor",
    "Millbrook",
    "Foxglove",
    "Granite",
    "Juniper",
    "Kestrel",
    "Lakeside",
    "Marlow",
    "Northgate",
    "Orchard",
    "Pinecrest",
    "Quarry",
    "Ridgeway",
    "Sandbar",
    "Thornton",
    "Upland",
    "Valley",
    "Westfield",
    "Yarrow",
)
MISADVENTURES = {
    "delayed": "a day or two late after a hub",
    "attempt_failed": "nobody at home; delivered the next working day",
    "returned": "two attempts, then back to the shipper",
    "lost": "no scan after a hub; declared lost ten days later",
    "damaged": "found damaged at a hub and sent back",
    "unknown_code": "a scan with a code that no document explains",
}
"""What may befall a parcel, by name."""


@dataclass(frozen=True, slots=True)
class Place:
    """Somewhere on the way. `zone` is an IANA name or empty; coordinates may be missing."""

    name: str
    city: str
    country: str
    lat: float | None = None
    lon: float | None = None
    zone: str = ""

    @property
    def clock(self) -> tzinfo:
        """The local time there: of its zone, else of its longitude, else UTC."""
        if self.zone:
            return ZoneInfo(self.zone)
        return timezone(timedelta(hours=round(self.lon / 15))) if self.lon is not None else UTC


@dataclass(frozen=True, slots=True)
class Scan:
    """One thing that will happen: the carrier's code and text, where, when, and why if something is wrong."""

    code: str
    text: str
    place: Place
    at: datetime
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Trip:
    """What is known at hand-over."""

    number: str
    origin: Place
    destination: Place
    days_min: int
    days_max: int
    handed_over_at: datetime


@dataclass(frozen=True, slots=True)
class Journey:
    """The scans in order of time, and the day of delivery that the carrier states at first."""

    scans: tuple[Scan, ...]
    expected_at: datetime


def plan(trip: Trip, shares: Mapping[str, float], seed: int) -> Journey:
    """Return what will happen to a parcel; the same trip and seed give the same journey.

    Args:
        trip: from where to where, how fast, since when.
        shares: misadventure (a key of `MISADVENTURES`) -> share of parcels, 0 to 1.
        seed: of this carrier's draws.
    """
    draws = random.Random(f"{seed}:{trip.number}")
    struck = {name for name in MISADVENTURES if draws.random() < shares.get(name, 0.0)}
    doorstep_at = expected_at = _arrival(trip, draws)
    road = _road(trip, _hubs(trip, draws), doorstep_at, struck)
    if "delayed" in struck:
        road, doorstep_at = _delay(road, doorstep_at, draws)
    return Journey((*road, *_ending(trip, road[-1], doorstep_at, struck)), expected_at)


def _ending(trip: Trip, last: Scan, doorstep_at: datetime, struck: set[str]) -> tuple[Scan, ...]:
    if "lost" in struck:
        declared_at = doorstep_at + timedelta(days=10)
        return (Scan("LST", "Parcel declared lost", last.place, declared_at, "lost"),)
    if "damaged" in struck:
        found_at = last.at + timedelta(minutes=20)
        found = Scan("DMG", "Contents damaged", last.place, found_at, "damage")
        return (found, *_back(trip, found_at + timedelta(hours=2), "damage"))
    if "returned" in struck:
        return _returned(trip, doorstep_at)
    return _last_mile(trip, doorstep_at, again="attempt_failed" in struck)


def _arrival(trip: Trip, draws: random.Random) -> datetime:
    """Return when the van stands at the door: working days (no Sundays) later, between 9 and 18 there."""
    clock = trip.destination.clock
    day = trip.handed_over_at.astimezone(clock).date()
    for _ in range(draws.randint(trip.days_min, trip.days_max)):
        day += timedelta(days=1)
        if day.weekday() == 6:
            day += timedelta(days=1)
    at = datetime.combine(day, time(9), clock) + timedelta(minutes=draws.randint(0, 540))
    return max(at, trip.handed_over_at + timedelta(hours=4))


def _hubs(trip: Trip, draws: random.Random) -> list[Place]:
    """Return the sorting hubs on the way: none next door, three across a continent."""
    here, there = trip.origin, trip.destination
    if None in (here.lat, here.lon, there.lat, there.lon):
        return [Place("Central Hub", here.city, here.country, zone=here.zone)]
    far_km = _distance_km(here, there)
    count = 1 + (far_km > 150) + (far_km > 600)
    found = []
    for step in range(1, count + 1):
        part = (step - 0.5) / count
        lat = _between(here.lat, there.lat, part) + draws.uniform(-0.05, 0.05)
        lon = _between(here.lon, there.lon, part) + draws.uniform(-0.05, 0.05)
        name = HUBS[int(abs(lat) * 7 + abs(lon) * 13) % len(HUBS)]
        country, zone = (here.country, here.zone) if part < 0.5 else (there.country, there.zone)
        found.append(Place(f"{name} Hub", name, country, round(lat, 4), round(lon, 4), zone))
    return found


def _between(here: float | None, there: float | None, part: float) -> float:
    return (here or 0.0) + ((there or 0.0) - (here or 0.0)) * part


def _distance_km(here: Place, there: Place) -> float:
    """Great-circle distance by the haversine formula."""
    one, other = radians(here.lat or 0.0), radians(there.lat or 0.0)
    across = sin((other - one) / 2) ** 2
    across += cos(one) * cos(other) * sin(radians((there.lon or 0.0) - (here.lon or 0.0)) / 2) ** 2
    return 2 * EARTH_KM * asin(sqrt(min(1.0, across)))


def _road(trip: Trip, hubs: list[Place], doorstep_at: datetime, struck: set[str]) -> tuple[Scan, ...]:
    """Return the scans from the shipper's door to the last hub."""
    begun = trip.handed_over_at
    legs = (doorstep_at - begun) * 0.7 / (2 * len(hubs) + 1)
    scans = [Scan("PUP", "Picked up from shipper", trip.origin, begun)]
    for number, hub in enumerate(hubs):
        arrived = begun + legs * (2 * number + 1)
        scans.append(Scan("ARR", f"Arrived at {hub.name}", hub, arrived))
        if number == 0 and "unknown_code" in struck:
            scans.append(Scan("X7Q", "Sector transfer 7Q", hub, arrived + legs * 0.3))
        if trip.origin.country != trip.destination.country and number == len(hubs) // 2:
            scans.append(Scan("CUS", "Presented to customs", hub, arrived + legs * 0.5))
        scans.append(Scan("DEP", f"Departed {hub.name}", hub, arrived + legs))
    return tuple(scans)


def _delay(
    road: tuple[Scan, ...], doorstep_at: datetime, draws: random.Random
) -> tuple[tuple[Scan, ...], datetime]:
    late = timedelta(days=draws.randint(1, 2))
    last = road[-1]
    notice = Scan("DLY", "Delayed: missed connection", last.place, last.at, "vehicle")
    return (*road[:-1], notice, replace(last, at=last.at + late)), doorstep_at + late


def _last_mile(trip: Trip, doorstep_at: datetime, *, again: bool) -> tuple[Scan, ...]:
    home = trip.destination
    if not again:
        return (
            Scan("OFD", "Out for delivery", home, doorstep_at - timedelta(hours=1)),
            Scan("DEL", "Delivered, front door", home, doorstep_at),
        )
    next_day = doorstep_at + timedelta(days=2 if doorstep_at.astimezone(home.clock).weekday() == 5 else 1)
    return (
        Scan("OFD", "Out for delivery", home, doorstep_at - timedelta(hours=1)),
        Scan("ATT", "Delivery attempted, nobody at home", home, doorstep_at, "absent"),
        Scan("OFD", "Out for delivery", home, next_day - timedelta(hours=1)),
        Scan("DEL", "Delivered, handed to resident", home, next_day),
    )


def _returned(trip: Trip, doorstep_at: datetime) -> tuple[Scan, ...]:
    first = _last_mile(trip, doorstep_at, again=True)[:-1]
    last = Scan("ATT", "Delivery refused", trip.destination, first[-1].at + timedelta(hours=1), "refused")
    return (*first, last, *_back(trip, last.at + timedelta(hours=3), "refused"))


def _back(trip: Trip, since: datetime, reason: str) -> tuple[Scan, ...]:
    home = since + timedelta(days=max(1, trip.days_max))
    return (
        Scan("RTS", "Returning to sender", trip.destination, since, reason),
        Scan("RTD", "Returned to sender", trip.origin, home),
    )
