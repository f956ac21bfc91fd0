"""What can be sold beside what is there: units that are owed until goods come in, and units that are kept from sale."""

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from doorstep.platform.db import Tx, columns
from doorstep.platform.errors import Reason, Refused, unknown
from doorstep.platform.statements import Statements
from doorstep.stages import catalog
from doorstep.stages.catalog import Product
from doorstep.stages.inventory.model import Backorder, BackorderTerms

Q = Statements("doorstep.stages.inventory")


async def sell_ahead(tx: Tx, product: Product, most: int, ships_on: date | None) -> None:
    """Say how far a product may be ordered beyond what is there; what is owed already stays owed, also above `most`.

    Raises:
        Refused: it is a kit, which is owed by its components.
    """
    if product.kind == "kit":
        raise Refused(Reason.CONFLICT, "A kit is owed by its components. Say it of them.")
    await tx.run(Q.set_backorder_terms, product_id=product.id, most=most, ships_on=ships_on)


async def keep_safe(tx: Tx, product: Product, site_id: UUID, units: int) -> None:
    """Keep units of a product at a site from sale: they are promised to no new order, and keep promises when others are missing.

    Raises:
        Refused: it is a kit, which lies as its components; or there is no such warehouse.
    """
    if product.kind == "kit":
        raise Refused(Reason.CONFLICT, "A kit lies as its components. Keep those from sale.")
    if site_id not in {one.id for one in await catalog.warehouses(tx)}:
        raise unknown("warehouse", site_id)
    await tx.run(Q.set_safety, product_id=product.id, site_id=site_id, units=units)


async def backorder_terms(tx: Tx, product_ids: Sequence[UUID]) -> dict[UUID, BackorderTerms]:
    """Return how far products may be ordered beyond what is there; those of which nobody said so are left out."""
    rows = await tx.rows(Q.backorder_terms, BackorderTerms, product_ids=list(product_ids))
    return {one.product_id: one for one in rows}


async def owe(tx: Tx, owed: Sequence[Backorder]) -> None:
    """Write down that units are owed. Whoever decides that the terms allow it keeps others from deciding meanwhile."""
    if owed:
        await _lock(tx, owed)
        await tx.run(Q.owe, **columns(owed, "order_id", "line_id", "product_id", "quantity"))


async def owed_to(tx: Tx, order_ids: Sequence[UUID]) -> list[Backorder]:
    """Return what is owed to orders."""
    return await tx.rows(Q.owed_to, Backorder, order_ids=list(order_ids))


async def owe_only(
    tx: Tx, order_ids: Sequence[UUID], still: Mapping[tuple[UUID, UUID], int] | None = None
) -> None:
    """Owe orders no more than they still lack: they got their goods, want fewer, or are over.

    Args:
        tx: the open transaction; the orders are locked, and the stock rows that it changes too.
        order_ids: the orders.
        still: units that are still lacking, by line and product; None: nothing is.
    """
    owed = await owed_to(tx, order_ids) if order_ids else []
    lacking = still or {}
    less = [
        Backorder(one.order_id, one.line_id, one.product_id, left)
        for one in owed
        if (left := min(one.quantity, lacking.get((one.line_id, one.product_id), 0))) < one.quantity
    ]
    if less:
        await _lock(tx, less)
        await tx.run(Q.owe_less, **columns(less, "order_id", "line_id", "product_id", "quantity"))


async def _lock(tx: Tx, owed: Sequence[Backorder]) -> None:
    await tx.values(Q.lock_backorder_terms, product_ids=sorted({one.product_id for one in owed}))
