"""A table of goods comes in: every good row becomes a receipt, every faulty one a refusal with what to do."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from doorstep.platform.db import Tx
from doorstep.platform.errors import Reason, Refused
from doorstep.stages import catalog
from doorstep.stages.catalog import Outcome, ProductKind, RowFault, RowVerdict, SiteKind, read_table
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
    sellers = {
        one.code: one.id
        for one in (await catalog.merchants_of(tx, None if merchant_id is None else [merchant_id])).values()
    }
    sites = {one.code: one.id for one in (await catalog.sites(tx)).values() if one.kind == SiteKind.WAREHOUSE}
    asked = [(_only(row, "merchant", sellers), row.get("sku", "")) for row in table]
    there = await catalog.products_by_sku(
        tx, [(sellers[code], sku) for code, sku in asked if code in sellers and "\x00" not in sku]
    )
    bins: dict[str, set[str]] = {}
    for code, site_id in sites.items():
        wanted = [row.get("bin", "") for row in table if _only(row, "site", sites) == code]
        bins[code] = await catalog.bins_there(tx, site_id, [one for one in wanted if "\x00" not in one])
    verdicts, receipts = [], []
    for number, (row, (seller, sku)) in enumerate(zip(table, asked, strict=True), 1):
        faults = []
        product = there.get((sellers[seller], sku)) if seller in sellers else None
        if product is None:
            faults.append(
                RowFault(
                    "sku", sku[:60].replace("\x00", "?"), "The merchant has no such product. Import it first."
                )
            )
        elif product.kind == ProductKind.KIT:
            faults.append(RowFault("sku", sku[:60], "A kit lies here as its components. Receive those."))
        site, code = _only(row, "site", sites), row.get("bin", "")
        if site not in sites:
            faults.append(
                RowFault(
                    "site", site[:60].replace("\x00", "?"), "Name a warehouse that is there, by its code."
                )
            )
        elif code not in bins[site] and code != "quarantine":
            faults.append(
                RowFault(
                    "bin", code[:60].replace("\x00", "?"), "The warehouse has no such bin. Check its label."
                )
            )
        cell = row.get("quantity", "")
        quantity = int(cell) if cell.isascii() and cell.isdigit() and len(cell) < 10 else 0
        if not 1 <= quantity <= QUANTITY_MAX:
            faults.append(RowFault("quantity", cell[:60], f"Write whole units, 1 to {QUANTITY_MAX:,}."))
        if product is not None and not faults:
            place = code if code == "quarantine" else f"bin:{code}"
            receipts.append(
                Receipt(
                    site_id=sites[site],
                    product_id=product.id,
                    place=place,
                    quantity=quantity,
                    reason="imported",
                )
            )
        verdicts.append(
            RowVerdict(number, sku, Outcome.REFUSED if faults else Outcome.CREATED, tuple(faults))
        )
    if receipts and not preview:
        await receive(tx, receipts)
    return Imported({one: sum(v.outcome == one for v in verdicts) for one in Outcome}, verdicts)


def _only(row: Mapping[str, str], column: str, there: Mapping[str, UUID]) -> str:
    """Return a cell, or the only code there is when the cell is empty."""
    return row.get(column, "") or (next(iter(there)) if len(there) == 1 else "")
