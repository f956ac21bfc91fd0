"""The question of routes: depots, vans, stops and the roads between them. Meters, seconds, grams, milliliters."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

MOST = 10**9
"""No load, time of day or number of stops' goods is larger: beyond it the number is a mistake of units."""

FARTHEST = 10**7
"""No leg is longer in m or s (10,000 km, 115 days)."""

MOST_COST = 10**12
"""No prize or fixed cost is higher."""

DEAREST = 10**4
"""No meter or second costs more."""

MEASURES: tuple["Measure", ...] = ("mass_g", "volume_ml", "parcels")
"""What a stop takes from a van, and a van may limit; also the order in which refusals are looked for."""

Measure = Literal["mass_g", "volume_ml", "parcels"]
Matrix = npt.NDArray[np.int64]


class RouteRefused(ValueError):  # noqa: N818 - a refusal is an answer, named as such
    """The problem makes no sense.

    Attributes:
        kind: stable name of the refusal, e.g. `stop_given_twice`.
        item: the stop, van, depot or matrix at fault.
    """

    def __init__(self, kind: str, item: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind
        self.item = item

    def __reduce__(self) -> tuple[type["RouteRefused"], tuple[str, str, str]]:
        return (RouteRefused, (self.kind, self.item, str(self)))


@dataclass(frozen=True, slots=True, eq=False)
class Roads:
    """Distances and times between all pairs of places, from row to column; they need not be symmetric.

    Attributes:
        distance_m: square matrix of whole meters.
        duration_s: square matrix of whole seconds, of the same size.

    Raises:
        RouteRefused: `matrix_not_square`, `number_out_of_range`, `diagonal_not_zero`.
    """

    distance_m: Matrix
    duration_s: Matrix

    def __post_init__(self) -> None:
        for name in ("distance_m", "duration_s"):
            matrix = _whole(name, getattr(self, name))
            if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1]:
                raise RouteRefused("matrix_not_square", name, f"{name} has the shape {matrix.shape}")
            if matrix.size and not (matrix.min() >= 0 and matrix.max() <= FARTHEST):
                raise RouteRefused(
                    "number_out_of_range",
                    name,
                    f"{name} holds a number outside 0..{FARTHEST}: check the units",
                )
            if matrix.diagonal().any():
                raise RouteRefused("diagonal_not_zero", name, f"{name}: from a place to itself is not 0")
            object.__setattr__(self, name, matrix)
        if self.distance_m.shape != self.duration_s.shape:
            raise RouteRefused(
                "matrix_not_square", "duration_s", "distances and durations are of different sizes"
            )

    @property
    def places(self) -> int:
        """Number of places."""
        return len(self.distance_m)


@dataclass(frozen=True, slots=True)
class Window:
    """When service may start, both ends included."""

    start_s: int
    end_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Depot:
    """Where vans start or end; `place` is its row in the roads."""

    name: str
    place: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Van:
    """A van with its driver's shift.

    Attributes:
        name: unique.
        start: depot where it is loaded.
        end: depot where it ends; None: where it started.
        mass_g: limits of its load; None: no limit.
        volume_ml: see `mass_g`.
        parcels: see `mass_g`.
        shift_start_s: it leaves no earlier.
        shift_end_s: it is back no later.
        distance_m: longest route; None: no limit.
        fixed_cost: for using it at all, in the problem's unit of cost.
        meter_cost: per meter.
        second_cost: per second from leaving to being back.
    """

    name: str
    start: str
    end: str | None = None
    mass_g: int | None = None
    volume_ml: int | None = None
    parcels: int | None = None
    shift_start_s: int = 0
    shift_end_s: int = 86_400
    distance_m: int | None = None
    fixed_cost: int = 0
    meter_cost: int = 1
    second_cost: int = 0

    def limit(self, measure: Measure) -> int | None:
        """Return the limit of one of `MEASURES`."""
        limit: int | None = getattr(self, measure)
        return limit


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """A place to deliver to.

    Attributes:
        name: unique.
        place: its row in the roads.
        mass_g: what it takes from the van's capacity.
        volume_ml: see `mass_g`.
        parcels: see `mass_g`.
        windows: when service may start, one of them; empty: at any time.
        service_s: from start to leaving.
        prize: what serving it is worth, in the problem's unit of cost; it is left out when it costs more.
            None: it must be served if any van can.
    """

    name: str
    place: int
    mass_g: int = 0
    volume_ml: int = 0
    parcels: int = 1
    windows: tuple[Window, ...] = ()
    service_s: int = 0
    prize: int | None = None

    def load(self, measure: Measure) -> int:
        """Return what the stop takes of one of `MEASURES`."""
        return int(getattr(self, measure))


