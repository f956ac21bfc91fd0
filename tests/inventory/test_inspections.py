"""Quality checks: what is in doubt is not sold until somebody has looked, and everything that moves is in the ledger."""

from uuid import UUID

import httpx
import pytest

from doorstep.platform.auth import Role
from doorstep.platform.errors import Refused
from doorstep.platform.house import House
from doorstep.platform.ids import new_id
from doorstep.platform.journal import history
from doorstep.platform.tasks import Worker
from doorstep.stages import inventory, orders
from doorstep.stages.inventory.acts import auditing, moving
from doorstep.stages.inventory.acts.receiving import inspecting, taking
from doorstep.stages.inventory.model.arrivals import Found, Intake
from doorstep.stages.inventory.model.inspections import Decision, Doubt
from doorstep.stages.orders import HoldReason
from tests.platform.people import add_person, csrf_of, sign_in
from tests.settle import settle
from tests.worlds.arrivals import announce
from tests.worlds.catalog import WORLD, bin_code
from tests.worlds.inventory import moved, small_world, wish, wrong_in_the_books
from tests.worlds.orders import place_one

HOME = f"bin:{bin_code(1, 1)}"


@pytest.fixture
async def doubted(house: House, tenant: UUID) -> UUID:
    """Eight mugs that came in and wait for a look."""
    async with house.db.transaction(tenant, actor="test") as tx:
        await small_world(tx)
        arrival_id = await announce(tx, "PO-1", {WORLD.a: 8})
        scan = Intake(
            command="s1", product_id=WORLD.a, quantity=8, found=Found.QUALITY_CHECK, why="other glaze"
        )
        await taking.take_in(tx, arrival_id, [scan])
        [one] = await inspecting.inspections(tx)
        assert (one.sku, one.quantity, one.why, one.arrival_id) == ("A", 8, "other glaze", arrival_id)
        return one.id


async def lies(house: House, tenant: UUID) -> dict[str, int]:
    """Return where mugs lie that are set aside, how many can be sold, and that the books are right."""
    async with house.db.transaction(tenant, actor="test") as tx:
        assert await wrong_in_the_books(tx) == {}
        await auditing.audit(tx)
        assert await auditing.drifts(tx) == []
        found = {
            one.place: one.on_hand
            for one in await inventory.lying(tx, [WORLD.a])
            if not one.place.startswith("bin:")
        }
        return {**found, "free": (await inventory.available(tx, [WORLD.a]))[WORLD.a]}


async def test_goods_in_doubt_are_not_sold(house: House, tenant: UUID, doubted: UUID) -> None:
    assert await lies(house, tenant) == {"quality_check": 8, "free": 100}
    async with house.db.transaction(tenant, actor="test") as tx:
        assert len(await inventory.reserve(tx, [wish(WORLD.a, 101)])) == 1


@pytest.mark.parametrize(
    ("decision", "state", "after"),
    [
        (Decision(good=8, place=HOME), "released", {"free": 108}),
        (Decision(good=0, rest="damaged", why="cracked"), "rejected", {"damaged": 8, "free": 100}),
        (Decision(good=5, place=HOME, why="odd"), "sorted", {"quarantine": 3, "free": 105}),
    ],
    ids=["all", "none", "some"],
)
async def test_what_somebody_decides_moves_in_the_ledger(
    house: House, tenant: UUID, doubted: UUID, decision: Decision, state: str, after: dict[str, int]
) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        one = await inspecting.decide(tx, doubted, decision)
        assert (one.state, one.good) == (state, decision.good)
        assert await inspecting.inspections(tx) == []
        with pytest.raises(Refused, match=state):
            await inspecting.decide(tx, doubted, decision)
    assert await lies(house, tenant) == after
    async with house.db.transaction(tenant, actor="test") as tx:
        assert [event.name for event in await history(tx, [doubted])] == ["waiting", state]


async def test_every_fault_of_a_decision_is_named_at_once(house: House, tenant: UUID, doubted: UUID) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        for decision, pointers in (
            (Decision(good=9), ["/good", "/place"]),
            (Decision(good=2, place="quarantine", rest="bin:A-01-01"), ["/place", "/rest", "/why"]),
        ):
            with pytest.raises(Refused) as refused:
                await inspecting.decide(tx, doubted, decision)
            assert [fault.pointer for fault in refused.value.faults] == pointers
        with pytest.raises(Refused, match="no inspection"):
            await inspecting.decide(tx, new_id(), Decision(good=1, place=HOME))


