"""A tenant grown to any size: what really happened to some orders is copied row by row, with identities of its own.

A copy gets the identities of its original with the last digits exchanged for the copy's number, in every table alike, so that
all references hold; numbers and names that must be unique, and e-mail addresses, get the copy's number too; its times lie an hour a
copy earlier.
"""

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection

AT_ONCE = 20
NUMBERS_APART = 1_000_000
APART = frozenset({"email"})
"""Columns that are told apart although no index asks for it: no customer orders a thousand times."""

COLUMNS = """
SELECT a.attname, format_type(a.atttypid, NULL)
FROM pg_attribute a
WHERE a.attrelid = %s::regclass AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
ORDER BY a.attnum
"""

UNIQUE = """
SELECT array_agg(a.attname::text)
FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
WHERE i.indrelid = %s::regclass AND i.indisunique
GROUP BY i.indexrelid
"""


def copied(identity: UUID, copy: int) -> UUID:
    """Return the identity of a copy; copy 0 is the original."""
    return UUID(str(identity)[:-8] + f"{copy:08x}") if copy else identity


async def grow(
    owner: AsyncConnection[Any],
    tenant_id: UUID,
    tables: Sequence[str],
    copies: range,
    progress: Callable[[int], None],
) -> None:
    """Add copies of what a tenant had in the tables when they were first grown.

    Args:
        owner: a connection of the owner's, committing by itself.
        tenant_id: whose rows.
        tables: each with its schema.
        copies: the numbers of the copies, from 1; those before must be there.
        progress: told how many copies are done.
    """
    await owner.execute("CREATE TEMP TABLE IF NOT EXISTS identities (id uuid PRIMARY KEY)")
    for table in tables:
        await _keep(owner, table, tenant_id)
    inserts = [await _insert(owner, table) for table in tables]
    for begin in range(copies.start, copies.stop, AT_ONCE):
        end = min(begin + AT_ONCE, copies.stop)
        async with owner.transaction():
            for insert in inserts:
                await owner.execute(insert, {"begin": begin, "end": end - 1})
        progress(end - copies.start)
    for table in tables:
        await owner.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY".encode())


def _kept(table: str) -> str:
    return "kept_" + table.replace(".", "_")


async def _keep(owner: AsyncConnection[Any], table: str, tenant_id: UUID) -> None:
    """Keep the originals of a table aside, and their identities."""
    await owner.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY".encode())
    await owner.execute(
        f"CREATE TEMP TABLE IF NOT EXISTS {_kept(table)} AS SELECT * FROM {table} WHERE tenant_id = '{tenant_id}'".encode()  # noqa: S608 - names of ours
    )
    columns = [name for name, _ in await (await owner.execute(COLUMNS, [table])).fetchall()]
    if "id" in columns:
        await owner.execute(
            f"INSERT INTO identities SELECT id FROM {_kept(table)} ON CONFLICT DO NOTHING".encode()  # noqa: S608
        )


async def _insert(owner: AsyncConnection[Any], table: str) -> bytes:
    """Return the statement that adds the copies from `begin` to `end` to a table."""
    columns = await (await owner.execute(COLUMNS, [table])).fetchall()
    moving = {name for name, kind in columns if kind == "uuid" and await _is_identity(owner, table, name)}
    unique = {
        name
        for (names,) in await (await owner.execute(UNIQUE, [table])).fetchall()
        if not moving & set(names)
        for name in names
    } | APART
    copies = ", ".join(_copy(name, kind, moving, unique) for name, kind in columns)
    names = ", ".join(name for name, _ in columns)
    return (
        f"INSERT INTO {table} ({names}) SELECT {copies} "  # noqa: S608 - names of ours
        f"FROM {_kept(table)}, generate_series(%(begin)s::int, %(end)s::int) AS copy"
    ).encode()


async def _is_identity(owner: AsyncConnection[Any], table: str, column: str) -> bool:
    found = await owner.execute(
        f"SELECT EXISTS (SELECT FROM {_kept(table)} AS kept JOIN identities ON identities.id = kept.{column})".encode()  # noqa: S608
    )
    return bool((await found.fetchone() or (False,))[0])


def _copy(name: str, kind: str, moving: set[str], unique: set[str]) -> str:
    if name in moving:
        return f"overlay({name}::text PLACING lpad(to_hex(copy), 8, '0') FROM 29)::uuid"
    if kind == "timestamp with time zone":
        return f"{name} - make_interval(hours => copy)"
    if name in unique and kind in ("text", "character varying"):
        return f"copy || '-' || {name}"
    if name in unique and kind in ("bigint", "integer"):
        return f"{name} + copy * {NUMBERS_APART}"
    return name
