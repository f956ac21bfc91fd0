"""Reading rows of a table from elsewhere: text in, fields and faults out. Pure; nothing is looked up or written."""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from doorstep.platform.measures import decimals
from doorstep.stages.catalog.model import ProductKind, RowFault, Serials

COLUMNS = {
    "merchant": "code of the merchant; may be left out where there is only one",
    "sku": "what the merchant calls it",
    "name": "what people call it",
    "kind": "single (if left out) or kit",
    "barcodes": "codes with a space between them; CODE*12 counts 12 units",
    "length_mm": "millimeters",
    "width_mm": "millimeters",
    "height_mm": "millimeters",
    "weight_g": "grams",
    "price": "like 12.50, in the merchant's currency",
    "fragile": "yes or no",
    "upright": "yes or no",
    "picture": "address of a picture: https://...",
    "hs_code": "customs tariff number",
    "origin_country": "like DE",
    "asks_lot": "yes if what comes in has to name its lot",
    "asks_expiry": "yes if it has to say until when it may be sold",
    "serials": "none (if left out), outbound if each unit that leaves names its serial number, all if each that comes in does too",
    "components": "of a kit: SKU*2 with a space between them",
}
"""Columns of a table of products, in the order in which they are documented."""

NEEDED = ("name", "length_mm", "width_mm", "height_mm", "weight_g", "price")
"""Columns that a product cannot be created without; an update keeps what a cell leaves empty."""

WHOLE = ("length_mm", "width_mm", "height_mm", "weight_g")
YES, NO = ("yes", "true", "1", "y"), ("no", "false", "0", "n")
ROWS_MAX = 20_000


@dataclass(frozen=True, slots=True)
class ReadRow:
    """One row as it was understood.

    Attributes:
        number: counts from 1 below the heading.
        fields: columns of `catalog.products` that the row gives.
        barcodes: code -> units. components: SKU -> quantity.
    """

    number: int
    merchant: str
    sku: str
    fields: dict[str, Any] = field(default_factory=dict)
    barcodes: dict[str, int] = field(default_factory=dict)
    components: dict[str, int] = field(default_factory=dict)
    faults: tuple[RowFault, ...] = ()


def read_table(text: str) -> Iterator[dict[str, str]]:
    """Read CSV (comma, semicolon or tab; the heading tells) into rows by column name; blank rows are left out.

    Raises:
        ValueError: no heading, no `sku` in it, a quote that never ends, or more than 20,000 rows.
    """
    lines = text.lstrip("\ufeff \t\r\n").splitlines(keepends=True)
    heading = lines[0] if lines else ""
    separator = max(",;\t", key=heading.count)
    reader = csv.DictReader(lines, delimiter=separator, strict=True)
    names = [name.strip().lower() for name in reader.fieldnames or ()]
    if "sku" not in names:
        raise ValueError("The first line does not name a column sku. Send a table with a heading line.")
    reader.fieldnames = names
    try:
        for count, row in enumerate(reader):
            if count >= ROWS_MAX:
                raise ValueError(f"The table has more than {ROWS_MAX:,} rows. Send it in parts.")
            cells = {
                name: (value or "").strip()
                for name, value in row.items()
                if name and isinstance(value, str | None)
            }
            if any(cells.values()):
                yield cells
    except csv.Error as error:
        raise ValueError(f"The table cannot be read: {error}. Save it as CSV in UTF-8.") from None


def read_product(number: int, row: Mapping[str, str], currencies: Mapping[str, str]) -> ReadRow:
    """Understand one row of a table of products.

    Args:
        number: of the row, for the verdict.
        row: cells by column name; unknown columns are left alone.
        currencies: merchant code -> currency. With one merchant, the column may be left out.
    """
    cells = {name: row.get(name, "").strip() for name in COLUMNS}
    faults = [
        RowFault(name, value.replace("\x00", "?")[:60], "Take out the NUL character.")
        for name, value in cells.items()
        if "\x00" in value
    ]
    merchant = cells["merchant"] or (next(iter(currencies)) if len(currencies) == 1 else "")
    if merchant not in currencies:
        faults.append(RowFault("merchant", merchant[:60], "Name a merchant that is there, by its code."))
    if not cells["sku"]:
        faults.append(RowFault("sku", "", "Fill in the SKU."))
    fields = _fields(cells, currencies.get(merchant, "EUR"), faults)
    barcodes = _counted(cells["barcodes"], "barcodes", faults)
    components = _counted(cells["components"], "components", faults)
    return ReadRow(number, merchant, cells["sku"], fields, barcodes, components, tuple(faults))


def _fields(cells: Mapping[str, str], currency: str, faults: list[RowFault]) -> dict[str, Any]:
    """Understand the cells that become columns of a product; add a fault for each that is not understood."""
    texts = ("name", "picture", "hs_code", "origin_country")
    fields: dict[str, Any] = {name: cells[name] for name in texts if cells[name]}
    for name in WHOLE:
        _into(fields, faults, name, cells[name], _whole(cells[name]), "Write a whole number without a unit.")
    _into(
        fields,
        faults,
        "price",
        cells["price"],
        _price(cells["price"], currency),
        "Write the price like 12.50.",
    )
    if "price" in fields:
        fields["price_minor"] = fields.pop("price")
    for name in ("fragile", "upright", "asks_lot", "asks_expiry"):
        answer = cells[name].lower()
        truth = answer in YES if answer in YES + NO else None
        if cells[name]:
            _into(fields, faults, name, cells[name], truth, "Write yes or no.")
    serials = cells["serials"].lower()
    known = serials if serials in list(Serials) else None
    _into(fields, faults, "serials", cells["serials"], known, "Write none, outbound or all.")
    kind = cells["kind"].lower()
    _into(
        fields,
        faults,
        "kind",
        cells["kind"],
        kind if kind in list(ProductKind) else None,
        "Write single or kit.",
    )
    return fields


def _into(
    fields: dict[str, Any], faults: list[RowFault], name: str, cell: str, value: Any, what_to_do: str
) -> None:
    """Keep a value that was understood; a cell that was not is a fault."""
    if value is not None:
        fields[name] = value
    elif cell:
        faults.append(RowFault(name, cell[:60], what_to_do))


def _whole(cell: str) -> int | None:
    return int(cell) if cell.isascii() and cell.isdigit() and len(cell) < 10 else None


def _price(cell: str, currency: str) -> int | None:
    try:
        amount = Decimal(cell).scaleb(decimals(currency))
    except InvalidOperation:
        return None
    if not amount.is_finite() or amount != amount.to_integral_value() or not 0 <= amount < 10**12:
        return None
    return int(amount)


def _counted(cell: str, column: str, faults: list[RowFault]) -> dict[str, int]:
    """Read `CODE CODE*12` into code -> count."""
    found: dict[str, int] = {}
    for part in cell.split():
        code, star, times = part.rpartition("*")
        count = _whole(times) if star else 1
        name = code if star else part
        if not count or not name:
            faults.append(
                RowFault(column, part[:60], "Write CODE or CODE*12, with a space between two of them.")
            )
        else:
            found[name] = count
    return found
