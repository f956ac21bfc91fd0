"""Reads an export in the format of the Olist data set: CSV, UTF-8, a header row, one folder.

Nothing is judged here but the form: a missing column or a value that cannot be read names the file and the line. What is odd
but readable (a missing date, an unknown postal prefix) is kept as it is.
"""

import csv
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TypeVar

Row = TypeVar("Row")
Line = Mapping[str, str]


class OlistError(ValueError):
    """The export cannot be read; the message names the file, the line and what to mend."""


@dataclass(frozen=True, slots=True)
class RawOrder:
    """An order; its times are naive, as Brazil's clocks showed them."""

    order_id: str
    customer_id: str
    status: str
    purchased_at: datetime
    approved_at: datetime | None
    handed_over_at: datetime | None
    delivered_at: datetime | None
    estimated_at: datetime | None


@dataclass(frozen=True, slots=True)
class RawItem:
    """One unit of a product from one seller."""

    order_id: str
    product_id: str
    seller_id: str
    ship_by: datetime | None
    price_minor: int
    freight_minor: int


@dataclass(frozen=True, slots=True)
class RawPayment:
    """A part of what was paid."""

    order_id: str
    sequence: int
    method: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class RawReview:
    """What a customer said; the text is not in the data, only its length."""

    review_id: str
    order_id: str
    score: int
    letters: int
    answered_at: datetime


@dataclass(frozen=True, slots=True)
class Address:
    """Somewhere in Brazil, as exactly as the data says: five digits of a postal code, a town, a state."""

    prefix: str
    city: str
    state: str


@dataclass(frozen=True, slots=True)
class RawCustomer:
    """Who ordered; `person` is the same over several orders."""

    customer_id: str
    person: str
    address: Address


@dataclass(frozen=True, slots=True)
class RawProduct:
    """Goods with their measures; 0 where the data has none."""

    product_id: str
    category: str
    weight_g: int
    length_mm: int
    width_mm: int
    height_mm: int


@dataclass(frozen=True, slots=True)
class Centroid:
    """The middle of a postal prefix."""

    lat: float
    lon: float
    city: str


@dataclass(frozen=True, slots=True)
class Olist:
    """The whole export, by the names that its files use for each other."""

    orders: list[RawOrder]
    items: dict[str, list[RawItem]]
    payments: dict[str, list[RawPayment]]
    reviews: dict[str, list[RawReview]]
    customers: dict[str, RawCustomer]
    products: dict[str, RawProduct]
    sellers: dict[str, Address]
    centroids: dict[str, Centroid]


def read(folder: Path) -> Olist:
    """Read an export.

    Args:
        folder: with orders.csv, order_items.csv, payments.csv, customers.csv, reviews.csv, products.csv, sellers.csv,
            geolocation_centroids.csv and category_translation.csv.

    Raises:
        OlistError: a file is missing, a column is, a value cannot be read, or an order names something that is not there.
    """
    english = dict(
        _rows(
            folder,
            "category_translation.csv",
            lambda r: (r["product_category_name"], r["product_category_name_english"]),
        )
    )
    found = Olist(
        orders=_rows(folder, "orders.csv", _order),
        items=_by_order(_rows(folder, "order_items.csv", _item), lambda one: one.order_id),
        payments=_by_order(_rows(folder, "payments.csv", _payment), lambda one: one.order_id),
        reviews=_by_order(_rows(folder, "reviews.csv", _review), lambda one: one.order_id),
        customers={one.customer_id: one for one in _rows(folder, "customers.csv", _customer)},
        products={
            one.product_id: one for one in _rows(folder, "products.csv", lambda r: _product(r, english))
        },
        sellers=dict(_rows(folder, "sellers.csv", lambda r: (r["seller_id"], _address(r, "seller")))),
        centroids=dict(_rows(folder, "geolocation_centroids.csv", _centroid)),
    )
    _check_names(found)
    return found


