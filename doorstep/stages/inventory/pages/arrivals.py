"""What is to come: the list that a dock works from, and one arrival with its lines, plates and history."""

from typing import Annotated, Any
from uuid import UUID

from litestar import get, post
from litestar.params import QueryParameter

from doorstep.platform import journal
from doorstep.platform.auth import DESK, Role, allow
from doorstep.platform.edge import Asked, Caller, Form, FromPath, InHouse
from doorstep.platform.errors import Refused
from doorstep.platform.pages import back, page
from doorstep.stages import catalog
from doorstep.stages.inventory.acts.receiving import announcing, expecting
from doorstep.stages.inventory.api.arrivals import page_of, write_cursor
from doorstep.stages.inventory.api.goods import NO_NUL
from doorstep.stages.inventory.model.arrivals import ARRIVAL, ArrivalAct

READERS = (*DESK, Role.VIEWER, Role.MERCHANT, Role.PICKER, Role.PACKER)
TELLERS = (*DESK, Role.MERCHANT)
FLOOR = (*DESK, Role.PICKER, Role.PACKER)
PAGE = 50
VIEWS = ("closed", "canceled")


@get("/arrivals", opt=allow(*READERS), include_in_schema=False)
async def arrival_list(
    request: Asked,
    house: InHouse,
    who: Caller,
    of_state: Annotated[str, QueryParameter(name="state", max_length=20, pattern=NO_NUL)] = "",
    cursor: Annotated[str, QueryParameter(max_length=200, pattern=NO_NUL)] = "",
) -> Any:
    """List what is to come by its day, or what is over, a page at a time."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        state = of_state if of_state in VIEWS else ""
        found = await page_of(tx, state, cursor, PAGE + 1, who.merchant_id)
        sites = await catalog.sites(tx)
        today = tx.now.date()
    return page(
        request,
        "inventory/arrivals.html",
        arrivals=found[:PAGE],
        sites=sites,
        state=state,
        today=today,
        older=write_cursor(found[PAGE - 1]) if len(found) > PAGE else None,
        cursor=cursor,
        suppliers=bool(who.roles & {Role.OWNER, Role.VIEWER, *TELLERS}),
        receives=who.user_id is not None and bool(who.roles & {Role.OWNER, *FLOOR}),
    )


@get("/arrivals/{arrival_id:uuid}", opt=allow(*READERS), include_in_schema=False)
async def arrival_page(request: Asked, house: InHouse, who: Caller, arrival_id: FromPath[UUID]) -> Any:
    """Show one arrival: what is to come, what came, on which plates, and its history."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        arrival = await expecting.arrival_of(tx, arrival_id, who.merchant_id)
        lines = await expecting.lines_of(tx, arrival_id)
        products = {one.id: one for one in await catalog.products(tx, [one.product_id for one in lines])}
        plates = await expecting.plates_of(tx, arrival_id)
        site = (await catalog.sites(tx, [arrival.site_id]))[arrival.site_id]
        events = await journal.history(tx, [arrival_id])
    tells = bool(who.roles & {Role.OWNER, *TELLERS})
    return page(
        request,
        "inventory/arrival.html",
        arrival=arrival,
        lines=lines,
        products=products,
        plates=plates,
        site=site,
        events=events,
        receives=bool(who.roles & {Role.OWNER, *FLOOR}) and arrival.state in expecting.COMING,
        cancels=tells and ArrivalAct.CANCEL in ARRIVAL.acts(arrival.state),
    )


@post("/arrivals/{arrival_id:uuid}/cancel", opt=allow(*TELLERS), include_in_schema=False, status_code=200)
async def cancel(house: InHouse, who: Caller, data: Form, arrival_id: FromPath[UUID]) -> Any:
    """Call an arrival off that has not come."""
    path = f"/arrivals/{arrival_id}"
    why = data.get("why", "").replace("\x00", "").strip()[:60]
    if not why:
        return back(path, "Say why it does not come.", kind="wrong")
    try:
        async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
            await expecting.arrival_of(tx, arrival_id, who.merchant_id)
            await announcing.cancel(tx, arrival_id, why)
    except Refused as refused:
        return back("/arrivals", refused.message, kind="wrong")
    return back(path, "It is called off.")


ROUTES = [arrival_list, arrival_page, cancel]
