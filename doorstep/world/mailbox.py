"""Everybody's mailbox and telephone: what the house sends arrives here and can be read as the customer sees it.

Two doors on loopback, one book:

- SMTP without login or encryption on its own port. Every recipient of a mail gets it once per delivery; nothing is
  deduplicated, so a mail sent twice is here twice. Addresses that begin with `bounce` are refused for good (550), those that
  begin with `full` for now (452).
- `POST /sms` `{"to": text, "text": text, "reference": text}`: 201 `{"id": text}`; 400 for a number without digits or an empty
  text. Not deduplicated. `GET /sms?reference=...` answers `{"messages": [{"id", "to", "text"}]}`: whether a call without an
  answer was accepted.

To look at it: `/` people and their messages, `/people?who=<address>` one person's, `/messages/{id}` one message with its HTML in
a sandboxed frame (`/messages/{id}/html`), its text and its headers.
For programs: `GET /api/messages?recipient=&channel=&reference=&after=&most=` answers `{"messages": [{"id", "channel",
"recipient", "sender", "subject", "text", "html", "reference", "received_at"}]}`, newest first; `reference` of a mail is its
Message-ID without the angle brackets; `GET /api/raw/{id}` answers a mail as it came over the wire.
Control: `POST /simulate/mishaps` takes `MishapsIn`; names: `MAIL_MISHAPS` and `SMS_MISHAPS` below.
"""

import asyncio
import email
import email.policy
import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import msgspec
from aiosmtpd.smtp import SMTP
from jinja2 import Environment
from litestar import Litestar, MediaType, Response, get, post
from litestar.di import NamedDependency
from litestar.exceptions import HTTPException
from litestar.params import FromPath, FromQuery, JSONBody

from doorstep.platform.ids import new_id
from doorstep.platform.pages import environment
from doorstep.platform.statements import Statements
from doorstep.world.ledger import Ledger
from doorstep.world.mishaps import Mishaps, MishapsIn
from doorstep.world.serving import HOST, serving
from doorstep.world.wire import Stop, answer, given, on_bad_request, on_stop

Q = Statements("doorstep.world")

MAIL_MISHAPS = {
    "mail_busy": "451 after the data; not accepted",
    "mail_reject": "554 after the data; not accepted",
    "mail_drop": "accepts the data, then drops the connection before saying so",
}
SMS_MISHAPS = {
    "sms_error_before": "503; not accepted",
    "sms_error_after": "accepts, then answers 500",
    "sms_hang": "accepts, then hangs before answering",
    "sms_slow": "thinks for a while, then accepts and answers",
}
MAIL_MAX_BYTES = 5_000_000
PAGE = 200


class SmsIn(msgspec.Struct):
    """A text message."""

    to: Annotated[str, msgspec.Meta(pattern="[0-9]{4}", max_length=40)]
    text: Annotated[str, msgspec.Meta(min_length=1, max_length=2000)]
    reference: Annotated[str, msgspec.Meta(max_length=200)] = ""


