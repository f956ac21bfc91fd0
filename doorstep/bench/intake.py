"""Single orders over HTTP, against a server that parses the same body and answers, in the same run on the same cores.

Everything is on: authorization, row-level security, validation of the whole order, reservation, journal, idempotency, and a
commit to disk before each answer.
"""

import asyncio
import itertools
from collections.abc import Iterable

from doorstep.bench import load
from doorstep.bench.goods import bodies, stock_up
from doorstep.bench.house_under_test import check_books, house_under_test, resident_mb, served
from doorstep.bench.report import Options, Report

CLIENTS = 128
PROCESSES = 2
SECONDS, QUICK_SECONDS = 10.0, 4.0
WARM_UP = 2000
ROUNDS = 4
BODIES = 100_000


def run(options: Options) -> Report:
    """Measure orders a second through `POST /api/orders`, three lines each."""
    return asyncio.run(_run(options))


async def _run(options: Options) -> Report:
    seconds = options.seconds or (QUICK_SECONDS if options.quick else SECONDS)
    async with house_under_test(options) as under:
        options.progress("stocking up")
        goods = await stock_up(under)
        sent = bodies(goods, options.seed, int(min(BODIES, seconds * 8000)))
        async with served(under, PROCESSES) as pid:
            place = _requests("/api/orders", under.key, sent)
            await load.run(under.port, place, clients=CLIENTS, requests=WARM_UP)
            await under.analyze()
            parse = _requests("/api/parse-only", under.key, itertools.cycle(sent))
            yardstick, measured = load.Measured(), load.Measured()
            for _ in range(ROUNDS):  # in turns, so that a neighbor on the cores disturbs both alike
                yardstick.add(
                    await load.run(under.port, parse, clients=CLIENTS, seconds=seconds / 2 / ROUNDS)
                )
                measured.add(await load.run(under.port, place, clients=CLIENTS, seconds=seconds / ROUNDS))
            options.progress(f"parse only: {yardstick.rate:,.0f} requests/s")
            options.progress(f"intake: {measured.rate:,.0f} orders/s")
            rss_mb = resident_mb(pid)
        placed = WARM_UP + measured.statuses[201]
        checks = await check_books(under, placed)
    return Report(
        bench="intake",
        value=round(measured.rate, 1),
        unit="orders/s",
        ratios={"parse_only": round(measured.rate / yardstick.rate, 4)},
        yardsticks={"parse_only": round(yardstick.rate, 1)},
        checks={**checks, "all_created": set(measured.statuses) == {201}},
        details={
            "p50_ms": measured.percentile_ms(50),
            "p99_ms": measured.percentile_ms(99),
            "rss_mb": rss_mb,
            "orders": placed,
            "clients": CLIENTS,
            "processes": PROCESSES,
        },
    )


def _requests(path: str, key: str, sent: Iterable[bytes]) -> load.Make:
    """Return what makes the next request: each body in its turn, with an idempotency key of its own."""
    numbers = itertools.count()
    texts = iter(sent)

    def make() -> bytes:
        return load.post(path, key, next(texts), extra=f"idempotency-key: k{next(numbers)}\r\n")

    return make
