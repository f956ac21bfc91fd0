"""WooCommerce: its whole conversation over HTTP. Twice, late, in another sequence or missed for an hour: the same final state."""

import json
import random
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.platform.config import Settings
from doorstep.stages import orders
from doorstep.stages.orders import ParcelLeft
from doorstep.stages.orders.acts.channels.shops import NewShop
from doorstep.stages.orders.model.shops import CALLED_OFF, Said, ShopKind
from doorstep.stages.orders.ports.channels import woocommerce
from doorstep.stages.orders.ports.channels.woocommerce import speaking
from doorstep.stages.orders.ports.channels.woocommerce.reading import read_order
from doorstep.stages.orders.rules.shops import by_units
from doorstep.world.woocommerce import WooShop, serve_woocommerce
from tests.conftest import NOON
from tests.datasets import sample_files
from tests.orders.shops import Selling, selling
from tests.worlds.catalog import WORLD

Juniper = tuple[Selling, WooShop]
ANA = {
    "first_name": "Ana",
    "last_name": "Keller",
    "address_1": "Im Rietle 14",
    "city": "Schaan",
    "postcode": "9494",
    "country": "LI",
}
STORY = {
    "outcomes": {"700": "created", "701": "canceled", "702": "held"},
    "orders": {"700": ("accepted", []), "702": ("held", ["payment"])},
    "stock": {WORLD.a: 99, WORLD.b: 100, WORLD.c: 29},
}


@pytest.fixture
async def juniper(settings: Settings, tenant: Any, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Juniper]:
    """Juniper's shop of WooCommerce, connected; its lists come in small pages."""
    monkeypatch.setattr(speaking, "PAGE", 2)
    shop = WooShop()
    shop.goods = {(11,): "A", (12,): "B", (20, 21): "C", (20, 22): "NOT-OURS"}
    async with serve_woocommerce(shop) as url:
        new = NewShop(
            code="juniper-woo", kind=ShopKind.WOOCOMMERCE, merchant_id=WORLD.merchant, base_url=url, api_key=shop.key,
            api_secret=shop.password, hook_secret=shop.secret, since=NOON,
        )  # fmt: skip
        async with selling(settings, tenant, new) as (house, hook):
            shop.hook = hook
            yield house, shop


async def story(shop: WooShop) -> None:
    """Three orders: paid after a while in the same second, canceled, and not paid."""
    first = await shop.sell({"A": (1, "12.50")}, ANA, status="on-hold")
    await shop.change(first, seconds=0, status="processing")
    second = await shop.sell({"B": (2, "40.00")}, ANA)
    await shop.change(second, status=CALLED_OFF)
    third = await shop.sell({"C": (1, "89.90")}, ANA, status="pending")
    await shop.change(third, customer_note="Leave it at the door")


async def test_an_order_comes_in_by_a_call_and_is_accepted(juniper: Juniper) -> None:
    house, shop = juniper
    number = await shop.sell({"A": (2, "25.00"), "B": (1, "20.00")}, ANA)
    await house.fold()
    assert (await house.state())["orders"] == {str(number): ("accepted", [])}


@pytest.mark.proves("O8")
@pytest.mark.parametrize("seed", [1, 2])
async def test_calls_in_any_sequence_and_number_end_in_the_same_state(juniper: Juniper, seed: int) -> None:
    house, shop = juniper
    shop.deaf = True
    await story(shop)
    dice = random.Random(seed)
    for call in [*dice.sample(shop.kept_back, 6), *dice.choices(shop.kept_back, k=4)]:
        assert await shop.send(*call) == 200
        if dice.random() < 0.5:
            await house.fold()
    await house.fold()
    assert await house.state() == STORY


@pytest.mark.proves("O8")
async def test_what_was_missed_for_an_hour_is_found_by_the_poll(juniper: Juniper) -> None:
    house, shop = juniper
    shop.deaf = True
    await story(shop)
    await house.settle()
    assert await house.state() == STORY
    await shop.catch_up(lambda calls: calls[::-1] * 2)
    await house.fold()
    assert await house.state() == STORY


async def test_a_call_that_the_shop_did_not_sign_changes_nothing_and_a_new_webhook_may_knock(
    juniper: Juniper,
) -> None:
    house, shop = juniper
    shop.deaf = True
    await shop.sell({"A": (1, "12.50")}, ANA)
    assert await shop.send(*shop.kept_back[0], secret="another") == 401
    async with httpx.AsyncClient() as client:
        assert (await client.post(shop.hook or "", data={"webhook_id": "12"})).status_code == 200
    assert await house.heard() == {}
    assert (await house.shop()).heard_at is None


async def test_a_deleted_order_is_canceled(juniper: Juniper) -> None:
    house, shop = juniper
    number = await shop.sell({"A": (1, "12.50")}, ANA)
    await house.fold()
    del shop.orders[number]
    assert await shop.send("order.deleted", "d", msgspec.json.encode({"id": number})) == 200
    await house.settle()
    assert (await house.state())["outcomes"] == {str(number): "canceled"}


async def test_an_order_without_an_article_number_is_refused_with_what_to_do(juniper: Juniper) -> None:
    house, shop = juniper
    number = await shop.sell({"": (1, "12.50")}, ANA)
    await house.fold()
    heard = (await house.heard())[str(number)]
    assert (heard.outcome, heard.faults[0]["code"]) == ("refused", "missing_sku")
    assert heard.faults[0]["message"].startswith("Line 1 has no SKU at the shop.")


