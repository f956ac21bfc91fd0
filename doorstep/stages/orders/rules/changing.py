"""What a change of an order comes to: its lines and sums after it, exactly the difference in goods, and all that forbids it."""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from uuid import UUID

import msgspec

from doorstep.platform.errors import Fault
from doorstep.stages.orders.model.asked import LINES_MAX, Contact, NewLine
from doorstep.stages.orders.model.changing import (
    Change,
    LineAfter,
    LineChange,
    Piece,
    Proposal,
    Standing,
    Units,
)
from doorstep.stages.orders.model.found import Line
from doorstep.stages.orders.model.lifecycles import OrderState
from doorstep.stages.orders.rules.address import examine
from doorstep.stages.orders.rules.checking import CARD, PROCESSORS, check_reach
from doorstep.stages.orders.rules.money import QUANTITY_MAX
from doorstep.stages.orders.rules.settling import settle

OPEN = (OrderState.PLACED, OrderState.HELD, OrderState.ACCEPTED)
SUMS = ("discount_minor", "shipping_minor", "tax_minor")


def propose(standing: Standing, change: Change, new_ids: Sequence[UUID]) -> Proposal:
    """Return what a change comes to; everything that forbids it is among its faults.

    Args:
        standing: the order now.
        change: what is wanted.
        new_ids: one for each line that is added.
    """
    order, faults = standing.order, _state_faults(standing, change)
    pieces = _by_line(standing.pieces)
    lines = _changed_lines(standing, change, pieces, faults)
    lines += _added_lines(standing, change, new_ids, faults)
    sums = {name: _said(getattr(change, name), getattr(order, name)) for name in SUMS}
    subtotal = sum(line.total_minor for line in lines)
    _sum_faults(sums, subtotal, lines, faults)
    before = order.subtotal_minor - order.discount_minor + order.shipping_minor + order.tax_minor
    due = subtotal - sums["discount_minor"] + sums["shipping_minor"] + sums["tax_minor"]
    settlement, unpayable = settle(standing.payments, due - before)
    faults += unpayable
    _payment_faults(standing, change, settlement.further_minor, faults)
    contact, doubts = _contact(change, faults)
    return Proposal(
        lines=tuple(lines),
        subtotal_minor=subtotal,
        **sums,
        total_minor=order.total_minor + due - before,
        less=tuple(_less(lines, pieces)),
        more=tuple(_more(lines, pieces, standing)),
        settlement=settlement,
        contact=contact,
        doubts=tuple(doubts),
        faults=tuple(faults),
    )


def _said(new: int | None, old: int) -> int:
    return old if new is None else new


def _by_line(pieces: Sequence[Piece]) -> dict[UUID, list[Piece]]:
    found: dict[UUID, list[Piece]] = {}
    for one in pieces:
        found.setdefault(one.line_id, []).append(one)
    return found


def _state_faults(standing: Standing, change: Change) -> list[Fault]:
    order, faults = standing.order, []
    if order.state not in OPEN:
        faults.append(
            Fault("", "finished", f"The order is {order.state}; only an unfinished order can be changed.")
        )
    moved = [name for name in ("ship_to", "delivery") if getattr(change, name) is not None]
    if order.shipped_at is not None:
        faults += [
            Fault(
                f"/{name}",
                "on_its_way",
                "The order has begun to leave the house: ask the carrier, or let it come back as a return.",
            )
            for name in moved
        ]
    if not (change.lines or change.add or moved or any(getattr(change, name) is not None for name in SUMS)):
        faults.append(Fault("", "nothing", "Nothing is to be changed. Say what shall be otherwise."))
    return faults


def _changed_lines(
    standing: Standing, change: Change, pieces: Mapping[UUID, Sequence[Piece]], faults: list[Fault]
) -> list[LineAfter]:
    asked: dict[UUID, tuple[int, LineChange]] = {}
    known = {line.id for line in standing.lines}
    for i, one in enumerate(change.lines):
        if one.line_id not in known:
            faults.append(
                Fault(f"/lines/{i}/line_id", "unknown_line", f"The order has no line {one.line_id}.")
            )
        elif one.line_id in asked:
            faults.append(Fault(f"/lines/{i}/line_id", "twice", "This line is changed twice. Say it in one."))
        else:
            asked[one.line_id] = (i, one)
    return [
        _changed(line, *asked[line.id], pieces.get(line.id, ()), faults) if line.id in asked else _kept(line)
        for line in standing.lines
    ]


