"""What is owed: done exactly once, tried again when it fails, given up visibly, never lost with a worker."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from psycopg import errors

from doorstep.platform.db import Tx
from doorstep.platform.house import House
from doorstep.platform.journal import move
from doorstep.platform.statements import Statements
from doorstep.platform.tasks import ATTEMPTS_MAX, Every, Worker, backoff_s, duties, errand, errands
from doorstep.stages.feedback.model import CASE, CaseAct
from tests.platform.things import cases

Q = Statements("doorstep.platform")


def worker_for(house: House, *work: Callable[..., Awaitable[Any]], timer: Every | None = None) -> Worker:
    """A worker of a house in which only `work` listens to closed cases."""
    every = {"tick": timer} if timer else {}
    mine = duties([("trial", {"case.closed": list(work)}, every)])
    db = replace(house.db, listeners=mine.listeners)
    return Worker(replace(house, db=db), mine)


async def close_some(worker: Worker, tenant: UUID, count: int = 1) -> list[UUID]:
    """Close cases, so that their listeners are owed a task."""
    async with worker.house.db.transaction(tenant, actor="ana") as tx:
        ids = await cases(tx, count)
        await move(tx, CASE, CaseAct.CLOSE, ids)
    return ids


async def owed(worker: Worker, tenant: UUID) -> list[tuple[int, bool, str | None]]:
    """Return attempts, whether given up, and the error of every owed task."""
    async with worker.house.db.transaction(tenant, actor="test") as tx:
        cursor = await tx.connection.execute(
            "SELECT attempts, dead_at IS NOT NULL, error FROM platform.tasks WHERE tenant_id = %s", [tenant]
        )
        return await cursor.fetchall()


async def make_due(worker: Worker, tenant: UUID) -> None:
    """Let the wait of every failed task be over, and every lease."""
    async with worker.house.db.transaction(tenant, actor="test") as tx:
        await tx.connection.execute(
            "UPDATE platform.tasks SET due_at = now(), leased_until = NULL WHERE tenant_id = %s", [tenant]
        )


async def test_a_reaction_gets_its_subjects_as_one_set(house: House, tenant: UUID) -> None:
    calls: list[list[UUID]] = []

    async def react(tx: Tx, subjects: list[UUID]) -> None:
        calls.append(subjects)

    worker = worker_for(house, react)
    ids = await close_some(worker, tenant, 5)
    assert await worker.step(tenant) == 5
    assert [sorted(call) for call in calls] == [sorted(ids)]
    assert await owed(worker, tenant) == []


async def test_a_timer_that_is_woken_while_it_runs_runs_again_right_after_and_never_beside_itself(
    house: House, tenant: UUID
) -> None:
    runs = 0

    @errand
    async def tick(of: House, tenant_id: UUID, _subject: UUID) -> None:
        nonlocal runs
        runs += 1
        if runs == 1:
            async with of.db.transaction(tenant_id, actor="test") as tx:
                await tx.run(Q.wake_timers)
            assert await other.step(tenant_id) == 0

    worker = worker_for(house, timer=Every(600.0, tick))
    other = Worker(worker.house, worker.duties)
    await worker.prepare(tenant)
    assert await worker.step(tenant) == 1
    assert await worker.step(tenant) == 1
    assert await worker.step(tenant) == 0
    assert runs == 2


async def test_nothing_is_owed_when_the_act_is_rolled_back(house: House, tenant: UUID) -> None:
    async def react(tx: Tx, subjects: list[UUID]) -> None:
        raise AssertionError

    worker = worker_for(house, react)

    async def close_and_fail() -> None:
        async with worker.house.db.transaction(tenant, actor="ana") as tx:
            await move(tx, CASE, CaseAct.CLOSE, await cases(tx))
            raise LookupError

    with pytest.raises(LookupError):
        await close_and_fail()
    assert await worker.step(tenant) == 0


async def test_one_bad_apple_spoils_nothing_and_its_error_is_kept(house: House, tenant: UUID) -> None:
    done: list[UUID] = []
    bad: list[UUID] = []

    async def react(tx: Tx, subjects: list[UUID]) -> None:
        if bad[0] in subjects:
            raise RuntimeError("no such printer")
        done.extend(subjects)

    worker = worker_for(house, react)
    ids = await close_some(worker, tenant, 4)
    bad.append(ids[2])
    await worker.step(tenant)
    assert sorted(done) == sorted(set(ids) - {ids[2]})
    assert await owed(worker, tenant) == [(1, False, "RuntimeError: no such printer")]


async def test_work_that_never_succeeds_is_given_up_visibly_and_can_be_tried_again(
    house: House, tenant: UUID
) -> None:
    broken = True

    @errand
    async def call(house: House, tenant_id: UUID, subject: UUID) -> None:
        if broken:
            raise ConnectionError("away")

    worker = worker_for(house, call)
    [one] = await close_some(worker, tenant)
    for _ in range(ATTEMPTS_MAX):
        assert await worker.step(tenant) == 1
        await make_due(worker, tenant)
    assert await owed(worker, tenant) == [(ATTEMPTS_MAX, True, "ConnectionError: away")]
    assert await worker.step(tenant) == 0
    broken = False
    async with worker.house.db.transaction(tenant, actor="ana") as tx:
        assert await tx.run(Q.revive_task, name="trial.call", subject=one, seq=2) == 1
    assert await worker.step(tenant) == 1
    assert await owed(worker, tenant) == []


@pytest.mark.proves("B9")
@pytest.mark.parametrize("trials", [5, pytest.param(1_000, marks=pytest.mark.soak)])
async def test_a_worker_that_lost_its_lease_changes_nothing(house: House, tenant: UUID, trials: int) -> None:
    """Each time the slow worker is overtaken in the middle of its work, and writes afterwards."""
    done: list[str] = []

    async def react(tx: Tx, subjects: list[UUID]) -> None:
        if not done:
            done.append("slow")
            await make_due(quick, tenant)  # the lease of the slow worker runs out
            await quick.step(tenant)
        else:
            done.append("quick")
        await tx.connection.execute(
            "UPDATE feedback.cases SET said = said || %s WHERE tenant_id = %s AND id = ANY (%s)",
            [done[-1], tenant, subjects],
        )

    quick, slow = worker_for(house, react), worker_for(house, react)
    for _ in range(trials):
        await close_some(slow, tenant)
        await slow.step(tenant)
        assert done == ["slow", "quick"]
        done.clear()
    async with house.db.transaction(tenant, actor="test") as tx:
        cursor = await tx.connection.execute("SELECT said FROM feedback.cases WHERE tenant_id = %s", [tenant])
        assert await cursor.fetchall() == [("quick",)] * trials
    assert await owed(quick, tenant) == []


async def test_who_was_in_the_way_costs_no_attempt(house: House, tenant: UUID) -> None:
    tries = 0

    async def react(tx: Tx, subjects: list[UUID]) -> None:
        nonlocal tries
        tries += 1
        if tries == 1:
            raise errors.DeadlockDetected

    worker = worker_for(house, react)
    await close_some(worker, tenant)
    await worker.step(tenant)
    assert await owed(worker, tenant) == [(0, False, None)]
    await worker.step(tenant)
    assert (tries, await owed(worker, tenant)) == (2, [])


async def test_a_timer_comes_back_after_each_run_and_survives_its_failure(house: House, tenant: UUID) -> None:
    ticks: list[UUID] = []

    async def tick(tx: Tx, subjects: list[UUID]) -> None:
        ticks.extend(subjects)
        if len(ticks) == 1:
            raise RuntimeError("once")

    async def react(tx: Tx, subjects: list[UUID]) -> None: ...

    worker = worker_for(house, react, timer=Every(3600.0, tick))
    await worker.prepare(tenant)
    for _ in range(3):
        await make_due(worker, tenant)
        await worker.step(tenant)
    assert ticks == [tenant] * 3
    assert await owed(worker, tenant) == [(0, False, None)]


async def test_a_worker_that_is_told_to_stop_hands_back_what_it_holds(house: House, tenant: UUID) -> None:
    async def react(tx: Tx, subjects: list[UUID]) -> None:
        raise AssertionError

    worker = worker_for(house, react)
    await close_some(worker, tenant, 3)
    worker.stopping.set()
    await worker.step(tenant)
    assert await owed(worker, tenant) == [(0, False, None)] * 3


def test_waits_double_up_to_ten_minutes() -> None:
    for attempts, seconds in ((1, 1), (4, 8), (20, 600)):
        assert seconds * 0.5 <= backoff_s(attempts) <= seconds * 1.5


async def test_an_errand_for_many_gets_them_at_once_and_one_that_fails_alone(
    house: House, tenant: UUID
) -> None:
    calls: list[int] = []
    bad: list[UUID] = []

    @errands
    async def call(house: House, tenant_id: UUID, subjects: list[UUID]) -> None:
        calls.append(len(subjects))
        if set(bad) & set(subjects):
            raise ConnectionError("away")

    worker = worker_for(house, call)
    ids = await close_some(worker, tenant, 3)
    bad.append(ids[1])
    await worker.step(tenant)
    assert calls == [3, 1, 1, 1]
    assert await owed(worker, tenant) == [(1, False, "ConnectionError: away")]
