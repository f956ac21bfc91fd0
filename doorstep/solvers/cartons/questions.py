"""The question of cartonization: goods, boxes, and what a good packing is. Millimeters, grams, minor units."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import permutations
from typing import Literal

MOST_MM = 100_000
"""No side is longer (100 m): beyond it the number is a mistake of units."""

MOST_G = 10**9
"""No mass is larger (1,000 t)."""

MOST_PRICE = 10**12
MOST_UNITS = 10_000
"""Most units in one question; an order of more is split before."""

MOST_BOX_TYPES = 100

Rotations = Literal["any", "upright", "flat"]
Objective = Literal["fewest", "volume", "cost"]
Shape = tuple[int, int, int]
"""Sides in mm as an item stands: along the length, the width and the height of the box."""


class CartonRefused(ValueError):  # noqa: N818 - a refusal is an answer, named as such
    """The problem makes no sense.

    Attributes:
        kind: stable name of the refusal, e.g. `number_out_of_range`.
        item: the item, box or setting at fault.
    """

    def __init__(self, kind: str, item: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind
        self.item = item

    def __reduce__(self) -> tuple[type["CartonRefused"], tuple[str, str, str]]:
        return (CartonRefused, (self.kind, self.item, str(self)))


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

    @property
    def sides(self) -> Shape:
        """Length, width and height of the product upright."""
        return (self.length_mm, self.width_mm, self.height_mm)

    @property
    def volume_mm3(self) -> int:
        """Volume of one unit."""
        return self.length_mm * self.width_mm * self.height_mm

    def shapes(self) -> tuple[Shape, ...]:
        """Return the ways one unit may stand, lowest first."""
        sides = self.sides
        found = set()
        for order in permutations(range(3)):
            vertical = order[2]
            upright = self.rotations != "upright" or vertical == 2
            lying = self.rotations != "flat" or sides[vertical] == min(sides)
            if upright and lying and self.stands[vertical]:
                found.add((sides[order[0]], sides[order[1]], sides[vertical]))
        return tuple(sorted(found, key=lambda shape: (shape[2], shape)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A type of box.

    Attributes:
        name: unique.
        length_mm: inner sides; goods stand along length and width, and are stacked along the height.
        width_mm: as above.
        height_mm: as above.
        outer_length_mm: outer sides; 0: like the inner ones.
        outer_width_mm: as above.
        outer_height_mm: as above.
        tare_g: mass of the empty box.
        max_gross_g: most it may weigh packed; None: no limit.
        price_minor: what using one costs, in minor units of the currency that the asker has in mind.
        stock: how many there are; None: enough.
    """

    name: str
    length_mm: int
    width_mm: int
    height_mm: int
    outer_length_mm: int = 0
    outer_width_mm: int = 0
    outer_height_mm: int = 0
    tare_g: int = 0
    max_gross_g: int | None = None
    price_minor: int = 0
    stock: int | None = None

    @property
    def sides(self) -> Shape:
        """Inner length, width and height."""
        return (self.length_mm, self.width_mm, self.height_mm)

    @property
    def inner_mm3(self) -> int:
        """Volume for goods."""
        return self.length_mm * self.width_mm * self.height_mm

    @property
    def outer_mm3(self) -> int:
        """Volume that a truck or a carrier's rate sees."""
        return (
            (self.outer_length_mm or self.length_mm)
            * (self.outer_width_mm or self.width_mm)
            * (self.outer_height_mm or self.height_mm)
        )

    @property
    def room_g(self) -> int:
        """Mass of goods it may take; below zero when the box alone is too heavy."""
        return (MOST_G * MOST_UNITS if self.max_gross_g is None else self.max_gross_g) - self.tare_g


@dataclass(frozen=True, slots=True, kw_only=True)
class Packing:
    """Which boxes shall these goods travel in, and how do they lie in them?

    Attributes:
        items: the goods.
        boxes: the types of box there are.
        objective: `fewest` boxes and then least outer volume; least outer `volume`; or least `cost` of boxes and then
            least outer volume. When the stock of boxes does not suffice, packing most volume comes before all three.
        support_pct: how much of an item's base must rest on the floor or on other goods. From 50 on no item can tip:
            a part of more than half of a rectangle has the center in its hull.
        even: let masses as even as possible come before least outer volume, at the same number of boxes. Else masses are
            evened out only where it costs nothing. Changes nothing for the other objectives.

    Raises:
        CartonRefused: a number out of range, a box named twice, no box, too many units, or no way to stand.
    """

    items: Sequence[Item]
    boxes: Sequence[Box]
    objective: Objective = "fewest"
    support_pct: int = 50
    even: bool = False

    def __post_init__(self) -> None:
        for owner, number, least, most, what in self._numbers():
            if isinstance(number, bool) or not isinstance(number, int) or not least <= number <= most:
                raise CartonRefused(
                    "number_out_of_range",
                    owner,
                    f"{owner}: {what} is {number!r}, not a whole number in {least}..{most}",
                )
        if self.objective not in ("fewest", "volume", "cost"):
            raise CartonRefused("objective_unknown", str(self.objective), "use fewest, volume or cost")
        self._refuse_boxes()
        units = sum(item.quantity for item in self.items)
        if units > MOST_UNITS:
            raise CartonRefused(
                "too_many_units", "items", f"{units} units, {MOST_UNITS} at most: split the order"
            )
        for item in self.items:
            if item.rotations not in ("any", "upright", "flat"):
                raise CartonRefused(
                    "rotation_unknown",
                    item.name,
                    f"item {item.name!r}: rotations is {item.rotations!r}, use any, upright or flat",
                )
            if not item.shapes():
                raise CartonRefused(
                    "no_way_to_stand",
                    item.name,
                    f"item {item.name!r}: rotations and stands together allow no way to stand",
                )

    def _refuse_boxes(self) -> None:
        if not self.boxes or len(self.boxes) > MOST_BOX_TYPES:
            raise CartonRefused(
                "no_boxes" if not self.boxes else "too_many_box_types",
                "boxes",
                f"{len(self.boxes)} types of box: give 1..{MOST_BOX_TYPES}",
            )
        seen = set()
        for box in self.boxes:
            if box.name in seen:
                raise CartonRefused("box_given_twice", box.name, f"box {box.name!r} is given twice")
            seen.add(box.name)

    def _numbers(self) -> Iterator[tuple[str, object, int, int, str]]:
        """Every number with what it belongs to and where it must lie."""
        yield "packing", self.support_pct, 0, 100, "support_pct"
        for item in self.items:
            name = f"item {item.name!r}"
            for side in ("length_mm", "width_mm", "height_mm"):
                yield name, getattr(item, side), 1, MOST_MM, side
            yield name, item.weight_g, 0, MOST_G, "weight_g"
            yield name, item.quantity, 1, MOST_UNITS, "quantity"
        for box in self.boxes:
            name = f"box {box.name!r}"
            for side in ("length_mm", "width_mm", "height_mm"):
                yield name, getattr(box, side), 1, MOST_MM, side
                yield name, getattr(box, f"outer_{side}"), 0, MOST_MM, f"outer_{side}"
            yield name, box.tare_g, 0, MOST_G, "tare_g"
            yield name, 0 if box.max_gross_g is None else box.max_gross_g, 0, MOST_G, "max_gross_g"
            yield name, box.price_minor, 0, MOST_PRICE, "price_minor"
            yield name, 0 if box.stock is None else box.stock, 0, MOST_UNITS, "stock"
