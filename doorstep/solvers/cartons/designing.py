"""Which sizes of boxes should a house keep? The few that ship an order history for least, the packer being the judge.

Every candidate is tried on every order; then sizes are chosen one after the other, each time the one that saves most, and
exchanged as long as that saves anything: the p-median problem.

Source: Teitz and Bart, "Heuristic methods for estimating the generalized vertex median of a weighted graph", Operations
Research 16(5), 1968.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from doorstep.solvers.budget import Budget
from doorstep.solvers.cartons.answers import Answer
from doorstep.solvers.cartons.boxes import Box
from doorstep.solvers.cartons.goods import Item
from doorstep.solvers.cartons.questions import Packing
from doorstep.solvers.cartons.rates import Tariff
from doorstep.solvers.cartons.refusals import CartonRefused
from doorstep.solvers.cartons.solving import solve

MOST_ORDERS = 20_000
MOST_CANDIDATES = 200
MOST_EXCHANGES = 200

NEVER = 1 << 60
"""Cost of an order in a box that does not take it."""

FIRST_PLAN = Budget(work=0)

Order = Sequence[Item]
"""What one customer ordered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxSet:
    """Which `count` of these boxes ship these orders for least?

    Attributes:
        orders: a history; each order is what ships together.
        candidates: boxes to choose from.
        count: how many sizes to keep.
        tariff: what a parcel costs beside its box.
        present: boxes that are kept today, to compare with; may be none.
        support_pct: of `Packing`.

    Raises:
        CartonRefused: no orders or candidates, too many of them, a count that is out of range, or what `Packing` refuses.
    """

    orders: Sequence[Order]
    candidates: Sequence[Box]
    count: int
    tariff: Tariff
    present: Sequence[Box] = ()
    support_pct: int = 50

    def __post_init__(self) -> None:
        for name, number, most in (
            ("orders", len(self.orders), MOST_ORDERS),
            ("candidates", len(self.candidates), MOST_CANDIDATES),
        ):
            if not 1 <= number <= most:
                raise CartonRefused(
                    "number_out_of_range", name, f"{number} {name}: give between 1 and {most}"
                )
        if type(self.count) is not int or not 1 <= self.count <= len(self.candidates):
            raise CartonRefused(
                "number_out_of_range", "count", f"count is {self.count!r}, not in 1..{len(self.candidates)}"
            )
        for start in range(0, len(self.candidates), 100):
            Packing(items=(), boxes=self.candidates[start : start + 100], tariff=self.tariff)
        if self.present:
            Packing(items=(), boxes=self.present)


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """One chosen size.

    Attributes:
        box: the size.
        orders: how many orders would travel in it.
        saving_minor: what the history would cost more without it, the other sizes staying; of the largest, without which
            some orders could not ship, 0.
    """

    box: Box
    orders: int
    saving_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """The chosen sizes.

    Attributes:
        sizes: smallest first.
        cost_minor: of all orders, packed anew with these sizes together; they may split an order over several.
        parcels: how many parcels that makes.
        present_minor: the same with the boxes that are kept today; None: there are none, or they do not take every order.
        curve_minor: cost of the best 1, 2, ... sizes that were found, each order in boxes of one size.
        ladder: names of those 1, 2, ... sizes, smallest first.
        unserved: orders of which something fits in no candidate; no figure counts them.
        reasons: why, in sentences.
    """

    sizes: tuple[Size, ...]
    cost_minor: int
    parcels: int
    present_minor: int | None
    curve_minor: tuple[int, ...]
    ladder: tuple[tuple[str, ...], ...]
    unserved: tuple[int, ...]
    reasons: tuple[str, ...]