def _kept(line: Line) -> LineAfter:
    return LineAfter(
        line.id,
        line.sku,
        line.name,
        line.product_id,
        line.quantity,
        line.quantity,
        line.unit_minor,
        line.discount_minor,
        line.tax_minor,
        line.total_minor,
        line.total_minor,
        added=False,
        changed=False,
    )


def _changed(
    line: Line, i: int, asked: LineChange, pieces: Sequence[Piece], faults: list[Fault]
) -> LineAfter:
    quantity = _said(asked.quantity, line.quantity)
    if not 0 <= quantity <= QUANTITY_MAX:
        faults.append(Fault(f"/lines/{i}/quantity", "quantity", f"A line has 0 to {QUANTITY_MAX:,} units."))
        quantity = line.quantity
    gone = max((-(-one.shipped // one.per_unit) for one in pieces), default=0)
    if quantity < gone:
        faults.append(
            Fault(
                f"/lines/{i}/quantity",
                "shipped",
                f"{gone} of {line.name} left the house already: at least {gone} stay. Take them back as a return.",
            )
        )
    unit = _said(asked.unit_minor, line.unit_minor)
    discount = _said(asked.discount_minor, _share(line.discount_minor, quantity, line.quantity))
    tax = _said(asked.tax_minor, _share(line.tax_minor, quantity, line.quantity))
    total = quantity * unit - discount + tax
    _price_faults(f"/lines/{i}", unit, discount, tax, total, faults)
    was = (line.quantity, line.unit_minor, line.discount_minor, line.tax_minor)
    return LineAfter(
        line.id,
        line.sku,
        line.name,
        line.product_id,
        line.quantity,
        quantity,
        unit,
        discount,
        tax,
        line.total_minor,
        total,
        added=False,
        changed=was != (quantity, unit, discount, tax),
    )


def _share(amount: int, now: int, was: int) -> int:
    """Return the part of an amount that goes with so many of its units, rounded half up."""
    return (2 * amount * now + was) // (2 * was) if was else 0


def _price_faults(at: str, unit: int, discount: int, tax: int, total: int, faults: list[Fault]) -> None:
    faults += [
        Fault(f"{at}/{name}", "negative", f"{name} cannot be negative. Send 0 or more.")
        for name, amount in (("unit_minor", unit), ("discount_minor", discount), ("tax_minor", tax))
        if amount < 0
    ]
    if total < 0 <= min(unit, discount, tax):
        faults.append(
            Fault(f"{at}/discount_minor", "above_price", "The discount is larger than the line. Lower it.")
        )


def _added_lines(
    standing: Standing, change: Change, new_ids: Sequence[UUID], faults: list[Fault]
) -> list[LineAfter]:
    added = []
    for i, (line, line_id) in enumerate(zip(change.add, new_ids, strict=True)):
        item = standing.items.get(line.sku)
        if item is None:
            said = f"{standing.order.merchant_name} has no product {line.sku!r}. Check the SKU, or add the product first."
            faults.append(Fault(f"/add/{i}/sku", "unknown_sku", said))
            continue
        total = _added_total(i, line, faults)
        added.append(
            LineAfter(
                line_id,
                line.sku,
                item.name,
                item.id,
                0,
                line.quantity,
                line.unit_minor,
                line.discount_minor,
                line.tax_minor,
                0,
                total,
                added=True,
                changed=True,
            )
        )
    if len(standing.lines) + len(added) > LINES_MAX:
        faults.append(Fault("/add", "too_many", f"An order has at most {LINES_MAX:,} lines."))
    return added


def _added_total(i: int, line: NewLine, faults: list[Fault]) -> int:
    if not 1 <= line.quantity <= QUANTITY_MAX:
        faults.append(Fault(f"/add/{i}/quantity", "quantity", f"A line has 1 to {QUANTITY_MAX:,} units."))
    total = line.quantity * line.unit_minor - line.discount_minor + line.tax_minor
    _price_faults(f"/add/{i}", line.unit_minor, line.discount_minor, line.tax_minor, total, faults)
    if line.total_minor not in (None, total):
        faults.append(
            Fault(
                f"/add/{i}/total_minor", "line_total", f"The line comes to {total}. Send it or leave it out."
            )
        )
    return total


def _sum_faults(
    sums: Mapping[str, int], subtotal: int, lines: Sequence[LineAfter], faults: list[Fault]
) -> None:
    faults += [
        Fault(f"/{name}", "negative", f"{name} cannot be negative. Send 0 or more.")
        for name, amount in sums.items()
        if amount < 0
    ]
    if sums["discount_minor"] > max(subtotal, 0):
        faults.append(
            Fault("/discount_minor", "above_subtotal", "The discount is larger than the lines. Lower it.")
        )
    if lines and not any(line.now for line in lines):
        faults.append(
            Fault("/lines", "nothing_left", "Nothing would be left of it. Cancel the order instead.")
        )


def _payment_faults(standing: Standing, change: Change, further_minor: int, faults: list[Fault]) -> None:
    paid = change.payment
    if paid is not None and paid.processor not in PROCESSORS:
        said = f"There is no payment processor {paid.processor!r}. Use {' or '.join(PROCESSORS)}."
        faults.append(Fault("/payment/processor", "unknown_processor", said))
    elif paid is not None and paid.processor != "manual" and not paid.token:
        faults.append(Fault("/payment/token", "missing", "Send the token that the processor gave the shop."))
    elif paid is not None and CARD.fullmatch(paid.token):
        said = "This looks like a card number. Never send one; send a token."
        faults.append(Fault("/payment/token", "card_number", said))
    left = any(
        one.quantity * piece.per_unit > piece.shipped
        for piece in standing.pieces
        for one in standing.lines
        if one.id == piece.line_id
    )
    if further_minor and not left and not change.add:
        said = "Everything of the order left the house: it cannot cost more now. Ask for the money with a new order."
        faults.append(Fault("", "all_shipped", said))


def _contact(change: Change, faults: list[Fault]) -> tuple[Contact | None, list[str]]:
    if change.ship_to is None:
        return None, []
    contact, wrong, doubts = examine(change.ship_to)
    contact = check_reach(contact, wrong)
    faults += wrong
    return contact, doubts


def _less(lines: Sequence[LineAfter], pieces: Mapping[UUID, Sequence[Piece]]) -> list[Units]:
    """Return what is promised above what shrunk lines want; what was never promised is not given up."""
    return [
        Units(line.id, one.product_id, units)
        for line in lines
        if line.now < line.was
        for one in pieces.get(line.id, ())
        if (units := min(one.pending, one.pending + one.shipped - line.now * one.per_unit)) > 0
    ]


def _more(
    lines: Sequence[LineAfter], pieces: Mapping[UUID, Sequence[Piece]], standing: Standing
) -> list[Units]:
    """Return what grown and added lines want besides: the difference, and not what they lacked before."""
    grown = [
        Units(line.id, one.product_id, (line.now - line.was) * one.per_unit)
        for line in lines
        if not line.added and line.now > line.was
        for one in pieces.get(line.id, ())
    ]
    added = [
        Units(line.id, product_id, line.now * per_unit)
        for line in lines
        if line.added
        for product_id, per_unit in standing.items[line.sku].components
    ]
    return [*grown, *added]


def token_of(standing: Standing, change: Change) -> str:
    """Return the name of all that a preview of a change rests on: one short digest for each part."""
    order = standing.order
    parts = {
        "order": [order.state, order.shipped_at, order.delivery, order.total_minor, order.changes],
        "lines": standing.lines,
        "goods": standing.pieces,
        "payments": [
            (one.id, one.state, one.amount_minor, one.captured_minor, one.refunded_minor, one.released_minor)
            for one in standing.payments
        ],
        "address": [getattr(order, name) for name in Contact.__struct_fields__ if hasattr(order, name)],
        "change": change,
    }
    return ".".join(sha256(msgspec.json.encode(part)).hexdigest()[:12] for part in parts.values())


def moved(token: str, now: str) -> list[int]:
    """Return the places of the parts in which two tokens differ; all when the first is none of ours."""
    before, after = token.split("."), now.split(".")
    if len(before) != len(after):
        return list(range(len(after)))
    return [i for i, (old, new) in enumerate(zip(before, after, strict=True)) if old != new]
