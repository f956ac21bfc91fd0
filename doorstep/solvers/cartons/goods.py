"""What is packed: units of a product, how they may stand, and what they bear."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import permutations
from typing import Literal

from doorstep.solvers.cartons.refusals import MOST_G, MOST_MM, MOST_UNITS, CartonRefused, Number

Rotations = Literal["any", "upright", "flat"]
Shape = tuple[int, int, int]
"""Sides in mm as an item stands: along the length, the width and the height of the box."""

SOFTEST = 9
"""Crush classes run from 0, hard, to this."""

_ORDERS = tuple(permutations(range(3)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """Units of one product that are packed as they are.

    Attributes:
        name: shown to people; need not be unique, answers speak of items by their index.
        length_mm: as the product stands upright.
        width_mm: as above.
        height_mm: as above.
        weight_g: of one unit.
        quantity: units.
        rotations: `any`: all six ways; `upright`: the height stays vertical; `flat`: it lies on its largest face.
        stands: which of length, width and height may be vertical, beside what `rotations` allows.
        fragile: nothing is put on top.
        top_load_g: the most that one unit bears: the mass of all that stands on it, directly or through others, even
            where another unit shares the burden; None: anything.
        crush_class: 0 (hard) to 9 (soft); a unit stands only on units that are as hard or harder.
        floor_only: it stands on the floor of its box.
        clearance_mm: of padding all around each unit; an answer gives the sides with it.
        tags: what `Packing.incompatible` speaks of.
        together: name of a set; all units of the items of a set go into one box. Empty: no set.
        own_container: it ships as it is, a parcel of its own.
    """

    name: str
    length_mm: int
    width_mm: int
    height_mm: int
    weight_g: int = 0
    quantity: int = 1
    rotations: Rotations = "any"
    stands: tuple[bool, bool, bool] = (True, True, True)
    fragile: bool = False
    top_load_g: int | None = None
    crush_class: int = 0
    floor_only: bool = False
    clearance_mm: int = 0
    tags: tuple[str, ...] = ()
    together: str = ""
    own_container: bool = False

    @property
    def sides(self) -> Shape:
        """Length, width and height of the product upright, without padding."""
        return (self.length_mm, self.width_mm, self.height_mm)

    @property
    def volume_mm3(self) -> int:
        """Volume of one unit, without padding."""
        return self.length_mm * self.width_mm * self.height_mm

    def shapes(self) -> tuple[Shape, ...]:
        """Return the ways one padded unit may stand, lowest first."""
        return _shapes(self.sides, self.rotations, self.stands, 2 * self.clearance_mm)

    def numbers(self) -> Iterator[Number]:
        """Yield every number with where it must lie."""
        name = f"item {self.name!r}"
        yield name, self.length_mm, 1, MOST_MM, "length_mm"
        yield name, self.width_mm, 1, MOST_MM, "width_mm"
        yield name, self.height_mm, 1, MOST_MM, "height_mm"
        yield name, self.weight_g, 0, MOST_G, "weight_g"
        yield name, self.quantity, 1, MOST_UNITS, "quantity"
        yield name, 0 if self.top_load_g is None else self.top_load_g, 0, MOST_G, "top_load_g"
        yield name, self.crush_class, 0, SOFTEST, "crush_class"
        yield name, self.clearance_mm, 0, MOST_MM, "clearance_mm"

    def refuse_nonsense(self) -> None:
        """Refuse rotations that are unknown or leave no way to stand."""
        if self.rotations not in ("any", "upright", "flat"):
            raise CartonRefused(
                "rotation_unknown",
                self.name,
                f"item {self.name!r}: rotations is {self.rotations!r}, use any, upright or flat",
            )
        if not any(self.stands) or (self.rotations != "any" and not self.shapes()):
            raise CartonRefused(
                "no_way_to_stand",
                self.name,
                f"item {self.name!r}: rotations and stands together allow no way to stand",
            )


@lru_cache(maxsize=4_096)
def _shapes(
    sides: Shape, rotations: Rotations, stands: tuple[bool, bool, bool], pad_mm: int
) -> tuple[Shape, ...]:
    """Work out `Item.shapes`; the same products are asked for in order after order."""
    found = set()
    for along, across, up in _ORDERS:
        upright = rotations != "upright" or up == 2
        lying = rotations != "flat" or sides[up] == min(sides)
        if upright and lying and stands[up]:
            found.add((sides[up] + pad_mm, sides[along] + pad_mm, sides[across] + pad_mm))
    return tuple((along, across, up) for up, along, across in sorted(found))
