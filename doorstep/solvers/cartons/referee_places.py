"""Judges how units lie in one box: inside, apart, the right way up, steady, and on nothing that does not bear them."""

from collections.abc import Iterator, Sequence
from itertools import permutations

from doorstep.solvers.cartons.answers import Placement
from doorstep.solvers.cartons.findings import Finding
from doorstep.solvers.cartons.goods import Item
from doorstep.solvers.cartons.questions import Packing
from doorstep.solvers.cartons.referee_rooms import Inside

CELLS = 12
"""A floor is looked at in so many squares along its longer side."""

Point = tuple[int, int]


def in_room(
    problem: Packing, inside: Inside, placements: Sequence[Placement], where: str
) -> Iterator[Finding]:
    """Judge units in packing order."""
    cells: dict[tuple[int, int], list[int]] = {}
    under: list[set[int]] = []
    for number, unit in enumerate(placements):
        touched = _cells(inside, unit)
        near = dict.fromkeys(other for cell in touched for other in cells.get(cell, ()))
        told = f"{where}, unit {number + 1}"
        yield from _standing(problem.items[unit.item], unit, told)
        yield from _inside(inside, unit, told)
        on = []
        for other in near:
            finding, carries = _against(problem, unit, placements[other], told)
            if finding:
                yield finding
            if carries:
                on.append(other)
        yield from _rest(problem, inside, unit, [placements[other] for other in on], told)
        under.append({*on, *(lower for other in on for lower in under[other])})
        for cell in touched:
            cells.setdefault(cell, []).append(number)
    yield from _loads(problem, placements, under, where)


