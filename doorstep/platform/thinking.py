"""Solvers at work in processes of their own: killable, under a hard deadline, and never in the way of the event loop.

`await think(solve, problem, budget, seconds=3)` runs a plain function of a module in a warm worker process. Whatever the
function does (loops forever, eats the memory, is killed), it costs its answer and nothing else.

Workers are started by exec, so threads and locks of this process are not copied into them. They talk over a pair of
sockets: when this process dies by whatever cause, an idle worker reads the end of its socket and leaves, and a thinking
one is ended by its own alarm.
"""

import asyncio
import atexit
import os
import pickle
import signal
import socket
import struct
import subprocess
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal, TypeVar, TypeVarTuple
from weakref import WeakKeyDictionary

T = TypeVar("T")
Args = TypeVarTuple("Args")

AT_ONCE = 2
"""Workers that think at the same time for one event loop; further questions wait in line."""

MOST_S = 3600.0
"""No question may take longer."""

START_S = 30.0
"""A worker that has not begun by then (start of Python, imports of the solver) counts as dead."""

GRACE_S = 2.0
"""A worker whose deadline passed this long ago ends itself, in case nobody is left to kill it."""

_HEAD = struct.Struct("!Qd")
"""Before each message: its length, and the seconds that the answer may take."""

_idle: "list[_Worker]" = []
_gates: "WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore]" = WeakKeyDictionary()


class ThinkingFailed(Exception):  # noqa: N818 - an outcome that every caller plans for
    """There is no answer; nothing else happened.

    Attributes:
        kind: `overran` (the deadline passed), `died` (the worker ended, or its answer could not be sent back), or
            `busy` (no worker came free while waiting in line).
    """

    def __init__(self, kind: Literal["overran", "died", "busy"], message: str) -> None:
        super().__init__(message)
        self.kind = kind

    def __reduce__(self) -> tuple[type["ThinkingFailed"], tuple[str, str]]:
        return (ThinkingFailed, (self.kind, str(self)))


async def think(work: Callable[[*Args], T], *args: *Args, seconds: float, wait_s: float = 60.0) -> T:
    """Return `work(*args)`, computed in a worker process.

    Cancelation of the caller kills the worker.

    Args:
        work: a function at the top of a module; it and its arguments and answer must be picklable.
        args: of the function. Give a solver a budget well below `seconds`.
        seconds: hard deadline, counted from the moment the function begins.
        wait_s: longest time in line behind other questions.

    Raises:
        ThinkingFailed: no answer in time, or the worker died.
        ValueError: `seconds` is not in 0..`MOST_S`.
        Exception: whatever the function raised, as it raised it (a solver's refusal, for example).
    """
    if not 0 < seconds <= MOST_S:
        raise ValueError(f"a deadline of {seconds} s is not above 0 and at most {MOST_S:.0f}")
    question = pickle.dumps((work, args))
    gate = _gates.setdefault(asyncio.get_running_loop(), asyncio.Semaphore(AT_ONCE))
    try:
        async with asyncio.timeout(wait_s):
            await gate.acquire()
    except TimeoutError:
        raise ThinkingFailed("busy", f"no worker came free within {wait_s:g} s: try again later") from None
    try:
        done, outcome = await _ask(question, seconds)
    finally:
        gate.release()
    if not done:
        raise outcome
    answer: T = outcome
    return answer


async def dismiss() -> None:
    """End all idle workers and wait until they are gone; a later question starts a new one."""
    while _idle:
        await _idle.pop().stop()


async def _ask(question: bytes, seconds: float) -> tuple[bool, Any]:
    worker = _hire()
    try:
        answer = await worker.answer(question, seconds)
    except BaseException:
        await asyncio.shield(worker.stop())
        raise
    _idle.append(worker)
    outcome: tuple[bool, Any] = pickle.loads(answer)  # noqa: S301 - from our own process by a private socket
    return outcome


def _hire() -> "_Worker":
    """Take a warm worker, or start one. One that was killed while idle is not noticed by the caller."""
    while _idle:
        worker = _idle.pop()
        if worker.process.poll() is None:
            return worker
        worker.line.close()
    return _Worker()


