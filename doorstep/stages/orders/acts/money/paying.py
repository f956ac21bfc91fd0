"""What is written about money. The processor itself is called by `jobs`, between a wish and an answer written here."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from doorstep.platform import journal
from doorstep.platform.db import Tx
from doorstep.platform.errors import Reason, Refused
from doorstep.platform.ids import new_id
from doorstep.platform.measures import money
from doorstep.platform.statements import Statements
from doorstep.stages.orders import rules
from doorstep.stages.orders.acts.holding import accept_ready, claim, hold, release_hold
from doorstep.stages.orders.acts.money.taking import MANUAL, leave_rest, start_anew, want_capture
from doorstep.stages.orders.model import (
    PAYMENT,
    REFUND,
    HoldReason,
    OrderState,
    Payment,
    PaymentAct,
    PaymentState,
    Refund,
    RefundAct,
    RefundAsk,
)
from doorstep.stages.orders.rules.parting import TAKEABLE

Q = Statements("doorstep.stages.orders")
LAPSES_BEFORE = timedelta(hours=12)
LAPSES_MAX = 500
PROMISED = frozenset({PaymentState.AUTHORIZED, PaymentState.CAPTURING, PaymentState.CAPTURED})


async def fetch_payment(tx: Tx, payment_id: UUID) -> Payment:
    """Return a payment.

    Raises:
        Refused: there is none.
    """
    found = await tx.row(Q.payments, Payment, ids=[payment_id])
    if found is None:
        raise Refused(Reason.UNKNOWN, f"There is no payment {payment_id} here.")
    return found


async def fetch_refund(tx: Tx, refund_id: UUID) -> Refund:
    """Return a refund.

    Raises:
        Refused: there is none.
    """
    found = await tx.row(Q.refunds, Refund, ids=[refund_id], order_ids=[])
    if found is None:
        raise Refused(Reason.UNKNOWN, f"There is no refund {refund_id} here.")
    return found


async def begin(tx: Tx, payment: Payment, called_at: datetime) -> bool:
    """Note that the processor is about to be asked; False when that was noted before, so that its answer may be lost."""
    if payment.asked_at is not None:
        return False
    await tx.run(Q.note_asked, ids=[payment.id], called_at=called_at)
    return True


async def not_begun(tx: Tx, payment_id: UUID) -> None:
    """Note that the processor did nothing when it was asked."""
    await tx.run(Q.forget_asked, ids=[payment_id])


async def authorized(
    tx: Tx,
    payment_id: UUID,
    reference: str | None,
    expires_at: datetime | None = None,
    *,
    parts: bool = False,
) -> None:
    """Write down that money is promised; accept the order if nothing else keeps it; give it back if the order needs it no more.

    Of an order that has left already, the money is taken at once.

    Args:
        tx: the open transaction.
        payment_id: the payment.
        reference: the processor's name of it.
        expires_at: when the promise ends by itself.
        parts: it can be taken in several parts.
    """
    await tx.run(
        Q.note_answer,
        id=payment_id,
        reference=reference,
        declined=None,
        expires_at=expires_at,
        parts=parts,
    )
    moves = await journal.move(tx, PAYMENT, PaymentAct.AUTHORIZE, [payment_id])
    if not moves.moved:
        return
    payment = await fetch_payment(tx, payment_id)
    if not payment.needed_minor:
        await want_void_of(tx, [payment])
    others = await tx.rows(Q.payments_of, Payment, ids=[payment.order_id])
    state = dict(await tx.tuples(Q.states, ids=[payment.order_id]))[payment.order_id]
    if state == OrderState.CANCELED:
        await want_void(tx, [payment.order_id])
    elif all(one.state in PROMISED for one in others if one.needed_minor):
        await claim(tx, [payment.order_id])
        await release_hold(tx, [payment.order_id], HoldReason.PAYMENT, "The payment is authorized.")
        await accept_ready(tx, [payment.order_id])
        await want_capture(tx, await tx.values(Q.shipped_of, ids=[payment.order_id]))


async def declined(tx: Tx, payment_id: UUID, code: str) -> None:
    """Write down that the processor declined, and hold the order until another way to pay is found."""
    await tx.run(Q.note_answer, id=payment_id, reference=None, declined=code, expires_at=None, parts=False)
    moves = await journal.move(tx, PAYMENT, PaymentAct.DECLINE, [payment_id], {"code": code})
    if moves.moved:
        payment = await fetch_payment(tx, payment_id)
        said = f"{payment.method} of {money(payment.amount_minor, payment.currency)} was declined: {code.replace('_', ' ')}."
        await hold(tx, [payment.order_id], HoldReason.PAYMENT, said)


async def doubted(tx: Tx, payment_id: UUID, why: str) -> None:
    """Write down that nobody knows whether the processor did it; it will be asked by our reference before anything else."""
    await journal.move(tx, PAYMENT, PaymentAct.DOUBT, [payment_id], {"why": why})


async def lapsed(tx: Tx, payment_ids: Sequence[UUID], why: str, *, lives: bool = False) -> list[UUID]:
    """Write down that promises hold no more, and hold their orders until the money is promised anew; return which.

    What is still left of a promise is given back before it is asked for again. What parcels took of it stays taken, and only
    the rest is asked for, as a payment of its own.

    Args:
        tx: the open transaction.
        payment_ids: the payments.
        why: the promises hold no more.
        lives: they still hold for a while, so that what parcels want of them is taken first.
    """
    found = await tx.rows(Q.payments, Payment, ids=list(payment_ids))
    kept = {one.id: one.due_minor if lives else one.captured_minor for one in found}
    parted = [one for one in found if kept[one.id] and one.state in TAKEABLE]
    await leave_rest(tx, parted, kept, why)
    rest = [one.id for one in found if not kept[one.id]]
    moves = await journal.move(tx, PAYMENT, PaymentAct.LAPSE, rest, {"why": why})
    if wanted := [one.id for one in found if one.due_minor and one.id in moves.moved]:
        await start_anew(tx, wanted)
    for one in await tx.rows(Q.payments, Payment, ids=moves.moved):
        said = f"{one.method} of {money(one.amount_minor, one.currency)}: {why} Ask for it again, or cancel the order."
        await hold(tx, [one.order_id], HoldReason.PAYMENT, said)
    return moves.moved


async def lapse(tx: Tx, _subjects: object = None) -> None:
    """See promises that end within half a day before they do."""
    ids = await tx.values(Q.lapsing, before=tx.now + LAPSES_BEFORE, most=LAPSES_MAX)
    await lapsed(tx, ids, "the promise ends before the order has left.", lives=True)


async def hold_disputed(tx: Tx, payment_ids: Sequence[UUID]) -> None:
    """Hold orders whose payment the customer disputes, so that nothing more of them leaves."""
    found = await tx.rows(Q.payments, Payment, ids=list(payment_ids))
    said = "The customer disputes the payment. Answer the dispute at the processor before anything leaves."
    await hold(tx, sorted({one.order_id for one in found}), HoldReason.FRAUD, said)


async def ask_again(
    tx: Tx, payment_ids: Sequence[UUID], token: str | None = None, *, anew: bool = False
) -> list[UUID]:
    """Ask the processor again for payments that it declined, or that turned out never to have reached it.

    Args:
        tx: the open transaction.
        payment_ids: the payments.
        token: another one from the shop.
        anew: under a new name of ours, because it is certain that the old one never was done.

    Returns:
        Those that are asked again.
    """
    before = {payment.id: payment for payment in await tx.rows(Q.payments, Payment, ids=list(payment_ids))}
    moves = await journal.move(tx, PAYMENT, PaymentAct.RETRY, payment_ids)
    renewed = [one for one in moves.moved if anew or before[one].state != PaymentState.UNKNOWN]
    if renewed:
        await tx.run(Q.next_attempt, ids=renewed, token=token)
    never = [one for one in moves.moved if one not in renewed]
    if never:
        await tx.run(Q.forget_asked, ids=never)
    await journal.move(tx, PAYMENT, PaymentAct.ASK, moves.moved)
    return moves.moved


async def retry(tx: Tx, payment: Payment, token: str | None) -> None:
    """Ask again for one payment that was declined, or whose promise lapsed.

    Raises:
        Refused: it was neither, or the order needs nothing of it any more.
    """
    if payment.state not in (PaymentState.DECLINED, PaymentState.LAPSED):
        raise Refused(
            Reason.CONFLICT,
            f"The payment is {payment.state}; only a declined or lapsed one can be asked for again.",
        )
    if not payment.needed_minor:
        raise Refused(Reason.CONFLICT, "The order was changed: nothing of this payment is needed any more.")
    await ask_again(tx, [payment.id], token)


async def want_void(tx: Tx, order_ids: Sequence[UUID]) -> None:
    """Give promises of canceled orders back; what no processor knows of is void at once.

    A payment that is being asked for at this moment is given back when the answer comes.
    """
    await want_void_of(tx, await tx.rows(Q.payments_of, Payment, ids=list(order_ids)))


async def want_void_of(tx: Tx, payments: Sequence[Payment]) -> None:
    """Give single promises back, as `want_void` does with all of an order."""
    ours = [one.id for one in payments if one.processor == MANUAL]
    await journal.move(tx, PAYMENT, PaymentAct.VOID, ours)
    theirs = [
        one.id
        for one in payments
        if one.processor != MANUAL
        and one.state
        in {PaymentState.OWED, PaymentState.AUTHORIZED, PaymentState.UNKNOWN, PaymentState.LAPSED}
    ]
    await journal.move(tx, PAYMENT, PaymentAct.WANT_VOID, theirs)


async def voided(tx: Tx, payment_id: UUID) -> None:
    """Write down that a promise was given back."""
    await journal.move(tx, PAYMENT, PaymentAct.VOID, [payment_id])


async def refund(tx: Tx, asks: Sequence[RefundAsk]) -> list[UUID]:
    """Give money back, at most what was taken, the last payment of an order first.

    Returns:
        The ids of the refunds; an ask that came before under its reference adds none.

    Raises:
        Refused: more is asked than was taken and not yet given back.
    """
    order_ids = [ask.order_id for ask in asks]
    payments = {one.id: one for one in await tx.rows(Q.lock_payments_of, Payment, ids=order_ids)}
    before = set(await tx.tuples(Q.refunds_asked, ids=order_ids))
    found: list[tuple[UUID, UUID, RefundAsk, int]] = []
    for ask in asks:
        if (ask.order_id, ask.reference) in before:
            continue
        before.add((ask.order_id, ask.reference))
        parts = rules.shares(
            ask.amount_minor, [one for one in payments.values() if one.order_id == ask.order_id]
        )
        if parts is None or ask.amount_minor <= 0:
            raise Refused(
                Reason.CONFLICT,
                f"{ask.amount_minor} cannot be given back: less was taken, or it was given back before. Ask for less.",
            )
        for payment_id, amount in parts:
            one = payments[payment_id]
            payments[payment_id] = replace(one, refunded_minor=one.refunded_minor + amount)
            found.append((new_id(), payment_id, ask, amount))
    if found:
        await _write_refunds(tx, found, payments)
    return [refund_id for refund_id, _, _, _ in found]


async def _write_refunds(
    tx: Tx, found: Sequence[tuple[UUID, UUID, RefundAsk, int]], payments: dict[UUID, Payment]
) -> None:
    ids = [refund_id for refund_id, _, _, _ in found]
    await tx.run(
        Q.ask_refunds,
        ids=ids,
        payment_ids=[payment_id for _, payment_id, _, _ in found],
        order_ids=[ask.order_id for _, _, ask, _ in found],
        amounts=[amount for _, _, _, amount in found],
        reasons=[ask.reason for _, _, ask, _ in found],
        references=[ask.reference for _, _, ask, _ in found],
    )
    await journal.born(tx, REFUND, ids)
    ours = [one[0] for one in found if payments[one[1]].processor == MANUAL]
    await refunded(tx, ours)


async def found_refunded(tx: Tx, payment_id: UUID, total_minor: int) -> None:
    """Write down what was given back at the processor itself, past us."""
    payment = await fetch_payment(tx, payment_id)
    locked = {one.id: one for one in await tx.rows(Q.lock_payments_of, Payment, ids=[payment.order_id])}
    amount = min(total_minor, locked[payment_id].captured_minor) - locked[payment_id].refunded_minor
    if amount <= 0:
        return
    ask = RefundAsk(payment.order_id, amount, "given back at the processor", f"outside-{total_minor}")
    refund_id = new_id()
    await _write_refunds(tx, [(refund_id, payment_id, ask, amount)], {payment_id: locked[payment_id]})
    await refunded(tx, [refund_id])


async def refunded(tx: Tx, refund_ids: Sequence[UUID]) -> None:
    """Write down that money was given back."""
    await journal.move(tx, REFUND, RefundAct.REFUND, refund_ids)


async def refund_refused(tx: Tx, refund_id: UUID, why: str) -> None:
    """Write down that the processor will not give this back; the amount can be given back in another way."""
    moves = await journal.move(tx, REFUND, RefundAct.REFUSE, [refund_id], {"why": why})
    if moves.moved:
        await tx.run(Q.undo_refund, id=refund_id)
