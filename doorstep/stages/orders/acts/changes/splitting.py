"""An order is split: units of it become a second order, with its share of the money, the goods passed on, not taken anew."""

from dataclasses import dataclass
from uuid import UUID

from doorstep.platform import journal, series
from doorstep.platform.db import Tx
from doorstep.platform.errors import Fault, Reason, Refused, invalid
from doorstep.platform.ids import new_id, new_ids
from doorstep.platform.measures import money
from doorstep.platform.statements import Statements
from doorstep.stages import inventory
from doorstep.stages.orders.acts.changes.changing import columns_of
from doorstep.stages.orders.acts.changes.money import LATER
from doorstep.stages.orders.acts.changes.standing import stand
from doorstep.stages.orders.acts.holding import hold
from doorstep.stages.orders.acts.money.taking import further_payment
from doorstep.stages.orders.acts.placing import FIRST_NUMBER
from doorstep.stages.orders.model import ORDER, HoldReason, OrderAct, PaymentAct
from doorstep.stages.orders.model.changing import FurtherPayment
from doorstep.stages.orders.model.splitting import Plan, Split, Whole
from doorstep.stages.orders.rules.changing import moved
from doorstep.stages.orders.rules.splitting import PARTS, divide, promises_of, token_of

Q = Statements("doorstep.stages.orders")


@dataclass(frozen=True, slots=True)
class SplitPreview:
    """A split as it would be done now; `token` names the state that it rests on."""

    whole: Whole
    plan: Plan
    token: str


async def preview_split(
    tx: Tx, order_id: UUID, asked: Split, merchant_id: UUID | None = None
) -> SplitPreview:
    """Return what a split would come to; nothing is written or locked.

    Raises:
        Refused: there is no such order.
    """
    whole = await stand(tx, order_id, merchant_id)
    return SplitPreview(whole, divide(whole, asked, new_ids(len(asked.lines))), token_of(whole, asked))


async def split_order(
    tx: Tx, order_id: UUID, asked: Split, token: str, merchant_id: UUID | None = None
) -> UUID:
    """Do exactly the split that was looked at, and return the second order.

    Args:
        tx: the open transaction.
        order_id: the order.
        asked: what becomes an order of its own.
        token: of the preview.
        merchant_id: only an order of this merchant.

    Raises:
        Refused: there is no such order; it moved since the preview (says what); or it cannot be split so (says why).
    """
    await tx.run(Q.lock_to_change, order_id=order_id)
    named = sorted({one.line_id for one in asked.lines})
    held = await inventory.lock_promises(tx, named)
    whole = await stand(tx, order_id, merchant_id)
    if parts := moved(token, token_of(whole, asked)):
        faults = [Fault("/token", "moved", f"Its {PARTS[i]} changed since.") for i in parts]
        raise Refused(
            Reason.CONFLICT, "The order is not as it was previewed. Look at the split again.", faults
        )
    plan, second_id = divide(whole, asked, new_ids(len(asked.lines))), new_id()
    if plan.faults:
        raise invalid(plan.faults)
    mine = [one for one in held if one.order_id == order_id]
    old, new = promises_of(plan, whole.pieces, mine, second_id)
    await inventory.hand_on(tx, old, new, "split")
    await _write(tx, whole, plan, second_id, asked.why)
    await _pay(tx, whole, plan, second_id)
    return second_id


async def _write(tx: Tx, whole: Whole, plan: Plan, second_id: UUID, why: str) -> None:
    order, first, second = whole.order, plan.first, plan.second
    then = [] if plan.shares.asked_minor else [OrderAct.ACCEPT]
    born = journal.birth(ORDER, then)
    cut = [line for line in plan.stay if line.changed]
    await tx.run(Q.change_lines, **columns_of(cut))
    await tx.run(
        Q.regroup,
        order_id=order.id,
        subtotal_minor=first.subtotal_minor,
        discount_minor=first.discount_minor,
        shipping_minor=first.shipping_minor,
        tax_minor=first.tax_minor,
        total_minor=first.total_minor,
    )
    [number] = await series.take(tx, "order", 1, start=FIRST_NUMBER)
    await tx.run(
        Q.split_off,
        id=second_id,
        order_id=order.id,
        born_state=born.state,
        born_seq=born.seq,
        number=number,
        subtotal_minor=second.subtotal_minor,
        discount_minor=second.discount_minor,
        shipping_minor=second.shipping_minor,
        tax_minor=second.tax_minor,
        total_minor=second.total_minor,
    )
    added = [line for _, line in plan.go]
    sold = {line.id: line.sold_under for line in whole.lines}
    await tx.run(
        Q.add_lines,
        order_id=second_id,
        product_ids=[line.product_id for line in added],
        skus=[line.sku for line in added],
        names=[line.name for line in added],
        sold_ass=[sold[line_id] for line_id, _ in plan.go],
        **columns_of(added),
    )
    goods = [{"sku": line.sku, "units": line.now} for line in added]
    await journal.born(tx, ORDER, [second_id], {"split_from": order.number, "why": why}, then=then)
    facts = {
        "why": why,
        "into": number,
        "lines": goods,
        "total_minor": first.total_minor,
        "currency": order.currency,
    }
    await journal.note(tx, ORDER, "split", [order.id], facts)


async def _pay(tx: Tx, whole: Whole, plan: Plan, second_id: UUID) -> None:
    """Let the second order have its share of the payments; what a processor must be asked for anew holds it."""
    shares = plan.shares
    if shares.moved:
        await tx.run(Q.move_payments, order_id=second_id, ids=list(shares.moved))
    less = [*shares.twins, *shares.released]
    if less:
        await tx.run(
            Q.release_payments, ids=[one.id for one, _ in less], amounts=[amount for _, amount in less]
        )
    for one, amount in shares.twins:
        how = FurtherPayment(processor=one.processor, method=one.method)
        await further_payment(tx, second_id, how, amount, one.currency, [PaymentAct.AUTHORIZE])
    if shares.asked_minor:
        currency = whole.order.currency
        await further_payment(tx, second_id, LATER, shares.asked_minor, currency)
        said = f"{money(shares.asked_minor, currency)} of order {whole.order.number} are not taken there since the split."
        await hold(tx, [second_id], HoldReason.PAYMENT, f"{said} Ask the customer, then say how it is paid.")
