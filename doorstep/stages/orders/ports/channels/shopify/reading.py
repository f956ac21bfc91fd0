"""An order of Shopify's Admin API in our words.

Amounts are texts in the shop's currency. `total_discounts` holds what `discount_allocations` say of the lines, and what was
taken off shipping. With `taxes_included` the prices hold the tax. Whole orders come in every `orders/*` call but `orders/delete`.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from doorstep.platform.errors import Fault
from doorstep.stages.orders.model.shops import Heard, Said
from doorstep.stages.orders.rules.shops import Due, NotMoneyError, Sold, asked_of, minor, tidy

Zoned = Annotated[datetime, Meta(tz=True)]
UNPAID = ("pending", "partially_paid", "expired")
GIVEN_BACK = ("refunded", "voided")


class Amount(msgspec.Struct):
    """An amount of a discount."""

    amount: str = "0"


class Tax(msgspec.Struct):
    """A tax of a line or of shipping."""

    price: str = "0"


class Item(msgspec.Struct):
    """A line."""

    id: int
    quantity: int
    price: str
    sku: str | None = None
    name: str | None = None
    title: str | None = None
    requires_shipping: bool = True
    current_quantity: int | None = None
    fulfillable_quantity: int | None = None
    total_discount: str | None = None
    discount_allocations: list[Amount] = []
    tax_lines: list[Tax] = []


class Shipping(msgspec.Struct):
    """How it is shipped."""

    price: str = "0"
    title: str | None = None


class Address(msgspec.Struct):
    """Where it goes."""

    name: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    company: str | None = None
    address1: str | None = None
    address2: str | None = None
    city: str | None = None
    province: str | None = None
    province_code: str | None = None
    zip: str | None = None
    country: str | None = None
    country_code: str | None = None
    phone: str | None = None


class RefundItem(msgspec.Struct):
    """Units of a line that were given back."""

    line_item_id: int
    quantity: int


class Refund(msgspec.Struct):
    """Money that was given back."""

    refund_line_items: list[RefundItem] = []


class Order(msgspec.Struct):
    """An order."""

    id: int
    currency: str
    total_price: str
    updated_at: Zoned
    created_at: Zoned | None = None
    processed_at: Zoned | None = None
    name: str | None = None
    cancelled_at: datetime | None = None
    financial_status: str | None = None
    fulfillment_status: str | None = None
    total_tax: str | None = None
    total_discounts: str | None = None
    total_tip_received: str | None = None
    taxes_included: bool = False
    line_items: list[Item] = []
    shipping_lines: list[Shipping] = []
    shipping_address: Address | None = None
    email: str | None = None
    phone: str | None = None
    note: str | None = None
    customer_locale: str | None = None
    gateway: str | None = None
    payment_gateway_names: list[str] = []
    refunds: list[Refund] = []


class Deleted(msgspec.Struct):
    """An order that is no more."""

    id: int


def read_order(body: bytes | str, *, first: bool = True) -> Heard:
    """Understand an order.

    Raises:
        ValueError: it is not an order.
    """
    order = msgspec.json.decode(body, type=Order)
    goods = [_sold(one, order, first=first) for one in _priced(order)]
    faults: list[Fault] = []
    try:
        asked = _asked(order, first=first)
    except NotMoneyError as error:
        asked, faults = (
            {},
            [
                Fault(
                    "/total_price",
                    "amount",
                    f"{str(error)[:40]!r} is not an amount. Look at the order in the shop.",
                )
            ],
        )
    if not order.line_items:
        faults.append(
            Fault("/line_items", "missing", "The shop sent an order without lines. Look at it in the shop.")
        )
    said = _said(order)
    if goods and all(kept <= 0 for kept in goods) and said is not Said.DONE:
        said = Said.GONE
    return Heard(str(order.id), order.name or f"#{order.id}", order.updated_at, said, asked, tuple(faults))


def gone(body: bytes, at: datetime) -> tuple[Heard, str]:
    """Return what a call says that tells an order was deleted, and a body that says the same as an order.

    Raises:
        ValueError: it names no order.
    """
    found = msgspec.json.decode(body, type=Deleted)
    kept = {"id": found.id, "currency": "XTS", "total_price": "0", "updated_at": at, "cancelled_at": at}
    return Heard(str(found.id), f"#{found.id}", at, Said.GONE), msgspec.json.encode(kept).decode()


def _said(order: Order) -> Said:
    if order.cancelled_at is not None or order.financial_status in GIVEN_BACK:
        return Said.GONE
    if order.fulfillment_status == "fulfilled":
        return Said.DONE
    return Said.WAITING if order.financial_status in UNPAID else Said.READY


def _priced(order: Order) -> list[Item]:
    return [one for one in order.line_items if one.quantity > 0]


def _sold(item: Item, order: Order, *, first: bool) -> int:
    """Return how many units of a line are to be shipped."""
    if item.current_quantity is not None:
        kept = item.current_quantity
    else:
        back = (one for refund in order.refunds for one in refund.refund_line_items)
        kept = item.quantity - sum(one.quantity for one in back if one.line_item_id == item.id)
    if first and order.fulfillment_status == "partial" and item.fulfillable_quantity is not None:
        kept = min(kept, item.fulfillable_quantity)
    return max(kept, 0)


def _asked(order: Order, *, first: bool) -> Mapping[str, Any]:
    def amount(text: str | None) -> int:
        return minor(text, order.currency)

    goods = []
    for item in _priced(order):
        allocated = sum(amount(one.amount) for one in item.discount_allocations)
        goods.append(
            Sold(
                sku=tidy(item.sku, 64),
                title=item.name or item.title or "",
                quantity=item.quantity,
                kept=_sold(item, order, first=first),
                unit_minor=amount(item.price),
                discount_minor=allocated or amount(item.total_discount),
                tax_minor=0 if order.taxes_included else sum(amount(tax.price) for tax in item.tax_lines),
                ships=item.requires_shipping,
            )
        )
    tip = amount(order.total_tip_received)
    tax = 0 if order.taxes_included else amount(order.total_tax)
    due = Due(
        discount_minor=max(amount(order.total_discounts) - sum(one.discount_minor for one in goods), 0),
        shipping_minor=sum(amount(one.price) for one in order.shipping_lines),
        tax_minor=max(tax - sum(one.tax_minor for one in goods), 0),
        total_minor=amount(order.total_price) - tip,
    )
    method = (order.payment_gateway_names or [order.gateway or "shopify"])[0]
    asked = asked_of(goods, due, order.currency, tidy(method, 64))
    return asked and {**asked, **_about(order), "ship_to": _contact(order)}


def _about(order: Order) -> dict[str, Any]:
    about: dict[str, Any] = {"note": (order.note or "").replace("\x00", "")[:2000]}
    if delivery := next((tidy(one.title, 200) for one in order.shipping_lines if one.title), ""):
        about["delivery"] = delivery
    if (order.customer_locale or "")[:2].isalpha():
        about["language"] = (order.customer_locale or "")[:2].lower()
    if placed_at := order.processed_at or order.created_at:
        about["placed_at"] = placed_at
    return about


def _contact(order: Order) -> dict[str, str]:
    to = order.shipping_address or Address()
    named = " ".join(part for part in (to.first_name, to.last_name) if part)
    return {
        "name": tidy(to.name or named or to.company, 200),
        "company": tidy(to.company, 200),
        "street": tidy(to.address1, 200),
        "street2": tidy(to.address2, 200),
        "city": tidy(to.city, 200),
        "region": tidy(to.province_code or to.province, 200),
        "postal_code": tidy(to.zip, 20),
        "country": tidy(to.country_code or to.country, 2),
        "email": tidy(order.email, 254),
        "phone": tidy(to.phone or order.phone, 40),
    }