class _Worker:
    """A process that answers one question after the other."""

    def __init__(self) -> None:
        self.line, theirs = socket.socketpair()
        self.line.setblocking(False)
        with theirs:
            self.process = subprocess.Popen(  # noqa: S603 - our own module, by our own interpreter
                [sys.executable, "-P", "-c", f"from {__name__} import serve; serve({theirs.fileno()})"],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
            )
        self.new = True

    async def answer(self, question: bytes, seconds: float) -> bytes:
        """Send a question and wait for the answer.

        Raises:
            ThinkingFailed: it took longer, or the process died.
        """
        loop = asyncio.get_running_loop()
        begun = False
        try:
            async with asyncio.timeout(START_S) as limit:
                if self.new:
                    await loop.sock_sendall(self.line, _framed(pickle.dumps(sys.path), 0))
                    self.new = False
                await loop.sock_sendall(self.line, _framed(question, seconds))
                begun = await self._receive() == b""
                limit.reschedule(loop.time() + seconds)
                return await self._receive()
        except TimeoutError:
            kind: Literal["overran", "died"] = "overran" if begun else "died"
            over = (
                f"no answer within {seconds:g} s" if begun else f"the worker did not begin in {START_S:g} s"
            )
            raise ThinkingFailed(kind, f"{over}: give it less to do, or more time") from None
        except (OSError, EOFError):
            # At its own alarm the worker may be gone an instant before our deadline is noticed.
            late = begun and self.process.poll() == -signal.SIGALRM
            raise ThinkingFailed(
                "overran" if late else "died", "the worker process ended without an answer: ask again"
            ) from None

    async def _receive(self) -> bytes:
        length, _ = _HEAD.unpack(await self._exactly(_HEAD.size))
        return await self._exactly(length)

    async def _exactly(self, count: int) -> bytes:
        loop = asyncio.get_running_loop()
        got = bytearray()
        while len(got) < count:
            piece = await loop.sock_recv(self.line, min(count - len(got), 1 << 20))
            if not piece:
                raise EOFError
            got += piece
        return bytes(got)

    async def stop(self) -> None:
        """Kill the process and collect it."""
        self.kill()
        await asyncio.to_thread(self.process.wait)

    def kill(self) -> None:
        """Kill the process; somebody must wait for it."""
        self.line.close()
        self.process.kill()


@atexit.register
def _dismiss_at_exit() -> None:
    while _idle:
        worker = _idle.pop()
        worker.kill()
        worker.process.wait()


# A process that is forked from this one must not talk to this one's workers.
os.register_at_fork(after_in_child=_idle.clear)


def _framed(message: bytes, seconds: float) -> bytes:
    return _HEAD.pack(len(message), seconds) + message


def serve(descriptor: int) -> None:
    """Be a worker: answer questions from the socket until it ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the house; it ends its workers itself
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    with suppress(OSError):  # where there is such a file, let the kernel end a worker before the house
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")
    with socket.socket(fileno=descriptor) as line, line.makefile("rwb") as stream, suppress(OSError):
        head, message = _read(stream)
        sys.path[:] = pickle.loads(message)  # noqa: S301 - from our own parent by a private socket
        while head:
            head, message = _read(stream)
            if head:
                stream.write(_framed(_outcome(stream, message, _HEAD.unpack(head)[1]), 0))
                stream.flush()


def _read(stream: Any) -> tuple[bytes, bytes]:
    head = stream.read(_HEAD.size)
    return (head, stream.read(_HEAD.unpack(head)[0])) if len(head) == _HEAD.size else (b"", b"")


def _outcome(stream: Any, message: bytes, seconds: float) -> bytes:
    try:
        work, args = pickle.loads(message)  # noqa: S301 - from our own parent by a private socket
        stream.write(_framed(b"", 0))
        stream.flush()
        signal.setitimer(signal.ITIMER_REAL, seconds + GRACE_S)
        answer = pickle.dumps((True, work(*args)))
    except Exception as error:  # noqa: BLE001 - handed to the asker
        error.add_note(f"in a worker process:\n{traceback.format_exc()}")
        answer = _packed(error)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    return answer


def _packed(error: Exception) -> bytes:
    """Pickle an error; one that does not survive the way is told in words."""
    try:
        packed = pickle.dumps((False, error))
        pickle.loads(packed)  # noqa: S301 - just made here
    except Exception:  # noqa: BLE001 - a class of somebody else's may raise anything
        return pickle.dumps((False, ThinkingFailed("died", f"{type(error).__name__}: {error}")))
    return packed
