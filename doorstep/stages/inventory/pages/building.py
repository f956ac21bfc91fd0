"""Building a plate up on the handheld: its code is known, scan the bin where it stands, then say what of the loose goods there is on it."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from litestar import get, post

from doorstep.platform.auth import allow
from doorstep.platform.edge import Asked, Caller, Form, FromQuery, InHouse
from doorstep.platform.errors import Refused
from doorstep.platform.ids import new_id
from doorstep.platform.pages import back, page
from doorstep.stages import catalog
from doorstep.stages.inventory.acts.once import once_only
from doorstep.stages.inventory.acts.plates import filling, looking
from doorstep.stages.inventory.pages.plates import Word, at, read_lines
from doorstep.stages.inventory.pages.receive import FLOOR
from doorstep.stages.inventory.rules.plates import read_code


def _address(code: str, site_id: UUID | None = None, bin_code: str = "") -> str:
    known = {"code": code, "site": site_id, "bin": bin_code}
    return "/plates/new?" + urlencode({name: of for name, of in known.items() if of})


@get("/plates/new", opt=allow(*FLOOR), include_in_schema=False)
async def build_page(
    request: Asked,
    house: InHouse,
    who: Caller,
    code: Word = "",
    site: FromQuery[UUID | None] = None,
    bin: Word = "",  # noqa: A002 - what it is called in the address
) -> Any:
    """Show the next thing to do: scan the bin where the plate stands, then say what is on it."""
    named = read_code(code)
    if not named:
        return back("/plates", "Scan the label of the plate first.", kind="wrong")
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        loose = await looking.loose_in(tx, site, f"bin:{bin}") if site and bin else {}
        products = await catalog.products(tx, list({product_id for product_id, _ in loose}))
        warehouses = await catalog.warehouses(tx)
    here = next((one for one in warehouses if one.id == site), None)
    if here is None and len(warehouses) == 1:
        here = warehouses[0]
    return page(
        request,
        "inventory/building.html",
        code=named,
        here=here,
        warehouses=warehouses,
        bin=bin,
        loose=loose,
        products={one.id: one for one in products},
        command=new_id().hex,
    )


@post("/plates/new/scan", opt=allow(*FLOOR), include_in_schema=False, status_code=200)
async def scan_bin(house: InHouse, who: Caller, data: Form) -> Any:
    """Take the scan of the bin where the plate stands, or of a plate there that is put on it."""
    named, site_id = read_code(data.get("plate", "")), _site(data)
    code = data.get("code", "").strip().replace("\x00", "")[:200]
    bin_code = code.removeprefix("bin:")[:40]
    if not named or site_id is None:
        return back("/plates", "Scan the label of the plate first.", kind="wrong")
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        if bin_code in await catalog.bins_there(tx, site_id, [bin_code]):
            return back(_address(named, site_id, bin_code), "Say what is on it, or scan a plate that is.")
        there, nested = data.get("bin", "").replace("\x00", "")[:40], read_code(code)
        if not there or not nested or not await looking.stands(tx, nested):
            said = f"The warehouse has no bin {bin_code}. Scan its label again."
            return back(_address(named, site_id, there), said, kind="wrong")
        try:
            async with tx.connection.transaction():
                await filling.build_plate(tx, named, site_id, f"bin:{there}", nested=[nested])
        except Refused as refused:
            said = refused.faults[0].message if refused.faults else refused.message
            return back(_address(named, site_id, there), said, kind="wrong")
    return back(at(named), f"Plate {nested} stands on {named}.")


@post("/plates/new", opt=allow(*FLOOR), include_in_schema=False, status_code=200)
async def build(house: InHouse, who: Caller, data: Form) -> Any:
    """Build the plate up of what is said to be on it."""
    named, site_id = read_code(data.get("plate", "")), _site(data)
    bin_code = data.get("bin", "").replace("\x00", "")[:40]
    if not named or site_id is None:
        return back("/plates", "Scan the label of the plate first.", kind="wrong")
    lines = read_lines(data)
    if not lines:
        said = "Write how many units are on it."
        return back(_address(named, site_id, bin_code), said, kind="wrong")
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        try:
            async with tx.connection.transaction():
                if not await once_only(tx, data.get("command", "")):
                    return back(at(named), "That is in the books already.", kind="warning")
                await filling.build_plate(tx, named, site_id, f"bin:{bin_code}", lines)
        except Refused as refused:
            said = refused.faults[0].message if refused.faults else refused.message
            return back(_address(named, site_id, bin_code), said, kind="wrong")
    return back(at(named), f"Plate {named} stands in {bin_code}.")


def _site(data: dict[str, str]) -> UUID | None:
    try:
        return UUID(data.get("site", ""))
    except ValueError:
        return None


ROUTES = [build_page, scan_bin, build]
