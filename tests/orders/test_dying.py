"""The program may die at any step of taking an order in: whoever sends it again has one order, not two and not none."""

from base64 import b64encode
from uuid import UUID

import httpx
import pytest
from msgspec import to_builtins

from doorstep.platform.house import House
from doorstep.stages import inventory, orders
from doorstep.stages.orders.acts import importing
from tests.mortal import Fate
from tests.orders.conftest import bearer
from tests.orders.sheets import order_row, table
from tests.worlds.catalog import WORLD
from tests.worlds.inventory import wrong_in_the_books
from tests.worlds.orders import new_order, post_order

STEPS_MIN, STEPS_MAX = 8, 99


async def mugs_left(house: House, tenant: UUID) -> int:
    """Return how many mugs can still be sold."""
    async with house.db.transaction(tenant, actor="test") as tx:
        return (await inventory.available(tx, [WORLD.a]))[WORLD.a]


@pytest.mark.proves("O2", "D2")
async def test_a_key_whose_request_died_at_any_step_makes_one_order_when_it_comes_again(
    web_client: httpx.AsyncClient, house: House, tenant: UUID, key: str, world: None, fate: Fate
) -> None:
    for step in range(1, STEPS_MAX):
        one, name = new_order({"A": 1}, external_ref=f"D-{step}"), f"key-{step}"
        with fate.at(step):
            await post_order(web_client, key, one, idempotency_key=name)
        died = fate.died
        answer = await post_order(web_client, key, one, idempotency_key=name)
        assert answer.status_code == 201, f"step {step}: {answer.text}"
        again = await post_order(web_client, key, one, idempotency_key=name)
        assert (again.json()["id"], again.headers["idempotent-replayed"]) == (answer.json()["id"], "true")
        assert await mugs_left(house, tenant) == 100 - step
        if not died:
            break
    assert STEPS_MIN < step < STEPS_MAX - 1


@pytest.mark.proves("O11")
async def test_a_table_whose_import_died_at_any_step_is_made_up_by_sending_it_again(
    web_client: httpx.AsyncClient,
    house: House,
    tenant: UUID,
    key: str,
    world: None,
    fate: Fate,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Two orders in two transactions; every order is there once in the end, whichever were there before."""
    monkeypatch.setattr(importing, "CHUNK", 1)
    async with house.db.transaction(tenant, actor="test") as tx:
        receipt = inventory.Receipt(
            site_id=WORLD.north, product_id=WORLD.a, place="bin:A-01-01", quantity=100
        )
        await inventory.receive(tx, [receipt])
    left, halves = 200, 0
    for step in range(1, STEPS_MAX):
        file = table(order_row(f"{step}-a"), order_row(f"{step}-b"))
        body = {"file": b64encode(file).decode(), "merchant": "juniper"}
        with fate.at(step):
            await web_client.post("/api/orders/import", json=body, headers=bearer(key))
        died, there = fate.died, left - await mugs_left(house, tenant)
        halves += there == 1
        answer = await web_client.post("/api/orders/import", json=body, headers=bearer(key))
        said = [one["outcome"] for one in answer.json()["orders"]]
        assert said == ["duplicate"] * there + ["created"] * (2 - there), f"step {step}"
        left -= 2
        assert await mugs_left(house, tenant) == left
        if not died:
            break
    async with house.db.transaction(tenant, actor="test") as tx:
        refs = [one.external_ref for one in await orders.standing(tx, "sheet")]
        assert await wrong_in_the_books(tx) == {}
    assert sorted(refs) == sorted(f"{n}-{half}" for n in range(1, step + 1) for half in "ab")
    assert halves > STEPS_MIN
    assert STEPS_MIN < step < STEPS_MAX - 1


@pytest.mark.proves("D2")
@pytest.mark.parametrize("path", ["/api/orders", "/api/orders/bulk"])
async def test_a_key_has_1_to_255_characters_at_every_door(
    web_client: httpx.AsyncClient, key: str, world: None, path: str
) -> None:
    one = new_order({"A": 1}, external_ref="L-1")
    body = {"/api/orders": one, "/api/orders/bulk": {"orders": [one]}}[path]
    for length, status in ((0, 422), (255, None), (256, 422), (4000, 422)):
        answer = await web_client.post(
            path, json=to_builtins(body), headers=bearer(key, **{"idempotency-key": "k" * length})
        )
        assert answer.status_code == (status or answer.status_code)
        assert answer.status_code in (200, 201, 422)
        assert (answer.status_code == 422) == (status == 422), f"{length}: {answer.text}"
        if status:
            assert "1 to 255 characters" in answer.text
