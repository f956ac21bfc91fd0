"""The forms on a product's stock page that say how much of it may be sold beside what is there."""

from datetime import date
from typing import Any
from uuid import UUID

from litestar import post

from doorstep.platform.auth import DESK, Role, allow
from doorstep.platform.edge import Caller, Form, FromPath, InHouse
from doorstep.platform.errors import Refused
from doorstep.platform.pages import back
from doorstep.stages.inventory.acts import backorders
from doorstep.stages.inventory.api.goods import product_of
from doorstep.stages.inventory.model import QUANTITY_MAX


@post(
    "/stock/{product_id:uuid}/backorders",
    opt=allow(*DESK, Role.MERCHANT),
    include_in_schema=False,
    status_code=200,
)
async def sell_ahead(house: InHouse, who: Caller, data: Form, product_id: FromPath[UUID]) -> Any:
    """Say how many units may be owed, and from which day on the product leaves."""
    path = f"/stock/{product_id}"
    try:
        most = int(data.get("most", "")[:9])
        day = data.get("ships_on", "").strip()
        ships_on = date.fromisoformat(day) if day else None
    except ValueError:
        return back(path, "Write whole units, and the day as 2026-12-24 or not at all.", kind="wrong")
    if not 0 <= most <= QUANTITY_MAX:
        return back(path, f"Write 0 to {QUANTITY_MAX:,} units.", kind="wrong")
    try:
        async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
            await backorders.sell_ahead(tx, await product_of(tx, product_id, who), most, ships_on)
    except Refused as refused:
        return back(path, refused.message, kind="wrong")
    return back(path, f"Up to {most:,} units may be owed now." if most else "It can sell out again.")


@post(
    "/stock/{product_id:uuid}/safety",
    opt=allow(*DESK, Role.MERCHANT),
    include_in_schema=False,
    status_code=200,
)
async def keep_safe(house: InHouse, who: Caller, data: Form, product_id: FromPath[UUID]) -> Any:
    """Say how many units a site keeps from sale."""
    path = f"/stock/{product_id}"
    text = data.get("units", "").strip()
    try:
        site_id = UUID(data.get("keeper", ""))
    except ValueError:
        return back(path, "Choose a warehouse.", kind="wrong")
    if not (text.isascii() and text.isdigit() and int(text[:9]) <= QUANTITY_MAX):
        return back(path, f"Write 0 to {QUANTITY_MAX:,} units.", kind="wrong")
    try:
        async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
            await backorders.keep_safe(tx, await product_of(tx, product_id, who), site_id, int(text))
    except Refused as refused:
        return back(path, refused.message, kind="wrong")
    return back(path, f"{int(text):,} units are kept from sale there.")


ROUTES = [sell_ahead, keep_safe]
