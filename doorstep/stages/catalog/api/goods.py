"""Merchants and products as JSON, and the import of a table of products."""

from typing import Annotated, Literal
from uuid import UUID

import msgspec
from litestar import Response, get, post, put
from litestar.params import QueryParameter
from msgspec import Meta

from doorstep.platform.auth import DESK, Principal, Role, allow
from doorstep.platform.db import Tx
from doorstep.platform.edge import Asked, Caller, FromPath, FromQuery, InHouse, JSONBody
from doorstep.platform.errors import Reason, Refused, unknown
from doorstep.platform.idempotency import once
from doorstep.platform.ids import new_id
from doorstep.stages.catalog.acts import importing, merchants, products
from doorstep.stages.catalog.api.shapes import (
    LIST_MAX,
    NO_NUL,
    READERS,
    Barcode,
    Code,
    Color,
    Country,
    Currency,
    Grams,
    Millimeters,
    Minor,
    Name,
    Sku,
    Text,
    Units,
)
from doorstep.stages.catalog.model import Merchant, NewProduct, Outcome, Product, RowVerdict
from doorstep.stages.catalog.rules.rows import read_table


class MerchantIn(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A seller whose goods lie here."""

    code: Code
    name: Name
    currency: Currency
    brand_color: Color = "#1f4b99"
    logo: Annotated[bytes, Meta(max_length=200_000, description="PNG or JPEG, base64.")] | None = None
    message: Annotated[Text, Meta(description="Printed on the packing slip.")] = ""
    sender_email: Text = ""
    support_email: Text = ""
    rounding_minor: Annotated[
        int, Meta(ge=0, le=1000, description="How far a total may be off, minor units.")
    ] = 0
    return_days: Annotated[int, Meta(ge=0, le=3650)] = 30
    language: Annotated[str, Meta(pattern=r"^[a-z]{2}$", max_length=2)] = "en"
    capture_parts: Annotated[
        bool, Meta(description="Take money parcel by parcel, not in whole when the first one leaves.")
    ] = False
    checks_mail: Annotated[
        bool, Meta(description="Hold orders whose mail domain has neither a mail server nor an address.")
    ] = False


class MerchantOut(msgspec.Struct, kw_only=True):
    """A seller."""

    id: UUID
    code: str
    name: str
    currency: str
    brand_color: str
    has_logo: bool
    message: str
    sender_email: str
    support_email: str
    rounding_minor: int
    return_days: int
    language: str
    capture_parts: bool
    checks_mail: bool


def _merchant(merchant_id: UUID, data: MerchantIn) -> Merchant:
    return Merchant(id=merchant_id, **{name: getattr(data, name) for name in data.__struct_fields__})


def _shown(one: Merchant) -> MerchantOut:
    fields = {name: getattr(one, name) for name in MerchantOut.__struct_fields__ if name != "has_logo"}
    return MerchantOut(has_logo=one.logo is not None, **fields)


@get("/api/merchants", opt=allow(*READERS, scope="catalog:read"))
async def read_merchants(house: InHouse, who: Caller) -> list[MerchantOut]:
    """List the merchants; a caller bound to one merchant sees that one."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        ids = None if who.merchant_id is None else [who.merchant_id]
        return [_shown(one) for one in (await merchants.merchants_of(tx, ids)).values()]


@post("/api/merchants", opt=allow(*DESK, scope="catalog:write"))
async def add_merchant(
    data: JSONBody[MerchantIn], request: Asked, house: InHouse, who: Caller
) -> Response[MerchantOut]:
    """Add a merchant."""

    async def act(tx: Tx) -> MerchantOut:
        one = _merchant(new_id(), data)
        await merchants.add_merchants(tx, [one])
        return _shown(one)

    return await once(request, house, who, act)  # type: ignore[return-value]


@put("/api/merchants/{merchant_id:uuid}", opt=allow(*DESK, scope="catalog:write"))
async def change_merchant(
    data: JSONBody[MerchantIn], request: Asked, house: InHouse, who: Caller, merchant_id: FromPath[UUID]
) -> Response[MerchantOut]:
    """Change a merchant's face and rules; code and currency stay as they are."""
    who.own(merchant_id)

    async def act(tx: Tx) -> MerchantOut:
        await merchants.change_merchants(tx, [_merchant(merchant_id, data)])
        return _shown((await merchants.merchants_of(tx, [merchant_id]))[merchant_id])

    return await once(request, house, who, act, status=200)  # type: ignore[return-value]


class ComponentIn(msgspec.Struct, forbid_unknown_fields=True):
    """So many units of a product in one kit."""

    product_id: UUID
    quantity: Units


class BarcodeIn(msgspec.Struct, forbid_unknown_fields=True):
    """A scannable code and how many units one scan counts."""

    code: Barcode
    units: Units = 1


class ProductIn(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Something that can be ordered."""

    merchant_id: UUID
    sku: Sku
    name: Name
    kind: Literal["single", "kit"] = "single"
    length_mm: Millimeters
    width_mm: Millimeters
    height_mm: Millimeters
    weight_g: Grams
    price_minor: Minor
    upright: bool = False
    fragile: bool = False
    picture: Annotated[Text, Meta(description="Address that begins with https:// or /.")] | None = None
    hs_code: Annotated[Text, Meta(description="Customs tariff number.")] | None = None
    origin_country: Country | None = None
    asks_lot: Annotated[bool, Meta(description="What comes in has to name its lot.")] = False
    asks_expiry: Annotated[bool, Meta(description="What comes in has to say until when it may be sold.")] = (
        False
    )
    serials: Annotated[
        Literal["none", "outbound", "all"],
        Meta(
            description="Serial numbers: `outbound`: each unit that leaves is named; `all`: each unit that comes in too, and "
            "the house knows by number what lies where."
        ),
    ] = "none"
    barcodes: Annotated[list[BarcodeIn], Meta(max_length=20)] = []
    components: Annotated[list[ComponentIn], Meta(max_length=50, description="What a kit is made of.")] = []


class ProductOut(msgspec.Struct):
    """A product with its codes and components."""

    product: Product
    barcodes: dict[str, int]
    components: dict[UUID, int]


class ProductsOut(msgspec.Struct):
    """A page of products; `next` is the cursor of the page after it."""

    items: list[Product]
    next: str | None


Cursor = Annotated[
    str, QueryParameter(max_length=200, pattern=NO_NUL, description="`next` of the page before.")
]
Wanted = Annotated[
    str, QueryParameter(max_length=100, pattern=NO_NUL, description="Part of SKU or name, or a barcode.")
]
PageSize = Annotated[int, QueryParameter(ge=1, le=LIST_MAX, description="How many at most.")]
"""Limits of a query stand in `QueryParameter`: in `FromQuery[...]` the framework would not look at them."""


@get("/api/products", opt=allow(*READERS, scope="catalog:read"))
async def read_products(
    house: InHouse,
    who: Caller,
    q: Wanted = "",
    merchant_id: FromQuery[UUID | None] = None,
    after: Cursor = "",
    limit: PageSize = 50,
) -> ProductsOut:
    """List products in the order of their SKUs, one page at a time."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        found = await products.find_products(
            tx, q, merchant_id=who.own(merchant_id), after=read_cursor(after), most=limit + 1
        )
    items = found[:limit]
    return ProductsOut(items, write_cursor(items[-1]) if len(found) > limit else None)


def write_cursor(last: Product) -> str:
    """Spell where a page of products ended."""
    return f"{last.id}.{last.sku}"


def read_cursor(text: str) -> tuple[str, UUID]:
    """Read where a page ended; nonsense begins at the beginning."""
    product_id, _, sku = text.partition(".")
    try:
        return sku, UUID(product_id)
    except ValueError:
        return "", products.FIRST


@get("/api/products/{product_id:uuid}", opt=allow(*READERS, scope="catalog:read"))
async def read_product(house: InHouse, who: Caller, product_id: FromPath[UUID]) -> ProductOut:
    """Read one product with its codes and components."""
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        return await whole(tx, product_id, who)


async def whole(tx: Tx, product_id: UUID, who: Principal) -> ProductOut:
    """Return a product with codes and components, if the caller may see it."""
    found = await products.products(tx, [product_id])
    if not found or who.merchant_id not in (None, found[0].merchant_id):
        raise unknown("product", product_id)
    codes = await products.barcodes_of(tx, [product_id])
    parts = dict((await products.components(tx, [product_id]))[product_id])
    parts.pop(product_id, None)
    return ProductOut(found[0], codes.get(product_id, {}), parts)


async def _product(tx: Tx, product_id: UUID, data: ProductIn, who: Principal) -> NewProduct:
    merchant_id = who.own(data.merchant_id)
    found = await merchants.merchants_of(tx, [data.merchant_id])
    if merchant_id not in found:
        raise unknown("merchant", data.merchant_id)
    plain = set(ProductIn.__struct_fields__) - {"barcodes", "components"}
    values = {name: getattr(data, name) for name in plain}
    product = Product(id=product_id, currency=found[data.merchant_id].currency, **values)
    return NewProduct(
        product,
        {one.code: one.units for one in data.barcodes},
        {one.product_id: one.quantity for one in data.components},
    )


@post("/api/products", opt=allow(*DESK, Role.MERCHANT, scope="catalog:write"))
async def add_product(
    data: JSONBody[ProductIn], request: Asked, house: InHouse, who: Caller
) -> Response[ProductOut]:
    """Add a product with its codes and, for a kit, its components."""

    async def act(tx: Tx) -> ProductOut:
        product_id = new_id()
        await products.add_products(tx, [await _product(tx, product_id, data, who)])
        return await whole(tx, product_id, who)

    return await once(request, house, who, act)  # type: ignore[return-value]


@put("/api/products/{product_id:uuid}", opt=allow(*DESK, Role.MERCHANT, scope="catalog:write"))
async def change_product(
    data: JSONBody[ProductIn], request: Asked, house: InHouse, who: Caller, product_id: FromPath[UUID]
) -> Response[ProductOut]:
    """Change what a product is called, measures and costs, and add codes; owner, SKU, kind and components stay."""

    async def act(tx: Tx) -> ProductOut:
        before = await whole(tx, product_id, who)
        stays = ("merchant_id", "sku", "kind")
        if any(getattr(before.product, name) != getattr(data, name) for name in stays):
            raise Refused(
                Reason.CONFLICT,
                "Owner, SKU and kind of a product stay as they are. Add a new product instead.",
            )
        await products.change_products(tx, [await _product(tx, product_id, data, who)])
        return await whole(tx, product_id, who)

    return await once(request, house, who, act, status=200)  # type: ignore[return-value]


class ImportIn(msgspec.Struct, forbid_unknown_fields=True):
    """A table of products as CSV."""

    csv: Annotated[
        str, Meta(min_length=3, max_length=9_000_000, description="With a heading line; see the guide.")
    ]
    preview: Annotated[bool, Meta(description="Give the verdicts and write nothing.")] = False


class ImportOut(msgspec.Struct):
    """What became of a table: how many of each, and a verdict per row."""

    counts: dict[Outcome, int]
    rows: list[RowVerdict]


def summary(verdicts: list[RowVerdict]) -> ImportOut:
    """Count the outcomes of an import."""
    counts = {outcome: sum(one.outcome == outcome for one in verdicts) for outcome in Outcome}
    return ImportOut(counts, verdicts)


@post("/api/catalog/import", opt=allow(*DESK, Role.MERCHANT, scope="catalog:write"), status_code=200)
async def import_products(
    data: JSONBody[ImportIn], request: Asked, house: InHouse, who: Caller
) -> Response[ImportOut]:
    """Import a table of products: good rows are created or updated, faulty ones refused with what to do."""
    try:
        rows = list(read_table(data.csv))
    except ValueError as error:
        raise Refused(Reason.INVALID, str(error)) from None

    async def act(tx: Tx) -> ImportOut:
        return summary(
            await importing.import_rows(
                tx, "products", rows, merchant_id=who.merchant_id, preview=data.preview
            )
        )

    return await once(request, house, who, act, status=200)  # type: ignore[return-value]


ROUTES = [
    read_merchants,
    add_merchant,
    change_merchant,
    read_products,
    read_product,
    add_product,
    change_product,
    import_products,
]
