"""Fills one box: units in a given order, each at the best place that a rule knows.

A start is an order of kinds and a rule; different starts fail on different goods, so several are tried.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from doorstep.solvers.cartons.kinds import Kind
from doorstep.solvers.cartons.questions import Box, Shape
from doorstep.solvers.cartons.spaces import Placed, Room, Space
from doorstep.solvers.draws import Draws

Rule = Callable[[int, int, int, int, int, int, int, int, int], int]
"""Scores a place, less is better: x, y, z, the three sides as the unit stands, the three sides of the space."""

Counts = list[int]
"""Units per kind."""

Place = tuple[int, int, int, Shape, Space]
"""Corner, way to stand, and the space it was found in."""

NEVER = 1 << 200


def lowest(x: int, y: int, z: int, a: int, b: int, _h: int, dx: int, dy: int, _dz: int) -> int:
    """Low, then back, then left; ways to stand by the smaller gap beside."""
    return (z << 54) + (y << 36) + (x << 18) + min(dx - a, dy - b)


def low_top(x: int, y: int, z: int, a: int, b: int, h: int, dx: int, dy: int, _dz: int) -> int:
    """Let the top rise least, then leave the smallest gap beside."""
    return (z + h << 54) + (min(dx - a, dy - b) << 36) + (y << 18) + x


def tight(_x: int, _y: int, z: int, a: int, b: int, h: int, dx: int, dy: int, dz: int) -> int:
    """Leave the smallest gap in any direction."""
    one, two, three = sorted((dx - a, dy - b, dz - h))
    return (one << 54) + (two << 36) + (three << 18) + z


def flush(_x: int, _y: int, z: int, a: int, b: int, h: int, dx: int, dy: int, _dz: int) -> int:
    """Low, then the smallest gap beside."""
    p, q = dx - a, dy - b
    if p > q:
        p, q = q, p
    return (z << 54) + (p << 36) + (q << 18) + h


def backmost(x: int, y: int, z: int, _a: int, b: int, _h: int, _dx: int, _dy: int, _dz: int) -> int:
    """Build a wall from the back."""
    return (y + b << 36) + (z << 18) + x


def cornered(x: int, y: int, z: int, a: int, b: int, h: int, _dx: int, _dy: int, _dz: int) -> int:
    """Keep the far corner near to the origin."""
    return (x + a) ** 2 + (y + b) ** 2 + (z + h) ** 2


RULES: tuple[Rule, ...] = (low_top, flush, backmost, cornered, lowest, tight)

Key = Callable[[Kind], int]
KEYS: tuple[Key, ...] = (
    lambda kind: kind.sides[1] * kind.sides[2],
    lambda kind: kind.sides[1],
    lambda kind: kind.volume_mm3,
    lambda kind: kind.sides[2],
    lambda kind: kind.sides[0],
)
"""What comes first: the largest face, middle side, volume, longest side, or shortest side."""


@dataclass(frozen=True, slots=True)
class Start:
    """An order of kinds and a rule; `bulk` places stacks and blocks of the same kind at once."""

    order: tuple[int, ...]
    rule: Rule
    bulk: bool = False


def first_starts(kinds: Sequence[Kind]) -> Iterator[Start]:
    """Every key with every rule; orders that turn out the same are tried once. Fragile kinds come last."""
    seen = set()
    for rule in RULES:
        for key in KEYS:
            order = sorted(
                range(len(kinds)), key=lambda k: (kinds[k].fragile, -key(kinds[k]), -kinds[k].volume_mm3, k)
            )
            start = Start(tuple(order), rule)
            if start not in seen:
                seen.add(start)
                yield start


def random_start(kinds: Sequence[Kind], draws: Draws) -> Start:
    """A random key, blurred, with a random rule."""
    key = KEYS[draws.below(len(KEYS))]
    blurred = [key(kind) * (512 + draws.below(1024)) for kind in kinds]
    order = sorted(range(len(kinds)), key=lambda k: (kinds[k].fragile, -blurred[k], k))
    return Start(tuple(order), RULES[draws.below(len(RULES))])


def fill(
    box: Box,
    kinds: Sequence[Kind],
    counts: Counts,
    start: Start,
    support_pct: int,
    *,
    whole: bool,
    late: Callable[[], bool] = lambda: False,
) -> tuple[list[Placed], Counts] | None:
    """Fill one box.

    Args:
        box: the type.
        kinds: of the goods.
        counts: units at hand per kind.
        start: order and rule.
        support_pct: share of a base that must rest.
        whole: all units or nothing.
        late: asked before each placing whether to stop.

    Returns:
        What lies where, and the units that are left; None if `whole` and something is left.
    """
    room = Room(box.sides, support_pct)
    room_g = box.room_g
    left = list(counts)
    order = [k for k in start.order if left[k]]
    least = _least(kinds, order)
    for at, k in enumerate(order):
        kind = kinds[k]
        while left[k]:
            place = _best_place(room, kind, start.rule) if kind.weight_g <= room_g else None
            if place is None or late():
                break
            most = left[k] if not kind.weight_g else min(left[k], room_g // kind.weight_g)
            placed = _place(room, k, kind, place, most if start.bulk else 1, least[at])
            left[k] -= placed
            room_g -= placed * kind.weight_g
        if whole and left[k]:
            return None
    return room.placed, left


def _least(kinds: Sequence[Kind], order: Sequence[int]) -> list[int]:
    """For each step the smallest side of what is still to come."""
    least, smallest = [], NEVER
    for k in reversed(order):
        smallest = min(smallest, kinds[k].least_mm)
        least.append(smallest)
    return least[::-1]


def _place(room: Room, k: int, kind: Kind, place: Place, most: int, least_mm: int) -> int:
    """Place one unit, or a block of up to `most`; return how many."""
    x, y, z, shape, space = place
    if most == 1 or kind.fragile:
        room.place(k, x, y, z, shape, fragile=kind.fragile)
        room.carve(x, y, z, shape, least_mm, fragile=kind.fragile)
        return 1
    a, b, h = shape
    up = min(most, (space[5] - z) // h)
    across = min(most // up, (space[4] - y) // b)
    along = min(most // (up * across), (space[3] - x) // a)
    if z and across * along > 1:
        rest = [[room.supports(x + i * a, y + j * b, z, a, b) for j in range(across)] for i in range(along)]
        across = next((j for j in range(across) if not rest[0][j]), across)
        along = next((i for i in range(along) if not all(rest[i][:across])), along)
    for level in range(up):
        for j in range(across):
            for i in range(along):
                room.place(k, x + i * a, y + j * b, z + level * h, shape, fragile=False)
    room.carve(x, y, z, (along * a, across * b, up * h), least_mm, fragile=False)
    return up * across * along


def _best_place(room: Room, kind: Kind, rule: Rule) -> Place | None:
    best, found = NEVER, None
    shapes, fragile = kind.shapes, kind.fragile
    for space in room.spaces:
        x, y, z, far_x, far_y, far_z = space
        dx, dy, dz = far_x - x, far_y - y, far_z - z
        for shape in shapes:
            a, b, h = shape
            if a > dx or b > dy or h > dz:
                continue
            score = rule(x, y, z, a, b, h, dx, dy, dz)
            if score >= best or (z and not room.supports(x, y, z, a, b)):
                continue
            if fragile and room.bears(x, y, z + h, a, b):
                continue
            best, found = score, (x, y, z, shape, space)
    return found


def holds(box: Box, kinds: Sequence[Kind], placed: Sequence[Placed], support_pct: int) -> bool:
    """Whether these places, from an earlier answer, are still good for this box, by lowering one unit after the other."""
    room = Room(box.sides, support_pct)
    for k, x, y, z, a, b, h in sorted(placed, key=lambda each: each[3]):
        kind = kinds[k]
        free = any(
            s[0] <= x and s[1] <= y and s[2] <= z and s[3] >= x + a and s[4] >= y + b and s[5] >= z + h
            for s in room.spaces
        )
        if not free or (a, b, h) not in kind.shapes or not room.supports(x, y, z, a, b):
            return False
        room.place(k, x, y, z, (a, b, h), fragile=kind.fragile)
        room.carve(x, y, z, (a, b, h), 1, fragile=kind.fragile)
    return True
