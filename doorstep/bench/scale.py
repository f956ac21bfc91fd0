"""What a hundred times more orders cost: the pages and the intake of a small house against the same ones of a large house.

In each of two houses some hundred orders walk through all seven stages by the acts, and are then copied until there are as many as
asked; a few more stay open, so that the queues have the same work in both. One client asks one page after the other over HTTP, each
time for another order, signed in or with the customer's link, ten times here and ten times there in turn: what it waits is the
server's time and the wire's, and an hour in which the machine is slow is slow for both. The check reads PostgreSQL's statistics: no
table of many rows was read from end to end while the pages were asked for.
"""

import asyncio
import itertools
import random
import secrets
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from typing import Any
from uuid import UUID

import msgspec
from psycopg import AsyncConnection

from doorstep.bench import load
from doorstep.bench.grown import NUMBERS_APART, copied, grow
from doorstep.bench.house_under_test import UnderTest, house_under_test, served
from doorstep.bench.report import Options, Report
from doorstep.bench.walk import WRITTEN
from doorstep.bench.walk_ground import Ground, furnish, orders
from doorstep.bench.walking import MORNING, WAVE, walker
from doorstep.platform import auth, clock
from doorstep.platform.auth import NewUser, Role
from doorstep.platform.links import write_link
from doorstep.stages import orders as ordering

WALKED, OPEN = 500, 100
SIZES, QUICK_SIZES, HIGH_SIZES = (10_000, 100_000), (10_000, 20_000), (50_000, 5_000_000)
ASKED, QUICK_ASKED = 600, 100
BYTES_AN_ORDER = 45_000
"""What an order that walked through all stages takes on disk, with its indexes."""
MANY = 5_000
"""Rows from which a table is too large to be read from end to end for a page."""
TOLD_AFTER_S, CONNECTIONS = 1.1, 24
"""PostgreSQL adds what a connection read to its statistics at the next commit after a second."""
READY = b"GET /ready HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n"
IN_TURN = 10
"""So many requests go to one house before the other one is asked."""
SCANS = "SELECT schemaname || '.' || relname, seq_scan FROM pg_stat_user_tables WHERE n_live_tup > %s"


def run(options: Options) -> Report:
    """Measure by how much pages and intake slow down as orders pile up."""
    return asyncio.run(_run(options))


async def _run(options: Options) -> Report:
    if options.database_url:
        raise RuntimeError("This bench compares two databases of its own. Leave the database's address out.")
    small, large = _sizes(options)
    async with house_under_test(options) as here, house_under_test(options) as there:
        _look_for_room(there, small + large)
        async with (
            await AsyncConnection.connect(str(here.settings.owner_url), autocommit=True) as owner,
            await AsyncConnection.connect(str(there.settings.owner_url), autocommit=True) as other,
        ):
            houses = (_House(here, owner, options), _House(there, other, options))
            for house, size in zip(houses, (small, large), strict=True):
                await house.begin()
                await house.grow_to(size)
            async with served(here, 1), served(there, 1):
                before, after = await _ask_in_turn(houses, QUICK_ASKED if options.quick else ASKED, options)
    return _report(small, large, before, after)


