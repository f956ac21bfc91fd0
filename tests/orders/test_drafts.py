"""Draft orders: half full or whole, with goods kept or not; placed they are one order with one reservation."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import httpx
import msgspec
import pytest

from doorstep.platform import auth, journal
from doorstep.platform.auth import NewUser, Role
from doorstep.platform.db import Tx
from doorstep.platform.errors import Refused
from doorstep.platform.house import House
from doorstep.stages import inventory, orders
from doorstep.stages.orders import Outcome
from doorstep.stages.orders.acts import drafting
from tests.mortal import Fate, die_everywhere
from tests.orders.conftest import bearer
from tests.worlds.catalog import WORLD
from tests.worlds.inventory import small_world, wrong_in_the_books
from tests.worlds.orders import body, contact, new_order, place_verdict

LAMPS = 30
BESIDE = ("merchant", "basket")


@pytest.fixture(autouse=True)
async def world(house: House, tenant: UUID) -> None:
    """Northside with goods."""
    async with house.db.transaction(tenant, actor="test") as tx:
        await small_world(tx)


def written(units: int = 5, **changed: Any) -> dict[str, Any]:
    """A whole order for lamps, as a draft keeps it."""
    return {
        name: value for name, value in body(new_order({"C": units}), **changed).items() if name not in BESIDE
    }


async def drafted(tx: Tx, units: int = 5, *, keep: bool = False) -> UUID:
    """Make a draft for lamps, and keep its goods if asked so."""
    draft_id = await drafting.make_draft(tx, WORLD.merchant, written(units))
    if keep:
        await drafting.keep_draft_goods(tx, draft_id, 3600)
    return draft_id


async def left(tx: Tx) -> int:
    """How many lamps can be sold."""
    return (await inventory.available(tx, [WORLD.c]))[WORLD.c]


async def test_a_draft_binds_nobody_and_is_not_among_the_orders(house: House, tenant: UUID) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        await drafted(tx)
        assert await left(tx) == LAMPS
        assert await orders.standing(tx, "desk") == []
        assert await orders.standing(tx, "api") == []


@pytest.mark.proves("O7")
@pytest.mark.parametrize("keep", [True, False], ids=["goods kept", "nothing kept"])
async def test_a_draft_that_is_placed_has_one_reservation(house: House, tenant: UUID, keep: bool) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        draft_id = await drafted(tx, keep=keep)
        assert await left(tx) == LAMPS - 5 * keep
        verdict = await drafting.place_draft(tx, draft_id)
        assert verdict.outcome is Outcome.CREATED
        assert verdict.order_id is not None
        assert sum(one.quantity for one in await inventory.reserved_for(tx, [verdict.order_id])) == 5
        assert await left(tx) == LAMPS - 5
        again = await drafting.place_draft(tx, draft_id)
        assert (again.outcome, again.order_id) == (Outcome.DUPLICATE, verdict.order_id)
        assert await left(tx) == LAMPS - 5
        assert (await drafting.find_draft(tx, draft_id)).body == {}, "whom it is for stands with the order"
        told = [event.name for event in await journal.history(tx, [draft_id])]
        assert told == ["open", "placed"]
        assert await wrong_in_the_books(tx) == {}


@pytest.mark.proves("O7")
async def test_a_draft_placed_by_fifty_at_once_is_one_order(house: House, tenant: UUID) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        draft_id = await drafted(tx, keep=True)

    async def place() -> str:
        async with house.db.transaction(tenant, actor="test") as tx:
            return str((await drafting.place_draft(tx, draft_id)).outcome)

    outcomes = await asyncio.gather(*(place() for _ in range(50)))
    assert sorted(outcomes) == ["created", *["duplicate"] * 49]
    async with house.db.transaction(tenant, actor="test") as tx:
        assert await left(tx) == LAMPS - 5
        assert await wrong_in_the_books(tx) == {}


@pytest.mark.proves("O7")
async def test_a_draft_that_died_at_any_step_of_being_placed_is_placed_once(
    house: House, tenant: UUID, fate: Fate
) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        draft_id = await drafted(tx, keep=True)

    async def place() -> None:
        async with house.db.transaction(tenant, actor="test") as tx:
            await drafting.place_draft(tx, draft_id)

    async def done() -> bool:
        async with house.db.transaction(tenant, actor="test") as tx:
            assert await wrong_in_the_books(tx) == {}
            assert await left(tx) == LAMPS - 5
            return (await drafting.find_draft(tx, draft_id)).state == "placed"

    assert await die_everywhere(fate, place, done) > 10


async def test_a_draft_says_everything_that_is_wrong_with_it_and_stays_open(
    house: House, tenant: UUID
) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        half = await drafting.make_draft(tx, WORLD.merchant, {"lines": [{"sku": "C", "quantity": "two"}]})
        judged = await drafting.judge_draft(tx, await drafting.find_draft(tx, half))
        assert {"/currency", "/lines/0/quantity", "/ship_to"} <= {fault.pointer for fault in judged.faults}
        assert (await drafting.place_draft(tx, half)).outcome is Outcome.REFUSED
        much = await drafted(tx, LAMPS + 1)
        assert [one.code for one in (await drafting.place_draft(tx, much)).faults] == ["unavailable"]
        by_card = await drafting.make_draft(
            tx,
            WORLD.merchant,
            written(payments=[{"processor": "simulated", "method": "card", "amount_minor": 45450}]),
        )
        assert [one.code for one in (await drafting.place_draft(tx, by_card)).faults] == ["not_by_hand"]
        assert len(await drafting.drafts(tx)) == 3
        assert await left(tx) == LAMPS


async def test_what_is_kept_for_a_draft_follows_it_until_it_is_dropped(house: House, tenant: UUID) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        draft_id = await drafted(tx, keep=True)
        await drafting.write_draft(tx, draft_id, written(8))
        assert await left(tx) == LAMPS - 5, "as it was kept"
        await drafting.keep_draft_goods(tx, draft_id, 3600)
        assert await left(tx) == LAMPS - 8
        refused = await place_verdict(tx, new_order({"C": LAMPS - 7}))
        assert refused.unavailable
        await drafting.drop_draft(tx, draft_id)
        assert await left(tx) == LAMPS
        for act in (drafting.drop_draft, drafting.place_draft):
            with pytest.raises(Refused, match="dropped"):
                await act(tx, draft_id)
        assert await wrong_in_the_books(tx) == {}


async def test_a_doubtful_address_is_foretold_and_held(house: House, tenant: UUID) -> None:
    doubtful = contact(country="US", region="NY", postal_code="90210", city="New York", phone="")
    async with house.db.transaction(tenant, actor="test") as tx:
        draft_id = await drafting.make_draft(
            tx, WORLD.merchant, written(1, ship_to=msgspec.to_builtins(doubtful))
        )
        judged = await drafting.judge_draft(tx, await drafting.find_draft(tx, draft_id))
        assert (list(judged.faults), list(judged.holds)) == ([], ["address"])
        assert (await drafting.place_draft(tx, draft_id)).outcome is Outcome.HELD


async def test_another_merchants_draft_is_as_if_it_were_not_there(house: House, tenant: UUID) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        draft_id = await drafted(tx, keep=True)
        for act in (drafting.find_draft, drafting.place_draft, drafting.drop_draft):
            with pytest.raises(Refused, match="no draft"):
                await act(tx, draft_id, uuid4())
        assert await drafting.drafts(tx, uuid4()) == []


async def test_a_draft_is_written_kept_and_placed_over_json(web_client: httpx.AsyncClient, key: str) -> None:
    async def send(method: str, path: str, **asked: Any) -> httpx.Response:
        return await web_client.request(method, path, json=asked or None, headers=bearer(key))

    wrong = await send(
        "POST", "/api/drafts", merchant="juniper", order={"notes": "called at ten", "basket": None}
    )
    assert [one["pointer"] for one in wrong.json()["errors"]] == ["/order/basket", "/order/notes"]
    made = await send("POST", "/api/drafts", merchant="juniper", order={"note": "called at ten"})
    assert made.status_code == 201, made.text
    assert {"/lines", "/ship_to"} <= {one["pointer"] for one in made.json()["errors"]}
    path = f"/api/drafts/{made.json()['id']}"
    whole = await send("PUT", path, order=written())
    assert (whole.json()["errors"], whole.json()["kept_until"]) == ([], None)
    assert (await send("POST", f"{path}/keep", hours=1)).json()["kept_until"] is not None
    assert [one["name"] for one in (await send("GET", "/api/drafts")).json()] == ["Ana Keller"]
    placed = await send("POST", f"{path}/place")
    assert (placed.status_code, placed.json()["outcome"]) == (201, "created")
    assert (await send("POST", f"{path}/place")).json()["id"] == placed.json()["id"]
    assert (await send("PUT", path, order={})).status_code == 409
    assert (await send("GET", path)).json()["order_id"] == placed.json()["id"]
    other = (await send("POST", "/api/drafts", merchant="juniper", order=written(99))).json()["id"]
    refused = await send("POST", f"/api/drafts/{other}/place")
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (409, "unavailable")
    assert (await send("DELETE", f"/api/drafts/{other}")).status_code == 204


async def test_an_order_is_made_by_hand_at_the_desk(
    web_client: httpx.AsyncClient, house: House, tenant: UUID
) -> None:
    login = f"maria-{tenant.hex[:12]}"
    await auth.add_user(house.db, tenant, NewUser(login, "Maria", "a long password", (Role.MANAGER,)))
    await web_client.get("/sign-in")

    async def post(path: str, **fields: str) -> httpx.Response:
        data = {**fields, "_csrf_token": web_client.cookies["doorstep_csrf"]}
        return await web_client.post(path, data=data, headers={"accept": "text/html"}, follow_redirects=True)

    await post("/sign-in", login=login, password="a long password")
    begun = await post("/orders/drafts", merchant=str(WORLD.merchant))
    path = begun.url.path
    form = {"goods": "C two\nNOPE 1", "name": "Ana Keller", "country": "LI", "shipping": "5.00"}
    wrong = await post(path, **form, go="place")
    assert wrong.url.path == path
    assert "cannot be placed" in wrong.text
    assert "C two" in wrong.text
    unknown = await post(path, **{**form, "goods": "NOPE 1\nC 1"}, go="save")
    assert "NOPE 1\nC 1 89.90" in unknown.text, "the price of an article that is not known is left open"
    form |= {"goods": "C 2\nA 1 10.00", "street": "Im Rietle 14", "city": "Schaan", "postal_code": "9494"}
    kept = await post(path, **form, go="keep")
    assert "It can be placed." in kept.text
    assert "goods kept until" in kept.text
    placed = await post(path, **form, go="place")
    assert placed.url.path.startswith("/orders/")
    assert "is placed" in placed.text
    async with house.db.transaction(tenant, actor="test") as tx:
        found = await orders.read(tx, UUID(placed.url.path.rpartition("/")[2]))
        assert found is not None
        assert found.order.total_minor == 2 * 8990 + 1000 + 500, (
            "the catalog's price, and the one that was said"
        )
        assert await left(tx) == LAMPS - 2
