"""Cartonization from question to answer."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from doorstep.solvers.budget import Budget
from doorstep.solvers.cartons.answers import Answer, PackedBox, Placement, Unserved
from doorstep.solvers.cartons.balancing import balanced
from doorstep.solvers.cartons.dividing import Division, Load, Plan
from doorstep.solvers.cartons.filling import holds
from doorstep.solvers.cartons.kinds import Kind, kinds_of
from doorstep.solvers.cartons.questions import MOST_UNITS, Packing
from doorstep.solvers.cartons.spaces import Block, units_of


def solve(
    problem: Packing,
    budget: Budget,
    seed: int = 1,
    warm: Answer | None = None,
    improved: Callable[[int], None] = lambda _value: None,
) -> Answer:
    """Pack goods into boxes.

    Args:
        problem: goods, boxes and objective.
        budget: seconds, or units of work: one per attempt to repack a part, after a first plan that any budget gives. The
            search ends early when nothing can be better; then masses are evened out at the same cost.
        seed: of the search.
        warm: an answer to the same problem to start from.
        improved: called with the value whenever it falls.
    """
    kinds = kinds_of(problem.items)
    counts, unserved = _sorted_out(problem, kinds)
    search = Division(problem, kinds, budget.start())
    stock = _stock(problem)
    plan = search.first_plan(counts, stock)
    if warm is not None:
        again = _warmed(problem, kinds, warm, counts)
        plan = min(plan, again, key=search.cost) if again else plan
    plan = search.improve(plan, stock, seed, lambda better: improved(_value(problem, better)))
    return _answer(problem, search, balanced(search, plan, stock), unserved, counts)


def _stock(problem: Packing) -> list[int]:
    """Return how many boxes of each type may be used; none of those that are too heavy when empty."""
    limits = [MOST_UNITS if box.stock is None else box.stock for box in problem.boxes]
    return [limit if box.room_g >= 0 else 0 for limit, box in zip(limits, problem.boxes, strict=True)]


def _sorted_out(problem: Packing, kinds: Sequence[Kind]) -> tuple[list[int], list[Unserved]]:
    """Count the units that some box takes; say of the others why none does."""
    counts, unserved = [], []
    for kind in kinds:
        if any(kind.goes_in(box) for box in problem.boxes):
            counts.append(len(kind.units))
            continue
        counts.append(0)
        by_size = [box for box in problem.boxes if kind.fits(box.sides)]
        for item in dict.fromkeys(kind.units):
            name = problem.items[item].name
            if by_size:
                most = max(box.room_g for box in by_size)
                message = (
                    f"{name!r} weighs {kind.weight_g} g; the boxes it fits in take at most {most} g of goods"
                )
            else:
                low, middle, high = kind.sides
                message = f"{name!r} of {low} x {middle} x {high} mm fits in no box: add a larger one"
            unserved.append(
                Unserved(
                    item=item,
                    quantity=kind.units.count(item),
                    constraint="max_gross_g" if by_size else "size",
                    message=message,
                )
            )
    return counts, unserved


def _warmed(problem: Packing, kinds: Sequence[Kind], warm: Answer, counts: Sequence[int]) -> Plan | None:
    """Rebuild an earlier plan, if it holds for this problem."""
    kind_of = {item: k for k, kind in enumerate(kinds) for item in kind.units}
    index = {box.name: number for number, box in enumerate(problem.boxes)}
    stock = _stock(problem)
    left = list(counts)
    loads = []
    for packed in warm.boxes:
        box = index.get(packed.box)
        if box is None or any(each.item not in kind_of for each in packed.placements):
            return None
        placed = [
            Block(kind_of[each.item], each.x_mm, each.y_mm, each.z_mm, each.shape)
            for each in packed.placements
        ]
        taken = [sum(each.kind == k for each in placed) for k in range(len(kinds))]
        stock[box] -= 1
        left = [have - less for have, less in zip(left, taken, strict=True)]
        mass = sum(kind.weight_g * count for kind, count in zip(kinds, taken, strict=True))
        if stock[box] < 0 or min(left) < 0 or mass > problem.boxes[box].room_g:
            return None
        if not placed or not holds(problem.boxes[box], kinds, placed, problem.support_pct):
            return None
        loads.append(Load(box, tuple(placed), tuple(taken)))
    return Plan(tuple(loads), tuple(left))


def _value(problem: Packing, plan: Plan) -> int:
    if problem.objective == "fewest":
        return len(plan.loads)
    boxes = [problem.boxes[load.box] for load in plan.loads]
    if problem.objective == "volume":
        return sum(box.outer_mm3 for box in boxes)
    return sum(box.price_minor for box in boxes)


def _answer(
    problem: Packing, search: Division, plan: Plan, unserved: list[Unserved], counts: Sequence[int]
) -> Answer:
    units = [list(kind.units) for kind in search.kinds]
    boxes = [_packed(problem, search.kinds, load, units) for load in plan.loads]
    for k, count in enumerate(plan.left):
        if count:
            unserved.extend(_left_out(problem, search.kinds[k], units[k], plan))
    served = [count - out for count, out in zip(counts, plan.left, strict=True)]
    costs = [measure[0] for measure in search.measures]
    value = _value(problem, plan)
    bound = search.bounds.least(costs, served, value) if any(served) else 0
    held = [problem.boxes[load.box] for load in plan.loads]
    return Answer(
        boxes=tuple(boxes),
        value=value,
        lower_bound=bound,
        outer_mm3=sum(box.outer_mm3 for box in held),
        price_minor=sum(box.price_minor for box in held),
        unserved=tuple(sorted(unserved, key=lambda each: each.item)),
        work=search.work,
        engine="pure",
        reasons=tuple(_reasons(problem, search, plan, value, bound)),
    )


def _packed(problem: Packing, kinds: Sequence[Kind], load: Load, units: list[list[int]]) -> PackedBox:
    """Name the units of a filled box, in an order that a person can follow."""
    box = problem.boxes[load.box]
    placements = []
    for k, x, y, z, (length, width, height), *_ in _in_packing_order(units_of(load.blocks)):
        placements.append(
            Placement(
                item=units[k].pop(0),
                x_mm=x,
                y_mm=y,
                z_mm=z,
                length_mm=length,
                width_mm=width,
                height_mm=height,
            )
        )
    goods_g = sum(count * kind.weight_g for count, kind in zip(load.counts, kinds, strict=True))
    goods_mm3 = sum(count * kind.volume_mm3 for count, kind in zip(load.counts, kinds, strict=True))
    return PackedBox(
        box=box.name,
        placements=tuple(placements),
        weight_g=box.tare_g + goods_g,
        fill_pct=goods_mm3 * 1000 // box.inner_mm3 / 10,
    )


def _in_packing_order(units: Sequence[Block]) -> Iterator[Block]:
    """Bottom up, back to front, left to right, but a stack of alike units at once.

    By the height of where they begin, stacks can be lowered straight down one after the other: whatever is over the same
    floor either lies below the stack, and so begins lower, or lies on it.
    """
    waiting = dict.fromkeys(sorted(units, key=lambda each: (each.z, each.y, each.x)))
    while waiting:
        following = next(iter(waiting))
        while following in waiting:
            del waiting[following]
            yield following
            following = following._replace(z=following.z + following.shape[2])


def _left_out(problem: Packing, kind: Kind, units: list[int], plan: Plan) -> Iterator[Unserved]:
    """Say of units that fit in boxes why they are in none."""
    used = Counter(load.box for load in plan.loads)
    late = any(
        kind.goes_in(box) and (box.stock is None or used[number] < box.stock)
        for number, box in enumerate(problem.boxes)
    )
    cure = "the time was up: allow more" if late else "there are not enough boxes in stock: add boxes"
    for item, quantity in Counter(units).items():
        yield Unserved(
            item=item,
            quantity=quantity,
            constraint="budget" if late else "stock",
            message=f"{quantity} x {problem.items[item].name!r} left out: {cure}",
        )


def _reasons(problem: Packing, search: Division, plan: Plan, value: int, bound: int) -> list[str]:
    if not plan.loads:
        return ["nothing to pack"]
    names = [problem.boxes[load.box].name for load in plan.loads]
    counted = ", ".join(f"{names.count(name)} x {name}" for name in dict.fromkeys(names))
    reasons = [counted]
    if value == bound:
        reasons.append("no packing can do with less")
    else:
        reasons.append(f"every packing needs at least {bound}; this one has {value}")
    if len(plan.loads) == 1:
        reasons.extend(_why_not_smaller(problem, search, plan.loads[0]))
    return reasons


def _why_not_smaller(problem: Packing, search: Division, load: Load) -> list[str]:
    """Say of each cheaper box why it was not taken."""
    reasons = []
    counts = list(load.counts)
    goods_mm3 = sum(count * kind.volume_mm3 for count, kind in zip(counts, search.kinds, strict=True))
    goods_g = sum(count * kind.weight_g for count, kind in zip(counts, search.kinds, strict=True))
    for number in search.by_cost[: search.by_cost.index(load.box)]:
        box = problem.boxes[number]
        if box.stock == 0:
            why = "none in stock"
        elif any(
            count and not kind.fits(box.sides) for count, kind in zip(counts, search.kinds, strict=True)
        ):
            why = "something is too long for it"
        elif goods_g > box.room_g:
            why = f"{goods_g} g of goods, it takes {box.room_g} g"
        elif goods_mm3 > box.inner_mm3:
            why = "the goods have more volume than it"
        elif search.bounds.excludes(number, counts):
            why = "the sides of the goods do not go together in it"
        else:
            why = "no way to lay the goods in it was found"
        reasons.append(f"not {box.name}: {why}")
    return reasons
