"""What can be sold: how long a shop waits for the answer on 200 SKUs, and how long until a reader hears of a reservation.

The yardstick of the answer is the bare look-up of the same rows by plain SQL over one connection, in the same run. The reader
waits on the feed over HTTP as a channel does, while one product after the other is reserved; a change has come when its SKU is
in an answer, and its time counts from the commit. Both run against the real server; a worker beside it takes changes into the feed.
"""

import asyncio
import random
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import httpx
from psycopg import AsyncConnection

from doorstep import app as house_app
from doorstep.bench import load
from doorstep.bench.goods import PLENTY, Goods, stock_up
from doorstep.bench.house_under_test import HOST, UnderTest, house_under_test, served
from doorstep.bench.load import Measured
from doorstep.bench.report import Options, Report
from doorstep.platform.ids import new_id
from doorstep.platform.tasks import Worker
from doorstep.stages import inventory

SKUS = 200
CLIENTS = 2
SECONDS, QUICK_SECONDS = 10.0, 4.0
EACH_S = 0.05
"""Time between two reservations."""
HEARD_WITHIN_S = 20.0

PLAIN = """
SELECT p.sku, s.free FROM catalog.products p
JOIN inventory.stock s ON s.tenant_id = p.tenant_id AND s.product_id = p.id
WHERE p.tenant_id = %s AND p.sku = ANY (%s)
"""


def run(options: Options) -> Report:
    """Measure the answer on 200 SKUs and the way of a change to a reader."""
    return asyncio.run(_run(options))


async def _run(options: Options) -> Report:
    seconds = options.seconds or (QUICK_SECONDS if options.quick else SECONDS)
    draws = random.Random(options.seed)
    async with house_under_test(options) as under:
        goods = await stock_up(under)
        await under.analyze()
        asked = draws.sample(sorted(goods.prices), SKUS)
        plain = await _plain_sql(under, asked, seconds / 2)
        async with served(under, 1), _working(under):
            question = load.get(f"/api/availability?sku={','.join(asked)}", under.key)
            await load.run(under.port, lambda: question, clients=CLIENTS, requests=100)
            answers = await load.run(under.port, lambda: question, clients=CLIENTS, seconds=seconds)
            options.progress(f"{SKUS} SKUs: {answers.percentile_ms(99)} ms at p99")
            sold = draws.sample(range(len(goods.product_ids)), int(seconds / EACH_S))
            lags, told = await _followed(under, goods, sold)
        wrong = await under.wrong()
    lag = Measured(latencies_s=list(lags.values()))
    return Report(
        bench="availability",
        value=answers.percentile_ms(99),
        unit=f"ms for {SKUS} SKUs, p99",
        ratios={"plain_sql": round(answers.percentile_ms(50) / plain.percentile_ms(50), 2)},
        yardsticks={"plain_sql": plain.percentile_ms(50)},
        checks={
            "all_answered": set(answers.statuses) == {200},
            "every_change_heard": len(lags) == len(sold),
            "newest_values": set(told.values()) == {PLENTY - 1},
            "books": not wrong,
        },
        details={
            "p50_ms": answers.percentile_ms(50),
            "lag_p50_ms": lag.percentile_ms(50),
            "lag_p95_ms": lag.percentile_ms(95),
            "changes": len(sold),
            "clients": CLIENTS,
        },
    )


@asynccontextmanager
async def _working(under: UnderTest) -> AsyncIterator[None]:
    """Let a worker do its duties meanwhile."""
    worker = Worker(under.house, house_app.all_duties())
    working = asyncio.create_task(worker.run())
    try:
        yield
    finally:
        worker.stopping.set()
        await working


async def _plain_sql(under: UnderTest, skus: list[str], seconds: float) -> Measured:
    measured = Measured()
    async with await AsyncConnection.connect(str(under.settings.owner_url), autocommit=True) as owner:
        await owner.execute("SELECT set_config('doorstep.tenant', %s, false)", [str(under.tenant_id)])
        end = time.perf_counter() + seconds
        while (begun := time.perf_counter()) < end:
            rows = await (await owner.execute(PLAIN, (under.tenant_id, skus))).fetchall()
            measured.latencies_s.append(time.perf_counter() - begun)
            assert len(rows) == len(skus)  # noqa: S101 - every SKU has one row of stock
    return measured


async def _followed(
    under: UnderTest, goods: Goods, sold: list[int]
) -> tuple[dict[UUID, float], dict[UUID, int]]:
    """Reserve a unit of one product after the other; return how long each took to be heard of, and what was said."""
    committed: dict[UUID, float] = {}
    heard: dict[UUID, tuple[float, int]] = {}
    async with httpx.AsyncClient(
        base_url=f"http://{HOST}:{under.port}", headers={"authorization": f"Bearer {under.key}"}, timeout=60
    ) as reader:
        cursor = await _caught_up(reader)

        async def listen(cursor: str) -> None:
            while len(heard) < len(sold):
                answer = (await _ask(reader, cursor, 5)).json()
                now = time.perf_counter()
                for change in answer["changes"]:
                    heard[UUID(change["product_id"])] = (now, change["available"])
                cursor = answer["cursor"]

        listening = asyncio.create_task(listen(cursor))
        for number in sold:
            product_id = goods.product_ids[number]
            async with under.house.db.transaction(under.tenant_id, actor="bench") as tx:
                await inventory.reserve(tx, [_one(goods, product_id)])
            committed[product_id] = time.perf_counter()
            await asyncio.sleep(EACH_S)
        await asyncio.wait([listening], timeout=HEARD_WITHIN_S)
        listening.cancel()
    lags = {one: heard[one][0] - at for one, at in committed.items() if one in heard}
    return lags, {one: left for one, (_, left) in heard.items()}


async def _caught_up(reader: httpx.AsyncClient) -> str:
    """Return the end of the feed, once all that was stocked is in it."""
    cursor = ""
    while True:
        answer = (await _ask(reader, cursor, 2)).json()
        cursor = answer["cursor"]
        if not answer["changes"]:
            return str(cursor)


async def _ask(reader: httpx.AsyncClient, cursor: str, wait: int) -> httpx.Response:
    asked = {"after": cursor, "wait": str(wait)} if cursor else {}
    answer = await reader.get("/api/availability/changes", params=asked)
    return answer.raise_for_status()


def _one(goods: Goods, product_id: UUID) -> inventory.Demand:
    return inventory.Demand(
        order_id=new_id(),
        line_id=new_id(),
        product_id=product_id,
        quantity=1,
        site_ids=(goods.site_id,),
        hold_s=None,
    )
