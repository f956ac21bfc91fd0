"""How few boxes can do at best, by dual-feasible functions.

A dual-feasible function stretches lengths so that whatever fit side by side still does. One per direction turns every unit
into a volume that is often larger than its own; the stretched volumes in a box cannot exceed the box. With free rotation
the smallest stretched volume over the ways to stand counts; with several types of box the smallest share of any box.

Source: Fekete and Schepers, "A general framework for bounds for higher-dimensional orthogonal packing problems",
Mathematical Methods of Operations Research 60, 2004; Clautiaux, Alves, Valerio de Carvalho, "A survey of dual-feasible and
superadditive functions", Annals of Operations Research 179, 2010.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import chain, product

from doorstep.solvers.cartons.kinds import Kind
from doorstep.solvers.cartons.vessels import Vessel

WHOLE = 1 << 40
"""Shares of a box are counted in parts of this, rounded down."""

MOST_THRESHOLDS = 3
"""Thresholds tried."""

Shares = list[int]
"""Per kind the share of a box that one unit takes at least; `WHOLE + 1` where it does not fit."""

Stretch = Callable[[int, int], int]
"""From a length and the side of a box, in mm, to the stretched length; the side itself counts `stretch(side, side)`."""


def _plain(length: int, _side: int) -> int:
    return length


def _rounded(parts: int, length: int, side: int) -> int:
    """Fekete and Schepers' u(k), times k: with k = 1 what is longer than half a side counts whole, half is half."""
    scaled = length * (parts + 1)
    return length * parts if not scaled % side else scaled // side * side


def _cut(threshold: int, length: int, side: int) -> int:
    """Martello and Vigo's U(e): lengths that leave less than e count whole, those below e not at all."""
    if 2 * threshold > side:
        return length
    if length > side - threshold:
        return side
    return length if length >= threshold else 0


def _triples(lengths: Sequence[int]) -> Iterator[tuple[Stretch, Stretch, Stretch]]:
    """Yield functions for the three directions; each time one function in some directions, the others plain.

    The first, which counts halves, excludes nearly all that any of them does.
    """
    thresholds = lengths[:: max(1, len(lengths) // MOST_THRESHOLDS)][:MOST_THRESHOLDS]
    stretches: Iterator[Stretch] = chain(
        (partial(_rounded, parts) for parts in (1, 2, 3)),
        (partial(_cut, threshold) for threshold in thresholds),
    )
    for stretch in stretches:
        yield from (
            (triple[0], triple[1], triple[2])
            for triple in product((_plain, stretch), repeat=3)
            if stretch in triple
        )


def _shares(box: Vessel, kinds: Sequence[Kind]) -> Iterator[Shares]:
    """Yield valid shares: by volume, mass, and units, then by ever rarer functions."""
    fits = [box.takes(kind) for kind in kinds]
    for room, sizes in (
        (box.room_mm3, [kind.volume_mm3 for kind in kinds]),
        (box.room_g, [kind.weight_g for kind in kinds]),
        (box.room_units, [1] * len(kinds)),
    ):
        yield [
            size * WHOLE // max(1, room) if fit else WHOLE + 1 for size, fit in zip(sizes, fits, strict=True)
        ]
    lengths = sorted({side for kind in kinds for side in kind.sides})
    standing = [
        [shape for shape in kind.shapes if all(a <= b for a, b in zip(shape, box.sides, strict=True))]
        for kind in kinds
    ]
    for triple in _triples(lengths):
        along, across, up = (
            {length: stretch(length, side) for length in lengths if length <= side}
            for stretch, side in zip(triple, box.sides, strict=True)
        )
        most = 1
        for stretch, side in zip(triple, box.sides, strict=True):
            most *= stretch(side, side)
        yield [
            min(along[a] * across[b] * up[c] for a, b, c in shapes) * WHOLE // most if fit else WHOLE + 1
            for shapes, fit in zip(standing, fits, strict=True)
        ]


class Bounds:
    """Bounds for one question; shares are worked out when they are first asked for."""

    def __init__(self, boxes: Sequence[Vessel], kinds: Sequence[Kind]) -> None:
        self._known: list[list[Shares]] = [[] for _ in boxes]
        self._more = [_shares(box, kinds) for box in boxes]

    def shares(self, box: int) -> Iterator[Shares]:
        """Yield the shares of one type of box."""
        known = self._known[box]
        at = 0
        while True:
            if at == len(known):
                following = next(self._more[box], None)
                if following is None:
                    return
                known.append(following)
            yield known[at]
            at += 1

    def excludes(self, box: int, counts: Sequence[int]) -> bool:
        """Whether one box of this type certainly cannot take these units."""
        return any(
            sum(share * count for share, count in zip(shares, counts, strict=True) if count) > WHOLE
            for shares in self.shares(box)
        )

    def least(self, costs: Sequence[int], counts: Sequence[int], enough: int) -> int:
        """Return what boxes for these units cost at least; every unit must fit some box.

        A unit pays at least its share of the box that is cheapest for it. Each function is used for all types of box
        alike, and the largest total is the bound.

        Args:
            costs: of one box, per type.
            counts: units per kind.
            enough: a cost that is known to do; the search for a higher bound stops there.
        """
        best = 0
        present = [k for k, count in enumerate(counts) if count]
        for tables in zip(*(self.shares(box) for box in range(len(costs))), strict=True):
            total = 0
            for k in present:
                total += counts[k] * min(
                    cost * shares[k] for cost, shares in zip(costs, tables, strict=True) if shares[k] <= WHOLE
                )
            best = max(best, -(-total // WHOLE))
            if best >= enough:
                break
        return best
