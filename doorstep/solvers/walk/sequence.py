"""The shortest order of visiting points, for any distances and with some points bound to come before others.

Sources: Held and Karp, "A dynamic programming approach to sequencing problems", 1962, for few points; Or, 1976, and
Croes, 1958, for the moves of the local search (segments of up to three points moved, stretches reversed), restarted
from perturbed orders (Lourenco, Martin, Stuetzle, "Iterated local search", 2003) for many.

Both answer for a table of legs whose last two rows and columns are the start and the end.
"""

from collections.abc import Sequence
from itertools import pairwise

from doorstep.solvers.budget import Budget, Meter
from doorstep.solvers.compiled import core
from doorstep.solvers.draws import Draws

EXACT_POINTS = 11
"""Up to this many points the answer is exact in every case."""

Legs = Sequence[Sequence[int]]
"""Lengths in mm between all points, start and end, not necessarily symmetric."""

Before = Sequence[Sequence[int]]
"""Per point the points that must come first."""


def legs_of(
    matrix: Sequence[Sequence[int]], start: int, end: int | None, points: Sequence[int]
) -> list[list[int]]:
    """Cut the legs between `points`, `start` and `end` out of a larger matrix; an `end` of None may be anywhere."""
    ends = [*points, start, start if end is None else end]
    legs = [[matrix[a][b] for b in ends] for a in ends]
    if end is None:
        for row in legs:
            row[-1] = 0
    return legs


def exact_order(legs: Legs, before: Before) -> list[int]:
    """Return the shortest order of at most about 15 points; of several, the one that ends in the lowest points.

    Raises:
        ValueError: the wishes for what comes first contradict each other.
    """
    count = len(legs) - 2
    if not count:
        return []
    compiled = core("walk")
    order: list[int] = compiled.exact_order(legs, before) if compiled else _by_sets(legs, before)
    if not order:
        raise ValueError("the points that must come first form a circle")
    return order


def good_order(
    legs: Legs, before: Before, *, budget: Budget, seed: int, warm: Sequence[int] = ()
) -> list[int]:
    """Return a short order of many points.

    Args:
        legs: all lengths.
        before: what must come first.
        budget: one unit of work is one descent.
        seed: of the perturbations.
        warm: an order to begin with; ignored unless complete and allowed.

    Raises:
        ValueError: the wishes for what comes first contradict each other.
    """
    count = len(legs) - 2
    if not count:
        return []
    given = list(warm) if sorted(warm) == list(range(count)) else []
    compiled = core("walk")
    if compiled:
        order: list[int] = compiled.good_order(legs, before, given, *budget.limits, seed % 2**64)
    else:
        order = _by_search(legs, before, budget.start(), seed, given)
    if not order:
        raise ValueError("the points that must come first form a circle")
    return order


def _by_sets(legs: Legs, before: Before) -> list[int]:
    count = len(legs) - 2
    first = [sum(1 << each for each in set(some)) for some in before]
    best: dict[tuple[int, int], tuple[int, int]] = {
        (1 << k, k): (legs[count][k], -1) for k in range(count) if not first[k]
    }
    layer = dict(best)
    for _ in range(count - 1):
        following: dict[tuple[int, int], tuple[int, int]] = {}
        for (seen, last), (cost, _last_before) in layer.items():
            row = legs[last]
            for k in range(count):
                if seen >> k & 1 or first[k] & ~seen:
                    continue
                key = (seen | 1 << k, k)
                way = (cost + row[k], last)
                if key not in following or way < following[key]:
                    following[key] = way
        best.update(following)
        layer = following
    if not layer:
        return []
    seen, last = min(layer, key=lambda key: (layer[key][0] + legs[key[1]][count + 1], key[1]))
    order = []
    while last >= 0:
        order.append(last)
        seen, last = seen & ~(1 << last), best[seen, last][1]
    return order[::-1]


