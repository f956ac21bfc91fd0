"""From a good answer to a better one: orders move and swap between batches, sometimes for the worse, ever less so.

Source: Kirkpatrick, Gelatt, Vecchi, "Optimization by simulated annealing", Science 220, 1983, on the neighborhood of
relocations and swaps of Henn and Waescher, "Tabu search heuristics for the order batching problem", EJOR 222, 2012.
"""

from collections.abc import Callable, Sequence
from math import log

from doorstep.solvers.batches.pricing import Priced, Prices
from doorstep.solvers.batches.savings import Loads
from doorstep.solvers.budget import Budget
from doorstep.solvers.compiled import core
from doorstep.solvers.draws import Draws
from doorstep.solvers.walk.one_block import FAR

WHOLE = 1 << 16
"""Shares of the budget are counted in parts of this."""

LUCK = [int(-1024 * log((k + 0.5) / 256)) for k in range(256)]
"""Quantiles of the exponential distribution, times 1024: how much worse a draw of luck forgives, per temperature."""


def search(
    batches: list[list[int]],
    prices: Priced,
    loads: Loads,
    limits: Sequence[int],
    *,
    budget: Budget,
    seed: int,
    improved: Callable[[int], None],
) -> list[list[int]]:
    """Improve batches until the budget is spent; one unit of work is one move tried."""
    if isinstance(prices, Prices):
        return _search(batches, prices, loads, limits, budget, seed, improved)
    found: list[list[int]] = core("batches").search(
        batches, prices, loads, limits, *budget.limits, budget.processor, seed % 2**64, LUCK, improved
    )
    return found


def _search(
    batches: list[list[int]],
    prices: Prices,
    loads: Loads,
    limits: Sequence[int],
    budget: Budget,
    seed: int,
    improved: Callable[[int], None],
) -> list[list[int]]:
    plan = _Plan(batches, prices, loads, limits)
    best, best_cost = batches, plan.cost
    draws = Draws(seed)
    started = budget.now()
    moves = 0
    heat = plan.cost // max(1, len(batches)) // 16
    temperature = heat
    while len(loads) > 1:
        if not moves % 64:
            left = WHOLE - _share(budget, moves, started)
            if left <= 0:
                break
            temperature = heat * (left * left >> 16) >> 16
        moves += 1
        allowance = temperature * LUCK[draws.below(256)] >> 10
        plan.move(draws, allowance)
        if plan.cost < best_cost:
            best, best_cost = plan.batches(), plan.cost
            improved(best_cost)
    return best


def _share(budget: Budget, moves: int, started: float) -> int:
    if budget.work is not None:
        return moves * WHOLE // budget.work if budget.work else WHOLE
    seconds = budget.seconds or 0
    return int((budget.now() - started) / seconds * WHOLE) if seconds else WHOLE


class _Plan:
    """Batches under change; the number of batches is that of the orders, many of them empty."""

    def __init__(self, batches: list[list[int]], prices: Prices, loads: Loads, limits: Sequence[int]) -> None:
        self.prices = prices
        self.loads = loads
        self.limits = limits
        count = len(loads)
        self.members = [list(batch) for batch in batches] + [[] for _ in range(count - len(batches) + 1)]
        self.at = [0] * count
        for number, batch in enumerate(batches):
            for order in batch:
                self.at[order] = number
        self.marks = [0] * len(self.members)
        self.held = [[0] * len(limits) for _ in self.members]
        for order, number in enumerate(self.at):
            self.marks[number] ^= prices.marks[order]
            self.held[number] = [x + y for x, y in zip(self.held[number], loads[order], strict=True)]
        self.costs = [prices.of(mark, batch) for mark, batch in zip(self.marks, self.members, strict=True)]
        self.cost = sum(self.costs)

    def batches(self) -> list[list[int]]:
        return [list(batch) for batch in self.members if batch]

    def move(self, draws: Draws, allowance: int) -> None:
        """Try one random relocation or swap; do it if it costs at most `allowance` more."""
        count = len(self.loads)
        one = draws.below(count)
        other = draws.below(count + 1)
        swap = draws.below(2)
        source = self.at[one]
        if other == count:
            target = next(number for number, batch in enumerate(self.members) if not batch)
            swap = 0
        else:
            target = self.at[other]
        if target == source:
            return
        moved = self.loads[one]
        back = self.loads[other] if swap else [0] * len(self.limits)
        for x, a, b, give, take in zip(
            self.limits, self.held[source], self.held[target], moved, back, strict=True
        ):
            if a - give + take > x or b + give - take > x:
                return
        self._exchange(one, other if swap else -1, source, target, allowance)

    def _exchange(self, one: int, other: int, source: int, target: int, allowance: int) -> None:
        mark = self.prices.marks[one] ^ (self.prices.marks[other] if other >= 0 else 0)
        left = [k for k in self.members[source] if k != one]
        grown = [k for k in self.members[target] if k != other]
        grown.append(one)
        if other >= 0:
            left.append(other)
        bound = self.costs[source] + self.costs[target] + allowance
        left_cost = self.prices.of(self.marks[source] ^ mark, left)
        if left_cost > bound:
            return
        grown_cost = self.prices.of(self.marks[target] ^ mark, grown)
        if left_cost + grown_cost > bound or max(left_cost, grown_cost) >= FAR:
            return
        self.cost += left_cost + grown_cost - self.costs[source] - self.costs[target]
        for number, batch, cost in ((source, left, left_cost), (target, grown, grown_cost)):
            self.members[number] = batch
            self.marks[number] ^= mark
            self.costs[number] = cost
            self.held[number] = [sum(self.loads[k][d] for k in batch) for d in range(len(self.limits))]
        self.at[one] = target
        if other >= 0:
            self.at[other] = source
