"""The empty room in a box as maximal spaces: every largest block of air, overlapping each other.

Source: Lai and Chan, "Developing a simulated annealing algorithm for the cutting stock problem", Computers and Industrial
Engineering 32, 1997 (the difference process); Parreno, Alvarez-Valdes, Tamarit, Oliveira, "A maximal-space algorithm for
the container loading problem", INFORMS Journal on Computing 20(3), 2008.
"""

from doorstep.solvers.cartons.questions import Shape

Space = tuple[int, int, int, int, int, int]
"""Corner nearest to the origin, then the corner farthest from it: x, y, z, x, y, z in mm."""

Placed = tuple[int, int, int, int, int, int, int]
"""Kind, then x, y, z of the corner nearest to the origin, then the three sides."""


class Room:
    """A box being filled.

    Attributes:
        spaces: maximal spaces that are still worth looking at.
        placed: what lies in it, in the order of placing.
    """

    __slots__ = ("_bottoms", "_height", "_tops", "placed", "spaces", "support_pct")

    def __init__(self, sides: Shape, support_pct: int) -> None:
        self.spaces: list[Space] = [(0, 0, 0, *sides)]
        self.placed: list[Placed] = []
        self.support_pct = support_pct
        self._height = sides[2]
        self._tops: dict[int, list[tuple[int, int, int, int]]] = {}
        self._bottoms: dict[int, list[tuple[int, int, int, int]]] = {}

    def supports(self, x: int, y: int, z: int, length: int, width: int) -> bool:
        """Whether a base at this place rests enough on the floor or on what lies below."""
        if not z:
            return True
        return self.rested_mm2(x, y, z, length, width) * 100 >= self.support_pct * length * width

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

    def place(self, kind: int, x: int, y: int, z: int, shape: Shape, *, fragile: bool) -> None:
        """Put one unit there; the spaces are not yet carved."""
        length, width, height = shape
        self.placed.append((kind, x, y, z, length, width, height))
        base = (x, y, x + length, y + width)
        if not fragile:
            self._tops.setdefault(z + height, []).append(base)
        self._bottoms.setdefault(z, []).append(base)

    def carve(self, x1: int, y1: int, z1: int, shape: Shape, least_mm: int, *, fragile: bool) -> None:
        """Take a block out of the spaces; what is thinner than `least_mm` is forgotten.

        Over a fragile block the air up to the lid is taken as well.
        """
        x2, y2, z2 = x1 + shape[0], y1 + shape[1], z1 + shape[2]
        if fragile:
            z2 = self._height
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
