"""A program elsewhere that is called, and answers as a test wants."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Heard:
    """One call: its headers, names in lower case, and its body."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        """The id of its event."""
        return self.headers["webhook-id"]

    @property
    def told(self) -> Any:
        """What it says."""
        return json.loads(self.body)


@dataclass
class Receiver:
    """Answers 200 unless `answers` says otherwise for the next calls.

    Attributes:
        answers: (status, more header lines, body) for the next calls, in turn.
        holding: while it is not set, calls are heard and not answered.
        called: set once somebody called.
    """

    port: int = 0
    answers: list[tuple[int, str, bytes]] = field(default_factory=list)
    heard: list[Heard] = field(default_factory=list)
    holding: asyncio.Event = field(default_factory=asyncio.Event)
    called: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}/hooks"

    def kinds(self) -> list[str]:
        """Return the kinds of events it heard, in turn."""
        return [one.told["type"] for one in self.heard]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer the calls of one connection."""
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                first, *lines = head.decode().strip().split("\r\n")
                headers = {name.lower(): of.strip() for name, _, of in (one.partition(":") for one in lines)}
                body = await reader.readexactly(int(headers.get("content-length", "0")))
                self.heard.append(Heard(first.split(" ")[1], headers, body))
                self.called.set()
                await self.holding.wait()
                status, more, said = self.answers.pop(0) if self.answers else (200, "", b"thanks")
                writer.write(
                    f"HTTP/1.1 {status} X\r\n{more}content-length: {len(said)}\r\n\r\n".encode() + said
                )
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def receiving() -> AsyncIterator[Receiver]:
    """Listen on loopback until the end of the block."""
    receiver = Receiver()
    receiver.holding.set()
    running: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        running.add(task)
        task.add_done_callback(running.discard)
        await receiver.serve(reader, writer)

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    receiver.port = server.sockets[0].getsockname()[1]
    try:
        yield receiver
    finally:
        server.close()
        for task in tuple(running):
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
