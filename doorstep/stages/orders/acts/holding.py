"""What keeps an order from going on: holds are placed and released one by one, and the order's state follows."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from doorstep.platform import journal
from doorstep.platform.db import Tx
from doorstep.platform.errors import Fault, Reason, Refused, invalid
from doorstep.platform.ids import new_id
from doorstep.platform.statements import Statements
from doorstep.stages import inventory
from doorstep.stages.orders.acts.knowing import know_routing
from doorstep.stages.orders.acts.routing import sourcing
from doorstep.stages.orders.model import ORDER, HoldReason, OrderAct
from doorstep.stages.orders.model.holding import OWNERS, Terms
from doorstep.stages.orders.rules import sourcing as sourcing_rules

Q = Statements("doorstep.stages.orders")
PLAIN = Terms()
Missing = inventory.Shortage | sourcing_rules.Lack


async def hold(tx: Tx, ids: Sequence[UUID], reason: HoldReason | str, note: str = "") -> list[UUID]:
    """Hold orders for a reason; return those that were not held for it before. Finished orders are left alone."""
    return await hold_each(tx, [(order_id, HoldReason(reason), note) for order_id in ids])


async def hold_each(
    tx: Tx, wanted: Sequence[tuple[UUID, HoldReason, str]], terms: Terms = PLAIN
) -> list[UUID]:
    """Hold orders, each for its own reason and with its own note; return those that were not held for it before."""
    if not wanted:
        return []
    open_ids = set(await tx.values(Q.open_orders, ids=[order_id for order_id, _, _ in wanted]))
    wanted = [one for one in wanted if one[0] in open_ids]
    placed = await tx.values(
        Q.place_holds,
        ids=[new_id() for _ in wanted],
        order_ids=[order_id for order_id, _, _ in wanted],
        reasons=[str(reason) for _, reason, _ in wanted],
        notes=[note for _, _, note in wanted],
        owners=[terms.owner or OWNERS[HoldReason(reason)] for _, reason, _ in wanted],
        release_at=terms.release_at,
        cancel_at=terms.cancel_at,
        actor=tx.actor,
    )
    said = {order_id: {"reason": reason, "note": note} for order_id, reason, note in wanted}
    await journal.note(tx, ORDER, "hold_placed", placed, {order_id: said[order_id] for order_id in placed})
    await journal.move(tx, ORDER, OrderAct.HOLD, placed, {order_id: said[order_id] for order_id in placed})
    return placed


async def release_hold(tx: Tx, ids: Sequence[UUID], reason: HoldReason | str, note: str = "") -> list[UUID]:
    """Release one reason of orders, and accept those that nothing keeps any more; return those that had it.

    Raises:
        Refused: the reason was missing stock, and it is still missing; says of what.
    """
    if reason == HoldReason.OUT_OF_STOCK:
        await _reserve_rest(tx, ids)
    released = await tx.values(Q.release_holds, ids=list(ids), reason=HoldReason(reason), actor=tx.actor)
    await journal.note(tx, ORDER, "hold_released", released, {"reason": reason, "note": note})
    await accept_ready(tx, released)
    return released


async def accept_ready(tx: Tx, ids: Sequence[UUID]) -> journal.Moves:
    """Accept those orders that nothing keeps: no open hold, every payment promised or taken, and their goods still theirs."""
    ready = await tx.values(Q.ready_orders, ids=list(ids))
    kept = await claim(tx, ready)
    return await journal.move(tx, ORDER, OrderAct.ACCEPT, kept)


async def claim(tx: Tx, ids: Sequence[UUID]) -> list[UUID]:
    """Let the reservations of paid orders run out no more; return the orders whose goods are theirs.

    An order whose reservation ran out before is reserved again; if that fails, it is held for `out_of_stock`.
    """
    if not ids:
        return []
    lost = await inventory.commit(tx, ids)
    short = await reserve_rest(tx, lost)
    await hold_each(
        tx,
        [(order_id, HoldReason.OUT_OF_STOCK, said_missing(missing)) for order_id, missing in short.items()],
    )
    return [order_id for order_id in ids if order_id not in short]


async def hold_one(tx: Tx, order_id: UUID, reason: HoldReason, note: str, terms: Terms = PLAIN) -> None:
    """Hold one order.

    Raises:
        Refused: it is finished, or held for this reason already; or it would end before it begins.
    """
    if late := late_faults(tx, terms):
        raise invalid(late)
    if not await hold_each(tx, [(order_id, reason, note)], terms):
        raise Refused(
            Reason.CONFLICT, f"The order is finished, or held for {reason} already. Look at it again."
        )


def late_faults(tx: Tx, terms: Terms) -> list[Fault]:
    """Return what is wrong with the times of a hold: it would end before it begins."""
    return [
        Fault(f"/{name}", "past", "A hold ends by itself later than now. Mend the time, or leave it out.")
        for name in ("release_at", "cancel_at")
        if (at := getattr(terms, name)) is not None and at <= tx.now
    ]


async def release_one(tx: Tx, order_id: UUID, reason: HoldReason, note: str) -> None:
    """Release one reason of one order.

    Raises:
        Refused: it is not held for this reason, or its goods are still missing.
    """
    if not await release_hold(tx, [order_id], reason, note):
        raise Refused(Reason.CONFLICT, f"The order is not held for {reason}. Look at it again.")


async def hold_short(tx: Tx, shortage_ids: Sequence[UUID]) -> None:
    """Hold the orders to whom goods were promised that are not there, and that no other site could replace."""
    await hold_each(
        tx,
        [
            (order_id, HoldReason.OUT_OF_STOCK, f"{units} of {name} are missing.")
            for order_id, name, units in await tx.tuples(Q.orders_short, ids=list(shortage_ids))
        ],
    )


@dataclass(frozen=True, slots=True)
class Lack:
    """What a line wants that is neither promised nor shipped."""

    order_id: UUID
    line_id: UUID
    product_id: UUID
    quantity: int


async def lacks_of(tx: Tx, ids: Sequence[UUID]) -> list[Lack]:
    """Return what lines of unfinished orders want that is neither promised nor shipped; kits by component."""
    return await tx.rows(Q.lacking, Lack, ids=list(ids))


async def _reserve_rest(tx: Tx, ids: Sequence[UUID]) -> None:
    short = await reserve_rest(tx, ids)
    if short:
        raise Refused(
            Reason.UNAVAILABLE,
            "There is still not enough. Receive goods first, or cancel the order.",
            [Fault("", "unavailable", said_missing(missing)) for missing in short.values()],
        )


async def reserve_rest(tx: Tx, ids: Sequence[UUID]) -> dict[UUID, Sequence[Missing]]:
    """Reserve what lines of these orders lack, each order whole or not at all, in the sequence given; return what is missing of each.

    To those that get it nothing is owed any more.
    """
    if not ids:
        return {}
    lacks = await tx.rows(Q.lacking, Lack, ids=list(ids))
    short = await _reserve(tx, lacks)
    await inventory.owe_only(tx, [order_id for order_id in ids if order_id not in short])
    return short


async def _reserve(tx: Tx, lacks: Sequence[Lack]) -> dict[UUID, Sequence[Missing]]:
    routing = await know_routing(tx)
    if len(routing.depots) > 1:
        lacking: dict[UUID, list[sourcing.LineWant]] = {}
        for lack in lacks:
            lacking.setdefault(lack.order_id, []).append((lack.line_id, lack.product_id, lack.quantity))
        return dict(await sourcing.source_rest(tx, lacking))
    short = await inventory.reserve(
        tx,
        [
            inventory.Demand(
                order_id=lack.order_id,
                line_id=lack.line_id,
                product_id=lack.product_id,
                quantity=lack.quantity,
                site_ids=tuple(depot.id for depot in routing.depots),
                hold_s=None,
            )
            for lack in lacks
        ],
    )
    return dict(short)


def said_missing(missing: Sequence[Missing]) -> str:
    """Return in words what an order lacks."""
    if not missing:
        return "no site that may ship it has all of it"
    return "; ".join(
        f"{one.asked} wanted, {one.available} left of product {one.product_id}" for one in missing
    )
