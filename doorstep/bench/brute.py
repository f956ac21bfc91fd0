"""The shortest of all orders of a few picks, for many random walks at once: what the exact method is held against.

Every order counts: sets of visited picks are filled up one by one (Held and Karp 1962), in whole numbers, for a thousand
walks in one array. Distances come from the layout by their definition, not from the solver.
"""

from collections.abc import Sequence
from random import Random

import numpy as np

from doorstep.solvers.walk import Spot, Warehouse, rectangle

TOGETHER = 1000
MOST_PICKS = 9


def random_floors(draws: Random) -> list[Warehouse]:
    """Return floors of one to three blocks."""
    return [
        rectangle(
            aisles=draws.randint(1, 8),
            cells=draws.randint(2, 12),
            pitch_mm=draws.randint(1, 60),
            cell_mm=draws.randint(1, 20),
            lead_mm=draws.randint(0, 20),
            blocks=draws.choice([1, 1, 2, 3]),
        )
        for _ in range(40)
    ]


def random_walks(draws: Random, count: int) -> list[tuple[Warehouse, list[str], Spot]]:
    """Return walks of up to `MOST_PICKS` picks: floor, picks, where to end."""
    floors = random_floors(draws)
    walks = []
    for _ in range(count):
        floor = draws.choice(floors)
        names = [each.name for each in floor.bins]
        picks = draws.sample(names, min(len(names), draws.randint(1, MOST_PICKS)))
        away = Spot(draws.choice(floor.aisle_xs), draws.choice(floor.cross_aisles_mm))
        walks.append((floor, picks, draws.choice([floor.start, away])))
    return walks


def shortest_lengths(walks: Sequence[tuple[Warehouse, list[str], Spot]]) -> list[int]:
    """Return the length in mm of the shortest order of each walk."""
    lengths = [0] * len(walks)
    by_size: dict[int, list[int]] = {}
    for number, (_, picks, _end) in enumerate(walks):
        by_size.setdefault(len(picks), []).append(number)
    for size, numbers in by_size.items():
        for start in range(0, len(numbers), TOGETHER):
            some = numbers[start : start + TOGETHER]
            tables = np.array([_table(*walks[number]) for number in some], dtype=np.int64)
            for number, length in zip(some, _shortest(tables, size), strict=True):
                lengths[number] = int(length)
    return lengths


def _table(floor: Warehouse, picks: list[str], end: Spot) -> list[list[int]]:
    spots = [*(floor.places[name] for name in picks), floor.start, end]
    return [[_apart(floor, a, b) for b in spots] for a in spots]


def _apart(floor: Warehouse, a: Spot, b: Spot) -> int:
    if a.x_mm == b.x_mm:
        return abs(a.y_mm - b.y_mm)
    around = min(abs(a.y_mm - y) + abs(b.y_mm - y) for y in floor.cross_aisles_mm)
    return abs(a.x_mm - b.x_mm) + around


def _shortest(tables: "np.ndarray[tuple[int, ...], np.dtype[np.int64]]", size: int) -> list[int]:
    far = np.full(len(tables), 1 << 60, dtype=np.int64)
    best = {(1 << k, k): tables[:, size, k] for k in range(size)}
    for seen in range(1, 1 << size):
        inside = [k for k in range(size) if seen >> k & 1]
        if len(inside) < 2:
            continue
        for last in inside:
            rest = seen & ~(1 << last)
            ways = [best[rest, k] + tables[:, k, last] for k in inside if k != last]
            best[seen, last] = np.minimum.reduce(ways)
    whole = (1 << size) - 1
    ends = [best[whole, k] + tables[:, k, size + 1] for k in range(size)]
    found: list[int] = np.minimum.reduce([far, *ends]).tolist()
    return found
