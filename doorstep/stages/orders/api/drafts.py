"""Draft orders over JSON: written as far as they are known, judged, their goods kept, placed once."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Response, delete, get, post, put
from msgspec import Meta

from doorstep.platform.auth import DESK, Role, allow
from doorstep.platform.db import Tx
from doorstep.platform.edge import Asked, Caller, FromPath, InHouse, JSONBody
from doorstep.platform.errors import unknown
from doorstep.platform.idempotency import once
from doorstep.stages.orders.acts import drafting, find_merchant
from doorstep.stages.orders.api.intake import answer
from doorstep.stages.orders.api.shapes import FaultOut
from doorstep.stages.orders.model.asked import Word
from doorstep.stages.orders.model.drafts import DraftOrder

WRITERS = allow(*DESK, Role.MERCHANT, scope="orders:write")
READERS = allow(*DESK, Role.MERCHANT, scope="orders:read")

Whole = Annotated[
    dict[str, Any],
    Meta(
        description="The order with the fields of `POST /api/orders`, as far as they are known; without `merchant` and `basket`.",
    ),
]


class DraftIn(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """An order that is not binding yet."""

    merchant: Annotated[Word | None, Meta(description="May be left out by a key of one merchant.")] = None
    order: Annotated[Whole, Meta(min_length=1)]


class DraftChange(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What the order says now."""

    order: Whole


class KeepIn(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """For how long the draft's goods are kept."""

    hours: Annotated[int, Meta(ge=1, le=72)] = 24


class DraftShown(msgspec.Struct, kw_only=True):
    """A draft in the list."""

    id: UUID
    state: str
    merchant: str
    name: str
    lines: int
    made_by: str
    changed_at: datetime


class DraftOut(msgspec.Struct, kw_only=True):
    """A draft, and what would become of it if it were placed now: `errors` would refuse it, `holds` would hold it."""

    id: UUID
    state: str
    merchant: str
    order: dict[str, Any]
    kept_until: datetime | None
    order_id: UUID | None
    holds: list[str]
    errors: list[FaultOut]
    changed_at: datetime


async def _shown(tx: Tx, draft_id: UUID, own: UUID | None) -> DraftOut:
    draft = await drafting.find_draft(tx, draft_id, own)
    judged = await drafting.judge_draft(tx, draft)
    return DraftOut(
        id=draft.id,
        state=draft.state,
        merchant=draft.merchant,
        order=dict(draft.body),
        kept_until=judged.basket.until if judged.basket else None,
        order_id=draft.order_id,
        holds=[str(one) for one in judged.holds],
        errors=[FaultOut(one.pointer, one.code, one.message) for one in judged.faults],
        changed_at=draft.changed_at,
    )


def _listed(draft: DraftOrder) -> DraftShown:
    name, lines = drafting.summary(draft)
    return DraftShown(
        id=draft.id,
        state=draft.state,
        merchant=draft.merchant,
        name=name,
        lines=lines,
        made_by=draft.made_by,
        changed_at=draft.changed_at,
    )


@get("/api/drafts", opt=READERS)
async def read_drafts(house: InHouse, who: Caller) -> list[DraftShown]:
    """List the open drafts, the last changed first; two hundred at most."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        return [_listed(one) for one in await drafting.drafts(tx, who.merchant_id)]


@post("/api/drafts", opt=WRITERS)
async def make_draft(
    data: JSONBody[DraftIn], request: Asked, house: InHouse, who: Caller
) -> Response[DraftOut]:
    """Write an order down that is not binding yet. Nothing is reserved until its goods are kept."""

    async def act(tx: Tx) -> DraftOut:
        found = who.merchant_id if data.merchant is None else await find_merchant(tx, data.merchant)
        if found is None or who.merchant_id not in (None, found):
            raise unknown("merchant", (data.merchant or "")[:40])
        return await _shown(tx, await drafting.make_draft(tx, found, data.order), who.merchant_id)

    return await once(request, house, who, act)  # type: ignore[return-value]


@get("/api/drafts/{draft_id:uuid}", opt=READERS)
async def read_draft(house: InHouse, who: Caller, draft_id: FromPath[UUID]) -> DraftOut:
    """Show a draft, with everything that would refuse or hold it now."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        return await _shown(tx, draft_id, who.merchant_id)


@put("/api/drafts/{draft_id:uuid}", opt=WRITERS)
async def write_draft(
    draft_id: FromPath[UUID], data: JSONBody[DraftChange], request: Asked, house: InHouse, who: Caller
) -> Response[DraftOut]:
    """Write the order anew. What was kept for it stays kept as it was."""

    async def act(tx: Tx) -> DraftOut:
        await drafting.write_draft(tx, draft_id, data.order, who.merchant_id)
        return await _shown(tx, draft_id, who.merchant_id)

    return await once(request, house, who, act, status=200)  # type: ignore[return-value]


@post("/api/drafts/{draft_id:uuid}/keep", opt=WRITERS, status_code=200)
async def keep_draft_goods(
    draft_id: FromPath[UUID], data: JSONBody[KeepIn], request: Asked, house: InHouse, who: Caller
) -> Response[DraftOut]:
    """Keep the goods that the draft wants now, all or nothing, for some hours."""

    async def act(tx: Tx) -> DraftOut:
        await drafting.keep_draft_goods(tx, draft_id, data.hours * 3600, who.merchant_id)
        return await _shown(tx, draft_id, who.merchant_id)

    return await once(request, house, who, act, status=200)  # type: ignore[return-value]


@post("/api/drafts/{draft_id:uuid}/place", opt=WRITERS, status_code=201)
async def place_draft(draft_id: FromPath[UUID], house: InHouse, who: Caller) -> Response[bytes]:
    """Place a draft: once, however often it is asked. It is answered as `POST /api/orders` answers."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        given = answer(await drafting.place_draft(tx, draft_id, who.merchant_id))
    if isinstance(given, Exception):
        raise given
    return Response(given.body, status_code=given.status, media_type="application/json")


@delete("/api/drafts/{draft_id:uuid}", opt=WRITERS, status_code=204)
async def drop_draft(draft_id: FromPath[UUID], house: InHouse, who: Caller) -> None:
    """Give a draft up; what was kept for it is free again, and whom it was for is forgotten."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        await drafting.drop_draft(tx, draft_id, who.merchant_id)


ROUTES: list[Any] = [
    read_drafts,
    make_draft,
    read_draft,
    write_draft,
    keep_draft_goods,
    place_draft,
    drop_draft,
]
