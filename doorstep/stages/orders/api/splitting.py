"""An order is split over JSON: what both orders would come to is asked first, and exactly that is done."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Response, post

from doorstep.platform.db import Tx
from doorstep.platform.edge import Asked, Caller, FromPath, InHouse, JSONBody
from doorstep.platform.idempotency import once
from doorstep.stages.orders import acts
from doorstep.stages.orders.api.acting import ACTORS
from doorstep.stages.orders.api.reading import show
from doorstep.stages.orders.api.shapes import FaultOut, WholeOut, shown_faults
from doorstep.stages.orders.model.asked import ONE_LINE
from doorstep.stages.orders.model.changing import LineAfter
from doorstep.stages.orders.model.splitting import Plan, Split, Sums


class SplitIn(msgspec.Struct, forbid_unknown_fields=True):
    """A split that was previewed."""

    split: Split
    token: Annotated[
        str, msgspec.Meta(max_length=200, pattern=ONE_LINE, description="As the preview answered it.")
    ]


class HalfLineOut(msgspec.Struct):
    """A line as it would be; its goods are reserved for it."""

    sku: str
    name: str
    quantity: int
    total_minor: int


class HalfOut(msgspec.Struct, kw_only=True):
    """An order after a split or a merge, amounts in minor units."""

    lines: list[HalfLineOut]
    subtotal_minor: int
    discount_minor: int
    shipping_minor: int
    tax_minor: int
    total_minor: int


class SplitOut(msgspec.Struct, kw_only=True):
    """What a split would come to now. With `faults` it is not possible; else send it with the token.

    `asked_minor` is what a processor promised for the first order: it is not taken there, and the second order waits for it.
    Both keep the promise that was made first.
    """

    possible: bool
    faults: list[FaultOut]
    token: str
    currency: str
    first: HalfOut
    second: HalfOut
    asked_minor: int
    promised_until: datetime | None


class SplitDoneOut(msgspec.Struct):
    """Both orders after a split."""

    first: WholeOut
    second: WholeOut


def shown_split(found: acts.SplitPreview) -> SplitOut:
    """Show what a split would come to."""
    plan: Plan = found.plan
    return SplitOut(
        possible=not plan.faults,
        faults=shown_faults(plan.faults),
        token=found.token,
        currency=found.whole.order.currency,
        first=half([line for line in plan.stay if line.now], plan.first),
        second=half([line for _, line in plan.go], plan.second),
        asked_minor=plan.shares.asked_minor,
        promised_until=found.whole.order.promised_until,
    )


def half(lines: list[LineAfter], sums: Sums) -> HalfOut:
    """Show one order after a split or a merge."""
    return HalfOut(
        lines=[HalfLineOut(line.sku, line.name, line.now, line.total_minor) for line in lines],
        **{name: getattr(sums, name) for name in Sums.__dataclass_fields__},
    )


@post("/api/orders/{order_id:uuid}/split/preview", opt=ACTORS, status_code=200)
async def preview_split(
    order_id: FromPath[UUID], data: JSONBody[Split], house: InHouse, who: Caller
) -> SplitOut:
    """Tell what both orders of a split would come to in lines, money, goods and promise; nothing is changed yet."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        return shown_split(await acts.preview_split(tx, order_id, data, who.merchant_id))


@post("/api/orders/{order_id:uuid}/split", opt=ACTORS, status_code=200)
async def split_order(
    order_id: FromPath[UUID], data: JSONBody[SplitIn], request: Asked, house: InHouse, who: Caller
) -> Response[SplitDoneOut]:
    """Do exactly the split that was previewed; 409 says what moved meanwhile."""

    async def both(tx: Tx) -> SplitDoneOut:
        second_id = await acts.split_order(tx, order_id, data.split, data.token, who.merchant_id)
        return SplitDoneOut(await show(tx, order_id, who), await show(tx, second_id, who))

    return await once(request, house, who, both, status=200)  # type: ignore[return-value]


ROUTES: list[Any] = [preview_split, split_order]
