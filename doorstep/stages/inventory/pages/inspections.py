"""What waits for a look, and what somebody decides who looked."""

from typing import Any
from uuid import UUID

from litestar import get, post

from doorstep.platform.auth import DESK, Role, allow
from doorstep.platform.edge import Asked, Caller, Form, FromPath, InHouse
from doorstep.platform.errors import Refused
from doorstep.platform.gs1 import read_serials
from doorstep.platform.pages import back, page
from doorstep.stages import catalog
from doorstep.stages.inventory.acts.receiving import inspecting
from doorstep.stages.inventory.acts.receiving.inspecting import RESTS
from doorstep.stages.inventory.model.inspections import Decision
from doorstep.stages.inventory.pages.receive import FLOOR


@get("/inspections", opt=allow(*FLOOR, Role.VIEWER), include_in_schema=False)
async def inspection_list(request: Asked, house: InHouse, who: Caller) -> Any:
    """List what waits for a look, the oldest first, each with the one decision to take."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        waiting = await inspecting.inspections(tx)
        sites = await catalog.sites(tx)
    return page(
        request,
        "inventory/inspections.html",
        waiting=waiting,
        sites=sites,
        rests=RESTS,
        decides=bool(who.roles & frozenset(DESK)),
    )


@post("/inspections/{inspection_id:uuid}", opt=allow(*DESK), include_in_schema=False, status_code=200)
async def decide(house: InHouse, who: Caller, data: Form, inspection_id: FromPath[UUID]) -> Any:
    """Decide about goods that were looked at."""
    good = data.get("good", "").strip()
    code = data.get("place", "").strip().replace("\x00", "")[:40].removeprefix("bin:")
    if not (good.isascii() and good.isdigit() and len(good) < 8):
        return back("/inspections", "Write how many are good, 0 if none is.", kind="wrong")
    decision = Decision(
        good=int(good),
        place=f"bin:{code}" if code else "",
        rest=data.get("rest", "")[:20],
        why=data.get("why", "").replace("\x00", "").strip()[:60],
        serials=read_serials(data.get("serials", "")),
        rest_serials=read_serials(data.get("rest_serials", "")),
    )
    try:
        async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
            one = await inspecting.decide(tx, inspection_id, decision)
    except Refused as refused:
        said = " ".join(fault.message for fault in refused.faults) or refused.message
        return back("/inspections", said, kind="wrong")
    bad = one.quantity - decision.good
    rest = f", {bad} do not" if bad else ""
    return back("/inspections", f"{one.sku}: {decision.good} go on sale{rest}.")


ROUTES = [inspection_list, decide]
