"""The whole order at once: everything that is wrong with it, and everything that is doubtful."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID

import msgspec

from doorstep.platform.errors import Fault
from doorstep.stages.catalog import showing
from doorstep.stages.orders.model.asked import Contact, NewOrder
from doorstep.stages.orders.model.found import Item, Known, Seller
from doorstep.stages.orders.rules import money
from doorstep.stages.orders.rules.address import examine
from doorstep.stages.orders.rules.reaching import dialed, email_fits

PROCESSORS = ("manual", "simulated", "stripe")
CARD = re.compile(r"(?:\d[ -]?){12,18}\d")


@dataclass(frozen=True, slots=True)
class Preorder:
    """A day before which goods may not leave, and when it begins where they lie."""

    ships_on: date
    begins: datetime


@dataclass(slots=True)
class Checked:
    """An order with what was found out about it.

    Attributes:
        order: as it was sent.
        seller: its merchant, when known.
        items: the product of each line, None where unknown.
        contact: where it goes, in the usual spelling.
        sums: what it comes to.
        faults: everything that is wrong; an order with faults is refused.
        doubts: what keeps the address from being believed; an order with doubts is held.
        preorder: the day before which something of it may not leave, if there is one.
    """

    order: NewOrder
    seller: Seller | None
    items: list[Item | None]
    contact: Contact
    sums: money.Sums
    faults: list[Fault]
    doubts: list[str]
    preorder: Preorder | None = None


def check(
    order: NewOrder, known: Known, *, now: datetime, own: UUID | None = None, imports: bool = False
) -> Checked:
    """Check one order against what is known.

    Args:
        order: as it was sent.
        known: the merchants and products that the batch names.
        now: the business time.
        own: the only merchant that the caller may sell for, if it is bound to one.
        imports: whether the caller may say when the order was placed.
    """
    contact, faults, doubts = examine(order.ship_to)
    seller = _seller(order, known, own, faults)
    items: list[Item | None] = [None] * len(order.lines)
    if seller:
        items = [known.items.get((seller.id, line.sku)) for line in order.lines]
        _check_goods(order, seller, items, faults)
    sums = money.add_up(order, seller.rounding_minor if seller else 0)
    faults += sums.faults
    contact = check_reach(contact, faults)
    _check_payments(order, faults)
    if order.placed_at is not None:
        _check_time(order.placed_at, now, imports, faults)
    preorder = _preorder(items, known, now)
    return Checked(order, seller, items, contact, sums, faults, doubts, preorder)


def _preorder(items: list[Item | None], known: Known, now: datetime) -> Preorder | None:
    """Return the last day before which goods may not leave, if it is not here yet where the first warehouse stands."""
    day = max((item.ships_on for item in items if item and item.ships_on), default=None)
    if day is None:
        return None
    begins = showing(day, time.min, known.routing.depots[0].timezone if known.routing.depots else "UTC")
    return Preorder(day, begins) if begins > now else None


def _seller(order: NewOrder, known: Known, own: UUID | None, faults: list[Fault]) -> Seller | None:
    if order.merchant is None:
        seller = next((one for one in known.sellers.values() if one.id == own), None)
        if seller is None:
            faults.append(Fault("/merchant", "missing", "Say whose order it is: the merchant's code."))
        return seller
    seller = known.sellers.get(order.merchant)
    if seller is None or own not in (None, seller.id):
        faults.append(
            Fault(
                "/merchant",
                "unknown_merchant",
                f"There is no merchant {order.merchant!r} here. Check the code.",
            )
        )
        return None
    return seller


def _check_goods(order: NewOrder, seller: Seller, items: list[Item | None], faults: list[Fault]) -> None:
    if order.currency != seller.currency:
        faults.append(
            Fault(
                "/currency",
                "currency",
                f"{seller.name} sells in {seller.currency}, not in {order.currency!r}. Send amounts in {seller.currency}.",
            )
        )
    faults += [
        Fault(
            f"/lines/{i}/sku",
            "unknown_sku",
            f"{seller.name} has no product {line.sku!r}. Check the SKU, or add the product first.",
        )
        for i, (line, item) in enumerate(zip(order.lines, items, strict=True))
        if item is None
    ]
    faults += [
        Fault(
            f"/lines/{i}/quantity",
            "quantity",
            f"{line.quantity} kits are more than {money.QUANTITY_MAX:,} pieces. Order fewer in one line.",
        )
        for i, (line, item) in enumerate(zip(order.lines, items, strict=True))
        if item
        and line.quantity
        <= money.QUANTITY_MAX
        < line.quantity * max((n for _, n in item.components), default=0)
    ]


def check_reach(contact: Contact, faults: list[Fault]) -> Contact:
    """Return a contact with its phone as it is dialed; add what is wrong with phone and e-mail address."""
    if contact.email and not email_fits(contact.email):
        faults.append(
            Fault(
                "/ship_to/email",
                "email",
                f"{contact.email!r} is not an e-mail address. Write it as name@example.org.",
            )
        )
    if not contact.phone:
        return contact
    phone = dialed(contact.phone, contact.country)
    if phone is None:
        faults.append(
            Fault(
                "/ship_to/phone",
                "phone",
                f"{contact.phone!r} cannot be dialed. Write it with its country code, like +49 30 123456.",
            )
        )
        return contact
    return msgspec.structs.replace(contact, phone=phone)


def _check_payments(order: NewOrder, faults: list[Fault]) -> None:
    for i, payment in enumerate(order.payments):
        at = f"/payments/{i}"
        if payment.processor not in PROCESSORS:
            faults.append(
                Fault(
                    f"{at}/processor",
                    "unknown_processor",
                    f"There is no payment processor {payment.processor!r}. Use {' or '.join(PROCESSORS)}.",
                )
            )
        if payment.amount_minor <= 0:
            faults.append(
                Fault(f"{at}/amount_minor", "amount", "A payment is more than 0. Leave it out, or mend it.")
            )
        if payment.processor in ("simulated", "stripe") and not payment.token:
            faults.append(Fault(f"{at}/token", "missing", "Send the token that the processor gave the shop."))
        if payment.token and CARD.fullmatch(payment.token):
            faults.append(
                Fault(
                    f"{at}/token",
                    "card_number",
                    "This looks like a card number. Never send one; send a token.",
                )
            )


def _check_time(placed_at: datetime, now: datetime, imports: bool, faults: list[Fault]) -> None:
    if not imports:
        faults.append(
            Fault(
                "/placed_at",
                "forbidden",
                "Only an import may say when it was placed (scope orders:import). Leave it out.",
            )
        )
    elif placed_at > now:
        faults.append(
            Fault("/placed_at", "future", f"It cannot be placed after now, {now.isoformat()}. Mend the time.")
        )
