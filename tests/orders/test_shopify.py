"""Shopify: its whole conversation over HTTP. Twice, late, in another sequence or missed for an hour: the same final state."""

import json
import random
from collections.abc import AsyncIterator
from itertools import permutations
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest

from doorstep.platform.config import Settings
from doorstep.stages import inventory, orders
from doorstep.stages.inventory import Buffer
from doorstep.stages.orders import ParcelLeft
from doorstep.stages.orders.acts.channels import hearing, levels
from doorstep.stages.orders.acts.channels.shops import NewShop
from doorstep.stages.orders.model.shops import CALLED_OFF, Said, ShopKind
from doorstep.stages.orders.ports.channels.shopify.reading import read_order
from doorstep.world.shopify import ShopifyShop, serve_shopify
from tests.conftest import NOON
from tests.datasets import sample_files
from tests.orders.shops import ANA, Selling, selling
from tests.worlds.catalog import WORLD
from tests.worlds.inventory import receive, wish

Juniper = tuple[Selling, ShopifyShop]


@pytest.fixture
async def juniper(settings: Settings, tenant: UUID) -> AsyncIterator[Juniper]:
    """Juniper's shop at Shopify, connected."""
    shop = ShopifyShop()
    shop.stock("A", "B", "C", "NOT-OURS")
    async with serve_shopify(shop) as url:
        new = NewShop(
            code="juniper-shop", kind=ShopKind.SHOPIFY, merchant_id=WORLD.merchant, base_url=url, api_key=shop.token,
            hook_secret=shop.secret, location="487838322", since=NOON,
        )  # fmt: skip
        async with selling(settings, tenant, new) as (house, hook):
            shop.hook = hook
            yield house, shop


async def test_an_order_comes_in_by_a_call_and_is_accepted(juniper: Juniper) -> None:
    house, shop = juniper
    number = await shop.sell({"A": (2, "12.50"), "B": (1, "20.00")}, ANA)
    await house.fold()
    assert (await house.heard())[str(number)].outcome == "created"
    assert (await house.state())["orders"] == {str(number): ("accepted", [])}


async def test_a_call_in_the_same_instant_twice_and_its_late_repeats_make_one_order(juniper: Juniper) -> None:
    house, shop = juniper
    shop.deaf = True
    await shop.sell({"A": (1, "12.50")}, ANA)
    await shop.catch_up(lambda calls: calls * 5)
    await house.fold()
    once = await house.state()
    assert once["stock"][WORLD.a] == 99
    await house.settle()
    assert await house.state() == once


async def story(shop: ShopifyShop) -> None:
    """Three orders: paid after a while, canceled, and changed by nothing but a note; in the same second where that may be."""
    first = await shop.sell({"A": (1, "12.50")}, ANA, financial_status="pending")
    await shop.change(first, "orders/paid", seconds=0, financial_status="paid")
    second = await shop.sell({"B": (2, "20.00")}, ANA)
    await shop.change(second, f"orders/{CALLED_OFF}", cancelled_at=shop.tick())
    third = await shop.sell({"C": (1, "89.90")}, ANA, financial_status="pending")
    await shop.change(third, "orders/updated", note="Leave it at the door")


EXPECTED = {
    "outcomes": {"5000": "created", "5001": "canceled", "5002": "held"},
    "orders": {"5000": ("accepted", []), "5002": ("held", ["payment"])},
    "stock": {WORLD.a: 99, WORLD.b: 100, WORLD.c: 29},
}


@pytest.mark.proves("O8")
async def test_calls_in_any_sequence_and_number_end_in_the_same_state(juniper: Juniper) -> None:
    house, shop = juniper
    shop.deaf = True
    await story(shop)
    dice = random.Random(4)
    calls = list(shop.kept_back)
    for one in dice.sample(list(permutations(calls[:2])), 2):
        shop.kept_back = [*one, *dice.sample(calls[2:], 4), *dice.choices(calls, k=3)]
        await shop.catch_up()
        await house.fold()
    assert await house.state() == EXPECTED


async def test_each_call_folded_before_the_next_one_ends_in_the_same_state(juniper: Juniper) -> None:
    house, shop = juniper
    shop.deaf = True
    await story(shop)
    for call in reversed(shop.kept_back):
        await shop.send(*call)
        await house.fold()
    assert await house.state() == EXPECTED


