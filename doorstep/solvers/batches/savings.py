"""A good first answer: merge the two batches that save most, again and again.

Source: Clarke and Wright, "Scheduling of vehicles from a central depot to a number of delivery points", Operations
Research 12(4), 1964, in the variant that prices every merged batch anew (De Koster, Van der Poort, Wolters 1999, C&W
ii), with exact tours.
"""

from collections.abc import Sequence
from heapq import heapify, heappop, heappush

from doorstep.solvers.batches.pricing import Priced, Prices
from doorstep.solvers.budget import Budget, Meter
from doorstep.solvers.compiled import core

Loads = Sequence[Sequence[int]]
"""Per order what it takes of each limited measure."""


def savings(prices: Priced, loads: Loads, limits: Sequence[int], budget: Budget) -> list[list[int]]:
    """Return batches of order indexes; every order alone must fit the limits.

    When the budget is spent (one unit of work is one pair looked at), what is still apart is filled up first fit, so
    that any budget gives an answer.
    """
    if isinstance(prices, Prices):
        return _savings(prices, loads, limits, budget.start())
    found: list[list[int]] = core("batches").savings(prices, loads, limits, *budget.limits, budget.processor)
    return found


def _savings(prices: Prices, loads: Loads, limits: Sequence[int], meter: Meter) -> list[list[int]]:
    count = len(loads)
    members: list[list[int]] = [[k] for k in range(count)]
    marks = list(prices.marks)
    held = [list(load) for load in loads]
    costs = [prices.of(marks[k], members[k]) for k in range(count)]
    alive = set(range(count))

    def saved(a: int, b: int) -> int:
        if any(x + y > limit for x, y, limit in zip(held[a], held[b], limits, strict=True)):
            return 0
        return costs[a] + costs[b] - prices.of(marks[a] ^ marks[b], members[a] + members[b])

    queue: list[tuple[int, int, int]] = []
    for a in range(count):
        if meter.spent(a):
            return _first_fit(members, held, limits, prices)
        queue.extend((-gain, b, a) for b in range(a) if (gain := saved(b, a)) > 0)
    heapify(queue)
    while queue:
        _, a, b = heappop(queue)
        if a not in alive or b not in alive:
            continue
        alive -= {a, b}
        members.append(members[a] + members[b])
        marks.append(marks[a] ^ marks[b])
        held.append([x + y for x, y in zip(held[a], held[b], strict=True)])
        costs.append(prices.of(marks[-1], members[-1]))
        new = len(members) - 1
        if meter.spent(len(alive)):
            alive.add(new)
            kept = sorted(alive)
            return _first_fit([members[k] for k in kept], [held[k] for k in kept], limits, prices)
        for other in sorted(alive):
            gain = saved(other, new)
            if gain > 0:
                heappush(queue, (-gain, other, new))
        alive.add(new)
    return [members[k] for k in sorted(alive)]


def _first_fit(
    members: list[list[int]], held: list[list[int]], limits: Sequence[int], prices: Prices
) -> list[list[int]]:
    """Fill batches in the given order; only the last few are looked at, so that this stays linear."""
    batches: list[list[int]] = []
    loads: list[list[int]] = []
    timed = prices.cart.duration_s is not None
    for group, load in zip(members, held, strict=True):
        for at in range(max(0, len(batches) - 8), len(batches)):
            if timed or any(x + y > limit for x, y, limit in zip(loads[at], load, limits, strict=True)):
                continue
            batches[at] = batches[at] + group
            loads[at] = [x + y for x, y in zip(loads[at], load, strict=True)]
            break
        else:
            batches.append(group)
            loads.append(load)
    return batches
