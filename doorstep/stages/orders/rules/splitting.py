"""How an order is split in two: lines, sums by largest remainder, and payments; together they are what the order was."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from uuid import UUID

import msgspec

from doorstep.platform.errors import Fault
from doorstep.platform.measures import split as share
from doorstep.stages.inventory import Held
from doorstep.stages.orders.model.changing import LineAfter, Piece
from doorstep.stages.orders.model.found import Line, Order, Payment
from doorstep.stages.orders.model.lifecycles import OrderState, PaymentState
from doorstep.stages.orders.model.splitting import Plan, Shares, Split, Sums, Whole

MANUAL = "manual"
PARTS = ("order", "lines", "goods", "payments", "split")
"""What a preview rests on, in the order of its token."""


def divide(whole: Whole, asked: Split, ids: Sequence[UUID]) -> Plan:
    """Return both orders as they would be after a split.

    Args:
        whole: the order as it stands.
        asked: what becomes an order of its own.
        ids: one for each line of the second order.
    """
    faults = [*_state_faults(whole), *_line_faults(whole, asked)]
    goes = {} if faults else {one.line_id: one.quantity for one in asked.lines}
    if goes and all(line.quantity == goes.get(line.id, 0) for line in whole.lines):
        faults.append(Fault("/lines", "nothing_left", "Nothing would stay in the order. Leave some of it."))
    fresh = iter(ids)
    stay, go = [], []
    for line in whole.lines:
        if units := goes.get(line.id, 0):
            part, rest = cut(line, units, next(fresh))
            go.append((line.id, part))
            stay.append(rest)
        else:
            stay.append(unchanged(line))
    first, second = _sums(whole.order, stay, [line for _, line in go])
    shares, unpaid = share_payments(whole.payments, _due(second))
    if unpaid and not faults:
        said = "Its money was taken, or is moved right now, and cannot be divided. Wait a minute, or take goods out as a change."
        faults.append(Fault("", "not_divisible", said))
    return Plan(tuple(stay), tuple(go), first, second, shares, tuple(faults))


def _state_faults(whole: Whole) -> list[Fault]:
    order, faults = whole.order, []
    if order.state != OrderState.ACCEPTED:
        said = f"The order is {order.state}; only an accepted order is split. Release its holds first."
        faults.append(Fault("", "not_accepted", said))
    if order.shipped_at is not None:
        said = "The order has begun to leave the house. What follows later needs no order of its own."
        faults.append(Fault("", "shipped", said))
    if whole.told:
        said = "Its partner waits for the parcels of one shipment. Hold lines of it instead, so that the rest leaves first."
        faults.append(Fault("", "of_a_partner", said))
    if whole.held:
        faults.append(Fault("", "part_held", "A part of it is held. Release that first."))
    if lacks(whole):
        faults.append(Fault("", "lacking", "Goods of it are missing. Receive them, or change the order."))
    return faults


def lacks(whole: Whole) -> bool:
    """Return whether goods of an order are promised to nobody."""
    lines = {line.id: line.quantity for line in whole.lines}
    return any(one.pending + one.shipped < one.per_unit * lines[one.line_id] for one in whole.pieces)


def _line_faults(whole: Whole, asked: Split) -> list[Fault]:
    known, seen, faults = {line.id: line for line in whole.lines}, set[UUID](), []
    for i, one in enumerate(asked.lines):
        line = known.get(one.line_id)
        if line is None:
            said = f"The order has no line {one.line_id}."
            faults.append(Fault(f"/lines/{i}/line_id", "unknown_line", said))
        elif one.line_id in seen:
            said = "This line is named twice. Say it in one."
            faults.append(Fault(f"/lines/{i}/line_id", "twice", said))
        elif not 1 <= one.quantity <= line.quantity:
            said = f"{line.name} has {line.quantity} units. Split off 1 to as many."
            faults.append(Fault(f"/lines/{i}/quantity", "quantity", said))
        seen.add(one.line_id)
    return faults


def unchanged(line: Line) -> LineAfter:
    """Return a line of which nothing goes."""
    return _after(line, line.id, line.quantity, line.discount_minor, line.tax_minor, line.total_minor)


def cut(line: Line, units: int, line_id: UUID) -> tuple[LineAfter, LineAfter]:
    """Return the part of a line that goes, under a new id, and what stays; amounts add up to the line."""
    weights = (units, line.quantity - units)
    discount, tax = share(line.discount_minor, weights)[0], share(line.tax_minor, weights)[0]
    total = units * line.unit_minor - discount + tax if weights[1] else line.total_minor
    part = _after(line, line_id, units, discount, tax, total, added=True)
    rest = _after(
        line,
        line.id,
        weights[1],
        line.discount_minor - discount,
        line.tax_minor - tax,
        line.total_minor - total,
    )
    return part, rest


def _after(
    line: Line, line_id: UUID, now: int, discount: int, tax: int, total: int, *, added: bool = False
) -> LineAfter:
    was, total_was = (0, 0) if added else (line.quantity, line.total_minor)
    return LineAfter(
        line_id,
        line.sku,
        line.name,
        line.product_id,
        was,
        now,
        line.unit_minor,
        discount,
        tax,
        total_was,
        total,
        added=added,
        changed=added or now != line.quantity,
    )


def _sums(order: Order, stay: Sequence[LineAfter], go: Sequence[LineAfter]) -> tuple[Sums, Sums]:
    """Return what both come to; what is added to and taken off the whole goes by worth, without any by units."""
    worth = (sum(one.total_minor for one in stay), sum(one.total_minor for one in go))
    weights = (
        worth
        if sum(worth) > 0 and min(worth) >= 0
        else (sum(one.now for one in stay), sum(one.now for one in go))
    )
    discount, shipping, tax = (
        share(amount, weights)[1] for amount in (order.discount_minor, order.shipping_minor, order.tax_minor)
    )
    second = Sums(worth[1], discount, shipping, tax, worth[1] - discount + shipping + tax)
    first = Sums(
        worth[0],
        order.discount_minor - discount,
        order.shipping_minor - shipping,
        order.tax_minor - tax,
        order.total_minor - second.total_minor,
    )
    return first, second


def _due(sums: Sums) -> int:
    return sums.subtotal_minor - sums.discount_minor + sums.shipping_minor + sums.tax_minor


def share_payments(payments: Sequence[Payment], amount_minor: int) -> tuple[Shares, int]:
    """Return how an amount is taken over from the payments of an order, and what of it cannot be.

    A payment that fits whole moves; then parts of those that were arranged outside; the rest of a processor's promise is not
    taken for the first order, and asked anew for the second, for a promise belongs to one order.

    Args:
        payments: of the order.
        amount_minor: what the second order comes to.
    """
    left, moved = amount_minor, list[UUID]()
    twins, released = list[tuple[Payment, int]](), list[tuple[Payment, int]]()
    free = [
        one
        for one in sorted(payments, key=lambda one: (one.processor != MANUAL, one.id))
        if one.state == PaymentState.AUTHORIZED
        and one.needed_minor
        and not (one.due_minor or one.captured_minor)
    ]
    for one in free:
        if one.needed_minor <= left:
            moved.append(one.id)
            left -= one.needed_minor
    for one in free:
        if one.id in moved or not left:
            continue
        (twins if one.processor == MANUAL else released).append((one, min(left, one.needed_minor)))
        left -= min(left, one.needed_minor)
    return Shares(tuple(moved), tuple(twins), tuple(released)), left


def promises_of(
    plan: Plan, pieces: Iterable[Piece], held: Sequence[Held], order_id: UUID
) -> tuple[list[Held], list[Held]]:
    """Return the promises that pass on, and as what: whole sites of a line first, so that few parcels become more.

    Args:
        plan: the split.
        pieces: what the lines are made of.
        held: what is promised to the first order, locked.
        order_id: the second order.
    """
    target: Mapping[UUID, LineAfter] = dict(plan.go)
    old, new = [], []
    for piece in pieces:
        line = target.get(piece.line_id)
        left = line.now * piece.per_unit if line else 0
        mine = [one for one in held if (one.line_id, one.product_id) == (piece.line_id, piece.product_id)]
        for one in sorted(mine, key=lambda one: (one.quantity > left, one.quantity, one.site_id)):
            if line and (units := min(left, one.quantity)):
                old.append(replace(one, quantity=units))
                new.append(replace(one, quantity=units, order_id=order_id, line_id=line.id))
                left -= units
    return old, new


def token_of(whole: Whole, asked: Split) -> str:
    """Return the name of all that a preview of a split rests on: one short digest for each part."""
    order = whole.order
    parts = (
        [order.state, order.shipped_at, order.total_minor, order.changes, whole.told, whole.held],
        whole.lines,
        whole.pieces,
        [
            (one.id, one.state, one.amount_minor, one.captured_minor, one.released_minor)
            for one in whole.payments
        ],
        asked,
    )
    return ".".join(sha256(msgspec.json.encode(part)).hexdigest()[:12] for part in parts)
