"""Splits over HTTP: at once with others, under a key, and by a program that dies at any step."""

import asyncio
from typing import Any
from uuid import UUID

import httpx

from doorstep.platform.house import House
from doorstep.stages import inventory
from tests.mortal import Fate, die_everywhere
from tests.orders.conftest import bearer
from tests.worlds.catalog import WORLD
from tests.worlds.changes import lines_of
from tests.worlds.inventory import wrong_in_the_books
from tests.worlds.orders import place_one


class Splitter:
    """A program that splits orders."""

    def __init__(self, client: httpx.AsyncClient, key: str, house: House, tenant: UUID) -> None:
        self.client, self.key, self.house, self.tenant = client, key, house, tenant

    async def place(self) -> tuple[str, dict[str, Any]]:
        """An order of four mugs and a book, and the split of one mug."""
        async with self.house.db.transaction(self.tenant, actor="test") as tx:
            order_id = await place_one(tx, {"A": 4, "B": 1})
            line_id = str((await lines_of(tx, order_id))["A"])
        return f"/api/orders/{order_id}", {
            "why": "the rest later",
            "lines": [{"line_id": line_id, "quantity": 1}],
        }

    async def post(self, path: str, body: Any, key: str = "") -> httpx.Response:
        """Send something, under an idempotency key if there is one."""
        headers = bearer(self.key) | ({"idempotency-key": key} if key else {})
        return await self.client.post(path, json=body, headers=headers)

    async def token(self, path: str, split: dict[str, Any]) -> str:
        """Look at a split."""
        seen = await self.post(f"{path}/split/preview", split)
        assert seen.status_code == 200, seen.text
        assert seen.json()["possible"]
        return str(seen.json()["token"])

    async def orders(self) -> list[tuple[str, int]]:
        """State and total of every order, the first one first."""
        listed = (await self.client.get("/api/orders", headers=bearer(self.key))).json()["orders"]
        return [(one["state"], one["total_minor"]) for one in reversed(listed)]

    async def right(self) -> bool:
        """Whether the books are right and all that is reserved is reserved once."""
        async with self.house.db.transaction(self.tenant, actor="test") as tx:
            return await wrong_in_the_books(tx) == {}

    async def free(self) -> int:
        """Mugs that can still be sold."""
        async with self.house.db.transaction(self.tenant, actor="test") as tx:
            return (await inventory.available(tx, [WORLD.a]))[WORLD.a]


async def test_of_splits_at_once_one_is_done_and_a_key_sent_again_answers_the_first(
    web_client: httpx.AsyncClient, house: House, tenant: UUID, key: str, world: None
) -> None:
    program = Splitter(web_client, key, house, tenant)
    path, split = await program.place()
    body = {"split": split, "token": await program.token(path, split)}
    answers = await asyncio.gather(*(program.post(f"{path}/split", body, f"key-{i}") for i in range(8)))
    codes = sorted(one.status_code for one in answers)
    assert codes == [200, *[409] * 7]
    won = next(i for i, one in enumerate(answers) if one.status_code == 200)
    again = await program.post(f"{path}/split", body, f"key-{won}")
    assert again.json()["second"]["id"] == answers[won].json()["second"]["id"]
    assert again.headers["idempotent-replayed"] == "true"
    assert [state for state, _ in await program.orders()] == ["accepted", "accepted"]
    assert (await program.free(), await program.right()) == (96, True)


async def test_a_split_at_once_with_a_cancellation_loses_and_doubles_nothing(
    web_client: httpx.AsyncClient, house: House, tenant: UUID, key: str, world: None
) -> None:
    program = Splitter(web_client, key, house, tenant)
    for _ in range(6):
        path, split = await program.place()
        body, before = {"split": split, "token": await program.token(path, split)}, await program.free()
        done, canceled = await asyncio.gather(
            program.post(f"{path}/split", body), program.post(f"{path}/cancel", {"why": "x"})
        )
        assert canceled.status_code == 200, canceled.text
        assert done.status_code in (200, 409)
        left = 1 if done.status_code == 200 else 0
        assert await program.free() == before + 4 - left
        assert await program.right()


async def test_a_split_that_died_at_any_step_is_as_if_never_begun_or_done_once(
    web_client: httpx.AsyncClient, house: House, tenant: UUID, key: str, world: None, fate: Fate
) -> None:
    program = Splitter(web_client, key, house, tenant)
    path, split = await program.place()
    total = (await program.orders())[0][1]
    body = {"split": split, "token": await program.token(path, split)}

    async def done() -> bool:
        found = await program.orders()
        assert sum(minor for _, minor in found) == total
        assert (await program.free(), await program.right()) == (96, True)
        return len(found) == 2

    assert await die_everywhere(fate, lambda: program.post(f"{path}/split", body, "one"), done) > 10
    answer = await program.post(f"{path}/split", body, "one")
    assert (answer.status_code, answer.headers["idempotent-replayed"]) == (200, "true")
    assert len(await program.orders()) == 2


async def test_bad_splits_are_refused_with_all_faults(
    web_client: httpx.AsyncClient, house: House, tenant: UUID, key: str, world: None
) -> None:
    program = Splitter(web_client, key, house, tenant)
    path, split = await program.place()
    line = split["lines"][0]
    for bad in (
        {"split": split | {"lines": []}, "token": "x"},
        {"split": split, "token": "x\u0000"},
        {"split": split | {"lines": [line | {"quantity": 0}]}, "token": "x"},
        {"split": split | {"why": ""}, "token": "x"},
        {},
    ):
        assert (await program.post(f"{path}/split", bad)).status_code == 422, bad
    seen = await program.post(f"{path}/split/preview", split | {"lines": [line, line | {"quantity": 99}]})
    assert (seen.status_code, seen.json()["possible"]) == (200, False)
    assert [one["code"] for one in seen.json()["faults"]] == ["twice"]
    stale = await program.post(f"{path}/split", {"split": split, "token": "a.b.c"})
    assert stale.status_code == 409
    missing = await program.post(f"/api/orders/{tenant}/split/preview", split)
    assert missing.status_code == 404
