"""OSRM over HTTP: `table` for plans, `route` for the line that is drawn and the legs that are left.

Whatever the server does (is away, hangs, refuses, answers nonsense) costs accuracy, never a plan: then straight lines are
used, and the reasons of the plan say so. Where a single place or pair is unknown to the map, only that is estimated.
The shapes are those of the HTTP API of OSRM 5 and later.
"""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import httpx
import numpy as np

from doorstep.solvers.routes import Point, Roads, RouteRefused, Straight
from doorstep.stages.delivery.model import Course, Experience, Ways
from doorstep.stages.delivery.ports.roads.kept import NO_ROAD, Kept, Tile, cut
from doorstep.stages.delivery.ports.roads.shapes import (
    OffTheMap,
    RoadsFailed,
    RouteOut,
    TableOut,
    TooBig,
    read,
)
from doorstep.stages.delivery.ports.roads.straight import straight

SNAP_M = 400
"""A place farther from any road of the map does not belong to it."""

TABLE_S = 15.0
"""For all questions of a plan together."""

ALONG_S = 1.0
"""For a line or the legs that are left: somebody waits for the page."""

REST_S = 30.0
"""So long nobody is asked for lines after a failure, so that a dead server does not slow every page."""

AT_ONCE = 4
TILE_LEAST = 5
COURSE_MAX = 450
"""Places of one `route`: OSRM takes 500 unless it is told otherwise."""

LINES_MAX = 200

_kept: dict[str, Kept] = {}
_resting: dict[str, float] = {}
_courses: dict[tuple[str, tuple[Point, ...]], Course] = {}


