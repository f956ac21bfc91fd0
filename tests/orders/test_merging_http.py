"""Merges over HTTP: at once with others and crosswise, under a key, and by a program that dies at any step."""

import asyncio
from typing import Any
from uuid import UUID

import httpx

from doorstep.platform import auth
from doorstep.platform.house import House
from doorstep.stages import catalog, inventory
from tests.mortal import Fate, die_everywhere
from tests.orders.conftest import bearer
from tests.worlds.catalog import WORLD, fixed, juniper
from tests.worlds.inventory import wrong_in_the_books
from tests.worlds.orders import place_one


class Merger:
    """A program that merges orders."""

    def __init__(self, client: httpx.AsyncClient, key: str, house: House, tenant: UUID) -> None:
        self.client, self.key, self.house, self.tenant = client, key, house, tenant

    async def place(self, *units: int) -> list[str]:
        """Orders of so many mugs each, of one customer."""
        async with self.house.db.transaction(self.tenant, actor="test") as tx:
            return [str(await place_one(tx, {"A": one})) for one in units]

    async def post(self, path: str, body: Any, key: str = "") -> httpx.Response:
        """Send something, under an idempotency key if there is one."""
        headers = bearer(self.key) | ({"idempotency-key": key} if key else {})
        return await self.client.post(path, json=body, headers=headers)

    async def look(self, first: str, *joining: str) -> dict[str, Any]:
        """Look at a merge, and return the body that does it."""
        merge = {"why": "one parcel", "orders": list(joining)}
        seen = await self.post(f"/api/orders/{first}/merge/preview", merge)
        assert (seen.status_code, seen.json()["faults"]) == (200, []), seen.text
        return {"merge": merge, "token": seen.json()["token"]}

    async def orders(self) -> list[tuple[str, int]]:
        """State and total of every order, the first one first."""
        listed = (await self.client.get("/api/orders", headers=bearer(self.key))).json()["orders"]
        return [(one["state"], one["total_minor"]) for one in reversed(listed)]

    async def right(self) -> bool:
        """Whether the books are right."""
        async with self.house.db.transaction(self.tenant, actor="test") as tx:
            return await wrong_in_the_books(tx) == {}

    async def free(self) -> int:
        """Mugs that can still be sold."""
        async with self.house.db.transaction(self.tenant, actor="test") as tx:
            return (await inventory.available(tx, [WORLD.a]))[WORLD.a]


async def test_of_merges_at_once_one_is_done_and_a_key_sent_again_answers_the_first(
    web_client: httpx.AsyncClient, house: House, tenant: UUID, key: str, world: None
) -> None:
    program = Merger(web_client, key, house, tenant)
    first, second = await program.place(3, 2)
    listed = await web_client.get(f"/api/orders/{first}/merge-candidates", headers=bearer(key))
    assert [one["id"] for one in listed.json()["orders"]] == [second]
    body = await program.look(first, second)
    path = f"/api/orders/{first}/merge"
    answers = await asyncio.gather(*(program.post(path, body, f"key-{i}") for i in range(8)))
    assert sorted(one.status_code for one in answers) == [200, *[409] * 7]
    won = next(i for i, one in enumerate(answers) if one.status_code == 200)
    again = await program.post(path, body, f"key-{won}")
    assert (again.json()["id"], again.headers["idempotent-replayed"]) == (first, "true")
    gone = await web_client.get(f"/api/orders/{second}", headers=bearer(key))
    assert (gone.json()["state"], gone.json()["merged_into"]) == ("merged", first)
    assert (await program.free(), await program.right()) == (95, True)


