"""A load generator for HTTP: closed loops over kept connections, as cheap as Python allows, since it shares the cores.

Each connection sends the next request when the last one is answered. Answers are read by status line and length only.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

Make = Callable[[], bytes]
"""Makes the whole text of the next request, head and body."""


@dataclass(slots=True)
class Measured:
    """What came back.

    Attributes:
        statuses: how many answers of each HTTP status.
        latencies_s: of each request.
        seconds: from the first request to the last answer.
    """

    statuses: Counter[int] = field(default_factory=Counter)
    latencies_s: list[float] = field(default_factory=list)
    seconds: float = 0.0

    def add(self, other: "Measured") -> None:
        """Add what came back in another stretch of time."""
        self.statuses += other.statuses
        self.latencies_s += other.latencies_s
        self.seconds += other.seconds

    @property
    def rate(self) -> float:
        """Answers with a status below 300 a second."""
        good = sum(count for status, count in self.statuses.items() if status < 300)
        return good / self.seconds if self.seconds else 0.0

    def percentile_ms(self, percent: float) -> float:
        """Return a percentile of the time to answer, in milliseconds."""
        ordered = sorted(self.latencies_s)
        if not ordered:
            return 0.0
        return round(ordered[min(int(len(ordered) * percent / 100), len(ordered) - 1)] * 1000, 2)


class _Connection(asyncio.Protocol):
    """One client that asks, waits and asks again."""

    def __init__(self, make: Make, measured: Measured, more: Callable[[], bool]) -> None:
        self.make, self.measured, self.more = make, measured, more
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.buffer = b""
        self.begun = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - the loop made it so
        self.transport = transport
        self._ask()

    def data_received(self, data: bytes) -> None:
        self.buffer = self.buffer + data if self.buffer else data
        head, found, body = self.buffer.partition(b"\r\n\r\n")
        if not found:
            return
        at = head.lower().find(b"content-length: ")
        length = int(head[at + 16 :].split(b"\r", 1)[0]) if at >= 0 else 0
        if len(body) < length:
            return
        self.buffer = b""
        self.measured.latencies_s.append(time.perf_counter() - self.begun)
        self.measured.statuses[int(head[9:12])] += 1
        self._ask()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            if exc:
                self.done.set_exception(exc)
            else:
                self.done.set_result(None)

    def _ask(self) -> None:
        if self.more():
            self.begun = time.perf_counter()
            self.transport.write(self.make())
        else:
            self.transport.close()


async def run(
    port: int, make: Make, *, clients: int, seconds: float | None = None, requests: int | None = None
) -> Measured:
    """Ask with `clients` connections at once until the seconds or the requests are used up."""
    loop = asyncio.get_running_loop()
    measured = Measured()
    begun = time.perf_counter()
    end = begun + seconds if seconds else float("inf")
    left = requests if requests is not None else 2**62

    def more() -> bool:
        nonlocal left
        left -= 1
        return left >= 0 and time.perf_counter() < end

    connections = [
        (await loop.create_connection(lambda: _Connection(make, measured, more), "127.0.0.1", port))[1]
        for _ in range(clients)
    ]
    await asyncio.gather(*(connection.done for connection in connections))
    measured.seconds = time.perf_counter() - begun
    return measured


def post(path: str, key: str, body: bytes, *, extra: str = "") -> bytes:
    """Return the text of a POST with a JSON body; `extra` are more header lines, each with its line end."""
    head = (
        f"POST {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer {key}\r\n{extra}"
        f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def get(path: str, key: str) -> bytes:
    """Return the text of a GET."""
    return f"GET {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer {key}\r\n\r\n".encode()
