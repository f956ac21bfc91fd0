"""Divides goods over boxes: one box if one will do, else greedily, then by repacking a few boxes at a time.

Source of the repacking: Schrimpf, Schneider, Stamm-Wilbrandt, Dueck, "Record breaking optimization results using the
ruin and recreate principle", Journal of Computational Physics 159, 2000.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product

from doorstep.solvers.budget import Meter
from doorstep.solvers.cartons.blocks import Builder, Luck
from doorstep.solvers.cartons.bounds import Bounds
from doorstep.solvers.cartons.filling import Counts, Start, fill, first_starts, random_start
from doorstep.solvers.cartons.kinds import Kind
from doorstep.solvers.cartons.patterns import Pattern, pattern
from doorstep.solvers.cartons.questions import Packing
from doorstep.solvers.cartons.spaces import Block
from doorstep.solvers.draws import Draws

QUICK_STARTS = 3
"""Starts before a bound is asked whether more make sense, and starts per box within a greedy division."""

LUCK = 4
"""One in so many random ways is by blocks, or by a pattern where there is one kind only."""

LUCKY_STARTS = 60
"""Random starts for goods that may or may not go into one box."""

FIRST_DIVISIONS = 12
"""Greedy divisions tried before repacking begins."""

Way = Start | Luck | Pattern
"""How to fill a box."""

Cost = tuple[int, int, int]
"""Volume left out, then the two measures of the objective; less is better."""


@dataclass(frozen=True, slots=True)
class Load:
    """One filled box: index of its type, what lies where, units per kind."""

    box: int
    blocks: tuple[Block, ...]
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """Filled boxes, and what is left out for want of boxes."""

    loads: tuple[Load, ...]
    left: tuple[int, ...]


class Division:
    """The search for one question.

    Attributes:
        work: boxes filled so far.
    """

    def __init__(self, problem: Packing, kinds: Sequence[Kind], meter: Meter) -> None:
        self.problem = problem
        self.kinds = kinds
        self.boxes = problem.boxes
        self.bounds = Bounds(problem.boxes, kinds)
        self.starts: list[Way] = [*first_starts(kinds), Luck()]
        self._builders: dict[int, Builder] = {}
        self.work = 0
        self._meter = meter
        self.measures = [_measures(problem, box) for box in range(len(self.boxes))]
        self.by_cost = sorted(range(len(self.boxes)), key=lambda box: (*self.measures[box], box))
        self._patterns: dict[tuple[int, int], list[Block]] = {}
        self._first = frozenset(self.starts)
        self._lucky: list[Start] | None = None
        self._failed: set[tuple[int, tuple[int, ...]]] = set()

    def spent(self) -> bool:
        """Take one unit of the budget."""
        return self._meter.spent()

    def late(self) -> bool:
        """Whether the time is up; never by work, which counts whole attempts."""
        return self._meter.late()

    def cost(self, plan: Plan) -> Cost:
        """Return what a plan costs."""
        out = sum(count * kind.volume_mm3 for count, kind in zip(plan.left, self.kinds, strict=True))
        return (
            out,
            sum(self.measures[load.box][0] for load in plan.loads),
            sum(self.measures[load.box][1] for load in plan.loads),
        )

    def whole(self, counts: Counts, stock: Sequence[int], starts: Sequence[Way]) -> Load | None:
        """Return the cheapest box that takes all these units, if a start finds one."""
        for box in self.by_cost:
            if stock[box] and self.may_take(box, counts):
                load = self.try_box(box, counts, starts)
                if load:
                    return load
        return None

    def may_take(self, box: int, counts: Counts) -> bool:
        """Whether volume, mass and the size of each unit allow one box of this type; says nothing of how."""
        held = self.boxes[box]
        volume = mass = 0
        for count, kind in zip(counts, self.kinds, strict=True):
            if count:
                if not kind.fits(held.sides):
                    return False
                volume += count * kind.volume_mm3
                mass += count * kind.weight_g
        return volume <= held.inner_mm3 and mass <= held.room_g

    def try_box(self, box: int, counts: Counts, starts: Sequence[Way]) -> Load | None:
        """Try to get all these units into one box of this type."""
        case = (box, tuple(counts))
        if case in self._failed:
            starts = [start for start in starts if start not in self._first]
        for number, start in enumerate(starts):
            if number == QUICK_STARTS and self.bounds.excludes(box, counts):
                break
            filled = self.fill(box, counts, start, whole=True)
            if filled:
                return Load(box, tuple(filled[0]), tuple(counts))
        else:
            if starts is self.starts:
                return self._try_luck(box, counts)
        if starts is self.starts:
            self._failed.add(case)
        return None

    def _try_luck(self, box: int, counts: Counts) -> Load | None:
        """Try random starts: nothing forbids that these units go together, and no plan start could do it."""
        if self._lucky is None:
            draws = Draws(1)
            self._lucky = [random_start(self.kinds, draws) for _ in range(LUCKY_STARTS)]
        for start in self._lucky:
            filled = self.fill(box, counts, start, whole=True)
            if filled:
                return Load(box, tuple(filled[0]), tuple(counts))
        self._failed.add((box, tuple(counts)))
        return None

    def fill(self, box: int, counts: Counts, start: Way, *, whole: bool) -> tuple[list[Block], Counts] | None:
        """Fill one box once."""
        self.work += 1
        support_pct = self.problem.support_pct
        if isinstance(start, Start):
            return fill(self.boxes[box], self.kinds, counts, start, support_pct, whole=whole, late=self.late)
        if isinstance(start, Pattern):
            return self._by_pattern(box, counts, whole=whole)
        filling = self.builder(box).build(counts, (), start.draws(), self.late)
        return None if whole and any(filling.left) else (list(filling.blocks), list(filling.left))

    def _by_pattern(self, box: int, counts: Counts, *, whole: bool) -> tuple[list[Block], Counts] | None:
        """Fill a box with units of the only kind there is."""
        k = next(k for k, count in enumerate(counts) if count)
        kind, held = self.kinds[k], self.boxes[box]
        if (box, k) not in self._patterns:
            self._patterns[box, k] = pattern(held, kind, len(kind.units), self.problem.support_pct)
        most = min(counts[k], held.room_g // kind.weight_g) if kind.weight_g else counts[k]
        units = [unit._replace(kind=k) for unit in self._patterns[box, k][:most]]
        left = [count - len(units) if number == k else count for number, count in enumerate(counts)]
        return None if whole and any(left) else (units, left)

    def builder(self, box: int) -> Builder:
        """Return who fills this type of box by blocks."""
        if box not in self._builders:
            self._builders[box] = Builder(self.boxes[box], self.kinds, self.problem.support_pct)
        return self._builders[box]

    def random_way(self, draws: Draws, counts: Counts) -> Way:
        """Draw a way to fill; those that take longer more seldom."""
        if draws.below(LUCK):
            return random_start(self.kinds, draws)
        if sum(1 for count in counts if count) == 1:
            return Pattern()
        return Luck(draws.next())

    def greedy(
        self, counts: Counts, stock: Sequence[int], start: Way, most: Cost | None, *, split: bool = False
    ) -> Plan | None:
        """Divide units over boxes, always taking the box that helps most for what it costs.

        Args:
            counts: units per kind.
            stock: boxes per type.
            start: how to fill.
            most: cost of a plan that is known.
            split: do not ask first whether one box takes all that is left; several small ones may be cheaper.

        Returns:
            A plan, or None as soon as it costs more than `most`.
        """
        left, stock = list(counts), list(stock)
        loads: list[Load] = []
        first = second = 0
        while any(left):
            load = None if split else self.whole(left, stock, (start, *self.starts[:QUICK_STARTS]))
            load = load or self.most_helpful(left, stock, start)
            if load is None:
                break
            loads.append(load)
            left = [have - taken for have, taken in zip(left, load.counts, strict=True)]
            stock[load.box] -= 1
            first += self.measures[load.box][0]
            second += self.measures[load.box][1]
            if most and (0, first + any(left) * self.cheapest(), second) > most:
                return None
        plan = Plan(tuple(loads), tuple(left))
        return None if most and self.cost(plan) > most else plan

    def cheapest(self) -> int:
        """Return the least first measure of any box."""
        return self.measures[self.by_cost[0]][0]

    def most_helpful(self, left: Counts, stock: Sequence[int], start: Way) -> Load | None:
        """Fill one box of each type and return the one that takes most of what is scarce for its cost.

        Volume and mass are weighed by how many boxes each of them still asks for.
        """
        usable = [box for box in range(len(self.boxes)) if stock[box]]
        room_mm3 = max((self.boxes[box].inner_mm3 for box in usable), default=1)
        room_g = max(1, max((self.boxes[box].room_g for box in usable), default=1))
        volume = sum(count * kind.volume_mm3 for count, kind in zip(left, self.kinds, strict=True))
        mass = sum(count * kind.weight_g for count, kind in zip(left, self.kinds, strict=True))
        best: tuple[int, int, int] | None = None
        found = None
        for box in usable:
            filled = self.fill(box, left, start, whole=False)
            if filled is None or not filled[0]:
                continue
            blocks, rest = filled
            taken = [have - remain for have, remain in zip(left, rest, strict=True)]
            took_mm3 = sum(count * kind.volume_mm3 for count, kind in zip(taken, self.kinds, strict=True))
            took_g = sum(count * kind.weight_g for count, kind in zip(taken, self.kinds, strict=True))
            gain = (volume * took_mm3 << 20) // room_mm3**2 + (mass * took_g << 20) // room_g**2
            score = (-(gain << 20) // max(1, self.measures[box][0]), self.measures[box][1], box)
            if best is None or score < best:
                best, found = score, Load(box, tuple(blocks), tuple(taken))
        return found

    def first_plan(self, counts: Counts, stock: Sequence[int]) -> Plan:
        """Return a good plan."""
        if not any(counts):
            return Plan((), tuple(counts))
        splits = [False] if self.problem.objective == "fewest" else [False, True]
        best: Plan | None = None
        load = self.whole(counts, stock, self.starts)
        if load:
            best = Plan((load,), (0,) * len(counts))
            splits = splits[1:]
        for split, start in product(splits, (Luck(), *self.starts[:FIRST_DIVISIONS])):
            plan = self.greedy(counts, stock, start, self.cost(best) if best else None, split=split)
            if plan and (best is None or self.cost(plan) < self.cost(best)):
                best = plan
        assert best is not None  # noqa: S101 - the first division has no limit to fail at
        return best

    def improve(self, plan: Plan, stock: Sequence[int], seed: int, improved: Callable[[Plan], None]) -> Plan:
        """Repack one, two or three boxes at a time until the budget is spent or nothing can be better."""
        draws = Draws(seed)
        best, best_cost = plan, self.cost(plan)
        current = plan
        while not self.proven(best, stock) and not self.spent():
            # Where boxes are short, what counts is how much each of them takes.
            short = any(current.left) and current.loads and draws.below(len(current.loads) + 3)
            current = self.rebuilt(current, draws) if short else self.repacked(current, stock, draws)
            if self.cost(current) < best_cost:
                best, best_cost = current, self.cost(current)
                improved(best)
        return best

    def proven(self, plan: Plan, stock: Sequence[int]) -> bool:
        """Whether no plan can be better: one box, no split can be cheaper, every cheaper type is excluded."""
        if any(plan.left) or len(plan.loads) != 1:
            return not plan.loads and not any(plan.left)
        load = plan.loads[0]
        value = self.measures[load.box][0]
        bound = self.bounds.least([first for first, _ in self.measures], load.counts, value)
        return bound >= value and not self.rivals(load, stock)

    def rivals(self, load: Load, stock: Sequence[int]) -> list[int]:
        """Types of box that are cheaper than this one and might take its goods."""
        counts = list(load.counts)
        cheaper = self.by_cost[: self.by_cost.index(load.box)]
        return [
            box
            for box in cheaper
            if stock[box] and self.may_take(box, counts) and not self.bounds.excludes(box, counts)
        ]

    def rebuilt(self, plan: Plan, draws: Draws) -> Plan:
        """Tear one box down to some of its blocks and build it up again, with what was left out at hand."""
        number = draws.below(len(plan.loads))
        load = plan.loads[number]
        kept = load.blocks[: draws.below(len(load.blocks))]
        pool = [have + more for have, more in zip(plan.left, load.counts, strict=True)]
        self.work += 1
        filling = self.builder(load.box).build(pool, kept, draws, self.late)
        counts = tuple(have - out for have, out in zip(pool, filling.left, strict=True))
        loads = (*plan.loads[:number], Load(load.box, filling.blocks, counts), *plan.loads[number + 1 :])
        rival = Plan(loads, filling.left)
        return rival if any(counts) and self.cost(rival) <= self.cost(plan) else plan

    def repacked(self, plan: Plan, stock: Sequence[int], draws: Draws) -> Plan:
        """Empty up to three boxes and divide their goods anew; keep it if it is not worse."""
        count = len(plan.loads)
        size = min(count, 1 + draws.below(3))
        chosen: set[int] = set()
        while len(chosen) < size:
            chosen.add(draws.below(count))
        emptied = [plan.loads[n] for n in sorted(chosen)]
        kept = [load for n, load in enumerate(plan.loads) if n not in chosen]
        pool = list(plan.left)
        for load in emptied:
            pool = [have + more for have, more in zip(pool, load.counts, strict=True)]
        stock = list(stock)
        for load in kept:
            stock[load.box] -= 1
        start = self.random_way(draws, pool)
        if size == 1 and not any(plan.left) and self.problem.objective == "fewest":
            better = next(
                (
                    found
                    for box in self.rivals(emptied[0], stock)
                    if (found := self.try_box(box, pool, [start]))
                ),
                None,
            )
            return Plan((*kept, better), plan.left) if better else plan
        most = self.cost(Plan(tuple(emptied), plan.left))
        split = self.problem.objective != "fewest" and draws.below(2) == 1
        part = self.greedy(pool, stock, start, most, split=split)
        return Plan((*kept, *part.loads), part.left) if part else plan


def _measures(problem: Packing, box: int) -> tuple[int, int]:
    held = problem.boxes[box]
    if problem.objective == "fewest":
        return (1, held.outer_mm3)
    if problem.objective == "volume":
        return (held.outer_mm3, 1)
    return (held.price_minor, held.outer_mm3)
