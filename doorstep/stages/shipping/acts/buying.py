"""The purchase at an outside carrier, step by step; between `send` and the answer no transaction is open.

A label is bought exactly once: `sent` is durable before the call, an answer nobody understood makes it `unknown`, and from
there the carrier is asked by our reference before it is asked to sell again, under the same key. After a refusal nothing was
sold: the next best service is wished for, as a purchase of its own, and what refused stands among the reasons.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from doorstep.platform import journal
from doorstep.platform.db import Tx
from doorstep.platform.errors import Reason, Refused, unknown
from doorstep.platform.statements import Statements
from doorstep.stages.shipping.acts.making import Made, keep, service_names
from doorstep.stages.shipping.acts.voiding import void_unwanted
from doorstep.stages.shipping.acts.wanting import rate
from doorstep.stages.shipping.model import LABEL, Facts, LabelAct, LabelState
from doorstep.stages.shipping.ports import rate_table
from doorstep.stages.shipping.ports.rate_table import Account, Declined, Sold
from doorstep.stages.shipping.rules import asking
from doorstep.stages.shipping.rules.rating import Refusal

Q = Statements("doorstep.stages.shipping")

ABSENCES_TO_RETRY = 2
"""So often a carrier must not know our reference before it is asked to sell again..."""
SETTLING_S = 2.0
"""...with so long between, and since the last sign of a call: a sale may show late."""
OPEN = (LabelState.OWED, LabelState.SENT, LabelState.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Purchase:
    """A purchase under way: whom to ask, what, and under which key."""

    account: Account
    request: dict[str, Any]
    key: str
    reference: str
    taken_back: list[str]


@dataclass(frozen=True, slots=True)
class _Account:
    base_url: str | None
    api_key: str | None
    service: str | None


async def read_facts(tx: Tx, label_id: UUID) -> Facts:
    """Return the facts of a label and lock it.

    Raises:
        Refused: there is no such label.
    """
    facts = await tx.row(Q.label_facts, Facts, ids=[label_id])
    if facts is None:
        raise unknown("label", label_id)
    return facts


async def send(tx: Tx, label_id: UUID) -> Purchase | None:
    """Mark an owed purchase as sent, before its call; return what to ask, or None when there is nothing to ask now.

    A purchase found `sent` after its call must have ended was asked by somebody who died since: it becomes `unknown`, and
    reconciling takes over.

    Raises:
        Refused: another worker's call is under way.
    """
    facts = await read_facts(tx, label_id)
    if facts.state == LabelState.SENT:
        if _quiet(facts):
            raise Refused(Reason.OUTSIDE, "The carrier is being asked by another worker.")
        await doubt(tx, label_id, "The program stopped before the carrier answered.")
        return None
    if facts.state != LabelState.OWED or facts.carrier_id is None:
        return None
    account = await _account(tx, facts)
    wish = msgspec.json.encode(asking.request(facts, account.service or "")).decode()
    over = _in(2 * rate_table.DEADLINE_S)
    request = await tx.value(Q.keep_request, id=label_id, request=wish, quiet_until=over)
    key = asking.idempotency_key(facts)
    await journal.move_all(tx, LABEL, LabelAct.SEND, [label_id], {"reference": facts.reference, "key": key})
    return Purchase(
        Account(account.base_url or "", account.api_key or ""),
        request,
        key,
        facts.reference,
        facts.taken_back,
    )


def _quiet(facts: Facts) -> bool:
    """Whether a call may still be under way, or a sale still settling: by the machine's clock, as calls are."""
    return facts.quiet_until is not None and datetime.now(UTC) < facts.quiet_until


def _in(seconds: float) -> datetime:
    return datetime.now(UTC) + timedelta(seconds=seconds)


async def account_of(tx: Tx, facts: Facts) -> Account:
    """Return where a label's carrier is asked, and with which key."""
    found = await _account(tx, facts)
    return Account(found.base_url or "", found.api_key or "")


async def _account(tx: Tx, facts: Facts) -> _Account:
    found = await tx.row(Q.account, _Account, carrier_id=facts.carrier_id, service_id=facts.service_id)
    if found is None:
        raise Refused(
            Reason.CONFLICT, "The carrier of this label is not there any more. Choose another service."
        )
    return tx.opened([found], "api_key")[0]


async def question(tx: Tx, label_id: UUID) -> Purchase | None:
    """Return whom to ask about a purchase in doubt, or None when it is not in doubt any more."""
    facts = await read_facts(tx, label_id)
    if facts.state != LabelState.UNKNOWN:
        return None
    account = await account_of(tx, facts)
    key = asking.idempotency_key(facts)
    return Purchase(account, facts.request or {}, key, facts.reference, facts.taken_back)


