"""Serving a simulated server on loopback: in the caller's own loop, for tests and for a process of its own alike."""

import asyncio
import signal
import socket
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

from granian.constants import Interfaces
from granian.server.embed import Server
from litestar import Litestar

HOST = "127.0.0.1"
OPENED_WITHIN_S = 5.0


def free_port() -> int:
    """Return a loopback port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


@asynccontextmanager
async def serving(application: Litestar, port: int = 0) -> AsyncIterator[str]:
    """Serve an application until the end of the block; yield its base URL once it answers.

    Raises:
        TimeoutError: the port did not open within five seconds.
    """
    port = port or free_port()
    server = Server(
        application, address=HOST, port=port, interface=Interfaces.ASGI, log_enabled=False, websockets=False
    )
    running = asyncio.create_task(server.serve())
    try:
        async with asyncio.timeout(OPENED_WITHIN_S):
            while not await _open(port):
                if running.done():
                    running.result()
                await asyncio.sleep(0.01)
        yield f"http://{HOST}:{port}"
    finally:
        server.stop()  # type: ignore[no-untyped-call]
        await running


async def _open(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection(HOST, port)
    except OSError:
        return False
    writer.close()
    await writer.wait_closed()
    return True


async def serve_until_told(server: AbstractAsyncContextManager[Any]) -> None:
    """Keep a server up until SIGTERM or SIGINT, then close it in order."""
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, told.set)
    async with server:
        await told.wait()
