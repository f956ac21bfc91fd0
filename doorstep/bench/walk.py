"""Orders a second through all seven stages: placed, picked, packed, labeled, driven, delivered, rated; every document and message made.

Each order of three lines is checked and reserved, grouped into carts by the walk they cost, picked and packed by list (boxes thought
out by the 3D packer), gets its slip (PDF), its label (ZPL and PDF) and its tracker, is handed over, scanned in at the center, planned
onto a van's tour by PyVRP, delivered with a signature, confirmed and rated; its mails are written in text and HTML and handed to a
local SMTP server. Everything is done by the acts of the stages and by what they owe, under full durability, in as many processes
as `serve --workers` would run on two cores, each with a tenant of its own.

The yardstick writes the same final rows, documents included, in batches as large, into tables of the same shape.
"""

import asyncio
import os
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from uuid import UUID

import msgspec
from psycopg import AsyncConnection

from doorstep import app as house_app
from doorstep.bench.house_under_test import UnderTest, house_under_test
from doorstep.bench.mail import mail_receiver
from doorstep.bench.report import Options, Report
from doorstep.bench.walking import WAVE, Measured
from doorstep.bench.written_again import SCHEMA, cut, learn
from doorstep.platform import auth
from doorstep.platform.doctor import examine

ORDERS, QUICK_ORDERS = 4_000, 750
PROCESSES = 2


def run(options: Options) -> Report:
    """Measure orders a second, from the click to the rating."""
    return asyncio.run(_run(options))


async def _run(options: Options) -> Report:
    count = (QUICK_ORDERS if options.quick else ORDERS) // PROCESSES
    async with house_under_test(options) as under, mail_receiver() as (url, receiver):
        tenants = [under.tenant_id] + [
            await auth.add_tenant(under.house.db, f"bench-{os.getpid()}-{n}", "Bench")
            for n in range(1, PROCESSES)
        ]
        async with AsyncExitStack() as stack:
            crews = [
                await _start(stack, under, url, tenant_id, options.seed + n, count)
                for n, tenant_id in enumerate(tenants)
            ]
            await asyncio.gather(*(_line(crew) for crew in crews))
            await under.analyze()
            options.progress(f"{PROCESSES} processes are warm")
            for crew in crews:
                assert crew.stdin is not None  # noqa: S101 - it was asked for
                crew.stdin.write(b"go\n")
            measured = await asyncio.gather(*(_listen(crew, options) for crew in crews))
        receiver.terminate()
        taken = Counter((await receiver.stdout.read()).split()) if receiver.stdout else Counter[bytes]()
        books = Counter[str]()
        for tenant_id in tenants:
            books.update(await _books(under, tenant_id))
        plain = await _plain_sql(under, tenants, sum(one.walked for one in measured))
        wrong = [
            finding.rule
            for tenant_id in tenants
            for finding in await examine(under.house.db, tenant_id, house_app.invariants())
        ]
    return _report(Walked(measured, count * PROCESSES, books, plain, wrong, taken))


async def _start(
    stack: AsyncExitStack, under: UnderTest, mail_url: str, tenant_id: UUID, seed: int, count: int
) -> asyncio.subprocess.Process:
    given = under.settings
    environment = {
        **os.environ,
        "DOORSTEP_HOME": str(given.home),
        "DOORSTEP_DATABASE_URL": str(given.database_url),
        "DOORSTEP_SECRET": str(given.secret),
        "DOORSTEP_PARTNER_NETWORKS": given.partner_networks,
        "DOORSTEP_MAIL_URL": mail_url,
        "DOORSTEP_LOG_LEVEL": "warning",
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "doorstep.bench.walking",
        str(tenant_id),
        str(seed),
        str(count),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        env=environment,
    )
    stack.push_async_callback(_stop, process)
    return process


