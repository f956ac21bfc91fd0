"""A shipment of Amazon's External Fulfillment API (2024-09-11) in our words.

A shipment is what one location ships of a buyer's order; it is our order, under the shipment's id. Amounts are texts in the
currency's major unit, and stand for all units of a line. `baseCharge` is before tax, with `discountAmount` taken off in `netAmount`;
`totalTax` comes on top. The charge `TOTAL` of the shipment is what the buyer pays.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

from doorstep.platform.errors import Fault
from doorstep.stages.orders.model.shops import CALLED_OFF, Heard, Said
from doorstep.stages.orders.rules.shops import Due, NotMoneyError, Sold, asked_of, by_units, minor, tidy

SAID = {
    "CREATED": Said.READY, "ACCEPTED": Said.READY, "CONFIRMED": Said.READY, "PACKAGE_CREATED": Said.READY,
    "PICKUP_SLOT_RETRIEVED": Said.READY, "INVOICE_GENERATED": Said.READY, "SHIPLABEL_GENERATED": Said.READY,
    "SHIPPED": Said.DONE, "DELIVERED": Said.DONE, CALLED_OFF.upper(): Said.GONE,
}  # fmt: skip
"""What a shipment's status says; one that we do not know waits until a person has looked."""

OURS = ("SHIPPING", "OTHER")
"""Charges of a whole shipment that its lines do not carry."""


class Amount(msgspec.Struct):
    """A sum of money."""

    value: str | float = "0"
    currencyCode: str = ""  # noqa: N815 - Amazon's spelling


class Breakup(msgspec.Struct):
    """A sum before and after discounts."""

    baseAmount: Amount  # noqa: N815 - Amazon's spelling
    netAmount: Amount  # noqa: N815 - Amazon's spelling


class Tax(msgspec.Struct):
    """What is due to the state."""

    charge: Breakup


class Charge(msgspec.Struct, rename="camel"):
    """A part of the price."""

    charge_type: str
    base_charge: Breakup
    total_charge: Breakup
    total_tax: Tax | None = None


class CalledOff(msgspec.Struct):
    """Units of a line that are not shipped after all."""

    quantity: int = msgspec.field(default=0, name=CALLED_OFF + "Quantity")


class Line(msgspec.Struct, rename="camel"):
    """A line of goods."""

    shipment_line_item_id: str
    merchant_sku: str = ""
    number_of_units: int = 0
    charges: list[Charge] = []
    cancellations: list[CalledOff] | None = None


class Address(msgspec.Struct, rename="camel"):
    """Where it goes."""

    name: str | None = None
    address_line1: str | None = None
    address_line2: str | None = None
    address_line3: str | None = None
    city: str | None = None
    state: str | None = None
    postal_code: str | None = None
    country_code: str | None = None
    phone_number: str | None = None
    email: str | None = None


class Shipping(msgspec.Struct, rename="camel"):
    """How it goes."""

    ship_to_address: Address = msgspec.field(default_factory=Address)
    shipping_type: str | None = None
    recommended_ship_method: str | None = None


class About(msgspec.Struct, rename="camel"):
    """What the shipment is about."""

    buyer_order_id: str | None = None
    payment_method: str | None = None


class Attributes(msgspec.Struct, rename="camel"):
    """Which program of Amazon it belongs to."""

    channel_name: str | None = None


class Shipment(msgspec.Struct, rename="camel"):
    """A shipment."""

    id: str
    status: str
    last_updated_date_time: datetime
    line_items: list[Line]
    creation_date_time: datetime | None = None
    charges: list[Charge] = []
    shipping_info: Shipping = msgspec.field(default_factory=Shipping)
    shipment_info: About = msgspec.field(default_factory=About)
    marketplace_attributes: Attributes = msgspec.field(default_factory=Attributes)


