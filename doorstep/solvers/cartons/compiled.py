"""Asks the compiled twin of the search, `native/cartons`; for equal seed and work it finds what `searching.search` does."""

from collections.abc import Sequence
from typing import Any

from doorstep.solvers.cartons.kinds import Goods, Kind
from doorstep.solvers.cartons.plans import Load, Plan
from doorstep.solvers.cartons.pricing import Prices, sized
from doorstep.solvers.cartons.questions import Packing
from doorstep.solvers.cartons.rates import Tariff
from doorstep.solvers.cartons.searching import Search, Searched
from doorstep.solvers.cartons.spaces import Block
from doorstep.solvers.cartons.vessels import Vessel

MOST_FLOOR = 10**18
"""Dearer boxes could overflow a product of the bounds; nobody has them."""

OBJECTIVES = ("fewest", "volume", "cost")
MASK = (1 << 64) - 1


def search(core: Any, asked: Search) -> Searched | None:
    """Search by the compiled core; None where its numbers would not do."""
    problem, goods, vessels, budget, warm = (
        asked.problem,
        asked.goods,
        asked.vessels,
        asked.budget,
        asked.warm,
    )
    prices = Prices(problem, vessels)
    if any(floor > MOST_FLOOR for floor in prices.floors):
        return None
    loads, left, bound, passed_over, work = core.search(
        [_kind(kind) for kind in goods.kinds],
        goods.support_pct,
        goods.heedful,
        goods.sets,
        [_vessel(problem, vessel) for vessel in vessels],
        OBJECTIVES.index(problem.objective),
        problem.even,
        _tariff(problem.tariff),
        asked.counts,
        asked.stock,
        *budget.limits,
        budget.processor,
        asked.seed & MASK,
        None
        if warm is None
        else ([(load.vessel, load.blocks, load.counts) for load in warm.loads], warm.left),
        lambda halves: asked.improved(_joined(halves)),
    )
    plan = Plan(
        tuple(_load(goods, prices, vessel, blocks, taken) for vessel, blocks, taken in loads), tuple(left)
    )
    return Searched(
        plan=plan,
        value=sum(load.measures[0] for load in plan.loads),
        bound=_joined(bound),
        passed_over=tuple(passed_over),
        work=work,
        engine="compiled",
    )


def _joined(halves: tuple[int, int]) -> int:
    return (halves[0] << 64) | halves[1]


def _kind(kind: Kind) -> tuple[object, ...]:
    return (
        kind.shapes,
        kind.weight_g,
        (kind.fragile, kind.top_load_g, kind.crush_class, kind.floor_only),
        (kind.tags, kind.foes),
        (len(kind.units), kind.rank, kind.volume_mm3, kind.sides),
    )


def _vessel(problem: Packing, vessel: Vessel) -> tuple[object, ...]:
    box = problem.boxes[vessel.box]
    rate = problem.tariff.rate if problem.tariff else None
    by_size = sized(rate, vessel.outer) if rate else None
    return (
        vessel.box,
        vessel.sides,
        (vessel.room_g, vessel.room_mm3, vessel.room_units),
        (vessel.inner_mm3, vessel.outer_mm3, box.tare_g),
        (box.price_minor, by_size.units, by_size.surcharges_minor) if by_size else (box.price_minor, 0, 0),
    )


def _tariff(tariff: Tariff | None) -> tuple[object, ...] | None:
    if tariff is None:
        return None
    rate = tariff.rate
    return (
        tariff.handling_minor,
        tariff.filler_minor_per_l,
        None
        if rate is None
        else (
            [tuple(step) for step in rate.steps],
            rate.over_minor,
            rate.unit_mg,
            [(each.above, each.price_minor) for each in rate.surcharges if each.measure == "gross_g"],
        ),
    )


def _load(
    goods: Goods, prices: Prices, vessel: int, blocks: Sequence[tuple[Any, ...]], taken: Sequence[int]
) -> Load:
    mass = volume = 0
    for count, kind in zip(taken, goods.kinds, strict=True):
        mass += count * kind.weight_g
        volume += count * kind.volume_mm3
    return Load(
        vessel, tuple([Block(*block) for block in blocks]), tuple(taken), prices.of(vessel, mass, volume)
    )