def design(problem: BoxSet, progress: Callable[[int, int], None] = lambda _done, _of: None) -> Design:
    """Choose sizes.

    Args:
        problem: history and candidates.
        progress: called with the number of orders that were tried in all candidates, and of all orders.
    """
    largest = max(range(len(problem.candidates)), key=lambda c: (problem.candidates[c].inner_mm3, c))
    costs: list[list[int]] = []
    unserved = []
    for number, order in enumerate(problem.orders):
        row = _row(problem, order, largest)
        if row is None:
            unserved.append(number)
        else:
            costs.append(row)
        progress(number + 1, len(problem.orders))
    chosen = [largest]
    best = [chosen]
    while len(chosen) < problem.count:
        chosen = _exchanged(costs, _grown(costs, chosen, len(problem.candidates)), largest)
        best.append(chosen)
    curve = [_total(costs, each) for each in best]
    rising = [sorted(each, key=lambda c: problem.candidates[c].inner_mm3) for each in best]
    served = [order for number, order in enumerate(problem.orders) if number not in set(unserved)]
    answers = [_packed(problem, order, [problem.candidates[c] for c in chosen]) for order in served]
    sizes = _sizes(problem, costs, rising[-1], largest)
    cost_minor = sum(answer.price_minor for answer in answers)
    present_minor = _present(problem, served)
    return Design(
        sizes=sizes,
        cost_minor=cost_minor,
        parcels=sum(len(answer.boxes) for answer in answers),
        present_minor=present_minor,
        curve_minor=tuple(curve),
        ladder=tuple(tuple(problem.candidates[c].name for c in each) for each in rising),
        unserved=tuple(unserved),
        reasons=tuple(_reasons(problem, sizes, cost_minor, present_minor, curve)),
    )


def _row(problem: BoxSet, order: Order, largest: int) -> list[int] | None:
    """What an order costs in one box of each candidate, or in as many of the largest as it needs."""
    row = []
    for number, box in enumerate(problem.candidates):
        only = box if number == largest else replace(box, stock=1)
        answer = _packed(problem, order, [only])
        if answer.unserved and number == largest:
            return None
        row.append(NEVER if answer.unserved else answer.price_minor)
    return row


def _packed(problem: BoxSet, order: Order, boxes: Sequence[Box]) -> Answer:
    packing = Packing(
        items=order,
        boxes=boxes,
        objective="cost",
        support_pct=problem.support_pct,
        tariff=problem.tariff,
    )
    return solve(packing, FIRST_PLAN)


def _total(costs: Sequence[Sequence[int]], chosen: Sequence[int]) -> int:
    return sum(min(row[c] for c in chosen) for row in costs)


def _grown(costs: Sequence[Sequence[int]], chosen: Sequence[int], candidates: int) -> list[int]:
    """Add the candidate that saves most."""
    best = [min(row[c] for c in chosen) for row in costs]
    rest = [c for c in range(candidates) if c not in chosen]
    saving = {
        c: sum(have - row[c] for have, row in zip(best, costs, strict=True) if row[c] < have) for c in rest
    }
    return [*chosen, max(rest, key=lambda c: (saving[c], -c))]


def _exchanged(costs: Sequence[Sequence[int]], chosen: list[int], largest: int) -> list[int]:
    """Exchange one size for another as long as that saves anything; the largest stays."""
    total = _total(costs, chosen)
    for _ in range(MOST_EXCHANGES):
        rivals = (
            [*(c for c in chosen if c != out), into]
            for out in chosen
            if out != largest
            for into in range(len(costs[0]) if costs else 0)
            if into not in chosen
        )
        better = next((rival for rival in rivals if _total(costs, rival) < total), None)
        if better is None:
            break
        chosen, total = better, _total(costs, better)
    return chosen


def _sizes(
    problem: BoxSet, costs: Sequence[Sequence[int]], chosen: Sequence[int], largest: int
) -> tuple[Size, ...]:
    total = _total(costs, chosen)
    used = [min(chosen, key=lambda c: (row[c], c)) for row in costs]
    return tuple(
        Size(
            box=problem.candidates[c],
            orders=used.count(c),
            saving_minor=0 if c == largest else _total(costs, [o for o in chosen if o != c]) - total,
        )
        for c in chosen
    )


def _present(problem: BoxSet, orders: Sequence[Order]) -> int | None:
    if not problem.present:
        return None
    answers = [_packed(problem, order, problem.present) for order in orders]
    return None if any(each.unserved for each in answers) else sum(each.price_minor for each in answers)


def _reasons(
    problem: BoxSet, sizes: Sequence[Size], cost_minor: int, present_minor: int | None, curve: Sequence[int]
) -> list[str]:
    told = [f"{len(problem.orders)} orders ship for {cost_minor} in {len(sizes)} sizes"]
    if present_minor is not None:
        told.append(f"with the boxes of today they ship for {present_minor}")
    for size in sizes:
        name = size.box.name
        if size.saving_minor:
            told.append(f"{name}: {size.orders} orders; without it they would cost {size.saving_minor} more")
        else:
            told.append(f"{name}: {size.orders} orders; kept because it takes what no other size takes")
    for number, (before, after) in enumerate(pairwise(curve), 2):
        told.append(f"size number {number} saves {before - after}")
    return told
