"""Scan events a second through the real act: recorded once each, folded, journaled, windows moved, messages owed.

The scans come in batches, shuffled, a tenth of them twice. The yardstick writes the same final rows by hand-written batched SQL
into the same tables for another tenant. The check folds every parcel's scans in their own order, apart from the house's path, and compares.
"""

import asyncio
import random
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from doorstep.bench.house_under_test import UnderTest, house_under_test
from doorstep.bench.parcels_on_the_way import BATCH, OnTheWay, send_parcels
from doorstep.bench.report import Options, Report
from doorstep.platform import auth
from doorstep.stages import tracking
from doorstep.stages.tracking import Scan, Status
from doorstep.stages.tracking.model import Heard
from doorstep.stages.tracking.rules.fold import fold

PARCELS, QUICK_PARCELS = 8_000, 2_000
TWICE = 0.1
AT_ONCE = 2
FOLDED = 100_000
_S = Status
JOURNEY = (
    (_S.INFO_RECEIVED, "LBL"),
    (_S.PICKED_UP, "PUP"),
    (_S.IN_TRANSIT, "ARR"),
    (_S.IN_TRANSIT, "DEP"),
    (None, "X7Q"),
    (_S.OUT_FOR_DELIVERY, "OFD"),
    (_S.ATTEMPT_FAILED, "ATT"),
    (_S.DELIVERED, "DEL"),
)


def run(options: Options) -> Report:
    """Measure scan events a second, in, folded and journaled."""
    return asyncio.run(_run(options))


async def _run(options: Options) -> Report:
    count = QUICK_PARCELS if options.quick else PARCELS
    async with house_under_test(options) as under:
        options.progress(f"{count:,} parcels on their way")
        way = await send_parcels(under, count, options.seed)
        async with under.house.db.transaction(under.tenant_id, actor="bench") as tx:
            began_at = tx.now
        scans = _scans(way, began_at, options.seed)
        seconds, new = await _record(under, _batches(scans))
        options.progress(f"{new / seconds:,.0f} scans/s recorded")
        rows = await _rows(under)
        plain_s = await _plain(under, rows)
        options.progress(f"plain SQL: {new / plain_s:,.0f} scans/s")
        right = await _independent(under, way, scans)
    rate = new / seconds
    return Report(
        bench="tracking",
        value=round(rate, 1),
        unit="scans/s",
        ratios={"plain_sql": round(plain_s / seconds, 4)},
        yardsticks={"plain_sql": round(new / plain_s, 1)},
        checks={"order_independent": right, "each_once": new == count * len(JOURNEY)},
        details={"scans": new, "parcels": count, "batch": BATCH, "folded_per_s": round(_fold_rate())},
    )


def _scans(way: OnTheWay, began_at: datetime, seed: int) -> list[Scan]:
    """Every parcel's journey, an hour a scan, all of them shuffled, a tenth twice."""
    rng = random.Random(seed)
    scans = [
        Scan(
            parcel_id=parcel_id,
            number=number,
            status=status,
            raw_code=code,
            raw_text=f"Seen: {code}",
            place="Linden Hub",
            lat=52.5,
            lon=13.4,
            zone="+01:00",
            occurred_at=began_at + timedelta(hours=hour),
            via="push",
        )
        for parcel_id, number in zip(way.parcel_ids, way.numbers, strict=True)
        for hour, (status, code) in enumerate(JOURNEY)
    ]
    scans += rng.sample(scans, int(len(scans) * TWICE))
    rng.shuffle(scans)
    return scans


def _batches(scans: Sequence[Scan]) -> list[list[Scan]]:
    return [list(scans[at : at + BATCH]) for at in range(0, len(scans), BATCH)]


async def _record(under: UnderTest, batches: list[list[Scan]]) -> tuple[float, int]:
    """Record all batches, two transactions at a time; return the seconds and how many scans were new."""
    waiting = iter(batches)
    new = 0

    async def work() -> None:
        nonlocal new
        for batch in waiting:
            async with under.house.db.transaction(under.tenant_id, actor="bench") as tx:
                recorded = await tracking.record(tx, batch)
            new += recorded

    began = time.perf_counter()
    await asyncio.gather(*(work() for _ in range(AT_ONCE)))
    return time.perf_counter() - began, new


