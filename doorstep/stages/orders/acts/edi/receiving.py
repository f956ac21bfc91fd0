"""Interchanges come in: each is taken once, judged set by set, answered with a 997, and its orders are heard like any shop's.

Its envelope is answered with a TA1, when its sender asks for one or it is at fault. A repeated interchange changes
nothing and is answered with the first answer. Of two sets about one order the one that was sent later counts, in whatever sequence
they come.
"""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import msgspec

from doorstep.platform.db import Tx
from doorstep.platform.errors import Fault, invalid
from doorstep.platform.ids import new_id
from doorstep.platform.statements import Statements
from doorstep.stages.orders.acts.channels.hearing import hear, hear_again
from doorstep.stages.orders.acts.edi import answering
from doorstep.stages.orders.acts.edi.partners import partners
from doorstep.stages.orders.model.edi import IN, Partner, Receipt
from doorstep.stages.orders.model.shops import Telling
from doorstep.stages.orders.rules import edi
from doorstep.stages.orders.rules.edi.ordering import moment
from doorstep.stages.orders.rules.x12 import (
    Finding,
    Group,
    Interchange,
    Segment,
    Transaction,
    faults_of_set,
    faults_of_shape,
    read,
)

Q = Statements("doorstep.stages.orders")
INTERCHANGES_MAX = 100


async def receive(tx: Tx, text: str, own: UUID | None = None, *, only: UUID | None = None) -> list[Receipt]:
    """Take the interchanges of a text, each from a partner that is known; return what became of each.

    Args:
        tx: the open transaction.
        text: one or more interchanges.
        own: the merchant whose partners may send; None for all.
        only: the partner that may send, when the way it came by is one partner's.

    Raises:
        Refused: it is not X12, has no envelope, or is from nobody we know; nothing was taken.
    """
    interchanges, stray = read(text)
    faults = [_fault(one) for one in stray]
    if len(interchanges) > INTERCHANGES_MAX:
        message = f"A text has at most {INTERCHANGES_MAX} interchanges. Send fewer at once."
        faults.append(Fault("/text", "too_many", message))
        raise invalid(faults)
    found = []
    for one in interchanges:
        partner = await _partner(tx, one, own, only)
        if isinstance(partner, Fault):
            faults.append(partner)
        else:
            found.append((partner, one))
    if faults:
        raise invalid(faults)
    return [await _take(tx, partner, one) for partner, one in found]


async def read_again(tx: Tx, partner: Partner, ref: str) -> None:
    """Judge a refused order anew, by the partner's settings of today."""
    for kind, control, body in await tx.tuples(Q.newest_order_set, shop_id=partner.id, ref=ref):
        lines = [line.split("*") for line in body.replace("\n", "").split("~") if line]
        segments = [Segment(name, elements, place) for place, (name, *elements) in enumerate(lines, 1)]
        order = edi.read_order(Transaction(kind, control, segments), partner, tx.now, "0")
        await tx.run(Q.reword, shop_id=partner.id, ref=ref, body=edi.kept(order.heard))
    await hear_again(tx, partner.id, ref)


def _fault(finding: Finding) -> Fault:
    where = f"{finding.where}: " if finding.name else ""
    return Fault("/text", finding.code, f"{where}{finding.message}")


async def _partner(tx: Tx, one: Interchange, own: UUID | None, only: UUID | None) -> Partner | Fault:
    parties = [one.header.at(i) for i in (5, 6, 7, 8, 15)]
    found = await partners(tx, own, partner_id=only, parties=parties)
    if found:
        return found[0]
    them, us, usage = f"{parties[0]}:{parties[1]}"[:20], f"{parties[2]}:{parties[3]}"[:20], parties[4][:4]
    message = (
        f"ISA05 to ISA08 and ISA15 in segment {one.header.place}: nobody is connected who sends as {them} to {us} with usage {usage}."
        " Compare them with the partner's settings."
    )
    return Fault("/text", "unknown_partner", message)


async def _take(tx: Tx, partner: Partner, one: Interchange) -> Receipt:
    digest = hashlib.sha256(msgspec.json.encode(_plain(one))).hexdigest()
    key: dict[str, Any] = {"shop_id": partner.id, "control": one.control[:14], "digest": digest}
    findings = list(one.findings)
    if await tx.value(Q.control_used, **key):
        message = f"ISA13 {one.control} was used before, for another interchange. Send it under a new number."
        findings.append(Finding("control_reused", message, "ISA", one.header.place, 13, one.control))
    interchange_id = new_id()
    faults = _said(findings)
    fresh = await tx.values(
        Q.take_interchange, id=interchange_id, faults=msgspec.json.encode(faults).decode(), **key
    )
    if not fresh:
        return await _known(tx, partner, one, key)
    await tx.run(Q.heard_of, ids=[partner.id])
    refused = partner.strict and bool(findings)
    sets: list[Mapping[str, Any]] = [*await _turned_away(tx, partner, one, interchange_id)]
    replies: list[str] = []
    tellings: list[Telling] = []
    if "TA1" in partner.documents and not one.told and (one.asks or findings):
        segments = edi.envelope(one, findings, refused=refused)
        replies.append(await answering.owe(tx, partner, "TA1", segments, interchange_id=interchange_id))
    for group in one.groups:
        judged = _judge(partner, group, refused=refused)
        for verdict in judged:
            telling, said = await _keep(tx, partner, one, group, verdict, interchange_id)
            tellings += [telling] if telling else []
            sets.append(said)
        if group.header.at(1) != "FA" and group.sets and "997" in partner.documents:
            segments = edi.functional(group, judged, group.findings)
            replies.append(await answering.owe(tx, partner, "997", segments, interchange_id=interchange_id))
    await hear(tx, partner.id, tellings, "call")
    return Receipt(
        partner.code, one.control, repeated=False, faults=faults, sets=sets, answer="".join(replies)
    )


