"""Evens out the mass of boxes when fewer are not possible: nobody likes to lift one heavy box beside a light one.

Units move from a heavier box to a lighter one, or change places with lighter units of it, as long as both boxes still take
what they then have. The number of boxes stays, and so do their types unless evenness comes before volume.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import combinations

from doorstep.solvers.cartons.dividing import Division
from doorstep.solvers.cartons.plans import Load, Plan

MOST_BOXES = 12
"""With more boxes, the eye no longer compares them."""

MOST_KINDS = 60
"""With more kinds there are too many exchanges of one kind for another; then only all is dealt out anew."""

MOST_TRIES = 40
"""Exchanges tried per pair of boxes, the most evening one first."""

MOST_ROUNDS = 60
"""Exchanges made at most."""

Change = tuple[int, ...]
"""Per kind the units that leave the heavier box; below zero: that come to it."""


def balanced(search: Division, plan: Plan, stock: Sequence[int]) -> Plan:
    """Return a plan of as many boxes with masses as even as exchanges between two boxes can make them."""
    if not 2 <= len(plan.loads) <= MOST_BOXES:
        return plan
    loads = list(plan.loads)
    settled: set[tuple[Load, Load]] = set()
    for _ in range(MOST_ROUNDS):
        for one, other in sorted(
            combinations(range(len(loads)), 2), key=lambda pair: -_apart(search, loads, pair)
        ):
            pair = sorted((loads[one], loads[other]), key=lambda load: -_gross_g(search, load))
            heavy, light = pair
            if (heavy, light) in settled or search.trials.late():
                continue
            settled.add((heavy, light))
            used = Counter(search.vessels[load.vessel].box for load in loads)
            used.subtract(search.vessels[load.vessel].box for load in pair)
            spare = [count - used[box] for box, count in enumerate(stock)]
            evened = _evened(search, heavy, light, spare)
            if evened:
                loads[one], loads[other] = evened
                break
        else:
            break
    return Plan(tuple(loads), plan.left)


def _gross_g(search: Division, load: Load) -> int:
    goods, _ = search.trials.sums(load.counts)
    return goods + search.tare_g(load.vessel)


def _apart(search: Division, loads: Sequence[Load], pair: tuple[int, int]) -> int:
    return abs(_gross_g(search, loads[pair[0]]) - _gross_g(search, loads[pair[1]]))


def _evened(search: Division, heavy: Load, light: Load, spare: Sequence[int]) -> tuple[Load, Load] | None:
    """Make the best exchange that both boxes bear."""
    apart = _gross_g(search, heavy) - _gross_g(search, light)
    found: dict[Change, int] = {}
    for change in (_halved(search, heavy, light), *_changes(search, heavy, light, apart)):
        found[change] = sum(count * kind.weight_g for count, kind in zip(change, search.kinds, strict=True))
    tried = 0
    for change in sorted(found, key=lambda each: (abs(apart - 2 * found[each]), each)):
        if not 0 < found[change] < apart or tried == MOST_TRIES:
            continue
        less = [have - leave for have, leave in zip(heavy.counts, change, strict=True)]
        more = [have + come for have, come in zip(light.counts, change, strict=True)]
        grown_in = _types(search, light, more, spare)
        if not (any(less) and any(more) and grown_in and _types(search, heavy, less, spare)):
            continue
        tried += 1
        grown = _packed(search, more, grown_in)
        if grown:
            grown_box = search.vessels[grown.vessel].box
            left = [count - (box == grown_box) for box, count in enumerate(spare)]
            shrunk = _packed(search, less, _types(search, heavy, less, left))
            if shrunk and _better(search, (shrunk, grown), (heavy, light)):
                return shrunk, grown
    return None


def _better(search: Division, pair: tuple[Load, Load], before: tuple[Load, Load]) -> bool:
    """Whether two loads are evener than before, and cost no more; where evenness comes first, boxes may grow."""
    if _apart(search, pair, (0, 1)) >= _apart(search, before, (0, 1)):
        return False
    return search.even_first or _measured(pair) <= _measured(before)


def _measured(pair: tuple[Load, Load]) -> tuple[int, int]:
    one, other = pair
    return one.measures[0] + other.measures[0], one.measures[1] + other.measures[1]


def _types(search: Division, load: Load, counts: list[int], spare: Sequence[int]) -> list[int]:
    """Vessels that may take these units instead of the load: its own, or any where evenness comes first."""
    vessels = search.by_cost(counts) if search.even_first else [load.vessel]
    return [
        vessel
        for vessel in vessels
        if spare[search.vessels[vessel].box] > 0 and search.trials.may_take(vessel, counts)
    ]


def _packed(search: Division, counts: list[int], vessels: Sequence[int]) -> Load | None:
    tried = (search.trials.try_box(vessel, counts, search.trials.starts) for vessel in vessels)
    return next((load for load in tried if load), None)


def _halved(search: Division, heavy: Load, light: Load) -> Change:
    """Deal all units out anew, heaviest first, each to the box that is lighter so far."""
    sides = [[0] * len(search.kinds), [0] * len(search.kinds)]
    masses = [search.tare_g(load.vessel) for load in (heavy, light)]
    for k in sorted(range(len(search.kinds)), key=lambda k: (-search.kinds[k].weight_g, k)):
        for _ in range(heavy.counts[k] + light.counts[k]):
            side = 0 if masses[0] <= masses[1] else 1
            sides[side][k] += 1
            masses[side] += search.kinds[k].weight_g
    return tuple(have - keep for have, keep in zip(heavy.counts, sides[masses[0] < masses[1]], strict=True))


def _changes(search: Division, heavy: Load, light: Load, apart: int) -> Iterator[Change]:
    """Yield exchanges: some units of one kind, maybe for one of another."""
    count = len(search.kinds)
    if count > MOST_KINDS:
        return
    weights = [kind.weight_g for kind in search.kinds]
    for k in range(count):
        if not heavy.counts[k] or not weights[k]:
            continue
        for back in (None, *(j for j in range(count) if light.counts[j] and j != k)):
            back_g = 0 if back is None else weights[back]
            ideal = (apart + 2 * back_g) // (2 * weights[k])
            for units in sorted({1, ideal // 2, ideal, ideal + 1}):
                if 0 < units <= heavy.counts[k]:
                    change = [0] * count
                    change[k] = units
                    if back is not None:
                        change[back] = -1
                    yield tuple(change)
