"""What lies on what in a box, for goods that do not bear everything and do not stand on everything."""

from collections.abc import Sequence

from doorstep.solvers.cartons.goods import Shape
from doorstep.solvers.cartons.kinds import Kind


class Burden:
    """Keeps for each unit what is under it and how much stands on it.

    A unit's mass counts in full on everything under it, directly or through others. That is never less than what physics
    would say of it, it needs no fractions, and a packer can add it up.
    """

    __slots__ = ("_bases", "_borne", "_kinds", "_of", "_tops", "_under")

    def __init__(self, kinds: Sequence[Kind]) -> None:
        self._kinds = kinds
        self._of: list[int] = []
        self._bases: list[tuple[int, int, int, int]] = []
        self._under: list[list[int]] = []
        self._borne: list[int] = []
        self._tops: dict[int, list[int]] = {}

    def copied(self) -> "Burden":
        """Return another with the same units."""
        other = Burden(self._kinds)
        other._of = list(self._of)
        other._bases = list(self._bases)
        other._under = list(self._under)
        other._borne = list(self._borne)
        other._tops = {z: list(units) for z, units in self._tops.items()}
        return other

    def allows(self, k: int, x: int, y: int, z: int, length: int, width: int) -> bool:
        """Whether what is under this place bears one more unit, and is hard enough for it."""
        if not z:
            return True
        kind = self._kinds[k]
        direct = self._directly_under(x, y, z, length, width)
        if any(self._kinds[self._of[unit]].crush_class > kind.crush_class for unit in direct):
            return False
        return all(
            self._borne[unit] + kind.weight_g <= self._kinds[self._of[unit]].top_load_g
            for unit in self._all_under(direct)
        )

    def put(self, k: int, x: int, y: int, z: int, shape: Shape) -> None:
        """Note a unit in its place."""
        length, width, height = shape
        under = self._all_under(self._directly_under(x, y, z, length, width)) if z else []
        for unit in under:
            self._borne[unit] += self._kinds[k].weight_g
        self._tops.setdefault(z + height, []).append(len(self._of))
        self._of.append(k)
        self._bases.append((x, y, x + length, y + width))
        self._under.append(under)
        self._borne.append(0)

    def _directly_under(self, x: int, y: int, z: int, length: int, width: int) -> list[int]:
        far_x, far_y = x + length, y + width
        found = []
        for unit in self._tops.get(z, ()):
            x1, y1, x2, y2 = self._bases[unit]
            if x1 < far_x and x2 > x and y1 < far_y and y2 > y:
                found.append(unit)
        return found

    def _all_under(self, direct: Sequence[int]) -> list[int]:
        return sorted({*direct, *(unit for each in direct for unit in self._under[each])})
