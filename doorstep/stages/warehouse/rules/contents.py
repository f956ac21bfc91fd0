"""What a packing slip says of a parcel's contents: order lines as they were sold, kits as kits where they are whole."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from uuid import UUID

from doorstep.stages.warehouse.rules.slip import Line


@dataclass(frozen=True, slots=True)
class Inside:
    """Pieces of an order's line in a parcel.

    Attributes:
        ordered: units of the line; total_minor: what the customer paid for all of them.
        pieces: units of this component here; pieces_each: how many of it one unit of the line needs.
        components: how many kinds of component a kit has; 0 for a single product.
        serials: numbers of the pieces that have one of their own, in order.
    """

    line_id: UUID
    sku: str
    name: str
    ordered: int
    total_minor: int
    piece_sku: str
    piece_name: str
    pieces: int
    pieces_each: int
    components: int
    serials: Sequence[str] = ()


def slip_lines(inside: Iterable[Inside]) -> list[Line]:
    """Return the lines of a slip, in order; the parts of a kit that is not whole here are named one by one.

    Args:
        inside: pieces, those of one line together.
    """
    lines: list[Line] = []
    for _, group in groupby(inside, key=lambda one: one.line_id):
        lines += _of_line(list(group))
    return lines


def _of_line(pieces: Sequence[Inside]) -> list[Line]:
    first = pieces[0]
    units = {one.pieces // one.pieces_each for one in pieces}
    whole = all(one.pieces % one.pieces_each == 0 for one in pieces) and len(units) == 1
    if whole and len(pieces) >= first.components:
        quantity = units.pop()
        total_minor = first.total_minor * quantity // first.ordered
        serials = tuple(serial for one in pieces for serial in one.serials)
        return [Line(first.sku, first.name, quantity, total_minor, serials)]
    return [
        Line(one.piece_sku, f"{one.piece_name} ({first.name})", one.pieces, serials=tuple(one.serials))
        for one in pieces
    ]
