"""What a filled box costs, in the two measures of the objective: the first decides, then the second."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from doorstep.solvers.cartons.goods import Shape
from doorstep.solvers.cartons.questions import Packing
from doorstep.solvers.cartons.rates import Landed, Rate, Tariff
from doorstep.solvers.cartons.vessels import Vessel

UM = 1_000
MG = 1_000
LITER_MM3 = 10**6

Measures = tuple[int, int]
"""What one box counts; less is better."""


@dataclass(frozen=True, slots=True)
class Sized:
    """What a rate makes of the outer sides alone.

    Attributes:
        units: dimensional mass, in units of the rate.
        surcharges_minor: that do not depend on the mass.
    """

    units: int
    surcharges_minor: int


def sized(rate: Rate, outer: Shape) -> Sized:
    """Return what a rate makes of outer sides in mm."""
    volume = outer[0] * outer[1] * outer[2]
    units = 0
    if rate.divisor and volume > rate.divisor_above_mm3:
        one, two, three = (-(-side * UM // rate.side_unit_um) for side in outer)
        units = -(-one * two * three // rate.divisor)
    low, middle, high = sorted(outer)
    measures = {
        "longest_mm": high,
        "second_mm": middle,
        "girth_mm": high + 2 * (low + middle),
        "volume_cm3": -(-volume // 1_000),
    }
    extra = sum(each.price_minor for each in rate.surcharges if measures.get(each.measure, -1) > each.above)
    return Sized(units, extra)


def rated(rate: Rate, units: int) -> int:
    """Return the price of so many units of mass."""
    steps = rate.steps
    at = bisect_left(steps, units, key=lambda step: step[0])
    if at < len(steps):
        return steps[at][1]
    return steps[-1][1] + (units - steps[-1][0]) * rate.over_minor


def landed(tariff: Tariff, box_minor: int, outer: Shape, gross_g: int, air_mm3: int) -> Landed:
    """Return what one parcel costs, part by part."""
    filler = -(-max(0, air_mm3) * tariff.filler_minor_per_l // LITER_MM3)
    rate = tariff.rate
    if rate is None:
        return Landed(box_minor=box_minor, filler_minor=filler, handling_minor=tariff.handling_minor)
    by_size = sized(rate, outer)
    by_mass = -(-gross_g * MG // rate.unit_mg)
    heavy = sum(
        each.price_minor for each in rate.surcharges if each.measure == "gross_g" and gross_g > each.above
    )
    return Landed(
        box_minor=box_minor,
        filler_minor=filler,
        handling_minor=tariff.handling_minor,
        rate_minor=rated(rate, max(by_size.units, by_mass)),
        surcharges_minor=by_size.surcharges_minor + heavy,
        billed_units=max(by_size.units, by_mass),
        billed_by="size" if by_size.units > by_mass else "mass",
    )


class Prices:
    """Measures of filled vessels for one question.

    Attributes:
        vary: whether a vessel's measures depend on what is in it.
        floors: the least first measure of each vessel, whatever is in it.
    """

    def __init__(self, problem: Packing, vessels: Sequence[Vessel]) -> None:
        self._objective = problem.objective
        self._tariff = problem.tariff
        self._boxes = problem.boxes
        self._vessels = vessels
        self._outer = [vessel.outer_mm3 for vessel in vessels]
        self.vary = problem.objective == "cost" and problem.tariff is not None
        rate = problem.tariff.rate if problem.tariff else None
        self._sized = [sized(rate, vessel.outer) for vessel in vessels] if rate else []
        self.floors = [self.of(number, 0, vessel.room_mm3)[0] for number, vessel in enumerate(vessels)]

    def of(self, vessel: int, goods_g: int, goods_mm3: int) -> Measures:
        """Return the measures of a vessel with so much in it."""
        outer = self._outer[vessel]
        if self._objective == "fewest":
            return (1, outer)
        if self._objective == "volume":
            return (outer, 1)
        held = self._vessels[vessel]
        box = self._boxes[held.box]
        total = box.price_minor
        if self._tariff is not None:
            air = held.inner_mm3 - goods_mm3
            total += self._tariff.handling_minor
            if air > 0:
                total += -(-air * self._tariff.filler_minor_per_l // LITER_MM3)
            if self._tariff.rate is not None:
                total += self._carried(self._tariff.rate, vessel, box.tare_g + goods_g)
        return (total, outer)

    def _carried(self, rate: Rate, vessel: int, gross_g: int) -> int:
        by_size = self._sized[vessel]
        total = rated(rate, max(by_size.units, -(-gross_g * MG // rate.unit_mg))) + by_size.surcharges_minor
        for each in rate.surcharges:
            if each.measure == "gross_g" and gross_g > each.above:
                total += each.price_minor
        return total
