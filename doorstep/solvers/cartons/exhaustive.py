"""Packs a few units into one box by trying everything that fits into the lowest corner, within a limit.

At every step the lowest, then backmost, then leftmost space takes a unit in its corner, or is given up.

Source: Martello, Pisinger, Vigo, "The three-dimensional bin packing problem", Operations Research 48(2), 2000 (corner
points, branching on them).
"""

from collections.abc import Callable, Sequence

from doorstep.solvers.cartons.goods import Shape
from doorstep.solvers.cartons.kinds import Goods
from doorstep.solvers.cartons.spaces import Block, Room, Space
from doorstep.solvers.cartons.vessels import Vessel

MOST_UNITS = 10
"""With more units the limit on steps is reached before anything is found."""

MOST_STEPS = 8_000
"""Steps tried."""


def exhaustive(
    vessel: Vessel, goods: Goods, counts: Sequence[int], late: Callable[[], bool]
) -> list[Block] | None:
    """Return how all these units lie in one box; None when no way was found. Mass and other limits are not looked at."""
    if sum(counts) > MOST_UNITS:
        return None
    return _Tries(goods, late).found(Room(vessel.sides, goods), list(counts))


class _Tries:
    def __init__(self, goods: Goods, late: Callable[[], bool]) -> None:
        self._goods = goods
        self._late = late
        self._steps = 0
        self._order = sorted(range(len(goods.kinds)), key=lambda k: (-goods.kinds[k].volume_mm3, k))

    def found(self, room: Room, left: list[int]) -> list[Block] | None:
        """Return the blocks of a whole packing that begins with what is in the room, which is used up."""
        while any(left):
            self._steps += 1
            if not room.spaces or self._steps > MOST_STEPS or self._late():
                return None
            space = min(room.spaces, key=_lowest)
            blocks = self._placed(room, space, left)
            if blocks:
                return blocks
            room.spaces.remove(space)
        return room.blocks

    def _placed(self, room: Room, space: Space, left: list[int]) -> list[Block] | None:
        """Go on with each unit in the corner of this space, one way after the other."""
        for k in self._order:
            for shape in self._goods.kinds[k].shapes if left[k] else ():
                if self._goes(room, k, space, shape):
                    left[k] -= 1
                    tried = room.copied()
                    tried.put(Block(k, space[0], space[1], space[2], shape), self._least_mm(left))
                    blocks = self.found(tried, left)
                    left[k] += 1
                    if blocks:
                        return blocks
        return None

    def _goes(self, room: Room, k: int, space: Space, shape: Shape) -> bool:
        x, y, z, far_x, far_y, far_z = space
        a, b, h = shape
        if a > far_x - x or b > far_y - y or h > far_z - z or (z and self._goods.kinds[k].floor_only):
            return False
        return room.supports(x, y, z, a, b) and not room.harms(k, x, y, z, shape)

    def _least_mm(self, left: Sequence[int]) -> int:
        kinds = self._goods.kinds
        return min((kinds[k].least_mm for k, count in enumerate(left) if count), default=1)


def _lowest(space: Space) -> tuple[int, int, int]:
    return space[2], space[1], space[0]