def _check_names(found: Olist) -> None:
    for order in found.orders:
        items = found.items.get(order.order_id, [])
        wrong = (
            ["customer"] * (order.customer_id not in found.customers)
            + ["items"] * (not items)
            + ["payments"] * (order.order_id not in found.payments)
            + [f"product {one.product_id}" for one in items if one.product_id not in found.products]
            + [f"seller {one.seller_id}" for one in items if one.seller_id not in found.sellers]
        )
        if wrong:
            raise OlistError(
                f"order {order.order_id}: its {', '.join(wrong)} cannot be found. Complete the export."
            )


def _rows(folder: Path, name: str, make: Callable[[Line], Row]) -> list[Row]:
    path = folder / name
    if not path.is_file():
        raise OlistError(f"{path} is missing. Name the folder that holds the export.")
    rows = []
    with path.open(encoding="utf-8-sig", newline="") as stream:
        reader = csv.DictReader(stream)
        for line in reader:
            try:
                rows.append(make(line))
            except KeyError as missing:
                raise OlistError(f"{name} has no column {missing}. Export it with its header row.") from None
            except (ValueError, TypeError, AttributeError, InvalidOperation) as error:
                raise OlistError(f"{name}, line {reader.line_num}: {error}. Mend this line.") from None
    return rows


def _by_order(rows: Iterable[Row], order_id: Callable[[Row], str]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(order_id(row), []).append(row)
    return found


def _order(row: Line) -> RawOrder:
    return RawOrder(
        row["order_id"],
        row["customer_id"],
        row["order_status"],
        datetime.fromisoformat(row["order_purchase_timestamp"]),
        _time(row["order_approved_at"]),
        _time(row["order_delivered_carrier_date"]),
        _time(row["order_delivered_customer_date"]),
        _time(row["order_estimated_delivery_date"]),
    )


def _item(row: Line) -> RawItem:
    return RawItem(
        row["order_id"],
        row["product_id"],
        row["seller_id"],
        _time(row["shipping_limit_date"]),
        _minor(row["price"]),
        _minor(row["freight_value"]),
    )


def _payment(row: Line) -> RawPayment:
    return RawPayment(
        row["order_id"], int(row["payment_sequential"]), row["payment_type"], _minor(row["payment_value"])
    )


def _review(row: Line) -> RawReview:
    answered = datetime.fromisoformat(row["review_answer_timestamp"])
    letters = int(row["message_chars"] or 0)
    return RawReview(row["review_id"], row["order_id"], int(row["review_score"]), letters, answered)


def _customer(row: Line) -> RawCustomer:
    return RawCustomer(row["customer_id"], row["customer_unique_id"], _address(row, "customer"))


def _address(row: Line, whose: str) -> Address:
    prefix = row[f"{whose}_zip_code_prefix"].strip().zfill(5)
    return Address(prefix, row[f"{whose}_city"].strip(), row[f"{whose}_state"].strip().upper())


def _product(row: Line, english: Mapping[str, str]) -> RawProduct:
    category = row["product_category_name"].strip()
    return RawProduct(
        row["product_id"],
        english.get(category, category).replace("_", " "),
        _whole(row["product_weight_g"]),
        10 * _whole(row["product_length_cm"]),
        10 * _whole(row["product_width_cm"]),
        10 * _whole(row["product_height_cm"]),
    )


def _centroid(row: Line) -> tuple[str, Centroid]:
    prefix = row["geolocation_zip_code_prefix"].strip().zfill(5)
    lat, lon = float(row["geolocation_lat"]), float(row["geolocation_lng"])
    return prefix, Centroid(lat, lon, row["geolocation_city"].strip())


def _time(text: str) -> datetime | None:
    return datetime.fromisoformat(text) if text.strip() else None


def _minor(text: str) -> int:
    minor = Decimal(text) * 100
    if minor != int(minor):
        raise ValueError(f"{text} has a part of a centavo")
    return int(minor)


def _whole(text: str) -> int:
    return int(Decimal(text)) if text.strip() else 0
