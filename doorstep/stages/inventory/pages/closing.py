"""The ends of an arrival on the handheld: goods that nobody announced begin one, and closing gives every difference its reason."""

from typing import Any
from uuid import UUID

from litestar import get, post

from doorstep.platform.auth import allow
from doorstep.platform.edge import Asked, Caller, Form, FromPath, InHouse
from doorstep.platform.errors import Refused
from doorstep.platform.pages import back, page
from doorstep.stages import catalog
from doorstep.stages.inventory.acts.receiving import closing, expecting, taking
from doorstep.stages.inventory.api.arrivals import StoodIn, codes, unannounced
from doorstep.stages.inventory.model.arrivals import DIFFERENCES, REFERENCE_MAX, ArrivalState, Closing
from doorstep.stages.inventory.pages.receive import FLOOR


@get("/receive/unannounced", opt=allow(*FLOOR), include_in_schema=False)
async def unannounced_page(request: Asked, house: InHouse, who: Caller) -> Any:
    """Ask who brought goods that nobody announced, and under which number."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        sellers, sites = await codes(tx, who)
        suppliers = [one for one in await expecting.suppliers(tx) if one.sends_unannounced]
    return page(
        request,
        "inventory/unannounced.html",
        merchants=sorted(sellers),
        sites=sorted(sites),
        suppliers=suppliers,
    )


@post("/receive/unannounced", opt=allow(*FLOOR), include_in_schema=False, status_code=200)
async def stand(house: InHouse, who: Caller, data: Form) -> Any:
    """Open an arrival of goods that stand at the door."""

    def text(name: str) -> str:
        return data.get(name, "").replace("\x00", "").strip()[:REFERENCE_MAX]

    stood = StoodIn(
        site=text("site"),
        merchant=text("merchant"),
        supplier=text("supplier"),
        reference=text("reference"),
    )
    try:
        async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
            noted = await taking.begin_unannounced(tx, unannounced(stood, *await codes(tx, who)))
    except Refused as refused:
        said = " ".join(fault.message for fault in refused.faults) or refused.message
        return back("/receive/unannounced", said, kind="wrong")
    if not noted.created:
        return back(f"/receive/{noted.id}", f"{noted.reference} is known here.", kind="warning")
    return back(f"/receive/{noted.id}", "Scan what came.")


@get("/receive/{arrival_id:uuid}/close", opt=allow(*FLOOR), include_in_schema=False)
async def close_page(request: Asked, house: InHouse, who: Caller, arrival_id: FromPath[UUID]) -> Any:
    """Show what came otherwise than expected, and ask why."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        arrival = await expecting.arrival_of(tx, arrival_id)
        lines = await expecting.lines_of(tx, arrival_id)
        products = {one.id: one for one in await catalog.products(tx, [one.product_id for one in lines])}
    if arrival.state != ArrivalState.OPEN:
        return back(f"/arrivals/{arrival_id}", f"{arrival.reference} is {arrival.state}.", kind="warning")
    odd = [one for one in lines if closing.differs(one, announced=arrival.announced)]
    return page(
        request,
        "inventory/close.html",
        arrival=arrival,
        odd=odd,
        fine=len(lines) - len(odd),
        products=products,
        reasons=DIFFERENCES,
    )


@post("/receive/{arrival_id:uuid}/close", opt=allow(*FLOOR), include_in_schema=False, status_code=200)
async def close(house: InHouse, who: Caller, data: Form, arrival_id: FromPath[UUID]) -> Any:
    """Close an arrival and say what it came to."""
    whys = {}
    for name, why in data.items():
        try:
            whys[UUID(name.removeprefix("why-"))] = why
        except ValueError:
            continue
    try:
        async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
            came_to = await closing.close(tx, arrival_id, whys)
    except Refused as refused:
        if not refused.faults:
            return back("/arrivals", refused.message, kind="wrong")
        return back(f"/receive/{arrival_id}/close", "Say why for each difference.", kind="wrong")
    return back(f"/arrivals/{arrival_id}", _said(came_to))


def _said(one: Closing) -> str:
    parts = [
        f"{units} {what}"
        for units, what in (
            (one.short, "short"),
            (one.over, "over"),
            (one.damaged, "damaged"),
            (one.refused, "refused"),
        )
        if units
    ]
    orders = (
        f" {one.filled} {'order' if one.filled == 1 else 'orders'} got their goods." if one.filled else ""
    )
    return f"Closed after {one.minutes} min: {', '.join(parts) or 'all as expected'}.{orders}"


ROUTES = [unannounced_page, stand, close_page, close]
