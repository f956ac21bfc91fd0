"""Outgoing mail over SMTP: a few connections kept open, each answer sorted into sent, later, refused or nobody knows."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import unquote, urlsplit

import aiosmtplib
from aiosmtplib import errors

TIMEOUT_S = 15.0


class Outcome(StrEnum):
    """What became of a call."""

    SENT = "sent"
    LATER = "later"
    """Certainly not accepted; worth trying again."""
    REFUSED = "refused"
    """Certainly not accepted, and never will be."""
    NO_SUCH_ADDRESS = "no_such_address"
    """Refused, because the address does not exist: never write to it again."""
    UNKNOWN = "unknown"
    """Perhaps accepted: the connection broke after the mail was handed over."""
    AWAY = "away"
    """The partner cannot be reached at all; nothing was handed over."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The outcome of one call, the partner's words, and its name for what it took."""

    outcome: Outcome
    words: str = ""
    reference: str = ""


class Mailer:
    """A pool of SMTP connections to one server."""

    def __init__(self, url: str, connections: int = 4) -> None:
        self._url = urlsplit(url)
        self._idle: asyncio.Queue[aiosmtplib.SMTP | None] = asyncio.Queue()
        for _ in range(connections):
            self._idle.put_nowait(None)

    async def send(self, sender: str, to: str, data: bytes) -> Answer:
        """Hand one mail over and say what became of it; never raises for what the server does."""
        client = await self._idle.get()
        try:
            if client is None or not client.is_connected:
                client = await self._connect()
        except (errors.SMTPException, OSError) as error:
            self._idle.put_nowait(None)
            return Answer(Outcome.AWAY, f"{type(error).__name__}: {error}"[:300])
        try:
            return await self._hand_over(client, sender, to, data)
        finally:
            self._idle.put_nowait(client)

    async def _connect(self) -> aiosmtplib.SMTP:
        url = self._url
        client = aiosmtplib.SMTP(
            hostname=url.hostname,
            port=url.port or (465 if url.scheme == "smtps" else 25),
            use_tls=url.scheme == "smtps",
            start_tls=url.scheme == "smtp+tls",
            username=unquote(url.username) if url.username else None,
            password=unquote(url.password) if url.password else None,
            timeout=TIMEOUT_S,
        )
        await client.connect()
        return client

    @staticmethod
    async def _hand_over(client: aiosmtplib.SMTP, sender: str, to: str, data: bytes) -> Answer:
        try:
            await client.mail(sender)
            await client.rcpt(to)
        except errors.SMTPResponseException as error:
            with suppress(errors.SMTPException):
                await client.rset()
            return _refusal(error, recipient=isinstance(error, errors.SMTPRecipientRefused))
        except (errors.SMTPException, OSError) as error:
            client.close()
            return Answer(Outcome.LATER, type(error).__name__)
        try:
            response = await client.data(data)
        except errors.SMTPDataError as error:
            return _refusal(error, recipient=False)
        except (errors.SMTPException, OSError) as error:
            client.close()
            return Answer(Outcome.UNKNOWN, type(error).__name__)
        return Answer(Outcome.SENT, reference=response.message[:200])

    async def close(self) -> None:
        """Say goodbye on every connection."""
        while not self._idle.empty():
            client = self._idle.get_nowait()
            if client is not None and client.is_connected:
                with suppress(errors.SMTPException, OSError):
                    await client.quit()


def _refusal(error: errors.SMTPResponseException, *, recipient: bool) -> Answer:
    words = f"{error.code} {error.message}"[:300]
    if error.code < 500:
        return Answer(Outcome.LATER, words)
    gone = recipient and error.code in {550, 551, 553}
    return Answer(Outcome.NO_SUCH_ADDRESS if gone else Outcome.REFUSED, words)


@asynccontextmanager
async def mailer(url: str) -> AsyncIterator[Mailer]:
    """Open a pool of connections for one run, and close it."""
    pool = Mailer(url)
    try:
        yield pool
    finally:
        await pool.close()
