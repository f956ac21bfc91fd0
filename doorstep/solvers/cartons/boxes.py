"""What goods travel in: boxes of fixed sides, and bags that grow thick at the expense of length and width."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from doorstep.solvers.cartons.goods import Shape
from doorstep.solvers.cartons.refusals import MOST_G, MOST_MM, MOST_PRICE, MOST_UNITS, CartonRefused, Number

OWN = "own container"
"""Stands where the name of a box does, of a unit that ships as it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A type of box, or of bag.

    Attributes:
        name: unique.
        length_mm: inner sides; goods stand along length and width, and are stacked along the height. Of a bag: as it lies
            flat and empty.
        width_mm: as above.
        height_mm: of a bag: the thickest that it may become. A bag that is t mm thick is t mm shorter and narrower.
        outer_length_mm: outer sides; 0: like the inner ones. A bag has none.
        outer_width_mm: as above.
        outer_height_mm: as above.
        tare_g: mass of the empty box.
        max_gross_g: most it may weigh packed; None: no limit.
        price_minor: what using one costs, in minor units of the currency that the asker has in mind.
        stock: how many there are; None: enough.
        kind: `box` or `bag`.
        clearance_mm: kept free along the floor, the lid and each wall.
        most_fill_pct: goods take at most this share of the inner volume; the rest is for void fill.
        max_units: most units in one; None: no limit.
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
    kind: Literal["box", "bag"] = "box"
    clearance_mm: int = 0
    most_fill_pct: int = 100
    max_units: int | None = None

    @property
    def sides(self) -> Shape:
        """Inner length, width and height."""
        return (self.length_mm, self.width_mm, self.height_mm)

    @property
    def inner_mm3(self) -> int:
        """Volume for goods."""
        return self.length_mm * self.width_mm * self.height_mm

    @property
    def outer_sides(self) -> Shape:
        """Outer length, width and height."""
        return (
            self.outer_length_mm or self.length_mm,
            self.outer_width_mm or self.width_mm,
            self.outer_height_mm or self.height_mm,
        )

    @property
    def outer_mm3(self) -> int:
        """Volume that a truck or a carrier's rate sees."""
        length, width, height = self.outer_sides
        return length * width * height

    @property
    def room_g(self) -> int:
        """Mass of goods it may take; below zero when the box alone is too heavy."""
        return (MOST_G * MOST_UNITS if self.max_gross_g is None else self.max_gross_g) - self.tare_g

    def at(self, thickness_mm: int) -> "Shape":
        """Return the inner sides; of a bag at this thickness."""
        if self.kind == "box":
            return self.sides
        return (self.length_mm - thickness_mm, self.width_mm - thickness_mm, thickness_mm)

    def numbers(self) -> Iterator[Number]:
        """Yield every number with where it must lie."""
        name = f"box {self.name!r}"
        yield name, self.length_mm, 1, MOST_MM, "length_mm"
        yield name, self.width_mm, 1, MOST_MM, "width_mm"
        yield name, self.height_mm, 1, MOST_MM, "height_mm"
        yield name, self.outer_length_mm, 0, MOST_MM, "outer_length_mm"
        yield name, self.outer_width_mm, 0, MOST_MM, "outer_width_mm"
        yield name, self.outer_height_mm, 0, MOST_MM, "outer_height_mm"
        yield name, self.tare_g, 0, MOST_G, "tare_g"
        yield name, 0 if self.max_gross_g is None else self.max_gross_g, 0, MOST_G, "max_gross_g"
        yield name, self.price_minor, 0, MOST_PRICE, "price_minor"
        yield name, 0 if self.stock is None else self.stock, 0, MOST_UNITS, "stock"
        yield name, self.clearance_mm, 0, MOST_MM, "clearance_mm"
        yield name, self.most_fill_pct, 1, 100, "most_fill_pct"
        yield name, 1 if self.max_units is None else self.max_units, 1, MOST_UNITS, "max_units"

    def refuse_nonsense(self) -> None:
        """Refuse a kind that is unknown, a bag with walls, and the name of what is no box."""
        if self.kind not in ("box", "bag"):
            raise CartonRefused(
                "kind_unknown", self.name, f"box {self.name!r}: kind is {self.kind!r}, use box or bag"
            )
        if self.kind == "bag" and (self.outer_length_mm or self.outer_width_mm or self.outer_height_mm):
            raise CartonRefused(
                "bag_with_outer_sides",
                self.name,
                f"bag {self.name!r}: a bag is as large outside as inside; leave its outer sides out",
            )
        if self.name == OWN:
            raise CartonRefused("name_reserved", self.name, f"no box can be named {OWN!r}")