async def test_orders_merged_crosswise_at_once_end_as_one_and_nobody_waits_for_ever(
    web_client: httpx.AsyncClient, house: House, tenant: UUID, key: str, world: None
) -> None:
    program = Merger(web_client, key, house, tenant)
    for _ in range(5):
        free = await program.free()
        a, b, c = await program.place(1, 2, 3)
        bodies = [await program.look(a, b, c), await program.look(b, c, a), await program.look(c, a)]
        answers = await asyncio.gather(
            *(
                program.post(f"/api/orders/{one}/merge", body)
                for one, body in zip((a, b, c), bodies, strict=True)
            )
        )
        codes = [one.status_code for one in answers]
        assert codes.count(200) >= 1
        assert set(codes) <= {200, 409}, [one.text for one in answers]
        assert await program.free() == free - 6
        assert await program.right()


async def test_a_merge_at_once_with_a_cancellation_of_either_loses_and_doubles_nothing(
    web_client: httpx.AsyncClient, house: House, tenant: UUID, key: str, world: None
) -> None:
    program = Merger(web_client, key, house, tenant)
    for i in range(6):
        free = await program.free()
        first, second = await program.place(3, 1)
        body = await program.look(first, second)
        rival = (first, second)[i % 2]
        done, canceled = await asyncio.gather(
            program.post(f"/api/orders/{first}/merge", body),
            program.post(f"/api/orders/{rival}/cancel", {"why": "x"}),
        )
        assert (done.status_code, canceled.status_code) in {(200, 200), (200, 409), (409, 200)}
        merged, off = done.status_code == 200, canceled.status_code == 200
        left = (0 if off and rival == first else 4) if merged else (1 if rival == first else 3)
        assert await program.free() == free - left
        assert await program.right()


async def test_a_merge_that_died_at_any_step_is_as_if_never_begun_or_done_once(
    web_client: httpx.AsyncClient, house: House, tenant: UUID, key: str, world: None, fate: Fate
) -> None:
    program = Merger(web_client, key, house, tenant)
    first, second, third = await program.place(3, 2, 1)
    total = sum(minor for _, minor in await program.orders())
    body = await program.look(first, second, third)

    async def done() -> bool:
        found = await program.orders()
        assert sum(minor for _, minor in found) == total
        assert (await program.free(), await program.right()) == (94, True)
        return [state for state, _ in found] == ["accepted", "merged", "merged"]

    path = f"/api/orders/{first}/merge"
    assert await die_everywhere(fate, lambda: program.post(path, body, "one"), done) > 10
    answer = await program.post(path, body, "one")
    assert (answer.status_code, answer.headers["idempotent-replayed"]) == (200, "true")
    assert [state for state, _ in await program.orders()] == ["accepted", "merged", "merged"]


async def test_bad_merges_are_refused_and_another_merchant_sees_none_of_the_orders(
    web_client: httpx.AsyncClient, house: House, tenant: UUID, key: str, world: None
) -> None:
    program = Merger(web_client, key, house, tenant)
    first, second = await program.place(3, 2)
    merge = {"why": "x", "orders": [second]}
    path = f"/api/orders/{first}/merge"
    for bad in (
        {"merge": merge | {"orders": []}, "token": "x"},
        {"merge": merge | {"orders": [second] * 21}, "token": "x"},
        {"merge": merge | {"orders": ["1002"]}, "token": "x"},
        {"merge": merge | {"why": ""}, "token": "x"},
        {"merge": merge, "token": "x\u0000"},
        {},
    ):
        assert (await program.post(path, bad)).status_code == 422, bad
    assert (await program.post(path, {"merge": merge, "token": "a.b.c"})).status_code == 409
    missing = await program.post(f"{path}/preview", merge | {"orders": [str(tenant)]})
    assert missing.status_code == 404
    other = juniper(id=fixed(1, 2), code="cedar")
    async with house.db.transaction(tenant, actor="test") as tx:
        await catalog.add_merchants(tx, [other])
    program.key = await auth.make_key(house.db, tenant, "cedar", ["*"], merchant_id=other.id)
    assert (await program.post(f"{path}/preview", merge)).status_code == 404
    listed = await web_client.get(f"/api/orders/{first}/merge-candidates", headers=bearer(program.key))
    assert listed.status_code == 404
