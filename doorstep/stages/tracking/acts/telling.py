"""Owing messages: written down in the transaction that owes them, once for each meaning, for every way to reach the customer."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec

from doorstep.platform import journal
from doorstep.platform.db import Tx, columns
from doorstep.platform.ids import new_id
from doorstep.platform.messages import catalog
from doorstep.platform.statements import Statements
from doorstep.stages.tracking.model import MESSAGE, Message, MessageAct
from doorstep.stages.tracking.rules.mime import ADDRESS
from doorstep.stages.tracking.rules.telling import same_message

Q = Statements("doorstep.stages.tracking")


@dataclass(frozen=True, slots=True)
class Reach:
    """How the customer of an order can be reached."""

    order_id: UUID
    merchant_id: UUID
    language: str
    email: str
    phone: str


@dataclass(frozen=True, slots=True)
class Owed:
    """A message to be, to one address."""

    id: UUID
    order_id: UUID
    tracker_id: UUID | None
    merchant_id: UUID
    channel: str
    topic: str
    meaning: str
    recipient: str
    language: str
    facts: str


async def owe(tx: Tx, messages: Sequence[Message]) -> list[UUID]:
    """Owe messages by mail and, where the topic has a short text and there is a number, by SMS.

    What was owed before under the same recipient, channel, topic, subject and meaning is not owed again.

    Returns:
        The ids of what is newly owed.
    """
    if not messages:
        return []
    found = await tx.rows(Q.reachable, Reach, order_ids=list({one.order_id for one in messages}))
    reach = {one.order_id: one for one in found}
    owed = {
        one.meaning: one
        for message in messages
        if (to := reach.get(message.order_id)) is not None
        for one in _addressed(message, to)
    }
    made: list[UUID] = await tx.values(Q.owe_messages, **columns(list(owed.values()), *Owed.__slots__))
    await journal.born(tx, MESSAGE, made)
    return made


def _addressed(message: Message, to: Reach) -> list[Owed]:
    ways = []
    if ADDRESS.match(to.email):
        ways.append(("mail", to.email))
    if to.phone and f"sms.{message.topic}" in catalog("en"):
        ways.append(("sms", to.phone))
    subject = str(message.tracker_id or message.order_id)
    return [
        Owed(
            new_id(),
            message.order_id,
            message.tracker_id,
            to.merchant_id,
            channel,
            message.topic,
            same_message(recipient, channel, message.topic, subject, message.meaning),
            recipient,
            to.language,
            _spelled(message.facts),
        )
        for channel, recipient in ways
    ]


def _spelled(facts: Any) -> str:
    return msgspec.json.encode({name: value for name, value in facts.items() if value is not None}).decode()


async def try_again(tx: Tx, message_ids: Sequence[UUID]) -> list[UUID]:
    """Owe failed messages again because a person says so; return which."""
    moved = (await journal.move(tx, MESSAGE, MessageAct.RETRY, message_ids)).moved
    if moved:
        await tx.run(Q.make_due, ids=moved)
    return moved


async def say_arrived(tx: Tx, message_ids: Sequence[UUID]) -> list[UUID]:
    """Take a person's word that messages in doubt did arrive; return which were in doubt."""
    arrived: list[UUID] = await tx.values(Q.messages_arrived, ids=list(message_ids))
    await journal.move_all(tx, MESSAGE, MessageAct.DONE, arrived)
    return arrived


async def stop_writing(tx: Tx, recipients: Sequence[str], why: str) -> None:
    """Never write to these addresses again: they bounced, complained or asked."""
    if recipients:
        await tx.run(Q.suppress, recipients=list(recipients), whys=[why] * len(recipients))


async def write_again(tx: Tx, recipient: str) -> bool:
    """Write to an address again; return whether it had been stopped."""
    return await tx.run(Q.forget_suppression, recipient=recipient) > 0