def read_shipment(body: bytes | str, *, first: bool = True) -> Heard:  # noqa: ARG001 - a shipment is shipped as a whole or not
    """Understand a shipment.

    Raises:
        ValueError: it is not one.
    """
    shipment = msgspec.json.decode(body, type=Shipment)
    faults: list[Fault] = []
    asked: Mapping[str, Any] = {}
    try:
        asked = _asked(shipment)
    except NotMoneyError as error:
        message = f"{str(error)[:40]!r} is not an amount. Look at the shipment in Seller Central."
        faults.append(Fault("/charges", "amount", message))
    if not shipment.line_items:
        message = "Amazon sent a shipment without lines. Look at it in Seller Central."
        faults.append(Fault("/lineItems", "missing", message))
    if _amazon_ships(shipment):
        message = (
            "Amazon ships it with a label of its own (Easy Ship or Seller Flex). Pack it in Seller Central, or let your location"
            " ship itself."
        )
        faults.append(Fault("/shippingInfo/shippingType", "marketplace_ships", message))
    said = SAID.get(shipment.status, Said.WAITING)
    shown = tidy(shipment.shipment_info.buyer_order_id or shipment.id, 64)
    return Heard(shipment.id, shown, _utc(shipment.last_updated_date_time), said, asked, tuple(faults))


def _amazon_ships(shipment: Shipment) -> bool:
    kind = shipment.shipping_info.shipping_type
    return kind == "MARKETPLACE" or (kind is None and shipment.marketplace_attributes.channel_name == "FBA")


def _utc(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _currency(charges: Iterable[Charge]) -> str:
    named = (one.total_charge.netAmount.currencyCode for one in charges)
    return next((code for code in named if code), "")


def _asked(shipment: Shipment) -> Mapping[str, Any]:
    currency = _currency([*shipment.charges, *(one for line in shipment.line_items for one in line.charges)])
    goods = [_sold(line, currency) for line in shipment.line_items if line.number_of_units > 0]
    apart = [one for one in shipment.charges if one.charge_type in OURS]
    whole = [one for one in shipment.charges if one.charge_type == "TOTAL"]
    shipping, tax = _net(apart, currency), _tax(apart, currency)
    lines = sum(one.quantity * one.unit_minor - one.discount_minor + one.tax_minor for one in goods)
    total = minor(whole[0].total_charge.netAmount.value, currency) if whole else lines + shipping + tax
    method = shipment.shipment_info.payment_method or "amazon"
    asked = asked_of(goods, Due(0, shipping, tax, total), currency, tidy(method.lower(), 64))
    return asked and {
        **asked,
        **_about(shipment),
        "ship_to": _contact(shipment.shipping_info.ship_to_address),
    }


def _sold(line: Line, currency: str) -> Sold:
    base = sum(minor(one.base_charge.baseAmount.value, currency) for one in line.charges)
    unit, off = by_units(base, _net(line.charges, currency), line.number_of_units)
    gone = sum(one.quantity for one in line.cancellations or ())
    return Sold(
        sku=tidy(line.merchant_sku, 64),
        title="",
        quantity=line.number_of_units,
        kept=max(line.number_of_units - gone, 0),
        unit_minor=unit,
        discount_minor=off,
        tax_minor=_tax(line.charges, currency),
    )


def _net(charges: Sequence[Charge], currency: str) -> int:
    return sum(minor(one.base_charge.netAmount.value, currency) for one in charges)


def _tax(charges: Sequence[Charge], currency: str) -> int:
    return sum(minor(one.total_tax.charge.netAmount.value, currency) for one in charges if one.total_tax)


def _about(shipment: Shipment) -> dict[str, Any]:
    about: dict[str, Any] = {}
    if delivery := tidy(shipment.shipping_info.recommended_ship_method, 200):
        about["delivery"] = delivery
    if shipment.creation_date_time:
        about["placed_at"] = _utc(shipment.creation_date_time)
    return about


def _contact(to: Address) -> dict[str, str]:
    rest = ", ".join(part for part in (to.address_line2, to.address_line3) if part)
    return {
        "name": tidy(to.name, 200),
        "street": tidy(to.address_line1, 200),
        "street2": tidy(rest, 200),
        "city": tidy(to.city, 200),
        "region": tidy(to.state, 200),
        "postal_code": tidy(to.postal_code, 20),
        "country": tidy(to.country_code, 2),
        "email": tidy(to.email, 254),
        "phone": tidy(to.phone_number, 40),
    }
