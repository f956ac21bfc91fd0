"""Receiving on the handheld: scan the product, say how many, scan the bin. What is not finished stands in the address."""

from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

from litestar import get, post
from litestar.params import QueryParameter

from doorstep.platform.auth import DESK, Role, allow
from doorstep.platform.db import Tx
from doorstep.platform.edge import Asked, Caller, Form, FromQuery, InHouse
from doorstep.platform.errors import Refused
from doorstep.platform.pages import back, page
from doorstep.stages import catalog
from doorstep.stages.catalog import Scanned
from doorstep.stages.inventory.acts import moving
from doorstep.stages.inventory.acts.once import once_only
from doorstep.stages.inventory.model import QUANTITY_MAX, Receipt

FLOOR = (*DESK, Role.PICKER, Role.PACKER)
Units = Annotated[int, QueryParameter(ge=0, le=QUANTITY_MAX)]


@dataclass(frozen=True, slots=True)
class Open:
    """A receipt under way, as far as it has come."""

    site: UUID | None = None
    product: UUID | None = None
    quantity: int = 0

    @property
    def address(self) -> str:
        """The page that goes on with it."""
        known = {"site": self.site, "product": self.product, "quantity": self.quantity or None}
        return "/receive?" + urlencode({name: of for name, of in known.items() if of is not None})


@get("/receive", opt=allow(*FLOOR), include_in_schema=False)
async def receive_page(
    request: Asked,
    house: InHouse,
    who: Caller,
    site: FromQuery[UUID | None] = None,
    product: FromQuery[UUID | None] = None,
    quantity: Units = 0,
) -> Any:
    """Show the next thing to do: choose the warehouse, scan a product, say how many, scan a bin."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        warehouses = await catalog.warehouses(tx)
        if site is None and len(warehouses) == 1:
            site = warehouses[0].id
        found = await catalog.products(tx, [product]) if product else []
    here = next((one for one in warehouses if one.id == site), None)
    return page(
        request,
        "inventory/receive.html",
        warehouses=warehouses,
        here=here,
        product=found[0] if found else None,
        quantity=quantity if found else 0,
    )


@post("/receive/scan", opt=allow(*FLOOR), include_in_schema=False, status_code=200)
async def scan(house: InHouse, who: Caller, data: Form) -> Any:
    """Take the next scan: a product first (a case code counts its units), then more of it, a number, or the bin."""
    now = _open(data)
    code = data.get("code", "").strip().replace("\x00", "")
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        scanned = next(iter(await catalog.by_barcode(tx, [code])), None)
        if now.product is None:
            return _first(now, code, scanned)
        if scanned is not None and scanned.product_id == now.product:
            more = Open(now.site, now.product, min(now.quantity + scanned.units, QUANTITY_MAX))
            return back(more.address, f"{more.quantity} of {scanned.sku}.")
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
    return Open(read("site"), read("product"), min(quantity, QUANTITY_MAX))


def _first(now: Open, code: str, scanned: Scanned | None) -> Any:
    if scanned is None:
        return back(
            now.address,
            f"No product carries {code[:60]}. Scan it again, or add the barcode in the catalog.",
            kind="wrong",
        )
    started = Open(now.site, scanned.product_id, scanned.units)
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
        return back(Open(now.site, now.product, 1).address, "Write a whole number, 1 or more.", kind="wrong")
    return back(now.address, f"{now.quantity} units. Scan the bin.")


ROUTES = [receive_page, scan, say_quantity]