TABLES = {
    "tracking.scans": "",
    "tracking.messages": "",
    "platform.events": " AND kind IN ('tracker', 'message', 'order') AND actor = 'bench'",
    "platform.tasks": " AND name LIKE 'feedback.%%'",
}
"""What the act wrote, beside the trackers themselves."""


async def _rows(under: UnderTest) -> dict[str, tuple[list[tuple[str, str]], list[tuple[Any, ...]]]]:
    """Return the final rows of each table with the names and types of its columns, without the tenant."""
    found = {}
    async with under.house.db.transaction(under.tenant_id, actor="bench") as tx:
        for table, which in TABLES.items():
            shape = await tx.connection.execute(SHAPE.encode(), {"table": table})
            columns = [(str(name), str(kind)) for name, kind in await shape.fetchall() if name != "tenant_id"]
            names = ", ".join(f"{name}::text" for name, _ in columns)
            rows = await tx.connection.execute(
                f"SELECT {names} FROM {table} WHERE tenant_id = %(tenant_id)s{which}".encode(),  # noqa: S608
                {"tenant_id": under.tenant_id},
            )
            found[table] = (columns, await rows.fetchall())
    return found


async def _plain(
    under: UnderTest, rows: dict[str, tuple[list[tuple[str, str]], list[tuple[Any, ...]]]]
) -> float:
    """Write the same rows for another tenant, in as many commits; return the seconds."""
    tenant_id: UUID = await auth.add_tenant(under.house.db, "bench-plain", "Plain")
    commits = max(1, len(rows["tracking.scans"][1]) // BATCH)
    began = time.perf_counter()
    for at in range(commits):
        async with under.house.db.transaction(tenant_id, actor="bench") as tx:
            for table, (columns, all_rows) in rows.items():
                part = all_rows[len(all_rows) * at // commits : len(all_rows) * (at + 1) // commits]
                if part:
                    lists = {f"c{i}": [row[i] for row in part] for i in range(len(columns))}
                    await tx.connection.execute(
                        _insert(table, columns).encode(), {**lists, "tenant_id": tenant_id}
                    )
    return time.perf_counter() - began


def _insert(table: str, columns: list[tuple[str, str]]) -> str:
    names = ", ".join(name for name, _ in columns)
    values = ", ".join(f"%(c{i})s::text[]" for i in range(len(columns)))
    typed = ", ".join(f"c{i}::{kind}" for i, (_, kind) in enumerate(columns))
    aliases = ", ".join(f"c{i}" for i in range(len(columns)))
    return (
        f"INSERT INTO {table} (tenant_id, {names}) "  # noqa: S608 - names from the catalog of the database
        f"SELECT %(tenant_id)s, {typed} FROM unnest({values}) AS rows({aliases})"
    )


async def _independent(under: UnderTest, way: OnTheWay, scans: Sequence[Scan]) -> bool:
    """Fold each parcel's scans sorted and once, apart from the database, and compare with what stands there."""
    by_parcel: dict[UUID, set[Heard]] = {parcel_id: set() for parcel_id in way.parcel_ids}
    for scan in scans:
        key = f"{scan.occurred_at.isoformat()} {scan.raw_code}"
        by_parcel[scan.parcel_id].add(Heard(key, scan.status, scan.occurred_at))
    wanted = {
        parcel_id: str(fold(sorted(heard, key=lambda one: one.occurred_at)).status)
        for parcel_id, heard in by_parcel.items()
    }
    async with under.house.db.transaction(under.tenant_id, actor="bench") as tx:
        cursor = await tx.connection.execute(STATES, {"tenant_id": under.tenant_id})
        return dict(await cursor.fetchall()) == wanted


def _fold_rate() -> float:
    """Return how many scans a second the pure fold takes on one core."""
    at = datetime.fromisoformat("2026-03-02T12:00:00+00:00")
    journey = [Heard(code, status, at + timedelta(hours=hour)) for hour, (status, code) in enumerate(JOURNEY)]
    began = time.perf_counter()
    for _ in range(FOLDED // len(journey)):
        fold(journey)
    return FOLDED / (time.perf_counter() - began)


SHAPE = """
SELECT attname, format_type(atttypid, NULL) FROM pg_catalog.pg_attribute
WHERE attrelid = %(table)s::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum
"""
STATES = b"SELECT parcel_id, state FROM tracking.trackers WHERE tenant_id = %(tenant_id)s"
