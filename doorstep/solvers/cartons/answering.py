"""Turns a plan into an answer: units by name, in an order that a person can follow, with figures and reasons."""

from collections import Counter
from collections.abc import Iterator, Sequence
from operator import itemgetter

from doorstep.solvers.cartons.answers import Answer, PackedBox, Placement, Unserved
from doorstep.solvers.cartons.boxes import OWN
from doorstep.solvers.cartons.goods import Item, Shape
from doorstep.solvers.cartons.kinds import Goods, Kind
from doorstep.solvers.cartons.plans import Load, Plan
from doorstep.solvers.cartons.pricing import landed
from doorstep.solvers.cartons.questions import Packing
from doorstep.solvers.cartons.reasons import reasons_of
from doorstep.solvers.cartons.searching import Searched
from doorstep.solvers.cartons.spaces import Block, units_of
from doorstep.solvers.cartons.vessels import Vessel

Unit = tuple[int, int, int, int, Shape, int, int, int]
"""A block of one unit, as a plain tuple."""

_LOW_BACK_LEFT = itemgetter(3, 2, 1)
"""Of a block: z, y, x."""


def answer_of(
    problem: Packing,
    goods: Goods,
    vessels: Sequence[Vessel],
    searched: Searched,
    unserved: list[Unserved],
) -> Answer:
    """Return the answer for what a search found, with the units that ship as they are."""
    plan = searched.plan
    units = [list(kind.units) for kind in goods.kinds]
    boxes = [_packed(problem, goods.kinds, vessels[load.vessel], load, units) for load in plan.loads]
    for k, count in enumerate(plan.left):
        if count:
            unserved.extend(_left_out(problem, goods.kinds[k], units[k], plan, vessels))
    own = [
        (_own(problem, index), item)
        for index, item in enumerate(problem.items)
        if item.own_container
        for _ in range(item.quantity)
    ]
    own_mm3 = sum(item.volume_mm3 for _, item in own)
    own_minor = sum(_price(box, 0) for box, _ in own)
    outer_mm3 = sum(vessels[load.vessel].outer_mm3 for load in plan.loads) + own_mm3
    price_minor = own_minor + sum(
        _price(box, problem.boxes[vessels[load.vessel].box].price_minor)
        for box, load in zip(boxes, plan.loads, strict=True)
    )
    alone = {"fewest": len(own), "volume": own_mm3, "cost": own_minor}[problem.objective]
    return Answer(
        boxes=(*boxes, *(box for box, _ in own)),
        value=searched.value + alone,
        lower_bound=searched.bound + alone,
        outer_mm3=outer_mm3,
        price_minor=price_minor,
        unserved=tuple(sorted(unserved, key=lambda each: each.item)),
        work=searched.work,
        engine=searched.engine,
        reasons=reasons_of(problem, goods, vessels, searched, (*boxes, *(box for box, _ in own)), alone),
    )


def _price(packed: PackedBox, box_minor: int) -> int:
    return box_minor if packed.landed is None else packed.landed.total_minor


def _packed(
    problem: Packing, kinds: Sequence[Kind], vessel: Vessel, load: Load, units: list[list[int]]
) -> PackedBox:
    """Name the units of a filled box, in an order that a person can follow."""
    box = problem.boxes[vessel.box]
    free = box.clearance_mm
    numbers = [iter(each) for each in units]
    placements = [
        Placement(
            item=next(numbers[k]),
            x_mm=x + free,
            y_mm=y + free,
            z_mm=z + free,
            length_mm=length,
            width_mm=width,
            height_mm=height,
        )
        for k, x, y, z, (length, width, height), *_ in _in_packing_order(units_of(load.blocks))
    ]
    for k, count in enumerate(load.counts):
        del units[k][:count]
    goods_g = sum(count * kind.weight_g for count, kind in zip(load.counts, kinds, strict=True))
    goods_mm3 = sum(count * kind.volume_mm3 for count, kind in zip(load.counts, kinds, strict=True))
    gross_g = box.tare_g + goods_g
    return PackedBox(
        box=box.name,
        placements=tuple(placements),
        weight_g=gross_g,
        fill_pct=goods_mm3 * 1000 // vessel.inner_mm3 / 10,
        thickness_mm=vessel.thickness_mm,
        landed=landed(problem.tariff, box.price_minor, vessel.outer, gross_g, vessel.inner_mm3 - goods_mm3)
        if problem.tariff
        else None,
    )


def _own(problem: Packing, index: int) -> PackedBox:
    """A unit that ships as it is, a parcel of its own."""
    item: Item = problem.items[index]
    sides: Shape = item.sides
    return PackedBox(
        box=OWN,
        placements=(
            Placement(
                item=index,
                x_mm=0,
                y_mm=0,
                z_mm=0,
                length_mm=sides[0],
                width_mm=sides[1],
                height_mm=sides[2],
            ),
        ),
        weight_g=item.weight_g,
        fill_pct=100.0,
        landed=landed(problem.tariff, 0, sides, item.weight_g, 0) if problem.tariff else None,
    )


def _in_packing_order(units: Sequence[Block]) -> Iterator[Unit]:
    """Bottom up, back to front, left to right, but a stack of alike units at once.

    By the height of where they begin, stacks can be lowered straight down one after the other: whatever is over the same
    floor either lies below the stack, and so begins lower, or lies on it.
    """
    waiting: dict[Unit, None] = dict.fromkeys(sorted(units, key=_LOW_BACK_LEFT))
    for first in list(waiting):
        following: Unit = first
        while following in waiting:
            del waiting[following]
            yield following
            k, x, y, z, shape, *_ = following
            following = (k, x, y, z + shape[2], shape, 1, 1, 1)


def _left_out(
    problem: Packing, kind: Kind, units: list[int], plan: Plan, vessels: Sequence[Vessel]
) -> Iterator[Unserved]:
    """Say of units that fit in boxes why they are in none."""
    used = Counter(vessels[load.vessel].box for load in plan.loads)
    stocked = any(
        vessel.takes(kind)
        and ((stock := problem.boxes[vessel.box].stock) is None or used[vessel.box] < stock)
        for vessel in vessels
    )
    constraint, cure = "stock", "there are not enough boxes in stock: add boxes"
    if stocked and kind.together >= 0:
        constraint, cure = "together", "no box was found that takes the whole set: add a larger one"
    elif stocked:
        constraint, cure = "budget", "the time was up: allow more"
    for item, quantity in Counter(units).items():
        yield Unserved(
            item=item,
            quantity=quantity,
            constraint=constraint,
            message=f"{quantity} x {problem.items[item].name!r} left out: {cure}",
        )