@dataclass(frozen=True, slots=True)
class Received:
    """A message as the book holds it."""

    id: str
    channel: str
    recipient: str
    sender: str
    subject: str
    text: str
    html: str
    raw: str
    reference: str
    received_at: float

    @property
    def at(self) -> datetime:
        """When it came."""
        return datetime.fromtimestamp(self.received_at, UTC)

    def shown(self) -> dict[str, Any]:
        """Return the message as the API answers it."""
        names = ("id", "channel", "recipient", "sender", "subject", "text", "html", "reference")
        return {name: getattr(self, name) for name in names} | {"received_at": self.at.isoformat()}


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who received something."""

    recipient: str
    messages: int
    latest_at: float


class Mailbox:
    """The book of messages and what goes wrong on the way in; also aiosmtpd's handler."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        kept = ledger.value(Q.mailbox_setting, name="mishaps")
        self.mishaps = Mishaps(msgspec.json.decode(kept, type=MishapsIn) if kept else None)

    def befall(self, asked: MishapsIn) -> None:
        """Change what goes wrong, and remember it.

        Raises:
            Stop: 422, a mishap that cannot happen here.
        """
        mishaps = Mishaps(asked)
        if stray := mishaps.unknown(MAIL_MISHAPS, SMS_MISHAPS):
            raise Stop(422, "unknown_mishap", f"There is no mishap {', '.join(stray)}.")
        self.ledger.run(Q.set_mailbox_setting, name="mishaps", value=msgspec.json.encode(asked).decode())
        self.mishaps = mishaps

    def receive(self, channel: str, recipient: str, sender: str, **content: str) -> str:
        """Write a message into the book and return its id."""
        message_id = f"msg_{new_id().hex}"
        blank = {"subject": "", "text": "", "html": "", "raw": "", "reference": ""}
        self.ledger.run(
            Q.receive,
            id=message_id,
            channel=channel,
            recipient=recipient,
            sender=sender,
            now=time.time(),
            **{**blank, **content},
        )
        return message_id

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: list[str]
    ) -> str:
        """Accept a recipient, or not."""
        if address.lower().startswith("bounce"):
            return "550 5.1.1 No such person here"
        if address.lower().startswith("full"):
            return "452 4.2.2 Mailbox full, try again later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        """Take a mail for each of its recipients."""
        mishap = self.mishaps.draw(MAIL_MISHAPS)
        if mishap == "mail_busy":
            return "451 4.3.0 Busy, try again later"
        if mishap == "mail_reject":
            return "554 5.6.0 Not taken"
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        plain, rich = message.get_body(("plain",)), message.get_body(("html",))
        with self.ledger:
            for recipient in envelope.rcpt_tos:
                self.receive(
                    "mail",
                    recipient,
                    envelope.mail_from or "",
                    subject=str(message["subject"] or ""),
                    text=plain.get_content() if plain else "",
                    html=rich.get_content() if rich else "",
                    raw=envelope.content.decode("utf-8", "replace"),
                    reference=re.sub(r"[<>\s]", "", str(message["message-id"] or "")),
                )
        if mishap == "mail_drop":
            server.transport.abort()
        return "250 2.0.0 Taken"


InMailbox = NamedDependency[Mailbox]
Templates = NamedDependency[Environment]


@post("/sms")
async def take_sms(mailbox: InMailbox, data: JSONBody[SmsIn]) -> Response[Any]:
    """Take a text message."""
    mishap = mailbox.mishaps.draw(SMS_MISHAPS)
    if mishap == "sms_error_before":
        raise Stop(503, mishap, "Come back later.", {"retry-after": "1"})
    if mishap == "sms_slow":
        await asyncio.sleep(mailbox.mishaps.hang_s)
    message_id = mailbox.receive("sms", data.to, "", text=data.text, reference=data.reference)
    if mishap == "sms_hang":
        await asyncio.sleep(mailbox.mishaps.hang_s)
    if mishap == "sms_error_after":
        raise Stop(500, mishap, "Something broke.")
    return answer({"id": message_id}, 201)


@get("/sms")
async def find_sms(mailbox: InMailbox, reference: FromQuery[str]) -> Response[Any]:
    """Find text messages by the sender's reference."""
    found = _received(mailbox, channel="sms", reference=reference) if reference else []
    return answer({"messages": [{"id": one.id, "to": one.recipient, "text": one.text} for one in found]})


def _received(mailbox: Mailbox, most: int = PAGE, **where: str) -> list[Received]:
    blank = {"recipient": "", "channel": "", "reference": "", "after": ""}
    return mailbox.ledger.rows(Q.received, Received, most=most, **{**blank, **where})


def _one(mailbox: Mailbox, message_id: str) -> Received:
    found = mailbox.ledger.row(Q.received_one, Received, id=message_id)
    if found is None:
        raise Stop(404, "unknown_message", "There is no such message.")
    return found


