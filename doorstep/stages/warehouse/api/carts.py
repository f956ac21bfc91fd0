"""Carts over JSON: get work, scan bin, item and tote, skip, short, tote full."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Response, post
from msgspec import Meta, Struct

from doorstep.platform.edge import Asked, Caller, FromPath, InHouse, JSONBody
from doorstep.platform.idempotency import once
from doorstep.stages.warehouse import acts
from doorstep.stages.warehouse.acts import PickAnswer, ScanIn, ShortReason
from doorstep.stages.warehouse.api.hands import PICKERS, Code, DeviceIn, Quantity, WorkIn, hand_of


class PickScanIn(ScanIn, forbid_unknown_fields=True, kw_only=True):
    """A scan at a cart."""

    batch_id: UUID
    code: Code
    quantity: Quantity | None = None


class StopIn(ScanIn, forbid_unknown_fields=True, kw_only=True):
    """The stop that is to be skipped."""

    batch_id: UUID
    pick_id: UUID


class ShortIn(ScanIn, forbid_unknown_fields=True, kw_only=True):
    """The stop whose rest cannot be taken."""

    batch_id: UUID
    pick_id: UUID
    reason: ShortReason = ShortReason.MISSING


class ToteFullIn(ScanIn, forbid_unknown_fields=True, kw_only=True):
    """The cart whose present tote is full."""

    batch_id: UUID


class WorkOut(Struct, frozen=True):
    """A cart, or the word that there is none."""

    cart: PickAnswer | None
    message: Annotated[str, Meta(description="For people.")]


class GivenBack(Struct, frozen=True):
    """A cart that waits for somebody else."""

    batch_id: UUID


@post("/api/batches/next", opt=PICKERS, status_code=200)
async def get_work(data: JSONBody[WorkIn], request: Asked, house: InHouse, who: Caller) -> Response[WorkOut]:
    """Take the most urgent cart of a site, or go on with the one at hand."""

    async def act(tx: Any) -> WorkOut:
        cart = await acts.get_work(tx, hand_of(who, data), data.site_id)
        return WorkOut(cart, cart.message if cart else "No cart waits. Look again in a minute.")

    return await once(request, house, who, act, status=200)  # type: ignore[return-value]


@post("/api/batches/{batch_id:uuid}/take", opt=PICKERS, status_code=200)
async def take(
    batch_id: FromPath[UUID], data: JSONBody[DeviceIn], request: Asked, house: InHouse, who: Caller
) -> Response[PickAnswer]:
    """Take one cart; of two devices that try, one wins and the other is told who has it."""

    async def act(tx: Any) -> PickAnswer:
        return await acts.take(tx, hand_of(who, data), batch_id, take_over=data.take_over)

    return await once(request, house, who, act, status=200)  # type: ignore[return-value]


@post("/api/batches/{batch_id:uuid}/give-back", opt=PICKERS, status_code=200)
async def give_back(
    batch_id: FromPath[UUID], data: JSONBody[DeviceIn], request: Asked, house: InHouse, who: Caller
) -> Response[GivenBack]:
    """Leave a cart where it stands for somebody else to go on with."""

    async def act(tx: Any) -> GivenBack:
        await acts.give_back(tx, hand_of(who, data), batch_id)
        return GivenBack(batch_id)

    return await once(request, house, who, act, status=200)  # type: ignore[return-value]


@post("/api/picks/scan", opt=PICKERS, status_code=200)
async def scan(
    data: JSONBody[PickScanIn], request: Asked, house: InHouse, who: Caller
) -> Response[PickAnswer]:
    """Scan at a cart: the bin, then the item as often as needed, then the tote. A wrong scan answers what was expected."""

    async def act(tx: Any) -> PickAnswer:
        return await acts.scan_pick(
            tx, hand_of(who, data), data.batch_id, data.command_id, data.code, data.quantity
        )

    return await once(request, house, who, act, status=200)  # type: ignore[return-value]


@post("/api/picks/skip", opt=PICKERS, status_code=200)
async def skip(data: JSONBody[StopIn], request: Asked, house: InHouse, who: Caller) -> Response[PickAnswer]:
    """Leave a stop for the end of the walk."""

    async def act(tx: Any) -> PickAnswer:
        return await acts.skip(tx, hand_of(who, data), data.batch_id, data.command_id, data.pick_id)

    return await once(request, house, who, act, status=200)  # type: ignore[return-value]


@post("/api/picks/short", opt=PICKERS, status_code=200)
async def short(data: JSONBody[ShortIn], request: Asked, house: InHouse, who: Caller) -> Response[PickAnswer]:
    """Say that the rest of a stop cannot be taken: it is promised from elsewhere, or the order is held; the bin is counted."""

    async def act(tx: Any) -> PickAnswer:
        return await acts.short(
            tx, hand_of(who, data), data.batch_id, data.command_id, data.pick_id, data.reason
        )

    return await once(request, house, who, act, status=200)  # type: ignore[return-value]


@post("/api/picks/tote-full", opt=PICKERS, status_code=200)
async def tote_full(
    data: JSONBody[ToteFullIn], request: Asked, house: InHouse, who: Caller
) -> Response[PickAnswer]:
    """Close the tote of the present stop: the next units of its order go into another one."""

    async def act(tx: Any) -> PickAnswer:
        return await acts.fill_tote(tx, hand_of(who, data), data.batch_id, data.command_id)

    return await once(request, house, who, act, status=200)  # type: ignore[return-value]


ROUTES: list[Any] = [get_work, take, give_back, scan, skip, short, tote_full]
