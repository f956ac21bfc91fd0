"""The page of one order: why it has not shipped, at every station of its way, and how far its pieces are."""

import re
from uuid import UUID

import httpx
import pytest

from doorstep.platform.auth import Role
from doorstep.platform.house import House
from doorstep.platform.tasks import Worker
from doorstep.stages import feedback, inventory, orders, shipping
from doorstep.stages.feedback import ReturnAsk
from doorstep.stages.orders.acts import hold_parts
from doorstep.stages.orders.model.holding import Parts
from tests.platform.people import add_person, sign_in
from tests.worlds.changes import lines_of
from tests.worlds.feedback import Doorstep
from tests.worlds.orders import by_card, contact, place_one, place_verdict

HTML = {"accept": "text/html"}
NONE = "\N{EN DASH}"
TIMES = "\N{MULTIPLICATION SIGN}"


@pytest.fixture
async def door(worker: Worker, tenant: UUID) -> Doorstep:
    """Northside, open for business."""
    return await Doorstep(worker, tenant).open()  # type: ignore[return-value]


@pytest.fixture
async def desk(
    web_client: httpx.AsyncClient, house: House, tenant: UUID, door: Doorstep
) -> httpx.AsyncClient:
    """A manager's browser, signed in."""
    await sign_in(web_client, await add_person(house, tenant, Role.MANAGER))
    return web_client


async def why(client: httpx.AsyncClient, order_id: UUID) -> list[str]:
    """What the page says keeps an order."""
    shown = (await client.get(f"/orders/{order_id}", headers=HTML)).text
    panel = re.search(
        r'<caption class="unseen">Why the order has not shipped</caption>(.*?)</table>', shown, re.DOTALL
    )
    return re.findall(r'<th scope="row">(.*?)</th>', panel[1]) if panel else []


async def pieces(client: httpx.AsyncClient, order_id: UUID) -> list[str]:
    """Ordered, reserved, picked, shipped and returned pieces of the first line, as the page says them."""
    shown = (await client.get(f"/orders/{order_id}", headers=HTML)).text
    return re.findall(
        r'<td data-label="(?:Ordered|Reserved|Picked|Shipped|Returned)" class="number">(.*?)</td>', shown
    )[:5]


async def test_it_says_what_keeps_an_order_at_every_station(desk: httpx.AsyncClient, door: Doorstep) -> None:
    order_id = await door.place({"A": 2})
    assert await why(desk, order_id) == ["No floor has it yet"]
    await door.settle()
    assert await why(desk, order_id) == ["Cart 1001 at Northside warehouse was taken by nobody yet"]
    assert await pieces(desk, order_id) == ["2", "2", NONE, NONE, NONE]
    cart = await door.take()
    assert await why(desk, order_id) == ["It is picked with cart 1001 at Northside warehouse"]
    await door.walk(cart)
    assert await why(desk, order_id) == ["It is picked and waits to be packed at Northside warehouse"]
    await door.pack(order_id)
    assert (await pieces(desk, order_id))[:3] == ["2", "2", "2"]
    await door.settle()
    [said] = await why(desk, order_id)
    assert re.fullmatch(r"Parcel P-\d+ waits for .+ to take it over", said)
    code = await door.ask("SELECT tracking_number FROM shipping.labels WHERE order_id = %s", order_id)
    async with door.tx() as tx:
        await shipping.hand_over(tx, [code])
    assert await why(desk, order_id) == []
    assert await pieces(desk, order_id) == ["2", NONE, "2", "2", NONE]


async def test_it_says_what_holds_an_order_and_what_a_release_and_a_cancellation_come_to(
    desk: httpx.AsyncClient, door: Doorstep
) -> None:
    async with door.tx() as tx:
        held = (await place_verdict(tx, by_card({"A": 2}, ship_to=contact(city="none")))).order_id
        assert held is not None
        await orders.hold(tx, [held], "fraud", "five in a minute")
    said = await why(desk, held)
    assert "Held for fraud: five in a minute" in said
    assert any(one.startswith("30.00 EUR by card") for one in said)
    shown = (await desk.get(f"/orders/{held}", headers=HTML)).text
    for text in (
        "Then it is still held for address.",
        f"Goods that go free: 2 {TIMES} A at Northside",
        "30.00 EUR by card are not taken.",
    ):
        assert text in shown, text


async def test_a_held_line_is_named_and_its_parcel_does_not_pass_the_dock(
    desk: httpx.AsyncClient, door: Doorstep
) -> None:
    [order_id] = await door.packed({"A": 2, "B": 1})
    async with door.tx() as tx:
        line = (await lines_of(tx, order_id))["B"]
        await hold_parts(tx, order_id, Parts((line,)), orders.HoldReason.MANUAL, "wrong print")
    code = await door.ask("SELECT tracking_number FROM shipping.labels WHERE order_id = %s", order_id)
    async with door.tx() as tx:
        [said] = await shipping.hand_over(tx, [code])
    assert said.verdict == "stopped"
    assert "holds goods of a held part of its order" in said.message
    shown = (await desk.get(f"/orders/{order_id}", headers=HTML)).text
    for text in (
        "Held parts",
        "wrong print",
        "Release Field guide",
        "A part of it is held; the rest goes on",
    ):
        assert text in shown, text
    await door.settle()
    assert await door.states(order_id) == ["canceled", "batched"]
    assert await door.wrong() == {}


async def test_pieces_that_nobody_has_are_told(desk: httpx.AsyncClient, door: Doorstep) -> None:
    async with door.tx() as tx:
        order_id = await place_one(tx, {"A": 2})
        await inventory.release(tx, [order_id], "gone")
    assert (await why(desk, order_id))[0] == "2 pieces are promised to nobody"


async def test_what_came_back_is_counted_on_its_line(desk: httpx.AsyncClient, door: Doorstep) -> None:
    [order_id] = await door.delivered({"A": 2})
    line_id = await door.line(order_id)
    async with door.tx() as tx:
        return_id = await feedback.ask_return(tx, order_id, [ReturnAsk(line_id, 2)], "changed_mind")
    assert (await pieces(desk, order_id))[-1] == NONE
    async with door.tx() as tx:
        [item] = await feedback.items_of(tx, return_id)
        await feedback.receive_return(tx, return_id, {(item.line_id, item.product_id): 1})
    assert (await pieces(desk, order_id))[-1] == "1"


async def test_a_promise_says_why_in_words(desk: httpx.AsyncClient, door: Doorstep) -> None:
    order_id = await door.place({"A": 1})
    await door.settle()
    shown = (await desk.get(f"/orders/{order_id}", headers=HTML)).text
    assert "because: it came " in shown
    assert "why: " not in shown
    assert "because: it came " in (await desk.get(f"/tower/orders/{order_id}", headers=HTML)).text
