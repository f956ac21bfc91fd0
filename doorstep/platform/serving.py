"""The web processes: granian with the application's factory, in as many processes as asked."""

import asyncio
import gc
import os
import signal

from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import Server

GRACE_S = 10
WATCH_S = 1.0


def serve(factory: str, host: str, port: int, *, processes: int = 1) -> None:
    """Serve until a signal; requests under way are finished first (at most `GRACE_S` seconds).

    A process that dies is replaced. Several calls may serve one port; the system spreads connections over them.

    Args:
        factory: where the application is made, as `module:function`; each process calls it once.
        host: address to listen on.
        port: port to listen on.
        processes: how many processes answer.
    """
    Server(
        factory,
        address=host,
        port=port,
        interface=Interfaces.ASGI,
        workers=processes,
        factory=True,
        websockets=False,
        log_level=LogLevels.warning,
        log_access=False,
        respawn_failed_workers=True,
        workers_kill_timeout=GRACE_S,
    ).serve()


def settle_memory() -> None:
    """Take what a started process holds for good out of the garbage collector's rounds, which else stop it for long."""
    gc.collect()
    gc.freeze()


async def leave_with_parent() -> None:
    """End this process once the one that started it is gone, so that a killed server leaves no orphan on its port."""
    parent = os.getppid()
    while os.getppid() == parent:  # noqa: ASYNC110 - the system tells a child nothing of its parent's end
        await asyncio.sleep(WATCH_S)
    os.kill(os.getpid(), signal.SIGKILL)
