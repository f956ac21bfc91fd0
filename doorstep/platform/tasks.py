"""What is owed, and the workers who do it.

A task is owed by the transaction that wrote its event. Workers claim due tasks of one tenant with SKIP LOCKED under a
lease and a fence number, run them, and finish them with that fence, so a worker that lost its lease changes nothing.

Two kinds of work, both registered by the stages' `jobs.py`:

- a *reaction* `async def f(tx, subjects)` works in the database only. It runs for many tasks at once, in the same
  transaction that finishes them: exactly once. If the set fails, each task is tried alone, so one bad apple spoils nothing.
- an *errand* `async def f(house, tenant_id, subject)` (marked with `@errand`) calls the outside. It opens its own short
  transactions around the call and must bear being run again after a crash. Marked with `@errands` it takes a list of
  subjects, for calls that do many at once as cheaply as one.

Beside them a *watch* `async def f(tx)` looks several times a second, for each tenant, whether there is something to do that is
derived from rows alone. What it looks with has to be cheap.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any
from uuid import UUID

import structlog
from psycopg import OperationalError, errors
from psycopg_pool import PoolTimeout

from doorstep.platform.db import Tx, columns
from doorstep.platform.errors import Refused
from doorstep.platform.house import House
from doorstep.platform.statements import Statements

Q = Statements("doorstep.platform")
log = structlog.get_logger()
Reaction = Callable[[Tx, list[UUID]], Awaitable[Any]]
Errand = Callable[[House, UUID, UUID], Awaitable[Any]]
Errands = Callable[[House, UUID, list[UUID]], Awaitable[Any]]
Watch = Callable[[Tx], Awaitable[Any]]

LEASE_S = 20
"""Longer than any errand: every call outside has a deadline well below it."""

ATTEMPTS_MAX = 10
CLAIM_MAX = 200
WATCH_S = 0.25
ERRANDS_AT_ONCE = 32
TRANSIENT = (errors.DeadlockDetected, errors.SerializationFailure, errors.LockNotAvailable)
"""Somebody else was in the way: the same work can be done at once."""


def errand(work: Errand) -> Errand:
    """Mark work that calls the outside world and therefore runs outside any transaction."""
    work.calls_outside = True  # type: ignore[attr-defined]
    return work


def errands(work: Errands) -> Errands:
    """Mark work that calls the outside world for many subjects at once; if it fails, each is tried alone."""
    work.calls_outside = work.takes_sets = True  # type: ignore[attr-defined]
    return work


@dataclass(frozen=True, slots=True)
class Every:
    """A timer: run `work` for each tenant, `seconds` after it last ended (database time); `work` gets the tenant's id."""

    seconds: float
    work: Reaction | Errand


@dataclass(frozen=True, slots=True)
class Claimed:
    """A task under lease."""

    name: str
    subject: UUID
    seq: int
    attempts: int
    fence: int
    recurs_s: float | None


@dataclass(frozen=True, slots=True)
class Duties:
    """All the work there is: by task name, and which events and timers owe it."""

    work: Mapping[str, Reaction | Errand]
    listeners: Mapping[str, tuple[str, ...]]
    timers: Mapping[str, float]
    errands: frozenset[str] = frozenset()
    watches: tuple[Watch, ...] = ()


def duties(
    stages: Iterable[tuple[str, Mapping[str, Sequence[Any]], Mapping[str, Every]]],
    also: Mapping[str, Reaction | Errand] | None = None,
    watches: Sequence[Watch] = (),
) -> Duties:
    """Collect every stage's `ON` (event kind -> functions) and `EVERY` (timer name -> Every) into one table.

    A task's name is `stage.function`, so it can be read on a page and survives a restart. `also` is work by task name that
    neither an event nor a timer of every tenant owes.
    """
    work: dict[str, Reaction | Errand] = dict(also or {})
    listeners: dict[str, list[str]] = {}
    timers: dict[str, float] = {}
    for stage, on, every in stages:
        for kind, functions in on.items():
            for function in functions:
                name = f"{stage}.{function.__name__}"
                work[name] = function
                listeners.setdefault(kind, []).append(name)
        for title, timer in every.items():
            work[f"{stage}.{title}"] = timer.work
            timers[f"{stage}.{title}"] = float(timer.seconds)
    outside = frozenset(name for name, one in work.items() if getattr(one, "calls_outside", False))
    heard = {kind: tuple(names) for kind, names in listeners.items()}
    return Duties(work, heard, timers, outside, tuple(watches))


def backoff_s(attempts: int) -> float:
    """Return how long to wait after the n-th failed attempt: doubling from a second to ten minutes, with jitter."""
    return float(min(2 ** (attempts - 1), 600) * (0.5 + random.random()))  # noqa: S311 - jitter, not a secret


