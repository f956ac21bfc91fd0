"""The page on which an order is split: how many units of each line go, what both orders would come to, and one button."""

from typing import Any
from uuid import UUID

from litestar import get, post
from litestar.response import Template

from doorstep.platform.db import Tx
from doorstep.platform.edge import Asked, Caller, Form, FromPath, InHouse
from doorstep.platform.errors import Fault, Refused, invalid
from doorstep.platform.pages import back, page
from doorstep.stages.orders import acts
from doorstep.stages.orders.api.splitting import shown_split
from doorstep.stages.orders.model.splitting import Split, SplitLine
from doorstep.stages.orders.pages.changing import WRITERS, read_order, what_forbids


@get("/orders/{order_id:uuid}/split", opt=WRITERS, include_in_schema=False)
async def split_page(request: Asked, house: InHouse, who: Caller, order_id: FromPath[UUID]) -> Any:
    """Show the form, with nothing that goes yet."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        return await _show(request, tx, order_id, who.merchant_id, {})


@post("/orders/{order_id:uuid}/split", opt=WRITERS, include_in_schema=False, status_code=200)
async def split(request: Asked, house: InHouse, who: Caller, order_id: FromPath[UUID], data: Form) -> Any:
    """Show what both orders would come to, or split the order when that was looked at."""
    said = {name: text.replace("\x00", "") for name, text in data.items()}
    wrong: list[Fault] = []
    if said.get("go") == "apply":
        try:
            async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
                asked = _asked(await read_order(tx, order_id, who.merchant_id), said)
                token = said.get("token", "")[:200]
                second_id = await acts.split_order(tx, order_id, asked, token, who.merchant_id)
        except Refused as refused:
            wrong = what_forbids(refused)
        else:
            return back(f"/orders/{second_id}", "The order is split. This is the second one.")
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        found = await read_order(tx, order_id, who.merchant_id)
        try:
            preview = await acts.preview_split(tx, order_id, _asked(found, said), who.merchant_id)
        except Refused as refused:
            return await _show(request, tx, order_id, who.merchant_id, said, faults=[*wrong, *refused.faults])
        faults = wrong or list(preview.plan.faults)
        return await _show(request, tx, order_id, who.merchant_id, said, faults=faults, preview=preview)


async def _show(
    request: Asked,
    tx: Tx,
    order_id: UUID,
    merchant_id: UUID | None,
    said: dict[str, str],
    *,
    faults: list[Fault] | None = None,
    preview: acts.SplitPreview | None = None,
) -> Template:
    found = await read_order(tx, order_id, merchant_id)
    return page(
        request,
        "orders/split.html",
        order=found.order,
        lines=[line for line in found.lines if line.quantity],
        values=said,
        faults=faults or [],
        shown=shown_split(preview) if preview and not preview.plan.faults else None,
    )


def _asked(found: acts.Whole, said: dict[str, str]) -> Split:
    """Return the split that a form asks for: the lines of which something goes."""
    faults, lines = list[Fault](), list[SplitLine]()
    for line in found.lines:
        text = said.get(f"units:{line.id}", "").strip() or "0"
        if not (text.isascii() and text.isdigit() and len(text) <= len("1000000")):
            faults.append(
                Fault(f"/units:{line.id}", "units", f"{text[:20]!r} is not a whole number of units.")
            )
        elif int(text):
            lines.append(SplitLine(line_id=line.id, quantity=int(text)))
    if not lines and not faults:
        faults.append(Fault("/lines", "nothing", "Say of at least one line how many units go."))
    if faults:
        raise invalid(faults)
    return Split(why=said.get("why", "").strip()[:500] or "split at the desk", lines=lines)


ROUTES: list[Any] = [split_page, split]
