"""The dock: manifests, and the handheld page where parcels leave the house."""

from typing import Any
from uuid import UUID

from litestar import get, post

from doorstep.platform.auth import DESK, Role, allow
from doorstep.platform.edge import Asked, Caller, Form, FromPath, InHouse
from doorstep.platform.errors import Refused, unknown
from doorstep.platform.pages import back, page
from doorstep.stages.shipping.acts import leaving, looking, manifests, sheets
from doorstep.stages.shipping.api.labels import sent
from doorstep.stages.shipping.model import Verdict

LOOKERS = allow(*DESK, Role.PACKER, Role.VIEWER)
WORKERS = allow(*DESK, Role.PACKER)
KINDS = {Verdict.HANDED_OVER: "good", Verdict.BEFORE: "warning"}


@post("/shipping/manifests", opt=WORKERS, include_in_schema=False, status_code=200)
async def make(house: InHouse, who: Caller, data: Form) -> Any:
    """Put everything ready at a dock on its manifest."""
    try:
        site_id, carrier_id = UUID(data["site_id"]), UUID(data["carrier_id"])
    except (KeyError, ValueError):
        raise unknown("dock", data.get("site_id", "")[:40]) from None
    try:
        async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
            manifest_id = await manifests.gather(tx, site_id, carrier_id)
    except Refused as refused:
        return back("/shipping?queue=ready", refused.message, kind="warning")
    return back(f"/shipping/manifests/{manifest_id}", "Everything that is ready is on this manifest.")


@get("/shipping/manifests/{manifest_id:uuid}", opt=LOOKERS, include_in_schema=False)
async def manifest(manifest_id: FromPath[UUID], request: Asked, house: InHouse, who: Caller) -> Any:
    """Show a manifest and how much of it has left."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        seen, listed = await looking.manifest(tx, manifest_id)
    return page(request, "shipping/manifest.html", manifest=seen, listed=listed)


@get("/shipping/manifests/{manifest_id:uuid}/pdf", opt=LOOKERS, include_in_schema=False)
async def sheet(manifest_id: FromPath[UUID], house: InHouse, who: Caller) -> Any:
    """Show a manifest as the sheet that the driver signs."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        made = await sheets.sheet(tx, manifest_id)
    return sent(made, "pdf", f"manifest-{manifest_id}")


@post("/shipping/manifests/{manifest_id:uuid}/close", opt=WORKERS, include_in_schema=False, status_code=200)
async def close(manifest_id: FromPath[UUID], house: InHouse, who: Caller, data: Form) -> Any:
    """Let the truck leave, and go back to where that was said."""
    path = "/hand-over" if data.get("from") == "dock" else f"/shipping/manifests/{manifest_id}"
    try:
        async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
            parcels = await manifests.close_one(tx, manifest_id)
    except Refused as refused:
        return back(path, refused.message, kind="wrong")
    return back(path, f"The truck has left with {parcels} parcels; the carrier is being told.")


@get("/hand-over", opt=WORKERS, include_in_schema=False)
async def dock(request: Asked, house: InHouse, who: Caller) -> Any:
    """Show the scan field of the dock, and what still waits there."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        docks = await looking.docks(tx)
        trucks = await looking.manifests(tx, None, 20, "open")
    return page(request, "shipping/hand_over.html", docks=docks, trucks=trucks)


@post("/hand-over", opt=WORKERS, include_in_schema=False, status_code=200)
async def scan(house: InHouse, who: Caller, data: Form) -> Any:
    """Hand over what was scanned, and say so on the same page."""
    code = data.get("code", "").replace("\0", "").strip()[:200]
    if not code:
        return back("/hand-over", "Scan a parcel's label, or a manifest.", kind="warning")
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        (answer,) = await leaving.hand_over(tx, [code])
    return back("/hand-over", answer.message, kind=KINDS.get(answer.verdict, "wrong"))


ROUTES: list[Any] = [make, manifest, sheet, close, dock, scan]
