"""A table of goods comes in: every good row becomes a receipt, every faulty one a refusal with what to do."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from doorstep.platform.db import Tx
from doorstep.platform.errors import Reason, Refused
from doorstep.stages import catalog
from doorstep.stages.catalog import Outcome, Product, ProductKind, RowFault, RowVerdict, Serials, read_table
from doorstep.stages.inventory.acts.moving import receive
from doorstep.stages.inventory.model import QUANTITY_MAX, Receipt

COLUMNS = {
    "merchant": "code of the merchant; may be left out where there is only one",
    "sku": "what the merchant calls it",
    "site": "code of the warehouse; may be left out where there is only one",
    "bin": "code of the bin; quarantine if it is not to be sold",
    "quantity": "whole units that arrive",
}
"""Columns of a table of goods."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of a table: how many of each outcome, and a verdict per row."""

    counts: dict[Outcome, int]
    rows: list[RowVerdict]


def read(text: str) -> list[dict[str, str]]:
    """Read a table.

    Raises:
        Refused: it is not a table with a heading.
    """
    try:
        return list(read_table(text))
    except ValueError as error:
        raise Refused(Reason.INVALID, str(error)) from None


@dataclass(frozen=True, slots=True)
class _Known:
    """What the rows may name: merchants and warehouses by code, the products asked for, and the bins asked for."""

    sellers: Mapping[str, UUID]
    sites: Mapping[str, UUID]
    products: Mapping[tuple[UUID, str], Product]
    bins: Mapping[str, set[str]]


async def import_stock(
    tx: Tx, rows: Iterable[Mapping[str, str]], *, merchant_id: UUID | None = None, preview: bool = False
) -> Imported:
    """Receive the goods of a table. Unlike a table of products, sending it again receives them again.

    Args:
        tx: the open transaction.
        rows: cells by column name, see `COLUMNS`.
        merchant_id: only this merchant's products may come in.
        preview: give the verdicts and receive nothing.
    """
    table = list(rows)
    known = await _known(tx, table, merchant_id)
    verdicts, receipts = [], []
    for number, row in enumerate(table, 1):
        receipt, faults = _judge(row, known)
        if receipt is not None:
            receipts.append(receipt)
        outcome = Outcome.CREATED if receipt is not None else Outcome.REFUSED
        verdicts.append(RowVerdict(number, row.get("sku", ""), outcome, tuple(faults)))
    if receipts and not preview:
        await receive(tx, receipts)
    return Imported({one: sum(v.outcome == one for v in verdicts) for one in Outcome}, verdicts)


async def _known(tx: Tx, table: Sequence[Mapping[str, str]], merchant_id: UUID | None) -> _Known:
    merchants = await catalog.merchants_of(tx, None if merchant_id is None else [merchant_id])
    sellers = {one.code: one.id for one in merchants.values()}
    sites = {one.code: one.id for one in await catalog.warehouses(tx)}
    wanted = {(_only(row, "merchant", sellers), row.get("sku", "")) for row in table}
    products = await catalog.products_by_sku(
        tx, [(sellers[code], sku) for code, sku in sorted(wanted) if code in sellers and "\x00" not in sku]
    )
    bins: dict[str, set[str]] = {}
    for code, site_id in sites.items():
        named = {row.get("bin", "") for row in table if _only(row, "site", sites) == code}
        bins[code] = await catalog.bins_there(tx, site_id, sorted(one for one in named if "\x00" not in one))
    return _Known(sellers, sites, products, bins)


def _judge(row: Mapping[str, str], known: _Known) -> tuple[Receipt | None, list[RowFault]]:
    """Return the receipt that a row means, or everything that is wrong with it."""
    faults: list[RowFault] = []

    def wrong(field: str, value: str, message: str) -> None:
        faults.append(RowFault(field, value[:60].replace("\x00", "?"), message))

    seller, sku = _only(row, "merchant", known.sellers), row.get("sku", "")
    product = known.products.get((known.sellers[seller], sku)) if seller in known.sellers else None
    if seller not in known.sellers:
        wrong("merchant", seller, "Name a merchant that is there, by its code.")
    elif product is None:
        wrong("sku", sku, "The merchant has no such product. Import it first.")
    elif product.kind == ProductKind.KIT:
        wrong("sku", sku, "A kit lies here as its components. Receive those.")
    elif product.serials == Serials.ALL:
        wrong("sku", sku, "Each unit has a serial number. Take it in at the dock, by number.")
    site, code = _only(row, "site", known.sites), row.get("bin", "")
    if site not in known.sites:
        wrong("site", site, "Name a warehouse that is there, by its code.")
    elif code not in known.bins[site] and code != "quarantine":
        wrong("bin", code, "The warehouse has no such bin. Check its label.")
    cell = row.get("quantity", "")
    quantity = int(cell) if cell.isascii() and cell.isdigit() and len(cell) < 10 else 0
    if not 1 <= quantity <= QUANTITY_MAX:
        wrong("quantity", cell, f"Write whole units, 1 to {QUANTITY_MAX:,}.")
    if faults or product is None:
        return None, faults
    place = code if code == "quarantine" else f"bin:{code}"
    receipt = Receipt(
        site_id=known.sites[site], product_id=product.id, place=place, quantity=quantity, reason="imported"
    )
    return receipt, faults


def _only(row: Mapping[str, str], column: str, there: Mapping[str, UUID]) -> str:
    """Return a cell, or the only code there is when the cell is empty."""
    return row.get(column, "") or (next(iter(there)) if len(there) == 1 else "")
