"""Many orders at once: an answer for each, by the same acts as one, and the same request again is harmless."""

import re
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from doorstep.platform import auth
from doorstep.platform.auth import Role
from doorstep.platform.house import House
from doorstep.stages import inventory, orders
from doorstep.stages.orders import HoldReason
from doorstep.stages.orders.acts import fetch_orders
from doorstep.stages.orders.acts.many import act_on_many
from doorstep.stages.orders.api import many
from tests.orders.conftest import bearer
from tests.orders.test_pages import send
from tests.platform.people import add_person, sign_in
from tests.worlds.catalog import WORLD
from tests.worlds.inventory import small_world, two_sites, wrong_in_the_books
from tests.worlds.orders import contact, place_one

HTML = {"accept": "text/html"}


@pytest.fixture
async def placed(house: House, tenant: UUID) -> list[UUID]:
    """Four orders: accepted, held for its address, canceled, and begun to leave."""
    async with house.db.transaction(tenant, actor="test") as tx:
        await small_world(tx)
        ids = [await place_one(tx, {"A": 2}), await place_one(tx, {"A": 2}, ship_to=contact(city="none"))]
        ids += [await place_one(tx, {"A": 2}) for _ in range(2)]
        await orders.cancel(tx, [ids[2]], "test")
        await orders.start_shipping(tx, [ids[3]])
    return ids


async def ask(client: httpx.AsyncClient, key: str, body: dict[str, Any], **more: str) -> httpx.Response:
    """Send an act on many orders."""
    return await client.post("/api/orders/acts", json=body, headers=bearer(key, **more))


def told(answer: httpx.Response) -> list[str]:
    """The outcome of each, in the sequence asked."""
    assert answer.status_code == 200, answer.text
    return [row["outcome"] for row in answer.json()["rows"]]


async def states(house: House, tenant: UUID, ids: list[UUID]) -> list[str]:
    """How orders stand."""
    async with house.db.transaction(tenant, actor="test") as tx:
        found = {one.id: one.state for one in await fetch_orders(tx, ids)}
    return [found[order_id] for order_id in ids]


async def test_each_order_is_canceled_refused_or_was_so_before_and_says_why(
    web_client: httpx.AsyncClient, key: str, house: House, tenant: UUID, placed: list[UUID]
) -> None:
    stranger = uuid4()
    body = {"act": "cancel", "order_ids": [str(one) for one in (*placed, stranger)], "note": "recall"}
    answer = await ask(web_client, key, body)
    assert told(answer) == ["done", "done", "already", "refused", "refused"]
    rows = answer.json()["rows"]
    assert "begun to leave" in rows[3]["message"]
    assert (rows[4]["number"], rows[4]["message"]) == (None, f"There is no order {stranger} here.")
    assert await states(house, tenant, placed) == ["canceled", "canceled", "canceled", "accepted"]
    async with house.db.transaction(tenant, actor="test") as tx:
        assert await inventory.available(tx, [WORLD.a]) == {WORLD.a: 98}
        assert await wrong_in_the_books(tx) == {}


async def test_holds_are_placed_and_released_by_reason(
    web_client: httpx.AsyncClient, key: str, house: House, tenant: UUID, placed: list[UUID]
) -> None:
    ids = [str(one) for one in placed]
    hold = {"act": "hold", "order_ids": ids, "reason": "address", "note": "ask"}
    assert told(await ask(web_client, key, hold)) == ["done", "already", "refused", "done"]
    release = {"act": "release", "order_ids": ids, "reason": "address"}
    assert told(await ask(web_client, key, release)) == ["done", "done", "already", "done"]
    assert told(await ask(web_client, key, release)) == ["already"] * 4
    assert await states(house, tenant, placed[:2]) == ["accepted", "accepted"]


async def test_of_orders_that_wait_for_goods_those_that_get_them_go_on(
    web_client: httpx.AsyncClient, key: str, house: House, tenant: UUID, placed: list[UUID]
) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        enough, short = placed[0], await place_one(tx, {"C": 20})
        await inventory.release(tx, [enough, short], "gone")
        await orders.hold(tx, [enough, short], HoldReason.OUT_OF_STOCK, "gone")
        await place_one(tx, {"C": 20})
    body = {"act": "release", "order_ids": [str(enough), str(short)], "reason": "out_of_stock"}
    answer = await ask(web_client, key, body)
    assert told(answer) == ["done", "refused"]
    assert "20 wanted, 10 left" in answer.json()["rows"][1]["message"]
    assert await states(house, tenant, [enough, short]) == ["accepted", "held"]


