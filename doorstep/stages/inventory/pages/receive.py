"""Receiving on the handheld: scan an arrival; or a product that belongs to none, say how many, scan the bin. What is not finished stands in the address."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

from litestar import get, post
from litestar.params import QueryParameter

from doorstep.platform.auth import DESK, Role, allow
from doorstep.platform.db import Tx
from doorstep.platform.edge import Asked, Caller, Form, FromQuery, InHouse
from doorstep.platform.errors import Refused
from doorstep.platform.gs1 import Label, read_label
from doorstep.platform.pages import back, page
from doorstep.stages import catalog
from doorstep.stages.catalog import Scanned
from doorstep.stages.inventory.acts import moving
from doorstep.stages.inventory.acts.once import once_only
from doorstep.stages.inventory.acts.plates.looking import stands
from doorstep.stages.inventory.acts.receiving import expecting
from doorstep.stages.inventory.api.goods import NO_NUL
from doorstep.stages.inventory.model import LOT_MAX, QUANTITY_MAX, Receipt
from doorstep.stages.inventory.rules.plates import read_code

FLOOR = (*DESK, Role.PICKER, Role.PACKER)
COMING_MAX = 20
Lot = Annotated[str, QueryParameter(max_length=LOT_MAX, pattern=NO_NUL)]
Units = Annotated[int, QueryParameter(ge=0, le=QUANTITY_MAX)]


@dataclass(frozen=True, slots=True)
class Open:
    """A receipt under way, as far as it has come."""

    site: UUID | None = None
    product: UUID | None = None
    quantity: int = 0
    lot: str = ""
    expires: date | None = None

    @property
    def address(self) -> str:
        """The page that goes on with it."""
        known = {"site": self.site, "product": self.product, "quantity": self.quantity, "lot": self.lot}
        return "/receive?" + urlencode(
            {name: of for name, of in {**known, "expires": self.expires}.items() if of}
        )


@get("/receive", opt=allow(*FLOOR), include_in_schema=False)
async def receive_page(
    request: Asked,
    house: InHouse,
    who: Caller,
    site: FromQuery[UUID | None] = None,
    product: FromQuery[UUID | None] = None,
    quantity: Units = 0,
    lot: Lot = "",
    expires: FromQuery[date | None] = None,
) -> Any:
    """Show the next thing to do: choose the warehouse, scan a product, say how many, scan a bin."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        warehouses = await catalog.warehouses(tx)
        if site is None and len(warehouses) == 1:
            site = warehouses[0].id
        found = await catalog.products(tx, [product]) if product else []
        coming = await expecting.arrivals(tx, states=expecting.COMING, site_id=site, most=COMING_MAX)
    here = next((one for one in warehouses if one.id == site), None)
    return page(
        request,
        "inventory/receive.html",
        warehouses=warehouses,
        coming=coming,
        here=here,
        product=found[0] if found else None,
        quantity=quantity if found else 0,
        lot=lot,
        expires=expires,
    )


@post("/receive/scan", opt=allow(*FLOOR), include_in_schema=False, status_code=200)
async def scan(house: InHouse, who: Caller, data: Form) -> Any:
    """Take the next scan: a product first (a case code counts its units), then more of it, a number, or the bin."""
    now = _open(data)
    code = data.get("code", "").strip().replace("\x00", "")
    label = read_label(code)
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        found = {
            one.code: one for one in await catalog.by_barcode(tx, [code, *(label.codes if label else ())])
        }
        scanned = next((found[one] for one in (code, *(label.codes if label else ())) if one in found), None)
        if now.product is None:
            meant = await expecting.meant_by(tx, code) if scanned is None and code else []
            if len(meant) == 1:
                return back(f"/receive/{meant[0].id}", f"{meant[0].reference} from {meant[0].supplier}.")
            if scanned is None and await stands(tx, read_code(code)):
                return back(f"/plates/{read_code(code)}", "That plate is here already. Where is it put to?")
            return _first(now, code, scanned, label)
        if scanned is not None and scanned.product_id == now.product:
            return _more(now, scanned, label)
        if scanned is not None:
            return back(
                now.address, f"That is {scanned.sku}. Put the first product to a bin before it.", kind="wrong"
            )
        return await _put(tx, now, code, data.get("command", ""))


def _open(data: dict[str, str]) -> Open:
    def read(name: str) -> UUID | None:
        try:
            return UUID(data[name])
        except (KeyError, ValueError):
            return None

    text = data.get("quantity", "")
    quantity = int(text) if text.isascii() and text.isdigit() and len(text) < 8 else 0
    try:
        expires = date.fromisoformat(data.get("expires", ""))
    except ValueError:
        expires = None
    lot = data.get("lot", "").strip().replace("\x00", "")[:LOT_MAX]
    return Open(read("site"), read("product"), min(quantity, QUANTITY_MAX), lot, expires)


def _more(now: Open, scanned: Scanned, label: Label | None) -> Any:
    """Count one more of the same; another lot of it is put to a bin by itself."""
    lot = label.lot if label and label.lot else now.lot
    if now.lot and lot != now.lot:
        return back(now.address, f"That is lot {lot}. Put lot {now.lot} to a bin before it.", kind="wrong")
    units = min(now.quantity + scanned.units, QUANTITY_MAX)
    more = replace(now, quantity=units, lot=lot, expires=now.expires or (label.expires_on if label else None))
    return back(more.address, f"{more.quantity} of {scanned.sku}.")


def _first(now: Open, code: str, scanned: Scanned | None, label: Label | None) -> Any:
    if scanned is None:
        return back(
            now.address,
            f"No product carries {code[:60]}. Scan it again, or add the barcode in the catalog.",
            kind="wrong",
        )
    units = scanned.units * (label.count or 1) if label else scanned.units
    started = Open(now.site, scanned.product_id, min(units, QUANTITY_MAX))
    if label:
        started = replace(started, lot=label.lot[:LOT_MAX], expires=label.expires_on)
    return back(started.address, f"{scanned.name}: scan more, change the number, or scan the bin.")


async def _put(tx: Tx, now: Open, code: str, command: str) -> Any:
    """Post the receipt when the bin is scanned; a scan that arrives twice is posted once."""
    if now.site is None or now.product is None:
        return back("/receive", "Choose the warehouse first.", kind="wrong")
    place = "quarantine" if code.lower() == "quarantine" else f"bin:{code.removeprefix('bin:')}"
    receipt = Receipt(
        site_id=now.site,
        product_id=now.product,
        place=place,
        quantity=max(now.quantity, 1),
        reason="received",
        lot=now.lot,
        expires_on=now.expires,
    )
    finished = Open(now.site)
    try:
        async with tx.connection.transaction():
            if not await once_only(tx, command):
                return back(finished.address, "That receipt is in the books already.", kind="warning")
            await moving.receive(tx, [receipt])
    except Refused as refused:
        said = refused.faults[0].message if refused.faults else refused.message
        return back(now.address, said, kind="wrong")
    return back(finished.address, f"{receipt.quantity} units lie in {code[:40]} and can be sold.")


@post("/receive/quantity", opt=allow(*FLOOR), include_in_schema=False, status_code=200)
async def say_quantity(data: Form) -> Any:
    """Say how many by number instead of scanning each."""
    now = _open(data)
    if not now.quantity:
        return back(replace(now, quantity=1).address, "Write a whole number, 1 or more.", kind="wrong")
    return back(now.address, f"{now.quantity} units. Scan the bin.")


ROUTES = [receive_page, scan, say_quantity]
