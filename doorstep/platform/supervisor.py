"""Keeps the parts of the house running: starts them as child processes, starts again what dies, ends all of them together."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import structlog

log = structlog.get_logger()

STOP_S = 15.0
"""How long a part may take to finish what it holds before it is killed."""

RETRY_S = 0.3
CHECK_S = 0.5


@dataclass(frozen=True, slots=True)
class Part:
    """One child process of the house: `doorstep <arguments>` with these variables added to the environment."""

    name: str
    arguments: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Supervisor:
    """Runs parts until told to stop.

    Attributes:
        parts: what to run.
        check: called every half second beside them; it mends what is not a child of ours (the database).
        stopping: set it, or send SIGTERM or SIGINT, and everything ends.
    """

    parts: Sequence[Part]
    check: Callable[[], Awaitable[None]] | None = None
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    running: dict[str, asyncio.subprocess.Process] = field(default_factory=dict)

    async def run(self) -> None:
        """Run all parts until `stopping`; then end them in turn, last started first."""
        loop = asyncio.get_running_loop()
        for name in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(name, self.stopping.set)
        keepers = [asyncio.create_task(self._keep(part)) for part in self.parts]
        if self.check is not None:
            keepers.append(asyncio.create_task(self._keep_checking(self.check)))
        await self.stopping.wait()
        await asyncio.gather(*keepers, return_exceptions=True)

    async def _keep(self, part: Part) -> None:
        while not self.stopping.is_set():
            begun = time.monotonic()
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "doorstep",
                *part.arguments,
                env={**os.environ, **part.environment},
                stdin=asyncio.subprocess.DEVNULL,
                stdout=sys.stderr.fileno(),  # what we say ourselves is for scripts to read
                start_new_session=True,
            )
            self.running[part.name] = process
            stop = asyncio.create_task(self.stopping.wait())
            end = asyncio.create_task(process.wait())
            await asyncio.wait((stop, end), return_when=asyncio.FIRST_COMPLETED)
            stop.cancel()
            if not end.done():
                await _end(process)
            else:
                log.warning("part_died", part=part.name, status=process.returncode)
                _kill_group(process.pid)
                await self._pause(RETRY_S if time.monotonic() - begun > 2 else 2.0)

    async def _keep_checking(self, check: Callable[[], Awaitable[None]]) -> None:
        while not self.stopping.is_set():
            try:
                await check()
            except Exception as error:  # noqa: BLE001 - it is tried again; the parts say what they miss
                log.warning("check_failed", error=str(error))
            await self._pause(CHECK_S)

    async def _pause(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self.stopping.wait(), seconds)


async def _end(process: asyncio.subprocess.Process) -> None:
    with suppress(ProcessLookupError):
        process.terminate()
    try:
        await asyncio.wait_for(process.wait(), STOP_S)
    except TimeoutError:
        log.warning("part_killed", pid=process.pid)
    _kill_group(process.pid)
    await process.wait()


def _kill_group(group: int) -> None:
    """End what a part started and left behind; every part leads a process group of its own."""
    with suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)
