"""Bring a database to the present: numbered migrations, the fences of row-level security, the journal's CHECK.

Migrations are the past, applied once each, in order. What can be derived is not written by hand but laid anew whenever it is other
than what was laid last: every table with a `tenant_id` gets forced row-level security and its grants, and the journal's CHECK
comes from the machines.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, cast

from psycopg import AsyncConnection, sql

from doorstep.platform.embedded import Embedded
from doorstep.platform.machine import Machine
from doorstep.platform.statements import parse

APPEND_ONLY = ("platform.events", "inventory.movements", "tracking.scans", "delivery.proofs")
MAINTENANCE = {
    s.name: s.sql for s in parse((Path(__file__).parent / "migrate.sql").read_text(encoding="utf-8"))
}


@dataclass(frozen=True, slots=True)
class Migration:
    """One step of the past."""

    number: int
    name: str
    sql: str


def read_migrations(folder: Path) -> list[Migration]:
    """Return the migrations of a folder (`0001_house.sql`...) in order.

    Raises:
        ValueError: a number is missing or there twice.
    """
    found = [
        Migration(int(path.stem.split("_")[0]), path.stem, path.read_text(encoding="utf-8"))
        for path in sorted(folder.glob("*.sql"))
    ]
    if [m.number for m in found] != list(range(1, len(found) + 1)):
        raise ValueError(f"the migrations in {folder} are not numbered 1, 2, 3...: {[m.name for m in found]}")
    return found


async def make_database(embedded: Embedded, name: str = "doorstep") -> None:
    """Make the two roles and the database of an embedded cluster if they are not there."""
    async with await AsyncConnection.connect(embedded.url("admin", "postgres"), autocommit=True) as admin:
        for role in ("owner", "app"):
            user, password = sql.Identifier(f"doorstep_{role}"), sql.Literal(embedded.password(role))
            if await _first(admin, MAINTENANCE["role_exists"], {"name": f"doorstep_{role}"}) is None:
                await admin.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(user, password))
        if await _first(admin, MAINTENANCE["database_exists"], {"name": name}) is None:
            await admin.execute(
                sql.SQL("CREATE DATABASE {} OWNER doorstep_owner TEMPLATE template0").format(
                    sql.Identifier(name)
                )
            )


async def migrate(
    owner_url: str,
    app_role: str,
    migrations: Sequence[Migration],
    machines: Iterable[Machine],
    *,
    anew: bool = False,
) -> list[str]:
    """Apply what is missing and lay the fences; return the names of the migrations applied.

    All in one transaction: a failing migration leaves the database as it was. Two processes that migrate at once wait for
    each other on the ledger table's lock. At a house that is at the present nothing else is locked, so that it works on, unless the fences are to be laid `anew`.
    """
    async with await AsyncConnection.connect(owner_url) as owner:
        await owner.execute(cast("Any", MAINTENANCE["ledger"]))
        await owner.execute(cast("Any", MAINTENANCE["lock_ledger"]))
        done = {row[0] for row in await (await owner.execute(cast("Any", MAINTENANCE["applied"]))).fetchall()}
        applied = []
        for migration in migrations:
            if migration.number not in done:
                await owner.execute(migration.sql.encode())
                await owner.execute(
                    cast("Any", MAINTENANCE["record"]), {"number": migration.number, "name": migration.name}
                )
                applied.append(migration.name)
        rows = await (await owner.execute(cast("Any", MAINTENANCE["our_tables"]))).fetchall()
        fences = list(_fences(rows, app_role, list(machines)))
        digest = sha256("\n".join(one.as_string(owner) for one in fences).encode()).hexdigest()
        if anew or applied or await _first(owner, MAINTENANCE["fences_laid"], {"digest": digest}) is None:
            for one in fences:
                await owner.execute(one)
            await owner.execute(cast("Any", MAINTENANCE["lay_fences"]), {"digest": digest})
        return applied


def _fences(
    tables: Sequence[tuple[str, str, bool]], app_role: str, machines: list[Machine]
) -> Iterator[sql.Composed]:
    """Yield every statement that fences tables: (schema, name, whether it belongs to tenants)."""
    role = sql.Identifier(app_role)
    for schema in sorted({schema for schema, _, _ in tables}):
        yield sql.SQL("GRANT USAGE ON SCHEMA {} TO {}").format(sql.Identifier(schema), role)
    for schema, table, has_tenant in tables:
        name = sql.Identifier(schema, table)
        rights = "SELECT, INSERT" if f"{schema}.{table}" in APPEND_ONLY else "SELECT, INSERT, UPDATE, DELETE"
        yield sql.SQL(f"GRANT {rights} ON {{}} TO {{}}").format(name, role)
        if has_tenant and schema != "directory":
            yield sql.SQL(MAINTENANCE["fence"]).format(table=name)
    legal = [move for machine in machines for move in machine.legal()]
    yield sql.SQL(MAINTENANCE["legal_moves"]).format(legal=sql.Literal(legal))


async def _first(connection: AsyncConnection[Any], statement: str, params: dict[str, Any]) -> Any:
    return await (await connection.execute(cast("Any", statement), params)).fetchone()
