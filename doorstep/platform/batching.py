"""Group commit: requests that wait at the same time become one batch act and one commit.

Nobody waits for a timer: while one batch runs, the next one gathers, and it is joined by requests that are being read at that
moment. Under no load a batch is one request; under load batches grow by themselves. Each request gets its own answer, and a batch that fails is tried again one by one, so a bad
request never fails its neighbors.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Ask = TypeVar("Ask")
Answer = TypeVar("Answer")

QUIET_TURNS = 5
"""Turns of the event loop without a new request after which a batch begins; a turn of an idle loop takes some microseconds."""


class GroupCommit(Generic[Key, Ask, Answer]):
    """Gathers concurrent asks per key (the tenant) into calls of one batch act.

    Args:
        act: takes the key and up to `batch_max` asks, commits, and returns one answer each, in order. An answer that is
            an exception is raised to its asker.
        batch_max: most asks in one call.
        running_max: calls under way at once per key; more than one overlaps parsing with commits.
    """

    def __init__(
        self,
        act: Callable[[Key, list[Ask]], Awaitable[list[Answer | Exception]]],
        *,
        batch_max: int = 200,
        running_max: int = 2,
    ) -> None:
        self._act = act
        self._batch_max = batch_max
        self._running_max = running_max
        self._waiting: dict[Key, deque[tuple[Ask, asyncio.Future[Answer]]]] = {}
        self._running: dict[Key, int] = {}
        self._calls: set[asyncio.Task[None]] = set()

    async def ask(self, key: Key, ask: Ask) -> Answer:
        """Join the next batch of this key and return this ask's own answer."""
        future: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(key, deque()).append((ask, future))
        if self._running.get(key, 0) < self._running_max:
            self._running[key] = self._running.get(key, 0) + 1
            call = asyncio.create_task(self._drain(key))
            self._calls.add(call)
            call.add_done_callback(self._calls.discard)
        return await future

    async def _drain(self, key: Key) -> None:
        queue = self._waiting[key]
        try:
            while queue:
                await self._gather(queue)
                batch = [queue.popleft() for _ in range(min(len(queue), self._batch_max))]
                if batch:  # another call may have taken them meanwhile
                    await self._run(key, batch)
        finally:
            self._running[key] -= 1

    async def _gather(self, queue: deque[tuple[Ask, "asyncio.Future[Answer]"]]) -> None:
        """Let requests that are on their way through the loop join, until none has come for some turns of it."""
        quiet = 0
        while quiet < QUIET_TURNS and len(queue) < self._batch_max:
            before = len(queue)
            await asyncio.sleep(0)
            quiet = 0 if len(queue) > before else quiet + 1

    async def _run(self, key: Key, batch: list[tuple[Ask, "asyncio.Future[Answer]"]]) -> None:
        try:
            answers = await self._act(key, [ask for ask, _ in batch])
        except Exception as error:  # noqa: BLE001 - handed to the asker, or retried alone
            if len(batch) == 1:
                _settle(batch[0][1], error)
            else:
                for one in batch:
                    await self._run(key, [one])
            return
        for (_, future), answer in zip(batch, answers, strict=True):
            _settle(future, answer)


def _settle(future: "asyncio.Future[Answer]", answer: Answer | Exception) -> None:
    if future.done():
        return
    if isinstance(answer, Exception):
        future.set_exception(answer)
    else:
        future.set_result(answer)