@dataclass(frozen=True, slots=True)
class Osrm:
    """A road server at a base address."""

    http: httpx.AsyncClient
    url: str
    experience: Experience

    async def between(self, points: Sequence[Point]) -> Ways:
        """Return the roads among points, as they are in each direction."""
        apart = tuple(dict.fromkeys(points))
        try:
            async with asyncio.timeout(TABLE_S):
                kept, numbers = await self._table(apart)
            return self._ways(apart, kept, numbers)
        except (RoadsFailed, RouteRefused, httpx.HTTPError, httpx.InvalidURL, TimeoutError) as failed:
            said = str(failed) or type(failed).__name__
            why = f"The road server gave no answer ({said[:120]}): straight lines for this plan."
            return straight(points, self.experience, why, str(self.experience))

    async def along(self, points: Sequence[Point], *, drawn: bool = False) -> Course | None:
        """Return the way through points in their order, or None when the server cannot say it at once."""
        if not 2 <= len(points) <= COURSE_MAX or time.monotonic() < _resting.get(self.url, 0.0):
            return None
        asked = (self.url, tuple(points))
        if asked in _courses:
            return _courses[asked]
        try:
            async with asyncio.timeout(ALONG_S):
                overview = "simplified" if drawn else "false"
                answer = await self._ask(
                    "route", points, overview=overview, geometries="geojson", continue_straight="false"
                )
            course = self._course(points, read(answer, RouteOut))
        except (OffTheMap, TooBig):
            return None
        except (RoadsFailed, httpx.HTTPError, httpx.InvalidURL, TimeoutError):
            _resting[self.url] = time.monotonic() + REST_S
            return None
        if course is not None and drawn:
            while len(_courses) >= LINES_MAX:
                _courses.pop(next(iter(_courses)))
            _courses[asked] = course
        return course

    async def _table(self, points: Sequence[Point]) -> tuple[Kept, list[int]]:
        kept = _kept.get(self.url)
        if kept is None or not kept.takes(points):
            kept = _kept[self.url] = Kept()
        numbers = kept.number(points)
        for tile in kept.missing(numbers):
            pieces = list(cut(tile, kept.tile))
            for k in range(0, len(pieces), AT_ONCE):
                await asyncio.gather(*(self._fetch(kept, piece) for piece in pieces[k : k + AT_ONCE]))
        return kept, numbers

    async def _fetch(self, kept: Kept, tile: Tile) -> None:
        """Ask one question; what is too big is asked in smaller pieces, places off the map are put aside."""
        sources, destinations = tile
        numbers = list(dict.fromkeys([*sources, *destinations]))
        if len(numbers) < 2:
            return  # from a place to itself; OSRM wants two
        place = {number: k for k, number in enumerate(numbers)}
        try:
            answer = await self._ask(
                "table",
                [kept.points[number] for number in numbers],
                annotations="duration,distance",
                sources=";".join(str(place[one]) for one in sources),
                destinations=";".join(str(place[one]) for one in destinations),
            )
            table = read(answer, TableOut)
        except TooBig as big:
            size = max(len(sources), len(destinations)) // 2
            if size < TILE_LEAST:
                raise RoadsFailed(str(big)) from None
            kept.tile = min(kept.tile, size)
            for piece in cut(tile, size):
                await self._fetch(kept, piece)
            return
        except OffTheMap as off:
            if not 0 <= off.place < len(numbers):
                raise RoadsFailed(str(off)) from None
            lost = numbers[off.place]
            kept.put_aside(lost)
            rest = [one for one in sources if one != lost], [one for one in destinations if one != lost]
            if all(rest):
                await self._fetch(kept, rest)
            return
        kept.write(tile, *table.arrays(len(sources), len(destinations)))
        for number, snap in [
            *zip(sources, table.sources, strict=True),
            *zip(destinations, table.destinations, strict=True),
        ]:
            if snap.distance > SNAP_M:
                kept.put_aside(number)

    async def _ask(self, service: str, points: Sequence[Point], **options: str) -> bytes:
        places = ";".join(f"{point.lon:.6f},{point.lat:.6f}" for point in points)
        more = "&".join(f"{name}={value}" for name, value in {"generate_hints": "false", **options}.items())
        response = await self.http.get(f"{self.url}/{service}/v1/driving/{places}?{more}", timeout=TABLE_S)
        if response.status_code in {413, 414, 431}:
            raise TooBig("its address is too long for the road server")
        return response.content

    def _ways(self, points: tuple[Point, ...], kept: Kept, numbers: list[int]) -> Ways:
        block = np.ix_(numbers, numbers)
        meters, seconds = kept.distance_m[block].astype(np.int64), kept.duration_s[block].astype(np.int64)
        known = (meters != NO_ROAD) & (seconds != NO_ROAD)
        reasons = ["Roads are those of OpenStreetMap, by OSRM."]
        habits = self.experience.habits
        seconds += habits.leg_s * (meters > 0)
        if not known.all():
            lines = Straight(points, habits).among(range(len(points)))
            meters, seconds = (
                np.where(known, meters, lines.distance_m),
                np.where(known, seconds, lines.duration_s),
            )
            off = np.isin(numbers, list(kept.aside))
            if off.any():
                reasons.append(
                    f"Straight lines for {off.sum()} places farther than {SNAP_M} m from any of them."
                )
            if cut_off := int((~known[~off][:, ~off]).sum()):
                reasons.append(f"Straight lines for {cut_off} ways on which the map has no road.")
        return Ways(points=points, roads=Roads(meters, seconds), reasons=tuple(reasons))

    def _course(self, points: Sequence[Point], found: RouteOut) -> Course | None:
        """Return a way whose every place lies on the map."""
        if (
            not found.routes
            or len(found.waypoints) != len(points)
            or len(found.routes[0].legs) != len(points) - 1
        ):
            return None
        if any(place.distance > SNAP_M for place in found.waypoints):
            return None
        route = found.routes[0]
        legs = {
            pair: round(leg.duration) + self.experience.habits.leg_s * (leg.distance > 0)
            for pair, leg in zip(pairwise(points), route.legs, strict=True)
        }
        return Course(legs=legs, line=tuple(route.geometry.coordinates if route.geometry else ()))
