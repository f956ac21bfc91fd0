"""What partners are owed to hear: our TA1, 997, 855, 856 and 945. Written where they are owed, delivered by a worker, or kept to be fetched."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec

from doorstep.platform import journal
from doorstep.platform.db import Tx
from doorstep.platform.ids import new_id
from doorstep.platform.statements import Statements
from doorstep.stages.orders.acts.channels.shops import parcel_owed, parcel_told
from doorstep.stages.orders.acts.edi.partners import find_partner
from doorstep.stages.orders.model.edi import CODES, Asked, Partner
from doorstep.stages.orders.rules import edi
from doorstep.stages.orders.rules.x12 import Envelope, write, write_bare

Q = Statements("doorstep.stages.orders")
TOLD = ("accepted", "held", "canceled")
"""The states of an order that a partner hears of."""

FETCHED_MAX = 200
AWAY = ("refused", "canceled")
"""What became of an order that never was ours, and its partner hears of."""


async def owe(
    tx: Tx,
    partner: Partner,
    kind: str,
    segments: Sequence[Sequence[str]],
    *,
    ref: str = "",
    status: str = "",
    interchange_id: UUID | None = None,
) -> str:
    """Write a set, or a TA1, to a partner under the next number, and owe its delivery; return its text."""
    control = await tx.value(Q.next_control, shop_id=partner.id)
    envelope = Envelope(
        sender=(partner.our_qualifier, partner.our_id),
        receiver=(partner.their_qualifier, partner.their_id),
        control=control % 1_000_000_000,
        code=CODES.get(kind, ""),
        version=partner.version,
        usage=partner.usage,
        at=tx.now,
    )
    text = write_bare(envelope, segments) if kind == "TA1" else write(envelope, kind, segments)
    sending = new_id() if partner.base_url else None
    await add_document(
        tx, partner.id, interchange_id, goes="out", kind=kind, control=str(envelope.control), ref=ref, status=status, body=text,
        sending=sending,
    )  # fmt: skip
    await journal.tell(tx, "shop", "document_owed", [sending] if sending else [])
    return text


async def add_document(tx: Tx, shop_id: UUID, interchange_id: UUID | None, **said: Any) -> None:
    """Keep a set to or from a partner."""
    row = {"ref": "", "status": "", "lines": "[]", "faults": "[]", "sending": None, **said}
    arrays = {f"{name}s": [value] for name, value in row.items()}
    await tx.run(Q.add_documents, shop_id=shop_id, interchange_id=interchange_id, ids=[new_id()], **arrays)


async def answer_judged(tx: Tx, hearings: Sequence[UUID]) -> None:
    """Tell partners what became of orders that are not ours: refused, or called off before we had them."""
    if not hearings:
        return
    for shop_id, ref, outcome, faults, order_id in await tx.tuples(
        Q.hearing_outcomes, hearings=list(hearings)
    ):
        if outcome in AWAY and order_id is None:
            await _acknowledge(tx, shop_id, ref, outcome, [one["message"] for one in faults])


async def answer_orders(tx: Tx, order_ids: list[UUID]) -> None:
    """Tell partners how their orders stand; what they were told last is not told again."""
    for shop_id, ref, state, _, notes in await tx.tuples(Q.partner_orders, order_ids=list(order_ids)):
        if state in TOLD:
            await _acknowledge(tx, shop_id, ref, state, [note for note in notes if note])


async def _acknowledge(tx: Tx, shop_id: UUID, ref: str, status: str, reasons: Sequence[str]) -> None:
    partner = await find_partner(tx, shop_id)
    kind, lines = await _asked(tx, shop_id, ref)
    if kind != "850" or "855" not in partner.documents:
        return
    if await tx.value(Q.last_word, shop_id=shop_id, ref=ref) == status:
        return
    segments = edi.purchase(ref, status, lines, reasons, tx.now)
    await owe(tx, partner, "855", segments, ref=ref, status=status)


async def _asked(tx: Tx, shop_id: UUID, ref: str) -> tuple[str, list[Asked]]:
    found = await tx.tuples(Q.asked_lines, shop_id=shop_id, ref=ref)
    if not found:
        return "", []
    return found[0][0], msgspec.convert(found[0][1], list[Asked], strict=False)


async def advise(tx: Tx, owed_ids: list[UUID]) -> None:
    """Tell partners of parcels that left: an 856 for what came as an 850, a 945 for what came as a 940."""
    for owed_id in owed_ids:
        owed = await parcel_owed(tx, owed_id)
        if owed is None or owed.told_at is not None:
            continue
        partner = await find_partner(tx, owed.shop_id)
        came_by, lines = await _asked(tx, owed.shop_id, owed.ref)
        kind, written = ("945", edi.advice) if came_by == "940" else ("856", edi.notice)
        if kind in partner.documents:
            await owe(tx, partner, kind, written(owed.ref, owed.left(""), lines, tx.now), ref=owed.ref)
        await parcel_told(tx, owed_id)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A set that waits to be delivered."""

    id: UUID
    shop_id: UUID
    kind: str
    body: str
    control: str


async def waiting(tx: Tx, sending: UUID) -> Waiting | None:
    """Return the set that one try to deliver is about, while it waits."""
    return await tx.row(Q.document_to_send, Waiting, sending=sending)


async def to_be_fetched(tx: Tx, partner_id: UUID) -> list[Waiting]:
    """Return the sets that wait for a partner, the oldest first; at most as many as one turn should carry."""
    return await tx.rows(Q.documents_to_fetch, Waiting, shop_id=partner_id, most=FETCHED_MAX)


async def sent(tx: Tx, document_id: UUID, error: str | None = None) -> None:
    """Note that a set was delivered or fetched, or why it was not."""
    await tx.run(Q.sent, id=document_id, error=error and error[:500])


async def send_again(tx: Tx, partner_id: UUID) -> int:
    """Owe all that waits for a partner anew; return how many sets that are."""
    fresh = [new_id() for _ in range(1000)]
    found = await tx.values(Q.send_again, shop_id=partner_id, sendings=fresh)
    await journal.tell(tx, "shop", "document_owed", found)
    return len(found)
