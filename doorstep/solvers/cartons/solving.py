"""Cartonization from question to answer."""

from collections.abc import Callable, Sequence

from doorstep.solvers.budget import Budget
from doorstep.solvers.cartons import compiled
from doorstep.solvers.cartons.answering import answer_of
from doorstep.solvers.cartons.answers import Answer, Unserved
from doorstep.solvers.cartons.filling import holds
from doorstep.solvers.cartons.kinds import Goods, Kind, goods_of
from doorstep.solvers.cartons.plans import Load, Plan
from doorstep.solvers.cartons.pricing import Prices
from doorstep.solvers.cartons.questions import Packing
from doorstep.solvers.cartons.refusals import MOST_UNITS
from doorstep.solvers.cartons.searching import Search, search
from doorstep.solvers.cartons.spaces import Block
from doorstep.solvers.cartons.trying import Trials
from doorstep.solvers.cartons.vessels import Vessel, vessels_of
from doorstep.solvers.compiled import core


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
        improved: called with the value of what goes into boxes whenever it falls.
    """
    goods = goods_of(problem)
    vessels = vessels_of(problem.boxes, goods.kinds, MOST_UNITS)
    counts, unserved = _sorted_out(problem, goods, vessels)
    stock = [0 if box.room_g < 0 else MOST_UNITS if box.stock is None else box.stock for box in problem.boxes]
    earlier = None if warm is None else _warmed(problem, goods, vessels, warm, counts, stock)
    asked = Search(
        problem=problem,
        goods=goods,
        vessels=vessels,
        counts=counts,
        stock=stock,
        budget=budget,
        seed=seed,
        warm=earlier,
        improved=improved,
    )
    native = core("cartons")
    searched = (native and compiled.search(native, asked)) or search(asked)
    return answer_of(problem, goods, vessels, searched, unserved)


def _sorted_out(
    problem: Packing, goods: Goods, vessels: Sequence[Vessel]
) -> tuple[list[int], list[Unserved]]:
    """Count the units that some box takes; say of the others why none does."""
    counts, unserved = [], []
    for kind in goods.kinds:
        if any(vessel.takes(kind) for vessel in vessels):
            counts.append(len(kind.units))
            continue
        counts.append(0)
        constraint, why = _why_out(kind, vessels)
        for item in dict.fromkeys(kind.units):
            message = f"{problem.items[item].name!r} {why}"
            unserved.append(
                Unserved(item=item, quantity=kind.units.count(item), constraint=constraint, message=message)
            )
    torn = {kind.together for kind, count in zip(goods.kinds, counts, strict=True) if not count} - {-1}
    for k, kind in enumerate(goods.kinds):
        if kind.together in torn and counts[k]:
            counts[k] = 0
            for item in dict.fromkeys(kind.units):
                name = problem.items[item].name
                unserved.append(
                    Unserved(
                        item=item,
                        quantity=kind.units.count(item),
                        constraint="together",
                        message=f"{name!r} stays with its set, of which something fits in no box",
                    )
                )
    return counts, unserved


def _why_out(kind: Kind, vessels: Sequence[Vessel]) -> tuple[str, str]:
    """Return the constraint that keeps a kind out of all boxes, and the same in words."""
    by_size = [vessel for vessel in vessels if kind.fits(vessel.sides)]
    low, middle, high = kind.sides
    if not by_size:
        return "size", f"of {low} x {middle} x {high} mm fits in no box: add a larger one"
    most = max(vessel.room_g for vessel in by_size)
    if most < kind.weight_g:
        return (
            "max_gross_g",
            f"weighs {kind.weight_g} g; the boxes it fits in take at most {most} g of goods",
        )
    return "most_fill_pct", "fills the boxes it fits in further than they may be filled: add a larger one"


def _warmed(
    problem: Packing,
    goods: Goods,
    vessels: Sequence[Vessel],
    warm: Answer,
    counts: Sequence[int],
    stock: Sequence[int],
) -> Plan | None:
    """Rebuild an earlier plan, if it holds for this problem."""
    trials = Trials(goods, vessels, Prices(problem, vessels), lambda: False)
    kind_of = {item: k for k, kind in enumerate(goods.kinds) for item in kind.units}
    index = {(problem.boxes[each.box].name, each.thickness_mm): number for number, each in enumerate(vessels)}
    stock, left = list(stock), list(counts)
    loads: list[Load] = []
    for packed in warm.boxes:
        if all(problem.items[each.item].own_container for each in packed.placements):
            continue
        vessel = index.get((packed.box, packed.thickness_mm))
        if vessel is None or any(each.item not in kind_of for each in packed.placements):
            return None
        free = problem.boxes[vessels[vessel].box].clearance_mm
        placed = [
            Block(kind_of[each.item], each.x_mm - free, each.y_mm - free, each.z_mm - free, each.shape)
            for each in packed.placements
        ]
        taken = [sum(each.kind == k for each in placed) for k in range(len(goods.kinds))]
        stock[vessels[vessel].box] -= 1
        left = [have - less for have, less in zip(left, taken, strict=True)]
        if stock[vessels[vessel].box] < 0 or min(left) < 0 or not trials.may_take(vessel, taken):
            return None
        if not placed or not holds(vessels[vessel], goods, placed):
            return None
        loads.append(trials.load(vessel, placed, taken))
    return Plan(tuple(loads), tuple(left))
