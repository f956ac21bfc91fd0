"""Fills one box: units in a given order, each at the best place that a rule knows.

A start is an order of kinds and a rule; different starts fail on different goods, so several are tried.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from doorstep.solvers.cartons.kinds import Kind
from doorstep.solvers.cartons.questions import Box, Shape
from doorstep.solvers.cartons.spaces import Block, Room, Space
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
    """An order of kinds and a rule.

    Attributes:
        order: of kinds.
        rule: scores a place.
        bulk: places stacks and blocks of the same kind at once.
        luck: seed of a luck that overlooks one place in eight; 0: none is overlooked.
    """

    order: tuple[int, ...]
    rule: Rule
    bulk: bool = False
    luck: int = 0


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
    """A random key, blurred, with a random rule, and luck half of the time."""
    key = KEYS[draws.below(len(KEYS))]
    blurred = [key(kind) * (512 + draws.below(1024)) for kind in kinds]
    order = sorted(range(len(kinds)), key=lambda k: (kinds[k].fragile, -blurred[k], k))
    rule = RULES[draws.below(len(RULES))]
    return Start(tuple(order), rule, luck=draws.next() if draws.below(2) else 0)


def fill(
    box: Box,
    kinds: Sequence[Kind],
    counts: Counts,
    start: Start,
    support_pct: int,
    *,
    whole: bool,
    late: Callable[[], bool] = lambda: False,
) -> tuple[list[Block], Counts] | None:
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
    draws = Draws(start.luck) if start.luck else None
    for at, k in enumerate(order):
        kind = kinds[k]
        while left[k] and not late():
            most = min(left[k], room_g // kind.weight_g) if kind.weight_g else left[k]
            place = _best_place(room, kind, start.rule, _overlooked(draws)) if most > 0 else None
            if place is None:
                break
            block = _grown(room, k, kind, place, most if start.bulk else 1)
            room.put(block, least[at], fragile=kind.fragile)
            left[k] -= block.units
            room_g -= block.units * kind.weight_g
        if whole and left[k]:
            return None
    return room.blocks, left


def _least(kinds: Sequence[Kind], order: Sequence[int]) -> list[int]:
    """For each step the smallest side of what is still to come."""
    least, smallest = [], NEVER
    for k in reversed(order):
        smallest = min(smallest, kinds[k].least_mm)
        least.append(smallest)
    return least[::-1]


def _grown(room: Room, k: int, kind: Kind, place: Place, most: int) -> Block:
    """Grow one unit to a block of up to `most`: first up, then across, then along."""
    x, y, z, shape, space = place
    if most == 1 or kind.fragile:
        return Block(k, x, y, z, shape)
    a, b, h = shape
    up = min(most, (space[5] - z) // h)
    across = min(most // up, (space[4] - y) // b)
    along = min(most // (up * across), (space[3] - x) // a)
    if z and across * along > 1:
        rests = [[room.supports(x + i * a, y + j * b, z, a, b) for j in range(across)] for i in range(along)]
        across = next((j for j in range(across) if not rests[0][j]), across)
        along = next((i for i in range(along) if not all(rests[i][:across])), along)
    return Block(k, x, y, z, shape, along, across, up)


def _overlooked(draws: Draws | None) -> int:
    """Return 64 bits of which one in eight is set, or none."""
    return draws.next() & draws.next() & draws.next() if draws else 0


def _best_place(room: Room, kind: Kind, rule: Rule, overlooked: int) -> Place | None:
    best, found, number = NEVER, None, 0
    shapes, fragile = kind.shapes, kind.fragile
    for space in room.spaces:
        x, y, z, far_x, far_y, far_z = space
        dx, dy, dz = far_x - x, far_y - y, far_z - z
        for shape in shapes:
            a, b, h = shape
            if a > dx or b > dy or h > dz:
                continue
            number += 1
            if overlooked >> (number & 63) & 1:
                continue
            score = rule(x, y, z, a, b, h, dx, dy, dz)
            if score >= best or (z and not room.supports(x, y, z, a, b)):
                continue
            if fragile and room.bears(x, y, z + h, a, b):
                continue
            best, found = score, (x, y, z, shape, space)
    return found


def holds(box: Box, kinds: Sequence[Kind], units: Sequence[Block], support_pct: int) -> bool:
    """Whether these units, from an earlier answer, can still lie so in this box: they are lowered one after the other."""
    room = Room(box.sides, support_pct)
    for unit in sorted(units, key=lambda each: each.z):
        k, x, y, z, (a, b, h), *_ = unit
        fragile = kinds[k].fragile
        free = any(
            s[0] <= x and s[1] <= y and s[2] <= z and s[3] >= x + a and s[4] >= y + b and s[5] >= z + h
            for s in room.spaces
        )
        if not free or unit.shape not in kinds[k].shapes or not room.supports(x, y, z, a, b):
            return False
        if fragile and room.bears(x, y, z + h, a, b):
            return False
        room.put(unit, 1, fragile=fragile)
    return True
