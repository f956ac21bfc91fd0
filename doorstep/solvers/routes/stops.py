"""Stops: what is asked for. Seconds, grams, milliliters."""

from dataclasses import dataclass
from typing import Literal

MEASURES: tuple["Measure", ...] = ("mass_g", "volume_ml", "parcels")
"""What a stop takes from a van, and a van may limit; also the order in which refusals are looked for."""

Measure = Literal["mass_g", "volume_ml", "parcels"]


@dataclass(frozen=True, slots=True)
class Window:
    """When service may start, both ends included."""

    start_s: int
    end_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """A place to deliver to, or to pick up at.

    Attributes:
        name: unique.
        place: its row in the roads.
        mass_g: what it takes from the van's capacity.
        volume_ml: see `mass_g`.
        parcels: see `mass_g`.
        windows: when service may start, one of them; empty: at any time.
        service_s: from start to leaving.
        release_s: when its goods are at the depot; no trip with it is loaded earlier.
        prize: what serving it is worth, in the problem's unit of cost; it is left out when it costs more.
            None: it must be served if any van can.
        needs: skills that van and driver must have.
        zone: of the town, for drivers who know it or do not.
        pickup: its load is taken on board there and brought to a depot.
        source: the stop where its load is picked up, by the same van earlier in the same trip. The source itself has
            no load, no prize, and is the source of no other.
    """

    name: str
    place: int
    mass_g: int = 0
    volume_ml: int = 0
    parcels: int = 1
    windows: tuple[Window, ...] = ()
    service_s: int = 0
    release_s: int = 0
    prize: int | None = None
    needs: frozenset[str] = frozenset()
    zone: str | None = None
    pickup: bool = False
    source: str | None = None

    def load(self, measure: Measure) -> int:
        """Return what the stop takes of one of `MEASURES`."""
        return int(getattr(self, measure))
