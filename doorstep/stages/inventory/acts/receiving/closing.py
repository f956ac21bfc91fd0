"""Closing an arrival: every difference gets its reason, and it is said what the arrival came to."""

from collections.abc import Mapping
from uuid import UUID

from doorstep.platform import journal
from doorstep.platform.db import Tx
from doorstep.platform.errors import Fault, invalid
from doorstep.platform.statements import Statements
from doorstep.stages.inventory.acts.receiving import expecting
from doorstep.stages.inventory.acts.receiving.expecting import Line
from doorstep.stages.inventory.acts.receiving.taking import hold_door
from doorstep.stages.inventory.model.arrivals import ARRIVAL, DIFFERENCES, ArrivalAct, Closing

Q = Statements("doorstep.stages.inventory")


def differs(line: Line, *, announced: bool) -> bool:
    """Whether something else came of a product than was expected, or in another condition."""
    return bool(line.damaged or line.refused or (announced and line.received != line.expected))


async def close(tx: Tx, arrival_id: UUID, whys: Mapping[UUID, str]) -> Closing:
    """Close an arrival: nothing more of it comes.

    Args:
        tx: the open transaction.
        arrival_id: which.
        whys: for each product that came otherwise than expected, why: one of `DIFFERENCES`.

    Raises:
        Refused: a difference has no reason, or the arrival is not open.
    """
    door = await hold_door(tx, arrival_id)
    lines = await expecting.lines_of(tx, arrival_id)
    odd = [one for one in lines if differs(one, announced=door.announced)]
    faults = [
        Fault(
            f"/whys/{one.product_id}",
            "difference",
            f"{one.received} of {one.expected} came, {one.damaged} damaged, {one.refused} refused. Say why: "
            f"{', '.join(DIFFERENCES)}.",
        )
        for one in odd
        if whys.get(one.product_id) not in DIFFERENCES
    ]
    if faults:
        raise invalid(faults)
    await tx.run(
        Q.explain_lines,
        arrival_id=arrival_id,
        product_ids=[one.product_id for one in odd],
        whys=[whys[one.product_id] for one in odd],
    )
    facts = {
        "short": sum(max(one.expected - one.received, 0) for one in lines),
        "over": sum(max(one.received - one.expected, 0) for one in lines) if door.announced else 0,
        "damaged": sum(one.damaged for one in lines),
        "refused": sum(one.refused for one in lines),
        "filled": int(await tx.value(Q.orders_filled, id=arrival_id)),
    }
    await journal.move_all(tx, ARRIVAL, ArrivalAct.CLOSE, [arrival_id], facts)
    minutes = int(await tx.value(Q.end_arrival, id=arrival_id))
    return Closing(**facts, minutes=minutes)
