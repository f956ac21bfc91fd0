"""The database: one pool, one transaction for one tenant, named statements in, records out.

`Database.transaction` opens a transaction, tells PostgreSQL the tenant (row-level security reads it) and learns the
tenant's business time, all in one statement. Acts receive the open `Tx`, so they compose; only edges open and commit.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, TypeVar, cast
from uuid import UUID

import msgspec
from psycopg import AsyncConnection, errors
from psycopg.rows import class_row, scalar_row
from psycopg.types.json import set_json_dumps, set_json_loads
from psycopg_pool import AsyncConnectionPool

from doorstep.platform import arrays
from doorstep.platform.bell import Bell
from doorstep.platform.errors import Reason, Refused
from doorstep.platform.statements import Statement, Statements
from doorstep.platform.vault import Vault

T = TypeVar("T")
Q = Statements("doorstep.platform")
Listeners = Mapping[str, tuple[str, ...]]

ANNOUNCE = "webhooks.announce"
"""The one reaction that not every tenant needs."""

set_json_dumps(msgspec.json.encode)
set_json_loads(msgspec.json.decode)
arrays.register()

CLOSED = Vault(list)
"""Opens nothing."""


@dataclass(slots=True)
class Tx:
    """An open transaction of one tenant.

    Attributes:
        tenant_id: whose rows it may see.
        actor: who acts (`user:ana`, `key:shop`, `system`), written into the journal.
        now: the tenant's business time at the start of the transaction.
        listeners: event kind -> names of the reactions owed when it happens.
        wanted: the public events that some webhook of the tenant wants.
        owing: something was owed, so somebody should be woken after the commit.
        vault: seals and opens what others trust us with.
    """

    connection: AsyncConnection[Any]
    tenant_id: UUID
    actor: str
    now: datetime
    listeners: Listeners
    wanted: frozenset[str] = frozenset()
    owing: bool = False
    vault: Vault = field(default=CLOSED, repr=False)

    def seal(self, text: str | None) -> str | None:
        """Return a secret as it is kept."""
        return self.vault.seal(self.tenant_id, text) if text else text

    def opened(self, records: Sequence[T], *names: str) -> list[T]:
        """Return records with their sealed fields opened.

        Raises:
            Refused: the key of one is missing, or it was altered.
        """
        return [
            replace(one, **{name: self._open(getattr(one, name)) for name in names})  # type: ignore[type-var]
            for one in records
        ]

    def _open(self, text: str | None) -> str | None:
        return self.vault.open(self.tenant_id, text) if text else text

    def listening(self, event: str) -> tuple[str, ...]:
        """Return the names of the reactions that are owed when an event happens; who has to do them is woken after the commit.

        Webhooks are told only what some endpoint of the tenant wants: nobody pays for what nobody hears.
        """
        names = self.listeners.get(event, ())
        if ANNOUNCE in names and event not in self.wanted:
            names = tuple(name for name in names if name != ANNOUNCE)
        self.owing = self.owing or bool(names)
        return names

    def _bound(self, params: dict[str, Any]) -> dict[str, Any]:
        params["tenant_id"] = self.tenant_id
        params.setdefault("now", self.now)
        return params

    async def rows(self, statement: Statement, record: type[T], **params: Any) -> list[T]:
        """Run a statement and return its rows as records (columns match the record's fields by name)."""
        async with self.connection.cursor(row_factory=class_row(record)) as cursor:
            await cursor.execute(cast("Any", statement.sql), self._bound(params))
            return await cursor.fetchall()

    async def row(self, statement: Statement, record: type[T], **params: Any) -> T | None:
        """Run a statement and return its first row as a record, or None."""
        found = await self.rows(statement, record, **params)
        return found[0] if found else None

    async def values(self, statement: Statement, **params: Any) -> list[Any]:
        """Run a statement and return the first column of every row."""
        async with self.connection.cursor(row_factory=scalar_row) as cursor:
            await cursor.execute(cast("Any", statement.sql), self._bound(params))
            return await cursor.fetchall()

    async def value(self, statement: Statement, **params: Any) -> Any:
        """Run a statement and return its first value, or None when it has no row."""
        found = await self.values(statement, **params)
        return found[0] if found else None

    async def tuples(self, statement: Statement, **params: Any) -> list[tuple[Any, ...]]:
        """Run a statement and return its rows as they are, for wide sets where records would cost too much."""
        cursor = await self.connection.execute(cast("Any", statement.sql), self._bound(params))
        return await cursor.fetchall()

    async def begin(
        self, statement: Statement, **params: Any
    ) -> Callable[[], Awaitable[list[tuple[Any, ...]]]]:
        """Send a statement whose rows are wanted later; in a pipelined transaction it goes out with the next one that is read."""
        cursor = await self.connection.execute(cast("Any", statement.sql), self._bound(params))
        return cursor.fetchall

    async def run(self, statement: Statement, **params: Any) -> int:
        """Run a statement and return how many rows it touched."""
        cursor = await self.connection.execute(cast("Any", statement.sql), self._bound(params))
        return cursor.rowcount


@dataclass(slots=True)
class Database:
    """The pool and what every transaction needs to know; `url` is where it leads, for connections beside it."""

    pool: AsyncConnectionPool[AsyncConnection[Any]]
    listeners: Listeners = field(default_factory=dict)
    bell: Bell = field(default_factory=Bell)
    url: str = field(default="", repr=False)
    vault: Vault = field(default=CLOSED, repr=False)

    @asynccontextmanager
    async def transaction(self, tenant_id: UUID, *, actor: str, pipelined: bool = False) -> AsyncIterator[Tx]:
        """Open a transaction for one tenant; commit at the end, roll back on any exception.

        Args:
            tenant_id: whose transaction it is.
            actor: who acts.
            pipelined: send what `Tx.run` runs together with the next statement that is read, without waiting for its
                answer in between: fewer round trips while rows are locked. `Tx.run` then answers -1, and an error comes
                with the next read.

        Raises:
            Refused: there is no such tenant, or it is suspended.
        """
        async with self.pool.connection() as connection, AsyncExitStack() as stack:
            if pipelined:
                await stack.enter_async_context(connection.pipeline())
            cursor = await connection.execute(
                cast("Any", Q.enter_tenant.sql), {"tenant_id": tenant_id, "tenant": str(tenant_id)}
            )
            found = await cursor.fetchone()
            if found is None:
                raise Refused(Reason.UNKNOWN, "There is no such tenant, or it is suspended.")
            tx = Tx(
                connection,
                tenant_id,
                actor,
                found[0],
                self.listeners,
                frozenset(found[1]),
                vault=self.vault,
            )
            yield tx
            await connection.commit()
        if tx.owing:
            self.bell.ring()

    @asynccontextmanager
    async def directory(self) -> AsyncIterator[AsyncConnection[Any]]:
        """Open a transaction on the directory: the few tables that are not any tenant's."""
        async with self.pool.connection() as connection:
            yield connection


@asynccontextmanager
async def connect(
    url: str, *, pool_max: int = 10, listeners: Listeners | None = None, vault: Vault = CLOSED
) -> AsyncIterator[Database]:
    """Open the pool on a PostgreSQL URL and close it at the end."""
    async with AsyncConnectionPool(
        url,
        min_size=1,
        max_size=pool_max,
        open=False,
        timeout=30,
        check=AsyncConnectionPool.check_connection if pool_max == 0 else None,
        configure=_prepare_more,
        kwargs={"options": "-c timezone=UTC -c lock_timeout=10s -c idle_in_transaction_session_timeout=60s"},
    ) as pool:
        database = Database(pool, listeners or {}, url=url, vault=vault)
        carrying = asyncio.create_task(database.bell.carry(pool))
        try:
            yield database
        finally:
            carrying.cancel()
            await asyncio.gather(carrying, return_exceptions=True)


async def _prepare_more(connection: AsyncConnection[Any]) -> None:
    """Let a connection keep every statement of the house prepared: there are more than the driver's default of 100."""
    connection.prepared_max = 1000


def columns(records: Sequence[Any], *names: str) -> dict[str, list[Any]]:
    """Turn records into parallel arrays for `unnest`: `{"ids": [...]}` for the attribute `id`, and so on."""
    return {f"{name}s": [getattr(record, name) for record in records] for name in names}


def locked_of(tx: Tx, kind: str, records: Iterable[Any], names: Sequence[str]) -> list[str]:
    """Return which records (each with a `code`) have sealed fields that cannot be opened, and why."""
    found = []
    for one in records:
        try:
            tx.opened([one], *names)
        except Refused as refused:
            found.append(f"{kind} {one.code}: {refused.message}")
    return found


def broken_rule(error: errors.IntegrityError) -> str:
    """Return the name of the constraint that an integrity error broke: the database's rules are ours by name."""
    return error.diag.constraint_name or ""