def _plain(one: Interchange) -> list[Any]:
    groups = [
        [list(group.header.elements), [[s.name, *s.elements] for each in group.sets for s in each.segments]]
        for group in one.groups
    ]
    return [list(one.header.elements), [list(told.elements) for told in one.told], groups]


def _said(findings: Sequence[Finding]) -> list[dict[str, str]]:
    return [{"pointer": one.where, "code": one.code, "message": one.message} for one in findings[:100]]


async def _known(tx: Tx, partner: Partner, one: Interchange, key: Mapping[str, Any]) -> Receipt:
    """Return what became of an interchange that came before."""
    ((interchange_id, faults),) = await tx.tuples(Q.known_interchange, **key)
    rows = await tx.tuples(Q.documents_of_interchange, interchange_id=interchange_id)
    sets = [
        _verdict(kind, control, status, found)
        for goes, kind, control, status, found, _ in rows
        if goes == "in"
    ]
    answer = "".join(row[5] for row in rows if row[0] == "out")
    return Receipt(partner.code, one.control, repeated=True, faults=faults, sets=sets, answer=answer)


def _verdict(kind: str, control: str, status: str, faults: Sequence[Mapping[str, str]]) -> dict[str, Any]:
    return {"kind": kind, "control": control, "verdict": status, "faults": list(faults)}


def _judge(partner: Partner, group: Group, *, refused: bool) -> list[edi.Judged]:
    judged = []
    for one in group.sets:
        elements, shape = faults_of_set(one), faults_of_shape(one)
        noted = [*group.findings, *one.findings, *shape]
        findings = [*noted, *elements]
        lacks = bool(elements) or any(fault.code == "segment_missing" for fault in shape)
        known = one.kind in IN and one.kind in partner.documents
        if not known:
            message = f"Set {one.kind} is not exchanged with this partner. Look at its settings."
            findings.append(Finding("unsupported", message, "ST", one.segments[0].place, 1, one.kind))
        taken = known and not refused and not lacks and not (partner.strict and noted)
        judged.append(edi.Judged(one, taken, findings, known))
    return judged


async def _keep(
    tx: Tx, partner: Partner, one: Interchange, group: Group, verdict: edi.Judged, interchange_id: UUID
) -> tuple[Telling | None, dict[str, Any]]:
    """Keep a set; return what it tells of an order, and the verdict on it."""
    transaction, telling, ref, lines = verdict.transaction, None, "", "[]"
    faults = _said(verdict.findings)
    status = "refused" if not verdict.taken else "noted" if verdict.findings else "accepted"
    if verdict.taken and transaction.kind == "997":
        faults += await _match(tx, partner, transaction)
    elif verdict.taken:
        at = moment(group.header.at(4), group.header.at(5), tx.now)
        order = edi.read_order(transaction, partner, min(at, tx.now), one.control)
        ref, lines = order.heard.ref, msgspec.json.encode(order.lines).decode()
        telling = Telling(order.heard, edi.kept(order.heard)) if ref else None
        faults += [{"pointer": f.pointer, "code": f.code, "message": f.message} for f in order.heard.faults]
        status = status if telling else "refused"
    await answering.add_document(
        tx, partner.id, interchange_id, goes="in", kind=transaction.kind[:3], control=transaction.control[:14], ref=ref, status=status,
        lines=lines, faults=msgspec.json.encode(faults).decode(), body=_text(transaction),
    )  # fmt: skip
    return telling, _verdict(transaction.kind, transaction.control, status, faults)


def _text(transaction: Transaction) -> str:
    lines = ("*".join([one.name, *one.elements]) for one in transaction.segments)
    return "~\n".join(lines).replace("\x00", "") + "~\n"


async def _turned_away(
    tx: Tx, partner: Partner, one: Interchange, interchange_id: UUID
) -> list[Mapping[str, Any]]:
    """Note which interchanges of ours a partner's TA1 refused, and keep each TA1; return the verdicts on them."""
    verdicts: list[Mapping[str, Any]] = []
    controls = edi.turned_away(one.told)
    known = await _answered(tx, partner, [(control, "R") for control in controls])
    for told in one.told:
        faults = []
        if (control := told.at(1).lstrip("0") or "0") in controls and control not in known:
            message = f"TA101 speaks of interchange {control[:14]}, which we never sent."
            faults.append({"pointer": "TA101", "code": "never_sent", "message": message})
        body = "*".join(["TA1", *told.elements]).replace("\x00", "") + "~\n"
        await answering.add_document(
            tx, partner.id, interchange_id, goes="in", kind="TA1", control=told.at(1)[:14], status="accepted",
            faults=msgspec.json.encode(faults).decode(), body=body,
        )  # fmt: skip
        verdicts.append(_verdict("TA1", told.at(1)[:14], "accepted", faults))
    return verdicts


async def _answered(tx: Tx, partner: Partner, said: Sequence[tuple[str, str]]) -> list[str]:
    """Note what a partner says of our sets, by control number; return the numbers that we know."""
    controls, answers = [control for control, _ in said], [code for _, code in said]
    return await tx.values(Q.answered, shop_id=partner.id, controls=controls, answers=answers)


async def _match(tx: Tx, partner: Partner, transaction: Transaction) -> list[dict[str, str]]:
    """Note what a partner's 997 says of our sets; return what it speaks of that we never sent."""
    said = edi.answers(transaction)
    known = await _answered(tx, partner, said)
    return [
        {
            "pointer": "AK102",
            "code": "never_sent",
            "message": f"AK102 speaks of group {control}, which we never sent.",
        }
        for control, _ in said
        if control not in known
    ]