async def test_the_same_request_again_gives_the_first_answers_also_after_it_was_cut_off(
    web_client: httpx.AsyncClient,
    key: str,
    house: House,
    tenant: UUID,
    placed: list[UUID],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(many, "AT_ONCE", 1)
    body = {"act": "cancel", "order_ids": [str(one) for one in placed], "note": "recall"}
    done = 0

    async def cut_off(*args: Any) -> Any:
        nonlocal done
        done += 1
        if done == 3:
            raise ConnectionError
        return await act_on_many(*args)

    monkeypatch.setattr(many, "act_on_many", cut_off)
    assert (await ask(web_client, key, body, **{"idempotency-key": "k1"})).status_code == 500
    assert await states(house, tenant, placed[:2]) == ["canceled", "canceled"]
    first = await ask(web_client, key, body, **{"idempotency-key": "k1"})
    assert told(first) == ["done", "done", "already", "refused"]
    again = await ask(web_client, key, body, **{"idempotency-key": "k1"})
    assert again.json() == first.json()
    assert done == 5, "what was answered before is not done again"
    other = await ask(web_client, key, {**body, "note": "another"}, **{"idempotency-key": "k1"})
    assert other.status_code == 422
    anew = await ask(web_client, key, body, **{"idempotency-key": "k2"})
    assert told(anew) == ["already", "already", "already", "refused"]


async def test_a_cancellation_without_a_why_is_refused_and_changes_nothing(
    web_client: httpx.AsyncClient, key: str, house: House, tenant: UUID, placed: list[UUID]
) -> None:
    refused = await ask(web_client, key, {"act": "cancel", "order_ids": [str(placed[0])], "note": " "})
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["pointer"] == "/note"
    assert await states(house, tenant, placed[:1]) == ["accepted"]


async def test_another_merchants_orders_are_not_there(
    web_client: httpx.AsyncClient, house: House, tenant: UUID, placed: list[UUID]
) -> None:
    rival = await auth.make_key(house.db, tenant, "rival", ["*"], UUID(int=5))
    body = {"act": "cancel", "order_ids": [str(placed[0])], "note": "x"}
    assert told(await ask(web_client, rival, body)) == ["refused"]
    assert (await ask(web_client, rival, {**body, "act": "source"})).status_code == 403
    assert await states(house, tenant, placed[:1]) == ["accepted"]


async def test_orders_are_moved_together_to_where_they_cost_less(
    web_client: httpx.AsyncClient, key: str, house: House, tenant: UUID
) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        await two_sites(tx)
        ids = [await place_one(tx, {"A": 1}), await place_one(tx, {"A": 1})]
        await orders.reach_floor(tx, ids[1:])
    answer = await ask(web_client, key, {"act": "source", "order_ids": [str(one) for one in ids]})
    assert told(answer) == ["already", "refused"]
    assert "A floor has it" in answer.json()["rows"][1]["message"]


async def test_a_person_chooses_looks_does_and_reads_what_became_of_each(
    web_client: httpx.AsyncClient, house: House, tenant: UUID, placed: list[UUID]
) -> None:
    await sign_in(web_client, await add_person(house, tenant, Role.MANAGER))
    none = await send(web_client, "/orders/act", {"act": "cancel", "filter": '{"state":"held"}'})
    assert none.headers["location"] == "/orders?state=held"
    chosen = {f"order:{placed[0]}": "yes", f"order:{placed[3]}": "yes", "act": "cancel", "filter": "{}"}
    seen = await send(web_client, "/orders/act", chosen)
    for said in ("Cancel 2 orders", "2 of 2", "Leaving already", "4 units", "60.00 EUR"):
        assert said in seen.text, said
    form = dict(re.findall(r'name="(ids|command|act|filter|go)" value="([^"]*)"', seen.text))
    assert await states(house, tenant, placed[:1]) == ["accepted"], "nothing happens before it was looked at"
    done = await send(web_client, "/orders/act", {**form, "note": "recall"})
    assert "Canceled: 1 of 2" in done.text
    assert "begun to leave" in done.text
    again = await send(web_client, "/orders/act", {**form, "note": "recall"})
    assert "Canceled: 1 of 2" in again.text, "loading it anew tells the same"


async def test_all_that_match_are_meant_beyond_the_page(
    web_client: httpx.AsyncClient, house: House, tenant: UUID, placed: list[UUID]
) -> None:
    await sign_in(web_client, await add_person(house, tenant, Role.MANAGER))
    every = {"all": "yes", "act": "hold", "filter": '{"state":"accepted"}'}
    seen = await send(web_client, "/orders/act", every)
    assert "Hold 2 orders" in seen.text
    form = dict(re.findall(r'name="(ids|command|act|filter|go)" value="([^"]*)"', seen.text))
    done = await send(web_client, "/orders/act", {**form, "reason": "manual", "note": "stop"})
    assert "Held: 2 of 2" in done.text
    printed = await send(web_client, "/orders/act", {**chosen_all(), "act": "print"})
    assert printed.text.count('class="sheet"') == 4
    assert (await send(web_client, "/orders/act", {**chosen_all(), "act": "burn"})).status_code == 404


def chosen_all() -> dict[str, str]:
    """The fields that mean every order."""
    return {"all": "yes", "filter": "{}"}


async def test_who_only_looks_is_offered_nothing_to_do(
    web_client: httpx.AsyncClient, house: House, tenant: UUID, placed: list[UUID]
) -> None:
    await sign_in(web_client, await add_person(house, tenant, Role.VIEWER))
    shown = (await web_client.get("/orders", headers=HTML)).text
    assert 'name="act"' not in shown
    assert (await send(web_client, "/orders/act", {"act": "cancel"})).status_code == 403
