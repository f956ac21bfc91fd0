"""Orders made by hand: written down as far as they are known, judged at any time, placed once."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import msgspec
from psycopg.types.json import Jsonb

from doorstep.platform import journal
from doorstep.platform.db import Tx
from doorstep.platform.errors import Fault, Reason, Refused, invalid, unknown
from doorstep.platform.ids import new_id
from doorstep.platform.shape import faults as faults_of
from doorstep.platform.statements import Statements
from doorstep.stages.orders.acts import baskets
from doorstep.stages.orders.acts.placing import place
from doorstep.stages.orders.model import DRAFT, DraftAct, DraftState, NewOrder, Outcome, Verdict
from doorstep.stages.orders.model.baskets import Basket, BasketLine
from doorstep.stages.orders.model.drafts import DraftOrder, Judged

Q = Statements("doorstep.stages.orders")
CHANNEL = "desk"
SHOWN = 200
BODY_MAX = 500_000
FIELDS = frozenset(NewOrder.__struct_fields__) - {"merchant", "basket"}
"""What a draft may say: its merchant and its goods are kept beside it."""
Body = Mapping[str, Any]


async def make_draft(tx: Tx, merchant_id: UUID, body: Body) -> UUID:
    """Write an order down as far as it is known; nothing is checked yet, and nothing kept.

    Raises:
        Refused: it is larger than any order, or says what no order says.
    """
    draft_id = new_id()
    await tx.run(Q.make_draft, id=draft_id, merchant_id=merchant_id, body=_written(body), actor=tx.actor)
    await journal.born(tx, DRAFT, [draft_id])
    return draft_id


def _written(body: Body) -> Jsonb:
    if len(msgspec.json.encode(body)) > BODY_MAX:
        raise invalid(
            [Fault("/order", "too_long", f"A draft has at most {BODY_MAX:,} bytes. Split the order.")]
        )
    faults = [
        Fault(
            f"/order/{name[:64]}",
            "unknown_field",
            "An order has no such field. Leave it out, or mend its name.",
        )
        for name in body.keys() - FIELDS
    ]
    if faults:
        raise invalid(sorted(faults, key=lambda fault: fault.pointer))
    return Jsonb(body)


async def drafts(tx: Tx, own: UUID | None = None, state: DraftState = DraftState.OPEN) -> list[DraftOrder]:
    """Return drafts, the last changed first, two hundred at most."""
    return await tx.rows(Q.drafts, DraftOrder, own=own, state=state, most=SHOWN)


async def find_draft(tx: Tx, draft_id: UUID, own: UUID | None = None) -> DraftOrder:
    """Return a draft.

    Raises:
        Refused: there is no such draft, or it is another merchant's.
    """
    found = await tx.row(Q.draft, DraftOrder, id=draft_id, own=own)
    if found is None:
        raise unknown("draft", draft_id)
    return found


async def _open(tx: Tx, draft_id: UUID, own: UUID | None) -> DraftOrder:
    await tx.run(Q.lock_draft, id=draft_id)
    draft = await find_draft(tx, draft_id, own)
    if draft.state != DraftState.OPEN:
        raise Refused(Reason.CONFLICT, f"The draft is {draft.state}. Only an open one can be changed.")
    return draft


async def write_draft(tx: Tx, draft_id: UUID, body: Body, own: UUID | None = None) -> None:
    """Write the order anew. Goods that were kept for it are kept as they were; keep them again if it wants others.

    Raises:
        Refused: there is no such draft, or it has ended.
    """
    await _open(tx, draft_id, own)
    await tx.run(Q.write_draft, id=draft_id, body=_written(body))


async def keep_draft_goods(tx: Tx, draft_id: UUID, seconds: int, own: UUID | None = None) -> None:
    """Keep the goods that the draft wants now, for so many seconds of business time.

    Raises:
        Refused: its lines are not whole, or there is not enough; names each.
    """
    draft = await _open(tx, draft_id, own)
    lines = _lines(draft.body)
    if (basket := await _basket(tx, draft)) is not None:
        await baskets.change_basket(tx, basket.id, lines, seconds)
        return
    basket_id = await baskets.keep_goods(tx, draft.merchant_id, lines, seconds)
    await tx.run(Q.keep_for_draft, id=draft_id, basket_id=basket_id)


def _lines(body: Body) -> list[BasketLine]:
    said = [
        {name: one.get(name) for name in ("sku", "quantity")} if isinstance(one, Mapping) else one
        for one in body.get("lines") or []
    ]
    text = msgspec.json.encode({"lines": said})
    try:
        lines = msgspec.json.decode(text, type=_Kept).lines
    except msgspec.ValidationError as error:
        raise invalid(faults_of(text, _Kept) or [Fault("/lines", "invalid", str(error))]) from None
    if not lines:
        raise invalid([Fault("/lines", "missing", "Write first what is ordered.")])
    return lines


class _Kept(msgspec.Struct):
    lines: list[BasketLine]


async def _basket(tx: Tx, draft: DraftOrder) -> Basket | None:
    """Return the goods that are kept for a draft, unless their time is over."""
    if draft.basket_id is None:
        return None
    try:
        basket = await baskets.find_basket(tx, draft.basket_id)
    except Refused:
        return None
    return basket if basket.until > tx.now else None


async def judge_draft(tx: Tx, draft: DraftOrder) -> Judged:
    """Say what would become of a draft if it were placed now; nothing is written."""
    basket = await _basket(tx, draft)
    asked = _order(draft, basket)
    if not isinstance(asked, NewOrder):
        return Judged(asked, (), basket)
    async with tx.connection.transaction(force_rollback=True):
        (verdict,) = await place(tx, [asked], own=draft.merchant_id)
    return Judged(verdict.faults, verdict.holds, basket)


def _order(draft: DraftOrder, basket: Basket | None) -> NewOrder | list[Fault]:
    """Return the order that a draft means, or what keeps it from having an order's shape."""
    body = {"channel": CHANNEL, **draft.body, "merchant": draft.merchant}
    if basket is not None:
        body["basket"] = str(basket.id)
    text = msgspec.json.encode(body)
    try:
        asked = msgspec.json.decode(text, type=NewOrder)
    except msgspec.ValidationError as error:
        return faults_of(text, NewOrder) or [Fault("", "invalid", str(error))]
    wrong = [
        Fault(
            f"/payments/{i}/processor",
            "not_by_hand",
            "An order made by hand is paid by arrangement: use manual.",
        )
        for i, payment in enumerate(asked.payments)
        if payment.processor != "manual"
    ]
    return wrong or asked


