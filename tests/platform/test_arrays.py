"""Lists travel to PostgreSQL as arrays and arrive as they were."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from doorstep.platform.house import House

DAY = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
AWKWARD = [
    "plain",
    "",
    "NULL",
    'say "so"',
    "back\\slash",
    "{a,b}",
    " spaced ",
    "two\nlines",
    "tab\t",
    "ü€🎁",
    "\x01",
]
LISTS: list[tuple[str, list[Any]]] = [
    ("text[]", AWKWARD),
    ("text[]", [*AWKWARD, None]),
    ("uuid[]", [UUID(int=7), UUID(int=8)]),
    ("uuid[]", [UUID(int=9), None]),
    ("int[]", [0, -1, 2**31 - 1]),
    ("bigint[]", [None, 2**63 - 1, -(2**63)]),
    ("boolean[]", [True, False, True]),
    ("boolean[]", [None, False]),
    ("bytea[]", [b"", b"\x00\xff\\"]),
    ("timestamptz[]", [DAY, None]),
    ("double precision[]", [1.5, -0.25, 1e300, float("inf")]),
    ("double precision[]", [None, 0.1 + 0.2]),
    ("int[]", [[1, 2], [3, 4]]),
    ("text[]", [None, None]),
    ("uuid[]", []),
]


@pytest.mark.parametrize(("kind", "values"), LISTS, ids=lambda case: str(case)[:30])
async def test_a_list_arrives_as_it_was(house: House, kind: str, values: list[Any]) -> None:
    async with house.db.directory() as connection:
        cursor = await connection.execute(f"SELECT %(values)s::{kind}".encode(), {"values": values})
        assert await cursor.fetchone() == (values,)


async def test_a_list_finds_its_rows_without_a_cast(house: House, tenant: UUID) -> None:
    async with house.db.directory() as connection:
        cursor = await connection.execute(
            "SELECT id FROM directory.tenants WHERE id = ANY(%(ids)s)", {"ids": [tenant, uuid4()]}
        )
        assert await cursor.fetchall() == [(tenant,)]
