"""The tower counts what is open, leads from each number to the orders behind it, finds, and tells the whole story."""

from uuid import UUID, uuid4

import httpx
import pytest

from doorstep.platform import auth
from doorstep.platform.auth import Role
from doorstep.platform.errors import Refused
from doorstep.platform.house import House
from doorstep.platform.tasks import Worker
from doorstep.stages import orders
from doorstep.tower import figures
from tests.platform.people import add_person, sign_in
from tests.worlds.feedback import Doorstep


@pytest.fixture
async def door(worker: Worker, tenant: UUID) -> Doorstep:
    """Northside, open for business."""
    return await Doorstep(worker, tenant).open()  # type: ignore[return-value]


async def test_every_number_leads_to_the_orders_behind_it(door: Doorstep) -> None:
    waiting, held = [await door.place({"A": 1}) for _ in range(2)]
    async with door.tx() as tx:
        await orders.hold(tx, [held], "manual", "call first")
        board = await figures.board(tx)
        piles = {(pile.stage, pile.state): pile.count for stage in board.piles.values() for pile in stage}
        assert piles[("orders", "held")] == 1
        for (stage, state), count in piles.items():
            if stage != "inventory":
                assert len(await figures.behind(tx, stage, state)) == count, (stage, state)
        assert [(one.what, one.why) for one in board.troubles] == [("hold", "manual: call first")]
        assert {one.id for one in await figures.behind(tx, "orders", "held")} == {held}
    await door.settle()
    async with door.tx() as tx:
        board = await figures.board(tx)
        assert [pile.state for pile in board.piles["warehouse"]] == ["batched"]
        assert {order.id for order in board.at_risk} >= {waiting}


async def test_a_house_where_everything_is_done_shows_nothing_open(door: Doorstep) -> None:
    await door.delivered({"A": 1})
    async with door.tx() as tx:
        board = await figures.board(tx)
    assert board.troubles == []
    assert [pile.state for stage, piles in board.piles.items() if stage != "delivery" for pile in piles] == []
    assert {beat.event: beat.count for beat in board.beats}["tracker.delivered"] == 1


async def test_an_order_is_found_by_whatever_is_at_hand(door: Doorstep) -> None:
    [order_id] = await door.delivered({"A": 1})
    code = await door.ask("SELECT tracking_number FROM shipping.labels WHERE order_id = %s", order_id)
    number = await door.number(order_id)
    async with door.tx() as tx:
        for q, how in (
            (str(number), "number"),
            (f"#{number}", "number"),
            (code, "tracking number"),
            ("ANA@example.org", "e-mail"),
            ("A", "SKU"),
        ):
            assert (q, [(one.id, one.how) for one in await figures.find(tx, q)]) == (q, [(order_id, how)])
        assert await figures.find(tx, "9" * 40) == []


async def test_the_story_tells_every_stage_in_order(door: Doorstep) -> None:
    [order_id] = await door.delivered({"A": 1})
    async with door.tx() as tx:
        head, things, events = await figures.story(tx, order_id)
        with pytest.raises(Refused):
            await figures.story(tx, uuid4())
    assert head.state == "closed"
    assert {"order", "payment", "fulfillment", "parcel", "label", "tracker", "message"} <= {
        t.kind for t in things
    }
    told = [f"{event.kind}.{event.name}" for event in events]
    walk = [
        "order.placed",
        "order.accepted",
        "fulfillment.picked",
        "parcel.packed",
        "label.bought",
        "parcel.handed_over",
    ]
    assert [one for one in told if one in walk] == walk
    assert {"tracker.delivered", "order.closed"} <= set(told)


async def test_the_pages_show_it_and_another_tenant_sees_nothing(
    web_client: httpx.AsyncClient, house: House, tenant: UUID, door: Doorstep
) -> None:
    [order_id] = await door.delivered({"A": 1})
    await sign_in(web_client, await add_person(house, tenant, Role.VIEWER))
    for path in (
        "/tower",
        f"/tower/orders/{order_id}",
        "/tower/search?q=A",
        "/tower/behind?stage=orders&what=held",
    ):
        shown = await web_client.get(path, headers={"accept": "text/html"})
        assert shown.status_code == 200, path
    other = await auth.add_tenant(house.db, f"o-{uuid4().hex[:20]}", "Other")
    web_client.cookies.clear()
    await sign_in(web_client, await add_person(house, other, Role.OWNER))
    hidden = await web_client.get(f"/tower/orders/{order_id}", headers={"accept": "text/html"})
    assert hidden.status_code == 404
