"""What is done to orders over JSON: cancel, hold, release a hold, ask for a payment again."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Response, post

from doorstep.platform.auth import DESK, Role, allow
from doorstep.platform.db import Tx
from doorstep.platform.edge import Asked, Caller, FromPath, InHouse, JSONBody
from doorstep.platform.errors import unknown
from doorstep.platform.house import House
from doorstep.platform.idempotency import once
from doorstep.stages.orders import acts
from doorstep.stages.orders.api.reading import show
from doorstep.stages.orders.api.shapes import WholeOut
from doorstep.stages.orders.model import HoldReason
from doorstep.stages.orders.model.asked import LINES_MAX, ONE_LINE
from doorstep.stages.orders.model.holding import Parts, Terms

ACTORS = allow(*DESK, Role.MERCHANT, scope="orders:write")
Note = Annotated[str, msgspec.Meta(max_length=500, pattern=r"^[^\u0000]*$")]


class CancelIn(msgspec.Struct, forbid_unknown_fields=True):
    """Why an order is canceled."""

    why: Annotated[
        Note, msgspec.Meta(min_length=1, description="Told in its history.", examples=["customer asked"])
    ]


class HoldIn(msgspec.Struct, forbid_unknown_fields=True):
    """Why an order, or a part of it, may not go on, or may go on again."""

    reason: HoldReason = HoldReason.MANUAL
    note: Note = ""
    line_ids: Annotated[
        list[UUID], msgspec.Meta(max_length=LINES_MAX, description="Only these lines; the rest goes on.")
    ] = []
    site_id: Annotated[UUID | None, msgspec.Meta(description="Only what this site sends of it.")] = None

    @property
    def parts(self) -> Parts:
        """Which parts of the order are meant."""
        return Parts(tuple(self.line_ids), self.site_id)


class PlaceHoldIn(HoldIn, forbid_unknown_fields=True):
    """Why an order may not go on, in whose queue that waits, and how it ends by itself."""

    owner: Annotated[
        str,
        msgspec.Meta(
            max_length=64, pattern=ONE_LINE, description="Whose queue; empty: as the reason has it."
        ),
    ] = ""
    release_at: (
        Annotated[datetime, msgspec.Meta(tz=True, description="It is released by itself then.")] | None
    ) = None
    cancel_at: (
        Annotated[datetime, msgspec.Meta(tz=True, description="The order is canceled then, if still held.")]
        | None
    ) = None


class RetryIn(msgspec.Struct, forbid_unknown_fields=True):
    """A payment to be asked for again."""

    payment_id: UUID
    token: Annotated[
        str,
        msgspec.Meta(
            max_length=200, pattern=r"^[^\u0000-\u001f\u007f]*$", description="A new token, if there is one."
        ),
    ] = ""


Act = Callable[[Tx], Awaitable[Any]]


async def do(request: Asked, house: House, who: Caller, order_id: UUID, act: Act) -> Response[WholeOut]:
    """Run an act on an order that the caller may see, and answer with how it stands then."""

    async def whole(tx: Tx) -> WholeOut:
        if not await acts.fetch_orders(tx, [order_id], who.merchant_id):
            raise unknown("order", order_id)
        await act(tx)
        return await show(tx, order_id, who)

    return await once(request, house, who, whole, status=200)  # type: ignore[return-value]


@post("/api/orders/{order_id:uuid}/cancel", opt=ACTORS, status_code=200)
async def cancel_order(
    order_id: FromPath[UUID], data: JSONBody[CancelIn], request: Asked, house: InHouse, who: Caller
) -> Response[WholeOut]:
    """Cancel an order that has not begun to leave the house; its goods go back to the shelf, its payments are given back."""
    return await do(request, house, who, order_id, lambda tx: acts.cancel_one(tx, order_id, data.why))


@post("/api/orders/{order_id:uuid}/hold", opt=ACTORS, status_code=200)
async def hold_order(
    order_id: FromPath[UUID], data: JSONBody[PlaceHoldIn], request: Asked, house: InHouse, who: Caller
) -> Response[WholeOut]:
    """Hold an order, or only lines or a site's part of it, for one more reason; nothing of that is picked, packed or handed over."""
    terms, parts = Terms(data.owner.strip(), data.release_at, data.cancel_at), data.parts

    async def act(tx: Tx) -> None:
        if parts:
            await acts.hold_parts(tx, order_id, parts, data.reason, data.note, terms)
        else:
            await acts.hold_one(tx, order_id, data.reason, data.note, terms)

    return await do(request, house, who, order_id, act)


@post("/api/orders/{order_id:uuid}/release-hold", opt=ACTORS, status_code=200)
async def release_order_hold(
    order_id: FromPath[UUID], data: JSONBody[HoldIn], request: Asked, house: InHouse, who: Caller
) -> Response[WholeOut]:
    """Release one reason; the order, or the part, goes on when no other keeps it and its payments are promised."""
    parts = data.parts

    async def act(tx: Tx) -> None:
        if parts:
            await acts.release_parts(tx, order_id, parts, data.reason, data.note)
        else:
            await acts.release_one(tx, order_id, data.reason, data.note)

    return await do(request, house, who, order_id, act)


@post("/api/orders/{order_id:uuid}/retry-payment", opt=ACTORS, status_code=200)
async def retry_payment(
    order_id: FromPath[UUID], data: JSONBody[RetryIn], request: Asked, house: InHouse, who: Caller
) -> Response[WholeOut]:
    """Ask the processor again for a payment that it declined, with a new token or the same."""

    async def act(tx: Tx) -> None:
        payment = await acts.fetch_payment(tx, data.payment_id)
        if payment.order_id != order_id:
            raise unknown("payment", data.payment_id)
        await acts.retry(tx, payment, data.token or None)

    return await do(request, house, who, order_id, act)


ROUTES: list[Any] = [cancel_order, hold_order, release_order_hold, retry_payment]
