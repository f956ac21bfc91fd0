"""How orders become one: every line and sum of those that join is added, and what was promised first is kept for all."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from itertools import chain
from uuid import UUID

import msgspec

from doorstep.platform.errors import Fault
from doorstep.stages.inventory import Held
from doorstep.stages.orders.model.asked import LINES_MAX, NOTE_MAX
from doorstep.stages.orders.model.changing import LineAfter
from doorstep.stages.orders.model.found import Order
from doorstep.stages.orders.model.lifecycles import OrderState, PaymentState
from doorstep.stages.orders.model.merging import Joining, Merge, Union
from doorstep.stages.orders.model.splitting import Sums, Whole
from doorstep.stages.orders.rules.folding import fold, fold_address, fold_email
from doorstep.stages.orders.rules.splitting import cut, lacks, unchanged

PARTS = ("state", "lines", "goods", "payments", "choice")
"""What a preview rests on, in the order of its token."""
SETTLED = (PaymentState.AUTHORIZED, PaymentState.CAPTURED)
"""Payments of which nobody is asked anything right now."""


def same_door(one: Order, other: Order) -> bool:
    """Return whether two orders go to one door, however each of them spells it."""
    door = _door(one)
    return bool(door[0]) and door == _door(other)


def same_person(one: Order, other: Order) -> bool:
    """Return whether two orders are of one customer, as far as their e-mail address or name says."""
    mailbox = fold_email(one.email)
    return (bool(mailbox) and mailbox == fold_email(other.email)) or fold(one.name) == fold(other.name)


def _door(order: Order) -> tuple[str, str, str]:
    address = fold_address(order.street, order.city, order.postal_code, order.country)
    return address, fold(order.street2), fold(order.company)


def unite(first: Whole, joining: Sequence[Whole], asked: Merge, ids: Sequence[UUID]) -> Union:
    """Return an order as it would be after others joined it.

    Args:
        first: the order that goes on.
        joining: those that join it, as `asked` names them.
        asked: the merge.
        ids: one for each of their lines.
    """
    fresh = iter(ids)
    parts = [_joining(one, fresh) for one in joining]
    stay = [unchanged(line) for line in first.lines]
    orders = [first.order, *(one.order for one in joining)]
    earliest = min(
        (one for one in orders if one.promised_until is not None), key=_promised, default=first.order
    )
    notes = dict.fromkeys(one.note.strip() for one in orders if one.note.strip())
    united = Union(
        stay=tuple(stay),
        joining=tuple(parts),
        sums=Sums(
            *(
                sum(getattr(one, name) for one in orders)
                for name in ("subtotal_minor", "discount_minor", "shipping_minor", "tax_minor", "total_minor")
            )
        ),
        rounding_minor=sum(one.rounding_minor for one in orders),
        note="\n".join(notes),
        promised_from=earliest.promised_from,
        promised_until=earliest.promised_until,
        leave_by=earliest.leave_by,
    )
    return replace(united, faults=(*_whole_faults(first, joining, united), *_named_twice(asked)))


def _promised(order: Order) -> tuple[datetime, int]:
    assert order.promised_until is not None  # noqa: S101 - the caller asked
    return order.promised_until, order.number


def _joining(whole: Whole, fresh: Iterable[UUID]) -> Joining:
    lines = [line for line in whole.lines if line.quantity]
    return Joining(
        whole.order.id,
        whole.order.number,
        tuple(
            (line.id, cut(line, line.quantity, line_id)[0])
            for line, line_id in zip(lines, fresh, strict=False)
        ),
        tuple(one.id for one in whole.payments),
    )


def left_of(whole: Whole) -> list[LineAfter]:
    """Return the lines of an order after all of it went to another one."""
    return [cut(line, line.quantity, line.id)[1] for line in whole.lines if line.quantity]


def _whole_faults(first: Whole, joining: Sequence[Whole], united: Union) -> list[Fault]:
    faults = _state_faults("", first)
    for i, one in enumerate(joining):
        pointer = f"/orders/{i}"
        faults += [*_state_faults(pointer, one), *_pair_faults(pointer, first.order, one.order)]
    if len(united.lines) > LINES_MAX:
        said = f"Together they have {len(united.lines)} lines; an order has at most {LINES_MAX}."
        faults.append(Fault("/orders", "lines", said))
    if len(united.note) > NOTE_MAX:
        said = f"Their notes together are longer than {NOTE_MAX} characters. Shorten one first."
        faults.append(Fault("/orders", "note", said))
    return faults


def _state_faults(pointer: str, whole: Whole) -> list[Fault]:
    order, faults = whole.order, []
    named = f"Order {order.number}"
    if order.state != OrderState.ACCEPTED:
        said = f"{named} is {order.state}; only accepted orders are merged. Release its holds first."
        faults.append(Fault(pointer, "not_accepted", said))
    if order.shipped_at is not None:
        faults.append(Fault(pointer, "shipped", f"{named} has begun to leave the house."))
    if whole.told:
        said = f"The partner of order {order.number} waits for the parcels of just this shipment."
        faults.append(Fault(pointer, "of_a_partner", said))
    if whole.held:
        faults.append(
            Fault(pointer, "part_held", f"A part of order {order.number} is held. Release that first.")
        )
    if lacks(whole):
        said = f"Goods of order {order.number} are missing. Receive them, or change the order."
        faults.append(Fault(pointer, "lacking", said))
    if any(
        (one.needed_minor and one.state not in SETTLED) or one.due_minor or one.refunded_minor
        for one in whole.payments
    ):
        said = f"Money of order {order.number} is moved right now, or was given back. Wait a minute, or leave it as it is."
        faults.append(Fault(pointer, "money_moves", said))
    return faults


def _pair_faults(pointer: str, first: Order, other: Order) -> list[Fault]:
    named, faults = f"Order {other.number}", []
    if other.id == first.id:
        return [Fault(pointer, "itself", "An order cannot join itself. Leave it out.")]
    if other.merchant_id != first.merchant_id:
        faults.append(
            Fault(
                pointer, "other_merchant", f"{named} is of {other.merchant_name}, not {first.merchant_name}."
            )
        )
    if other.currency != first.currency:
        faults.append(
            Fault(pointer, "other_currency", f"{named} is in {other.currency}, not {first.currency}.")
        )
    if not same_door(first, other):
        said = f"{named} goes to another address. If it is the same door, change its address first."
        faults.append(Fault(pointer, "other_address", said))
    if other.delivery != first.delivery:
        there, here = other.delivery or "chosen by the house", first.delivery or "chosen by the house"
        said = f"The service of order {other.number} is {there}, here it is {here}. Change one first."
        faults.append(Fault(pointer, "other_service", said))
    if other.gift != first.gift:
        faults.append(
            Fault(pointer, "gift", f"One of order {first.number} and order {other.number} is a gift.")
        )
    return faults


def _named_twice(asked: Merge) -> list[Fault]:
    return [
        Fault(f"/orders/{i}", "twice", "This order is named twice. Name it once.")
        for i, order_id in enumerate(asked.orders)
        if order_id in asked.orders[:i]
    ]


def promises_of(union: Union, held: Sequence[Held], order_id: UUID) -> tuple[list[Held], list[Held]]:
    """Return the promises that pass on, and as what.

    Args:
        union: the merge.
        held: what is promised to the orders, locked.
        order_id: the order that they join.
    """
    target: Mapping[UUID, LineAfter] = dict(chain.from_iterable(one.lines for one in union.joining))
    old = [one for one in held if one.line_id in target]
    return old, [replace(one, order_id=order_id, line_id=target[one.line_id].id) for one in old]


def token_of(first: Whole, joining: Sequence[Whole], asked: Merge) -> str:
    """Return the name of all that a preview of a merge rests on, one short digest for each part."""
    wholes = [first, *joining]
    parts = (
        [
            (
                one.order.state, one.order.shipped_at, one.order.total_minor, one.order.changes, one.order.delivery,
                one.order.promised_until, one.told, one.held,
            )
            for one in wholes
        ],
        [one.lines for one in wholes],
        [one.pieces for one in wholes],
        [
            (one.id, one.state, one.amount_minor, one.captured_minor, one.released_minor)
            for whole in wholes
            for one in whole.payments
        ],
        asked,
    )  # fmt: skip
    return ".".join(sha256(msgspec.json.encode(part)).hexdigest()[:12] for part in parts)
