"""The fleet: depots, vans, their drivers and what a day may ask of them. Meters, seconds, grams, milliliters."""

from dataclasses import dataclass

from doorstep.solvers.routes.stops import Measure


@dataclass(frozen=True, slots=True, kw_only=True)
class Depot:
    """Where vans are loaded, or end.

    Attributes:
        name: unique.
        place: its row in the roads.
        loading_s: each trip that starts here begins with so much loading, within the shift.
    """

    name: str
    place: int
    loading_s: int = 0


@dataclass(frozen=True, slots=True)
class Break:
    """A break of a driver: it starts in its window, and no service is interrupted for it.

    It is owed by a driver who is on the road at the last moment when it may start.
    """

    start_s: int
    end_s: int
    length_s: int


@dataclass(frozen=True, slots=True)
class Hours:
    """How long a driver may drive. The defaults are those of Regulation (EC) 561/2006.

    Attributes:
        driving_s: at most between two rests.
        rest_s: the parts of a rest in their order, e.g. `(900, 1800)`: it is complete with the last of them. A break
            counts as the part that is due if it is as long. Nobody rests who has not driven since the last rest.
        day_s: at most in all.
    """

    driving_s: int = 16_200
    rest_s: tuple[int, ...] = (2700,)
    day_s: int = 32_400


@dataclass(frozen=True, slots=True, kw_only=True)
class Van:
    """A van with its driver and shift.

    Attributes:
        name: unique.
        start: depot where it is loaded.
        end: depot where it ends; None: where it started.
        mass_g: limits of its load at any time; None: no limit.
        volume_ml: see `mass_g`.
        parcels: see `mass_g`.
        stops: most stops in its day; None: no limit.
        skills: what van and driver can do.
        shift_start_s: it begins no earlier.
        shift_end_s: it is back no later.
        distance_m: longest route; None: no limit.
        reloads: how often it may come back for more.
        reload_at: depots where it may; empty: where it starts.
        breaks: in the order of their windows.
        hours: limits of driving; None: none.
        fixed_cost: for using it at all, in the problem's unit of cost.
        meter_cost: per meter.
        second_cost: per second from loading to being back.
        fair_s: a day longer than that is not fair; None: any is.
        unfair_cost: per second beyond `fair_s`, on top.
        zone_costs: (zone, cost) of each stop in a zone that its driver does not know well.
    """

    name: str
    start: str
    end: str | None = None
    mass_g: int | None = None
    volume_ml: int | None = None
    parcels: int | None = None
    stops: int | None = None
    skills: frozenset[str] = frozenset()
    shift_start_s: int = 0
    shift_end_s: int = 86_400
    distance_m: int | None = None
    reloads: int = 0
    reload_at: tuple[str, ...] = ()
    breaks: tuple[Break, ...] = ()
    hours: Hours | None = None
    fixed_cost: int = 0
    meter_cost: int = 1
    second_cost: int = 0
    fair_s: int | None = None
    unfair_cost: int = 0
    zone_costs: tuple[tuple[str, int], ...] = ()

    def limit(self, measure: Measure) -> int | None:
        """Return the limit of one of `MEASURES`."""
        limit: int | None = getattr(self, measure)
        return limit

    @property
    def rests(self) -> bool:
        """Whether its driver pauses."""
        return bool(self.breaks) or self.hours is not None
