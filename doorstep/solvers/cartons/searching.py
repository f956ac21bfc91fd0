"""The search in pure Python: from goods, vessels and stock to a plan. `native/cartons` is its compiled twin."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from doorstep.solvers.budget import Budget
from doorstep.solvers.cartons.balancing import balanced
from doorstep.solvers.cartons.dividing import Division
from doorstep.solvers.cartons.kinds import Goods
from doorstep.solvers.cartons.plans import Plan
from doorstep.solvers.cartons.questions import Packing
from doorstep.solvers.cartons.vessels import Vessel


@dataclass(frozen=True, slots=True, kw_only=True)
class Searched:
    """What a search found.

    Attributes:
        plan: the best plan.
        value: its first measure.
        bound: no plan for the same units has a smaller one.
        passed_over: where one vessel took everything: each that would have cost less, and whether a bound excludes it.
        work: vessels filled.
        engine: who searched.
    """

    plan: Plan
    value: int
    bound: int
    passed_over: tuple[tuple[int, bool], ...]
    work: int
    engine: Literal["pure", "compiled"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What is searched for, the same for both engines.

    Attributes:
        problem: objective and prices.
        goods: kinds and their sets.
        vessels: ways to use the boxes.
        counts: units to pack, per kind; each fits some vessel.
        stock: boxes per type.
        budget: of `solve`.
        seed: of `solve`.
        warm: a plan that is known to hold.
        improved: of `solve`.
    """

    problem: Packing
    goods: Goods
    vessels: Sequence[Vessel]
    counts: Sequence[int]
    stock: Sequence[int]
    budget: Budget
    seed: int
    warm: Plan | None
    improved: Callable[[int], None]


def search(asked: Search) -> Searched:
    """Search in pure Python."""
    division = Division(
        asked.problem,
        asked.goods,
        asked.vessels,
        asked.budget.start(),
        timed=asked.budget.seconds is not None,
    )
    plan = division.first_plan(list(asked.counts), asked.stock)
    if asked.warm is not None:
        plan = min(plan, asked.warm, key=division.cost)
    plan = division.improve(
        plan, asked.stock, asked.seed, lambda better: asked.improved(division.cost(better)[1])
    )
    plan = balanced(division, plan, asked.stock)
    value = division.cost(plan)[1]
    served = [count - out for count, out in zip(asked.counts, plan.left, strict=True)]
    bounds = division.trials.bounds
    passed_over: list[tuple[int, bool]] = []
    if len(plan.loads) == 1:
        load = plan.loads[0]
        order = division.by_cost(load.counts)
        passed_over = [(v, bounds.excludes(v, load.counts)) for v in order[: order.index(load.vessel)]]
    return Searched(
        plan=plan,
        value=value,
        bound=bounds.least(division.prices.floors, served, value) if any(served) else 0,
        passed_over=tuple(passed_over),
        work=division.trials.work,
        engine="pure",
    )
