"""A program that dies where it is told: before, in and after a transaction, and before each of its statements.

What dies inside a transaction leaves nothing of it, as when the power goes; what dies after the commit loses only the answer.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any
from uuid import UUID

import pytest
from psycopg import OperationalError

from doorstep.platform.db import Database, Tx

STATEMENTS = ("rows", "values", "tuples", "begin", "run")


class DiedError(OperationalError):
    """The connection is gone, and with it everything that was not committed."""


class Fate:
    """Counts the steps of a run, and lets it die at one of them.

    Attributes:
        died: whether the last run did.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.die_at = 0
        self.passed = 0
        self.died = False
        for name in STATEMENTS:
            monkeypatch.setattr(Tx, name, self._statement(getattr(Tx, name)))
        monkeypatch.setattr(Database, "transaction", self._transaction(Database.transaction))

    def step(self) -> None:
        """Pass one step, if fate allows."""
        self.passed += 1
        if self.passed == self.die_at:
            self.died = True
            raise DiedError

    @contextmanager
    def at(self, step: int) -> Iterator[None]:
        """Let what runs inside die at this step; a run with fewer steps lives."""
        self.die_at, self.passed, self.died = step, 0, False
        try:
            yield
        except DiedError:
            pass
        finally:
            self.die_at = 0

    def _statement(self, real: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def mortal(*args: Any, **params: Any) -> Any:
            self.step()
            return await real(*args, **params)

        return mortal

    def _transaction(self, real: Any) -> Any:
        @asynccontextmanager
        async def mortal(db: Database, tenant_id: UUID, **more: Any) -> AsyncIterator[Tx]:
            self.step()
            async with real(db, tenant_id, **more) as tx:
                yield tx
                self.step()
            self.step()

        return mortal


LONG = 400
"""No run of ours has so many steps."""


async def die_everywhere(
    fate: Fate, act: Callable[[], Awaitable[Any]], done: Callable[[], Awaitable[bool]]
) -> int:
    """Let an act die at its first step, at its second, and so on, until it was done and only its answer was lost; return how often it died.

    What died before is as if it had never begun, so one situation serves for all of them.
    """
    for step in range(1, LONG):
        with fate.at(step):
            await act()
        assert fate.died, f"it ended after {step - 1} steps without having been done"
        if await done():
            return step
    raise AssertionError(f"it is not done after {LONG} steps")
