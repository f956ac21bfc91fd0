"""Two hundred buyers of one product until it is sold out, against one conditional update per commit in the same run.

The buyers ask the house's own act of reserving through group commit, as checkout does. The yardstick is what a careful shop
does: one row, one UPDATE that refuses to go below zero, one commit for each buyer, over the same number of connections.
"""

import asyncio
import time
from dataclasses import dataclass, field
from uuid import UUID

from psycopg_pool import AsyncConnectionPool

from doorstep.bench.goods import Goods, stock_up
from doorstep.bench.house_under_test import UnderTest, house_under_test
from doorstep.bench.load import Measured
from doorstep.bench.report import Options, Report
from doorstep.platform.batching import GroupCommit
from doorstep.platform.ids import new_id
from doorstep.stages import inventory

BUYERS = 200
UNITS, QUICK_UNITS = 60_000, 15_000
PLAIN_UNITS = 4000
CONNECTIONS = 10


def run(options: Options) -> Report:
    """Measure reservations a second on one product."""
    return asyncio.run(_run(options))


@dataclass(slots=True)
class Sale:
    """What became of everybody who asked."""

    sold: int = 0
    refused: int = 0
    measured: Measured = field(default_factory=Measured)


async def _run(options: Options) -> Report:
    units = QUICK_UNITS if options.quick else UNITS
    async with house_under_test(options) as under:
        goods = await stock_up(under, products=1, each=units)
        plain = await _plain_sql(under)
        options.progress(f"plain SQL: {plain:,.0f} reservations/s")
        sale = await _sell(under, goods)
        rate = sale.sold / sale.measured.seconds
        options.progress(f"hot SKU: {rate:,.0f} reservations/s")
        async with under.house.db.transaction(under.tenant_id, actor="bench") as tx:
            (level,) = await inventory.levels(tx, goods.product_ids)
        wrong = await under.wrong()
    return Report(
        bench="hot-sku",
        value=round(rate, 1),
        unit="reservations/s",
        ratios={"plain_sql": round(rate / plain, 3)},
        yardsticks={"plain_sql": round(plain, 1)},
        checks={
            "none_oversold": level.reserved <= level.on_hand and not wrong,
            "exact": sale.sold == units == level.reserved and sale.refused > 0,
        },
        details={
            "p50_ms": sale.measured.percentile_ms(50),
            "p99_ms": sale.measured.percentile_ms(99),
            "sold": sale.sold,
            "refused": sale.refused,
            "buyers": BUYERS,
        },
    )


async def _sell(under: UnderTest, goods: Goods) -> Sale:
    """Let everybody buy one unit at a time until they are refused."""
    sale = Sale()

    async def reserve(tenant_id: UUID, asks: list[inventory.Demand]) -> list[bool | Exception]:
        async with under.house.db.transaction(tenant_id, actor="bench", pipelined=True) as tx:
            short = await inventory.reserve(tx, asks)
        return [ask.order_id not in short for ask in asks]

    door: GroupCommit[UUID, inventory.Demand, bool] = GroupCommit(reserve, running_max=1)

    async def buy() -> None:
        served = True
        while served:
            ask = inventory.Demand(
                order_id=new_id(),
                line_id=new_id(),
                product_id=goods.product_ids[0],
                quantity=1,
                site_ids=(goods.site_id,),
                hold_s=None,
            )
            begun = time.perf_counter()
            served = await door.ask(under.tenant_id, ask)
            sale.measured.latencies_s.append(time.perf_counter() - begun)
            sale.sold += served
            sale.refused += not served

    begun = time.perf_counter()
    await asyncio.gather(*(buy() for _ in range(BUYERS)))
    sale.measured.seconds = time.perf_counter() - begun
    return sale


async def _plain_sql(under: UnderTest) -> float:
    """Return how many conditional updates of one row a second are committed, for as many buyers."""
    async with AsyncConnectionPool(
        str(under.settings.owner_url), min_size=CONNECTIONS, max_size=CONNECTIONS, open=False
    ) as pool:
        async with pool.connection() as owner:
            await owner.execute("CREATE SCHEMA yardstick")
            await owner.execute(
                "CREATE TABLE yardstick.stock (id int PRIMARY KEY, on_hand int, reserved int)"
            )
            await owner.execute("INSERT INTO yardstick.stock VALUES (1, %s, 0)", [PLAIN_UNITS])

        async def buy() -> None:
            served = True
            while served:
                async with pool.connection() as connection:
                    cursor = await connection.execute(
                        "UPDATE yardstick.stock SET reserved = reserved + 1 WHERE id = 1 AND on_hand > reserved"
                    )
                    served = cursor.rowcount == 1

        begun = time.perf_counter()
        await asyncio.gather(*(buy() for _ in range(BUYERS)))
        rate = PLAIN_UNITS / (time.perf_counter() - begun)
        async with pool.connection() as owner:
            await owner.execute("DROP SCHEMA yardstick CASCADE")
        return rate
