"""Pages of products and merchants."""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Any
from uuid import UUID

from litestar import get, post
from litestar.datastructures import UploadFile
from litestar.enums import RequestEncodingType
from litestar.params import Body, QueryParameter

from doorstep.platform.auth import DESK, allow
from doorstep.platform.db import Tx
from doorstep.platform.edge import Asked, Caller, Form, FromPath, FromQuery, InHouse
from doorstep.platform.errors import Fault, Refused, unknown
from doorstep.platform.measures import decimals
from doorstep.platform.pages import back
from doorstep.stages.catalog.acts import importing, merchants, products
from doorstep.stages.catalog.api.goods import read_cursor, whole, write_cursor
from doorstep.stages.catalog.api.shapes import NO_NUL
from doorstep.stages.catalog.model import Merchant, Outcome, Product
from doorstep.stages.catalog.pages.tabs import READERS, WRITERS, catalog_page
from doorstep.stages.catalog.rules.rows import COLUMNS

PAGE = 50
LOGO_MAX = 200_000
Wanted = Annotated[str, QueryParameter(max_length=200, pattern=NO_NUL)]


@get("/catalog", opt=allow(*READERS), include_in_schema=False)
async def product_list(
    request: Asked,
    house: InHouse,
    who: Caller,
    q: Wanted = "",
    after: Wanted = "",
    merchant: FromQuery[UUID | None] = None,
) -> Any:
    """List products, with a search and a page at a time."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        found = await products.find_products(
            tx, q.strip(), merchant_id=who.own(merchant), after=read_cursor(after), most=PAGE + 1
        )
        sellers = await merchants.merchants_of(tx, None if who.merchant_id is None else [who.merchant_id])
        total = await products.count_products(tx, who.own(merchant))
    shown = found[:PAGE]
    older = write_cursor(shown[-1]) if len(found) > PAGE else None
    return catalog_page(
        request,
        "products.html",
        "/catalog",
        products=shown,
        sellers=sellers,
        total=total,
        q=q,
        merchant=merchant,
        older=older,
        after=after,
    )


@get("/catalog/new", opt=allow(*WRITERS), include_in_schema=False)
async def new_product(request: Asked, house: InHouse, who: Caller) -> Any:
    """Show the empty form of a product."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        return await _form(request, tx, who.merchant_id, dict.fromkeys(COLUMNS, ""), None)


async def _form(
    request: Asked,
    tx: Tx,
    merchant_id: UUID | None,
    values: dict[str, str],
    product: Product | None,
    *,
    faults: dict[str, str] | None = None,
    parts: list[tuple[Product, int]] | None = None,
) -> Any:
    sellers = await merchants.merchants_of(tx, None if merchant_id is None else [merchant_id])
    return catalog_page(
        request,
        "product.html",
        "/catalog",
        product=product,
        values=values,
        faults=faults or {},
        sellers=[(one.code, one.name) for one in sellers.values()],
        made_of=parts or [],
    )


@post("/catalog/products", opt=allow(*WRITERS), include_in_schema=False, status_code=200)
async def save_product(request: Asked, house: InHouse, who: Caller, data: Form) -> Any:
    """Create or change a product as an import of one row would."""
    values = {name: data.get(name, "") for name in COLUMNS}
    if data.get("editing"):
        for name in ("fragile", "upright", "asks_lot", "asks_expiry"):
            values[name] = data.get(name, "no")
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        [verdict] = await importing.import_rows(tx, "products", [values], merchant_id=who.merchant_id)
        if verdict.outcome == Outcome.REFUSED:
            faults = {fault.field: fault.message for fault in verdict.faults}
            return await _form(request, tx, who.merchant_id, values, None, faults=faults)
        sellers = {one.code: one.id for one in (await merchants.merchants_of(tx)).values()}
        seller = sellers.get(values["merchant"]) or next(iter(sellers.values()))
        saved = await products.products_by_sku(tx, [(seller, values["sku"].strip())])
    said = {
        Outcome.CREATED: "The product is there.",
        Outcome.UPDATED: "The product is changed.",
        Outcome.SAME: "Nothing was changed: it was like that already.",
    }
    path = f"/catalog/products/{next(iter(saved.values())).id}" if saved else "/catalog"
    return back(path, said[verdict.outcome])


