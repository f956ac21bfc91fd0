"""What shops tell of their orders, by call or by poll: the newest telling counts, and is folded into the state here.

Twice, late, in another sequence or missed for an hour: a telling that is not newer changes nothing, and each tells the whole
order, so that the state follows from the newest one alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from doorstep.platform import journal
from doorstep.platform.db import Tx, columns
from doorstep.platform.errors import Fault
from doorstep.platform.ids import new_id
from doorstep.platform.shape import faults as faults_of
from doorstep.platform.statements import Statements
from doorstep.stages.orders.acts.edi import answering
from doorstep.stages.orders.acts.ending import cancel, note_oddity
from doorstep.stages.orders.acts.holding import hold_each, release_hold
from doorstep.stages.orders.acts.looking import fetch_orders
from doorstep.stages.orders.acts.placing import place
from doorstep.stages.orders.model import HoldReason, NewOrder, Order, Outcome, Verdict
from doorstep.stages.orders.model.shops import PROGRESS, Heard, Said, ShopKind, ShopOutcome, Telling
from doorstep.stages.orders.ports.channels import CONFIRMING, PORTS
from doorstep.stages.orders.rules.edi import read_back

Q = Statements("doorstep.stages.orders")
AGAIN_AFTER = timedelta(minutes=10)
AGAIN_AT_ONCE = 200
KEPT = timedelta(days=7)
UNPAID = "The shop waits for the customer's payment."


@dataclass(frozen=True, slots=True)
class Call:
    """A call of a shop; its name is the same whenever it is repeated."""

    shop_id: UUID
    call_id: str
    tellings: Sequence[Telling]


async def take_calls(tx: Tx, calls: Sequence[Call]) -> None:
    """Take calls of shops; those that were taken before change nothing."""
    unique = {(one.shop_id, one.call_id): one for one in calls}
    fresh = await tx.tuples(
        Q.called, shop_ids=[key[0] for key in unique], call_ids=[key[1] for key in unique]
    )
    await tx.run(Q.heard_of, ids=list({one.shop_id for one in calls}))
    for shop_id, call_id in fresh:
        await hear(tx, shop_id, unique[shop_id, call_id].tellings, "call")


async def hear(tx: Tx, shop_id: UUID, tellings: Sequence[Telling], via: str) -> int:
    """Keep the newest telling of each order and owe its folding; return how many were new."""
    newest: dict[str, Telling] = {}
    for one in tellings:
        before = newest.get(one.heard.ref)
        if before is None or _age(before.heard) < _age(one.heard):
            newest[one.heard.ref] = one
    kept = list(newest.values())
    new = await tx.values(
        Q.hear,
        shop_ids=[shop_id for _ in kept],
        refs=[one.heard.ref for one in kept],
        hearings=[new_id() for _ in kept],
        showns=[one.heard.shown[:64] for one in kept],
        versions=[one.heard.version for one in kept],
        progresss=[PROGRESS[one.heard.said] for one in kept],
        bodys=[one.body.replace("\\u0000", "").replace("\x00", "") for one in kept],
        vias=[via for _ in kept],
        lasts=[one.last for one in kept],
    )
    await journal.tell(tx, "shop", "heard", new)
    return len(new)


def _age(heard: Heard) -> tuple[Any, int]:
    return heard.version, PROGRESS[heard.said]


async def hear_again(tx: Tx, shop_id: UUID, ref: str | None = None) -> int:
    """Judge refused orders of a shop anew: those that wait for ten minutes, or the one that a person names."""
    fresh = [new_id() for _ in range(1 if ref else AGAIN_AT_ONCE)]
    found = await tx.values(
        Q.hear_again, shop_id=shop_id, before=tx.now - AGAIN_AFTER, ref=ref, hearings=fresh
    )
    await journal.tell(tx, "shop", "heard", found)
    return len(found)


async def forget_calls(tx: Tx, _subjects: list[UUID]) -> None:
    """Forget the names of calls that nobody repeats any more."""
    await tx.run(Q.forget_calls, before=tx.now - KEPT)


@dataclass(frozen=True, slots=True)
class _Row:
    """A telling that is to be folded, and what was known of its order."""

    shop_id: UUID
    ref: str
    hearing: UUID
    shown: str
    body: str
    outcome: str | None
    order_id: UUID | None
    kind: str
    code: str
    merchant_id: UUID
    merchant: str


@dataclass(slots=True)
class _Fold:
    """What becomes of one telling."""

    row: _Row
    heard: Heard
    outcome: ShopOutcome = ShopOutcome.NOTHING
    order_id: UUID | None = None
    faults: list[Fault] = field(default_factory=list)

    @property
    def hearing(self) -> UUID:
        """Which telling it is."""
        return self.row.hearing


async def fold(tx: Tx, hearings: list[UUID]) -> None:
    """Bring our orders to where the newest tellings of their shops say they are."""
    rows = await tx.rows(Q.hold_hearings, _Row, hearings=hearings)
    folds = [_Fold(row, _understood(row), order_id=row.order_id) for row in rows if row.body]
    for one in folds:
        if one.heard.said is Said.DONE:
            one.outcome = ShopOutcome(one.row.outcome or "done") if one.order_id else ShopOutcome.DONE
    await _end(tx, [one for one in folds if one.heard.said is Said.GONE])
    await _doubt_done(tx, [one for one in folds if one.heard.said is Said.DONE and one.order_id])
    await _bring_in(tx, [one for one in folds if one.heard.said in (Said.WAITING, Said.READY)])
    await tx.run(
        Q.folded,
        **columns(folds, "hearing", "order_id"),
        outcomes=[str(one.outcome) for one in folds],
        faultss=[msgspec.json.encode([_said(fault) for fault in one.faults]).decode() for one in folds],
    )
    awaited = [one.hearing for one in folds if one.row.kind in CONFIRMING and one.heard.said is Said.READY]
    owed = await tx.values(Q.owe_confirmations, hearings=awaited, confirmings=[new_id() for _ in awaited])
    await journal.tell(tx, "shop", "taken", owed)
    await answering.answer_judged(tx, [one.hearing for one in folds if one.row.kind == ShopKind.EDI])


def _understood(row: _Row) -> Heard:
    if row.kind == ShopKind.EDI:
        return read_back(row.body)
    return PORTS[row.kind].read(row.body, first=row.order_id is None)


def _said(fault: Fault) -> dict[str, str]:
    return {"pointer": fault.pointer, "code": fault.code, "message": fault.message}


@dataclass(frozen=True, slots=True)
class _Carrier:
    """An order that carries what was sold under `sold_as`, `alone` if nothing else: splits and merges move lines."""

    sold_as: UUID
    order_id: UUID
    alone: bool


async def _carriers(tx: Tx, folds: Sequence[_Fold]) -> list[_Carrier]:
    ids = [one.order_id for one in folds if one.order_id]
    return await tx.rows(Q.carriers, _Carrier, order_ids=ids) if ids else []


async def _end(tx: Tx, folds: Sequence[_Fold]) -> None:
    """Cancel what is gone at its shop; what has begun to leave the house is told apart in its history.

    An order that carries something of another one too is held, until somebody has taken out what is gone.
    """
    ours = {one.order_id: one for one in folds if one.order_id}
    carriers = await _carriers(tx, folds)
    whole = {one.order_id: ours[one.sold_as] for one in carriers if one.alone}
    moves = await cancel(tx, list(whole), "canceled at the shop") if whole else None
    for one in folds:
        one.outcome = ShopOutcome.CANCELED
    await _hold_shared(tx, [one for one in carriers if not one.alone], ours)
    for answer in moves.refused if moves else ():
        if answer.was == "canceled":
            continue
        one = whole[answer.id]
        one.outcome = ShopOutcome.CHANGED
        message = f"The shop canceled it, but here it is {answer.was} and on its way. Let it arrive, and take it back as a return."
        one.faults.append(Fault("", "left_already", message))
        await note_oddity(tx, answer.id, {"what": message})


async def _hold_shared(tx: Tx, carriers: Sequence[_Carrier], ours: Mapping[UUID, _Fold]) -> None:
    ids = {one for carrier in carriers for one in (carrier.sold_as, carrier.order_id)}
    orders = {order.id: order for order in await fetch_orders(tx, sorted(ids))}
    wanted = []
    for one in carriers:
        message = f"The shop canceled order {orders[one.sold_as].number}, which travels with this one. Take its lines out as a change."
        told = ours[one.sold_as]
        told.outcome = ShopOutcome.CHANGED
        told.faults.append(Fault("", "travels_with_another", message))
        if orders[one.order_id].shipped_at is not None:
            await note_oddity(tx, one.order_id, {"what": message})
        else:
            wanted.append((one.order_id, HoldReason.MANUAL, message))
    await hold_each(tx, wanted)


async def _doubt_done(tx: Tx, folds: Sequence[_Fold]) -> None:
    """Hold what a shop counts as shipped while it is still here: somebody may have shipped it elsewhere."""
    wanted = []
    for one, order in await _carried(tx, folds):
        if order.shipped_at is None and order.state not in ("canceled", "closed"):
            message = "The shop counts it as shipped, and it is still here. Cancel it, or release the hold to ship it."
            one.outcome = ShopOutcome.CHANGED
            one.faults.append(Fault("", "shipped_elsewhere", message))
            wanted.append((order.id, HoldReason.MANUAL, message))
    await hold_each(tx, wanted)


async def _carried(tx: Tx, folds: Sequence[_Fold]) -> list[tuple[_Fold, Order]]:
    """Return the orders that carry now what the shop sold, each with what the shop said."""
    ours = {one.order_id: one for one in folds if one.order_id}
    carriers = await _carriers(tx, folds)
    orders = {order.id: order for order in await fetch_orders(tx, [one.order_id for one in carriers])}
    return [(ours[one.sold_as], orders[one.order_id]) for one in carriers]


async def _bring_in(tx: Tx, folds: Sequence[_Fold]) -> None:
    """Place the orders that may be shipped or wait for payment, through the same door as all others."""
    asked: list[tuple[_Fold, NewOrder]] = []
    for one in folds:
        order = _order(one, tx.now)
        if isinstance(order, NewOrder):
            asked.append((one, order))
        elif order:
            one.outcome, one.faults = ShopOutcome.REFUSED, order
    verdicts = await place(tx, [order for _, order in asked], imports=True)
    for (one, _), verdict in zip(asked, verdicts, strict=True):
        _judge(one, verdict)
    await _hold_unpaid(
        tx,
        [
            one
            for (one, _), v in zip(asked, verdicts, strict=True)
            if v.outcome in (Outcome.CREATED, Outcome.HELD)
        ],
    )
    await _release_paid(tx, [one for one, _ in asked if one.order_id and one.heard.said is Said.READY])
    await _hold_changed(tx, [one for one, _ in asked if one.outcome is ShopOutcome.CHANGED])


def _order(one: _Fold, now: datetime) -> NewOrder | list[Fault]:
    """Return the order as our API would be sent it, or everything that is wrong with it; an empty list when there is nothing to ship."""
    if one.heard.faults:
        return list(one.heard.faults)
    if not one.heard.asked:
        return []
    placed_at = min(one.heard.asked.get("placed_at") or now, now)  # a shop's clock may be ahead of ours
    asked = {
        **one.heard.asked,
        "placed_at": placed_at,
        "merchant": one.row.merchant,
        "channel": one.row.code,
        "external_ref": one.heard.ref,
    }
    try:
        return msgspec.convert(asked, NewOrder)
    except msgspec.ValidationError as error:
        found = faults_of(msgspec.json.encode(asked), NewOrder)
        return [_named(fault) for fault in found] or [Fault("", "invalid", str(error))]


def _named(fault: Fault) -> Fault:
    """Return a fault of shape in words of the shop: most often a product there has no article number."""
    if not fault.pointer.endswith("/sku"):
        return fault
    line = int(fault.pointer.split("/")[2]) + 1
    message = f"Line {line} has no SKU at the shop. Give its product one there, and save the order again."
    return Fault(fault.pointer, "missing_sku", message)


def _judge(one: _Fold, verdict: Verdict) -> None:
    one.order_id = verdict.order_id or one.order_id
    one.faults = list(verdict.faults)
    if verdict.conflict:
        one.outcome = ShopOutcome.CHANGED
    elif verdict.outcome is Outcome.REFUSED:
        one.outcome = ShopOutcome.REFUSED
    elif verdict.outcome is Outcome.DUPLICATE:
        one.outcome = (
            ShopOutcome(one.row.outcome) if one.row.outcome in ("created", "held") else ShopOutcome.CREATED
        )
        if verdict.state == "canceled":
            one.outcome = ShopOutcome.CANCELED
            one.faults = [
                Fault("", "canceled_here", "It is canceled here. To ship it after all, order it anew.")
            ]
    else:
        one.outcome = ShopOutcome(str(verdict.outcome))


async def _hold_unpaid(tx: Tx, folds: Sequence[_Fold]) -> None:
    unpaid = [one for one in folds if one.heard.said is Said.WAITING and one.order_id]
    for one in unpaid:
        one.outcome = ShopOutcome.HELD
    await hold_each(tx, [(one.order_id, HoldReason.PAYMENT, UNPAID) for one in unpaid if one.order_id])


async def _release_paid(tx: Tx, folds: Sequence[_Fold]) -> None:
    waiting = await tx.values(Q.payment_held, order_ids=[one.order_id for one in folds])
    if waiting:
        await release_hold(tx, waiting, HoldReason.PAYMENT, "paid at the shop")
    for one in folds:
        if one.order_id in waiting and one.outcome is ShopOutcome.HELD:
            one.outcome = ShopOutcome.CREATED


async def _hold_changed(tx: Tx, folds: Sequence[_Fold]) -> None:
    """Hold orders that their shop changed after they came, until a person has looked; what left already is only noted."""
    wanted = []
    for one, order in await _carried(tx, folds):
        note = "Changed at the shop: " + " ".join(fault.message for fault in one.faults)
        if order.shipped_at is not None:
            await note_oddity(tx, order.id, {"what": note[:500]})
        else:
            wanted.append((order.id, HoldReason.MANUAL, note[:500]))
    await hold_each(tx, wanted)
