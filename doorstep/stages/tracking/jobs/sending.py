"""Sending what is owed: claim a few, write them, hand them over with no transaction open, record what became of each.

A message is marked `sending` durably before anything leaves the house. What a crash leaves in that state is in doubt once every call
that could still be under way is over: a text message is asked about at the provider under our reference; a mail server cannot be asked,
so the mail is never sent again by itself, it waits for a person. Nobody is told the same thing twice, also when two runs overlap because
a slow one lost its lease.
"""

import asyncio
import random
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from doorstep.platform import journal
from doorstep.platform.db import Tx
from doorstep.platform.house import House
from doorstep.platform.statements import Statements
from doorstep.platform.tasks import errand
from doorstep.stages.tracking.acts.telling import stop_writing
from doorstep.stages.tracking.jobs.letters import Desk, Draft, Line, Written, write
from doorstep.stages.tracking.model import MESSAGE, MessageAct
from doorstep.stages.tracking.ports.mail import Answer, Mailer, Outcome, mailer
from doorstep.stages.tracking.ports.sms import find_sms, send_sms
from doorstep.stages.tracking.rules.telling import ATTEMPTS_MAX, replaced, wait_s

Q = Statements("doorstep.stages.tracking")
AT_ONCE = 32
RUN_S = 6.0
"""A run takes nothing new after this, and ends well before its lease."""

DOUBT_S = 30.0
"""Longer than a text message's call and the question after it last: what is `sending` for so long was left by a crash."""

AWAY_S = 5.0
IN_DOUBT = "In doubt: it was on its way when the connection or the house broke. Send it again only if it is not there."


