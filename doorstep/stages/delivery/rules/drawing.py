"""What a map shows: the center, the stops with their number, the tours, the vans. GeoJSON, degrees, longitude first."""

from collections.abc import Sequence
from typing import Any, Protocol

from doorstep.stages.delivery.model import Center, Stop, StopState

DONE = frozenset({StopState.DELIVERED, StopState.RETURNED})


class Spot(Protocol):
    """Anything that is somewhere."""

    @property
    def lat(self) -> float:
        """Degrees north."""

    @property
    def lon(self) -> float:
        """Degrees east."""


def board(center: Center, stops: Sequence[Stop], vans: Sequence[Any]) -> dict[str, Any]:
    """Return the map of a center: one line per tour, one pin per stop, the vans where they were last."""
    tours: dict[Any, list[Stop]] = {}
    for stop in stops:
        if stop.route_id is not None:
            tours.setdefault(stop.route_id, []).append(stop)
    lines = [
        _line([center, *sorted(tour, key=lambda stop: stop.position or 0), center]) for tour in tours.values()
    ]
    pins = [_stop(stop) for stop in stops]
    return _collection([*lines, _point(center, "site", "", center.name), *pins, *map(_van, vans)])


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


def _line(spots: Sequence[Spot]) -> dict[str, Any]:
    return {
        "type": "Feature",
        "geometry": {"type": "LineString", "coordinates": [[spot.lon, spot.lat] for spot in spots]},
        "properties": {"kind": "route"},
    }


def _collection(features: Sequence[dict[str, Any]]) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": list(features)}
