"""What there is on the floor, over JSON: fulfillment orders, carts, parcels and their slips."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Response, get
from litestar.params import QueryParameter
from msgspec import Struct

from doorstep.platform.auth import ALL_STAFF, Role, allow
from doorstep.platform.edge import Caller, FromPath, InHouse
from doorstep.stages.warehouse import acts
from doorstep.stages.warehouse.acts import BatchOut, ContentRow, FulfillmentOut, ParcelRow, WalkStop, Wanted
from doorstep.stages.warehouse.api.hands import DeviceIn, hand_of
from doorstep.stages.warehouse.model import BatchState, FulfillmentState, ParcelState

READERS = allow(*ALL_STAFF, Role.MERCHANT, scope="fulfillments:read")
CART_READERS = allow(*ALL_STAFF, scope="batches:read")
PARCEL_READERS = allow(*ALL_STAFF, Role.MERCHANT, scope="parcels:read")
Id = Annotated[UUID | None, QueryParameter()]
Limit = Annotated[int, QueryParameter(ge=1, le=200)]


class BatchWithStops(Struct, frozen=True):
    """A cart with its whole walk."""

    batch: BatchOut
    stops: list[WalkStop]


class ParcelWithContents(Struct, frozen=True):
    """A parcel with what lies in it."""

    parcel: ParcelRow
    items: list[ContentRow]


@get("/api/fulfillments", opt=READERS)
async def list_fulfillments(
    house: InHouse,
    who: Caller,
    of_state: Annotated[FulfillmentState | None, QueryParameter(name="state")] = None,
    site_id: Id = None,
    order_id: Id = None,
    before: Id = None,
    limit: Limit = 50,
) -> list[FulfillmentOut]:
    """List the floor's work, newest first; go on with `before`, the last id of the page before."""
    wanted = Wanted(
        state=of_state,
        site_id=site_id,
        order_id=order_id,
        merchant_id=who.merchant_id,
        before=before,
        most=limit,
    )
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        return await acts.fulfillments(tx, wanted)


@get("/api/batches", opt=CART_READERS)
async def list_batches(
    house: InHouse,
    who: Caller,
    of_state: Annotated[BatchState, QueryParameter(name="state")] = BatchState.PLANNED,
    site_id: Id = None,
    limit: Limit = 50,
) -> list[BatchOut]:
    """List carts in a state, the most urgent first."""
    hand_of(who, DeviceIn())
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        return await acts.batches(tx, [of_state], site_id, limit)


@get("/api/batches/{batch_id:uuid}", opt=CART_READERS)
async def read_batch(batch_id: FromPath[UUID], house: InHouse, who: Caller) -> BatchWithStops:
    """Read a cart with its whole walk, bin by bin."""
    hand_of(who, DeviceIn())
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        return BatchWithStops(*await acts.batch(tx, batch_id))


@get("/api/parcels", opt=PARCEL_READERS)
async def list_parcels(
    house: InHouse,
    who: Caller,
    of_state: Annotated[ParcelState | None, QueryParameter(name="state")] = None,
    site_id: Id = None,
    order_id: Id = None,
    before: Id = None,
    limit: Limit = 50,
) -> list[ParcelRow]:
    """List parcels, newest first; go on with `before`, the last id of the page before."""
    wanted = Wanted(
        state=of_state,
        site_id=site_id,
        order_id=order_id,
        merchant_id=who.merchant_id,
        before=before,
        most=limit,
    )
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        return await acts.parcels(tx, wanted)


@get("/api/parcels/{parcel_id:uuid}", opt=PARCEL_READERS)
async def read_parcel(parcel_id: FromPath[UUID], house: InHouse, who: Caller) -> ParcelWithContents:
    """Read a parcel with what lies in it."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        return ParcelWithContents(*await acts.parcel(tx, parcel_id, who.merchant_id))


@get("/api/parcels/{parcel_id:uuid}/slip", opt=PARCEL_READERS, media_type="application/pdf")
async def read_slip(parcel_id: FromPath[UUID], house: InHouse, who: Caller) -> Response[bytes]:
    """Read the packing slip of a closed parcel (PDF)."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        number, slip = await acts.read_slip(tx, parcel_id, who.merchant_id)
    headers = {"content-disposition": f'inline; filename="slip-{number}.pdf"'}
    return Response(slip, media_type="application/pdf", headers=headers)


ROUTES: list[Any] = [list_fulfillments, list_batches, read_batch, list_parcels, read_parcel, read_slip]
