"""Promised money is taken: in whole when the first parcel leaves, or by parts, each parcel what it comes to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from uuid import UUID

from doorstep.platform import journal
from doorstep.platform.db import Tx
from doorstep.platform.ids import new_id
from doorstep.platform.measures import money
from doorstep.platform.statements import Statements
from doorstep.stages.orders.acts.holding import hold
from doorstep.stages.orders.acts.money.accounts import account_of
from doorstep.stages.orders.model import PAYMENT, HoldReason, Payment, PaymentAct, PaymentState
from doorstep.stages.orders.model.changing import FurtherPayment
from doorstep.stages.orders.rules.parting import LineLeft, due, spread

Q = Statements("doorstep.stages.orders")
MANUAL = "manual"
ENDED = "the promise ended before the rest left"


@dataclass(frozen=True, slots=True)
class Taking:
    """A part of a payment that a parcel wants; its id is our name of it."""

    id: UUID
    amount_minor: int


async def want_capture(tx: Tx, order_ids: Sequence[UUID]) -> None:
    """Take the money of orders that leave the house, in whole or what has left of them; what is taken already stays so."""
    parted = await _want_parts(tx, order_ids)
    whole = [order_id for order_id in order_ids if order_id not in parted]
    payments = await tx.rows(Q.payments_of, Payment, ids=whole) if whole else []
    promised = [one for one in payments if one.state == PaymentState.AUTHORIZED]
    await captured(tx, [one.id for one in promised if one.processor == MANUAL])
    await journal.move(
        tx, PAYMENT, PaymentAct.WANT_CAPTURE, [one.id for one in promised if one.processor != MANUAL]
    )


async def captured(tx: Tx, payment_ids: Sequence[UUID]) -> None:
    """Write down that what the orders need of these payments was taken."""
    moves = await journal.move(tx, PAYMENT, PaymentAct.CAPTURE, payment_ids)
    if moves.moved:
        await tx.run(Q.note_captured, ids=moves.moved)


async def _want_parts(tx: Tx, order_ids: Sequence[UUID]) -> set[UUID]:
    """Want of payments what has left of orders, where money is taken by parts; return these orders."""
    lines = await tx.rows(Q.lines_left, LineLeft, ids=list(order_ids))
    by_order = {order_id: list(rows) for order_id, rows in groupby(lines, key=lambda one: one.order_id)}
    if not by_order:
        return set()
    payments = await tx.rows(Q.lock_payments_of, Payment, ids=list(by_order))
    wanted = [
        found
        for order_id, rows in by_order.items()
        for found in spread(due(rows), [one for one in payments if one.order_id == order_id])
    ]
    if wanted:
        await _ask(tx, wanted)
    return set(by_order)


async def _ask(tx: Tx, wanted: Sequence[tuple[Payment, int]]) -> None:
    ids = [new_id() for _ in wanted]
    await tx.run(
        Q.ask_takings,
        ids=ids,
        payment_ids=[one.id for one, _ in wanted],
        order_ids=[one.order_id for one, _ in wanted],
        amounts=[amount for _, amount in wanted],
    )
    manual = [taking_id for taking_id, (one, _) in zip(ids, wanted, strict=True) if one.processor == MANUAL]
    if manual:
        await taken(tx, manual)
    full = [one for one, amount in wanted if one.due_minor + amount == one.needed_minor]
    await captured(tx, [one.id for one in full if one.processor == MANUAL])
    complete = {one.id for one in full}
    now = [
        one.id
        for one, _ in wanted
        if one.processor != MANUAL
        and one.state == PaymentState.AUTHORIZED
        and (one.parts or one.id in complete)
    ]
    await journal.move(tx, PAYMENT, PaymentAct.WANT_CAPTURE, now)


async def next_part(tx: Tx, payment: Payment) -> tuple[Payment, Taking | None]:
    """Return a payment as it stands, and the part of it that is to be taken next.

    When there is none, and more of the promise is needed, the payment waits for its next parcel from here on.
    """
    locked = await tx.rows(Q.lock_payments_of, Payment, ids=[payment.order_id])
    current = next(one for one in locked if one.id == payment.id)
    owed = await tx.row(Q.owed_takings, Taking, payment_id=payment.id)
    if (
        owed is None
        and current.captured_minor < current.needed_minor
        and current.state == PaymentState.CAPTURING
    ):
        taken_so_far = {"taken": money(current.captured_minor, current.currency)}
        await journal.move(tx, PAYMENT, PaymentAct.CAPTURE_PART, [payment.id], taken_so_far)
    return current, owed


async def taken(tx: Tx, taking_ids: Sequence[UUID]) -> None:
    """Write down that parts were taken; what was written before is not counted again."""
    await tx.run(Q.note_taken, ids=list(taking_ids))


async def end_promises(tx: Tx, payments: Sequence[Payment]) -> None:
    """Let go of the rest of payments of which everything that is needed was wanted by parcels."""
    ready = [one for one in payments if one.state == PaymentState.AUTHORIZED]
    await captured(tx, [one.id for one in ready if one.processor == MANUAL])
    await journal.move(
        tx, PAYMENT, PaymentAct.WANT_CAPTURE, [one.id for one in ready if one.processor != MANUAL]
    )


async def start_anew(tx: Tx, payment_ids: Sequence[UUID]) -> None:
    """Forget what parcels wanted of promises of which nothing was taken: it is wanted of the next promise."""
    await tx.run(Q.drop_takings, ids=list(payment_ids))
    await tx.run(Q.nothing_due, ids=list(payment_ids))


async def leave_rest(tx: Tx, payments: Sequence[Payment], kept: Mapping[UUID, int], why: str) -> None:
    """Keep what parcels took of promises, and ask for the rest as a payment of its own.

    The rest is asked at once where the account keeps cards; else, and until it is promised, the order is held.

    Args:
        tx: the open transaction.
        payments: of whose promise a part was taken, or is to be taken still.
        kept: how much of each.
        why: the promise ends.
    """
    if not payments:
        return
    ids = [one.id for one in payments]
    await tx.run(Q.keep_of_payments, ids=ids, kepts=[kept[one] for one in ids])
    await tx.run(Q.drop_takings, ids=[one.id for one in payments if kept[one.id] == one.captured_minor])
    for one in payments:
        if rest := one.needed_minor - kept[one.id]:
            await _ask_rest(tx, one, rest, why)
    await journal.move(
        tx,
        PAYMENT,
        PaymentAct.WANT_CAPTURE,
        [one.id for one in payments if one.state == PaymentState.AUTHORIZED],
    )


async def _ask_rest(tx: Tx, payment: Payment, rest_minor: int, why: str) -> None:
    account = await account_of(tx, payment.order_id, payment.processor)
    renews = account is not None and account.renews and not payment.token.startswith("pi_")
    then = [PaymentAct.ASK] if renews else [PaymentAct.ASK, PaymentAct.DECLINE]
    how = FurtherPayment(processor=payment.processor, method=payment.method, token=payment.token)
    payment_id = await further_payment(tx, payment.order_id, how, rest_minor, payment.currency, then)
    if not renews:
        await tx.run(
            Q.note_answer, id=payment_id, reference=None, declined=ENDED, expires_at=None, parts=False
        )
    said = f"{payment.method} of {money(rest_minor, payment.currency)}, the rest of what was promised: {why} Ask for it again."
    await hold(tx, [payment.order_id], HoldReason.PAYMENT, said)


async def further_payment(
    tx: Tx,
    order_id: UUID,
    how: FurtherPayment,
    amount_minor: int,
    currency: str,
    then: Sequence[PaymentAct] = (),
) -> UUID:
    """Ask for one more payment of an order, of which `then` is known already; return its id."""
    born, payment_id = journal.birth(PAYMENT, then), new_id()
    await tx.run(
        Q.add_payment,
        id=payment_id,
        born_state=born.state,
        born_seq=born.seq,
        order_id=order_id,
        processor=how.processor,
        method=how.method,
        token=how.token,
        amount_minor=amount_minor,
        currency=currency,
    )
    await journal.born(tx, PAYMENT, [payment_id], then=then)
    return payment_id
