"""A thousand orders in one request, against the same rows written by hand-written batched SQL in the same run.

The yardstick sends the rows that the house wrote for one request, every table in one INSERT from arrays and the stock in one
UPDATE, one commit a thousand orders, into tables of the same shape with the same keys and indexes. It knows neither JSON,
validation, authorization, row-level security nor idempotency.
"""

import asyncio
import itertools
import time
from uuid import UUID

import msgspec
from psycopg import AsyncConnection

from doorstep.bench import load
from doorstep.bench.goods import orders, stock_up
from doorstep.bench.house_under_test import UnderTest, check_books, house_under_test, resident_mb, served
from doorstep.bench.report import Options, Report
from doorstep.bench.written_again import learn

ROWS = 1000
CLIENTS = 3
PROCESSES = 2
SECONDS, QUICK_SECONDS = 10.0, 4.0
REQUESTS = 40


def run(options: Options) -> Report:
    """Measure orders a second through `POST /api/orders/bulk`, a thousand of three lines each at once."""
    return asyncio.run(_run(options))


async def _run(options: Options) -> Report:
    seconds = options.seconds or (QUICK_SECONDS if options.quick else SECONDS)
    async with house_under_test(options) as under:
        options.progress("stocking up")
        endless = orders(await stock_up(under), options.seed)
        sent = [
            msgspec.json.encode({"orders": [next(endless) for _ in range(ROWS)]}) for _ in range(REQUESTS)
        ]
        async with served(under, PROCESSES) as pid:
            make = _requests(under.key, sent)
            warm = await load.run(under.port, make, clients=1, requests=1)
            await under.analyze()
            plain = await _plain_sql(under, seconds / 2)
            options.progress(f"plain SQL: {plain:,.0f} orders/s")
            measured = await load.run(
                under.port, make, clients=CLIENTS, seconds=seconds, requests=REQUESTS - 1
            )
            rss_mb = resident_mb(pid)
        placed = ROWS * (warm.statuses[200] + measured.statuses[200])
        checks = await check_books(under, placed)
    rate = measured.rate * ROWS
    options.progress(f"bulk: {rate:,.0f} orders/s")
    return Report(
        bench="bulk",
        value=round(rate, 1),
        unit="orders/s",
        ratios={"plain_sql": round(rate / plain, 4)},
        yardsticks={"plain_sql": round(plain, 1)},
        checks={**checks, "all_created": set(measured.statuses) == {200}},
        details={
            "p50_ms": measured.percentile_ms(50),
            "p99_ms": measured.percentile_ms(99),
            "rss_mb": rss_mb,
            "orders": placed,
            "rows_per_request": ROWS,
            "clients": CLIENTS,
        },
    )


def _requests(key: str, sent: list[bytes]) -> load.Make:
    numbers, texts = itertools.count(), iter(sent)

    def make() -> bytes:
        return load.post("/api/orders/bulk", key, next(texts), extra=f"idempotency-key: b{next(numbers)}\r\n")

    return make


async def _plain_sql(under: UnderTest, seconds: float) -> float:
    """Write the rows of a request's orders again and again under new tenants; return orders a second."""
    async with await AsyncConnection.connect(str(under.settings.owner_url), autocommit=True) as owner:
        await owner.execute("CREATE SCHEMA yardstick")
        tables = [await learn(owner, table) for table in (*WRITTEN, STOCK)]
        *written, stock = tables
        taken = {"product_id": stock.columns["product_id"], "site_id": stock.columns["site_id"]}
        await owner.execute(stock.insert, {**stock.columns, "tenant_id": str(UUID(int=0))})
        await owner.execute("ANALYZE")
        rounds, begun = 0, time.perf_counter()
        while time.perf_counter() - begun < seconds:
            rounds += 1
            async with owner.transaction():
                await owner.execute(TAKE, taken)
                for table in written:
                    await owner.execute(table.insert, {**table.columns, "tenant_id": str(UUID(int=rounds))})
        rate = rounds * ROWS / (time.perf_counter() - begun)
        await owner.execute("DROP SCHEMA yardstick CASCADE")
        return rate


WRITTEN = (
    "orders.orders",
    "orders.lines",
    "orders.contacts",
    "orders.payments",
    "inventory.reservations",
    "platform.events",
    "platform.tasks",
)
"""The tables that an order writes."""

STOCK = "inventory.stock"
TAKE = (
    b"UPDATE yardstick.inventory_stock s SET reserved = reserved + 1"
    b" FROM unnest(%(product_id)s::uuid[], %(site_id)s::uuid[]) AS taken(product_id, site_id)"
    b" WHERE s.product_id = taken.product_id AND s.site_id = taken.site_id"
)
