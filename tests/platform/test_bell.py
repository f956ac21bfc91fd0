"""The bell wakes whoever waits for work: here at once, in another process through the database; a missed ring costs only time."""

import asyncio
from collections.abc import Awaitable, Callable
from uuid import UUID

from doorstep.platform.bell import Bell
from doorstep.platform.db import connect
from doorstep.platform.house import House
from doorstep.platform.journal import move
from doorstep.stages.feedback.model import CASE, CaseAct
from tests.platform.things import cases


async def until(true: Callable[[], Awaitable[bool]]) -> None:
    """Wait until something has happened."""
    async with asyncio.timeout(20):
        while not await true():  # noqa: ASYNC110 - it happens in another task
            await asyncio.sleep(0.02)


async def test_who_takes_the_bell_before_looking_misses_no_ring() -> None:
    bell = Bell()
    rung = bell.next()
    bell.ring()
    assert rung.is_set()
    assert not bell.next().is_set()


async def test_an_act_that_owes_something_rings_after_its_commit(house: House, tenant: UUID) -> None:
    async with connect(house.db.url, listeners={"case.closed": ("trial.look",)}) as db:
        rung = db.bell.next()
        async with db.transaction(tenant, actor="ana") as tx:
            await move(tx, CASE, CaseAct.CLOSE, await cases(tx))
            assert not rung.is_set()
        assert rung.is_set()


async def test_an_act_that_owes_nothing_rings_no_bell(house: House, tenant: UUID) -> None:
    async with connect(house.db.url, listeners={}) as db:
        rung = db.bell.next()
        async with db.transaction(tenant, actor="ana") as tx:
            await move(tx, CASE, CaseAct.CLOSE, await cases(tx))
        assert not rung.is_set()


async def test_a_ring_is_heard_in_another_process(house: House) -> None:
    far = Bell()
    hearing = asyncio.create_task(far.hear(house.db.url))
    async with connect(house.db.url) as near:

        async def heard() -> bool:
            rung = far.next()
            near.bell.ring()
            await asyncio.sleep(0.1)
            return rung.is_set()

        await until(heard)
    hearing.cancel()
    await asyncio.gather(hearing, return_exceptions=True)
