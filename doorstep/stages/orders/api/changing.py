"""An order is changed over JSON: what that comes to is asked first, and exactly that is done."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Response, post

from doorstep.platform.db import Tx
from doorstep.platform.edge import Asked, Caller, FromPath, InHouse, JSONBody
from doorstep.platform.errors import unknown
from doorstep.platform.idempotency import once
from doorstep.stages.orders import acts
from doorstep.stages.orders.api.acting import ACTORS, do
from doorstep.stages.orders.api.reading import show
from doorstep.stages.orders.api.shapes import FaultOut, WholeOut, shown_faults
from doorstep.stages.orders.model.asked import ONE_LINE
from doorstep.stages.orders.model.changing import Change


class ChangeIn(msgspec.Struct, forbid_unknown_fields=True):
    """A change that was previewed."""

    change: Change
    token: Annotated[
        str, msgspec.Meta(max_length=200, pattern=ONE_LINE, description="As the preview answered it.")
    ]


class ChangedLineOut(msgspec.Struct):
    """A line before and after."""

    sku: str
    name: str
    was: int
    now: int
    unit_minor: int
    discount_minor: int
    tax_minor: int
    total_was_minor: int
    total_minor: int


class ChangedMoneyOut(msgspec.Struct):
    """Money before and after, in minor units: what is not taken of promises, goes back of what was taken, and is asked for."""

    currency: str
    total_was_minor: int
    total_minor: int
    released_minor: int
    refund_minor: int
    further_minor: int


class ChangedStockOut(msgspec.Struct):
    """Units of a stored product reserved for the order before and after; `free` for anybody now, where more is wanted."""

    sku: str
    name: str
    was: int
    now: int
    free: int | None


class ChangedPromiseOut(msgspec.Struct):
    """Whether the promise is kept: null when there is none, or it is made anew for another address or service."""

    leaves: date | None
    kept: bool | None


class ChangeOut(msgspec.Struct, kw_only=True):
    """What a change would come to now. With `faults` it is not possible; else send it with the token."""

    possible: bool
    faults: list[FaultOut]
    token: str
    lines: list[ChangedLineOut]
    money: ChangedMoneyOut
    stock: list[ChangedStockOut]
    promise: ChangedPromiseOut
    doubts: list[str]


class ArrangeIn(msgspec.Struct, forbid_unknown_fields=True):
    """An owed payment that was arranged outside."""

    payment_id: UUID


def shown_change(found: acts.Preview) -> ChangeOut:
    """Show what a change would come to."""
    proposal, faults = found.proposal, found.faults
    return ChangeOut(
        possible=not faults,
        faults=shown_faults(faults),
        token=found.token,
        lines=[
            msgspec.convert(line, ChangedLineOut, from_attributes=True)
            for line in proposal.lines
            if line.changed
        ],
        money=ChangedMoneyOut(
            currency=found.standing.order.currency,
            total_was_minor=found.standing.order.total_minor,
            total_minor=proposal.total_minor,
            released_minor=proposal.settlement.released_minor,
            refund_minor=proposal.settlement.refund_minor,
            further_minor=proposal.settlement.further_minor,
        ),
        stock=[
            msgspec.convert(one, ChangedStockOut, from_attributes=True) for one in found.goods.differences
        ],
        promise=ChangedPromiseOut(found.goods.leaves, found.goods.kept),
        doubts=list(proposal.doubts),
    )


@post("/api/orders/{order_id:uuid}/changes/preview", opt=ACTORS, status_code=200)
async def preview_change(
    order_id: FromPath[UUID], data: JSONBody[Change], house: InHouse, who: Caller
) -> ChangeOut:
    """Tell what a change would come to in lines, money, stock and promise; nothing is changed yet."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        return shown_change(await acts.preview_change(tx, order_id, data, who.merchant_id))


@post("/api/orders/{order_id:uuid}/changes", opt=ACTORS, status_code=200)
async def change_order(
    order_id: FromPath[UUID], data: JSONBody[ChangeIn], request: Asked, house: InHouse, who: Caller
) -> Response[WholeOut]:
    """Do exactly the change that was previewed; 409 says what moved meanwhile."""

    async def whole(tx: Tx) -> WholeOut:
        await acts.change_order(tx, order_id, data.change, data.token, who.merchant_id)
        return await show(tx, order_id, who)

    return await once(request, house, who, whole, status=200)  # type: ignore[return-value]


@post("/api/orders/{order_id:uuid}/arrange-payment", opt=ACTORS, status_code=200)
async def arrange_payment(
    order_id: FromPath[UUID], data: JSONBody[ArrangeIn], request: Asked, house: InHouse, who: Caller
) -> Response[WholeOut]:
    """Take an owed payment as arranged outside, so that the order goes on."""

    async def act(tx: Tx) -> None:
        payment = await acts.fetch_payment(tx, data.payment_id)
        if payment.order_id != order_id:
            raise unknown("payment", data.payment_id)
        await acts.arrange(tx, payment)

    return await do(request, house, who, order_id, act)


ROUTES: list[Any] = [preview_change, change_order, arrange_payment]