@pytest.mark.proves("O8")
async def test_what_was_missed_for_an_hour_is_found_by_the_poll(juniper: Juniper) -> None:
    house, shop = juniper
    shop.deaf, shop.page = True, 2
    await story(shop)
    await house.settle()
    assert await house.state() == EXPECTED
    assert {one.via for one in (await house.heard()).values()} == {"poll"}
    await shop.catch_up(lambda calls: calls[::-1])
    await house.fold()
    assert await house.state() == EXPECTED


async def test_a_call_that_the_shop_did_not_sign_changes_nothing(juniper: Juniper) -> None:
    house, shop = juniper
    shop.deaf = True
    await shop.sell({"A": (1, "12.50")}, ANA)
    (call,) = shop.kept_back
    assert await shop.send(*call, secret="another") == 401
    assert await shop.send(call[0], call[1], call[2] + b" ", secret=None) == 200, (
        "signed anew, over other bytes"
    )
    assert await shop.send("orders/create", "x", b"not json") == 200
    assert "cannot be understood" in str((await house.shop()).error)


async def test_a_deleted_order_is_canceled_and_other_topics_are_left_alone(juniper: Juniper) -> None:
    house, shop = juniper
    number = await shop.sell({"A": (1, "12.50")}, ANA)
    await house.fold()
    shop.tick()
    assert await shop.send("products/update", "p", b"{}") == 200
    assert await shop.send("orders/delete", "d", msgspec.json.encode({"id": number})) == 200
    await house.fold()
    assert (await house.state())["outcomes"] == {str(number): "canceled"}


async def test_what_cannot_come_in_is_refused_with_its_reason_and_tried_again(juniper: Juniper) -> None:
    house, shop = juniper
    await shop.sell({"NOT-OURS": (1, "5.00")}, ANA)
    await shop.sell({"A": (5000, "1.00")}, ANA)
    await shop.sell({"A": (1, "12.50")}, {**ANA, "zip": "94"})
    await shop.sell({"A": (1, "12.50")}, ANA, total_price="99.00")
    await house.fold()
    heard = await house.heard()
    assert {one.outcome for one in heard.values()} == {"refused"}
    assert [{fault["code"] for fault in heard[str(5000 + i)].faults} for i in range(3)] == [
        {"unknown_sku"}, {"unavailable"}, {"postal_code"}
    ]  # fmt: skip
    assert any("total" in fault["pointer"] for fault in heard["5003"].faults)
    async with house.house.db.transaction(house.tenant, actor="test") as tx:
        await receive(tx, WORLD.a, 6000)
        assert await hearing.hear_again(tx, house.shop_id, "5001") == 1
    await house.fold()
    assert (await house.heard())["5001"].outcome == "created"


async def test_an_order_that_changes_at_the_shop_is_held_until_somebody_has_looked(juniper: Juniper) -> None:
    house, shop = juniper
    number = await shop.sell({"A": (1, "12.50")}, ANA)
    await house.fold()
    await shop.change(number, "orders/updated", shipping_address={**ANA, "city": "Vaduz", "zip": "9490"})
    await house.fold()
    heard = (await house.heard())[str(number)]
    assert (heard.outcome, {fault["pointer"] for fault in heard.faults}) == (
        "changed",
        {"/ship_to/city", "/ship_to/postal_code"},
    )
    assert (await house.state())["orders"] == {str(number): ("held", ["manual"])}


async def test_what_left_already_is_not_called_back_by_a_cancel_at_the_shop(juniper: Juniper) -> None:
    house, shop = juniper
    number = await shop.sell({"A": (1, "12.50")}, ANA)
    await house.fold()
    order_id = (await house.heard())[str(number)].order_id
    assert order_id is not None
    async with house.house.db.transaction(house.tenant, actor="test") as tx:
        assert await orders.start_shipping(tx, [order_id]) == []
    await shop.change(number, f"orders/{CALLED_OFF}", cancelled_at=shop.tick())
    await house.fold()
    heard = (await house.heard())[str(number)]
    assert (heard.outcome, [fault["code"] for fault in heard.faults]) == ("changed", ["left_already"])


async def left(house: Selling, number: int, tracking: str, lines: dict[str, int], *, last: bool) -> UUID:
    """Let a parcel of an order leave."""
    order_id = (await house.heard())[str(number)].order_id
    assert order_id is not None
    parcel_id = uuid4()
    async with house.house.db.transaction(house.tenant, actor="test") as tx:
        parcel = ParcelLeft(parcel_id, order_id, tracking, "Parcelo", lines, last)
        await orders.start_shipping(tx, [order_id])
        await orders.tell_shops(tx, [parcel])
        await orders.tell_shops(tx, [parcel])
    return parcel_id


