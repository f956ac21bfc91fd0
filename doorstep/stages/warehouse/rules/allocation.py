"""Which bins to take from: chosen late, when the walk is planned, from what no other open pick is promised."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from doorstep.stages.warehouse.rules.floor import Shelf


@dataclass(frozen=True, slots=True)
class Need:
    """Units of a product that a fulfillment order still has to be picked."""

    fulfillment_id: UUID
    line_id: UUID
    product_id: UUID
    quantity: int


@dataclass(frozen=True, slots=True)
class Taken:
    """Units of a need, promised from one bin; `days` says how many of which last day, where the goods have one."""

    fulfillment_id: UUID
    line_id: UUID
    product_id: UUID
    place: str
    quantity: int
    days: tuple[tuple[date | None, int], ...] = ()


class Shelves:
    """The free units of a floor, bin by bin, as they are promised one after the other.

    Args:
        shelves: what lies free where.
        near_mm: what going to each bin costs (its distance from the start, or the detour); cheaper bins are taken first.
    """

    def __init__(self, shelves: Iterable[Shelf], near_mm: dict[str, int]) -> None:
        self._of: dict[object, list[Shelf]] = {}
        for shelf in shelves:
            self._of.setdefault(shelf.product_id, []).append(shelf)
        self._free = {_key(s): s.free for of in self._of.values() for s in of}
        self._near = near_mm

    def free(self, product_id: UUID) -> int:
        """Return how many units of a product are still free."""
        return sum(self._free[_key(shelf)] for shelf in self._of.get(product_id, ()))

    def take(self, needs: Sequence[Need]) -> list[Taken] | None:
        """Promise bins for all needs of one fulfillment order, or none of them and return None.

        What expires first is taken first. Among units with the same last day one bin with enough is better than several; among
        those, one in an aisle already walked, then the nearest. When no bin has enough, the fullest go first, so that the
        fewest stops remain.
        """
        taken: list[Taken] = []
        aisles: set[int] = set()
        for need in needs:
            found = self._for(need, aisles)
            if found is None:
                self.give_back(taken)
                return None
            taken += found
            self._promise(found, 1)
        return taken

    def give_back(self, taken: Iterable[Taken]) -> None:
        """Free promised units again."""
        self._promise(taken, -1)

    def _promise(self, taken: Iterable[Taken], sign: int) -> None:
        for one in taken:
            for day, units in one.days or ((None, one.quantity),):
                self._free[(one.place, one.product_id, day)] -= sign * units

    def _for(self, need: Need, aisles: set[int]) -> list[Taken] | None:
        shelves = [s for s in self._of.get(need.product_id, ()) if self._free[_key(s)] > 0]
        left, parts = need.quantity, dict[str, list[tuple[date | None, int]]]()
        for day in sorted({s.expires_on for s in shelves}, key=lambda day: day or date.max):
            for shelf in self._best([s for s in shelves if s.expires_on == day], left, aisles):
                part = min(left, self._free[_key(shelf)])
                if part:
                    parts.setdefault(shelf.place, []).append((day, part))
                    aisles.add(shelf.aisle)
                    left -= part
        if left:
            return None
        return [
            Taken(
                need.fulfillment_id,
                need.line_id,
                need.product_id,
                place,
                sum(units for _, units in days),
                () if [day for day, _ in days] == [None] else tuple(days),
            )
            for place, days in parts.items()
        ]

    def _best(self, shelves: list[Shelf], wanted: int, aisles: set[int]) -> list[Shelf]:
        """Return bins with the same last day in the order in which they are taken from; one is enough if it has enough."""
        enough = [s for s in shelves if self._free[_key(s)] >= wanted]
        if enough:
            return [min(enough, key=lambda s: (s.aisle not in aisles, self._near.get(s.place, 0), s.place))]
        return sorted(shelves, key=lambda s: (-self._free[_key(s)], s.place))


def _key(shelf: Shelf) -> tuple[str, UUID, date | None]:
    return shelf.place, shelf.product_id, shelf.expires_on
