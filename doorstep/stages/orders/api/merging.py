"""Orders become one over JSON: which could join is asked, what it would come to is shown, and exactly that is done."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Response, get, post

from doorstep.platform.db import Tx
from doorstep.platform.edge import Asked, Caller, FromPath, InHouse, JSONBody
from doorstep.platform.errors import unknown
from doorstep.platform.idempotency import once
from doorstep.stages.orders import acts
from doorstep.stages.orders.api.acting import ACTORS
from doorstep.stages.orders.api.reading import READERS, show
from doorstep.stages.orders.api.shapes import FaultOut, OrderOut, WholeOut, brief, shown_faults
from doorstep.stages.orders.api.splitting import HalfOut, half
from doorstep.stages.orders.model.asked import ONE_LINE
from doorstep.stages.orders.model.merging import Merge


class MergeIn(msgspec.Struct, forbid_unknown_fields=True):
    """A merge that was previewed."""

    merge: Merge
    token: Annotated[
        str, msgspec.Meta(max_length=200, pattern=ONE_LINE, description="As the preview answered it.")
    ]


class CandidatesOut(msgspec.Struct):
    """Orders that could join another one."""

    orders: list[OrderOut]


class MergeOut(msgspec.Struct, kw_only=True):
    """What a merge would come to now. With `faults` it is not possible; else send it with the token.

    `order` is the one that goes on, after the others joined it; it keeps the promise that was made first to any of them.
    """

    possible: bool
    faults: list[FaultOut]
    token: str
    currency: str
    order: HalfOut
    numbers: list[int]
    note: str
    promised_until: datetime | None


def shown_merge(found: acts.MergePreview) -> MergeOut:
    """Show what a merge would come to."""
    union = found.union
    return MergeOut(
        possible=not union.faults,
        faults=shown_faults(union.faults),
        token=found.token,
        currency=found.first.order.currency,
        order=half(union.lines, union.sums),
        numbers=[one.number for one in union.joining],
        note=union.note,
        promised_until=union.promised_until,
    )


@get("/api/orders/{order_id:uuid}/merge-candidates", opt=READERS)
async def merge_candidates(order_id: FromPath[UUID], house: InHouse, who: Caller) -> CandidatesOut:
    """List the accepted orders of the same customer for the same door that have not begun to leave and could join this one."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        if await acts.read(tx, order_id, who.merchant_id) is None:
            raise unknown("order", order_id)
        found = await acts.merge_candidates(tx, order_id, who.merchant_id)
        return CandidatesOut([brief(one, [], tx.now) for one in found])


@post("/api/orders/{order_id:uuid}/merge/preview", opt=ACTORS, status_code=200)
async def preview_merge(
    order_id: FromPath[UUID], data: JSONBody[Merge], house: InHouse, who: Caller
) -> MergeOut:
    """Tell what an order would come to when others join it, in lines, money and promise; nothing is changed yet."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        return shown_merge(await acts.preview_merge(tx, order_id, data, who.merchant_id))


@post("/api/orders/{order_id:uuid}/merge", opt=ACTORS, status_code=200)
async def merge_orders(
    order_id: FromPath[UUID], data: JSONBody[MergeIn], request: Asked, house: InHouse, who: Caller
) -> Response[WholeOut]:
    """Do exactly the merge that was previewed, and answer the order that goes on; 409 says what moved meanwhile."""

    async def united(tx: Tx) -> WholeOut:
        await acts.merge_orders(tx, order_id, data.merge, data.token, who.merchant_id)
        return await show(tx, order_id, who)

    return await once(request, house, who, united, status=200)  # type: ignore[return-value]


ROUTES: list[Any] = [merge_candidates, preview_merge, merge_orders]
