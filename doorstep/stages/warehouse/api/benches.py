"""Benches over JSON: open a tote, scan pieces into a box, weigh and close it; put goods back to their bins."""

from datetime import timedelta
from typing import Annotated, Any
from uuid import UUID

from litestar import Response, get, post
from litestar.params import QueryParameter
from msgspec import Meta

from doorstep.platform.auth import Principal, Role, allow
from doorstep.platform.db import Tx
from doorstep.platform.edge import Asked, Caller, FromPath, InHouse, JSONBody
from doorstep.platform.house import House
from doorstep.platform.idempotency import once
from doorstep.platform.links import write_link
from doorstep.stages.warehouse import acts
from doorstep.stages.warehouse.acts import PackAnswer, PutBack, PutBackAnswer, PutBackLine, Reading, ScanIn
from doorstep.stages.warehouse.api.hands import PACKERS, Code, DeviceIn, Quantity, Why, hand_of

WEIGHT_MAX_G = 2_000_000
LINK_DAYS = 180
"""How long the code on a packing slip leads to the order's page."""

PUTTERS = allow(Role.MANAGER, Role.PICKER, Role.PACKER, scope="pack:write")


class OpenIn(ScanIn, forbid_unknown_fields=True, kw_only=True):
    """A scan that opens work at a bench."""

    code: Annotated[Code, Meta(description="A tote, an order number, or the only piece of an order.")]
    site_id: Annotated[
        UUID | None, Meta(description="Where the bench is, when sites share tote numbers.")
    ] = None
    take_over: Annotated[bool, Meta(description="Take it from another device; for leads, or one's own.")] = (
        False
    )


class PackScanIn(ScanIn, forbid_unknown_fields=True, kw_only=True):
    """A piece that goes into the open box."""

    fulfillment_id: UUID
    code: Code
    quantity: Quantity | None = None


class BoxIn(ScanIn, forbid_unknown_fields=True, kw_only=True):
    """Another box than the suggested one."""

    fulfillment_id: UUID
    box: Annotated[Code, Meta(description="Code of the box.")]
    reason: Annotated[Why, Meta(description="Why it is better; needed unless it is the suggested one.")] = ""


class CloseIn(ScanIn, forbid_unknown_fields=True, kw_only=True):
    """The scale's reading at the end."""

    parcel_id: UUID
    weight_g: Annotated[int, Meta(ge=1, le=WEIGHT_MAX_G, description="Gross, from the scale.")]
    more: Annotated[bool, Meta(description="Another box follows for what is left in the tote.")] = False
    reason: Annotated[Why, Meta(description="Why a weight that does not fit is right; a lead's counts.")] = ""


class PutBackIn(ScanIn, forbid_unknown_fields=True, kw_only=True):
    """Units that go back to a bin."""

    source: Annotated[Code, Meta(description="The tote (T-7), or the canceled parcel (P-1002).")]
    code: Annotated[Code, Meta(description="The item.")]
    bin: Annotated[Code, Meta(description="Where it is put.")]
    quantity: Quantity = 1
    site_id: UUID | None = None


def linked(house: House, who: Principal, tx: Tx) -> Any:
    """Return what writes the customer's address for an order."""
    last_day = (tx.now + timedelta(days=LINK_DAYS)).date()

    def write(order_id: UUID) -> str:
        return (
            f"{house.settings.public_url}/t/{write_link(house, 'order', who.tenant_id, order_id, last_day)}"
        )

    return write


@post("/api/pack/open", opt=PACKERS, status_code=200)
async def open_work(
    data: JSONBody[OpenIn], request: Asked, house: InHouse, who: Caller
) -> Response[PackAnswer]:
    """Open work with one scan: the box to use, and everything that goes into it."""

    async def act(tx: Any) -> PackAnswer:
        hand = hand_of(who, data)
        return await acts.open_work(
            tx, hand, data.command_id, data.code, site_id=data.site_id, take_over=data.take_over
        )

    return await once(request, house, who, act, status=200)  # type: ignore[return-value]


@get("/api/pack/{fulfillment_id:uuid}", opt=PACKERS)
async def look(fulfillment_id: FromPath[UUID], house: InHouse, who: Caller) -> PackAnswer:
    """See where the work at a bench stands."""
    hand_of(who, DeviceIn())
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        return await acts.look_at_bench(tx, fulfillment_id)


@post("/api/pack/scan", opt=PACKERS, status_code=200)
async def scan(
    data: JSONBody[PackScanIn], request: Asked, house: InHouse, who: Caller
) -> Response[PackAnswer]:
    """Scan a piece into the open box; what does not belong there, or is too many, answers so and changes nothing."""

    async def act(tx: Any) -> PackAnswer:
        return await acts.scan_into_box(
            tx, hand_of(who, data), data.fulfillment_id, data.command_id, data.code, data.quantity
        )

    return await once(request, house, who, act, status=200)  # type: ignore[return-value]


@post("/api/pack/box", opt=PACKERS, status_code=200)
async def change_box(
    data: JSONBody[BoxIn], request: Asked, house: InHouse, who: Caller
) -> Response[PackAnswer]:
    """Take another box for the goods at hand, with a reason."""

    async def act(tx: Any) -> PackAnswer:
        hand = hand_of(who, data)
        return await acts.change_box(tx, hand, data.fulfillment_id, data.command_id, data.box, data.reason)

    return await once(request, house, who, act, status=200)  # type: ignore[return-value]


@post("/api/pack/close", opt=PACKERS, status_code=200)
async def close(data: JSONBody[CloseIn], request: Asked, house: InHouse, who: Caller) -> Response[PackAnswer]:
    """Weigh and close the box: it becomes a parcel with its packing slip. Closing it again answers the same parcel."""

    async def act(tx: Any) -> PackAnswer:
        reading = Reading(data.parcel_id, data.weight_g, data.more, data.reason)
        return await acts.close(tx, hand_of(who, data), data.command_id, reading, linked(house, who, tx))

    return await once(request, house, who, act, status=200)  # type: ignore[return-value]


@get("/api/put-backs", opt=PUTTERS)
async def list_put_backs(
    house: InHouse, who: Caller, site_id: Annotated[UUID | None, QueryParameter()] = None
) -> list[PutBackLine]:
    """List what goes back to its bins: goods of orders that were canceled or held while they were picked or packed."""
    hand_of(who, DeviceIn())
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        return await acts.put_backs(tx, site_id)


@post("/api/put-backs", opt=PUTTERS, status_code=200)
async def put_back(
    data: JSONBody[PutBackIn], request: Asked, house: InHouse, who: Caller
) -> Response[PutBackAnswer]:
    """Put units from a tote or a canceled parcel back into a bin."""

    async def act(tx: Any) -> PutBackAnswer:
        hand_of(who, data)
        asked = PutBack(data.source, data.code, data.bin, data.quantity, data.site_id)
        return await acts.put_back(tx, data.command_id, asked)

    return await once(request, house, who, act, status=200)  # type: ignore[return-value]


ROUTES: list[Any] = [open_work, look, scan, change_box, close, list_put_backs, put_back]
