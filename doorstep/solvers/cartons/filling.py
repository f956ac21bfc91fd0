"""Fills one box: units in a given order, each at the best place that a rule knows.

A start is an order of kinds and a rule; different starts fail on different goods, so several are tried.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from doorstep.solvers.cartons.goods import Shape
from doorstep.solvers.cartons.kinds import Goods, Kind
from doorstep.solvers.cartons.spaces import Block, Room
from doorstep.solvers.cartons.vessels import Vessel
from doorstep.solvers.draws import Draws

Rule = Callable[[int, int, int, int, int, int, int, int, int], int]
"""Scores a place, less is better: x, y, z, the three sides as the unit stands, the three sides of the space."""

Counts = list[int]
"""Units per kind."""

Place = tuple[int, int, int, Shape]
"""Corner and way to stand."""

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
        luck: seed of a luck that overlooks one place in eight; 0: none is overlooked.
    """

    order: tuple[int, ...]
    rule: Rule
    luck: int = 0


def first_starts(kinds: Sequence[Kind]) -> Iterator[Start]:
    """Every key with every rule; orders that turn out the same are tried once. What bears least comes last."""
    seen = set()
    for rule in RULES:
        for key in KEYS:
            order = sorted(
                range(len(kinds)), key=lambda k: (kinds[k].rank, -key(kinds[k]), -kinds[k].volume_mm3, k)
            )
            start = Start(tuple(order), rule)
            if start not in seen:
                seen.add(start)
                yield start


def random_start(kinds: Sequence[Kind], draws: Draws) -> Start:
    """A random key, blurred, with a random rule, and luck half of the time."""
    key = KEYS[draws.below(len(KEYS))]
    blurred = [key(kind) * (512 + draws.below(1024)) for kind in kinds]
    order = sorted(range(len(kinds)), key=lambda k: (kinds[k].rank, -blurred[k], k))
    rule = RULES[draws.below(len(RULES))]
    return Start(tuple(order), rule, luck=draws.next() if draws.below(2) else 0)


def fill(
    vessel: Vessel,
    goods: Goods,
    counts: Sequence[int],
    start: Start,
    *,
    whole: bool,
    late: Callable[[], bool] = lambda: False,
) -> tuple[list[Block], Counts] | None:
    """Fill one box.

    Args:
        vessel: the box.
        goods: what there is.
        counts: units at hand per kind.
        start: order and rule.
        whole: all units or nothing.
        late: asked before each placing whether to stop.

    Returns:
        What lies where, and the units that are left; None if `whole` and something is left.
    """
    room = Room(vessel.sides, goods)
    limits = Limits(vessel)
    left = list(counts)
    order = [k for k in start.order if left[k]]
    least = _least(goods.kinds, order)
    draws = Draws(start.luck) if start.luck else None
    for at, k in enumerate(order):
        kind = goods.kinds[k]
        while left[k] and not late():
            if limits.most(kind, 1) < 1:
                break
            place = _best_place(room, k, kind, start.rule, _overlooked(draws))
            if place is None:
                break
            room.put(Block(k, *place), least[at])
            left[k] -= 1
            limits.take(kind, 1)
        if whole and left[k]:
            return None
    return room.blocks, left


class Limits:
    """What a box may still take beside the room that there is: mass, volume, units, and tags that bear each other."""

    __slots__ = ("_mass_g", "_tags", "_units", "_volume_mm3")

    def __init__(self, vessel: Vessel) -> None:
        self._mass_g = vessel.room_g
        self._volume_mm3 = vessel.room_mm3
        self._units = vessel.room_units
        self._tags = 0

    def most(self, kind: Kind, count: int) -> int:
        """Return how many of up to `count` units may go in."""
        if kind.foes & self._tags:
            return 0
        if kind.weight_g * count > self._mass_g:
            count = self._mass_g // kind.weight_g if self._mass_g > 0 and kind.weight_g else 0
        if kind.volume_mm3 * count > self._volume_mm3:
            count = self._volume_mm3 // kind.volume_mm3
        return min(count, self._units)

    def take(self, kind: Kind, count: int) -> None:
        """Count units that were put in."""
        self._mass_g -= kind.weight_g * count
        self._volume_mm3 -= kind.volume_mm3 * count
        self._units -= count
        self._tags |= kind.tags


def _least(kinds: Sequence[Kind], order: Sequence[int]) -> list[int]:
    """For each step the smallest side of what is still to come."""
    least, smallest = [], NEVER
    for k in reversed(order):
        smallest = min(smallest, kinds[k].least_mm)
        least.append(smallest)
    return least[::-1]


def _overlooked(draws: Draws | None) -> int:
    """Return 64 bits of which one in eight is set, or none."""
    return draws.next() & draws.next() & draws.next() if draws else 0


def _best_place(room: Room, k: int, kind: Kind, rule: Rule, overlooked: int) -> Place | None:
    best, found, number = NEVER, None, 0
    shapes, floor_only = kind.shapes, kind.floor_only
    heedful = kind.fragile or room.burden is not None
    for space in room.spaces:
        x, y, z, far_x, far_y, far_z = space
        if z and floor_only:
            continue
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
            if heedful and room.harms(k, x, y, z, shape):
                continue
            best, found = score, (x, y, z, shape)
    return found


def holds(vessel: Vessel, goods: Goods, units: Sequence[Block]) -> bool:
    """Whether these units can lie so in this box, lowered one after the other; mass and other limits are not looked at."""
    room = Room(vessel.sides, goods)
    # What is fragile comes last: it takes the air above, into which something may reach without touching it.
    for unit in sorted(units, key=lambda each: (goods.kinds[each.kind].fragile, each.z)):
        k, x, y, z, (a, b, h), *_ = unit
        kind = goods.kinds[k]
        free = any(
            s[0] <= x and s[1] <= y and s[2] <= z and s[3] >= x + a and s[4] >= y + b and s[5] >= z + h
            for s in room.spaces
        )
        if not free or unit.shape not in kind.shapes or not room.supports(x, y, z, a, b):
            return False
        if (z and kind.floor_only) or room.harms(k, x, y, z, unit.shape):
            return False
        room.put(unit, 1)
    return True