def _sizes(options: Options) -> tuple[int, int]:
    """Return how many orders the house has first and then; a part of the high effort is as much less then."""
    if options.quick:
        return QUICK_SIZES
    if options.effort != "high":
        return SIZES
    small, large = HIGH_SIZES
    at, of = options.part or (1, 1)
    return small, max(large * at // of, 2 * small)


def _look_for_room(under: UnderTest, orders: int) -> None:
    """See that the disk holds so many orders.

    Raises:
        RuntimeError: it does not; says how much is missing and what to do.
    """
    free, needed = shutil.disk_usage(under.settings.home).free, orders * BYTES_AN_ORDER
    if free < needed:
        raise RuntimeError(
            f"{orders:,} walked orders take about {needed / 1e9:.0f} GB, and {free / 1e9:.0f} GB are free in"
            f" {under.settings.home}. Take a part of them, for instance --part 1/10."
        )


@dataclass(frozen=True, slots=True)
class _Walked:
    """An order that went all the way, by what people look for."""

    id: UUID
    number: int
    email: str

    def copy(self, copy: int) -> "_Walked":
        """Return one of its copies; copy 0 is itself."""
        if not copy:
            return self
        return _Walked(copied(self.id, copy), self.number + copy * NUMBERS_APART, f"{copy}-{self.email}")


@dataclass(frozen=True, slots=True)
class _Answered:
    """How fast a page was, and the tables of many rows that were read from end to end for it."""

    p50_ms: float
    p99_ms: float
    read_whole: Sequence[str]


class _House:
    """A house that grows, and the pages that are asked of it."""

    def __init__(self, under: UnderTest, owner: AsyncConnection[Any], options: Options) -> None:
        self.under, self.owner, self.options = under, owner, options
        self.walked: list[_Walked] = []
        self.copies = 0
        self.numbers = itertools.count(1)

    async def begin(self) -> None:
        """Walk some orders to their end, and leave some open."""
        under = self.under
        await clock.simulate(under.house.db, under.tenant_id, MORNING, rate=1.0)
        async with under.house.db.transaction(under.tenant_id, actor="bench") as tx:
            self.ground: Ground = await furnish(tx, self.options.seed)
        self.new = orders(self.ground, self.options.seed)
        walk = walker(under.house, under.tenant_id, self.ground)
        for _ in range(WALKED // WAVE):
            await walk.wave(self.new, WAVE)
        self.options.progress(f"{WALKED} orders walked")
        async with under.house.db.transaction(under.tenant_id, actor="bench") as tx:
            cursor = await tx.connection.execute(
                "SELECT id, number, email FROM orders.orders JOIN orders.contacts ON contacts.tenant_id = orders.tenant_id"
                " AND order_id = id WHERE orders.tenant_id = %s",
                [under.tenant_id],
            )
            self.walked = [_Walked(*row) for row in await cursor.fetchall()]
        password = secrets.token_urlsafe()
        login = NewUser(login="bench", name="Bench", password=password, roles=(Role.OWNER,))
        await auth.add_user(under.house.db, under.tenant_id, login)
        self.session = await auth.sign_in(under.house.db, login.login, password)

    async def grow_to(self, size: int) -> None:
        """Copy the walked orders until there are `size` of them."""
        self.copies = size // WALKED - 1
        each = max(self.copies // 10, 1)

        def say(done: int) -> None:
            if done // each > (done - 20) // each:
                self.options.progress(f"{(done + 1) * WALKED:,} orders")

        await grow(self.owner, self.under.tenant_id, WRITTEN, range(1, self.copies + 1), say)
        await self.owner.execute("VACUUM ANALYZE")
        async with self.under.house.db.transaction(self.under.tenant_id, actor="bench") as tx:
            await ordering.place(tx, list(islice(self.new, OPEN)))
        await self.under.settle()

    def questions(self, asked: int) -> dict[str, load.Make]:
        """Return what makes the requests for each page, for `asked` orders in turn, and for the intake."""
        dice = random.Random(self.options.seed)
        some = [dice.choice(self.walked).copy(dice.randrange(self.copies + 1)) for _ in range(asked)]
        pages = {name: _gets(paths, self.session) for name, paths in self._pages(some).items()}
        return {**pages, "intake": self._place}

    def _place(self) -> bytes:
        """Return the next order as a request."""
        extra = f"idempotency-key: s{next(self.numbers)}\r\n"
        return load.post("/api/orders", self.under.key, msgspec.json.encode(next(self.new)), extra=extra)

    async def ask(self, make: load.Make) -> load.Measured:
        """Ask some requests, one after the other."""
        measured = await load.run(self.under.port, make, clients=1, requests=IN_TURN)
        if any(status >= 300 for status in measured.statuses):
            raise RuntimeError(f"a page did not answer as it should: {dict(measured.statuses)}")
        return measured

    async def scans(self) -> dict[str, int]:
        """Return how often each table of many rows was read from end to end, once each of the server's connections has told."""
        await asyncio.sleep(TOLD_AFTER_S)
        await load.run(self.under.port, lambda: READY, clients=1, requests=CONNECTIONS)
        found = await self.owner.execute(SCANS, [MANY])
        return dict(await found.fetchall())

    def _pages(self, some: Sequence[_Walked]) -> Mapping[str, Sequence[str]]:
        under = self.under
        last_day = (MORNING + timedelta(days=90)).date()
        links = [write_link(under.house, "order", under.tenant_id, one.id, last_day) for one in some]
        return {
            "order page": [f"/orders/{one.id}" for one in some],
            "tracking page": [f"/t/{link}" for link in links],
            "order's story": [f"/tower/orders/{one.id}" for one in some],
            "order list": ["/orders"],
            "search by number": [f"/tower/search?q={one.number}" for one in some],
            "search by e-mail": [f"/tower/search?q={one.email}" for one in some],
            "tower": ["/tower"],
            "floor queue": ["/floor"],
            "parcels on their way": ["/tracking"],
        }


async def _ask_in_turn(houses: Sequence[_House], asked: int, options: Options) -> list[dict[str, _Answered]]:
    """Return how each page and the intake of each house answered, the houses asked in turn."""
    questions = [house.questions(asked) for house in houses]
    found: list[dict[str, _Answered]] = [{} for _ in houses]
    for name in questions[0]:
        scanned = [await house.scans() for house in houses]
        for house, makes in zip(houses, questions, strict=True):
            await house.ask(makes[name])
        measured = [load.Measured() for _ in houses]
        for _ in range(asked // IN_TURN):
            for house, makes, one in zip(houses, questions, measured, strict=True):
                one.add(await house.ask(makes[name]))
        for house, of_house, one, before in zip(houses, found, measured, scanned, strict=True):
            whole = [table for table, count in (await house.scans()).items() if count > before[table]]
            of_house[name] = _Answered(one.percentile_ms(50), one.percentile_ms(99), whole)
        options.progress(f"{name}: {' and '.join(f'{of_house[name].p99_ms:.1f}' for of_house in found)} ms")
    return found


def _gets(paths: Sequence[str], session: str) -> load.Make:
    endless = itertools.cycle(paths)

    def make() -> bytes:
        head = f"GET {next(endless)} HTTP/1.1\r\nhost: 127.0.0.1\r\naccept: text/html\r\n"
        return f"{head}cookie: {auth.SESSION_COOKIE}={session}\r\n\r\n".encode()

    return make


def _report(
    small: int, large: int, before: Mapping[str, _Answered], after: Mapping[str, _Answered]
) -> Report:
    slowdown = {name: round(after[name].p99_ms / before[name].p99_ms, 2) for name in after}
    read_whole = {name: one.read_whole for name, one in after.items() if one.read_whole}
    return Report(
        bench="scale",
        value=max(slowdown.values()),
        unit="times slower",
        checks={"indexed": not read_whole},
        details={
            "orders": large,
            "orders_before": small,
            "slowdown": slowdown,
            "p50_ms": {name: one.p50_ms for name, one in after.items()},
            "p50_ms_before": {name: one.p50_ms for name, one in before.items()},
            "p99_ms": {name: one.p99_ms for name, one in after.items()},
            "p99_ms_before": {name: one.p99_ms for name, one in before.items()},
            "read_whole": read_whole,
        },
    )
