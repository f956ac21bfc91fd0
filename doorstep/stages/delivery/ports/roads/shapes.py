"""What OSRM answers, read strictly: an answer of another shape is no answer."""

import re
from typing import Any, TypeVar

import msgspec
import numpy as np
import numpy.typing as npt

T = TypeVar("T")
PLACE = re.compile(r"coordinate (\d+)")

FAR_M = 10_000_000
"""A road as long as this leads nowhere on this Earth; no leg takes as many seconds."""


class RoadsFailed(Exception):  # noqa: N818 - an outcome that every caller plans for
    """The server gave no answer that can be used; the message says why."""


class TooBig(RoadsFailed):
    """More places than the server takes at once."""


class OffTheMap(RoadsFailed):
    """The server finds no road near one of the places.

    Attributes:
        place: its number in the question; -1: it did not say.
    """

    def __init__(self, message: str) -> None:
        super().__init__(message)
        found = PLACE.search(message)
        self.place = int(found[1]) if found else -1


class Snap(msgspec.Struct):
    """The point of a road that is nearest to a place, and how far away it is in meters."""

    distance: float


class TableOut(msgspec.Struct):
    """Seconds and meters from each source to each destination; null: there is no road."""

    durations: list[list[float | None]]
    distances: list[list[float | None]]
    sources: list[Snap]
    destinations: list[Snap]

    def arrays(self, rows: int, columns: int) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """Return meters and seconds, not a number where there is no road.

        Raises:
            RoadsFailed: the table is not of this size.
        """
        whole = all(
            len(table) == rows and all(len(row) == columns for row in table)
            for table in (self.durations, self.distances)
        )
        if not whole or len(self.sources) != rows or len(self.destinations) != columns:
            raise RoadsFailed("its table has another size than the question")
        meters, seconds = (np.array(table, dtype=np.float64) for table in (self.distances, self.durations))
        odd = ~((meters >= 0) & (meters < FAR_M) & (seconds >= 0) & (seconds < FAR_M))
        meters[odd] = seconds[odd] = np.nan
        return meters, seconds


class Leg(msgspec.Struct):
    """From one place to the next."""

    distance: float
    duration: float


class Line(msgspec.Struct):
    """A line in GeoJSON."""

    coordinates: list[tuple[float, float]]


class RouteFound(msgspec.Struct):
    """One way through all places."""

    legs: list[Leg]
    geometry: Line | None = None


class RouteOut(msgspec.Struct):
    """The ways that were found, the best first, and where the places are on the roads."""

    routes: list[RouteFound]
    waypoints: list[Snap]


class _Said(msgspec.Struct):
    code: str
    message: str = ""


def read(body: bytes, shape: type[T]) -> T:
    """Return an answer of a shape.

    Raises:
        TooBig, OffTheMap: as they say.
        RoadsFailed: the server refused otherwise, or it is no answer of OSRM.
    """
    try:
        said = msgspec.json.decode(body, type=_Said)
        if said.code == "Ok":
            found: Any = msgspec.json.decode(body, type=shape)
            return found  # type: ignore[no-any-return]
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise RoadsFailed("it is no answer of OSRM") from None
    words = f"{said.code}: {said.message}"[:200]
    raise {"TooBig": TooBig, "NoSegment": OffTheMap}.get(said.code, RoadsFailed)(words)