@get("/catalog/products/{product_id:uuid}", opt=allow(*READERS), include_in_schema=False)
async def product_page(request: Asked, house: InHouse, who: Caller, product_id: FromPath[UUID]) -> Any:
    """Show one product, its codes and components, with the form that changes it."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        shown = await whole(tx, product_id, who)
        sellers = await merchants.merchants_of(tx, [shown.product.merchant_id])
        parts = {one.id: one for one in await products.products(tx, list(shown.components))}
        values = _cells(shown.product, sellers[shown.product.merchant_id].code)
        values["barcodes"] = " ".join(
            code if units == 1 else f"{code}*{units}" for code, units in shown.barcodes.items()
        )
        return await _form(
            request,
            tx,
            who.merchant_id,
            values,
            shown.product,
            parts=[(parts[part], quantity) for part, quantity in shown.components.items()],
        )


def _cells(product: Product, merchant: str) -> dict[str, str]:
    """Spell a product as the cells of a table, so that the form shows what the import reads."""
    places = decimals(product.currency)
    cells = dict.fromkeys(COLUMNS, "")
    for name in COLUMNS:
        value = getattr(product, name, None)
        if value is not None:
            cells[name] = ("yes" if value else "no") if isinstance(value, bool) else str(value)
    whole_part, rest = divmod(product.price_minor, 10**places)
    cells["price"] = f"{whole_part}.{rest:0{places}d}" if places else str(whole_part)
    cells["merchant"] = merchant
    return cells


@get("/catalog/merchants", opt=allow(*READERS), include_in_schema=False)
async def merchant_list(request: Asked, house: InHouse, who: Caller) -> Any:
    """List merchants with their faces."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        found = await merchants.merchants_of(tx, None if who.merchant_id is None else [who.merchant_id])
        counts = {one: await products.count_products(tx, one) for one in list(found)[:50]}
    return catalog_page(
        request, "merchants.html", "/catalog/merchants", merchants=list(found.values()), counts=counts
    )


@get("/catalog/merchants/{merchant_id:uuid}", opt=allow(*READERS), include_in_schema=False)
async def merchant_page(request: Asked, house: InHouse, who: Caller, merchant_id: FromPath[UUID]) -> Any:
    """Show a merchant's face and rules, with the form that changes them."""
    who.own(merchant_id)
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        found = (await merchants.merchants_of(tx, [merchant_id])).get(merchant_id)
    if found is None:
        raise unknown("merchant", merchant_id)
    return _merchant_page(request, found, [])


def _merchant_page(request: Asked, merchant: Merchant, faults: Sequence[Fault]) -> Any:
    """Show a merchant; its logo rides along, because staff have no public address of it."""
    face = ""
    if merchant.logo:
        kind = "png" if merchant.logo.startswith(b"\x89PNG") else "jpeg"
        face = f"data:image/{kind};base64,{b64encode(merchant.logo).decode()}"
    return catalog_page(
        request, "merchant.html", "/catalog/merchants", merchant=merchant, face=face, faults=faults
    )


@post("/catalog/merchants/{merchant_id:uuid}", opt=allow(*DESK), include_in_schema=False, status_code=200)
async def save_merchant(
    request: Asked, house: InHouse, who: Caller, data: Form, merchant_id: FromPath[UUID]
) -> Any:
    """Change a merchant's face and rules."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        before = (await merchants.merchants_of(tx, [merchant_id])).get(merchant_id)
        if before is None:
            raise unknown("merchant", merchant_id)
        changed = _changed(before, data)
        try:
            await merchants.change_merchants(tx, [changed])
        except Refused as refused:
            return _merchant_page(request, changed, refused.faults)
    return back(f"/catalog/merchants/{merchant_id}", f"{changed.name} is changed.")


@post(
    "/catalog/merchants/{merchant_id:uuid}/logo", opt=allow(*DESK), include_in_schema=False, status_code=200
)
async def upload_logo(
    house: InHouse,
    who: Caller,
    merchant_id: FromPath[UUID],
    data: Annotated[dict[str, Any], Body(media_type=RequestEncodingType.MULTI_PART)],
) -> Any:
    """Take a merchant's logo from a file."""
    address, upload = f"/catalog/merchants/{merchant_id}", data.get("logo")
    logo = await upload.read() if isinstance(upload, UploadFile) else b""
    if not logo or len(logo) > LOGO_MAX:
        return back(address, f"Choose a picture of at most {LOGO_MAX // 1000} kB.", kind="wrong")
    try:
        async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
            before = (await merchants.merchants_of(tx, [merchant_id])).get(merchant_id)
            if before is None:
                raise unknown("merchant", merchant_id)
            await merchants.change_merchants(tx, [replace(before, logo=logo)])
    except Refused as refused:
        if not refused.faults:
            raise
        return back(address, refused.faults[0].message, kind="wrong")
    return back(address, f"{before.name} has a new logo.")


def _changed(before: Merchant, data: dict[str, str]) -> Merchant:
    texts = ("name", "brand_color", "message", "sender_email", "support_email", "language")
    values = {name: getattr(before, name) for name in Merchant.__slots__}
    values |= {name: data[name].replace("\x00", "")[:500] for name in texts if name in data}
    if "capture_parts" in data:
        values["capture_parts"] = data["capture_parts"] == "parts"
    if "checks_mail" in data:
        values["checks_mail"] = data["checks_mail"] == "yes"
    for name in ("rounding_minor", "return_days"):
        text = data.get(name, "")
        values[name] = int(text) if text.isascii() and text.isdigit() and len(text) < 9 else -1
    return Merchant(**values)


ROUTES = [
    product_list,
    new_product,
    save_product,
    product_page,
    merchant_list,
    merchant_page,
    save_merchant,
    upload_logo,
]
