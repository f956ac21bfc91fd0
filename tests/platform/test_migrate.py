"""The past leads to the present, and the fences of the tenants stand."""

import asyncio
import re
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from psycopg import AsyncConnection

from doorstep import app
from doorstep.platform import migrate
from doorstep.platform.config import Settings
from doorstep.platform.embedded import Embedded
from doorstep.platform.house import House
from doorstep.platform.migrate import Migration, read_migrations

SHAPE = """
    SELECT table_schema, table_name, column_name, data_type, is_nullable, column_default
    FROM information_schema.columns WHERE table_schema NOT IN ('pg_catalog', 'information_schema', 'migration')
    UNION ALL SELECT schemaname, tablename, indexname, indexdef, '', '' FROM pg_indexes
    WHERE schemaname NOT IN ('pg_catalog', 'information_schema', 'migration')
    UNION ALL SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid), '', '', '' FROM pg_constraint
    WHERE connamespace NOT IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)
    ORDER BY 1, 2, 3, 4, 5, 6
"""


async def shape_of(settings: Settings, past: list[Migration]) -> list[Any]:
    """Apply migrations to a new database and return its shape."""
    cluster, name = Embedded(settings.home), f"shape_{uuid4().hex[:12]}"
    await migrate.make_database(cluster, name)
    url = cluster.url("owner", name)
    await migrate.migrate(url, "doorstep_app", past, app.machines())
    async with await AsyncConnection.connect(url) as owner:
        return await (await owner.execute(SHAPE)).fetchall()


@pytest.fixture
def embedded(settings: Settings) -> Settings:
    """Only an embedded cluster lets a test make databases."""
    if not (settings.home / "postgres").is_dir():
        pytest.skip("needs the embedded PostgreSQL, to make a database of its own")
    return settings


async def test_the_migrations_lead_to_the_tables_of_today(embedded: Settings) -> None:
    past = await shape_of(embedded, app.migrations())
    present = await shape_of(embedded, [Migration(1, "present", app.tables())])
    assert past == present


async def test_migrating_twice_or_at_once_changes_nothing(embedded: Settings) -> None:
    once = await asyncio.gather(*(app.prepare(replace(embedded)) for _ in range(3)))
    assert [applied for _, applied in once] == [[], [], []]


async def test_a_house_at_the_present_is_not_stopped_by_who_looks_whether_it_is(
    embedded: Settings, house: House, tenant: UUID
) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        await tx.connection.execute("LOCK TABLE platform.events IN ROW EXCLUSIVE MODE")
        async with asyncio.timeout(10):
            assert (await app.prepare(replace(embedded)))[1] == []


async def test_fences_are_laid_when_the_machines_changed_and_when_somebody_wants_it(
    embedded: Settings,
) -> None:
    cluster, name = Embedded(embedded.home), f"fence_{uuid4().hex[:12]}"
    await migrate.make_database(cluster, name)
    url, past, machines = cluster.url("owner", name), app.migrations(), list(app.machines())

    async def legal() -> str:
        async with await AsyncConnection.connect(url) as owner:
            found = await owner.execute(
                "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'legal_moves'"
            )
            return str((await found.fetchone() or [""])[0])

    await migrate.migrate(url, "doorstep_app", past, machines[1:])
    fewer = await legal()
    await migrate.migrate(url, "doorstep_app", past, machines)
    assert len(await legal()) > len(fewer)
    async with await AsyncConnection.connect(url) as owner:
        await owner.execute("ALTER TABLE platform.events DROP CONSTRAINT legal_moves")
    await migrate.migrate(url, "doorstep_app", past, machines)
    assert await legal() == ""
    await migrate.migrate(url, "doorstep_app", past, machines, anew=True)
    assert len(await legal()) > len(fewer)


async def test_every_tenants_table_is_fenced_and_the_program_owns_none(house: House) -> None:
    async with house.db.directory() as connection:
        cursor = await connection.execute("""
            SELECT n.nspname || '.' || c.relname, c.relrowsecurity, c.relforcerowsecurity,
                   EXISTS (SELECT 1 FROM pg_policy p WHERE p.polrelid = c.oid),
                   pg_get_userbyid(c.relowner) = current_user
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id'
            WHERE c.relkind = 'r' AND n.nspname NOT IN ('directory', 'pg_catalog')
        """)
        tables = await cursor.fetchall()
        role = await (
            await connection.execute(
                "SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user"
            )
        ).fetchone()
    assert len(tables) > 30
    assert [
        name for name, secure, forced, policy, owned in tables if not (secure and forced and policy) or owned
    ] == []
    assert role == (False, False)


def test_migrations_are_numbered_without_a_gap(tmp_path: Path) -> None:
    for name in ("0001_house.sql", "0003_late.sql"):
        (tmp_path / name).write_text("SELECT 1;")
    with pytest.raises(ValueError, match="not numbered 1, 2, 3"):
        read_migrations(tmp_path)


@pytest.mark.proves("E1")
async def test_no_column_keeps_money_as_a_broken_number(house: House) -> None:
    """Sums are whole minor units: no column of a price, sum, fee or tax is a float or a decimal."""
    async with house.db.directory() as connection:
        cursor = await connection.execute(
            "SELECT format('%s.%s.%s %s', table_schema, table_name, column_name, data_type), column_name, data_type "
            "FROM information_schema.columns WHERE table_schema NOT IN ('pg_catalog', 'information_schema')"
        )
        columns = await cursor.fetchall()
    money = re.compile(r"_minor$|price|amount|total|cost|fee|tax|discount|refund")
    broken = ("real", "double precision", "numeric", "money")
    assert sum(name.endswith("_minor") for _, name, _ in columns) >= 20
    assert [said for said, name, kind in columns if money.search(name) and kind in broken] == []
