"""A local name server: it answers from a table, keeps what it was asked, and may be slow, silent or broken."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import cast

from dns import flags, message, rcode, rdatatype, rrset

from doorstep.stages.orders.ports.mail_domains import mail_domains

RECORDS = {
    "good.example.": {"MX": "10 mx.good.example."},
    "plain.example.": {"A": "192.0.2.7"},
    "six.example.": {"AAAA": "2001:db8::7"},
    "empty.example.": {"TXT": '"nothing else"'},
    "null.example.": {"MX": "0 ."},
    "xn--mnchen-3ya.example.": {"MX": "10 mx.good.example."},
}
SILENT, BROKEN = "silent.example.", "broken.example."


async def _nothing() -> None:
    """Do nothing before an answer."""


@dataclass
class NameServer(asyncio.DatagramProtocol):
    """What it knows and what it was asked; `before` is awaited before each answer."""

    address: str = ""
    asked: list[tuple[str, str]] = field(default_factory=list)
    before: Callable[[], Awaitable[None]] = _nothing
    at_work: set[asyncio.Task[None]] = field(default_factory=set)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the socket."""
        self._socket = cast("asyncio.DatagramTransport", transport)

    def close(self) -> None:
        """Answer nobody any more."""
        self._socket.close()

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Answer a question."""
        task = asyncio.ensure_future(self._answer(message.from_wire(data), addr))
        self.at_work.add(task)
        task.add_done_callback(self.at_work.discard)

    async def _answer(self, query: message.Message, addr: tuple[str, int]) -> None:
        (question,) = query.question
        name, kind = question.name.to_text().lower(), rdatatype.to_text(question.rdtype)
        self.asked.append((name, kind))
        await self.before()
        if name == SILENT:
            return
        answer = message.make_response(query)
        answer.flags |= flags.RA
        if name == BROKEN:
            answer.set_rcode(rcode.SERVFAIL)
        elif name not in RECORDS:
            answer.set_rcode(rcode.NXDOMAIN)
        elif text := RECORDS[name].get(kind):
            answer.answer.append(rrset.from_text(name, 60, "IN", kind, text))
        self._socket.sendto(answer.to_wire(), addr)


@asynccontextmanager
async def serve_names() -> AsyncIterator[NameServer]:
    """Serve names on loopback until the end of the block."""
    loop = asyncio.get_running_loop()
    transport, server = await loop.create_datagram_endpoint(NameServer, local_addr=("127.0.0.1", 0))
    server.address = f"127.0.0.1:{transport.get_extra_info('sockname')[1]}"
    mail_domains.cache_clear()  # an earlier server may have had this port
    try:
        yield server
    finally:
        server.close()
