"""The answer of cartonization: boxes, where everything lies in them, and what was left out and why."""

from dataclasses import dataclass

from doorstep.solvers.cartons.goods import Shape
from doorstep.solvers.cartons.rates import Landed


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """One unit in a box.

    Attributes:
        item: index in the problem's items.
        x_mm: along the box's length, from the left.
        y_mm: along its width, from the back.
        z_mm: from the bottom.
        length_mm: side along the box's length, as the unit stands; all sides with the item's own padding.
        width_mm: side along its width.
        height_mm: vertical side.
    """

    item: int
    x_mm: int
    y_mm: int
    z_mm: int
    length_mm: int
    width_mm: int
    height_mm: int

    @property
    def shape(self) -> Shape:
        """The three sides as the unit stands."""
        return (self.length_mm, self.width_mm, self.height_mm)


@dataclass(frozen=True, slots=True, kw_only=True)
class PackedBox:
    """A box and what is in it.

    Attributes:
        box: name of its type, or `OWN` for a unit that ships as it is.
        placements: in packing order: bottom up, back to front, left to right, a stack of alike units at once. Each unit can
            be lowered straight down.
        weight_g: gross.
        fill_pct: volume of the goods in percent of the inner volume, one decimal.
        thickness_mm: of a bag: how thick it is made; 0 for a box.
        landed: what it costs, where the problem has a tariff.
    """

    box: str
    placements: tuple[Placement, ...]
    weight_g: int
    fill_pct: float
    thickness_mm: int = 0
    landed: Landed | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unserved:
    """Units that are in no box.

    Attributes:
        item: index in the problem's items.
        quantity: units left out.
        constraint: `size` (they fit in no box), `max_gross_g` (those that they fit in may not weigh so much),
            `most_fill_pct` (those may not be filled so far), `stock` (there are not enough boxes), `together` (no box was
            found that takes their whole set) or `budget` (the time was up).
        message: the same for people, with what to do.
    """

    item: int
    quantity: int
    constraint: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The packing.

    Attributes:
        boxes: what to pack.
        value: what the objective counts: parcels, outer mm3, or price in minor units.
        lower_bound: no packing of the served units can have a smaller value.
        outer_mm3: outer volume of all boxes.
        price_minor: price of all boxes, with all that the tariff adds.
        unserved: units left out.
        work: boxes filled while searching.
        engine: `compiled` or `pure`.
        reasons: why, in sentences.
    """

    boxes: tuple[PackedBox, ...]
    value: int
    lower_bound: int
    outer_mm3: int
    price_minor: int
    unserved: tuple[Unserved, ...]
    work: int
    engine: str
    reasons: tuple[str, ...]
