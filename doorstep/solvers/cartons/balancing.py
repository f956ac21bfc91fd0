"""Evens out the mass of boxes when cost cannot be lowered any more: nobody likes to lift one heavy box beside a light one.

Units move from a heavier box to a lighter one, or change places with lighter units of it, as long as both boxes still take
what they then have. Number and types of boxes stay.
"""

from collections.abc import Iterator
from itertools import combinations

from doorstep.solvers.cartons.dividing import Division, Load, Plan

MOST_BOXES = 12
"""With more boxes, the eye no longer compares them."""

MOST_TRIES = 8
"""Exchanges tried per pair of boxes, the most evening one first."""

MOST_ROUNDS = 60
"""Exchanges made at most."""

Change = tuple[int, ...]
"""Per kind the units that leave the heavier box; below zero: that come to it."""


def balanced(search: Division, plan: Plan) -> Plan:
    """Return a plan of the same boxes with masses as even as exchanges between two boxes can make them."""
    if not 2 <= len(plan.loads) <= MOST_BOXES:
        return plan
    loads = list(plan.loads)
    settled: set[tuple[Load, Load]] = set()
    for _ in range(MOST_ROUNDS):
        pairs = sorted(
            combinations(range(len(loads)), 2), key=lambda pair: -abs(_apart_g(search, loads, *pair))
        )
        for one, other in pairs:
            heavy, light = (one, other) if _apart_g(search, loads, one, other) >= 0 else (other, one)
            if (loads[heavy], loads[light]) in settled or search.late():
                continue
            evened = _evened(search, loads[heavy], loads[light])
            if evened:
                loads[heavy], loads[light] = evened
                break
            settled.add((loads[heavy], loads[light]))
        else:
            break
    return Plan(tuple(loads), plan.left)


def _gross_g(search: Division, load: Load) -> int:
    goods = sum(count * kind.weight_g for count, kind in zip(load.counts, search.kinds, strict=True))
    return goods + search.boxes[load.box].tare_g


def _apart_g(search: Division, loads: list[Load], one: int, other: int) -> int:
    return _gross_g(search, loads[one]) - _gross_g(search, loads[other])


def _evened(search: Division, heavy: Load, light: Load) -> tuple[Load, Load] | None:
    """Make the best exchange that both boxes bear."""
    apart = _gross_g(search, heavy) - _gross_g(search, light)
    ranked = sorted(
        (abs(apart - 2 * moved_g), change)
        for moved_g, change in _changes(search, heavy, light, apart)
        if 0 < moved_g < apart
    )
    tried = 0
    for _, change in ranked:
        less = [have - leave for have, leave in zip(heavy.counts, change, strict=True)]
        more = [have + come for have, come in zip(light.counts, change, strict=True)]
        if not (any(less) and search.may_take(heavy.box, less) and search.may_take(light.box, more)):
            continue
        tried += 1
        if tried > MOST_TRIES:
            break
        grown = search.try_box(light.box, more, search.starts)
        shrunk = search.try_box(heavy.box, less, search.starts) if grown else None
        if grown and shrunk:
            return shrunk, grown
    return None


def _changes(search: Division, heavy: Load, light: Load, apart: int) -> Iterator[tuple[int, Change]]:
    """Yield exchanges with the mass that leaves the heavier box: some units of one kind, maybe for one of another."""
    count = len(search.kinds)
    weights = [kind.weight_g for kind in search.kinds]
    for k in range(count):
        if not heavy.counts[k] or not weights[k]:
            continue
        for back in (None, *(j for j in range(count) if light.counts[j] and j != k)):
            back_g = 0 if back is None else weights[back]
            ideal = (apart + 2 * back_g) // (2 * weights[k])
            for units in {ideal, ideal + 1}:
                if 0 < units <= heavy.counts[k]:
                    change = [0] * count
                    change[k] = units
                    if back is not None:
                        change[back] = -1
                    yield units * weights[k] - back_g, tuple(change)
