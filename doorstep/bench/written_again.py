"""The yardstick of writing: the rows that the house wrote, written again by plain batched SQL into tables of the same shape."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any
from uuid import UUID

import msgspec
from psycopg import AsyncConnection

SCHEMA = "yardstick"

STORED = """
SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum)
FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
"""
"""The columns of a table that somebody writes; the others follow from them."""


@dataclass(frozen=True, slots=True)
class Rows:
    """What was written into a table: the statement that writes it again, and its columns but the tenant."""

    insert: bytes
    columns: dict[str, list[Any]]


async def learn(owner: AsyncConnection[Any], table: str, tenant_id: UUID | None = None) -> Rows:
    """Make a table of the same shape in the schema `yardstick`, and read what lies in the real one (of one tenant, or of all)."""
    name = f"{SCHEMA}.{table.replace('.', '_')}"
    await owner.execute(f"CREATE TABLE IF NOT EXISTS {name} (LIKE {table} INCLUDING ALL)".encode())
    await owner.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY".encode())
    stored = await (await owner.execute(STORED, [table])).fetchone() or ("*",)
    cursor = await owner.execute(
        f"SELECT {stored[0]} FROM {table} WHERE tenant_id = coalesce(%s, tenant_id)".encode(),  # noqa: S608 - a name of ours
        [tenant_id],
    )
    rows = await cursor.fetchall()
    await owner.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY".encode())
    described = cursor.description or []
    kinds = {
        column.name: (
            await (await owner.execute("SELECT format_type(%s, null)", [column.type_code])).fetchone()
            or ("text",)
        )
        for column in described
    }
    columns = {
        column.name: [_plain(row[i], kinds[column.name][0]) for row in rows]
        for i, column in enumerate(described)
        if column.name != "tenant_id"
    }
    # A list of lists would be taken apart to its last element, so lists travel as text.
    travel = {column: "text" if kinds[column][0].endswith("[]") else kinds[column][0] for column in columns}
    arrays = ", ".join(f"%({column})s::{travel[column]}[]" for column in columns)
    names = ", ".join(columns)
    chosen = ", ".join(f"{column}::{kinds[column][0]}" for column in columns)
    insert = f"INSERT INTO {name} (tenant_id, {names}) SELECT %(tenant_id)s, {chosen} FROM unnest({arrays}) AS rows ({names})"  # noqa: S608
    return Rows(insert.encode(), columns)


def cut(rows: Rows, count: int) -> list[dict[str, Sequence[Any]]]:
    """Return the columns in `count` batches of about equal size."""
    total = len(next(iter(rows.columns.values()), ()))
    edges = [total * i // count for i in range(count + 1)]
    return [
        {name: values[start:end] for name, values in rows.columns.items()} for start, end in pairwise(edges)
    ]


def _plain(value: Any, kind: str) -> Any:
    if kind.endswith("[]") and value is not None:
        return "{" + ",".join(msgspec.json.encode(str(one)).decode() for one in value) + "}"
    return msgspec.json.encode(value).decode() if isinstance(value, dict | list) else value
