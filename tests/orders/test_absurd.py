"""Quantities as real feeds carry them: negative, nothing, beyond all measure, or no number at all. None gets in, none breaks anything."""

import random
from typing import Any
from uuid import UUID

import httpx
import msgspec
import pytest

from doorstep.platform.errors import Refused
from doorstep.platform.house import House
from doorstep.stages import inventory
from tests.orders.conftest import bearer
from tests.worlds.catalog import WORLD, bin_code
from tests.worlds.inventory import moved, receive, shipped, wish, wrong_in_the_books
from tests.worlds.orders import body, new_order

ABSURD = 10_000
SAID = [
    "0",
    "-0",
    "-1",
    "1e400",
    "NaN",
    "Infinity",
    "1.5",
    '"2"',
    '"two"',
    '""',
    "null",
    "true",
    "[1]",
    "{}",
    "+1",
    "01",
    "0x1",
]
"""What stands where a number should, as it stands in JSON or instead of it."""


def quantities(seed: int, number: int = ABSURD) -> list[str]:
    """Return absurd quantities as they are sent, thousands of them different."""
    draw = random.Random(seed)
    made = [
        lambda: str(-draw.randint(1, 10 ** draw.randint(1, 30))),
        lambda: str(draw.randint(1_000_001, 10 ** draw.randint(7, 30))),
        lambda: f"{draw.uniform(-(10**6), 10**6):.3f}1",
        lambda: draw.choice(SAID),
    ]
    return [draw.choice(made)() for _ in range(number)]


async def books(house: House, tenant: UUID) -> dict[UUID, int]:
    """Return what can be sold, once the books were found right."""
    async with house.db.transaction(tenant, actor="test") as tx:
        assert await wrong_in_the_books(tx) == {}
        return await inventory.available(tx, list(WORLD.products))


@pytest.mark.proves("I11", "A6")
@pytest.mark.parametrize("number", [1_000, pytest.param(ABSURD, marks=pytest.mark.soak)])
async def test_orders_for_absurd_quantities_are_each_refused_where_they_are_absurd(
    web_client: httpx.AsyncClient, house: House, tenant: UUID, key: str, world: None, number: int
) -> None:
    before = await books(house, tenant)
    sent = msgspec.json.encode(body(new_order({"A": 77_777}, external_ref="@"))).decode()
    lines = [
        sent.replace("77777", one).replace("@", f"Q-{n}") for n, one in enumerate(quantities(11, number))
    ]
    answer = await web_client.post(
        "/api/orders/stream",
        content="\n".join(lines).encode(),
        headers=bearer(key, **{"content-type": "application/x-ndjson"}),
    )
    *rows, end = [msgspec.json.decode(one) for one in answer.content.splitlines()]
    assert (end["rows"], end["refused"], end["created"]) == (number, number, 0)
    for row, line in zip(rows, lines, strict=True):
        fault = row["errors"][0]
        assert fault["code"] == "not_json" or any(
            one["pointer"] == "/lines/0/quantity" for one in row["errors"]
        ), line
        assert fault["detail"]
    assert await books(house, tenant) == before


@pytest.mark.proves("I11", "A6")
async def test_a_delivery_list_of_absurd_quantities_receives_none_of_them(
    web_client: httpx.AsyncClient, house: House, tenant: UUID, key: str, world: None
) -> None:
    before = await books(house, tenant)
    cells = [one.strip('"[]{}') for one in quantities(12)]
    absurd = [one for one in cells if one not in ("1", "01", "2")]
    table = "\n".join(["sku,bin,quantity", *(f"A,{bin_code(1, 1)},{one}" for one in absurd)])
    answer = await web_client.post("/api/stock/import", json={"csv": table}, headers=bearer(key))
    assert answer.status_code == 200, answer.text
    assert {fault["field"] for row in answer.json()["rows"] for fault in row["faults"]} == {"quantity"}
    assert answer.json()["counts"]["refused"] == len(absurd)
    assert await books(house, tenant) == before


@pytest.mark.proves("I11", "A6")
@pytest.mark.parametrize("units", [0, -1, -(2**31), 1_000_001, 2**31, 2**63, 10**30])
async def test_no_act_of_the_ledger_takes_an_absurd_quantity(
    house: House, tenant: UUID, world: None, units: int
) -> None:
    place = f"bin:{bin_code(1, 1)}"
    before = await books(house, tenant)
    back = inventory.Restock(site_id=WORLD.north, product_id=WORLD.a, place=place, quantity=units)
    off = inventory.Adjustment(
        site_id=WORLD.north, product_id=WORLD.a, place=place, quantity=units, reason="x"
    )
    acts: list[Any] = [
        lambda tx: inventory.reserve(tx, [wish(WORLD.a, units)]),
        lambda tx: receive(tx, WORLD.a, units, place=place),
        lambda tx: inventory.restock(tx, [back]),
        lambda tx: inventory.move(tx, [moved(WORLD.a, place, "tote:T-1", units)]),
        lambda tx: inventory.ship(tx, [shipped(wish(WORLD.a, 1), units)]),
        *([] if units == -1 else [lambda tx: inventory.adjust(tx, [off])]),
    ]
    for act in acts:
        with pytest.raises(Refused) as refused:
            async with house.db.transaction(tenant, actor="test") as tx:
                await act(tx)
        assert refused.value.message
    assert await books(house, tenant) == before
