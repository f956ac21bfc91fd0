"""Many orders at once, for people: who is meant and what it comes to, one button, and an answer for each order."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from litestar import post

from doorstep.platform.auth import DESK, Role, allow
from doorstep.platform.db import Tx
from doorstep.platform.edge import Asked, Caller, Form, InHouse
from doorstep.platform.errors import Refused, unknown
from doorstep.platform.ids import new_id
from doorstep.platform.pages import back, page
from doorstep.stages import inventory
from doorstep.stages.orders import acts
from doorstep.stages.orders.api.many import MANY_MAX, Many, do_many
from doorstep.stages.orders.model import HoldReason, Order, OrderState
from doorstep.stages.orders.model.listing import BulkAct, BulkOutcome
from doorstep.stages.orders.pages.listing import axes_of, kept_filter, query_of, wanted_of

WRITERS = allow(*DESK, Role.MERCHANT)
LISTED = 100
PRINTED_MAX = 100
OPEN = (OrderState.PLACED, OrderState.HELD, OrderState.ACCEPTED)


@post("/orders/act", opt=WRITERS, include_in_schema=False, status_code=200)
async def act_on_chosen(request: Asked, house: InHouse, who: Caller, data: Form) -> Any:
    """Show what an act on the chosen orders comes to, print them, or do it and show what became of each."""
    kept, address = data.get("filter", "{}"), f"/orders?{query_of(kept_filter(data))}"
    if data.get("go") == "apply":
        return await _apply(request, house, who, data, address)
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        if data.get("all") == "yes":
            wanted = await wanted_of(tx, house, who, kept_filter(data), MANY_MAX)
            ids = (await acts.choose(tx, wanted))[:MANY_MAX]
        else:
            ids = [one for name in data if (one := _id(name.removeprefix("order:"))) is not None][:MANY_MAX]
        found = await acts.fetch_orders(tx, ids, who.merchant_id)
        if not found:
            return back(address, "Choose orders first: tick them, or all that match.", kind="warning")
        if data.get("act") == "print":
            some = found[:PRINTED_MAX]
            lines = await acts.fetch_lines(tx, [order.id for order in some])
            return page(request, "orders/sheets.html", orders=some, lines=lines, left=len(found) - len(some))
        return page(
            request,
            "orders/many.html",
            act=_act(data),
            orders=found,
            listed=found[:LISTED],
            axes=await axes_of(tx, house, found[:LISTED]),
            comes_to=await _comes_to(tx, found),
            reasons=list(HoldReason),
            reason=kept_filter(data).hold or HoldReason.MANUAL,
            ids=" ".join(str(order.id) for order in found),
            kept=kept,
            command=new_id().hex,
            address=address,
        )


async def _comes_to(tx: Tx, orders: Sequence[Order]) -> dict[str, Any]:
    """Return what is at stake: how many are unfinished, their money by currency, and the units promised to them."""
    unfinished = [order for order in orders if order.state in OPEN]
    money: dict[str, int] = {}
    for order in unfinished:
        money[order.currency] = money.get(order.currency, 0) + order.total_minor
    held = await inventory.reserved_for(tx, [order.id for order in unfinished])
    return {
        "unfinished": len(unfinished),
        "leaving": sum(order.shipped_at is not None for order in unfinished),
        "money": sorted(money.items()),
        "units": sum(one.quantity for one in held),
    }


async def _apply(request: Asked, house: InHouse, who: Caller, data: Mapping[str, str], address: str) -> Any:
    ids = [one for text in data.get("ids", "").split()[:MANY_MAX] if (one := _id(text)) is not None]
    note = data.get("note", "").replace("\x00", "").strip()[:500]
    try:
        reason = HoldReason(data.get("reason", "manual"))
    except ValueError:
        raise unknown("reason", data.get("reason", "")) from None
    asked = Many(data.get("command", "")[:64] or new_id().hex, _act(data), reason, note)
    try:
        rows = await do_many(house, who, asked, ids)
    except Refused as refused:
        return back(address, refused.faults[0].message if refused.faults else refused.message, kind="wrong")
    counts = {outcome: sum(row.outcome == outcome for row in rows) for outcome in BulkOutcome}
    return page(request, "orders/many_done.html", act=asked.act, rows=rows, counts=counts, address=address)


def _act(data: Mapping[str, str]) -> BulkAct:
    try:
        return BulkAct(data.get("act", ""))
    except ValueError:
        raise unknown("act", data.get("act", "")) from None


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


ROUTES: list[Any] = [act_on_chosen]
