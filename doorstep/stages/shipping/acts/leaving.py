"""The hand-over: parcels leave the house, the goods with them, and the money is asked for."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from doorstep.platform import journal
from doorstep.platform.db import Tx
from doorstep.platform.statements import Statements
from doorstep.stages import orders, warehouse
from doorstep.stages.shipping.acts.manifests import close, list_on
from doorstep.stages.shipping.model import LABEL, HandOver, LabelState, Verdict
from doorstep.stages.shipping.rules.numbers import scanned

Q = Statements("doorstep.stages.shipping")
MANIFEST_CODE = re.compile(r"M([0-9]{1,18})")


@dataclass(frozen=True, slots=True)
class Leaving:
    """A label at the dock."""

    id: UUID
    state: str
    parcel_id: UUID
    order_id: UUID
    site_id: UUID
    carrier_id: UUID | None
    tracking_number: str | None
    handed_over_at: datetime | None
    manifest_id: UUID | None
    parcel_number: int
    order_number: int
    order_state: str
    part_held: bool


@dataclass(frozen=True, slots=True)
class _Found:
    code: str
    label_id: UUID


async def hand_over(tx: Tx, codes: Sequence[str]) -> list[HandOver]:
    """Hand over what was scanned, and answer per code, in order.

    A code is a tracking number, an SSCC as any scanner spells it, a label's id, or a manifest's number (`M1001`), which stands
    for everything on it and lets its truck leave. Scanning again is harmless. A parcel whose order was canceled or is held stays.

    Args:
        tx: the open transaction; parcels, orders and payments move in it together.
        codes: as they were scanned.
    """
    plain = {code: scanned(code) for code in codes}
    manifests = {
        code: int(found[1]) for code, text in plain.items() if (found := MANIFEST_CODE.fullmatch(text))
    }
    single = [text for code, text in plain.items() if code not in manifests]
    by_code = await _find(tx, single)
    whole = await tx.values(Q.manifest_labels, numbers=list(manifests.values())) if manifests else []
    ids = {label_id for found in by_code.values() for label_id in found} | set(whole)
    await tx.run(Q.lock_orders_leaving, ids=sorted(ids))
    leaving = await tx.rows(Q.lock_leaving, Leaving, ids=sorted(ids))
    answers = await _let_go(tx, {one.id: one for one in leaving})
    said = {}
    for code, text in plain.items():
        if code in manifests:
            said[code] = await _leave(tx, code, manifests[code], [answers[i] for i in whole if i in answers])
        else:
            said[code] = _answer(code, [answers[i] for i in by_code.get(text, ()) if i in answers])
    return [said[code] for code in codes]


async def _find(tx: Tx, texts: Sequence[str]) -> dict[str, list[UUID]]:
    found: dict[str, list[UUID]] = {}
    rows = await tx.rows(Q.find_codes, _Found, codes=list(texts), ids=[_uuid(text) for text in texts])
    for row in rows:
        found.setdefault(row.code, []).append(row.label_id)
    return found


def _uuid(text: str) -> UUID | None:
    return UUID(text) if re.fullmatch(r"[0-9A-F]{32}", text) else None


async def _let_go(tx: Tx, leaving: dict[UUID, Leaving]) -> dict[UUID, HandOver]:
    """Move everything that may leave, and answer per label."""
    answers = {one.id: answer for one in leaving.values() if (answer := _stopped(one))}
    free = [one for one in leaving.values() if one.id not in answers]
    refused = set(await orders.start_shipping(tx, sorted({one.order_id for one in free}))) if free else set()
    for one in free:
        if one.order_id in refused:
            answers[one.id] = _says(one, Verdict.STOPPED, "may not be shipped. Put the parcel aside")
    free = [one for one in free if one.id not in answers]
    gone = set((await warehouse.hand_over(tx, [one.parcel_id for one in free])).moved) if free else set()
    for one in free:
        if one.parcel_id not in gone:
            answers[one.id] = _says(one, Verdict.STOPPED, "is not packed any more. Put the parcel aside")
    free = [one for one in free if one.parcel_id in gone]
    if free:
        ids = [one.id for one in free]
        listed = await list_on(tx, [(one.id, one.site_id, one.carrier_id) for one in free if one.carrier_id])
        await tx.run(Q.mark_handed_over, ids=ids)
        await journal.note(tx, LABEL, "handed_over", ids, {i: {"manifest": listed[i]} for i in ids})
        await orders.want_capture(tx, sorted({one.order_id for one in free}))
    answers |= {one.id: _says(one, Verdict.HANDED_OVER, "has left") for one in free}
    return answers


def _stopped(one: Leaving) -> HandOver | None:
    """Return why a label does not leave now, as far as it shows by itself."""
    if one.handed_over_at is not None:
        return _says(one, Verdict.BEFORE, "had left before")
    if one.state != LabelState.BOUGHT:
        return _says(
            one, Verdict.NOT_BOUGHT, f"has no valid label: it is {one.state}. Print the parcel's label again"
        )
    if one.order_state != "accepted":
        return _says(
            one, Verdict.STOPPED, f"is stopped: the order is {one.order_state}. Put the parcel aside"
        )
    if one.part_held:
        return _says(one, Verdict.STOPPED, "holds goods of a held part of its order. Put the parcel aside")
    return None


def _says(one: Leaving, verdict: Verdict, what: str) -> HandOver:
    message = f"Parcel {one.parcel_number} of order {one.order_number} {what}."
    return HandOver(one.tracking_number or "", verdict, message, one.id, int(verdict is Verdict.HANDED_OVER))


def _answer(code: str, answers: Sequence[HandOver]) -> HandOver:
    """Return the answer for a code; of several labels with one number, the one that leaves counts."""
    if not answers:
        return HandOver(
            code, Verdict.UNKNOWN, f"Nothing here has the code {code[:60]}. Scan the label's bar code."
        )
    best = min(answers, key=lambda one: list(Verdict).index(one.verdict))
    return HandOver(code, best.verdict, best.message, best.label_id, best.parcels)


async def _leave(tx: Tx, code: str, number: int, answers: Sequence[HandOver]) -> HandOver:
    """Answer for a whole manifest, and close it."""
    left = sum(one.parcels for one in answers)
    stopped = [one for one in answers if one.verdict is Verdict.STOPPED]
    manifest = await close(tx, number)
    if manifest is None:
        return HandOver(code, Verdict.UNKNOWN, f"There is no open manifest M{number}, or nothing left on it.")
    message = f"Manifest M{number}: {left} parcels have left now, {manifest} in all."
    if stopped:
        message += f" {len(stopped)} stay here: {stopped[0].message}"
    return HandOver(code, Verdict.HANDED_OVER, message, None, left)