@dataclass(frozen=True, slots=True)
class Doubtful:
    """A message that was on its way when a run ended."""

    id: UUID
    channel: str
    attempts: int


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a message."""

    id: UUID
    answer: Answer
    attempts: int
    recipient: str = ""
    written: Written | None = None


@errand
async def send_messages(house: House, tenant_id: UUID, _subject: UUID) -> None:
    """Send what is owed until nothing is left, a partner is away, or the run has lasted long enough."""
    await _settle_doubts(house, tenant_id)
    channels = {"mail", "sms"} if house.settings.sms_url else {"mail"}
    ends_at = time.monotonic() + RUN_S
    async with mailer(house.settings.mail_url) as pool:
        while channels and time.monotonic() < ends_at:
            drafts, lines, claimed = await _claim(house, tenant_id, channels)
            if not claimed:
                return
            results = await asyncio.gather(
                *(_send(Desk(house, tenant_id), pool, draft, lines[draft.order_id]) for draft in drafts)
            )
            channels -= await _record(house, tenant_id, drafts, results)


async def _settle_doubts(house: House, tenant_id: UUID) -> None:
    async with house.db.transaction(tenant_id, actor="system:send") as tx:
        doubtful = await tx.rows(Q.messages_in_doubt, Doubtful, most=500, real_now=datetime.now(UTC))
    if not doubtful:
        return
    results = [Result(one.id, await _what_became(house, one), one.attempts) for one in doubtful]
    async with house.db.transaction(tenant_id, actor="system:send") as tx:
        await _write_down(tx, results)


async def _what_became(house: House, one: Doubtful) -> Answer:
    if one.channel == "sms" and house.settings.sms_url:
        return await find_sms(house.http, house.settings.sms_url, one.id.hex)
    return Answer(Outcome.UNKNOWN)


async def _claim(
    house: House, tenant_id: UUID, channels: set[str]
) -> tuple[list[Draft], dict[UUID, list[Line]], int]:
    """Mark the next messages as going out; drop those that newer news replaces or that nobody wants."""
    async with house.db.transaction(tenant_id, actor="system:send") as tx:
        found = await tx.rows(
            Q.messages_to_send, Draft, channels=sorted(channels), most=AT_ONCE, real_now=datetime.now(UTC)
        )
        stopped = [one.id for one in found if one.suppressed]
        old = [one.id for one in found if not one.suppressed and replaced(one.topic, one.newer)]
        going = [one for one in found if one.id not in {*stopped, *old}]
        await journal.move(tx, MESSAGE, MessageAct.SUPPRESS, stopped)
        await journal.move(tx, MESSAGE, MessageAct.SUPERSEDE, old)
        await journal.move(tx, MESSAGE, MessageAct.SEND, [one.id for one in going])
        await tx.run(
            Q.messages_going, ids=[one.id for one in going], doubt_s=DOUBT_S, real_now=datetime.now(UTC)
        )
        lines: dict[UUID, list[Line]] = defaultdict(list)
        order_ids = list({one.order_id for one in going if one.topic == "order_confirmed"})
        for line in await tx.rows(Q.lines_of_orders, Line, order_ids=order_ids) if order_ids else []:
            lines[line.order_id].append(line)
    return going, lines, len(found)


async def _send(desk: Desk, pool: Mailer, draft: Draft, lines: Sequence[Line]) -> Result:
    house = desk.house
    try:
        written = write(desk, draft, lines)
    except (ValueError, KeyError) as error:
        answer = Answer(Outcome.REFUSED, f"It could not be written: {error}"[:300])
        return Result(draft.id, answer, draft.attempts, draft.recipient)
    if draft.channel == "mail":
        answer = await pool.send(house.settings.mail_from, draft.recipient, written.wire)
    else:
        url = house.settings.sms_url or ""
        answer = await send_sms(house.http, url, draft.recipient, written.text, draft.id.hex)
        if answer.outcome is Outcome.UNKNOWN:
            answer = await find_sms(house.http, url, draft.id.hex)
    return Result(draft.id, answer, draft.attempts, draft.recipient, written)


async def _record(
    house: House, tenant_id: UUID, drafts: Sequence[Draft], results: Sequence[Result]
) -> set[str]:
    """Record what became of messages; return the channels whose partner is away."""
    async with house.db.transaction(tenant_id, actor="system:send") as tx:
        await _write_down(tx, results)
    return {
        draft.channel
        for draft, result in zip(drafts, results, strict=True)
        if result.answer.outcome is Outcome.AWAY
    }


async def _write_down(tx: Tx, results: Sequence[Result]) -> None:
    acts: dict[MessageAct, list[UUID]] = defaultdict(list)
    rows: dict[str, list[Any]] = defaultdict(list)
    for one in results:
        act, row = _judged(one, tx.now)
        acts[act].append(one.id)
        for name, value in row.items():
            rows[name].append(value)
    for act, ids in sorted(acts.items()):
        await journal.move(tx, MESSAGE, act, ids)
    if results:
        await tx.run(Q.messages_answered, **rows)
    gone = [one.recipient for one in results if one.answer.outcome is Outcome.NO_SUCH_ADDRESS]
    await stop_writing(tx, gone, "bounced")


def _judged(one: Result, now: datetime) -> tuple[MessageAct, dict[str, Any]]:
    outcome, words, due_at = one.answer.outcome, one.answer.words, None
    if outcome is Outcome.SENT:
        act = MessageAct.DONE
    elif outcome is Outcome.AWAY or (outcome is Outcome.LATER and one.attempts + 1 < ATTEMPTS_MAX):
        act = MessageAct.RETRY
        pause_s = AWAY_S if outcome is Outcome.AWAY else wait_s(one.attempts + 1, random.random())  # noqa: S311 - jitter
        due_at = datetime.now(UTC) + timedelta(seconds=pause_s)
    else:
        act = MessageAct.FAIL
        words = f"{IN_DOUBT} {words}".strip() if outcome is Outcome.UNKNOWN else words
    return act, {
        "ids": one.id,
        "subjects": one.written.subject if one.written else None,
        "bodys": one.written.text if one.written else None,
        "sent_ats": now if act is MessageAct.DONE else None,
        "provider_refs": one.answer.reference or None,
        "refusals": words or None,
        "in_doubts": act is MessageAct.FAIL and outcome is Outcome.UNKNOWN,
        "due_ats": due_at,
        "trieds": int(outcome is not Outcome.AWAY),
    }