@pytest.mark.parametrize(
    "mishaps", [[], ["none", "late"], ["down"], ["busy"], ["none", "none", "none", "late"]]
)
async def test_a_parcel_is_told_once_and_the_last_one_completes_the_order(
    juniper: Juniper, mishaps: list[str]
) -> None:
    house, shop = juniper
    number = await shop.sell({"A": (2, "25.00")}, ANA)
    await house.fold()
    order_id = (await house.heard())[str(number)].order_id
    assert order_id is not None
    shop.befall(*mishaps)
    async with house.house.db.transaction(house.tenant, actor="test") as tx:
        await orders.start_shipping(tx, [order_id])
        await orders.tell_shops(tx, [ParcelLeft(uuid4(), order_id, "P-1", "Parcelo", {"A": 1}, last=False)])
        await orders.tell_shops(tx, [ParcelLeft(uuid4(), order_id, "P-11", "Parcelo", {"A": 1}, last=True)])
    await house.fold()
    shop.next.clear()
    await house.settle()
    assert sorted(note["note"].split(":")[0].rsplit(" ", 1)[1] for note in shop.notes[number]) == [
        "P-1",
        "P-11",
    ]
    assert shop.orders[number]["status"] == "completed"
    await house.settle()
    assert (await house.state())["outcomes"] == {str(number): "created"}


async def test_stock_levels_are_told_of_products_and_of_variations(juniper: Juniper) -> None:
    house, shop = juniper
    await house.settle()
    assert shop.levels == {(11,): 100, (12,): 100, (20, 21): 30}
    shop.asked.clear()
    await shop.sell({"C": (2, "179.80")}, ANA)
    await house.fold()
    assert shop.levels[20, 21] == 28
    await house.settle()
    assert [one for one in shop.asked if one.startswith("POST")] == ["POST products/20/variations/batch"]


async def test_a_wrong_key_is_said_where_people_look(juniper: Juniper) -> None:
    house, shop = juniper
    shop.password = "changed"
    await house.settle()
    assert "check the key" in str((await house.shop()).error)


def sample(**changed: Any) -> bytes:
    """An order with a coupon, tax, shipping and fees."""
    line = {"id": 1, "sku": "A", "quantity": 3, "subtotal": "10.00", "total": "9.00", "total_tax": "1.71"}
    values = {
        "id": 7, "number": "7", "status": "processing", "currency": "EUR", "date_modified_gmt": "2026-03-01T10:00:00", "total": "17.66",
        "shipping_total": "5.00", "shipping_tax": "0.95", "line_items": [line], "billing": ANA,
        "fee_lines": [{"total": "2.00", "total_tax": "0.00"}, {"total": "-1.00", "total_tax": "0.00"}],
    }  # fmt: skip
    return json.dumps({**values, **changed}).encode()


def test_what_was_paid_for_a_line_is_exact_although_its_units_do_not_divide_it() -> None:
    asked = read_order(sample()).asked
    (line,) = asked["lines"]
    assert (line["unit_minor"], line["discount_minor"], line["tax_minor"]) == (334, 102, 171)
    assert (asked["shipping_minor"], asked["discount_minor"], asked["tax_minor"]) == (700, 100, 95)
    due = 3 * 334 - 102 + 171 + 700 - 100 + 95
    assert asked["total_minor"] == due == 1766


@given(st.integers(0, 10**9), st.integers(0, 10**9), st.integers(1, 1000))
def test_units_price_and_discount_add_up_to_what_was_paid(total: int, paid: int, quantity: int) -> None:
    unit, off = by_units(total, paid, quantity)
    assert unit * quantity - off == paid
    assert off >= 0


def test_a_parcel_goes_where_the_bill_goes_when_nothing_else_is_said() -> None:
    assert read_order(sample()).asked["ship_to"]["street"] == "Im Rietle 14"


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("pending", Said.WAITING), ("on-hold", Said.WAITING), ("processing", Said.READY), ("completed", Said.DONE),
        (CALLED_OFF, Said.GONE), ("refunded", Said.GONE), ("failed", Said.GONE), ("made-up-by-a-plug-in", Said.WAITING),
    ],
)  # fmt: skip
def test_a_status_says_one_of_four_things(status: str, said: Said) -> None:
    assert read_order(sample(status=status)).said is said


@pytest.mark.proves("E8")
@pytest.mark.parametrize("path", sample_files("woocommerce", "orders/*.json"), ids=lambda path: path.stem)
async def test_every_sample_of_an_order_comes_in_or_is_refused_with_a_typed_reason(
    juniper: Juniper, path: Path
) -> None:
    house, shop = juniper
    found = msgspec.json.decode(path.read_bytes())  # noqa: ASYNC240 - a small file
    some = (
        found
        if isinstance(found, list)
        else [one for kind in found.values() for one in kind]
        if "create" in found
        else [found]
    )
    for i, one in enumerate(some):
        assert await shop.send("order.created", f"sample-{i}", msgspec.json.encode(one)) == 200
    await house.fold()
    heard = await house.heard()
    assert len(heard) == len({one["id"] for one in some})
    for one in heard.values():
        assert one.outcome in ("created", "held", "canceled", "done") or (
            one.outcome == "refused" and all(f["code"] for f in one.faults)
        )


def test_the_port_is_the_packages_face() -> None:
    assert woocommerce.WooCommerce is speaking.WooCommerce
