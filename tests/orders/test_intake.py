"""The door of orders: what arrives together is committed together, and nobody suffers from a neighbor, a race or a repeat."""

import asyncio
from collections import Counter
from dataclasses import replace
from typing import Any
from uuid import UUID

import httpx
import msgspec
import pytest

from doorstep import app as house_app
from doorstep.platform import auth
from doorstep.platform.auth import Principal
from doorstep.platform.config import Settings
from doorstep.platform.errors import Reason, Refused
from doorstep.platform.house import House
from doorstep.stages import inventory
from doorstep.stages.orders import acts
from doorstep.stages.orders.api.intake import Answer, Ask, Intake
from doorstep.stages.orders.model import NewOrder
from tests.worlds.catalog import WORLD
from tests.worlds.inventory import small_world, wrong_in_the_books
from tests.worlds.orders import new_order, post_order


@pytest.fixture
async def who(house: House, tenant: UUID) -> Principal:
    """A program of Northside, which has goods on its shelves."""
    async with house.db.transaction(tenant, actor="test") as tx:
        await small_world(tx)
    return Principal(tenant, "key:shop", "shop", scopes=frozenset({"*"}))


def ask(order: NewOrder, key: str | None = None) -> Ask:
    """A request whose fingerprint is its order."""
    return Ask(order, key, msgspec.json.encode(order))


async def available(house: House, tenant: UUID, product_id: UUID) -> int:
    async with house.db.transaction(tenant, actor="test") as tx:
        assert await wrong_in_the_books(tx) == {}
        return (await inventory.available(tx, [product_id]))[product_id]


async def test_what_arrives_together_is_one_batch(
    house: House, who: Principal, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes: list[int] = []
    place = acts.place

    async def counted(tx: Any, orders: Any, **more: Any) -> Any:
        sizes.append(len(orders))
        return await place(tx, orders, **more)

    monkeypatch.setattr(acts, "place", counted)
    door = Intake(house)
    given = await asyncio.gather(*(door.ask(who, ask(new_order())) for _ in range(40)))
    assert {one.status for one in given} == {201}
    assert sizes == [40]
    numbers = sorted(msgspec.json.decode(one.body)["number"] for one in given)
    assert numbers == list(range(1001, 1041))


async def test_an_order_that_breaks_the_program_fails_alone(
    house: House, who: Principal, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = acts.place

    async def unlucky(tx: Any, orders: Any, **more: Any) -> Any:
        if any(order.note == "unlucky" for order in orders):
            raise RuntimeError("a bug")
        return await place(tx, orders, **more)

    monkeypatch.setattr(acts, "place", unlucky)
    door = Intake(house)
    batch = [new_order(note="unlucky" if i == 7 else "") for i in range(20)]
    given = await asyncio.gather(*(door.ask(who, ask(one)) for one in batch), return_exceptions=True)
    assert Counter(type(one) for one in given) == {Answer: 19, RuntimeError: 1}
    assert isinstance(given[7], RuntimeError)
    assert await available(house, who.tenant_id, WORLD.a) == 81


@pytest.mark.proves("O2", "D2")
async def test_two_processes_that_get_the_same_key_place_one_order(
    settings: Settings, house: House, who: Principal
) -> None:
    async with house_app.open_house(replace(settings, pool_max=4)) as second:
        doors = [Intake(house), Intake(second)]
        for i in range(10):
            one = ask(new_order({"A": 1}), f"key-{i}")
            given = await asyncio.gather(*(door.ask(who, one) for door in doors))
            assert [answer.status for answer in given] == [201, 201]
            assert given[0].body == given[1].body
            assert sorted(answer.replayed for answer in given) == [False, True]
    assert await available(house, who.tenant_id, WORLD.a) == 90


async def test_two_processes_that_get_the_same_reference_place_one_order(
    settings: Settings, house: House, who: Principal
) -> None:
    async with house_app.open_house(replace(settings, pool_max=4)) as second:
        doors = [Intake(house), Intake(second)]
        for i in range(10):
            one = ask(new_order({"A": 1}, external_ref=f"R-{i}"))
            given = await asyncio.gather(*(door.ask(who, one) for door in doors))
            assert sorted(answer.status for answer in given) == [200, 201]
    assert await available(house, who.tenant_id, WORLD.a) == 90


@pytest.mark.proves("O2", "D2")
async def test_a_key_in_flight_is_told_to_wait_and_one_with_another_body_is_refused(
    house: House, who: Principal
) -> None:
    door = Intake(house)
    first, second = await asyncio.gather(
        door.ask(who, ask(new_order(), "k")), door.ask(who, ask(new_order(), "k")), return_exceptions=True
    )
    assert isinstance(first, Answer)
    assert isinstance(second, Refused)
    assert second.reason is Reason.IN_FLIGHT
    with pytest.raises(Refused) as refused:
        await door.ask(who, ask(new_order({"B": 1}), "k"))
    assert refused.value.reason is Reason.KEY_REUSED


async def test_an_import_may_say_when_an_order_was_placed(house: House, who: Principal) -> None:
    plain = replace(who, scopes=frozenset({"orders:write"}))
    importer = replace(who, scopes=frozenset({"orders:write", "orders:import"}))
    door = Intake(house)
    async with house.db.transaction(who.tenant_id, actor="test") as tx:
        order = new_order(placed_at=tx.now)
    with pytest.raises(Refused) as refused:
        await door.ask(plain, ask(order))
    assert [fault.pointer for fault in refused.value.faults] == ["/placed_at"]
    assert (await door.ask(importer, ask(order))).status == 201


@pytest.mark.proves("O1", "I1", "A1")
@pytest.mark.soak
@pytest.mark.parametrize("seed", range(20))
async def test_200_buyers_of_50_units_make_exactly_50_orders_every_time(
    web_client: httpx.AsyncClient, house: House, who: Principal, seed: int
) -> None:
    key = await auth.make_key(house.db, who.tenant_id, f"soak-{seed}", ["*"])
    goods = [{"D": 1, **({"A": 1 + (i * 7 + seed) % 2} if (i + seed) % 3 == 0 else {})} for i in range(200)]
    answers = await asyncio.gather(*(post_order(web_client, key, new_order(one)) for one in goods))
    counts = Counter(answer.status_code for answer in answers)
    assert counts == {201: 50, 409: 150}, f"seed {seed}"
    assert await available(house, who.tenant_id, WORLD.d) == 0
