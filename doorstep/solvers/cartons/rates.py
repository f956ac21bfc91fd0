"""What a parcel costs until it is delivered: the box, filling it up, handling it, and the carrier's rate.

A carrier's rounding is data: sides are counted in whole units of its own (an inch, a centimeter), masses too, and the
larger of the real and the dimensional mass is looked up in its table.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from doorstep.solvers.cartons.refusals import MOST_G, MOST_PRICE, CartonRefused, Number

MOST_STEPS = 1_000
MOST_SURCHARGES = 100
MOST_MEASURE = 10**9

Measure = Literal["longest_mm", "second_mm", "girth_mm", "volume_cm3", "gross_g"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Surcharge:
    """What a carrier asks on top of its rate for a parcel that is hard to handle.

    Attributes:
        measure: `longest_mm` or `second_mm` side outside, `girth_mm` (longest side plus twice the two others), `volume_cm3`
            outside, or `gross_g`.
        above: it is asked for when the measure is larger than this.
        price_minor: how much.
    """

    measure: Measure
    above: int
    price_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """A carrier's rate for one destination.

    Attributes:
        steps: rows of the table: up to so many units of mass, and the price; both rise.
        over_minor: for each unit of mass above the last step.
        unit_mg: unit of mass in milligrams: kilograms are 1_000_000, pounds 453_592.
        side_unit_um: unit of sides in micrometers; a side is rounded up to whole ones. Centimeters are 10_000, inches
            25_400.
        divisor: cubic units of sides per unit of mass, e.g. 5000 cm3/kg or 139 in3/lb; 0: only real mass counts.
        divisor_above_mm3: parcels up to this outer volume go by real mass.
        surcharges: on top.
    """

    steps: Sequence[tuple[int, int]]
    over_minor: int = 0
    unit_mg: int = 1_000_000
    side_unit_um: int = 10_000
    divisor: int = 5_000
    divisor_above_mm3: int = 0
    surcharges: Sequence[Surcharge] = ()

    def numbers(self) -> Iterator[Number]:
        """Yield every number with where it must lie."""
        for number, (units, price) in enumerate(self.steps, 1):
            yield "rate", units, 0, MOST_MEASURE, f"mass of step {number}"
            yield "rate", price, 0, MOST_PRICE, f"price of step {number}"
        yield "rate", self.over_minor, 0, MOST_PRICE, "over_minor"
        yield "rate", self.unit_mg, 1, MOST_G, "unit_mg"
        yield "rate", self.side_unit_um, 1, MOST_MEASURE, "side_unit_um"
        yield "rate", self.divisor, 0, MOST_MEASURE, "divisor"
        yield "rate", self.divisor_above_mm3, 0, 10**15, "divisor_above_mm3"
        for each in self.surcharges:
            yield "surcharge", each.above, 0, MOST_MEASURE, "above"
            yield "surcharge", each.price_minor, 0, MOST_PRICE, "price_minor"

    def refuse_nonsense(self) -> None:
        """Refuse a table that is empty or falls, and surcharges on what nobody measures."""
        if not 1 <= len(self.steps) <= MOST_STEPS or len(self.surcharges) > MOST_SURCHARGES:
            raise CartonRefused(
                "rate_size",
                "rate",
                f"give 1..{MOST_STEPS} steps and at most {MOST_SURCHARGES} surcharges",
            )
        for (units, price), (more, dearer) in zip(self.steps, self.steps[1:], strict=False):
            if more <= units or dearer < price:
                raise CartonRefused(
                    "rate_falls",
                    f"step {more}",
                    f"the rate goes from {units}: {price} to {more}: {dearer}; masses must rise, and no price may fall",
                )
        known = ("longest_mm", "second_mm", "girth_mm", "volume_cm3", "gross_g")
        for each in self.surcharges:
            if each.measure not in known:
                raise CartonRefused(
                    "measure_unknown",
                    str(each.measure),
                    f"a surcharge is on one of {', '.join(known)}",
                )


@dataclass(frozen=True, slots=True, kw_only=True)
class Tariff:
    """What a parcel costs beside its box.

    Attributes:
        rate: of the carrier; None: shipping is free.
        handling_minor: for packing and moving one parcel.
        filler_minor_per_l: for void fill, per liter of air in a box; rounded up per parcel.
    """

    rate: Rate | None = None
    handling_minor: int = 0
    filler_minor_per_l: int = 0

    def numbers(self) -> Iterator[Number]:
        """Yield every number with where it must lie."""
        yield "tariff", self.handling_minor, 0, MOST_PRICE, "handling_minor"
        yield "tariff", self.filler_minor_per_l, 0, MOST_MEASURE, "filler_minor_per_l"
        if self.rate is not None:
            yield from self.rate.numbers()


@dataclass(frozen=True, slots=True, kw_only=True)
class Landed:
    """What one parcel costs, by what it is for, in minor units.

    Attributes:
        box_minor: the box.
        filler_minor: void fill.
        handling_minor: handling.
        rate_minor: the carrier's rate.
        surcharges_minor: the carrier's surcharges.
        billed_units: mass that the carrier bills, in units of its rate.
        billed_by: `mass`, or `size` where the dimensional mass is larger.
    """

    box_minor: int
    filler_minor: int = 0
    handling_minor: int = 0
    rate_minor: int = 0
    surcharges_minor: int = 0
    billed_units: int = 0
    billed_by: Literal["mass", "size"] = "mass"

    @property
    def total_minor(self) -> int:
        """All together."""
        return (
            self.box_minor + self.filler_minor + self.handling_minor + self.rate_minor + self.surcharges_minor
        )
