"""Tables from elsewhere come in: a verdict per row, good rows are written as sets, bad ones leave no trace."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any
from uuid import UUID

from doorstep.platform.db import Tx
from doorstep.platform.errors import Reason, Refused
from doorstep.platform.ids import new_id
from doorstep.stages.catalog.acts.merchants import merchants_of
from doorstep.stages.catalog.acts.products import (
    add_products,
    barcodes_of,
    by_barcode,
    change_products,
    components,
    lying_of,
    products,
    products_by_sku,
)
from doorstep.stages.catalog.model import (
    Merchant,
    NewProduct,
    Outcome,
    Product,
    ProductKind,
    RowFault,
    RowVerdict,
)
from doorstep.stages.catalog.rules import fitness
from doorstep.stages.catalog.rules.kits import flat
from doorstep.stages.catalog.rules.rows import NEEDED, ReadRow, read_product

CHUNK = 500


async def import_rows(
    tx: Tx,
    kind: str,
    rows: Iterable[Mapping[str, str]],
    *,
    merchant_id: UUID | None = None,
    preview: bool = False,
    start: int = 1,
) -> list[RowVerdict]:
    """Import rows of a table: new products are created, known ones (merchant and SKU) updated, faulty ones refused.

    Sending the same table again changes nothing. Rows are read and written five hundred at a time.

    Args:
        tx: the open transaction.
        kind: `products`; goods on shelves come in through inventory.
        rows: cells by column name, see `rules.rows.COLUMNS`; an empty cell keeps what is there.
        merchant_id: only this merchant's products may be touched.
        preview: give the verdicts and write nothing.
        start: number of the first row.

    Raises:
        Refused: another kind of table.
    """
    if kind != "products":
        raise Refused(Reason.INVALID, f"There is no table of {kind[:40]!r} to import here. Send products.")
    sellers = await merchants_of(tx, None if merchant_id is None else [merchant_id])
    merchants = {one.code: one for one in sellers.values()}
    currencies = {code: one.currency for code, one in merchants.items()}
    verdicts: list[RowVerdict] = []
    seen: dict[tuple[str, str], int] = {}
    for chunk in _chunks(enumerate(rows, start)):
        read = [read_product(number, row, currencies) for number, row in chunk]
        verdicts += await _import_chunk(tx, read, merchants, seen, preview=preview)
    return verdicts


def _chunks(rows: Iterable[Any]) -> Iterator[list[Any]]:
    iterator = iter(rows)
    while chunk := list(islice(iterator, CHUNK)):
        yield chunk


async def _import_chunk(
    tx: Tx,
    read: Sequence[ReadRow],
    merchants: Mapping[str, Merchant],
    seen: dict[tuple[str, str], int],
    *,
    preview: bool,
) -> list[RowVerdict]:
    known = await _known(tx, read, merchants)
    verdicts: list[RowVerdict] = []
    adding: list[NewProduct] = []
    changing: list[NewProduct] = []
    for row in read:
        new, faults = _judge(row, merchants, known, seen)
        seen.setdefault((row.merchant, row.sku), row.number)
        outcome = Outcome.REFUSED
        if new is not None and not faults:
            outcome = known.settle(new)
            if outcome == Outcome.CREATED:
                adding.append(new)
            elif outcome == Outcome.UPDATED:
                changing.append(new)
        verdicts.append(RowVerdict(row.number, row.sku, outcome, tuple(faults)))
    if not preview:
        await add_products(tx, adding)
        await change_products(tx, changing)
    return verdicts


class _Known:
    """What the catalog holds of the rows at hand, kept up to date while they are judged."""

    def __init__(
        self,
        there: Mapping[tuple[UUID, str], Product],
        codes: Mapping[UUID, Mapping[str, int]],
        owners: Mapping[str, tuple[UUID, str]],
        made_of: Mapping[UUID, Mapping[UUID, int]],
        lying: set[UUID],
    ) -> None:
        self.there = dict(there)
        self.codes = {product: dict(of) for product, of in codes.items()}
        self.owners = dict(owners)
        self.lying = lying
        self.made_of = {kit: dict(parts) for kit, parts in made_of.items()}

    @property
    def by_id(self) -> dict[UUID, Product]:
        """Products by id."""
        return {one.id: one for one in self.there.values()}

    def settle(self, new: NewProduct) -> Outcome:
        """Take a good row in, and say whether it creates, changes or only repeats."""
        product = new.product
        key = (product.merchant_id, product.sku)
        before = self.there.get(key)
        have = self.codes.setdefault(product.id, {})
        same = before == product and all(have.get(code) == units for code, units in new.barcodes.items())
        self.there[key] = product
        if new.components:
            self.made_of[product.id] = dict(new.components)
        have.update(new.barcodes)
        self.owners.update(dict.fromkeys(new.barcodes, (product.id, product.sku)))
        if before is None:
            return Outcome.CREATED
        return Outcome.SAME if same else Outcome.UPDATED


async def _known(tx: Tx, read: Sequence[ReadRow], merchants: Mapping[str, Merchant]) -> _Known:
    asked = {
        (merchants[row.merchant].id, sku)
        for row in read
        if row.merchant in merchants
        for sku in (row.sku, *row.components)
        if "\x00" not in sku
    }
    there = await products_by_sku(tx, sorted(asked))
    ids = [one.id for one in there.values()]
    codes = [code for row in read for code in row.barcodes if "\x00" not in code]
    owners = {
        one.code: (one.product_id, one.sku) for one in await by_barcode(tx, codes) if one.code != one.sku
    }
    made_of = {
        product: dict(parts)
        for product, parts in (await components(tx, ids)).items()
        if parts != [(product, 1)]
    }
    inside = {part for parts in made_of.values() for part in parts} - set(ids)
    there |= {(one.merchant_id, one.sku): one for one in await products(tx, sorted(inside))}
    turning = [
        before.id
        for row in read
        if row.merchant in merchants
        and (before := there.get((merchants[row.merchant].id, row.sku)))
        and fitness.turns(before.serials, row.fields.get("serials", before.serials))
    ]
    return _Known(there, await barcodes_of(tx, ids), owners, made_of, await lying_of(tx, turning))


def _judge(
    row: ReadRow,
    merchants: Mapping[str, Merchant],
    known: _Known,
    seen: Mapping[tuple[str, str], int],
) -> tuple[NewProduct | None, list[RowFault]]:
    """Return the product that a row means, and everything that is wrong with it."""
    faults = list(row.faults)
    merchant = merchants.get(row.merchant)
    if (row.merchant, row.sku) in seen:
        first = seen[row.merchant, row.sku]
        faults.append(RowFault("sku", row.sku[:60], f"Row {first} is the same product. Keep one of them."))
    if merchant is None or not row.sku:
        return None, faults
    before = known.there.get((merchant.id, row.sku))
    if before is None:
        said = {fault.field for fault in faults} | row.fields.keys()
        said |= {"price"} if "price_minor" in row.fields else set()
        faults += [
            RowFault(name, "", "Fill it in: a new product needs it.") for name in NEEDED if name not in said
        ]
    elif row.fields.get("kind", before.kind) != before.kind:
        faults.append(
            RowFault("kind", row.fields["kind"], f"It is a {before.kind} already. Choose another SKU.")
        )
    parts = _parts(row, merchant, known, before, faults)
    for code in row.barcodes:
        owner, sku = known.owners.get(code, (None, ""))
        if owner is not None and (before is None or owner != before.id):
            faults.append(
                RowFault(
                    "barcodes", code[:60], f"It belongs to {sku}. Check the label, or take it off there."
                )
            )
    if faults:
        return None, faults
    new = NewProduct(_product(row, merchant, before), row.barcodes, parts)
    faults += [
        RowFault(_column(fault.pointer), _cell(row, fault.pointer), fault.message)
        for fault in (
            *fitness.product_faults(new, known.by_id),
            *(fitness.serials_faults(known.by_id, [new.product], known.lying) if before else ()),
        )
    ]
    return new, faults


def _product(row: ReadRow, merchant: Merchant, before: Product | None) -> Product:
    values: dict[str, Any] = (
        {"id": new_id(), "merchant_id": merchant.id, "sku": row.sku, "currency": merchant.currency}
        if before is None
        else {name: getattr(before, name) for name in Product.__slots__}
    )
    return Product(**{**values, **row.fields})


def _parts(
    row: ReadRow, merchant: Merchant, known: _Known, before: Product | None, faults: list[RowFault]
) -> dict[UUID, int]:
    """Return the components by id, kits among them taken apart; those of a kit that is there may be repeated, not changed."""
    parts: dict[UUID, int] = {}
    for sku, quantity in row.components.items():
        part = known.there.get((merchant.id, sku))
        if part is None:
            faults.append(
                RowFault(
                    "components",
                    sku[:60],
                    "The merchant has no such product. Import it first, above or before.",
                )
            )
        else:
            parts[part.id] = quantity
    parts = flat(parts, known.made_of)
    if before is None or before.kind != ProductKind.KIT:
        return parts
    present = dict(known.made_of.get(before.id, {}))
    if row.components and parts != present and not faults:
        faults.append(
            RowFault(
                "components",
                " ".join(row.components)[:60],
                "A kit that was sold stays as it is. Make a new SKU.",
            )
        )
    return present


def _column(pointer: str) -> str:
    name = pointer.strip("/").split("/")[0]
    return "price" if name == "price_minor" else name


def _cell(row: ReadRow, pointer: str) -> str:
    name = pointer.strip("/").split("/")[0]
    return str(row.fields.get(name, getattr(row, name, "")))[:60]
