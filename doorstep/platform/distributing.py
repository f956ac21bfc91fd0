"""Over many machines: which table goes where on a Citus cluster.

The tables of tenants are distributed by `tenant_id`, all side by side, so that a tenant's rows, joins and transactions stay on
one machine; the few tables of the directory are the same on every machine. No statement changes for it.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from typing import Any, cast

from psycopg import AsyncConnection

from doorstep.platform.migrate import MAINTENANCE

TableName = tuple[str, str]
"""Schema and name."""

SAME_EVERYWHERE = "directory"
"""The schema of what all tenants share."""


class NoCitusError(RuntimeError):
    """The database cannot spread tables over machines."""


@dataclass(frozen=True, slots=True)
class Spread:
    """Where a table goes: by tenant, or the same everywhere; and whether it is there already."""

    table: str
    by_tenant: bool
    done: bool = False


def spread(
    tables: Iterable[tuple[str, str, bool]],
    points_to: Iterable[tuple[TableName, TableName]],
    done: Collection[TableName] = (),
) -> list[Spread]:
    """Return where every table goes, in an order in which each comes after those that it points to.

    Args:
        tables: schema, name, and whether it has a `tenant_id`.
        points_to: pairs of tables by foreign keys.
        done: the tables that are spread already.

    Raises:
        ValueError: a table belongs to no tenant and not to the directory, or tables point to each other in a circle.
    """
    owned = {(schema, name): tenant and schema != SAME_EVERYWHERE for schema, name, tenant in tables}
    lost = sorted(
        f"{schema}.{name}" for (schema, name), ours in owned.items() if not ours and schema != SAME_EVERYWHERE
    )
    if lost:
        raise ValueError(f"these tables have no tenant_id and are not in the directory: {', '.join(lost)}")
    before: dict[TableName, set[TableName]] = {name: set() for name in sorted(owned)}
    for one, other in points_to:
        before[one].add(other)
    try:
        order = list(TopologicalSorter(before).static_order())
    except CycleError as error:
        raise ValueError(f"these tables point to each other in a circle: {error.args[1]}") from error
    order.sort(
        key=lambda name: owned[name]
    )  # what is the same everywhere first; the sort keeps the rest of the order
    return [Spread(".".join(name), owned[name], name in done) for name in order]


async def distribute(owner_url: str) -> list[Spread]:
    """Spread every table that is not spread yet; return where all of them are. To be repeated after each migration.

    Raises:
        NoCitusError: the database has no Citus; the message lists where the tables would go.
    """
    async with await AsyncConnection.connect(owner_url, autocommit=True) as owner:
        able = (await _all(owner, "has_citus"))[0][0]
        done = {(schema, name) for schema, name in await _all(owner, "spread_already")} if able else set()
        keys = [((a, b), (c, d)) for a, b, c, d in await _all(owner, "foreign_keys")]
        plan = spread(await _all(owner, "our_tables"), keys, done)
        if not able:
            raise NoCitusError(_told(plan))
        beside = next((one.table for one in plan if one.by_tenant and one.done), "none")
        for one in plan:
            if not one.done:
                name = "by_tenant" if one.by_tenant else "same_everywhere"
                given = {"table": one.table, "beside": beside} if one.by_tenant else {"table": one.table}
                await owner.execute(cast("Any", MAINTENANCE[name]), given)
            if one.by_tenant and beside == "none":
                beside = one.table
        return plan


async def _all(owner: AsyncConnection[Any], name: str) -> list[Any]:
    return await (await owner.execute(cast("Any", MAINTENANCE[name]))).fetchall()


def _told(plan: list[Spread]) -> str:
    same = [one.table for one in plan if not one.by_tenant]
    return (
        "This PostgreSQL has no Citus. Install the extension (CREATE EXTENSION citus) and run this again, or leave out "
        f"--distribute. {len(plan) - len(same)} tables would be distributed by tenant_id; the same on every machine: "
        f"{', '.join(same)}."
    )
