"""The page on which orders of one customer become one: which could join, what it would come to, and one button."""

from typing import Any
from uuid import UUID

from litestar import get, post
from litestar.response import Template

from doorstep.platform.db import Tx
from doorstep.platform.edge import Asked, Caller, Form, FromPath, InHouse
from doorstep.platform.errors import Fault, Refused, invalid
from doorstep.platform.pages import back, page
from doorstep.stages.orders import acts
from doorstep.stages.orders.api.merging import shown_merge
from doorstep.stages.orders.model import Order
from doorstep.stages.orders.model.merging import JOINING_MAX, Merge
from doorstep.stages.orders.pages.changing import WRITERS, read_order, what_forbids

JOINS = "join:"


@get("/orders/{order_id:uuid}/merge", opt=WRITERS, include_in_schema=False)
async def merge_page(request: Asked, house: InHouse, who: Caller, order_id: FromPath[UUID]) -> Any:
    """Show which orders could join; all of them are chosen."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        found = await acts.merge_candidates(tx, order_id, who.merchant_id)
        said = {f"{JOINS}{one.id}": "1" for one in found[:JOINING_MAX]}
        return await _show(request, tx, order_id, who.merchant_id, said)


@post("/orders/{order_id:uuid}/merge", opt=WRITERS, include_in_schema=False, status_code=200)
async def merge(request: Asked, house: InHouse, who: Caller, order_id: FromPath[UUID], data: Form) -> Any:
    """Show what the order would come to, or merge when that was looked at."""
    said = {name: text.replace("\x00", "") for name, text in data.items()}
    wrong: list[Fault] = []
    if said.get("go") == "apply":
        try:
            async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
                token = said.get("token", "")[:200]
                await acts.merge_orders(tx, order_id, _asked(said), token, who.merchant_id)
        except Refused as refused:
            wrong = what_forbids(refused)
        else:
            return back(f"/orders/{order_id}", "The orders are one now.")
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        try:
            preview = await acts.preview_merge(tx, order_id, _asked(said), who.merchant_id)
        except Refused as refused:
            faults = [*wrong, *what_forbids(refused)]
            return await _show(request, tx, order_id, who.merchant_id, said, faults=faults)
        faults = wrong or list(preview.union.faults)
        return await _show(request, tx, order_id, who.merchant_id, said, faults=faults, preview=preview)


async def _show(
    request: Asked,
    tx: Tx,
    order_id: UUID,
    merchant_id: UUID | None,
    said: dict[str, str],
    *,
    faults: list[Fault] | None = None,
    preview: acts.MergePreview | None = None,
) -> Template:
    found = await read_order(tx, order_id, merchant_id)
    candidates: list[Order] = await acts.merge_candidates(tx, order_id, merchant_id)
    return page(
        request,
        "orders/merge.html",
        order=found.order,
        candidates=candidates,
        chosen={name.removeprefix(JOINS) for name in said if name.startswith(JOINS)},
        why=said.get("why", ""),
        faults=faults or [],
        shown=shown_merge(preview) if preview and not preview.union.faults else None,
    )


def _asked(said: dict[str, str]) -> Merge:
    """Return the merge that a form asks for."""
    ids = list[UUID]()
    for name in said:
        if name.startswith(JOINS):
            try:
                ids.append(UUID(name.removeprefix(JOINS)))
            except ValueError:
                raise invalid(
                    [Fault("/orders", "order", "One of the chosen orders has no such name.")]
                ) from None
    if not 1 <= len(ids) <= JOINING_MAX:
        raise invalid([Fault("/orders", "nothing", f"Choose 1 to {JOINING_MAX} orders that join this one.")])
    return Merge(why=said.get("why", "").strip()[:500] or "merged at the desk", orders=ids)


ROUTES: list[Any] = [merge_page, merge]
