"""Buffers: what is kept from sale for a channel, so that what is sold elsewhere meanwhile does not oversell it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from doorstep.platform.db import Tx
from doorstep.platform.errors import Fault, invalid
from doorstep.platform.statements import Statements
from doorstep.stages import catalog
from doorstep.stages.inventory.model import QUANTITY_MAX

Q = Statements("doorstep.stages.inventory")


@dataclass(frozen=True, slots=True)
class Buffer:
    """Units kept back from a channel: of every product, and of single ones that have a quantity of their own."""

    units: int = 0
    products: Mapping[UUID, int] = field(default_factory=dict)


async def keep_back(tx: Tx, channel_id: UUID, buffer: Buffer) -> None:
    """Keep units back from a channel (the id of a webhook, shop or API key); it is told everything anew.

    Raises:
        Refused: a quantity makes no sense, or a product is not there.
    """
    known = {one.id for one in await catalog.products(tx, list(buffer.products))}
    faults = [
        Fault(f"/products/{product_id}", "unknown_product", "There is no such product here. Check the id.")
        for product_id in buffer.products
        if product_id not in known
    ]
    faults += [
        Fault("/units", "range", f"{units} is not between 0 and {QUANTITY_MAX} units. Mend it.")
        for units in (buffer.units, *buffer.products.values())
        if not 0 <= units <= QUANTITY_MAX
    ]
    if faults:
        raise invalid(faults)
    await tx.run(Q.keep_back, channel_id=channel_id, units=buffer.units)
    await tx.run(Q.drop_buffers, channel_id=channel_id)
    await tx.run(
        Q.add_buffers,
        channel_id=channel_id,
        product_ids=list(buffer.products),
        unitss=list(buffer.products.values()),
    )


async def kept_back(tx: Tx, channel_id: UUID) -> Buffer:
    """Return what is kept back from a channel; nothing unless somebody said so."""
    rows: list[tuple[UUID | None, int]] = await tx.tuples(Q.kept_back, channel_id=channel_id)
    return Buffer(
        next((units for product_id, units in rows if product_id is None), 0),
        {product_id: units for product_id, units in rows if product_id is not None},
    )


@dataclass(frozen=True, slots=True)
class Sellable:
    """What a channel may sell of an article right now; `backorder`: units besides that may be owed, None where nobody said so."""

    sku: str
    product_id: UUID
    available: int
    backorder: int | None
    ships_on: date | None


async def sellable(
    tx: Tx, merchant_id: UUID, skus: list[str], channel_id: UUID | None = None
) -> list[Sellable]:
    """Return what a channel may sell right now of a merchant's articles; those that are not there are left out."""
    rows = await tx.tuples(Q.available_of_skus, merchant_id=merchant_id, skus=skus, channel_id=channel_id)
    return [Sellable(*row) for row in rows]
