"""Fills one box with as much as possible, by blocks of alike units; for goods that come in dozens, like a container's.

Space by space, nearest to a corner of the box first, the block is placed that fills most and spoils least: what stays beside
it counts as spoiled as far as no row of sides adds up to it. The best filling so far is then torn down to a random block
and built up again with some luck, over and over.

Source: Parreno, Alvarez-Valdes, Tamarit, Oliveira, "A maximal-space algorithm for the container loading problem", INFORMS
Journal on Computing 20(3), 2008 (corners, building again); Zhu, Oon, Lim, Weng, "The six elements to block-building
approaches for the single container loading problem", Applied Intelligence 37, 2012 (what a block spoils).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from doorstep.solvers.cartons.filling import Limits
from doorstep.solvers.cartons.goods import Shape
from doorstep.solvers.cartons.kinds import Goods, Kind
from doorstep.solvers.cartons.spaces import Block, Room, Space
from doorstep.solvers.cartons.vessels import Vessel
from doorstep.solvers.draws import Draws

CHOICE = 4
"""Out of so many best blocks luck chooses."""

Candidate = tuple[int, int, Shape, int, int, int]
"""Score, kind, way to stand, units along, across and up."""


@dataclass(frozen=True, slots=True)
class Luck:
    """A way to fill a box by blocks; seed 0 is no luck: always the best block."""

    seed: int = 0

    def draws(self) -> Draws | None:
        """Return the luck, to be drawn from once."""
        return Draws(self.seed) if self.seed else None


@dataclass(frozen=True, slots=True)
class Filling:
    """What one building gave: its blocks in order, and the units that are left per kind."""

    blocks: tuple[Block, ...]
    left: tuple[int, ...]


class Builder:
    """Builds fillings of one vessel."""

    def __init__(self, vessel: Vessel, goods: Goods) -> None:
        self._vessel = vessel
        self._goods = goods
        self._reach = [
            _reachable(side, {shape[axis] for kind in goods.kinds for shape in kind.shapes})
            for axis, side in enumerate(vessel.sides)
        ]

    def build(
        self, counts: Sequence[int], kept: Sequence[Block], draws: Draws | None, late: Callable[[], bool]
    ) -> Filling:
        """Build on from the blocks that are kept; without `draws` always the best block is taken.

        Args:
            counts: units at hand per kind, those of the kept blocks included.
            kept: first blocks of an earlier filling.
            draws: luck.
            late: asked before each block whether to stop.
        """
        room = Room(self._vessel.sides, self._goods)
        kinds = self._goods.kinds
        left = list(counts)
        limits = Limits(self._vessel)
        least_mm = min((kind.least_mm for kind, count in zip(kinds, counts, strict=True) if count), default=1)
        waiting = list(reversed(kept))
        while room.spaces and not late():
            if waiting:
                block = waiting.pop()
            else:
                space = min(room.spaces, key=self._farness)
                found = self._block(room, space, left, limits, draws)
                if found is None:
                    room.spaces.remove(space)
                    room.spaces.extend(_rested_parts(room, space, least_mm))
                    continue
                block = found
            room.put(block, least_mm)
            left[block.kind] -= block.units
            limits.take(kinds[block.kind], block.units)
        return Filling(tuple(room.blocks), tuple(left))

    def _farness(self, space: Space) -> tuple[int, int, int, int]:
        """How far a space lies from the nearest corner of the floor; the larger of two comes first."""
        x1, y1, z1, x2, y2, z2 = space
        length, width, _ = self._vessel.sides
        aside = min(x1, length - x2)
        ahead = min(y1, width - y2)
        low, middle, high = sorted((aside, ahead, z1))
        return low, middle, high, -(x2 - x1) * (y2 - y1) * (z2 - z1)

    def _block(
        self, room: Room, space: Space, left: Sequence[int], limits: Limits, draws: Draws | None
    ) -> Block | None:
        """Choose a block for this space, and the corner of the space it goes to."""
        candidates = sorted(self._candidates(space, left, limits), reverse=True)
        if candidates and draws is not None:
            # The best is taken half of the time, the second best a quarter, and so on.
            luck = draws.below(1 << CHOICE)
            number = next((n for n in range(min(CHOICE, len(candidates))) if luck >> n & 1), 0)
            candidates.insert(0, candidates.pop(number))
        return next((block for each in candidates if (block := self._rested(room, space, each))), None)

    def _candidates(self, space: Space, left: Sequence[int], limits: Limits) -> Iterator[Candidate]:
        dx, dy, dz = space[3] - space[0], space[4] - space[1], space[5] - space[2]
        for k, kind in enumerate(self._goods.kinds):
            if not left[k] or (space[2] and kind.floor_only):
                continue
            count = limits.most(kind, left[k])
            if count < 1:
                continue
            for shape in kind.shapes:
                a, b, h = shape
                if a > dx or b > dy or h > dz:
                    continue
                for along, across, up in self._sizes(kind, count, dx // a, dy // b, dz // h):
                    score = self._score(dx, dy, dz, along * a, across * b, up * h)
                    yield score, k, shape, along, across, up

    def _sizes(self, kind: Kind, count: int, along: int, across: int, up: int) -> list[tuple[int, int, int]]:
        if self._goods.heedful:
            return [(1, 1, 1)]
        return _blocks(count, along, across, 1 if kind.fragile or kind.floor_only else up)

    def _score(self, dx: int, dy: int, dz: int, length: int, width: int, height: int) -> int:
        """Volume of the block, less what it spoils."""
        along, across, up = self._reach
        usable = (length + along[dx - length]) * (width + across[dy - width]) * (height + up[dz - height])
        return length * width * height + usable - dx * dy * dz

    def _rested(self, room: Room, space: Space, candidate: Candidate) -> Block | None:
        """Put a block to a corner of the space where all of it rests, the corner of the box first."""
        _, k, shape, along, across, up = candidate
        x1, y1, z, x2, y2, _ = space
        a, b, h = shape
        length, width = along * a, across * b
        xs = (x1, x2 - length) if x1 <= self._vessel.sides[0] - x2 else (x2 - length, x1)
        ys = (y1, y2 - width) if y1 <= self._vessel.sides[1] - y2 else (y2 - width, y1)
        for x in dict.fromkeys(xs):
            for y in dict.fromkeys(ys):
                rests = not z or self._units_rest(room, x, y, z, shape, along, across)
                if rests and not room.harms(k, x, y, z, (length, width, up * h)):
                    return Block(k, x, y, z, shape, along, across, up)
        return None

    def _units_rest(self, room: Room, x: int, y: int, z: int, shape: Shape, along: int, across: int) -> bool:
        a, b, _ = shape
        rested = room.rested_mm2(x, y, z, along * a, across * b)
        base = along * a * across * b
        if rested == base or not self._goods.support_pct:
            return True
        return rested * 100 >= self._goods.support_pct * base and all(
            room.supports(x + i * a, y + j * b, z, a, b) for i in range(along) for j in range(across)
        )


def _rested_parts(room: Room, space: Space, least_mm: int) -> list[Space]:
    """The parts of a space that lie right over one thing below, for when nothing rests well in all of it."""
    x1, y1, z1, x2, y2, z2 = space
    parts = []
    for a1, b1, a2, b2 in room.tops_at(z1):
        part = (max(x1, a1), max(y1, b1), z1, min(x2, a2), min(y2, b2), z2)
        if min(part[3] - part[0], part[4] - part[1]) >= least_mm and part != space:
            parts.append(part)
    return parts


def _blocks(count: int, along: int, across: int, up: int) -> list[tuple[int, int, int]]:
    """Blocks of at most `count` units within limits, each grown as far as it can in some order of directions."""
    if count >= along * across * up:
        return [(along, across, up)]
    found = []
    nx, ny, nz = min(along, count), min(across, count), min(up, count)
    rest = count // nz
    one = min(along, rest)
    found.append((one, min(across, rest // one), nz))
    one = min(across, rest)
    found.append((min(along, rest // one), one, nz))
    rest = count // nx
    one = min(across, rest)
    found.append((nx, one, min(up, rest // one)))
    one = min(up, rest)
    found.append((nx, min(across, rest // one), one))
    rest = count // ny
    one = min(along, rest)
    found.append((one, ny, min(up, rest // one)))
    one = min(up, rest)
    found.append((min(along, rest // one), ny, one))
    return list(dict.fromkeys(found))


def _reachable(side: int, lengths: set[int]) -> list[int]:
    """For each gap up to the side: the longest row of these lengths that fits in."""
    bits, mask = 1, (1 << side + 1) - 1
    for length in lengths:
        grown = 0
        while grown != bits:
            grown = bits
            bits = (bits | bits << length) & mask
    found, last = [], 0
    for gap, bit in enumerate(reversed(f"{bits:0{side + 1}b}")):
        last = gap if bit == "1" else last
        found.append(last)
    return found