@dataclass(frozen=True, eq=False, kw_only=True)
class Routing:
    """Which van shall visit which stops, in which order and when?

    Attributes:
        roads: between all places.
        depots: at least one.
        vans: at least one.
        stops: unique by name.

    Raises:
        RouteRefused: something is given twice, unknown or out of range; a window or shift ends before it starts.
    """

    roads: Roads
    depots: Sequence[Depot]
    vans: Sequence[Van]
    stops: Sequence[Stop]

    def __post_init__(self) -> None:
        for what, least in (("depot", 1), ("van", 1), ("stop", 0)):
            things: Sequence[Depot | Van | Stop] = getattr(self, f"{what}s")
            if len(things) < least:
                raise RouteRefused(f"no_{what}", f"{what}s", f"there is no {what}: give at least one")
            _refuse_twice(what, (each.name for each in things))
        placed: list[Depot | Stop] = [*self.depots, *self.stops]
        for each in placed:
            _refuse_number(each.name, "place", each.place, self.roads.places - 1)
        for van in self.vans:
            self._check_van(van)
        for stop in self.stops:
            _check_stop(stop)

    @cached_property
    def place_of_depot(self) -> dict[str, int]:
        """Row in the roads of each depot by name."""
        return {depot.name: depot.place for depot in self.depots}

    @cached_property
    def stop_named(self) -> dict[str, Stop]:
        """Stops by name."""
        return {stop.name: stop for stop in self.stops}

    @cached_property
    def van_named(self) -> dict[str, Van]:
        """Vans by name."""
        return {van.name: van for van in self.vans}

    def ends(self, van: Van) -> tuple[int, int]:
        """Return the places where a van starts and ends."""
        return self.place_of_depot[van.start], self.place_of_depot[van.end or van.start]

    def _check_van(self, van: Van) -> None:
        known = {depot.name for depot in self.depots}
        for depot in (van.start, van.end or van.start):
            if depot not in known:
                raise RouteRefused(
                    "depot_unknown", van.name, f"van {van.name!r}: there is no depot {depot!r}"
                )
        for field in (*MEASURES, "distance_m", "shift_start_s", "shift_end_s"):
            number = getattr(van, field)
            _refuse_number(van.name, field, 0 if number is None else number, MOST)
        _refuse_number(van.name, "fixed_cost", van.fixed_cost, MOST_COST)
        _refuse_number(van.name, "meter_cost", van.meter_cost, DEAREST)
        _refuse_number(van.name, "second_cost", van.second_cost, DEAREST)
        if van.shift_end_s < van.shift_start_s:
            raise RouteRefused(
                "shift_backward", van.name, f"van {van.name!r}: its shift ends before it starts"
            )


def _check_stop(stop: Stop) -> None:
    for field in (*MEASURES, "service_s"):
        _refuse_number(stop.name, field, getattr(stop, field), MOST)
    _refuse_number(stop.name, "prize", stop.prize or 0, MOST_COST)
    for window in stop.windows:
        _refuse_number(stop.name, "window", window.start_s, MOST)
        _refuse_number(stop.name, "window", window.end_s, MOST)
        if window.end_s < window.start_s:
            raise RouteRefused(
                "window_backward", stop.name, f"stop {stop.name!r}: a window ends before it starts"
            )


def _whole(name: str, given: Any) -> Matrix:
    try:
        matrix = np.asarray(given)
    except (TypeError, ValueError, OverflowError) as odd:
        raise RouteRefused("matrix_not_square", name, f"{name} is no matrix: {odd}") from odd
    if matrix.size and matrix.dtype.kind not in "iu":
        raise RouteRefused("number_out_of_range", name, f"{name} holds something that is no whole number")
    if matrix.dtype.kind == "u" and matrix.size and matrix.max() > FARTHEST:
        raise RouteRefused("number_out_of_range", name, f"{name} holds a number above {FARTHEST}")
    return matrix.astype(np.int64)


def _refuse_twice(what: str, names: Iterable[str]) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise RouteRefused(
                f"{what}_given_twice", name, f"{what} {name!r} is given twice: names must be unique"
            )
        seen.add(name)


def _refuse_number(item: str, field: str, number: object, most: int) -> None:
    if isinstance(number, bool) or not isinstance(number, int) or not 0 <= number <= most:
        raise RouteRefused(
            "number_out_of_range", item, f"{item}: {field} is {number!r}, not a whole number in 0..{most}"
        )