def _cells(inside: Inside, unit: Placement) -> list[tuple[int, int]]:
    """The squares of the floor that a unit stands over; only units that share one can be in each other's way."""
    size = max(inside.length_mm, inside.width_mm, 1) // CELLS + 1
    across = range(unit.x_mm // size, (unit.x_mm + max(1, unit.length_mm) - 1) // size + 1)
    along = range(unit.y_mm // size, (unit.y_mm + max(1, unit.width_mm) - 1) // size + 1)
    if len(across) * len(along) > 4 * CELLS * CELLS:
        return []  # reaches far out of the box, which is told
    return [(x, y) for x in across for y in along]


def _against(problem: Packing, unit: Placement, other: Placement, where: str) -> tuple[Finding | None, bool]:
    """Judge a unit against one that was packed before; also say whether it stands on it."""
    shared = _common(unit.x_mm, unit.length_mm, other.x_mm, other.length_mm) * _common(
        unit.y_mm, unit.width_mm, other.y_mm, other.width_mm
    )
    if not shared:
        return None, False
    name = problem.items[other.item].name
    if _common(unit.z_mm, unit.height_mm, other.z_mm, other.height_mm):
        return Finding("overlap", where, f"lies partly inside {name!r}"), False
    if other.z_mm > unit.z_mm:
        return Finding("order", where, f"has to pass through {name!r}"), False
    if other.z_mm + other.height_mm != unit.z_mm:
        return None, False
    if problem.items[other.item].fragile:
        return Finding("on_fragile", where, f"lies on fragile {name!r}"), True
    softer = problem.items[other.item].crush_class > problem.items[unit.item].crush_class
    return (Finding("on_softer", where, f"lies on {name!r}, which is softer") if softer else None), True


def _rest(
    problem: Packing, inside: Inside, unit: Placement, below: Sequence[Placement], where: str
) -> Iterator[Finding]:
    """Judge what a unit stands on."""
    if unit.z_mm == inside.free_mm:
        return
    if problem.items[unit.item].floor_only:
        yield Finding("not_on_floor", where, f"{problem.items[unit.item].name!r} may only stand on the floor")
    if not problem.support_pct:
        return
    rested = 0
    corners: list[Point] = []
    far_x, far_y = unit.x_mm + unit.length_mm, unit.y_mm + unit.width_mm
    for other in below:
        xs = max(unit.x_mm, other.x_mm), min(far_x, other.x_mm + other.length_mm)
        ys = max(unit.y_mm, other.y_mm), min(far_y, other.y_mm + other.width_mm)
        rested += (xs[1] - xs[0]) * (ys[1] - ys[0])
        corners += [(2 * x, 2 * y) for x in xs for y in ys]
    base = unit.length_mm * unit.width_mm
    if rested * 100 < problem.support_pct * base:
        yield Finding(
            "unsupported",
            where,
            f"rests on {rested * 100 // base} % of its base, not {problem.support_pct} %",
        )
    elif not _in_hull((unit.x_mm + far_x, unit.y_mm + far_y), corners):
        yield Finding("tips", where, "the center of its base is not over what carries it")


def _in_hull(point: Point, points: Sequence[Point]) -> bool:
    """Whether a point lies in the convex hull of others, built by Andrew's monotone chain (1979)."""
    rising = sorted(set(points))
    hull: list[Point] = []
    for half in (rising, rising[::-1]):
        start = len(hull)
        for each in half:
            while len(hull) >= start + 2 and _turn(hull[-2], hull[-1], each) <= 0:
                hull.pop()
            hull.append(each)
        hull.pop()
    return all(_turn(a, b, point) >= 0 for a, b in zip(hull, hull[1:] + hull[:1], strict=True))


def _turn(a: Point, b: Point, c: Point) -> int:
    """Above zero for a turn to the left on the way from a over b to c."""
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def _loads(
    problem: Packing, placements: Sequence[Placement], under: Sequence[set[int]], where: str
) -> Iterator[Finding]:
    """Judge what stands on each unit, directly or through others."""
    borne = [0] * len(placements)
    for number, lower in enumerate(under):
        for each in lower:
            borne[each] += problem.items[placements[number].item].weight_g
    for number, unit in enumerate(placements):
        item = problem.items[unit.item]
        if item.top_load_g is not None and borne[number] > item.top_load_g:
            yield Finding(
                "overloaded",
                f"{where}, unit {number + 1}",
                f"{borne[number]} g stand on {item.name!r}, which bears {item.top_load_g} g",
            )


def _inside(inside: Inside, unit: Placement, where: str) -> Iterator[Finding]:
    low = inside.free_mm
    ends = (
        (unit.x_mm, unit.length_mm, inside.length_mm, "length"),
        (unit.y_mm, unit.width_mm, inside.width_mm, "width"),
        (unit.z_mm, unit.height_mm, inside.height_mm, "height"),
    )
    for at, side, room, name in ends:
        if at < low or at + side > low + room:
            yield Finding(
                "outside", where, f"reaches from {at} to {at + side} mm of {low}..{low + room} mm {name}"
            )


def _common(start: int, length: int, other_start: int, other_length: int) -> int:
    """How much of two stretches of a line they share."""
    return max(0, min(start + length, other_start + other_length) - max(start, other_start))


def ways_to_stand(item: Item) -> list[tuple[int, int, int]]:
    """Return the sides of every way in which one unit may stand, with its padding."""
    sides = (item.length_mm, item.width_mm, item.height_mm)
    ways = []
    for turn in permutations(range(3)):
        lying = item.rotations == "flat" and sides[turn[2]] == min(sides)
        upright = item.rotations == "upright" and turn[2] == 2
        if item.stands[turn[2]] and (item.rotations == "any" or lying or upright):
            ways.append(tuple(sides[side] + 2 * item.clearance_mm for side in turn))
    return [(a, b, c) for a, b, c in ways]


def _standing(item: Item, unit: Placement, where: str) -> Iterator[Finding]:
    """Judge which side is vertical: some turn of the item must give these sides and be allowed."""
    stands = (unit.length_mm, unit.width_mm, unit.height_mm)
    if stands in ways_to_stand(item):
        return
    pad = 2 * item.clearance_mm
    sides = (item.length_mm + pad, item.width_mm + pad, item.height_mm + pad)
    if sorted(stands) != sorted(sides):
        yield Finding("other_sides", where, f"measures {stands} mm, {item.name!r} measures {sides} mm")
    else:
        yield Finding("wrong_way_up", where, f"{item.name!r} may not stand with {unit.height_mm} mm vertical")
