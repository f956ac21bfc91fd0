"""How work leaves the floor: handed over to a carrier, stopped by a hold, or called off for good."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from uuid import UUID

from doorstep.platform import journal
from doorstep.platform.db import Tx
from doorstep.platform.statements import Statements
from doorstep.stages.inventory import Shipped, ship_serials, unpack_serials
from doorstep.stages.inventory import ship as ship_goods
from doorstep.stages.warehouse.acts.release import release
from doorstep.stages.warehouse.acts.withdraw import OVER, drop, withdraw
from doorstep.stages.warehouse.model import (
    FULFILLMENT,
    PARCEL,
    FulfillmentAct,
    FulfillmentState,
    ParcelAct,
)

Q = Statements("doorstep.stages.warehouse")
_F = FulfillmentState
CANCELABLE = (_F.WAITING, _F.BATCHED, _F.PICKING, _F.PICKED, _F.PACKED, _F.SHORT)
ON_CARTS = (_F.BATCHED, _F.PICKING)


@dataclass(frozen=True, slots=True)
class ParcelItem:
    """Units of an order's line in a parcel."""

    parcel_id: UUID
    line_id: UUID
    product_id: UUID
    quantity: int


@dataclass(frozen=True, slots=True)
class Parcel:
    """A box as later stages see it: outer measures, and gross weight once it was weighed."""

    id: UUID
    number: int
    state: str
    order_id: UUID
    fulfillment_id: UUID
    site_id: UUID
    merchant_id: UUID
    box_id: UUID | None
    length_mm: int | None
    width_mm: int | None
    height_mm: int | None
    weight_g: int | None
    packed_at: datetime | None
    items: tuple[ParcelItem, ...] = ()


@dataclass(frozen=True, slots=True)
class _Excess:
    fulfillment_id: UUID
    line_id: UUID
    product_id: UUID
    open: int
    excess: int


async def parcels_of(tx: Tx, parcel_ids: Sequence[UUID]) -> list[Parcel]:
    """Return parcels with what lies in them, in id order; unknown ids are left out."""
    parcels = await tx.rows(Q.parcels_of, Parcel, parcel_ids=list(parcel_ids))
    items = await tx.rows(Q.items_of_parcels, ParcelItem, parcel_ids=list(parcel_ids))
    inside = {parcel_id: tuple(group) for parcel_id, group in groupby(items, key=lambda one: one.parcel_id)}
    return [replace(one, items=inside.get(one.id, ())) for one in parcels]


async def hand_over(tx: Tx, parcel_ids: Sequence[UUID]) -> journal.Moves:
    """Hand packed parcels over to their carrier: their goods leave the ledger, their reservations are posted.

    Returns:
        One answer per parcel; those that are not packed (or were handed over before) are refused with their state.
    """
    moves = await journal.move(tx, PARCEL, ParcelAct.HAND_OVER, parcel_ids)
    left = await parcels_of(tx, moves.moved)
    shipped = [
        Shipped(
            order_id=parcel.order_id,
            line_id=item.line_id,
            site_id=parcel.site_id,
            product_id=item.product_id,
            quantity=item.quantity,
            reference=parcel.id,
        )
        for parcel in left
        for item in parcel.items
    ]
    if shipped:
        await ship_goods(tx, shipped)
    await ship_serials(tx, moves.moved)
    gone = await tx.values(Q.gone_fulfillments, parcel_ids=moves.moved)
    await journal.move(tx, FULFILLMENT, FulfillmentAct.HAND_OVER, gone)
    return moves


async def cancel(tx: Tx, order_ids: Sequence[UUID]) -> None:
    """Call the floor's work for canceled and merged orders off; what lies in totes and boxes is put back by scan.

    Boxes still open are unpacked on paper, their goods lie in the totes; packed ones are canceled and opened.
    """
    over = await tx.values(Q.orders_in_state, order_ids=list(order_ids), states=list(OVER))
    ids = await tx.values(Q.fulfillments_of_orders, order_ids=over, states=list(CANCELABLE))
    if not ids:
        return
    await drop(tx, ids)
    await journal.move(tx, FULFILLMENT, FulfillmentAct.CANCEL, ids, {"why": "its order ended"})
    await tx.run(Q.empty_open_parcels, fulfillment_ids=ids)
    boxes = await tx.values(Q.parcels_in, fulfillment_ids=ids)
    await journal.move(tx, PARCEL, ParcelAct.CANCEL, boxes, {"why": "its order ended"})
    await unpack_serials(tx, boxes)


async def stop(tx: Tx, order_ids: Sequence[UUID]) -> None:
    """Take held orders off their carts; they wait until they are accepted again."""
    held = await tx.values(Q.orders_in_state, order_ids=list(order_ids), states=["held"])
    ids = await tx.values(Q.fulfillments_of_orders, order_ids=held, states=list(ON_CARTS))
    if ids:
        await withdraw(tx, ids, over=False)


async def follow_shortages(tx: Tx, shortage_ids: Sequence[UUID]) -> None:
    """Follow promises that a count or an adjustment broke: nobody picks what is no longer there to be picked.

    What was promised anew at other sites is released there, if the order still goes on.
    """
    order_ids = await tx.values(Q.orders_of_shortages, shortage_ids=list(shortage_ids))
    await tx.run(Q.lock_orders, order_ids=order_ids)
    over = await tx.rows(Q.overpromised, _Excess, order_ids=order_ids)
    concerned = list({one.fulfillment_id for one in over})
    await drop(tx, concerned)
    await journal.move(tx, FULFILLMENT, FulfillmentAct.UNBATCH, concerned, {"why": "goods are gone"})
    left: dict[tuple[UUID, UUID], int] = {}
    for one in over:
        key = (one.line_id, one.product_id)
        gone = min(one.open, left.get(key, one.excess))
        left[key] = left.get(key, one.excess) - gone
        if gone:
            await tx.run(
                Q.shift_items,
                gone=gone,
                missing=0,
                fulfillment_id=one.fulfillment_id,
                line_id=one.line_id,
                product_id=one.product_id,
            )
    await release(tx, order_ids)
    empty = await tx.values(Q.empty_fulfillments, fulfillment_ids=concerned)
    await journal.move(tx, FULFILLMENT, FulfillmentAct.CANCEL, empty, {"why": "goods are gone"})
