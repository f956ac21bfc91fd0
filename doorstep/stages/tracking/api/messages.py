"""Messages over JSON: what customers were told, what failed, and trying again."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.params import QueryParameter

from doorstep.platform.auth import ALL_STAFF, DESK, Role, allow
from doorstep.platform.db import Tx
from doorstep.platform.edge import Asked, Caller, FromPath, FromQuery, InHouse, JSONBody
from doorstep.platform.errors import Reason, Refused, unknown
from doorstep.platform.idempotency import once
from doorstep.platform.statements import Statements
from doorstep.stages.tracking.acts import looking, telling
from doorstep.stages.tracking.model import MessageState

Q = Statements("doorstep.stages.tracking")
READERS = allow(*ALL_STAFF, Role.MERCHANT, scope="messages:read")
WRITERS = allow(*DESK, scope="messages:write")
Limit = Annotated[int, QueryParameter(ge=1, le=200)]
InState = Annotated[MessageState | None, QueryParameter(name="state")]
"""The framework keeps the plain name for itself."""


class MessageOut(msgspec.Struct):
    """One message to a customer. `subject` and `body` are there once it was written."""

    id: UUID
    state: MessageState
    order_id: UUID
    order_number: int
    tracker_id: UUID | None
    channel: str
    topic: str
    recipient: str
    language: str
    subject: str | None
    body: str | None
    owed_at: datetime
    sent_at: datetime | None
    attempts: int
    refusal: str | None
    in_doubt: bool


class MessagesOut(msgspec.Struct):
    """A page of messages, newest first; `next` goes on."""

    messages: list[MessageOut]
    next: UUID | None = None


class AddressIn(msgspec.Struct, forbid_unknown_fields=True):
    """An address that may be written to again."""

    recipient: Annotated[str, msgspec.Meta(min_length=1, max_length=254, pattern=r"^[^\u0000]*$")]


class AgainOut(msgspec.Struct):
    """What was done."""

    done: bool


@get("/api/messages", opt=READERS)
async def list_messages(
    house: InHouse,
    who: Caller,
    of_state: InState = None,
    order: FromQuery[UUID | None] = None,
    before: FromQuery[UUID | None] = None,
    limit: Limit = 50,
) -> MessagesOut:
    """List what customers were told or should be, newest first, by state or order id."""
    wanted = looking.Wanted(
        merchant_id=who.merchant_id, state=of_state, order_id=order, before_id=before, most=limit + 1
    )
    async with house.db.transaction(who.tenant_id, actor=who.actor) as tx:
        found = await looking.messages(tx, wanted)
    more = found[limit - 1].id if len(found) > limit else None
    return MessagesOut([shown(one) for one in found[:limit]], more)


@post("/api/messages/{message_id:uuid}/retry", opt=WRITERS, status_code=200)
async def retry_message(
    message_id: FromPath[UUID], request: Asked, house: InHouse, who: Caller
) -> Response[AgainOut]:
    """Send a message again that failed or is in doubt."""

    async def act(tx: Tx) -> AgainOut:
        if not await tx.values(Q.message_there, message_id=message_id, merchant_id=who.merchant_id):
            raise unknown("message", message_id)
        if not await telling.try_again(tx, [message_id]):
            raise Refused(Reason.CONFLICT, "Only a message that failed can be sent again. Look at it again.")
        return AgainOut(done=True)

    return await once(request, house, who, act, status=200)  # type: ignore[return-value]


@post("/api/messages/{message_id:uuid}/arrived", opt=WRITERS, status_code=200)
async def say_arrived(
    message_id: FromPath[UUID], request: Asked, house: InHouse, who: Caller
) -> Response[AgainOut]:
    """Say that a message in doubt did arrive: it counts as sent, and is never sent again."""

    async def act(tx: Tx) -> AgainOut:
        if not await tx.values(Q.message_there, message_id=message_id, merchant_id=who.merchant_id):
            raise unknown("message", message_id)
        if not await telling.say_arrived(tx, [message_id]):
            raise Refused(Reason.CONFLICT, "Only a message in doubt needs your word. Look at it again.")
        return AgainOut(done=True)

    return await once(request, house, who, act, status=200)  # type: ignore[return-value]


@post("/api/messages/write-again", opt=WRITERS, status_code=200)
async def write_again(
    data: JSONBody[AddressIn], request: Asked, house: InHouse, who: Caller
) -> Response[AgainOut]:
    """Take an address off the list of those that are never written to."""

    async def act(tx: Tx) -> AgainOut:
        return AgainOut(done=await telling.write_again(tx, data.recipient))

    return await once(request, house, who, act, status=200)  # type: ignore[return-value]


def shown(one: looking.Told) -> MessageOut:
    """Return a message as the API shows it."""
    return MessageOut(
        one.id,
        MessageState(one.state),
        one.order_id,
        one.order_number,
        one.tracker_id,
        one.channel,
        one.topic,
        one.recipient,
        one.language,
        one.subject,
        one.body,
        one.owed_at,
        one.sent_at,
        one.attempts,
        one.refusal,
        one.in_doubt,
    )


ROUTES: list[Any] = [list_messages, retry_message, say_arrived, write_again]
