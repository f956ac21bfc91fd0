"""The bell: who owes something rings it after the commit, and the workers need not wait for their next look.

It is a hint and nothing more. Whoever misses it finds the same work at the next look, so a database without NOTIFY, or one
behind a pool that swallows it, only makes the house slower. It is rung after the commit and never in it, because commits
that notify wait for each other.
"""

import asyncio
from dataclasses import dataclass, field

import psycopg
import structlog
from psycopg_pool import AsyncConnectionPool

log = structlog.get_logger()

PAUSE_S = 0.02
"""Other processes hear of all that was owed meanwhile at once."""

DEAF_S = 5.0
"""So long after a failure it is tried again."""


@dataclass(slots=True)
class Bell:
    """Rings in this process at once, and in the others through the database while `carry` runs here and `hear` there."""

    _rung: asyncio.Event = field(default_factory=asyncio.Event)
    _to_carry: asyncio.Event = field(default_factory=asyncio.Event)

    def ring(self) -> None:
        """Wake who waits here, and soon who waits in other processes."""
        self._ring_here()
        self._to_carry.set()

    def _ring_here(self) -> None:
        rung, self._rung = self._rung, asyncio.Event()
        rung.set()

    def next(self) -> asyncio.Event:
        """Return what is set at the next ring. Take it before you look for work, so that no ring falls in between."""
        return self._rung

    async def carry(self, pool: AsyncConnectionPool[psycopg.AsyncConnection]) -> None:
        """Carry rings to other processes, until canceled."""
        while True:
            await self._to_carry.wait()
            self._to_carry.clear()
            try:
                async with pool.connection() as connection:
                    await connection.execute("SET LOCAL synchronous_commit = off")
                    await connection.execute("NOTIFY doorstep_owed")
                await asyncio.sleep(PAUSE_S)
            except Exception as error:  # noqa: BLE001 - a hint that fails must break nothing
                log.debug("bell_not_carried", error=type(error).__name__)
                await asyncio.sleep(DEAF_S)

    async def hear(self, url: str) -> None:
        """Ring here whenever another process rings, until canceled.

        Args:
            url: of the database; this takes a connection of its own.
        """
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
                    await connection.execute("LISTEN doorstep_owed")
                    async for _ in connection.notifies():
                        self._ring_here()
            except Exception as error:  # noqa: BLE001 - as above
                log.debug("bell_not_heard", error=type(error).__name__)
            await asyncio.sleep(DEAF_S)
