"""The empty room in a box as maximal spaces: every largest block of air, overlapping each other.

Source: Lai and Chan, "Developing a simulated annealing algorithm for the cutting stock problem", Computers and Industrial
Engineering 32, 1997 (the difference process); Parreno, Alvarez-Valdes, Tamarit, Oliveira, "A maximal-space algorithm for
the container loading problem", INFORMS Journal on Computing 20(3), 2008.
"""

from collections.abc import Iterable
from typing import NamedTuple

from doorstep.solvers.cartons.burden import Burden
from doorstep.solvers.cartons.goods import Shape
from doorstep.solvers.cartons.kinds import Goods
from doorstep.solvers.cartons.steadiness import Base, centered

HALF = 50
"""What rests with half of its base has its center over what carries it."""

Space = tuple[int, int, int, int, int, int]
"""Corner nearest to the origin, then the corner farthest from it: x, y, z, x, y, z in mm."""


class Block(NamedTuple):
    """Units of one kind side by side and on each other; mostly a single one.

    Attributes:
        kind: index.
        x: corner nearest to the origin, in mm.
        y: as above.
        z: as above.
        shape: of one unit.
        along: units along the length of the box.
        across: units along its width.
        up: units along its height.
    """

    kind: int
    x: int
    y: int
    z: int
    shape: Shape
    along: int = 1
    across: int = 1
    up: int = 1

    @property
    def units(self) -> int:
        """Units in it."""
        return self.along * self.across * self.up


def units_of(blocks: Iterable[Block]) -> list[Block]:
    """Return the units of blocks, one by one."""
    units = []
    for block in blocks:
        kind, x, y, z, shape, along, across, up = block
        if along == across == up == 1:
            units.append(block)
            continue
        units += [
            Block(kind, x + i * shape[0], y + j * shape[1], z + level * shape[2], shape)
            for level in range(up)
            for j in range(across)
            for i in range(along)
        ]
    return units


