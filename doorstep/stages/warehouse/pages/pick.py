"""The picker's handheld: get work, then bin, item, tote, until the cart is done."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from litestar import get, post

from doorstep.platform.auth import Role, allow
from doorstep.platform.db import Tx
from doorstep.platform.edge import Asked, Caller, Form, FromPath, InHouse
from doorstep.platform.errors import Refused
from doorstep.platform.pages import back, page
from doorstep.stages.warehouse import acts
from doorstep.stages.warehouse.acts import PickAnswer, ShortReason
from doorstep.stages.warehouse.api.hands import QUANTITY_MAX
from doorstep.stages.warehouse.model import BatchState
from doorstep.stages.warehouse.pages.devices import (
    code_of,
    command_of,
    hand_of,
    id_of,
    told,
    whole,
    with_device,
)

PICKERS = allow(Role.MANAGER, Role.PICKER)
SLOT_COLORS = 6
"""Colors repeat after so many slots; the number is always beside them."""


@get("/pick", opt=PICKERS, include_in_schema=False)
async def carts(request: Asked, house: InHouse, who: Caller) -> Any:
    """Show the carts: the own one to go on with, and what waits, the most urgent first."""
    hand = hand_of(request, who)
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        sites = await acts.floor_sites(tx)
        waiting = await acts.batches(tx, [BatchState.PLANNED], most=30)
        running = await acts.batches(tx, [BatchState.PICKING], most=30)
        now = tx.now
    mine = [one for one in running if one.picker == hand.shown]
    others = [one for one in running if one.picker != hand.shown]
    return with_device(
        request,
        page(
            request, "warehouse/carts.html", sites=sites, waiting=waiting, mine=mine, others=others, clock=now
        ),
    )


@post("/pick/next", opt=PICKERS, include_in_schema=False, status_code=200)
async def get_work(request: Asked, house: InHouse, who: Caller, data: Form) -> Any:
    """Take the most urgent cart."""
    site_id = id_of(data, "site_id", "site")
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        cart = await acts.get_work(tx, hand_of(request, who), site_id)
    if cart is None:
        return back("/pick", "No cart waits. Look again in a minute.", kind="warning")
    return back(f"/pick/{cart.batch_id}", cart.message)


@post("/pick/{batch_id:uuid}/take", opt=PICKERS, include_in_schema=False, status_code=200)
async def take(batch_id: FromPath[UUID], request: Asked, house: InHouse, who: Caller, data: Form) -> Any:
    """Take one cart, or take it over."""
    try:
        async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
            cart = await acts.take(tx, hand_of(request, who), batch_id, take_over=bool(data.get("take_over")))
    except Refused as refused:
        return told("/pick", refused)
    return back(f"/pick/{batch_id}", cart.message)


@get("/pick/{batch_id:uuid}", opt=PICKERS, include_in_schema=False)
async def stop(batch_id: FromPath[UUID], request: Asked, house: InHouse, who: Caller) -> Any:
    """Show the one thing to do next."""
    try:
        async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
            cart = await acts.look_at_cart(tx, hand_of(request, who), batch_id)
    except Refused as refused:
        return told("/pick", refused)
    return with_device(request, page(request, "warehouse/stop.html", cart=cart, colors=SLOT_COLORS))


@get("/pick/{batch_id:uuid}/walk", opt=PICKERS, include_in_schema=False)
async def walk(batch_id: FromPath[UUID], request: Asked, house: InHouse, who: Caller) -> Any:
    """Show the whole walk, bin by bin."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        batch, stops = await acts.batch(tx, batch_id)
    return page(request, "warehouse/walk.html", batch=batch, stops=stops)


@post("/pick/{batch_id:uuid}/scan", opt=PICKERS, include_in_schema=False, status_code=200)
async def scan(batch_id: FromPath[UUID], request: Asked, house: InHouse, who: Caller, data: Form) -> Any:
    """Take a scan; with a number typed on the keypad, the item's code counts so often."""
    code, typed = code_of(data), data.get("quantity", "")
    quantity = whole(typed, QUANTITY_MAX)
    if not code or (typed.strip() and quantity is None):
        said = "Scan something." if not code else f"Type a whole number, 1 to {QUANTITY_MAX:,}."
        return back(f"/pick/{batch_id}", said, kind="warning")
    hand = hand_of(request, who)
    return await _do(
        house, who, batch_id, lambda tx: acts.scan_pick(tx, hand, batch_id, command_of(data), code, quantity)
    )


@get("/pick/{batch_id:uuid}/problem", opt=PICKERS, include_in_schema=False)
async def problem(batch_id: FromPath[UUID], request: Asked, house: InHouse, who: Caller) -> Any:
    """Show what can be done when something is not as it should be."""
    try:
        async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
            cart = await acts.look_at_cart(tx, hand_of(request, who), batch_id)
    except Refused as refused:
        return told("/pick", refused)
    return page(request, "warehouse/trouble.html", cart=cart, reasons=list(ShortReason))


@post("/pick/{batch_id:uuid}/short", opt=PICKERS, include_in_schema=False, status_code=200)
async def short(batch_id: FromPath[UUID], request: Asked, house: InHouse, who: Caller, data: Form) -> Any:
    """Say that the rest of this stop is not there."""
    pick_id, hand = id_of(data, "pick_id", "stop"), hand_of(request, who)
    reasons = {str(one): one for one in ShortReason}
    reason = reasons.get(data.get("reason", ""), ShortReason.MISSING)
    return await _do(
        house, who, batch_id, lambda tx: acts.short(tx, hand, batch_id, command_of(data), pick_id, reason)
    )


@post("/pick/{batch_id:uuid}/skip", opt=PICKERS, include_in_schema=False, status_code=200)
async def skip(batch_id: FromPath[UUID], request: Asked, house: InHouse, who: Caller, data: Form) -> Any:
    """Leave this stop for the end."""
    pick_id, hand = id_of(data, "pick_id", "stop"), hand_of(request, who)
    return await _do(
        house, who, batch_id, lambda tx: acts.skip(tx, hand, batch_id, command_of(data), pick_id)
    )


@post("/pick/{batch_id:uuid}/full", opt=PICKERS, include_in_schema=False, status_code=200)
async def full(batch_id: FromPath[UUID], request: Asked, house: InHouse, who: Caller, data: Form) -> Any:
    """Close the tote that is being filled."""
    hand = hand_of(request, who)
    return await _do(house, who, batch_id, lambda tx: acts.fill_tote(tx, hand, batch_id, command_of(data)))


@post("/pick/{batch_id:uuid}/give-back", opt=PICKERS, include_in_schema=False, status_code=200)
async def give_back(batch_id: FromPath[UUID], request: Asked, house: InHouse, who: Caller) -> Any:
    """Leave the cart for somebody else."""
    try:
        async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
            await acts.give_back(tx, hand_of(request, who), batch_id)
    except Refused as refused:
        return told("/pick", refused)
    return back("/pick", "The cart waits for somebody else.")


async def _do(house: InHouse, who: Caller, batch_id: UUID, act: Callable[[Tx], Awaitable[PickAnswer]]) -> Any:
    """Do an act at a cart and go back to its page with the answer."""
    try:
        async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
            answer = await act(tx)
    except Refused as refused:
        return told("/pick", refused)
    stopped = answer.code in ("order_canceled", "order_merged", "order_held")
    kind = "good" if answer.accepted else "warning" if stopped else "wrong"
    return back(f"/pick/{batch_id}", answer.message, kind=kind)


ROUTES: list[Any] = [carts, get_work, take, stop, walk, scan, problem, short, skip, full, give_back]