@get("/api/messages")
async def messages(
    mailbox: InMailbox,
    recipient: FromQuery[str] = "",
    channel: FromQuery[str] = "",
    reference: FromQuery[str] = "",
    after: FromQuery[str] = "",
    most: FromQuery[int] = PAGE,
) -> Response[Any]:
    """List messages, newest first."""
    found = _received(
        mailbox, min(most, 100_000), recipient=recipient, channel=channel, reference=reference, after=after
    )
    return answer({"messages": [one.shown() for one in found]})


@get("/api/raw/{message_id:str}")
async def raw(mailbox: InMailbox, message_id: FromPath[str]) -> Response[Any]:
    """Show a mail as it came over the wire."""
    return Response(_one(mailbox, message_id).raw, media_type="text/plain; charset=utf-8")


@post("/simulate/mishaps")
async def set_mishaps(mailbox: InMailbox, data: JSONBody[MishapsIn]) -> Response[Any]:
    """Say what shall go wrong from now on."""
    mailbox.befall(data)
    return answer(data)


@get("/", media_type=MediaType.HTML)
async def front(mailbox: InMailbox, templates: Templates) -> str:
    """Show everybody's latest messages."""
    return _page(mailbox, templates, "", None)


@get("/people", media_type=MediaType.HTML)
async def person(mailbox: InMailbox, templates: Templates, who: FromQuery[str]) -> str:
    """Show one person's messages: mails as a list, text messages as bubbles."""
    return _page(mailbox, templates, who, None)


@get("/messages/{message_id:str}", media_type=MediaType.HTML)
async def message(mailbox: InMailbox, templates: Templates, message_id: FromPath[str]) -> str:
    """Show one message beside its person's others."""
    one = _one(mailbox, message_id)
    return _page(mailbox, templates, one.recipient, one)


@get("/messages/{message_id:str}/html", media_type=MediaType.HTML)
async def message_html(mailbox: InMailbox, message_id: FromPath[str]) -> Response[str]:
    """Show the HTML of a mail alone, with scripts off; its links open a new tab."""
    safe = "default-src 'none'; img-src data: http: https:; style-src 'unsafe-inline'"
    body = '<base target="_blank">' + _one(mailbox, message_id).html
    return Response(body, media_type=MediaType.HTML, headers={"content-security-policy": safe})


def _page(mailbox: Mailbox, templates: Environment, who: str, shown: Received | None) -> str:
    people = mailbox.ledger.rows(Q.people, Person, most=PAGE)
    found = _received(mailbox, recipient=who)
    template = templates.get_template("mailbox/page.html")
    return template.render(people=people, who=who, messages=found, shown=shown)


@asynccontextmanager
async def serve_mailbox(folder: Path, port: int = 0, *, smtp_port: int = 0) -> AsyncIterator[tuple[str, str]]:
    """Serve the mailbox from the book in `folder`; yield its base URL and the URL of its SMTP door."""
    mailbox = Mailbox(Ledger(folder, "mailbox"))
    loop = asyncio.get_running_loop()
    smtp = await loop.create_server(
        lambda: SMTP(
            mailbox, loop=loop, hostname="mailbox", enable_SMTPUTF8=True, data_size_limit=MAIL_MAX_BYTES
        ),
        HOST,
        smtp_port,
    )
    application = Litestar(
        [take_sms, find_sms, messages, raw, set_mishaps, front, person, message, message_html],
        dependencies={
            "mailbox": given(mailbox),
            "templates": given(environment([Path(__file__).parent / "templates"])),
        },
        exception_handlers={Stop: on_stop, HTTPException: on_bad_request},
        openapi_config=None,
        logging_config=None,
        request_max_body_size=MAIL_MAX_BYTES,
    )
    try:
        async with serving(application, port) as url:
            yield url, f"smtp://{HOST}:{smtp.sockets[0].getsockname()[1]}"
    finally:
        smtp.close()
        await smtp.wait_closed()
        mailbox.ledger.close()
