"""Parts of an order are held, a line or what one site sends: they stay off the floor while the rest goes on."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from doorstep.platform import journal
from doorstep.platform.db import Tx
from doorstep.platform.errors import Reason, Refused, invalid
from doorstep.platform.ids import new_ids
from doorstep.platform.statements import Statements
from doorstep.stages import catalog, inventory
from doorstep.stages.orders.acts.holding import PLAIN, late_faults
from doorstep.stages.orders.acts.looking import fetch_lines
from doorstep.stages.orders.model import ORDER, HoldReason
from doorstep.stages.orders.model.changing import Piece
from doorstep.stages.orders.model.holding import OWNERS, Parts, Terms
from doorstep.stages.orders.rules.holding import part_faults

Q = Statements("doorstep.stages.orders")


@dataclass(frozen=True, slots=True)
class _Held:
    id: UUID
    order_id: UUID
    line_id: UUID | None
    site_id: UUID | None
    reason: str


async def hold_parts(
    tx: Tx, order_id: UUID, parts: Parts, reason: HoldReason, note: str = "", terms: Terms = PLAIN
) -> None:
    """Keep lines of an order, or what a site sends of it, from the floor; what it has of them it gives up.

    Raises:
        Refused: the order is finished, or all of these parts are held for this reason already; or they cannot be held
            (says why, of each).
    """
    if not await tx.values(Q.open_orders, ids=[order_id]):
        raise Refused(Reason.CONFLICT, "The order is finished. Look at it again.")
    lines = (await fetch_lines(tx, [order_id])).get(order_id, [])
    pieces = await tx.rows(Q.pieces, Piece, order_id=order_id)
    sites = {one.site_id for one in await inventory.reserved_for(tx, [order_id])}
    faults = [*late_faults(tx, terms), *part_faults(parts, reason, terms, lines, pieces, sites)]
    if faults:
        raise invalid(faults)
    named: list[tuple[UUID | None, UUID | None]] = [(line_id, None) for line_id in parts.line_ids]
    named += [(None, parts.site_id)] if parts.site_id else []
    placed = await tx.rows(
        Q.place_part_holds,
        _Held,
        order_id=order_id,
        ids=new_ids(len(named)),
        line_ids=[line_id for line_id, _ in named],
        site_ids=[site_id for _, site_id in named],
        reason=str(reason),
        note=note,
        owner=terms.owner or OWNERS[reason],
        release_at=terms.release_at,
        actor=tx.actor,
    )
    if not placed:
        raise Refused(Reason.CONFLICT, f"That is held for {reason} already. Look at the order again.")
    await _tell(tx, "part_held", placed, note)


async def release_parts(tx: Tx, order_id: UUID, parts: Parts, reason: HoldReason, note: str = "") -> None:
    """Release one reason of parts of an order; they join the rest of it on the floor.

    Raises:
        Refused: none of these parts is held for this reason.
    """
    await tx.run(Q.lock_to_change, order_id=order_id)
    held = await tx.rows(Q.open_part_holds, _Held, order_id=order_id)
    asked = {*parts.line_ids, parts.site_id} - {None}
    ids = [one.id for one in held if one.reason == reason and asked & {one.line_id, one.site_id}]
    if not await release_part_holds(tx, ids, note):
        raise Refused(Reason.CONFLICT, f"That is not held for {reason}. Look at the order again.")


async def release_part_holds(tx: Tx, ids: Sequence[UUID], note: str) -> list[UUID]:
    """Release holds of parts by their ids; return the orders of those that were open."""
    if not ids:
        return []
    released = await tx.rows(Q.release_part_holds, _Held, ids=list(ids), actor=tx.actor)
    await _tell(tx, "part_released", released, note)
    return sorted({one.order_id for one in released})


async def _tell(tx: Tx, name: str, holds: Sequence[_Held], note: str) -> None:
    """Write into the history of each order which parts it is about, as people call them."""
    of_reason: dict[str, dict[UUID, list[_Held]]] = {}
    for one in holds:
        of_reason.setdefault(one.reason, {}).setdefault(one.order_id, []).append(one)
    lines = await fetch_lines(tx, sorted({one.order_id for one in holds}))
    sites = await catalog.sites(tx, sorted({one.site_id for one in holds if one.site_id}))
    for reason, of_order in of_reason.items():
        facts: dict[UUID, dict[str, Any]] = {
            order_id: {
                "reason": reason,
                "note": note,
                "lines": [line.sku for line in lines[order_id] if line.id in {one.line_id for one in some}],
                "sites": [sites[one.site_id].name for one in some if one.site_id],
            }
            for order_id, some in of_order.items()
        }
        await journal.note(tx, ORDER, name, list(facts), facts)