async def test_parcels_are_told_with_their_numbers_and_in_parts(juniper: Juniper) -> None:
    house, shop = juniper
    number = await shop.sell({"A": (2, "12.50"), "B": (1, "20.00")}, ANA)
    await house.fold()
    await left(house, number, "P-1", {"A": 1}, last=False)
    await house.fold()
    assert shop.orders[number]["fulfillment_status"] == "partial"
    await left(house, number, "P-2", {"A": 1, "B": 1}, last=True)
    await house.fold()
    assert [one["tracking_number"] for one in shop.made[number]] == ["P-1", "P-2"]
    assert shop.made[number][0]["tracking_url"].startswith("http")
    assert shop.orders[number]["fulfillment_status"] == "fulfilled"
    await house.settle()
    assert (await house.state())["outcomes"] == {str(number): "created"}, (
        "our own word comes back, and changes nothing"
    )


@pytest.mark.parametrize(
    "mishaps", [["none", "none", "none", "late"], ["down"], ["busy"], ["none", "none", "none", "down"]]
)
async def test_a_parcel_is_told_once_whatever_gets_lost_on_the_way(
    juniper: Juniper, mishaps: list[str]
) -> None:
    house, shop = juniper
    number = await shop.sell({"A": (1, "12.50")}, ANA)
    await house.fold()
    shop.befall(*mishaps)
    await left(house, number, "P-1", {"A": 1}, last=True)
    await house.fold()
    assert (await house.shop()).error is not None
    shop.next.clear()
    await house.settle()
    assert len(shop.made[number]) == 1
    assert (await house.shop()).error is None


async def test_stock_levels_follow_what_can_be_sold_and_are_told_only_when_they_change(
    juniper: Juniper,
) -> None:
    house, shop = juniper
    await house.settle()
    assert {sku: shop.levels.get(item) for sku, item in shop.goods.items()} == {
        "A": 100,
        "B": 100,
        "C": 30,
        "NOT-OURS": None,
    }
    shop.asked.clear()
    await shop.sell({"A": (3, "12.50")}, ANA)
    await house.fold()
    assert shop.levels[shop.goods["A"]] == 97, "told by the change itself, no timer is waited for"
    await house.settle()
    assert [one for one in shop.asked if "inventory_levels" in one] == ["POST inventory_levels/set.json"]


async def test_what_is_kept_back_from_a_shop_is_not_told_to_it(juniper: Juniper) -> None:
    house, shop = juniper
    await house.settle()
    async with house.house.db.transaction(house.tenant, actor="test") as tx:
        await levels.keep_back(tx, house.shop_id, Buffer(10, {WORLD.c: 40}))
    shop.asked.clear()
    await house.fold()
    assert {sku: shop.levels[shop.goods[sku]] for sku in "ABC"} == {"A": 90, "B": 90, "C": 0}
    shop.asked.clear()
    async with house.house.db.transaction(house.tenant, actor="test") as tx:
        await inventory.reserve(tx, [wish(WORLD.c, 2)])
    await house.fold()
    assert [one for one in shop.asked if "inventory_levels" in one] == [], "still none of it"


async def test_a_shop_that_was_away_is_told_the_newest_count_only(juniper: Juniper) -> None:
    house, shop = juniper
    await house.settle()
    shop.asked.clear()
    for _ in range(3):
        shop.befall("busy")
        async with house.house.db.transaction(house.tenant, actor="test") as tx:
            await inventory.reserve(tx, [wish(WORLD.c, 2)])
        await house.fold()
        await house.rest()
    shop.asked.clear()
    await house.settle()
    assert shop.levels[shop.goods["C"]] == 24
    assert len([one for one in shop.asked if "inventory_levels" in one]) == 1


async def test_a_shop_that_is_busy_is_left_in_peace_for_as_long_as_it_asks(juniper: Juniper) -> None:
    house, shop = juniper
    await house.settle()
    shop.befall("busy")
    await house.settle()
    found = await house.shop()
    assert found.resumes_at is not None
    assert (found.resumes_at - NOON).total_seconds() == 2
    shop.asked.clear()
    async with house.house.db.transaction(house.tenant, actor="test") as tx:
        await tx.connection.execute(
            "UPDATE platform.tasks SET due_at = now() WHERE tenant_id = %s", [house.tenant]
        )
    await house.fold()
    assert shop.asked == []