def _by_search(legs: Legs, before: Before, meter: Meter, seed: int, warm: list[int]) -> list[int]:
    search = _Search(legs, before)
    best = search.nearest_first()
    if not best:
        return []
    if warm:
        given = [search.count, *warm, search.count + 1]
        if search.allowed(given) and search.cost(given) < search.cost(best):
            best = given
    best = search.descend(best, meter)
    cost = search.cost(best)
    draws = Draws(seed)
    while search.count > 2 and not meter.spent():
        trial = search.descend(search.shaken(best, draws), meter)
        trial_cost = search.cost(trial)
        if trial_cost <= cost:
            best, cost = trial, trial_cost
    return best[1:-1]


class _Search:
    """Orders are lists of points, between two more for start and end."""

    def __init__(self, legs: Legs, before: Before) -> None:
        self.legs = legs
        self.before = before
        self.bound = any(before)
        self.count = len(legs) - 2

    def cost(self, order: list[int]) -> int:
        return sum(self.legs[a][b] for a, b in pairwise(order))

    def allowed(self, order: list[int]) -> bool:
        if not self.bound:
            return True
        seen: set[int] = set()
        for k in order[1:-1]:
            if not seen.issuperset(self.before[k]):
                return False
            seen.add(k)
        return True

    def nearest_first(self) -> list[int]:
        """Go from each point to the nearest that may be next; nothing when none may be."""
        order = [self.count]
        seen: set[int] = set()
        while len(order) <= self.count:
            row = self.legs[order[-1]]
            ready = [k for k in range(self.count) if k not in seen and seen.issuperset(self.before[k])]
            if not ready:
                return []
            nearest = min(ready, key=lambda k: (row[k], k))
            order.append(nearest)
            seen.add(nearest)
        return [*order, self.count + 1]

    def descend(self, order: list[int], meter: Meter) -> list[int]:
        """Apply improving moves until none is left or the time is up."""
        improved = True
        while improved:
            improved = False
            for first in range(1, self.count + 1):
                trial = self.reversed_from(order, first) or self.moved_from(order, first)
                if trial:
                    order, improved = trial, True
                if meter.spent(0):
                    return order
        return order

    def reversed_from(self, order: list[int], first: int) -> list[int] | None:
        """Reverse a stretch that begins at `first`, if that shortens the walk."""
        legs = self.legs
        ahead = astern = 0
        head, front = order[first - 1], order[first]
        for last in range(first + 1, self.count + 1):
            ahead += legs[order[last - 1]][order[last]]
            astern += legs[order[last]][order[last - 1]]
            tail = order[last + 1]
            gain = legs[head][front] + ahead + legs[order[last]][tail]
            if legs[head][order[last]] + astern + legs[front][tail] < gain:
                trial = order[:first] + order[first : last + 1][::-1] + order[last + 1 :]
                if self.allowed(trial):
                    return trial
        return None

    def moved_from(self, order: list[int], first: int) -> list[int] | None:
        """Move up to three points that begin at `first` elsewhere, if that shortens the walk."""
        legs = self.legs
        for size in range(1, min(3, self.count + 1 - first) + 1):
            piece, rest = order[first : first + size], order[:first] + order[first + size :]
            head, tail = order[first - 1], order[first + size]
            gain = legs[head][piece[0]] + legs[piece[-1]][tail] - legs[head][tail]
            for place in range(1, len(rest)):
                a, b = rest[place - 1], rest[place]
                if legs[a][piece[0]] + legs[piece[-1]][b] - legs[a][b] < gain:
                    trial = rest[:place] + piece + rest[place:]
                    if self.allowed(trial):
                        return trial
        return None

    def shaken(self, order: list[int], draws: Draws) -> list[int]:
        """Swap two neighboring stretches at random (a double bridge); keep the order if that is forbidden."""
        a, b, c = sorted(1 + draws.below(self.count + 1) for _ in range(3))
        trial = order[:a] + order[b:c] + order[a:b] + order[c:]
        return trial if self.allowed(trial) else order
