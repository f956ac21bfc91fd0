"""What is owed, and the workers who do it.

A task is owed by the transaction that wrote its event. Workers claim due tasks of one tenant with SKIP LOCKED under a
lease and a fence number, run them, and finish them with that fence, so a worker that lost its lease changes nothing.

Two kinds of work, both registered by the stages' `jobs.py`:

- a *reaction* `async def f(tx, subjects)` works in the database only. It runs for many tasks at once, in the same
  transaction that finishes them: exactly once. If the set fails, each task is tried alone, so one bad apple spoils nothing.
- an *errand* `async def f(house, tenant_id, subject)` (marked with `@errand`) calls the outside. It opens its own short
  transactions around the call and must bear being run again after a crash.
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
from psycopg import OperationalError
from psycopg_pool import PoolTimeout

from doorstep.platform.db import Tx, columns
from doorstep.platform.errors import Refused
from doorstep.platform.house import House
from doorstep.platform.statements import Statements

Q = Statements("doorstep.platform")
log = structlog.get_logger()
Reaction = Callable[[Tx, list[UUID]], Awaitable[Any]]
Errand = Callable[[House, UUID, UUID], Awaitable[Any]]

LEASE_S = 60
ATTEMPTS_MAX = 10
CLAIM_MAX = 200
ERRANDS_AT_ONCE = 16


def errand(work: Errand) -> Errand:
    """Mark work that calls the outside world and therefore runs outside any transaction."""
    work.calls_outside = True  # type: ignore[attr-defined]
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


def duties(stages: Iterable[tuple[str, Mapping[str, Sequence[Any]], Mapping[str, Every]]]) -> Duties:
    """Collect every stage's `ON` (event kind -> functions) and `EVERY` (timer name -> Every) into one table.

    A task's name is `stage.function`, so it can be read on a page and survives a restart.
    """
    work: dict[str, Reaction | Errand] = {}
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
            timers[f"{stage}.{title}"] = timer.seconds
    return Duties(work, {kind: tuple(names) for kind, names in listeners.items()}, timers)


def backoff_s(attempts: int) -> float:
    """Return how long to wait after the n-th failed attempt: doubling from a second to ten minutes, with jitter."""
    return float(min(2 ** (attempts - 1), 600) * (0.5 + random.random()))  # noqa: S311 - jitter, not a secret


@dataclass(slots=True)
class Worker:
    """Works off the tasks of all tenants until told to stop."""

    house: House
    duties: Duties
    idle_s: float = 0.2
    only: frozenset[str] | None = None
    stopping: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self) -> None:
        """Work until `stopping` is set; what is held then is finished or handed back."""
        prepared: set[UUID] = set()
        while not self.stopping.is_set():
            try:
                tenants = await self.tenants()
                for tenant_id in tenants:
                    if tenant_id not in prepared:
                        await self.prepare(tenant_id)
                        prepared.add(tenant_id)
                busy = [await self.step(tenant_id) for tenant_id in tenants if not self.stopping.is_set()]
            except (OperationalError, PoolTimeout) as error:
                log.warning("database_away", error=type(error).__name__)
                busy = []
                await asyncio.sleep(1)
            if not any(busy):
                with suppress(TimeoutError):
                    await asyncio.wait_for(self.stopping.wait(), self.idle_s)

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
        """Claim and do one batch of a tenant's due tasks; return how many were claimed."""
        async with self.house.db.transaction(tenant_id, actor="system") as tx:
            claimed = await tx.rows(Q.claim_tasks, Claimed, most=CLAIM_MAX, lease_s=LEASE_S)
        by_name = sorted(claimed, key=lambda task: (task.name, task.subject, task.seq))
        for name, group in groupby(by_name, key=lambda task: task.name):
            tasks = list(group)
            if self.stopping.is_set():
                await self._give_back(tenant_id, tasks)
            elif (work := self.duties.work.get(name)) is None:
                await self._fail(tenant_id, tasks, LookupError(f"no stage does {name} any more"))
            elif getattr(work, "calls_outside", False):
                await self._errands(tenant_id, work, tasks)
            else:
                await self._react(tenant_id, work, tasks)
        return len(claimed)

    async def _react(self, tenant_id: UUID, work: Any, tasks: list[Claimed]) -> None:
        try:
            async with self.house.db.transaction(tenant_id, actor=f"system:{tasks[0].name}") as tx:
                await work(tx, list(dict.fromkeys(task.subject for task in tasks)))
                await _finish(tx, tasks)
        except LeaseLostError:
            log.warning("lease_lost", task=tasks[0].name)
        except (OperationalError, PoolTimeout):
            raise
        except Exception as error:  # noqa: BLE001 - whatever went wrong is recorded on the task and shown
            if len(tasks) == 1:
                await self._fail(tenant_id, tasks, error)
            else:
                for task in tasks:
                    await self._react(tenant_id, work, [task])

    async def _errands(self, tenant_id: UUID, work: Any, tasks: list[Claimed]) -> None:
        gate = asyncio.Semaphore(ERRANDS_AT_ONCE)

        async def one(task: Claimed) -> None:
            async with gate:
                if self.stopping.is_set():
                    await self._give_back(tenant_id, [task])
                    return
                try:
                    await work(self.house, tenant_id, task.subject)
                except (OperationalError, PoolTimeout):
                    raise
                except Exception as error:  # noqa: BLE001 - recorded on the task and shown
                    await self._fail(tenant_id, [task], error)
                else:
                    async with self.house.db.transaction(tenant_id, actor="system") as tx:
                        await tx.value(Q.finish_tasks, **_keys([task]))

        await asyncio.gather(*(one(task) for task in tasks))

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


def _keys(tasks: Sequence[Claimed]) -> dict[str, list[Any]]:
    return columns(tasks, "name", "subject", "seq", "fence")