class Room:
    """A box being filled.

    Attributes:
        spaces: maximal spaces that are still worth looking at.
        blocks: what lies in it, in the order of placing.
        burden: what lies on what; None where everything bears everything.
        support_pct: share of a base that must rest.
    """

    __slots__ = ("_bottoms", "_height", "_kinds", "_tops", "blocks", "burden", "spaces", "support_pct")

    def __init__(self, sides: Shape, goods: Goods) -> None:
        self.spaces: list[Space] = [(0, 0, 0, *sides)]
        self.blocks: list[Block] = []
        self.burden = Burden(goods.kinds) if goods.heedful else None
        self.support_pct = goods.support_pct
        self._kinds = goods.kinds
        self._height = sides[2]
        self._tops: dict[int, list[Base]] = {}
        self._bottoms: dict[int, list[Base]] = {}

    def copied(self) -> "Room":
        """Return a room with the same in it, that can be filled on."""
        other = object.__new__(Room)
        other.spaces = list(self.spaces)
        other.blocks = list(self.blocks)
        other.burden = self.burden and self.burden.copied()
        other.support_pct = self.support_pct
        other._kinds = self._kinds
        other._height = self._height
        other._tops = {z: list(bases) for z, bases in self._tops.items()}
        other._bottoms = {z: list(bases) for z, bases in self._bottoms.items()}
        return other

    def supports(self, x: int, y: int, z: int, length: int, width: int) -> bool:
        """Whether a base at this place rests enough on the floor or on what lies below."""
        if not z:
            return True
        if self.rested_mm2(x, y, z, length, width) * 100 < self.support_pct * length * width:
            return False
        if not 0 < self.support_pct < HALF:
            return True
        return centered((x, y, x + length, y + width), self._tops.get(z, ()))

    def rested_mm2(self, x: int, y: int, z: int, length: int, width: int) -> int:
        """How much of a base at this place rests on goods."""
        area = 0
        far_x, far_y = x + length, y + width
        for x1, y1, x2, y2 in self._tops.get(z, ()):
            across = (x2 if x2 < far_x else far_x) - (x1 if x1 > x else x)  # noqa: FURB136 - the hottest lines
            if across > 0:
                along = (y2 if y2 < far_y else far_y) - (y1 if y1 > y else y)  # noqa: FURB136 - as above
                if along > 0:
                    area += across * along
        return area

    def bears(self, x: int, y: int, top: int, length: int, width: int) -> bool:
        """Whether something already rests on the height `top` over this base: no place for a fragile unit."""
        far_x, far_y = x + length, y + width
        return any(
            x1 < far_x and x2 > x and y1 < far_y and y2 > y for x1, y1, x2, y2 in self._bottoms.get(top, ())
        )

    def harms(self, k: int, x: int, y: int, z: int, shape: Shape) -> bool:
        """Whether a unit at this place, or what is near it, would bear what it must not."""
        length, width, height = shape
        if self.burden is None:
            return self._kinds[k].fragile and self.bears(x, y, z + height, length, width)
        # What is pushed under something would carry it: no such place is looked for.
        return self.bears(x, y, z + height, length, width) or not self.burden.allows(
            k, x, y, z, length, width
        )

    def tops_at(self, z: int) -> list[Base]:
        """What could carry something at this height."""
        return self._tops.get(z, [])

    def put(self, block: Block, least_mm: int) -> None:
        """Put a block in its place and carve it out of the spaces; what is thinner than `least_mm` is forgotten.

        Over a fragile block the air up to the lid is taken as well.
        """
        _, x1, y1, z1, (length, width, height), along, across, up = block
        x2, y2 = x1 + along * length, y1 + across * width
        z2 = self._noted(block, (x1, y1, x2, y2), z1 + up * height)
        kept: list[Space] = []
        cut: list[Space] = []
        for space in self.spaces:
            a1, b1, c1, a2, b2, c2 = space
            if a1 >= x2 or a2 <= x1 or b1 >= y2 or b2 <= y1 or c1 >= z2 or c2 <= z1:
                kept.append(space)
                continue
            if x1 - a1 >= least_mm:
                cut.append((a1, b1, c1, x1, b2, c2))
            if a2 - x2 >= least_mm:
                cut.append((x2, b1, c1, a2, b2, c2))
            if y1 - b1 >= least_mm:
                cut.append((a1, b1, c1, a2, y1, c2))
            if b2 - y2 >= least_mm:
                cut.append((a1, y2, c1, a2, b2, c2))
            if z1 - c1 >= least_mm:
                cut.append((a1, b1, c1, a2, b2, z1))
            if c2 - z2 >= least_mm:
                cut.append((a1, b1, z2, a2, b2, c2))
        self.spaces = _maximal(kept, cut)

    def _noted(self, block: Block, base: Base, top: int) -> int:
        """Note what lies where, and return up to where it takes the air."""
        self.blocks.append(block)
        self._bottoms.setdefault(block.z, []).append(base)
        if self.burden is not None:
            self.burden.put(block.kind, block.x, block.y, block.z, block.shape)
        if self._kinds[block.kind].fragile:
            return self._height
        self._tops.setdefault(top, []).append(base)
        return top


def _maximal(kept: list[Space], cut: list[Space]) -> list[Space]:
    """Join new spaces to old ones, without those that lie inside another."""
    for number, (a1, b1, c1, a2, b2, c2) in enumerate(cut):
        for s in kept:
            if s[0] <= a1 and s[3] >= a2 and s[1] <= b1 and s[4] >= b2 and s[2] <= c1 and s[5] >= c2:
                break
        else:
            for s in cut[number + 1 :]:
                if s[0] <= a1 and s[3] >= a2 and s[1] <= b1 and s[4] >= b2 and s[2] <= c1 and s[5] >= c2:
                    break
            else:
                kept.append((a1, b1, c1, a2, b2, c2))
    return kept