async def place_draft(tx: Tx, draft_id: UUID, own: UUID | None = None) -> Verdict:
    """Place a draft: once, however often and by how many at once it is asked. What is kept for it is the order's then.

    Returns:
        The verdict on the order. A refused one leaves the draft open, with what was kept for it; one that was placed before
        is answered as a duplicate.

    Raises:
        Refused: there is no such draft, or it was dropped.
    """
    await tx.run(Q.lock_draft, id=draft_id)
    draft = await find_draft(tx, draft_id, own)
    if draft.state == DraftState.PLACED:
        return Verdict(Outcome.DUPLICATE, draft.order_id, draft.order_number)
    await _open(tx, draft_id, own)
    asked = _order(draft, await _basket(tx, draft))
    if not isinstance(asked, NewOrder):
        return Verdict(Outcome.REFUSED, faults=asked)
    (verdict,) = await place(tx, [asked], own=draft.merchant_id)
    if verdict.order_id is None or verdict.outcome is Outcome.REFUSED:
        return verdict
    await tx.run(Q.end_draft, id=draft_id, order_id=verdict.order_id)
    await journal.move_all(tx, DRAFT, DraftAct.PLACE, [draft_id], {"order_id": verdict.order_id})
    return verdict


async def drop_draft(tx: Tx, draft_id: UUID, own: UUID | None = None) -> None:
    """Give a draft up; what was kept for it is free again.

    Raises:
        Refused: there is no such draft, or it has ended.
    """
    draft = await _open(tx, draft_id, own)
    if (basket := await _basket(tx, draft)) is not None:
        await baskets.drop_basket(tx, basket.id)
    await tx.run(Q.end_draft, id=draft_id, order_id=None)
    await journal.move_all(tx, DRAFT, DraftAct.DROP, [draft_id])


def summary(draft: DraftOrder) -> tuple[str, int]:
    """Return whom a draft is for, and how many lines it has."""
    to: Any = draft.body.get("ship_to")
    lines: Any = draft.body.get("lines")
    name = to.get("name") if isinstance(to, Mapping) else None
    return str(name or "")[:200], len(lines) if isinstance(lines, Sequence) else 0