async def bought(tx: Tx, label_id: UUID, sold: Sold) -> None:
    """Keep what the carrier sold; a price other than ours is noted, an order canceled meanwhile voids the label.

    Harmless when repeated: a label that is bought already stays as it is.
    """
    facts = await read_facts(tx, label_id)
    if facts.state not in OPEN:
        return
    made = Made(facts, sold.tracking_number, sold.carrier_ref, sold.price_minor, sold.currency)
    await keep(
        tx, [made], {label_id: {"carrier_ref": sold.carrier_ref, "found": facts.state == LabelState.UNKNOWN}}
    )
    if (sold.price_minor, sold.currency) != (facts.quoted_minor, facts.currency):
        changed = {
            "quoted_minor": facts.quoted_minor,
            "quoted_currency": facts.currency,
            "price_minor": sold.price_minor,
            "currency": sold.currency,
        }
        await journal.note(tx, LABEL, "price_changed", [label_id], changed)
    if facts.unwanted:
        await void_unwanted(tx, [label_id])


async def declined(tx: Tx, label_id: UUID, answer: Declined, taken_back: Sequence[str] = ()) -> None:
    """The carrier refused for good and sold nothing, or took back at once what it sold: the next best service is tried.

    If no other takes the parcel a person decides; if the order was canceled meanwhile, that was it.
    """
    facts = await read_facts(tx, label_id)
    why = f"{answer.message} ({answer.code})"
    told = {"code": answer.code, "why": answer.message, **await _named(tx, facts)}
    moved = await journal.move(tx, LABEL, LabelAct.REFUSE, [label_id], told)
    if not moved.moved:
        return
    await tx.run(Q.say_refusals, ids=moved.moved, refusal=why)
    if facts.unwanted:
        await void_unwanted(tx, moved.moved)
        return
    assert facts.service_id and facts.carrier_id  # noqa: S101, PT018 - it was asked for this service of this carrier
    refusal = Refusal(facts.service_id, facts.carrier_id, answer.all, why)
    kept = msgspec.json.encode([refusal]).decode()
    await tx.run(Q.keep_refusal, id=label_id, refusal=kept, taken_back=list(taken_back))
    await _begin_again(tx, [label_id], forget=False)


async def _named(tx: Tx, facts: Facts) -> dict[str, str]:
    """Return whom a label was asked from, for its history."""
    named = (await service_names(tx, [facts.service_id])).get(facts.service_id)
    return {"carrier": named.carrier, "service": named.name} if named else {}


async def _begin_again(tx: Tx, ids: Sequence[UUID], *, forget: bool) -> None:
    """Begin new purchases for refused labels; with `forget`, services that refused may be asked once more."""
    await tx.run(Q.begin_attempts, ids=list(ids), forget=forget)
    await journal.move(tx, LABEL, LabelAct.RETRY, ids)
    await rate(tx, ids)


async def hold_back(tx: Tx, label_id: UUID, why: str) -> None:
    """The carrier certainly sold nothing: the purchase is owed again and will be sent later."""
    moved = await journal.move(tx, LABEL, LabelAct.HOLD_BACK, [label_id], {"why": why})
    await tx.run(Q.say_refusals, ids=moved.moved, refusal=why)
    facts = await read_facts(tx, label_id)
    if facts.unwanted:
        await void_unwanted(tx, moved.moved)


async def doubt(tx: Tx, label_id: UUID, why: str) -> None:
    """Nobody knows whether the carrier sold: from now on it is asked, not bought."""
    moved = await journal.move(tx, LABEL, LabelAct.DOUBT, [label_id], {"why": why})
    await tx.run(Q.say_refusals, ids=moved.moved, refusal=why)
    await tx.run(Q.keep_quiet, ids=moved.moved, quiet_until=_in(SETTLING_S))


async def absent(tx: Tx, label_id: UUID) -> bool:
    """The carrier does not know our reference; return whether it shall be asked once more before anything else.

    When it said so often enough, the purchase is owed again under the same key, or over if nobody wants it any more.
    """
    facts = await read_facts(tx, label_id)
    if facts.state != LabelState.UNKNOWN:
        return False
    if _quiet(facts):
        return True
    if await tx.value(Q.count_absence, id=label_id, quiet_until=_in(SETTLING_S)) < ABSENCES_TO_RETRY:
        return True
    if facts.unwanted:
        never = Declined("absent", "The carrier never sold it, and it is not wanted any more.")
        await declined(tx, label_id, never)
        return False
    await journal.move_all(tx, LABEL, LabelAct.RETRY, [label_id], {"why": "The carrier does not know it."})
    await journal.note(tx, LABEL, "due", [label_id], {"again": True})
    return False


async def try_again(tx: Tx, ids: Sequence[UUID]) -> list[UUID]:
    """Do the one next step of purchases that stopped, and return those for which there was one.

    Refused ones are rated and asked anew; those in doubt are asked about; owed ones are sent.
    """
    found = await tx.rows(Q.label_facts, Facts, ids=list(ids))
    refused = [one.id for one in found if one.state == LabelState.REFUSED]
    await _begin_again(tx, refused, forget=True)
    in_doubt = [one.id for one in found if one.state in (LabelState.UNKNOWN, LabelState.SENT)]
    await journal.note(tx, LABEL, "asked_again", in_doubt)
    owed = [one.id for one in found if one.state == LabelState.OWED]
    unrated = [one.id for one in found if one.state == LabelState.OWED and one.carrier_id is None]
    await rate(tx, unrated)
    await journal.note(tx, LABEL, "due", [i for i in owed if i not in unrated], {"again": True})
    return [*refused, *in_doubt, *owed]
