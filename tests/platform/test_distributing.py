"""Every table finds its place on a cluster, in an order that foreign keys allow; what is spread stays where it is."""

from typing import Any
from uuid import uuid4

import pytest
from psycopg import AsyncConnection

from doorstep import app
from doorstep.platform import migrate
from doorstep.platform.config import Settings
from doorstep.platform.distributing import NoCitusError, Spread, distribute, spread
from doorstep.platform.embedded import Embedded

CITUS = """
CREATE TABLE pg_dist_partition (logicalrelid regclass PRIMARY KEY, beside text);
CREATE FUNCTION create_reference_table(spread regclass) RETURNS void LANGUAGE sql AS
    $$INSERT INTO public.pg_dist_partition VALUES (spread, NULL)$$;
CREATE FUNCTION create_distributed_table(spread regclass, by text, colocate_with text) RETURNS void LANGUAGE sql AS
    $$INSERT INTO public.pg_dist_partition SELECT spread, colocate_with WHERE by = 'tenant_id'$$;
"""
"""Stands in for the extension: it writes down what it is told, in the same words."""


def test_tables_come_after_those_that_they_point_to_and_the_directory_first() -> None:
    tables = [
        ("a", "lines", True),
        ("directory", "logins", True),
        ("b", "orders", True),
        ("directory", "tenants", False),
    ]
    keys = [(("a", "lines"), ("b", "orders")), (("directory", "logins"), ("directory", "tenants"))]
    assert spread(tables, keys, {("directory", "tenants")}) == [
        Spread("directory.tenants", by_tenant=False, done=True),
        Spread("directory.logins", by_tenant=False),
        Spread("b.orders", by_tenant=True),
        Spread("a.lines", by_tenant=True),
    ]


def test_a_table_of_nobody_and_a_circle_are_named() -> None:
    with pytest.raises(ValueError, match=r"no tenant_id and are not in the directory: b\.rates"):
        spread([("b", "rates", False)], [])
    circle = [(("b", "x"), ("b", "y")), (("b", "y"), ("b", "x"))]
    with pytest.raises(ValueError, match="in a circle"):
        spread([("b", "x", True), ("b", "y", True)], circle)


@pytest.fixture
async def own(settings: Settings) -> str:
    """A database of its own with every table of the house; its owner's address."""
    if not (settings.home / "postgres").is_dir():
        pytest.skip("needs the embedded PostgreSQL, to make a database of its own")
    cluster, name = Embedded(settings.home), f"spread_{uuid4().hex[:12]}"
    await migrate.make_database(cluster, name)
    url = cluster.url("owner", name)
    await migrate.migrate(url, "doorstep_app", app.migrations(), app.machines())
    return url


async def test_without_citus_it_says_what_would_go_where_and_changes_nothing(own: str) -> None:
    with pytest.raises(NoCitusError, match=r"has no Citus.*tables would be distributed.*directory\.tenants"):
        await distribute(own)


async def test_every_table_of_the_house_is_spread_once_and_tenants_side_by_side(own: str) -> None:
    async with await AsyncConnection.connect(own, autocommit=True) as owner:
        await owner.execute(CITUS)
        first = await distribute(own)
        assert not any(one.done for one in first)
        rows: list[Any] = await (
            await owner.execute("SELECT logicalrelid::regclass::text, beside FROM pg_dist_partition")
        ).fetchall()
        beside = dict(rows)
        assert set(beside) == {one.table for one in first}
        assert {name for name, group in beside.items() if group is None} == {
            name for name in beside if name.startswith("directory.")
        }
        ours = [one.table for one in first if one.by_tenant]
        assert [beside[name] for name in ours] == ["none", *[ours[0]] * (len(ours) - 1)]
        assert all(one.done for one in await distribute(own))
