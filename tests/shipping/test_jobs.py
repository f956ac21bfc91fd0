"""The program may die between any two steps of a purchase: the label is still bought once."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any
from uuid import UUID

import httpx
import pytest

from doorstep.platform.db import Database, Tx
from doorstep.platform.house import House
from doorstep.stages.shipping import jobs
from tests.worlds.shipping import Dock, Swift


class Died(BaseException):
    """The program is gone; nothing after this happens."""


class Steps:
    """Counts the boundaries of a run, and dies at one of them."""

    def __init__(self, die_at: int) -> None:
        self.die_at = die_at
        self.passed = 0

    def boundary(self) -> None:
        """Pass one boundary, if fate allows."""
        self.passed += 1
        if self.passed == self.die_at:
            raise Died


class MortalDatabase:
    """The real database, seen by a program that may die before a transaction opens, before and after it commits."""

    def __init__(self, db: Database, steps: Steps) -> None:
        self._db = db
        self._steps = steps

    @asynccontextmanager
    async def transaction(self, tenant_id: UUID, *, actor: str) -> AsyncIterator[Tx]:
        """Open a transaction, as the real one does."""
        self._steps.boundary()
        async with self._db.transaction(tenant_id, actor=actor) as tx:
            yield tx
            self._steps.boundary()
        self._steps.boundary()


class MortalClient(httpx.AsyncClient):
    """A real client of a program that may die before a call is sent, and before its answer is read."""

    steps: Steps

    async def request(self, *args: Any, **kwargs: Any) -> httpx.Response:
        """Call, as the real one does."""
        self.steps.boundary()
        answer = await super().request(*args, **kwargs)
        self.steps.boundary()
        return answer


@asynccontextmanager
async def mortal(house: House, steps: Steps) -> AsyncIterator[House]:
    async with MortalClient(timeout=5) as http:
        http.steps = steps
        yield replace(house, db=MortalDatabase(house.db, steps), http=http)  # type: ignore[arg-type]


async def died_at(dock: Dock, work: Any, subject: UUID, step: int) -> bool:
    """Run `work` for a subject and die at one step; say whether the run had so many."""
    steps = Steps(step)
    async with mortal(dock.house, steps) as house:
        try:
            await work(house, dock.tenant_id, subject)
        except Died:
            return True
        except Exception:  # noqa: BLE001 - a refusal ends a run as well
            return False
    return False


@pytest.mark.proves("B3")
@pytest.mark.parametrize("mishap", ["none", "timeout_after", "hang", "throttle"])
async def test_a_program_that_dies_at_any_step_of_buying_buys_one_label(
    dock: Dock, carrier: Swift, mishap: str
) -> None:
    labels, step = [], 0
    while True:
        step += 1
        label_id = await dock.wanted()
        await carrier.go_wrong(mishap)
        died = await died_at(dock, jobs.buy_label, label_id, step)
        await carrier.go_wrong()
        if not died:
            break
        labels.append(label_id)
    await dock.work()
    answered = mishap in ("none", "throttle")
    assert len(labels) == 7 + answered, (
        "before, in and after two transactions, before the call, and before its answer"
    )
    seen = [await dock.label(label_id) for label_id in labels]
    assert {label.state for label in seen} == {"bought"}
    ours = {label.reference: label.tracking_number for label in seen}
    sold = [one for one in await carrier.sold() if one["reference"] in ours]
    assert {one["reference"]: one["tracking_number"] for one in sold} == ours
    assert len(sold) == len(labels)


@pytest.mark.proves("B3")
@pytest.mark.parametrize("mishap", ["timeout_after", "hang"])
async def test_a_program_that_dies_at_any_step_of_asking_adopts_one_label(
    dock: Dock, carrier: Swift, mishap: str
) -> None:
    labels, step = [], 0
    while True:
        step += 1
        label_id = await dock.wanted()
        await carrier.go_wrong(mishap)
        await jobs.buy_label(dock.house, dock.tenant_id, label_id)
        assert (await dock.label(label_id)).state == "unknown"
        died = await died_at(dock, jobs.reconcile_label, label_id, step)
        labels.append(label_id)
        if not died:
            break
    await dock.work()
    assert step == 9
    seen = [await dock.label(label_id) for label_id in labels]
    assert {label.state for label in seen} == {"bought"}
    assert sorted(label.tracking_number or "" for label in seen) == sorted(await carrier.alive())
    assert len(await carrier.sold()) == len(labels)


@pytest.mark.proves("B3")
async def test_a_program_that_dies_at_any_step_of_voiding_voids_once(dock: Dock, carrier: Swift) -> None:
    labels = [await dock.wanted() for _ in range(9)]
    await dock.work()
    assert len(await carrier.alive()) == 9
    async with dock.tx() as tx:
        await jobs.void_canceled(tx, [(await dock.label(label_id)).order_id for label_id in labels])
    died = [await died_at(dock, jobs.void_label, label_id, step) for step, label_id in enumerate(labels, 1)]
    assert died == [True] * 8 + [False]
    await dock.work()
    assert [(await dock.story(label_id)).count("voided") for label_id in labels] == [1] * 9
    assert await carrier.alive() == []
