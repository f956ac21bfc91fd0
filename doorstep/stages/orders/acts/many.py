"""What is done to many orders at once, by the same acts as to one, with an answer for each of them."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from doorstep.platform.db import Tx
from doorstep.platform.statements import Statements
from doorstep.stages.orders.acts.ending import cancel
from doorstep.stages.orders.acts.holding import hold, release_hold, reserve_rest, said_missing
from doorstep.stages.orders.acts.routing.rerouting import Moved, Outcome, Question
from doorstep.stages.orders.model import Hold, HoldReason, OrderState
from doorstep.stages.orders.model.holding import Scope
from doorstep.stages.orders.model.listing import BulkAct, BulkOutcome, BulkRow, Ended

Q = Statements("doorstep.stages.orders")
FINISHED = (OrderState.CANCELED, OrderState.MERGED, OrderState.CLOSED)
Said = dict[UUID, tuple[BulkOutcome, str]]


async def act_on_many(
    tx: Tx, ids: Sequence[UUID], act: BulkAct, reason: HoldReason, note: str
) -> list[BulkRow]:
    """Hold, release or cancel orders; return what became of each, in the sequence of `ids`. What cannot be done leaves no trace.

    Args:
        tx: the open transaction.
        ids: of orders that the caller may see.
        act: anything but `source`, which is thought about outside of a transaction: see `told_moves`.
        reason: of the hold that is placed or released.
        note: why, as the history tells it.
    """
    ended = {one.id: one for one in await tx.rows(Q.how_they_ended, Ended, ids=list(ids))}
    known = [order_id for order_id in dict.fromkeys(ids) if order_id in ended]
    if act is BulkAct.HOLD:
        said = await _hold(tx, known, ended, reason, note)
    elif act is BulkAct.RELEASE:
        said = await _release(tx, known, reason, note)
    else:
        said = await _cancel(tx, known, ended, note)
    return [BulkRow(order_id, ended[order_id].number, *said[order_id]) for order_id in known]


async def _hold(
    tx: Tx, ids: Sequence[UUID], ended: Mapping[UUID, Ended], reason: HoldReason, note: str
) -> Said:
    placed = set(await hold(tx, ids, reason, note))
    said: Said = {order_id: (BulkOutcome.DONE, f"Held for {_plain(reason)}.") for order_id in placed}
    for order_id in (one for one in ids if one not in placed):
        if ended[order_id].state in FINISHED:
            said[order_id] = (
                BulkOutcome.REFUSED,
                f"It is {ended[order_id].state}; only unfinished ones can be held.",
            )
        else:
            said[order_id] = (BulkOutcome.ALREADY, f"It was held for {_plain(reason)} before.")
    return said


async def _release(tx: Tx, ids: Sequence[UUID], reason: HoldReason, note: str) -> Said:
    found = await tx.rows(Q.holds, Hold, ids=list(ids))
    open_holds = [one for one in found if one.released_at is None and one.scope == Scope.ORDER]
    having = {one.order_id for one in open_holds if one.reason == reason}
    kept = [order_id for order_id in ids if order_id in having]
    short = await reserve_rest(tx, kept) if reason is HoldReason.OUT_OF_STOCK else {}
    released = set(await release_hold(tx, [one for one in kept if one not in short], reason, note))
    others: dict[UUID, list[str]] = {}
    for one in open_holds:
        if one.reason != reason:
            others.setdefault(one.order_id, []).append(_plain(one.reason))
    said: Said = {}
    for order_id in ids:
        if order_id in short:
            said[order_id] = (BulkOutcome.REFUSED, f"Still not enough: {said_missing(short[order_id])}.")
        elif order_id not in released:
            said[order_id] = (BulkOutcome.ALREADY, f"It is not held for {_plain(reason)}.")
        elif order_id in others:
            left = ", ".join(others[order_id])
            said[order_id] = (BulkOutcome.DONE, f"Released; still held for {left}.")
        else:
            said[order_id] = (BulkOutcome.DONE, "Released; nothing holds it any more.")
    return said


async def _cancel(tx: Tx, ids: Sequence[UUID], ended: Mapping[UUID, Ended], why: str) -> Said:
    moves = await cancel(tx, ids, why)
    said: Said = dict.fromkeys(
        moves.moved, (BulkOutcome.DONE, "Canceled; its goods are free, its money goes back.")
    )
    for answer in moves.refused:
        if ended[answer.id].state == OrderState.CANCELED:
            said[answer.id] = (BulkOutcome.ALREADY, "It was canceled before.")
        elif ended[answer.id].shipped_at is not None:
            said[answer.id] = (
                BulkOutcome.REFUSED,
                "It has begun to leave the house. Take it back as a return.",
            )
        else:
            said[answer.id] = (
                BulkOutcome.REFUSED,
                f"It is {answer.was}; only unfinished ones can be canceled.",
            )
    return said


def told_moves(
    ids: Sequence[UUID], numbers: Mapping[UUID, int], asked: Question, moved: Sequence[Moved]
) -> list[BulkRow]:
    """Return what became of each order whose ways were looked at anew."""
    looked = {one.basket.order_id for one in asked.standing}
    codes = {depot.id: depot.code for depot in asked.routing.depots}
    went = {one.order_id: one for one in moved}
    rows = []
    for order_id in (one for one in dict.fromkeys(ids) if one in numbers):
        if order_id not in looked:
            outcome, said = (
                BulkOutcome.REFUSED,
                "A floor has it, or no goods are promised to it: it stays where it is.",
            )
        elif order_id not in went:
            outcome, said = BulkOutcome.ALREADY, "It leaves from where it costs least."
        elif went[order_id].outcome is Outcome.MOVED:
            sites = ", ".join(codes[site_id] for site_id in went[order_id].now)
            outcome, said = BulkOutcome.DONE, f"It leaves from {sites} now."
        else:
            outcome, said = (
                BulkOutcome.REFUSED,
                "It changed, or somebody else got the goods meanwhile. Look again.",
            )
        rows.append(BulkRow(order_id, numbers[order_id], outcome, said))
    return rows


async def numbers_of(tx: Tx, ids: Sequence[UUID], merchant_id: UUID | None) -> dict[UUID, int]:
    """Return the numbers of those orders that a caller may see."""
    return dict(await tx.tuples(Q.seen_numbers, ids=list(ids), merchant_id=merchant_id))


def _plain(reason: str) -> str:
    return str(reason).replace("_", " ")
