"""An order of WooCommerce's REST API v3 in our words.

Amounts are texts. A line's `subtotal` is before coupons and its `total` after them, both without tax, for all its units. Fees are
counted with shipping, negative ones with discounts. Moments in `..._gmt` are UTC without a zone. Where it goes may be blank: then
it goes where the bill goes.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec

from doorstep.platform.errors import Fault
from doorstep.stages.orders.model.shops import CALLED_OFF, Heard, Said
from doorstep.stages.orders.rules.shops import Due, NotMoneyError, Sold, asked_of, by_units, minor, tidy

SAID = {
    "pending": Said.WAITING, "on-hold": Said.WAITING, "processing": Said.READY, "completed": Said.DONE, CALLED_OFF: Said.GONE,
    "refunded": Said.GONE, "failed": Said.GONE, "trash": Said.GONE, "checkout-draft": Said.GONE, "auto-draft": Said.GONE,
}  # fmt: skip
"""What an order's status says; one that a plug-in made up waits until a person has looked."""


class Line(msgspec.Struct):
    """A line: of goods."""

    id: int
    quantity: int = 0
    name: str | None = None
    sku: str | None = None
    subtotal: str = "0"
    total: str = "0"
    total_tax: str = "0"


class Charge(msgspec.Struct):
    """A line of shipping or a fee."""

    total: str = "0"
    total_tax: str = "0"
    method_title: str | None = None


class Address(msgspec.Struct):
    """Where the bill or the parcel goes."""

    first_name: str = ""
    last_name: str = ""
    company: str = ""
    address_1: str = ""
    address_2: str = ""
    city: str = ""
    state: str = ""
    postcode: str = ""
    country: str = ""
    email: str | None = None
    phone: str | None = None


class Order(msgspec.Struct):
    """An order."""

    id: int
    status: str
    currency: str
    total: str
    date_modified_gmt: datetime | None = None
    date_created_gmt: datetime | None = None
    number: str | None = None
    discount_total: str = "0"
    shipping_total: str = "0"
    shipping_tax: str = "0"
    customer_note: str | None = None
    payment_method: str | None = None
    payment_method_title: str | None = None
    billing: Address = msgspec.field(default_factory=Address)
    shipping: Address = msgspec.field(default_factory=Address)
    line_items: list[Line] = []
    shipping_lines: list[Charge] = []
    fee_lines: list[Charge] = []


class Deleted(msgspec.Struct):
    """An order that is no more."""

    id: int


def read_order(body: bytes | str, *, first: bool = True) -> Heard:  # noqa: ARG001 - nothing of a part that was shipped is told
    """Understand an order.

    Raises:
        ValueError: it is not an order.
    """
    order = msgspec.json.decode(body, type=Order)
    faults: list[Fault] = []
    asked: Mapping[str, Any] = {}
    try:
        asked = _asked(order)
    except NotMoneyError as error:
        faults.append(
            Fault("/total", "amount", f"{str(error)[:40]!r} is not an amount. Look at the order in the shop.")
        )
    if not order.line_items:
        faults.append(
            Fault("/line_items", "missing", "The shop sent an order without lines. Look at it in the shop.")
        )
    version = order.date_modified_gmt or order.date_created_gmt
    if version is None:
        raise ValueError("the order does not say when it was changed")
    said = SAID.get(order.status, Said.WAITING)
    return Heard(str(order.id), f"#{order.number or order.id}", _utc(version), said, asked, tuple(faults))


def gone(body: bytes, at: datetime) -> tuple[Heard, str]:
    """Return what a call says that tells an order was deleted, and a body that says the same as an order.

    Raises:
        ValueError: it names no order.
    """
    found = msgspec.json.decode(body, type=Deleted)
    kept = {"id": found.id, "status": "trash", "currency": "XTS", "total": "0", "date_modified_gmt": at}
    return Heard(str(found.id), f"#{found.id}", at, Said.GONE), msgspec.json.encode(kept).decode()


def _utc(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _asked(order: Order) -> Mapping[str, Any]:
    def amount(text: str) -> int:
        return minor(text, order.currency)

    goods = []
    for line in order.line_items:
        if line.quantity > 0:
            unit, off = by_units(amount(line.subtotal), amount(line.total), line.quantity)
            goods.append(
                Sold(
                    sku=tidy(line.sku, 64),
                    title=line.name or "",
                    quantity=line.quantity,
                    kept=line.quantity,
                    unit_minor=unit,
                    discount_minor=off,
                    tax_minor=amount(line.total_tax),
                )
            )
    fees = [amount(one.total) for one in order.fee_lines]
    due = Due(
        discount_minor=-sum(fee for fee in fees if fee < 0),
        shipping_minor=amount(order.shipping_total) + sum(fee for fee in fees if fee > 0),
        tax_minor=amount(order.shipping_tax) + sum(amount(one.total_tax) for one in order.fee_lines),
        total_minor=amount(order.total),
    )
    method = tidy(order.payment_method_title or order.payment_method or "woocommerce", 64)
    asked = asked_of(goods, due, order.currency, method)
    return asked and {**asked, **_about(order), "ship_to": _contact(order)}


def _about(order: Order) -> dict[str, Any]:
    about: dict[str, Any] = {"note": (order.customer_note or "").replace("\x00", "")[:2000]}
    titles = (tidy(one.method_title, 200) for one in order.shipping_lines)
    if delivery := next((title for title in titles if title), ""):
        about["delivery"] = delivery
    if order.date_created_gmt:
        about["placed_at"] = _utc(order.date_created_gmt)
    return about


def _contact(order: Order) -> dict[str, str]:
    to = order.shipping if order.shipping.address_1 else order.billing
    named = " ".join(part for part in (to.first_name, to.last_name) if part)
    return {
        "name": tidy(named or to.company, 200),
        "company": tidy(to.company, 200),
        "street": tidy(to.address_1, 200),
        "street2": tidy(to.address_2, 200),
        "city": tidy(to.city, 200),
        "region": tidy(to.state, 200),
        "postal_code": tidy(to.postcode, 20),
        "country": tidy(to.country, 2),
        "email": tidy(order.billing.email, 254),
        "phone": tidy(to.phone or order.billing.phone, 40),
    }
