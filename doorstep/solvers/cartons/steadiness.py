"""Whether a base stands on what is under it without tipping: its center must lie over the hull of all that carries it."""

from collections.abc import Iterable

Base = tuple[int, int, int, int]
"""The corner of a rectangle nearest to the origin, then the farthest: x, y, x, y in mm."""


def centered(base: Base, carriers: Iterable[Base]) -> bool:
    """Whether the center of a base lies in the hull of the parts of it that rest on carriers; on its edge counts.

    It does not exactly when all corners of these parts lie on one side of some line through the center: when from one of
    them, the most clockwise, all others are within less than half a turn.
    """
    x1, y1, x2, y2 = base
    corners = []
    for a1, b1, a2, b2 in carriers:
        left, right, back, front = max(a1, x1), min(a2, x2), max(b1, y1), min(b2, y2)
        if left < right and back < front:
            corners += [
                (2 * x - x1 - x2, 2 * y - y1 - y2)
                for x, y in ((left, back), (left, front), (right, back), (right, front))
            ]
    for x, y in corners:
        if not x and not y:
            return True
        if all(x * v - y * u > 0 or (x * v == y * u and x * u + y * v > 0) for u, v in corners):
            return False
    return bool(corners)
