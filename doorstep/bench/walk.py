"""Orders a second through all seven stages: placed, picked, packed, labeled, driven, delivered, rated; every document and message made.

Each order of three lines is checked and reserved, grouped into carts by the walk they cost, picked and packed by list (boxes thought
out by the 3D packer), gets its slip (PDF), its label (ZPL and PDF) and its tracker, is handed over, scanned in at the center, planned
onto a van's tour by PyVRP, delivered with a signature, confirmed and rated; its mails are written in text and HTML and handed to a
local SMTP server. Everything is done by the acts of the stages and by what they owe, under full durability.

The yardstick writes the same final rows, documents included, in batches as large, into tables of the same shape.
"""

import asyncio
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import wraps
from itertools import islice
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection

from doorstep import app as house_app
from doorstep.bench.house_under_test import UnderTest, house_under_test
from doorstep.bench.mail import mail_receiver
from doorstep.bench.report import Options, Report
from doorstep.bench.walk_ground import Ground, furnish, orders
from doorstep.bench.written_again import SCHEMA, cut, learn
from doorstep.platform import clock
from doorstep.platform.tasks import Duties, Worker
from doorstep.stages import delivery, feedback, shipping
from doorstep.stages import orders as ordering
from doorstep.stages.delivery import Handing, ProofKind
from doorstep.stages.feedback import Rated, Word
from doorstep.world.crew import Crew

WAVE = 250
ORDERS, QUICK_ORDERS = 3_000, 750
MORNING = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)
PLAN_WORK = 60
"""Iterations of the route search per wave: its share of the time stays small, its plans stay legal."""

SIGNATURE = "M10 40 L60 20 L110 60 L160 30"


def run(options: Options) -> Report:
    """Measure orders a second, from the click to the rating."""
    return asyncio.run(_run(options))


@dataclass(slots=True)
class Watch:
    """Where the time goes: seconds of the wall by stage."""

    spent: dict[str, float] = field(default_factory=lambda: defaultdict(float))

    @asynccontextmanager
    async def on(self, stage: str) -> AsyncIterator[None]:
        """Count the time of a block for a stage."""
        begun = time.perf_counter()
        yield
        self.spent[stage] += time.perf_counter() - begun

    def watched(self, duties: Duties) -> Duties:
        """Return the duties with each one's time counted for its stage."""
        return replace(duties, work={name: self._watched(name, work) for name, work in duties.work.items()})

    def _watched(self, name: str, work: Any) -> Any:
        @wraps(work)
        async def counted(*given: Any) -> Any:
            async with self.on(name.split(".", maxsplit=1)[0]):
                return await work(*given)

        return counted


@dataclass(slots=True)
class Walk:
    """Takes waves of orders through the house."""

    under: UnderTest
    ground: Ground
    watch: Watch
    worker: Worker
    crew: Crew
    send: Callable[..., Any]

    async def wave(self, new: Iterator[ordering.NewOrder], count: int) -> None:
        """Walk some orders all the way."""
        db, tenant_id, watch = self.under.house.db, self.under.tenant_id, self.watch
        async with watch.on("orders"), db.transaction(tenant_id, actor="bench") as tx:
            verdicts = await ordering.place(tx, list(islice(new, count)))
        ids = [one.order_id for one in verdicts if one.order_id is not None]
        await self.crew.settle()
        async with watch.on("warehouse"):
            await self.crew.pick(ids)
        await self.crew.settle()
        async with watch.on("warehouse"):
            await self.crew.pack(ids)
        await self.crew.settle()
        async with watch.on("shipping"):
            await self.crew.hand_over(ids)
        await self.crew.settle()
        async with watch.on("delivery"):
            await self._drive(ids)
        await self.crew.settle()
        async with watch.on("feedback"), db.transaction(tenant_id, actor="bench") as tx:
            await feedback.confirm_each(tx, [Word(one, received=True) for one in ids])
            await feedback.rate_each(tx, [Rated(one, 3 + one.int % 3) for one in ids])
        await self.crew.settle()
        async with watch.on("tracking"):
            await self.send(self.worker.house, tenant_id, tenant_id)

    async def _drive(self, ids: list[UUID]) -> None:
        db, tenant_id, center_id = self.under.house.db, self.under.tenant_id, self.ground.center_id
        async with db.transaction(tenant_id, actor="driver:1") as tx:
            codes = [one.tracking_number or "" for one in await shipping.labels_of(tx, ids)]
            await delivery.scan_in(tx, center_id, codes)
        proposal_id, plan = await delivery.propose(
            self.under.house, tenant_id, "dispatch:1", center_id, work=PLAN_WORK
        )
        async with db.transaction(tenant_id, actor="driver:1") as tx:
            routes = await delivery.accept(tx, proposal_id)
        for route_id, route in zip(routes, plan.routes, strict=True):
            stops = [one.stop_id for one in route.stops]
            async with db.transaction(tenant_id, actor="driver:1") as tx:
                await delivery.take(tx, route_id, "Driver")
                await delivery.load(tx, route_id, codes)
                await delivery.depart(tx, route_id)
                handings = [
                    Handing(stop_id=one, kind=ProofKind.SIGNATURE, received_by="Muster", signature=SIGNATURE)
                    for one in stops
                ]
                await delivery.deliver_each(tx, handings)
                await delivery.finish(tx, route_id)


