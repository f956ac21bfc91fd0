"""Pages of sites with a drawn plan, boxes, carriers and vans."""

from typing import Any
from uuid import UUID

from litestar import get, post

from doorstep.platform.auth import DESK, allow
from doorstep.platform.edge import Asked, Caller, Form, FromPath, InHouse
from doorstep.platform.errors import unknown
from doorstep.platform.pages import back
from doorstep.stages.catalog.acts import carriage, places
from doorstep.stages.catalog.pages.tabs import READERS, STAFF, catalog_page
from doorstep.stages.catalog.rules import plan


@get("/catalog/sites", opt=allow(*READERS), include_in_schema=False)
async def site_list(request: Asked, house: InHouse, who: Caller) -> Any:
    """List the warehouses and local centers."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        found = list((await places.sites(tx)).values())
    return catalog_page(request, "sites.html", "/catalog/sites", sites=found)


@get("/catalog/sites/{site_id:uuid}", opt=allow(*READERS), include_in_schema=False)
async def site_page(request: Asked, house: InHouse, who: Caller, site_id: FromPath[UUID]) -> Any:
    """Show a site: its address, its hours, and the plan of its floor."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        site = (await places.sites(tx, [site_id])).get(site_id)
        if site is None:
            raise unknown("site", site_id)
        aisles, bins = await places.floor_of(tx, site_id)
        vans = await places.vans_of(tx, site_id)
    return catalog_page(
        request,
        "site.html",
        "/catalog/sites",
        site=site,
        aisles=aisles,
        bins=bins,
        vans=vans,
        plan=plan.draw(site, aisles, bins),
    )


@get("/catalog/boxes", opt=allow(*STAFF), include_in_schema=False)
async def box_list(request: Asked, house: InHouse, who: Caller) -> Any:
    """List the cartons."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        found = await places.boxes_of(tx)
    return catalog_page(request, "boxes.html", "/catalog/boxes", boxes=found)


@get("/catalog/carriers", opt=allow(*STAFF), include_in_schema=False)
async def carrier_list(request: Asked, house: InHouse, who: Caller) -> Any:
    """List the carriers with their services and what these cost."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        carriers = list((await carriage.carriers_of(tx)).values())
        services = list((await carriage.services_of(tx)).values())
    return catalog_page(request, "carriers.html", "/catalog/carriers", carriers=carriers, services=services)


@post(
    "/catalog/carriers/{carrier_id:uuid}/switch",
    opt=allow(*DESK),
    include_in_schema=False,
    status_code=200,
)
async def switch_carrier(house: InHouse, who: Caller, data: Form, carrier_id: FromPath[UUID]) -> Any:
    """Use a carrier again, or no longer."""
    active = data.get("active") == "yes"
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        await carriage.switch_carrier(tx, carrier_id, active=active)
    said = "The carrier is used again." if active else "No new parcels go to this carrier."
    return back("/catalog/carriers", said, kind="good" if active else "warning")


@get("/catalog/vans", opt=allow(*STAFF), include_in_schema=False)
async def van_list(request: Asked, house: InHouse, who: Caller) -> Any:
    """List the vans."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        vans = await places.vans_of(tx)
        sites = await places.sites(tx)
    return catalog_page(request, "vans.html", "/catalog/vans", vans=vans, sites=sites)


ROUTES = [site_list, site_page, box_list, carrier_list, switch_carrier, van_list]
