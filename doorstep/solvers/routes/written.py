"""A day to plan as a JSON document, and its plan as another: the fields are those of the records.

Depots and stops say where they are by `lat` and `lon`, or by `place` when the document brings `roads` with the matrices
`distance_m` and `duration_s`. Moments are seconds of the day.
"""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any, TypeVar

import msgspec

from doorstep.solvers.routes.fleet import Depot, Van
from doorstep.solvers.routes.legs import Network, Roads
from doorstep.solvers.routes.plans import Plan
from doorstep.solvers.routes.refusals import RouteRefused
from doorstep.solvers.routes.routing import Routing
from doorstep.solvers.routes.stops import Stop
from doorstep.solvers.routes.straight import Habits, Point, Straight

Thing = TypeVar("Thing", Depot, Van, Stop, Habits, Point)

KNOWN = {"depots", "vans", "stops", "roads", "habits"}


def read(document: Any) -> Routing:
    """Return the problem that a document describes.

    Args:
        document: of JSON, decoded.

    Raises:
        RouteRefused: `document_wrong` with the place in the document, or what the problem itself refuses.
    """
    if not isinstance(document, Mapping):
        raise RouteRefused("document_wrong", "$", "the document is no object with depots, vans and stops")
    for name in document.keys() - KNOWN:
        raise RouteRefused("document_wrong", str(name), f"{name!r} is none of {', '.join(sorted(KNOWN))}")
    given = document.get("roads")
    listed = {name: _list(document, name) for name in ("depots", "vans", "stops")}
    placed = [*listed["depots"], *listed["stops"]]
    roads: Network
    if given is None:
        habits = _thing(document.get("habits", {}), Habits, "habits")
        roads = Straight([_point(thing, k) for k, thing in enumerate(placed)], habits)
        placed = [
            {key: value for key, value in {**thing, "place": k}.items() if key not in ("lat", "lon")}
            for k, thing in enumerate(placed)
        ]
    else:
        matrices = given if isinstance(given, Mapping) else {}
        roads = Roads(matrices.get("distance_m"), matrices.get("duration_s"))
    depots, stops = placed[: len(listed["depots"])], placed[len(listed["depots"]) :]
    return Routing(
        roads=roads,
        depots=[_thing(each, Depot, f"depots[{k}]") for k, each in enumerate(depots)],
        vans=[_thing(each, Van, f"vans[{k}]") for k, each in enumerate(listed["vans"])],
        stops=[_thing(each, Stop, f"stops[{k}]") for k, each in enumerate(stops)],
    )


def told(plan: Plan) -> dict[str, Any]:
    """Return a plan as a document."""
    document: dict[str, Any] = msgspec.to_builtins(plan)
    return {**document, "distance_m": plan.distance_m}


def _list(document: Mapping[str, Any], name: str) -> Sequence[Mapping[str, Any]]:
    things = document.get(name, [])
    if not isinstance(things, list) or not all(isinstance(thing, Mapping) for thing in things):
        raise RouteRefused("document_wrong", name, f"{name} is no list of objects")
    return things


def _point(thing: Mapping[str, Any], number: int) -> Point:
    where = {name: thing[name] for name in ("lat", "lon") if name in thing}
    return _thing(where, Point, str(thing.get("name", number)))


def _thing(given: Any, kind: type[Thing], where: str) -> Thing:
    known = {field.name for field in fields(kind)}
    for name in given.keys() - known if isinstance(given, Mapping) else ():
        raise RouteRefused("document_wrong", where, f"{where} has a field {name!r}, which nobody knows")
    try:
        return msgspec.convert(given, kind)
    except msgspec.ValidationError as wrong:
        raise RouteRefused("document_wrong", where, f"{where}: {wrong}") from None