async def _run(options: Options) -> Report:
    count = QUICK_ORDERS if options.quick else ORDERS
    async with house_under_test(options) as under, mail_receiver() as (url, receiver):
        await clock.simulate(under.house.db, under.tenant_id, MORNING, rate=1.0)
        async with under.house.db.transaction(under.tenant_id, actor="bench") as tx:
            ground = await furnish(tx, options.seed)
        await under.analyze()
        walk = _walker(under, ground, url)
        new = orders(ground, options.seed)
        await walk.wave(
            new, WAVE // 5
        )  # the program's own warm-up: processes that think, prepared statements
        await under.analyze()
        walk.watch.spent.clear()
        begun = time.perf_counter()
        for done in range(0, count, WAVE):
            await walk.wave(new, WAVE)
            options.progress(
                f"{done + WAVE:,} orders, {(done + WAVE) / (time.perf_counter() - begun):,.0f}/s"
            )
        took_s = time.perf_counter() - begun
        receiver.terminate()
        taken = Counter((await receiver.stdout.read()).split()) if receiver.stdout else Counter[bytes]()
        walked = count + WAVE // 5
        books = await _books(under)
        plain = await _plain_sql(under, walked)
        wrong = await under.wrong()
    return _report(Walked(walked, count, took_s, walk.watch.spent, books, plain, wrong, taken))


def _walker(under: UnderTest, ground: Ground, mail_url: str) -> Walk:
    house = replace(under.house, settings=replace(under.settings, mail_url=mail_url, sms_url=None))
    watch = Watch()
    duties = watch.watched(house_app.all_duties())
    worker = Worker(house, duties)
    crew = Crew(worker, under.tenant_id, lambda order_id: f"{house.settings.public_url}/t/{order_id}")
    send = house_app.all_duties().work["tracking.send_messages"]
    return Walk(under, ground, watch, worker, crew, send)


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


async def _books(under: UnderTest) -> Mapping[str, int]:
    async with under.house.db.transaction(under.tenant_id, actor="bench") as tx:
        cursor = await tx.connection.execute(BOOKS, {"t": under.tenant_id})
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


async def _plain_sql(under: UnderTest, walked: int) -> float:
    """Write everything that the walk left, in as many batches as there were waves; return orders a second."""
    waves = max(walked // WAVE, 1)
    async with await AsyncConnection.connect(str(under.settings.owner_url), autocommit=True) as owner:
        await owner.execute(f"CREATE SCHEMA {SCHEMA}".encode())
        tables = [await learn(owner, table) for table in WRITTEN]
        batches = [(table.insert, cut(table, waves)) for table in tables]
        begun = time.perf_counter()
        for wave in range(waves):
            async with owner.transaction():
                for insert, columns in batches:
                    await owner.execute(insert, {**columns[wave], "tenant_id": str(under.tenant_id)})
        rate = walked / (time.perf_counter() - begun)
        await owner.execute(f"DROP SCHEMA {SCHEMA} CASCADE".encode())
        return rate


@dataclass(frozen=True, slots=True)
class Walked:
    """What was measured, and what it left."""

    orders: int
    measured: int
    seconds: float
    spent: Mapping[str, float]
    books: Mapping[str, int]
    plain: float
    wrong: list[str]
    mails: Mapping[bytes, int]


def _report(done: Walked) -> Report:
    books, rate = done.books, done.measured / done.seconds
    whole = ("closed", "parceled", "ratings")
    each = ("labels", "delivered", "proofs")
    known = sum(done.spent.values())
    share = {stage: round(spent / done.seconds, 3) for stage, spent in sorted(done.spent.items())}
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
            "all_walked": all(books[name] == done.orders for name in whole)
            and all(books[name] == books["parcels"] for name in each)
            and not books["owed"],
            "told_once": books["told"] == books["messages"]
            and books["sent"] == len(done.mails)
            and set(done.mails.values()) == {1},
        },
        details={
            "orders": done.measured,
            "seconds": round(done.seconds, 2),
            "share": {**share, "ground": round(max(done.seconds - known, 0) / done.seconds, 3)},
            "events_per_order": round(books["events"] / done.orders, 1),
            "mails_per_order": round(books["sent"] / done.orders, 1),
            "wrong": done.wrong,
        },
    )
