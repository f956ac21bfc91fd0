"""One queue of what needs a person, by owner and age, each with one thing to do next; what a hold says is not said twice."""

from datetime import timedelta
from uuid import UUID

import httpx
import pytest

from doorstep.platform.auth import Role
from doorstep.platform.house import House
from doorstep.platform.tasks import Worker
from doorstep.stages import orders
from doorstep.stages.orders.acts.channels import shops
from doorstep.tower.exceptions import NEXT, Trouble, by_owner, exceptions
from tests.platform.people import add_person, sign_in
from tests.worlds.catalog import WORLD
from tests.worlds.feedback import Doorstep
from tests.worlds.orders import by_card, place_verdict, shop_of

HTML = {"accept": "text/html"}


@pytest.fixture
async def door(worker: Worker, tenant: UUID) -> Doorstep:
    """Northside, open for business."""
    return await Doorstep(worker, tenant).open()  # type: ignore[return-value]


async def found(door: Doorstep) -> list[Trouble]:
    """The queue."""
    async with door.tx() as tx:
        return await exceptions(tx)


async def set_state(door: Doorstep, statement: str, *values: object) -> None:
    """Bring something into a state that its partner alone could bring it to."""
    async with door.tx() as tx:
        await tx.connection.execute(statement.encode(), values)


async def test_a_hold_waits_for_its_owner_and_finished_orders_do_not(door: Doorstep) -> None:
    held, gone = await door.place({"A": 1}), await door.place({"A": 1})
    async with door.tx() as tx:
        await orders.hold(tx, [held, gone], "address", "no such street")
        await orders.cancel(tx, [gone], "test")
    [one] = await found(door)
    assert (one.what, one.owner, one.why, one.order_id) == (
        "hold",
        "customers",
        "address: no such street",
        held,
    )
    assert (one.next, one.href) == ("Ask the customer, and change the address", f"/orders/{held}/change")


async def test_a_refused_payment_is_told_until_a_hold_tells_it(door: Doorstep) -> None:
    async with door.tx() as tx:
        order_id = (await place_verdict(tx, by_card({"A": 1}))).order_id
    assert order_id is not None
    await set_state(
        door,
        "UPDATE orders.payments SET state = 'declined', declined = 'no_funds' WHERE tenant_id = %s AND order_id = %s",
        door.tenant_id,
        order_id,
    )
    [one] = await found(door)
    assert (one.what, one.owner, one.why) == ("payment", "payments", "card declined: no funds")
    await set_state(door, "UPDATE orders.payments SET state = 'unknown' WHERE tenant_id = %s", door.tenant_id)
    [silent] = await found(door)
    assert (silent.why, silent.next) == (
        "card: the processor has not answered",
        "Look it up at the processor, if it does not answer",
    )
    async with door.tx() as tx:
        await orders.hold(tx, [order_id], "payment", "declined")
    assert [one.what for one in await found(door)] == ["hold"]


async def test_what_should_have_left_is_told_unless_something_holds_it(door: Doorstep) -> None:
    late, held = await door.place({"A": 1}), await door.place({"A": 1})
    async with door.tx() as tx:
        at = tx.now + timedelta(hours=1)
        for order_id in (late, held):
            await orders.promise(tx, {order_id: orders.Promise(at, at, {}, tx.now - timedelta(hours=1))})
        await orders.hold(tx, [held], "manual", "wait")
    assert {(one.what, one.order_id) for one in await found(door)} == {("late", late), ("hold", held)}


async def test_missing_goods_are_told_once(door: Doorstep) -> None:
    [order_id] = await door.work({"A": 2})
    await set_state(
        door, "UPDATE warehouse.fulfillments SET state = 'short' WHERE tenant_id = %s", door.tenant_id
    )
    [one] = await found(door)
    assert (one.what, one.owner, one.order_id) == ("short", "stock", order_id)
    async with door.tx() as tx:
        await orders.hold(tx, [order_id], "out_of_stock", "2 of Stoneware mug are missing.")
    assert [one.what for one in await found(door)] == ["hold"]


async def test_refused_labels_failed_messages_and_lost_parcels_lead_to_where_they_are_mended(
    door: Doorstep,
) -> None:
    [order_id] = await door.packed({"A": 1})
    await door.settle()
    label = await door.ask("SELECT id FROM shipping.labels WHERE order_id = %s", order_id)
    await set_state(
        door,
        "UPDATE shipping.labels SET state = 'refused', refusal = 'too heavy' WHERE tenant_id = %s",
        door.tenant_id,
    )
    await set_state(
        door,
        "UPDATE tracking.messages SET state = 'failed', refusal = 'no such box' WHERE tenant_id = %s AND order_id = %s",
        door.tenant_id,
        order_id,
    )
    told = {one.what: one for one in await found(door)}
    assert (told["label"].why, told["label"].href) == ("too heavy", f"/shipping/labels/{label}")
    assert told["message"].why.startswith("not sent: ")
    assert told["message"].why.endswith(", no such box")


async def test_a_refused_order_of_a_channel_has_no_order_and_names_its_shop(door: Doorstep) -> None:
    async with door.tx() as tx:
        shop_id = await shops.connect_shop(tx, shop_of(WORLD.merchant))
        await tx.connection.execute(
            b"INSERT INTO orders.shop_orders (tenant_id, shop_id, ref, hearing, shown, version, progress, body, heard_at, via,"
            b" folded_at, outcome, faults) VALUES (%s, %s, '1', %s, '#1', now(), 0, '{}', now(), 'call', now(), 'refused',"
            b""" '[{"message": "There is no article X."}]')""",
            [door.tenant_id, shop_id, shop_id],
        )
    [one] = await found(door)
    assert (one.what, one.owner, one.order_id, one.named) == ("channel", "channels", None, "juniper-shop")
    assert (one.why, one.href) == ("#1: There is no article X.", f"/channels/{shop_id}")


def test_each_kind_has_one_thing_to_do_next() -> None:
    for what in NEXT:
        one = Trouble(what, "desk", "", None, WORLD.a, WORLD.b, 1, "address")
        assert one.next
        assert one.href.startswith("/")
        assert "{" not in one.href
    assert by_owner([]) == {}


async def test_the_page_shows_owners_with_their_counts_and_nothing_of_others(
    web_client: httpx.AsyncClient, house: House, tenant: UUID, door: Doorstep
) -> None:
    order_id = await door.place({"A": 1})
    async with door.tx() as tx:
        await orders.hold(tx, [order_id], "fraud", "five in a minute")
        await orders.hold(tx, [order_id], "manual", "call")
    await sign_in(web_client, await add_person(house, tenant, Role.MANAGER))
    shown = (await web_client.get("/exceptions", headers=HTML)).text
    for said in (
        'Risk<span class="count">1</span>',
        'All<span class="count">2</span>',
        "fraud: five in a minute",
    ):
        assert said in shown, said
    risk = (await web_client.get("/exceptions?owner=risk", headers=HTML)).text
    assert "five in a minute" in risk
    assert "manual: call" not in risk
    assert "Nothing needs you" in (await web_client.get("/exceptions?owner=nobody", headers=HTML)).text
