"""What the house learns of a product at the dock: a code that it did not know, and how large and heavy it is."""

from dataclasses import replace
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

from litestar import get, post
from litestar.params import QueryParameter

from doorstep.platform.auth import DESK, allow
from doorstep.platform.db import Tx
from doorstep.platform.edge import Asked, Caller, Form, FromPath, FromQuery, InHouse
from doorstep.platform.errors import Refused, unknown
from doorstep.platform.pages import back, page
from doorstep.stages import catalog
from doorstep.stages.catalog import NewProduct, Product
from doorstep.stages.inventory.acts.receiving import expecting
from doorstep.stages.inventory.api.goods import NO_NUL
from doorstep.stages.inventory.pages.receive import FLOOR

FOUND_MAX = 20
NONE = UUID(int=0)
MEASURE_MAX = 10_000_000
MEASURES = ("length_mm", "width_mm", "height_mm", "weight_g")
Code = Annotated[str, QueryParameter(max_length=60, pattern=NO_NUL)]


@get("/receive/{arrival_id:uuid}/link", opt=allow(*DESK), include_in_schema=False)
async def link_page(
    request: Asked,
    house: InHouse,
    who: Caller,
    arrival_id: FromPath[UUID],
    code: Code = "",
    q: Code = "",
) -> Any:
    """Search for the product that carries a code which nobody knows; what the arrival brings is offered first."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        arrival = await expecting.arrival_of(tx, arrival_id)
        if q.strip():
            found = await catalog.find_products(
                tx, q.strip(), merchant_id=arrival.merchant_id, most=FOUND_MAX
            )
        else:
            lines = await expecting.lines_of(tx, arrival_id)
            found = await catalog.products(tx, [one.product_id for one in lines][:FOUND_MAX])
    return page(
        request,
        "inventory/link.html",
        arrival=arrival,
        code=code,
        q=q,
        found=[one for one in found if one.kind == "single"],
    )


@post("/receive/{arrival_id:uuid}/link", opt=allow(*DESK), include_in_schema=False, status_code=200)
async def link(house: InHouse, who: Caller, data: Form, arrival_id: FromPath[UUID]) -> Any:
    """Link a code to a product: from now on it is known everywhere."""
    code = data.get("code", "").strip().replace("\x00", "")[:60]
    units = _whole(data.get("units", "1"))
    again = f"/receive/{arrival_id}/link?" + urlencode({"code": code})
    try:
        product_id = UUID(data.get("product", ""))
    except ValueError:
        return back(again, "Choose the product.", kind="wrong")
    if not code or not units:
        return back(again, "Say how many units one scan of the code counts, 1 or more.", kind="wrong")
    try:
        async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
            product = await _product_of(tx, arrival_id, product_id)
            await catalog.change_products(tx, [NewProduct(product, {code: units})])
    except Refused as refused:
        said = refused.faults[0].message if refused.faults else refused.message
        return back(again, said, kind="wrong")
    held = urlencode({"product": product_id, "quantity": units})
    return back(f"/receive/{arrival_id}?{held}", f"{code} is {product.sku} from now on.")


async def _product_of(tx: Tx, arrival_id: UUID, product_id: UUID) -> Product:
    """Return a product of the merchant whose goods arrive."""
    arrival = await expecting.arrival_of(tx, arrival_id)
    found = await catalog.products(tx, [product_id])
    if not found or found[0].merchant_id != arrival.merchant_id:
        raise unknown("product", product_id)
    return found[0]


@get("/receive/{arrival_id:uuid}/measure", opt=allow(*FLOOR), include_in_schema=False)
async def measure_page(
    request: Asked,
    house: InHouse,
    who: Caller,
    arrival_id: FromPath[UUID],
    product: FromQuery[UUID | None] = None,
    quantity: Annotated[int, QueryParameter(ge=0, le=MEASURE_MAX)] = 0,
) -> Any:
    """Ask how large and heavy one unit is; what the catalog says is not shown, so that it is measured and not agreed to."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        arrival = await expecting.arrival_of(tx, arrival_id)
        one = await _product_of(tx, arrival_id, product or NONE)
    return page(request, "inventory/measure.html", arrival=arrival, thing=one, quantity=quantity)


@post("/receive/{arrival_id:uuid}/measure", opt=allow(*FLOOR), include_in_schema=False, status_code=200)
async def measure(house: InHouse, who: Caller, data: Form, arrival_id: FromPath[UUID]) -> Any:
    """Write down how large and heavy one unit is."""
    try:
        product_id = UUID(data.get("product", ""))
    except ValueError:
        return back(f"/receive/{arrival_id}")
    held = {"product": product_id, "quantity": _whole(data.get("quantity", "")) or 1}
    said: dict[str, Any] = {name: _whole(data.get(name, "")) for name in MEASURES}
    again = f"/receive/{arrival_id}/measure?" + urlencode(held)
    if not all(said.values()):
        return back(again, "Write millimeters and grams as whole numbers, 1 or more.", kind="wrong")
    try:
        async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
            product = await _product_of(tx, arrival_id, product_id)
            await catalog.change_products(tx, [NewProduct(replace(product, **said))])
    except Refused as refused:
        return back(again, refused.faults[0].message if refused.faults else refused.message, kind="wrong")
    return back(f"/receive/{arrival_id}?{urlencode(held)}", f"{product.sku} is measured.")


def _whole(text: str) -> int:
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 8 else 0


ROUTES = [link_page, link, measure_page, measure]