async def _stop(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.terminate()
    await process.wait()


async def _line(process: asyncio.subprocess.Process) -> bytes:
    assert process.stdout is not None  # noqa: S101 - it was asked for
    line = await process.stdout.readline()
    if not line:
        raise RuntimeError("a process that walks orders ended; what it said is above")
    return line


async def _listen(process: asyncio.subprocess.Process, options: Options) -> Measured:
    """Pass on how far a process is, until it says what it measured."""
    while not (line := await _line(process)).startswith(b"{"):
        options.progress(f"{int(line):,} orders")
    return msgspec.json.decode(line, type=Measured)


BOOKS = b"""
SELECT (SELECT count(*) FROM orders.orders WHERE tenant_id = %(t)s AND state = 'closed') AS closed,
       (SELECT count(DISTINCT order_id) FROM warehouse.parcels WHERE tenant_id = %(t)s AND state = 'handed_over'
          AND slip IS NOT NULL) AS parceled,
       (SELECT count(*) FROM warehouse.parcels WHERE tenant_id = %(t)s) AS parcels,
       (SELECT count(*) FROM shipping.labels WHERE tenant_id = %(t)s AND state = 'bought' AND length(pdf) > 1000
          AND zpl LIKE '^XA%%') AS labels,
       (SELECT count(*) FROM tracking.trackers WHERE tenant_id = %(t)s AND state = 'delivered') AS delivered,
       (SELECT count(*) FROM delivery.proofs WHERE tenant_id = %(t)s) AS proofs,
       (SELECT count(*) FROM feedback.ratings WHERE tenant_id = %(t)s) AS ratings,
       (SELECT count(*) FROM tracking.messages WHERE tenant_id = %(t)s) AS messages,
       (SELECT count(*) FROM tracking.messages WHERE tenant_id = %(t)s AND state IN ('sent', 'superseded')) AS told,
       (SELECT count(*) FROM tracking.messages WHERE tenant_id = %(t)s AND state = 'sent') AS sent,
       (SELECT count(*) FROM platform.events WHERE tenant_id = %(t)s) AS events,
       (SELECT count(*) FROM platform.tasks WHERE tenant_id = %(t)s AND recurs_s IS NULL) AS owed,
       (SELECT sum(total_minor) FROM orders.orders WHERE tenant_id = %(t)s) AS total_minor,
       (SELECT sum(captured_minor) FROM orders.payments WHERE tenant_id = %(t)s) AS captured_minor,
       (SELECT sum(quantity) FROM inventory.movements WHERE tenant_id = %(t)s AND from_place = 'supplier') AS received,
       (SELECT sum(on_hand) FROM inventory.balances WHERE tenant_id = %(t)s) AS left_here,
       (SELECT sum(quantity) FROM orders.lines WHERE tenant_id = %(t)s) AS sold
"""


async def _books(under: UnderTest, tenant_id: UUID) -> Mapping[str, int]:
    async with under.house.db.transaction(tenant_id, actor="bench") as tx:
        cursor = await tx.connection.execute(BOOKS, {"t": tenant_id})
        row = await cursor.fetchone() or ()
        return {column.name: int(value) for column, value in zip(cursor.description or (), row, strict=True)}


WRITTEN = (
    "orders.orders",
    "orders.lines",
    "orders.contacts",
    "orders.payments",
    "inventory.reservations",
    "inventory.movements",
    "warehouse.fulfillments",
    "warehouse.items",
    "warehouse.batches",
    "warehouse.picks",
    "warehouse.parcels",
    "warehouse.parcel_items",
    "shipping.labels",
    "shipping.manifests",
    "tracking.trackers",
    "tracking.scans",
    "tracking.messages",
    "delivery.stops",
    "delivery.routes",
    "delivery.attempts",
    "delivery.proofs",
    "feedback.confirmations",
    "feedback.ratings",
    "feedback.cases",
    "platform.events",
)
"""The tables that a walk fills."""


async def _plain_sql(under: UnderTest, tenants: Sequence[UUID], walked: int) -> float:
    """Write everything that the walk left, in as many batches as there were waves; return orders a second."""
    waves = max(walked // WAVE // len(tenants), 1)
    async with await AsyncConnection.connect(str(under.settings.owner_url), autocommit=True) as owner:
        await owner.execute(f"CREATE SCHEMA {SCHEMA}".encode())
        batches = []
        for tenant_id in tenants:
            tables = [await learn(owner, table, tenant_id) for table in WRITTEN]
            cuts = [(table.insert, cut(table, waves)) for table in tables]
            for wave in range(waves):
                values = [(insert, {**parts[wave], "tenant_id": str(tenant_id)}) for insert, parts in cuts]
                batches.append(values)
        begun = time.perf_counter()
        for batch in batches:
            async with owner.transaction():
                for insert, columns in batch:
                    await owner.execute(insert, columns)
        rate = walked / (time.perf_counter() - begun)
        await owner.execute(f"DROP SCHEMA {SCHEMA} CASCADE".encode())
        return rate


@dataclass(frozen=True, slots=True)
class Walked:
    """What was measured, and what it left."""

    measured: Sequence[Measured]
    timed: int
    books: Mapping[str, int]
    plain: float
    wrong: list[str]
    mails: Mapping[bytes, int]

    @property
    def seconds(self) -> float:
        """From when the first began until the last ended."""
        return max(one.ended for one in self.measured) - min(one.begun for one in self.measured)

    @property
    def share(self) -> dict[str, float]:
        """How the time of the processes divides over the stages; `ground` is claiming, committing and waiting in between."""
        whole = sum(one.ended - one.begun for one in self.measured)
        spent = Counter[str]()
        for one in self.measured:
            spent.update(one.spent)
        known = {stage: round(seconds / whole, 3) for stage, seconds in sorted(spent.items())}
        return {**known, "ground": round(1 - sum(spent.values()) / whole, 3)}


def _report(done: Walked) -> Report:
    books, rate = done.books, done.timed / done.seconds
    walked = sum(one.walked for one in done.measured)
    whole = ("closed", "parceled", "ratings")
    each = ("labels", "delivered", "proofs")
    return Report(
        bench="walk",
        value=round(rate, 1),
        unit="orders/s",
        ratios={"plain_sql": round(rate / done.plain, 4)},
        yardsticks={"plain_sql": round(done.plain, 1)},
        checks={
            "invariants": not done.wrong,
            "conserved": books["received"] == books["left_here"] + books["sold"]
            and books["total_minor"] == books["captured_minor"],
            "all_walked": all(books[name] == walked for name in whole)
            and all(books[name] == books["parcels"] for name in each)
            and not books["owed"],
            "told_once": books["told"] == books["messages"]
            and books["sent"] == len(done.mails)
            and set(done.mails.values()) == {1},
        },
        details={
            "orders": done.timed,
            "seconds": round(done.seconds, 2),
            "processes": len(done.measured),
            "share": done.share,
            "events_per_order": round(books["events"] / walked, 1),
            "mails_per_order": round(books["sent"] / walked, 1),
            "wrong": done.wrong,
        },
    )
