"""Rows of a merchant's table become orders: rows with one reference are the lines of one order. Pure; nothing is looked up."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from doorstep.platform.measures import decimals
from doorstep.stages.orders.model.sheets import CellFault, Columns, ReadOrder, Sheet
from doorstep.stages.orders.rules import cells
from doorstep.stages.orders.rules.columns import WANTED

LABELS = {one.name: one for one in WANTED}
MONEY = [one.name for one in WANTED if one.kind == "money"]
CONTACT = ("name", "company", "street", "street2", "city", "region", "postal_code", "email", "phone")
SHOWN = 60
POINTED = {
    "external_ref": "reference", "unit_minor": "unit_price", "total_minor": "total", "shipping_minor": "shipping",
    "payments": "total", "lines": "sku", "ship_to": "name",
}  # fmt: skip
"""Fields of the API whose column has another name; `discount_minor` and `tax_minor` depend on where they stand."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What holds for all orders of a table.

    Attributes:
        merchant: the code of whose orders they are.
        currency: where no column says it.
        country: where goods go when a row does not say.
        channel: where they were sold.
        imports: whether the rows may say when an order was placed.
    """

    merchant: str
    currency: str
    country: str
    channel: str = "sheet"
    imports: bool = True


@dataclass(slots=True)
class _Reading:
    """One order while its rows are read."""

    ground: Ground
    columns: Columns
    commas: Mapping[str, bool]
    day_first: bool | None
    rows: list[tuple[int, tuple[str, ...]]] = field(default_factory=list)
    faults: list[CellFault] = field(default_factory=list)

    def cell(self, name: str, row: tuple[str, ...]) -> str:
        """Return what stands in the column of a wanted name; empty where there is none."""
        place = self.columns.get(name)
        return "" if place is None else row[place]

    def wrong(self, row: int, name: str, value: str, message: str) -> None:
        """Note a fault."""
        self.faults.append(CellFault(row, name, value[:SHOWN], message))

    def once(self, name: str) -> tuple[int, str]:
        """Return what the rows say of the whole order, and where; contradictions are faults."""
        said = [(number, cell) for number, row in self.rows if (cell := self.cell(name, row))]
        if not said:
            return self.rows[0][0], ""
        for number, cell in said[1:]:
            if cell != said[0][1]:
                self.wrong(
                    number,
                    name,
                    cell,
                    f"Row {said[0][0]} of the same order says {said[0][1][:SHOWN]!r}. Make them agree.",
                )
                break
        return said[0]

    def money(self, name: str, row: int, cell: str, places: int) -> int:
        """Return an amount in minor units, 0 where nothing is said."""
        if not cell:
            return 0
        found = cells.amount(cell, places, comma=self.commas[name])
        if found is None:
            self.wrong(row, name, cell, f"Write an amount with at most {places} decimals, like 12.50.")
        return found or 0


def read_orders(sheet: Sheet, columns: Columns, ground: Ground) -> Iterator[ReadOrder]:
    """Yield the orders of a table in the sequence of their first rows, each with what is wrong in its cells.

    One after the other: the orders of a long table need far more room than its cells.
    """
    groups: dict[str | int, list[tuple[int, tuple[str, ...]]]] = {}
    for number, row in sheet.rows:
        groups.setdefault(row[columns["reference"]] or number, []).append((number, row))
    commas = {
        name: cells.comma_decimals([row[columns[name]] for _, row in sheet.rows])
        for name in MONEY
        if name in columns
    }
    dates = [row[columns["placed_at"]] for _, row in sheet.rows] if "placed_at" in columns else []
    day_first = cells.day_first(dates)
    for reference, rows in groups.items():
        if isinstance(reference, str):
            yield _read(reference, _Reading(ground, columns, commas, day_first, rows))
        else:
            message = "Fill in the order's number, on each of its rows: it keeps repeats apart."
            yield ReadOrder("", (reference,), {}, (CellFault(reference, "reference", "", message),))


def _read(reference: str, reading: _Reading) -> ReadOrder:
    for number, row in reading.rows:
        for name, place in reading.columns.items():
            if advice := cells.hostile(row[place]):
                reading.wrong(number, name, row[place], advice)
    asked = _asked(reference, reading)
    return ReadOrder(reference, tuple(number for number, _ in reading.rows), asked, tuple(reading.faults))


def _asked(reference: str, reading: _Reading) -> dict[str, Any]:
    """Return the order as the API would be sent it."""
    ground = reading.ground
    currency = reading.once("currency")[1].upper() or ground.currency
    places = decimals(currency)
    lines = [_line(number, row, reading, places) for number, row in reading.rows]
    sums = {
        name: reading.money(name, *reading.once(name), places) for name in ("shipping", "discount", "tax")
    }
    due = sum(
        line["quantity"] * line["unit_minor"] - line["discount_minor"] + line["tax_minor"] for line in lines
    )
    due += sums["shipping"] - sums["discount"] + sums["tax"]
    row, said = reading.once("total")
    total = reading.money("total", row, said, places) if said else due
    asked: dict[str, Any] = {
        "merchant": ground.merchant,
        "channel": ground.channel,
        "external_ref": reference,
        "currency": currency,
        "lines": lines,
        **{f"{name}_minor": value for name, value in sums.items()},
        "total_minor": total,
        "ship_to": _contact(reading),
        "note": reading.once("note")[1],
    }
    if total > 0:
        method = reading.once("payment")[1] or "arranged by the shop"
        asked["payments"] = [{"processor": "manual", "method": method, "amount_minor": total}]
    if delivery := reading.once("delivery")[1]:
        asked["delivery"] = delivery
    if placed_at := _placed_at(reading):
        asked["placed_at"] = placed_at
    return asked


def _line(number: int, row: tuple[str, ...], reading: _Reading, places: int) -> dict[str, Any]:
    sku, cell = reading.cell("sku", row), reading.cell("quantity", row)
    if not sku:
        reading.wrong(number, "sku", "", "Fill in the article number, or take the row out.")
    quantity = cells.count(cell)
    if quantity is None:
        reading.wrong(number, "quantity", cell, "Write a whole number of units.")
    return {
        "sku": sku,
        "quantity": quantity or 0,
        "unit_minor": reading.money("unit_price", number, reading.cell("unit_price", row), places),
        "discount_minor": reading.money("line_discount", number, reading.cell("line_discount", row), places),
        "tax_minor": reading.money("line_tax", number, reading.cell("line_tax", row), places),
    }


def _contact(reading: _Reading) -> dict[str, str]:
    said = {name: reading.once(name)[1] for name in CONTACT}
    if not said["name"]:
        parts = (reading.once("first_name")[1], reading.once("last_name")[1])
        said["name"] = " ".join(part for part in parts if part) or said["company"]
    country = cells.country(reading.once("country")[1]) or reading.ground.country
    return {**said, "country": country}


def _placed_at(reading: _Reading) -> datetime | None:
    row, cell = reading.once("placed_at")
    if not cell or not reading.ground.imports:
        return None
    found = cells.moment(cell, slashes_day_first=reading.day_first)
    if found is None:
        reading.wrong(row, "placed_at", cell, "Write the date like 2026-03-01 or 2026-03-01 14:30.")
    return found


def at_cell(read: ReadOrder, pointer: str) -> tuple[int, str]:
    """Return the row and the wanted name that a pointer into the API's order means."""
    parts: Sequence[str] = pointer.strip("/").split("/")
    row = read.rows[0]
    if parts[0] == "lines" and len(parts) > 1 and parts[1].isdigit():
        row = read.rows[min(int(parts[1]), len(read.rows) - 1)]
        name = parts[2] if len(parts) > 2 else "sku"
        name = {"discount_minor": "line_discount", "tax_minor": "line_tax"}.get(name, name)
    else:
        name = parts[1] if parts[0] == "ship_to" and len(parts) > 1 else parts[0]
        name = {"discount_minor": "discount", "tax_minor": "tax"}.get(name, name)
    return row, POINTED.get(name, name)
