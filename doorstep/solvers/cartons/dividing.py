"""Divides goods over boxes: one box if one will do, else greedily, then by repacking a few boxes at a time.

Source of the repacking: Schrimpf, Schneider, Stamm-Wilbrandt, Dueck, "Record breaking optimization results using the
ruin and recreate principle", Journal of Computational Physics 159, 2000.
"""

from collections.abc import Callable, Sequence
from itertools import product

from doorstep.solvers.budget import Meter
from doorstep.solvers.cartons.blocks import Luck
from doorstep.solvers.cartons.filling import Counts
from doorstep.solvers.cartons.kinds import Goods
from doorstep.solvers.cartons.plans import Cost, Load, Plan
from doorstep.solvers.cartons.pricing import Prices
from doorstep.solvers.cartons.questions import Packing
from doorstep.solvers.cartons.trying import QUICK_STARTS, Trials, Way
from doorstep.solvers.cartons.vessels import Vessel
from doorstep.solvers.draws import Draws

FIRST_DIVISIONS = 12
"""Greedy divisions tried before repacking begins."""

FEWEST = 1
"""First measure of each box when boxes are counted."""


class Division:
    """The search for one question."""

    def __init__(
        self, problem: Packing, goods: Goods, vessels: Sequence[Vessel], meter: Meter, *, timed: bool
    ) -> None:
        self.goods = goods
        self.kinds = goods.kinds
        self.vessels = vessels
        self.boxes = problem.boxes
        self.prices = Prices(problem, vessels)
        self.trials = Trials(goods, vessels, self.prices, meter.late)
        self.fewest = problem.objective == "fewest"
        self.even_first = self.fewest and problem.even
        self._meter = meter
        self._timed = timed
        self._by_cost = self._ranked([0] * len(self.kinds))

    def spent(self) -> bool:
        """Take one unit of the budget."""
        return self._meter.spent()

    def tare_g(self, vessel: int) -> int:
        """Return the mass of an empty vessel."""
        return self.boxes[self.vessels[vessel].box].tare_g

    def cost(self, plan: Plan) -> Cost:
        """Return what a plan costs."""
        _, out = self.trials.sums(plan.left)
        return (
            out,
            sum(load.measures[0] for load in plan.loads),
            sum(load.measures[1] for load in plan.loads),
        )

    def by_cost(self, counts: Sequence[int]) -> list[int]:
        """Return the vessels, the one that would cost least with these units first."""
        return self._ranked(counts) if self.prices.vary else self._by_cost

    def _ranked(self, counts: Sequence[int]) -> list[int]:
        mass, volume = self.trials.sums(counts)
        return sorted(
            range(len(self.vessels)), key=lambda vessel: (*self.prices.of(vessel, mass, volume), vessel)
        )

    def whole(self, counts: Counts, stock: Sequence[int], starts: Sequence[Way]) -> Load | None:
        """Return the cheapest vessel that takes all these units, if a start finds one."""
        for vessel in self.by_cost(counts):
            if stock[self.vessels[vessel].box] and self.trials.may_take(vessel, counts):
                load = self.trials.try_box(vessel, counts, starts)
                if load:
                    return load
        return None

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
            load = None if split else self.whole(left, stock, (start, *self.trials.starts[:QUICK_STARTS]))
            load = load or self.most_helpful(left, stock, start)
            if load is None:
                break
            loads.append(load)
            left = [have - taken for have, taken in zip(left, load.counts, strict=True)]
            stock[self.vessels[load.vessel].box] -= 1
            first += load.measures[0]
            second += load.measures[1]
            if most and (0, first + any(left) * self.cheapest(), second) > most:
                return None
        plan = Plan(tuple(loads), tuple(left))
        return None if most and self.cost(plan) > most else plan

    def cheapest(self) -> int:
        """Return the least first measure of any vessel."""
        return min(self.prices.floors)

    def most_helpful(self, left: Counts, stock: Sequence[int], start: Way) -> Load | None:
        """Fill each vessel once and return the load that takes most of what is scarce for its cost.

        Volume and mass are weighed by how many boxes each of them still asks for.
        """
        usable = [v for v, vessel in enumerate(self.vessels) if stock[vessel.box]]
        room_mm3 = max(1, max((self.vessels[v].room_mm3 for v in usable), default=1))
        room_g = max(1, max((self.vessels[v].room_g for v in usable), default=1))
        mass, volume = self.trials.sums(left)
        best: tuple[int, int, int] | None = None
        found = None
        for v in usable:
            filled = self.trials.fill(v, left, start, whole=False)
            if filled is None or not filled[0]:
                continue
            taken = [have - remain for have, remain in zip(left, filled[1], strict=True)]
            load = self.trials.load(v, filled[0], taken)
            took_g, took_mm3 = self.trials.sums(taken)
            gain = _share(volume, room_mm3) * _share(took_mm3, room_mm3)
            gain += _share(mass, room_g) * _share(took_g, room_g)
            score = (-(gain << 20) // max(1, load.measures[0]), load.measures[1], v)
            if best is None or score < best:
                best, found = score, load
        return found

    def first_plan(self, counts: Counts, stock: Sequence[int]) -> Plan:
        """Return a good plan."""
        if not any(counts):
            return Plan((), tuple(counts))
        # Against the clock something must stand before much is tried.
        best = self.greedy(counts, stock, Luck(), None, split=True) if self._timed else None
        splits = [False] if self.fewest else [False, True]
        load = self.whole(counts, stock, self.trials.starts)
        if load:
            whole = Plan((load,), (0,) * len(counts))
            best = min(best, whole, key=self.cost) if best else whole
            splits = splits[1:]
        for split, start in product(splits, (Luck(), *self.trials.starts[:FIRST_DIVISIONS])):
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
        value = load.measures[0]
        bound = self.trials.bounds.least(self.prices.floors, load.counts, value)
        return bound >= value and not self.rivals(load, stock)

    def rivals(self, load: Load, stock: Sequence[int]) -> list[int]:
        """Vessels that would be cheaper than this one for its goods, and might take them."""
        counts = list(load.counts)
        order = self.by_cost(counts)
        return [
            vessel
            for vessel in order[: order.index(load.vessel)]
            if stock[self.vessels[vessel].box]
            and self.trials.may_take(vessel, counts)
            and not self.trials.bounds.excludes(vessel, counts)
        ]

    def rebuilt(self, plan: Plan, draws: Draws) -> Plan:
        """Tear one box down to some of its blocks and build it up again, with what was left out at hand."""
        number = draws.below(len(plan.loads))
        load = plan.loads[number]
        kept = load.blocks[: draws.below(len(load.blocks))]
        pool = [have + more for have, more in zip(plan.left, load.counts, strict=True)]
        self.trials.work += 1
        filling = self.trials.builder(load.vessel).build(pool, kept, draws, self._meter.late)
        counts = [have - out for have, out in zip(pool, filling.left, strict=True)]
        if not any(counts) or self.trials.torn(counts):
            return plan
        again = self.trials.load(load.vessel, filling.blocks, counts)
        rival = Plan((*plan.loads[:number], again, *plan.loads[number + 1 :]), filling.left)
        return rival if self.cost(rival) <= self.cost(plan) else plan

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
            stock[self.vessels[load.vessel].box] -= 1
        start = self.trials.random_way(draws, pool)
        if size == 1 and not any(plan.left) and self.fewest:
            rivals = self.rivals(emptied[0], stock)
            tried = (self.trials.try_box(vessel, pool, [start]) for vessel in rivals)
            better = next((load for load in tried if load), None)
            return Plan((*kept, better), plan.left) if better else plan
        most = self.cost(Plan(tuple(emptied), plan.left))
        split = not self.fewest and draws.below(2) == 1
        part = self.greedy(pool, stock, start, most, split=split)
        return Plan((*kept, *part.loads), part.left) if part else plan


def _share(part: int, whole: int) -> int:
    """How many times the whole a part is, in 2**20; the compiled twin multiplies such numbers without overflow."""
    return (part << 20) // whole
