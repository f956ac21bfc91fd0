"""How much memory a web process takes at most: under load, and while large imports come in.

A load of single orders, 100,000 orders as one stream, and a table of 100,000 rows. Each is asked of a server of its own with one web process. What is told is the most that one process ever held, as the system keeps
it: the web process, or the one that it starts to read a table.
"""

import asyncio
import csv
import io
import itertools
from base64 import b64encode
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import httpx
import msgspec

from doorstep.bench import load
from doorstep.bench.goods import Goods, bodies, orders, stock_up
from doorstep.bench.house_under_test import HOST, UnderTest, house_under_test, served
from doorstep.bench.report import Options, Report
from doorstep.stages.orders import NewOrder

CLIENTS, SECONDS, QUICK_SECONDS = 128, 10.0, 3.0
ROWS, QUICK_ROWS = 100_000, 10_000
LINES = 5
"""Rows of the table that are one order."""
COLUMNS = {
    "reference": "reference",
    "sku": "sku",
    "quantity": "quantity",
    "unit_price": "unit price",
    "shipping": "shipping",
    "name": "name",
    "street": "street",
    "city": "city",
    "postal_code": "postal code",
    "country": "country",
}
"""The columns of the table: what each is, and its heading."""
SAMPLED_S = 0.2
WAIT_S = 600.0


def run(options: Options) -> Report:
    """Measure the peak of a web process in megabytes."""
    return asyncio.run(_run(options))


async def _run(options: Options) -> Report:
    seconds = options.seconds or (QUICK_SECONDS if options.quick else SECONDS)
    rows = QUICK_ROWS if options.quick else ROWS
    async with house_under_test(options) as under:
        goods = await stock_up(under)
        told = {
            "load": await _watched(under, lambda: _single(under, goods, options.seed, seconds)),
            "stream": await _watched(under, lambda: _streamed(under, goods, options.seed + 1, rows)),
            "table": await _watched(under, lambda: _table(under, goods, options.seed + 2, rows)),
        }
        for name, one in told.items():
            options.progress(f"{name}: {one.peak_mb:.0f} MB for {one.placed:,} orders")
        wrong = await under.wrong()
    return Report(
        bench="memory",
        value=max(one.peak_mb for one in told.values()),
        unit="MB at most",
        checks={"all_created": all(one.whole for one in told.values()), "conserved": not wrong},
        details={
            "peak_mb": {name: one.peak_mb for name, one in told.items()},
            "orders": {name: one.placed for name, one in told.items()},
            "rows": rows,
            "clients": CLIENTS,
        },
    )


@dataclass(frozen=True, slots=True)
class _Held:
    """What was done, whether all of it, and the most that one process held meanwhile."""

    placed: int
    whole: bool
    peak_mb: float


async def _watched(under: UnderTest, work: Callable[[], Awaitable[tuple[int, bool]]]) -> _Held:
    async with served(under, 1) as server:
        peaks: dict[int, int] = {}
        watch = asyncio.create_task(_watch(server, peaks))
        placed, whole = await work()
        watch.cancel()
    return _Held(placed, whole, round(max(peaks.values()) / 1000, 1))


async def _watch(server: int, peaks: dict[int, int]) -> None:
    """Keep the peak of every process below the server, in kilobytes; the server itself only starts them."""
    while True:
        parents = dict(_parents())
        for pid in parents:
            if _below(pid, server, parents):
                peaks[pid] = max(peaks.get(pid, 0), _peak_kb(pid))
        await asyncio.sleep(SAMPLED_S)


def _parents() -> Iterator[tuple[int, int]]:
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            yield int(entry.name), int((entry / "stat").read_text().rpartition(")")[2].split()[1])
        except (OSError, ValueError):
            continue


def _below(pid: int, server: int, parents: dict[int, int]) -> bool:
    while (pid := parents.get(pid, 0)) > 1:
        if pid == server:
            return True
    return False


def _peak_kb(pid: int) -> int:
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM:")), 0)


async def _single(under: UnderTest, goods: Goods, seed: int, seconds: float) -> tuple[int, bool]:
    sent = itertools.cycle(bodies(goods, seed, int(seconds * 5000)))
    numbers = itertools.count()

    def make() -> bytes:
        extra = f"idempotency-key: m{next(numbers)}\r\n"
        return load.post("/api/orders", under.key, next(sent), extra=extra)

    measured = await load.run(under.port, make, clients=CLIENTS, seconds=seconds)
    return measured.statuses[201], set(measured.statuses) <= {200, 201}


async def _streamed(under: UnderTest, goods: Goods, seed: int, rows: int) -> tuple[int, bool]:
    async def lines() -> AsyncIterator[bytes]:
        for one in islice(orders(goods, seed), rows):
            yield msgspec.json.encode(one) + b"\n"

    async with _client(under) as client:
        last = ""
        async with client.stream(
            "POST", "/api/orders/stream", content=lines(), headers={"content-type": "application/x-ndjson"}
        ) as answer:
            async for line in answer.aiter_lines():
                last = line or last
    created = int(msgspec.json.decode(last)["created"])
    return created, created == rows


async def _table(under: UnderTest, goods: Goods, seed: int, rows: int) -> tuple[int, bool]:
    count = rows // LINES
    file = _csv(islice(orders(goods, seed, LINES), count))
    asked = {"merchant": "bench", "file": b64encode(file).decode(), "columns": COLUMNS}
    async with _client(under) as client:
        answer = await client.post("/api/orders/import", json=asked)
    created = int(answer.json().get("created", 0))
    return created, created == count


def _csv(asked: Iterator[NewOrder]) -> bytes:
    """Return orders as a shop exports them: whom an order goes to stands in its first row."""
    text = io.StringIO()
    write = csv.writer(text).writerow
    write(COLUMNS.values())
    for order in asked:
        to = order.ship_to
        first = (order.shipping_minor / 100, to.name, to.street, to.city, to.postal_code, to.country)
        for i, line in enumerate(order.lines):
            rest = ("", "", "", "", "", "") if i else first
            write((order.external_ref, line.sku, line.quantity, line.unit_minor / 100, *rest))
    return text.getvalue().encode()


def _client(under: UnderTest) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        base_url=f"http://{HOST}:{under.port}",
        headers={"authorization": f"Bearer {under.key}"},
        timeout=WAIT_S,
    )
