"""Tables of orders as merchants send them, small and hostile ones."""

import io
from collections.abc import Sequence
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from openpyxl import Workbook

HEADING = "Order number,SKU,Quantity,Price,Name,Street,Postal code,City,Country,E-mail"
ANA = "Ana Keller,Im Rietle 14,9494,Schaan,Liechtenstein,ana@example.org"


def table(*rows: str, heading: str = HEADING) -> bytes:
    """A CSV file."""
    return "\n".join((heading, *rows)).encode()


def order_row(reference: str = "1001", sku: str = "A", quantity: object = 1, price: str = "12.50") -> str:
    """One line of an order to Ana."""
    return f"{reference},{sku},{quantity},{price},{ANA}"


def workbook(rows: Sequence[Sequence[Any]]) -> bytes:
    """An XLSX file with these cells."""
    book = Workbook()
    page = book.active
    for row in rows:
        page.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def cells(csv: bytes) -> list[list[str]]:
    """The cells of a plain CSV file."""
    return [line.split(",") for line in csv.decode().splitlines()]


def repacked(content: bytes, **changed: bytes) -> bytes:
    """An archive with some parts replaced: `sheet` is the first sheet, `extra` a part of its own."""
    names = {"sheet": "xl/worksheets/sheet1.xml", "extra": "xl/extra.xml"}
    parts = {names[key]: value for key, value in changed.items()}
    out = io.BytesIO()
    with ZipFile(io.BytesIO(content)) as before, ZipFile(out, "w", ZIP_DEFLATED) as after:
        for name in before.namelist():
            after.writestr(name, parts.pop(name, before.read(name)))
        for name, value in parts.items():
            after.writestr(name, value)
    return out.getvalue()
