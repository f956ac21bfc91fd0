"""The doctor: runs every invariant of the house and says in plain words what is wrong; it heals nothing."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, cast
from uuid import UUID

from psycopg import sql

from doorstep.platform.db import Database, Tx
from doorstep.platform.machine import Machine
from doorstep.platform.statements import Statement, parse

SHOWN_MAX = 5


@dataclass(frozen=True, slots=True)
class Finding:
    """One invariant that does not hold.

    Attributes:
        rule: its name, with the kind of thing where it is checked for each life cycle.
        why: what it means.
        count: how many rows break it (counted up to the statement's limit).
        rows: the first few of them.
    """

    rule: str
    why: str
    count: int
    rows: list[dict[str, Any]]


def invariants(packages: Sequence[str], machines: Sequence[Machine]) -> list[tuple[str, Statement]]:
    """Return every invariant of these packages; one that names `{table}` comes once per life cycle."""
    return [
        one
        for package in packages
        if (source := files(package) / "invariants.sql").is_file()
        for statement in parse(source.read_text(encoding="utf-8"))
        for one in _for_tables(statement, machines)
    ]


def _for_tables(statement: Statement, machines: Sequence[Machine]) -> Iterator[tuple[str, Statement]]:
    if "{table}" not in statement.sql:
        yield statement.name, statement
        return
    for machine in machines:
        table = sql.Identifier(*machine.table.split(".")).as_string()
        text = statement.sql.replace("{table}", table)
        yield f"{statement.name}:{machine.kind}", Statement(statement.name, statement.why, text)


async def examine(db: Database, tenant_id: UUID, rules: Sequence[tuple[str, Statement]]) -> list[Finding]:
    """Return what is wrong with a tenant's books; an empty list is good health."""
    async with db.transaction(tenant_id, actor="doctor") as tx:
        return [finding for rule in rules if (finding := await _look(tx, *rule))]


async def _look(tx: Tx, name: str, statement: Statement) -> Finding | None:
    cursor = await tx.connection.execute(
        cast("Any", statement.sql), {"tenant_id": tx.tenant_id, "now": tx.now}
    )
    rows = await cursor.fetchall()
    if not rows:
        return None
    names = [column.name for column in cursor.description or ()]
    shown = [dict(zip(names, row, strict=True)) for row in rows[:SHOWN_MAX]]
    return Finding(name, statement.why, len(rows), shown)
