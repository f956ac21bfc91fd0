"""Putting back on the handheld: the tote or box, then the item, then the bin."""

from typing import Annotated, Any
from urllib.parse import urlencode

from litestar import get, post
from litestar.params import QueryParameter

from doorstep.platform.auth import Role, allow
from doorstep.platform.edge import Asked, Caller, Form, InHouse
from doorstep.platform.errors import Refused
from doorstep.platform.pages import back, page
from doorstep.stages.warehouse import acts
from doorstep.stages.warehouse.acts import PutBack
from doorstep.stages.warehouse.api.hands import QUANTITY_MAX
from doorstep.stages.warehouse.pages.devices import code_of, command_of, told, whole

PUTTERS = allow(Role.MANAGER, Role.PICKER, Role.PACKER)
Code = Annotated[str, QueryParameter(max_length=200, pattern=r"^[^\u0000]*$")]


@get("/put-back", opt=PUTTERS, include_in_schema=False)
async def listing(request: Asked, house: InHouse, who: Caller, source: Code = "", item: Code = "") -> Any:
    """Show what goes back, or the next thing to scan: `source` and `item` are what was scanned before."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        lines = await acts.put_backs(tx)
    wanted = source.strip().upper()
    here = [line for line in lines if wanted in (line.source, line.source.removeprefix("P-"))]
    return page(
        request, "warehouse/put_back.html", lines=lines, here=here if wanted else [], source=wanted, item=item
    )


@post("/put-back", opt=PUTTERS, include_in_schema=False, status_code=200)
async def scan(house: InHouse, who: Caller, data: Form) -> Any:
    """Take the next scan: the source first, then the item, then the bin, which moves it."""
    source, item, code = code_of(data, "source"), code_of(data, "item"), code_of(data)
    if not code:
        return back("/put-back", "Scan something.", kind="warning")
    if not source:
        return back(f"/put-back?{urlencode({'source': code})}")
    if not item:
        return back(f"/put-back?{urlencode({'source': source, 'item': code})}")
    quantity = whole(data.get("quantity", "1"), QUANTITY_MAX) or 1
    try:
        async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
            answer = await acts.put_back(tx, command_of(data), PutBack(source, item, code, quantity))
    except Refused as refused:
        return told("/put-back", refused)
    path = f"/put-back?{urlencode({'source': source})}" if answer.left else "/put-back"
    return back(path, answer.message, kind="good" if answer.accepted else "wrong")


ROUTES: list[Any] = [listing, scan]
