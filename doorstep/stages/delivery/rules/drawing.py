"""What a map shows: the center, the stops with their number, the tours, the vans. GeoJSON, degrees, longitude first."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol
from uuid import UUID

from doorstep.stages.delivery.model import Center, Course, Stop, StopState

DONE = frozenset({StopState.DELIVERED, StopState.RETURNED})


class Spot(Protocol):
    """Anything that is somewhere."""

    @property
    def lat(self) -> float:
        """Degrees north."""

    @property
    def lon(self) -> float:
        """Degrees east."""


def board(
    center: Center, stops: Sequence[Stop], vans: Sequence[Any], courses: Mapping[UUID, Course] | None = None
) -> dict[str, Any]:
    """Return the map of a center: one line per tour, one pin per stop, the vans where they were last.

    A tour whose course along the streets is known is drawn so, any other by straight lines.
    """
    known = courses or {}
    lines = [
        _line(known[one].line if one in known else [(spot.lon, spot.lat) for spot in spots])
        for one, spots in tours(center, stops).items()
    ]
    pins = [_stop(stop) for stop in stops]
    return _collection([*lines, _point(center, "site", "", center.name), *pins, *map(_van, vans)])


def tours(center: Center, stops: Sequence[Stop]) -> dict[UUID, list[Spot]]:
    """Return where each route of some stops leads: from the center through its doors and back."""
    grouped: dict[UUID, list[Stop]] = {}
    for stop in sorted(stops, key=lambda one: one.position or 0):
        if stop.route_id is not None:
            grouped.setdefault(stop.route_id, []).append(stop)
    return {route_id: [center, *tour, center] for route_id, tour in grouped.items()}


def door(lat: float, lon: float, van: Any | None, name: str) -> dict[str, Any]:
    """Return the map of one customer: their door, and the van when they may see it."""
    here = {"type": "Point", "coordinates": [lon, lat]}
    pins = [{"type": "Feature", "geometry": here, "properties": {"kind": "door", "name": name}}]
    return _collection(pins if van is None else [*pins, _point(van, "van", "", "")])


def _stop(stop: Stop) -> dict[str, Any]:
    state = "done" if stop.state in DONE else "wrong" if stop.state == StopState.FAILED else ""
    label = str(stop.position) if stop.position else ""
    return _point(stop, "stop", label, f"{stop.street}, {stop.city}", state)


def _van(van: Any) -> dict[str, Any]:
    return _point(van, "van", "", van.van)


def _point(spot: Spot, kind: str, label: str, name: str, state: str = "") -> dict[str, Any]:
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [spot.lon, spot.lat]},
        "properties": {"kind": kind, "label": label, "name": name, "state": state},
    }


def _line(points: Sequence[tuple[float, float]]) -> dict[str, Any]:
    return {
        "type": "Feature",
        "geometry": {"type": "LineString", "coordinates": [list(point) for point in points]},
        "properties": {"kind": "route"},
    }


def _collection(features: Sequence[dict[str, Any]]) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": list(features)}
