"""Goods are kept for a basket until a moment, and given to the order that is placed with it: one reservation, never two."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from uuid import UUID

import msgspec
from psycopg.types.json import Jsonb

from doorstep.platform.db import Tx
from doorstep.platform.errors import Fault, Reason, Refused, invalid, unknown
from doorstep.platform.ids import new_id
from doorstep.platform.statements import Statements
from doorstep.stages import inventory
from doorstep.stages.inventory import Shortage
from doorstep.stages.orders.acts.knowing import know_items, know_routing
from doorstep.stages.orders.model import Item
from doorstep.stages.orders.model.baskets import Basket, BasketLine
from doorstep.stages.orders.rules.sourcing import demanded

Q = Statements("doorstep.stages.orders")
REMEMBERED = timedelta(days=2)


async def find_basket(tx: Tx, basket_id: UUID, own: UUID | None = None) -> Basket:
    """Return what is kept for a basket.

    Raises:
        Refused: there is no such basket, or it is another merchant's.
    """
    rows = await tx.tuples(Q.basket, id=basket_id, own=own)
    if not rows:
        raise unknown("basket", basket_id)
    return _basket(rows[0])


def _basket(row: Sequence[object]) -> Basket:
    basket_id, merchant_id, merchant, lines, until, order_id = row
    return Basket(basket_id, merchant_id, merchant, msgspec.convert(lines, list[BasketLine]), until, order_id)  # type: ignore[arg-type]


async def keep_goods(tx: Tx, merchant_id: UUID, lines: Sequence[BasketLine], seconds: int) -> UUID:
    """Keep goods for a basket, all or nothing; they are free again after so many seconds of business time.

    Raises:
        Refused: an article is not known, or there is not enough; names each.
    """
    basket_id = new_id()
    await _keep(tx, basket_id, merchant_id, lines, seconds)
    return basket_id


async def change_basket(
    tx: Tx, basket_id: UUID, lines: Sequence[BasketLine], seconds: int, own: UUID | None = None
) -> None:
    """Keep other goods for a basket, for so many seconds from now; if they are not there, it keeps what it had.

    Raises:
        Refused: as `keep_goods`; there is no such basket; it was given to an order.
    """
    basket = await _open(tx, basket_id, own)
    await _keep(tx, basket_id, basket.merchant_id, lines, seconds)


async def drop_basket(tx: Tx, basket_id: UUID, own: UUID | None = None) -> None:
    """Give a basket's goods back.

    Raises:
        Refused: there is no such basket, or it was given to an order.
    """
    await _open(tx, basket_id, own)
    await inventory.release(tx, [basket_id], "basket dropped")
    await tx.run(Q.drop_basket, id=basket_id)


async def _open(tx: Tx, basket_id: UUID, own: UUID | None) -> Basket:
    await tx.run(Q.lock_basket, id=basket_id)
    basket = await find_basket(tx, basket_id, own)
    if basket.order_id is not None:
        raise Refused(Reason.CONFLICT, "The basket's goods were given to an order. Change the order instead.")
    return basket


async def _keep(
    tx: Tx, basket_id: UUID, merchant_id: UUID, lines: Sequence[BasketLine], seconds: int
) -> None:
    items = await know_items(tx, [(merchant_id, one.sku) for one in lines])
    faults = [
        Fault(f"/lines/{i}/sku", "unknown_sku", f"There is no article {one.sku!r}. Check the SKU.")
        for i, one in enumerate(lines)
        if (merchant_id, one.sku) not in items
    ]
    if faults:
        raise invalid(faults)
    wanted = [(new_id(), items[merchant_id, one.sku], one.quantity) for one in lines]
    asked = demanded(wanted)
    sites = tuple(depot.id for depot in (await know_routing(tx)).depots)
    await _let_go(tx, [basket_id], [(product_id, site) for _, product_id, _ in asked for site in sites])
    demands = [
        inventory.Demand(
            order_id=basket_id,
            line_id=line_id,
            product_id=product_id,
            quantity=quantity,
            site_ids=sites,
            hold_s=seconds,
        )
        for line_id, product_id, quantity in asked
    ]
    short = (await inventory.reserve(tx, demands)).get(basket_id)
    if short:
        raise Refused(
            Reason.UNAVAILABLE,
            "There is not enough of what is listed. Keep what is left, or leave it out.",
            _missing(lines, [item for _, item, _ in wanted], short),
        )
    until = tx.now + timedelta(seconds=seconds)
    await tx.run(
        Q.keep_basket,
        id=basket_id,
        merchant_id=merchant_id,
        lines=Jsonb(msgspec.to_builtins(lines)),
        until=until,
    )


def _missing(lines: Sequence[BasketLine], items: Sequence[Item], short: Sequence[Shortage]) -> list[Fault]:
    left = {one.product_id: one.available for one in short}
    return [
        Fault(
            f"/lines/{i}/quantity",
            "unavailable",
            f"{item.name} ({line.sku}): {had} left, {line.quantity} asked.",
        )
        for i, (line, item) in enumerate(zip(lines, items, strict=True))
        if (parts := [left[product] // each for product, each in item.components if product in left])
        for had in [max(min(parts), 0)]
    ]


async def _let_go(tx: Tx, basket_ids: Sequence[UUID], keys: Sequence[tuple[UUID, UUID]]) -> None:
    """Give the goods of baskets back. All stock rows that are wanted afterward are locked with theirs, in one order.

    Theirs are wanted afterward at every site: should the order be refused, the basket looks for its goods anew.
    """
    held = await inventory.reserved_for(tx, basket_ids)
    if held:
        own = {(one.product_id, site_id) for one in held for _, site_id in keys}
        await inventory.hold_promises(tx, [one.line_id for one in held], sorted({*keys, *own}))
        await inventory.release(tx, basket_ids, "given to the order")


async def faults_of_baskets(tx: Tx, asked: Mapping[int, tuple[UUID, UUID | None]]) -> dict[int, Fault]:
    """Return which orders, by their place, name a basket that is none of their merchant's.

    Args:
        tx: the open transaction.
        asked: the basket and the merchant of each order that names one.
    """
    if not asked:
        return {}
    there = set(await tx.tuples(Q.baskets_of, ids=[basket_id for basket_id, _ in asked.values()]))
    return {
        place: Fault(
            "/basket",
            "unknown_basket",
            "There is no such basket. Leave it out: the goods are looked for anew.",
        )
        for place, one in asked.items()
        if one not in there
    }


async def hand_over(tx: Tx, orders: Mapping[UUID, UUID], keys: Sequence[tuple[UUID, UUID]]) -> None:
    """Give the goods of baskets to orders that reserve theirs right after this; a basket is given once, the second order gets none.

    Args:
        tx: the open transaction.
        orders: by basket, the order.
        keys: every stock row that any of the orders may be served from.
    """
    if orders:
        given = await tx.values(Q.give_baskets, ids=list(orders), order_ids=list(orders.values()))
        await _let_go(tx, given, keys)


async def take_back(tx: Tx, order_ids: Sequence[UUID]) -> None:
    """Keep for baskets again what they had: their orders were refused."""
    for row in await tx.tuples(Q.take_baskets_back, order_ids=list(order_ids)):
        basket = _basket(row)
        left = int((basket.until - tx.now).total_seconds())
        if left > 0:
            await _keep(tx, basket.id, basket.merchant_id, basket.lines, left)


async def forget_baskets(tx: Tx, _subjects: list[UUID]) -> None:
    """Forget baskets whose goods have long been free or given to an order."""
    await tx.run(Q.forget_baskets, before=tx.now - REMEMBERED)
