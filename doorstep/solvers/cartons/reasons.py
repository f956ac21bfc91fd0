"""Says in sentences why a packing is as it is."""

from collections.abc import Iterator, Sequence

from doorstep.solvers.cartons.answers import PackedBox
from doorstep.solvers.cartons.kinds import Goods
from doorstep.solvers.cartons.plans import Load
from doorstep.solvers.cartons.questions import Packing
from doorstep.solvers.cartons.rates import Landed
from doorstep.solvers.cartons.searching import Searched
from doorstep.solvers.cartons.vessels import Vessel


def reasons_of(
    problem: Packing,
    goods: Goods,
    vessels: Sequence[Vessel],
    searched: Searched,
    packed: Sequence[PackedBox],
    alone: int,
) -> tuple[str, ...]:
    """Return what was taken, how good that is, what it costs, and what was passed over.

    Args:
        problem: the question.
        goods: its kinds.
        vessels: ways to use its boxes.
        searched: what was found.
        packed: all parcels.
        alone: value of the units that ship as they are.
    """
    if not packed:
        return ("nothing to pack",)
    names = [each.box for each in packed]
    reasons = [", ".join(f"{names.count(name)} x {name}" for name in dict.fromkeys(names))]
    if searched.value == searched.bound:
        reasons.append("no packing can do with less")
    else:
        value, bound = searched.value + alone, searched.bound + alone
        reasons.append(f"every packing needs at least {bound}; this one has {value}")
    if problem.objective == "cost" and problem.tariff:
        reasons.extend(_cost(each) for each in packed)
    loads = searched.plan.loads
    if len(loads) == 1:
        reasons.extend(_passed_over(problem, goods, vessels, searched, loads[0]))
    elif problem.objective == "cost" and len(loads) > 1:
        reasons.append("no single box was found that costs less than these together")
    return tuple(reasons)


def _cost(packed: PackedBox) -> str:
    cost = packed.landed
    assert cost is not None  # noqa: S101 - where there is a tariff every parcel has its cost
    parts = ", ".join(f"{name} {part}" for name, part in _parts(cost) if part)
    billed = f"; billed for {cost.billed_units} units of {cost.billed_by}" if cost.rate_minor else ""
    return f"{packed.box} costs {cost.total_minor}: {parts or 'nothing'}{billed}"


def _parts(cost: Landed) -> tuple[tuple[str, int], ...]:
    return (
        ("box", cost.box_minor),
        ("filler", cost.filler_minor),
        ("handling", cost.handling_minor),
        ("carrier", cost.rate_minor),
        ("surcharges", cost.surcharges_minor),
    )


def _passed_over(
    problem: Packing, goods: Goods, vessels: Sequence[Vessel], searched: Searched, load: Load
) -> Iterator[str]:
    """Say of each vessel that would have cost less why it was not taken."""
    kinds = [(count, kind) for count, kind in zip(load.counts, goods.kinds, strict=True) if count]
    units = sum(count for count, _ in kinds)
    goods_mm3 = sum(count * kind.volume_mm3 for count, kind in kinds)
    goods_g = sum(count * kind.weight_g for count, kind in kinds)
    for number, excluded in searched.passed_over:
        vessel = vessels[number]
        box = problem.boxes[vessel.box]
        if box.stock == 0:
            why = "none in stock"
        elif not all(kind.fits(vessel.sides) for _, kind in kinds):
            why = "something is too long for it"
        elif goods_g > vessel.room_g:
            why = f"{goods_g} g of goods, it takes {box.room_g} g"
        elif units > vessel.room_units:
            why = f"{units} units, it takes {vessel.room_units}"
        elif goods_mm3 > vessel.room_mm3:
            why = "the goods have more volume than it"
        elif excluded:
            why = "the sides of the goods do not go together in it"
        else:
            why = "no way to lay the goods in it was found"
        thick = f" at {vessel.thickness_mm} mm" if vessel.thickness_mm else ""
        yield f"not {box.name}{thick}: {why}"
