"""How a checked order is written: all of a batch in few statements, with its history."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import chain
from typing import Any
from uuid import UUID

from doorstep.platform import journal
from doorstep.platform.db import Tx
from doorstep.platform.ids import new_ids
from doorstep.platform.statements import Statements
from doorstep.stages.orders.acts.holding import hold_each
from doorstep.stages.orders.model import (
    ORDER,
    PAYMENT,
    HoldReason,
    Item,
    NewLine,
    NewPayment,
    OrderAct,
    PaymentAct,
)
from doorstep.stages.orders.model.holding import Terms
from doorstep.stages.orders.rules import Checked

Q = Statements("doorstep.stages.orders")
Arrays = dict[str, list[Any]]
WAITING = journal.birth(ORDER)
READY = journal.birth(ORDER, [OrderAct.ACCEPT])
ARRANGED = journal.birth(PAYMENT, [PaymentAct.AUTHORIZE])
ASKED = journal.birth(PAYMENT, [PaymentAct.ASK])


@dataclass(slots=True)
class Draft:
    """An order on its way in."""

    place: int
    checked: Checked
    id: UUID
    number: int = 0
    lines: list[tuple[UUID, Item, NewLine]] = field(default_factory=list)
    payments: list[tuple[UUID, NewPayment]] = field(default_factory=list)
    suspicions: list[str] = field(default_factory=list)
    owed: dict[tuple[UUID, UUID], int] = field(default_factory=dict)
    """Units that are not there and owed, by line and product."""
    expected_on: date | None = None
    """When what is owed is expected, if that is known."""
    reserves: bool = True
    """Whether something of it is there."""

    @property
    def paid(self) -> bool:
        """Whether no payment has to be asked for outside."""
        return all(one.processor == "manual" for _, one in self.payments)

    @property
    def ready(self) -> bool:
        """Whether nothing keeps it from being accepted at once."""
        return self.paid and not (
            self.checked.doubts
            or self.suspicions
            or self.checked.preorder
            or (self.owed and not self.sends_rest)
        )

    @property
    def holds(self) -> list[tuple[HoldReason, str]]:
        """Why it is held from the beginning, and in which words."""
        found = [
            (HoldReason.ADDRESS, self.checked.doubts),
            (HoldReason.FRAUD, self.suspicions),
            (HoldReason.OUT_OF_STOCK, self._owed_words()),
            (HoldReason.PREORDER, self._preorder_words()),
        ]
        return [(reason, " ".join(why)) for reason, why in found if why]

    @property
    def asks_mail(self) -> bool:
        """Whether its merchant wants to know if its mail domain takes mail."""
        seller = self.checked.seller
        return seller is not None and seller.checks_mail and bool(self.checked.contact.email)

    @property
    def sends_rest(self) -> bool:
        """Whether something of it is owed, and what is there leaves at once."""
        return bool(self.owed) and self.checked.order.ship_partial and self.reserves

    @property
    def waits_until(self) -> date | None:
        """The first day on which it can leave, as far as is known; None when it waits for none, or nobody knows."""
        preorder = self.checked.preorder
        if self.owed and self.expected_on is None:
            return None
        return max((day for day in (self.expected_on, preorder and preorder.ships_on) if day), default=None)

    def _owed_words(self) -> list[str]:
        if not self.owed or self.sends_rest:
            return []
        lines = {line_id for line_id, _ in self.owed}
        named = ", ".join(line.sku for line_id, _, line in self.lines if line_id in lines)
        expected = f" Expected on {self.expected_on}." if self.expected_on else ""
        return [f"Backorder of {named}.{expected}"]

    def _preorder_words(self) -> list[str]:
        preorder = self.checked.preorder
        return [f"Pre-order: it leaves from {preorder.ships_on} on."] if preorder else []


def begin_draft(place: int, one: Checked) -> Draft:
    """Return a checked order with ids for itself, its lines and its payments; `place` is where it stands in the batch."""
    order_id, *ids = new_ids(1 + len(one.order.lines) + len(one.order.payments))
    fresh = iter(ids)
    return Draft(
        place,
        one,
        order_id,
        lines=[
            (next(fresh), item, line)
            for item, line in zip(one.items, one.order.lines, strict=True)
            if item is not None
        ],
        payments=[(next(fresh), payment) for payment in one.order.payments],
    )


@dataclass(frozen=True, slots=True)
class Columns:
    """Drafts as parallel arrays: the orders with their contacts, and their lines with the payments."""

    orders: Arrays
    goods: Arrays


async def write(tx: Tx, drafts: Sequence[Draft], columns: Columns) -> None:
    """Write orders that have their numbers and their goods, and their history.

    Args:
        tx: the open transaction.
        drafts: the orders.
        columns: what `columns_of` returned for these drafts.
    """
    if not drafts:
        return
    await tx.run(Q.place, **columns.orders, numbers=[draft.number for draft in drafts])
    await tx.run(Q.place_goods, **columns.goods)
    ready = [draft.id for draft in drafts if draft.ready]
    await journal.born(tx, ORDER, ready, then=[OrderAct.ACCEPT])
    await journal.born(tx, ORDER, [draft.id for draft in drafts if not draft.ready])
    paid = [(payment_id, payment) for draft in drafts for payment_id, payment in draft.payments]
    manual = [payment_id for payment_id, payment in paid if payment.processor == "manual"]
    await journal.born(tx, PAYMENT, manual, then=[PaymentAct.AUTHORIZE])
    asked = [payment_id for payment_id, payment in paid if payment.processor != "manual"]
    await journal.born(tx, PAYMENT, asked, then=[PaymentAct.ASK])
    rounded = {draft.id: draft.checked.sums.rounded for draft in drafts if draft.checked.sums.rounded}
    await journal.note(tx, ORDER, "rounded", list(rounded), rounded)
    await journal.note(tx, ORDER, "mail_asked", [draft.id for draft in drafts if draft.asks_mail])
    await _hold(tx, [draft for draft in drafts if draft.holds])


async def _hold(tx: Tx, drafts: Sequence[Draft]) -> None:
    """Hold drafts for what each is held for; a pre-order until its day."""
    for reason in (HoldReason.ADDRESS, HoldReason.FRAUD, HoldReason.OUT_OF_STOCK):
        await hold_each(
            tx, [(draft.id, *held) for draft in drafts for held in draft.holds if held[0] == reason]
        )
    begins = {draft.id: draft.checked.preorder.begins for draft in drafts if draft.checked.preorder}
    for moment in sorted(set(begins.values())):
        await hold_each(
            tx,
            [
                (draft.id, *held)
                for draft in drafts
                for held in draft.holds
                if held[0] == HoldReason.PREORDER and begins[draft.id] == moment
            ],
            Terms(release_at=moment),
        )


def columns_of(drafts: Sequence[Draft]) -> Columns:
    """Return the drafts as the parallel arrays that are written, all but the numbers."""
    return Columns(
        {**_order_columns(drafts), **_contact_columns(drafts)},
        {**_line_columns(drafts), **_payment_columns(drafts)},
    )


def _order_columns(drafts: Sequence[Draft]) -> Arrays:
    orders = [draft.checked.order for draft in drafts]
    sums = [draft.checked.sums for draft in drafts]
    births = [READY if draft.ready else WAITING for draft in drafts]
    return {
        "ids": [draft.id for draft in drafts],
        "born_states": [one.state for one in births],
        "born_seqs": [one.seq for one in births],
        "merchant_ids": [draft.checked.seller.id for draft in drafts if draft.checked.seller],
        "channels": [one.channel for one in orders],
        "external_refs": [one.external_ref for one in orders],
        "placed_ats": [one.placed_at and one.placed_at.isoformat() for one in orders],
        "currencys": [one.currency for one in orders],
        "subtotals": [one.subtotal_minor for one in sums],
        "discounts": [one.discount_minor for one in orders],
        "shippings": [one.shipping_minor for one in orders],
        "taxes": [one.tax_minor for one in orders],
        "totals": [one.total_minor for one in orders],
        "roundings": [one.rounding_minor for one in sums],
        "deliverys": [one.delivery for one in orders],
        "gifts": [one.gift for one in orders],
        "notes": [one.note for one in orders],
        "languages": [one.language for one in orders],
    }


def _contact_columns(drafts: Sequence[Draft]) -> Arrays:
    contacts = [draft.checked.contact for draft in drafts]
    return {
        "names": [one.name for one in contacts],
        "companys": [one.company for one in contacts],
        "emails": [one.email for one in contacts],
        "phones": [one.phone for one in contacts],
        "streets": [one.street for one in contacts],
        "street2s": [one.street2 for one in contacts],
        "citys": [one.city for one in contacts],
        "regions": [one.region for one in contacts],
        "postal_codes": [one.postal_code for one in contacts],
        "countrys": [one.country for one in contacts],
        "lats": [one.lat for one in contacts],
        "lons": [one.lon for one in contacts],
    }


def _line_columns(drafts: Sequence[Draft]) -> Arrays:
    lines = list(chain.from_iterable(draft.lines for draft in drafts))
    return {
        "line_ids": [line_id for line_id, _, _ in lines],
        "line_order_ids": [draft.id for draft in drafts for _ in draft.lines],
        "positions": [i for draft in drafts for i in range(1, len(draft.lines) + 1)],
        "product_ids": [item.id for _, item, _ in lines],
        "skus": [line.sku for _, _, line in lines],
        "line_names": [item.name for _, item, _ in lines],
        "quantitys": [line.quantity for _, _, line in lines],
        "unit_minors": [line.unit_minor for _, _, line in lines],
        "line_discounts": [line.discount_minor for _, _, line in lines],
        "line_taxes": [line.tax_minor for _, _, line in lines],
        "line_totals": [total for draft in drafts for total in draft.checked.sums.line_totals],
    }


def _payment_columns(drafts: Sequence[Draft]) -> Arrays:
    payments = [payment for draft in drafts for _, payment in draft.payments]
    births = [ARRANGED if payment.processor == "manual" else ASKED for payment in payments]
    return {
        "payment_ids": [payment_id for draft in drafts for payment_id, _ in draft.payments],
        "payment_born_states": [one.state for one in births],
        "payment_born_seqs": [one.seq for one in births],
        "payment_order_ids": [draft.id for draft in drafts for _ in draft.payments],
        "processors": [payment.processor for payment in payments],
        "methods": [payment.method for payment in payments],
        "tokens": [payment.token for payment in payments],
        "amounts": [payment.amount_minor for payment in payments],
        "payment_currencys": [draft.checked.order.currency for draft in drafts for _ in draft.payments],
    }
