"""Release: what is reserved for accepted orders becomes work on the floor, one fulfillment order per site."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time
from uuid import UUID

from doorstep.platform.db import Tx, columns
from doorstep.platform.ids import new_id
from doorstep.platform.journal import born, move, note
from doorstep.platform.statements import Statements
from doorstep.stages.catalog import Calendar
from doorstep.stages.orders import reach_floor
from doorstep.stages.warehouse.model import FULFILLMENT, FulfillmentAct
from doorstep.stages.warehouse.rules.cutoff import priority, ship_by

Q = Statements("doorstep.stages.warehouse")


@dataclass(frozen=True, slots=True)
class _Due:
    """Units reserved at a site and not on its floor yet."""

    order_id: UUID
    site_id: UUID
    merchant_id: UUID
    delivery: str | None
    line_id: UUID
    product_id: UUID
    quantity: int
    cutoff: time
    timezone: str
    country: str
    region: str
    weekdays: list[int]
    closed: list[date]
    holidays: bool


def _works(one: _Due) -> Calendar:
    return Calendar(one.country if one.holidays else "", one.region, tuple(one.weekdays), tuple(one.closed))


@dataclass(frozen=True, slots=True)
class _Known:
    id: UUID
    order_id: UUID
    site_id: UUID


@dataclass(frozen=True, slots=True)
class _Item:
    fulfillment_id: UUID
    line_id: UUID
    product_id: UUID
    quantity: int


async def release(tx: Tx, order_ids: Sequence[UUID]) -> list[UUID]:
    """Give the floor what is reserved for these orders and not there yet; return the fulfillment orders concerned.

    Doing it again changes nothing; what was reserved since (after a short pick, at another site) is added, and what was
    short waits again. Orders that are not accepted are left alone.
    """
    await tx.run(Q.lock_orders, order_ids=list(order_ids))
    await move(
        tx, FULFILLMENT, FulfillmentAct.RELEASE, await tx.values(Q.short_of_orders, order_ids=list(order_ids))
    )
    due = await tx.rows(Q.unreleased, _Due, order_ids=list(order_ids))
    if not due:
        return []
    await reach_floor(tx, list({one.order_id for one in due}))
    known = await tx.rows(Q.waiting_of_orders, _Known, order_ids=list(order_ids))
    ids = {(one.order_id, one.site_id): one.id for one in known}
    heads = {(one.order_id, one.site_id): one for one in due}
    fresh = {key: new_id() for key in heads if key not in ids}
    more = [ids[key] for key in heads if key in ids]
    ids |= fresh
    await tx.run(Q.add_floors, site_ids=list({site_id for _, site_id in heads}))
    begun = [heads[key] for key in fresh]
    promises = [ship_by(tx.now, one.cutoff, one.timezone, _works(one)) for one in begun]
    await tx.run(
        Q.add_fulfillments,
        ids=list(fresh.values()),
        **columns(begun, "order_id", "site_id", "merchant_id"),
        prioritys=[priority(one.delivery) for one in begun],
        ship_bys=promises,
    )
    items = [_Item(ids[one.order_id, one.site_id], one.line_id, one.product_id, one.quantity) for one in due]
    await tx.run(Q.add_items, **columns(items, "fulfillment_id", "line_id", "product_id", "quantity"))
    facts = {
        fulfillment_id: {"order_id": one.order_id, "site_id": one.site_id, "ship_by": promise}
        for fulfillment_id, one, promise in zip(fresh.values(), begun, promises, strict=True)
    }
    await born(tx, FULFILLMENT, list(fresh.values()), facts)
    await note(tx, FULFILLMENT, "extended", more)
    return [ids[key] for key in heads]
