"""When a face is to be filled, from where and with how much: by what it will hold once everything promised is picked."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Shelf:
    """A face and what it holds; `apart`: it takes other lots only when it is empty."""

    place: str
    min_units: int
    max_units: int
    on_hand: int
    apart: bool = False


@dataclass(frozen=True, slots=True)
class Bulk:
    """Units of the product in a bin that feeds faces, best taken first where sequences are of these."""

    place: str
    units: int


@dataclass(frozen=True, slots=True)
class Fill:
    """Units to be brought from bulk to a face, and why."""

    from_place: str
    to_place: str
    quantity: int
    why: str


def projected(shelves: Sequence[Shelf], demand: int) -> dict[str, int]:
    """Return what faces will hold once `demand` is picked from them, in their order; what none can give is lacking at the first."""
    left, after = demand, {}
    for shelf in shelves:
        part = min(shelf.on_hand, left)
        after[shelf.place] = shelf.on_hand - part
        left -= part
    if shelves and left:
        after[shelves[0].place] -= left
    return after


def fills(shelves: Sequence[Shelf], demand: int, bulks: Sequence[Bulk]) -> Iterator[Fill]:
    """Say which faces of one product are to be filled now, each up to what fits, from one bin of bulk.

    Args:
        shelves: the faces of the product at a site, in the order of a walk.
        demand: units that are promised and not picked yet.
        bulks: bins that feed them, the one to be emptied first in front.
    """
    after = projected(shelves, demand)
    left = {bulk.place: bulk.units for bulk in bulks}
    for shelf in shelves:
        if after[shelf.place] >= shelf.min_units or (shelf.apart and shelf.on_hand):
            continue
        source = next(
            (bulk.place for bulk in bulks if left[bulk.place] > 0 and bulk.place != shelf.place), None
        )
        units = min(shelf.max_units - shelf.on_hand, left[source]) if source else 0
        if source and units > 0:
            left[source] -= units
            yield Fill(source, shelf.place, units, _said(shelf, after[shelf.place]))


def _said(shelf: Shelf, after: int) -> str:
    taken = shelf.on_hand - after
    promised = f", {taken} of them promised" if taken > 0 else ""
    return f"{shelf.on_hand} left{promised}; at least {shelf.min_units}"
