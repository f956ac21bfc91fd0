"""The shortest order of visiting points, for any distances and with some points bound to come before others.

Sources: Held and Karp, "A dynamic programming approach to sequencing problems", 1962, for few points; Or, 1976, and
Croes, 1958, for the moves of the local search (segments of up to three points moved, stretches reversed), restarted
from perturbed orders (Lourenco, Martin, Stuetzle, "Iterated local search", 2003) for many.
"""

from collections.abc import Sequence
from itertools import pairwise

from doorstep.solvers.budget import Meter
from doorstep.solvers.draws import Draws

EXACT_POINTS = 11
"""Up to this many points the answer is exact in every case."""

Matrix = Sequence[Sequence[int]]
Before = Sequence[int]
"""Per point the set of points that must come first, as a bit mask."""


def exact_order(
    matrix: Matrix, start: int, end: int | None, points: Sequence[int], before: Before
) -> list[int]:
    """Return the shortest order of `points` between `start` and `end` (None: end at the last point).

    Args:
        matrix: distances in mm between all points, not necessarily symmetric.
        start: index of the first point.
        end: index of the last point, or None.
        points: indexes to visit in between, at most about 15.
        before: aligned with `points`: bit mask of positions in `points` that must come earlier.

    Raises:
        ValueError: the wishes for what comes first contradict each other.
    """
    count = len(points)
    if not count:
        return []
    best: dict[tuple[int, int], tuple[int, int]] = {
        (1 << k, k): (matrix[start][points[k]], -1) for k in range(count) if not before[k]
    }
    layer = dict(best)
    for _ in range(count - 1):
        following: dict[tuple[int, int], tuple[int, int]] = {}
        for (seen, last), (cost, _last_before) in layer.items():
            row = matrix[points[last]]
            for k in range(count):
                if seen >> k & 1 or before[k] & ~seen:
                    continue
                key = (seen | 1 << k, k)
                total = cost + row[points[k]]
                if key not in following or total < following[key][0]:
                    following[key] = (total, last)
        best.update(following)
        layer = following
    if not layer:
        raise ValueError("the points that must come first form a circle")
    ways_home = {
        key: cost + (0 if end is None else matrix[points[key[1]]][end]) for key, (cost, _) in layer.items()
    }
    seen, last = min(ways_home, key=lambda key: (ways_home[key], key))
    order = []
    while last >= 0:
        order.append(last)
        seen, last = seen & ~(1 << last), best[seen, last][1]
    return [points[k] for k in reversed(order)]


def good_order(
    matrix: Matrix,
    start: int,
    end: int | None,
    points: Sequence[int],
    before: Before,
    *,
    meter: Meter,
    seed: int,
    warm: Sequence[int] = (),
) -> list[int]:
    """Return a short order of many points.

    Args:
        matrix: distances in mm between all points, not necessarily symmetric.
        start: index of the first point.
        end: index of the last point, or None.
        points: indexes to visit in between.
        before: aligned with `points`: bit mask of positions in `points` that must come earlier.
        meter: one unit of work is one descent.
        seed: of the perturbations.
        warm: positions in `points` in an order to begin with; ignored unless complete and allowed.

    Raises:
        ValueError: the wishes for what comes first contradict each other.
    """
    search = _Search(matrix, start, end, points, before)
    order = search.nearest_first()
    given = [len(points), *warm, len(points) + 1]
    if sorted(given) == sorted(order) and search.allowed(given):
        order = min(order, given, key=search.cost)
    order = search.descend(order, meter)
    best, cost = order, search.cost(order)
    draws = Draws(seed)
    while len(points) > 2 and not meter.spent():
        trial = search.descend(search.shaken(best, draws), meter)
        trial_cost = search.cost(trial)
        if trial_cost <= cost:
            best, cost = trial, trial_cost
    return [points[k] for k in best[1:-1]]


class _Search:
    """Orders are lists of positions in `points`, between two more positions for start and end."""

    def __init__(
        self, matrix: Matrix, start: int, end: int | None, points: Sequence[int], before: Before
    ) -> None:
        self.before = before
        self.bound = any(before)
        self.count = len(points)
        ends = [*points, start, start if end is None else end]
        self.legs = [[matrix[a][b] for b in ends] for a in ends]
        if end is None:
            for row in self.legs:
                row[-1] = 0

    def cost(self, order: list[int]) -> int:
        return sum(self.legs[a][b] for a, b in pairwise(order))

    def allowed(self, order: list[int]) -> bool:
        if not self.bound:
            return True
        seen = 0
        for k in order[1:-1]:
            if self.before[k] & ~seen:
                return False
            seen |= 1 << k
        return True

    def nearest_first(self) -> list[int]:
        order = [self.count]
        seen = 0
        while len(order) <= self.count:
            row = self.legs[order[-1]]
            ready = [k for k in range(self.count) if not seen >> k & 1 and not self.before[k] & ~seen]
            if not ready:
                raise ValueError("the points that must come first form a circle")
            nearest = min(ready, key=lambda k: (row[k], k))
            order.append(nearest)
            seen |= 1 << nearest
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
