"""The desk of one order: everything about it, with what may be done now."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from litestar import get, post

from doorstep.platform.auth import ALL_STAFF, DESK, Principal, Role, allow
from doorstep.platform.db import Tx
from doorstep.platform.edge import Asked, Caller, Form, FromPath, InHouse
from doorstep.platform.errors import Refused, unknown
from doorstep.platform.guards import Guard
from doorstep.platform.house import House
from doorstep.platform.pages import back, page
from doorstep.stages import catalog, inventory
from doorstep.stages.orders import acts
from doorstep.stages.orders.acts.knowing import learn_routing
from doorstep.stages.orders.acts.routing import sourcing
from doorstep.stages.orders.api.reading import acts_now
from doorstep.stages.orders.api.sourcing import show_decisions
from doorstep.stages.orders.model import Hold, HoldReason, OrderState, PaymentState
from doorstep.stages.orders.model.holding import Parts
from doorstep.stages.orders.pages.listing import axes_of, may_act
from doorstep.stages.orders.pages.story import story
from doorstep.stages.orders.rules import telling

READERS = allow(*ALL_STAFF, Role.MERCHANT)
WRITERS = allow(*DESK, Role.MERCHANT)


@get("/orders/{order_id:uuid}", opt=READERS, include_in_schema=False)
async def order_page(request: Asked, house: InHouse, who: Caller, order_id: FromPath[UUID]) -> Any:
    """Show everything about one order: axes, what keeps it, lines, money, story, and what may be done now and would come of it."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        found = await _read(tx, order_id, who)
        held = await inventory.reserved_for(tx, [order_id])
        lacking = sum(one.quantity for one in await acts.lacks_of(tx, [order_id]))
        routing = await learn_routing(tx)
        sourced = await sourcing.sourcings_of(tx, [order_id])
        decided = await show_decisions(tx, [one.decision for one in sourced[:1]], routing)
        axes = await axes_of(tx, house, [found.order])
        return page(
            request,
            "orders/order.html",
            found=found,
            order=found.order,
            acts=acts_now(found) if may_act(who) else [],
            may_act=may_act(who),
            axes=axes[order_id],
            units=await _units(tx, house, order_id, held),
            serials=await inventory.serials_of(tx, [order_id]),
            kin=await acts.merge_candidates(tx, order_id, who.merchant_id) if may_act(who) else [],
            guards=await _guards(tx, house, found, lacking),
            sees_stock=bool({Role.OWNER, *DESK, Role.VIEWER, Role.MERCHANT} & who.roles),
            works=bool({Role.OWNER, *DESK} & who.roles),
            releases={
                one.id: telling.after_release(one.reason, found.open_holds, found.payments, lacking)
                for one in found.open_holds
            },
            held_parts=await _parts_held(tx, found),
            senders=await _sites(tx, held),
            frees=await _frees(tx, held),
            not_taken=telling.after_cancel(found.payments),
            sourcing=next(iter(zip(sourced, decided, strict=False)), None),
            story=story(found.history),
            reasons=[
                reason for reason in HoldReason if reason not in {one.reason for one in found.open_holds}
            ],
            declined=[
                one for one in found.payments if one.state in (PaymentState.DECLINED, PaymentState.LAPSED)
            ],
            owed=[one for one in found.payments if one.state == PaymentState.OWED and one.needed_minor],
            tower=bool({Role.OWNER, *DESK, Role.DISPATCHER, Role.VIEWER} & who.roles),
        )


async def _read(tx: Tx, order_id: UUID, who: Principal) -> acts.Whole:
    found = await acts.read(tx, order_id, who.merchant_id)
    if found is None:
        raise unknown("order", order_id)
    return found


async def _guards(tx: Tx, house: House, found: acts.Whole, lacking: int) -> list[Guard]:
    """Return why an unfinished order has not left: what keeps it here, else what later stages have in hand."""
    if found.order.state in (OrderState.CANCELED, OrderState.MERGED, OrderState.CLOSED):
        return []
    guards = telling.own_guards(found.open_holds, found.payments, lacking)
    if found.order.state == OrderState.ACCEPTED and not found.open_holds:
        for one in house.aspects:
            guards += await one.keeps(tx, found.order.id)
    return guards


async def _units(
    tx: Tx, house: House, order_id: UUID, held: Sequence[inventory.Held]
) -> dict[UUID, dict[str, int]]:
    """Return how many pieces of each line are promised and what happened to others; a kit counts by its components."""
    units: dict[UUID, dict[str, int]] = {}
    for one in held:
        of_line = units.setdefault(one.line_id, {})
        of_line["reserved"] = of_line.get("reserved", 0) + one.quantity
    for aspect in house.aspects:
        for line_id, counted in (await aspect.units(tx, order_id)).items():
            units.setdefault(line_id, {}).update(counted)
    return units


