"""Looking at the floor: what waits, what is under way, which parcels there are."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from doorstep.platform.db import Tx
from doorstep.platform.errors import unknown
from doorstep.platform.statements import Statements
from doorstep.stages.warehouse.model import BatchState

Q = Statements("doorstep.stages.warehouse")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which things of a list: any of these may be left open."""

    state: str | None = None
    site_id: UUID | None = None
    order_id: UUID | None = None
    merchant_id: UUID | None = None
    before: UUID | None = None
    most: int = 50


class FulfillmentOut(Struct, frozen=True, kw_only=True):
    """What one site has to pick and pack of one order."""

    id: UUID
    state: str
    order_id: UUID
    order_number: int
    order_state: str
    site_id: UUID
    site: str
    merchant_id: UUID
    priority: int
    ship_by: Annotated[datetime, Meta(description="The site's cut-off until which it should leave.")]
    released_at: datetime
    batch_id: UUID | None
    stuck: Annotated[
        str | None, Meta(description="Why no cart was planned for it yet, when bins lack units.")
    ]
    units: int
    picked: int
    packed: int
    missing: Annotated[int, Meta(description="Units that no site has; the order is held for them.")]
    totes: list[str]


class BatchOut(Struct, frozen=True, kw_only=True):
    """A cart and its walk."""

    id: UUID
    number: int
    state: str
    site_id: UUID
    site: str
    priority: int
    ship_by: datetime
    walk_mm: Annotated[int, Meta(description="Length of the planned walk.")]
    s_shape_mm: Annotated[int, Meta(description="Length of the same walk in S-shape order, for comparison.")]
    reasons: Annotated[list[str], Meta(description="Why these orders, and why in this order.")]
    planned_at: datetime
    picker: str | None
    taken_at: datetime | None
    orders: int
    lines: int
    done: int
    units: int

    @property
    def minutes(self) -> int:
        """How long it should take: 1 m a second, 30 s a stop, 2 s a unit (field figures; scans will tell better)."""
        return -(-(self.walk_mm // 1000 + 30 * self.lines + 2 * self.units) // 60)


class WalkStop(Struct, frozen=True, kw_only=True):
    """One stop of a walk."""

    id: UUID
    bin: str
    sku: str
    name: str
    quantity: int
    picked: int
    counted: int
    short: int
    short_reason: str | None
    done: bool
    dropped: Annotated[bool, Meta(description="No longer wanted: its order was canceled, held or moved.")]
    slot: int | None
    order_number: int


class ParcelRow(Struct, frozen=True, kw_only=True):
    """A parcel."""

    id: UUID
    number: int
    state: str
    order_id: UUID
    order_number: int
    fulfillment_id: UUID
    site_id: UUID
    merchant_id: UUID
    box: str | None
    length_mm: int | None
    width_mm: int | None
    height_mm: int | None
    expected_g: int
    weight_g: int | None
    packed_by: str | None
    packed_at: datetime | None
    has_slip: bool


class ContentRow(Struct, frozen=True, kw_only=True):
    """Units in a parcel."""

    line_id: UUID
    product_id: UUID
    sku: str
    name: str
    quantity: int


@dataclass(frozen=True, slots=True)
class StateCount:
    """How much work is in a state."""

    state: str
    orders: int
    late: int
    first: datetime


@dataclass(frozen=True, slots=True)
class FloorSite:
    """A site with a floor."""

    id: UUID
    code: str
    name: str
    timezone: str


async def fulfillments(tx: Tx, wanted: Wanted) -> list[FulfillmentOut]:
    """Return fulfillment orders, newest first."""
    return await tx.rows(
        Q.list_fulfillments,
        FulfillmentOut,
        state=wanted.state,
        site_id=wanted.site_id,
        order_id=wanted.order_id,
        merchant_id=wanted.merchant_id,
        before=wanted.before,
        most=wanted.most,
    )


async def queue(tx: Tx, state: str, site_id: UUID | None, most: int = 100) -> list[FulfillmentOut]:
    """Return the work of one state in the order in which it has to leave."""
    return await tx.rows(Q.queue, FulfillmentOut, state=state, site_id=site_id, most=most)


async def count_states(tx: Tx, site_id: UUID | None) -> dict[str, StateCount]:
    """Return how much work is in each open state."""
    return {one.state: one for one in await tx.rows(Q.count_states, StateCount, site_id=site_id)}


async def batches(
    tx: Tx, states: Sequence[str], site_id: UUID | None = None, most: int = 100
) -> list[BatchOut]:
    """Return carts in some states, the most urgent first."""
    return await tx.rows(
        Q.list_batches, BatchOut, states=list(states), site_id=site_id, batch_id=None, most=most
    )


async def batch(tx: Tx, batch_id: UUID) -> tuple[BatchOut, list[WalkStop]]:
    """Return a cart with its whole walk.

    Raises:
        Refused: there is no such cart.
    """
    found = await tx.rows(
        Q.list_batches, BatchOut, states=list(BatchState), site_id=None, batch_id=batch_id, most=1
    )
    if not found:
        raise unknown("cart", batch_id)
    return found[0], await tx.rows(Q.stops_of, WalkStop, batch_id=batch_id)


async def parcels(tx: Tx, wanted: Wanted, parcel_id: UUID | None = None) -> list[ParcelRow]:
    """Return parcels, newest first."""
    return await tx.rows(
        Q.list_parcels,
        ParcelRow,
        state=wanted.state,
        site_id=wanted.site_id,
        order_id=wanted.order_id,
        merchant_id=wanted.merchant_id,
        parcel_id=parcel_id,
        before=wanted.before,
        most=wanted.most,
    )


async def parcel(
    tx: Tx, parcel_id: UUID, merchant_id: UUID | None = None
) -> tuple[ParcelRow, list[ContentRow]]:
    """Return a parcel with what lies in it.

    Raises:
        Refused: there is no such parcel (of this merchant).
    """
    found = await parcels(tx, Wanted(merchant_id=merchant_id, most=1), parcel_id)
    if not found:
        raise unknown("parcel", parcel_id)
    return found[0], await tx.rows(Q.contents_of, ContentRow, parcel_id=parcel_id)


async def floor_sites(tx: Tx) -> list[FloorSite]:
    """Return the sites that have a floor."""
    return await tx.rows(Q.floor_sites, FloorSite)


@dataclass(frozen=True, slots=True)
class FloorWork:
    """A fulfillment order of an order, and how far the floor is with it; `stuck` says why no cart takes it."""

    order_id: UUID
    fulfillment_id: UUID
    state: str
    site_id: UUID
    batch_id: UUID | None
    stuck: str | None


async def work_of(tx: Tx, order_ids: Sequence[UUID]) -> list[FloorWork]:
    """Return the fulfillment orders of some orders, but not those that were called off."""
    return await tx.rows(Q.work_of_orders, FloorWork, order_ids=list(order_ids))