async def test_the_floor_sets_aside_what_it_doubts_and_promises_follow(house: House, tenant: UUID) -> None:
    old, young = wish(WORLD.c, 20, hold_s=None), wish(WORLD.c, 10, hold_s=None)
    async with house.db.transaction(tenant, actor="test") as tx:
        await small_world(tx)
        await inventory.reserve(tx, [old])
        await inventory.reserve(tx, [young])
        doubt = Doubt(site_id=WORLD.north, product_id=WORLD.c, quantity=4, why="glass rattles")
        await inspecting.set_aside(tx, doubt, f"bin:{bin_code(2, 2)}")
        held = {one.order_id: one.quantity for one in await inventory.held_by(tx, WORLD.c)}
        assert held == {old.order_id: 20, young.order_id: 6}
        assert await wrong_in_the_books(tx) == {}
    async with house.db.transaction(tenant, actor="test") as tx:
        with pytest.raises(Refused):
            await moving.move(tx, [moved(WORLD.c, "quality_check", "tote:T-1", 5)])


async def test_what_passed_goes_to_who_waits_for_it(
    house: House, tenant: UUID, doubted: UUID, worker: Worker
) -> None:
    async with house.db.transaction(tenant, actor="test") as tx:
        order_id = await place_one(tx, {"A": 3})
        await inventory.release(tx, [order_id], "gone")
        await orders.hold(tx, [order_id], HoldReason.OUT_OF_STOCK, "gone")
        await place_one(tx, {"A": (await inventory.available(tx, [WORLD.a]))[WORLD.a]})
    await settle(worker, tenant)
    async with house.db.transaction(tenant, actor="test") as tx:
        await inspecting.decide(tx, doubted, Decision(good=3, place=HOME, why="chipped"))
    await settle(worker, tenant)
    async with house.db.transaction(tenant, actor="test") as tx:
        found = await orders.read(tx, order_id)
        assert found is not None
        assert found.order.state == "accepted"


async def test_the_desk_decides_on_a_page_and_others_only_look(
    house: House, tenant: UUID, doubted: UUID, web_client: httpx.AsyncClient
) -> None:
    await sign_in(web_client, await add_person(house, tenant, Role.PICKER))
    page = (await web_client.get("/inspections")).text
    assert "other glaze" in page
    assert "Good ones" not in page
    form = {"_csrf_token": csrf_of(page), "good": "8", "place": bin_code(1, 1)}
    path = f"/inspections/{doubted}"
    assert (await web_client.post(path, data=form)).status_code == 403
    web_client.cookies.clear()
    await sign_in(web_client, await add_person(house, tenant, Role.MANAGER))
    token = csrf_of((await web_client.get("/inspections")).text)
    for fields, said in (
        ({"good": "many"}, "Write how many are good"),
        ({"good": "6", "place": bin_code(1, 1)}, "Say what is wrong"),
        ({"good": "6", "place": "Z-99", "rest": "damaged", "why": "chipped"}, "has no bin"),
        ({"good": "6", "place": bin_code(1, 1), "rest": "damaged", "why": "chipped"}, "A: 6 go on sale, 2"),
    ):
        sent = {"_csrf_token": token, **fields}
        answer = await web_client.post(path, data=sent, follow_redirects=True)
        assert said in answer.text, said
    assert await lies(house, tenant) == {"damaged": 2, "free": 106}


async def test_inspections_over_the_api(
    house: House, tenant: UUID, doubted: UUID, web_client: httpx.AsyncClient, key: str
) -> None:
    headers = {"authorization": f"Bearer {key}"}
    doubt = {
        "site_id": str(WORLD.north),
        "product_id": str(WORLD.a),
        "place": HOME,
        "quantity": 2,
        "why": "scratched",
    }
    made = await web_client.post("/api/inspections", json=doubt, headers=headers)
    assert (made.status_code, made.json()["state"]) == (201, "waiting")
    listed = (await web_client.get("/api/inspections", headers=headers)).json()
    assert [one["quantity"] for one in listed] == [8, 2]
    path = f"/api/inspections/{doubted}"
    answer = await web_client.post(path, json={"good": 8, "place": HOME}, headers=headers)
    assert answer.json()["state"] == "released"
    assert (await web_client.post(path, json={"good": 8, "place": HOME}, headers=headers)).status_code == 409