@dataclass(slots=True)
class Worker:
    """Works off the tasks of all tenants until told to stop: reactions in one loop, errands in another beside it.

    A partner that hangs holds up the errands that wait for it, never the reactions. When there is nothing to do they look
    again after `idle_s`, or as soon as the bell rings.
    """

    house: House
    duties: Duties
    idle_s: float = 0.4
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    under_way: set[asyncio.Task[None]] = field(default_factory=set)

    async def run(self) -> None:
        """Work until `stopping` is set; what is held then is finished or handed back."""
        hearing = asyncio.create_task(self.house.db.bell.hear(self.house.db.url))
        try:
            await asyncio.gather(
                self._loop(self._react_to_due), self._loop(self._start_errands), self._watch_on()
            )
        finally:
            hearing.cancel()
        if self.under_way:
            await asyncio.wait(self.under_way)

    async def _loop(self, work: Callable[[UUID], Awaitable[int]]) -> None:
        prepared: set[UUID] = set()
        while not self.stopping.is_set():
            rung = self.house.db.bell.next()
            try:
                tenants = await self.tenants()
                for tenant_id in set(tenants) - prepared:
                    await self.prepare(tenant_id)
                    prepared.add(tenant_id)
                busy = [await work(tenant_id) for tenant_id in tenants if not self.stopping.is_set()]
            except (OperationalError, PoolTimeout) as error:
                log.warning("database_away", error=type(error).__name__)
                busy = []
            if not any(busy):
                waits = [asyncio.create_task(event.wait()) for event in (rung, self.stopping)]
                await asyncio.wait(waits, timeout=self.idle_s, return_when=asyncio.FIRST_COMPLETED)
                for wait in waits:
                    wait.cancel()

    async def _watch_on(self) -> None:
        while not self.stopping.is_set():
            try:
                for tenant_id in await self.tenants():
                    await self.watch(tenant_id)
            except (OperationalError, PoolTimeout) as error:
                log.warning("database_away", error=type(error).__name__)
            with suppress(TimeoutError):
                await asyncio.wait_for(self.stopping.wait(), WATCH_S)

    async def watch(self, tenant_id: UUID) -> None:
        """Let every watch look once at a tenant; one that fails is tried again soon."""
        for look in self.duties.watches:
            try:
                async with self.house.db.transaction(tenant_id, actor="system:watch") as tx:
                    await look(tx)
            except TRANSIENT:
                continue
            except (OperationalError, PoolTimeout):
                raise
            except Exception as error:
                log.warning("watch_failed", watch=look.__name__, error=type(error).__name__, exc_info=error)

    async def tenants(self) -> list[UUID]:
        """Return the tenants there are."""
        async with self.house.db.directory() as connection:
            cursor = await connection.execute(Q.all_tenants.sql.encode())
            return [row[0] for row in await cursor.fetchall()]

    async def prepare(self, tenant_id: UUID) -> None:
        """Make sure the tenant has its timers."""
        async with self.house.db.transaction(tenant_id, actor="system") as tx:
            await tx.run(
                Q.add_timers, names=list(self.duties.timers), recurs=list(self.duties.timers.values())
            )

    async def step(self, tenant_id: UUID) -> int:
        """Do one batch of a tenant's due reactions and errands to their end; return how many were claimed."""
        await self.watch(tenant_id)
        claimed = await self._react_to_due(tenant_id) + await self._start_errands(tenant_id)
        if self.under_way:
            done, _ = await asyncio.wait(self.under_way)
            for errand_task in done:
                errand_task.result()
        return claimed

    async def _claim(self, tenant_id: UUID, most: int, *, outside: bool) -> list[Claimed]:
        async with self.house.db.transaction(tenant_id, actor="system") as tx:
            return await tx.rows(
                Q.claim_tasks,
                Claimed,
                most=most,
                lease_s=LEASE_S,
                errands=list(self.duties.errands),
                outside=outside,
            )

    async def _react_to_due(self, tenant_id: UUID) -> int:
        claimed = await self._claim(tenant_id, CLAIM_MAX, outside=False)
        by_name = sorted(claimed, key=lambda task: (task.name, task.subject, task.seq))
        for name, group in groupby(by_name, key=lambda task: task.name):
            tasks = list(group)
            if self.stopping.is_set():
                await self._give_back(tenant_id, tasks)
            elif (work := self.duties.work.get(name)) is None:
                await self._fail(tenant_id, tasks, LookupError(f"no stage does {name} any more"))
            else:
                await self._react(tenant_id, work, tasks)
        return len(claimed)

    async def _start_errands(self, tenant_id: UUID) -> int:
        if len(self.under_way) >= ERRANDS_AT_ONCE:
            await asyncio.wait(self.under_way, timeout=self.idle_s, return_when=asyncio.FIRST_COMPLETED)
        free = ERRANDS_AT_ONCE - len(self.under_way)
        claimed = await self._claim(tenant_id, free, outside=True) if free else []
        for tasks in self._apart(claimed):
            running = asyncio.create_task(self._run_errand(tenant_id, tasks))
            self.under_way.add(running)
            running.add_done_callback(self.under_way.discard)
        return len(claimed)

    def _apart(self, claimed: Sequence[Claimed]) -> list[list[Claimed]]:
        """Return the tasks as they are run: one by one, and together where the work takes sets."""
        apart: list[list[Claimed]] = []
        by_name = sorted(claimed, key=lambda task: task.name)
        for name, group in groupby(by_name, key=lambda task: task.name):
            tasks = list(group)
            sets = getattr(self.duties.work[name], "takes_sets", False)
            apart += [tasks] if sets else [[task] for task in tasks]
        return apart

    async def _react(self, tenant_id: UUID, work: Any, tasks: list[Claimed]) -> None:
        try:
            async with self.house.db.transaction(tenant_id, actor=f"system:{tasks[0].name}") as tx:
                await work(tx, list(dict.fromkeys(task.subject for task in tasks)))
                await _finish(tx, tasks)
        except LeaseLostError:
            log.warning("lease_lost", task=tasks[0].name)
        except TRANSIENT:
            await self._give_back(tenant_id, tasks)
        except (OperationalError, PoolTimeout):
            raise
        except Exception as error:  # noqa: BLE001 - whatever went wrong is recorded on the task and shown
            if len(tasks) == 1:
                await self._fail(tenant_id, tasks, error)
            else:
                for task in tasks:
                    await self._react(tenant_id, work, [task])

    async def _run_errand(self, tenant_id: UUID, tasks: list[Claimed]) -> None:
        name = tasks[0].name
        work: Any = self.duties.work[name]
        try:
            if getattr(work, "takes_sets", False):
                await work(self.house, tenant_id, list(dict.fromkeys(task.subject for task in tasks)))
            else:
                await work(self.house, tenant_id, tasks[0].subject)
            async with self.house.db.transaction(tenant_id, actor="system") as tx:
                await tx.value(Q.finish_tasks, **_keys(tasks))
        except TRANSIENT:
            await self._give_back(tenant_id, tasks)
        except (OperationalError, PoolTimeout) as error:
            log.warning("database_away", task=name, error=type(error).__name__)  # its lease runs out
        except Exception as error:  # noqa: BLE001 - recorded on the task and shown
            if len(tasks) == 1:
                await self._fail(tenant_id, tasks, error)
            else:
                for task in tasks:
                    await self._run_errand(tenant_id, [task])

    async def _fail(self, tenant_id: UUID, tasks: list[Claimed], error: BaseException) -> None:
        for task in tasks:
            give_up = task.attempts >= ATTEMPTS_MAX and task.recurs_s is None
            log.warning(
                "task_failed",
                task=task.name,
                subject=str(task.subject),
                attempts=task.attempts,
                given_up=give_up,
                error=type(error).__name__,
                exc_info=None if isinstance(error, Refused) else error,
            )
            async with self.house.db.transaction(tenant_id, actor="system") as tx:
                await tx.run(
                    Q.fail_task,
                    name=task.name,
                    subject=task.subject,
                    seq=task.seq,
                    fence=task.fence,
                    error=f"{type(error).__name__}: {error}"[:2000],
                    wait_s=backoff_s(task.attempts),
                    give_up=give_up,
                )

    async def _give_back(self, tenant_id: UUID, tasks: list[Claimed]) -> None:
        async with self.house.db.transaction(tenant_id, actor="system") as tx:
            await tx.run(Q.give_back_tasks, **_keys(tasks))


async def _finish(tx: Tx, tasks: list[Claimed]) -> None:
    if await tx.value(Q.finish_tasks, **_keys(tasks)) != len(tasks):
        raise LeaseLostError


class LeaseLostError(Exception):
    """Another worker took the task over; this one's changes are rolled back."""


async def wake_timer(tx: Tx, name: str) -> None:
    """Let a timer of the tenant come now; one that runs just now comes again right after."""
    await tx.run(Q.wake_timer, name=name)
    tx.owing = True


def _keys(tasks: Sequence[Claimed]) -> dict[str, list[Any]]:
    return columns(tasks, "name", "subject", "seq", "fence")