async def _parts_held(tx: Tx, found: acts.Whole) -> list[tuple[Hold, str, str]]:
    """Return the open holds of parts, each with what people call its part and how the form names it."""
    lines = {line.id: line.name for line in found.lines}
    sites = await catalog.sites(tx, sorted({one.site_id for one in found.part_holds if one.site_id}))
    named = []
    for one in found.part_holds:
        if one.line_id:
            named.append((one, lines[one.line_id], f"line:{one.line_id}"))
        elif one.site_id:
            named.append((one, f"what {sites[one.site_id].name} sends", f"site:{one.site_id}"))
    return named


async def _sites(tx: Tx, held: Sequence[inventory.Held]) -> list[tuple[UUID, str]]:
    """Return the sites that send something of an order, when there are several."""
    sites = await catalog.sites(tx, sorted({one.site_id for one in held}))
    return [(one, sites[one].name) for one in sites] if len(sites) > 1 else []


async def _frees(tx: Tx, held: Sequence[inventory.Held]) -> list[str]:
    """Return in words which promised goods would go free, site by site."""
    products = {one.id: one for one in await catalog.products(tx, sorted({one.product_id for one in held}))}
    sites = await catalog.sites(tx, sorted({one.site_id for one in held}))
    units: dict[tuple[UUID, UUID], int] = {}
    for one in held:
        units[one.product_id, one.site_id] = units.get((one.product_id, one.site_id), 0) + one.quantity
    return [
        f"{count} × {products[product_id].sku} at {sites[site_id].name}"  # noqa: RUF001 - a sign of multiplication is meant
        for (product_id, site_id), count in units.items()
    ]


@post("/orders/{order_id:uuid}/{act:str}", opt=WRITERS, include_in_schema=False, status_code=200)
async def act_on_order(
    house: InHouse, who: Caller, order_id: FromPath[UUID], act: FromPath[str], data: Form
) -> Any:
    """Cancel, hold, release a hold or ask for a payment again, and show the order with what came of it."""
    address = f"/orders/{order_id}"
    try:
        async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
            found = await _read(tx, order_id, who)
            said = await _act(tx, found, act, data)
    except Refused as refused:
        if refused.faults:
            return back(address, f"{refused.message} {refused.faults[0].message}", kind="wrong")
        return back(address, refused.message, kind="wrong")
    return back(address, said)


async def _act(tx: Tx, found: acts.Whole, act: str, data: dict[str, str]) -> str:
    """Do what a button says; return the sentence that tells it."""
    order_id, note = found.order.id, data.get("note", "").replace("\x00", "")[:500]
    if act == "cancel":
        why = data.get("why", "").replace("\x00", "")[:500]
        await acts.cancel_one(tx, order_id, why or "canceled at the desk")
        return "The order is canceled; its goods are back on the shelf."
    if act in ("hold", "release-hold") and (parts := _parts(data)):
        return await _act_on_parts(tx, order_id, act, parts, data)
    if act == "hold":
        await acts.hold_one(tx, order_id, _reason(data), note)
        return "The order is held. Nothing is picked, packed or handed over until the hold is released."
    if act == "release-hold":
        await acts.release_one(tx, order_id, _reason(data), note)
        return "The hold is released."
    payment = next((one for one in found.payments if str(one.id) == data.get("payment_id")), None)
    if act == "arrange-payment" and payment is not None:
        await acts.arrange(tx, payment)
        return "The payment is arranged."
    if act == "retry-payment" and payment is not None:
        await acts.retry(tx, payment, data.get("token") or None)
        return "The payment is asked for again."
    raise unknown("act", act)


async def _act_on_parts(tx: Tx, order_id: UUID, act: str, parts: Parts, data: dict[str, str]) -> str:
    note = data.get("note", "").replace("\x00", "")[:500]
    if act == "hold":
        await acts.hold_parts(tx, order_id, parts, _reason(data), note)
        return "That part is held; the rest of the order goes on."
    await acts.release_parts(tx, order_id, parts, _reason(data), note)
    return "The part is released and joins the rest of the order."


def _parts(data: dict[str, str]) -> Parts:
    """Return which part a form means: `line:` or `site:` and its id; empty is the whole order."""
    kind, _, text = data.get("part", "").partition(":")
    try:
        part_id = UUID(text) if kind else None
    except ValueError:
        raise unknown("part", data["part"]) from None
    if part_id is None:
        return Parts()
    if kind not in ("line", "site"):
        raise unknown("part", data["part"])
    return Parts(line_ids=(part_id,)) if kind == "line" else Parts(site_id=part_id)


def _reason(data: dict[str, str]) -> HoldReason:
    try:
        return HoldReason(data.get("reason", ""))
    except ValueError:
        raise unknown("reason", data.get("reason", "")) from None


ROUTES: list[Any] = [order_page, act_on_order]
