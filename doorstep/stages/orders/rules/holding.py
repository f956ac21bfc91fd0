"""Which parts of an order may be held: lines that still have something to leave, or what one site sends."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from uuid import UUID

from doorstep.platform.errors import Fault
from doorstep.stages.orders.model import HoldReason, Line
from doorstep.stages.orders.model.changing import Piece
from doorstep.stages.orders.model.holding import PART_REASONS, Parts, Terms


def part_faults(
    parts: Parts,
    reason: HoldReason,
    terms: Terms,
    lines: Sequence[Line],
    pieces: Iterable[Piece],
    sites: Collection[UUID],
) -> list[Fault]:
    """Return everything that forbids to hold these parts of an order.

    Args:
        parts: what is to be held.
        reason: why.
        terms: how the hold is kept.
        lines: of the order.
        pieces: what the lines are made of, with what has left of it.
        sites: that something is reserved at for the order.
    """
    faults = []
    if reason not in PART_REASONS:
        said = f"A part is held for {' or '.join(PART_REASONS)}; hold the whole order for {reason}."
        faults.append(Fault("/reason", "whole_only", said))
    if terms.cancel_at is not None:
        said = "A hold of a part cancels no order. Leave the time out, or hold the whole order."
        faults.append(Fault("/cancel_at", "whole_only", said))
    if parts.line_ids and parts.site_id is not None:
        faults.append(Fault("/site_id", "two_scopes", "Hold lines, or what a site sends; not both in one."))
    elif parts.site_id is not None and parts.site_id not in sites:
        said = f"Nothing of the order is reserved at a site {parts.site_id}. Name one that sends something of it."
        faults.append(Fault("/site_id", "unknown_site", said))
    known = {line.id: line for line in lines}
    left = _left(known, pieces)
    for i, line_id in enumerate(parts.line_ids):
        if line_id not in known:
            said = f"The order has no line {line_id}."
            faults.append(Fault(f"/line_ids/{i}", "unknown_line", said))
        elif line_id in parts.line_ids[:i]:
            faults.append(Fault(f"/line_ids/{i}", "twice", "This line is named twice. Name it once."))
        elif not left[line_id]:
            said = f"Nothing of {known[line_id].name} is left to be sent. Take this line out."
            faults.append(Fault(f"/line_ids/{i}", "nothing_left", said))
    return faults


def _left(lines: Mapping[UUID, Line], pieces: Iterable[Piece]) -> dict[UUID, bool]:
    """Return of which lines something has not left the house yet."""
    left = dict.fromkeys(lines, False)
    for one in pieces:
        left[one.line_id] |= one.shipped < one.per_unit * lines[one.line_id].quantity
    return left
