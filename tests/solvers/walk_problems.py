"""Random floors and walks for the tests of the walk solver."""

import itertools
import random

from doorstep.solvers.walk import Aisle, Bin, Floor, Passage, Spot, Walk, Warehouse


def random_warehouse(draws: random.Random, *, one_way: bool = False) -> Warehouse:
    """Return a small floor of one to four blocks, dead ends included."""
    crossings = tuple(sorted(draws.sample(range(0, 200, 10), draws.choice([1, 2, 2, 2, 3, 3, 4]))))
    xs = draws.sample(range(0, 100, 10), draws.randint(1, 6))
    aisles = tuple(
        Aisle(name=f"a{x}", x_mm=x, one_way=draws.choice(["up", "down", None]) if one_way else None)
        for x in xs
    )
    ys = range(crossings[0] - 20 * (not one_way), crossings[-1] + 21 * (not one_way), 5)
    bins = tuple(
        Bin(name=f"b{number}", aisle=draws.choice(aisles).name, y_mm=draws.choice(ys or [crossings[0]]))
        for number in range(20)
    )
    start = Spot(draws.choice([*xs, draws.randrange(100)]), draws.choice(crossings))
    return Warehouse(aisles=aisles, bins=bins, cross_aisles_mm=crossings, start=start)


def random_floor(draws: random.Random) -> Floor:
    """Return a graph in which every node reaches every other, some passages one way only."""
    nodes = [f"n{number}" for number in range(draws.randint(3, 16))]
    ring = [
        Passage(a=a, b=b, length_mm=draws.randrange(1, 100), one_way=True)
        for a, b in zip(nodes, [*nodes[1:], nodes[0]], strict=True)
    ]
    pairs = [draws.sample(nodes, 2) for _ in nodes]
    extra = [
        Passage(a=a, b=b, length_mm=draws.randrange(1, 100), one_way=draws.random() < 0.4) for a, b in pairs
    ]
    return Floor(
        passages=(*ring, *extra),
        bins={f"b{number}": draws.choice(nodes) for number in range(20)},
        start=draws.choice(nodes),
        ends=tuple(draws.sample(nodes, draws.randint(0, 2))),
    )


def random_walk(draws: random.Random) -> Walk:
    """Return a walk of any kind: by aisles or on a graph, with or without rules."""
    kind = draws.choice(["aisles", "aisles", "one way", "graph"])
    floor = random_floor(draws) if kind == "graph" else random_warehouse(draws, one_way=kind == "one way")
    names = list(floor.bins) if isinstance(floor, Floor) else [each.name for each in floor.bins]
    if kind == "one way" and isinstance(floor, Warehouse):  # both directions must be there for every ring
        two_way = tuple(Aisle(name=each.name, x_mm=each.x_mm) for each in floor.aisles[:1])
        aisles = two_way + floor.aisles[1:] if len(floor.cross_aisles_mm) > 1 else _freed(floor.aisles)
        floor = Warehouse(
            aisles=aisles, bins=floor.bins, cross_aisles_mm=floor.cross_aisles_mm, start=floor.start
        )
    picks = draws.sample(names, draws.randint(0, 14))
    ranked = [(a, b) for a, b in itertools.pairwise(picks) if draws.random() < 0.2]
    before = ranked if draws.random() < 0.3 else []
    left = [name for name in names if name not in picks]
    choices = [draws.sample(left, 2) for _ in range(draws.randint(1, 2))] if draws.random() < 0.15 else []
    ends = None
    if isinstance(floor, Warehouse) and draws.random() < 0.5:
        spots = [Spot(aisle.x_mm, y) for aisle in floor.aisles for y in floor.cross_aisles_mm]
        ends = draws.sample(spots, min(len(spots), draws.randint(1, 3)))
    return Walk(
        floor=floor, picks=picks, choices=choices, ends=ends, stay=draws.random() < 0.2, before=before
    )


def _freed(aisles: tuple[Aisle, ...]) -> tuple[Aisle, ...]:
    return tuple(Aisle(name=each.name, x_mm=each.x_mm) for each in aisles)
