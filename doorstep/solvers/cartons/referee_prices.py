"""Adds up what an answer claims to count and to cost, as the referee would."""

from collections.abc import Iterator, Mapping

from doorstep.solvers.cartons.answers import Answer, PackedBox
from doorstep.solvers.cartons.boxes import OWN, Box
from doorstep.solvers.cartons.findings import Finding
from doorstep.solvers.cartons.questions import Packing
from doorstep.solvers.cartons.rates import Landed, Rate, Tariff

Sides = tuple[int, int, int]


def misstated(problem: Packing, answer: Answer, boxes: Mapping[str, Box]) -> Iterator[Finding]:
    """Judge the figures of an answer whose packing is sound."""
    outer = price = 0
    for number, packed in enumerate(answer.boxes, 1):
        sides = _outside(boxes, packed)
        outer += sides[0] * sides[1] * sides[2]
        box_minor = 0 if packed.box == OWN else boxes[packed.box].price_minor
        landed = None
        if problem.tariff is not None:
            landed = _landed(problem.tariff, box_minor, sides, packed, _air(boxes, packed))
        if packed.landed != landed:
            yield Finding(
                "cost_misstated", f"box {number}", f"costs {landed}, the answer says {packed.landed}"
            )
        price += landed.total_minor if landed else box_minor
    value = {"fewest": len(answer.boxes), "volume": outer, "cost": price}[problem.objective]
    for name, said, true in (
        ("value", answer.value, value),
        ("outer_mm3", answer.outer_mm3, outer),
        ("price_minor", answer.price_minor, price),
    ):
        if said != true:
            yield Finding("figure_misstated", name, f"is {true}, the answer says {said}")
    if answer.lower_bound > value:
        yield Finding(
            "bound_too_high", "lower_bound", f"{answer.lower_bound} is above {value}, which was reached"
        )


def _outside(boxes: Mapping[str, Box], packed: PackedBox) -> Sides:
    """The sides of a parcel from outside."""
    if packed.box == OWN:
        unit = packed.placements[0]
        return (unit.length_mm, unit.width_mm, unit.height_mm)
    box = boxes[packed.box]
    if box.kind == "bag":
        thick = packed.thickness_mm
        return (box.length_mm - thick, box.width_mm - thick, thick)
    return (
        box.outer_length_mm or box.length_mm,
        box.outer_width_mm or box.width_mm,
        box.outer_height_mm or box.height_mm,
    )


def _air(boxes: Mapping[str, Box], packed: PackedBox) -> int:
    """Volume inside that is not goods."""
    if packed.box == OWN:
        return 0
    box = boxes[packed.box]
    length, width, height = box.length_mm, box.width_mm, box.height_mm
    if box.kind == "bag":
        length, width, height = _outside(boxes, packed)
    goods = sum(each.length_mm * each.width_mm * each.height_mm for each in packed.placements)
    return length * width * height - goods


def _landed(tariff: Tariff, box_minor: int, sides: Sides, packed: PackedBox, air_mm3: int) -> Landed:
    filler, rest = divmod(air_mm3 * tariff.filler_minor_per_l, 1_000_000)
    filler += 1 if rest else 0
    if tariff.rate is None:
        return Landed(box_minor=box_minor, filler_minor=filler, handling_minor=tariff.handling_minor)
    rate = tariff.rate
    real, rest = divmod(packed.weight_g * 1_000, rate.unit_mg)
    real += 1 if rest else 0
    by_size = _dimensional(rate, sides)
    billed = max(real, by_size)
    return Landed(
        box_minor=box_minor,
        filler_minor=filler,
        handling_minor=tariff.handling_minor,
        rate_minor=_looked_up(rate, billed),
        surcharges_minor=_surcharges(rate, sides, packed.weight_g),
        billed_units=billed,
        billed_by="size" if by_size > real else "mass",
    )


def _dimensional(rate: Rate, sides: Sides) -> int:
    if not rate.divisor or sides[0] * sides[1] * sides[2] <= rate.divisor_above_mm3:
        return 0
    cubic = 1
    for side in sides:
        whole, rest = divmod(side * 1_000, rate.side_unit_um)
        cubic *= whole + 1 if rest else whole
    units, rest = divmod(cubic, rate.divisor)
    return units + 1 if rest else units


def _looked_up(rate: Rate, units: int) -> int:
    for most, price in rate.steps:
        if units <= most:
            return price
    most, price = rate.steps[-1]
    return price + rate.over_minor * (units - most)


def _surcharges(rate: Rate, sides: Sides, gross_g: int) -> int:
    third, second, longest = sorted(sides)
    cm3, rest = divmod(third * second * longest, 1_000)
    measured = {
        "longest_mm": longest,
        "second_mm": second,
        "girth_mm": longest + 2 * second + 2 * third,
        "volume_cm3": cm3 + 1 if rest else cm3,
        "gross_g": gross_g,
    }
    return sum(each.price_minor for each in rate.surcharges if measured[each.measure] > each.above)
