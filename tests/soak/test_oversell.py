"""Buyers race over HTTP for fewer units than they want, at two web processes: every unit is sold once, none is sold twice.

Run it with `make soak ARGS='tests/soak/test_oversell.py -s'`; it prints what came out.
"""

import asyncio
import itertools
import sys
from collections import Counter
from collections.abc import Iterator

import msgspec
import pytest

from doorstep.bench import load
from doorstep.bench.goods import Goods, orders, stock_up
from doorstep.bench.house_under_test import UnderTest, check_books, house_under_test, served
from doorstep.bench.report import Options
from doorstep.stages.orders import NewLine, NewOrder, NewPayment

pytestmark = pytest.mark.soak

PROCESSES = 2
BUYERS, ATTEMPTS, UNITS, SEEDS = 200, 2000, 500, 50
BASKET_SECONDS, BASKET_PRODUCTS, BASKET_LINES, BASKET_UNITS = 60.0, 8, 5, 6000


def bought(one: NewOrder, sku: str, price_minor: int) -> NewOrder:
    """Return an order for one unit of one product, with everything else as it was."""
    total = price_minor + one.shipping_minor
    return msgspec.structs.replace(
        one,
        lines=[NewLine(sku=sku, quantity=1, unit_minor=price_minor)],
        total_minor=total,
        payments=[NewPayment(processor="manual", method="invoice", amount_minor=total)],
    )


def asked(under: UnderTest, wanted: Iterator[NewOrder]) -> load.Make:
    """Return what makes the next request."""
    numbers = itertools.count()

    def make() -> bytes:
        one = next(wanted)
        extra = f"idempotency-key: {one.external_ref}-{next(numbers)}\r\n"
        return load.post("/api/orders", under.key, msgspec.json.encode(one), extra=extra)

    return make


async def race(under: UnderTest, goods: Goods, sku: str, seed: int) -> Counter[int]:
    """Let everybody try to buy one unit of a product again and again; return the answers by status."""
    wanted = (bought(one, sku, goods.prices[sku]) for one in orders(goods, seed))
    measured = await load.run(under.port, asked(under, wanted), clients=BUYERS, requests=ATTEMPTS)
    return measured.statuses


@pytest.mark.proves("I1", "A1")
def test_every_unit_is_sold_once_whoever_is_faster() -> None:
    async def sell() -> None:
        async with house_under_test(Options()) as under:
            goods = await stock_up(under, products=SEEDS, each=UNITS)
            async with served(under, PROCESSES):
                for seed, sku in enumerate(goods.prices, 1):
                    statuses = await race(under, goods, sku, seed)
                    assert statuses == {201: UNITS, 409: ATTEMPTS - UNITS}, f"seed {seed}: {statuses}"
            assert await check_books(under, SEEDS * UNITS) == {"conserved": True, "none_oversold": True}
            sys.stdout.write(f"{SEEDS} races of {BUYERS} buyers for {UNITS} units: {UNITS} sold in each\n")

    asyncio.run(sell())


@pytest.mark.proves("I4", "A2")
def test_baskets_in_any_order_meet_no_deadlock() -> None:
    async def sell() -> None:
        async with house_under_test(Options()) as under:
            goods = await stock_up(under, products=BASKET_PRODUCTS, each=BASKET_UNITS)
            make = asked(under, orders(goods, 1, BASKET_LINES))
            async with served(under, PROCESSES):
                measured = await load.run(under.port, make, clients=BUYERS, seconds=BASKET_SECONDS)
            assert set(measured.statuses) <= {201, 409}, measured.statuses
            assert measured.statuses[201] > 0
            books = await check_books(under, measured.statuses[201])
            assert books == {"conserved": True, "none_oversold": True}
            sys.stdout.write(f"{BASKET_SECONDS:.0f} s of baskets: {dict(measured.statuses)}\n")

    asyncio.run(sell())