async def test_a_wrong_key_is_said_where_people_look(juniper: Juniper) -> None:
    house, shop = juniper
    shop.token = "changed"
    await house.settle()
    assert "check the key" in str((await house.shop()).error)


def sample(**changed: Any) -> bytes:
    """An order with a discount, tax, a gift card and a tip."""
    line = {
        "id": 1,
        "sku": "A",
        "quantity": 3,
        "price": "10.00",
        "discount_allocations": [{"amount": "3.00"}],
        "tax_lines": [{"price": "2.70"}],
    }
    card = {"id": 2, "sku": None, "quantity": 1, "price": "25.00", "requires_shipping": False}
    values = {
        "id": 7, "name": "#7", "currency": "EUR", "updated_at": "2026-03-01T10:00:00+01:00", "total_price": "61.70", "total_tax": "2.70",
        "total_discounts": "3.00", "total_tip_received": "2.00", "line_items": [line, card], "shipping_lines": [{"price": "5.00"}],
        "shipping_address": ANA, "financial_status": "paid",
    }  # fmt: skip
    return json.dumps({**values, **changed}).encode()


def test_what_needs_no_parcel_does_not_count_and_a_tip_is_not_ours() -> None:
    asked = read_order(sample()).asked
    assert [
        (line["sku"], line["quantity"], line["unit_minor"], line["discount_minor"], line["tax_minor"])
        for line in asked["lines"]
    ] == [("A", 3, 1000, 300, 270)]
    assert (asked["total_minor"], asked["shipping_minor"], asked["discount_minor"], asked["tax_minor"]) == (
        3470,
        500,
        0,
        0,
    )


def test_units_that_were_refunded_are_not_shipped_and_do_not_count() -> None:
    refunds = [{"refund_line_items": [{"line_item_id": 1, "quantity": 1}]}]
    (line,) = read_order(sample(refunds=refunds)).asked["lines"]
    assert (line["quantity"], line["discount_minor"], line["tax_minor"]) == (2, 200, 180)


def test_what_was_shipped_before_we_heard_of_it_is_not_shipped_again() -> None:
    line = {"id": 1, "sku": "A", "quantity": 3, "price": "10.00", "fulfillable_quantity": 1}
    body = sample(fulfillment_status="partial", line_items=[line])
    assert [read_order(body, first=first).asked["lines"][0]["quantity"] for first in (True, False)] == [1, 3]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"financial_status": "pending"}, Said.WAITING), ({"financial_status": "authorized"}, Said.READY),
        ({"financial_status": "refunded"}, Said.GONE), ({"financial_status": "voided"}, Said.GONE),
        ({"fulfillment_status": "fulfilled"}, Said.DONE), ({"cancelled_at": "2026-03-01T11:00:00Z"}, Said.GONE),
        ({"refunds": [{"refund_line_items": [{"line_item_id": 1, "quantity": 3}, {"line_item_id": 2, "quantity": 1}]}]}, Said.GONE),
    ],
)  # fmt: skip
def test_what_a_shop_says_of_an_order_is_one_of_four_things(changed: dict[str, Any], said: Said) -> None:
    assert read_order(sample(**changed)).said is said


def test_prices_that_hold_the_tax_add_none() -> None:
    asked = read_order(sample(taxes_included=True, total_price="59.00")).asked
    assert [line["tax_minor"] for line in asked["lines"]] == [0]


@pytest.mark.proves("E8")
@pytest.mark.parametrize("path", sample_files("shopify", "*order*.json"), ids=lambda path: path.stem)
async def test_every_sample_of_an_order_comes_in_or_is_refused_with_a_typed_reason(
    juniper: Juniper, path: Path
) -> None:
    house, shop = juniper
    found = msgspec.json.decode(path.read_bytes())  # noqa: ASYNC240 - a small file
    some = next(iter(found.values()))
    for i, one in enumerate(some if isinstance(some, list) else [some]):
        assert await shop.send("orders/create", f"sample-{i}", msgspec.json.encode(one)) == 200
    await house.fold()
    for heard in (await house.heard()).values():
        assert heard.outcome in ("created", "held", "canceled", "done") or all(
            fault["code"] for fault in heard.faults
        )
        assert heard.outcome != "refused" or heard.faults
    if not await house.heard():
        assert "cannot be understood" in str((await house.shop()).error)
